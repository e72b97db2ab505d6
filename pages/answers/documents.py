"""Questions about a document: what is known of it, its versions, and what resembles it."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from crawlers.storage.merge import BY_HAND
from pages.answers import arguments as given
from pages.answers.answer import Answer, At, State, answer
from pages.answers.candidates import candidates
from pages.answers.who_decides import of_document
from pages.browse.fates import FATES
from pages.database import Row, first, rows
from pages.documents import look_alikes, record, rulemaking, text_versions
from pages.documents.identifiers import identifiers
from pages.documents.open_proposals import long_ago, overtaken
from pages.documents.register_gaps import Gap, may_lack_what_followed
from pages.documents.session_status import COLLECTED_UNTIL, SESSION_END, can_move, ended_with, unheard_since
from pages.documents.successor import law_beside, law_instead, other_record, successor
from pages.export.exports import document_rows
from pages.http import formatting
from pages.http.names import named
from pages.people.deciding import ALIVE
from publish.identical_law import IDENTICAL_LAW

#: What a program set, and what people confirmed, in a row about a document.
AUTOMATIC = ("must_see", "areas", "areas_in_words", "positions", "positions_in_words")
QUOTED = ("title", "latest_action")
#: What an answer says of whether a document can still move.
_MOVES = ("can_still_move", "ended_with", "no_news_since_session", "session_collected_until")
#: Rows of a long part of a record that an answer holds; the record on the site has all.
_MOST_ROWS = 40
#: Characters of a text in one answer.
TEXT = 8_000


def described(at: At, ids: list[str]) -> list[Row]:
    """What an answer says of each document; what a program set stands under ``automatic``, a stance under ``confirmed``."""
    states = {
        row["id"]: row
        for row in at.db.execute(
            "select id, kind, jurisdiction, session, status, status_on, status_reason, latest_action_on as latest_on, "
            f"{SESSION_END} as session_end, {COLLECTED_UNTIL} as collected_until, {IDENTICAL_LAW} as identical_law "
            "from documents d "
            f"where id in ({', '.join('?' * len(ids))})",
            ids,
        )
    }
    found = []
    unknown = {
        *overtaken(at.db, ids, at.today),
        *long_ago(at.db, ids, at.today),
        *may_lack_what_followed(at.db, ids, at.today),
    }
    for row in document_rows(at.db, ids, at.today, at.site):
        ended = ended_with(states[row["id"]], at.today)
        unheard = None if ended else unheard_since(states[row["id"]], at.today)
        kept = {name: each for name, each in row.items() if name not in (*AUTOMATIC, "stance")}
        found.append(
            kept
            | {
                "can_still_move": None
                if unheard
                or row["status"] == "unrecorded"
                or row["id"] in unknown
                or states[row["id"]]["identical_law"]
                else FATES.get(row["status"]) != "passed" and can_move(states[row["id"]], at.today),
                "no_news_since_session": unheard,
                "session_collected_until": states[row["id"]]["collected_until"] if unheard else None,
                "ended_with": ended[0] if ended else None,
                "automatic": {name: row[name] for name in AUTOMATIC},
                "confirmed": {"stance": row["stance"] or None},
            }
        )
    return found


def document(
    at: At,
    document: given.Document,
    place: given.OnePlace = None,
    session: given.Session = None,
    text_from: given.TextFrom = None,
) -> Answer:
    """One document by its id (us-117-hr1), or the candidates for a number such as "HB 7".

    A number alone never names one document: the answer is then a list of candidates, and with the id of one of them the
    question can be asked again. `text_from` adds up to 8,000 characters of the text from that character on. Its sponsors, who
    decides next, and its roll calls have ids for `people`.
    """
    head = first(at.db, "select * from documents where id = ?", [document.strip().lower()])
    if head is None:
        found = candidates(at, document, place, session)
        only = found.result.get("only")
        if not only:
            return found
        head = first(at.db, "select * from documents where id = ?", [only])
        assert head
    key = head["id"]
    whole = record.record(at.db, key, at.today, at.site)
    assert whole is not None
    row, other = described(at, [key])[0], _other_record(at, key)
    if other and other["listed"] and (head["status"] in ALIVE or row["ended_with"]):
        row |= dict.fromkeys(_MOVES)  # what became of the bill since is what the other record says
    facts = {name: each for name, each in whole.items() if name not in (*AUTOMATIC, "stance", "automatic", "stances")}
    cut = {name: len(each) for name, each in facts.items() if isinstance(each, list) and len(each) > _MOST_ROWS}
    facts |= {name: facts[name][-_MOST_ROWS:] if name == "actions" else facts[name][:_MOST_ROWS] for name in cut}
    text = head["text"] or ""
    decided, of_votes = of_document(at, head)
    result = {
        "document": facts
        | {name: row[name] for name in _MOVES}
        | {"identifiers": identifiers(at.db, key, head["jurisdiction"])},
        "only_in_part": cut,
        "continues_as": _successors(at, head),
        "other_record": other,
        **decided,
        "text_characters": len(text),
        "text": text[text_from : text_from + TEXT] if text_from is not None else None,
        "automatic": whole["automatic"] | {"must_see": row["automatic"]["must_see"]},
        "confirmed": {"stances": whole["stances"]},
    }
    return answer(
        at,
        State.ANSWERED,
        " ".join([_about(head, row, result), *_unheld(at, key), *_law_beside(at, head), *of_votes]),
        f"/documents/{key}",
        result,
        places=[head["jurisdiction"]],
        automatic=["automatic"],
        confirmed=["confirmed.stances", "automatic.areas[].confirmed"],
        quoted=[
            *(
                "document.title",
                "document.abstract",
                "document.latest_action",
                "document.actions[].description",
                "continues_as[].title",
                "decides_next.last_referral",
                "roll_calls[].question",
                "roll_calls[].description",
                "text",
            ),
            *("automatic.areas[].evidence[].words", "automatic.positions[].words"),
        ],
    )


def _unheard(ends_on: str, until: str | None, latest_on: str | None) -> str:
    if until:
        return (
            f"News of its session is collected through {until} only, and the session was to go on to {ends_on}: the bill may "
            "have moved, become law, or died since."
        )
    since = f" {latest_on}" if latest_on and latest_on > ends_on else ""
    return (
        f"Its session was to end on {ends_on}, and nothing was heard of it since{since}. "
        "It may be dead, go on under another number, or have become law."
    )


def _about(head: Row, row: Row, result: Row) -> str:
    """What a reader of a document must know: whether it lives, goes on elsewhere, is still listed, and whose stance it has."""
    says = [f"{row['identifier']}, {row['place']}: {row['status_in_words']}."]
    if other := result["other_record"]:
        which = "that record" if other["listed"] else "this one"
        says.append(
            f"Its source lists this bill in another session, too: see other_record. Lists and counts have {which}."
        )
    if row["ended_with"]:
        says.append(f"It can no longer move: the {row['ended_with']} ended.")
    elif row["no_news_since_session"]:
        says.append(_unheard(row["no_news_since_session"], row["session_collected_until"], row["latest_on"]))
    elif row["can_still_move"] is False and FATES.get(head["status"]) != "passed":
        says.append("It can no longer move.")
    if result["continues_as"]:
        goes_on = "Another document followed it" if head["status"] == "proposed" else "It goes on under another number"
        says.append(f"{goes_on}: see continues_as.")
    if head["missing_since"]:
        by_hand = head["source"] == BY_HAND
        gone = "Staff added this record by hand and removed it on" if by_hand else "Its source has not listed it since"
        says.append(f"{gone} {head['missing_since'][:10]}.")
    if not result["confirmed"]["stances"]:
        says.append(named("No stance of %(org)s on it is published; positions in `automatic` say nothing of a side."))
    return " ".join(says)


def _unheld(at: At, key: str) -> list[str]:
    """A sentence about the times of which no rules are held that may have followed a proposal."""
    found = may_lack_what_followed(at.db, [key], at.today).get(key)
    if not found:
        return []
    times = "; ".join(map(_in_words, found))
    return [
        f"A final rule or a withdrawal that followed it may be missing: no federal rules are held that were published {times}."
    ]


def _in_words(gap: Gap) -> str:
    return f"after {gap.since} and before {gap.until}" if gap.until else f"after {gap.since}"


def _law_beside(at: At, head: Row) -> list[str]:
    """A sentence about the law that took its place, or the identical bill or the companion that became law, where one did."""
    if instead := law_instead(at.db, head):
        return [f"It was withdrawn because another bill had become law in its place: {instead}."]
    law = law_beside(at.db, head)
    if law is None:
        return []
    called = "identical" if law["identical"] else "its companion"
    return [f"A bill that its source calls {called} became law: {law['identifier']} ({law['id']}), {law['status_on']}."]


def _successors(at: At, head: Row) -> list[Row]:
    """The documents that took the place of one, or followed a proposed rule, as its source or theirs says it."""
    after, following = successor(at.db, head), [row["id"] for row in rulemaking.followed_by(at.db, head["id"])]
    return rows(
        at.db,
        """select distinct d.id, d.identifier, d.title, d.status, ?2 || '/documents/' || d.id as address from (
            select linked_id as id from links where document_id = ?1 and kind = 'replaced-by'
            union select document_id from links where linked_id = ?1 and kind = 'replaces'
            union select ?3 union select value from json_each(?4)
        ) other join documents d on d.id = other.id order by d.id""",
        [head["id"], at.site, after and after["id"], json.dumps(following)],
    )


def _other_record(at: At, key: str) -> Row | None:
    """The record of the same bill in another session; ``listed``: lists and counts have it there, and not as this one."""
    found = other_record(at.db, key)
    if found is None:
        return None
    kept = {name: found[name] for name in ("id", "session", "status", "status_on")}
    return kept | {"listed": bool(found["listed"]), "address": at.address(f"/documents/{found['id']}")}


def versions(
    at: At, document: given.DocumentId, old: given.Version = None, new: given.Version = None, page: given.Page = 1
) -> Answer:
    """What changed between two versions of a document's text; without `old` and `new`, the last two that are stored."""
    asked = {name: each for name, each in (("from", old), ("to", new)) if each}
    view = text_versions.page(at.db, document, asked | {"view": "inline", "page": str(page)})
    if view is None:
        return _unknown(at, document)
    held = [
        {"key": each.key, "name": each.name, "issued_on": each.issued_on, "url": formatting.safe_url(each.url)}
        for each in view.versions
    ]
    place, path = [view.d["jurisdiction"]], f"/documents/{document}/versions"
    known = {each["key"] for each in held}
    if unknown := [each for each in asked.values() if each not in known]:
        says = f"No version {unknown[0]} of this document is stored; versions has those that are."
        return answer(at, State.NOTHING_FOUND, says, path, {"versions": held}, places=place)
    if view.old is None or view.new is None:
        says = "Fewer than two versions of its text are stored, so nothing can be compared. There may be others at the source."
        return answer(at, State.NOT_COLLECTED, says, path, {"versions": held}, places=place)
    result: Row = {
        "versions": held,
        "old": view.old.key,
        "new": view.new.key,
        "identical": view.identical,
        "too_long": view.too_long,
        "counts": view.counts,
        "page": view.page,
        "pages": view.pages,
        "changes": [
            {
                "kind": each.kind,
                "moved": each.moved,
                "heading": each.heading,
                "pieces": [vars(piece) for piece in each.inline],
            }
            for each in view.changes
        ],
        "unchanged": view.unchanged[:_MOST_ROWS],
        "provisions": [
            {
                "position": each.position_id,
                "title": each.title,
                "changes": [_sentence(change) for change in each.changes],
            }
            for each in view.provisions
        ],
    }
    says = (
        "A program compared the two texts section by section."
        if not view.too_long
        else "The texts are too long to compare."
    )
    return answer(
        at,
        State.ANSWERED,
        says,
        view.address(view.page) if not view.too_long else path,
        result,
        places=place,
        automatic=["counts", "changes", "unchanged", "provisions"],
        quoted=["changes[].heading", "changes[].pieces[].text", "provisions[].changes[].pieces[].text"],
    )


def _sentence(change: Row) -> Row:
    return {"kind": change["kind"], "pieces": [vars(piece) for piece in change["pieces"]]}


def lookalikes(at: At, document: given.DocumentId) -> Answer:
    """Documents with much the same text, bills of other places on one subject, and texts that share passages."""
    view = look_alikes.similar(at.db, document, at.today)
    if view is None:
        return _unknown(at, document)
    groups = [
        {
            "kind": group["kind"],
            "kind_in_words": group["word"],
            "members": [
                {name: member[name] for name in ("id", "identifier", "title", "place", "session", "status", "likeness")}
                | {"address": at.address(f"/documents/{member['id']}")}
                for member in group["members"][:_MOST_ROWS]
            ],
        }
        for group in view.groups
    ]
    shared = [
        {name: each[name] for name in ("identifier", "title", "place", "session", "status", "words", "share")}
        | {
            "id": each["other_id"],
            "address": at.address(f"/documents/{each['other_id']}"),
            "passages": len(each["passages"]),
        }
        for each in view.shared[:_MOST_ROWS]
    ]
    law = view.law
    result = {
        "groups": groups,
        "shared": shared,
        "became_law_in": {name: law[name] for name in ("id", "identifier", "title", "share")} if law else None,
        "compared": view.has_text,
    }
    found = bool(groups or shared)
    says = (
        "A program compared texts; likeness says nothing of who wrote what first, or why."
        if found
        else "Nothing that is collected resembles it."
        if view.has_text
        else "Its text is not stored, so only titles and numbers could be compared; nothing was found."
    )
    marked = {
        "automatic": ["groups", "shared", "became_law_in"],
        "quoted": ["groups[].members[].title", "shared[].title"],
    }
    state = State.ANSWERED if found else State.NOTHING_FOUND
    return answer(at, state, says, f"/documents/{document}/similar", result, places=None, **marked)


def _unknown(at: At, key: str) -> Answer:
    says = "No document with this id is stored. Look its number up with `document`."
    return answer(at, State.NOTHING_FOUND, says, "/browse?" + urlencode({"q": key}), {}, places=[])
