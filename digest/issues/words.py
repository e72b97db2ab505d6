"""The sentences of mails in the reader's language: sentences.yml has the English, the catalog of the pages the others."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from digest.issues.effects import says
from pages.http import formatting
from pages.http.language import speaking, translations
from pages.http.names import named, names
from text.yaml_config import read_yaml

_FILE = Path(__file__).with_name("sentences.yml")
#: Rules of a company that a line names.
_NAMED = 3
#: Marks the messages that mails say in other words than pages.
_CONTEXT = "mail"


class Words:
    """The words of one language. Asking for a sentence that sentences.yml lacks is a KeyError."""

    def __init__(self, language: str):
        self.language, self.messages = language, messages(language)

    def __call__(self, key: str, **values: Any) -> str:
        return str(self.messages[key]).format(**values)

    def some(self, key: str, number: int, **values: Any) -> str:
        """The form for one or for any other number, with `n` filled in."""
        one, many = self.messages[key]
        form = translations(self.language).ngettext(one, many, number)
        return form.format(n=f"{number:,}", **values)

    def section(self, key: str) -> str:
        return self.messages["sections"][key]

    def word(self, group: str, key: str | None) -> str:
        """A status, kind, event or stance in this language."""
        return translated(formatting.word(group, key), self.language)

    def area(self, title: str) -> str:
        return translated(title, self.language)

    def says(self, family: str) -> str:
        """What the bills of a family do, as the rest of a sentence."""
        return translated(says()[family], self.language)

    def rules(self, told: Sequence[tuple[str, str, str]]) -> str:
        """What of a company's rules turned, came or went (comparison.versions.company_provisions.told_of_change), in one line."""
        found = [
            self(f"rule_{what}", says=translated(says or said, self.language), said=translated(said, self.language))
            for what, says, said in told
        ]
        return "; ".join([*found[:_NAMED], *([self.some("more_rules", len(found) - _NAMED)] if found[_NAMED:] else [])])

    def place(self, jurisdiction: str, session: str | None, title: str | None = None) -> str:
        """The place and its session (`title`: of its source); states and sessions keep the names that their sources use."""
        name = formatting.place(jurisdiction)
        country = translated(name, self.language) if jurisdiction in ("us", "corp") else name
        return ", ".join(filter(None, (country, formatting.session_in_words(jurisdiction, session, title))))

    def date(self, day: str | None) -> str:
        with speaking(self.language):
            return formatting.date_in_words(day)

    def left(self, day: str, today: datetime.date) -> str:
        days = (datetime.date.fromisoformat(day[:10]) - today).days
        if days in (-1, 0, 1):
            return self.messages["left"][days]
        return self("days_left" if days > 0 else "days_ago", n=f"{abs(days):,}")


@cache
def sentences() -> dict[Any, Any]:
    """What sentences.yml holds, in English."""
    found: dict[Any, Any] = read_yaml(_FILE)
    return found


def messages(language: str) -> dict[Any, Any]:
    """The sentences in a language; a pair of forms stays in English, since a number chooses between them."""
    return _messages(language, tuple(names(language).values()))


@lru_cache(maxsize=8)
def _messages(language: str, _names: tuple[str, ...]) -> dict[Any, Any]:
    found: dict[Any, Any] = _translated(sentences(), language)
    return found


def _translated(found: Any, language: str) -> Any:
    if isinstance(found, dict):
        return {key: _translated(value, language) for key, value in found.items()}
    return translated(found, language) if isinstance(found, str) else found


def translated(message: str, language: str) -> str:
    catalog = translations(language)
    said = str(catalog.pgettext(_CONTEXT, message))
    return named(said if said != message else str(catalog.gettext(message)), language)
