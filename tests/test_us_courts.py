"""Courts: a golden replay, facts written by hand, and one docket that several searches show in part."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import NOW, ROOT, SOURCES, replay
from golden import NOWHERE, agreed, made
from scrapy.http import TextResponse
from sqlite_utils import Database

from crawlers.items import BadRecord, Document, Link, Listing, Reject, Unreadable
from crawlers.parsers import courtlistener as api
from crawlers.parsers.known_numbers import number_in
from crawlers.spiders.us_courts import UsCourtsSpider
from crawlers.storage.record import upsert
from pages.http import formatting

RECORDED = SOURCES / "us_courts"
DOCKET = "us-court-docket900888"


@pytest.fixture(autouse=True, scope="module")
def key() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURTLISTENER_KEY", "not-a-key")
        yield


@pytest.fixture(scope="module")
def items() -> list[Any]:
    return replay(made(UsCourtsSpider, since="2025-01-01"), RECORDED, NOWHERE)


@pytest.fixture(scope="module")
def cases(items: list[Any]) -> dict[str, Document]:
    return {item.id: item for item in items if isinstance(item, Document)}


def test_golden_replay_gives_the_records_that_were_read_and_agreed_to(items: list[Any]) -> None:
    agreed(RECORDED, items)


def test_all_searches_together_make_one_listing(items: list[Any], cases: dict[str, Document]) -> None:
    [listing] = [item for item in items if isinstance(item, Listing)]
    assert set(listing.document_ids) == set(cases)
    assert len(cases) == 3


def test_little_v_llano_county_was_decided_on_23_may_2025(cases: dict[str, Document]) -> None:
    case = cases["us-court-opinion900001"]
    assert case.title == "Little v. Llano County (5th Cir., 23-50224)"
    assert (case.kind, case.level, case.status, case.status_on) == ("case", "court", "decided", "2025-05-23")
    assert [action.description for action in case.actions] == ["Argued", "Decided"]
    assert case.links == (Link(document_id="us-court-docket900777", kind="docket", said_by="us_courts"),)


def test_a_case_is_called_by_its_number_at_the_court_or_else_by_its_title(cases: dict[str, Document]) -> None:
    assert {case.id: case.identifier for case in cases.values()} == {
        DOCKET: "1:25-cv-01050",
        "us-court-opinion900001": "23-50224",
        "us-court-opinion900002": "In re A.B. (Vt.)",
    }


@pytest.mark.parametrize(
    ("title", "number"),
    [
        ("In re Miranda (Cal., S058528, S060781)", "S058528, S060781"),
        ("Matter of Hanalise S. (Daniel S., Jr.) (N.Y. App. Div.)", None),
        ("Doe v. Roe (Poe, Intervenor) (2d Cir., 24-1234(L))", "24-1234(L)"),
        ("S.S. v. Hentel (N.Y. App. Div., 2021-02995; Index No. 711944/18)", "2021-02995; Index No. 711944/18"),
        ("Doe v. Roe", None),
    ],
)
def test_the_number_of_a_case_is_read_from_the_end_of_its_title(title: str, number: str | None) -> None:
    assert number_in(title) == (number or title)
    assert formatting.repeats(number_in(title), title)


def test_ala_v_sonderling_is_pending_with_the_filings_of_both_searches(cases: dict[str, Document]) -> None:
    case = cases[DOCKET]
    assert case.title == "American Library Association v. Sonderling (D.D.C., 1:25-cv-01050)"
    assert (case.status, case.published_on) == ("introduced", "2025-04-07")
    assert [(action.acted_on, action.code) for action in case.actions] == [
        ("2025-04-07", None),
        ("2025-04-07", "1"),
        ("2025-05-01", "25"),
    ]
    assert case.text == "Parties: American Library Association; Keith Sonderling"


def test_the_second_page_of_results_is_read(cases: dict[str, Document]) -> None:
    assert cases["us-court-opinion900002"].abstract == "A library card is no proof of residence."


def test_queries_belong_to_areas_that_there_are() -> None:
    areas = yaml.safe_load((ROOT / "classify" / "areas.yml").read_text(encoding="utf-8"))["areas"]
    queries = yaml.safe_load(api.QUERIES_FILE.read_text(encoding="utf-8"))
    assert set(queries) <= set(areas)
    assert len(api.load_queries()) == sum(map(len, queries.values()))


def test_a_day_s_searches_stay_within_the_budget() -> None:
    assert 2 * len(api.load_queries()) < 125 / 2


def page(results: list[Any], **values: Any) -> bytes:
    return json.dumps({"count": len(results), "next": None, "results": results} | values).encode()


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"<html>", "not JSON"),
        (b"{}", "not a page"),
        (page([], count=3), "no results though there are 3"),
        (page([{}], next="https://example.org/api/rest/v4/search/?cursor=x"), "elsewhere"),
        (page([{}], next="http://www.courtlistener.com/api/rest/v4/search/?cursor=x"), "elsewhere"),
    ],
)
def test_a_page_that_cannot_be_right_is_asked_again(body: bytes, message: str) -> None:
    with pytest.raises(Unreadable, match=message):
        api.read_page(body)


def test_a_result_without_a_number_is_kept_as_a_reject() -> None:
    spider = made(UsCourtsSpider, limit=5)
    request = spider.search("https://www.courtlistener.com/api/rest/v4/search/?type=o&q=x", "o", 0)
    body = page([{"caseName": "No v. Number", "absolute_url": "/opinion/1/"}])
    [kept] = spider.parse_results(TextResponse(request.url, body=body, request=request), "o", 0)
    assert isinstance(kept, Reject)
    assert "without the number of its opinion" in kept.reason


def test_a_case_of_the_wrong_form_is_refused() -> None:
    with pytest.raises(BadRecord, match="KeyError"):
        api.parse_case({"cluster_id": 1, "caseName": "A v. B"}, "o")


def test_the_key_is_sent_in_a_header() -> None:
    request = made(UsCourtsSpider).search("https://www.courtlistener.com/api/rest/v4/search/?q=x", "o", 0)
    assert request.headers[b"Authorization"] == b"Token not-a-key"


def test_a_second_run_yields_nothing_and_lists_everything(corpus: Database, cases: dict[str, Document]) -> None:
    upsert(corpus, list(cases.values()), now=NOW, silent=True)
    path = Path(corpus.execute("pragma database_list").fetchone()[2])
    found = replay(made(UsCourtsSpider, corpus=path, since="2025-01-01"), RECORDED, path)
    listing, tally = found
    assert set(listing.document_ids) == set(cases)
    assert (tally.expected, tally.received) == (3, 3)


async def test_the_order_of_searches_turns_by_the_day() -> None:
    async def first(today: str) -> str:
        spider = UsCourtsSpider(today=today)
        return (await anext(spider.start())).url

    assert await first("2026-11-25") != await first("2026-11-26")
