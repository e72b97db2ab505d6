"""Did a position survive? What the final text of a document that has reached its end did to each position at stake.

The machine only suggests, from the final text alone: an enrolled bill, a final rule, an adopted matter. What became no law
left the law as it was. Where the sentences do not tell which way they go, there is a passage and no suggestion. Suggestions
are for staff (staff.db); what staff confirmed is public (corpus.db, table outcomes).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from positions.matching import Match, Matcher

#: Ends by which a document changed the law or the rules, and those by which it did not.
BECAME = ("enacted", "adopted", "final")
ENDED_WITHOUT = ("vetoed", "failed", "withdrawn")
#: Versions that say what was finally decided, by the name of the version or the end of govinfo's package.
_FINAL_NAME = re.compile(r"^(enrolled|public law|chaptered|agreed to|final)\b|^(enr|ats|ath)$", re.IGNORECASE)
_FINAL_PACKAGE = re.compile(r"BILLS-\d+[a-z]+\d+(enr|ats|ath|cps|cph)\b")
_AIMS = {"support": 1, "support_if_amended": 1, "oppose": -1, "oppose_unless_amended": -1}
_WORDS = {1: "serves", -1: "goes against"}


@dataclass(frozen=True)
class Outcome:
    """``value`` is incorporated, partly, rejected or untouched; None where the text does not tell. ``match`` is the passage."""

    position_id: str
    value: str | None
    reason: str
    match: Match | None = None


def outcomes(found: Iterable[Match], at_stake: Collection[str]) -> list[Outcome]:
    """What a final text did to each position, from its matches (``Matcher.every``); positions in alphabetical order."""
    by_position: dict[str, list[Match]] = {key: [] for key in sorted(at_stake)}
    for match in found:
        by_position.setdefault(match.position_id, []).append(match)
    return [_outcome(key, matches) for key, matches in sorted(by_position.items())]


def _outcome(position_id: str, matches: Sequence[Match]) -> Outcome:
    if not matches:
        return Outcome(position_id, "untouched", "no sentence of the final text touches the position")
    best = max(matches, key=lambda match: (match.stance in _AIMS, match.score, -match.provision.start))
    aims = {_AIMS[match.stance] for match in matches if match.stance in _AIMS}
    if not aims:
        return Outcome(position_id, None, "a sentence of the final text touches it; which way, a person must say", best)
    if len(aims) > 1:
        return Outcome(
            position_id, "partly", f"the final text has sentences for and against it, first {best.reason}", best
        )
    aim = aims.pop()
    value = "rejected" if aim < 0 else "incorporated"
    if aim > 0 and all(match.stance == "support_if_amended" for match in matches if match.stance in _AIMS):
        value = "partly"
    return Outcome(position_id, value, f"the final text {_WORDS[aim]} it: {best.reason}", best)


def without_effect(position_id: str, status: str) -> Outcome:
    return Outcome(position_id, "untouched", f"it was {status}, so what the law says about this stays as it is")


# --------------------------------------------------------------------- suggestions, in staff.db

_ENDED = f"""
    select d.id, d.status, d.kind, d.document_type, d.title, d.text, d.text_hash,
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
        final = _final_text(corpus, row) if row["status"] in BECAME else None
        if not row["at_stake"] and final is None:
            continue
        seen.add(row["id"])
        read_from = (
            f"{row['status']}-{row['text_hash']}-{matcher.version}-{row['areas']}-{row['at_stake']}-{final is not None}"
        )
        if known.get(row["id"]) != read_from:
            _store(staff, row["id"], read_from, _suggested(matcher, row, final))
            read += 1
    for key in sorted(known.keys() - seen):
        _store(staff, key, None, ())
    return read


def _suggested(matcher: Matcher, row: Row, final: str | None) -> list[Outcome]:
    at_stake = (row["at_stake"] or "").split()
    if row["status"] in ENDED_WITHOUT:
        return [without_effect(position_id, row["status"]) for position_id in at_stake]
    if final is None:
        return []
    matches = matcher.every({"title": row["title"], "text": final}, row["areas"].split())
    return outcomes((match for match in matches if match.provision.field == "text"), at_stake)


def _final_text(corpus: Database, row: Row) -> str | None:
    """The text in which a document came to its end, when that is the text we hold; None otherwise."""
    if row["text"] is None:
        return None
    versions = corpus.execute(
        "select version, url from version_texts where document_id = ? and text = ?", [row["id"], row["text"]]
    ).fetchall()
    if versions:
        last = any(_FINAL_NAME.search(name) or _FINAL_PACKAGE.search(url) for name, url in versions)
        return row["text"] if last else None
    return row["text"] if row["kind"] in ("regulation", "local_matter") else None


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
    if match is None:
        return None, None, None, None
    where = match.provision
    return where.field, where.start, where.end, where.words


# --------------------------------------------------------------------- what staff confirmed, in corpus.db


def project(corpus: Database) -> int:
    """Make the public table outcomes hold what staff confirmed (table decisions); returns how many rows differ.

    ``went`` says whether it went ALA's way: yes, partly, no; None where that cannot be told (no side was taken).
    """
    wanted = set(_confirmed(corpus))
    stored = {tuple(row) for row in corpus.execute("select * from outcomes")}
    with corpus.atomic():
        corpus.conn.executemany(
            "delete from outcomes where document_id = ? and position_id = ?",
            [row[:2] for row in sorted(stored - wanted, key=str)],
        )
        corpus.conn.executemany(
            "insert into outcomes values (?, ?, ?, ?, ?, ?, ?, ?)", sorted(wanted - stored, key=str)
        )
    return len(stored ^ wanted)


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
            row["document_id"], row["position_id"], row["value"], went(row["value"], row["status"], row["stance"]),
            row["status"], row["status_on"] or row["decided_on"], row["words"], row["decided_on"],
        )  # fmt: skip


def went(outcome: str, status: str, stance: str | None) -> str | None:
    """Whether an outcome went ALA's way: ``yes``, ``partly``, ``no``, or None where it cannot be told.

    What became no law and left a position untouched went ALA's way when ALA opposed it, and not when ALA supported it.
    """
    if outcome != "untouched":
        return {"incorporated": "yes", "partly": "partly", "rejected": "no"}[outcome]
    if status in ENDED_WITHOUT and stance in _AIMS:
        return "yes" if _AIMS[stance] < 0 else "no"
    return None
