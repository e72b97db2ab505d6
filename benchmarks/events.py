"""Count a week's events a second way, and compare them with those a crawl has logged.

    python benchmarks/events.py BEFORE AFTER CORPUS [--congress 117]

BEFORE and AFTER are two mirrors that serve the same Congress as it stood on two days; CORPUS is the corpus.db that
first crawled BEFORE, then AFTER, and whose newest run is the second of them. Nothing of the project is imported: the
ZIP files are read with the standard library, events are set differences, and status is derived from the action codes
of the Library of Congress, where the project goes by the sentences. Exit code 1 if one event differs.
"""

from __future__ import annotations

import argparse
import html
import io
import re
import sqlite3
import sys
import urllib.request
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

TYPES = ("hr", "s", "hjres", "sjres", "hconres", "sconres", "hres", "sres")
KINDS = ("introduced", "action", "status", "summary", "text", "cosponsor", "title", "law")
Event = tuple[str, str, str, str]  # document id, kind, day, squeezed words

#: Codes of the Library of Congress -> step; what the House and Senate write without a code is told by its first words.
CODES = {
    "5000": "reported",
    "14000": "reported",
    "H12100": "reported",
    "H12200": "reported",
    "8000": "passed house",
    "17000": "passed senate",
    "9000": "failed",
    "18000": "failed",
    "28000": "to_executive",
    "E20000": "to_executive",
    "E30000": "enacted",
    "36000": "enacted",
    "E40000": "enacted",
    "31000": "vetoed",
    "E50000": "vetoed",
    "H11100": "in_committee",
}
ORDER = (
    "introduced",
    "in_committee",
    "reported",
    "passed_first_chamber",
    "passed_second_chamber",
    "passed",
    "to_executive",
    "vetoed",
    "adopted",
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("before")
    parser.add_argument("after")
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--congress", default="117")
    args = parser.parse_args()
    expected = week(args.before, args.after, args.congress)
    logged = list(logged_events(args.corpus))
    print("| kind | counted from the two states | logged by the crawl | only counted | only logged |")
    print("|---|---:|---:|---:|---:|")
    wrong = 0
    for kind in KINDS:
        ours, theirs = ([e for e in events if e[1] == kind] for events in (expected, logged))
        lacking, extra = Counter(ours) - Counter(theirs), Counter(theirs) - Counter(ours)
        print(f"| {kind} | {len(ours):,} | {len(theirs):,} | {lacking.total()} | {extra.total()} |")
        for sign, events in (("only counted", lacking), ("only logged", extra)):
            for event in list(events)[:5]:
                print(f"{sign}: {event}", file=sys.stderr)
        wrong += lacking.total() + extra.total()
    others = {event[1] for event in logged} - set(KINDS)
    print(f"{len(expected):,} events counted, {len(logged):,} logged, {wrong} differ")
    return 1 if wrong or others else 0


def week(before: str, after: str, congress: str) -> list[Event]:
    """Every part of a bill that AFTER has and BEFORE has not, type by type so that memory stays small."""
    found: list[Event] = []
    for kind in TYPES:
        old = dict(bills(before, congress, kind))
        for key, raw in bills(after, congress, kind):
            if old.get(key) == raw:
                continue
            had = set(parts(key, old[key])) if key in old else set()
            # Whole words tell two parts apart, squeezed ones are compared with what the log may have shortened.
            fresh = sorted(set(parts(key, raw)) - had)
            found += [(*part[:3], squeeze(part[3])) for part in fresh]
            if key not in old:
                found.append((key, "introduced", day(ElementTree.fromstring(raw).find("bill"), "introducedDate"), ""))
    return found


def bills(mirror: str, congress: str, kind: str) -> Iterator[tuple[str, bytes]]:
    url = f"{mirror}/www.govinfo.gov/bulkdata/BILLSTATUS/{congress}/{kind}/BILLSTATUS-{congress}-{kind}.zip"
    with urllib.request.urlopen(url) as response:
        archive = zipfile.ZipFile(io.BytesIO(response.read()))
    for name in archive.namelist():
        number = re.search(r"(\d+)\.xml$", name)
        yield f"us-{congress}-{kind}{number[1] if number else name}", archive.read(name)


def logged_events(corpus: Path) -> Iterator[Event]:
    db = sqlite3.connect(f"file:{corpus}?mode=ro", uri=True)
    sql = """select document_id, kind, coalesce(happened_on, ''), summary from changes
             where seen_at >= (select started_at from runs order by id desc limit 1)"""
    for key, kind, when, words in db.execute(sql):
        yield key, kind, when, "" if kind == "introduced" else squeeze(words)


def parts(key: str, raw: bytes) -> Iterator[Event]:
    bill = ElementTree.fromstring(raw).find("bill")
    steps = list(history(bill, re.sub(r"\d+$", "", key.rsplit("-", 1)[-1])))
    for step, when in steps:
        yield key, "status", when, step
    for item in bill.iterfind("actions/item"):
        if day(item, "actionDate") and words(item, "text"):
            yield key, "action", day(item, "actionDate"), words(item, "text")
    for item in [*bill.iterfind("summaries/summary"), *bill.iterfind("summaries/billSummaries/item")]:
        text = words(item, "text") or words(item, "cdata/text")
        if day(item, "actionDate") and text:
            yield key, "summary", day(item, "actionDate"), f"{words(item, 'actionDesc')}: {text}"
    for item in bill.iterfind("textVersions/item"):
        if words(item, "type"):
            yield key, "text", day(item, "date"), words(item, "type")
    for item in bill.iterfind("cosponsors/item"):
        yield key, "cosponsor", day(item, "sponsorshipDate"), person(item)
        if day(item, "sponsorshipWithdrawnDate"):
            yield key, "cosponsor", day(item, "sponsorshipWithdrawnDate"), f"{person(item)} withdrew"
    for item in bill.iterfind("titles/item"):
        if words(item, "title"):
            yield key, "title", "", f"{words(item, 'titleType')}: {words(item, 'title')}"
    enacted = dict(steps).get("enacted", "")
    for item in bill.iterfind("laws/item"):
        yield key, "law", enacted, f"{words(item, 'type')} {words(item, 'number')}"


def history(bill: ElementTree.Element, kind: str) -> Iterator[tuple[str, str]]:
    reached, last, passed = 0, "", set()
    for item in reversed(bill.findall("actions/item")):
        step = step_of(item)
        if step.startswith("passed "):
            passed.add(step)
            alone, both = kind in ("hres", "sres"), kind in ("hconres", "sconres")
            first = "adopted" if alone else "passed_first_chamber"
            step = first if len(passed) == 1 else "adopted" if both or alone else "passed_second_chamber"
        if step == "failed" and reached < ORDER.index("passed") and last != "failed":
            last = step
            yield step, day(item, "actionDate")
        elif step and step != "failed":
            rank = ORDER.index("adopted" if step == "enacted" else step)
            if rank > reached:
                reached, last = rank, step
                yield step, day(item, "actionDate")


def step_of(item: ElementTree.Element) -> str:
    code, text = item.findtext("actionCode") or "", item.findtext("text") or ""
    if code in ("5000", "H12200") and text.startswith("Supplemental report"):
        return ""
    if code in ("19500", "20500"):
        return "" if re.search(r"with (an )?amendment\b", text) else "passed"
    if code in CODES:
        return CODES[code]
    if code:
        return ""
    if text.startswith("Committee Hearings") or "Hearings held" in text or "Hearings Held" in text:
        return "in_committee"
    if re.search(r"ordered to be reported|forwarded by subcommittee", text, re.IGNORECASE):
        return "in_committee"
    if re.search(r"\breported (by senator|an original)", text, re.IGNORECASE):
        return "reported"
    return "in_committee" if re.search(r"\breferred (to|sequentially|jointly)", text, re.IGNORECASE) else ""


def day(node: ElementTree.Element, path: str) -> str:
    text = (node.findtext(path) or "").strip()[:10]
    try:
        return text if date.fromisoformat(text).year > 1700 else ""
    except ValueError:
        return ""


def words(node: ElementTree.Element, path: str) -> str:
    """Text without markup and without spaces that differ by source only."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", node.findtext(path) or "")).split())


def person(item: ElementTree.Element) -> str:
    """ "Rep. Doe, Jane Q. [D-CA-1]" as "Rep. Jane Q. Doe"."""
    name = re.sub(r"\s*\[.*", "", words(item, "fullName"))
    last, _, first = name.partition(", ")
    prefix = next(each for each in ("Rep.", "Sen.", "Del.", "Resident Commissioner", "") if last.startswith(each))
    return f"{prefix} {first} {last.removeprefix(prefix)}"


def squeeze(text: str) -> str:
    """The first letters and digits: enough to know a part by, however its spaces and its end were written."""
    return re.sub(r"[\W_]+", "", text).lower()[:300]


if __name__ == "__main__":
    sys.exit(main())
