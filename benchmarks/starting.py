"""How long the site takes from its start to its first page, cold and warm, and what memory it holds.

    python -m benchmarks.starting CORPUS [--turns 5]

Cold: the file's pages are dropped from the system's memory first (posix_fadvise). Exit code 1 past two seconds.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from benchmarks.running import ROOT, free_port

SECONDS = 2.0


def forget(file: Path) -> None:
    """Drop what the system keeps of a file in memory."""
    handle = os.open(file, os.O_RDONLY)
    try:
        os.fsync(handle)
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(handle)


def first_page(corpus: Path) -> tuple[float, float]:
    """Seconds from the start of the process to the whole first page, and the process's memory in MB then."""
    port = free_port()
    environment = os.environ | {"INFOPOLICY_DATA": str(corpus.parent)}
    command = [sys.executable, str(ROOT / "infopolicy.py"), "serve", "--port", str(port)]
    began = time.monotonic()
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as site:
        try:
            while not _page(port):
                if site.poll() is not None or time.monotonic() > began + 60:
                    raise SystemExit("the site did not start")
                time.sleep(0.01)
            seconds = time.monotonic() - began
            status = Path(f"/proc/{site.pid}/status").read_text(encoding="utf-8")
            memory = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
        finally:
            site.terminate()
    return seconds, memory / 1024


def _page(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30) as answer:
            return bool(answer.read()) and answer.status == 200
    except OSError:
        return False


def told(name: str, found: Sequence[tuple[float, float]]) -> float:
    seconds = statistics.median(each[0] for each in found)
    memory = statistics.median(each[1] for each in found)
    print(f"| {name} | {seconds:.2f} | {max(each[0] for each in found):.2f} | {memory:.0f} |")
    return seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--turns", type=int, default=5)
    options = parser.parse_args()
    corpus = options.corpus.resolve()
    cold, warm = [], []
    for _ in range(options.turns):
        forget(corpus)
        cold.append(first_page(corpus))
        warm.append(first_page(corpus))
    print("| start to first page | median, s | worst, s | memory, MB |\n|---|---:|---:|---:|")
    slowest = max(told("cold", cold), told("warm", warm))
    return 0 if slowest < SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
