"""What the benchmarks share: a recorded upstream on a free port, and the real command as a child process, measured."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SERVER = Path(os.environ.get("UPSTREAM", ROOT.parent / "shared" / "upstream" / "serve.py"))
PORTS = range(8910, 8940)
#: The recorded upstream takes any key. It is no word: what is stored has the value of every key taken out (store.redaction).
KEYS = dict.fromkeys(
    (
        "OPENSTATES_KEY",
        "LEGISCAN_KEY",
        "CONGRESS_GOV_KEY",
        "REGULATIONS_GOV_KEY",
        "COURTLISTENER_KEY",
        "LEGISTAR_NYC_TOKEN",
    ),
    "key-of-0000",
) | {"COURTLISTENER_AGREED": "1"}


@dataclass(frozen=True)
class Ended:
    """`seconds` of wall time, `peak_mb` the largest resident set of the process itself, in MB."""

    code: int
    seconds: float
    peak_mb: float
    output: str


@contextmanager
def upstream(*options: str) -> Iterator[str]:
    """Serve the recorded data with the server's own options; gives the address, and stops the server at the end."""
    for port in random.sample(PORTS, len(PORTS)):
        server = _serve(port, options)
        if server is not None:
            break
    else:
        raise SystemExit(f"{SERVER} does not start; set UPSTREAM to the recorded server's serve.py")
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def _serve(port: int, options: tuple[str, ...]) -> subprocess.Popen[bytes] | None:
    """The server once it answers on the port; None if it did not start, or another program was there first."""
    if not _free(port):
        return None
    command = [sys.executable, str(SERVER), "--port", str(port), *options]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while server.poll() is None:
        time.sleep(0.3)
        if not _free(port) and server.poll() is None:
            return server
    return None


def _free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(
    data: Path, mirror: str, *arguments: str, code: Path = ROOT, log: Path | None = None
) -> subprocess.Popen[str]:
    """Start `infopolicy ARGUMENTS` of this checkout, or of a copy of it, on a data folder and a mirror.

    Args:
        log: a file for what it prints; else a pipe, which must be read, or the process stops when it is full.
    """
    environment = os.environ | {"INFOPOLICY_DATA": str(data), "INFOPOLICY_MIRROR": mirror, "PYTHONPATH": str(code)}
    output = log.open("w", encoding="utf-8") if log else subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, str(code / "infopolicy.py"), *arguments],
        cwd=code,
        env=environment,
        stdout=output,
        stderr=subprocess.STDOUT,
        text=True,
    )


def run(data: Path, mirror: str, *arguments: str, code: Path = ROOT) -> Ended:
    """The same, waited for and measured."""
    began = time.monotonic()
    process = start(data, mirror, *arguments, code=code)
    assert process.stdout is not None
    with process.stdout:
        output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Ended(process.returncode, time.monotonic() - began, usage.ru_maxrss / 1024, output)
