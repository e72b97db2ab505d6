"""Federal court decisions from govinfo: a golden replay, what is kept and what is not, and how far back a run looks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import NOW, SOURCES, replay
from golden import NOWHERE, agreed, made
from scrapy import Request
from scrapy.http import TextResponse
from sqlite_utils import Database

from crawlers.items import Document, ExpectedCount, Listing, Unreadable
from crawlers.parsers import govinfo_courts as gc
from crawlers.spiders.us_court_opinions import UsCourtOpinionsSpider
from crawlers.storage.record import upsert

RECORDED = SOURCES / "us_court_opinions"
METADATA = RECORDED / "www.govinfo.gov/metadata/pkg"
FIFTH = "ca5-26-50001"


@pytest.fixture(scope="module")
def items() -> list[Any]:
    return replay(made(UsCourtOpinionsSpider), RECORDED, NOWHERE)


@pytest.fixture(scope="module")
def cases(items: list[Any]) -> dict[str, Document]:
    return {str(item.key): item for item in items if isinstance(item, Document)}


def recorded(name: str) -> bytes:
    return (METADATA / f"USCOURTS-{name}" / "mods.xml").read_bytes()


def test_golden_replay_gives_the_records_that_were_read_and_agreed_to(items: list[Any]) -> None:
    agreed(RECORDED, items)


def test_only_cases_that_matter_are_kept(cases: dict[str, Document]) -> None:
    assert set(cases) == {FIFTH, "dcd-1_26-cv-00777"}, (
        "by a word, and by the nature of suit; a shipping case is neither"
    )


def test_opinion_on_appeal_is_a_decision_and_an_order_of_a_district_court_is_not(cases: dict[str, Document]) -> None:
    appeal, district = cases[FIFTH], cases["dcd-1_26-cv-00777"]
    assert (appeal.status, appeal.status_on) == ("decided", "2026-11-18")
    assert (district.status, district.status_on) == ("introduced", "2026-10-02")
    assert [action.acted_on for action in district.actions] == ["2026-10-02", "2026-11-20"]
    assert appeal.title == "Reader v. Example County (United States Court of Appeals for the Fifth Circuit, 26-50001)"
    assert district.versions[1].url == (
        "https://www.govinfo.gov/content/pkg/USCOURTS-dcd-1_26-cv-00777/pdf/USCOURTS-dcd-1_26-cv-00777-1.pdf"
    )


def test_a_case_is_called_by_its_number_at_the_court(cases: dict[str, Document]) -> None:
    assert {case.id: case.identifier for case in cases.values()} == {
        "us-court-ca5-26-50001": "26-50001",
        "us-court-dcd1-26-cv-00777": "1:26-cv-00777",
    }


def test_bankruptcy_courts_and_cases_that_changed_long_ago_are_not_asked_for(items: list[Any]) -> None:
    [tally] = [item for item in items if isinstance(item, ExpectedCount)]
    assert (tally.expected, tally.received) == (2, 2)
    assert not gc.load_choice().words.search("The arbitrary shipping order")


def test_stored_case_is_asked_for_again_only_when_its_stamp_moves(corpus: Database, tmp_path: Path) -> None:
    stored = gc.parse_case(gc.read_case(recorded(FIFTH), FIFTH), FIFTH, stamp="2026-11-20T04:10:00Z")
    upsert(corpus, [stored], now=NOW, silent=True)
    spider = made(UsCourtOpinionsSpider, corpus=tmp_path / "corpus.db")
    row = gc.Row(name=FIFTH, url=gc.address(FIFTH), stamp="2026-11-20T04:10:00Z")
    assert not spider.is_news(row)
    assert spider.is_news(gc.Row(name=FIFTH, url=row.url, stamp="2026-11-24T04:10:00Z"))
    assert not spider.is_news(gc.Row(name="ca5-26-1", url=row.url, stamp="2026-10-01T04:10:00Z")), "before the window"


def test_run_looks_back_to_the_last_one_that_had_everything(corpus: Database, tmp_path: Path) -> None:
    spider = made(UsCourtOpinionsSpider, corpus=tmp_path / "corpus.db")
    assert spider.first_on == "2026-10-26", "thirty days at first"
    run = {"source": "us_court_opinions", "state": "finished", "rejected": 0, "waiting": 0}
    whole, asked_for_less = json.dumps([{"counted": True}]), json.dumps([{"session": "court"}])
    corpus.table("runs").insert_all(
        [
            run | {"started_at": "2026-11-20T01:00:00Z", "coverage": whole},
            run | {"started_at": "2026-11-23T01:00:00Z", "coverage": whole, "rejected": 1},
            run | {"started_at": "2026-11-24T01:00:00Z", "coverage": asked_for_less},
        ]
    )
    assert made(UsCourtOpinionsSpider, corpus=tmp_path / "corpus.db").first_on == "2026-11-18"


def test_run_that_asked_for_less_gives_no_count_and_does_not_move_the_beginning_of_the_next() -> None:
    found = replay(made(UsCourtOpinionsSpider, limit=1), RECORDED, NOWHERE)
    assert not [item for item in found if isinstance(item, ExpectedCount)]
    assert [item for item in found if isinstance(item, Listing)]


def test_case_that_fails_on_every_try_is_a_reject_and_the_listing_comes() -> None:
    spider = made(UsCourtOpinionsSpider)
    spider.outstanding = 1
    row = gc.Row(name=FIFTH, url=gc.address(FIFTH), stamp="s")
    request = Request(row.url, meta={"retry_times": 9, "document_id": gc.key_of(FIFTH)})
    bad, listing, _ = spider.parse_case(TextResponse(row.url, body=b"<html>", request=request), row)
    assert bad.document_id == gc.key_of(FIFTH)
    assert isinstance(listing, Listing)


@pytest.mark.parametrize(
    "body", [b"", b"<html>maintenance</html>", b"<sitemapindex/>", recorded(FIFTH).replace(b"26-50001<", b"26-9<")]
)
def test_answer_that_is_not_what_was_asked_for_is_asked_for_again(body: bytes) -> None:
    spider = made(UsCourtOpinionsSpider)
    with pytest.raises(Unreadable):
        list(spider.parse_index(TextResponse(gc.INDEX, body=body)))
    row = gc.Row(name=FIFTH, url=gc.address(FIFTH), stamp="s")
    with pytest.raises(Unreadable):
        list(spider.parse_case(TextResponse(row.url, body=body, request=Request(row.url)), row))


def test_case_that_is_not_there_any_more_is_no_error() -> None:
    row = gc.Row(name=FIFTH, url=gc.address(FIFTH), stamp="s")
    spider = made(UsCourtOpinionsSpider)
    spider.outstanding = 2
    assert not list(spider.parse_case(TextResponse(row.url, status=404), row))


def test_many_cases_that_are_not_there_leave_the_next_run_where_this_one_began() -> None:
    spider = made(UsCourtOpinionsSpider)
    rows = [gc.Row(name=f"ca5-26-{n}", url=gc.address(f"ca5-26-{n}"), stamp="2026-11-20T00:00:00Z") for n in range(3)]
    spider.outstanding = spider.asked = len(rows)
    items = [item for row in rows for item in spider.parse_case(TextResponse(row.url, status=404), row)]
    assert [type(item) for item in items] == [Listing], "and no count"
    assert spider.notes == ["3 of 3 cases that the sitemaps name are not there"]


def test_listing_of_stored_cases_never_lets_one_go(items: list[Any]) -> None:
    [listing] = [item for item in items if isinstance(item, Listing)]
    assert len(listing.document_ids) == 2


def test_sitemap_of_an_earlier_year_is_read_where_it_has_changed() -> None:
    rows = {
        "USCOURTS_2019_ca5": "2026-11-20T04:00:00Z",
        "USCOURTS_2018_ca5": "2020-01-02T04:00:00Z",
        "USCOURTS_2026_ca5": "",
    }
    named = "".join(
        f"<sitemap><loc>{gc.HOST}/sitemap/{name}_sitemap.xml</loc><lastmod>{stamp}</lastmod></sitemap>"
        for name, stamp in rows.items()
    )
    found = gc.read_index(f"<sitemapindex>{named}</sitemapindex>".encode(), "2026-11-01")
    assert [each.name[9:13] for each in found] == ["2019", "2026"]
