"""Companies: what their rules say, what they changed and when, and which positions that touches."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

from crawlers.companies import JURISDICTION, KIND, Company, company_of, load_companies, meaning
from crawlers.corp_pages import Page, load_pages
from pages.browse.cards import area_titles
from pages.database import Row, rows
from pages.documents.text_versions import told_row, version_key
from pages.http.language import _
from positions.matching.company_provisions import Kind, load_kinds

#: The sources of what companies write.
ARCHIVE, PAGES = "corp_terms", "corp_pages"
#: Changes that the page of a company shows, and sentences of one kind.
CHANGES, SENTENCES = 40, 3
#: Companies of which the page of a position shows a sentence.
FEW = 5
#: The columns of the file of one position.
CSV_COLUMNS = ("company", "service", "terms", "subject", "says", "sentence", "document", "address", "recorded_by")
#: Who recorded a text, by its source.
RECORDED_BY = {ARCHIVE: "Open Terms Archive contributors, ODC-BY 1.0", PAGES: "read from the company's own page"}


@dataclass(frozen=True, kw_only=True)
class CompanyView:
    """One company. ``documents`` are its rules; ``changes`` its changes, newest first, each with what of it matters;
    ``kinds`` what its current rules say, with the positions that this touches; ``areas`` are (id, title)."""

    company: Company
    documents: list[Row]
    changes: list[Row]
    kinds: list[Row]
    areas: list[tuple[str, str]]
    positions: list[Row]


def _documents(db: sqlite3.Connection) -> dict[str, list[Row]]:
    """The stored rules of each company, by its key, in the order of their titles."""
    found: dict[str, list[Row]] = {}
    sql = """select d.id, d.title, d.source, d.document_type, d.status, d.status_on, d.published_on, d.url, d.latest_action_on,
        (select count(*) from version_texts t where t.document_id = d.id and t.text is not null) as texts,
        (select count(*) from actions a where a.document_id = d.id and a.classification = 'terms-change') as changes
        from documents d where d.kind = ? and d.jurisdiction = ? order by d.title"""
    for row in rows(db, sql, [KIND, JURISDICTION]):
        if company := company_of(row["title"]):
            row["service"] = row["title"].rpartition(": ")[0]
            row["meaning"] = meaning(row["document_type"])
            found.setdefault(company.key, []).append(row)
    return found


def companies(db: sqlite3.Connection) -> list[Row]:
    """The companies of which something is stored, from A to Z, each with its number of rules and its latest change."""
    held = _documents(db)
    known = [company for company in load_companies().values() if company.key in held]
    return [
        {
            "company": company,
            "documents": len(held[company.key]),
            "changed_on": max(
                (row["status_on"] or "" for row in held[company.key] if row["status"] == "changed"), default=""
            ),
        }
        for company in sorted(known, key=lambda company: company.name.casefold())
    ]


def not_read() -> list[Page]:
    """The pages of corp_pages.yml that nobody asks for, because their robots.txt or terms forbid it to programs."""
    return [page for page in load_pages() if page.not_read]


def company(db: sqlite3.Connection, key: str) -> CompanyView | None:
    """One company; None where there is none of that name or nothing of it is stored."""
    known, documents = load_companies().get(key), _documents(db).get(key)
    if known is None or not documents:
        return None
    titles = area_titles(db)
    stored = {row["id"]: row for row in rows(db, "select id, title from positions")}
    return CompanyView(
        company=known,
        documents=documents,
        changes=_changes(db, documents),
        kinds=_kinds(db, documents, stored),
        areas=[(area, titles.get(area, area)) for area in known.areas],
        positions=[stored[position] for position in known.positions if position in stored],
    )


def _changes(db: sqlite3.Connection, documents: list[Row]) -> list[Row]:
    """The latest changes of some documents, newest first, with what came, went, changed or turned in each."""
    found = []
    for document in documents:
        sql = "select name, issued_on, url from versions where document_id = ? order by ordinal desc limit 60"
        told = rows(
            db,
            "select * from company_provisions where document_id = ? and url <> '' order by ordinal",
            [document["id"]],
        )
        acted = {row["acted_on"] for row in rows(
            db, "select acted_on from actions where document_id = ? and classification = 'terms-change'", [document["id"]]
        )}  # fmt: skip
        for version in rows(db, sql, [document["id"]]):
            if (
                version["issued_on"] in acted
                and version["name"].startswith("Text of")
                and version["name"].count(",") == 1
            ):
                record = version_key(version["url"])
                differences = [
                    told_row(row["what"], row["kind"], row["words"] and (row["way"], row["words"]),
                             row["words_before"] and (row["way_before"], row["words_before"]))
                    for row in told if row["url"] == version["url"] and row["kind"] in load_kinds()
                ]  # fmt: skip
                found.append(version | {"document": document, "record": record, "differences": differences})
    return sorted(found, key=lambda row: row["issued_on"], reverse=True)[:CHANGES]


def _kinds(db: sqlite3.Connection, documents: list[Row], stored: dict[str, Row]) -> list[Row]:
    """What the current rules say of each kind: the ways, and for each some sentences with their documents."""
    by_id = {document["id"]: document for document in documents}
    found = []
    for kind in load_kinds().values():
        ways = []
        for way in kind.ways:
            said = _said(db, kind, way.id, by_id)
            if said:
                ways.append({"says": way.says, "sentences": said[:SENTENCES], "more": len(said) - SENTENCES})
        if ways:
            touched = [stored[position] for position in kind.positions if position in stored]
            found.append({"title": kind.title, "ways": ways, "positions": touched})
    return found


def _said(db: sqlite3.Connection, kind: Kind, way: str, by_id: dict[str, Row]) -> list[Row]:
    sql = "select document_id, words from company_provisions where kind = ? and way = ? and what = 'stands'"
    said = rows(db, f"{sql} order by document_id, ordinal", [kind.id, way])
    return [
        {"words": row["words"], "document": by_id[row["document_id"]]} for row in said if row["document_id"] in by_id
    ]


# --------------------------------------------------------------------- one position, all companies


def of_position(db: sqlite3.Connection, position_id: str) -> list[Row]:
    """What the current rules of companies say of what a position is about: one row for each company, kind and way."""
    held = {row["id"]: (key, row) for key, found in _documents(db).items() for row in found}
    table: dict[tuple[str, str, str], Row] = {}
    for kind in load_kinds().values():
        if position_id not in kind.positions:
            continue
        says = {way.id: way.says for way in kind.ways}
        sql = "select * from company_provisions where kind = ? and what = 'stands' order by document_id, ordinal"
        for row in rows(db, sql, [kind.id]):
            if row["document_id"] not in held or row["way"] not in says:
                continue
            key, document = held[row["document_id"]]
            place = (key, kind.id, row["way"])
            entry = {"company": load_companies()[key], "kind": kind.title, "says": says[row["way"]], "sentences": []}
            table.setdefault(place, entry)["sentences"].append({"words": row["words"], "document": document})
    return sorted(table.values(), key=lambda entry: entry["company"].name.casefold())


def few_of_position(db: sqlite3.Connection, position_id: str) -> list[Row]:
    """A few companies for the page of the position, of those whose rules somebody would read for it (companies.yml)."""
    chosen: dict[str, Row] = {}
    for entry in of_position(db, position_id):
        if position_id in entry["company"].positions:
            chosen.setdefault(entry["company"].key, entry)
    return list(chosen.values())[:FEW]


@dataclass(frozen=True, kw_only=True)
class PositionTable:
    """What companies say of what one position, ``p``, is about."""

    p: Row
    table: list[Row]


def position_table(db: sqlite3.Connection, position_id: str) -> PositionTable | None:
    """The table of one position; None if there is no such position."""
    found = rows(db, "select id, title, statement, standing from positions where id = ?", [position_id])
    return PositionTable(p=found[0], table=of_position(db, position_id)) if found else None


def csv_rows(db: sqlite3.Connection, position_id: str, site: str) -> list[dict[str, Any]] | None:
    """The same for a file: one row for each sentence, with CSV_COLUMNS; None if there is no such position."""
    view = position_table(db, position_id)
    if view is None:
        return None
    return [
        {
            "company": entry["company"].name,
            "service": said["document"]["service"],
            "terms": said["document"]["document_type"],
            "subject": _(entry["kind"]),
            "says": _(entry["says"]),
            "sentence": said["words"],
            "document": said["document"]["id"],
            "address": f"{site}/documents/{said['document']['id']}",
            "recorded_by": RECORDED_BY[said["document"]["source"]],
        }
        for entry in view.table
        for said in entry["sentences"]
    ]
