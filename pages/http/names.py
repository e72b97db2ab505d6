"""The names that messages hold as %(org)s, %(organization)s and %(publisher)s: whose positions are shown, and by whom.

The organization is that of the catalog, the publisher a setting: who runs the site need not be who holds the positions.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import settings
from positions.catalog.organization import organization

_NAME = re.compile(r"(?P<before>^|[.:?!] )?%\((?P<which>org|organization|publisher)\)s")
_VARIABLES = ("INFOPOLICY_CONFIG", "INFOPOLICY_CATALOG", "INFOPOLICY_PUBLISHER", "INFOPOLICY_IMPRINT")


def names(language: str = "en") -> Mapping[str, str]:
    """`org` (the short name), `organization`, `publisher`, and `imprint` ("" where none is set)."""
    return _names(language, tuple(map(os.environ.get, _VARIABLES)))


@lru_cache(maxsize=8)
def _names(language: str, _environment: tuple[str | None, ...]) -> Mapping[str, str]:
    config = settings.current()
    found = organization(config.catalog)
    spanish = language == "es"
    return {
        "org": found.spanish_short if spanish else found.short,
        "organization": found.spanish_in_text if spanish else found.in_text,
        "publisher": config.publisher,
        "imprint": config.imprint or "",
    }


def named(text: str, language: str = "en", quoted: Callable[[str], str] = str) -> str:
    """A message with the names in it, each through `quoted`; one that begins a sentence gets a capital letter."""
    if "%(" not in text:
        return text

    def fill(match: re.Match[str]) -> str:
        name = str(quoted(names(language)[match["which"]]))
        before = match["before"]
        return name if before is None else before + name[:1].upper() + name[1:]

    return _NAME.sub(fill, text)


def named_tree(tree: Any) -> Any:
    """The same for every text of nested lists and mappings, such as a file of YAML."""
    if isinstance(tree, dict):
        return {key: named_tree(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [named_tree(each) for each in tree]
    return named(tree) if isinstance(tree, str) else tree
