"""The recipes of CONTRIBUTING.md, each followed in a copy of the checkout: the files they name are the files it takes."""

from __future__ import annotations

import importlib
import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT, clean_environment
from truncated_sources import put

pytestmark = pytest.mark.slow

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
SKIPPED = shutil.ignore_patterns(
    ".venv",
    ".git",
    "node_modules",
    "__pycache__",
    "data",
    "build",
    "*.egg-info",
    ".*_cache",
    ".hypothesis",
    "ci-output",
)
PLACEHOLDERS = {"<id>": "us_vt_bills", "<publisher>": "vermont", "<area>": "literacy"}


def section(heading: str) -> str:
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"CONTRIBUTING.md has no heading {heading!r}"
    return found[1]


def steps(heading: str) -> list[str]:
    """Return the path that each numbered step of a recipe is about."""
    found = re.findall(r"^\d+\. \*\*`([^`]+)`\*\*", section(heading), re.MULTILINE)
    assert found
    return [filled(path) for path in found]


def filled(path: str) -> str:
    for placeholder, value in PLACEHOLDERS.items():
        path = path.replace(placeholder, value)
    return path


class Checkout:
    """A copy of the project to follow a recipe in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(ROOT, folder, ignore=SKIPPED)
        self.before = self.files()

    def files(self) -> dict[str, bytes]:
        made = {"__pycache__", ".hypothesis"}
        paths = (path for path in self.folder.rglob("*") if path.is_file() and made.isdisjoint(path.parts))
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in paths}

    def insert(self, name: str, text: str, before: str | None = None) -> None:
        """Insert text before a line of a file, or at its end; create a file that is not there."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        present = path.read_text(encoding="utf-8") if path.exists() else ""
        if before:
            assert present.count(before) == 1, (name, before)
            present = present.replace(before, text + before)
        else:
            present += text
        path.write_text(present, encoding="utf-8")

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env=clean_environment() | {"PYTHONDONTWRITEBYTECODE": "1"} | environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def passes(self, *arguments: str, **environment: str) -> str:
        done = self.run(*arguments, **environment)
        assert done.returncode == 0, done.stdout[-4_000:] + done.stderr[-4_000:]
        return done.stdout

    def tests(self, *arguments: str) -> str:
        return self.passes("-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments)

    def touched(self, heading: str) -> None:
        """Check that the files that changed are those the recipe names, and no step is left out."""
        changed = {name for name, content in self.files().items() if self.before.get(name) != content}
        named = steps(heading)
        place = {name: next((step for step in named if fits(name, step)), None) for name in changed}
        assert {name for name, step in place.items() if step is None} == set(), "files the recipe does not name"
        assert set(named) - set(place.values()) == set(), "steps that changed nothing"


def fits(name: str, step: str) -> bool:
    return name.startswith(step) if step.endswith("/") else name == step


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    made = Checkout(tmp_path / "checkout")
    assert made.passes("-c", "import crawlers; print(crawlers.__file__)").startswith(str(made.folder))
    yield made
    shutil.rmtree(made.folder)


# --------------------------------------------------------------------- the recipes themselves


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`([a-z_]+/[^`\s]*)`", PAGE))))
def test_paths_in_the_recipes_exist(path: str) -> None:
    examples = {"<id>": "uk_bills", "<publisher>": "uk_parliament", "<area>": "literacy"}
    for placeholder, value in examples.items():
        path = path.replace(placeholder, value)
    assert (ROOT / path).exists()


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(crawlers\.[\w.]+)`", PAGE))))
def test_names_in_the_recipes_exist(name: str) -> None:
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for attribute in parts[length:]:
            found = getattr(found, attribute)
        return
    pytest.fail(f"no module for {name}")


# --------------------------------------------------------------------- a policy area, a rule, a position

AREA = """
  makerspaces:
    title: Makerspaces
    description: Workshops with tools that the public may use.
    threshold: 0.5
    labelled: false
    rules:
      - id: makerspace-word
        weight: 0.8
        phrases: [makerspace, maker space, fabrication laboratory]
    examples:
      - Community Makerspace Act
      - An act to fund fabrication laboratories
    counterexamples:
      - Space Exploration Act
      - An act relating to the makers of furniture

"""
SPANISH = """
msgid "Makerspaces"
msgstr "Talleres abiertos"

msgid "Workshops with tools that the public may use."
msgstr "Talleres con herramientas que el público puede usar."
"""
AFTER_AREAS = "# Context: rules that tag nothing."


def test_a_policy_area_takes_the_files_its_recipe_names(checkout: Checkout) -> None:
    checkout.insert("classify/areas.yml", AREA, before=AFTER_AREAS)
    site = "pages/http/messages/es.po"
    checkout.insert(site, SPANISH)
    checkout.passes("cli.py", "check")
    files = ("areas", "digest_issues", "language", "positions")
    chosen = "makerspaces or every_entry or labeled or spanish or every_message or areas_that"
    checkout.tests(*(f"tests/test_{name}.py" for name in files), "-k", chosen)
    checkout.touched("Add a policy area")


RULE = """      - id: bookmobile-word
        weight: 0.9
        phrases: [bookmobile, traveling library]
"""


def test_a_rule_takes_the_files_its_recipe_names(checkout: Checkout) -> None:
    path = checkout.folder / "classify/areas.yml"
    text = path.read_text(encoding="utf-8")
    start = text.index("\n  library-funding:")
    rules = text.index("    rules:\n", start) + len("    rules:\n")
    examples = text.index("    examples:\n", start) + len("    examples:\n")
    example = "      - Bookmobile Renewal Act\n"
    path.write_text(text[:rules] + RULE + text[rules:examples] + example + text[examples:], encoding="utf-8")
    areas = yaml.safe_load(path.read_text(encoding="utf-8"))["areas"]
    assert "Bookmobile Renewal Act" in areas["library-funding"]["examples"]
    checkout.passes("cli.py", "check")
    checkout.tests("tests/test_areas.py", "-k", "library-funding or entry or labeled")
    checkout.touched("Add a rule to a policy area")


POSITION = """
- id: lt-story-time
  title: Story time for every child
  areas: [literacy]
  confidence: verified
  source_url: "https://www.ala.org/story-time"
  source_read: true
  versions:
    - document: Statement on story time
      body: ALA Council
      adopted: "2026"
      confidence: verified
      grade: adopted
      address: "https://www.ala.org/story-time"
      passage: Each library should be able to read to children.
      place: First sentence of the statement
      statement: "Each library should be able to read to children."
  scope:
    levels: [federal, state, local]
    library_matter: true
    about: [story time, storytime]
  triggers:
    support:
      - id: funds-story-time
        says: pays for story time
        reversed: cuts or ends story time
        weight: 0.8
        any: [story time, storytime]
  examples:
    - text: The act funds story time in public libraries.
      stance: support
    - text: The bill eliminates story time.
      stance: oppose
    - text: The time of the story is the year 1900.
      stance: none
"""
MESSAGE = (
    "{audience} {number}: a child who hears a story each week learns new words and learns to love books. The library can do this "
    "for all, at low cost, in any town. It needs a room, a reader and some good books. Please help to keep it going so that each "
    "child can come."
)


def test_a_position_takes_the_files_its_recipe_names(checkout: Checkout) -> None:
    checkout.insert("positions/catalog/entries/literacy.yml", POSITION)
    paragraphs = {
        audience: MESSAGE.format(audience=audience.split("_")[0].title(), number=number)
        for number, audience in enumerate(("members", "decision_makers", "press", "public"))
    }
    checkout.insert("positions/catalog/messages/literacy.yml", "\n" + yaml.safe_dump({"lt-story-time": paragraphs}))
    checkout.passes("cli.py", "positions", "check")
    chosen = "lt-story-time or every_position or the_catalog or areas or plain_words or shipped or published or for_each_area"
    checkout.tests("tests/test_positions.py", "tests/test_messages.py", "-k", chosen)
    checkout.touched("Add a position")


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
    checkout.insert(fuzz, f"        {row}\n", before='        ("uk_list", ')
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
    checkout.passes("cli.py", "check")
    files = ("us_vt_bills.py", "docs.py", "coverage.py", "fuzz.py", "half_sources.py::test_every_source_has_a_case")
    chosen = "vt_bills or vermont or every_source or fields_are or has_a_case"
    checkout.tests(*(f"tests/test_{name}" for name in files), "-k", chosen)
    crawl = ("cli.py", "crawl", "us_vt_bills")
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
    checkout.passes("cli.py", "check")
    checkout.tests("tests/test_us_local_legistar.py", "-k", "city or cities")
    record_council(tmp_path / "mirror")
    data = {"INFOPOLICY_DATA": str(tmp_path / "data"), "INFOPOLICY_MIRROR": (tmp_path / "mirror").as_uri()}
    checkout.passes("cli.py", "crawl", "us_local_legistar", "-a", "cities=springfield", **data)
    with closing(sqlite3.connect(tmp_path / "data/corpus.db")) as db:
        found = db.execute("select id, status, url from documents").fetchall()
    page = "https://springfield.legistar.com/gateway.aspx?m=l&id=/matter.aspx?key=1"
    assert found == [("us-il-springfield-2026-2026-001", "adopted", page)]
    checkout.touched("Add a city or county")
