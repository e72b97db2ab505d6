"""Is there a bound to what the site may use: memory, files, rights, and what visitors ask in SQL."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import suppress
from http import HTTPStatus
from urllib.parse import quote_plus

import httpx

from operations.doctor.findings import Finding, Host, ok, problem, warning
from operations.doctor.machine import SITE, mentions
from store.network import from_here

LEAST_FILES = 1024
#: More bytes than any machine has: how version 1 of control groups says that there is no limit.
_NO_LIMIT = 2**60
#: What deploy/systemd gives each unit, and what it is for.
HARDENED = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "PrivateTmp": "yes",
    "UMask": "0077",
}
#: The second is more than any value may be.
_HARMLESS, _HUGE = "select 1", "select length(zeroblob(1000000000))"
_INSTALL = "cp -r deploy/systemd/* /etc/systemd/system/ && systemctl daemon-reload && systemctl restart infopolicy-site"


def limits(host: Host) -> Iterator[Finding]:
    """Memory and rights of the site are bounded by systemd or by the container."""
    unit = host.unit(SITE)
    most = unit.get("MemoryMax", "infinity") if unit else _container_memory(host)
    if most in ("infinity", "max"):
        yield warning(
            "memory limit",
            "Nothing bounds the memory of the site.",
            "A flood of requests can stop other programs of this machine.",
            "Set mem_limit in deploy/compose.yml." if host.in_docker else _INSTALL,
        )
    else:
        yield ok("memory limit", f"The site may use {int(most) / 1e9:.1f} GB of memory.")
    weak = [f"{name}={unit[name]}" for name, wanted in HARDENED.items() if unit and unit.get(name, wanted) != wanted]
    if weak:
        yield problem(
            "hardening",
            f"{SITE} runs with {', '.join(weak)}.",
            "A hole in the software reaches more of this machine.",
            _INSTALL,
        )
    elif unit:
        yield ok("hardening", f"{SITE} sees little of this machine but its data folder.")
    soft = int(unit.get("LimitNOFILESoft") or resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    if 0 <= soft < LEAST_FILES:
        yield warning(
            "open files",
            f"A process may open {soft} files.",
            "Under many readers the site refuses connections.",
            "systemctl edit infopolicy-site # [Service] LimitNOFILE=4096",
        )
    else:
        yield ok("open files", f"A process may open {soft if soft >= 0 else 'any number of'} files.")


def public_sql(host: Host) -> Iterator[Finding]:
    """Visitors' SQL is answered, within limits, by processes apart from the site's own."""
    address = f"http://{from_here(host.config.host)}:{host.config.port}/corpus.json?sql="
    if not host.online or host.in_docker:
        yield ok(
            "public SQL", "Not checked: " + ("--offline." if not host.online else "the site is in another container.")
        )
        return
    try:
        answers = [host.fetch(address + quote_plus(sql)).status for sql in (_HARMLESS, _HUGE)]
    except (httpx.HTTPError, OSError) as error:
        yield problem(
            "public SQL",
            f"The site does not answer on its own port ({type(error).__name__}).",
            "Nobody can read the site.",
            f"systemctl restart {SITE}",
        )
        return
    apart = _asks_others(host)
    if answers[0] != HTTPStatus.OK:
        yield warning(
            "public SQL",
            f"A small query gets the answer {answers[0]}.",
            "Reporters cannot ask in SQL.",
            f"journalctl -u {SITE} -n 50",
        )
    elif answers[1] == HTTPStatus.OK or apart is False:
        yield problem(
            "public SQL",
            "Visitors' queries run without the limits of this version.",
            "One query can stop the whole site.",
            f"systemctl restart {SITE}",
        )
    else:
        yield ok("public SQL", "Visitors' queries have limits" + (" and processes of their own." if apart else "."))


def _asks_others(host: Host) -> bool | None:
    """Whether the site has processes for SQL; None where its own process is not known."""
    number = host.unit(SITE).get("MainPID", "0")
    if number == "0":
        return None
    proc = host.root / "proc"
    children = [
        each for listed in proc.glob(f"{number}/task/*/children") for each in listed.read_text(encoding="ascii").split()
    ]
    return any(mentions(proc / each / "cmdline", "public_sql") for each in children)


def _container_memory(host: Host) -> str:
    for name in ("memory.max", "memory/memory.limit_in_bytes"):  # control groups, version 2 and version 1
        with suppress(OSError):
            found = (host.root / "sys/fs/cgroup" / name).read_text(encoding="ascii").strip()
            return "infinity" if found.isdigit() and int(found) > _NO_LIMIT else found
    return "infinity"


CHECKS = (limits, public_sql)
