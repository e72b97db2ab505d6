"""Evidence on the page: the exact words at ``start:end`` of a text, as pieces that a template can mark and escape."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pages.http.titles import quiet
from text.tokens import fold_words

#: What evidence names as its rule when the trained model found it.
MODEL = "model"
#: Longer texts are shown by the passages that matter, with the source one click away.
WHOLE_TEXT = 60_000
#: How many words a list of evidence shows for one area.
MOST_TOLD = 4
_ACROSS = re.compile(r"[.;:!?]\s")
_BREAK = re.compile(r"(\s*\n\s*)")


@dataclass(frozen=True)
class Mark:
    """Characters ``start`` to ``end`` (not included) of a field, and the label of what rests on them."""

    start: int
    end: int
    label: str


@dataclass(frozen=True)
class Piece:
    """A run of text; ``labels`` is empty where nothing rests on it, and has one empty label for words that a search found.

    ``change`` is "added" or "struck" by a bill, or empty.
    """

    text: str
    labels: tuple[str, ...] = ()
    change: str = ""


#: Where a bill adds and strikes words: start, end, "added" or "struck".
Changes = Sequence[tuple[int, int, str]]


def pieces(text: str, spans: Iterable[Mark], changes: Changes = ()) -> list[Piece]:
    """Cut a text into marked and unmarked runs; joined together they are the text again.

    Spans that overlap or touch become one mark with all their labels; a mark that goes over a line break is cut there, so
    that nothing empty is marked. Spans outside the text are left out: the text may have changed since they were found,
    and the next rebuild finds them again.
    """
    merged: list[tuple[int, int, tuple[str, ...]]] = []
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        if not 0 <= span.start < span.end <= len(text):
            continue
        if merged and span.start <= merged[-1][1]:
            start, end, labels = merged[-1]
            labels = labels if span.label in labels else (*labels, span.label)
            merged[-1] = (start, max(end, span.end), labels)
        else:
            merged.append((span.start, span.end, (span.label,)))
    found: list[Piece] = []
    at = 0
    for start, end, labels in merged:
        if start > at:
            found.append(Piece(text[at:start]))
        found += [Piece(part, labels if part.strip() else ()) for part in _BREAK.split(text[start:end]) if part]
        at = end
    if at < len(text):
        found.append(Piece(text[at:]))
    return _with_changes(found, changes) if changes else found


def _with_changes(found: Sequence[Piece], changes: Changes) -> list[Piece]:
    """The same pieces, cut where a bill begins or ends to add or strike."""
    cut: list[Piece] = []
    at = number = 0
    for piece in found:
        end = at + len(piece.text)
        while at < end:
            while number < len(changes) and changes[number][1] <= at:
                number += 1
            start, stop, change = changes[number] if number < len(changes) else (end, end, "")
            to = min(end, start if at < start else stop)
            cut += [
                Piece(part, piece.labels, change if start <= at and part.strip() else "")
                for part in _BREAK.split(piece.text[len(piece.text) - (end - at) : len(piece.text) - (end - to)])
                if part
            ]
            at = to
    return cut


def within(changes: Changes, start: int, end: int) -> list[tuple[int, int, str]]:
    """The changes between two places of a text, counted from the first one."""
    return [
        (max(first, start) - start, min(last, end) - start, change)
        for first, last, change in changes
        if first < end and start < last
    ]


def telling(evidence: Iterable[tuple[str, bool]], limit: int = MOST_TOLD) -> list[str]:
    """The words of a list of evidence worth reading: what rules found, or else what the model found; no part of another.

    Args:
        evidence: ``(words, by a rule)`` in the order in which they were found.
        limit: how many to keep at most.
    """
    found: dict[str, tuple[str, bool]] = {}
    for words, by_rule in evidence:
        known = found.get(folded(words))
        if known is None or by_rule > known[1]:
            found[folded(words)] = (" ".join(words.split()), by_rule)
    kept: dict[str, str] = {}
    for of_rules in (True, False):
        same = {key: words for key, (words, by_rule) in found.items() if by_rule == of_rules}
        if not of_rules:
            same = {key: words for key, words in same.items() if not _ACROSS.search(words)} or same
        longest = {key: words for key, words in same.items() if not any(key != one and key in one for one in same)}
        kept |= longest
        # Fragments that the model weighed add nothing for a reader where a rule has found words.
        if kept:
            break
    return list(kept.values())[:limit]


def folded(words: str) -> str:
    """Words for comparison: the same for one and for many, and for capitals; with spaces at both ends, so that parts are found
    as whole words."""
    return f" {' '.join(fold_words(words))} "


def excerpts(
    text: str, spans: Iterable[Mark], changes: Changes = (), *, around: int = 180, limit: int = 6
) -> list[list[Piece]]:
    """The places of a long text on which something rests, each with some words around it, at most ``limit`` of them."""
    windows: list[tuple[int, int, list[Mark]]] = []
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        if not 0 <= span.start < span.end <= len(text):
            continue
        start, end = _word_start(text, span.start - around), _word_end(text, span.end + around)
        if windows and start <= windows[-1][1]:
            first, _, members = windows[-1]
            windows[-1] = (first, end, [*members, span])
        else:
            windows.append((start, end, [span]))
    found = []
    for start, end, members in windows[:limit]:
        shifted = [Mark(span.start - start, span.end - start, span.label) for span in members]
        cut = pieces(text[start:end], shifted, within(changes, start, end))
        found.append([Piece("… "), *cut] if start else cut)
        if end < len(text):
            found[-1].append(Piece(" …"))
    return found


def reasons(shown: Iterable[Piece]) -> list[tuple[str, list[str]]]:
    """What is marked in a text: each label with its words, once each, in the order of the text."""
    found: dict[str, dict[str, str]] = {}
    for piece in shown:
        for label in piece.labels:
            found.setdefault(label, {}).setdefault(folded(piece.text), " ".join(piece.text.split()))
    return [(label, list(words.values())) for label, words in found.items()]


def marked(document: Mapping[str, Any], spans: Mapping[str, Iterable[Mark]], changes: Changes = ()) -> dict[str, Any]:
    """A document's title, abstract and text as a page shows them; a long text by its passages alone.

    Args:
        spans: field -> what rests on it; every field that has any.
        changes: what the text adds and strikes.
    """
    text = document["text"] or ""
    whole = 0 < len(text) <= WHOLE_TEXT
    return {
        "title_pieces": pieces(document["title"], spans.get("title", ())),
        "text_pieces": pieces(text, spans.get("text", ()), changes) if whole else [],
        "text_passages": excerpts(text, spans.get("text", ()), changes),
        "abstract_pieces": pieces(quiet(document["abstract"] or ""), spans.get("abstract", ())),
    }


def snippet_pieces(snippet: str, opening: str, closing: str) -> list[Piece]:
    """A snippet from SQLite, whose marks are private characters, as pieces."""
    found: list[Piece] = []
    for number, part in enumerate(snippet.split(opening)):
        marked, closed, rest = part.partition(closing)
        if number and closed:
            found.append(Piece(marked, ("",)))
        else:
            marked, rest = "", part
        if rest:
            found.append(Piece(rest))
    return found


def _word_start(text: str, at: int) -> int:
    if at <= 0:
        return 0
    space = text.find(" ", at)
    return space + 1 if 0 <= space < at + 40 else at


def _word_end(text: str, at: int) -> int:
    if at >= len(text):
        return len(text)
    space = text.rfind(" ", 0, at)
    return space if space > at - 40 else at
