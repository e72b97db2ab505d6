"""Stage 2: it reads what stage 1 leaves open, changes nothing else, and says when its files are damaged."""

from __future__ import annotations

import builtins
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import ROOT
from tiny_encoder import write_encoder

from classify.areas import AREAS_FILE
from classify.encoder import ABSENT, CARD, NETWORK, VOCABULARY, load_encoder, words_of
from classify.model import PRIORITY_OUTPUTS, BadModel
from classify.tagger import STAYS, SURE_FIRST, SURE_RULES, Tagger
from derive.incremental import tagger_edition

ALONE = Tagger(encoder_dir=None)
assert ALONE.model
OUTPUTS = ALONE.model.outputs
#: Stage 1 finds it doubtful that a bookmobile is meant, and sure that the others are not ours.
DOUBTFUL = ("x", "Traveling shelves for children", None, None)
WORDS = {"shelves": ("library-funding", 9.0)}


def likely(tagger: Tagger, record: tuple[str, str | None, str | None, str | None], area: str) -> float:
    [(_, tagging)] = tagger.tag_batch([record])
    return next((tag.probability for tag in tagging.areas if tag.area == area), 0.0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_encoder(tmp_path, OUTPUTS, WORDS, undecided=(0.0, 1.0))


def test_encoder_decides_what_stage_1_leaves_open(folder: Path) -> None:
    assert likely(ALONE, DOUBTFUL, "library-funding") < 0.4
    both = Tagger(encoder_dir=folder)
    assert likely(both, DOUBTFUL, "library-funding") > 0.9
    assert likely(both, ("x", "Road salt", None, None), "library-funding") < 0.1


def test_encoder_is_not_asked_where_stage_1_is_sure(tmp_path: Path) -> None:
    both = Tagger(encoder_dir=write_encoder(tmp_path, OUTPUTS, WORDS, undecided=(0.9999, 1.0)))
    (tmp_path / NETWORK).unlink()  # whoever asked would fail
    assert list(both.tag_batch([DOUBTFUL])) == list(ALONE.tag_batch([DOUBTFUL]))


def test_what_rules_are_sure_of_stays_tagged_and_is_no_longer_sure(tmp_path: Path) -> None:
    named = ("x", "Preserving the Open Internet", None, None)
    against = write_encoder(tmp_path, OUTPUTS, {"internet": ("telecommunications", -9.0)}, undecided=(0.0, 1.0))
    assert likely(ALONE, named, "telecommunications") > SURE_FIRST
    assert likely(Tagger(encoder_dir=against), named, "telecommunications") == STAYS


def test_a_rule_that_holds_speaks_for_itself(tmp_path: Path) -> None:
    named = ("x", "STOP CSAM Act of 2025", None, None)
    against = write_encoder(tmp_path, OUTPUTS, {"csam": ("intellectual-freedom", -9.0)}, undecided=(0.0, 1.0))
    assert likely(Tagger(encoder_dir=against), named, "intellectual-freedom") >= 0.7
    weighed = tmp_path / "areas.yml"
    weighed.write_text(AREAS_FILE.read_text("utf-8").replace("        holds: true\n", ""), "utf-8")
    assert likely(Tagger(areas_file=weighed, encoder_dir=against), named, "intellectual-freedom") <= STAYS


def test_what_rules_alone_are_sure_of_is_talked_down(tmp_path: Path) -> None:
    title = (
        "A statue of the inventor of the spectrum auction at the county fair, the town garden, and the museum of tools"
    )
    named = ("x", title, None, None)
    assert likely(Tagger(model_dir=None), named, "telecommunications") >= SURE_RULES
    assert likely(ALONE, named, "telecommunications") < SURE_FIRST
    against = write_encoder(tmp_path, OUTPUTS, {"spectrum": ("telecommunications", -9.0)}, undecided=(0.0, 1.0))
    assert likely(Tagger(encoder_dir=against), named, "telecommunications") < 0.1


def test_what_rules_are_not_sure_of_is_talked_down(tmp_path: Path) -> None:
    doubtful = ("x", "Internet access at plants", None, None)
    against = write_encoder(tmp_path, OUTPUTS, {"internet": ("telecommunications", -9.0)}, undecided=(0.0, 1.0))
    assert (
        likely(Tagger(encoder_dir=against), doubtful, "telecommunications")
        < 0.1
        < likely(ALONE, doubtful, "telecommunications")
    )


def test_encoder_answer_does_not_depend_on_what_else_is_read(folder: Path) -> None:
    titles = ["Shelves", "Library grants", "Road salt " * 80, "Student privacy and shelves"] * 3
    records = [(str(n), title, None, None) for n, title in enumerate(titles)]
    both = Tagger(encoder_dir=folder)
    assert list(both.tag_batch(records, batch_size=1)) == list(both.tag_batch(reversed(records)))[::-1]


def test_encoder_mixes_both_opinions_as_its_card_says(tmp_path: Path) -> None:
    kept = Tagger(encoder_dir=write_encoder(tmp_path, OUTPUTS, WORDS, (0.0, 1.0), weights=(1.0, 0.0, 0.0)))
    for title in ("Traveling shelves for children", "Public library grants"):
        found, before = (likely(each, ("x", title, None, None), "library-funding") for each in (kept, ALONE))
        assert found == pytest.approx(before, abs=2e-4)


def test_encoder_leaves_an_output_that_it_does_not_know_to_stage_1(tmp_path: Path) -> None:
    outputs = [name for name in OUTPUTS if name != "privacy"]
    both = Tagger(encoder_dir=write_encoder(tmp_path, outputs, WORDS, (0.0, 1.0)))
    record = ("x", "Student privacy and shelves", None, None)
    assert likely(both, record, "privacy") == likely(ALONE, record, "privacy") > 0.5
    assert likely(both, record, "library-funding") > 0.9


def test_encoder_reads_title_and_abstract_or_the_opening_of_the_text() -> None:
    assert words_of(" A title ", "An abstract", "A text") == "A title. An abstract"
    assert words_of("A title", None, "A text") == "A title. A text"
    assert words_of(None, None) == ". "
    assert len(words_of("t" * 10**6, None, "x" * 10**6)) < 4000


@pytest.mark.parametrize("record", [("x", None, None, None), ("x", "\ud800 \x00 🏛", "школа", None), ("x", "", "", "")])
def test_encoder_copes_with_anything(folder: Path, record: tuple[str, str | None, str | None, str | None]) -> None:
    assert len(list(Tagger(encoder_dir=folder).tag_batch([record]))) == 1


def test_encoder_version_is_part_of_the_version_of_tags(folder: Path) -> None:
    both, card = Tagger(encoder_dir=folder), json.loads((folder / CARD).read_text("utf-8"))
    assert both.version == f"{ALONE.version}-{both.encoder.version if both.encoder else ''}"
    assert tagger_edition(both).basis != tagger_edition(ALONE).basis
    for change in ({"undecided": [0.1, 0.8]}, {"mix": card["mix"] | {"privacy": [0.1, 0.2, 0.3]}}, {"length": 12}):
        (folder / CARD).write_text(json.dumps(card | change), "utf-8")
        assert Tagger(encoder_dir=folder).version != both.version, "the same network gives other tags now"


def test_priority_alone_is_not_worth_the_reading(folder: Path) -> None:
    encoder = Tagger(encoder_dir=folder).encoder
    assert encoder is not None
    likely = np.zeros(len(OUTPUTS)) - 1.0
    likely[[OUTPUTS.index(name) for name in PRIORITY_OUTPUTS]] = 0.5
    assert not encoder.undecided(likely)
    likely[OUTPUTS.index("privacy")] = 0.5
    assert encoder.undecided(likely)


def test_encoder_without_files_or_without_stage_1_is_left_out(tmp_path: Path, folder: Path) -> None:
    assert load_encoder(OUTPUTS, tmp_path / "nothing") is None
    assert Tagger(model_dir=None, encoder_dir=folder).encoder is None


@pytest.mark.parametrize("name", [NETWORK, VOCABULARY])
def test_encoder_names_a_damaged_file(folder: Path, name: str) -> None:
    (folder / name).write_bytes((folder / name).read_bytes()[:-9])
    with pytest.raises(BadModel, match=r"encoder\.onnx"):
        list(Tagger(encoder_dir=folder).tag_batch([DOUBTFUL]))


@pytest.mark.parametrize("text", ["{", "[]", '{"outputs": []}'])
def test_encoder_names_a_damaged_card(folder: Path, text: str) -> None:
    (folder / CARD).write_text(text, "utf-8")
    with pytest.raises(BadModel, match=r"encoder\.json"):
        Tagger(encoder_dir=folder)


@pytest.mark.slow
def test_encoder_writes_nothing_down_about_its_user_and_calls_nobody(tmp_path: Path) -> None:
    """Official builds of onnxruntime keep an id of the machine and a queue of events for their maker (not where CI is set)."""
    code = """
import os
from classify.encoder import load_encoder
from classify.model import load_model
load_encoder(load_model().outputs).logits("An act about libraries")
print(os.listdir(os.environ["HOME"]), os.listdir(os.environ["TMPDIR"]))
"""
    places = {"HOME": str(tmp_path / "home"), "TMPDIR": str(tmp_path / "temporary")}
    for place in places.values():
        Path(place).mkdir()
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PATH": "/usr/bin"} | places,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "[] []\n", done.stderr
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["home", "temporary"]


def test_encoder_says_what_to_install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: object, **more: object) -> object:
        if name == "onnxruntime":
            raise ImportError(name)
        return real(name, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(BadModel, match=ABSENT[:20]):
        list(Tagger(encoder_dir=folder).tag_batch([DOUBTFUL]))


def test_the_network_is_read_without_what_makes_it_slower() -> None:
    """Attention that looks for words that see no other, and sums joined with layer norms: a quarter of the time together."""
    onnxruntime = pytest.importorskip("onnxruntime")
    asked: dict[str, Any] = {}

    def session(network: bytes, options: Any, **also: Any) -> Any:
        asked.update(also, network=network)
        options.optimized_model_filepath = str(seen)
        return whole(network, options, **also)

    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        seen, whole = Path(folder) / "seen.onnx", onnxruntime.InferenceSession
        patch.setattr(onnxruntime, "InferenceSession", session)
        encoder = load_encoder([*(area.id for area in Tagger(model_dir=None).areas.areas), *PRIORITY_OUTPUTS])
        assert encoder is not None
        assert encoder.logits("A bill on libraries.").shape == (len(encoder.card["outputs"]),)
        run = seen.read_bytes()
    assert b"Softmax" in asked["network"]
    assert b"IsNaN" not in asked["network"]
    assert b"SkipLayerNormalization" not in run
    assert b"LayerNormalization" in run
