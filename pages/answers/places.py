"""Questions about dates ahead, and about what is collected at all."""

from __future__ import annotations

import datetime

from pages.answers import arguments as given
from pages.answers.answer import Answer, At, State, answer, collected, how_many, is_collected, once, places_of
from pages.browse.filters import PLACE_GROUPS
from pages.database import Row, rows
from pages.export import dates
from pages.http import formatting
from pages.places.calendar import Wanted
from pages.places.coverage import coverage as coverage_page

#: Dates in one answer.
_MOST = 200


def deadlines(
    at: At,
    place: given.Place = None,
    area: given.DateArea = None,
    kind: given.DateKind = None,
    days: given.Days = 90,
) -> Answer:
    """Hearings, votes, last days to comment and effective dates ahead, nearest first.

    Only what sources give in advance is there: many legislatures announce hearings late or nowhere.
    """
    wanted = Wanted(area=area or "", kind=kind or "", jurisdiction=place or "")
    choice = dates.of_wanted(at.db, wanted)
    until = (at.today + datetime.timedelta(days=days)).isoformat()
    found = [
        row
        for row in dates.table_rows(dates.dates(at.db, choice, ">=", at.today, _MOST + 1), at.site)
        if row["starts_at"][:10] <= until
    ]
    listed = [_date(row) for row in found[:_MOST]]
    places = places_of(at, place)
    marked = {"automatic": ["dates[].automatic"], "quoted": ["dates[].title", "dates[].description"]}
    result = {"until": until, "dates": listed, "more": len(found) > _MOST}
    path = choice.page
    if not listed:
        gone = bool(place) and place not in PLACE_GROUPS and not is_collected(at, place or "")
        says = (
            f"Nothing of {formatting.place(place or '')} is collected, so no date of it is known."
            if gone
            else "No date ahead is known. That does not prove that there is none."
        )
        return answer(
            at, State.NOT_COLLECTED if gone else State.NOTHING_FOUND, says, path, result, places=places, **marked
        )
    says = f"{how_many(len(listed), 'date')} that sources gave. Check the source before you act: dates move."
    return answer(at, State.ANSWERED, says, path, result, places=places, **marked)


def _date(row: Row) -> Row:
    kept = {name: each for name, each in row.items() if name not in ("areas", "must_see")}
    return kept | {"automatic": {"areas": row["areas"], "must_see": row["must_see"]}}


def coverage(at: At, place: given.OnePlace = None) -> Answer:
    """What is collected: of each place its sessions, how many documents, how far, and what is wrong with a source."""
    where = "where jurisdiction = ?" if place else ""
    held = rows(
        at.db,
        "select source, jurisdiction as place, session, documents, missing, with_text, first_on, newest_on, latest_action_on "
        f"from coverage {where} order by jurisdiction, session desc, source",
        [place] if place else [],
    )
    # A document that two sources gave is in the rows of both, and counts once.
    stored = dict(at.db.execute("select jurisdiction, count(*) from documents group by 1").fetchall())
    path = f"/jurisdictions/{place}" if place and is_collected(at, place) else "/sources"
    if place:
        left_out = rows(
            at.db,
            "select session, title, bills, left_out as why from sessions where jurisdiction = ? and left_out is not null "
            "and bills is not 0 order by starts_on desc",
            [place],
        )
        result: Row = {"place": place, "documents": stored.get(place, 0), "sessions": held}
        result["sessions_left_out"] = left_out
        if not is_collected(at, place):
            says = f"Nothing of {formatting.place(place)} is collected."
            return answer(at, State.NOT_COLLECTED, says, path, result, places=[place])
        says = (
            f"{formatting.place(place)}: what each source gave, session by session. "
            "A document that two of them gave is in the rows of both, and once in `documents` of the place."
        )
        return answer(at, State.ANSWERED, says, path, result, places=[place])
    places: dict[str, Row] = {}
    for row in held:
        one = places.setdefault(
            row["place"],
            {
                "place": row["place"],
                "place_in_words": formatting.place(row["place"]),
                "documents": stored.get(row["place"], 0),
                "sessions": [],
            },
        )
        one["sessions"].append(row["session"])
    lacking = collected(at).lacking
    for one in places.values():
        one["sessions"] = sorted(set(one["sessions"]), reverse=True)[:5]
        one["lacks"] = lacking.get(one["place"])
    result = {"places": list(places.values()), "sources": once(at, "sources", lambda: _sources(at))}
    says = "What is stored, place by place. A place that is not in `places` is not collected at all."
    return answer(at, State.ANSWERED, says, path, result)


def _sources(at: At) -> list[Row]:
    """What is wrong with each source."""
    view = coverage_page(at.db, f"{at.today.isoformat()}T23:59:59Z")
    return [
        {
            "source": each.about.id,
            "title": each.title,
            "problems": each.problems,
            "short_sessions": [f"{session.place}, {session.session}" for session in each.short],
            "last_run": each.runs[0]["started_at"] if each.runs else None,
        }
        for each in view.sources
    ]
