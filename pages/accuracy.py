"""How good the tags are: the published figures, as the page shows them, and whether they speak of the tags on the site."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

#: Written by `infopolicy evaluate --json`, beside the model it speaks of.
EVALUATION = Path(__file__).resolve().parent.parent / "classify" / "model" / "evaluation.json"
#: Fewer labels than this: the figure is mostly chance, and the page says so.
FEW = 30
LEVELS = {
    "federal": "Bills of the U.S. Congress",
    "state": "Bills of the states",
    "federal-register": "Federal Register",
}
UNMEASURED = ("Full texts of many pages", "Court cases", "City and county matters", "Other countries and languages")


def accuracy(db: sqlite3.Connection, path: Path = EVALUATION) -> dict[str, Any] | None:
    """What the page shows, or None where no figures are published.

    Every row has ``title``, ``n`` documents, ``labels`` among them, ``few`` (too few to rely on), and precision, recall and
    F1 as ``(value, low, high)``, 0 to 1.

    Raises:
        ValueError: the file of figures is not what `infopolicy evaluate --json` writes.
    """
    if not path.exists():
        return None
    try:
        return _page(db, json.loads(path.read_text("utf-8")))
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path}: not written by `infopolicy evaluate --json` ({error!r}); run it again") from error


def _page(db: sqlite3.Connection, report: Mapping[str, Any]) -> dict[str, Any]:
    titles = dict(db.execute("select id, title from policy_areas"))
    topic, natural = report["topic"], report["natural"]
    areas = [_row(titles.get(area, area.replace("-", " ").capitalize()), row) for area, row in topic["areas"].items()]
    versions = {row[0] for row in db.execute("select distinct version from taggings")}
    return {
        "date": report["date"],
        "version": report["version"],
        "other_versions": sorted(versions - {report["version"]}),
        "documents": report["documents"],
        "overall": [
            _row("Chosen by topic: all areas together", topic["micro"]),
            _row("Chosen by topic: mean of the areas", topic["macro"]),
            _row("Drawn at random: all areas together", natural["micro"]),
        ],
        "areas": areas,
        "weak": [row["title"] for row in areas if row["f1"][0] < 0.5],
        "levels": [_row(LEVELS.get(level, level), row) for level, row in topic["levels"].items()],
        "lengths": [_row(length.capitalize(), row) for length, row in topic["lengths"].items()],
        "random": {
            "f1": natural["micro"]["f1"], "recall": natural["micro"]["recall"], "precision": natural["micro"]["precision"],
        },
        "ranking": report["ranking"],
        "unmeasured": UNMEASURED,
    }  # fmt: skip


def _row(title: str, score: Mapping[str, Any]) -> dict[str, Any]:
    figures = {name: (score[name], *score["intervals"][name]) for name in ("precision", "recall", "f1")}
    return {"title": title, "n": score["n"], "labels": score["positives"], "few": score["positives"] < FEW, **figures}
