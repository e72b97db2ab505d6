"""What one person reads of an issue: their entries under their headings, every line with its reason, as HTML and as text."""

from __future__ import annotations

import re
import textwrap
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import css_inline
import jinja2
import markupsafe
from sqlite_utils import Database

from digest.issues import issues
from digest.issues.documents import Entry
from digest.issues.issues import Issue
from digest.issues.lines import SECTIONS, Line, make_line, plain
from digest.issues.words import Words
from digest.subscribers.preferences import Preferences
from pages.http.formatting import shortened

#: Gmail cuts a mail at 102 kB, and with it the link to leave.
MOST_BYTES = 99_000
#: Items of a mail; the rest is on the site.
MOST_ITEMS, MOST_ALSO = 15, 50
#: Items for which nothing but an area speaks fill an email up to this number, and no further.
MOST_LIGHT = 5
_LONGEST_SUBJECT = 120


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A person's part of an issue, in the order in which it is read."""

    subject: str
    preheader: str
    sections: tuple[tuple[str, tuple[Line, ...]], ...]
    #: Priority documents beyond the items that fit, one line each: nobody misses one.
    also: tuple[Line, ...]
    left_out: int
    total: int


def read(
    issue: Issue,
    preferences: Preferences | None,
    words: Words,
    *,
    site: str,
    since: int,
    most: int = MOST_ITEMS,
) -> Reading | None:
    """The lines for a person, or for everybody (`preferences` None, the web copy); None when there is nothing to tell.

    Args:
        since: the last place of the ledger the reader has been told of.
        most: how many items at most; the others are only counted.
    """
    ranked = sorted(_lines(issue, preferences, words, site, since), key=lambda line: line.rank)
    if not ranked:
        return None
    if preferences is not None:  # the web copy has all of it
        most = min(most, max(MOST_LIGHT, sum(not line.light for line in ranked)))
    told: dict[str, list[Line]] = defaultdict(list)
    for line in sorted(ranked[:most], key=lambda line: line.order):
        told[line.section].append(line)
    also = [line for line in ranked[most:] if line.must_see][:MOST_ALSO]
    count = words.some("count", len(ranked))
    lead = next((line.lead for line in ranked[:most] if line.leads), "")
    if not lead:
        subject = words("subject_plain", count=count, day=words.date(issue.read_on.isoformat()))
    else:
        more = min(len(ranked), most) - 1
        room = _LONGEST_SUBJECT - len(words.some("subject_more", more, lead=""))
        subject = words.some("subject_more", more, lead=shortened(lead, room)) if more else lead
    return Reading(
        subject=shortened(plain(subject), _LONGEST_SUBJECT),
        preheader=words("preheader", count=count, title=shortened(ranked[0].title, 90)),
        sections=tuple((key, tuple(told[key])) for key in SECTIONS if key in told),
        also=tuple(also),
        left_out=max(0, len(ranked) - most - len(also)),
        total=len(ranked),
    )


def _lines(issue: Issue, preferences: Preferences | None, words: Words, site: str, since: int) -> Iterable[Line]:
    for number, entry in enumerate(issue.entries):
        if told := _for_reader(entry, issue, preferences, since):
            reason, news = told
            key = (number, reason, tuple(each["at"] for each in news), words.language, site)
            line = issue.lines.get(key)
            if line is None:
                line = issue.lines[key] = make_line(number, entry, news, reason, words, site, issue.read_on)
            yield line


def _for_reader(
    entry: Entry, issue: Issue, preferences: Preferences | None, since: int
) -> tuple[tuple[str, str], list[Any]] | None:
    """Why a person reads an entry, and what of its news; None where there is nothing in it for them."""
    if entry.get("hidden"):
        return None
    reason = preferences.reason(entry) if preferences else _first_reason(entry)
    if reason is None and entry["added"] and (preferences is None or preferences.takes_all(entry)):
        reason = ("editor", "")
    if reason is None or (entry["private"] and reason[0] != "follow"):
        return None
    if entry["noise"] and reason[0] not in ("follow", "search"):
        return None
    news = [
        each
        for each in entry["news"]
        if each["at"] > since and (each["all"] or reason[0] == "follow") and not _is_past(each, issue)
    ]
    return (reason, news) if news else None


def archive(db: Database, sizes: dict[str, int], limit: int = 100) -> list[dict[str, Any]]:
    """Return `issues.archive` with `entries`, how many items the web copy of each shows, without those that show none.

    Args:
        sizes: what was counted before, by the id of an issue: one that was released does not change.
    """
    found = issues.archive(db, limit)
    for row in found:
        if row["id"] not in sizes:
            issue = issues.load(db, row["id"])
            sizes[row["id"]] = sum(
                _for_reader(each, issue, None, issue.news_since) is not None for each in issue.entries
            )
        row["entries"] = sizes[row["id"]]
    return [row for row in found if row["entries"]]


def _is_past(news: dict[str, Any], issue: Issue) -> bool:
    """Whether it tells of a deadline that passed while the issue waited for its editor."""
    return news["heading"] == "deadline" and issue.day.isoformat() <= news["day"] < issue.read_on.isoformat()


def _first_reason(entry: Entry) -> tuple[str, str] | None:
    """Why the public issue tells of it; what is there for one reader's search or list alone is not in it."""
    for kind, part in (("area", "areas"), ("position", "positions")):
        if entry[part]:
            return kind, next(iter(entry[part]))
    return ("priority", "") if entry["must_see"] else ("stance", "") if entry["stances"] else None


# --------------------------------------------------------------------- as HTML and as text


@cache
def _environment() -> jinja2.Environment:
    loader = jinja2.FileSystemLoader(Path(__file__).with_name("templates"))
    escape = jinja2.select_autoescape(["html"], default=False)
    environment = jinja2.Environment(
        loader=loader, autoescape=escape, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    environment.filters |= {"wrapped": _wrapped, "fragment": _fragment}
    return environment


@lru_cache(maxsize=20_000)
def _fragment(line: Line, kind: str, language: str) -> str:
    """One line, rendered once for all who read it for the same reason."""
    words = Words(language)
    made = _environment().get_template(f"line.{kind}").render(line=line, w=words, m=words.messages).rstrip("\n")
    return markupsafe.Markup(made) if kind == "html" else made


@lru_cache(maxsize=20_000)
def _wrapped(text: str, indent: str = "") -> str:
    """Text in lines of at most 76 characters. Remembered, because thousands of readers get the same sentences."""
    return textwrap.fill(text, 76, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


@cache
def _inliner() -> css_inline.CSSInliner:
    # No file and no address is ever opened for a style, whatever a mail holds.
    return css_inline.CSSInliner(load_remote_stylesheets=False, inline_style_tags=True, keep_style_tags=False)


def render(template: str, language: str, **values: Any) -> tuple[str, str]:
    """A mail as (HTML with its styles on every element, plain text), from templates/<template>.html and .txt."""
    words = Words(language)
    html, text = (
        _environment().get_template(f"{template}.{kind}").render(w=words, m=words.messages, language=language, **values)
        for kind in ("html", "txt")
    )
    return _inliner().inline(html), text


def compose(
    issue: Issue, preferences: Preferences, language: str, *, site: str, since: int, links: dict[str, str]
) -> tuple[Reading, str, str] | None:
    """(what is in it, HTML, text) for one person, under 100 kB, or None when there is nothing new for them.

    Args:
        links: the addresses behind `manage` and `leave`, `web` where the issue has a web copy, and a `postal` address to show.
    """
    words, links = Words(language), {"web": "", "postal": "", **links}
    most = MOST_ITEMS
    while True:
        reading = read(issue, preferences, words, site=site, since=since, most=most) or _report_alone(issue, words)
        if reading is None:
            return None
        html, text = render(
            "issue", language, r=reading, issue=issue, site=site, links=links, paragraphs=paragraphs(issue.note)
        )
        if len(html.encode()) <= MOST_BYTES or most <= 3:
            return reading, html, text
        most = most * 2 // 3


def _report_alone(issue: Issue, words: Words) -> Reading | None:
    """An issue to staff without any item still says what the office did."""
    if not issue.report:
        return None
    subject = words("subject_report", day=words.date(issue.read_on.isoformat()))
    return Reading(subject=subject, preheader=subject, sections=(), also=(), left_out=0, total=0)


def paragraphs(note: str | None) -> list[str]:
    return [plain(part) for part in re.split(r"\n\s*\n", note or "") if part.strip()]
