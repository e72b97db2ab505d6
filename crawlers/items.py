"""The records every source speaks: frozen, keyword-only dataclasses with Open States' and Congress's words.

Standard library only, so that every room may import it. Suffixes: ``_on`` an ISO date (``YYYY-MM-DD``), ``_at`` a UTC
timestamp (``YYYY-MM-DDTHH:MM:SSZ``), ``_id`` a key. What is absent is None or an empty tuple, never ``""``.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

# --------------------------------------------------------------------- closed vocabularies
# To add a word: add it here, to the glossary (datasette/glossary.yml) and to a test that shows a real text for it.

KINDS = ("bill", "regulation", "case", "local_matter", "corporate_policy")
LEVELS = ("federal", "state", "local", "court", "international", "corporate")

#: One vocabulary for where a document of any kind stands, in the order in which a document usually moves.
STATUSES = (
    "introduced",  # filed or published, nothing decided yet
    "proposed",  # a proposed rule: the public may comment
    "in_committee",
    "reported",  # a committee has reported or released it
    "passed_first_chamber",
    "passed_second_chamber",
    "passed",  # by all who must, a resolution agreed to, or enrolled
    "to_executive",  # presented to the president or governor
    "enacted",
    "adopted",  # a resolution that needs no signature, a final order
    "final",  # a final rule
    "vetoed",
    "failed",
    "withdrawn",
    "replaced",  # by a new draft, its companion, or a bill that holds several: that one goes on
    "decided",  # by a court
    "notice",  # tells, asks or corrects; nothing is decided by it
    "in_force",  # a company's rules as they were first recorded
    "changed",  # a company's rules that it has changed since; the newest text counts
    "unrecorded",  # no record is left: the archive no longer has a company's rules, or staff withdrew what they added by hand
)

CHANGE_KINDS = (
    "introduced",
    "action",
    "status",
    "summary",
    "text",
    "cosponsor",
    "title",
    "law",
    "event",
    "corrected",
    "ended",
    "vote",
)


class Unreadable(ValueError):
    """An answer with status 200 that is not what was asked for: broken, cut off, a maintenance page. Worth asking again."""


class BadRecord(ValueError):
    """A record that lacks what it must have, or holds what cannot be: the message names the field and the value."""


# --------------------------------------------------------------------- parts of a document


@dataclass(frozen=True, kw_only=True)
class Title:
    kind: str
    title: str


@dataclass(frozen=True, kw_only=True)
class Summary:
    """A summary as the source wrote it, in plain text. ``action`` is the stage it describes ("Introduced in House")."""

    acted_on: str
    action: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Action:
    """``description`` is the source's sentence to the letter; ``classification`` Open States' word or None."""

    acted_on: str
    description: str
    classification: str | None = None
    chamber: str | None = None
    code: str | None = None


@dataclass(frozen=True, kw_only=True)
class Sponsor:
    """``role`` is ``sponsor`` or ``cosponsor``; ``person_id`` the source's own key for the person."""

    name: str
    role: str
    party: str | None = None
    state: str | None = None
    district: str | None = None
    person_id: str | None = None
    joined_on: str | None = None
    withdrawn_on: str | None = None
    original: bool = False


@dataclass(frozen=True, kw_only=True)
class Committee:
    name: str
    chamber: str | None = None
    code: str | None = None
    activity: str | None = None
    active_on: str | None = None


@dataclass(frozen=True, kw_only=True)
class TextVersion:
    name: str
    issued_on: str | None
    url: str | None = None
    media_type: str | None = None


@dataclass(frozen=True, kw_only=True)
class Law:
    kind: str
    number: str


@dataclass(frozen=True, kw_only=True)
class Link:
    """A tie to another document. ``kind`` keeps the source's word for it; ``said_by`` is who saw the tie."""

    document_id: str
    kind: str
    said_by: str | None = None
    title: str | None = None


@dataclass(frozen=True, kw_only=True)
class Event:
    """A date to keep: ``kind`` is hearing, committee_meeting, hearing_canceled, comment_close, reply_close, effective or vote;
    ``starts_at`` is local time in ``timezone``, a bare day where no hour is known."""

    kind: str
    starts_at: str
    timezone: str
    description: str | None = None


# --------------------------------------------------------------------- documents


@dataclass(frozen=True, kw_only=True)
class Document:
    """What a government published, whole. Spiders yield nothing else.

    ``identifier`` is what people call it: its number, or its title where the source gives it none. ``key`` is the end of the id
    where that is another number, which only the source uses.

    ``stamp`` is the listing's own mark of change (for govinfo the sitemap's lastmod), ``etag`` and ``last_modified`` the
    validators of the answer: stored with the document, so that a resumed crawl asks only for what it lacks.
    """

    id: str
    kind: str
    source: str
    jurisdiction: str
    level: str
    session: str
    identifier: str
    title: str
    url: str
    source_url: str
    abstract: str | None = None
    text: str | None = None
    status: str = "introduced"
    status_on: str | None = None
    status_history: tuple[tuple[str, str], ...] = ()
    published_on: str | None = None
    chamber: str | None = None
    document_type: str | None = None
    policy_area: str | None = None
    titles: tuple[Title, ...] = ()
    summaries: tuple[Summary, ...] = ()
    actions: tuple[Action, ...] = ()
    sponsors: tuple[Sponsor, ...] = ()
    committees: tuple[Committee, ...] = ()
    subjects: tuple[str, ...] = ()
    versions: tuple[TextVersion, ...] = ()
    laws: tuple[Law, ...] = ()
    links: tuple[Link, ...] = ()
    events: tuple[Event, ...] = ()
    key: str | None = field(default=None, compare=False)
    stamp: str | None = field(default=None, compare=False)
    etag: str | None = field(default=None, compare=False)
    last_modified: str | None = field(default=None, compare=False)


@dataclass(frozen=True, kw_only=True)
class Bill(Document):
    kind: str = "bill"
    introduced_on: str | None = None


@dataclass(frozen=True, kw_only=True)
class Regulation(Document):
    kind: str = "regulation"
    agencies: tuple[str, ...] = ()
    docket_ids: tuple[str, ...] = ()
    rins: tuple[str, ...] = ()
    cfr_references: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    corrects: str | None = None
    comments_close_on: str | None = None
    effective_on: str | None = None
    presidential_number: str | None = None


@dataclass(frozen=True, kw_only=True)
class Reject:
    """What a source sent and nobody could read: kept where the public cannot see it, so that nothing is lost."""

    source: str
    url: str
    reason: str
    body: bytes = b""
    document_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Listing:
    """What a source says it holds for one session and part (a bill type; "" for the whole session), complete.

    Documents of that session and part that it no longer names have gone missing. `first_on` and `last_on`: the listing
    names only what was published on these days and between them (ISO).
    """

    source: str
    jurisdiction: str
    session: str
    part: str
    document_ids: tuple[str, ...]
    first_on: str | None = None
    last_on: str | None = None


@dataclass(frozen=True, kw_only=True)
class SessionDates:
    """A session of a legislature as its source states it, whether its bills are collected or not.

    The dates are the source's own, None where it gives none: the stated end of a two-year session is often that of its
    first year (crawlers/status/session_end.py). `bills` and `latest_action_on` are the source's count and the day of its
    newest action, where it was asked. `left_out` is why none of its bills are asked for: a key of LEFT_OUT.
    """

    source: str
    jurisdiction: str
    session: str
    title: str | None = None
    special: bool = False
    starts_on: str | None = None
    ends_on: str | None = None
    bills: int | None = None
    latest_action_on: str | None = None
    left_out: str | None = None


#: Why a session's bills are not collected: it ended too long ago to ask; nothing has moved in it this year or last year
#: and a later regular session has bills; its source has not yet said whether it holds anything that moved.
LEFT_OUT = ("old", "quiet", "not_asked")


@dataclass(frozen=True, kw_only=True)
class ExpectedCount:
    """How many documents of a session and part there should be, where the source or its spider can tell; the last one counts.

    `expected` is the source's own total, to be compared with what is stored of the session. Where the spider has counted
    something else (texts asked for, cases of the days searched), `received` is how many of those came and `what` their name.
    """

    jurisdiction: str
    session: str
    part: str = ""
    expected: int
    received: int | None = None
    what: str = "documents"


# --------------------------------------------------------------------- identifiers and text

#: What sources call the federal bill types -> Congress's own short word.
FEDERAL_TYPES = {
    "hr": "hr",
    "s": "s",
    "hres": "hres",
    "sres": "sres",
    "hjres": "hjres",
    "sjres": "sjres",
    "hconres": "hconres",
    "sconres": "sconres",
    "hjr": "hjres",
    "sjr": "sjres",
    "hcr": "hconres",
    "scr": "sconres",
    "hconr": "hconres",
    "sconr": "sconres",
    "hb": "hr",
    "sb": "s",
    "hrr": "hres",
    "sr": "sres",
}

_NOT_ID = re.compile(r"[^a-z0-9]+")
#: letters, then a number, then whatever follows: "h-con-res-5", "int-0123-2024"; "2026-01234" has no letters and stays.
_NUMBER = re.compile(r"^([a-z]+(?:-[a-z]+)*)-?0*([0-9]+)(.*)$")


def slug(text: str) -> str:
    """Lower-case ``[a-z0-9-]`` with accents folded and runs of anything else one hyphen; ``""`` if nothing is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _NOT_ID.sub("-", plain.lower()).strip("-")


def document_id(jurisdiction: str, session: str, identifier: str) -> str:
    """The one key of a document: ``us-119-hr1234``, ``us-tx-89r-hb900``, ``us-fr-2026-01234``.

    Case, dots, spaces and leading zeros of the identifier do not matter; federal bill types come out in Congress's own
    words whatever a source calls them. Session is part of identity because numbers repeat. Idempotent on its own parts.

    Raises:
        BadRecord: a part is empty once everything but letters and digits is taken out.
    """
    parts = {"jurisdiction": slug(jurisdiction), "session": slug(session)}
    number = slug(identifier)
    if match := _NUMBER.match(number):
        letters, digits, tail = match.group(1).replace("-", ""), match.group(2), match.group(3)
        if parts["jurisdiction"] == "us":
            letters = FEDERAL_TYPES.get(letters, letters)
        number = f"{letters}{digits}{tail}"
    parts["identifier"] = number
    if missing := [name for name, value in parts.items() if not value]:
        raise BadRecord(
            f"no {' or '.join(missing)} in ({jurisdiction!r}, {session!r}, {identifier!r}): a document needs all three"
        )
    return "-".join(parts.values())


_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n ?")
_GAPS = re.compile(r"\n{3,}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def clean(text: str | None) -> str | None:
    """Text as it is stored, hashed and tagged: NFC, no control characters, runs of spaces one space.

    Line breaks stay, at most two in a row, so that paragraphs and sections remain. Returns None when nothing is left.
    Idempotent; every evidence offset refers to this form.

    Raises:
        BadRecord: what a source sent here is no text at all.
    """
    if not text:
        return None
    if not isinstance(text, str):
        raise BadRecord(f"{str(text)[:80]!r} is {type(text).__name__}, not text")
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip() or None  # the usual short field needs none of what follows
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = unicodedata.normalize("NFC", text)
    text = _GAPS.sub("\n\n", _LINES.sub("\n", _SPACES.sub(" ", text)))
    return text.strip() or None
