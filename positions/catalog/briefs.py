"""A position as a brief, in ``briefs/<area>.yml`` of the catalog: what is asked of whom, money, points, objection and answer.

Apart from the entries, as the messages are: nothing is matched again when a word changes. What has no source is left out, and the
page leaves that part out too. See docs/positions.md for each key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from positions.catalog import yaml_file
from positions.catalog.checks import DATE, TEXT, Checker
from positions.catalog.organization import catalog_home
from positions.catalog.readability import grade
from positions.catalog.records import AREAS, Position
from positions.catalog.yaml_file import BadFile, Entry

HOME = Path(__file__).with_name("briefs")
#: A brief has to fit on one page: so many words in a part, characters in a quotation, points; and its highest reading grade.
MOST_WORDS, MOST_CHARACTERS, POINTS, HARDEST = 45, 300, 3, 9.0
_SOURCED = {"address": TEXT, "passage": TEXT}
_KEYS: dict[str, dict[str, str | None]] = {
    "asks": {"whom": TEXT, "words": TEXT, **_SOURCED},
    "amounts": {"amount": TEXT, "words": TEXT, "as_of": DATE, **_SOURCED},
    "points": {"words": TEXT, **_SOURCED},
    "objection": {"words": TEXT, **_SOURCED},
    "answer": {"words": TEXT, **_SOURCED},
}
#: What must be there in each part: a fact or a sum has its source and the words that were read there.
_NEEDED = {
    "asks": ("whom", "words", "address"),
    "amounts": ("amount", "words", "address", "passage"),
    "points": ("words", "address", "passage"),
    "objection": ("words",),
    "answer": ("words",),
}
_LISTS = ("asks", "amounts", "points")
#: A brief that nobody approved says what can be asked, not who asks it.
_SPEAKS = re.compile(r"\b([Ww]e|[Oo]ur|[Uu]s|I)\b")


@dataclass(frozen=True, kw_only=True)
class Part:
    """``lead`` is whom an ask is for, or an amount. ``as_of`` is the date of an amount; ``passage`` quotes ``address``."""

    words: str
    lead: str | None = None
    address: str | None = None
    passage: str | None = None
    as_of: str | None = None


@dataclass(frozen=True, kw_only=True)
class Brief:
    """The parts of one position; any may be missing. Without ``approved_by`` it is a draft by the project."""

    asks: tuple[Part, ...] = ()
    amounts: tuple[Part, ...] = ()
    points: tuple[Part, ...] = ()
    objection: Part | None = None
    answer: Part | None = None
    approved_by: str | None = None
    approved_on: str | None = None

    def parts(self) -> list[tuple[str, int, Part]]:
        """``(kind, ordinal, part)`` in the order of the page; kinds are ask, amount, point, objection and answer."""
        single = [("objection", self.objection), ("answer", self.answer)]
        listed = [("ask", self.asks), ("amount", self.amounts), ("point", self.points)]
        return [
            *((kind, number, part) for kind, parts in listed for number, part in enumerate(parts)),
            *((kind, 0, part) for kind, part in single if part),
        ]

    @property
    def lacks(self) -> list[str]:
        """What a whole brief would still need; money is not at stake everywhere."""
        return [
            *([] if self.asks else ["the ask"]),
            *([] if len(self.points) == POINTS else [f"{POINTS - len(self.points)} of {POINTS} points"]),
            *([] if self.objection else ["objection and answer"]),
        ]


def load_briefs(positions: Iterable[Position], folder: Path | None = None) -> dict[str, Brief]:
    """The briefs by position, by default of the catalog in force; a position need not have one.

    Raises:
        BadFile: anything is wrong; ``problems`` lists all of it with file and line.
    """
    folder = folder or catalog_home() / HOME.name
    reader = _Reader({position.id: position.areas[0] for position in positions})
    for area in AREAS:
        if not (file := folder / f"{area}.yml").exists():
            continue
        try:
            reader.read(file, yaml_file.read_mapping(file))
        except BadFile as error:
            reader.problems += error.problems
    if reader.problems:
        raise BadFile(reader.problems)
    return reader.briefs


@dataclass
class _Reader(Checker):
    areas: dict[str, str]
    briefs: dict[str, Brief] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()

    def read(self, file: Path, entries: Entry) -> None:
        for key, entry in entries.items():
            self.begin(file, Entry({"id": key}))
            if self.areas.get(key) != file.stem:
                self.problem(entries, key, f"no listed position of this id is in the catalog's {file.name}")
            elif not isinstance(entry, Entry):
                self.problem(entries, key, f"must be a mapping with {', '.join(_KEYS)}")
            else:
                self._brief(key, entry)

    def _brief(self, key: str, entry: Entry) -> None:
        before = len(self.problems)
        kinds: dict[str, str | None] = {**dict.fromkeys(_KEYS), "approved_by": TEXT, "approved_on": DATE}
        signed = self.values(entry, kinds, ())
        if len(signed) == 1:
            self.problem(
                entry, next(iter(signed)), "approved_by and approved_on belong together: write both or neither"
            )
        if ("objection" in entry) != ("answer" in entry):
            self.problem(entry, "objection", "an objection needs an answer, and an answer an objection: write both")
        made: dict[str, Any] = {}
        for name in _KEYS:
            if name in _LISTS:
                made[name] = tuple(self._part(name, item, bool(signed)) for item in self.entries(entry, name))
            elif isinstance(item := entry.get(name), Entry):
                made[name] = self._part(name, item, bool(signed))
            elif item is not None:
                self.problem(entry, name, f"{name} must be a mapping with 'words:'")
        if len(made["points"]) > POINTS:
            self.problem(entry, "points", f"there are {len(made['points'])} points: choose the {POINTS} best")
        if len(self.problems) == before:
            self.briefs[key] = brief = Brief(**made, **signed)
            self._check_grade(entry, brief)

    def _part(self, name: str, item: Entry, signed: bool) -> Part:
        values = self.values(item, _KEYS[name], _NEEDED[name])
        words, passage = values.get("words", ""), values.get("passage") or ""
        if (count := len(words.split())) > MOST_WORDS:
            self.problem(item, "words", f"has {count} words: write up to {MOST_WORDS}")
        if len(passage) > MOST_CHARACTERS:
            self.problem(item, "passage", f"quotes {len(passage)} characters: quote up to {MOST_CHARACTERS}")
        if passage and not values.get("address"):
            self.problem(item, "passage", "the passage has no address: say where it was read")
        if values.get("address") and not values["address"].startswith(("https://", "http://")):
            self.problem(item, "address", f"address is {values['address']!r}: write one that begins with https://")
        if not signed and _SPEAKS.search(words):
            self.problem(item, "words", "speaks as “we”, but nobody has approved it: say what can be asked")
        lead = values.pop("whom", None) or values.pop("amount", None)
        return Part(**{**values, "words": words}, lead=lead)

    def _check_grade(self, entry: Entry, brief: Brief) -> None:
        text = " ".join(f"{part.words.rstrip('.')}." for _, _, part in brief.parts())
        if text and (found := grade(text)) > HARDEST:
            self.problem(
                entry, "points", f"has reading grade {found}: write shorter words and sentences, up to {HARDEST:.0f}"
            )
