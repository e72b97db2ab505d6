"""What the server holds: memory, open files and temporary bytes of its processes, and the logs of the databases. Linux only."""

from __future__ import annotations

import contextlib
import os
import statistics
import threading
from dataclasses import dataclass
from pathlib import Path

from benchmarks.soaking.records import Records

EVERY = 5  # seconds
PROC = Path("/proc")


@dataclass(frozen=True)
class Held:
    """Sums over the server and the processes under it; bytes."""

    memory: int
    files: int
    temporary: int
    processes: int


def tree(pid: int) -> list[int]:
    """The process and all under it that are there."""
    found = [pid]
    for each in found:
        for listed in PROC.glob(f"{each}/task/*/children"):
            with contextlib.suppress(OSError):
                found += [int(child) for child in listed.read_text().split()]
    return found


def held(pid: int) -> Held:
    memory = files = temporary = 0
    processes = tree(pid)
    for each in processes:
        with contextlib.suppress(OSError):  # it may end at any moment
            memory += _resident(each)
            for handle in (PROC / str(each) / "fd").iterdir():
                files += 1
                with contextlib.suppress(OSError):
                    if os.readlink(handle).endswith(" (deleted)"):  # SQLite's temporary files have no name
                        temporary += handle.stat().st_size
    return Held(memory, files, temporary, len(processes))


def _resident(pid: int) -> int:
    for line in (PROC / str(pid) / "status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


class Watch(threading.Thread):
    """Looks every few seconds, and writes one line a minute until it is stopped."""

    def __init__(self, records: Records, pid: int, data: Path, stop: threading.Event):
        super().__init__(name="watch", daemon=True)
        self.records, self.pid, self.data, self.stop = records, pid, data, stop

    def run(self) -> None:
        seen: list[tuple[Held, dict[str, int], float]] = []
        while not self.stop.wait(EVERY):
            seen.append((held(self.pid), self._logs(), os.getloadavg()[0]))
            if len(seen) * EVERY >= 60:
                self._write(seen)
                seen = []
        self._write(seen)

    def _logs(self) -> dict[str, int]:
        return {path.name: path.stat().st_size for path in self.data.glob("*.db-wal") if path.exists()}

    def _write(self, seen: list[tuple[Held, dict[str, int], float]]) -> None:
        if not seen:
            return self.records.minute()
        memory = [one.memory for one, _, _ in seen]
        logs: dict[str, int] = {}
        for _, sizes, _ in seen:
            logs = {name: max(size, logs.get(name, 0)) for name, size in (logs | sizes).items()}
        self.records.minute(
            memory=round(statistics.median(memory)),
            most=max(memory),
            files=max(one.files for one, _, _ in seen),
            temporary=max(one.temporary for one, _, _ in seen),
            processes=max(one.processes for one, _, _ in seen),
            logs=logs,
            load=max(load for _, _, load in seen),
        )
