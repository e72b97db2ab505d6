"""What a rebuild does after an edit of rules or positions, on a full corpus.

    python -m benchmarks.edit CORPUS

CORPUS is copied. The edits are made one after the other in a copy of this checkout, each followed by `infopolicy rebuild`
there; the last one bears on every document, so its time is that of tagging and matching everything. Exit code 1 if one of
the others tags or matches more than a twentieth of what is tagged or matched at all, or takes half the last one's time.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from benchmarks.running import ROOT

#: What is edited: words for the table, the file, what stands there and what shall.
EDITS: tuple[tuple[str, str, str, str], ...] = (
    ("nothing", "README.md", "# ", "# "),
    ("the description of an area", "classify/areas.yml", "moderation of online speech", "moderation of speech online"),
    ("a phrase more in a rule", "classify/areas.yml", "phrases: [book ban,", "phrases: [book ban, student data,"),
    (
        "the weight of a rule",
        "classify/areas.yml",
        "- id: book-removal\n        weight: 0.85",
        "- id: book-removal\n        weight: 0.84",
    ),
    (
        "the reasons of a position",
        "positions/catalog/entries/privacy.yml",
        "nobody looks over their shoulder",
        "no one looks over their shoulder",
    ),
    ("the weight of a trigger", "positions/catalog/entries/accessibility.yml", "weight: 0.7\n", "weight: 0.71\n"),
    ("how much a title counts", "classify/areas.yml", "field_weights: {title: 1.0", "field_weights: {title: 0.99"),
)
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "node_modules", "data", "__pycache__", "tests", ".*_cache")
SHARE, TIME = 1 / 20, 1 / 2
_TOLD = re.compile(r"tagged ([\d,]+) and matched ([\d,]+) documents")


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    if old not in text:
        raise SystemExit(f"{file.name}: {old!r} stands there no more; change EDITS")
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def rebuild(code: Path, data: Path) -> tuple[int, int, float]:
    """How many were tagged and matched, and the seconds of the whole command."""
    environment = os.environ | {"INFOPOLICY_DATA": str(data), "PYTHONPATH": str(code)}
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, str(code / "infopolicy.py"), "rebuild"],
        cwd=code,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds, told = time.monotonic() - began, _TOLD.search(done.stdout + done.stderr)
    if done.returncode or not told:
        raise SystemExit(done.stdout + done.stderr)
    tagged, matched = (int(number.replace(",", "")) for number in told.groups())
    return tagged, matched, seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    options = parser.parse_args()
    found: list[tuple[int, int, float]] = []
    print("| edited | tagged again | matched again | seconds |\n|---|---:|---:|---:|")
    with tempfile.TemporaryDirectory(dir=options.corpus.resolve().parent) as folder:
        code, data = Path(folder, "code"), Path(folder, "data")
        shutil.copytree(ROOT, code, ignore=LEFT_OUT)
        data.mkdir()
        for file in ("corpus.db", "staff.db"):
            with (
                closing(sqlite3.connect(options.corpus.with_name(file))) as old,
                closing(sqlite3.connect(data / file)) as new,
            ):
                old.backup(new)
        rebuild(code, data)  # whatever the corpus lacks is no part of this
        with closing(sqlite3.connect(data / "corpus.db")) as db:
            held = [db.execute(f"select count(*) from {table}").fetchone()[0] for table in ("taggings", "matchings")]
        for words, name, before, after in EDITS:
            edit(code / name, before, after)
            found.append(rebuild(code, data))
            print("| {} | {:,} | {:,} | {:.1f} |".format(words, *found[-1]), flush=True)
    *small, (_, _, everything) = found
    good = all(
        tagged <= SHARE * held[0] and matched <= SHARE * held[1] and seconds <= TIME * everything
        for tagged, matched, seconds in small
    )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
