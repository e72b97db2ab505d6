"""Did a position survive? What the final text of a document that has reached its end did to each position at stake.

The machine only suggests, from the final text alone: an enrolled bill, a final rule, an adopted matter. Where that text shows
what it adds and strikes, only what it changes counts, and what it strikes counts the other way. What became no law
left the law as it was. Where the sentences do not tell which way they go, there is a passage and no suggestion. Suggestions
are for staff (staff.db); what staff confirmed is public (corpus.db, table outcomes).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlite_utils import Database

from crawlers.status.ceremonial import is_ceremonial
from positions.catalog.catalog import load_catalog
from positions.matching.changes import every_change
from positions.matching.matcher import Match, Matcher
from store.sync_table import sync_table
from text.changes import Mark, read_marks

#: Ends by which a document changed the law or the rules, and those by which it did not.
BECAME = ("enacted", "adopted", "final")
ENDED_WITHOUT = ("vetoed", "failed", "withdrawn")
#: Versions that say what was finally decided, by the name of the version or the end of govinfo's package.
_FINAL_NAME = re.compile(r"^(enrolled|public law|chaptered|agreed to|final)\b|^(enr|ats|ath)$", re.IGNORECASE)
_FINAL_PACKAGE = re.compile(r"BILLS-\d+[a-z]+\d+(enr|ats|ath|cps|cph)\b")
#: Counted up when the rules of this file change, so that every outcome is suggested anew.
RULES = 7
#: A sentence that only names an act, or a heading in capitals.
_NAME = re.compile(r"\bmay be cited as\b|^[^a-z]*$")
#: The summary at the head of a document of the Federal Register.
_SUMMARY = re.compile(
    r"\bSUMMARY:\s*(.+?)\s*(?=\b(?:DATES|EFFECTIVE DATE|ADDRESSES|FOR FURTHER INFORMATION)\b|\Z)", re.DOTALL
)
AIMS = {"support": 1, "support_if_amended": 1, "oppose": -1, "oppose_unless_amended": -1}
_WORDS = {1: "serves", -1: "goes against"}


@dataclass(frozen=True)
class Outcome:
    """``value`` is incorporated, partly, rejected or untouched; None where the text does not tell. ``match`` is the passage."""

    position_id: str
    value: str | None
    reason: str
    match: Match | None = None


def outcomes(found: Iterable[Match], at_stake: Collection[str], main: Mapping[str, set[int]]) -> list[Outcome]:
    """What a final text did to each position, from its matches (``Matcher.every``); positions in alphabetical order.

    Args:
        at_stake: positions that the document touched at any time.
        main: those that its title or summary touches, and which ways (1 for, -1 against; none where that does not tell). Of
            others a sentence in passing is shown and nothing is decided; nor where the text and they contradict each other.
    """
    by_position: dict[str, list[Match]] = {key: [] for key in sorted(at_stake)}
    for match in found:
        by_position.setdefault(match.position_id, []).append(match)
    return [_outcome(key, matches, main.get(key)) for key, matches in sorted(by_position.items())]


def _outcome(position_id: str, matches: Sequence[Match], main: set[int] | None) -> Outcome:
    if not matches:
        return Outcome(position_id, "untouched", "no sentence of the final text touches the position")
    best = max(matches, key=lambda match: (_tells(match), match.score, -match.provision.start))
    telling = [match for match in matches if _tells(match)]
    if main is None:
        return Outcome(position_id, None, "only a sentence in passing touches it; which way, a person must say", best)
    if not telling:
        return Outcome(position_id, None, "a sentence of the final text touches it; which way, a person must say", best)
    aims = {AIMS[match.stance] for match in telling}
    if len(aims) > 1:
        both = len({_trigger(match) for match in telling}) > 1
        value, reason = (
            ("partly", "sentences for and against it") if both else (None, "sentences that can be read both ways")
        )
        return Outcome(position_id, value, f"the final text has {reason}, first {best.reason}", best)
    aim = aims.pop()
    # Against it only when the document says so of itself: a sentence alone is more often misread than it is harmful.
    if aim not in main and (main or aim < 0):
        return Outcome(position_id, None, "the text and its summary do not point the same way; a person must say", best)
    value = "rejected" if aim < 0 else "incorporated"
    if aim > 0 and all(match.stance == "support_if_amended" for match in telling):
        value = "partly"
    return Outcome(position_id, value, f"the final text {_WORDS[aim]} it: {best.reason}", best)


def _tells(match: Match) -> bool:
    """Whether a sentence says by itself which way it goes: it has a direction, and is more than the name of the act."""
    return match.stance in AIMS and not _NAME.search(match.provision.words)


def _trigger(match: Match) -> str:
    """The trigger behind a match, whichever way round its reason puts it."""
    says = match.reason.partition(":")[0]
    return _triggers().get(says, says)


@cache
def _triggers() -> dict[str, str]:
    triggers = [trigger for position in load_catalog().positions for trigger in position.triggers]
    return {words: trigger.id for trigger in triggers for words in (trigger.says, trigger.reversed) if words}


def without_effect(position_id: str, status: str) -> Outcome:
    return Outcome(position_id, "untouched", f"it was {status}, so what the law says about this stays as it is")


# --------------------------------------------------------------------- suggestions, in staff.db

_ENDED = f"""
    select d.id, d.status, d.kind, d.document_type, d.title, d.abstract, d.text, d.text_hash,
        (select group_concat(position_id, ' ') from (
            select distinct position_id from position_matches m where m.document_id = d.id order by position_id
        )) as at_stake,
        (select group_concat(area_id, ' ') from (select area_id from tags where document_id = d.id order by area_id)) as areas
    from documents d
    where d.status in ({", ".join(f"'{status}'" for status in BECAME + ENDED_WITHOUT)})
        and exists (select 1 from tags where document_id = d.id)"""
Row = dict[str, Any]


def suggest(corpus: Database, staff: Database, matcher: Matcher | None = None) -> int:
    """Bring the suggested outcomes of all documents that have reached their end up to date; returns how many were read."""
    matcher = matcher or Matcher()
    known = dict(staff.execute("select document_id, read_from from outcome_readings").fetchall())
    read = 0
    seen: set[str] = set()
    for row in list(corpus.query(_ENDED)):
        final, marks = _final_text(corpus, row) if row["status"] in BECAME else (None, [])
        if (not row["at_stake"] and final is None) or is_ceremonial(row["title"], row["document_type"]):
            continue
        seen.add(row["id"])
        made_of = (
            RULES,
            row["status"],
            row["text_hash"],
            matcher.version,
            row["areas"],
            row["at_stake"],
            final is not None,
            len(marks),
        )
        read_from = "-".join(map(str, made_of))
        if known.get(row["id"]) != read_from:
            _store(staff, row["id"], read_from, _suggested(matcher, row, final, marks))
            read += 1
    for key in sorted(known.keys() - seen):
        _store(staff, key, None, ())
    return read


def _suggested(matcher: Matcher, row: Row, final: str | None, marks: Sequence[Mark]) -> list[Outcome]:
    at_stake = (row["at_stake"] or "").split()
    if row["status"] in ENDED_WITHOUT:
        return [without_effect(position_id, row["status"]) for position_id in at_stake]
    if final is None:
        return []
    fields = {"title": row["title"], "abstract": row["abstract"], "text": final}
    areas = row["areas"].split()
    matches = every_change(matcher.every, fields, areas, marks) if marks else matcher.every(fields, areas)
    main: dict[str, set[int]] = {}
    for match in matches:
        if match.provision.field != "text":
            main.setdefault(match.position_id, set()).update({AIMS[match.stance]} if match.stance in AIMS else ())
    if row["kind"] == "regulation":
        told = [match for match in matches if _is_of_rule(match, final)]
        return outcomes(told, {match.position_id for match in told}, main)
    return outcomes([match for match in matches if match.provision.field == "text"], at_stake, main)


def _is_of_rule(match: Match, text: str) -> bool:
    """Whether a sentence says what a rule does: its abstract, or the summary at its head.

    The pages of reasons, comments and legal forms around a rule name every matter and decide none.
    """
    if match.provision.field != "text":
        return match.provision.field == "abstract"
    summary = _SUMMARY.search(text)
    return bool(summary and summary.start(1) < match.provision.end <= summary.end(1))


def _final_text(corpus: Database, row: Row) -> tuple[str | None, list[Mark]]:
    """The text in which a document came to its end, when that is the text we hold, and what it adds and strikes."""
    if row["text"] is None:
        return None, []
    sql = "select version, url, marks from version_texts where document_id = ? and text = ?"
    versions = corpus.execute(sql, [row["id"], row["text"]]).fetchall()
    last = [marks for name, url, marks in versions if _FINAL_NAME.search(name) or _FINAL_PACKAGE.search(url)]
    if last or (not versions and row["kind"] in ("regulation", "local_matter")):
        return row["text"], next((read_marks(marks) for marks in last if marks), [])
    return None, []


def _store(staff: Database, key: str, read_from: str | None, found: Iterable[Outcome]) -> None:
    with staff.atomic():
        for table in ("suggested_outcomes", "outcome_readings"):
            staff.execute(f"delete from {table} where document_id = ?", [key])
        staff.conn.executemany(
            "insert into suggested_outcomes values (?, ?, ?, ?, ?, ?, ?, ?)",
            [(key, each.position_id, each.value, each.reason, *_place(each.match)) for each in found],
        )
        if read_from is not None:
            staff.execute("insert into outcome_readings values (?, ?)", [key, read_from])


def _place(match: Match | None) -> tuple[Any, ...]:
    return match.provision.place if match else (None, None, None, None)


# --------------------------------------------------------------------- what staff confirmed, in corpus.db


def project(corpus: Database) -> int:
    """Make the public table outcomes hold what staff confirmed (table decisions); returns how many rows differ.

    ``went`` says whether it went ALA's way: yes, partly, no; None where that cannot be told (no side was taken).
    """
    with corpus.atomic():
        return sync_table(corpus, "outcomes", set(_confirmed(corpus)))


def _confirmed(corpus: Database) -> Iterator[tuple[Any, ...]]:
    for row in corpus.query(
        """select o.document_id, substr(o.subject, 9) as position_id, o.value, o.words, o.decided_on, d.status, d.status_on,
            coalesce(s.value, w.value) as stance
        from decisions o join documents d on d.id = o.document_id
        join positions p on o.subject = 'outcome:' || p.id
        left join decisions s on s.document_id = o.document_id and s.subject = 'stance:' || p.id and s.verdict = 'confirm'
        left join decisions w on w.document_id = o.document_id and w.subject = 'stance' and w.verdict = 'confirm'
        where o.verdict = 'confirm'"""
    ):
        yield (
            row["document_id"],
            row["position_id"],
            row["value"],
            went(row["value"], row["status"], row["stance"]),
            row["status"],
            row["status_on"] or row["decided_on"],
            row["words"],
            row["decided_on"],
        )


def went(outcome: str, status: str, stance: str | None) -> str | None:
    """Whether an outcome went ALA's way: ``yes``, ``partly``, ``no``, or None where it cannot be told.

    What became no law and left a position untouched went ALA's way when ALA opposed it, and not when ALA supported it.
    """
    if outcome != "untouched":
        return {"incorporated": "yes", "partly": "partly", "rejected": "no"}[outcome]
    if status in ENDED_WITHOUT and stance in AIMS:
        return "yes" if AIMS[stance] < 0 else "no"
    return None
