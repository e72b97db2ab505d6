"""Which way a document goes: title grammar, families of bills, and positions that point in opposite ways."""

from __future__ import annotations

import re

import pytest

from positions.catalog.catalog import load_catalogue
from positions.matching.bill_families import BillFamily, bill_families, recognized
from positions.matching.jsonl import as_json
from positions.matching.matcher import Matcher
from positions.matching.matches import Match
from positions.matching.provisions import AnalyzedField
from positions.matching.title_forms import TitleForm, read_title, title_forms

CATALOGUE = load_catalogue()
MATCHER = Matcher(CATALOGUE)
AREAS = (
    "intellectual-freedom",
    "library-funding",
    "telecommunications",
    "copyright",
    "government-information",
    "privacy",
)
FAMILIES = {family.id: family for family in bill_families()}


def _match(**fields: str) -> dict[str, Match]:
    found = MATCHER.match(fields, AREAS)
    assert len({match.position_id for match in found}) == len(found), "one match for each position"
    return {match.position_id: match for match in found}


def _stances(**fields: str) -> dict[str, str]:
    return {key: match.stance for key, match in _match(**fields).items()}


@pytest.mark.parametrize("form", title_forms(), ids=lambda form: form.example[:40])
def test_each_title_form_reads_its_example(form: TitleForm) -> None:
    title = re.sub("[‹›]", "", form.example)
    start = form.example.index("‹")
    assert read_title(title, start + 1, form.example.index("›") - 1) == form.reading


@pytest.mark.parametrize("family", bill_families(), ids=lambda family: family.id)
def test_each_family_is_recognized_in_its_example(family: BillFamily) -> None:
    found = recognized([AnalyzedField("title", family.example)])
    assert family.id in {claim.family.id for claim in found}
    assert {(c.position_id, c.stance) for c in found if c.family.id == family.id} == set(family.does.items())


@pytest.mark.parametrize("family", bill_families(), ids=lambda family: family.id)
def test_families_name_positions_of_the_catalog_and_each_other(family: BillFamily) -> None:
    assert set(family.does) <= {position.id for position in CATALOGUE.positions}
    assert set(family.does.values()) <= {"support", "oppose", "watch"}
    assert family.over <= set(FAMILIES)
    assert family.id not in family.over


@pytest.mark.parametrize(
    ("title", "position", "stance"),
    [
        ("A bill for an act relating to obscenity exemptions for libraries.", "if-no-criminal-liability", "oppose"),
        (
            "Crime of distributing obscenity; delete exemption for school libraries.",
            "if-no-criminal-liability",
            "oppose",
        ),
        ("Certain materials in school libraries prohibited.", "if-no-viewpoint-removal", "oppose"),
        ("Prohibit book bans in libraries", "if-no-viewpoint-removal", "support"),
        ("An Act against attempts to ban books in a library", "if-right-to-read-laws", "support"),
        ("relating to indecency, including performances; drag shows before a minor", "if-rooms-and-programs", "oppose"),
        ("limiting contracts between schools and public libraries", "if-minors-access", "oppose"),
        ("App store providers; require age verification.", "if-online-speech", "oppose"),
        ("AN ACT CONCERNING LIBRARIES AND ELECTRONIC BOOK LICENSES.", "cp-fair-ebook-terms", "support"),
        ("A county may not require age verification on a web site", "if-online-speech", "support"),
        ("Library construction grants; modification", "lf-buildings", "watch"),
        ("Generally revise laws relating to book bans in libraries", "if-no-viewpoint-removal", "watch"),
    ],
)
def test_terse_titles_say_which_way(title: str, position: str, stance: str) -> None:
    assert _stances(title=title)[position] == stance


def test_a_title_that_only_changes_a_program_does_not_tell() -> None:
    assert _stances(title="Library Construction Grants Program established")["lf-buildings"] == "support"
    assert _stances(title="Library Construction Grants Program modified")["lf-buildings"] == "watch"


def test_a_family_goes_before_a_sentence() -> None:
    fields = {
        "title": "Education - enacts the Freedom to Read Act",
        "abstract": "A book is removed only after review. The act bars removal of library materials for their ideas.",
    }
    assert _stances(**fields)["if-no-viewpoint-removal"] == "support"


def test_what_concerns_one_cause_goes_one_way() -> None:
    found = _stances(
        title="Relating to obscenity exemptions for public libraries",
        abstract="The bill names who selects library materials and books.",
    )
    assert found["if-no-criminal-liability"] == "oppose"
    assert found.get("if-professional-selection", "oppose") == "oppose"


def test_families_that_only_direct_add_no_position() -> None:
    family = FAMILIES["records-exemption"]
    assert not family.adds
    assert "gi-foia" not in {match.position_id for match in MATCHER.match({"title": family.example}, ("copyright",))}


def test_two_positions_that_point_in_opposite_ways_are_flagged_and_only_the_surer_keeps_its_side() -> None:
    found = _match(abstract="The act funds library construction. It repeals net neutrality rules for all states.")
    sides = {key: match.stance for key, match in found.items() if match.stance != "watch"}
    assert sides == {"tc-net-neutrality": "oppose"}
    assert found["tc-net-neutrality"].conflicts_with[0] == "lf-buildings"
    assert found["lf-buildings"].conflicts_with == ("tc-net-neutrality",)
    assert "point the other way (tc-net-neutrality)" in found["lf-buildings"].reason
    assert as_json(found["lf-buildings"])["conflicts_with"] == ["tc-net-neutrality"]


def test_a_position_whose_sentences_point_both_ways_is_left_open_and_flagged() -> None:
    found = _match(abstract="The act extends net neutrality. In section 2 it repeals net neutrality.")
    assert found["tc-net-neutrality"].stance == "watch"
    assert found["tc-net-neutrality"].conflicts_with == ("tc-net-neutrality",)


def test_a_match_without_a_conflict_has_no_such_key() -> None:
    assert "conflicts_with" not in as_json(_match(title="To extend net neutrality")["tc-net-neutrality"])


def test_hostile_titles_take_no_long_time_and_a_long_one_is_running_text() -> None:
    assert read_title("prohibiting " * 40_000, 12, 20) is None
    assert MATCHER.match({"title": "study of on the " * 2_000 + "library; " * 2_000}, AREAS) is not None
