"""The question to the model: the guide, the catalog and one document. Only public text is in it (docs/second-reader.md)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from classify.areas import load_areas
from positions.catalog.catalog import load_catalog
from positions.catalog.organization import entries_home, organization
from second_reader.answer import schema

GUIDE = Path(__file__).with_name("guide.md")
#: Characters of a text that are sent: its opening, and what surrounds the passages that the program found.
OPENING, AROUND, LONGEST = 6_000, 500, 14_000
#: Positions listed with a document, the likeliest first.
LISTED = 12
_CUT = "\n[...]\n"


@dataclass(frozen=True)
class Subject:
    """A document to read. ``changes``: what a text that reprints law changes in it, None where nobody knows; ``spans``:
    places in the text where the program found something (characters start to end); ``positions``: those that it thinks are
    at stake, the likeliest first."""

    id: str
    title: str | None
    abstract: str | None
    text: str | None
    text_hash: str
    changes: str | None = None
    spans: tuple[tuple[int, int], ...] = ()
    positions: tuple[str, ...] = ()
    reason: str = ""

    @property
    def fields(self) -> Mapping[str, str | None]:
        return {"title": self.title, "abstract": self.abstract, "text": self.text}


@dataclass(frozen=True)
class Catalog:
    """The ids that an answer may use: area id -> title and description, position id -> title and statement."""

    areas: Mapping[str, tuple[str, str]]
    positions: Mapping[str, tuple[str, str]]


@cache
def catalog() -> Catalog:
    """The areas and listed positions of the project."""
    return Catalog(
        {area.id: (area.title, " ".join(area.description.split())) for area in load_areas().areas},
        {each.id: (each.title, each.statement) for each in load_catalog().positions if each.listed},
    )


def guide() -> str:
    """How to judge: `guide.md` of the catalog in force where it has one, else that of the project with its name."""
    own = entries_home().with_name(GUIDE.name)
    words = (own if own.exists() else GUIDE).read_text(encoding="utf-8")
    return words.replace("ORGANIZATION", organization().in_text)


@cache
def system_prompt() -> str:
    """What is the same for every document: the guide, the areas, and the positions of the catalog by title."""
    known = catalog()
    areas = "\n".join(f"- {key}: {title}. {description}" for key, (title, description) in known.areas.items())
    positions = "\n".join(f"- {key}: {title}" for key, (title, _) in known.positions.items())
    return f"{guide()}\n# The areas\n\n{areas}\n\n# The catalog of positions\n\n{positions}\n"


@cache
def answer_schema() -> str:
    """The form of an answer, as JSON."""
    return json.dumps(schema(tuple(catalog().areas), tuple(catalog().positions)), sort_keys=True)


@cache
def prompt_version() -> str:
    """A hash of everything in the question beside the document: a changed guide, catalog or form is another question."""
    parts = (system_prompt(), answer_schema(), str((OPENING, AROUND, LONGEST, LISTED)))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def question(subject: Subject) -> str:
    """The document as JSON, so that nothing in it can look like the end of it, and the positions to judge."""
    known = catalog().positions
    listed = {key: known[key][1] for key in subject.positions[:LISTED] if key in known}
    document = {
        "title": subject.title,
        "summary": (subject.abstract or "")[:OPENING] or None,
        "text": (excerpt(subject.text or "", subject.spans) if subject.changes is None else subject.changes[:LONGEST])
        or None,
    }
    return "The document:\n" + json.dumps(
        {"document": document, "positions_to_judge": listed}, ensure_ascii=False, indent=1
    )


def excerpt(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The opening of a text and what surrounds the given places, in order, at most `LONGEST` characters."""
    if len(text) <= LONGEST:
        return text
    windows = [(0, OPENING)]
    for start, end in sorted(spans):
        begin, stop = max(0, start - AROUND), min(len(text), end + AROUND)
        if begin <= windows[-1][1]:
            windows[-1] = (windows[-1][0], max(windows[-1][1], stop))
        else:
            windows.append((begin, stop))
    return _CUT.join(text[begin:stop] for begin, stop in windows)[:LONGEST]
