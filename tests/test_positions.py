"""The catalog: its own examples hold, its errors say where they are, its facts stay the shape they came in."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from classify.areas import load_areas
from cli import main
from crawlers.items import document_id
from positions.catalog import yaml_file
from positions.catalog.catalog import AREAS, HOME, Catalog, Position, catalog_hash, check, load_catalog
from positions.catalog.currency import currency
from positions.catalog.records import CONFIDENCES
from positions.catalog.stances import FILE, load_stances
from positions.catalog.yaml_file import BadFile
from positions.matching.matcher import Matcher

CATALOG = load_catalog()
MATCHER = Matcher(CATALOG)
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
    return [(position, example.text, example.stance) for position in CATALOG.positions for example in position.examples]


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
    for position in CATALOG.positions:
        stances = [example.stance for example in position.examples]
        assert None in stances, position.id
        assert {"support", "oppose"} <= set(stances), position.id


def test_the_catalog_holds_each_position_once_in_the_file_of_its_first_area() -> None:
    written = [entry["id"] for file in HOME.glob("*.yml") for entry in yaml_file.read(file)]
    assert sorted(written) == sorted([*CATALOG.by_id, *(position.id for position in CATALOG.unlisted)])
    assert len(CATALOG.positions) == len(CATALOG.by_id)
    assert [p.id for p in CATALOG.positions] == [
        p.id for area in AREAS for p in CATALOG.positions if p.areas[0] == area
    ]


def test_positions_are_filed_under_areas_that_the_tagger_knows() -> None:
    known = {area.id for area in load_areas().areas}
    assert set(AREAS) <= known - {"broadband"}, "positions about broadband are filed under telecommunications"
    assert {area for position in CATALOG.positions for area in position.also_in} <= known


def test_facts_of_the_compiled_list_stand_unless_a_closer_reading_changed_them() -> None:
    """Statements, sources and confidence follow what was read since; names, units and dates of an instrument stay."""
    if not (SHARED / "positions.json").exists():
        pytest.skip("../shared/positions is not here: nothing to compare the catalog with")
    read_again = {("Confidentiality of Library Records", "1971-01-20"), ("The Role of Libraries", "2007-01-22")}
    for fact in json.loads((SHARED / "positions.json").read_text(encoding="utf-8"))["positions"]:
        position = CATALOG.by_id[fact["id"]]
        assert position.title == fact["title"]
        assert list(position.areas) == fact["areas"]
        assert list(position.partners) == fact["partners"]
        assert list(position.opponents) == fact["known_opponents"]
        assert list(position.owner_units) == fact["owner_units"]
        for version in position.versions:
            known = [i for i in fact["instruments"] if i["name"] == version.document and i["adopted"]]
            for instrument in known:
                if (version.document[:34], version.adopted) not in read_again:
                    assert (instrument["adopted"] or "").startswith(version.adopted or ""), position.id


# ---- whose words


def test_every_listed_position_says_what_it_rests_on() -> None:
    for position in CATALOG.positions:
        rests_on = position.authority
        assert rests_on.body, position.id
        assert rests_on.review_by, position.id
        if not rests_on.passage:
            assert position.confidence == "memory", f"{position.id}: no passage, so nothing says that it was checked"
        if "Library Copyright Alliance" in rests_on.document or rests_on.document.startswith("LCA"):
            assert "Library Copyright Alliance" in rests_on.body, position.id


def test_the_docs_list_what_each_position_rests_on() -> None:
    page = (HOME.parents[2] / "docs" / "positions.md").read_text(encoding="utf-8")
    for position in CATALOG.positions:
        rests_on = position.authority
        row = re.search(rf"^\| `{position.id}` \| (\w+) \| .* \| (.*) \|$", page, re.MULTILINE)
        assert row, f"docs/positions.md lacks {position.id}"
        assert row[1] == rests_on.grade, position.id
        assert (rests_on.address in row[2]) if rests_on.passage else (row[2] == "**none**"), position.id
    assert all(f"- `{position.id}`: " in page for position in CATALOG.unlisted)


def test_what_nobody_could_check_is_kept_but_neither_matched_nor_shown() -> None:
    assert CATALOG.unlisted
    for position in CATALOG.unlisted:
        assert position.confidence == "low"
        assert position.note, f"{position.id}: say what is to be read"
        assert not position.authority.passage
        assert position.id not in CATALOG.by_id


def test_no_statement_says_what_the_review_found_wrong() -> None:
    said = {position.id: position.statement for position in CATALOG.positions}
    assert not re.search(r"boards? to choose", said["if-professional-selection"])
    assert "court order" not in said["pr-library-records"]
    assert "likely" in said["cp-ai"], "the hedge of the principles"
    assert "Library Copyright Alliance" in said["cp-ai"]
    assert "LGBTQ" not in said["if-no-viewpoint-removal"], "it stands beside laws on religious books, too"
    for position in CATALOG.positions:
        assert not any("working group" in version.document for version in position.versions)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("statement:", "grade: decided\n      statement:", "grade is 'decided'"),
        ("statement:", "passage: We ask for money.\n      statement:", "passage stands without address, place, grade"),
        ("statement:", "approved_by: A. Person\n      statement:", "approved_by stands without approved_on"),
        ("statement:", "grade: adopted\n      statement:", "no body is named"),
        ("statement:", "address: ala.org\n      statement:", "begins with https://"),
        ("statement:", "review_by: soon\n      statement:", "review_by is 'soon'"),
        (
            "statement:",
            "grade: practice\n      address: https://a.example/b\n      place: page 1\n"
            "      passage: One thing. Another thing. A third.\n      statement:",
            "the passage has 3 sentences",
        ),
    ],
)
def test_authority_that_cannot_stand_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(BadFile, match="lf-test") as error:
        load_catalog(_folder(tmp_path, ENTRY.replace(old, new, 1)))
    assert said in str(error.value)


TODAY = date(2026, 11, 27)
GRADED = ENTRY.replace(
    "statement:",
    'body: A board\n      grade: practice\n      review_by: "2026-06-30"\n      statement:',
)


def test_the_check_of_currency_names_what_is_due_weak_or_replaced(tmp_path: Path) -> None:
    later = GRADED.replace("  triggers:", "    - document: A newer paper\n      confidence: memory\n  triggers:")
    found = {remark.reason: remark.words for remark in currency(load_catalog(_folder(tmp_path, later)), TODAY)}
    assert found == {
        "overdue": "2026-06-30",
        "no_passage": "A paper",
        "replaced": "A newer paper",
        "unapproved": "A paper",
    }
    (tmp_path / "one").mkdir()
    alone = {remark.reason for remark in currency(load_catalog(_folder(tmp_path / "one", GRADED)), date(2026, 6, 30))}
    assert alone == {"no_passage", "one_letter", "unapproved"}, "the day itself is still in time"


def test_a_named_successor_and_an_unlisted_position_are_reported(tmp_path: Path) -> None:
    named = GRADED.replace("review_by:", "successor: A law\n      review_by:")
    assert "A law" in {remark.words for remark in currency(load_catalog(_folder(tmp_path, named)), TODAY)}
    (tmp_path / "low").mkdir()
    low = load_catalog(_folder(tmp_path / "low", GRADED.replace("confidence: verified", "confidence: low", 1)))
    assert not low.positions
    assert [remark.reason for remark in currency(low, TODAY)] == ["unlisted"]


def test_the_command_tells_what_to_look_at_and_still_succeeds() -> None:
    told = CliRunner().invoke(main, ["positions", "check"])
    assert told.exit_code == 0, told.output
    assert "Not shown: no source for it has been read" in told.output
    assert "gi-independent-librarian" in told.output
    assert "Past its review date: read the source again" in told.output


def test_a_draw_of_statements_comes_with_their_passages_and_can_be_drawn_again() -> None:
    first, again, other = (
        CliRunner().invoke(main, ["positions", "check", "--passages", "5", "--seed", seed]) for seed in ("1", "1", "2")
    )
    assert first.exit_code == 0
    assert first.output == again.output != other.output
    by_id = load_catalog().by_id
    drawn = re.findall(r"^\d+\. (\S+) \(", first.output, re.MULTILINE)
    assert len(set(drawn)) == 5
    for position_id in drawn:
        position = by_id[position_id]
        assert position.authority.passage
        assert position.statement in first.output
        assert position.authority.passage in first.output
        assert position.authority.address in first.output


def test_a_correct_folder_loads(tmp_path: Path) -> None:
    loaded = load_catalog(_folder(tmp_path, ENTRY))
    assert isinstance(loaded, Catalog)
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
        ("  title: A test", "  ? {? {? {a: b} : c} : d}\n  : A test", 2, "more than a word"),
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
        load_catalog(tmp_path)


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
def test_a_file_that_is_no_catalog_is_refused_without_a_traceback(tmp_path: Path, raw: bytes, said: str) -> None:
    (tmp_path / "privacy.yml").write_bytes(raw)
    assert any(said in problem and "privacy.yml" in problem for problem in check(tmp_path))


def test_an_empty_folder_says_what_to_give(tmp_path: Path) -> None:
    assert "holds no catalog file" in check(tmp_path)[0]


def test_the_hash_changes_with_the_catalog_and_not_with_the_place(tmp_path: Path) -> None:
    for file in HOME.glob("*.yml"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    assert catalog_hash(tmp_path) == catalog_hash()
    with (tmp_path / "privacy.yml").open("a", encoding="utf-8") as file:
        file.write("# a word\n")
    assert catalog_hash(tmp_path) != catalog_hash()


# ---- stances on record


def test_each_stance_is_loaded_once_with_canonical_document_ids() -> None:
    stances = load_stances(frozenset(CATALOG.by_id))
    assert [stance.id for stance in stances] == [entry["id"] for entry in yaml_file.read(FILE)]
    assert len({stance.id for stance in stances}) == len(stances)
    documents = [document for stance in stances for document in stance.documents]
    assert documents
    for document in documents:
        jurisdiction, session, number = re.fullmatch(r"(us(?:-[a-z]{2})?)-(\d+r?)-([a-z]+\d+)", document).groups()  # type: ignore[union-attr]
        assert document_id(jurisdiction, session, number) == document


def test_a_plaintiff_is_a_role_and_support_with_changes_is_support_if_amended() -> None:
    by_id = {stance.id: stance for stance in load_stances(frozenset(CATALOG.by_id))}
    assert by_id["rule-37cfr223-optout"].stance == "support_if_amended"
    assert by_id["case-us-us-v-ala"].role == "plaintiff"
    assert by_id["case-us-us-v-ala"].stance == "support"
    assert by_id["us-tx-88r-hb900"].stance == "oppose"


def test_only_what_somebody_read_and_ala_did_itself_may_leave_the_desk() -> None:
    stances = load_stances(frozenset(CATALOG.by_id))
    leaving = [stance for stance in stances if stance.taken_by("ALA") and not stance.to_verify]
    assert leaving
    assert all(stance.source_url and stance.confidence_stance == "verified" for stance in leaving)
    assert not any("tracker" in stance.role for stance in leaving)
    by_id = {stance.id: stance for stance in stances}
    assert by_id["case-us-little-v-llano-county"] in leaving
    assert not by_id["case-us-free-speech-coalition-v-paxton"].taken_by("ALA"), "an affiliate's"
    assert not any(
        stance.actor.startswith(("LCA", "Connecticut", "ACRL", "Missouri", "NJLA", "FTRF")) for stance in leaving
    )


def test_stances_keep_the_facts_of_the_compiled_list() -> None:
    if not (SHARED / "stances.json").exists():
        pytest.skip("../shared/positions is not here: nothing to compare the stances with")
    facts = json.loads((SHARED / "stances.json").read_text(encoding="utf-8"))["stances"]
    by_id = {stance.id: stance for stance in load_stances(frozenset(CATALOG.by_id))}
    #: Sides that were read since at the publisher's own address, or so far only in a copy of it.
    since = {"case-us-georgia-v-public-resource": "verified", "us-115-hr3945": "memory"}
    for fact, stance in zip(facts, by_id.values(), strict=False):
        assert (stance.title, stance.number, stance.year, stance.actor, stance.outcome) == (
            fact["title"],
            fact["number"],
            fact["year"],
            fact["actor"],
            fact["outcome"],
        )
        assert list(stance.positions) == fact["position_ids"]
        assert [stance.confidence_identity, stance.confidence_stance, stance.confidence_outcome] == [
            fact["confidence_identity"],
            since.get(stance.id, fact["confidence_stance"]),
            fact["confidence_outcome"],
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
        load_stances(frozenset(CATALOG.by_id), path)
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
        load_catalog(tmp_path)
