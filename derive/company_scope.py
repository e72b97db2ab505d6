"""Which policy areas the rules of a company carry: of those that its entry names (companies.yml), what the tagger finds and
what a provision that touches a position shows.

The tagger learned from bills. Rules on conduct and content of every service sound to it like intellectual freedom, and every
contract a little like copyright: of 100 tags drawn at random 74 were right without this scope, and 67 of the 72 that it leaves.
In a license of a store it sees no copyright at all; "you may not lend a book" says it.
"""

from __future__ import annotations

from dataclasses import replace

from sqlite_utils import Database

from classify.evidence import Evidence
from classify.tagger import Tag, Tagging
from crawlers.companies import JURISDICTION, company_of
from positions.catalog.catalog import Catalog
from positions.matching.company_matches import PROBABILITY, company_matches, is_company, version
from positions.matching.provisions import Provision

#: Under which the version of the scope is kept.
NAME = "company areas"
#: Counted up when the code of this file changes what a document carries.
SCOPE = 2
#: The rule that an area rests on where a provision shows it, and letters of its sentence that stand as evidence.
RULE, WORDS = "provision", 90


def in_scope(key: str, title: str | None, text: str | None, tagging: Tagging, catalog: Catalog) -> Tagging:
    """The tagging of a document with the areas of its company's entry that it is about; of all others as it is."""
    if not is_company(key):
        return tagging
    company = company_of(title or "")
    wanted = company.areas if company else ()
    said: dict[str, Evidence] = {}
    for match in company_matches({"title": title, "text": text}, wanted, catalog):
        for area in set(catalog.by_id[match.position_id].areas).intersection(wanted):
            said.setdefault(area, _evidence(match.provision))
    tags = [replace(tag, tagged=tag.tagged and tag.area in wanted) for tag in tagging.areas]
    found = {tag.area for tag in tags if tag.tagged}
    kept = [tag for tag in tags if tag.area in found or tag.area not in said]
    shown = [Tag(area, PROBABILITY, True, (said[area],)) for area in wanted if area in said and area not in found]
    return replace(tagging, areas=(*kept, *shown))


def _evidence(provision: Provision) -> Evidence:
    """The beginning of a sentence, as long as the words that a list shows."""
    words = provision.words if len(provision.words) <= WORDS else provision.words[:WORDS].rpartition(" ")[0]
    return Evidence(provision.field, provision.start, provision.start + len(words), words, RULE)


def redo_if_changed(corpus: Database, catalog: Catalog) -> None:
    """Have the rules of companies tagged and matched again when companies.yml, the kinds of provisions, or what the catalog says
    of them is not what it was the last time."""
    now = f"{version(catalog)}-{SCOPE}"
    if corpus.execute("select version from derivations where name = ?", [NAME]).fetchone() == (now,):
        return
    with corpus.atomic():
        for table in ("taggings", "matchings"):
            corpus.execute(
                f"update {table} set text_hash = '' where document_id in (select id from documents where jurisdiction = ?)",
                [JURISDICTION],
            )
        corpus.execute("insert or replace into derivations values (?, ?)", [NAME, now])
