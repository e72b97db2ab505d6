"""The page “How good are the tags?”: the figures of the file, of the model that is shipped, and honest about the rest."""

from __future__ import annotations

import html
import json
import re
import sqlite3
from pathlib import Path

import pytest
from site_corpus import TODAY, build

import serve
from classify.model import load_model
from pages.accuracy import EVALUATION, UNMEASURED, accuracy

REPORT = json.loads(EVALUATION.read_text("utf-8"))


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("accuracy"))


def test_accuracy_speaks_of_the_shipped_model() -> None:
    model = load_model()
    assert model is not None
    assert REPORT["version"].split("-")[-1] == model.version, (
        "run infopolicy evaluate --json again: the model has changed"
    )


async def test_accuracy_page_shows_every_figure_of_the_file(corpus: Path) -> None:
    answer = await serve.build(corpus, secret="a secret of the tests", today=TODAY).client.get("/accuracy")
    assert answer.status_code == 200
    shown = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())
    assert REPORT["version"] in shown
    rows = [REPORT["natural"]["micro"], *REPORT["topic"]["levels"].values(), *REPORT["topic"]["areas"].values()]
    for row in rows:
        figures = " ".join(
            "{:.2f} {:.2f} to {:.2f}".format(row[name], *row["intervals"][name])
            for name in ("precision", "recall", "f1")
        )
        assert f"{row['n']} {row['positives']} {figures}" in shown
    assert [name for name in UNMEASURED if f"{name}: not measured" not in shown] == []
    assert "not ALA staff" in shown


def test_accuracy_says_when_tags_are_of_another_version(corpus: Path) -> None:
    with sqlite3.connect(corpus) as db:
        found = accuracy(db)
        assert found is not None
        versions = {row[0] for row in db.execute("select distinct version from taggings")}
    assert found["other_versions"] == sorted(versions - {REPORT["version"]}) != []


def test_accuracy_without_figures_and_with_damaged_ones(corpus: Path, tmp_path: Path) -> None:
    file = tmp_path / "evaluation.json"
    with sqlite3.connect(corpus) as db:
        assert accuracy(db, file) is None
        for text in ("{", "[]", '{"topic": {}}'):
            file.write_text(text, "utf-8")
            with pytest.raises(ValueError, match=r"evaluation\.json.*infopolicy evaluate --json"):
                accuracy(db, file)
