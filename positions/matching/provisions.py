"""Analyze one field of a document for the matcher: words, sentences, sections, and which sentences are no provisions."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from positions.matching.direction import tells_present_law
from positions.matching.direction_words import cues
from text.boilerplate import load_boilerplate
from text.phrases import Pattern, Vocabulary, vocabulary
from text.sentences import sentence_at, sentences
from text.spans import Quote
from text.tokens import tokenize

_HEADING = 10  # words of a sentence that can be no more than a heading
_SHORT = 14  # words of a sentence that can be no more than the name of an act
#: What opens a section: "SEC. 3." or "Section 2." at the beginning of a line, "§ 54.516 Eligible", "(Sec. 509)" in summaries,
#: and "4. Prohibition ..." on a line of its own after an empty one, as bills in XML are set.
_OPENS = re.compile(
    r"^[ \t“\"]*(?:(?:SECTION|SEC\.|Section|Sec\.)[ \t]*(\d[\w-]*)(?=[.:]|[ \t]*$)|§+[ \t]*(\d[\w-]*(?:\.\d[\w-]*)*))"
    r"|\(Secs?\. (\d[\w-]*)|(?:\A|(?<=\n\n))(\d+[A-Z]?)\. (?=\S[^\n]{0,158}\n)",
    re.MULTILINE,
)
_OPENS_BY_NUMBER = 4  # the group of the last kind, which notices use for lists
#: A digest that goes through the law of today first: what the bill does is in the sentences that name it.
_DIGEST = re.compile(
    r"\bexisting (?:\w+ )?law\b.*?\b(?:this|the) bill would\b|\A(?!An? ).*?\n\s*\n\s*This bill\b[^.\n]{0,80}\bwould\b",
    re.IGNORECASE | re.DOTALL,
)
#: What such a digest says of many bills, whatever they do.
_DIGEST_FORMULA = re.compile(r"\bdeclare that its provisions further\b|\bstate-mandated local program\b", re.IGNORECASE)
_HEAD = 5_000  # characters in which a notice names its agency
_NOTICE = re.compile(r"^AGENCY:", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Provision(Quote):
    """A sentence of a document, and the number of its section as the text writes it ("3", "170.210"), if it has one."""

    section: str | None = None


class AnalyzedField:
    """One field of a document: its words, its sentences, and which words each sentence has."""

    def __init__(self, field: str, text: str) -> None:
        self.field = field
        self.text = text
        self.tokens = tokenize(text)
        self.words = self.tokens.folded
        self._seen: dict[int, Vocabulary] = {}
        self._formulas: dict[int, bool] = {}

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        return sentences(self.text)

    @cached_property
    def bounds(self) -> list[tuple[int, int]]:
        """The token indexes of each sentence."""
        starts = self.tokens.starts
        return [(bisect_left(starts, start), bisect_left(starts, end)) for start, end in self.spans]

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return vocabulary(self.words)

    def sentence_at(self, at: int) -> int:
        return sentence_at(self.spans, self.tokens.starts[at])

    def seen(self, which: int) -> Vocabulary:
        if which not in self._seen:
            self._seen[which] = vocabulary(self.words[slice(*self.bounds[which])])
        return self._seen[which]

    def is_boilerplate(self, which: int) -> bool:
        """Whether the sentence is a formula of notices or tells the law of today, and therefore no provision."""
        if which not in self._formulas:
            first, stop = self.bounds[which]
            self._formulas[which] = (
                tells_present_law(self.text, self.tokens, first, stop)
                or (self._is_digest and self._tells_no_act(which))
                or any(self.has(item, which) for item in load_boilerplate().sentences)
            )
        return self._formulas[which]

    @cached_property
    def _is_digest(self) -> bool:
        return self.field == "abstract" and _DIGEST.search(self.text) is not None

    def _tells_no_act(self, which: int) -> bool:
        """Whether a sentence of such a digest does not say what the bill does."""
        start, end = self.spans[which]
        return "bill" not in self.words[slice(*self.bounds[which])] or (
            _DIGEST_FORMULA.search(self.text, start, end) is not None
        )

    def only_names(self, which: int) -> bool:
        """Whether the sentence is a title, a heading or a finding, and says nothing vague such as "relating to"."""
        first, stop = self.bounds[which]
        words = self.words[first:stop]
        if words[:1] == ["whereas"]:
            return True
        heading = len(words) <= _HEADING and self.text[self.spans[which][1] - 1].isalnum()
        named = self.field == "title" or heading or (len(words) <= _SHORT and "act" in words[-4:])
        return named and cues().vague.isdisjoint(words)

    def has(self, item: Pattern, which: int) -> bool:
        return item.possible(self.seen(which)) and item.occurs_in(self.words, *self.bounds[which])

    def has_anywhere(self, item: Pattern) -> bool:
        return item.possible(self.vocabulary) and item.occurs_in(self.words, 0, len(self.words))

    def provision(self, which: int) -> Provision:
        start, end = self.spans[which]
        return Provision(self.field, start, end, self.text[start:end], self._section(start))

    @cached_property
    def _section(self) -> Callable[[int], str | None]:
        return section_finder(self.text)


def section_finder(text: str) -> Callable[[int], str | None]:
    """Tells of a character of the text the number of the section it stands in; None where no section opened before it."""
    listed = _NOTICE.search(text, 0, _HEAD) is not None
    openings = [
        (match.start(), match[match.lastindex])
        for match in _OPENS.finditer(text)
        if match.lastindex and not (listed and match.lastindex == _OPENS_BY_NUMBER)
    ]

    def at(start: int) -> str | None:
        last = bisect_right(openings, start, key=lambda opening: opening[0]) - 1
        return openings[last][1] if last >= 0 else None

    return at
