"""A small corpus.db with realistic rows for the tests of the site: four documents, two areas, two positions.

Everything goes in through the tables that the migrations make, so that a change of the schema is felt here.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import uvicorn
from datasette.app import Datasette
from sqlite_utils import Database
from waiting import until

import serve
from publish.listing import publish
from store.connect import connect, migrate

NOW = "2022-03-09T08:00:00Z"
TODAY = "2022-03-09"
HOSTILE = "<script>alert('title')</script> & \"Reading\" Act"

BROADBAND = "us-117-hr1783"
HOSTILE_BILL = "us-117-s42"
RULE = "us-fr-2022-04567"
PLAIN = "us-117-hr9"

_ABSTRACT = (
    "This bill gives public libraries money for broadband.\n\nA library may lend hotspots to readers. "
    "Broadband must reach every branch."
)
#: The sentence that touches the position on lending hotspots, and where it stands in the summary.
HOTSPOTS = "A library may lend hotspots to readers."
HOTSPOTS_AT = _ABSTRACT.index(HOTSPOTS)
_RULE_TEXT = (
    "The Commission proposes to let schools and libraries buy Wi-Fi hotspots with E-Rate support. " * 3
    + "Comments are due by the end of the day on 31 March 2022."
)


def document_row(key: str, **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": key,
        "kind": "bill",
        "source": "us_bills",
        "jurisdiction": "us",
        "level": "federal",
        "session": "117",
        "status": "in_committee",
        "first_seen_at": "2022-03-01T08:00:00Z",
        "changed_at": "2022-03-08T08:00:00Z",
        "text_hash": key,
        "record_hash": key,
    }
    return row | values


def opened(path: Path) -> sqlite3.Connection:
    """The file that `build` makes in the folder ``path``, to read and to change; its rows know their columns."""
    db: sqlite3.Connection = connect(build(path)).conn
    db.row_factory = sqlite3.Row
    return db


@cache
def _empty() -> bytes:
    """An empty corpus.db with every migration applied, which take longer than all that is put into it."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "corpus.db"
        with closing(connect(file)) as db:
            migrate(db, "corpus.db")
        return file.read_bytes()


def build(path: Path, *, states: bool = False) -> Path:
    """Make corpus.db in the folder ``path`` and publish it; gives the file. With ``states``, bills of three states too."""
    file = path / "corpus.db"
    file.write_bytes(_empty())
    db = connect(file)
    _documents(db)
    _actions(db)
    _people_and_links(db)
    _events(db)
    _provenance(db)
    _runs(db)
    _tags(db)
    _positions(db)
    if states:
        _states(db)
    publish(db, NOW)
    db.close()
    return file


def _states(db: Database) -> None:
    """Two bills of Texas and one of Guam about broadband, and one of Ohio about nothing of ours."""
    for key, place, tagged in (
        ("tx-87-hb1", "tx", 1),
        ("tx-87-hb2", "tx", 1),
        ("gu-36-b1", "gu", 1),
        ("oh-134-hb1", "oh", 0),
    ):
        number = key.rpartition("-")[2].upper()
        row = document_row(
            f"us-{key}",
            source="us_states",
            jurisdiction=f"us-{place}",
            level="state",
            session=key.split("-")[1],
            identifier=number,
            title=f"Broadband for libraries, {number} of {place.upper()}",
            url="https://example.org/",
            published_on="2022-01-10",
            latest_action_on="2022-02-01",
            latest_action="Referred.",
        )
        db.table("documents").insert(row)
        if tagged:
            db.table("tags").insert({"document_id": row["id"], "area_id": "broadband", "probability": 0.9})


def _documents(db: Database) -> None:
    rows = [
        document_row(
            BROADBAND,
            identifier="H.R. 1783",
            title="Library Broadband Act",
            abstract=_ABSTRACT,
            url="https://www.congress.gov/bill/117th-congress/house-bill/1783",
            document_type="hr",
            chamber="lower",
            status="passed_first_chamber",
            status_on="2022-03-08",
            published_on="2021-03-11",
            latest_action="Received in the Senate.",
            latest_action_on="2022-03-08",
            policy_area="Communications",
        ),
        document_row(
            HOSTILE_BILL,
            identifier="S. 42",
            title=HOSTILE,
            abstract="Reading for <b>all</b>.",
            document_type="s",
            url="javascript:alert(1)",
            published_on="2021-01-26",
            latest_action_on="2021-01-26",
            latest_action="Read twice <img src=x onerror=alert(1)>",
        ),
        document_row(
            RULE,
            kind="regulation",
            source="us_federal_register",
            session="fr",
            identifier="2022-04567",
            title="Hotspot lending under the E-Rate program",
            text=_RULE_TEXT,
            document_type="Proposed Rule",
            url="https://www.federalregister.gov/d/2022-04567",
            status="proposed",
            status_on="2022-03-02",
            published_on="2022-03-02",
            comments_close_on="2022-03-31",
        ),
        document_row(
            PLAIN,
            identifier="H.R. 9",
            title="A bill about lighthouses",
            url="https://www.congress.gov/",
            session="117",
            document_type="hr",
            status="enacted",
            status_on="2021-12-01",
            published_on="2021-02-01",
            latest_action="Became Public Law No: 117-99.",
            latest_action_on="2021-12-01",
            missing_since="2022-03-07T08:00:00Z",
        ),
    ]
    db.table("documents").insert_all(rows)


def _actions(db: Database) -> None:
    db.table("actions").insert_all(
        {"document_id": BROADBAND, "ordinal": n, "acted_on": day, "description": words}
        for n, (day, words) in enumerate(
            [
                ("2021-03-11", "Introduced in House"),
                ("2022-03-07", "Passed House by voice vote."),
                ("2022-03-08", "Received in the Senate."),
            ]
        )
    )
    db.table("status_history").insert_all(
        {"document_id": BROADBAND, "ordinal": n, "status": status, "reached_on": day}
        for n, (status, day) in enumerate([("introduced", "2021-03-11"), ("passed_first_chamber", "2022-03-07")])
    )


def _people_and_links(db: Database) -> None:
    db.table("sponsors").insert_all(
        [
            {"document_id": BROADBAND, "ordinal": 0, "name": "Rep. Reader, Ada [D-ME-1]", "role": "sponsor"},
            {"document_id": BROADBAND, "ordinal": 1, "name": "Rep. Writer, Bo [R-OH-2]", "role": "cosponsor"},
        ]
    )
    db.table("committees").insert({"document_id": BROADBAND, "ordinal": 0, "name": "Energy and Commerce Committee"})
    db.table("links").insert(
        {"document_id": BROADBAND, "ordinal": 0, "linked_id": PLAIN, "kind": "Related bill", "title": "Lighthouses"}
    )
    db.table("laws").insert({"document_id": PLAIN, "ordinal": 0, "kind": "Public Law", "number": "117-99"})
    db.table("terms").insert_all(
        [
            {"document_id": BROADBAND, "ordinal": 0, "kind": "subject", "term": "Libraries and archives"},
            {"document_id": RULE, "ordinal": 0, "kind": "docket", "term": "WC Docket 21-31"},
        ]
    )


def _events(db: Database) -> None:
    db.table("events").insert_all(
        [
            {
                "document_id": RULE,
                "ordinal": 0,
                "kind": "comment_close",
                "starts_at": "2022-03-31T23:59:00",
                "timezone": "America/New_York",
            },
            {
                "document_id": BROADBAND,
                "ordinal": 0,
                "kind": "hearing",
                "starts_at": "2022-02-01T10:00:00",
                "timezone": "America/New_York",
                "description": "Room 2123",
            },
        ]
    )
    db.table("changes").insert(
        {
            "id": "c1",
            "document_id": BROADBAND,
            "seen_at": NOW,
            "happened_on": "2022-03-08",
            "kind": "status",
            "summary": "Passed one chamber",
        }
    )


def _provenance(db: Database) -> None:
    db.table("provenance").insert_all(
        {"document_id": key, "source": source, "source_url": "https://www.govinfo.gov/x.xml", "fetched_at": NOW}
        for key, source in ((BROADBAND, "us_bills"), (PLAIN, "us_bills"), (RULE, "us_federal_register"))
    )


def _runs(db: Database) -> None:
    """A whole crawl of bills, and one of the Federal Register whose listing was cut short."""
    run = {"state": "finished", "changed": 0, "missing": 0, "rejected": 0}
    whole = {"session": "117", "part": "hr", "listed": 3, "stored": 3, "complete": True}
    reason = "the source lists only 1 of the 4 documents it listed before"
    short = {
        "jurisdiction": "us",
        "session": "fr",
        "part": "",
        "listed": 1,
        "stored": 4,
        "expected": 4,
        "received": 1,
        "complete": False,
        "reason": reason,
        "first_on": "2022-03-01",
        "last_on": "2022-03-31",
    }
    bills = {
        "id": 1,
        "source": "us_bills",
        "started_at": "2022-03-09T07:00:00Z",
        "finished_at": "2022-03-09T07:01:00Z",
        "requests": 3,
        "listed": 3,
        "added": 3,
        "unchanged": 0,
        "coverage": json.dumps([whole]),
    }
    register = {
        "id": 2,
        "source": "us_federal_register",
        "started_at": "2022-03-09T05:00:00Z",
        "finished_at": "2022-03-09T05:01:00Z",
        "requests": 1,
        "listed": 1,
        "added": 0,
        "unchanged": 1,
        "coverage": json.dumps([short]),
        "note": f"us fr: {reason}",
    }
    db.table("runs").insert_all([run | bills, run | register])


def _evidence(key: str, area: str, field: str, text: str, *words: str) -> list[dict[str, Any]]:
    found = []
    for ordinal, word in enumerate(words):
        start = text.index(word)
        found.append(
            {
                "document_id": key,
                "area_id": area,
                "ordinal": ordinal,
                "field": field,
                "start": start,
                "end": start + len(word),
                "words": word,
                "rule": "phrase",
            }
        )
    return found


def _tags(db: Database) -> None:
    db.table("policy_areas").insert_all(
        [
            {"id": "broadband", "title": "Broadband", "description": "Access to the internet.", "ordinal": 0},
            {"id": "library-funding", "title": "Library funding", "description": "Money for libraries.", "ordinal": 1},
        ]
    )
    db.table("taggings").insert_all(
        [
            {"document_id": key, "text_hash": key, "version": "1", "priority": priority, "priority_score": priority / 2}
            for key, priority in ((BROADBAND, 2), (RULE, 2), (HOSTILE_BILL, 1), (PLAIN, 0))
        ]
    )
    db.table("tags").insert_all(
        [
            {"document_id": BROADBAND, "area_id": "broadband", "probability": 0.94},
            {"document_id": BROADBAND, "area_id": "library-funding", "probability": 0.71},
            {"document_id": RULE, "area_id": "broadband", "probability": 0.93},
            {"document_id": HOSTILE_BILL, "area_id": "library-funding", "probability": 0.92},
        ]
    )
    db.table("evidence").insert_all(
        [
            *_evidence(BROADBAND, "broadband", "title", "Library Broadband Act", "Broadband"),
            *_evidence(BROADBAND, "library-funding", "abstract", _ABSTRACT, "public libraries", "lend hotspots"),
            *_evidence(RULE, "broadband", "text", _RULE_TEXT, "E-Rate"),
            *_evidence(HOSTILE_BILL, "library-funding", "title", HOSTILE, "<script>", "Reading"),
        ]
    )


def _positions(db: Database) -> None:
    base = {"owner_units": "Public Policy & Advocacy Office", "core_values": "Intellectual freedom", "partners": None}
    db.table("positions").insert_all(
        [
            {
                "id": "tc-hotspot-lending",
                "title": "Lend hotspots",
                "area_id": "broadband",
                "ordinal": 0,
                "statement": "Libraries may lend internet hotspots with E-Rate help.",
                "confidence": "verified",
                "areas": "broadband; library-funding",
                "source_url": "https://www.ala.org/advocacy/e-rate",
                **base,
            },
            {
                "id": "cp-fair-ebook-terms",
                "title": "Fair deals for e-books",
                "area_id": "library-funding",
                "statement": "Libraries should pay a fair price for e-books.",
                "confidence": "memory",
                "ordinal": 1,
                "areas": "library-funding",
                "source_url": None,
                **base,
            },
        ]
    )
    db.table("position_versions").insert(
        {
            "position_id": "tc-hotspot-lending",
            "ordinal": 0,
            "name": "Comments on E-Rate",
            "adopted": "2021-06-01",
            "confidence": "memory",
            "rationale": "A hotspot is a library shelf at home.",
        }
    )
    db.execute("update positions set related = 'tc-hotspot-lending' where id = 'cp-fair-ebook-terms'")
    db.table("position_matches").insert(
        {
            "document_id": BROADBAND,
            "position_id": "tc-hotspot-lending",
            "ordinal": 0,
            "score": 0.9,
            "words": HOTSPOTS,
            "field": "abstract",
            "start": HOTSPOTS_AT,
            "end": HOTSPOTS_AT + len(HOTSPOTS),
        }
    )


def serving(site: Datasette) -> Iterator[str]:
    """The address at which a real server shows the site until the test is over."""
    listener = serve._listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(site.app(), log_level="critical"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    until(lambda: server.started, "the server does not start")
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    listener.close()
