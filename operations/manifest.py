"""The manifest of a backup, and whether its files are as the manifest says."""

from __future__ import annotations

import hashlib
import json
from contextlib import closing
from pathlib import Path
from typing import Any

from store.connect import read_only
from store.data_folder import MANIFEST, damage
from store.errors import InvalidInput, OperationError

FORM = 1


def check_backup(source: Path) -> list[str]:
    """Return the problems of a backup, each as a sentence that names the file; empty when it can be restored whole."""
    try:
        files = read_manifest(source)["files"]
    except (InvalidInput, OperationError) as error:
        return [str(error)]
    return [words for name, facts in files.items() for words in wrong(source / name, facts)]


def is_whole(source: Path, name: str) -> bool:
    """Whether one database of a backup can be restored, from its copy or from its lines."""
    try:
        files = read_manifest(source)["files"]
    except (InvalidInput, OperationError):
        return False
    lines = name.replace(".db", ".jsonl")
    return any(each in files and not wrong(source / each, files[each]) for each in (name, lines))


def wrong(path: Path, facts: dict[str, Any]) -> list[str]:
    if not path.exists():
        return [f"{path}: is in the manifest and not in the folder"]
    if facts_of(path) != {name: facts[name] for name in ("bytes", "sha256")}:
        return [f"{path}: is not as the backup wrote it (length or checksum differ)"]
    if path.suffix == ".db":
        if found := damage(path):
            return found[:1]
        if rows_of(path) != facts["tables"]:
            return [f"{path}: its tables have other numbers of rows than the manifest says"]
    return []


def read_manifest(source: Path) -> dict[str, Any]:
    if not source.is_dir():
        raise InvalidInput(f"{source}: is not the folder of a backup")
    if not (source / MANIFEST).exists():
        raise OperationError(
            f"{source}: has no {MANIFEST}, so it is not a complete backup; copies made by other means are restored with "
            "--loose"
        )
    try:
        manifest = json.loads((source / MANIFEST).read_text(encoding="utf-8"))
        files = manifest["files"]
        if manifest["form"] != FORM or not files or any(Path(name).name != name for name in files):
            raise ValueError("its form is not known")
    except (ValueError, KeyError, TypeError) as error:
        raise OperationError(f"{source / MANIFEST}: cannot be read: {error}") from error
    return manifest


def rows_of(path: Path) -> dict[str, int]:
    """Count the rows of each table, without those of full-text indexes."""
    with closing(read_only(path)) as db:
        names = db.execute(
            "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name not like '%fts%'"
        )
        return {name: db.execute(f'select count(*) from "{name}"').fetchone()[0] for (name,) in names.fetchall()}


def facts_of(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return {"bytes": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}
