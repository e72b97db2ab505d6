"""What a verdict can be about, and which verdicts and values each subject takes. Pure: nothing is read or written."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pages.http.formatting import safe_url
from positions.catalog.records import DIRECTIONS, STANCES
from store.errors import InvalidInput

VERDICTS = ("confirm", "reject", "change", "defer", "undo")
#: Value, as classify counts them -> how the desk calls it.
PRIORITIES = {"2": "Priority", "1": "Worth listing", "0": "Neither"}
#: What became of a position in a document that has reached its end.
OUTCOMES = ("incorporated", "partly", "rejected", "untouched")
#: Where a document can go no further: only then is there an outcome.
ENDS = frozenset({"enacted", "adopted", "vetoed", "failed", "final", "withdrawn", "decided"})
LONGEST_NOTE, LONGEST_SOURCE = 4_000, 500

_SUBJECT = re.compile(r"(area|position|outcome|stance):([a-z0-9-]{1,80})|(stance|priority)")
#: A source that is meant as an address.
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://|(javascript|data|file|mailto):", re.IGNORECASE)
_VALUES = {"position": DIRECTIONS, "stance": STANCES, "priority": tuple(PRIORITIES), "outcome": OUTCOMES}


class BadVerdict(InvalidInput):
    """A verdict that cannot be recorded; the message says why."""


class NotSuggested(BadVerdict):
    """There is nothing to reject: a run has taken the suggestion back."""


@dataclass(frozen=True)
class Subject:
    """`kind` is area, position, stance, priority or outcome; `key` the area or position, "" for the document as a whole."""

    kind: str
    key: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}" if self.key else self.kind


def parse(text: str) -> Subject:
    """`area:<id>`, `position:<id>`, `stance`, `stance:<position id>`, `priority` or `outcome:<position id>`.

    Raises:
        BadVerdict: it is none of these.
    """
    found = _SUBJECT.fullmatch(text)
    if not found:
        raise BadVerdict(f"{text[:60]!r} cannot be decided")
    return Subject(found[1] or found[3], found[2] or "")


def check(
    subject: Subject,
    verdict: str,
    value: str | None,
    *,
    published: bool,
    reason: str | None,
    source: str | None,
    draft: bool = False,
) -> None:
    """Whether this verdict makes sense of this subject.

    Raises:
        BadVerdict: it does not; the message says what is lacking.
    """
    if verdict not in VERDICTS or verdict == "undo":
        raise BadVerdict(f"{verdict[:20]!r} is not a verdict")
    allowed = _VALUES.get(subject.kind)
    if value is not None and (allowed is None or value not in allowed):
        raise BadVerdict(f"{value[:40]!r} is not a value for {subject.kind}")
    if value is None and allowed and verdict in ("confirm", "change"):
        raise BadVerdict(f"choose one of {', '.join(words.replace('_', ' ') for words in allowed)}")
    if draft and (subject.kind != "outcome" or published or verdict == "defer"):
        raise BadVerdict("only an outcome is proposed in this way")
    if published and (subject.kind != "stance" or verdict == "defer"):
        raise BadVerdict("only stances are published; everything else is public once it is confirmed")
    if published and verdict != "reject" and not (reason or "").strip():
        raise BadVerdict("enter a reason for the public before you publish the stance")
    if published and verdict != "reject" and not (source or "").strip():
        raise BadVerdict("name a source for the public before you publish the stance")
    if published and verdict != "reject" and _ADDRESS.match((source or "").strip()) and not safe_url(source):
        raise BadVerdict(
            "readers cannot open the address of the source: give all of it, such as https://www.ala.org/news"
        )


def needs_role(kind: str, *, published: bool, reason: str | None, draft: bool = False) -> str:
    """The least role that may record a verdict: what the public reads as ALA's words is for approvers.

    That is a published stance, an outcome, which the scorecard counts at once, and the line that says why a pinned document
    matters; a draft's reason waits for an approver, and so does a proposed outcome.
    """
    speaks = published or (kind == "outcome" and not draft) or (kind == "priority" and (reason or "").strip())
    return "approver" if speaks else "reviewer"
