"""What a check of the doctor gives, and what it may look at outside the data folder."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx

from settings import ROOT, Configuration

OK, WARNING, PROBLEM = "ok", "warning", "problem"
#: Seconds that another program or server may take.
PATIENCE = 10


@dataclass(frozen=True)
class Finding:
    """One line of the report. A warning or problem says what it means and what to do; none of them holds a secret."""

    check: str
    level: str
    says: str
    means: str = ""
    do: str = ""


def ok(check: str, says: str) -> Finding:
    return Finding(check, OK, says)


def warning(check: str, says: str, means: str, do: str) -> Finding:
    return Finding(check, WARNING, says, means, do)


def problem(check: str, says: str, means: str, do: str) -> Finding:
    return Finding(check, PROBLEM, says, means, do)


class Answer(NamedTuple):
    """What a web address answered; header names in lower case."""

    status: int
    headers: Mapping[str, str]


def run_program(words: Sequence[str]) -> str | None:
    """What a program prints; None when it does not exist or fails."""
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def fetch(address: str) -> Answer:
    """Ask a web address, without following redirects.

    Raises:
        httpx.HTTPError: no answer, or a certificate that cannot be trusted.
    """
    answer = httpx.get(address, timeout=PATIENCE, follow_redirects=False)
    return Answer(answer.status_code, {name.lower(): value for name, value in answer.headers.items()})


def certificate_until(address: str) -> datetime:
    """The end of the certificate of an https address.

    Raises:
        OSError: no connection, or a certificate that cannot be trusted.
    """
    parts = urlsplit(address)
    assert parts.hostname
    with (
        socket.create_connection((parts.hostname, parts.port or 443), PATIENCE) as plain,
        ssl.create_default_context().wrap_socket(plain, server_hostname=parts.hostname) as encrypted,
    ):
        found = encrypted.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(found["notAfter"])), UTC)


@dataclass(frozen=True)
class Host:
    """The machine as the checks see it; tests pass another one.

    Attributes:
        root: the folder that stands for `/` when a check reads `/etc` or `/proc`.
        code: the folder of this software.
        online: whether checks may connect to the site and to the mail server.
    """

    config: Configuration
    now: datetime
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    root: Path = Path("/")
    code: Path = ROOT
    online: bool = True
    run: Callable[[Sequence[str]], str | None] = run_program
    fetch: Callable[[str], Answer] = fetch
    certificate_until: Callable[[str], datetime] = certificate_until

    @property
    def stamp(self) -> str:
        return self.now.strftime("%Y-%m-%dT%H:%M:%SZ")

    def unit(self, name: str) -> dict[str, str]:
        """Return systemd's properties of a unit; empty when there is no systemd or no such unit."""
        printed = self.run(["systemctl", "show", name]) or ""
        found = dict(line.split("=", 1) for line in printed.splitlines() if "=" in line)
        return found if found.get("LoadState") == "loaded" else {}

    @property
    def in_docker(self) -> bool:
        return (self.root / ".dockerenv").exists()


Check = Callable[[Host], Iterator[Finding]]
