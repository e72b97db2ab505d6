"""A site whose sources and catalog are full of attacks: real answers with every word of prose replaced."""

# ruff: noqa: E501 (attacks are shown whole)

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any
from unittest.mock import patch

import desk_fixtures
import people_fixtures
import site_corpus
import yaml
from conftest import replay
from fuzz_targets import recordings
from golden import made
from lxml import etree
from sqlite_utils import Database
from terms_archive import NEW, Archive, license_text

from classify.areas import AREAS_FILE, load_areas
from comparison.similarity import families, grouping
from crawlers.items import Document
from crawlers.parsers import federal_register, openstates, xmltree
from crawlers.parsers.billstatus import parse_bill
from crawlers.spiders.corp_terms import CorpTermsSpider
from crawlers.storage import attachments
from crawlers.storage.attachments import VersionText
from crawlers.storage.record import upsert
from crawlers.storage.validation import validate
from desk.intake import proposal_pages, proposals, reports
from desk.partners import partners
from desk.reviews import verdict_validity
from desk.web import routing
from digest import service as digest_desk
from digest.issues import editing, issues
from pages.documents import look_alikes
from positions.catalog import catalog, messages, stances
from positions.catalog.briefs import Brief, Part
from publish import reference
from publish.listing import publish
from settings import Configuration
from store.connect import connect, open_mail

#: What gets out of text, attributes, titles, scripts, comments, CDATA, templates, calendars, tables and headers.
PAYLOAD = (
    "=HYPERLINK(\"//evil\") library \"><script>pwned()</script>' onmouseover='pwned()' x='<img src=x onerror=pwned()><svg/onload=pwned()>"
    "</title></textarea></script></style>--><pwned>]]>{{1337*1337}}{% raw %}${1337*1337}&lt;script&gt;pwned()&lt;/script&gt;"
    '<a href="javascript:pwned()">broadband</a>\u202e\u2028<math><mi xlink:href="data:text/html,pwned">'
)
#: Line ends become new lines of calendars and headers where they are not taken out.
LINES = PAYLOAD + "\r\nX-PWNED: 1\r\nBEGIN:VALARM\nBcc: pwned@example.org\r"
ALLOWS, FORBIDS = "You may lend a book once to a friend.", "You may not rent or lend a book to anyone."
ADDRESSES = (
    "javascript:pwned()",
    "JaVaScRiPt:pwned()",
    " javascript:pwned()",
    "data:text/html,<script>pwned()</script>",
    "vbscript:pwned",
    'https://x.example/"onmouseover="pwned()',
    "//evil.example/pwned",
    "https://x.example/'><script>pwned()</script>",
)

BILL = "us-119-hr7661"
#: One of those that families.yml describes.
FAMILY = "library-liability"
_FREE = {"title", "text", "name", "fullName", "description", "lawType", "type", "firstName", "lastName", "policyArea"}


def hostile_bill() -> Document:
    """A recorded bill: every title, action, name and summary is an attack, and every address too."""
    home = Path(__file__).parents[1] / "sources/us_bills/www.govinfo.gov/bulkdata/BILLSTATUS/119/hr"
    tree = xmltree.parse((home / "BILLSTATUS-119hr7661.xml").read_bytes(), root="billStatus")
    count = 0
    for node in tree.iter():
        name = etree.QName(node).localname
        if len(node) or not (node.text or "").strip():
            continue
        if name == "url":
            node.text = ADDRESSES[count % len(ADDRESSES)]
            count += 1
        elif (name in _FREE and node.getparent() is not tree.find("bill")) or name == "title":
            node.text = LINES
    return parse_bill(tree, source_url="https://www.govinfo.gov/x", stamp="s")


def _poisoned(value: Any, name: str = "", count: list[int] | None = None) -> Any:
    """A record with its prose and addresses replaced, and its numbers, days and codes as they were."""
    count = count or [0]
    if isinstance(value, dict):
        return {key: _poisoned(each, key, count) for key, each in value.items()}
    if isinstance(value, list):
        return [_poisoned(each, name, count) for each in value]
    if isinstance(value, str) and "url" in name:
        count[0] += 1
        return ADDRESSES[count[0] % len(ADDRESSES)]
    prose = (
        "title",
        "abstract",
        "action",
        "name",
        "raw_name",
        "dates",
        "topics",
        "description",
        "note",
        "organization_name",
    )
    return LINES if isinstance(value, str) and name in prose else value


def hostile_rule() -> Document:
    record = json.loads(recordings("us_federal_register/**/documents.json@*")[0])["results"][0]
    # Any other address is refused with the record: it must be the publisher's.
    own = {"html_url": f'{federal_register.HOST}/"onmouseover="pwned()', "comments_close_on": "2024-12-31"}
    return federal_register.parse_regulation(_poisoned(record) | own, text=LINES * 3, stamp="s")


def hostile_state_bill() -> Document:
    page = next(
        page
        for body in recordings("us_states/v3.openstates.org/bills@*")
        if (page := openstates.read_page(body, 1).results)
    )
    record = page[0]
    made = {
        key: value if key in ("classification", "jurisdiction") else _poisoned(value, key)
        for key, value in record.items()
    }
    return openstates.parse_bill(made)


def _company_terms(db: Database, folder: Path) -> None:
    """The rules of one company, changed once, whose sentences are attacks."""
    archive = Archive()
    for day, words in (("2024-01-05", ALLOWS), ("2024-02-05", FORBIDS)):
        archive.record("Goodreads", "Terms of Service", day, license_text(lending=f"{PAYLOAD} {words} {PAYLOAD}"), NEW)
    items = replay(made(CorpTermsSpider), archive.write(folder / "mirror"), folder / "nothing.db")
    upsert(db, [each for each in items if isinstance(each, Document)], now="2022-03-08T07:00:00Z", silent=True)
    attachments.store(db, [each for each in items if isinstance(each, VersionText)], now="2022-03-08T07:00:00Z")


def build(folder: Path) -> tuple[Configuration, list[str]]:
    """The settings of such a site, and the ids of its three hostile documents."""
    config = desk_fixtures.build(folder)
    documents = [hostile_bill(), hostile_rule(), hostile_state_bill()]
    with closing(connect(config.corpus)) as db:
        for each in documents:
            validate(each)
        upsert(db, documents, now="2022-03-08T07:00:00Z", silent=False)
        for document in documents:
            _touched(db, document)
        _company_terms(db, folder)
        people_fixtures.fill(db)
        db.execute("update people set party = ?, website = ?, email = ?", [PAYLOAD, ADDRESSES[0], LINES])
        db.execute("update offices set name = ?, address = ?, phone = ?", [PAYLOAD, LINES, PAYLOAD])
        db.execute("update committee_members set role = ?", [PAYLOAD])
        db.execute(
            "update roll_calls set question = ?, description = ?, result = ?, source_url = ?",
            [PAYLOAD] * 3 + [ADDRESSES[3]],
        )
        db.execute("update voters set name = ? || key, party = ?", [PAYLOAD, PAYLOAD])
        reference.write_reference(db)
        db.table("look_alike_groups").insert(
            {"id": FAMILY, "kind": "family", "title": PAYLOAD, "documents": 3, "jurisdictions": 2, "basis": "words"}
        )
        for number, document in enumerate(documents):
            db.table("look_alikes").insert(
                {"group_id": FAMILY, "document_id": document.id, "ordinal": number, "likeness": 0.9}
            )
        publish(db, site_corpus.NOW)
    with closing(desk_fixtures.open_desk(config)) as db:
        verdict_validity.settle_all(db, desk_fixtures.NOW)
    return config, [each.id for each in documents]


def _touched(db: Database, document: Document) -> None:
    """Tagged and matched, with sentences that are attacks, so that every page has a reason to show them."""
    key = document.id
    db.table("taggings").insert(
        {"document_id": key, "text_hash": key, "version": "1", "priority": 2, "priority_score": 0.9}
    )
    for area in ("broadband", "library-funding"):
        db.table("tags").insert({"document_id": key, "area_id": area, "probability": 0.9})
    row = {
        "document_id": key,
        "area_id": "broadband",
        "ordinal": 0,
        "field": "title",
        "start": 0,
        "end": 40,
        "rule": PAYLOAD,
    }
    db.table("evidence").insert(row | {"words": document.title[:40]})
    match = {
        "document_id": key,
        "position_id": "tc-hotspot-lending",
        "ordinal": 0,
        "score": 0.9,
        "field": "title",
        "start": 0,
        "end": 60,
    }
    db.table("position_matches").insert(match | {"words": document.title[:60]})
    db.table("events").insert(
        {
            "document_id": key,
            "ordinal": 90,
            "kind": "hearing",
            "starts_at": "2022-03-20T10:00:00",
            "timezone": "America/New_York",
            "description": LINES,
        }
    )


# --------------------------------------------------------------------- the YAML of maintainers, tampered with

#: What a page shows of the files; everything else stays, or the loaders would refuse it.
_SHOWN = (
    "title",
    "statement",
    "rationale",
    "document",
    "body",
    "section",
    "note",
    "description",
    "about",
    "source_name",
    "number",
)
_LISTS = ("owner_units", "partners", "opponents", "core_values")
_POSITIONS = {"telecommunications": ("tc-hotspot-lending",), "copyright": ("cp-fair-ebook-terms",)}


def _tampered(value: Any, name: str = "") -> Any:
    """A tree of YAML with an attack wherever a page shows what it says."""
    if isinstance(value, dict):
        # The phrases of a scope are patterns, and no page shows them.
        return {key: each if key == "scope" else _tampered(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [PAYLOAD] if name in _LISTS else [_tampered(each, name) for each in value]
    if name == "source_url":
        return ADDRESSES[0]
    return PAYLOAD if name in _SHOWN and isinstance(value, str) else value


def _write(path: Path, tree: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(tree, allow_unicode=True), encoding="utf-8")


def _read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def tamper(folder: Path) -> None:
    """Copy catalog, messages, stances, areas and families to a folder, with attacks in every text they show."""
    for area, wanted in _POSITIONS.items():
        entries = [entry for entry in _read(catalog.HOME / f"{area}.yml") if entry["id"] in wanted]
        for entry in entries:
            entry.pop("related", None)
            entry.update({name: [PAYLOAD] for name in _LISTS} | {"source_url": ADDRESSES[0]})
            entry["versions"][-1].setdefault("rationale", "because")
        _write(folder / f"catalog/{area}.yml", _tampered(entries))
        _write(folder / f"messages/{area}.yml", {key: dict.fromkeys(messages.AUDIENCES, PAYLOAD) for key in wanted})
    known = [entry | {"positions": ["tc-hotspot-lending"]} for entry in _read(stances.FILE)[:2]]
    _write(folder / "stances.yml", _tampered(known))
    areas = _read(AREAS_FILE)
    chosen = {name: area for name, area in areas["areas"].items() if name in ("broadband", "library-funding")}
    for area in chosen.values():
        area.pop("implies", None)
    _write(folder / "areas.yml", _tampered(areas | {"areas": chosen}))
    _write(folder / "families.yml", _tampered([entry | {"about": PAYLOAD} for entry in _read(families.FILE)]))


@contextmanager
def tampered(folder: Path) -> Iterator[None]:
    """Inside, the real loaders read those copies, and everything that publishes or shows them gets what they say."""
    tamper(folder)
    held, areas = catalog.load_catalog(folder / "catalog"), load_areas(folder / "areas.yml")
    described = families.load_families(folder / "families.yml")
    with ExitStack() as stack:
        for module in (reference, proposals, proposal_pages):
            stack.enter_context(patch.object(module, "load_catalog", lambda *_: held))
        said = messages.load_messages(held.positions, folder / "messages")
        stack.enter_context(patch.object(reference, "load_messages", lambda *_: said))
        attack = Part(words=PAYLOAD, lead=PAYLOAD, address=PAYLOAD, passage=PAYLOAD, as_of=PAYLOAD)
        brief = Brief(asks=(attack,), amounts=(attack,), points=(attack,), objection=attack, answer=attack)
        every = {position.id: brief for position in held.positions}
        stack.enter_context(patch.object(reference, "load_briefs", lambda *_: every))
        stack.enter_context(patch.object(reference, "load_areas", lambda: areas))
        for shown in (grouping, look_alikes):
            stack.enter_context(patch.object(shown, "load_families", lambda: described))
        yield


def said_by_strangers(config: Configuration) -> dict[str, int]:
    """A report, a partner's statement and a proposal, each an attack; gives the numbers of the report and the proposal."""
    now = desk_fixtures.NOW
    with closing(desk_fixtures.open_desk(config)) as db:
        report = reports.file(db, f"/documents/{BILL}", PAYLOAD, "stranger@example.org", origin="x", now=now)
        held = reference.load_catalog().by_id["tc-hotspot-lending"]
        change = proposals.change_of(held, "wording", {"statement": f"{PAYLOAD} again", "rationale": PAYLOAD})
        cursor = db.execute(
            "insert into proposals (position_id, change, diff, why, proposed_by, proposed_at) values (?, ?, ?, ?, ?, ?)",
            [held.id, json.dumps(asdict(change)), f"-{PAYLOAD}\n+{PAYLOAD}", PAYLOAD, desk_fixtures.person(db).id, now],
        )  # what `propose` writes, without checking the catalog's folder
        proposal = int(cursor.lastrowid or 0)
    with closing(routing.PARTNERS.open(config)) as db:
        name = f"<pwned onmouseover='pwned()'>{PAYLOAD[:40]}"[:100]
        partner = partners.add_partner(db, "Pat Partner", name, password=desk_fixtures.PASSWORD, now=now)
        for key in (BILL, site_corpus.BROADBAND):
            partners.publish_statement(db, partner, key, "oppose", PAYLOAD, seen=0, now=now)
    return {"report": report, "proposal": proposal}


def released(config: Configuration) -> str:
    """Prepare an issue of the digest about the hostile documents, with a note that is an attack; return its id."""
    with closing(open_mail(config.mail)) as db, closing(digest_desk.corpus(config.corpus)) as corpus:
        day = datetime.date(2022, 3, 9)
        issue = issues.prepare(db, corpus, list_="public", frequency="weekly", now=site_corpus.NOW, day=day)
        editing.write_note(db, issue.id, PAYLOAD)
        issues.release(db, issue, now=site_corpus.NOW)
    return issue.id
