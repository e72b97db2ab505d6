"""Which trained models are in use: those that were trained and accepted in this data folder, else those of the program.

`models/` of the data folder holds up to three folders of the same form: `candidate`, what `infopolicy train` made last; `in-use`;
and `previous`, what was in use before. An accepted model was measured against the one that came with the program. When an upgrade
brings another one, the accepted one is left aside until somebody trains again: the newer program may read words in another way.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import settings
from store.errors import InvalidInput

CANDIDATE, IN_USE, PREVIOUS = "candidate", "in-use", "previous"
#: In each folder: what it was trained on, what it changed, and which models of the program it replaces.
REPORT = "report.json"
_REPLACES = "replaces"


class NoModel(InvalidInput):
    """There is no model to accept or to go back to; the message says what to do."""


def home() -> Path:
    """The folder of trained models in the data folder."""
    return settings.load().data / "models"


def in_use(packaged: Path) -> Path:
    """The accepted model in the place of one of the program's, where there is one: a folder for a folder, a file for a file."""
    folder = home() / IN_USE
    ours = folder / packaged.name
    if not ours.exists() or _read_report(folder).get(_REPLACES, {}).get(packaged.name) != fingerprint(packaged):
        return packaged
    return ours


def fingerprint(packaged: Path) -> str:
    """A hash of a model of the program: of its file, or of the weights in its folder."""
    return hashlib.sha256((packaged if packaged.is_file() else packaged / "model.npz").read_bytes()).hexdigest()


def begin() -> Path:
    """An empty folder to train into; `finish` makes it the candidate."""
    part = home() / f"{CANDIDATE}.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    return part


def finish(part: Path, report: Mapping[str, Any], packaged: tuple[Path, ...]) -> None:
    """Make a folder the candidate, with its report; ``packaged`` are the models of the program that it may replace."""
    replaces = {path.name: fingerprint(path) for path in packaged}
    (part / REPORT).write_text(json.dumps({**report, _REPLACES: replaces}, indent=1) + "\n", encoding="utf-8")
    shutil.rmtree(home() / CANDIDATE, ignore_errors=True)
    os.replace(part, home() / CANDIDATE)


def accept(folder: Path | None = None) -> None:
    """Use the candidate from now on, and keep what was in use; `folder` is another than that of the settings.

    Raises:
        NoModel: there is no candidate.
    """
    folder = folder or home()
    if not (folder / CANDIDATE / REPORT).exists():
        raise NoModel(f"{folder / CANDIDATE}: there is no candidate; `infopolicy train` makes one")
    shutil.rmtree(folder / PREVIOUS, ignore_errors=True)
    if (folder / IN_USE).exists():
        os.replace(folder / IN_USE, folder / PREVIOUS)
    os.replace(folder / CANDIDATE, folder / IN_USE)


def revert(folder: Path | None = None) -> None:
    """Use again what was in use before the last `accept`: the model before it, or those of the program. What was in use becomes
    the candidate, so that it can be accepted again.

    Raises:
        NoModel: no model was accepted.
    """
    folder = folder or home()
    if not (folder / IN_USE).exists():
        raise NoModel(f"{folder / IN_USE}: no model was accepted here; the models of the program are in use")
    shutil.rmtree(folder / CANDIDATE, ignore_errors=True)
    os.replace(folder / IN_USE, folder / CANDIDATE)
    if (folder / PREVIOUS).exists():
        os.replace(folder / PREVIOUS, folder / IN_USE)


def reports(folder: Path) -> dict[str, dict[str, Any]]:
    """The report of each of candidate, in-use and previous that there is."""
    return {name: _read_report(folder / name) for name in (CANDIDATE, IN_USE, PREVIOUS) if (folder / name).exists()}


def _read_report(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / REPORT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
