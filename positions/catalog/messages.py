"""Why a position matters to whom: a paragraph for each audience, in messages/<area>.yml beside the catalog.

Apart from the catalog, because other people write them, and nothing is to be matched again when a word of them changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from positions.catalog import yaml_file
from positions.catalog.checks import TEXT, Checker
from positions.catalog.organization import catalog_home
from positions.catalog.readability import grade
from positions.catalog.records import AREAS, AUDIENCES, Position
from positions.catalog.yaml_file import BadFile, Entry

HOME = Path(__file__).with_name("messages")
#: Words of a paragraph, and its highest reading grade.
FEWEST, MOST, HARDEST = 40, 70, 9.0
#: Words by which a paragraph would speak as the organization; "all of us" and "our past" are everybody's.
_AS_ONE_OF_US = re.compile(
    r"\b(?:tell us|so do we|our (?:code|position|members)"
    r"|we (?:speak|ask|urge|support|oppose|back|believe|stand|have (?:read|found)))\b",
    re.IGNORECASE,
)
Messages = dict[str, dict[str, str]]


def load_messages(positions: Iterable[Position], folder: Path | None = None) -> Messages:
    """The paragraphs by position and audience, by default of the catalog in force.

    Raises:
        BadFile: a file cannot be read, names a position that is not there or not of its area, or a position lacks an audience.
    """
    folder = folder or catalog_home() / HOME.name
    reader = _Reader({position.id: position.areas[0] for position in positions})
    for area in AREAS:
        file = folder / f"{area}.yml"
        if not file.exists():
            continue
        try:
            reader.read(file, yaml_file.read_mapping(file))
        except BadFile as error:
            reader.problems += error.problems
    reader.check_whole(folder)
    if reader.problems:
        raise BadFile(reader.problems)
    return reader.messages


def check_words(folder: Path) -> list[str]:
    """Paragraphs that are too short, too long or too hard to read, with file and line; the files can be read."""
    checker = Checker()
    for area in AREAS:
        if not (file := folder / f"{area}.yml").exists():
            continue
        checker.file = file
        for checker.where, entry in yaml_file.read_mapping(file).items():
            for audience, text in entry.items():
                if "\n" in (text := text.strip()):
                    checker.problem(entry, audience, f"{audience} holds an empty line: write one paragraph")
                if spoken := _AS_ONE_OF_US.search(text):
                    checker.problem(entry, audience, f"{audience} speaks as the organization (“{spoken[0]}”): name it")
                if not FEWEST <= (count := len(text.split())) <= MOST:
                    checker.problem(entry, audience, f"{audience} has {count} words: write {FEWEST} to {MOST}")
                if (found := grade(text)) > HARDEST:
                    checker.problem(
                        entry,
                        audience,
                        f"{audience} has reading grade {found}: write shorter words and sentences, up to {HARDEST:.0f}",
                    )
    return checker.problems


class _Reader(Checker):
    def __init__(self, areas: dict[str, str]) -> None:
        super().__init__()
        self.areas = areas
        self.messages: Messages = {}

    def read(self, file: Path, entries: Entry) -> None:
        self.file = file
        for key, value in entries.items():
            self.where = key
            if self.areas.get(key) != file.stem:
                self.problem(entries, key, f"no position of this id stands in the catalog's {file.name}")
            elif not isinstance(value, Entry):
                self.problem(entries, key, f"must be a mapping with {', '.join(AUDIENCES)}")
            else:
                self.messages[key] = self.values(value, dict.fromkeys(AUDIENCES, TEXT), AUDIENCES)

    def check_whole(self, folder: Path) -> None:
        if self.problems:
            return
        for key, area in self.areas.items():
            if key not in self.messages:
                self.problems.append(f"{folder / area}.yml: {key}: has no messages: add {', '.join(AUDIENCES)}")
