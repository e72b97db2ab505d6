"""One entry of a file of the catalog, read: every key known, every value of its kind, every problem with its file and line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from positions.catalog.authority import AUTHORITY_KEYS, check_authority
from positions.catalog.checks import DATE, FLAG, LIST, NUMBER, TEXT, Checker
from positions.catalog.readability import HIGHEST, grade
from positions.catalog.records import (
    AREAS,
    CONFIDENCES,
    DIRECTIONS,
    LEVELS,
    Example,
    Position,
    PositionVersion,
    Scope,
    Trigger,
)
from positions.catalog.yaml_file import Entry
from positions.matching.company_provisions import load_kinds
from text.phrases import BadPattern, Pattern, pattern

_POSITION_KEYS = {
    "id": TEXT,
    "title": TEXT,
    "areas": LIST,
    "confidence": TEXT,
    "source_url": TEXT,
    "source_read": FLAG,
    "also_in": LIST,
    "owner_units": LIST,
    "partners": LIST,
    "opponents": LIST,
    "core_values": LIST,
    "related": LIST,
    "note": TEXT,
    "scope": None,
    "versions": None,
    "triggers": None,
    "examples": None,
    "companies": None,
}
_VERSION_KEYS = {
    "document": TEXT,
    "body": TEXT,
    "section": TEXT,
    "adopted": DATE,
    "revised": DATE,
    "superseded": DATE,
    "retired": DATE,
    "statement": TEXT,
    "rationale": TEXT,
    "confidence": TEXT,
    "date_confidence": TEXT,
    "note": TEXT,
    **AUTHORITY_KEYS,
}
_SCOPE_KEYS = {"levels": LIST, "library_matter": FLAG, "about": LIST, "not_about": LIST, "never": LIST, "needs": LIST}
_TRIGGER_KEYS = {
    "id": TEXT,
    "says": TEXT,
    "reversed": TEXT,
    "any": LIST,
    "near": LIST,
    "context": LIST,
    "unless": LIST,
    "alone": FLAG,
    "leans": TEXT,
    "weight": NUMBER,
}
_EXAMPLE_KEYS = {"text": TEXT, "stance": TEXT}


class EntryReader(Checker):
    """Turns entries into positions and collects every problem on the way."""

    def __init__(self) -> None:
        super().__init__()
        self.positions: list[Position] = []

    def position(self, file: Path, entry: Entry) -> None:
        self.begin(file, entry)
        before = len(self.problems)
        values = self.values(entry, _POSITION_KEYS, ("id", "title", "areas", "confidence", "versions", "triggers"))
        self.unique(entry)
        self.closed(entry, "confidence", CONFIDENCES)
        self.closed(entry, "areas", AREAS)
        self.closed(entry, "also_in", AREAS)
        if values.get("areas") and values["areas"][0] != file.stem:
            self.problem(
                entry, "areas", f"stands in {file.name}, but its first area is {values['areas'][0]!r}: move it"
            )
        versions = [self._version(item) for item in self.entries(entry, "versions")]
        scope = self._scope(entry)
        companies = tuple(self._companies(entry))
        triggers = [*self._triggers(entry)]
        examples = [self._example(item) for item in self.entries(entry, "examples")]
        if not any("statement" in item for item in self.entries(entry, "versions")):
            self.problem(
                entry, "versions", "no version has a statement: write what the organization holds in the latest one"
            )
        if len(self.problems) > before:
            return
        self.positions.append(
            Position(
                id=values["id"],
                title=values["title"],
                areas=values["areas"],
                confidence=values["confidence"],
                source_url=values.get("source_url"),
                source_read=values.get("source_read", False),
                **{
                    key: values.get(key, ())
                    for key in ("also_in", "owner_units", "partners", "opponents", "core_values", "related")
                },
                note=values.get("note"),
                scope=Scope(**scope),
                companies=companies,
                versions=tuple(PositionVersion(**item) for item in versions),
                triggers=tuple(Trigger(**item) for item in triggers),
                examples=tuple(Example(**item) for item in examples),
            )
        )

    def check_relations(self) -> None:
        """Every ``related`` id must exist; only meaningful once all files are read without other problems."""
        if self.problems:
            return
        for position in self.positions:
            self.file, entry = self.places[position.id]
            self.where = position.id
            for other in position.related:
                if other not in self.places:
                    self.problem(entry, "related", f"names {other!r}, which no file holds: correct or remove it")

    def check_examples(self) -> None:
        """Each position needs a sentence that helps it, one that harms it, and one that only sounds like it."""
        for position in filter(lambda each: each.listed, self.positions):
            present = {example.stance or "none" for example in position.examples}
            if lacking := [stance for stance in ("support", "oppose", "none") if stance not in present]:
                self.file, entry = self.places[position.id]
                self.where = position.id
                self.problem(entry, "examples", f"lacks an example with stance {', '.join(lacking)}: add one of each")

    def check_scope(self) -> None:
        """Each position says to which levels of government it applies, and what a document about it names."""
        for position in self.positions:
            self.file, entry = self.places[position.id]
            self.where = position.id
            scope = entry.get("scope", {})
            if lacking := [key for key in ("levels", "library_matter", "about") if key not in scope]:
                self.problem(
                    entry, "scope", f"the scope lacks {', '.join(lacking)}: say beside which documents it may stand"
                )

    def check_reading(self) -> None:
        """The statement that holds now must be in words that most people read with ease."""
        for position in self.positions:
            if (found := grade(position.statement)) > HIGHEST:
                self.file, entry = self.places[position.id]
                self.where = position.id
                latest = [item for item in entry["versions"] if "statement" in item][-1]
                self.problem(
                    latest,
                    "statement",
                    f"the statement has reading grade {found}: write it in shorter words and sentences, up to {HIGHEST:.0f}",
                )

    # ---- parts

    def _version(self, item: Entry) -> dict[str, Any]:
        self.closed(item, "confidence", CONFIDENCES)
        self.closed(item, "date_confidence", CONFIDENCES)
        check_authority(self, item)
        return self.values(item, _VERSION_KEYS, ("document", "confidence"))

    def _scope(self, entry: Entry) -> dict[str, Any]:
        item = entry.get("scope", Entry())
        if not isinstance(item, Entry):
            self.problem(entry, "scope", "must be a mapping with 'levels:', 'library_matter:' and 'about:'")
            return {}
        self.closed(item, "levels", LEVELS)
        values = self.values(item, _SCOPE_KEYS, ())
        for key in ("about", "not_about", "never", "needs"):
            values[key] = tuple(self._patterns(item, key, values.get(key, ())))
        return values

    def _companies(self, entry: Entry) -> Iterator[tuple[str, str]]:
        """Provisions of companies' rules, each with its stance; a kind and way must be in company_provisions.yml."""
        groups = entry.get("companies", Entry())
        if not isinstance(groups, Entry):
            self.problem(entry, "companies", "must be a mapping with 'support:', 'oppose:' or 'watch:' lists")
            return
        known = {f"{kind.id}.{way.id}" for kind in load_kinds().values() for way in kind.ways}
        for stance, ways in self.values(groups, dict.fromkeys(("support", "oppose", "watch"), LIST), ()).items():
            for way in ways:
                if way not in known:
                    self.problem(groups, stance, f"unknown provision {way!r}: write KIND.WAY of company_provisions.yml")
                yield way, stance

    def _example(self, item: Entry) -> dict[str, Any]:
        self.closed(item, "stance", (*DIRECTIONS, "none"))
        values = self.values(item, _EXAMPLE_KEYS, ("text", "stance"))
        return {
            "text": values.get("text", ""),
            "stance": None if values.get("stance") == "none" else values.get("stance"),
        }

    def _triggers(self, entry: Entry) -> list[dict[str, Any]]:
        groups = entry.get("triggers")
        if not isinstance(groups, Entry):
            self.problem(entry, "triggers", "must be a mapping with 'support:' and 'oppose:' lists")
            return []
        made: list[dict[str, Any]] = []
        for stance in groups:
            if stance not in DIRECTIONS:
                self.problem(groups, stance, f"unknown stance {stance!r}: write one of {', '.join(DIRECTIONS)}")
                continue
            for item in self.entries(groups, stance):
                made.append({"stance": stance, **self._trigger(item)})
        ids = [item.get("id") for item in made]
        for twice in sorted({str(i) for i in ids if ids.count(i) > 1}):
            self.problem(entry, "triggers", f"two triggers are called {twice!r}: give each its own id")
        return made

    def _trigger(self, item: Entry) -> dict[str, Any]:
        self.closed(item, "leans", DIRECTIONS)
        values = self.values(item, _TRIGGER_KEYS, ("id", "says", "any"))
        for key in ("any", "near", "context", "unless"):
            values[key] = tuple(self._patterns(item, key, values.get(key, ())))
        return values

    def _patterns(self, item: Entry, key: str, sources: tuple[str, ...]) -> list[Pattern]:
        made = []
        for source in sources:
            try:
                made.append(pattern(source))
            except BadPattern as error:
                self.problem(item, key, str(error))
        return made
