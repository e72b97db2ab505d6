"""Which positions the rules of a company touch: by the kinds of provisions that the catalog names, not by triggers.

Triggers are written for what a legislature does. A company's text is a contract, so the catalog says which of its provisions
help or harm a position (`companies` of an entry), and crawlers/companies.yml says for which positions somebody would read it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path

from crawlers.companies import FILE as COMPANIES
from crawlers.companies import JURISDICTION, company_of
from positions.catalog.catalog import Catalog
from positions.matching import company_provisions as rules
from positions.matching.matches import Match
from positions.matching.provisions import Provision

#: How likely a specialist would want such a match: the share that was right (docs/matching.md, "Rules of companies").
PROBABILITY = 0.9
#: The trigger of such a match, before its kind and way.
TRIGGER = "company:"


def is_company(document_id: str) -> bool:
    """Whether the id is that of rules of a company."""
    return document_id.startswith(f"{JURISDICTION}-")


def company_matches(fields: Mapping[str, str | None], areas: Collection[str], catalog: Catalog) -> tuple[Match, ...]:
    """One match for each position and way: its first sentence. All are shown.

    Where some sentences help a position and others harm it, the document as a whole takes no side: all of them are ``watch``.
    """
    title, text = fields.get("title") or "", fields.get("text") or ""
    company = company_of(title)
    if company is None:
        return ()
    found: dict[tuple[str, str], Match] = {}
    for each in rules.provisions(text, title.rpartition(": ")[2]):
        way = f"{each.kind}.{each.way}"
        for position, stance in catalog.by_company_provision.get(way, ()):
            named = position.id in company.positions and not set(position.areas + position.also_in).isdisjoint(areas)
            if named and (position.id, way) not in found:
                found[position.id, way] = _match(position.id, stance, each)
    sides: dict[str, set[str]] = {}
    for match in found.values():
        sides.setdefault(match.position_id, set()).add(match.stance)
    return tuple(
        replace(match, stance="watch") if {"support", "oppose"} <= sides[match.position_id] else match
        for match in found.values()
    )


def _match(position_id: str, stance: str, each: rules.Provision) -> Match:
    kind = rules.load_kinds()[each.kind]
    says = next(way.says for way in kind.ways if way.id == each.way)
    return Match(
        position_id,
        stance,
        PROBABILITY,
        Provision("text", each.start, each.end, each.words),
        f"{says}: {stance}, {position_id}",
        f"{TRIGGER}{each.kind}.{each.way}",
        probability=PROBABILITY,
        shown=True,
    )


def version(catalog: Catalog) -> str:
    """What such matches depend on, as one word: the kinds, the companies, the catalog's choice, and this code."""
    files = (rules.FILE, Path(rules.__file__), COMPANIES, Path(__file__))
    named = repr([(position.id, position.companies) for position in catalog.positions])
    return blake2b(b"".join(file.read_bytes() for file in files) + named.encode(), digest_size=6).hexdigest()
