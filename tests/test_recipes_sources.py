"""The recipes of CONTRIBUTING.md for a source and for a city, each followed in a copy of the checkout."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from checkout import Checkout, checkout  # noqa: F401
from truncated_sources import put

pytestmark = pytest.mark.slow

# --------------------------------------------------------------------- a source

HOST = "legislature.example.gov"
SOURCE = f"""
us_vt_bills:
  title: Bills of Vermont
  publisher: Vermont General Assembly
  jurisdictions: [us-vt]
  level: state
  url: https://{HOST}/bills.json
  terms:
    allows: Public records of the state
    url: https://{HOST}/terms
    read: 2026-11-25
  key: null
  accept: application/json
  rate: {{concurrency: 1}}
  frequency: daily
  expect: {{min: 1, max: 2000}}
  max_reject_share: 0.01
"""
PARSER = f'''"""Bills of Vermont's legislature: parsing only."""

from __future__ import annotations

from typing import Any

from crawlers.items import Bill, Unreadable, clean, document_id
from crawlers.parsers.json_reader import read_object, readable

URL = "https://{HOST}/bills.json"
SOURCE, JURISDICTION, SESSION = "us_vt_bills", "us-vt", "2026"
Record = dict[str, Any]


def read_list(body: bytes) -> list[Record]:
    """Return the records of the list.

    Raises:
        Unreadable: The answer is not a list of bills.
    """
    rows = read_object(body).get("bills")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Unreadable("not a list of bills")
    return rows


def parse_bill(record: Record) -> Bill:
    """Return a record as a document.

    Raises:
        BadRecord: The number or the title is missing.
    """
    with readable(f"bill {{record.get('number')!r}}"):
        number, title = clean(record["number"]), clean(record["title"])
        if not (number and title):
            raise ValueError("number or title is empty")
        return Bill(
            id=document_id(JURISDICTION, SESSION, number), source=SOURCE, jurisdiction=JURISDICTION, level="state",
            session=SESSION, identifier=number, title=title, url=URL, source_url=URL,
        )
'''
SPIDER = '''"""Bills of Vermont, from the legislature's own list."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import scrapy
from scrapy.http import Response

from crawlers.items import BadRecord, Listing, Reject
from crawlers.parsers import vermont
from crawlers.spider import SourceSpider


class UsVtBillsSpider(SourceSpider):
    """All bills of the session, from one answer."""

    name = "us_vt_bills"

    async def start(self) -> AsyncIterator[scrapy.Request]:
        yield self.ask(vermont.URL, self.parse_list)

    def parse_list(self, response: Response) -> Iterator[Any]:
        bills, rejects = [], []
        for row in vermont.read_list(response.body):
            self.audit("bill", row)
            try:
                bills.append(vermont.parse_bill(row))
            except BadRecord as error:
                rejects.append(Reject(source=self.name, url=response.url, reason=str(error)))
        ids = tuple(bill.id for bill in bills)
        yield Listing(source=self.name, jurisdiction=vermont.JURISDICTION, session=vermont.SESSION, part="", document_ids=ids)
        yield from self.take(bills)
        yield from rejects
'''
TEST = '''"""The spider of Vermont's bills: a golden replay."""

from conftest import SOURCES, replay
from golden import NOWHERE, agreed, made

from crawlers.items import Listing
from crawlers.spiders.us_vt_bills import UsVtBillsSpider

RECORDED = SOURCES / "us_vt_bills"


def test_golden_replay_gives_the_records_that_were_agreed_to() -> None:
    items = replay(made(UsVtBillsSpider), RECORDED, NOWHERE)
    agreed(RECORDED, items)
    [listing] = [item for item in items if isinstance(item, Listing)]
    assert listing.document_ids == ("us-vt-2026-h1", "us-vt-2026-h2")
'''
HALF = """def us_vt_bills(folder: Path, count: int, announced: int) -> None:
    rows = clones(golden("us_vt_bills/*/bills.json")["bills"][0], count, number=lambda n: f"H.{n}")
    put(folder, "https://legislature.example.gov/bills.json", {"bills": rows})


"""
FUZZ = """def _vermont(body: bytes) -> None:
    stored(each(vermont.parse_bill, vermont.read_list(body)))


"""
FIELDS = """
us_vt_bills:
  bill: [introduced, number, sponsor, status, title]
"""
PROBE = f"""
us_vt_bills:
  url: https://{HOST}/bills.json
  records: bills
  fields: [number, title, status]
  first_load: {{requests: 1}}
"""
BILL = {"introduced": "2026-01-07", "sponsor": "Rep. Green", "status": "In committee"}
RECORDING = {
    "bills": [
        BILL | {"number": "H.1", "title": "An act relating to public libraries"},
        BILL | {"number": "H.2", "title": "An act relating to the privacy of readers"},
    ]
}


def write_source(checkout: Checkout) -> None:
    """Follow the recipe for a source, step by step."""
    checkout.insert("crawlers/sources.yml", SOURCE)
    checkout.insert("crawlers/parsers/vermont.py", PARSER)
    checkout.insert("crawlers/spiders/us_vt_bills.py", SPIDER)
    checkout.insert("crawlers/completeness/fields.yml", FIELDS)
    checkout.insert("crawlers/probes.yml", PROBE)
    checkout.insert(f"tests/sources/us_vt_bills/{HOST}/bills.json", json.dumps(RECORDING))
    checkout.insert("tests/sources/us_vt_bills/README.md", "Two invented bills in the form of an invented source.\n")
    checkout.insert("tests/test_us_vt_bills.py", TEST)
    halves, fuzz = "tests/support/truncated_sources.py", "tests/support/fuzz_sources.py"
    checkout.insert(halves, HALF, before="def uk_bills(")
    case = 'Case(us_vt_bills, "2026-11-25", "2026-11-26", announces=False)'
    checkout.insert(halves, f'    "us_vt_bills": {case},\n', before='    "us_bill_text": Case(\n')
    checkout.insert(fuzz, "    vermont,\n", before="    xmltree,\n")
    checkout.insert(fuzz, FUZZ, before="def _uk_bill(")
    row = '("vermont", "us_vt_bills/**/bills.json", change_json, _vermont, UNUSABLE),'
    checkout.insert(fuzz, f"    {row}\n", before='    ("uk_list", ')
    checkout.insert(fuzz, '    "us_vt_bills": ("vermont",),\n', before='    "uk_bills": (')
    checkout.insert(fuzz, '    "crawlers/parsers/vermont.py": "vermont",\n', before='    "crawlers/parsers/xmltree.py"')
    checkout.insert("docs/sources/us_vt_bills.md", "# Bills of Vermont (`us_vt_bills`)\n\nAn invented source.\n")
    table = "| [`us_vt_bills`](us_vt_bills.md) | Bills of Vermont | none |\n"
    checkout.insert("docs/sources/README.md", table)
    checkout.insert("CHANGELOG.md", "- Collects the bills of Vermont.\n")


def stored(corpus: Path) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(corpus)) as db:
        documents = db.execute(
            "select id, record_hash, first_seen_at, changed_at from documents order by id"
        ).fetchall()
        return documents + db.execute("select count(*) from changes").fetchall()


def test_a_source_takes_the_files_its_recipe_names(checkout: Checkout, tmp_path: Path) -> None:
    write_source(checkout)
    first = checkout.run("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_us_vt_bills.py")
    assert "read it, then run again" in first.stdout
    checkout.passes("infopolicy.py", "check")
    files = ("us_vt_bills.py", "docs.py", "coverage.py", "fuzz.py", "half_sources.py::test_every_source_has_a_case")
    chosen = "vt_bills or vermont or every_source or fields_are or has_a_case"
    checkout.tests(*(f"tests/test_{name}" for name in files), "-k", chosen)
    crawl = ("infopolicy.py", "crawl", "us_vt_bills")
    mirror = (checkout.folder / "tests/sources/us_vt_bills").as_uri()
    data = {"INFOPOLICY_DATA": str(tmp_path / "data"), "INFOPOLICY_MIRROR": mirror}
    assert "2 documents" in checkout.passes(*crawl, **data)
    first_time = stored(tmp_path / "data/corpus.db")
    checkout.passes(*crawl, **data)
    assert stored(tmp_path / "data/corpus.db") == first_time
    checkout.touched("Add a source")


# --------------------------------------------------------------------- a city

CITY = """
springfield:
  name: Springfield, Illinois
  jurisdiction: us-il-springfield
  timezone: America/Chicago
  types: [ordinance, resolution]
  since: 2026-01-01
"""
MATTERS = "https://webapi.legistar.com/v1/springfield/matters"
FILTER = "$filter=MatterLastModifiedUtc+ge+datetime%272026-01-01%27&$orderby=MatterId"


def record_council(mirror: Path) -> None:
    """Write what an invented council would answer: an ordinance on library cards and a license that is not kept."""
    rows: list[dict[str, Any]] = [
        {"MatterId": 1, "MatterFile": "2026-001", "MatterTypeName": "Ordinance", "MatterStatusName": "Passed"},
        {"MatterId": 2, "MatterFile": "2026-002", "MatterTypeName": "Liquor License", "MatterStatusName": "Passed"},
    ]
    for row in rows:
        row |= {"MatterTitle": "An ordinance on library cards", "MatterIntroDate": "2026-02-03T00:00:00"}
        row |= {"MatterLastModifiedUtc": "2026-02-04T00:00:00"}
    put(mirror, f"{MATTERS}?{FILTER}&$top=1000&$skip=0", rows)
    for top in (1000, 999):
        put(mirror, f"{MATTERS}?{FILTER}&$top={top}&$skip=2", [])


def test_a_city_takes_the_file_its_recipe_names(checkout: Checkout, tmp_path: Path) -> None:
    checkout.insert("crawlers/parsers/cities.yml", CITY)
    checkout.passes("infopolicy.py", "check")
    checkout.tests("tests/test_us_local_legistar.py", "-k", "city or cities")
    record_council(tmp_path / "mirror")
    data = {"INFOPOLICY_DATA": str(tmp_path / "data"), "INFOPOLICY_MIRROR": (tmp_path / "mirror").as_uri()}
    checkout.passes("infopolicy.py", "crawl", "us_local_legistar", "-a", "cities=springfield", **data)
    with closing(sqlite3.connect(tmp_path / "data/corpus.db")) as db:
        found = db.execute("select id, status, url from documents").fetchall()
    page = "https://springfield.legistar.com/gateway.aspx?m=l&id=/matter.aspx?key=1"
    assert found == [("us-il-springfield-2026-2026-001", "adopted", page)]
    checkout.touched("Add a city or county")
