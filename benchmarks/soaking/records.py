"""What a soak keeps while it runs, as lines in files, so that one that was killed can still be told about."""

from __future__ import annotations

import csv
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

#: A request was answered as it should be, was refused as a limit says, or went wrong.
GOOD, REFUSED, WRONG = "good", "refused", "wrong"


class QueueViewer(NamedTuple):
    """One request: when it was sent (Unix time), and how it ended. Without an answer the status is 0."""

    at: float
    kind: str
    seconds: float
    status: int
    outcome: str


class Records:
    """The files of one soak in a folder; several threads write."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._lock = threading.Lock()
        self._waiting: list[QueueViewer] = []

    def asked(self, one: QueueViewer, path: str, why: str = "") -> None:
        with self._lock:
            self._waiting.append(one)
        if one.outcome == WRONG:
            self.line("errors", at=one.at, kind=one.kind, status=one.status, path=path[:300], why=why[:500])

    def minute(self, **facts: Any) -> None:
        """Write what was asked since, and how the machine and the server stood."""
        with self._lock:
            done, self._waiting = self._waiting, []
            with (self.folder / "requests.csv").open("a", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows(
                    (f"{one.at:.2f}", one.kind, f"{one.seconds:.4f}", one.status, one.outcome) for one in done
                )
        self.line("minutes", at=time.time(), requests=len(done), **facts)

    def line(self, name: str, **values: Any) -> None:
        text = json.dumps(values, ensure_ascii=False)
        with self._lock, (self.folder / f"{name}.jsonl").open("a", encoding="utf-8") as file:
            file.write(f"{text}\n")

    def lines(self, name: str) -> list[dict[str, Any]]:
        path = self.folder / f"{name}.jsonl"
        if not path.exists():
            return []
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.endswith("}")]

    def requests(self) -> Iterator[QueueViewer]:
        path = self.folder / "requests.csv"
        if not path.exists():
            return
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                if len(row) == len(QueueViewer._fields):  # the last line of a soak that was killed may be half a line
                    at, kind, seconds, status, outcome = row
                    yield QueueViewer(float(at), kind, float(seconds), int(status), outcome)
