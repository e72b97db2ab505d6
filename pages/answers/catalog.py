"""Questions about positions and issues: what is held, what touches it, and how an issue fares across places."""

from __future__ import annotations

from typing import Any

from pages.answers import arguments as given
from pages.answers.answer import Answer, At, State, answer, how_many, once
from pages.answers.documents import described
from pages.browse.trackers import load_trackers
from pages.database import Row, marks, rows
from pages.http import formatting
from pages.http.names import named
from pages.places import tracker as issues_page
from pages.positions import positions as catalog

_APPROVED = "approved"
_NO_STANCE = "A sentence can help or harm the position; which of the two is said only in `confirmed`."


def positions(at: At, position: given.Position = None, area: given.OneArea = None, page: given.Page = 1) -> Answer:
    """What the organization holds: all positions, those of an area, or one with its history and what may touch it.

    Only words under `confirmed` were approved by the organization; a `draft_summary` was not, and must not be quoted as its
    statement. An instrument with `ended` is no longer in force. With a position, `documents` are those that may touch it, 20 a
    page, newest first, each with the sentence that does.
    """
    if position is None:
        return _all(at, area)
    view = catalog.position(at.db, position, at.today, page)
    if view is None:
        says = "There is no position with this id. Without one, `positions` lists all."
        return answer(at, State.NOTHING_FOUND, says, "/positions", {}, places=[])
    result = {
        "position": _wording(view.p)
        | {
            "areas": [key for key, _title in view.areas],
            "source_url": formatting.safe_url(view.p["source_url"]),
            "confidence": view.confidence,
            "owner_units": view.owner_units,
            "documents": view.total,
            "address": at.address(f"/positions/{position}"),
        },
        "versions": [_version(each) for each in view.versions],
        "related": [{"id": each["id"], "title": each["title"]} for each in view.related],
        "page": page,
        "pages": view.pages,
        "documents": _touching(at, position, view) if page <= view.pages else [],
    }
    ended = sum(each["ended"] is not None for each in view.versions)
    sentences = [_standing(view.p)]
    if ended:
        sentences.append(f"{ended} of its instruments {'is' if ended == 1 else 'are'} no longer in force: see `ended`.")
    sentences.append(
        f"A program found {view.total} documents that may touch it. {_NO_STANCE}"
        if view.total
        else "Nothing that is collected touches it."
    )
    return answer(
        at,
        State.ANSWERED,
        " ".join(sentences),
        f"/positions/{position}" + (f"?page={page}" if page > 1 else ""),
        result,
        automatic=["position.documents", "documents[].automatic"],
        confirmed=["position.statement", "versions[].statement", "documents[].confirmed"],
        quoted=[
            "versions[].passage",
            *(f"documents[].{name}" for name in ("title", "latest_action", "automatic.sentence")),
        ],
    )


def _touching(at: At, position: str, view: catalog.PositionPage) -> list[Row]:
    """The documents that may touch a position, each with the sentence and the stance on it that is published."""
    sentences = {card.id: (sentence, where) for card, sentence, where in view.documents}
    listed = described(at, list(sentences))
    stances = _stances(at, list(sentences), position)
    for row in listed:
        row["automatic"]["sentence"], row["automatic"]["sentence_from"] = sentences[row["id"]]
        row["confirmed"]["stance_on_position"] = stances.get(row["id"])
    return listed


def _all(at: At, area: str | None) -> Answer:
    counted = dict(at.db.execute("select position_id, count(*) from position_listing group by position_id").fetchall())
    found = [
        _wording(row) | {"areas": catalog.names(row["areas"]), "documents": counted.get(row["id"], 0)}
        for row in rows(at.db, "select * from positions order by ordinal, id")
        if area is None or area in catalog.names(row["areas"])
    ]
    drafts = sum(each["draft_summary"] is not None for each in found)
    says = f"{how_many(len(found), 'position')}."
    if drafts:
        says += named(
            f" {drafts} of them are draft summaries that %(org)s has not approved: they are not its statements."
        )
    state = State.ANSWERED if found else State.NOTHING_FOUND
    return answer(
        at,
        state,
        says if found else "No position has this area.",
        "/positions",
        {"total": len(found), "positions": found},
        places=[],
        automatic=["positions[].documents"],
        confirmed=["positions[].statement"],
    )


def _wording(row: Row) -> Row:
    """A statement where somebody approved it for the organization; else the same words as a draft."""
    approved = row["standing"] == _APPROVED
    return {
        "id": row["id"],
        "title": row["title"],
        "statement": row["statement"] if approved else None,
        "draft_summary": None if approved else row["statement"],
        "standing": row["standing"] or "draft summary, not approved",
    }


def _standing(row: Row) -> str:
    if row["standing"] == _APPROVED:
        return named("%(org)s has approved this statement.")
    return named("This is a draft summary, not approved: do not give it as a statement of %(org)s.")


def _version(row: Row) -> Row:
    approved = row["standing"] == _APPROVED
    kept = (
        "name",
        "section",
        "body",
        "adopted",
        "revised",
        "ended",
        "successor",
        "passage",
        "place",
        "approved_by",
        "approved_on",
    )
    return {name: row[name] for name in (*kept, "approved_by", "approved_on")} | {
        "statement": row["statement"] if approved else None,
        "draft_summary": None if approved else row["statement"],
        "address": formatting.safe_url(row["address"]),
    }


def _stances(at: At, ids: list[str], position: str) -> dict[str, str]:
    found = at.db.execute(
        f"select document_id, value from decisions where subject = ? and document_id in ({marks(ids)})",
        [f"stance:{position}", *ids],
    )
    return dict(found.fetchall())


def issues(at: At, issue: given.Issue = None) -> Answer:
    """An issue that people follow across places: bills that live, passed or died, place by place, and what is not collected."""
    if issue is None:
        listed = [
            {
                "id": about.id,
                "title": title,
                "about": text,
                "counts": vars(counts),
                "note": about.caveat or None,
                "address": at.address(f"/trackers/{about.id}"),
            }
            for about, title, text, counts in once(at, "issues", lambda: issues_page.trackers(at.db))
        ]
        says = "Counts are of what is collected, in the places that `covers` names."
        return answer(at, State.ANSWERED, says, "/trackers", {"issues": listed}, automatic=["issues[].counts"])
    if issue not in load_trackers():
        says = "There is no issue with this id. Without one, `issues` lists all."
        return answer(at, State.NOTHING_FOUND, says, "/trackers", {}, places=[])
    view = once(at, f"issue {issue}", lambda: issues_page.tracker(at.db, issue, at.today))
    assert view is not None
    result: dict[str, Any] = {
        "issue": {"id": issue, "title": view.title, "about": view.about},
        "counts": vars(view.counts) | {"total": view.counts.total},
        "state_bills": vars(view.state_bills) | {"total": view.state_bills.total, "states": view.states_with},
        "places": [
            {"place": each.id, "place_in_words": each.title, **vars(each.counts), "only_in_part": each.part}
            for each in view.places
        ],
        "states_not_collected": view.missing,
        "news_until": view.until,
        "positions": [
            {"id": each["id"], "title": each["title"], "statement": each["statement"]} for each in view.positions
        ],
        "documents": described(at, [card.id for card in view.listed]),
    }
    says = (
        "Counts are of what is collected. “alive” is what the source said last; a place that is only in part collected may "
        "have more, and a place that is not collected is not a place without bills."
    )
    return answer(
        at,
        State.ANSWERED,
        f"{says} {view.note}".strip(),
        f"/trackers/{issue}",
        result,
        automatic=["counts", "state_bills", "places", "documents"],
        confirmed=["positions[].statement", "documents[].confirmed"],
        quoted=["documents[].title", "documents[].latest_action"],
    )
