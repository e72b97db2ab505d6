"""The YAML beside the code is read by one loader, which lets nothing that a maintainer wrote fall away in silence."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT
from test_imports import MODULES

from positions.matching.bill_families import bill_families
from positions.matching.direction_words import cues
from positions.matching.document_direction import causes
from positions.matching.title_forms import title_forms
from positions.relevance.subject import kinds, library_words
from text.boilerplate import load_boilerplate
from text.plain_words import load_words
from text.yaml_config import BadYaml, read_yaml, rules_of


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\nb: 2\na: 3\n", "rules.yml:3: .*the key 'a' stands twice"),
        ("a:\n  b:\n    - {c: 1, c: 2}\n", "rules.yml:3: .*the key 'c' stands twice"),
        ("a: 1\nb: [c\n", "rules.yml:[23]: is not readable YAML"),
        ("a: 9999-99-99\n", "rules.yml: is not readable YAML"),
    ],
)
def test_a_mistake_is_named_with_its_file_and_line(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "rules.yml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadYaml, match=problem):
        read_yaml(file)
    with pytest.raises(BadYaml, match=r"rules\.yml"), rules_of(file):
        pass


def test_one_value_may_stand_under_several_keys_and_in_several_mappings(tmp_path: Path) -> None:
    file = tmp_path / "rules.yml"
    file.write_text("a: {x: 1}\nb: {x: 1}\n'1': c\n1: d\n", encoding="utf-8")
    assert read_yaml(file) == {"a": {"x": 1}, "b": {"x": 1}, "1": "c", 1: "d"}


def test_a_mistake_of_one_file_is_not_blamed_on_another_that_is_open(tmp_path: Path) -> None:
    for name in ("outer.yml", "inner.yml"):
        (tmp_path / name).write_text("a: 1\n", encoding="utf-8")

    def both() -> None:
        with rules_of(tmp_path / "outer.yml"), rules_of(tmp_path / "inner.yml") as entries:
            entries["b"]

    with pytest.raises(BadYaml, match=r"^inner\.yml: is not of the form"):
        both()


@pytest.mark.parametrize(
    ("load", "text", "problem"),
    [
        (load_boilerplate, "sentences: [a b]\nopenings: ['(bad']\n", r"'\(bad' is no pattern"),
        (load_boilerplate, "sentences: ['..']\nopenings: []\n", "stands between two words"),
        (load_boilerplate, "sentences: [a b]\n", "KeyError: 'openings'"),
        (load_words, "joining: the of\n", "KeyError: 'of_any_law'"),
        (bill_families, "- {id: a, says: an act, any: [a b]}\n", "'does'"),
        (causes, "causes: []\n", "KeyError: 'named_in_passing'"),
        (cues, "build: make\n", "KeyError: 'cut'"),
        (title_forms, "- {form: '(bad', effect: make, example: x}\n", r"'\(bad' is no pattern"),
        (library_words, "words: [library]\n", "KeyError: 'unless'"),
        (kinds, "an award: ['(bad']\n", "is no pattern"),
    ],
)
def test_a_part_that_is_wrong_or_missing_is_named_with_its_file(
    tmp_path: Path, load: Callable[[Path], object], text: str, problem: str
) -> None:
    file = tmp_path / "rules.yml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadYaml, match=rf"^rules\.yml: .*{problem}"):
        load(file)


@pytest.mark.parametrize("name", MODULES)
def test_no_module_reads_yaml_by_another_loader(name: str) -> None:
    if name != "text.yaml_config":
        assert not re.search(r"yaml\.(safe_)?load\(", MODULES[name].read_text(encoding="utf-8")), name


@pytest.mark.parametrize("place", ["crawlers", "datasette", "positions", "benchmarks", "tests"])
def test_no_file_of_ours_holds_a_key_twice(place: str) -> None:
    files = [file for file in (ROOT / place).rglob("*.yml") if "node_modules" not in file.parts]
    assert files
    assert [said for file in files if (said := _mistake(file))] == []


def _mistake(file: Path) -> str | None:
    try:
        read_yaml(file)
    except BadYaml as error:
        return str(error)
    return None
