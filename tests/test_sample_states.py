"""The state bills of the sample: whole, read as they stand, and enough to follow library e-books through the site."""

from __future__ import annotations

import json
import lzma
import re
from typing import Any
from urllib.parse import parse_qs

import pytest
from conftest import LATER, ROOT, replay

from classify.tagger import Tagger
from crawlers.items import Bill
from crawlers.spiders.us_states import UsStatesSpider
from positions.matching.matcher import Matcher

pytestmark = pytest.mark.slow

HOST = ROOT / "crawlers" / "sample" / "v3.openstates.org"
EBOOKS = {
    "us-ri-2026-hb7606": "enacted",
    "us-ri-2026-sb2525": "enacted",
    "us-mn-2025-2026-sf3685": "reported",
    "us-mn-2025-2026-hf3698": "reported",
    "us-hi-2026-hb2577": "in_committee",
    "us-ia-2025-2026-hf466": "in_committee",
}
RECORDED = ROOT.parent / "shared" / "upstream" / "data" / "openstates.jsonl.xz"


def pages(start: str) -> dict[str, dict[str, Any]]:
    """Postal code -> the answer recorded for it, of the files whose query has ``start``."""
    found = {}
    for path in HOST.iterdir():
        query = parse_qs(path.name.partition("@")[2])
        if path.name.startswith("bills@") and start in path.name:
            found[query["jurisdiction"][0]] = json.loads(path.read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def bills(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Bill]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENSTATES_KEY", "sample")
        corpus = tmp_path_factory.mktemp("sample") / "corpus.db"
        items = replay(UsStatesSpider(today=LATER[:10]), HOST.parent, corpus)
    return {item.id: item for item in items if isinstance(item, Bill)}


def test_every_address_that_is_asked_is_recorded_and_every_bill_is_read(bills: dict[str, Bill]) -> None:
    listed = pages("sort=updated_asc")
    assert sum(len(page["results"]) for page in listed.values()) == len(bills) == 17
    assert {key.split("-")[1] for key in bills} == set(listed)
    assert {key: bills[key].status for key in EBOOKS} == EBOOKS


def test_counts_and_times_of_change_agree() -> None:
    [path] = HOST.glob("jurisdictions@*")
    states = {row["division_id"][-2:]: row for row in json.loads(path.read_text(encoding="utf-8"))["results"]}
    listed, counted = pages("sort=updated_asc"), pages("per_page=1&")
    assert set(states) == set(listed) == set(counted)
    for state, page in listed.items():
        stamps = [row["updated_at"] for row in page["results"]]
        assert stamps == sorted(stamps)
        assert states[state]["latest_bill_update"] == stamps[-1]
        assert page["pagination"]["total_items"] == counted[state]["pagination"]["total_items"] == len(stamps)


def test_library_e_books_touch_their_position(bills: dict[str, Bill]) -> None:
    matcher = Matcher()
    records = [(key, bills[key].title, bills[key].abstract, bills[key].text) for key in EBOOKS]
    for (key, *texts), (_, tagging) in zip(records, Tagger().tag_batch(records), strict=True):
        assert "copyright" in {tag.area for tag in tagging.areas if tag.tagged}, key
        found = matcher.match(dict(zip(("title", "abstract", "text"), texts, strict=True)), ["copyright"])
        assert "cp-fair-ebook-terms" in {match.position_id for match in found}, key


def test_summaries_are_not_those_of_the_source(bills: dict[str, Bill]) -> None:
    if not RECORDED.exists():
        pytest.skip("the recorded upstream is not here: the summaries cannot be compared")
    ours = {bill.abstract for bill in bills.values() if bill.abstract}
    assert len(ours) == 4
    with lzma.open(RECORDED, "rt", encoding="utf-8") as lines:
        told = [
            line for line in lines if re.search(r"e-?book|electronic (book|literary)|School Libraries Act", line, re.I)
        ]
    assert told
    sentences = {part for text in ours for part in re.split(r"(?<=[.!?])\s", text) if len(part.split()) > 7}
    assert not [part for part in sentences if any(part.strip(".") in line for line in told)]
