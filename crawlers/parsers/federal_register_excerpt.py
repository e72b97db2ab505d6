"""The title of a document of the Federal Register by the beginning of its text, which the API gives as its `excerpts`.

Since January 2025 the API often has a piece of the text for a title (federal_register_title). The excerpt begins as the document
is printed, a line each: the department, the bureau, dockets in brackets, and then the title.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection
from itertools import islice

from crawlers.parsers.federal_register_title import is_heading, is_piece

_TAG = re.compile(r"<[^<>]*>")
#: What is printed above a title, besides the names of agencies: dockets, parts of the CFR, numbers, names in capitals.
_ABOVE = re.compile(
    r"\[.*|\d+ CFR .*|RINs?:? \d.*|(?:\w+ )?Dockets? (?:Nos?\b|ID|Number).*|(?:Release|File|Public Notice|Order) No.*|[^a-z]*"
)
_DEPARTMENT = re.compile(r"DEPARTMENT|EXECUTIVE OFFICE")
#: A title has small words in small letters; where more are small than this share, it is a sentence.
_SENTENCE = 0.5
_LONGEST = 500


def printed_title(title: str, excerpt: str | None, agencies: Collection[str]) -> str:
    """The title, or what the excerpt prints in its place.

    Args:
        title: as `federal_register_title.titled` gives it.
        excerpt: the beginning of the document's text, with marks of HTML; it may end within a word.
        agencies: the names of the record, the heading of a notice among them where the source takes it for one.

    The printed one counts where there is no other ("Untitled notice"), where it is the same in its own capitals ("Nyse Arca"),
    and where the title is a name that follows the heading of a notice ("Coldwater River Solar, LLC.").
    """
    lines = [
        line for each in html.unescape(_TAG.sub("", excerpt or "")).split("\n") if (line := " ".join(each.split()))
    ]
    printed, whole = _printed(lines, {_letters(name) for name in agencies if not is_heading(name)})
    same = _letters(printed)
    if not same:
        return title
    if _letters(title).startswith(same):
        return _in_capitals_of(printed, title, len(same))
    if _is_title(printed) and (title.startswith("Untitled ") or _is_named_below(title, printed)):
        return printed if whole else f"{printed.rpartition(' ')[0].rstrip(' ,;')}…"
    return title


def _printed(lines: list[str], names: Collection[str]) -> tuple[str, bool]:
    """The first line below what is printed above a title, with the next one where it goes on, and whether more follows."""
    for at, line in enumerate(lines[1:], 1):
        bureau = _letters(line) in names and (_DEPARTMENT.match(lines[at - 1]) or _letters(lines[at - 1]) in names)
        if not (bureau or _ABOVE.fullmatch(line)):
            goes_on = line.endswith((";", ",")) and at + 1 < len(lines)
            return f"{line} {lines[at + 1]}" if goes_on else line.rstrip(";"), at + 1 + goes_on < len(lines)
    return "", False


def _is_title(line: str) -> bool:
    words = [word for word in line.split() if word[0].isalpha()]
    small = sum(word[0].islower() for word in words)
    return len(line) <= _LONGEST and not is_piece(line) and small <= _SENTENCE * len(words)


def _is_named_below(title: str, printed: str) -> bool:
    """Whether the title is a name or half a sentence of the notice that is printed: it ends as no title does."""
    return is_heading(printed) and title.endswith((".", " the", ":", ",")) and not printed.endswith(".")


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


def _in_capitals_of(printed: str, title: str, letters: int) -> str:
    """The title with its first letters and digits as they are printed; what comes behind them stays."""
    own, end = _end(printed, letters), _end(title, letters)
    if title[:end].startswith(printed[:own]):
        return title
    return printed[:own] + title[end:] if _letters(title[end:]) else printed.rstrip(";")


def _end(words: str, letters: int) -> int:
    """Where so many letters and digits have been, or the end: some letters are two once they are folded."""
    places = (at for at, char in enumerate(words, 1) if char.isalnum())
    return next(islice(places, letters - 1, None), len(words))
