"""What the spider of city councils does with lists and parts that go wrong."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
import scrapy
from conftest import NOW
from golden import made
from scrapy.http import TextResponse
from sqlite_utils import Database
from test_us_local_legistar import NYC, no_token  # noqa: F401
from twisted.python.failure import Failure

from crawlers.composite_spider import Work
from crawlers.download.budget import BudgetSpent
from crawlers.items import Listing, Reject, Unreadable
from crawlers.parsers.legistar import City, keys_of, parse_matter
from crawlers.spiders.us_local_legistar import LAST_LOOK, UsLocalLegistarSpider
from crawlers.storage.record import upsert


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


def test_stored_matter_loses_nothing_by_a_gap(corpus: Database, tmp_path: Path) -> None:
    spider, first = made(UsLocalLegistarSpider, corpus=tmp_path / "corpus.db"), work()
    first.waiting = []
    first.got = {"histories": [history("Approved by Council")], "text": {"MatterTextPlain": "Be it enacted"}}
    [stored] = spider.gather(first)
    upsert(corpus, [stored], now=NOW, silent=True)

    def without(part: str) -> list[Any]:
        again = work()
        again.known, again.waiting = True, [(part, "https://x")]
        again.got = {"histories": [history("Approved by Council"), history("Signed Into Law by Mayor")]}
        return list(spider.go_on_without(again))

    assert without("histories") == [], "it would be introduced again"
    for part in ("text", "versions"):
        [document] = without(part)
        assert (document.text, len(document.actions), document.stamp) == ("Be it enacted", 2, None)


def history(name: str) -> dict[str, Any]:
    return {"MatterHistoryActionDate": "2024-02-01T00:00:00", "MatterHistoryActionName": name}


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
    city = City(client="x", name="X", jurisdiction="us-xx-x", timezone="UTC", types=("bill",), since="2024-01-01")
    row = {"MatterId": 1, "MatterFile": "A 1", "MatterName": "A", "MatterIntroDate": "0001-01-01T00:00:00"}
    history = [{"MatterHistoryActionDate": "2024-13-01T00:00:00", "MatterHistoryActionName": "Approved by Council"}]
    matter = parse_matter(city, row, histories=history, sponsors=[], text=None, stamp=None)
    assert (matter.session, matter.published_on, matter.actions, matter.status_on) == ("undated", None, (), None)
