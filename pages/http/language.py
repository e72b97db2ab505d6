"""The language of a page. Templates and code hold the English; `messages/<language>.po` holds the translations.

The address of a page names its language, so a context variable of the request holds it.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TypeVar

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from pages.http.names import named

FOLDER = Path(__file__).with_name("messages")
ENGLISH = "en"
#: Every language, by its own name.
LANGUAGES = {"en": "English", "es": "Español"}
#: The locale by which Babel formats the dates of a language.
LOCALES = {"en": "en_US", "es": "es"}
Result = TypeVar("Result")

_spoken: contextvars.ContextVar[str] = contextvars.ContextVar("language", default=ENGLISH)


def current() -> str:
    return _spoken.get()


def prefix() -> str:
    """Return what an address begins with in the language of the page: "" in English, "/es" in Spanish."""
    return "" if current() == ENGLISH else f"/{current()}"


def locale() -> str:
    return LOCALES[current()]


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Use this language for all messages inside the block."""
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def carried(function: Callable[..., Result]) -> Callable[..., Result]:
    """Return a function that runs in the current context, for a thread that does not know the language."""
    context = contextvars.copy_context()
    return lambda *args: context.run(function, *args)


@cache
def translations(language: str) -> NullTranslations:
    """Return the messages of a language. A message without a translation stays in English."""
    if language == ENGLISH:
        return NullTranslations()
    compiled = BytesIO()
    with (FOLDER / f"{language}.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translations(compiled)


def gettext(message: str, quoted: Callable[[str], str] = str) -> str:
    """Return a message in the language of the page. `quoted` makes the names in it fit for what surrounds them."""
    return named(translations(current()).gettext(message), current(), quoted) if message else ""  # "" heads a catalog


def ngettext(one: str, many: str, number: int, quoted: Callable[[str], str] = str) -> str:
    """Return the form of a message for a number, in the language of the page."""
    return named(translations(current()).ngettext(one, many, number), current(), quoted)


_ = gettext


def N_(message: str) -> str:  # noqa: N802  (its usual name)
    """Mark a message that other code translates, where the language is known."""
    return message
