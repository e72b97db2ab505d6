"""corpus.db as one file for machines that only show the site: nothing private goes with it."""

from __future__ import annotations

from pathlib import Path

from operations.backup import copy_whole, sync
from settings import Configuration
from store.data_folder import FILES
from store.errors import InvalidInput


class BadTarget(InvalidInput):
    """A place where no snapshot may be written; the message says why."""


def snapshot(config: Configuration, target: Path) -> int:
    """Write corpus.db as it is now to `target`, which appears whole or not at all; returns its length in bytes.

    The copy needs no other file and can be served from a read-only folder.

    Raises:
        BadTarget: `target` is a database of the data folder, or the log of one, also by another name.
        OperationError: there is no corpus yet, or the copy is damaged.
    """
    ours = {(config.data / (name + suffix)).resolve() for name in FILES for suffix in ("", "-wal", "-shm")}
    if target.resolve() in ours:
        raise BadTarget(f"{target}: is a database of the data folder itself and would be lost; name another file")
    part = target.with_name(target.name + ".part")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        copy_whole(config.corpus, part, "delete")
        part.chmod(0o644)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    sync(target.parent)
    return target.stat().st_size
