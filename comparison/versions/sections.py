"""The sections of a text, cut where readers see a new one begin: at blank lines and at headings such as "SEC. 3."."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from zlib import crc32

import numpy as np

#: A line that opens a section, in federal and state bills and in rules.
_OPENS = re.compile(
    r"^(?:SECTION|SEC\.|Section|Sec\.|§+)\s*\d+[\w.-]*|^(?:TITLE|DIVISION|SUBTITLE|Subtitle|PART) [IVXLA-Z\d]+\b"
)
_MARK = re.compile(r"^(?:section|sec\.?|§+)\s*", re.IGNORECASE)
_NUMBER = re.compile(r"^(?:(?:section|sec\.?|§+)\s*)?\d+[a-z]?[.)]\s*", re.IGNORECASE)
_GAP = re.compile(r"\n[ \t]*\n")
_LONGEST_HEADING = 160
#: What a chamber writes below the bill that it passed: "Passed the Senate March 5, 2026.Secretary". It is no part of the bill.
_ATTESTED = re.compile(
    r"\s*(?:Passed|Agreed to) (?:in )?the (?:Senate|House of Representatives) [^.\n]{0,80}\.\s*(?:Attest:\s*)?"
    r"[^\n]{0,80}?\b(?:Secretary|Clerk)\s*\.?\s*$"
)
#: Where a quotation begins or ends without a space between: the next stage may be printed with one.
_QUOTED = re.compile(r"(?<=\w)(?=“)|(?<=”)(?=\w)")
_WIDTH = 1024


@dataclass(frozen=True)
class Section:
    """A part of a text: ``start`` to ``end``, and its exact words."""

    start: int
    end: int
    text: str

    @property
    def heading(self) -> str:
        """Its first line, when that is short enough to be one; else its first words."""
        line = self.text.partition("\n")[0].strip()
        return line if len(line) <= _LONGEST_HEADING else line[:_LONGEST_HEADING].rsplit(" ", 1)[0] + " …"

    @cached_property
    def lead(self) -> str:
        """Its heading with the line break, or the "Sec. " before a number: printed differently in every stage of a bill."""
        first, newline, rest = self.text.partition("\n")
        if rest.strip() and _is_heading(first):
            return first + newline
        mark = _MARK.match(self.text)
        return mark[0] if mark else ""

    @property
    def body(self) -> str:
        return self.text[len(self.lead) :]

    @cached_property
    def name(self) -> tuple[str, ...]:
        """Its heading as it is compared: "SEC. 2. GRANTS." and "2. Grants" are one; the number counts. Empty without one."""
        return tuple(plain(word).rstrip(".") for word in _MARK.sub("", self.lead.strip()).split())

    @cached_property
    def key(self) -> tuple[str, ...]:
        """What two sections that say the same have in common, however their headings are printed and numbered."""
        return (*self.name[1:], *(plain(word) for word in _QUOTED.sub(" ", self.body).split()))

    @cached_property
    def profile(self) -> np.ndarray:
        """The frequencies of its words, as a vector of length 1."""
        counts = np.bincount([crc32(word.encode()) % _WIDTH for word in self.key], minlength=_WIDTH).astype(float)
        return counts / (np.linalg.norm(counts) or 1.0)


def plain(word: str) -> str:
    """Return a word in the form in which it is compared: lowercase, without soft hyphens and quotation marks."""
    return word.translate(_QUOTES).casefold()


#: Sources set the same words with and without quotation marks.
_QUOTES = str.maketrans(dict.fromkeys("“”\"‘’'`\u00ad"))


def without_attestation(text: str) -> str:
    """A text up to the words with which a chamber says below it that it has passed the bill."""
    found = _ATTESTED.search(text, max(0, len(text) - 400))
    return text[: found.start()] if found else text


def sections(text: str) -> list[Section]:
    """The sections of a text, in order; together they hold all of its words. Lines that only head others stay with them."""
    cuts = {0, len(text)}
    cuts |= {match.end() for match in _GAP.finditer(text)}
    at = 0
    for line in text.splitlines(keepends=True):
        if _OPENS.match(line):
            cuts.add(at)
        at += len(line)
    edges = sorted(cuts)
    found: list[Section] = []
    begin = 0
    for end in edges[1:]:
        part = text[begin:end]
        if not part.strip():
            begin = end
        # A heading alone belongs to what follows it, "SEC. 3. GRANTS." to its first subsection, unless that is a section.
        elif not _heads(part) or end == len(text) or _is_heading(text[end:].lstrip().partition("\n")[0]):
            found.append(Section(begin, end, part))
            begin = end
    return found


def _heads(part: str) -> bool:
    lines = part.strip().splitlines()
    return len(lines) == 1 and _is_heading(lines[0])


def _is_heading(line: str) -> bool:
    line = line.strip()
    return len(line) <= _LONGEST_HEADING and bool(_NUMBER.match(line) or _OPENS.match(line))
