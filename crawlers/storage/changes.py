"""What happened between two sightings of a document: every part that is there now and was not before.

The rule is a set difference, the same for a new and a known document, so that the log does not depend on how often we
look: a weekly run and seven daily runs write the same events. An action or a status whose day moved by one is the same
one: sources correct days, and hours in UTC were once read as local ones. Pages and digests group events by document.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from crawlers.items import Document
from crawlers.people import as_people_say

_LONGEST = 500
Part = tuple[str, str | None, str]  # kind, day, summary


@dataclass(frozen=True, kw_only=True)
class Change:
    """One event: `kind` is one of items.CHANGE_KINDS, `happened_on` the source's own date (ISO) where it gives one.

    `id` is a hash of the whole event, so that telling it twice leaves one row; `summary` may be shortened.
    """

    id: str
    document_id: str
    kind: str
    happened_on: str | None
    summary: str


def differences(old: Document | None, new: Document) -> tuple[Change, ...]:
    """The events that lead from one sighting to the next; `old` is None when the document was never seen before."""
    before = set(_parts(old)) if old else set()
    parts = dict.fromkeys(_parts(new))
    known = before | _on_the_next_day(before, parts)
    found = [part for part in parts if part not in known]
    if new.kind == "corporate_policy":
        found = [part for part in found if _is_news(part, old)]
    return tuple(event(new.id, *part) for part in ([] if old else [_introduction(new)]) + found)


def _on_the_next_day(before: Iterable[Part], after: Iterable[Part]) -> set[Part]:
    """The actions and statuses that were there before, each with its day or a neighboring one."""
    old, new = _days(before), _days(after)
    return {
        (kind, day, summary)
        for (kind, summary), days in old.items()
        if len(days) <= len(new[kind, summary]) and all(map(_close, days, new[kind, summary]))
        for day in new[kind, summary][: len(days)]
    }


def _days(parts: Iterable[Part]) -> dict[tuple[str, str], list[str]]:
    """The days of each action and status, in order."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for kind, day, summary in parts:
        if day and kind in ("action", "status"):
            found[kind, summary].append(day)
    return defaultdict(list, {words: sorted(days) for words, days in found.items()})


def _close(one: str, other: str) -> bool:
    return abs(date.fromisoformat(one[:10]) - date.fromisoformat(other[:10])).days <= 1


def _is_news(part: Part, old: Document | None) -> bool:
    """Whether a part of a company's rules happened since they were last seen: their history is loaded later, and step by step.

    A recorded text or a status by itself is none: the company's change is an action.
    """
    kind, day, summary = part
    if old is None or not old.actions or kind == "text" or (kind, summary) == ("status", "changed"):
        return False
    return kind != "action" or (day or "") >= old.actions[-1].acted_on


def event(document_id: str, kind: str, day: str | None, summary: str) -> Change:
    """One event of a document; its key follows from its words."""
    words = "\x1f".join((document_id, kind, day or "", summary))
    key = hashlib.sha256(words.encode()).hexdigest()[:24]
    return Change(id=key, document_id=document_id, kind=kind, happened_on=day, summary=_short(summary))


def _introduction(document: Document) -> Part:
    return "introduced", getattr(document, "introduced_on", None) or document.published_on, document.title


def _parts(document: Document) -> Iterator[Part]:
    for status, reached_on in document.status_history:
        if status != "introduced":
            yield "status", reached_on, status
    for action in document.actions:
        yield "action", action.acted_on, action.description
    for summary in document.summaries:
        yield "summary", summary.acted_on, f"{summary.action}: {summary.text}"
    for version in document.versions:
        yield "text", version.issued_on, version.name
    for sponsor in document.sponsors:
        if sponsor.role == "cosponsor":
            # A name that was stored in another order is no new cosponsor.
            name = as_people_say(sponsor.name)
            yield "cosponsor", sponsor.joined_on, name
            if sponsor.withdrawn_on:
                yield "cosponsor", sponsor.withdrawn_on, f"{name} withdrew"
    for title in document.titles:
        yield "title", None, f"{title.kind}: {title.title}"
    for law in document.laws:
        yield "law", dict(document.status_history).get("enacted"), f"{law.kind} {law.number}"
    for event in document.events:
        yield "event", event.starts_at[:10], f"{event.kind}: {event.description or ''}".rstrip(": ")


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"
