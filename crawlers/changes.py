"""What happened between two sightings of a document: every part that is there now and was not before.

The rule is a plain set difference, the same for a new and a known document, so that the log does not depend on how
often we look: a weekly run and seven daily runs write the same events. Pages and digests group them by document.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from crawlers.items import Document

_LONGEST = 500


@dataclass(frozen=True, kw_only=True)
class Change:
    """One event: `kind` is one of items.CHANGE_KINDS, `happened_on` the source's own date (ISO) where it gives one."""

    document_id: str
    kind: str
    happened_on: str | None
    summary: str

    @property
    def id(self) -> str:
        """The same for the same event, so that telling it twice leaves one row."""
        words = "\x1f".join((self.document_id, self.kind, self.happened_on or "", self.summary))
        return hashlib.sha256(words.encode()).hexdigest()[:24]


def differences(old: Document | None, new: Document) -> tuple[Change, ...]:
    """The events that lead from one sighting to the next; `old` is None when the document was never seen before."""
    before = set(_parts(old)) if old else set()
    found = [part for part in dict.fromkeys(_parts(new)) if part not in before]
    return tuple(
        Change(document_id=new.id, kind=kind, happened_on=day, summary=_short(summary)) for kind, day, summary in found
    )


def _parts(document: Document) -> Iterator[tuple[str, str | None, str]]:
    introduced = getattr(document, "introduced_on", None) or document.published_on
    yield "introduced", introduced, document.title if document.kind != "bill" else document.identifier
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
            yield "cosponsor", sponsor.joined_on, sponsor.name
            if sponsor.withdrawn_on:
                yield "cosponsor", sponsor.withdrawn_on, f"{sponsor.name} withdrew"
    for title in document.titles:
        yield "title", None, f"{title.kind}: {title.title}"
    for law in document.laws:
        yield "law", document.status_on, f"{law.kind} {law.number}"
    for event in document.events:
        yield "event", event.starts_at[:10], f"{event.kind}: {event.description or ''}".rstrip(": ")


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"
