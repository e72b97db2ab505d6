"""What a soak's files say: errors, times, memory, what ran beside it, and whether what people wrote is there."""

from __future__ import annotations

import json
import sqlite3
import statistics
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks.soaking.records import REFUSED, WRONG, QueueViewer, Records

#: How much more memory the last quarter may hold than the first; before that many minutes it is not judged.
GROWTH, JUDGED = 0.20, 20
PERCENTILES = "median / 95th / 99th percentile"
#: What somebody was told is kept: file, and the column in which its words stand.
KEPT = {
    "review": ("staff.db", "select note from reviews"),
    "report": ("staff.db", "select words from reports"),
    "statement": ("partners.db", "select note from statements"),
    "confirmed": ("mail.db", "select address from subscribers where state = 'confirmed'"),
}


def report(folder: Path, data: Path) -> bool:
    """Print the tables; whether nothing went wrong, nothing grew and nothing is lost."""
    records = Records(folder)
    minutes, jobs = records.lines("minutes"), records.lines("jobs")
    asked = sorted(records.requests())
    if not asked:
        print("No request was recorded.")
        return False
    length = (asked[-1].at - asked[0].at) / 60
    wrong = sum(one.outcome == WRONG for one in asked)
    print(f"{length:.0f} minutes, {len(asked):,} requests, **{wrong:,} errors**, {_p(asked)} ms ({PERCENTILES}).\n")
    _kinds(asked)
    _beside(asked, jobs)
    flat = _memory([minute for minute in minutes if "memory" in minute])
    whole = _kept(records, data)
    _errors(records.lines("errors"))
    failed = [job for job in jobs if job["code"]]
    for job in failed:
        print(f"- {job['job']} ended with exit code {job['code']}: {' '.join(job['output'].split())[-300:]}")
    return not (wrong or failed) and flat and whole


def percentile(ordered: Sequence[float], share: float) -> float:
    return ordered[int(share * (len(ordered) - 1))]


def _p(asked: Iterable[QueueViewer]) -> str:
    ordered = sorted(1000 * one.seconds for one in asked)
    return " / ".join(f"{percentile(ordered, share):,.0f}" for share in (0.5, 0.95, 0.99))


def _head(*names: str) -> None:
    print(f"| {' | '.join(names)} |\n|---|{'---:|' * (len(names) - 1)}")


def _kinds(asked: list[QueueViewer]) -> None:
    groups: defaultdict[str, list[QueueViewer]] = defaultdict(list)
    for one in asked:
        groups[one.kind].append(one)
    _head("what was asked for", "requests", "ms", "slowest, s", "refused", "errors")
    for kind, its in sorted(groups.items(), key=lambda pair: -len(pair[1])):
        outcomes = Counter(one.outcome for one in its)
        slowest = max(one.seconds for one in its)
        print(f"| {kind} | {len(its):,} | {_p(its)} | {slowest:.1f} | {outcomes[REFUSED]:,} | {outcomes[WRONG]:,} |")


def _beside(asked: list[QueueViewer], jobs: list[dict[str, Any]]) -> None:
    """Each job with how often and how long, and how the site answered meanwhile."""
    times = [one.at for one in asked]
    within: defaultdict[str, list[QueueViewer]] = defaultdict(list)
    for job in jobs:
        start, end = bisect_right(times, job["at"]), bisect_right(times, job["at"] + job["seconds"])
        within[job["job"]] += asked[start:end]
    busy = {id(one) for its in within.values() for one in its}
    alone = [one for one in asked if id(one) not in busy]
    print()
    _head("beside it", "times", "seconds: median / longest", "peak MB", "the site meanwhile, ms", "errors")
    if alone:
        print(f"| nothing | | | | {_p(alone)} | {_wrong(alone):,} |")
    for name in dict.fromkeys(job["job"] for job in jobs):
        its = [job for job in jobs if job["job"] == name]
        seconds, peak = [job["seconds"] for job in its], max(job["peak"] for job in its) / 1e6
        meanwhile = _p(within[name]) if within[name] else "–"
        print(
            f"| {name} | {len(its)} | {statistics.median(seconds):.0f} / {max(seconds):.0f} | {peak:.0f} | {meanwhile} | "
            f"{_wrong(within[name]):,} |"
        )


def _wrong(asked: list[QueueViewer]) -> int:
    return sum(one.outcome == WRONG for one in asked)


def slope(minutes: Sequence[float], values: Sequence[float]) -> float:
    """Growth an hour, by least squares."""
    return statistics.linear_regression(minutes, values).slope * 60 if len(values) > 1 else 0.0


def _memory(minutes: list[dict[str, Any]]) -> bool:
    """Print what the server held over time; whether its memory is flat."""
    if not minutes:
        print("\nNo minute was recorded.")
        return False
    print()
    _head("the server and its processes", "first minute", "median", "last minute", "most", "growth an hour")
    count: Callable[[float], str] = "{:,.0f}".format
    rows: tuple[tuple[str, str, float], ...] = (
        ("memory, MB", "memory", 1e6),
        ("open files", "files", 1),
        ("temporary files, MB", "temporary", 1e6),
        ("processes", "processes", 1),
        ("load of the machine", "load", 1),
    )
    at = [(minute["at"] - minutes[0]["at"]) / 60 for minute in minutes]
    for words, name, unit in rows:
        values = [minute[name] / unit for minute in minutes]
        most = max(minute["most"] for minute in minutes) / unit if name == "memory" else max(values)
        cells = (values[0], statistics.median(values), values[-1], most, slope(at, values))
        print(f"| {words} | {' | '.join(map(count, cells))} |")
    for file in sorted({file for minute in minutes for file in minute["logs"]}):
        values = [minute["logs"].get(file, 0) / 1e6 for minute in minutes]
        cells = (values[0], statistics.median(values), values[-1], max(values), slope(at, values))
        print(f"| {file}, MB | {' | '.join(map(count, cells))} |")
    first, last = quarters([minute["memory"] for minute in minutes])
    grown = last / first - 1
    judged = "" if len(minutes) >= JUDGED else f"; under {JUDGED} minutes this is not judged"
    print(f"\nMemory, last quarter beside the first: {grown:+.0%} (at most {GROWTH:+.0%}{judged}).")
    return is_flat([minute["memory"] for minute in minutes])


def quarters(values: Sequence[float]) -> tuple[float, float]:
    """The medians of the first and the last quarter."""
    size = max(len(values) // 4, 1)
    return statistics.median(values[:size]), statistics.median(values[-size:])


def is_flat(memory: Sequence[float]) -> bool:
    first, last = quarters(memory)
    return len(memory) < JUDGED or last <= first * (1 + GROWTH)


def _kept(records: Records, data: Path) -> bool:
    """Whether everything is there once that somebody was told is kept, and every mail went out once."""
    said = records.lines("said")
    print()
    _head("what people wrote", "told that it is kept", "there", "lost", "twice")
    whole = True
    for what, (file, sql) in KEPT.items():
        words = {line["words"] for line in said if line["what"] == what}
        there = Counter(word for word in _column(data / file, sql) if word in words)
        lost, twice = len(words - set(there)), sum(number > 1 for number in there.values())
        print(f"| {what} | {len(words):,} | {len(there):,} | {lost:,} | {twice:,} |")
        whole = whole and not lost and not twice
    return _mails(records.folder, data) and whole


def _column(path: Path, sql: str) -> list[str]:
    if not path.exists():
        return []
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as db:
        return [row[0] for row in db.execute(sql)]


def _mails(folder: Path, data: Path) -> bool:
    facts = folder / "mails.json"
    if not facts.exists():
        return True
    got = json.loads(facts.read_text())
    issues = "digest_id like 'public-daily-%'"
    [sent] = _column(data / "mail.db", f"select count(*) from deliveries where state = 'sent' and {issues}")
    [unknown] = _column(
        data / "mail.db", f"select count(*) from deliveries where state in ('claimed', 'unknown') and {issues}"
    )
    print(
        f"\nMails of issues: {int(sent):,} sent, {got['digests']:,} taken by the server, {got['twice']:,} twice, "
        f"{int(unknown):,} of which nobody knows; {got['letters']:,} letters."
    )
    return int(sent) == got["digests"] and not got["twice"] and not int(unknown)


def _errors(lines: list[dict[str, Any]]) -> None:
    """The kinds of errors with an example of each."""
    groups: defaultdict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    for line in lines:
        groups[line["kind"], line["status"]].append(line)
    if groups:
        print()
    for (kind, status), its in sorted(groups.items(), key=lambda pair: -len(pair[1])):
        print(
            f"- {len(its):,} × {kind}: {status or 'no answer'}, such as `{its[0]['path'][:120]}`: {its[0]['why'][:200]}"
        )
