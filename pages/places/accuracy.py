"""How good the tags are: the published figures, as the page shows them, and whether they speak of the tags on the site."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from classify.evaluation.agreement import ENOUGH, Month, drift, months

#: Written by `infopolicy evaluate --json`, beside the model it speaks of.
EVALUATION = Path(__file__).resolve().parents[2] / "classify" / "model" / "evaluation.json"
#: Written by `infopolicy positions evaluate --shown --json`, beside the model that decides what is shown.
SHOWN = Path(__file__).resolve().parents[2] / "positions" / "relevance" / "evaluation.json"
#: With fewer labels than this, a figure is mostly chance, and the page says so.
FEW = 30
LEVELS = {
    "federal": "Bills of the U.S. Congress",
    "state": "Bills of the states",
    "federal-register": "Federal Register",
}
#: Kinds that are measured separately. The page says "not measured" for those without labels.
KINDS = {
    "courts": "Court cases",
    "city": "Matters of a city council (New York)",
    "uk": "Bills of the United Kingdom",
    "canada": "Bills of Canada",
    "long": "Texts of many pages",
}
UNMEASURED = ("Counties and other cities", "Languages other than English", "Tags of the area Accessibility")
#: Sides of a reliability plot, and how large a point may get, in its own units.
SIDE, LARGEST = 100, 9


@dataclass(frozen=True)
class Score:
    """A row of figures: ``n`` documents with ``labels`` among them; precision, recall and F1 are (value, low, high), 0 to 1.

    ``n`` is 0 where no document of the kind has been labeled.
    """

    title: str
    n: int = 0
    labels: int = 0
    precision: tuple[float, float, float] | None = None
    recall: tuple[float, float, float] | None = None
    f1: tuple[float, float, float] | None = None

    @property
    def few(self) -> bool:
        """Whether there are too few labels to rely on the figures."""
        return self.labels < FEW


@dataclass(frozen=True)
class ShownMatches:
    """How often the positions shown beside documents are right: ``(hits, of how many, low, high)``, the interval 0 to 1.

    ``positions`` are (title, precision, recall), those with the most verdicts first.
    """

    floor: float
    floor_of_state_texts: float
    documents: int
    precision: tuple[int, int, float, float]
    recall: tuple[int, int, float, float]
    positions: list[tuple[str, tuple[int, int, float, float], tuple[int, int, float, float]]]


@dataclass(frozen=True)
class Decided:
    """What is decided of an area without a person, on ``n`` documents: see `classify.evaluation.promise` for the figures.

    ``at_least`` is the lower 95 % bound of the share of ``tags`` that are right; None where no tag was given.
    """

    title: str
    n: int
    decided: float
    tags: int
    right: int
    at_least: float | None
    undecided: int
    wanted: int
    missed: int
    labels: int


@dataclass(frozen=True)
class Promise:
    """The cuts (0 to 1) with the titles of the areas whose first one is another, the share of random documents of which every
    area is decided, and the rows of the table: that of all areas first."""

    sure_yes: float
    sure_yes_of: list[tuple[str, float]]
    sure_no: float
    whole: float
    rows: list[Decided]


@dataclass(frozen=True, kw_only=True)
class AccuracyView:
    """What the page shows.

    ``random`` are the figures of all documents drawn at random, ``ranking`` those of the queue, ``public`` what readers said
    of areas that the public sees (classify.evaluation.public). ``alarm`` is the agreement of staff in the last of ``months``
    and before, where it fell.
    """

    date: str | None
    version: str
    other_versions: list[str]
    documents: int
    overall: list[Score]
    areas: list[Score]
    weak: list[str]
    levels: list[Score]
    lengths: list[Score]
    kinds: list[Score]
    random: Mapping[str, Any]
    ranking: Mapping[str, Any]
    plots: list[Mapping[str, Any]]
    months: list[Month]
    alarm: tuple[float, float] | None
    shown: ShownMatches
    promise: Promise
    public: Mapping[str, Any]
    enough: int = ENOUGH
    unmeasured: tuple[str, ...] = UNMEASURED


def shown_matches(db: sqlite3.Connection, path: Path = SHOWN) -> ShownMatches:
    """The figures of the shown matches, as the file has them."""
    report = json.loads(path.read_text("utf-8"))
    titles = dict(db.execute("select id, title from positions"))
    shown = report["shown"]
    return ShownMatches(
        shown["floor"],
        shown["floor_of_state_texts"],
        report["documents"],
        _share(shown["precision"]),
        _share(shown["recall"]),
        [
            (titles.get(position, position), _share(row["precision"]), _share(row["recall"]))
            for position, row in report["positions"].items()
            if row["precision"]["n"] or row["recall"]["n"]
        ],
    )


def _share(row: Mapping[str, Any]) -> tuple[int, int, float, float]:
    return row["hits"], row["n"], *row["interval"]


def accuracy(db: sqlite3.Connection, path: Path = EVALUATION) -> AccuracyView | None:
    """What the page shows, or None where no figures are published.

    Raises:
        ValueError: the file of figures is not what `infopolicy evaluate --json` writes.
    """
    if not path.exists():
        return None
    try:
        return _page(db, json.loads(path.read_text("utf-8")))
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path}: not written by `infopolicy evaluate --json` ({error!r}); run it again") from error


def _page(db: sqlite3.Connection, report: Mapping[str, Any]) -> AccuracyView:
    titles = dict(db.execute("select id, title from policy_areas"))
    topic, natural = report["topic"], report["natural"]
    named = {area: titles.get(area, area.replace("-", " ").capitalize()) for area in topic["areas"]}
    areas = [_score(named[area], row) for area, row in topic["areas"].items()]
    versions = {row[0] for row in db.execute("select distinct version from taggings")}
    found = months(db)
    return AccuracyView(
        shown=shown_matches(db),
        promise=_promise(report["promise"], named),
        public=report["public"],
        date=report["date"],
        version=report["version"],
        other_versions=sorted(versions - {report["version"]}),
        documents=report["promise"]["all"]["n"],
        overall=[
            _score("Chosen by topic: all areas together", topic["micro"]),
            _score("Chosen by topic: mean of the areas", topic["macro"]),
            _score("Drawn at random: all areas together", report["random"]),
            _score("Of these, the first sample", natural["micro"]),
        ],
        areas=areas,
        weak=[title for title, row in zip(named.values(), topic["areas"].values(), strict=True) if row["f1"] < 0.5],
        levels=[_score(LEVELS.get(level, level), row) for level, row in topic["levels"].items()],
        lengths=[_score(length.capitalize(), row) for length, row in topic["lengths"].items()],
        kinds=[
            _score(title, report["kinds"][kind]["micro"]) if kind in report["kinds"] else Score(title)
            for kind, title in KINDS.items()
        ],
        random=report["random"],
        ranking=report["ranking"],
        plots=[
            _plot("All areas", report["calibration_of_all"]),
            *(_plot(named[area], each) for area, each in report["calibration"].items()),
        ],
        months=found,
        alarm=drift(found),
    )


def _promise(report: Mapping[str, Any], named: Mapping[str, str]) -> Promise:
    rows = [("All areas", report["all"]), ("All areas, documents drawn at random", report["random"])]
    rows += [(named[area], row) for area, row in report["areas"].items()]
    kept = [field.name for field in fields(Decided) if field.name != "title"]
    return Promise(
        report["sure_yes"],
        [(named[area], cut) for area, cut in report["sure_yes_of"].items()],
        report["sure_no"],
        report["whole"],
        [Decided(title, **{name: row[name] for name in kept}) for title, row in rows],
    )


def _score(title: str, score: Mapping[str, Any]) -> Score:
    figures = {name: (score[name], *score["intervals"][name]) for name in ("precision", "recall", "f1")}
    return Score(title, score["n"], score["positives"], **figures)


def _plot(title: str, found: Mapping[str, Any]) -> Mapping[str, Any]:
    """A reliability plot: per point its place ``x``, ``y`` and radius ``r`` in a square of SIDE, beside its figures."""
    most = max((point["n"] for point in found["points"]), default=1)
    points = [
        point
        | {
            "x": round(SIDE * point["said"], 1),
            "y": round(SIDE * (1 - point["was"]), 1),
            "r": round(max(1.5, LARGEST * (point["n"] / most) ** 0.5), 1),
        }
        for point in found["points"]
    ]
    return {"title": title, "points": points, **{name: found[name] for name in ("n", "error", "by_chance")}}
