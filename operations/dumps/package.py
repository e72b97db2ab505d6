"""What goes with the tables: the description of a Frictionless data package, and a datasheet that people read.

The description follows the Data Package standard 2.0 (https://datapackage.org), the datasheet the questions of "Datasheets for
Datasets" (Gebru and others, Communications of the ACM 64, 2021).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crawlers.sources import Source, load_sources
from operations.dumps.parquet import Written
from operations.dumps.tables import Table
from pages.export.data_catalog import LICENSE, PARQUET
from pages.http.names import named
from pages.places.accuracy import EVALUATION

SCHEMA = "https://datapackage.org/profiles/2.0/datapackage.json"
_TYPES = {"VARCHAR": "string", "BIGINT": "integer", "DOUBLE": "number"}
_DATASHEET = Path(__file__).with_name("datasheet.md")


def descriptor(db: sqlite3.Connection, written: Mapping[Table, Written], *, made_at: str, site: str) -> dict[str, Any]:
    """The content of datapackage.json.

    Args:
        written: each table with its file.
        made_at: when, in UTC.
        site: the public address of the site.
    """
    return {
        "$schema": SCHEMA,
        "name": "information-policy-monitor",
        "title": "Information policy monitor",
        "description": named(
            "Bills and regulations on information policy, next to the positions of %(organization)s. DATASHEET.md says how the "
            "data were made and what they are not good for."
        ),
        "homepage": site,
        "version": made_at[:10].replace("-", "."),
        "created": made_at,
        "licenses": [LICENSE],
        "sources": [
            {"title": each.title, "path": each.terms.url, "terms": " ".join(each.terms.allows.split())}
            for each in _used(db)
        ],
        "resources": [_resource(table, file) for table, file in written.items()],
    }


def _used(db: sqlite3.Connection) -> list[Source]:
    """The sources that anything in the dump comes from."""
    seen = {row[0] for row in db.execute("select distinct source from provenance union select source from runs")}
    return [each for name, each in load_sources().items() if name in seen]


def _resource(table: Table, file: Written) -> dict[str, Any]:
    fields = [
        {"name": column.name, "type": _TYPES[column.type], "description": column.description}
        for column in table.columns
    ]
    schema: dict[str, Any] = {"fields": fields}
    if table.key:
        schema["primaryKey"] = list(table.key)
    if table.name != "documents" and any(column.name == "document_id" for column in table.columns):
        reference = {"resource": "documents", "fields": ["id"]}
        schema["foreignKeys"] = [{"fields": ["document_id"], "reference": reference}]
    return {
        "name": table.name,
        "type": "table",
        "path": f"{table.name}.parquet",
        "description": table.description,
        "format": "parquet",
        "mediatype": PARQUET,
        "bytes": file.bytes,
        "hash": f"sha256:{file.sha256}",
        "rows": file.rows,
        "schema": schema,
    }


def datasheet(db: sqlite3.Connection, *, made_at: str, site: str) -> str:
    """The content of DATASHEET.md: how the data, their labels and their tags were made, with the figures of this dump."""
    evaluation = json.loads(EVALUATION.read_text(encoding="utf-8"))
    documents, newest = db.execute("select count(*), max(first_seen_at) from documents").fetchone()
    confirmed = db.execute("select count(*) from decisions").fetchone()[0]
    return named(_DATASHEET.read_text(encoding="utf-8")).format(
        site=site,
        made_at=made_at,
        documents=f"{documents:,}",
        newest=(newest or "never")[:10],
        tagged=f"{db.execute('select count(distinct document_id) from tags').fetchone()[0]:,}",
        decisions=f"{confirmed:,}",
        places="\n".join(
            f"| {row[0]} | {row[1]:,} |"
            for row in db.execute("select source, count(*) from documents group by 1 order by 2 desc, 1")
        ),
        sources="\n".join(
            f"- {each.title}: {' '.join(each.terms.allows.split())} ({each.terms.url})" for each in _used(db)
        ),
        version=evaluation["version"],
        date=evaluation["date"],
        areas="\n".join(
            f"| {area} | {each['positives']} | {each['precision']:.2f} | {each['recall']:.2f} |"
            for area, each in evaluation["topic"]["areas"].items()
        ),
    )
