"""`infopolicy tag`: JSON lines in, JSON lines out in the same order, a message per line that cannot be read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from itertools import islice
from typing import Any, TextIO

from classify.tagger import Record, Tagger, Tagging
from store.errors import InvalidInput
from text.spans import FIELDS

_BATCH = 64


class BadLine(InvalidInput):
    """One input line cannot be tagged: the message says why."""


def tag_lines(lines: Iterable[str], out: TextIO, err: TextIO, all_areas: bool = False) -> int:
    """Tag each line and write one JSON object a line to ``out``; returns the exit code, 1 when a line was refused.

    A line is an object with ``id`` and at least one of ``title``, ``abstract``, ``text``. Offsets in the answer count
    characters of the text as it was given. A refused line is named on ``err`` and the others are unharmed.
    """
    tagger, failed = Tagger(), False
    numbered = enumerate(lines, 1)
    while batch := list(islice(numbered, _BATCH)):
        records = []
        for number, line in batch:
            if not line.strip():
                continue
            try:
                records.append(read_record(line))
            except BadLine as error:
                failed = True
                print(f"line {number}: {error}; this line was left out", file=err)
        # Escaped to ASCII: a lone surrogate in a hostile text could not be written otherwise.
        for document_id, tagging in tagger.tag_batch(records):
            out.write(json.dumps(as_json(document_id, tagging, tagger, all_areas)) + "\n")
    out.flush()
    return int(failed)


def read_record(line: str) -> Record:
    """Read one line.

    Raises:
        BadLine: not a JSON object, no id, a field that is not text, or no text at all.
    """
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadLine(f"not JSON ({_short(error)}): give one object a line") from error
    if not isinstance(data, dict):
        raise BadLine(f"a JSON {type(data).__name__} where an object with id, title, abstract and text is needed")
    document_id = data.get("id")
    if isinstance(document_id, bool) or not isinstance(document_id, str | int) or document_id == "":
        raise BadLine("no id: give every document one, as text")
    texts = [_text(data, field) for field in FIELDS]
    if not any(text and text.strip() for text in texts):
        raise BadLine(f"document {_short(document_id)!r} has no text: give a title, an abstract or a text")
    return str(document_id), texts[0], texts[1], texts[2]


def as_json(document_id: str, tagging: Tagging, tagger: Tagger, all_areas: bool = False) -> dict[str, Any]:
    """The answer for one document: areas at or above their threshold, or every area with ``all_areas``."""
    found = {tag.area: tag for tag in tagging.areas}
    areas = []
    for area in tagger.areas.areas:
        tag = found.get(area.id)
        if all_areas:
            shown = asdict(tag) if tag else {"area": area.id, "probability": 0.0, "tagged": False, "evidence": []}
            areas.append(shown)
        elif tag and tag.tagged:
            areas.append({key: value for key, value in asdict(tag).items() if key != "tagged"})
    return {
        "id": document_id,
        "areas": areas,
        "priority": tagging.priority,
        "priority_score": tagging.priority_score,
    }


def _text(data: dict[str, Any], field: str) -> str | None:
    value = data.get(field)
    if value is not None and not isinstance(value, str):
        raise BadLine(f"{field} is {type(value).__name__}, not text")
    return value


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 80 else text[:77] + "..."
