"""The language of a page. English is what templates and code say; `messages/<language>.po` says the same in another.

Which language is spoken is a property of the request (a context variable), never of a reader: the address carries it.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TypeVar

from babel.messages.pofile import read_po

FOLDER = Path(__file__).with_name("messages")
ENGLISH = "en"
#: Every language, by its own name.
LANGUAGES = {"en": "English", "es": "Español"}
Result = TypeVar("Result")

_spoken: contextvars.ContextVar[str] = contextvars.ContextVar("language", default=ENGLISH)


def current() -> str:
    return _spoken.get()


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
def messages(language: str) -> dict[str, tuple[str, ...]]:
    """Message -> its forms in a language: one, or two for one and for any other number. Empty ones are left out."""
    with (FOLDER / f"{language}.po").open("rb") as file:
        catalog = read_po(file, locale=language)
    found: dict[str, tuple[str, ...]] = {}
    for message in catalog:
        key = message.id if isinstance(message.id, str) else message.id[0]
        forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
        if key and all(forms) and "fuzzy" not in message.flags:
            found[key] = forms
    return found


def gettext(message: str) -> str:
    """The message in the language of the page; as it is where there is none in that language."""
    if current() == ENGLISH:
        return message
    return messages(current()).get(message, (message,))[0]


def ngettext(one: str, many: str, number: int) -> str:
    """The form for this number, of a message that has two."""
    if current() == ENGLISH:
        return one if number == 1 else many
    forms = messages(current()).get(one)
    if forms is None:
        return one if number == 1 else many
    return forms[0] if number == 1 else forms[-1]


_ = gettext


def N_(message: str) -> str:  # noqa: N802  (the name that everybody gives it)
    """Marks a message that is said elsewhere, where the language is known."""
    return message
