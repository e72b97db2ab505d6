"""What one person reads of an issue: their entries under their headings, every line with its reason, as HTML and as text."""

from __future__ import annotations

import datetime
import re
import textwrap
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import css_inline
import jinja2
import markupsafe

from digest.issues.entries import Entry
from digest.issues.issues import Issue
from digest.issues.words import Words
from digest.subscribers.preferences import Preferences

SECTIONS = ("deadline", "must_see", "stance", "move", "outcome", "new")
#: Gmail cuts a mail at 102 kB, and with it the link to leave.
MOST_BYTES = 99_000
DETAILED, IN_SHORT = 30, 120
_LONGEST_SUBJECT = 110
#: Where the Congressional Record printed it: of no use on a phone, and longer than the news itself.
_PRINTED_IN = re.compile(r"\s*\((consideration|text)[^()]*(\([^()]*\)[^()]*)*\)\s*$", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


@dataclass(frozen=True, kw_only=True)
class Line:
    """One entry for one reader; `what` has a sentence for each day on which something happened."""

    section: str
    title: str
    numbers: str
    place: str
    kind: str
    url: str
    what: tuple[str, ...]
    why: str
    evidence: str
    words: str
    holds: tuple[str, ...]
    stance: str
    companions: tuple[str, ...]
    must_see: bool
    lead: str
    order: tuple[Any, ...] = field(compare=False)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A person's part of an issue, in the order in which it is read."""

    subject: str
    preheader: str
    sections: tuple[tuple[str, tuple[Line, ...]], ...]
    short: tuple[Line, ...]
    left_out: int
    total: int


def read(
    issue: Issue,
    preferences: Preferences | None,
    words: Words,
    *,
    site: str,
    since: int,
    detailed: int = DETAILED,
    in_short: int = IN_SHORT,
) -> Reading | None:
    """The lines for a person, or for everybody (`preferences` None, the web copy); None when there is nothing to tell.

    Args:
        since: the last place of the ledger the reader has been told of.
    """
    lines = sorted(_lines(issue, preferences, words, site, since), key=lambda line: line.order)
    if not lines:
        return None
    told: dict[str, list[Line]] = defaultdict(list)
    for line in lines[:detailed]:
        told[line.section].append(line)
    short = lines[detailed : detailed + in_short]
    first = lines[0]
    lead = _cut(first.lead, 90)
    more = words.some("subject_more", len(lines) - 1, lead=lead) if len(lines) > 1 else lead
    return Reading(
        subject=_cut(plain(more), _LONGEST_SUBJECT),
        preheader=words("preheader", count=words.some("count", len(lines)), title=_cut(first.title, 90)),
        sections=tuple((key, tuple(told[key])) for key in SECTIONS if key in told),
        short=tuple(short),
        left_out=len(lines) - detailed - len(short) if len(lines) > detailed else 0,
        total=len(lines),
    )


def _lines(issue: Issue, preferences: Preferences | None, words: Words, site: str, since: int) -> Iterable[Line]:
    for number, entry in enumerate(issue.entries):
        reason = preferences.reason(entry) if preferences else _first_reason(entry)
        if reason is None:
            continue
        news = [each for each in entry["news"] if each["at"] > since and (each["all"] or reason[0] == "follow")]
        if news:
            key = (number, reason, tuple(each["at"] for each in news), words.language, site)
            line = issue.lines.get(key)
            if line is None:
                line = issue.lines[key] = make_line(number, entry, news, reason, words, site, issue.day)
            yield line


def _first_reason(entry: Entry) -> tuple[str, str] | None:
    """Why the public issue tells of it; what is there for one reader's search or list alone is not in it."""
    for kind, part in (("area", "areas"), ("position", "positions")):
        if entry[part]:
            return kind, next(iter(entry[part]))
    return None


def make_line(
    number: int, entry: Entry, news: list[Any], reason: tuple[str, str], words: Words, site: str, today: datetime.date
) -> Line:
    """One entry in words. `number` is its place among the others, `reason` what Preferences.reason gave."""
    first = entry["documents"][0]
    headings = {each["heading"] for each in news}
    section = next(
        key
        for key in SECTIONS
        if key in headings or (key == "must_see" and entry["must_see"] and headings != {"stance"})
    )
    days = [each["day"] for each in news if each["heading"] == "deadline"]
    why, evidence, marked = _why(entry, reason, words)
    if evidence.casefold() in (first["title"].casefold(), marked.casefold()):
        evidence = ""  # it would only say again what stands above it
    return Line(
        section=section,
        title=plain(first["title"]),
        numbers=", ".join(plain(each["identifier"]) for each in entry["documents"]),
        place=words.place(first["jurisdiction"], first["session"]),
        kind=words.word("kinds", first["kind"]),
        url=f"{site}/documents/{first['id']}",
        what=tuple(_what(entry, news, words, today)),
        why=why,
        evidence=plain(evidence),
        words=plain(marked),
        holds=tuple(plain(each["title"]) for each in list(entry["positions"].values())[:2]),
        stance=_stance(entry, words),
        companions=tuple(plain(identifier) for _, identifier in entry["companions"]),
        must_see=entry["must_see"],
        lead=_lead(section, first, news, words, today),
        order=(SECTIONS.index(section), min(days) if section == "deadline" else "", number),
    )


def _why(entry: Entry, reason: tuple[str, str], words: Words) -> tuple[str, str, str]:
    """The reason, the sentence it rests on, and the words in it."""
    kind, key = reason
    if kind == "area":
        area = entry["areas"][key]
        return words("why_area", area=words.area(area["title"])), area["sentence"], area["words"]
    if kind == "position":
        position = entry["positions"][key]
        return words("why_position", position=plain(position["title"])), position["sentence"], ""
    if kind == "follow":
        followed = next(each for each in entry["documents"] if each["id"] == key)
        return words("why_follow", number=plain(followed["identifier"])), "", ""
    return words("why_search", search=plain(key)), entry["searches"][key], ""


def _what(entry: Entry, news: list[Any], words: Words, today: datetime.date) -> Iterable[str]:
    """One sentence for each document and day, the newest first and at most four."""
    days: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for each in news:
        days[each["document"], each["day"] or ""].append(each)
    numbers = {each["id"]: plain(each["identifier"]) for each in entry["documents"]}
    several = len({key[0] for key in days}) > 1
    for (document, day), told in sorted(days.items(), key=lambda item: item[0][1], reverse=True)[:4]:
        sentence = "; ".join(dict.fromkeys(_happened(told, entry["documents"][0]["kind"], day, words, today)))
        yield f"{numbers[document]}: {sentence}" if several else sentence


def _happened(told: list[Any], kind: str, day: str, words: Words, today: datetime.date) -> Iterable[str]:
    statuses = [each["word"] for each in told if each["kind"] == "status"]
    actions = [_PRINTED_IN.sub("", plain(each["words"])).rstrip(".") for each in told if each["kind"] == "action"]
    date = words.date(day)
    if any(each["kind"] == "introduced" for each in told):
        yield words("introduced" if kind == "bill" else "published", day=date)
    if statuses:
        yield words("new_status", status=words.word("statuses", statuses[-1]), day=date) + _colon(actions)
    elif actions:
        yield words("happened", day=date, words=actions[-1])
    titles = [each for each in told if each["kind"] == "title"]
    if len(titles) > 1:  # a large bill gets dozens when it passes
        yield words.some("titles", len(titles))
    for each in told:
        if each["kind"] in ("event", "due"):
            event = words.word("events", each["word"])
            yield words("date_set", event=event, day=words.date(each["day"]), left=words.left(each["day"], today))
        elif each["kind"] in ("stance", "draft"):
            reason = f": {plain(each['words']).rstrip('.')}" if each["words"] else ""
            yield (
                words(f"{each['kind']}_taken", stance=words.word("stances", each["word"]), day=words.date(each["day"]))
                + reason
            )
        elif each["kind"] == "ended":
            yield words("ended", day=words.date(each["day"]))
        elif each["kind"] in ("law", "text", "summary", "corrected") or titles == [each]:
            yield words({"text": "version"}.get(each["kind"], each["kind"]), words=plain(each["words"]))


def _colon(actions: list[str]) -> str:
    return f": {actions[-1]}" if actions else ""


def _stance(entry: Entry, words: Words) -> str:
    """The stance on the document as a whole or, where there is none, those under its positions."""
    stances: dict[str, str] = entry["stances"]
    whole = stances.get("")
    values = [whole] if whole else list(dict.fromkeys(stances.values()))
    return ", ".join(words.word("stances", value) for value in values)


def _lead(section: str, first: dict[str, Any], news: list[Any], words: Words, today: datetime.date) -> str:
    title = plain(first["title"])
    if section == "deadline":
        soonest = min((each for each in news if each["heading"] == "deadline"), key=lambda each: each["day"])
        event, left = words.word("events", soonest["word"]), words.left(soonest["day"], today)
        return words("subject_deadline", event=event, left=left, title=title)
    if section == "stance":
        taken = next(each["word"] for each in reversed(news) if each["heading"] == "stance")
        return words("subject_stance", stance=words.word("stances", taken), title=title)
    status = words.word("statuses", first["status"])
    return words(f"subject_{section}", status=status, title=title)


def plain(text: str) -> str:
    """Remote text on one line, without characters that steer a terminal, a header or the direction of writing."""
    return " ".join(_CONTROL.sub(" ", text).split())


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rsplit(" ", 1)[0] + "…"


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
    detailed, in_short = DETAILED, IN_SHORT
    while True:
        reading = read(issue, preferences, words, site=site, since=since, detailed=detailed, in_short=in_short)
        if reading is None:
            return None
        html, text = render(
            "issue", language, r=reading, issue=issue, site=site, links=links, paragraphs=paragraphs(issue.note)
        )
        if len(html.encode()) <= MOST_BYTES or detailed <= 3:
            return reading, html, text
        detailed, in_short = detailed * 2 // 3, in_short * 2 // 3


def paragraphs(note: str | None) -> list[str]:
    return [plain(part) for part in re.split(r"\n\s*\n", note or "") if part.strip()]
