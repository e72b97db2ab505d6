"""Start the web server, notify systemd that it works, and stop it."""

from __future__ import annotations

import os
import signal
import socket
from contextlib import suppress
from types import FrameType
from typing import Any

import uvicorn
from datasette.app import Datasette

from operations import probe

#: Seconds that open requests get after the signal to stop, and seconds after which the server stops in any case.
GRACE, LAST = 5, 10


class Server(uvicorn.Server):
    """uvicorn's server, which always stops after a signal."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(LAST)  # the kernel ends the process, also where a thread is stuck
        super().handle_exit(sig, frame)


def lifecycle(site: Datasette) -> dict[str, Any]:
    """Settings of uvicorn: when the server stops, and how often it notifies systemd.

    systemd sets NOTIFY_SOCKET and WATCHDOG_USEC (sd_notify(3)); it restarts a site that says nothing for so long.
    """
    settings: dict[str, Any] = {"timeout_graceful_shutdown": GRACE}
    if os.environ.get("NOTIFY_SOCKET"):

        async def report_health() -> None:
            if not await probe.failures(site.get_database("corpus"), probe.SECONDS):
                notify("READY=1\nWATCHDOG=1")

        # Four times in the time that systemd waits, so that one probe may fail.
        quarter = int(os.environ.get("WATCHDOG_USEC") or 60_000_000) / 4_000_000
        settings |= {"callback_notify": report_health, "timeout_notify": quarter}
    return settings


def notify(message: str) -> None:
    """Send a message to systemd. A name that begins with @ is an abstract one."""
    address = os.environ["NOTIFY_SOCKET"]
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as link:
        link.sendto(message.encode(), "\0" + address[1:] if address.startswith("@") else address)
