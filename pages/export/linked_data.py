"""schema.org descriptions (JSON-LD) of documents and positions, for search engines and other programs that read pages."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from crawlers.companies import KIND
from pages.documents.identifiers import division, pages_elsewhere
from pages.http import formatting, language

Row = Mapping[str, Any]


def legislation(row: Row, laws: Sequence[Row], sponsors: Sequence[Row], areas: Sequence[str], site: str) -> str:
    """Return the Legislation of a document (of a company: its rules), in English, as JSON for a script element of a page."""
    with language.speaking(language.ENGLISH):
        if row["kind"] == KIND:
            return _rules(row, areas, site)
        return _legislation(row, laws, sponsors, areas, site)


def _rules(row: Row, areas: Sequence[str], site: str) -> str:
    """The rules of a company, which are no legislation."""
    address, service = f"{site}/documents/{row['id']}", row["title"].rpartition(": ")[0]
    return as_block(
        {
            "@context": "https://schema.org",
            "@type": "DigitalDocument",
            "@id": address,
            "url": address,
            "name": row["title"],
            "genre": row["document_type"],
            "publisher": {"@type": "Organization", "name": service} if service else None,
            "datePublished": row["status_on"],
            "creativeWorkStatus": formatting.word("statuses", row["status"]),
            "dateModified": row["changed_at"],
            "keywords": ", ".join(areas) or None,
            "isBasedOn": formatting.safe_url(row["url"]),
            "isAccessibleForFree": True,
        }
    )


def _legislation(row: Row, laws: Sequence[Row], sponsors: Sequence[Row], areas: Sequence[str], site: str) -> str:
    address = f"{site}/documents/{row['id']}"
    source = formatting.safe_url(row["url"])
    leads = [{"@type": "Person", "name": each["name"]} for each in sponsors if each["role"] == "sponsor"]
    public = [f"{law['kind']} {law['number']}" for law in laws]
    return as_block(
        {
            "@context": "https://schema.org",
            "@type": "Legislation",
            "@id": address,
            "url": address,
            "name": row["title"],
            "legislationIdentifier": None if formatting.repeats(row["identifier"], row["title"]) else row["identifier"],
            "alternateName": public or None,
            "legislationType": row["document_type"] or formatting.word("kinds", row["kind"]),
            # Cases are stored under the United States, those of a state's court, too.
            "legislationJurisdiction": _place(row["jurisdiction"]) if row["kind"] != "case" else None,
            "legislationDate": row["published_on"],
            "creativeWorkStatus": formatting.word("statuses", row["status"]),
            "dateModified": row["changed_at"],
            "inLanguage": "en",
            "abstract": (row["abstract"] or "")[:500] or None,
            "creator": leads or None,
            "keywords": ", ".join(areas) or None,
            "isBasedOn": source,
            "sameAs": _one_or_more([*filter(None, [source]), *pages_elsewhere(row["id"])]),
            "isAccessibleForFree": True,
        }
    )


def _place(jurisdiction: str) -> dict[str, str]:
    place = {"@type": "AdministrativeArea", "name": formatting.place(jurisdiction)}
    ocd = division(jurisdiction)
    return place | ({"identifier": ocd} if ocd else {})


def _one_or_more(addresses: Sequence[str]) -> list[str] | str | None:
    """The addresses, each once; one of them alone, and None for none."""
    found = list(dict.fromkeys(addresses))
    return found if len(found) > 1 else next(iter(found), None)


def as_block(found: Mapping[str, Any]) -> str:
    """Return JSON without empty parts, escaped so that no text of a source can end the script element."""
    kept = {name: value for name, value in found.items() if value is not None}
    text = json.dumps(kept, ensure_ascii=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
