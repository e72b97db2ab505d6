"""A site whose sources, and whose own catalogue, are full of attacks: real answers with every word of prose replaced."""

# ruff: noqa: E501 (attacks are shown whole)

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import desk_world
import site_corpus
from fuzz_targets import recordings
from lxml import etree
from sqlite_utils import Database

from configuration import Configuration
from crawlers import federal_register, openstates, xmltree
from crawlers.billstatus import parse_bill
from crawlers.items import Document
from crawlers.record import upsert
from crawlers.tables import connect
from pipelines import validate
from publish import publish

#: What gets out of text, attributes, titles, scripts, comments, CDATA, templates, calendars, tables and headers.
PAYLOAD = (
    "=HYPERLINK(\"//evil\") library \"><script>pwned()</script>' onmouseover='pwned()' x='<img src=x onerror=pwned()><svg/onload=pwned()>"
    "</title></textarea></script></style>--><pwned>]]>{{1337*1337}}{% raw %}${1337*1337}&lt;script&gt;pwned()&lt;/script&gt;"
    '<a href="javascript:pwned()">broadband</a>\u202e\u2028<math><mi xlink:href="data:text/html,pwned">'
)
#: Line ends become new lines of calendars and headers where they are not taken out.
LINES = PAYLOAD + "\r\nX-PWNED: 1\r\nBEGIN:VALARM\nBcc: pwned@example.org\r"
ADDRESSES = ("javascript:pwned()", "JaVaScRiPt:pwned()", " javascript:pwned()", "data:text/html,<script>pwned()</script>", "vbscript:pwned",
             "https://x.example/\"onmouseover=\"pwned()", "//evil.example/pwned", "https://x.example/'><script>pwned()</script>")  # fmt: skip

BILL = "us-119-hr7661"
_FREE = {"title", "text", "name", "fullName", "description", "lawType", "type", "firstName", "lastName", "policyArea"}


def hostile_bill() -> Document:
    """A recorded bill: every title, action, name and summary is an attack, and every address too."""
    home = Path(__file__).parent / "sources/us_bills/www.govinfo.gov/bulkdata/BILLSTATUS/119/hr"
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


def build(folder: Path) -> tuple[Configuration, list[str]]:
    """The settings of such a site, and the ids of its three hostile documents."""
    config = desk_world.build(folder)
    documents = [hostile_bill(), hostile_rule(), hostile_state_bill()]
    with closing(connect(config.corpus)) as db:
        for each in documents:
            validate(each)
        upsert(db, documents, now="2022-03-08T07:00:00Z", silent=False)
        for document in documents:
            _touched(db, document)
        _catalogue(db)
        publish(db, site_corpus.NOW)
    with closing(desk_world.open_desk(config)) as db:
        desk_world.standing.settle_all(db, desk_world.NOW)
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
        {"document_id": key, "ordinal": 90, "kind": "hearing", "starts_at": "2022-03-20T10:00:00", "timezone": "America/New_York",
         "description": LINES}
    )  # fmt: skip


def _catalogue(db: Database) -> None:
    """The positions as a catalogue would fill them whose YAML somebody has tampered with."""
    for name in ("title", "statement", "owner_units", "core_values", "partners"):
        db.execute(f"update positions set {name} = ?", [PAYLOAD])
    db.execute("update positions set source_url = ?", [ADDRESSES[0]])
    db.execute("update position_versions set name = ?, rationale = ?, body = ?, section = ?", [PAYLOAD] * 4)
    db.execute("update policy_areas set title = ?, description = ? where id = 'broadband'", [PAYLOAD, PAYLOAD])
