"""The small corpus with one rulemaking: a proposal, an extension of its comment period, and a final rule."""

from __future__ import annotations

import datetime
import sqlite3
from pathlib import Path

import pytest
from site_corpus import NOW, RULE, TODAY, build, document_row
from sqlite_utils import Database

from publish.listing import publish
from store.connect import connect

EXTENSION = "us-fr-2022-06001"
FINAL = "us-fr-2022-20000"
FOLLOWS = "us-fr-2022-20001"
DAY = datetime.date.fromisoformat(TODAY)


@pytest.fixture
def db(tmp_path: Path) -> Database:
    """The small corpus with an extension of the comment period under the same docket, and a final rule by RIN."""
    db = connect(build(tmp_path))
    for key, published, kind in ((EXTENSION, "2022-03-08", "Proposed Rule"), (FINAL, "2022-09-01", "Rule")):
        db.table("documents").insert(
            document_row(
                key,
                kind="regulation",
                source="us_federal_register",
                session="fr",
                identifier=key[6:],
                status="proposed",
                title=f"{kind} of {published}",
                url="https://www.federalregister.gov/",
                published_on=published,
                document_type=kind,
            )
        )
    db.table("terms").insert_all(
        [
            {"document_id": RULE, "ordinal": 1, "kind": "rin", "term": "3060-AK57"},
            {"document_id": FINAL, "ordinal": 0, "kind": "rin", "term": "3060-AK57"},
            {"document_id": EXTENSION, "ordinal": 0, "kind": "docket", "term": "WC Docket 21-31"},
        ]
    )
    db.table("events").insert(
        {
            "document_id": EXTENSION,
            "ordinal": 0,
            "kind": "comment_close",
            "starts_at": "2022-04-30T23:59:59",
            "timezone": "America/New_York",
        }
    )
    publish(db, NOW)
    db.conn.row_factory = sqlite3.Row
    return db


OF_DOCKET = {"docket": "WC Docket 21-31"}
NAMES_IT = "The Commission published a notice of proposed rulemaking on March 2,\n2022 (87 FR 12345)."
WITHDRAWN = {"document_type": "Proposed Rule", "status": "withdrawn"}


def follow(db: Database, key: str, action: str, text: str, terms: dict[str, str] = OF_DOCKET, **values: str) -> None:
    """A document of September 2022 that may follow RULE, which was published on March 2, 2022."""
    row = {"document_type": "Rule", "status": "final", "title": "E-Rate Program", "published_on": "2022-09-02"} | values
    known = {
        "kind": "regulation",
        "source": "us_federal_register",
        "session": "fr",
        "url": "https://www.federalregister.gov/",
    }
    db.table("documents").insert(document_row(key, identifier=key[6:], latest_action=action, text=text, **known, **row))
    db.table("terms").insert_all(
        {"document_id": key, "ordinal": number, "kind": kind, "term": term}
        for number, (kind, term) in enumerate(terms.items())
    )
