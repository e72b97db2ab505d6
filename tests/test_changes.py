"""The event log: every part that is there now and was not before, however often somebody looked."""

from __future__ import annotations

from dataclasses import replace

from conftest import LATER, NOW, bill_xml
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from crawlers.items import Action, Bill, Law, Sponsor, Summary, TextVersion, Title
from crawlers.parsers import xmltree
from crawlers.parsers.billstatus import parse_bill
from crawlers.storage.changes import differences
from crawlers.storage.record import upsert

DAY = "2021-05-05"
PART = {
    "actions": Action(acted_on=DAY, description="Referred to the House Committee on Rules."),
    "summaries": Summary(acted_on=DAY, action="Introduced", text="Funds libraries."),
    "versions": TextVersion(name="Introduced in House", issued_on=DAY),
    "sponsors": Sponsor(name="Rep. Jane Doe", role="cosponsor", joined_on=DAY),
    "titles": Title(kind="Short Title", title="Libraries Act"),
    "laws": Law(kind="Public Law", number="117-9"),
    "status_history": ("in_committee", DAY),
}
KINDS = {
    "actions": "action",
    "summaries": "summary",
    "versions": "text",
    "sponsors": "cosponsor",
    "titles": "title",
    "laws": "law",
    "status_history": "status",
}


def bill() -> Bill:
    return parse_bill(
        xmltree.parse(bill_xml(1).encode(), root="billStatus"), source_url="https://www.govinfo.gov/x.xml"
    )


def with_parts(*names: str) -> Bill:
    base = bill()
    return replace(base, **{name: (*getattr(base, name), PART[name]) for name in names})  # type: ignore[arg-type]


def test_every_part_is_an_event_of_its_own_kind() -> None:
    for name, part in PART.items():
        [event] = differences(bill(), with_parts(name))
        assert event.kind == KINDS[name], part
        assert event.document_id == "us-117-hr1"
        assert event.happened_on == (None if name in ("titles", "laws") else DAY)


def test_new_document_is_introduced_with_all_its_parts() -> None:
    events = differences(None, with_parts(*PART))
    assert [event.kind for event in events].count("introduced") == 1
    assert {event.kind for event in events} == {"introduced", *KINDS.values()}


def test_withdrawal_of_a_cosponsor_is_news_and_a_sponsor_is_not() -> None:
    joined = with_parts("sponsors")
    left = replace(joined, sponsors=(replace(joined.sponsors[-1], withdrawn_on="2021-06-01"),))
    assert [(event.happened_on, event.summary) for event in differences(joined, left)] == [
        ("2021-06-01", "Rep. Jane Doe withdrew")
    ]
    sponsored = replace(bill(), sponsors=(Sponsor(name="Rep. Jane Doe", role="sponsor"),))
    assert differences(bill(), sponsored) == ()


def test_same_document_is_no_news() -> None:
    whole = with_parts(*PART)
    assert differences(whole, whole) == ()


@given(st.lists(st.sampled_from(sorted(PART)), unique=True))
def test_looking_daily_or_weekly_tells_the_same(order: list[str]) -> None:
    weekly = {event.id for event in differences(bill(), with_parts(*order))}
    daily, seen = set(), bill()
    for count in range(1, len(order) + 1):
        now = with_parts(*order[:count])
        daily |= {event.id for event in differences(seen, now)}
        seen = now
    law_without_date = "laws" in order and "status_history" in order
    assert law_without_date or daily == weekly


def test_long_summaries_are_shortened_in_the_log_but_told_apart() -> None:
    one, other = ("A" * 800 + end for end in "xy")
    old = replace(bill(), summaries=(Summary(acted_on=DAY, action="Introduced", text=one),))
    new = replace(bill(), summaries=(Summary(acted_on=DAY, action="Introduced", text=other),))
    [event] = differences(old, new)
    assert len(event.summary) <= 500


def test_log_in_the_database_counts_each_event_once(corpus: Database) -> None:
    upsert(corpus, [bill()], now=NOW, silent=True)
    assert corpus.table("changes").count == 0
    for _ in range(2):  # told twice, as by a run that was cut off after it had stored
        upsert(corpus, [with_parts("actions", "sponsors")], now=LATER, silent=False)
    assert [row["kind"] for row in corpus.query("select kind from changes order by kind")] == ["action", "cosponsor"]
