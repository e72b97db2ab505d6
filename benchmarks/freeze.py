"""Hash everything the program makes of a corpus, to show that a refactoring changed nothing.

    python -m benchmarks.freeze OLD.json --sample --keep                 the bundled sample: under a minute
    python -m benchmarks.freeze NEW.json --sample --compare OLD.json --rows    the same again, and what differs
    python -m benchmarks.freeze OLD.json                                 everything in ../shared/upstream
    python -m benchmarks.freeze OLD.json --data FOLDER                   a copy of a folder that is already collected
    python -m benchmarks.freeze NEW.json --made --compare OLD.json       compare two files made before

The command collects documents, derives everything, plays decisions of staff, a partner and two subscribers, sends two weekly
issues, and publishes. Then it hashes every table, the pages at more than 200 addresses, and the emails
(benchmarks/fingerprint.py lists what it leaves out, and why). --keep leaves the data in a folder NAME.data beside NAME.json;
--rows needs it to show the first rows and lines that differ. Exit code 1 if anything differs.
"""

from __future__ import annotations

import argparse
import asyncio
import difflib
import json
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import fingerprint, scenario
from benchmarks.running import ROOT

PARTS = ("tables", "pages", "mails")
#: Rows or lines to show of each difference.
MOST = 10


def copied(source: Path, data: Path) -> None:
    """Copy the databases of a folder that nobody writes to, with their write-ahead logs."""
    files = [path for path in source.iterdir() if path.name.endswith((".db", ".db-wal"))]
    if not (source / "corpus.db").exists():
        raise SystemExit(f"{source}: holds no corpus.db; collect something first: infopolicy crawl --collect-only")
    for path in files:
        shutil.copy(path, data / path.name)


def made(data: Path, sources: dict[str, str]) -> dict[str, Any]:
    """Play the scenario in a collected folder and hash the result."""
    began = time.monotonic()
    mails = scenario.play(data)
    played = time.monotonic()
    found = {
        "commit": _git("rev-parse", "HEAD"),
        "changed": bool(_git("status", "--porcelain")),
        "python": platform.python_version(),
        "sources": sources,
        "documents": dict(_counts(data)),
        "folder": str(data),
        "tables": fingerprint.of_tables(data),
        "pages": asyncio.run(fingerprint.of_pages(data, data)),
        "mails": fingerprint.of_mails(mails, data),
    }
    found["seconds"] = {"scenario": round(played - began), "hashes": round(time.monotonic() - played)}
    return found


def _counts(data: Path) -> list[tuple[str, int]]:
    return scenario.query(data, "select source, count(*) from documents group by 1 order by 1")


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True).stdout.strip()


# --------------------------------------------------------------------- comparing


def differences(old: dict[str, Any], new: dict[str, Any], *, rows: bool = False) -> list[str]:
    """List each table, page and email that differs; with `rows`, also the first rows or lines that differ."""
    found = []
    for part in PARTS:
        for key in sorted(old[part].keys() | new[part].keys()):
            before, after = old[part].get(key), new[part].get(key)
            if before is None or after is None:
                found.append(f"{part}: {key}: only in the {'new' if before is None else 'old'} one")
            elif before["sha256"] != after["sha256"]:
                found.append(f"{part}: {key}: {_said(before)} before, {_said(after)} now")
                found += [f"    {line}" for line in _details(part, key, old, new)] if rows else []
    return found


def _said(entry: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in entry.items() if name != "sha256")


def _details(part: str, key: str, old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    one, other = Path(old["folder"]), Path(new["folder"])
    if missing := [str(each) for each in (one, other) if not each.is_dir()]:
        return [f"{missing[0]} does not exist any more: run both freezes with --keep to see what differs"]
    if part == "tables":
        return fingerprint.differing_rows(one, other, key, MOST)
    texts = [fingerprint.kept_text(each, part, key).read_text(encoding="utf-8").splitlines() for each in (one, other)]
    lines = list(difflib.unified_diff(*texts, lineterm="", n=0))[2:]
    return [line[:300] for line in lines if not line.startswith("@@")][:MOST]


def report(result: dict[str, Any]) -> str:
    """Format the result as a Markdown table."""
    lines = [f"{source}: {said}" for source, said in result["sources"].items()]
    lines += ["", "| table | rows | hash |", "|---|---:|---|"]
    lines += [f"| {name} | {each['rows']:,} | {each['sha256'][:12]} |" for name, each in result["tables"].items()]
    codes = [each["status"] for each in result["pages"].values()]
    lines += ["", ", ".join(f"{codes.count(code)} pages with status {code}" for code in sorted(set(codes)))]
    lines += [f"mail {key}: {each['subject']}" for key, each in result["mails"].items()]
    return "\n".join([*lines, "seconds: " + ", ".join(f"{name} {value}" for name, value in result["seconds"].items())])


def compare(old: Path, new: dict[str, Any], rows: bool) -> int:
    found = differences(json.loads(old.read_text(encoding="utf-8")), new, rows=rows)
    print("\n".join(found) or f"nothing differs from {old}")
    return 1 if found else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=Path, help="the file to write (with --made, to read)")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--sample", action="store_true", help="the bundled sample only")
    kind.add_argument("--data", type=Path, help="a collected folder; the command works on a copy")
    kind.add_argument("--made", action="store_true", help="make nothing: compare a file made before")
    parser.add_argument("--keep", action="store_true", help="keep the data beside the file, in NAME.data")
    parser.add_argument("--compare", type=Path, metavar="OLD.json", help="print what differs from this file")
    parser.add_argument("--rows", action="store_true", help="also print the first rows and lines that differ")
    options = parser.parse_args()
    if options.made:
        return compare(options.compare, json.loads(options.output.read_text(encoding="utf-8")), options.rows)
    folder = options.output.with_suffix(".data") if options.keep else Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise SystemExit(f"{folder} is not empty: remove it, or write to another file")
    try:
        result = made(folder.resolve(), _collected(folder.resolve(), options))
        options.output.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        print(report(result))
        return compare(options.compare, result, options.rows) if options.compare else 0
    finally:
        if not options.keep:
            shutil.rmtree(folder)


def _collected(data: Path, options: argparse.Namespace) -> dict[str, str]:
    if options.data:
        copied(options.data, data)
        return {"data": str(options.data)}
    return scenario.collect_sample(data) if options.sample else scenario.collect_whole(data)


if __name__ == "__main__":
    sys.exit(main())
