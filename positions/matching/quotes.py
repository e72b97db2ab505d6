"""Which words are shown with a match: those that a reader understands without the rest of the document.

The sentence that decided may be the short title of an act, a definition, or "Amends the Freedom of Information Act." What the
match says stays; it is quoted from where the document says more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from positions.matching.matches import Match
from positions.matching.provisions import Provision
from text.phrases import Pattern, pattern
from text.sentences import sentence_at, sentences
from text.tokens import fold_words
from text.yaml_config import rules_of

_FILE = Path(__file__).with_name("weak_quotes.yml")
#: Characters of a quote at most when the next sentence joins it.
_LONGEST = 600
#: Characters of a sentence that says nothing either.
_SHORT = 20
#: A piece of a list, "(c) Duties.—", or of a sentence that was cut; a heading ends in no full stop.
_PIECE = re.compile(r"\(?[a-zA-Z0-9]{1,4}[).]\s|[a-z]|Subject:|[A-Z ]{6,}:")
_WHOLE = re.compile(r"[.;:?!”\"’)]\s*\Z|;\s*(?:and|or)\s*\Z")
#: What names no act at all, so that even the title says more: an entry of a table of contents, and what leads a list.
_EMPTY = re.compile(
    r"(?:Section|Sec\.|§)\s*[\d.]+\s*[—–-][^.;]{0,80}\.?\s*\d*\.?\Z|.*\bspecified in this subsection are the following:",
    re.DOTALL,
)
#: What a summary begins with before it says anything: "Amends the X Act.", "Creates the X Act.", or the name of the act alone.
_OPENING = re.compile(
    r"(?:(?:(?:Further )?Amends|Creates) (?:the|various)\b[^.;:]*\b(?:Act|Code|Law|Constitution)s?(?: of \d{4})?\.\Z"
    r"|(?:[A-Z0-9“\"][^.;:]*)?\bAct(?: of \d{4})?\Z)",
    re.DOTALL,
)


def quoted(match: Match, fields: Mapping[str, str | None]) -> Match:
    """The match with the provision that is to be shown; mostly its own."""
    provision = match.provision
    if provision.field == "text" and match.named and (_is_weak(provision.words) or _is_reason(provision, fields)):
        provision = match.named
    if _tells_no_act(provision) and (title := fields.get("title")):
        provision = Provision("title", 0, len(title), title)
    if provision.field == "abstract" and _OPENING.match(provision.words):
        provision = _with_next(provision, fields["abstract"] or "")
    return match if provision is match.provision else replace(match, provision=provision)


def _tells_no_act(provision: Provision) -> bool:
    """Whether the title says more, also where it does not name the position."""
    if provision.field == "text":
        return _EMPTY.match(provision.words) is not None
    return provision.field == "abstract" and _has_any(provision.words, weak_phrases()["of_summary"])


def _is_reason(provision: Provision, fields: Mapping[str, str | None]) -> bool:
    """Whether a resolution with a summary is quoted with one of its reasons: what another body did, or who is for the bill."""
    return bool(fields.get("abstract")) and provision.words.startswith("Whereas")


def _is_weak(words: str) -> bool:
    if _PIECE.match(words) or not _WHOLE.search(words):
        return True
    return _has_any(words, weak_phrases()["of_text"])


def _has_any(words: str, phrases: Sequence[Pattern]) -> bool:
    folded = fold_words(words)
    return any(each.occurs_in(folded, 0, len(folded)) for each in phrases)


def _with_next(provision: Provision, text: str) -> Provision:
    """A sentence together with the one after it ("Defines terms." is none), where both make no long quote."""
    spans = sentences(text)
    following = (end for start, end in spans[sentence_at(spans, provision.start) + 1 :] if end - start > _SHORT)
    end = next(following, provision.end)
    if end - provision.start > _LONGEST:
        return provision
    return replace(provision, end=end, words=text[provision.start : end])


@cache
def weak_phrases(path: Path = _FILE) -> Mapping[str, tuple[Pattern, ...]]:
    """The patterns of weak_quotes.yml, by its lists."""
    with rules_of(path) as raw:
        return {name: tuple(pattern(source) for source in raw[name]) for name in ("of_text", "of_summary")}
