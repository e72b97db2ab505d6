"""Titles as a page shows them: what a source writes in capitals comes in sentence case, a first word in small letters with a
capital, and marks of footnotes are left out; the record keeps the original."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from pages.http import captions
from pages.http.formatting import glossary
from pages.http.language import _
from settings import SITE
from text.yaml_config import read_yaml

#: From this share of capital letters on, and with so many letters, a title is shouting.
SHARE, LEAST = 0.8, 12
#: New Jersey marks an amended bill with them.
_FOOTNOTES = re.compile(r"\s*\*+\s*$")
#: An act whose name is an acronym ("TAKE IT DOWN Act"): who writes "Act" so does not shout the rest.
_NAMED_ACT = re.compile(r"\bAct\b|\bACT of \d{4}\b")
#: Parts of a title that begin as a sentence does; what follows a number does not ("21st Century", "7(a) loans").
_BEGINS = re.compile(r"^[\W_]*[^\W\d_]|(?<=[.?!] )(?<![A-Z]\.[A-Z]\. )(?<!Jr\. )[^\W\d_]")
#: The initial of a person between two names; "v." stands between two parties.
_INITIAL = re.compile(r"(?<= )[a-uw-z](?=\. [A-Z])")
#: A number, a letter, or "Id."; or a label before a colon that nothing follows.
_NOTHING = re.compile(r"\W*(?:\d{0,3}|[^\W\d]|[Ii]d|\w+(?: \w+){0,3}:)\W*")
#: Captions of a page and words for "none" that sources give for a title; of numbers without a bill, what became of it (Kentucky,
#: Alaska).
_CAPTIONS = frozenset(
    {
        "primary sponsors",
        "bill text",
        "no title provided",
        "no title found",
        "na",
        "n/a",
        "withdrawn",
        "not introduced",
    }
)
_POSSESSIVE = re.compile("['’]s$")
#: The month, never the verb.
_MAY = re.compile(r"\bmay(?= \d)|(?<=\bin )may\b")
#: What follows is the name of a place, or one of a few words that are none.
_PLACE_OF = re.compile(
    r"\b(?:town|city|village|borough|county|island|towns|islands) of "
    r"(?!(?:origin|record|residence|second|the|first|third|employment|each|any|a|an)\b)[^\W\d_]"
)
_ROMAN = re.compile(r"[IVX]{2,}")
#: "U.S.", "D.D.C."
_INITIALS = re.compile(r"(?:[A-Z]\.){2,}")
#: Parties of a court case have names; these words of a name stay small.
_CASE, _SMALL = re.compile(r" V\. ", re.I), frozenset({"al", "and", "et", "for", "in", "of", "on", "the", "to", "v"})


@lru_cache(maxsize=4_096)
def readable(title: str) -> str:
    """``AN ACT RELATING TO E-RATE IN TEXAS`` -> ``An act relating to E-Rate in Texas``; any other title in its own letters,
    but for the captions of Illinois (pages.http.captions).

    Names of places and of proper_words.yml, the acronyms of names.yml, Roman numerals and words with digits keep their capitals.
    """
    title = _FOOTNOTES.sub("", title)
    if said := captions.in_words(title, _word):
        return said
    if not _shouts(title):
        return _capital(title) if _begins_small(title) else title
    spoken = _of_a_name if _CASE.search(title) else _word
    quiet = captions.WORD.sub(lambda match: spoken(match[0]), title)
    for pattern, name in _several_words():
        quiet = pattern.sub(name, quiet)
    quiet = _MAY.sub("May", _PLACE_OF.sub(lambda match: match[0][:-1] + match[0][-1].upper(), quiet))
    quiet = _BEGINS.sub(lambda match: match[0][:-1] + match[0][-1].upper(), quiet)
    return _INITIAL.sub(lambda match: match[0].upper(), quiet)


def quiet(text: str) -> str:
    """A summary that shouts in sentence case, paragraph by paragraph; every letter stays at its place, so marks still fit."""
    return "\n".join(
        shown if _shouts(line) and len(shown := readable(line)) == len(line) else line for line in text.split("\n")
    )


def _shouts(title: str) -> bool:
    if _NAMED_ACT.search(title):
        return False
    letters = [character for character in title if character.isalpha()]
    return len(letters) >= LEAST and sum(character.isupper() for character in letters) >= SHARE * len(letters)


def is_no_title(title: str) -> bool:
    """Whether a source gives a bare mark or the caption of a page for a title."""
    return bool(_NOTHING.fullmatch(title)) or title.strip(" .:").casefold() in _CAPTIONS


def titled(title: str, identifier: str) -> str:
    """The readable title, or the number of a document whose source gives "2", "Date:", or another bare mark for a title."""
    if is_no_title(title):
        return _("Document {identifier}, without a title").format(identifier=identifier)
    return readable(title)


def _capital(title: str) -> str:
    """The first letter as a capital."""
    return _BEGINS.sub(lambda match: match[0][:-1] + match[0][-1].upper(), title, count=1)


def _begins_small(title: str) -> bool:
    """Whether the first word has only small letters, as New Hampshire writes titles; ``eBook`` has not."""
    first = captions.WORD.search(title)
    return bool(first and first[0].islower())


def _word(word: str) -> str:
    if any(character.isdigit() for character in word) or _ROMAN.fullmatch(word) or _INITIALS.fullmatch(word):
        return word
    small = word.casefold()
    bare = _POSSESSIVE.sub("", small.rstrip(".-"))
    if not (known := acronyms().get(bare) or load_proper()[0].get(bare)) and "-" in bare:
        known = "-".join(_word(part) for part in bare.split("-"))
    return (known or bare) + small[len(bare) :]


def _of_a_name(word: str) -> str:
    """A word of the name of a party; one that is not all capitals, and "LLC" and the like, stays as it is."""
    if not word.isupper() or not re.search("[AEIOUY]", word):
        return word.lower() if word.lower().rstrip(".") in _SMALL else word
    quiet = _word(word)
    return quiet if quiet.rstrip(".") in _SMALL or quiet != word.lower() else quiet.capitalize()


@cache
def acronyms() -> dict[str, str]:
    """Single words of names.yml that are written with capitals inside, by their small letters."""
    entries = read_yaml(SITE / "names.yml")
    words = [word for entry in entries for name in entry["names"] for word in [str(name)] if " " not in word]
    return {word.casefold(): word for word in words if any(character.isupper() for character in word[1:])}


@cache
def load_proper() -> tuple[dict[str, str], tuple[str, ...]]:
    """The names of proper_words.yml: single words by their small letters, and several words in a row.

    Raises:
        ValueError: a part of the file is missing, or none that is known.
    """
    entries = read_yaml(SITE / "proper_words.yml")
    if set(entries) != {"words", "phrases"}:
        raise ValueError("proper_words.yml: its parts are phrases, words")
    return {str(word).casefold(): str(word) for word in entries["words"]}, tuple(
        str(phrase) for phrase in entries["phrases"]
    )


@cache
def _several_words() -> list[tuple[re.Pattern[str], str]]:
    """A pattern for the name of every place and every other name of several words, longer ones first."""
    named = sorted({*glossary()["jurisdictions"].values(), *load_proper()[1]}, key=len, reverse=True)
    return [(re.compile(rf"\b{re.escape(name)}\b", re.IGNORECASE), name) for name in named]
