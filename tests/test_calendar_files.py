"""Dates as files: calendars that other programs read back, events that keep their identity, and the dates of a month."""

from __future__ import annotations

import datetime
import html
import sqlite3
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest
from site_corpus import RULE, TODAY, document_row
from sqlite_utils import Database
from test_feeds import SITE, check_atom, corpus, events_of, get, site  # noqa: F401

import serve
from pages.export import dates, feeds
from publish.listing import publish

CALENDARS = {
    "/calendar.ics": 2,
    "/calendar.ics?area=broadband&kind=comment_close": 1,
    "/deadlines.ics?jurisdiction=us": 2,
    "/calendar.ics?jurisdiction=us-tx": 0,
    "/browse.ics?q=hotspots&kind=regulation": 1,
    "/areas/broadband.ics": 2,
    "/jurisdictions/us.ics": 2,
    "/positions/tc-hotspot-lending.ics": 1,
    f"/documents/{RULE}.ics": 1,
}


@pytest.mark.parametrize("path", CALENDARS)
async def test_calendar_is_read_back_by_another_program(site, path: str) -> None:
    answer = await get(site, path)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert len(events_of(answer.content)) == CALENDARS[path]


async def test_a_deadline_is_the_end_of_the_day_in_washington(site) -> None:
    [event] = events_of((await get(site, f"/documents/{RULE}.ics")).content).values()
    assert event.start == datetime.datetime(2022, 3, 31, 23, 59, tzinfo=ZoneInfo("America/New_York"))
    assert event.start.astimezone(datetime.UTC) == datetime.datetime(2022, 4, 1, 3, 59, tzinfo=datetime.UTC)
    assert "end of the day, Eastern time" in event["DESCRIPTION"]
    assert event["URL"] == f"{SITE}/documents/{RULE}"


def extended(corpus: Path, folder: Path, title: str, published: str) -> Path:
    """The corpus with a second document of the rulemaking, which sets another deadline."""
    file = folder / "corpus.db"
    file.write_bytes(corpus.read_bytes())
    db = Database(file)
    later = "us-fr-2022-09999"
    db.table("documents").insert(
        document_row(
            later,
            kind="regulation",
            source="us_federal_register",
            session="fr",
            identifier="2022-09999",
            title=title,
            document_type="Proposed Rule",
            status="proposed",
            published_on=published,
            comments_close_on="2022-05-02",
            changed_at="2022-03-20T08:00:00Z",
            url="https://www.federalregister.gov/d/2022-09999",
        )
    )
    db.table("terms").insert({"document_id": later, "ordinal": 0, "kind": "docket", "term": "WC Docket 21-31"})
    db.table("events").insert(
        {
            "document_id": later,
            "ordinal": 0,
            "kind": "comment_close",
            "starts_at": "2022-05-02T23:59:59",
            "timezone": "America/New_York",
        }
    )
    db.table("tags").insert({"document_id": later, "area_id": "broadband", "probability": 0.9})
    publish(db, "2022-03-20T12:00:00Z")
    db.close()
    return file


@pytest.mark.parametrize(
    ("title", "published", "moved"),
    [
        ("Hotspot lending under the E-Rate program; Extension of Comment Period", "2022-03-20", True),
        ("Hotspot lending under the E-Rate program; Reopening of Comment Period", "2022-04-20", True),
        ("Hotspot lending under the E-Rate Program; Second notice", "2022-03-20", True),
        ("Hotspot lending under the E-Rate program", "2022-04-20", False),
        ("A wholly different matter of the same docket", "2022-03-20", False),
    ],
)
async def test_an_extension_moves_the_same_event(
    site, corpus: Path, tmp_path: Path, title: str, published: str, moved: bool
) -> None:
    before = events_of((await get(site, "/calendar.ics?kind=comment_close")).content)
    later = serve.build(extended(corpus, tmp_path, title, published), today=TODAY, site=SITE)
    after = events_of((await get(later, "/calendar.ics?kind=comment_close")).content)
    [uid] = before
    assert uid == f"comment-close-{RULE}@policy.example.org"
    assert (set(after) == {uid}) == moved
    if moved:
        assert after[uid].start.date() == datetime.date(2022, 5, 2)
        assert after[uid]["SEQUENCE"] > before[uid]["SEQUENCE"]
        assert after[uid]["LAST-MODIFIED"].dt > before[uid]["LAST-MODIFIED"].dt
        # Whoever follows only the first document is told of the new date, too.
        [followed] = events_of((await get(later, f"/documents/{RULE}.ics")).content).values()
        assert followed.start.date() == datetime.date(2022, 5, 2)
    else:
        assert after[uid].start == before[uid].start
        assert len(after) == 2


async def test_a_date_that_is_corrected_in_place_moves_the_same_event(site, corpus: Path, tmp_path: Path) -> None:
    file = tmp_path / "corpus.db"
    file.write_bytes(corpus.read_bytes())
    db = Database(file)
    db.table("events").update((RULE, 0), {"starts_at": "2022-04-15T23:59:59"})
    db.table("changes").insert(
        {
            "id": "c9",
            "document_id": RULE,
            "seen_at": "2022-03-09T09:00:00Z",
            "happened_on": "2022-03-09",
            "kind": "event",
            "summary": "Comments close 15 April 2022",
        }
    )
    db.close()
    before = events_of((await get(site, f"/documents/{RULE}.ics")).content)
    after = events_of((await get(serve.build(file, today=TODAY, site=SITE), f"/documents/{RULE}.ics")).content)
    assert set(before) == set(after)
    [old], [new] = before.values(), after.values()
    assert (new["SEQUENCE"], new.start.date()) == (old["SEQUENCE"] + 1, datetime.date(2022, 4, 15))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/deadlines.ics", "Dates to keep"),
        ("/calendar.ics?month=2022-03", "March 2022: dates to keep"),
        ("/deadlines.ics?jurisdiction=us-tx", "Texas: dates to keep"),
    ],
)
async def test_a_calendar_is_called_one_of_dates_once(site, path: str, name: str) -> None:
    assert str(icalendar.Calendar.from_ical((await get(site, path)).content)["NAME"]) == name


def test_a_meeting_that_is_called_off_stays_the_same_date_and_parts_of_a_law_are_several(corpus: Path) -> None:
    known = {
        "document_id": "us-nh-1",
        "starts_at": "2025-03-05T11:00:00",
        "lapsed": False,
        "of": "bill",
        "description": None,
    }
    with sqlite3.connect(corpus) as db:
        db.row_factory = sqlite3.Row
        kinds = ("hearing", "committee_meeting", "hearing_canceled")
        assert len({dates.settled(db, [known | {"kind": kind}])[0]["key"] for kind in kinds}) == 1
        days = [known | {"kind": "effective", "starts_at": day} for day in ("2025-07-01", "2026-01-01")]
        assert [each["starts_at"] for each in dates.settled(db, days)] == ["2025-07-01", "2026-01-01"]
        assert len(dates.settled(db, [each | {"of": "regulation"} for each in days])) == 1, "a rule's day moves"


@pytest.mark.parametrize(("month", "day"), [("2022-02", "2022-02-01"), ("2022-03", "2022-03-31"), ("2022-01", None)])
async def test_the_files_of_a_month_have_its_dates(site, month: str, day: str | None) -> None:
    page = (await get(site, f"/calendar?area=all&month={month}")).text
    assert "Add these dates to your own calendar" in page
    for link in feeds.links("/calendar", f"area=all&month={month}"):
        assert html.escape(link.href) in page
        answer = await get(site, link.href)
        if link.form == "json":
            assert [each["starts_at"][:10] for each in answer.json()["dates"]] == ([day] if day else [])
            assert answer.json()["page"] == f"{SITE}/calendar?area=all&month={month}"
        if link.form == "csv":
            assert len(answer.text.splitlines()) == (2 if day else 1)
        if link.form == "ics":
            found = events_of(answer.content).values()
            assert [each.start.strftime("%Y-%m-%d") for each in found] == ([day] if day else [])
        if link.form == "atom":
            assert len(check_atom(answer.content)) == (1 if day else 0)
    assert (await get(site, f"/calendar.json?month={month}&area=all&past=1")).json()["dates"] == (
        (await get(site, f"/calendar.json?month={month}&area=all")).json()["dates"] if day and day < TODAY else []
    )


async def test_the_files_of_a_calendar_without_a_month_have_what_lies_ahead(site) -> None:
    assert "Add the dates ahead to your own calendar" in (await get(site, "/calendar?month=nonsense")).text
    hrefs = [link.href for link in feeds.links("/calendar", "area=all&month=nonsense")]
    assert hrefs[:2] == ["/calendar.ics?area=all", "/deadlines.atom?area=all"]
