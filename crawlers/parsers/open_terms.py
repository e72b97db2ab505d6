"""Open Terms Archive on GitHub: its tarball, its lists of commits and its Markdown as records. Nothing is fetched here.

A commit records one text of one kind of terms of one service. What a recorded text means is judged from its words, because the
archive calls every difference of a page's Markdown a change: nearly half differ in addresses or layout alone, and one in four
brings back a text that the same page had a few records before (docs/sources/corp_terms.md).
"""

from __future__ import annotations

import hashlib
import io
import re
import tarfile
import zlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote

from markdown_it import MarkdownIt
from markdown_it.token import Token

from crawlers.companies import JURISDICTION
from crawlers.items import BadRecord, Event, Unreadable, clean, document_id
from crawlers.parsers.json_reader import read_json

SOURCE = "corp_terms"
#: The archive's collection, in the place of a session.
COLLECTION = "contrib"
REPOSITORY = "OpenTermsArchive/contrib-versions"
ARCHIVE = f"https://codeload.github.com/{REPOSITORY}/tar.gz/refs/heads/main"
COMMITS = f"https://api.github.com/repos/{REPOSITORY}/commits"
RAW = f"https://raw.githubusercontent.com/{REPOSITORY}"
DECLARATIONS = "https://raw.githubusercontent.com/OpenTermsArchive/contrib-declarations/main/declarations"
#: Bytes of one text, and of all texts of the tarball together.
LARGEST, LARGEST_OF_ALL = 8 * 1024 * 1024, 2 * 1024 * 1024 * 1024
#: A text with less than this share of the letters of the one before is a page that could not be read.
PARTIAL = 0.2
#: A text that is the same as one of the last so many is the page going back and forth.
RECENT = 20

FIRST, CHANGE, TECHNICAL, UNKNOWN = "first", "change", "technical", "unknown"
_SUBJECTS = {
    FIRST: ("First record of ", "Start tracking "),
    CHANGE: ("Record new changes of ", "Update "),
    TECHNICAL: ("Apply technical or declaration upgrade on ", "Refilter "),
}
#: How a recorded text is called, by what it is.
NAMES = {
    "first": "First record, {day}",
    "changed": "Text of {day}",
    "technical": "Text of {day}, extracted again",
    "back": "Text of {day}, as before",
    "partial": "Text of {day}, incomplete",
}
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DAY = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_SHA = re.compile(r"[0-9a-f]{40}")
#: What is left of a link or a heading that the archive's Markdown has torn over several paragraphs.
_BROKEN_LINK = re.compile(r"\]\((?:https?:|mailto:|#|/)[^)\s]*\)|(?<=- )#+ |^(?:- )?!?\[$", re.MULTILINE)
_GAP = re.compile(r"\n\s*\n")
_EFFECTIVE = re.compile(
    rf"\b(?:effective|in effect|takes? effect)\b[^.\n]{{0,40}}?\b({'|'.join(_MONTHS)})\.? (\d{{1,2}}),? (20\d\d)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, order=True)
class Terms:
    """One kind of terms of one service, as the archive names both: the path of its file without its ending."""

    service: str
    type: str

    @property
    def path(self) -> str:
        return f"{self.service}/{self.type}.md"

    @property
    def identifier(self) -> str:
        return f"{self.service} {self.type}"

    @property
    def key(self) -> str:
        return document_id(JURISDICTION, COLLECTION, self.identifier)


@dataclass(frozen=True)
class Commit:
    """`kind` is FIRST, CHANGE, TECHNICAL or UNKNOWN by the words of its subject; `recorded_at` a UTC time stamp."""

    sha: str
    recorded_at: str
    kind: str

    @property
    def day(self) -> str:
        return self.recorded_at[:10]


@dataclass(frozen=True)
class Recorded:
    """A recorded text and what it is: first, changed, technical, back, partial, or same (no version of its own)."""

    commit: Commit
    text: str
    judged: str


# --------------------------------------------------------------------- the current state


def read_archive(body: bytes, services: Collection[str]) -> dict[Terms, bytes]:
    """The current texts of these services, from the tarball of the repository.

    Raises:
        Unreadable: it is no tarball, was cut off, or unpacks to more than texts could be.
    """
    found: dict[Terms, bytes] = {}
    unpacked = 0
    try:
        with tarfile.open(fileobj=io.BytesIO(body), mode="r|gz") as archive:
            for member in archive:
                unpacked += member.size
                if unpacked > LARGEST_OF_ALL:
                    raise Unreadable("the tarball unpacks to more than texts could be")
                _, _, path = member.name.partition("/")
                service, slash, name = path.rpartition("/")
                if not (slash and name.endswith(".md") and service in services and member.isfile()):
                    continue
                if member.size > LARGEST:
                    raise Unreadable(f"{path}: {member.size:,} bytes are no text")
                content = archive.extractfile(member)
                assert content is not None
                found[Terms(service, name.removesuffix(".md"))] = content.read()
    except (tarfile.TarError, zlib.error, OSError, EOFError, UnicodeError) as error:
        raise Unreadable(f"not a whole tarball: {error or type(error).__name__}") from error
    if not unpacked:
        raise Unreadable("the tarball holds nothing")
    return found


def fingerprint(body: bytes) -> str:
    """What a text is compared by from one tarball to the next."""
    return hashlib.sha256(body).hexdigest()[:16]


# --------------------------------------------------------------------- history


def commits_url(terms: Terms, page: int, head: str = "main") -> str:
    return f"{COMMITS}?sha={head}&path={quote(terms.path)}&per_page=100&page={page}"


def page_url(terms: Terms) -> str:
    """Where people read the archive's records of a text."""
    return f"https://github.com/{REPOSITORY}/blob/main/{quote(terms.path)}"


def text_url(terms: Terms, sha: str) -> str:
    """Where the text of a commit is, for programs and for people."""
    return f"{RAW}/{sha}/{quote(terms.path)}"


def declaration_url(terms: Terms) -> str:
    return f"{DECLARATIONS}/{quote(terms.service)}.json"


def read_commits(body: bytes) -> tuple[list[Commit], set[str]]:
    """A page of the list of commits, newest first, and the names of the fields that they have.

    Raises:
        Unreadable: it is no list of commits.
    """
    rows = read_json(body)
    if not isinstance(rows, list):
        raise Unreadable("not a list of commits")
    try:
        return [_commit(row) for row in rows], {name for row in rows for name in row}
    except (KeyError, TypeError, AttributeError) as error:
        raise Unreadable(f"a commit of another form: {error!r}") from error


def _commit(row: dict[str, Any]) -> Commit:
    sha, stamp, message = row["sha"], row["commit"]["author"]["date"], row["commit"]["message"]
    if not _SHA.fullmatch(sha) or not _DAY.fullmatch(stamp):
        raise Unreadable(f"a commit without a number or a time: {str(sha)[:60]!r}, {str(stamp)[:40]!r}")
    kind = next((kind for kind, words in _SUBJECTS.items() if message.startswith(words)), UNKNOWN)
    return Commit(sha, stamp, kind)


def read_address(body: bytes, terms: Terms) -> str | None:
    """The page on which the service has its terms, by the archive's declaration; None where it names none.

    Raises:
        Unreadable: it is no declaration.
    """
    record = read_json(body)
    named = record.get("terms", record.get("documents")) if isinstance(record, dict) else None
    if not isinstance(named, dict):
        raise Unreadable("not a declaration: no terms")
    entry = named.get(terms.type)
    parts = [entry, *(entry.get("combine") or [])] if isinstance(entry, dict) else []
    pages = [part.get("fetch") for part in parts if isinstance(part, dict)]
    return next((page for page in pages if isinstance(page, str) and page.startswith(("https://", "http://"))), None)


def judge(commits: Iterable[tuple[Commit, str]], before: Sequence[str] = ()) -> list[Recorded]:
    """What each recorded text is, oldest first; `before` are the texts recorded earlier, the last one last.

    A text with other words than the one before it is the service's change, unless it is one of the last few again, or too
    short to be the whole page.
    """
    recent = [(words(text), len(text)) for text in before][-RECENT:]
    whole = max((length for _, length in recent), default=0)
    found: list[Recorded] = []
    for commit, text in commits:
        own = words(text)
        if recent and own == recent[-1][0]:
            judged = "same"
        elif commit.kind in (TECHNICAL, UNKNOWN) or (commit.kind == FIRST and recent):
            judged = "technical"
        elif len(text) < PARTIAL * whole:
            judged = "partial"
        elif own in [each for each, _ in recent]:
            judged = "back"
        else:
            judged = "first" if commit.kind == FIRST else "changed"
        if judged != "partial":
            whole = len(text)
        if judged != "same":
            recent = [*recent, (own, len(text))][-RECENT:]
        found.append(Recorded(commit, text, judged))
    return found


def words(text: str) -> str:
    """The words of a text as they are compared: layout does not count."""
    return " ".join(text.split())


def version_name(judged: str, day: str, taken: Collection[str]) -> str:
    """The name of a version, with a number where the day has had one of that name."""
    year, month, number = day.split("-")
    name = NAMES[judged].format(day=f"{_MONTHS[int(month) - 1]} {int(number)}, {year}")
    again = 2
    while (unique := name if again == 2 and name not in taken else f"{name} ({again})") in taken:
        again += 1
    return unique


def is_change(name: str) -> bool:
    """Whether the version of this name is a change by the company."""
    return bool(re.fullmatch(r"Text of \w+ \d+, \d{4}(?: \(\d+\))?", name))


def is_whole(name: str) -> bool:
    """Whether the version of this name holds the whole text."""
    return ", incomplete" not in name


# --------------------------------------------------------------------- words


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")


def plain_text(body: bytes) -> str:
    """The words of a recorded text, with a blank line between its parts and without addresses, marks or pictures.

    Raises:
        BadRecord: there are none.
        Unreadable: it was damaged on its way, or nothing came. The archive records no empty text.
    """
    if not body.strip():
        raise Unreadable("an empty answer")
    try:
        markdown = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable("not a text: it has bytes that no text has") from error
    if "\0" in markdown:  # it would be kept as what the company says
        raise Unreadable("not a text: it has bytes that no text has")
    parts: list[str] = []
    lead, row = "", False
    for token in _markdown().parse(markdown):
        if token.type == "list_item_open":
            lead = f"{token.info}. " if token.info else "- "
        elif token.type in ("tr_open", "tr_close"):
            row = token.type == "tr_open"
            parts += [""] if row else []
        elif token.type in ("inline", "code_block", "fence", "html_block"):
            words = _inline(token) if token.type == "inline" else token.content
            if token.type == "html_block":
                words = re.sub(r"<[^>]*>", " ", words)
            if not words.strip():
                continue
            if row:
                parts[-1] = f"{parts[-1]} | {words}" if parts[-1] else words
            else:
                parts.append(f"{lead}{words}")
            lead = ""
    joined = _BROKEN_LINK.sub("", "\n\n".join(part for part in parts if part.strip()))
    text = clean("\n\n".join(part for part in _GAP.split(joined) if any(map(str.isalnum, part))))
    if text is None:
        raise BadRecord("a recorded text without words")
    return text


def _inline(token: Token) -> str:
    words = []
    for child in token.children or ():
        if child.type in ("text", "code_inline"):
            words.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            words.append("\n")
    return "".join(words)


def effective_event(text: str) -> Event | None:
    """The day from which a text says, near its beginning, that it counts; a bare day, as the service gives no hour."""
    found = _EFFECTIVE.search(text[:3000])
    if not found:
        return None
    month = [each.lower() for each in _MONTHS].index(found[1].lower()) + 1
    if not 1 <= int(found[2]) <= 31:
        return None
    day = f"{found[3]}-{month:02}-{int(found[2]):02}"
    return Event(kind="effective", starts_at=day, timezone="UTC", description="The day that the text itself names")
