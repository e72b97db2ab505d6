"""Whether the matcher finds what is on record: the position a known stance rests on, and the side that was taken.

A stance is on a whole document, a match on one sentence: an act that ALA supports may hold a sentence that harms. The
report is therefore a second opinion beside the labeled provisions, no measure of its own.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

from positions.catalog.catalog import load_catalog
from positions.catalog.records import Stance
from positions.catalog.stances import load_stances
from positions.catalog.yaml_file import BadFile
from positions.evaluation.labels import SIDES
from positions.matching.matcher import Match, Matcher
from text.spans import FIELDS


@dataclass(frozen=True)
class Known:
    """A stance on record and what the matcher says of its document.

    ``found`` are the positions matched, best first; ``place`` is that of the first which the stance rests on (from 1, None
    where none is named), ``side`` is ``same``, ``opposite`` or ``open`` there: the match says ``watch``, or the stance does.
    """

    stance: str
    document: str
    rests_on: tuple[str, ...]
    taken: str
    found: tuple[str, ...]
    place: int | None
    side: str | None


def compare(stances: Iterable[Stance], corpora: Sequence[Path]) -> list[Known]:
    """Each stance whose document a corpus.db holds and has tagged; the first of its documents that is there.

    Raises:
        sqlite3.Error: a corpus cannot be read.
    """
    matcher, known = Matcher(), []
    for stance in stances:
        places = ((path, document) for document in stance.documents for path in corpora)
        for path, document in places:
            if found := _matches(matcher, path, document):
                known.append(_judged(stance, document, found[0]))
                break
    return known


def _matches(matcher: Matcher, path: Path, document: str) -> tuple[tuple[Match, ...]] | None:
    """The matches of a document; None where the corpus lacks it or it carries no area."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
        row = db.execute("select title, abstract, text from documents where id = ?", [document]).fetchone()
        areas = [area for (area,) in db.execute("select area_id from tags where document_id = ?", [document])]
    return (matcher.match(dict(zip(FIELDS, row, strict=True)), areas),) if row and areas else None


def _judged(stance: Stance, document: str, matches: Sequence[Match]) -> Known:
    best: dict[str, str] = {}
    for match in matches:
        best.setdefault(match.position_id, match.stance)
    place = next((n for n, position in enumerate(best, 1) if position in stance.positions), None)
    side = None
    if place is not None:
        product = SIDES[best[list(best)[place - 1]]] * SIDES[stance.stance]
        side = {1: "same", 0: "open", -1: "opposite"}[product]
    return Known(stance.id, document, stance.positions, stance.stance, tuple(best), place, side)


def main(corpora: Sequence[Path], as_json: bool, out: TextIO | None = None) -> int:
    """Print how many stances on record the matcher agrees with, and each of them; 2 when the record is not in order."""
    out = out or sys.stdout
    try:
        stances = load_stances(frozenset(load_catalog().by_id))
    except BadFile as error:
        print("\n".join(error.problems), file=sys.stderr)
        return 2
    known = compare(stances, corpora)
    if as_json:
        json.dump({"stances": len(stances), "known": [asdict(each) for each in known]}, out)
        out.write("\n")
        return 0
    out.write("\n".join(_report(len(stances), known)) + "\n")
    return 0


def _report(count: int, known: Sequence[Known]) -> list[str]:
    named = [each for each in known if each.place is not None]
    sides = [each.side for each in named]
    return [
        f"{count} stances on record, {len(known)} with a tagged document at hand",
        f"  position named            {len(named)} of {len(known)}",
        f"  among the first three     {sum(each.place is not None and each.place <= 3 for each in known)} of {len(known)}",
        f"  same side                 {sides.count('same')} of {len(named)}",
        f"  opposite                  {sides.count('opposite')} of {len(named)}",
        *(
            f"{each.document}: {each.taken} on {', '.join(each.rests_on)}; matcher: "
            + (f"in place {each.place}, {each.side} side" if each.place else f"names {', '.join(each.found) or 'none'}")
            for each in known
        ),
    ]
