"""A claim: a position beside a document. Whether the scope allows it, and what speaks for and against it, as numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from positions.catalog.catalog import Catalog
from positions.catalog.records import Position
from positions.matching.matches import Match
from positions.matching.provisions import Provision
from positions.matching.similar_positions import Nearest
from positions.relevance.subject import LEAD, Subject, names_libraries, read_subject
from text.phrases import Pattern, PhraseIndex
from text.tokens import fold_words

_ABOUT, _NOT_ABOUT, _NEVER, _NEEDS = 0, 1, 2, 3
#: Characters of a summary in which the first sentences stand.
_EARLY = 400
#: Words before and after the end of the lead: a phrase that a position needs may lie across it.
_SEAM = 12
_FORM = re.compile(r"-(h|s|a|hc|sc|hj|sj)?(r|res|conres|jres|jr|cr|memorial)\d+$")
_NOTICE = re.compile(r"us-(fr|regs)-")

#: Kinds of kinds.yml that stay out also where the title names libraries: E-Rate's debarments, a library's repatriations.
_ALWAYS = frozenset(("debarments", "repatriation"))

Fields = Mapping[str, str | None]


@dataclass(frozen=True)
class Claim:
    """The matches of one position in one document. ``refused`` says which part of the scope it lies outside of.

    ``features`` are what the model reads, by name; most of them 0 or 1.
    """

    position_id: str
    matches: tuple[Match, ...]
    refused: str | None
    features: dict[str, float]


class ClaimReader:
    """Reads the claims of documents. Build once, use for every document."""

    def __init__(self, catalog: Catalog) -> None:
        self._positions = catalog.by_id
        self._nearest = Nearest(catalog)
        self._index: PhraseIndex[tuple[str, int]] = PhraseIndex(_named(catalog.positions))

    def read(self, document_id: str, fields: Fields, matches: Sequence[Match]) -> list[Claim]:
        """The claims that ``matches`` make for a document, one for each position, best match first."""
        by_position: dict[str, list[Match]] = {}
        for match in matches:
            by_position.setdefault(match.position_id, []).append(match)
        if not by_position:
            return []
        subject = read_subject(document_id, fields)
        shared = _of_document(document_id, fields, subject) | {"positions": math.log(len(by_position))}
        named = {place: self._names(words) for place, words in _places(subject)}
        anywhere = self._names(subject.opening[LEAD - _SEAM : LEAD + _SEAM]).union(*named.values())
        return [
            self._claim(self._positions[position], tuple(found), subject, (named, anywhere), shared)
            for position, found in by_position.items()
        ]

    def _names(self, words: Sequence[str]) -> set[tuple[str, int]]:
        """(position, which list of its scope) for each scope with a phrase in these words: about, not about, never, or needs."""
        found: set[tuple[str, int]] = set()
        for at, item, owner in self._index.candidates(words):
            if owner not in found and item.find(words, at, len(words)) is not None:
                found.add(owner)
        return found

    def _claim(
        self,
        position: Position,
        matches: tuple[Match, ...],
        subject: Subject,
        found: tuple[Mapping[str, set[tuple[str, int]]], set[tuple[str, int]]],
        shared: Mapping[str, float],
    ) -> Claim:
        named, anywhere = found
        sentence = fold_words(_place(matches[0]).words)
        about = {place: (position.id, _ABOUT) in scopes for place, scopes in named.items()}
        in_sentence = self._names(sentence)
        about["sentence"] = (position.id, _ABOUT) in in_sentence
        other = {place: (position.id, _NOT_ABOUT) in scopes for place, scopes in named.items()}
        other["sentence"] = (position.id, _NOT_ABOUT) in in_sentence
        library = {
            "title": subject.library_in_title,
            "opening": subject.library_in_opening,
            "sentence": names_libraries(sentence),
        }
        features = {
            **shared,
            "about:any": float(about["title"] or about["lead"] or about["sentence"]),
            "about:both": float(about["title"] and about["lead"]),
            **{f"about:{place}": float(yes) for place, yes in about.items()},
            **{f"not_about:{place}": float(yes) for place, yes in other.items()},
            **{f"library:{place}": float(yes) for place, yes in library.items()},
            **_of_matches(matches),
            "like:title": self._nearest.likeness(subject.title, position.id),
            "like:opening": self._nearest.likeness(subject.opening, position.id),
            f"position:{position.id}": 1.0,
        }
        refused = _refusal(position, subject, about, other, library)
        if (position.id, _NEVER) in named["title"]:
            refused = refused or "about something else"
        if position.scope.needs and (position.id, _NEEDS) not in anywhere | in_sentence:
            refused = refused or "names nothing that it needs"
        return Claim(position.id, matches, refused, features)


def _named(positions: Iterable[Position]) -> Iterable[tuple[Pattern, tuple[str, int]]]:
    for position in positions:
        yield from ((item, (position.id, _ABOUT)) for item in position.scope.about)
        yield from ((item, (position.id, _NOT_ABOUT)) for item in position.scope.not_about)
        yield from ((item, (position.id, _NEVER)) for item in position.scope.never)
        yield from ((item, (position.id, _NEEDS)) for item in position.scope.needs)


def _places(subject: Subject) -> list[tuple[str, Sequence[str]]]:
    return [("title", subject.title), ("lead", subject.lead), ("opening", subject.opening[LEAD:])]


def _refusal(
    position: Position,
    subject: Subject,
    about: Mapping[str, bool],
    other: Mapping[str, bool],
    library: Mapping[str, bool],
) -> str | None:
    """Why the scope of a position leaves a document out; None where it does not."""
    scope = position.scope
    if subject.kind and (subject.kind in _ALWAYS or not subject.library_in_title):
        return subject.kind
    if subject.level and subject.level not in scope.levels:
        return "level"
    if scope.library_matter and not any(library.values()) and not any(about.values()):
        return "no library matter"
    if other["title"] and not about["title"]:
        return "about something else"
    return None


def _of_document(document_id: str, fields: Fields, subject: Subject) -> dict[str, float]:
    return {
        f"level:{subject.level}": 1.0,
        "resolution": float(bool(_FORM.search(document_id))),
        "notice": float(bool(_NOTICE.match(document_id))),
        "summary": float(bool(fields.get("abstract"))),
        "text": float(bool(fields.get("text"))),
        "terse": float(subject.terse),
    }


def _place(match: Match) -> Provision:
    """Where a document names the position: its title or summary, whatever its text says of it besides."""
    return match.named or match.provision


def _of_matches(matches: Sequence[Match]) -> dict[str, float]:
    best = matches[0]
    places = [_place(match) for match in matches]
    early = any(place.field == "abstract" and place.start < _EARLY for place in places)
    return {
        "score": max(match.score for match in matches),
        "sided": float(any(match.stance != "watch" for match in matches)),
        "in:title": float(any(place.field == "title" for place in places)),
        "in:early": float(early),
        "in:text": float(places[0].field == "text"),
        f"trigger:{best.position_id}/{best.trigger}": 1.0,
    }
