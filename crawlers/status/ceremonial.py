"""Resolutions that honour, congratulate or mourn and decide nothing, told by their titles (crawlers/status/ceremonial.yml)."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from crawlers.yaml_config import rules_of

FILE = Path(__file__).with_name("ceremonial.yml")


@cache
def load_rules(path: Path = FILE) -> tuple[frozenset[str], re.Pattern[str], re.Pattern[str]]:
    """The types of documents that can be ceremonial, what speaks against it, and what for it.

    Raises:
        ValueError: a list is missing, or a pattern is none.
    """
    with rules_of(path) as entries:
        try:
            asks, honours = (
                re.compile("|".join(f"(?:{pattern})" for pattern in entries[name]), re.IGNORECASE)
                for name in ("asks", "honours")
            )
            return frozenset(entries["types"]), asks, honours
        except (KeyError, TypeError) as error:
            raise ValueError(f"{path.name}: needs the lists types, asks and honours ({error})") from error


def is_ceremonial(title: str, document_type: str | None) -> bool:
    """Whether a document only honours, congratulates, mourns or names a day. In doubt it does not."""
    types, asks, honours = load_rules()
    return document_type in types and not asks.search(title) and bool(honours.search(title))
