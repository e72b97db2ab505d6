"""How good the tags are: the published figures, as the page shows them, and whether they speak of the tags on the site."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from classify.evaluation.agreement import ENOUGH, drift, months

#: Written by `infopolicy evaluate --json`, beside the model it speaks of.
EVALUATION = Path(__file__).resolve().parents[2] / "classify" / "model" / "evaluation.json"
#: Fewer labels than this: the figure is mostly chance, and the page says so.
FEW = 30
LEVELS = {
    "federal": "Bills of the U.S. Congress",
    "state": "Bills of the states",
    "federal-register": "Federal Register",
}
#: Kinds that have labels of their own, or none yet: the page says "not measured" where there are none.
KINDS = {
    "courts": "Court cases",
    "city": "Matters of a city council (New York)",
    "uk": "Bills of the United Kingdom",
    "canada": "Bills of Canada",
    "long": "Texts of many pages",
}
UNMEASURED = ("Counties and other cities", "Languages other than English")
#: Sides of a reliability plot, and how large a point may get, in its own units.
SIDE, LARGEST = 100, 9


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
    named = {area: titles.get(area, area.replace("-", " ").capitalize()) for area in topic["areas"]}
    areas = [_row(named[area], row) for area, row in topic["areas"].items()]
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
        "kinds": [_kind(title, report["kinds"].get(kind)) for kind, title in KINDS.items()],
        "random": {
            "f1": natural["micro"]["f1"], "recall": natural["micro"]["recall"], "precision": natural["micro"]["precision"],
        },
        "ranking": report["ranking"],
        "plots": [
            _plot("All areas", report["calibration_of_all"]),
            *(_plot(named[area], found) for area, found in report["calibration"].items()),
        ],
        "agreement": _agreement(db),
        "unmeasured": UNMEASURED,
    }  # fmt: skip


def _row(title: str, score: Mapping[str, Any]) -> dict[str, Any]:
    figures = {name: (score[name], *score["intervals"][name]) for name in ("precision", "recall", "f1")}
    return {"title": title, "n": score["n"], "labels": score["positives"], "few": score["positives"] < FEW, **figures}


def _kind(title: str, found: Mapping[str, Any] | None) -> dict[str, Any]:
    """A row as above, or one whose ``n`` is 0 where no document of the kind has been labelled."""
    return _row(title, found["micro"]) if found else {"title": title, "n": 0}


def _plot(title: str, found: Mapping[str, Any]) -> dict[str, Any]:
    """A reliability plot: per point its place ``x``, ``y`` and radius ``r`` in a square of SIDE, beside what it stands for."""
    most = max((point["n"] for point in found["points"]), default=1)
    points = [
        point | {
            "x": round(SIDE * point["said"], 1), "y": round(SIDE * (1 - point["was"]), 1),
            "r": round(max(1.5, LARGEST * (point["n"] / most) ** 0.5), 1),
        }
        for point in found["points"]
    ]  # fmt: skip
    return {"title": title, "n": found["n"], "error": found["error"], "by_chance": found["by_chance"], "points": points}


def _agreement(db: sqlite3.Connection) -> dict[str, Any]:
    """What staff said of suggested areas, by month; ``alarm`` is agreement in the last month and before, where it fell."""
    found = months(db)
    return {
        "months": [
            {"month": each.month, "decided": each.decided, "share": each.agreement, "missed": each.missed, "drawn": each.drawn}
            for each in found
        ],
        "alarm": drift(found),
        "enough": ENOUGH,
    }  # fmt: skip
