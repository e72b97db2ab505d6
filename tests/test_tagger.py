"""The tagger: exact evidence, any length and any letters, order kept, and the JSON lines front."""

from __future__ import annotations

import io
import json
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classify.evidence import Evidence, by_sentence, model_evidence, rule_evidence
from classify.jsonl import tag_lines
from classify.rules import RuleHits
from classify.tagger import Tagger, Tagging
from text.plain_words import plain_words, tells
from text.tokens import WORD, fold, tokenize

TAGGER = Tagger()
PIECES = [
    "library funding",
    "Freedom of\nInformation  Act",
    "e‑rate",
    "students’ privacy",
    "copyright",
    "\x00",
    "é",
    "\n\n",
    "🏛",
    "  ",
    "'",
    "data  breach",
    "школа",
]


def tag(title: str | None = None, abstract: str | None = None, text: str | None = None) -> Tagging:
    [(_, tagging)] = TAGGER.tag_batch([("x", title, abstract, text)])
    return tagging


def areas(title: str | None = None, abstract: str | None = None, text: str | None = None) -> set[str]:
    return {found.area for found in tag(title, abstract, text).areas if found.tagged}


def assert_evidence_is_exact(tagging: Tagging, fields: dict[str, str | None]) -> None:
    for found in tagging.areas:
        assert 0 <= found.probability <= 1
        for piece in found.evidence:
            text = fields[piece.field]
            assert text is not None
            assert piece.words == text[piece.start : piece.end]
            assert piece.words


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=12)), max_size=12).map(" ".join), st.text(max_size=80)
)
def test_tagger_words_at_start_end_are_the_words_shown(abstract: str, title: str) -> None:
    assert_evidence_is_exact(tag(title, abstract), {"title": title, "abstract": abstract, "text": None})


@pytest.mark.parametrize(
    "title",
    ["DATA   BREACHES", "data\nbreach", "data-breach", "“Data breach’s”", "Data breach", "data–breaches"],
)
def test_tagger_copes_with_case_spaces_plurals_and_quotes(title: str) -> None:
    assert "privacy" in areas(title)


def test_tagger_exclusion_covers_only_what_lies_inside_it() -> None:
    assert "privacy" not in areas("Public health surveillance of influenza")
    assert "privacy" in areas("Public health surveillance of influenza and warrantless surveillance of persons")


# Each class of wrong tags that readers found, as two sentences of our own: one that is of the area, one that only sounds like it.
LOOKS_ALIKE = [
    ("telecommunications", "Rates of cellular telephone carriers", "SCH CD-NO CELL PHONE IN SCHOOL"),
    ("civil-liberties", "Bars discrimination against patients by race", "Patient Bill of Rights Act; duties of nurses"),
    ("broadband", "Broadband for towns", "Petition of USTelecom - The Broadband Association on robocalls"),
    ("telecommunications", "Spectrum for mobile service", "Mobile service units for veterans"),
    (
        "civil-liberties",
        "Bars discrimination by dress code against transgender pupils",
        "Tardiness and dress code of pupils",
    ),
    ("education-research-funding", "Funds a grant for schools", "Generally revise education laws"),
    ("privacy", "License plate readers; limits on keeping what they record", "Specialty license plates for beekeepers"),
    (
        "privacy",
        "Sealing of criminal history records after five years",
        "School bus drivers; criminal history record checks",
    ),
    (
        "privacy",
        "Fingerprints and other biometric data of pupils may not be sold",
        "A bill relating to fingerprint-based background checks of barbers",
    ),
    ("civil-liberties", "Bars discrimination by gender in hiring", "Gender-neutral language in the village charter"),
    (
        "civil-liberties",
        "Requires police to report hate crimes",
        "Nominates A. Doe to the Commission on Discrimination and Hate Crimes.",
    ),
    (
        "intellectual-freedom",
        "Software applications; age checks for minors",
        "Licensing of software applications by counties",
    ),
    (
        "intellectual-freedom",
        "Parental consent before a minor is an account holder",
        "Minimum balance of deposit account holders",
    ),
    (
        "education-research-funding",
        "The state shall grant aid to teachers",
        "Permits the teachers' retirement system to grant credit to A. Doe",
    ),
    ("copyright", "Circumvention of access controls on copyrighted works", "Wire mesh; determination of circumvention"),
    ("copyright", "Peer-to-peer sharing of copyrighted films", "Peer-to-peer car sharing"),
    ("civil-liberties", "A bill of rights for homeless people", "The marina users' bill of rights"),
    ("civil-liberties", "The Marriage Equality Act", "The Fish and Ponds District of Columbia Equality Act"),
    (
        "intellectual-freedom",
        "Limits tenure of faculty who teach divisive concepts",
        "Selection and tenure of county judges",
    ),
    (
        "intellectual-freedom",
        "Parental consent before minors may use social media",
        "Parental consent for vaccinations",
    ),
    ("privacy", "Schools may not sell education records of a pupil", "Boards of education record their sittings"),
    (
        "accessibility",
        "An accessible website for people who are blind",
        "The agency posts the list of dams on a publicly accessible website",
    ),
    (
        "intellectual-freedom",
        "Challenges to books in public libraries; removal",
        "A commission on challenges facing public libraries and digital resource collections",
    ),
    (
        "library-funding",
        "Money for the museum of history",
        "A tax credit for old homes; duties of the Historical and Museum Commission; a fund for the credit",
    ),
    (
        "copyright",
        "Small Claims Procedures: Opt-Outs of Libraries and Archives",
        "Small claims procedures of the county court",
    ),
    (
        "copyright",
        "A commission on public libraries and digital resource collections",
        "A commission on digital resources for dairy farms",
    ),
    (
        "privacy",
        "To create a Fourth Amendment protection act on the electronic data and metadata of persons",
        "Bars arrests without a warrant",
    ),
    (
        "library-funding",
        "Ensures that students in schools have a right to read",
        "Amends the Right to Read Act; tutors",
    ),
    ("accessibility", "Instructional Materials Accessibility Rule", "Braille Flag Memorial"),
    ("government-information", "OGSR/Towpath Keepers", "OGS/Towpath Keepers"),
    (
        "government-information",
        "Exempt towpath boards from the Open Meetings Act",
        "Care; duties; advice; meetings of hikers; vision statement",
    ),
    (
        "government-information",
        "Discontinuation of the Public Papers of the Presidents",
        "Discontinuation of book-entry bonds",
    ),
    (
        "intellectual-freedom",
        "Digital Safety Commission of the County Act",
        "Bicycle Safety Commission of the County Act",
    ),
    ("privacy", "An Act To Regulate Employer Surveillance", "Bicycle paths for employers"),
]


@pytest.mark.parametrize(("area", "yes", "no"), LOOKS_ALIKE, ids=[no for _, _, no in LOOKS_ALIKE])
def test_tagger_tells_an_area_from_what_only_sounds_like_it(area: str, yes: str, no: str) -> None:
    assert area in areas(yes)
    assert area not in areas(no)


def test_tagger_exclusion_alone_leaves_the_area_out_whatever_the_model_thinks() -> None:
    assert "civil-liberties" not in areas(
        "An act relating to education.", "Adds gender-neutral language to the section."
    )
    also = "Adds gender-neutral language to the section, and bars discrimination against transgender pupils."
    assert "civil-liberties" in areas("An act relating to education.", also)


def test_what_a_court_files_a_case_under_is_a_sure_sign() -> None:
    title, suit = "The New Town Times Company v. Example Corporation (S.D.N.Y., 1:23-cv-11)", "820 Copyright"
    [copyright] = [found for found in tag(title, f"17:501 Copyright Infringement; {suit}").areas if found.tagged]
    assert copyright.area == "copyright"
    assert copyright.probability >= 0.9


def test_tagger_never_gives_an_area_to_words_of_another_thing() -> None:
    assert "intellectual-freedom" in areas("PRESS Act", "To protect journalists who keep their sources secret.")
    assert "intellectual-freedom" not in areas(
        "PRESS Act", "To have every pill press registered; journalists may look."
    )


@pytest.mark.parametrize("model", [True, False])
def test_tagger_gives_nothing_to_a_bill_that_is_filed_empty(model: bool) -> None:
    empty = "Amends the Freedom of Information Act. Makes a technical change in a Section concerning the short title."
    tagger = TAGGER if model else Tagger(model_dir=None)
    [(_, tagging)] = tagger.tag_batch([("x", "GOVERNMENT-TECH", empty, None)])
    assert not [found.area for found in tagging.areas if found.tagged]
    assert tagging.priority == 0


def test_tagger_evidence_shows_new_words_before_repeated_ones() -> None:
    tagging = tag(
        "Broadband act", "Broadband, broadband and broadband. Grants for digital equity and high-speed internet."
    )
    [found] = [found for found in tagging.areas if found.area == "broadband"]
    by_rule = [piece.words.lower() for piece in found.evidence if piece.rule != "model"]
    distinct = len(set(by_rule))
    assert distinct >= 3
    assert len(set(by_rule[:distinct])) == distinct


def test_evidence_order_does_not_depend_on_the_order_of_a_set() -> None:
    """0.1 + 0.2 + 0.3 is more than 0.6 in some orders of adding and 0.6 in others, and sets have an order of their own."""
    title = "First. Second."
    learned = {"whole": 0.6, "one": 0.1, "two": 0.2, "three": 0.3}
    shown = [Evidence("title", 0, 5, "First", "whole")]
    shown += [Evidence("title", 7, 13, "Second", rule) for rule in ("one", "two", "three")]
    assert by_sentence(shown, {"title": title}, [], learned)[0].rule == "whole"


def test_tagger_near_needs_the_second_phrase_close_by() -> None:
    def by_rules(title: str) -> set[str]:
        [(_, tagging)] = Tagger(model_dir=None).tag_batch([("x", title, None, None)])
        return {found.area for found in tagging.areas if found.tagged}

    assert "library-funding" in by_rules("Museum grant program")
    assert "library-funding" not in by_rules("Museum hours" + " and other matters" * 20 + " grant")


def test_tagger_finds_what_stands_at_the_end_of_a_long_text() -> None:
    text = "The road commission shall meet. " * 40_000 + "Section 9 amends the Freedom of Information Act. " * 4
    assert len(text) > 1_000_000
    tagging = tag(None, None, text)
    assert_evidence_is_exact(tagging, {"title": None, "abstract": None, "text": text})
    [found] = [found for found in tagging.areas if found.area == "government-information"]
    assert any(piece.words == "Freedom of Information" and piece.start > 1_000_000 for piece in found.evidence)


def test_tagger_keeps_order_over_batches_and_gives_the_same_answer_for_any_batch_size() -> None:
    titles = ["Library grants", "Bridge repair", "Student privacy", "E-Rate"] * 5
    records = [(str(number), title, None, None) for number, title in enumerate(titles)]
    once = list(TAGGER.tag_batch(iter(records), batch_size=3))
    assert [document_id for document_id, _ in once] == [record[0] for record in records]
    assert once == list(TAGGER.tag_batch(records, batch_size=256))


def test_tagger_streams() -> None:
    taken = []

    def records():
        for number in range(100):
            taken.append(number)
            yield str(number), "Library grants", None, None

    next(TAGGER.tag_batch(records(), batch_size=10))
    assert len(taken) == 10


def test_tagger_result_and_class_travel_between_processes() -> None:
    tagging = tag("Public library construction grants")
    assert pickle.loads(pickle.dumps(tagging)) == tagging
    assert pickle.loads(pickle.dumps(Tagger))().version == TAGGER.version


def test_tagger_priority_orders_library_news_first() -> None:
    library, phone, road = tag("Library Services and Technology Act funding"), tag("Robocall fines"), tag("Road salt")
    assert (library.priority, phone.priority, road.priority) == (2, 1, 0)
    assert library.priority_score > phone.priority_score > road.priority_score


def run(lines: list[str], all_areas: bool = False) -> tuple[int, list[dict], str]:
    out, err = io.StringIO(), io.StringIO()
    code = tag_lines(lines, out, err, all_areas)
    return code, [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue()


GOOD = json.dumps({"id": "good", "title": "Student data privacy act", "abstract": None})


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{not json", "not JSON"),
        ("[1, 2]", "an object"),
        ('{"title": "x"}', "no id"),
        ('{"id": "a"}', "no text"),
        ('{"id": "a", "title": "  ", "text": null}', "no text"),
        ('{"id": "a", "title": 7}', "title is int"),
        ("[" * 200_000, "not JSON"),
    ],
)
def test_tag_lines_names_the_bad_line_and_keeps_the_others(line: str, said: str) -> None:
    code, answers, err = run([GOOD, line, GOOD])
    assert code == 1
    assert [answer["id"] for answer in answers] == ["good", "good"]
    assert err.startswith("line 2: ")
    assert said in err
    assert len(err.splitlines()) == 1


@pytest.mark.slow
def test_tag_lines_survives_one_word_of_fifty_megabytes() -> None:
    huge = json.dumps({"id": "huge", "text": "a" * 50_000_000})
    code, answers, _ = run([huge, GOOD])
    assert code == 0
    assert [(answer["id"], bool(answer["areas"])) for answer in answers] == [("huge", False), ("good", True)]


def test_tag_lines_reads_other_languages_and_control_characters() -> None:
    odd = {
        "id": "odd",
        "title": "Закон о библиотеках \x00\x07 图书馆法",
        "abstract": "privacy\u2028of\x0blibrary users privacy",
    }
    code, [answer], _ = run([json.dumps(odd)])
    assert code == 0
    for area in answer["areas"]:
        for piece in area["evidence"]:
            assert odd[piece["field"]][piece["start"] : piece["end"]] == piece["words"]


def test_tag_lines_writes_lone_surrogates_to_any_terminal() -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="utf-8")
    line = '{"id": "\\ud800", "title": "Library privacy \\udfff act: library users privacy"}'
    assert tag_lines([line], out, io.StringIO()) == 0
    assert json.loads(raw.getvalue())["id"] == "\ud800"


def test_tag_lines_shape_of_the_answer() -> None:
    code, [answer], err = run([GOOD])
    assert (code, err) == (0, "")
    assert set(answer) == {"id", "areas", "priority", "priority_score"}
    [privacy] = [area for area in answer["areas"] if area["area"] == "privacy"]
    assert set(privacy) == {"area", "probability", "evidence"}
    assert set(privacy["evidence"][0]) == {"field", "start", "end", "words", "rule"}


def test_tag_lines_all_lists_every_area() -> None:
    _, [answer], _ = run([GOOD], all_areas=True)
    assert [area["area"] for area in answer["areas"]] == [area.id for area in TAGGER.areas.areas]
    assert {area["area"] for area in answer["areas"] if area["tagged"]} >= {"privacy"}
    assert not all(area["tagged"] for area in answer["areas"])


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("An act relating to broadband", "broadband"),
        ("Revise public records laws", "public records"),
        ("To prohibit certain uses of copyright by agencies, and for other purposes", "copyright"),
    ],
)
def test_words_that_stand_in_any_law_are_no_reason(title: str, words: str) -> None:
    found = [piece.words for area in tag(title).areas for piece in area.evidence]
    assert any(words in each for each in found)
    assert not [each for each in found if not any(tells(fold(word)) for word in WORD.findall(each))]
    assert not [each for each in found if fold(WORD.findall(each)[-1]) in plain_words("joining")]


def test_a_word_of_any_law_is_shown_where_nothing_else_speaks() -> None:
    words, shares = tokenize("an act relating to the same"), np.array([0, 0.5, 0.2, 0, 0, 0.1])
    fields = {"title": "an act relating to the same"}
    [shown] = model_evidence([("title", words, shares)], fields)[:1]
    assert shown.words.startswith("act")
    assert model_evidence([("title", words, shares)], fields, alone=False) == []


@pytest.mark.parametrize(
    ("word", "told"),
    [("broadband", True), ("911", True), ("1949", False), ("act", False), ("p", False), ("the", False)],
)
def test_what_a_word_can_say(word: str, told: bool) -> None:
    assert tells(word) is told


def test_joining_words_are_cut_off_and_stay_inside() -> None:
    title = "and the rights of readers in"
    read = [("title", tokenize(title), np.array([0.3, 0.3, 0.9, 0.3, 0.8, 0.3]))]
    assert [each.words for each in model_evidence(read, {"title": title})] == ["rights of readers"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Aid for schools. Readers vote", ["Aid for schools", "Readers vote"]),
        ("Aid for schools; readers vote", ["Aid for schools", "readers vote"]),
        ("Aid for schools\nReaders vote", ["Aid for schools", "Readers vote"]),
        ("Aid for U.S. readers", ["Aid for U.S. readers"]),
    ],
)
def test_words_shown_together_stand_in_one_sentence(text: str, shown: list[str]) -> None:
    words = tokenize(text)
    shares = np.array([0.9] + [0.8] * (len(words.folded) - 1))
    assert [each.words for each in model_evidence([("abstract", words, shares)], {"abstract": text})] == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Builds a school library. Appropriates funds.", "Builds a school library"),
        ("Renews the fund. However, schools get their grants first.", "schools get their grants first"),
        ("The Open Shelves Act\nThis bill gives grants.", "Open Shelves Act"),
        ("Reading Act This bill gives grants to schools and libraries.", "gives grants to schools and libraries"),
        ("To widen reading in schools, and for other purposes.\n\nGrants", "widen reading in schools"),
        ("Grants to schools in U.S. towns", "Grants to schools in U.S. towns"),
        ("Nothing. None.", "Nothing"),
    ],
)
def test_the_words_of_a_rule_stand_in_one_sentence_and_say_something(text: str, shown: str) -> None:
    """What is near a phrase may be in the next sentence: the part that says more is shown."""
    hits = RuleHits()
    hits.add("abstract", 0, len(text.rstrip(".")))
    [found] = rule_evidence([("a-rule", hits)], {"abstract": text})
    assert (found.words, text[found.start : found.end]) == (shown, shown)


@pytest.mark.parametrize(
    ("title", "words", "shown"),
    [
        ("Supporting the U.S. land-grant university system", "grant university", "land-grant university"),
        ("Rules on cross-border data, and others", "border data", "cross-border data"),
        ("Grants for pre-teacher-training programs", "teacher", "pre-teacher-training"),
        ("Broadband -- a report", "Broadband", "Broadband"),
        ("Data- and voice services", "voice", "voice"),
    ],
)
def test_a_word_with_hyphens_is_shown_whole(title: str, words: str, shown: str) -> None:
    hits = RuleHits()
    start = title.index(words)
    hits.add("title", start, start + len(words))
    [found] = rule_evidence([("a-rule", hits)], {"title": title})
    assert (found.words, title[found.start : found.end]) == (shown, shown)
