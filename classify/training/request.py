"""A training that somebody requested at the desk. Another process does it: training takes more memory than a site may have.

`models/` of the data folder holds the request, then how far the training is. A lock that ends with its process tells a training
under way from one that was killed.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from store.clock import utc_now
from store.errors import InvalidInput

REQUEST, STATE, LOCK = "train.request", "train.json", "train.lock"
#: What can be: nothing requested yet, waiting to begin, under way, at its end, and ended by force.
DONE = "done"
NONE, WAITING, RUNNING, ENDED, KILLED = "none", "waiting", "running", "ended", "killed"


class Busy(InvalidInput):
    """A training waits or is under way, so that no other can be requested."""


def request(folder: Path, who: str, now: str) -> None:
    """Request a training.

    Args:
        folder: `models/` of the data folder.

    Raises:
        Busy: one waits or is under way.
    """
    if state(folder)["state"] in (WAITING, RUNNING):
        raise Busy("a training waits or is under way")
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / REQUEST, {"who": who, "requested_at": now})


def state(folder: Path) -> dict[str, Any]:
    """How far the last training is: `state`, and as far as known `who`, `requested_at`, `step`, `at` and `outcome`."""
    if (folder / REQUEST).exists():
        return _read(folder / REQUEST) | {"state": WAITING}
    found = _read(folder / STATE)
    if not found:
        return {"state": NONE}
    if "outcome" in found:
        return found | {"state": ENDED}
    with _lock(folder) as free:
        return found | {"state": KILLED if free else RUNNING}


@contextmanager
def requested(folder: Path, clock: Callable[[], str] = utc_now) -> Iterator[Callable[[str], None] | None]:
    """Take what was requested; the block does it and says with the given function how far it is.

    None: nothing was requested, or another process is at it. An exception ends the training with its words.
    """
    if not (folder / REQUEST).exists():
        yield None
        return
    with _lock(folder) as free:
        if not free or not (found := _read(folder / REQUEST)):
            if free:  # it cannot be read: whoever waits for a request would find it forever
                (folder / REQUEST).unlink()
            yield None
            return

        def step(words: str) -> None:
            found.update(step=words, at=clock())
            _write(folder / STATE, found)

        try:
            step("begins")
        finally:
            (folder / REQUEST).unlink()
        try:
            yield step
        except Exception as error:
            _write(folder / STATE, found | {"outcome": str(error) or type(error).__name__, "at": clock()})
            raise
        _write(folder / STATE, found | {"outcome": DONE, "at": clock()})


@contextmanager
def _lock(folder: Path) -> Iterator[bool]:
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(handle)


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(path: Path, found: dict[str, Any]) -> None:
    part = path.with_suffix(".part")
    part.write_text(json.dumps(found, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(part, path)
