"""Questions about who decides: legislators, committees, and how they voted. What the pages show, and nothing else.

A name never picks a person by itself where two have it. A ZIP code or an address is not asked for here: they would stand in the
address of the question, which servers on the way may log. The page /find-my-legislators takes them.
"""

from __future__ import annotations

import json
from urllib.parse import urlencode

from pages.answers import arguments as given
from pages.answers.answer import Answer, At, State, answer, once
from pages.answers.who_decides import no_votes, short_roll_call, votes_collected
from pages.browse.cards import Card
from pages.database import Row, first, rows, value
from pages.http import formatting
from pages.people import committee as committees
from pages.people import deciding, finding, names, roll_call
from pages.people import people as everybody
from pages.people import person as persons

#: Candidates, votes on documents, and documents in one answer; single votes of a roll call on one page of it.
MOST, VOTES = 25, 100


def people(
    at: At,
    who: given.Who = None,
    place: given.OnePlace = None,
    chamber: given.Chamber = None,
    state: given.StateCode = None,
    page: given.Page = 1,
) -> Answer:
    """Legislators, committees and roll calls: one by its id or name, or who holds office in a place, chamber or state.

    A name that several have gets candidates: choose by id. A roll call's id, from `document`, gives how each member voted, 100 a
    page; with `state`, the members from there. Votes of many legislatures are not collected: the answer then says so.
    """
    asked = " ".join((who or "").split())
    if not asked:
        return _listed(at, place, chamber, state, page)
    if held := first(at.db, "select id, name from people where id = ? collate nocase", [asked]):
        return _person(at, held)
    if held := first(at.db, "select id, name from legislative_committees where id = ? collate nocase", [asked]):
        return _committee(at, held, state)
    if held := first(at.db, "select * from roll_calls where id = ? collate nocase", [asked]):
        return _roll_call(at, held, state, page)
    return _named(at, asked, place, chamber, state)


# --------------------------------------------------------------------- who it may be


def _listed(at: At, place: str | None, chamber: str | None, state: str | None, page: int) -> Answer:
    wanted = everybody.Wanted(place=place or "", chamber=chamber or "", state=state or "")
    view = everybody.people(at.db, wanted, page)
    listed = [_short(at, row) for row in view.people] if page <= view.pages else []
    result = {"total": view.total, "page": page, "pages": view.pages, "people": listed}
    path = wanted.address(page=page)
    if not view.total:
        return _nobody(at, place, path, result)
    says = f"{view.total} legislators who hold office, by what their source said last."
    return answer(at, State.ANSWERED, says, path, result, places=[place] if place else None)


def _named(at: At, asked: str, place: str | None, chamber: str | None, state: str | None) -> Answer:
    """Who has a name: one if it is their whole name and nobody else has it, else candidates."""
    typed = finding.without_title(asked)
    path = "/people?" + urlencode({"q": typed})
    found = _with_words(at, typed, place, chamber, state)
    if len(found) == 1 and found[0]["is_whole"] and found[0]["kind"] == "person":
        return _person(at, found[0])
    result = {"total": len(found), "candidates": [_candidate(at, row) for row in found[:MOST]]}
    if not found:
        return _nobody(at, place, path, result)
    says = (
        f"{len(found)} {'have' if len(found) != 1 else 'has'} this name or a part of it. Others of this name may not be "
        "collected, or may have left office before it was: choose by id, and never guess who is meant."
    )
    return answer(at, State.CANDIDATES, says, path, result, places=[place] if place else None)


def _with_words(at: At, typed: str, place: str | None, chamber: str | None, state: str | None) -> list[Row]:
    """People and committees of whom one name has all of the words, who holds office first; ``is_whole`` if it has no others."""
    wanted = finding.words(typed)
    if not wanted:
        return []
    people, bodies = (finding.having(named, wanted) for named in once(at, "names", lambda: _names(at)))
    found = rows(
        at.db,
        f"select 'person' as kind, {deciding.PERSON} from people p where id in (select value from json_each(?)) "
        "order by is_current desc, family_name, name, id",
        [json.dumps(list(people))],
    ) + rows(
        at.db,
        "select 'committee' as kind, id, name, jurisdiction, chamber, null as state from legislative_committees "
        "where id in (select value from json_each(?)) order by parent is not null, name",
        [json.dumps(list(bodies))],
    )
    return [
        row | {"is_whole": (people | bodies)[row["id"]]}
        for row in found
        if place in (None, row["jurisdiction"])
        and chamber in (None, row["chamber"])
        and state in (None, (row["state"] or "").upper())
    ]


def _names(at: At) -> tuple[finding.Named, finding.Named]:
    """The words of every name of a person, and of a committee, by id."""
    bodies = "select id, name from legislative_committees where seen_until is null"
    return finding.names_of_people(at.db), [(key, finding.words(name)) for key, name in at.db.execute(bodies)]


def _candidate(at: At, row: Row) -> Row:
    if row["kind"] == "person":
        return {"kind": "person"} | _short(at, row)
    return {
        "kind": "committee",
        "id": row["id"],
        "name": row["name"],
        "place": row["jurisdiction"],
        "chamber": row["chamber"],
        "address": at.address(names.committee_address(row["id"], row["name"])),
    }


def _nobody(at: At, place: str | None, path: str, result: Row) -> Answer:
    known = value(at.db, "select 1 from people where jurisdiction = ? limit 1", [place]) if place else True
    says = (
        "No legislator or committee that is collected fits. That does not prove that there is none: only who holds office, and "
        "who is known from a bill or a vote, is here."
        if known
        else f"Legislators of {formatting.place(place or '')} are not collected."
    )
    state = State.NOTHING_FOUND if known else State.NOT_COLLECTED
    return answer(at, state, says, path, result, places=[place] if place else None)


def _short(at: At, row: Row) -> Row:
    """A person in a list."""
    seated = deciding.seated(row)
    return {
        "id": row["id"],
        "name": row["name"],
        "place": row["jurisdiction"],
        "chamber": row["chamber"],
        "district": row["district"],
        "state": (row["state"] or "").upper() or None,
        "party": seated["party_word"] or None,
        "seat": seated["seat"] or None,
        "holds_office": persons.holds_office(at.db, row),
        "address": at.address(seated["address"]),
    }


# --------------------------------------------------------------------- one of them


def _person(at: At, held: Row) -> Answer:
    path = names.person_address(held["id"], held["name"])
    view = persons.person(at.db, path.rpartition("/")[2], at.today)
    assert view is not None
    head, place = view.person, view.person["jurisdiction"]
    collected = votes_collected(at, place)
    counts = view.counts or {}
    result = {
        "person": _short(at, head)
        | {"website": formatting.safe_url(head["website"]), "email": head["email"]}
        | {"source_url": formatting.safe_url(head["source_url"]), "updated_on": head["updated_on"]},
        "terms": [{name: row[name] for name in ("seat", "party_word", "starts", "ends")} for row in view.terms],
        "offices": [{name: row[name] for name in ("kind", "name", "address", "phone")} for row in view.offices],
        "committees": [
            {"id": row["id"], "name": row["name"], "role": row["role"], "address": at.address(row["address"])}
            for row in view.committees
        ],
        "brought": _documents(at, view.brought.cards) | {"total": view.brought.total},
        "cosponsored": _documents(at, view.joined.cards) | {"total": view.joined.total},
        "votes_collected": collected,
        "votes_in_all": counts.get("votes") or 0,
        # Where the source has one word for all that is neither yes nor no, how many were missed is not known.
        "votes_missed": None if counts.get("unsaid") else counts.get("missed") or 0,
        "votes": [_vote_on(at, row) for row in view.votes[:MOST]],
        "identifiers": {row["scheme"]: row["value"] for row in view.ids},
    }
    says = [f"{head['name']}: {head['seat'] or formatting.place(place)}."]
    if not head["is_current"]:
        left = view.terms[0]["ends"] if view.terms else None
        unknown = "Whether they hold office now is not known: no later list of members was collected."
        said = unknown if view.holds_office is None else "Holds no office that is known."
        says.append(f"Left office on {left}." if left else said)
    if not collected:
        says.append(f"{no_votes(place)} None here does not mean that there was none.")
    else:
        says.append("`votes` are those on documents that may touch a position; read the question of each.")
    return answer(
        at,
        State.ANSWERED,
        " ".join(says),
        path,
        result,
        places=[place],
        automatic=["brought", "cosponsored", "votes[].positions"],
        quoted=["brought.documents[].title", "cosponsored.documents[].title", "votes[].question"],
    )


def _documents(at: At, cards: list[Card]) -> Row:
    """Those on information policy, the newest first."""
    return {
        "documents": [
            {"id": each.id, "identifier": each.identifier, "title": each.title}
            | {"address": at.address(f"/documents/{each.id}")}
            for each in cards
        ]
    }


def _vote_on(at: At, row: Row) -> Row:
    kept = ("held_on", "document_id", "identifier", "question", "result", "choice", "word")
    return (
        {"roll_call": row["id"]}
        | {name: row[name] for name in kept}
        | {"positions": [each["position_id"] for each in row["positions"]], "address": at.address(row["address"])}
    )


def _committee(at: At, held: Row, state: str | None) -> Answer:
    path = names.committee_address(held["id"], held["name"])
    view = committees.committee(at.db, path.rpartition("/")[2], at.today, state or "")
    assert view is not None
    head = view.committee
    result = {
        "committee": {name: head[name] for name in ("id", "name", "jurisdiction", "chamber", "phone", "seen_until")}
        | {"url": formatting.safe_url(head["url"]), "address": at.address(path)},
        "seats": view.seats,
        "members": [_short(at, row) | {"role": row["role"], "side": row["side"]} for row in view.members],
        "parts": [{"id": row["id"], "name": row["name"]} for row in view.parts],
        "waiting": _documents(at, view.waiting) | {"on_policy": view.on_policy, "total": view.total},
        "hearings": [
            {name: row[name] for name in ("starts_at", "timezone", "document_id", "description")}
            for row in view.hearings
        ],
    }
    shown = f", of whom {len(view.members)} from {names.state(view.state)} are listed" if view.state else ""
    says = (
        f"{head['name']}: {view.seats} members{shown}. {view.on_policy} bills on information policy wait there."
        if view.seats
        else f"{head['name']}: the source names no members."
    )
    if head["seen_until"]:
        says += f" Its source has not named it since {head['seen_until']}."
    return answer(
        at,
        State.ANSWERED,
        says,
        path + (f"?state={view.state}#members" if view.state else ""),
        result,
        places=[head["jurisdiction"]],
        automatic=["waiting.documents", "waiting.on_policy"],
        quoted=["committee.name", "waiting.documents[].title", "hearings[].description"],
    )


def _roll_call(at: At, held: Row, state: str | None, page: int) -> Answer:
    path = names.vote_address(held["id"])
    view = roll_call.roll_call(at.db, path.rpartition("/")[2])
    assert view is not None
    wanted = names.state(state) if state else ""
    cast = [row for row in view.votes if not state or (wanted and row["state"] == wanted)]
    shown = cast[VOTES * (page - 1) : VOTES * page]
    result = {
        "roll_call": short_roll_call(at, held),
        "by_party": [{"party": row["name"] or None} | _counted(view, row) for row in view.by_party],
        "total": len(cast),
        "page": page,
        "pages": max(1, -(-len(cast) // VOTES)),
        "votes": [
            {"name": row["name"], "as_written": row["as_written"], "party": row["party_word"] or None}
            | {
                "state": row["state"] or None,
                "choice": row["choice"],
                "word": row["word"],
                "person": row["person"],
            }
            | {"address": at.address(row["address"]) if row["address"] else None}
            for row in shown
        ],
        "names_of_nobody_known": view.unknown,
    }
    says = [f"{view.chamber or view.place}, {held['held_on']}: {view.title}. Result: {held['result'] or 'not given'}."]
    if not view.votes:
        says.append("The source gives no single votes: who voted how is not known.")
    if view.unknown:
        says.append(f"{view.unknown} of the names could not be linked to a person: do not guess whose they are.")
    if view.differs:
        says.append("The source counts other numbers than it names votes.")
    return answer(
        at,
        State.ANSWERED,
        " ".join(says),
        path,
        result,
        places=[held["jurisdiction"]],
        quoted=["roll_call.question", "roll_call.description", "votes[].as_written"],
    )


def _counted(view: roll_call.RollCallView, row: Row) -> Row:
    return dict(zip(view.choices, row["counts"], strict=True))
