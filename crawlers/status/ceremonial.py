"""Resolutions that honour, congratulate or mourn and decide nothing, told by their titles (crawlers/status/ceremonial.yml)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from crawlers.status.rules import any_of
from text.yaml_config import rules_of

FILE = Path(__file__).with_name("ceremonial.yml")


@dataclass(frozen=True)
class Rules:
    """What is in the file: the types of legislatures and of councils, what speaks against it, and what for it in each."""

    types: frozenset[str]
    council_types: frozenset[str]
    asks: re.Pattern[str]
    honours: re.Pattern[str]
    council_honours: re.Pattern[str]


@cache
def load_rules(path: Path = FILE) -> Rules:
    """The types of documents that can be ceremonial, and the patterns for their titles.

    Raises:
        ValueError: a list is missing, or a pattern is none.
    """
    with rules_of(path) as entries:
        try:
            types, council_types = (frozenset(entries[name]) for name in ("types", "council_types"))
            patterns = (any_of(entries[name]) for name in ("asks", "honours", "council_honours"))
            return Rules(types, council_types, *patterns)
        except (KeyError, TypeError) as error:
            raise ValueError(f"{path.name}: needs the lists of types, asks and honours ({error})") from error


def is_ceremonial(title: str, document_type: str | None) -> bool:
    """Whether a document only honours, congratulates, mourns or names a day. In doubt it does not."""
    rules = load_rules()
    if rules.asks.search(title):
        return False
    if document_type in rules.council_types:
        return bool(rules.council_honours.match(title))
    return document_type in rules.types and bool(rules.honours.search(title))
