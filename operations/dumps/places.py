"""Where dumps are: `dumps` in the data folder, each in a folder named by its time, and `latest`, which leads to the newest."""

from __future__ import annotations

from pathlib import Path

FOLDER, LATEST, DESCRIPTION = "dumps", "latest", "datapackage.json"


def latest(data: Path) -> Path | None:
    """The folder of the newest dump in a data folder; None where there is none."""
    found = data / FOLDER / LATEST / DESCRIPTION
    return found.resolve().parent if found.exists() else None
