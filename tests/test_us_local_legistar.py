"""The spider of city councils: a golden replay, facts written by hand, and what it does when a part cannot be had."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
import scrapy
from conftest import SOURCES, replay
from golden import NOWHERE, agreed, made
from scrapy.http import TextResponse
from twisted.python.failure import Failure

from crawlers.composite_spider import Work
from crawlers.download.budget import BudgetSpent
from crawlers.items import Document, Listing, Reject, Unreadable
from crawlers.parsers.legistar import City, keys_of, load_cities, parse_matter
from crawlers.spiders.us_local_legistar import LAST_LOOK, UsLocalLegistarSpider
from crawlers.status.local import classify_local_action, state_status

RECORDED = SOURCES / "us_local_legistar"
NYC = load_cities()["nyc"]


@pytest.fixture(autouse=True)
def no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LEGISTAR_NYC_TOKEN", raising=False)


@pytest.fixture(scope="module")
def items() -> list[Any]:
    return replay(made(UsLocalLegistarSpider), RECORDED, NOWHERE)


@pytest.fixture(scope="module")
def matters(items: list[Any]) -> dict[str, Document]:
    return {item.id: item for item in items if isinstance(item, Document)}


def test_golden_replay_gives_the_records_that_were_read_and_agreed_to(items: list[Any]) -> None:
    agreed(RECORDED, items)


def test_school_librarian_reports_became_law_without_signature(matters: dict[str, Document]) -> None:
    matter = matters["us-ny-nyc-2024-int1125-2024"]
    assert (matter.kind, matter.level, matter.identifier) == ("local_matter", "local", "Int 1125-2024")
    assert (matter.status, matter.published_on) == ("enacted", "2024-11-21")
    assert [step for step, _ in matter.status_history][:3] == ["introduced", "in_committee", "reported"]
    assert "to_executive" in dict(matter.status_history)
    assert {event.timezone for event in matter.events} == {"America/New_York"}


def test_veto_that_was_overridden_is_law_and_one_that_stands_is_vetoed(matters: dict[str, Document]) -> None:
    overridden, stands = matters["us-ny-nyc-2023-int878-2023"], matters["us-ny-nyc-2024-int902-2024"]
    assert [step for step, _ in overridden.status_history][-2:] == ["vetoed", "enacted"]
    assert (stands.status, stands.status_on) == ("vetoed", "2025-12-31")


def test_resolution_ends_when_the_council_adopts_it(matters: dict[str, Document]) -> None:
    assert matters["us-ny-nyc-2024-res477-2024"].status == "adopted"
    assert matters["us-ny-nyc-2024-int1004-2024"].status == "to_executive"


def test_matter_without_title_and_text_is_kept(matters: dict[str, Document]) -> None:
    matter = matters["us-ny-nyc-2026-int634-2026"]
    assert (matter.title, matter.text, matter.status) == ("Int 0634-2026 (no title yet)", None, "introduced")


def test_text_is_that_of_the_version_in_force(matters: dict[str, Document]) -> None:
    assert "version A" in (matters["us-ny-nyc-2024-int1004-2024"].text or "")


def test_listing_names_every_matter_by_year(items: list[Any]) -> None:
    sizes = {item.session: len(item.document_ids) for item in items if isinstance(item, Listing)}
    assert sizes == {"2023": 1, "2024": 4, "2026": 1}


def test_days_of_change_narrow_what_is_asked_for() -> None:
    items = replay(made(UsLocalLegistarSpider, since="2999-01-01"), RECORDED, NOWHERE)
    assert not [item for item in items if isinstance(item, Document)]
    assert len([item for item in items if isinstance(item, Listing)]) == 3


def test_token_goes_into_the_address_where_a_council_wants_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEGISTAR_NYC_TOKEN", "secret")
    assert made(UsLocalLegistarSpider).ask_page(NYC, 0).url.endswith("&token=secret")


def test_city_that_is_not_configured_is_named() -> None:
    with pytest.raises(ValueError, match=r"gotham: not in cities\.yml"):
        made(UsLocalLegistarSpider, cities="gotham")


# --------------------------------------------------------------------- words

# real action names, whether the vote was lost, and Open States' word
ACTIONS = [
    ("Introduced by Council", False, "introduction"),
    ("Referred to Comm by Council", False, "referral-committee"),
    ("Re-referred to Committee by Council", False, "referral-committee"),
    ("Recommitted to Committee by Council", False, "referral-committee"),
    ("Referred to Finance Pursuant to Rule 9.10", False, "referral-committee"),
    ("Hearing Held by Committee", False, "hearing"),
    ("Hearing on P-C Item by Comm", False, "hearing"),
    ("Hearing Scheduled by Mayor", False, "hearing"),
    ("Hearing Scheduled by Mayor Cancelled", False, "deferral"),
    ("Bill Signing Scheduled by Mayor", False, "hearing"),
    ("Laid Over by Committee", False, "deferral"),
    ("P-C Item Laid Over by Comm", False, "deferral"),
    ("Amendment Proposed by Comm", False, "amendment-introduction"),
    ("Amended by Committee", False, "amendment-passage"),
    ("Approved by Committee", False, "committee-passage"),
    ("Approved by Committee", True, "committee-failure"),
    ("Approved by Subcommittee", False, "committee-passage"),
    ("P-C Item Approved by Comm", False, "committee-passage"),
    ("Approved by Committee with Modifications and Referred to CPC", False, "committee-passage"),
    ("P-C Item Approved by Committee with Companion Resolution", False, "committee-passage"),
    ("Defeated by Committee", True, "committee-failure"),
    ("Disapproved by Committee", False, "committee-failure"),
    ("Filed by Committee", False, "committee-failure"),
    ("Approved by Council", False, "passage"),
    ("Approved, by Council", False, "passage"),
    ("Disapproved by Council", False, "failure"),
    ("Filed by Council", False, "failure"),
    ("Filed (End of Session)", False, "failure"),
    ("Sent to Mayor by Council", False, "executive-receipt"),
    ("Signed Into Law by Mayor", False, "executive-signature"),
    ("City Charter Rule Adopted", False, "became-law"),
    ("Returned Unsigned by Mayor", False, "became-law"),
    ("Vetoed by Mayor", False, "executive-veto"),
    ("Overridden by Council", False, "veto-override-passage"),
    ("Recved from Mayor by Council", False, "receipt"),
    ("Withdrawn", False, "withdrawal"),
    ("Something new", False, None),
]


@pytest.mark.parametrize(("name", "failed", "word"), ACTIONS)
def test_every_action_has_its_class(name: str, failed: bool, word: str | None) -> None:
    assert classify_local_action(name, failed=failed) == word


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("Filed (End of Session)", "failed"),
        ("Adopted", "adopted"),
        ("Committee", "in_committee"),
        ("Enacted", "enacted"),
        ("Laid Over in Committee", "in_committee"),
        ("Withdrawn", "withdrawn"),
        ("Disapproved", "failed"),
        ("Enacted (Mayor's Desk for Signature)", "to_executive"),
        ("Filed", "failed"),
        ("Vetoed", "vetoed"),
        ("Introduced", "introduced"),
        ("Reported from Committee", "reported"),
        ("Something else", None),
    ],
)
def test_every_state_has_its_status(state: str, status: str | None) -> None:
    assert state_status(state) == status


# --------------------------------------------------------------------- lists and parts that go wrong


def page(*numbers: int) -> TextResponse:
    rows = [{"MatterId": n, "MatterFile": f"Int {n:04}-2024", "MatterTypeName": "Introduction"} for n in numbers]
    return TextResponse("https://webapi.legistar.com/x", body=json.dumps(rows).encode())


def test_list_ends_only_when_it_is_empty_twice_in_other_words() -> None:
    spider = made(UsLocalLegistarSpider)
    [after_short_page] = spider.parse_page(page(1, 2), city=NYC, skip=0, top=1000)
    assert after_short_page.cb_kwargs == {"city": NYC, "skip": 2, "top": 1000}
    [second_look] = spider.parse_page(page(), city=NYC, skip=2, top=1000)
    assert second_look.cb_kwargs == {"city": NYC, "skip": 2, "top": LAST_LOOK}
    [still_there] = spider.parse_page(page(3), city=NYC, skip=2, top=LAST_LOOK)
    assert still_there.cb_kwargs["skip"] == 3
    found = list(spider.parse_page(page(), city=NYC, skip=3, top=LAST_LOOK))
    assert isinstance(found[0], Listing)
    assert len(found[0].document_ids) == 3


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"<html>", b"[1]", b'[{"MatterFile": "Int 1"}]'])
def test_broken_or_empty_first_page_is_asked_for_again(body: bytes) -> None:
    with pytest.raises(Unreadable):
        list(made(UsLocalLegistarSpider).parse_page(TextResponse("https://x/y", body=body), city=NYC, skip=0, top=1000))


def test_two_matters_with_one_file_number_are_two_documents() -> None:
    rows = {n: {"MatterId": n, "MatterFile": "Int 0001-2024", "MatterIntroDate": "2024-01-02T00:00:00"} for n in (1, 2)}
    assert list(keys_of(NYC, rows)) == ["us-ny-nyc-2024-int1-2024", "us-ny-nyc-2024-int1-2024-2"]


def work() -> Work:
    row = {
        "MatterId": 7,
        "MatterFile": "Int 0007-2024",
        "MatterName": "Seven",
        "MatterIntroDate": "2024-01-02T00:00:00",
    }
    parts = [(name, f"https://x/{name}") for name in ("histories", "sponsors", "versions")]
    return Work(key="us-ny-nyc-2024-int7-2024", record={"city": NYC, "row": row}, stamp="s", waiting=parts)


def answer(body: bytes, work: Work, *, status: int = 200, tries: int = 0) -> list[Any]:
    spider = made(UsLocalLegistarSpider)
    request = scrapy.Request(work.waiting[0][1], meta={"retry_times": tries, "document_id": work.key})
    response = TextResponse(request.url, body=body, status=status, request=request)
    return list(spider.parse_part(response, work))


def test_unreadable_part_is_asked_for_again_and_in_the_end_kept_as_a_gap() -> None:
    asked = work()
    with pytest.raises(Unreadable):
        answer(b"<html>maintenance", asked)
    assert asked.waiting[0] == ("histories", "https://x/histories")
    gap, following = answer(b"<html>maintenance", work(), tries=5)
    assert isinstance(gap, Reject)
    assert gap.document_id == "us-ny-nyc-2024-int7-2024"
    assert following.url == "https://x/sponsors"


def test_document_with_a_gap_is_kept_without_a_stamp_so_that_it_is_asked_for_again() -> None:
    gathering = work()
    gathering.waiting = gathering.waiting[:1]
    gap, document = answer(b"cut off", gathering, tries=5)
    assert isinstance(gap, Reject)
    assert (document.title, document.stamp) == ("Seven", None)


def test_part_that_is_not_there_is_final() -> None:
    gathering = work()
    gathering.waiting = gathering.waiting[:1]
    [document] = answer(b"", gathering, status=404)
    assert document.stamp == "s"


def fail(error: Exception) -> list[Any]:
    async def collect() -> list[Any]:
        return [each async for each in made(UsLocalLegistarSpider).part_failed(failure)]

    failure = Failure(error)
    gathering = work()
    failure.request = scrapy.Request("https://x/histories", meta={"work": gathering})  # type: ignore[attr-defined]
    return asyncio.run(collect())


def test_part_that_fails_on_every_try_is_a_gap_and_spent_budget_is_none() -> None:
    gap, following = fail(OSError("no answer"))
    assert isinstance(gap, Reject)
    assert following.url == "https://x/sponsors"
    assert fail(BudgetSpent("tomorrow")) == []


def test_dates_that_cannot_be_are_left_out() -> None:
    city = City(client="x", name="X", jurisdiction="us-xx-x", timezone="UTC", page="https://x/{id}")
    row = {"MatterId": 1, "MatterFile": "A 1", "MatterName": "A", "MatterIntroDate": "0001-01-01T00:00:00"}
    history = [{"MatterHistoryActionDate": "2024-13-01T00:00:00", "MatterHistoryActionName": "Approved by Council"}]
    matter = parse_matter(city, row, histories=history, sponsors=[], text=None, stamp=None)
    assert (matter.session, matter.published_on, matter.actions, matter.status_on) == ("undated", None, (), None)
