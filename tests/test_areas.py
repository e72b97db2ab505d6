"""areas.yml: its own examples hold, and a mistake in it is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from classify.areas import AREAS_FILE, BadAreas, load_areas, rules_hash
from classify.tagger import Tagger

AREAS = load_areas().areas
EXAMPLES = [(area.id, example) for area in AREAS for example in area.examples]
COUNTEREXAMPLES = [(area.id, example) for area in AREAS for example in area.counterexamples]

MODEL = json.loads((AREAS_FILE.parent / "model/model.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger()


def tagged(tagger: Tagger, title: str) -> set[str]:
    [(_, tagging)] = tagger.tag_batch([("x", title, None, None)])
    return {tag.area for tag in tagging.areas if tag.tagged}


def test_labeled_areas_are_those_the_model_was_trained_on() -> None:
    assert [area.id for area in AREAS if area.labeled] == [
        name for name in MODEL["outputs"] if not name.startswith("priority-")
    ]


def test_areas_every_entry_has_examples_and_counterexamples() -> None:
    assert not [area.id for area in AREAS if len(area.examples) < 2 or len(area.counterexamples) < 2]


@pytest.mark.parametrize(("area", "example"), EXAMPLES)
def test_areas_example_is_tagged(tagger: Tagger, area: str, example: str) -> None:
    assert area in tagged(tagger, example)


@pytest.mark.parametrize(("area", "example"), COUNTEREXAMPLES)
def test_areas_counterexample_is_not_tagged(tagger: Tagger, area: str, example: str) -> None:
    assert area not in tagged(tagger, example)


def test_areas_broadband_is_also_telecommunications(tagger: Tagger) -> None:
    assert {"broadband", "telecommunications"} <= tagged(tagger, "Digital equity and homework gap grants")


def _broken(tmp_path: Path, change: str) -> Path:
    data = yaml.safe_load(AREAS_FILE.read_text("utf-8"))
    privacy = data["areas"]["privacy"]
    match change:
        case "no title":
            del privacy["title"]
        case "unknown key":
            privacy["excludes"] = ["x"]
        case "number as phrase":
            privacy["rules"][0]["phrases"] = [911]
        case "no phrases":
            privacy["rules"][0]["phrases"] = []
        case "weight too high":
            privacy["rules"][0]["weight"] = 1.5
        case "holds perhaps":
            privacy["rules"][0]["holds"] = "perhaps"
        case "an area below priority holds":
            data["priority"]["rules"][0]["holds"] = True
        case "implies nothing known":
            privacy["implies"] = ["secrecy"]
        case "same rule twice":
            privacy["rules"] += [rule for rule in privacy["rules"] if rule["id"] == "privacy-word"]
        case "no rules":
            privacy["rules"] = None
        case "threshold missing":
            del privacy["threshold"]
        case "bad key":
            data["areas"]["Privacy Rights"] = privacy
        case "an area below priority":
            data["priority"]["roads"] = privacy
        case "an area at the top":
            data["roads"] = privacy
    path = tmp_path / "areas.yml"
    path.write_text(yaml.safe_dump(data), "utf-8")
    return path


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("no title", "'title' must be text"),
        ("unknown key", "unknown key 'excludes'"),
        ("number as phrase", "in quotes"),
        ("no phrases", "at least one phrase"),
        ("weight too high", "not 1.5"),
        ("an area below priority holds", "only a rule of an area can hold"),
        ("holds perhaps", "`holds` must be true or false"),
        ("implies nothing known", "'secrecy', which is not an area"),
        ("same rule twice", "two rules are called 'privacy-word'"),
        ("no rules", "'rules' must be a list"),
        ("threshold missing", "'threshold' must be a number"),
        ("bad key", "'Privacy Rights'"),
        ("an area below priority", "unknown key 'roads'"),
        ("an area at the top", "unknown key 'roads'"),
    ],
)
@pytest.mark.slow
def test_areas_mistake_is_named_with_file_and_entry(tmp_path: Path, change: str, said: str) -> None:
    path = _broken(tmp_path, change)
    with pytest.raises(BadAreas) as error:
        load_areas(path)
    assert said in str(error.value)
    assert str(path) in str(error.value)
    if change != "bad key" and not change.startswith("an area"):
        assert "privacy" in str(error.value)


@pytest.mark.parametrize("text", ["areas: [", "- a\n- b\n", "areas: 3\n", ""])
def test_areas_file_that_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "areas.yml"
    path.write_text(text, "utf-8")
    with pytest.raises(BadAreas, match=r"areas\.yml"):
        load_areas(path)


def test_areas_hash_follows_the_file(tmp_path: Path) -> None:
    path = tmp_path / "areas.yml"
    path.write_bytes(AREAS_FILE.read_bytes())
    assert rules_hash(path) == rules_hash()
    path.write_bytes(AREAS_FILE.read_bytes() + b"\n# a remark\n")
    assert rules_hash(path) != rules_hash()
