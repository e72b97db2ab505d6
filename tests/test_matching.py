"""Matching: words are where the offsets say, directions turn with the sentence, and no area means no work."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from positions.catalog.catalog import AREAS, DIRECTIONS
from positions.evaluation.sample import draw
from positions.matching.direction import read
from positions.matching.jsonl import as_json, match_lines
from positions.matching.matcher import Match, Matcher, reconciled
from positions.matching.provisions import Provision, section_finder
from positions.matching.similar_positions import first_words, nearest
from text.phrases import BadPattern, pattern
from text.tokens import fold_words, tokenize

MATCHER = Matcher()
PIECES = st.sampled_from(
    [
        "library records",
        "The bill",
        "prohibits",
        "requires",
        "E-Rate",
        "U.S.C.",
        "Sec. 3.",
        "\n\n",
        "\n",
        ". ",
        "; ",
        "(1) ",
        "confidential",
        "net neutrality",
        "İstanbul",
        "“quoted”",
        "data broker",
        "a warrant for stored email",
        "literacy",
        "is repealed",
        "\u00a0",
        "é",
        "🙂",
        "shall not",
        "open textbooks",
        "FOIA",
        "exempt",
        "public records",
    ]
)
TEXTS = st.one_of(st.none(), st.text(max_size=300), st.lists(PIECES, max_size=40).map(" ".join))


def _of(text: str, position_id: str, areas: tuple[str, ...] = AREAS) -> list[Match]:
    return [match for match in MATCHER.match({"abstract": text}, areas) if match.position_id == position_id]


@given(st.fixed_dictionaries({"title": TEXTS, "abstract": TEXTS, "text": TEXTS}), st.sets(st.sampled_from(AREAS)))
@settings(max_examples=150, deadline=None)
def test_words_stand_where_the_offsets_say(fields: dict[str, str | None], areas: set[str]) -> None:
    matches = MATCHER.match(fields, areas)
    for match in matches:
        text = fields[match.provision.field]
        assert text is not None
        assert text[match.provision.start : match.provision.end] == match.provision.words != ""
        assert match.stance in DIRECTIONS
        assert 0 < match.score <= 1
    assert [m.score for m in matches] == sorted((m.score for m in matches), reverse=True)
    assert len({(m.position_id, m.stance) for m in matches}) == len(matches)


@pytest.mark.parametrize(
    ("text", "phrase", "sign"),
    [
        ("This bill prohibits states from prohibiting open internet rules.", "open internet", 1),
        ("This bill repeals the ban on municipal broadband.", "municipal broadband", 1),
        ("A library may not require an age check.", "age check", -1),
        ("LSTA is repealed.", "lsta", -1),
        ("Libraries; policies; internet filter software on computers; require.", "internet filter", 1),
        ("The bill (1) prohibits the sale of data, and (2) requires an age check.", "age check", 1),
        ("The bill prohibits removal of books, requires an age check, and repeals LSTA.", "lsta", -1),
        ("The bill prohibits removal of books, requires an age check, and repeals LSTA.", "age check", 1),
        ("It reduces costs by establishing digital equity grants.", "digital equity", 1),
        ("Funds shall not be used to support LSTA.", "lsta", -1),
        ("The program may not: (1) remove books; (2) collect library records.", "library records", -1),
        ("Nothing in this Act shall be construed to require a provider to use a back door.", "back door", -1),
        ("Not later than a year after enactment, the FCC shall extend E-Rate.", "e rate", 1),
        ("The office shall report on the use of face recognition.", "face recognition", 0),
        ("In section 5 by striking E-Rate and inserting another word.", "e rate", 0),
        ("E-Rate and the schools of the county.", "e rate", 0),
        ("Existing law requires net neutrality.", "net neutrality", 0),
        ("The bill prohibits a library from lending books.", "a library", 0),
        ("The bill requires the library to submit a plan.", "the library", 0),
        ("Protecting Older Workers From Discrimination Act", "discrimination", -1),
        ("The act extends the repeal date of the open textbook fund.", "open textbook", 1),
        ("Relating to the 1619 Project.", "1619 project", 0),
        ("An act relating to prohibiting face scans.", "face scan", -1),
        ("The bill funds towns that do not have a library fund for E-Rate.", "e rate", 1),
        ("No. 5 of the rules funds E-Rate.", "e rate", 1),
        ("A plan to study E-Rate and provide library aid.", "library aid", 1),
        ("Library aid provided and money appropriated.", "library aid", 1),
        ("To amend the E-Rate Act to authorize grants.", "e rate", 1),
        ("To amend the E-Rate Act to authorize a study of grants.", "e rate", 0),
        ("The act prohibits requirements relating to open textbooks.", "open textbook", -1),
        ("Disapproval of the rule submitted by the FCC relating to E-Rate.", "e rate", -1),
        ("Law against discrimination in schools", "discrimination", -1),
        ("The commission seeks comment on ways to extend E-Rate.", "e rate", 0),
        ("The report must be posted with open data.", "open data", 1),
        ("The Review Committee shall extend E-Rate.", "e rate", 1),
        ("Suspension.\u2014The agency shall fund E-Rate.", "e rate", 1),
        ("Tax exempt bonds shall be used for E-Rate.", "e rate", 1),
        ("For necessary expenses of E-Rate, $13,700,000.", "e rate", 1),
        ("To require a plan, prohibit masks, and limit E-Rate.", "e rate", -1),
        ("The state may not keep a base that holds, or facilitates, a face scan.", "face scan", -1),
    ],
)
def test_the_direction_follows_the_words_that_govern_the_phrase(text: str, phrase: str, sign: int) -> None:
    words = tokenize(text)
    searched = pattern(phrase)
    place = next(found for at in range(len(words)) if (found := searched.find(words.folded, at, len(words))))
    assert read(text, words, (0, len(words)), place).sign == sign


@pytest.mark.parametrize(
    "text",
    [
        "To request materials in accessible formats for people with disabilities (Braille), send an email to fcc504@fcc.gov.",
        "Existing law funds the Library Services and Technology Act.",
        "The table of contents of the Library Services and Technology Act is as follows:",
    ],
)
def test_a_formula_of_notices_or_the_law_of_today_is_no_provision(text: str) -> None:
    assert MATCHER.match({"text": text}, AREAS) == ()


@pytest.mark.parametrize(
    ("law", "formula"),
    [
        ("The Open Counter Act requires agencies to provide copies of public records.\n\n", ""),
        ("Existing law sets fees. The Open Counter Act requires agencies to provide copies of public records. ", ""),
        ("", " The bill would declare that its provisions further the purposes of the public records act."),
    ],
)
def test_of_a_digest_only_what_the_bill_does_is_a_provision(law: str, formula: str) -> None:
    bill = "This bill would close the public records of boards."
    closed = f"The law of counters is old.\n\n{bill}" if not law else law + bill
    found = MATCHER.every({"abstract": closed + formula}, ("government-information",))
    assert {match.provision.words for match in found} == {bill}


def test_a_summary_of_a_local_law_is_no_digest_of_the_law_of_today() -> None:
    summary = "A Local Law on counters.\n\nThis bill would set up a counter. It would provide copies of public records."
    assert MATCHER.every({"abstract": summary}, ("government-information",))


@pytest.mark.parametrize(
    ("title", "stance"),
    [
        ("Military Financial Literacy Act of 2026", "support"),
        ("Relating to financial literacy", "watch"),
        ("Notice of a meeting on financial literacy", "watch"),
    ],
)
def test_a_title_that_only_names_the_matter_leans_unless_it_is_vague(title: str, stance: str) -> None:
    matches = MATCHER.match({"title": title}, ("literacy",))
    assert next(match.stance for match in matches if match.position_id == "lt-lifelong-literacy") == stance


def test_a_name_scores_less_than_an_act_and_the_opposite_less_than_what_a_trigger_names() -> None:
    def best(text: str) -> float:
        return max(match.score for match in _of(text, "lf-lsta"))

    assert best("The act funds LSTA.") > best("The act repeals LSTA.") > best("The act concerns LSTA.")


def test_a_sentence_that_helps_and_harms_one_position_about_as_much_leaves_it_open() -> None:
    provision = Provision("title", 0, 1, "x")

    def told(*scores: tuple[str, float]) -> set[str]:
        return {
            m.stance for m in reconciled(Match("p", stance, score, provision, "x: y, p") for stance, score in scores)
        }

    assert told(("support", 0.8), ("oppose", 0.7)) == {"watch"}
    assert told(("support", 0.8), ("oppose", 0.6)) == {"support", "oppose"}
    assert told(("support", 0.8), ("support", 0.7)) == {"support"}


def test_what_is_never_turned_round_keeps_its_stance_under_any_verb() -> None:
    for text in (
        "The act prohibits divisive concepts in schools.",
        "The act names divisive concepts for schools to teach.",
    ):
        stances = {
            m.stance for m in MATCHER.match({"abstract": text}, AREAS) if m.position_id == "if-no-viewpoint-removal"
        }
        assert stances == {"oppose"}, text


def test_only_positions_of_the_documents_areas_are_considered() -> None:
    text = {"title": "To repeal the Library Services and Technology Act"}
    assert MATCHER.match(text, ()) == ()
    assert MATCHER.match(text, ("copyright",)) == ()
    assert next(m.position_id for m in MATCHER.match(text, ("library-funding",))) == "lf-lsta"


def test_the_reason_names_what_happens_the_stance_and_the_position() -> None:
    (match,) = _of("The bill repeals the Library Services and Technology Act.", "lf-lsta")
    assert match.reason == "cuts or ends the Library Services and Technology Act: oppose, lf-lsta"


def test_where_the_sentence_does_not_tell_the_answer_is_watch_and_scores_less() -> None:
    (sure,) = _of("The bill extends net neutrality.", "tc-net-neutrality")
    (unsure,) = _of("The bill concerns net neutrality.", "tc-net-neutrality")
    assert (sure.stance, unsure.stance) == ("support", "watch")
    assert unsure.score < sure.score


def test_a_stance_that_more_sentences_share_scores_more() -> None:
    once = _of("The bill extends E-Rate.", "tc-erate")[0]
    twice = _of("The bill extends E-Rate. It also funds E-Rate for towns.", "tc-erate")[0]
    assert twice.score > once.score


@pytest.mark.parametrize(
    ("source", "text", "found"),
    [
        ("remov* .. book", "removal of every single book", True),
        ("remov* .. book", "remove one two three four five six seven eight nine book", False),
        ("library record", "LIBRARIES' records", True),
        ("library record", "Library   Records", True),
        ("e rate", "the E-Rate program", True),
        ("staff|library_worker .. threat", "a library worker met with threats", True),
        ("court .. public record", "court public files public records", True),
        ("student's record", "STUDENTS’ records", True),
        ("women's history", "Women’s History", True),
        ("authorize grant", "Authorizes grants", True),
        ("census bureau", "the Census Bureaus", True),
        ("campus speech", "CAMPUS speech", True),
    ],
)
def test_patterns_match_as_written(source: str, text: str, found: bool) -> None:
    words = fold_words(text)
    assert pattern(source).occurs_in(words, 0, len(words)) is found


@pytest.mark.parametrize("source", ["", "..", "a ..", ".. a", "abc* d", "a**b", "x|*", "a|", "long_word*"])
def test_a_pattern_that_cannot_be_read_is_refused(source: str) -> None:
    with pytest.raises(BadPattern):
        pattern(source)


@pytest.mark.slow
def test_a_long_hostile_text_is_matched_in_time_that_grows_with_its_length() -> None:
    text = "library remov " * 20_000 + "( " * 20_000 + "a" * 100_000
    assert isinstance(MATCHER.match({"text": text}, AREAS), tuple)


def test_match_lines_keeps_order_names_bad_lines_and_goes_on() -> None:
    lines = [
        json.dumps({"id": "a", "title": "A bill to repeal the Library Services and Technology Act"}),
        "not json",
        json.dumps({"id": "b", "title": "To name a post office", "abstract": None}),
    ]
    out, err = io.StringIO(), io.StringIO()
    assert match_lines(lines, out, err) == 1
    first, second = map(json.loads, out.getvalue().splitlines())
    assert first["id"] == "a"
    assert first["matches"][0]["position"] == "lf-lsta"
    assert first["matches"][0]["stance"] == "oppose"
    assert first["matches"][0]["provision"] == {
        "field": "title",
        "start": 0,
        "end": 56,
        "words": "A bill to repeal the Library Services and Technology Act",
    }
    assert second == {"id": "b", "matches": []}
    assert err.getvalue().startswith("line 2: not JSON")


def test_the_sample_draws_the_best_match_of_each_document_of_its_split(tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    documents = [
        {
            "id": "a",
            "title": "To repeal the Library Services and Technology Act",
            "abstract": None,
            "areas": ["library-funding"],
        },
        {"id": "b", "title": "To name a post office", "abstract": None, "areas": ["library-funding"]},
        {"id": "c", "title": "To extend E-Rate", "abstract": None, "areas": []},
    ]
    lines = [json.dumps({**document, "split": "train"}) for document in documents]
    gold.write_text("\n".join([*lines, json.dumps({**documents[0], "id": "d", "split": "test"})]), encoding="utf-8")
    sample, summary = draw(gold, "train", seed=1, count=10)
    assert [(document["id"], match.position_id) for document, match in sample] == [("a", "lf-lsta")]
    assert summary == "2 documents with an area, 1 with a match, 1 of those with a direction"


@pytest.mark.parametrize(
    ("text", "words", "section"),
    [
        ("SECTION 1. SHORT TITLE.\nX Act.\nSEC. 3. GRANTS.\n(a) The Director shall fund LSTA.", "shall fund", "3"),
        ("To fund.\n\n1. Short title\nThe X Act.\n\n2A. Grants\nThe Director shall fund LSTA.", "shall fund", "2A"),
        ("Rules\n§ 54.516 Eligible services.\nThe state shall fund LSTA.", "shall fund", "54.516"),
        ("(Sec. 509) The state must fund LSTA.", "must fund", "509"),
        ("AGENCY:\nFCC.\n\n1. Background\nThe state shall fund LSTA.", "shall fund", None),
        ("Section 6 of the act says that the state shall fund LSTA.", "shall fund", None),
    ],
)
def test_a_provision_names_the_section_it_stands_in(text: str, words: str, section: str | None) -> None:
    (match,) = [m for m in MATCHER.match({"text": text}, AREAS) if m.position_id == "lf-lsta"]
    assert words in match.provision.words
    assert match.provision.section == section == section_finder(text)(text.index(words))


def test_the_section_goes_out_with_the_provision_where_there_is_one() -> None:
    def sent(field: str, text: str) -> str | None:
        (match,) = [m for m in MATCHER.match({field: text}, AREAS) if m.position_id == "lf-lsta"]
        section: str | None = as_json(match)["provision"].get("section", "none given")
        return section

    assert sent("text", "SEC. 3. LSTA.\nLSTA is repealed.") == "3"
    assert sent("title", "To repeal LSTA") == "none given"


# ---- the nearest in words


def test_the_nearest_fill_up_to_three_positions_below_every_match_and_say_so() -> None:
    words = "Requires each school to teach pupils how to judge the news and to read well"
    provision = Provision("title", 0, len(words), words)
    filled = nearest().fill((), provision, words, {"literacy"})
    assert len({match.position_id for match in filled}) == 3
    assert all(match.reason.startswith("nearest in words") and 0 < match.score <= 0.1 for match in filled)
    assert "lt-information-literacy" in {match.position_id for match in filled}
    assert all(match.stance in ("support", "watch") for match in filled)
    found = MATCHER.match({"title": "A bill to repeal the Library Services and Technology Act"}, {"library-funding"})
    more = nearest().fill(found, found[0].provision, None, {"library-funding"})
    assert more[: len(found)] == found
    assert len({match.position_id for match in more}) >= 3
    assert all(match.score < min(each.score for each in found) for match in more[len(found) :])


def test_the_nearest_are_of_the_areas_given_and_none_without_a_word_in_common() -> None:
    words = "Encryption of messages"
    provision = Provision("title", 0, len(words), words)
    assert nearest().fill((), provision, words, set()) == ()
    assert "pr-encryption" not in {match.position_id for match in nearest().fill((), provision, words, {"literacy"})}
    assert nearest().fill((), provision, words, {"privacy"})[0].position_id == "pr-encryption"
    odd = Provision("title", 0, 5, "qzxqz")
    assert nearest().fill((), odd, "qzxqz", AREAS) == ()
    assert first_words({"title": None, "abstract": ""}) is None


def test_the_matcher_itself_never_names_what_is_only_near() -> None:
    assert not any("nearest" in match.reason for match in MATCHER.match({"title": "Reading well is fine"}, AREAS))
