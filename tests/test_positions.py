"""The catalogue: its own examples hold, its errors say where they are, its facts stay the shape they came in."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from classify.areas import load_areas
from crawlers.items import document_id
from positions.catalog import yaml_file
from positions.catalog.catalog import AREAS, HOME, Catalogue, Position, catalogue_hash, check, load_catalogue
from positions.catalog.records import CONFIDENCES
from positions.catalog.stances import FILE, load_stances
from positions.catalog.yaml_file import BadFile
from positions.matching.matcher import Matcher

CATALOGUE = load_catalogue()
MATCHER = Matcher(CATALOGUE)
SHARED = Path(__file__).resolve().parents[1].parent / "shared" / "positions"

ENTRY = """\
- id: lf-test
  title: A test
  areas: [library-funding]
  confidence: verified
  versions:
    - document: A paper
      adopted: "2020-06"
      confidence: verified
      statement: Libraries need money.
  triggers:
    support:
      - id: money
        says: gives money
        any: [library aid]
  examples:
    - text: The act funds library aid.
      stance: support
"""


def _examples() -> list[tuple[Position, str, str | None]]:
    return [
        (position, example.text, example.stance) for position in CATALOGUE.positions for example in position.examples
    ]


def _folder(tmp_path: Path, text: str, area: str = "library-funding") -> Path:
    (tmp_path / f"{area}.yml").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(("position", "text", "stance"), _examples(), ids=lambda value: getattr(value, "id", None))
def test_example_gets_its_stance_and_look_alike_gets_none(position: Position, text: str, stance: str | None) -> None:
    found = {
        match.stance for match in MATCHER.match({"title": text}, position.areas) if match.position_id == position.id
    }
    assert found == ({stance} if stance else set())


def test_every_position_has_one_that_matches_and_one_that_only_sounds_like_it() -> None:
    for position in CATALOGUE.positions:
        stances = [example.stance for example in position.examples]
        assert None in stances, position.id
        assert {"support", "oppose"} <= set(stances), position.id


def test_the_catalog_holds_each_position_once_in_the_file_of_its_first_area() -> None:
    written = [entry["id"] for file in HOME.glob("*.yml") for entry in yaml_file.read(file)]
    assert sorted(written) == sorted(CATALOGUE.by_id)
    assert len(CATALOGUE.positions) == len(CATALOGUE.by_id)
    assert [p.id for p in CATALOGUE.positions] == [
        p.id for area in AREAS for p in CATALOGUE.positions if p.areas[0] == area
    ]


def test_positions_are_filed_under_areas_that_the_tagger_knows() -> None:
    known = {area.id for area in load_areas().areas}
    assert set(AREAS) <= known - {"broadband"}, "positions about broadband are filed under telecommunications"
    assert {area for position in CATALOGUE.positions for area in position.also_in} <= known


def test_facts_are_those_of_the_compiled_list() -> None:
    if not (SHARED / "positions.json").exists():
        pytest.skip("../shared/positions is not here: nothing to compare the catalogue with")
    for fact in json.loads((SHARED / "positions.json").read_text(encoding="utf-8"))["positions"]:
        position = CATALOGUE.by_id[fact["id"]]
        assert position.title == fact["title"]
        assert list(position.areas) == fact["areas"]
        assert position.confidence == fact["confidence"]
        assert list(position.partners) == fact["partners"]
        assert list(position.opponents) == fact["known_opponents"]
        assert list(position.owner_units) == fact["owner_units"]
        assert position.source_url == fact["source_url"]
        assert position.source_read == (fact["source_read"] == "read")
        assert {v.document for v in position.versions} == {i["name"] for i in fact["instruments"]}
        for version in position.versions:
            instrument = next(i for i in fact["instruments"] if i["name"] == version.document)
            assert (instrument["adopted"] or "").startswith(version.adopted or "")
            assert (instrument["last_revised"] or "").startswith(version.revised or "")
            assert version.confidence == instrument["confidence"]


def test_a_correct_folder_loads(tmp_path: Path) -> None:
    loaded = load_catalogue(_folder(tmp_path, ENTRY))
    assert isinstance(loaded, Catalogue)
    assert loaded.positions[0].statement == "Libraries need money."


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("[library-funding]", "[library-funding, farming]", 3, "areas is 'farming'"),
        ("[library-funding]", "[privacy]", 3, "move it"),
        ("    support:", "    applaud:", 11, "unknown stance 'applaud'"),
        ("      stance: support", "      stance: maybe", 17, "stance is 'maybe'"),
        ("confidence: verified\n  v", "confidence: sure\n  v", 4, "confidence is 'sure'"),
        ('adopted: "2020-06"', 'adopted: "June"', 7, "adopted is 'June'"),
        ("any: [library aid]", "any: [lib* aid]", 14, "at least four letters"),
        ("any: [library aid]", "any: [library ..]", 14, "do not end"),
        ("        says: gives money\n", "", 12, "has no says"),
        ("  title: A test\n", "", 1, "has no title"),
        ("  title: A test", "  title: A test\n  colour: red", 3, "unknown key 'colour'"),
        ("  title: A test", "  title: A test\n  related: [lf-none]", 3, "'lf-none'"),
        ("      statement: Libraries need money.\n", "", 5, "no version has a statement"),
        ("  title: A test", "  title: A test\n  title: Again", 3, "stands twice"),
        ("  title: A test", "  title: [A test", 3, "not readable YAML"),
        ("    - document: A paper", "    - a paper\n    - document: A paper", 5, "must be a list of entries"),
    ],
)
def test_an_error_names_file_line_and_entry(tmp_path: Path, old: str, new: str, line: int, said: str) -> None:
    assert old in ENTRY
    problems = check(_folder(tmp_path, ENTRY.replace(old, new, 1)))
    place = f"library-funding.yml:{line}: "
    assert any(place in problem and said in problem for problem in problems), problems
    with pytest.raises(BadFile):
        load_catalogue(tmp_path)


def test_an_id_used_twice_is_refused_across_files(tmp_path: Path) -> None:
    _folder(tmp_path, ENTRY)
    problems = check(_folder(tmp_path, ENTRY.replace("[library-funding]", "[privacy]"), "privacy"))
    assert any("lf-test: the id is used already in privacy.yml:1" in problem for problem in problems), problems


def test_several_problems_are_reported_at_once(tmp_path: Path) -> None:
    text = ENTRY.replace("A test", '""').replace("stance: support", "stance: yes-please")
    assert len(check(_folder(tmp_path, text))) >= 2


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"just words", "not a list"),
        (b"- one\n- two\n", "not a mapping"),
        (b"- &a [*a]", ""),
    ],
)
def test_a_file_that_is_no_catalogue_is_refused_without_a_traceback(tmp_path: Path, raw: bytes, said: str) -> None:
    (tmp_path / "privacy.yml").write_bytes(raw)
    assert any(said in problem and "privacy.yml" in problem for problem in check(tmp_path))


def test_an_empty_folder_says_what_to_give(tmp_path: Path) -> None:
    assert "holds no catalogue file" in check(tmp_path)[0]


def test_the_hash_changes_with_the_catalogue_and_not_with_the_place(tmp_path: Path) -> None:
    for file in HOME.glob("*.yml"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    assert catalogue_hash(tmp_path) == catalogue_hash()
    with (tmp_path / "privacy.yml").open("a", encoding="utf-8") as file:
        file.write("# a word\n")
    assert catalogue_hash(tmp_path) != catalogue_hash()


# ---- stances on record


def test_each_stance_is_loaded_once_with_canonical_document_ids() -> None:
    stances = load_stances(frozenset(CATALOGUE.by_id))
    assert [stance.id for stance in stances] == [entry["id"] for entry in yaml_file.read(FILE)]
    assert len({stance.id for stance in stances}) == len(stances)
    documents = [document for stance in stances for document in stance.documents]
    assert documents
    for document in documents:
        jurisdiction, session, number = re.fullmatch(r"(us(?:-[a-z]{2})?)-(\d+r?)-([a-z]+\d+)", document).groups()  # type: ignore[union-attr]
        assert document_id(jurisdiction, session, number) == document


def test_a_plaintiff_is_a_role_and_support_with_changes_is_support_if_amended() -> None:
    by_id = {stance.id: stance for stance in load_stances(frozenset(CATALOGUE.by_id))}
    assert by_id["rule-37cfr223-optout"].stance == "support_if_amended"
    assert by_id["case-us-us-v-ala"].role == "plaintiff"
    assert by_id["case-us-us-v-ala"].stance == "support"
    assert by_id["us-tx-88r-hb900"].stance == "oppose"


def test_stances_keep_the_facts_of_the_compiled_list() -> None:
    if not (SHARED / "stances.json").exists():
        pytest.skip("../shared/positions is not here: nothing to compare the stances with")
    facts = json.loads((SHARED / "stances.json").read_text(encoding="utf-8"))["stances"]
    for fact, stance in zip(facts, load_stances(frozenset(CATALOGUE.by_id)), strict=True):
        assert (stance.title, stance.number, stance.year, stance.actor, stance.outcome) == (
            fact["title"],
            fact["number"],
            fact["year"],
            fact["actor"],
            fact["outcome"],
        )
        assert list(stance.positions) == fact["position_ids"]
        assert [stance.confidence_identity, stance.confidence_stance, stance.confidence_outcome] == [
            fact[f"confidence_{kind}"] for kind in ("identity", "stance", "outcome")
        ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("stance: oppose", "stance: plaintiff", "stance is 'plaintiff'"),
        ("year: 2026", "year: soon", "a year"),
        ("if-no-funding-penalty, ", "if-none, ", "'if-none'"),
        ("areas: [intellectual-freedom", "areas: [farming", "areas is 'farming'"),
    ],
)
def test_a_wrong_stance_is_refused_with_file_and_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "stances.yml"
    path.write_text(FILE.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadFile, match=r"stances\.yml:\d+: us-119-hr7661: ") as error:
        load_stances(frozenset(CATALOGUE.by_id), path)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("name", "count"), [("instruments", 9), ("interpretations", 28), ("policy_manual", 37), ("council_actions", 21)]
)
def test_reference_lists_are_whole_and_every_fact_says_how_sure_it_is(name: str, count: int) -> None:
    entries = yaml_file.read(HOME.parent / "reference" / f"{name}.yml")
    assert len(entries) == count
    assert all(entry["confidence"] in CONFIDENCES and entry["source"] for entry in entries)


def test_a_place_that_refers_to_another_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    """Nine lines of lists that name each other nine times are half a billion words once written out, as a key was."""
    lists = ["- a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lists += [f"- a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    (tmp_path / "privacy.yml").write_text("\n".join([*lists, "- ? *a8", "  : x", ""]), encoding="utf-8")
    with pytest.raises(BadFile, match=r"privacy\.yml:2: .*refers to another place: write it out"):
        load_catalogue(tmp_path)
