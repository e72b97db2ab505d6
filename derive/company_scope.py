"""Which policy areas the rules of a company may carry: those for which somebody has said that they matter (companies.yml).

The tagger learned from bills. Rules on conduct and content of every service sound to it like intellectual freedom, and every
contract a little like copyright: of 100 tags drawn at random 74 were right without this scope, and 67 of the 72 that it leaves.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import blake2b

from sqlite_utils import Database

from classify.tagger import Tagging
from crawlers.companies import FILE, JURISDICTION, company_of

#: Under which the version of the scope is kept.
NAME = "company areas"


def in_scope(key: str, title: str | None, tagging: Tagging) -> Tagging:
    """The tagging of a document without the areas that its company's entry does not name; of all others as it is."""
    if not key.startswith(f"{JURISDICTION}-"):
        return tagging
    company = company_of(title or "")
    wanted = company.areas if company else ()
    return replace(
        tagging, areas=tuple(replace(tag, tagged=tag.tagged and tag.area in wanted) for tag in tagging.areas)
    )


def retag_if_changed(corpus: Database) -> None:
    """Have the rules of companies tagged again when companies.yml is another one than the last time."""
    version = blake2b(FILE.read_bytes(), digest_size=6).hexdigest()
    if corpus.execute("select version from derivations where name = ?", [NAME]).fetchone() == (version,):
        return
    with corpus.atomic():
        corpus.execute(
            "update taggings set text_hash = '' where document_id in (select id from documents where jurisdiction = ?)",
            [JURISDICTION],
        )
        corpus.execute("insert or replace into derivations values (?, ?)", [NAME, version])
