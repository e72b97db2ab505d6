"""Read the text of a bill in a process of its own, which may use little memory and time.

A few kilobytes of PDF can hold pages without end, and no look at sizes tells which do. The process is this file: it gets no
environment and so no secret, the file on its standard input, and answers with JSON.
"""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from crawlers.items import Unreadable  # noqa: E402

#: Of the process: address space in bytes, processor time and time by the clock in seconds; and the longest text, in letters.
MEMORY = 1_000_000_000
PROCESSOR_SECONDS = 60
SECONDS = 120
MOST_TEXT = 5_000_000
_NO_WORDS = "a file without words, such as a scan"
#: Every text of a bill or resolution has one of these.
_LAW = re.compile(
    r"\b(?:act|acts|bill|resolution|r e s o l u t i o n|resolved|section|sec|enact\w*|amend\w*|whereas|law|laws|code)\b",
    re.IGNORECASE,
)
_TOO_MUCH = "reading it takes more memory or time than the text of a bill needs"


class NoWords(Unreadable):
    """A file that can be read and holds no word, such as a scan."""


def read_limited(
    body: bytes, host: str, kind: str, charset: str | None = None
) -> tuple[str, list[tuple[int, int, str]]]:
    """The text of a file and the (start, end, "added" or "struck") of what it changes, by what formats.yml says of its host.

    Raises:
        NoWords: there is no word in it, and asking again would not help.
        Unreadable: it is damaged, too long, or takes too much memory or time.
    """
    command = [sys.executable, "-I", __file__, host, kind, charset or ""]
    try:
        done = subprocess.run(command, input=body, capture_output=True, timeout=SECONDS, env={}, cwd="/", check=False)
        answer: dict[str, Any] = json.loads(done.stdout) if done.returncode == 0 else {"problem": _TOO_MUCH}
    except subprocess.TimeoutExpired:
        answer = {"problem": _TOO_MUCH}
    if "problem" in answer:
        raise (NoWords if answer["problem"] == _NO_WORDS else Unreadable)(answer["problem"])
    return answer["text"], [(start, end, mark) for start, end, mark in answer["marks"]]


def answer_of(body: bytes, host: str, kind: str, charset: str | None = None) -> dict[str, Any]:
    """The same in this process: `text` and `marks`, or `problem`."""
    from crawlers.markup.formats import hosts, read

    try:
        found = read(body, hosts()[host].kinds[kind], charset)
    except Unreadable as error:
        return {"problem": str(error)}
    except MemoryError:
        return {"problem": _TOO_MUCH}
    except Exception as error:  # whatever a damaged file makes of its reader: there is no list of it
        return {"problem": f"a damaged file, or of a kind that we cannot read ({type(error).__name__})"}
    if kind == "pdf" and not found.text.strip("\ufffd \n"):
        return {"problem": _NO_WORDS}
    if kind != "pdf" and not _LAW.search(found.text):
        return {"problem": "a page without a word of a bill, such as one that says that the site is being mended"}
    if len(found.text) > MOST_TEXT:
        return {"problem": f"a text of more than {MOST_TEXT:,} letters"}
    return {"text": found.text, "marks": found.marks}


def _main() -> None:
    if sys.platform != "darwin":  # which knows no limit of address space
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    host, kind, charset = sys.argv[1:4]
    sys.stdout.write(json.dumps(answer_of(sys.stdin.buffer.read(), host, kind, charset or None)))


if __name__ == "__main__":
    _main()
