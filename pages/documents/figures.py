"""Dates, amounts and other numbers of a text: where two texts differ in one, they do not say the same."""

from __future__ import annotations

import re
from collections import Counter

from text.days import DAY

#: What changes the meaning of a provision, and is worth showing by itself.
_TELLING = re.compile(
    rf"{DAY}|\$ ?\d[\d,]*(?:\.\d+)?(?<!,)(?: (?:thousand|million|billion))?"
    r"|\d[\d,]*(?:\.\d+)? ?(?:%|percent\b)|\b(?:19|20)\d\d\b"
)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_WORD = re.compile(r"\w+")
#: So many figures of each side are shown.
SHOWN = 4


def telling(text: str) -> Counter[str]:
    """The dates, years, amounts of money and percentages of a text, each as often as it stands there."""
    return Counter(_TELLING.findall(text))


def same_numbers(one: str, other: str) -> bool:
    """Whether two texts have the same numbers, each as often."""
    return Counter(_NUMBER.findall(one)) == Counter(_NUMBER.findall(other))


def same_words(one: str, other: str) -> bool:
    """Whether two texts say the same, whatever their punctuation and capitals."""
    return _WORD.findall(one.casefold()) == _WORD.findall(other.casefold())


def only_in(one: str, other: str) -> list[str]:
    """The first telling figures of a text that the other one lacks or has less often."""
    return list(telling(one) - telling(other))[:SHOWN]
