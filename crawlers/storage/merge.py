"""One document, many sources: what each said is kept, what is shown is put together field by field.

The source named first in sources.yml for a jurisdiction leads (`leads`): where it says something, that is shown. What it
lacks comes from the others, and lists (titles, actions, versions …) hold what any of them said, each once. Two records
under one number that have nothing in common are not merged: numbers are mistyped and reused (`same_document`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, fields, replace
from typing import Any

from crawlers import items
from crawlers.items import Document

#: What makes two parts of a list the same, whoever said them.
_KEYS: dict[str, Callable[[Any], Any]] = {
    "titles": lambda part: part.title.casefold(),
    "summaries": lambda part: (part.acted_on, part.action),
    "actions": lambda part: (part.acted_on, _plain(part.description)),
    "sponsors": lambda part: (_surname(part.name), part.role, part.withdrawn_on),
    "committees": lambda part: (part.code or part.name, part.activity, part.active_on),
    "versions": lambda part: (_plain(part.name), part.issued_on),
    "laws": lambda part: part.number,
    "links": lambda part: (part.document_id, part.kind.casefold()),
    "events": lambda part: (part.kind, part.starts_at[:10]),
}
_PART_TYPES: dict[str, type] = {
    "titles": items.Title,
    "summaries": items.Summary,
    "actions": items.Action,
    "sponsors": items.Sponsor,
    "committees": items.Committee,
    "versions": items.TextVersion,
    "laws": items.Law,
    "links": items.Link,
    "events": items.Event,
}
_CLASSES: dict[str, type[Document]] = {"bill": items.Bill, "regulation": items.Regulation}
#: The source of what staff typed (desk.intake.manual_documents): any other leads, and what does not fit another is set aside.
BY_HAND = "by_hand"
_OWN = frozenset({"id", "key", "source", "source_url", "stamp", "etag", "last_modified"})
_WORD = re.compile(r"[a-z]{4,}")


def merge(documents: Sequence[Document]) -> Document:
    """The document to show, from what each source said; the first one leads."""
    leader = documents[0]
    merged: dict[str, Any] = {}
    for field in fields(leader):
        if field.name in _OWN or field.name in ("status", "status_on", "status_history"):
            continue
        said = [getattr(document, field.name, None) for document in documents]
        merged[field.name] = _union(field.name, said) if isinstance(said[0], tuple) else _first(said)
    furthest = max(documents, key=lambda document: document.status_on or "")
    return replace(
        leader, **merged, status=furthest.status, status_on=furthest.status_on, status_history=furthest.status_history
    )


def _first(said: Iterable[Any]) -> Any:
    return next((value for value in said if value is not None), None)


def _union(name: str, said: Iterable[tuple[Any, ...] | None]) -> tuple[Any, ...]:
    key = _KEYS.get(name, lambda part: part)
    found: list[Any] = []
    seen: set[Any] = set()
    for parts in said:
        new = [part for part in parts or () if key(part) not in seen]
        seen.update(key(part) for part in new)
        found += new
    if name == "actions":
        found.sort(key=lambda action: action.acted_on)
    return tuple(found)


def said_by(documents: Sequence[Document]) -> list[tuple[str, str]]:
    """Which source says something about which field: (field, source) pairs."""
    return [
        (field.name, document.source)
        for document in documents
        for field in fields(document)
        if field.name not in _OWN and getattr(document, field.name) not in (None, (), "")
    ]


def same_document(one: Document, other: Document) -> bool:
    """Whether two records of one id can be the same document: two of a like title, the same day and the same sponsor.

    A list cites a bill about engines under the number of a bill about schools when one digit slips: such a pair shares
    neither day nor sponsor, and hardly a word. The same title to the letter counts for two; where a record gives neither
    day nor sponsor, a like title must do. So it must for what was typed by hand.
    """
    titles = [{title.casefold() for title in _all_titles(each)} for each in (one, other)]
    words = [{word for title in each for word in _WORD.findall(title)} for each in titles]
    alike = len(words[0] & words[1]) / max(1, min(map(len, words))) >= 0.5
    points = 2 if titles[0] & titles[1] else int(alike)
    if BY_HAND in (one.source, other.source):
        return points > 0
    days = [getattr(each, "introduced_on", None) or each.published_on for each in (one, other)]
    names = [
        {_surname(sponsor.name) for sponsor in each.sponsors if sponsor.role == "sponsor"} for each in (one, other)
    ]
    comparable = all(days) or all(names)
    points += int(all(days) and days[0] == days[1]) + bool(names[0] & names[1])
    return points >= (2 if comparable else 1)


def _all_titles(document: Document) -> list[str]:
    return [document.title, *(title.title for title in document.titles)]


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", text.casefold()).strip()


def _surname(name: str) -> str:
    """The last word of a name before a comma or bracket: sources differ in all the rest."""
    before = re.split(r"[\[(]", name)[0]
    word = before.split(",")[0].split() if "," in before else before.split()
    return word[-1].casefold() if word else ""


# --------------------------------------------------------------------- what a source said, as stored


def to_json(document: Document) -> dict[str, Any]:
    """A document as plain values, without what is absent."""
    return {name: value for name, value in asdict(document).items() if value not in (None, (), [])}


def from_json(values: dict[str, Any]) -> Document:
    """The document that `to_json` gave."""
    cls = _CLASSES.get(values["kind"], Document)
    rest: dict[str, Any] = {
        name: tuple(map(_frozen, value)) if isinstance(value, list) else value for name, value in values.items()
    }
    for name, part_type in _PART_TYPES.items():
        if name in values:
            rest[name] = tuple(part_type(**part) for part in values[name])
    return cls(**rest)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
