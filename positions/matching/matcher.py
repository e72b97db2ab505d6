"""Which sentence of a document touches which position, and in which direction.

One pass over the words of a document finds the places where a trigger's phrase may stand; only there sentences are looked
at. The trigger's own stance, turned by the direction in which the sentence pushes the phrase, is the suggestion; where
the sentence does not tell, the suggestion is ``watch``. Nothing here decides: a stance is public only once staff confirm it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from positions.catalog.catalog import Catalog, load_catalog
from positions.catalog.records import OPPOSITE, Position, Trigger
from positions.matching.bill_families import recognized
from positions.matching.changes import every_change
from positions.matching.direction import Reading, read
from positions.matching.document_direction import settled
from positions.matching.matches import Match
from positions.matching.provisions import AnalyzedField, Provision
from positions.matching.title_forms import read_title
from text.changes import Mark, as_amended
from text.phrases import Pattern, PhraseIndex
from text.spans import FIELDS, Span

#: How much a match counts by the field it is in.
_FIELD_WEIGHTS = {"title": 1.0, "abstract": 1.0, "text": 0.9}
_UNDECIDED = 0.5  # the sentence names the matter and does not tell which way
_NAMED = 0.6  # a title names the matter, and what acts on it are for is known
_TURNED = 0.9  # the opposite of what the trigger names is more often misread
_LONG, _IN_LONG = 450, 0.85  # characters of a sentence in which a cue may govern something else
_DOUBT = 0.75  # for each reason to doubt the direction
_CLOSE = 0.8  # of the better score: two sides this close leave it open
_MORE = 0.04  # for each further sentence that says the same, up to three
_OFTEN = 3
_SUBJECT, _SUBJECT_WEIGHT = "subject", 0.3  # the phrases of a position's scope, in a title
_TRIES = 24  # places of one trigger looked at in one sentence: hostile repetition buys no more


class Matcher:
    """Finds the provisions of a document that touch the catalog's positions. Build once, use for every document."""

    def __init__(self, catalog: Catalog | None = None) -> None:
        """Loads the catalog of the project unless one is given.

        Raises:
            positions.catalog.yaml_file.BadFile: the catalog on disk is not in order.
        """
        catalog = catalog or load_catalog()
        self.catalog = catalog
        self.version = catalog.version
        self.owners: list[tuple[Position, Trigger]] = [
            (position, trigger)
            for position in catalog.positions
            for trigger in (*position.triggers, _subject_trigger(position))
        ]
        self._in_titles = frozenset(n for n, (_, trigger) in enumerate(self.owners) if trigger.id == _SUBJECT)
        self._order = {position.id: number for number, position in enumerate(catalog.positions)}
        self._index = PhraseIndex(
            (pattern, number) for number, (_, trigger) in enumerate(self.owners) for pattern in trigger.any
        )
        self._by_areas: dict[frozenset[str], frozenset[int]] = {}

    def match(
        self,
        fields: Mapping[str, str | None],
        areas: Collection[str],
        within: Span | None = None,
        marks: Sequence[Mark] = (),
    ) -> tuple[Match, ...]:
        """The provisions that touch a position of one of ``areas``, best first; one per position.

        ``fields`` may hold ``title``, ``abstract`` and ``text``; offsets of a provision refer to its field as given.
        ``within`` asks only for the sentences that overlap it, each read by itself, one per position and stance; the rest
        of the document is read as their context. ``marks`` are what the text adds and strikes; where it has any, only what
        it changes is matched. A document without areas has no matches.
        """
        if not areas:
            return ()
        if marks:
            found = every_change(self.every, fields, areas, marks)
            fields = {**fields, "text": as_amended(fields.get("text") or "", marks)}
            document = _analyzed(fields)
        else:
            document = _analyzed(fields)
            found = self._every(document, areas)
        if within is not None:
            return self._best([match for match in found if match.provision.overlaps(within)])
        # The families speak of the positions that come with the project; another catalog may lack some.
        claims = [claim for claim in recognized(document) if claim.position_id in self._order]
        return _with_names(settled(self._best(found), claims), found)

    def every(self, fields: Mapping[str, str | None], areas: Collection[str]) -> list[Match]:
        """What ``match`` chooses from: a match for each sentence and trigger, in the order of the document."""
        return self._every(_analyzed(fields), areas)

    def _every(self, document: Sequence[AnalyzedField], areas: Collection[str]) -> list[Match]:
        if not areas or not (allowed := self._allowed(frozenset(areas))):
            return []
        found: list[Match] = []
        for each in document:
            asked = allowed if each.field == "title" else allowed - self._in_titles
            places = ((at, item, owner) for at, item, owner in self._index.candidates(each.words) if owner in asked)
            found += self._in_field(each, places, document)
        return found

    def _allowed(self, areas: frozenset[str]) -> frozenset[int]:
        if (known := self._by_areas.get(areas)) is None:
            owners = enumerate(self.owners)
            known = frozenset(
                number for number, (position, _) in owners if not areas.isdisjoint(position.areas + position.also_in)
            )
            self._by_areas[areas] = known
        return known

    def _in_field(
        self, analyzed: AnalyzedField, places: Iterable[tuple[int, Pattern, int]], document: Sequence[AnalyzedField]
    ) -> list[Match]:
        readings: dict[tuple[int, int], list[Reading]] = {}
        tries: Counter[tuple[int, int]] = Counter()
        admitted: dict[tuple[int, int], bool] = {}
        for at, item, owner in places:
            which = analyzed.sentence_at(at)
            key = which, owner
            tries[key] += 1
            if which < 0 or tries[key] > _TRIES or admitted.get(key) is False:
                continue
            first, stop = analyzed.bounds[which]
            if not item.possible(analyzed.seen(which)) or (phrase := item.find(analyzed.words, at, stop)) is None:
                continue
            if key not in admitted:
                admitted[key] = not analyzed.is_boilerplate(which) and _admits(
                    self.owners[owner][1], analyzed, which, document
                )
            if admitted[key]:
                whole = self.owners[owner][1].alone
                readings.setdefault(key, []).append(_read(analyzed, (first, stop), phrase, whole))
        return reconciled(
            _match(*self.owners[owner], _surest(found), analyzed.provision(which), analyzed.only_names(which))
            for (which, owner), found in readings.items()
        )

    def _best(self, found: list[Match]) -> tuple[Match, ...]:
        """One per position and stance, the best; ``watch`` only where the position has no other."""
        groups: dict[tuple[str, str], list[Match]] = {}
        for match in found:
            groups.setdefault((match.position_id, match.stance), []).append(match)
        decided = {position for position, stance in groups if stance != "watch"}
        best = [
            _strengthened(matches)
            for (position, stance), matches in groups.items()
            if stance != "watch" or position not in decided
        ]
        return tuple(sorted(best, key=lambda match: (-match.score, self._order[match.position_id], match.stance)))


def _with_names(settled: Iterable[Match], found: Iterable[Match]) -> tuple[Match, ...]:
    """The matches, those that rest on the text with where title or summary name the position."""
    outside: dict[str, Match] = {}
    for match in found:
        known = outside.get(match.position_id)
        if match.provision.field != "text" and (known is None or known.score < match.score):
            outside[match.position_id] = match
    return tuple(
        replace(match, named=outside[match.position_id].provision)
        if match.provision.field == "text" and match.position_id in outside
        else match
        for match in settled
    )


def _analyzed(fields: Mapping[str, str | None]) -> list[AnalyzedField]:
    return [AnalyzedField(name, text) for name in FIELDS if (text := fields.get(name))]


def _subject_trigger(position: Position) -> Trigger:
    """A title that names what a position is about is a candidate, whatever else the document says."""
    says = "names what the position is about"
    about, unless = position.scope.about, position.scope.not_about
    return Trigger(id=_SUBJECT, stance="watch", says=says, any=about, unless=unless, weight=_SUBJECT_WEIGHT)


def _admits(trigger: Trigger, analyzed: AnalyzedField, which: int, document: Sequence[AnalyzedField]) -> bool:
    """Whether the sentence has one of ``near`` and none of ``unless``, and the document one of ``context``."""
    if any(analyzed.has(item, which) for item in trigger.unless):
        return False
    if trigger.near and not any(analyzed.has(item, which) for item in trigger.near):
        return False
    return not trigger.context or any(other.has_anywhere(item) for other in document for item in trigger.context)


def _read(analyzed: AnalyzedField, sentence: tuple[int, int], phrase: tuple[int, ...], whole: bool) -> Reading:
    """A title by its form where it has one, everything else word by word."""
    if analyzed.field == "title":
        start, end = analyzed.tokens.starts[phrase[0]], analyzed.tokens.ends[phrase[-1]]
        by_form = read_title(analyzed.text, start, end)
        if by_form is not None and not (whole and by_form.sign):  # an act by itself can only be left open
            return by_form
    return read(analyzed.text, analyzed.tokens, sentence, phrase, whole)


def _surest(readings: list[Reading]) -> Reading:
    """The reading with a direction and the least doubt; none where the surest ones contradict each other."""
    decided = [reading for reading in readings if reading.sign]
    if not decided:
        return readings[0]
    least = min(reading.doubt for reading in decided)
    signs = {reading.sign for reading in decided if reading.doubt == least}
    return Reading(signs.pop(), least) if len(signs) == 1 else Reading(0, least + 1)


def _match(position: Position, trigger: Trigger, reading: Reading, provision: Provision, only_names: bool) -> Match:
    sign = reading.sign or (1 if trigger.alone and not reading.doubt else 0)
    stance, says = "watch", trigger.says
    score = trigger.weight * _FIELD_WEIGHTS[provision.field] * _DOUBT**reading.doubt
    leans = trigger.leans or ("support" if trigger.stance == "support" else "watch")
    if sign > 0:
        stance = trigger.stance
    elif sign < 0 and trigger.reversed:
        stance, says = OPPOSITE[trigger.stance], trigger.reversed
        score *= _TURNED
    elif sign < 0 and trigger.alone:  # never turned round
        stance = trigger.stance
    if len(provision.words) > _LONG:
        score *= _IN_LONG
    if not sign and not reading.doubt and only_names and leans != "watch":
        stance, says = leans, trigger.says if leans == trigger.stance else trigger.reversed or trigger.says
        score *= _NAMED
    if stance == "watch":
        says = f"touches, direction unclear: {says}"
        score *= _UNDECIDED
    return Match(position.id, stance, round(score, 4), provision, f"{says}: {stance}, {position.id}", trigger.id)


def reconciled(found: Iterable[Match]) -> list[Match]:
    """Where one sentence seems to help and to harm the same position about as much, it does not tell: ``watch``."""
    matches = list(found)
    best: dict[tuple[Provision, str], dict[str, float]] = {}
    for match in matches:
        if match.stance != "watch":
            sides = best.setdefault((match.provision, match.position_id), {})
            sides[match.stance] = max(sides.get(match.stance, 0.0), match.score)
    torn = {
        key for key, sides in best.items() if len(sides) > 1 and min(sides.values()) >= _CLOSE * max(sides.values())
    }
    return [_undecided(match) if (match.provision, match.position_id) in torn else match for match in matches]


def _undecided(match: Match) -> Match:
    reason = f"touches, says both sides: {match.reason.rsplit(': ', 1)[0]}: watch, {match.position_id}"
    return replace(match, stance="watch", score=round(match.score * _UNDECIDED, 4), reason=reason)


def _strengthened(matches: list[Match]) -> Match:
    best = max(matches, key=lambda match: match.score)
    more = len({(match.provision.field, match.provision.start) for match in matches}) - 1
    score = min(1.0, round(best.score + _MORE * min(more, _OFTEN), 4))
    return replace(best, score=score)
