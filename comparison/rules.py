"""What does not count when texts are compared, from comparison/rules.yml."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path

from crawlers.status.ceremonial import is_ceremonial
from store.errors import InvalidInput
from text.tokens import forms
from text.yaml_config import rules_of

FILE = Path(__file__).with_name("rules.yml")
#: Titles with fewer words are too short to compare.
SHORTEST_TITLE = 3


class BadRules(InvalidInput):
    """rules.yml cannot be used; the message says what is wrong with it."""


@dataclass(frozen=True)
class Rules:
    """``version`` is a hash of the file. ``passages`` matches boilerplate in a lowercase text."""

    version: str
    types: frozenset[str]
    titles: re.Pattern[str]
    citations: re.Pattern[str]
    formula: frozenset[str]
    passages: re.Pattern[str]

    def is_left_out(self, title: str, document_type: str | None) -> bool:
        """Whether a document is routine or its title too short, so that its being like another means nothing."""
        return len(title.split()) < SHORTEST_TITLE or self.is_routine(title, document_type)

    def is_routine(self, title: str, document_type: str | None) -> bool:
        """Whether a document follows a form or only honors somebody."""
        return document_type in self.types or bool(self.titles.search(title)) or is_ceremonial(title, document_type)

    def compared(self, title: str, abstract: str | None) -> str:
        """What of a title and a summary is compared."""
        return self.citations.sub(" ", f"{title}\n{abstract or ''}")


@cache
def load_rules(path: Path = FILE) -> Rules:
    """Read the rules.

    Raises:
        BadRules: the file is not YAML, a list is missing, or a pattern is none.
    """
    with rules_of(path, BadRules) as entries:
        try:
            return Rules(
                blake2b(path.read_bytes(), digest_size=6).hexdigest(),
                frozenset(entries["left_out_types"]),
                _any(entries["left_out_titles"]),
                _any(entries["citations"]),
                frozenset(form for word in entries["formula"].split() for form in forms(word)),
                _any(entries["passages"]),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise BadRules(
                f"{path.name}: needs left_out_types, left_out_titles, citations, formula and passages ({error})"
            ) from error


def _any(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)
