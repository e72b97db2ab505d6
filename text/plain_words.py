"""Words that say nothing of a subject (plain_words.yml): a reason that is shown to people never consists of them alone."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from text.yaml_config import read_yaml

FILE = Path(__file__).with_name("plain_words.yml")


@cache
def plain_words(kind: str) -> frozenset[str]:
    """Return the words that are ``joining``, or ``of_any_law``, in folded form."""
    return frozenset(read_yaml(FILE)[kind].split())


def tells(word: str) -> bool:
    """Return whether a folded word can say what a text is about: no number but 911, and no plain word."""
    if len(word) < 2 or (word.isdigit() and word != "911"):
        return False
    return word not in plain_words("joining") and word not in plain_words("of_any_law")
