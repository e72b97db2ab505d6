"""Match on what a bill changes: a sentence that it adds or alters counts as it will read, one that it strikes the other way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from positions.catalog.records import OPPOSITE
from text.changes import STRUCK, Mark, as_amended, as_it_was, overlaps

#: A positions.matching.matcher.Match, which imports this module.
Match = Any
#: A match that rests on struck words counts for less: the words may come back elsewhere in other form.
_STRUCK = 0.9
_OPEN = 0.5
Every = Callable[[Mapping[str, str | None], Collection[str]], list[Match]]


def every_change(
    every: Every, fields: Mapping[str, str | None], areas: Collection[str], marks: Sequence[Mark]
) -> list[Match]:
    """The matches of a document whose `text` has marks, in place of those of its whole text.

    Args:
        every: finds all matches of the fields of a document (positions.matching.matcher.Matcher.every).
        marks: what the text adds and strikes; offsets into ``fields["text"]``.
    """
    text = fields.get("text") or ""
    new = [_whole(match, text) for match in every({**fields, "text": as_amended(text, marks)}, areas)]
    stays = {(match.position_id, match.stance) for match in new if match.provision.field == "text"}
    old = every({**fields, "text": as_it_was(text, marks)}, areas)
    struck = [
        _turned(_whole(match, text))
        for match in old
        if match.provision.field == "text"
        and (match.position_id, match.stance) not in stays  # the same words stand elsewhere: moved, not struck
        and overlaps(marks, STRUCK, match.provision.start, match.provision.end)
    ]
    return _where_the_title_is_silent([*new, *struck])


def _where_the_title_is_silent(found: list[Match]) -> list[Match]:
    """One sentence of a text decides no direction that title and summary leave open: two must agree, and none object."""
    outside: dict[str, set[str]] = defaultdict(set)
    inside: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for match in found:
        if match.provision.field != "text":
            outside[match.position_id].add(match.stance)
        elif match.stance != "watch":
            inside[match.position_id].add((match.stance, match.provision.start))
    open_ones = {
        position
        for position, stances in outside.items()
        if stances == {"watch"} and (len(inside[position]) < 2 or len({stance for stance, _ in inside[position]}) > 1)
    }
    return [
        _left_open(match)
        if match.position_id in open_ones and match.provision.field == "text" and match.stance != "watch"
        else match
        for match in found
    ]


def _left_open(match: Match) -> Match:
    says = match.reason.rpartition(": ")[0]
    reason = f"touches, one sentence tells: {says}: watch, {match.position_id}"
    return replace(match, stance="watch", score=round(match.score * _OPEN, 4), reason=reason)


def _whole(match: Match, text: str) -> Match:
    """The match with the words of its sentence as the document has them, struck words and all."""
    provision = match.provision
    if provision.field != "text":
        return match
    return replace(match, provision=replace(provision, words=text[provision.start : provision.end]))


def _turned(match: Match) -> Match:
    """What is struck from the law has the opposite effect of what it says."""
    says, _, position = match.reason.rpartition(": ")
    stance = OPPOSITE.get(match.stance, match.stance)
    reason = f"struck from the law: {says}: {stance}, {position.partition(', ')[2] or match.position_id}"
    return replace(match, stance=stance, score=round(match.score * _STRUCK, 4), reason=reason)
