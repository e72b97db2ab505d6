"""A mail server of this machine for a soak: takes every mail, counts, and keeps the links of letters that ask to confirm.

    python -m benchmarks.soaking.mailbox PORT FOLDER

FOLDER/letters/ADDRESS holds the link of the letter to ADDRESS; FOLDER/mails.json the counts, written anew every few seconds.
"""

from __future__ import annotations

import email
import email.policy
import json
import re
import signal
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

#: Who subscribes during the soak; everybody else reads the digest already.
VISITORS = re.compile(r"soak\d+@visitors\d+\.example")
_LINK = re.compile(r"/subscribe/confirm/[A-Za-z0-9_.-]+")


class Mailbox:
    def __init__(self, folder: Path):
        self.folder = folder
        self.digests: Counter[str] = Counter()
        self.letters = 0
        (folder / "letters").mkdir(exist_ok=True)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        to = envelope.rcpt_tos[0]
        if VISITORS.fullmatch(to) and (link := confirming(envelope.content)):
            self.letters += 1
            (self.folder / "letters" / to).write_text(link)
        else:
            self.digests[email.message_from_bytes(envelope.content)["Message-ID"]] += 1  # one for each issue and person
        return "250 taken"

    def write(self) -> None:
        facts = {
            "digests": len(self.digests),
            "twice": self.digests.total() - len(self.digests),
            "letters": self.letters,
        }
        new = self.folder / "mails.new"
        new.write_text(json.dumps(facts))
        new.replace(self.folder / "mails.json")


def confirming(content: bytes) -> str | None:
    """The path of the link that confirms, if this is such a letter."""
    part = email.message_from_bytes(content, policy=email.policy.default).get_body(("plain",))
    text = part.get_content() if part else ""
    found = _LINK.search(text)
    return found[0] if found else None


def main() -> None:
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    box, stop = Mailbox(folder), threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    while not stop.wait(5):
        box.write()
    controller.stop()
    box.write()


if __name__ == "__main__":
    main()
