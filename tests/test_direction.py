"""Which way a document goes: title grammar, families of bills, and positions that point in opposite ways."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest

from positions.catalog.catalog import load_catalog
from positions.evaluation.directions import FILE, Declared, judge, main, read_directions, scores, texts_of
from positions.evaluation.labels import BadLabels
from positions.matching.bill_families import BillFamily, bill_families, recognized
from positions.matching.jsonl import as_json
from positions.matching.matcher import Matcher
from positions.matching.matches import Match
from positions.matching.provisions import AnalyzedField
from positions.matching.title_forms import TitleForm, read_title, title_forms

CATALOG = load_catalog()
MATCHER = Matcher(CATALOG)
AREAS = (
    "intellectual-freedom",
    "library-funding",
    "telecommunications",
    "copyright",
    "government-information",
    "privacy",
    "open-access",
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


def test_only_the_first_sentences_of_a_summary_say_of_which_family_a_bill_is() -> None:
    family = next(each for each in bill_families() if not each.title)
    for before, known in ((5, True), (6, False)):
        summary = "Roads are mended. " * before + family.example.rstrip(".") + "."
        found = {claim.family.id for claim in recognized([AnalyzedField("abstract", summary)])}
        assert (family.id in found) == known, before


@pytest.mark.parametrize("family", bill_families(), ids=lambda family: family.id)
def test_families_name_positions_of_the_catalog_and_each_other(family: BillFamily) -> None:
    assert set(family.does) <= {position.id for position in CATALOG.positions}
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
        ("Deleting a prohibition on classroom instruction on gender identity", "if-no-viewpoint-removal", "support"),
        ("Library construction grants; modification", "lf-buildings", "watch"),
        # The classes of opposites that readers found in November 2026, in our own words.
        ("Continues certain exceptions to the disclosure of public records", "gi-foia", "oppose"),
        ("Repeals exceptions to the disclosure of public records", "gi-foia", "support"),
        ("An act relating to fees charged for copies of public records", "gi-foia", "watch"),
        ("Eliminates fees for copies of public records", "gi-foia", "support"),
        ("Exempting an application fee for laying fiber optic cable along roads", "tc-broadband-right", "support"),
        ("Exempting counties from building rural broadband", "tc-broadband-right", "oppose"),
        ("Establishes the Digital Divide Grant Program for internet access", "tc-broadband-right", "support"),
        ("Only certain agencies may use automated license plate readers", "pr-surveillance-reform", "support"),
        ("Requires schools to report the immigration status in student data", "pr-consumer-data", "oppose"),
        ("Schools may not collect the immigration status in student data", "pr-consumer-data", "support"),
        ("Fights book bans in school libraries", "if-right-to-read-laws", "support"),
        ("Requirements for library resources with graphic content", "if-no-viewpoint-removal", "oppose"),
        ("Generally revise laws relating to book bans in libraries", "if-no-viewpoint-removal", "watch"),
        # Those that the second reader found, in our own words.
        ("Provides an exception for records of rare birds from the disclosure of public records", "gi-foia", "oppose"),
        ("Omits county sheriffs from the Open Public Records Act", "gi-foia", "oppose"),
        ("Amends the Freedom of Information Act and repeals the exemption concerning plans", "gi-foia", "support"),
        ("Removes fees for public records under the right-to-know law", "gi-foia", "support"),
        ("Concerning exceptions for public records", "gi-foia", "watch"),
        ("To require an independent review of the prohibition of books in prisons", "if-readers-in-prison", "support"),
        ("To amend section 230 to clarify that such section does not protect paid posts", "if-online-speech", "oppose"),
        ("Sales tax; exempts equipment for broadband services", "tc-broadband-right", "support"),
        ("Rules for data brokers; withdrawal of proposed rule", "pr-consumer-data", "watch"),
        ("Petitions for reconsideration: preserving net neutrality", "tc-net-neutrality", "watch"),
        # Those of the reading of all shown pairs, in our own words.
        ("Freedom of Information Act Procedures", "gi-foia", "watch"),
        ("Requires disclosure under the Freedom of Information Act", "gi-foia", "support"),
        ("Privacy of Consumer Financial Information", "pr-consumer-data", "watch"),
        ("Children's Online Privacy Protection Rule; Application for Safe Harbor", "pr-consumer-data", "watch"),
        ("Children's Online Privacy Protection Rule", "pr-consumer-data", "support"),
        ("Exemptions to Permit Circumvention of Access Controls on Copyrighted Works", "cp-dmca-1201", "watch"),
        ("Creates a study committee on the privacy of consumers", "pr-consumer-data", "watch"),
        ("Reporting on the impact of social media on young people", "if-online-speech", "watch"),
        ("Preventing disruptions to the Universal Service Fund", "tc-erate", "support"),
        ("Comment sought on how to build rural broadband", "tc-broadband-right", "watch"),
        ("Terminates the Rural Broadband Grant Program", "tc-broadband-right", "oppose"),
        ("Exempts the images of license plate readers from public disclosure", "pr-surveillance-reform", "watch"),
        ("Makes the cost of each permit a public record", "gi-foia", "support"),
        ("To amend section 230 to limit the immunity of online platforms", "if-section-230", "oppose"),
        ("To preserve section 230 and its immunity for libraries", "if-section-230", "support"),
        ("To repeal the Foreign Intelligence Surveillance Act", "pr-fisa-702", "support"),
        ("To amend the Foreign Intelligence Surveillance Act", "pr-fisa-702", "watch"),
        ("Prohibits police agencies from buying location data", "pr-surveillance-reform", "support"),
        (
            "An Act repealing provisions relating to fees; providing for protection of personal information",
            "pr-consumer-data",
            "support",
        ),
    ],
)
def test_terse_titles_say_which_way(title: str, position: str, stance: str) -> None:
    assert _stances(title=title)[position] == stance


@pytest.mark.parametrize(
    "text",
    [
        "The bill prohibits: (1) broadband taxes; and net neutrality.",
        "The act prohibits the commission from: (1) setting rates; taxing phones; or net neutrality.",
    ],
)
def test_what_leads_a_list_governs_each_of_its_parts(text: str) -> None:
    assert _stances(abstract=text)["tc-net-neutrality"] == "oppose"


def test_what_an_amendment_does_may_be_in_brackets() -> None:
    assert _stances(abstract="The bill amends the code (repealing net neutrality).")["tc-net-neutrality"] == "oppose"


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("The act creates a prohibition against net neutrality.", "oppose"),
        ("The act deletes a prohibition against net neutrality.", "support"),
        ("The act gives protection against net neutrality.", "oppose"),
    ],
)
def test_a_prohibition_against_something_is_one_cut(text: str, stance: str) -> None:
    assert _stances(abstract=text)["tc-net-neutrality"] == stance


@pytest.mark.parametrize(
    ("summary", "position", "stance"),
    [
        (
            "Amends the Biometric Information Privacy Act. Nothing in the Act applies to makers of toys.",
            "pr-consumer-data",
            "watch",
        ),
        ("Waives the consent that firms need for biometric information of customers.", "pr-consumer-data", "watch"),
        ("Prohibits firms from selling biometric information of customers.", "pr-consumer-data", "support"),
        ("A carrier shall provide call location information to the police on request.", "pr-consumer-data", "watch"),
        (
            "The board shall prohibit phones in class and implement media literacy education.",
            "lt-information-literacy",
            "support",
        ),
        ("The board shall prohibit media literacy education.", "lt-information-literacy", "oppose"),
        (
            "Establishes a board to determine how to address barriers to rural broadband service.",
            "tc-broadband-right",
            "support",
        ),
        ("Keeps up barriers to rural broadband service.", "tc-broadband-right", "oppose"),
        ("Clarifies the right of the public to have access to public records in bulk.", "gi-foia", "support"),
        (
            "To allow a credit against tax for the purchase of equipment for rural broadband deployment.",
            "tc-broadband-right",
            "support",
        ),
        ("Supports towns at risk of not getting broadband service.", "tc-broadband-right", "support"),
        (
            "To prohibit libraries from blocking websites on health with internet filters.",
            "if-no-forced-filters",
            "support",
        ),
        (
            "This bill limits searches. An agency may not search the digital contents of equipment without a warrant. "
            "An agency may access the contents of equipment without a warrant in an emergency.",
            "pr-warrant-for-content",
            "support",
        ),
        (
            "To limit what towns may ask, and to streamline siting processes for broadband networks.",
            "tc-broadband-right",
            "support",
        ),
        (
            "Prohibits the office from sharing information of an applicant to the Lifeline program with the police.",
            "tc-affordable-internet",
            "support",
        ),
        (
            "Requires notice before a closed session; exempts the recording of the closed session from the Open Records Act.",
            "gi-foia",
            "watch",
        ),
    ],
)
def test_what_a_summary_does_is_not_turned_round(summary: str, position: str, stance: str) -> None:
    assert _stances(title="An Act", abstract=summary)[position] == stance


@pytest.mark.parametrize(
    ("title", "position", "wrong"),
    [
        ("To reauthorize and reform the Foreign Intelligence Surveillance Act of 1978.", "pr-fisa-702", "support"),
        ("To repeal and reenact the law on the broadband deployment grant program", "tc-broadband-right", "oppose"),
        (
            "Repeals the Rural Internet Act and establishes the Broadband Deployment Grant Program",
            "tc-broadband-right",
            "oppose",
        ),
        ("Requires a person making a request for a public record to provide identification", "gi-foia", "support"),
        ("Makes it unlawful to alter a public record", "gi-foia", "support"),
        (
            "Narrows access to records, including by changing the definition of public agency under the open records act",
            "gi-foia",
            "support",
        ),
        (
            "To expand and clarify the limitation of liability for an interactive computer service",
            "if-section-230",
            "oppose",
        ),
        (
            "Prohibits cities from limiting access of law enforcement to location data",
            "pr-surveillance-reform",
            "support",
        ),
        ("Prohibits price regulation of broadband internet service", "tc-broadband-right", "support"),
        ("Prevention and Elimination of Digital Discrimination in Broadband Service", "tc-broadband-right", "oppose"),
        ("Generally revise student data privacy laws", "pr-consumer-data", "support"),
        ("To clarify section 230 of the Communications Act of 1934", "if-online-speech", "support"),
        (
            "Exemptions to Prohibition on Circumvention of Copyright Protection Systems: Public Hearings",
            "cp-dmca-1201",
            "support",
        ),
        (
            "Property tax: exemption from millages levied under the library establishment act; provide for",
            "lf-state-aid",
            "support",
        ),
        (
            "To amend the Foreign Intelligence Surveillance Act of 1978 to authorize civil actions over violations",
            "pr-surveillance-reform",
            "oppose",
        ),
        (
            "Requires boards of education to adopt a policy on use of surveillance systems",
            "pr-surveillance-reform",
            "oppose",
        ),
        ("Establishes a Select Committee on Consumer Data Privacy", "pr-consumer-data", "support"),
        ("Securing Local Communities Input in Broadband Deployment Act", "tc-broadband-right", "support"),
        ("Guidelines for use of license plate reader systems; provide for", "pr-surveillance-reform", "oppose"),
        (
            "Allows a board to discuss reports under the sunshine law without placing them on the agenda",
            "gi-foia",
            "support",
        ),
    ],
)
def test_words_of_a_family_in_another_sense_never_give_the_opposite(title: str, position: str, wrong: str) -> None:
    assert _stances(title=title).get(position) != wrong


def test_a_title_that_only_changes_a_program_does_not_tell() -> None:
    assert _stances(title="Library Construction Grants Program established")["lf-buildings"] == "support"
    assert _stances(title="Library Construction Grants Program modified")["lf-buildings"] == "watch"


def test_a_warning_of_social_media_is_no_age_check() -> None:
    match = _match(title="Social media platforms; mental health warning label")["if-online-speech"]
    assert match.reason == "has social media warn their users: oppose, if-online-speech"


@pytest.mark.parametrize(
    ("fields", "position", "side"),
    [
        (
            {
                "title": "Kids Off Social Media Act",
                "abstract": "To prohibit users under age 13 from social media platforms.",
                "text": "A platform may not require age verification of all users.",
            },
            "if-online-speech",
            "oppose",
        ),
        ({"title": "Requires access to ambulance records as government records."}, "gi-foia", "support"),
        ({"title": "Provide that the files of a public records board are public records"}, "gi-foia", "support"),
        ({"title": "Provide that the files of a public records board are not public records"}, "gi-foia", "oppose"),
        (
            {
                "title": "Towpath Act",
                "abstract": "A bill to apply the Freedom of Information Act to actions of the canal agency.",
            },
            "gi-foia",
            "support",
        ),
        (
            {"title": "NDO Fairness Act", "abstract": "To modify delayed notice requirements."},
            "pr-no-gag-orders",
            "support",
        ),
        (
            {"title": "Towpath Program; High-Cost Universal Service Support; Lifeline and Link-Up"},
            "tc-affordable-internet",
            "watch",
        ),
        (
            {"title": "Schools and Libraries Universal Service Support Mechanism; Board of the Canal Fund"},
            "tc-erate",
            "watch",
        ),
        (
            {
                "title": "Acquisition Rules: Public Access to Results of Federally Funded Research",
                "abstract": "The agency is withdrawing the proposed rule on public access to research results.",
            },
            "oa-funded-research",
            "watch",
        ),
        (
            {"title": "Clarifying that the Office of Broadband takes certain consumer complaints"},
            "tc-broadband-right",
            "watch",
        ),
    ],
)
def test_acts_known_by_name_and_records_that_are_opened_tell_their_side(
    fields: dict[str, str], position: str, side: str
) -> None:
    assert _stances(**fields)[position] == side


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


# --------------------------------------------------------------------- measured against labels

TITLES = {
    "us-xx-1-hb1": "Relating to obscenity exemptions for public libraries",
    "us-xx-1-hb2": "Prohibit book bans in public libraries",
    "us-xx-1-hb3": "Library Construction Grants Program modified",
    "us-xx-1-hb4": "Relating to the state fish",
}
LABELS = [
    Declared("us-xx-1-hb1", "if-no-criminal-liability", "oppose", "tune"),
    Declared("us-xx-1-hb2", "if-no-viewpoint-removal", "oppose", "tune"),  # the wrong label: the program must say so
    Declared("us-xx-1-hb3", "lf-buildings", "watch", "tune"),
    Declared("us-xx-1-hb4", "lf-buildings", "support", "tune"),
    Declared("us-xx-1-hb2", None, "support", "tune"),
    Declared("us-xx-1-hb9", "lf-buildings", "support", "tune"),
]


def test_sides_are_counted_as_given_told_and_opposite() -> None:
    judged = judge(LABELS, {key: (title, None, None) for key, title in TITLES.items()})
    assert [each.given for each in judged] == ["oppose", "support", "watch", None, "support"], "hb9 has no text"
    result = scores(judged)
    assert (result.right.hits, result.right.n) == (2, 3)
    assert (result.told.hits, result.told.n) == (2, 4)
    assert (result.told_if_found.hits, result.told_if_found.n) == (2, 3)
    assert (result.opposite.hits, result.opposite.n) == (1, 5)


def test_the_command_reads_lines_and_names_misses_and_what_is_lacking(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gold, texts = tmp_path / "gold.jsonl", tmp_path / "texts.jsonl"
    rows = [{"id": x.document_id, "position": x.position, "direction": x.direction, "split": x.split} for x in LABELS]
    gold.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    lines = [json.dumps({"id": key, "title": title}) for key, title in TITLES.items()]
    texts.write_text("\n".join(lines), encoding="utf-8")
    out = io.StringIO()
    assert main([texts], "tune", True, out, gold) == 1
    assert "us-xx-1-hb2 if-no-viewpoint-removal: oppose; support" in out.getvalue()
    assert "us-xx-1-hb4 lf-buildings: support; not named" in out.getvalue()
    assert "1 of 6 labels" in capsys.readouterr().err
    assert set(texts_of([texts], {"us-xx-1-hb3"})) == {"us-xx-1-hb3"}


@pytest.mark.parametrize(
    "line", ["{", '{"id": "a"}', '{"id": "a", "position": null, "direction": "for", "split": "tune"}']
)
def test_a_line_that_is_no_label_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(line + "\n", encoding="utf-8")
    with pytest.raises(BadLabels, match="line 1"):
        read_directions(path)
    assert main([], "tune", False, io.StringIO(), path) == 2


def test_stored_labels_hold_ids_and_labels_only() -> None:
    labels = read_directions()
    positions = {position.id for position in CATALOG.positions}
    assert {label.position for label in labels} - {None} <= positions
    keys = {"id", "position", "direction", "split", "by", "source_url", "read_on"}
    rows = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
    assert all(set(row) <= keys for row in rows)
    assert all(row["by"] and row["source_url"].startswith("https://") for row in rows if row["split"] == "declared")
    assert len({(label.document_id, label.position, label.split) for label in labels}) == len(labels)
