"""The page “How good are the tags?”: the figures of the file, of the model that is shipped, and honest about the rest."""

from __future__ import annotations

import html
import json
import re
import shutil
import sqlite3
from pathlib import Path

import pytest
from site_corpus import TODAY, build

import serve
from classify.tagger import Tagger
from pages.places.accuracy import EVALUATION, KINDS, SHOWN, SIDE, UNMEASURED, accuracy
from positions.relevance.relevance import load_model as relevance_model
from settings import ROOT

REPORT = json.loads(EVALUATION.read_text("utf-8"))


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("accuracy"))


def test_accuracy_speaks_of_the_shipped_model() -> None:
    of_models = Tagger().version.split("-")[1:]
    assert len(of_models) == 2
    assert REPORT["version"].split("-")[1:] == of_models, "run infopolicy evaluate --json again: a model has changed"


def test_the_docs_have_the_figures_of_the_file() -> None:
    """The tables of docs/classifier.md that say what holds now, not those of experiments."""
    told = (ROOT / "docs" / "classifier.md").read_text("utf-8")
    scored = {
        "drawn by topic, all areas (micro)": REPORT["topic"]["micro"],
        "mean of areas (macro)": REPORT["topic"]["macro"],
        "drawn at random, all areas (micro)": REPORT["natural"]["micro"],
        "the same, with the 368 kept back later": REPORT["random"],
    }
    for name, row in scored.items():
        figures = "{precision:.3f} | {recall:.3f} | **{f1:.3f}** ({intervals[f1][0]:.3f} to {intervals[f1][1]:.3f})"
        assert f"| {name} | {row['n']} | {figures.format(**row)} |" in told
    promise = REPORT["promise"]
    areas = {name.replace("-", " "): row for name, row in promise["areas"].items()}
    decided = {"**all areas**": promise["all"], "all areas, the 840 drawn at random": promise["random"], **areas}
    for name, row in decided.items():
        figures = "{tags} | {right} ({precision:.2f}) | {at_least:.2f} | {undecided} | {missed} of {labels}"
        assert f"| {name} | {100 * row['decided']:.1f}% | {figures.format(**row)} |" in told


async def test_accuracy_page_shows_every_figure_of_the_file(corpus: Path) -> None:
    answer = await serve.build(corpus, secret="a secret of the tests", today=TODAY).client.get("/accuracy")
    assert answer.status_code == 200
    shown = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())
    assert REPORT["version"] in shown
    rows = [
        REPORT["random"],
        REPORT["natural"]["micro"],
        *REPORT["topic"]["levels"].values(),
        *REPORT["topic"]["areas"].values(),
    ]
    for row in rows:
        figures = " ".join(
            "{:.2f} {:.2f} to {:.2f}".format(row[name], *row["intervals"][name])
            for name in ("precision", "recall", "f1")
        )
        assert f"{row['n']} {row['positives']} {figures}" in shown
    assert [name for name in UNMEASURED if f"{name}: not measured" not in shown] == []
    for kind, title in KINDS.items():
        measured = REPORT["kinds"].get(kind)
        assert (f"{title}: not measured" in shown) == (measured is None)
        assert measured is None or "{:.2f}".format(measured["micro"]["f1"]) in shown.partition(title)[2][:200]
    for found in REPORT["calibration"].values():
        for point in found["points"]:
            assert f"{100 * point['said']:.0f}% was {100 * point['was']:.0f}% ({point['n']})" in shown
    for row in [REPORT["promise"]["all"], *REPORT["promise"]["areas"].values()]:
        bound = "–" if row["at_least"] is None else f"{100 * row['at_least']:.0f}%"
        figures = f"{100 * row['decided']:.1f}% {row['tags']:,} {row['right']:,} {bound} {row['undecided']:,}"
        assert f"{figures} {row['wanted']:,} {row['missed']:,} of {row['labels']:,}" in shown
    read = REPORT["public"]
    right, wrong = (
        min(read[who]["right"] for who in ("first", "second")),
        max(read[who]["wrong"] for who in ("first", "second")),
    )
    assert f"{100 * right / read['areas']:.0f} of 100 right and {100 * wrong / read['areas']:.0f} wrong" in shown
    queue = REPORT["ranking"]["natural"]
    assert f"{100 * queue['queue_precision']:.0f} of 100 that they read are worth it" in shown
    assert "not staff of ALA" in shown


async def test_accuracy_page_says_how_often_shown_positions_are_right(corpus: Path) -> None:
    answer = await serve.build(corpus, secret="a secret of the tests", today=TODAY).client.get("/accuracy")
    shown = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())
    figures = json.loads(SHOWN.read_text("utf-8"))["shown"]
    for name in ("precision", "recall"):
        low, high = figures[name]["interval"]
        said = f"{figures[name]['hits']:,} of {figures[name]['n']:,} {100 * low:.0f} to {100 * high:.0f}%"
        assert said in shown
    assert f"at least {100 * figures['floor']:.0f}%" in shown
    assert figures["floor"] == relevance_model().floor, "run infopolicy positions evaluate --shown --json again"
    assert figures["precision"]["hits"] >= 0.85 * figures["precision"]["n"], "too much of what is shown is wrong"


def test_accuracy_plots_stand_where_the_numbers_say(corpus: Path) -> None:
    with sqlite3.connect(corpus) as db:
        found = accuracy(db)
    assert found is not None
    plots = {plot["title"]: plot for plot in found.plots}
    assert len(plots) == 1 + len(REPORT["calibration"])
    for point in plots["All areas"]["points"]:
        assert point["x"] == pytest.approx(SIDE * point["said"], abs=0.1)
        assert point["y"] == pytest.approx(SIDE - SIDE * point["was"], abs=0.1)
        assert 0 < point["r"] < SIDE / 8


async def test_accuracy_page_shows_agreement_and_its_alarm(corpus: Path, tmp_path: Path) -> None:
    async def shown(file: Path) -> str:
        answer = await serve.build(file, secret="a secret of the tests", today=TODAY).client.get("/accuracy")
        assert answer.status_code == 200
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())

    assert "Staff have not decided on any suggested area yet" in await shown(corpus)
    decided = tmp_path / "corpus.db"
    shutil.copy(corpus, decided)
    with sqlite3.connect(decided) as db:
        db.execute("insert into tag_agreement values ('2026-09', 'privacy', 90, 10, 2, 3)")
    assert "September 2026 100 90% 2 3" in await shown(decided)
    assert "Something has changed" not in await shown(decided)
    with sqlite3.connect(decided) as db:
        db.execute("insert into tag_agreement values ('2026-10', 'privacy', 20, 20, 0, 0)")
    assert "In the last month staff confirmed 50 of 100 suggested areas, before that 90" in await shown(decided)


def test_accuracy_says_when_tags_are_of_another_version(corpus: Path) -> None:
    with sqlite3.connect(corpus) as db:
        found = accuracy(db)
        assert found is not None
        versions = {row[0] for row in db.execute("select distinct version from taggings")}
    assert found.other_versions == sorted(versions - {REPORT["version"]}) != []


def test_accuracy_without_figures_and_with_damaged_ones(corpus: Path, tmp_path: Path) -> None:
    file = tmp_path / "evaluation.json"
    with sqlite3.connect(corpus) as db:
        assert accuracy(db, file) is None
        for text in ("{", "[]", '{"topic": {}}'):
            file.write_text(text, "utf-8")
            with pytest.raises(ValueError, match=r"evaluation\.json.*infopolicy evaluate --json"):
                accuracy(db, file)
