"""The answer of a model: its form, and what is left of it after every id, value and quotation was checked.

Nothing that a model writes freely is kept as an opinion: areas and positions are from the catalog, values from short lists, and
a quotation counts only if the document has these words. A text that gives the model orders can cause a wrong suggestion and
nothing else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from store.errors import InvalidInput
from text.spans import FIELDS, Quote

DIRECTIONS = ("support", "oppose", "watch", "none")
#: A subject with the value that the model gives it, as in verdicts of staff.
YES, NONE = "yes", "none"
#: Characters of a quotation: a shorter one shows nothing, a longer one is not a passage.
SHORTEST_QUOTE, LONGEST_QUOTE = 8, 600


class BadAnswer(InvalidInput):
    """An answer that is not of the form; the message says what is wrong with it."""


@dataclass(frozen=True)
class Opinion:
    """What the model says of one subject. ``value``: "yes" for an area, 0 to 2 for the priority, one of `DIRECTIONS` for a
    position. ``quote`` is a place in the document, None where the model named none that exists."""

    subject: str
    value: str
    quote: Quote | None = None


def schema(areas: tuple[str, ...], positions: tuple[str, ...]) -> dict[str, Any]:
    """The JSON schema of an answer, in the subset that providers accept: every key required, no other keys."""
    quote = {"type": "string"}
    return _object(
        areas=_list(area={"type": "string", "enum": list(areas)}, quote=quote),
        priority={"type": "integer", "enum": [0, 1, 2]},
        positions=_list(
            position={"type": "string", "enum": list(positions)},
            direction={"type": "string", "enum": list(DIRECTIONS)},
            quote=quote,
        ),
    )


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(**properties: Any) -> dict[str, Any]:
    return {"type": "array", "items": _object(**properties)}


def read_answer(
    words: str, fields: Mapping[str, str | None], areas: Mapping[str, Any], positions: Mapping[str, Any]
) -> list[Opinion]:
    """The opinions in an answer, each subject once (the first counts).

    Raises:
        BadAnswer: not one JSON object of the form, or an id or value that does not exist.
    """
    try:
        answer = json.loads(_without_fence(words))
    except (ValueError, RecursionError) as error:
        raise BadAnswer(f"not JSON: {str(error)[:80]}") from error
    if not isinstance(answer, dict):
        raise BadAnswer("not a JSON object")
    priority = answer.get("priority")
    if priority not in (0, 1, 2) or isinstance(priority, bool | float):
        raise BadAnswer("priority is not 0, 1 or 2")
    found = {"priority": Opinion("priority", str(priority))}
    for key, _, quote in _rows(answer, "areas", "area", None, areas):
        found.setdefault(f"area:{key}", Opinion(f"area:{key}", YES, find_quote(fields, quote)))
    for key, direction, quote in _rows(answer, "positions", "position", "direction", positions):
        found.setdefault(f"position:{key}", Opinion(f"position:{key}", direction, find_quote(fields, quote)))
    return list(found.values())


def _rows(
    answer: dict[str, Any], name: str, key: str, value: str | None, known: Mapping[str, Any]
) -> Iterator[tuple[str, str, str]]:
    rows = answer.get(name)
    if not isinstance(rows, list):
        raise BadAnswer(f"{name} is not a list")
    for row in rows:
        if not isinstance(row, dict) or not isinstance(row.get(key), str) or row[key] not in known:
            raise BadAnswer(f"{name} has an entry without a known {key}")
        said = row.get(value) if value else YES
        if value and said not in DIRECTIONS:
            raise BadAnswer(f"{name} has an entry without a known {value}")
        quote = row.get("quote", "")
        if not isinstance(quote, str):
            raise BadAnswer(f"{name} has an entry whose quote is not text")
        yield row[key], str(said), quote


def _without_fence(words: str) -> str:
    """Models without a mode for JSON like to put it in a Markdown code block."""
    found = re.fullmatch(r"\s*```(?:json)?\s*\n(.*?)\n?```\s*", words, re.DOTALL)
    return found[1] if found else words


def find_quote(fields: Mapping[str, str | None], words: str) -> Quote | None:
    """Where the document has these words, runs of white space taken as one space; None where it has not."""
    parts = words[: LONGEST_QUOTE + 1].split()
    if not SHORTEST_QUOTE <= len(" ".join(parts)) <= LONGEST_QUOTE:
        return None
    pattern = re.compile(r"\s+".join(map(re.escape, parts)), re.IGNORECASE)
    for name in FIELDS:
        if found := pattern.search(fields.get(name) or ""):
            return Quote(name, found.start(), found.end(), found[0])
    return None
