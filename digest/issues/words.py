"""The sentences of mails in the reader's language, from messages/<language>.yml."""

from __future__ import annotations

import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from pages.http import formatting as english

_FOLDER = Path(__file__).with_name("messages")


class Words:
    """The words of one language. Asking for a sentence that its file lacks is a KeyError: a test asks for all of them."""

    def __init__(self, language: str):
        self.language, self.messages = language, messages(language)

    def __call__(self, key: str, **values: Any) -> str:
        return str(self.messages[key]).format(**values)

    def some(self, key: str, number: int, **values: Any) -> str:
        """The form for one or for any other number, with `n` filled in."""
        one, many = self.messages[key]
        return (one if number == 1 else many).format(n=f"{number:,}", **values)

    def section(self, key: str) -> str:
        return self.messages["sections"][key]

    def word(self, group: str, key: str | None) -> str:
        """A status, kind or event in this language; English ones are the site's own."""
        return self.messages.get(group, {}).get(key) or english.word(group, key)

    def area(self, key: str, title: str) -> str:
        return self.messages.get("areas", {}).get(key) or title

    def place(self, jurisdiction: str, session: str | None) -> str:
        name = self.messages.get("places", {}).get(jurisdiction) or english.place(jurisdiction)
        return ", ".join(filter(None, (name, english.session_in_words(jurisdiction, session))))

    def date(self, day: str | None) -> str:
        if "months" not in self.messages or not day:
            return english.date_in_words(day)
        value = datetime.date.fromisoformat(day[:10])
        month = self.messages["months"][value.month - 1]
        return self.messages["date"].format(day=value.day, month=month, year=value.year)

    def left(self, day: str, today: datetime.date) -> str:
        days = (datetime.date.fromisoformat(day[:10]) - today).days
        if days in (-1, 0, 1):
            return self.messages["left"][days]
        return self("days_left" if days > 0 else "days_ago", n=f"{abs(days):,}")


@cache
def messages(language: str) -> dict[str, Any]:
    path = _FOLDER / f"{language}.yml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))
