"""Training: reproducible, near-duplicates kept together, a damaged model named, and features that know their place."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import cli
from classify.areas import AREAS_FILE, load_areas
from classify.evaluation.evaluate import Gold
from classify.features import Part
from classify.model import ARRAYS, CARD, MODEL_DIR, BadModel, load_model
from classify.tagger import Tagger
from classify.training import train as module
from classify.training.train import (
    LIKELY,
    assign_folds,
    best_threshold,
    clusters,
    fit,
    learn_vocabulary,
    main,
    read_corpus,
    train,
)
from text.tokens import tokenize

pytestmark = pytest.mark.slow

SUBJECTS = {
    "library-funding": "grants for public library construction in county",
    "privacy": "protecting personal information of consumers from misuse by company",
    "telecommunications": "ending robocalls from telephone carrier number",
}


def documents(split: str = "train") -> list[Gold]:
    """Sixty small documents: three subjects and road works that carry no label."""
    gold = []
    for number in range(15):
        for area, title in [*SUBJECTS.items(), (None, "repair of bridges on state road")]:
            areas = frozenset({area} - {None})
            priority = 2 if area == "library-funding" else int(area is not None)
            words = " ".join(f"{word}{number}" for word in ("alpha", "beta", "gamma", "delta", "epsilon", "zeta"))
            title = f"{title} {words}"
            gold.append(Gold(f"us/1/{area}{number}", title, None, areas, priority, "federal", "natural", split))
    return gold


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    train(documents(), folder=folder)
    return folder


def test_train_learns_what_it_was_shown(trained: Path) -> None:
    tagger = Tagger(model_dir=trained)
    records = [
        ("a", "Grants for library construction", None, None),
        ("b", "Repair of bridges on a state road", None, None),
    ]
    (_, library), (_, road) = tagger.tag_batch(records)
    assert {tag.area for tag in library.areas if tag.tagged} == {"library-funding"}
    assert not [tag for tag in road.areas if tag.tagged]
    assert library.priority_score > road.priority_score


def test_train_is_the_same_every_time(trained: Path, tmp_path: Path) -> None:
    train(documents(), folder=tmp_path)
    first, second = (dict(np.load(folder / ARRAYS)) for folder in (trained, tmp_path))
    assert all(np.array_equal(first[name], second[name]) for name in first)
    assert json.loads((trained / CARD).read_text()) | {"sha256": ""} == json.loads((tmp_path / CARD).read_text()) | {
        "sha256": ""
    }


def test_train_rule_added_later_counts_at_once(trained: Path, tmp_path: Path) -> None:
    text = AREAS_FILE.read_text("utf-8")
    rule = "    rules:\n      - id: added-later\n        weight: 0.8\n        phrases: [zebra crossing camera]\n"
    changed = tmp_path / "areas.yml"
    before, after = text.split("\n  privacy:\n")
    changed.write_text(before + "\n  privacy:\n" + after.replace("    rules:\n", rule, 1), "utf-8")
    record = ("x", "Zebra crossing cameras", None, None)

    def privacy(tagger: Tagger) -> bool:
        [(_, tagging)] = tagger.tag_batch([record])
        return any(tag.area == "privacy" and tag.tagged for tag in tagging.areas)

    assert not privacy(Tagger(model_dir=trained))
    assert privacy(Tagger(changed, trained))


def test_train_version_of_tags_follows_rules_and_model(trained: Path) -> None:
    rules_alone, both = Tagger(model_dir=None).version, Tagger(model_dir=trained).version
    assert both.startswith(rules_alone)
    assert both != rules_alone


def test_a_tag_is_more_likely_right_than_wrong_whatever_is_best_by_f1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "best_threshold", lambda *_: 0.2)
    train(documents(), folder=tmp_path)
    chosen = json.loads((tmp_path / CARD).read_text())["thresholds"]
    assert {chosen[area.id] for area in load_areas().areas if area.labeled} == {LIKELY}
    assert chosen["priority-2"] == 0.2


def test_another_threshold_is_another_model(trained: Path, tmp_path: Path) -> None:
    shutil.copytree(trained, tmp_path, dirs_exist_ok=True)
    before, card = load_model(trained), json.loads((tmp_path / CARD).read_text())
    card["thresholds"]["privacy"] += 0.1
    (tmp_path / CARD).write_text(json.dumps(card))
    after = load_model(tmp_path)
    assert before
    assert after
    assert after.version != before.version


def test_train_verdicts_of_staff_teach_one_area(tmp_path: Path, trained: Path) -> None:
    record = ("s1", "Snooping on strangers by the harbour office", None, None)
    decisions = [module.Decision(record, "privacy", True), module.Decision(record, "unheard-of", True)]
    names = ["privacy", "literacy"]
    lessons = module.staff_lessons(Tagger(model_dir=None), decisions, names)
    assert lessons.y.tolist() == [[1.0, 0.0]]
    assert lessons.weight[0][0] > 0 == lessons.weight[0][1]
    train(documents(), decisions * 5, tmp_path)

    def privacy(folder: Path) -> float:
        [(_, tagging)] = Tagger(model_dir=folder).tag_batch([record])
        return max((tag.probability for tag in tagging.areas if tag.area == "privacy"), default=0.0)

    assert privacy(tmp_path) > privacy(trained) + 0.2


def test_train_list_finds_the_share_asked_for() -> None:
    probability = np.linspace(0, 1, 101)
    truth = probability > 0.4
    threshold = module.threshold_that_finds(truth, probability, 0.9)
    assert (probability[truth] >= threshold).mean() >= 0.9
    assert threshold > 0.4


def test_train_near_duplicates_share_a_fold() -> None:
    titles = [
        "Grants for rural library buildings and staff",
        "Grants for rural library buildings and staff of 2024",
        "Fishing season",
    ]
    corpus = read_corpus(Tagger(model_dir=None), ((str(i), title, None, None) for i, title in enumerate(titles * 2)))
    groups = clusters(corpus, learn_vocabulary(corpus.parts))
    assert groups[0] == groups[1] == groups[3]
    assert groups[0] != groups[2]
    folds = assign_folds(groups)
    assert folds[0] == folds[1]


def test_train_shares_count_as_that_much_of_a_yes() -> None:
    from scipy import sparse

    x = sparse.csr_matrix(np.repeat([[1.0, 0.0], [0.0, 1.0]], 50, axis=0))
    y = np.repeat([[0.9], [0.1]], 50, axis=0)
    weights, bias = fit(x, y, np.ones((100, 1)))
    assert weights[0, 0] + bias[0] > 1 > -1 > weights[1, 0] + bias[0]


def test_train_threshold_is_half_of_the_best_f1() -> None:
    truth = np.array([True, True, True, False, False])
    assert best_threshold(truth, np.array([0.8, 0.7, 0.6, 0.3, 0.1])) == 0.5
    assert best_threshold(truth, np.array([0.8, 0.7, 0.1, 0.3, 0.1])) == 0.4  # two of three found, none wrong: F1 0.8


def test_train_threshold_separates() -> None:
    probability = np.r_[np.full(20, 0.7), np.full(80, 0.3)]
    truth = probability > 0.5
    assert 0.3 < best_threshold(truth, probability) <= 0.7


def test_features_pairs_and_titles_are_told_apart() -> None:
    title, body, turned = Part(), Part(), Part()
    title.add(tokenize("data broker"), in_title=True)
    body.add(tokenize("Data-Brokers"), in_title=False)
    turned.add(tokenize("broker data"), in_title=False)
    assert set(body.counts("body")[0]) == set(title.counts("body")[0])
    assert len(set(body.counts("body")[0]) & set(turned.counts("body")[0])) == 2
    assert len(title.counts("title")[0]) == 3
    assert not len(body.counts("title")[0])


def damage(folder: Path, how: str) -> None:
    match how:
        case "cut":
            (folder / ARRAYS).write_bytes((folder / ARRAYS).read_bytes()[:500])
        case "other card":
            card = json.loads((folder / CARD).read_text())
            (folder / CARD).write_text(json.dumps(card | {"sha256": "0"}))
        case "no card":
            (folder / CARD).unlink()
        case "not json":
            (folder / CARD).write_text("{")


@pytest.mark.parametrize("how", ["cut", "other card", "no card", "not json"])
def test_model_damage_is_named(trained: Path, tmp_path: Path, how: str) -> None:
    for name in (ARRAYS, CARD):
        (tmp_path / name).write_bytes((trained / name).read_bytes())
    damage(tmp_path, how)
    with pytest.raises(BadModel, match=r"model\.npz"):
        load_model(tmp_path)


def test_model_without_files_leaves_rules_alone(tmp_path: Path) -> None:
    assert load_model(tmp_path) is None
    assert Tagger(model_dir=tmp_path).version == Tagger(model_dir=None).version


def test_model_shipped_is_small_and_needs_no_pickle() -> None:
    sizes = {path.name: path.stat().st_size for path in MODEL_DIR.iterdir() if path.is_file()}
    assert sizes["encoder.onnx"] + sizes["tokenizer.json"] < 25_000_000
    assert sizes["model.npz"] < 8_000_000
    assert sum(sizes.values()) < 32_000_000
    model = load_model()
    assert model is not None
    assert (MODEL_DIR / "CARD.md").exists()


def test_train_command_reports_and_refuses_bad_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(tmp_path / "absent.jsonl", folder=tmp_path / "model") == 2
    assert "absent.jsonl" in capsys.readouterr().err
    lines = [
        {
            "id": d.id,
            "source": "",
            "title": d.title,
            "abstract": None,
            "areas": sorted(d.areas),
            "priority": d.priority,
            "stratum": "core",
            "split": split,
        }
        for split in ("train", "test")
        for d in documents(split)
    ]
    path = tmp_path / "gold.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    assert main(path, folder=tmp_path / "model") == 0
    assert "Kept-back documents (topic): micro-F1 " in capsys.readouterr().out


@pytest.mark.parametrize(("after", "code"), [(0.6, 0), (0.5, 0), (0.4, 1)])
def test_train_ends_with_exit_code_1_when_the_new_model_is_worse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], after: float, code: int
) -> None:
    scores = iter([0.5, after])
    (tmp_path / ARRAYS).touch()
    monkeypatch.setattr(module, "read_gold", lambda *_: [])
    monkeypatch.setattr(module, "labeled_later", lambda *_: ([], 0))
    monkeypatch.setattr(module, "read_teacher", lambda *_: ([], 0))
    cross = {"micro": {"f1": 0.5}, "macro": {"f1": 0.5}}
    monkeypatch.setattr(module, "evaluate", lambda *_, **__: {"topic": {"micro": {"f1": next(scores)}}})
    monkeypatch.setattr(module, "train", lambda *_: {"cross_validated": cross})
    monkeypatch.setattr(module, "Tagger", lambda **_: None)
    assert main(tmp_path / "gold.jsonl", folder=tmp_path) == code
    assert ("worse" in capsys.readouterr().err) == bool(code)


def test_train_command_says_what_is_wrong_with_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFOPOLICY_DATA", str(tmp_path))
    result = CliRunner().invoke(cli.main, ["train", str(tmp_path / "absent.jsonl")])
    assert result.exit_code == 2
    assert "absent.jsonl" in result.output
