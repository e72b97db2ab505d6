"""Every file of data that maintainers keep beside the code, but for the catalog of positions, and what loads it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from classify.areas import load_areas
from comparison import rules as compared
from comparison.similarity import families
from crawlers import rule_files
from derive import priority
from desk.intake import tracker
from desk.reviews import plain_reasons
from digest.issues import ledger
from digest.issues import words as digest_words
from operations import sqlite_version
from pages import site_files
from positions.matching import (
    bill_families,
    company_provisions,
    direction_words,
    document_direction,
    quotes,
    title_forms,
)
from positions.relevance import subject
from second_reader import models
from settings import ROOT
from text import boilerplate, plain_words
from text.yaml_config import read_yaml

#: What loads each file, by its place in the project.
LOADERS: dict[str, Callable[[], object]] = {
    **{f"crawlers/{name}": load for name, load in rule_files.LOADERS.items()},
    **site_files.LOADERS,
    "crawlers/sample/coverage.yml": partial(read_yaml, ROOT / "crawlers/sample/coverage.yml"),
    "classify/areas.yml": load_areas,
    "comparison/rules.yml": compared.load_rules,
    "comparison/similarity/families.yml": families.load_families,
    "derive/priority.yml": priority.priority_rules,
    "desk/intake/tracker.yml": tracker.words,
    "desk/reviews/plain_reasons.yml": plain_reasons.known_reasons,
    "digest/issues/news.yml": ledger.rules,
    "digest/issues/sentences.yml": digest_words.sentences,
    "operations/sqlite_versions.yml": sqlite_version.warnings,
    "positions/matching/bill_families.yml": bill_families.bill_families,
    "positions/matching/causes.yml": document_direction.causes,
    "positions/matching/company_provisions.yml": company_provisions.load_kinds,
    "positions/matching/direction_words.yml": direction_words.cues,
    "positions/matching/title_forms.yml": title_forms.title_forms,
    "positions/matching/weak_quotes.yml": quotes.weak_phrases,
    "positions/relevance/kinds.yml": subject.kinds,
    "positions/relevance/library_words.yml": subject.library_words,
    "second_reader/models.yml": partial(read_yaml, models.PRICES),
    "text/boilerplate.yml": boilerplate.load_boilerplate,
    "text/plain_words.yml": plain_words.load_words,
}
