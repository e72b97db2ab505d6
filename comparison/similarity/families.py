"""Families of bills that maintainers have described in families.yml, found by the words of titles and summaries."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from comparison.rules import load_rules
from store.errors import InvalidInput
from text.phrases import BadPattern, Pattern, pattern, vocabulary
from text.tokens import beginning, fold_words
from text.yaml_config import rules_of

FILE = Path(__file__).with_name("families.yml")


class BadFamily(InvalidInput):
    """An entry of families.yml that cannot be used; the message names it and says why."""


@dataclass(frozen=True)
class Family:
    """A bill belongs when it has a phrase of every list of ``all`` and none of ``none``."""

    id: str
    title: str
    about: str
    all: tuple[tuple[Pattern, ...], ...]
    none: tuple[Pattern, ...]
    examples: tuple[str, ...]
    counterexamples: tuple[str, ...]

    def fits(self, text: str) -> bool:
        words = fold_words(text)
        return all(_has(words, each) for each in self.all) and not _has(words, self.none)

    def find(self, db: Database, among: Collection[str] | None = None) -> Iterator[str]:
        """The ids of the bills that belong, in order; of ``among``, or of all held."""
        rules = load_rules()
        only, given = (
            ("", []) if among is None else ("and id in (select value from json_each(?))", [json.dumps([*among])])
        )
        for key, title, abstract, kind in db.execute(
            "select id, title, abstract, document_type from documents "
            f"where kind = 'bill' {only} and {self._prefilter()} order by id",
            given,
        ).fetchall():
            if not rules.is_routine(title, kind) and self.fits(f"{title}\n{abstract or ''}"):
                yield key

    def _prefilter(self) -> str:
        """SQL that leaves out what cannot fit: each first list's words, as beginnings, must occur somewhere."""
        starts = sorted({part for each in self.all[0] for part in _starts(each)})
        tests = [f"title like '%{start}%' or abstract like '%{start}%'" for start in starts]
        return f"({' or '.join(tests)})"


def _starts(item: Pattern) -> set[str]:
    first = item.slots[0]
    words = {*first.words, *first.prefixes, *(run[0] for run in first.runs)}
    # Up to an apostrophe: ASCII letters and digits only, so that the pattern is safe inside SQL.
    return {beginning(word).partition("'")[0] for word in words}


def _has(words: list[str], patterns: tuple[Pattern, ...]) -> bool:
    seen = vocabulary(words)
    return any(each.possible(seen) and each.occurs_in(words, 0, len(words)) for each in patterns)


@cache
def load_families(path: Path = FILE) -> tuple[Family, ...]:
    """Read the families.

    Raises:
        BadFamily: the file is not YAML, or an entry lacks something or has a pattern that cannot be read.
    """
    with rules_of(path, BadFamily) as entries:
        return tuple(map(_family, entries or ()))


def _family(entry: dict[str, Any]) -> Family:
    try:
        return Family(
            entry["id"],
            entry["title"],
            " ".join(entry["about"].split()),
            tuple(tuple(map(pattern, each)) for each in entry["all"]),
            tuple(map(pattern, entry.get("none", ()))),
            tuple(entry["examples"]),
            tuple(entry["counterexamples"]),
        )
    except (KeyError, TypeError, AttributeError, BadPattern) as error:
        name = entry.get("id") if isinstance(entry, dict) else entry
        raise BadFamily(f"families.yml, {name}: {error}") from error
