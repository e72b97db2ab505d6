"""Words that say nothing of a subject (plain_words.yml): a reason that is shown to people never consists of them alone."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from text.yaml_config import rules_of

FILE = Path(__file__).with_name("plain_words.yml")


@cache
def load_words(path: Path = FILE) -> dict[str, frozenset[str]]:
    """Read plain_words.yml: the words that are ``joining``, and those ``of_any_law``, in folded form.

    Raises:
        BadYaml: it is not of this form.
    """
    with rules_of(path) as raw:
        return {kind: frozenset(raw[kind].split()) for kind in ("joining", "of_any_law")}


def plain_words(kind: str) -> frozenset[str]:
    """Return the words of one kind of the file."""
    return load_words()[kind]


def tells(word: str) -> bool:
    """Return whether a folded word can say what a text is about: no number but 911, and no plain word."""
    if len(word) < 2 or (word.isdigit() and word != "911"):
        return False
    return word not in plain_words("joining") and word not in plain_words("of_any_law")
