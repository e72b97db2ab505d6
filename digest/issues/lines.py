"""One entry of an issue in words, for one reader: what happened, what it does, why they get it."""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from math import inf
from typing import Any

from crawlers.companies import KIND
from digest.issues.documents import Entry
from digest.issues.effects import says
from digest.issues.ledger import rules
from digest.issues.words import Words
from pages.browse.trackers import issue_of
from pages.http import formatting
from pages.http.formatting import shortened
from pages.http.titles import readable

SECTIONS = ("picked", "deadline", "must_see", "stance", "move", "outcome", "new")
_MOST_NUMBERS, _LONGEST_TITLE = 4, 220
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
    does: str
    why: str
    evidence: str
    words: str
    holds: tuple[str, ...]
    stance: str
    companions: tuple[str, ...]
    must_see: bool
    #: The subject of a mail that begins with it, if it is fit for one: a priority, a position at stake, a stance.
    lead: str
    leads: bool
    #: Nothing but an area speaks for it: no priority, position, stance, followed document or search.
    light: bool
    #: Which items make it into a mail, and in which order they are read in their section.
    rank: tuple[Any, ...] = field(compare=False)
    order: tuple[Any, ...] = field(compare=False)


def make_line(
    number: int, entry: Entry, news: list[Any], reason: tuple[str, str], words: Words, site: str, today: datetime.date
) -> Line:
    """One entry in words. `number` is its place among the others, `reason` what Preferences.reason gave."""
    moved = {each["document"] for each in news}
    first = next(each for each in entry["documents"] if each["id"] in moved)
    headings = {each["heading"] for each in news}
    picked = entry.get("picked")
    section = next(
        key
        for key in SECTIONS
        if key in headings
        or (key == "picked" and picked)
        or (key == "must_see" and entry["must_see"] and headings != {"stance"})
    )
    days = [each["day"] for each in news if each["heading"] == "deadline"]
    why, evidence, marked = _why(entry, reason, words)
    heavy = entry["must_see"] or entry["effect"] or entry["stances"] or entry["positions"]
    urgency = (SECTIONS.index(section), picked or inf, min(days) if section == "deadline" else "", number)
    return Line(
        section=section,
        title=_title(first),
        numbers=_numbers(
            each["identifier"]
            for each in entry["documents"]
            if not formatting.repeats(each["identifier"], each["title"])
        ),
        place=words.place(first["jurisdiction"], first["session"], first.get("session_title")),
        kind=words.word("kinds", first["kind"]),
        url=f"{site}/documents/{first['id']}",
        what=tuple(_what(entry, news, words, today)),
        does=_does(entry, words),
        why=why,
        evidence=plain(evidence),
        words=plain(marked),
        holds=tuple(plain(each["title"]) for each in list(entry["positions"].values())[:2]),
        stance=_stance(entry, words),
        companions=tuple(dict.fromkeys(plain(each) for _, each in entry["companions"][:_MOST_NUMBERS])),
        must_see=entry["must_see"],
        lead=_lead(section, first, entry, news, words, today),
        light=not heavy and reason[0] == "area",
        leads=bool(heavy) and not entry["routine"],
        rank=(not picked, picked or 0, reason[0] != "follow", not heavy, number, urgency),
        order=urgency,
    )


def _does(entry: Entry, words: Words) -> str:
    """What the document does, where that is known: "It keeps library records private"."""
    effect = entry["effect"]
    if not effect or effect["family"] not in says():
        return ""
    return words("undoes" if effect["undoes"] else "does", says=words.says(effect["family"]))


def _why(entry: Entry, reason: tuple[str, str], words: Words) -> tuple[str, str, str]:
    """The reason, the text around the words of a search, and the words that show an area."""
    kind, key = reason
    if kind == "area":
        area = entry["areas"][key]
        return words("why_area", area=words.area(area["title"])), "", area["words"]
    if kind == "position":
        return words("why_position", position=plain(entry["positions"][key]["title"])), "", ""
    if kind == "priority":
        return words("why_priority"), "", ""
    if kind in ("stance", "editor"):
        return words(f"why_{kind}"), "", ""
    if kind == "follow":
        followed = next(each for each in entry["documents"] if each["id"] == key)
        return words("why_follow", number=plain(followed["identifier"])), "", ""
    if found := issue_of(key):
        issue, place = found
        named = [words.area(issue.title), *([words.place(place, None)] if place else [])]
        return words("why_issue", issue=", ".join(named)), "", ""
    return words("why_search", search=plain(key)), entry["searches"][key], ""


def _what(entry: Entry, news: list[Any], words: Words, today: datetime.date) -> Iterable[str]:
    """What happened, the newest first and at most four sentences; what happened to several documents is said once."""
    days: dict[tuple[str, str], list[Any]] = defaultdict(list)
    numbers = {each["id"]: plain(each["identifier"]) for each in entry["documents"]}
    for each in news:
        days[numbers[each["document"]], each["day"] or ""].append(each)
    of: dict[str, list[str]] = defaultdict(list)
    for (number, day), told in sorted(days.items(), key=lambda item: item[0][1], reverse=True):
        sentence = "; ".join(dict.fromkeys(_happened(told, entry["documents"][0]["kind"], day, words, today)))
        of[sentence].append(number)
    moved = {number for number, _ in days}
    for sentence, told_of in list(of.items())[:4]:
        yield sentence if moved == set(told_of) else f"{', '.join(told_of)}: {sentence}"


def _happened(told: list[Any], kind: str, day: str, words: Words, today: datetime.date) -> Iterable[str]:
    statuses = [each["word"] for each in told if each["kind"] == "status"]
    actions = [
        words.rules(each.get("rules") or ()) or _PRINTED_IN.sub("", plain(each["words"])).rstrip(".")
        for each in told
        if each["kind"] == "action"
    ]
    date = words.date(day)
    if any(each["kind"] == "introduced" for each in told):
        yield words("introduced" if kind == "bill" else "published", day=date)
    if statuses:
        status = words.word("statuses", statuses[-1])
        yield (words("new_status", status=status, day=date) if date else status) + _colon(actions)
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
        elif each["kind"] in ("law", "text", "summary", "corrected", "vote") or titles == [each]:
            yield words({"text": "version"}.get(each["kind"], each["kind"]), words=plain(each["words"]))


def _colon(actions: list[str]) -> str:
    return f": {actions[-1]}" if actions else ""


def _stance(entry: Entry, words: Words) -> str:
    """The stance on the document as a whole or, where there is none, those under its positions."""
    stances: dict[str, str] = entry["stances"]
    whole = stances.get("")
    values = [whole] if whole else list(dict.fromkeys(stances.values()))
    return ", ".join(words.word("stances", value) for value in values)


def _lead(
    section: str, first: dict[str, Any], entry: Entry, news: list[Any], words: Words, today: datetime.date
) -> str:
    """One document as the subject of a mail: what happened, its number and place, and what it does or is called."""
    about = _about(first, entry, words)
    dates = [each for each in news if each["heading"] == "deadline"]
    if dates:
        soonest = min(dates, key=lambda each: each["day"])
        event, left = words.word("events", soonest["word"]), words.left(soonest["day"], today)
        return words("subject_deadline", event=event, left=left, about=about)
    if section == "stance":
        taken = next(each["word"] for each in reversed(news) if each["heading"] == "stance")
        return words("subject_stance", stance=words.word("stances", taken), about=about)
    if first["kind"] == KIND and {each["kind"] for each in news} == {"action"}:
        return words("subject_changed", about=about)
    if {each["kind"] for each in news} & {"status", "action", "law"}:
        return words("subject_status", status=words.word("statuses", first["status"]), about=about)
    return words("subject_new", about=about) if any(each["kind"] == "introduced" for each in news) else about


def _about(first: dict[str, Any], entry: Entry, words: Words) -> str:
    if formatting.repeats(first["identifier"], first["title"]):
        return _title(first)
    number, place = plain(first["identifier"]), words.place(first["jurisdiction"], None)
    name = f"{number} ({place})" if first["jurisdiction"] != "us" else number
    effect = entry["effect"]
    if effect and not effect["undoes"] and effect["family"] in says():
        return f"{name} {words.says(effect['family'])}"
    return f"{name}: {_title(first)}"


def _title(document: dict[str, Any]) -> str:
    """The title of a document, short enough for a line; what a source shouts is said in a normal voice."""
    return shortened(readable(_telling_part(plain(document["title"]))), _LONGEST_TITLE)


def _telling_part(title: str) -> str:
    """A title without the citations it begins with (news.yml)."""
    for pattern, shown in _formulas():
        if found := pattern.fullmatch(title):
            told = found.expand(shown)
            return told[:1].upper() + told[1:]
    return title


@cache
def _formulas() -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(each["from"], re.IGNORECASE), each["to"]) for each in rules()["titles"]]


def _numbers(identifiers: Iterable[str]) -> str:
    """The numbers of a bill, each once: the same number in two sessions is one bill."""
    found = list(dict.fromkeys(plain(each) for each in identifiers))
    return ", ".join(found[:_MOST_NUMBERS]) + (" …" if len(found) > _MOST_NUMBERS else "")


def plain(text: str) -> str:
    """Remote text on one line, without characters that steer a terminal, a header or the direction of writing."""
    return " ".join(_CONTROL.sub(" ", text).split())
