"""What each document means for libraries: 2 staff must see it, 1 worth listing, 0 neither. The rules are in priority.yml.

The grade rests on what is at stake (the subject, the positions that the public sees beside it), on how far a bill is or who
stands behind it, and last on the trained model. The first rule that holds is the reason that staff read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any

from crawlers.status.ceremonial import is_ceremonial
from positions.relevance.subject import LEAD, level_of
from text.phrases import BadPattern, Pattern, PhraseIndex, pattern
from text.tokens import fold_words
from text.yaml_config import rules_of

FILE = Path(__file__).with_suffix(".yml")
MUST_SEE, LISTED, NEITHER = 2, 1, 0
#: Sponsors from which a bill has real support.
SPONSORS = 3
#: Short titles from which a law has so many parts that they do not say what it is about.
PARTS = 10
#: Reasons that are no rule of the file.
BY_POSITION, BY_MODEL, CEREMONIAL, COMPANION, CORPORATE = "position", "model", "ceremonial", "companion", "corporate"
DRAFT = "draft"
#: The rules whose words in the opening let the model decide.
_LIBRARY_RULES = ("libraries", "books-of-readers")
_OTHER = "other things"
_TITLE, _OPENING, _UNLESS = "title", "opening", "unless"


class BadRules(ValueError):
    """priority.yml cannot be used; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One entry of priority.yml; its head explains each key. ``at_most`` is set for the rules of `never` only."""

    id: str
    title: tuple[Pattern, ...] = ()
    opening: tuple[Pattern, ...] = ()
    unless: tuple[Pattern, ...] = ()
    levels: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    areas: frozenset[str] = frozenset()
    standing: bool = False
    omnibus: bool = False
    at_most: int | None = None
    examples: tuple[str, ...] = ()
    counterexamples: tuple[str, ...] = ()

    def concerns(self, document: Facts) -> bool:
        """Whether it speaks of documents of this kind at all."""
        return (
            (not self.levels or document.level in self.levels)
            and (not self.kinds or document.kind in self.kinds)
            and (not self.areas or not self.areas.isdisjoint(document.areas))
            and (document.standing or not self.standing)
        )


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a grade rests on. ``names``: the title and the short titles; ``positions``: those that the public sees;
    ``moved``: a committee has voted to report it, or more; ``sponsors``: how many; ``model``: the model's own grade."""

    id: str
    kind: str = "bill"
    document_type: str | None = None
    names: tuple[str, ...] = ()
    opening: str = ""
    areas: Collection[str] = ()
    positions: Collection[str] = ()
    moved: bool = False
    sponsors: int = 0
    model: int = LISTED

    @cached_property
    def level(self) -> str | None:
        return level_of(self.id)

    @property
    def standing(self) -> bool:
        return self.kind != "bill" or self.moved or self.sponsors >= SPONSORS


@dataclass(frozen=True)
class Grade:
    """``priority`` is 0 to 2; ``why`` names the rule that decided, "" where nothing but an area speaks for the document."""

    priority: int
    why: str = ""
    #: How high it can go at most: a companion never lifts a document over it.
    at_most: int = MUST_SEE


class PriorityRules:
    """The rules of a file, ready to grade."""

    def __init__(self, path: Path = FILE) -> None:
        """Read the rules.

        Raises:
            BadRules: the file is not of the form that its head describes.
        """
        with rules_of(path, BadRules) as raw:
            self.other = tuple(map(_pattern, raw["other_things"]))
            self.never = tuple(_rule(entry) for entry in raw["never"])
            self.must_see = tuple(_rule(entry) for entry in raw["must_see"])
            self.with_libraries, self.together, self.alone, self.federal = (
                frozenset(raw["positions"][name]) for name in ("with_libraries", "together", "alone", "federal")
            )
        self.version = blake2b(path.read_bytes() + Path(__file__).read_bytes(), digest_size=6).hexdigest()
        self._omnibus = {rule.id for rule in self.must_see if rule.omnibus}
        self._index = {where: PhraseIndex(self._owned(where)) for where in (_TITLE, _OPENING)}

    def _owned(self, where: str) -> Iterator[tuple[Pattern, tuple[str, str]]]:
        yield from ((item, (_OTHER, _OTHER)) for item in self.other)
        for rule in (*self.never, *self.must_see):
            yield from ((item, (rule.id, _UNLESS)) for item in rule.unless)
            yield from ((item, (rule.id, _OPENING)) for item in rule.opening)
            if where == _TITLE or rule.id in _LIBRARY_RULES:
                yield from ((item, (rule.id, _TITLE)) for item in rule.title)

    def grade(self, document: Facts) -> Grade:
        """Grade one document; without an area it has no priority."""
        if not document.areas:
            return Grade(NEITHER, at_most=NEITHER)
        found = [self._found(_TITLE, name) for name in document.names]
        opening = self._found(_OPENING, document.opening)
        held = {each for each in set().union(*found) if len(found) < PARTS or each[0] in self._omnibus}
        held |= set().union(*found[:1]) | {each for each in opening if each[1] != _TITLE}
        at_most, why = self._limit(document, held)
        if at_most < MUST_SEE:
            return Grade(at_most, why, at_most)
        at_stake = self._at_stake(document, held, {rule for rule, where in opening if where == _TITLE})
        return Grade(MUST_SEE, at_stake) if at_stake else Grade(LISTED)

    def _limit(self, document: Facts, held: set[tuple[str, str]]) -> tuple[int, str]:
        # What a company writes is no bill that somebody must act on: it is listed, and its changes are news to who follows it.
        limits = [(LISTED, CORPORATE)] if document.level == "corporate" else []
        # A draft that nobody has introduced is a title: as a bill it has a number, and a record, of its own.
        limits += [(LISTED, DRAFT)] if document.document_type == DRAFT else []
        limits += [(int(rule.at_most or 0), rule.id) for rule in self.never if _holds(rule, document, held)]
        if document.names and is_ceremonial(document.names[0], document.document_type):
            limits.append((LISTED, CEREMONIAL))
        return min(limits, default=(MUST_SEE, ""))

    def _at_stake(self, document: Facts, held: set[tuple[str, str]], in_opening: set[str]) -> str:
        """The reason why staff must see it, "" if there is none."""
        for rule in self.must_see:
            if _holds(rule, document, held):
                return rule.id
        shown = set(document.positions)
        if shown & self.alone and document.level != "abroad":
            return BY_POSITION
        named = not in_opening.isdisjoint(_LIBRARY_RULES)
        if (named and shown & self.with_libraries) or len(shown & self.together) > 1:
            return BY_POSITION
        if shown & self.federal and document.level == "federal" and document.standing:
            return BY_POSITION
        by_model = document.model == MUST_SEE and document.level != "abroad" and self._leads_with_libraries(document)
        return BY_MODEL if by_model else ""

    def _leads_with_libraries(self, document: Facts) -> bool:
        lead = " ".join(document.opening.split()[:LEAD])
        return any(rule in _LIBRARY_RULES for rule, where in self._found(_OPENING, lead) if where == _TITLE)

    def _found(self, where: str, text: str) -> set[tuple[str, str]]:
        """The rules, each with the list of its patterns, one of which occurs outside the names of other things."""
        words = fold_words(text)
        places: dict[tuple[str, str], list[tuple[int, ...]]] = {}
        for at, item, owner in self._index[where].candidates(words):
            if (place := item.find(words, at, len(words))) is not None:
                places.setdefault(owner, []).append(place)
        taken = {at for place in places.pop((_OTHER, _OTHER), ()) for at in place}
        return {owner for owner, all_of_it in places.items() if any(taken.isdisjoint(place) for place in all_of_it)}


@cache
def priority_rules() -> PriorityRules:
    """The rules of priority.yml, read once."""
    return PriorityRules()


def shared(grades: Mapping[str, Grade], groups: Iterable[Sequence[str]]) -> dict[str, Grade]:
    """The grades once companions have shared the highest: a document of a group is lifted as far as it can go."""
    found = dict(grades)
    for group in groups:
        known = [key for key in group if key in found]
        if any(found[key].priority == MUST_SEE for key in known):
            for key in known:
                if found[key].priority < MUST_SEE <= found[key].at_most:
                    found[key] = Grade(MUST_SEE, COMPANION)
    return found


def _holds(rule: Rule, document: Facts, held: set[tuple[str, str]]) -> bool:
    if (rule.id, _UNLESS) in held or not rule.concerns(document):
        return False
    return (rule.id, _TITLE) in held or (rule.id, _OPENING) in held


_LISTS = ("levels", "kinds", "areas")
_PATTERNS = ("title", "opening", "unless")


def _rule(entry: Mapping[str, Any]) -> Rule:
    values = dict(entry)
    values |= {name: tuple(map(_pattern, entry.get(name, ()))) for name in _PATTERNS}
    values |= {name: frozenset(entry.get(name, ())) for name in _LISTS}
    values |= {name: tuple(entry.get(name, ())) for name in ("examples", "counterexamples")}
    return Rule(**values)


def _pattern(source: str) -> Pattern:
    try:
        return pattern(source)
    except BadPattern as error:
        raise BadRules(f"{FILE.name}: {error}") from error
