"""Compare what `corp_terms` stored with an independent count from the recorded commits of Open Terms Archive.

    python -m benchmarks.company_terms CORPUS.db [--since DAY] [--until DAY]

Nothing of crawlers/ is used: the recorded history is read from its pack, and words are compared after taking every sign out.
With --since, the days on which each company changed a text are compared with the events in `changes`, too.
"""

from __future__ import annotations

import argparse
import json
import lzma
import re
import sqlite3
import tarfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.running import SERVER

PACK = SERVER.parent / "data" / "open-terms-archive.tar"
_ARCHIVE_DID_IT = ("Apply ", "Refilter ", "First record ", "Start tracking ")
_LINK = re.compile(r"\]\([^)]*\)")
_SIGNS = re.compile(r"[\W_]+")


def words(body: bytes) -> str:
    """The letters and digits of a text without the addresses of its links."""
    return _SIGNS.sub("", _LINK.sub("", body.decode("utf-8", "replace")))


def history(until: str) -> Iterator[tuple[str, list[tuple[str, str, str, bytes]]]]:
    """Each file with its commits up to a day, oldest first: (number, day, subject, text)."""
    with tarfile.open(PACK) as tar:

        def member(name: str) -> bytes:
            file = tar.extractfile(name)
            assert file is not None
            return lzma.decompress(file.read())

        index: dict[str, Any] = json.loads(member("index.json.xz"))
        commits = defaultdict(list)
        for row in index["commits"]:
            for path, blob, _ in row[8]:
                if row[6][:10] <= until:
                    commits[path].append((row[0], row[4][:10], row[7], blob))
        for path, rows in commits.items():
            if "/" in index["paths"][path]:
                sizes, data = index["sizes"][path], member(f"{path}.xz")
                starts = [sum(sizes[:n]) for n in range(len(sizes) + 1)]
                yield index["paths"][path], [(*row[:3], data[starts[row[3]] : starts[row[3] + 1]]) for row in rows]


def changed_days(rows: list[tuple[str, str, str, bytes]], kinds: Counter[str] | None = None) -> list[tuple[str, str]]:
    """The (number, day) of each commit that is the company's change of its words; `kinds` counts what all of them are."""
    found, recent, whole = [], [""], 0
    kinds = Counter() if kinds is None else kinds
    for sha, day, subject, body in rows:
        now = words(body)
        told = not subject.startswith(_ARCHIVE_DID_IT)
        kinds["records of a change"] += told
        kinds["of these, with the words of the record before"] += told and now == recent[-1]
        kinds["of these, with words of the last twenty versions"] += told and now != recent[-1] and now in recent
        if now == recent[-1]:
            continue
        if told and now not in recent and len(now) >= 0.2 * whole:
            found.append((sha, day))
        whole = len(now) if len(now) >= 0.2 * whole else whole
        recent = [*recent, now][-20:]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--since", default="")
    parser.add_argument("--until", default="9999")
    given = parser.parse_args()
    db = sqlite3.connect(f"{given.corpus.absolute().as_uri()}?mode=ro", uri=True)
    stored = {
        row[0]: row[1:]
        for row in db.execute(
            "select p.source_url, d.id, p.stamp, d.published_on from documents d "
            "join provenance p on p.document_id = d.id where p.source = 'corp_terms'"
        )
    }
    counts: Counter[str] = Counter()
    for path, rows in history(given.until):
        address = f"/main/{path}".replace(" ", "%20").replace("'", "%27")
        key = next((url for url in stored if url.endswith(address)), None)
        counts["recorded documents"] += 1
        counts["recorded commits"] += len(rows)
        if key is None:
            print(f"not stored: {path}")
            continue
        document, stamp, began = stored[key]
        counts["stored"] += 1
        counts["read to the last commit"] += (stamp or "").split()[1:2] == [rows[-1][0]]
        counts["begun on the day of the first commit"] += began == rows[0][1]
        versions = [url for (url,) in db.execute("select url from versions where document_id = ?", [document])]
        counts["versions"] += len(versions)
        counts["versions that are a commit of the document"] += sum(
            any(row[0] in url for row in rows) for url in versions
        )
        changes = changed_days(rows, counts)
        if given.since:
            expected = Counter(day for _, day in changes if day > given.since)
            sql = "select happened_on from changes where document_id = ? and kind = 'action' and happened_on > ?"
            told = Counter(day for (day,) in db.execute(sql, [document, given.since]))
            counts["changes expected"] += len(expected)
            counts["changes stored"] += len(told)
            for day in sorted(expected.keys() ^ told.keys()):
                print(f"{path} {day}: {'expected only' if day in expected else 'stored only'}")
    for name, number in counts.items():
        print(f"{number:>8,}  {name}")


if __name__ == "__main__":
    main()
