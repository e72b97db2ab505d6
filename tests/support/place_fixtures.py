"""A small corpus with five bills of Iowa: one can move, one is law, one was lost, one is unheard, one names no library."""

from __future__ import annotations

import datetime
import html
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from site_corpus import TODAY, build, document_row
from sqlite_utils import Database

import serve
from publish.listing import publish
from store.connect import connect

DAY = datetime.date.fromisoformat(TODAY)
SITE = "https://policy.example.org"
ALIVE, LAW, LOST, UNHEARD, OTHER = (f"us-ia-89-hf{number}" for number in range(1, 6))


def session_row(place: str, session: str, starts_on: str, ends_on: str | None) -> dict[str, Any]:
    return {
        "source": "us_states",
        "jurisdiction": place,
        "session": session,
        "title": f"{session}th General Assembly",
        "special": 0,
        "starts_on": starts_on,
        "ends_on": ends_on,
        "seen_at": "2022-03-09T08:00:00Z",
    }


def bill(db: Database, key: str, title: str, status: str, session: str = "89", moved: str = "2022-03-01") -> None:
    row = document_row(
        key,
        source="us_states",
        jurisdiction="us-ia",
        level="state",
        session=session,
        identifier=key.rpartition("-")[2].upper(),
        title=title,
        url="https://example.org/",
        status=status,
        latest_action_on=moved,
        latest_action="Something happened.",
    )
    db.table("documents").insert(row)
    db.table("tags").insert({"document_id": key, "area_id": "broadband", "probability": 0.9})
    for ordinal, name in enumerate(["Ruth Reader", "Ned Novel"][: 1 if key == LAW else 2]):
        db.table("sponsors").insert(
            {"document_id": key, "ordinal": ordinal, "name": name, "role": "sponsor", "party": "I"}
        )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = build(tmp_path, states=True)
    db = connect(file)
    db.table("sessions").insert_all(
        [
            session_row("us-ia", "88", "2020-01-13", "2021-05-19"),
            session_row("us-ia", "89", "2022-01-10", "2022-04-19"),
            session_row("us-ia", "90", "2023-01-09", None),
        ]
    )
    bill(db, ALIVE, "A bill about public libraries", "in_committee")
    bill(db, LAW, "A bill about the hours of a library", "enacted")
    bill(db, LOST, "A bill about librarians and their schools", "failed")
    bill(db, UNHEARD, "A bill about library cards of the last assembly", "in_committee", "88", "2021-03-01")
    bill(db, OTHER, "A bill about the internet", "in_committee")
    db.table("position_matches").insert(
        {"document_id": ALIVE, "position_id": "tc-hotspot-lending", "ordinal": 0, "score": 0.9, "field": "title"}
        | {"start": 0, "end": 6, "words": "A bill"}
    )
    publish(db, "2022-03-09T09:00:00Z")
    db.close()
    return file


@pytest.fixture
def db(file: Path) -> sqlite3.Connection:
    db = sqlite3.connect(file)
    db.row_factory = sqlite3.Row
    return db


async def shown(file: Path, address: str) -> str:
    page = (await serve.build(file, today=TODAY, site=SITE).client.get(address)).text
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())
