"""The bundled sample is whole, agrees with its own listings and shows what `coverage.yml` says it shows."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from lxml import etree

from crawlers.items import FEDERAL_TYPES, STATUSES, Bill
from crawlers.parsers.billstatus import parse_bill

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "crawlers" / "sample"
HOST = SAMPLE / "www.govinfo.gov"
FILES = sorted((HOST / "bulkdata" / "BILLSTATUS").rglob("*.xml"))
SITEMAPS = sorted((HOST / "sitemap" / "bulkdata" / "BILLSTATUS").glob("*/sitemap.xml"))
COVERAGE: dict[str, dict[str, Any]] = yaml.safe_load((SAMPLE / "coverage.yml").read_text(encoding="utf-8"))
#: The eleven areas that have labels and the twelfth that has only positions.
AREAS = frozenset(
    {
        "intellectual-freedom",
        "privacy",
        "civil-liberties",
        "telecommunications",
        "broadband",
        "literacy",
        "education-research-funding",
        "library-funding",
        "copyright",
        "open-access",
        "government-information",
        "accessibility",
    }
)
#: Federal bills are not withdrawn, none was caught between passage and presentation, and the rest is other kinds' words.
ABSENT = {
    "withdrawn",
    "replaced",
    "passed",
    "proposed",
    "final",
    "decided",
    "notice",
    "in_force",
    "changed",
    "unrecorded",
}
GOLD = ROOT.parent / "shared" / "gold" / "dev.jsonl"
_NAME = re.compile(r"BILLSTATUS-(\d+)([a-z]+)(\d+)\.xml$")
_MARKUP = re.compile(r"<[^>]+>|&nbsp;")


def key(path: Path | str) -> str:
    match = _NAME.search(str(path))
    assert match, f"{path} is not named like a BILLSTATUS file"
    congress, kind, number = match.groups()
    return f"us-{congress}-{kind}{number}"


def url_of(path: Path) -> str:
    return f"https://{path.relative_to(SAMPLE).as_posix()}"


def tree(path: Path) -> etree._Element:
    return etree.parse(path, etree.XMLParser(resolve_entities=False, no_network=True)).getroot()


def bill_of(path: Path) -> Bill:
    return parse_bill(tree(path), source_url=url_of(path))


def rows(path: Path, row: str, *fields: str) -> list[tuple[str | None, ...]]:
    return [tuple(node.findtext(f"{{*}}{name}") for name in fields) for node in tree(path).iterfind(f"{{*}}{row}")]


def sentences(html: str) -> set[str]:
    """Its sentences of eight words or more: shorter ones are mostly names, which nobody owns."""
    text = " ".join(_MARKUP.sub(" ", html).split())
    return {s.strip(" .").lower() for s in re.split(r"(?<=[.!?])\s", text) if len(s.split()) >= 8}


@pytest.mark.parametrize("path", FILES, ids=key)
def test_file_has_what_a_record_must_have(path: Path) -> None:
    root = tree(path)
    bill = root.find("bill")
    assert root.tag == "billStatus"
    assert bill is not None
    old = bill.findtext("version") == "1.0.0"
    assert old or root.findtext("version") == "3.0.0"
    names = ("billNumber", "billType") if old else ("number", "type")
    for name in (*names, "congress", "introducedDate", "updateDate", "originChamber", "title", "latestAction/text"):
        assert bill.findtext(name), f"{path.name} has no {name}"
    assert f"us-{bill.findtext('congress')}-{bill.findtext(names[1], '').lower()}{bill.findtext(names[0])}" == key(path)
    for name in ("actions/item", "titles/item", "subjects", "textVersions"):
        assert bill.find(name) is not None, f"{path.name} has no {name}"
    description = root.findtext("dublinCore/{http://purl.org/dc/elements/1.1/}description") or ""
    assert "Not for citation" in description


@pytest.mark.parametrize("path", FILES, ids=key)
def test_dates_are_in_order(path: Path) -> None:
    bill = tree(path).find("bill")
    assert bill is not None
    days = [node.text or "" for node in bill.iterfind("actions/item/actionDate")]
    assert days == sorted(days, reverse=True), "actions come newest first"
    assert days[-1] >= (bill.findtext("introducedDate") or "")
    assert days[0] <= (bill.findtext("updateDate") or "")[:10]
    assert days[0] == bill.findtext("latestAction/actionDate")


def test_sitemaps_and_files_name_each_other() -> None:
    index = HOST / "sitemap" / "bulkdata" / "BILLSTATUS" / "sitemapindex.xml"
    assert sorted(loc for (loc,) in rows(index, "sitemap", "loc") if loc) == [url_of(path) for path in SITEMAPS]
    listed = {loc: stamp for path in SITEMAPS for loc, stamp in rows(path, "url", "loc", "lastmod")}
    assert listed == {url_of(path): tree(path).findtext("bill/updateDate") for path in FILES}
    for path in SITEMAPS:
        part = path.parent.name
        for (loc,) in rows(path, "url", "loc"):
            assert f"/BILLSTATUS-{part}" in (loc or ""), f"{loc} is listed under {part}"


def test_coverage_names_every_file_and_known_words() -> None:
    assert sorted(COVERAGE) == sorted(map(key, FILES))
    for name, expected in COVERAGE.items():
        assert expected["status"] in STATUSES, name
        assert set(expected["areas"]) <= AREAS, name


def test_sample_is_varied() -> None:
    bills = [key(path).split("-") for path in FILES]
    assert {re.sub(r"\d+$", "", number) for _, _, number in bills} == set(FEDERAL_TYPES.values())
    assert len({congress for _, congress, _ in bills}) >= 5
    areas = Counter(area for expected in COVERAGE.values() for area in expected["areas"])
    assert all(areas[area] >= 3 for area in AREAS), areas
    assert sum(not expected["areas"] for expected in COVERAGE.values()) >= 4, "bills about none of the areas"
    assert {expected["status"] for expected in COVERAGE.values()} == set(STATUSES) - ABSENT
    assert sum(tree(path).findtext("bill/version") == "1.0.0" for path in FILES) >= 3


def test_sample_stays_small() -> None:
    sizes = {path.name: path.stat().st_size for path in FILES}
    assert sum(sizes.values()) < 700_000
    assert max(sizes.values()) < 20_000, max(sizes, key=lambda name: sizes[name])


@pytest.mark.parametrize("path", FILES, ids=key)
def test_status_is_what_a_reader_sees(path: Path) -> None:
    bill = bill_of(path)
    assert bill.id == key(path)
    assert bill.status == COVERAGE[bill.id]["status"], f"{bill.title}: {bill.status_history}"


def test_enacted_bills_have_their_law() -> None:
    for path in FILES:
        bill = bill_of(path)
        assert bool(bill.laws) == (bill.status == "enacted"), bill.id
        assert all(law.number.startswith(f"{bill.session}-") for law in bill.laws), bill.id


def test_no_summary_sentence_is_the_recorded_one() -> None:
    if not GOLD.is_file():
        pytest.skip("../shared/gold is not here: nothing to compare the summaries with")
    recorded: set[str] = set()
    with GOLD.open(encoding="utf-8") as lines:
        for line in lines:
            recorded |= sentences(json.loads(line).get("abstract") or "")
    assert recorded
    for path in FILES:
        for node in tree(path).iterfind(".//summaries//text"):
            assert not sentences(node.text or "") & recorded, path.name
