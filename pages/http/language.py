"""The language of a page. English is what templates and code say; `messages/<language>.po` says the same in another.

Which language is spoken is a property of the request (a context variable), never of a reader: the address carries it.
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

FOLDER = Path(__file__).with_name("messages")
ENGLISH = "en"
#: Every language, by its own name.
LANGUAGES = {"en": "English", "es": "Español"}
#: The locale by which Babel formats the dates of a language.
LOCALES = {"en": "en_GB", "es": "es"}
Result = TypeVar("Result")

_spoken: contextvars.ContextVar[str] = contextvars.ContextVar("language", default=ENGLISH)


def current() -> str:
    return _spoken.get()


def locale() -> str:
    return LOCALES[current()]


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Everything inside says its messages in this language."""
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def carried(function: Callable[..., Result]) -> Callable[..., Result]:
    """The function as it would run here and now, for a thread that does not know the language by itself."""
    context = contextvars.copy_context()
    return lambda *args: context.run(function, *args)


@cache
def translations(language: str) -> NullTranslations:
    """The messages of a language; one that has no translation is said in English."""
    if language == ENGLISH:
        return NullTranslations()
    compiled = BytesIO()
    with (FOLDER / f"{language}.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translations(compiled)


def gettext(message: str) -> str:
    """The message in the language of the page."""
    return translations(current()).gettext(message) if message else ""  # "" is the head of a catalog


def ngettext(one: str, many: str, number: int) -> str:
    """The form for this number, of a message that has two."""
    return translations(current()).ngettext(one, many, number)


_ = gettext


def N_(message: str) -> str:  # noqa: N802  (the name that everybody gives it)
    """Marks a message that is said elsewhere, where the language is known."""
    return message
