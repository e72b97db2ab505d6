"""State actions: the class of real sentences."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from crawlers.status.states import (
    PASSAGE_FILE,
    chamber_said,
    classify,
    load_passages,
    load_rules,
    most_telling,
    with_passage,
)

ROWS: list[tuple[str, str, str]] = [
    tuple(row) for row in yaml.safe_load(Path(__file__).with_name("action_classes.yml").read_text(encoding="utf-8"))
]


@pytest.mark.parametrize(("state", "expected", "text"), ROWS)
def test_class_of_a_real_sentence(state: str, expected: str, text: str) -> None:
    assert classify(text) == (expected,)


NO_PASSAGE = [
    ("ak", "motion", "(H) DISCHARGE FROM EDC, RULE 48(D), PASSED Y21 N18 E1"),
    ("ak", "motion", "(H) WAIVE RULE 18, WITHDRAW FROM RULES, TAKE UP CONCUR TODAY, PASSED Y39 E1"),
    ("ak", "motion", "(H) DEADLINE FOR ALL AMS AT 3:30 P.M. TODAY PASSED Y20 N19 A1"),
    ("ma", "motion", "Order adopted, see H59"),
    ("ma", "motion", "Order relative to session adopted and recessed to Thursday, October 9, 2025 at 11:30AM"),
    ("tn", "referral-committee", "Passed on Second Consideration, refer to Senate Rules Committee"),
    ("hi", "reading-2", "Report adopted; Passed Second Reading, as amended (SD 1)."),
    ("hi", "referral-committee", "Report adopted; referred to the committee(s) on FIN as amended in HD 2."),
    ("nh", "referral-committee", "Ought to Pass: MA, VV; Refer to Finance Rule 4-5; 02/13/2025; SJ 5"),
    ("me", "amendment-passage", 'Committee Amendment "A" (H-12) READ and ADOPTED, in concurrence.'),
    ("ks", "committee-action", "Committee of the Whole - Be passed as amended"),
    ("wv", "committee-passage-favorable", "Reported be adopted"),
    ("wv", "committee-passage-favorable", "Be adopted"),
    ("wv", "committee-passage-favorable", "By substitute, be adopted"),
    ("ky", "calendar", "passed over and retained in the Orders of the Day"),
    ("va", "calendar", "Passed by for the day (Voice Vote)"),
    ("me", "calendar", "On motion of Representative A, TABLED pending PASSAGE TO BE ENACTED."),
    ("mo", "enrolled", "Truly Agreed To and Finally Passed - AYES: 21 NOES: 11 PRESENT: 0"),
    ("va", "failure", "Passed by indefinitely in Education and Health (9-Y 6-N)"),
    ("al", "failure", "Motion to Read a Third Time and Pass - Lost Roll Call 40"),
    ("md", "motion", "Motion Special Order until 3/20 (Senator A) Adopted"),
    ("nd", "motion", "Division B passed"),
    ("mo", "motion", "Motion to lay SS on the table (A) S adopted"),
    ("pa", "motion", "Vote on final passage reconsidered"),
    ("wy", "motion", "S COW:S Bill Reconsideration Motion Passed by Roll Call 16-14-1-0-0"),
    ("ma", "committee-action", "Order relative to subject matter adopted"),
    ("ga", "engrossment", "Senate Engrossed"),
    ("vt", "executive-receipt", "Delivered to the Governor on June 3, 2026"),
    ("mi", "failure", "not adopted by 2/3 vote Roll Call #170 Yeas 52 Nays 54 Excused 0 Not Voting 4"),
    ("ks", "failure", "Emergency Final Action - Not passed; Yea 17, Nay 23"),
    ("me", "failure", "PASSAGE TO BE ENACTED FAILED In NON-CONCURRENCE"),
    ("me", "failure", "Subsequently, the House INSISTED on FAILING of PASSAGE TO BE ENACTED."),
    ("nh", "failure", "Ought to Pass: MF DV 203-158 Lacking Necessary Two-Thirds Vote 05/08/2025 HJ 14 P. 14"),
    ("hi", "committee-failure", "The recommendation was not adopted."),
    ("ks", "motion", "Motion to withdraw from House Committee on Veterans and Military not adopted; Yea 36, Nay 86"),
    ("me", "motion", "Motion by Senator A of B to RECONSIDER whereby the Bill was PASSED TO BE ENACTED FAILED"),
    ("ak", "motion", "(H) RESCIND ACTION (FAILED) AM 51 PASSED Y28 N12"),
    ("ma", "executive-receipt", "Enacted and laid before the Governor"),
    ("ks", "motion", "Motion to refer bill to House Committee on Education adopted; —"),
    ("tn", "motion", "Motion to lift from table adopted."),
    ("vt", "motion", "Rep. Coffin of Cavendish moved to postpone action until 4/23/2025, which was agreed to"),
    (
        "vt",
        "motion",
        "Rep. A of B moved that the Committee on C be relieved of the bill and that D, which was agreed to",
    ),
    ("vt", "motion", "Which was agreed to on a Roll Call Passed -- Needed 72 of 143 to Pass -- Yeas = 84, Nays = 59"),
    ("vt", "motion", "Pending question: Shall the Resolution be adopted??"),
    ("vt", "message", "Rules suspended & messaged to House forthwith, on motion of Senator Baruth"),
    ("ca", "motion", "Action rescinded whereby the bill was read third time, passed, and to Assembly."),
    (
        "me",
        "motion",
        "On motion by Senator A of B Tabled until Later in Today's Session, pending PASSAGE TO BE ENACTED",
    ),
    ("me", "motion", "On motion by Senator A of B the Senate RECONSIDERED whereby the Bill was PASSED TO BE ENACTED."),
    ("nh", "motion", "Ought to Pass: MF DV 188-190 02/13/2025 HJ 5 P. 20"),
    ("hi", "amendment-passage", "Floor amendment adopted as amended (CD 2)."),
    ("hi", "referral-committee", "Report adopted, as amended (SD 1) and referred to WAM."),
    ("hi", "referral-committee", "HD 1 adopted and recommitted to AGR for further consideration with none voting no"),
]
NO_FAILURE = [
    ("ak", "amendment-failure", "(H) AM 31 TO AM 2 FAILED Y15 N25"),
    ("ak", "motion", "(H) RESCIND ACTION TO DISCHARGE FAILED Y19 N20 E1"),
    ("ak", "motion", "(H) WITHDRAW FROM RLS TO CAL, RULE 18, FAILED Y18 N20 E2"),
    ("ak", "motion", "(H) CBRF SECTION(S) FAILED Y21 N19"),
    ("ak", "committee-failure", "(H) Failed to Move Out of Committee"),
    ("nh", "motion", "Inexpedient to Legislate: MF RC 175-195 02/20/2025  HJ 6  P. 49"),
    ("in", "amendment-failure", "Amendment #1 (Qaddoura) failed; Roll Call 162: yeas 16, nays 31"),
    ("in", "motion", "Motion to postpone indefinitely, failed Roll Call 27: yeas 28, nays 65"),
    ("mt", "amendment-failure", "(S) 2nd Reading Motion to Amend Failed"),
    ("mt", "motion", "(S) Motion Failed"),
    ("me", "motion", "On motion by Senator A of B RECONSIDERED FAILED ENACTMENT In NON-CONCURRENCE"),
    ("ut", "committee-failure", "House Comm - Motion to Recommend Failed [House Rules Committee]"),
    ("ut", "amendment-failure", "Senate/ floor amendment failed"),
    ("ak", "motion", "(H) MOTION TO REFER TO JUDICIARY, UR 39(B) FAILED Y19 N20 E1"),
    ("ak", "effective-date", "(S) EFFECTIVE DATE(S) FAILED Y13 N6 A1"),
    ("ak", "concurrence", "(H) FAILED CONCUR (S) AM Y17 N23"),
]
NO_WITHDRAWAL = [
    ("tn", "sponsorship", "Sponsor(s) Withdrawn."),
    ("vt", "sponsorship", "Senator Hart name as co-sponsor of bill withdrawn"),
    ("tx", "amendment-withdrawal", "Amendment to amendment withdrawn"),
    ("in", "amendment-withdrawal", "Amendment #12 (Burton) motion withdrawn"),
    ("in", "motion", "Concurrence withdrawn"),
    ("me", "motion", "Senator A of B asked and received leave of the Senate to Withdraw their Rollcall."),
    ("az", "committee-action", "W/D"),
    ("nm", "referral-committee", "withdrawn printed germane prefile"),
    ("ga", "referral-committee", "House Withdrawn, Recommitted"),
    ("wi", "sponsorship", "Representative A withdrawn as a coauthor"),
    ("tx", "motion", "Point of order withdrawn"),
    ("tx", "amendment-withdrawal", "Amendment withdrawn"),
]
PASSAGE = [
    "Third reading, passed; yeas, 58; nays, 38; absent, 0; excused, 2.",
    "Senate/ passed 2nd & 3rd readings/ suspension",
    "House/ passed 3rd reading in Senate Secretary",
    "Read 3rd time & passed in concurrence with proposal of amendment",
    "Read third time in full as amended -- PASSED 50-18-2",
    "3rd reading, passed 92-0",
    "House Passed/Adopted By Substitute",
    "Passed final passage as recommended by conference committee; yeas, 49",
    'The Bill was PASSED TO BE ENGROSSED as Amended by Committee Amendment "A" (H-12).',
    "Under suspension of the Rules, READ A SECOND TIME and PASSED TO BE ENGROSSED, in concurrence.",
    "Senate concurred in House amendments and passed bill (Roll No. 412)",
    "Measure and Emergency passed: Ayes: 40 Nays: 6",
    "Senate Final Action - Passed; Yea: 40 Nay: 0",
    "Read the third time and adopted.",
    "Second reading, adopted yeas 89 nays 2",
    "3rd reading, adopted 38-0",
    "Introduced and Adopted VV 12/04/2024 HJ 1",
    "Emergency Final Action - Adopted by required 2/3 majority; Yea 86, Nay 37, Absent 2",
    "Resolution for Immediate Adoption - Agreed To",
    "Adopted in concurrence per Joint Rule 16b",
    "Confirmed. Ayes, 24. Noes, 0 (none).",
    "Consent Calendar Passed",
    "Adopted, in concurrence",
    "Order adopted, in concurrence",
    "Rules suspended and adopted",
    "Rules Suspended, Adopted voice vote",
    "Senate Reconsidered Passed/Adopted As Amended",
    "Passed in concurrence with proposal of amendment",
    "House of Representatives Do Pass Amended , Passed, YEAS 36, NAYS 33 H.J. 264",
    "Senate Do Pass Amended , Passed, YEAS 18, NAYS 16 S.J. 157",
    "Senate Concurred in Resolution as Amended , Passed, YEAS 32, NAYS 2 S.J. 158",
]


@pytest.mark.parametrize(("state", "instead", "text"), NO_PASSAGE)
def test_what_open_states_wrongly_calls_a_passage_is_none(state: str, instead: str, text: str) -> None:
    assert with_passage(("passage",), text) == (instead,)


@pytest.mark.parametrize(("state", "instead", "text"), NO_FAILURE)
def test_what_is_lost_besides_the_bill_is_no_failure(state: str, instead: str, text: str) -> None:
    assert with_passage(("failure",), text) == (instead,)


def test_what_another_chamber_or_the_governor_is_told_of_has_not_passed() -> None:
    assert with_passage(("enrolled",), "Received") == ("receipt",)
    assert with_passage(("enrolled",), "Placed on Special Order Calendar, 03/05/26 --If Received") == ("calendar",)
    assert with_passage(("enrolled",), "Ordered enrolled") == ("enrolled",)
    notice = "Notice of a bill proposing constitutional amendment in the form of (HD 2) transmitted to Governor"
    assert with_passage(("executive-receipt",), notice) == ("message",)
    notice = "Notice of bill proposing constitutional amendment transmitted to Governor (Sen. Com. No. 1)."
    assert with_passage(("executive-receipt",), notice) == ("message",)


def test_a_report_that_is_placed_on_file_is_a_report() -> None:
    adverse = "Proposal for Constitutional Amendment ought not to pass (under Joint Rule 23) and placed on file"
    assert with_passage(classify(adverse), adverse) == ("committee-passage-unfavorable",)
    assert with_passage(classify("Placed on file"), "Placed on file") == ("clerical",)


@pytest.mark.parametrize(
    "text",
    [
        "(S) Died in Standing Committee",
        "S:Died in Committee Returned Bill Pursuant to SR 5-4",
        "Indefinitely postponed",
    ],
)
def test_a_bill_that_died_in_committee_waits_in_none(text: str) -> None:
    assert with_passage(("committee-failure",), text) == ("failure",)
    assert with_passage(("committee-failure",), "The recommendation was not adopted.") == ("committee-failure",)


def test_what_the_governor_holds_or_let_become_law_is_said_where_the_source_has_no_class_for_it() -> None:
    assert with_passage((), "HELD BY THE GOVERNOR.") == ("executive-receipt",)
    law = "Enacted in accordance with Article 44 Part II of the N.H. Constitution without the signature of the governor"
    assert with_passage((), law) == ("became-law",)
    overridden = with_passage(("veto-override-passage",), "(H) GOVERNOR VETO OVERRIDDEN Y46 N14")
    assert most_telling(overridden) == "became-law", "Alaska's chambers vote together"


def test_nebraskas_governor_returns_what_he_vetoes_and_it_stays_so_where_the_override_fails() -> None:
    assert with_passage((), "Returned by Governor without approval on May 20, 2025") == ("executive-veto",)
    lost = "Failed to become law notwithstanding the objections of the Governor 24-24-1"
    assert with_passage(("failure",), lost) == ("veto-override-failure",)


def test_new_hampshire_gives_each_part_of_a_law_a_day_of_effect_and_no_step() -> None:
    for part in ("I. Section 7", "II. Remainder", "I. RSA 178:21 IV as inserted by section 4", "III. Sections 3 and 4"):
        assert with_passage((), f"{part} Effective 07/01/2026") == ("effective-date",)
        assert with_passage((), f"{part} of this act shall take effect as provided in Section 7") == ("effective-date",)
    signed = "Signed by the Governor on 07/15/2025; Chapter 0229; Effective 07/01/2025"
    assert with_passage(("executive-signature",), signed) == ("executive-signature",)


REPORTED_AND_REFERRED = [
    ("nj", "Reported and Referred to Assembly Appropriations Committee"),
    ("nj", "Reported out of Assembly Committee with Amendments and Referred to Assembly Budget Committee"),
    ("ma", "Reported favorably by committee and referred to the committee on Health Care Financing"),
    ("oh", "Reported - Substitute - Re-referred to Rules and Reference"),
    ("mn", "Comm report: Amended, No recommendation, re-referred to Taxes"),
    ("wv", "Committee substitute reported, but first to Finance"),
    ("wv", "Do pass, but first to Judiciary"),
    ("wv", "Be adopted, but first to Rules"),
]


def test_a_committee_of_washington_that_reports_a_text_of_its_own_has_reported_the_bill() -> None:
    text = "TR - Majority; 1st substitute bill be substituted, do pass."
    assert most_telling(with_passage(("substitution",), text)) == "committee-passage-favorable"


@pytest.mark.parametrize(
    ("text", "referred"),
    [
        ("Read 1st time & referred to Committee on Education", True),  # Vermont
        ("Read first time and referred to the Committee on Judiciary", True),
        ("Read first time, treated as a bill, and referred to the Committee on Government Operations", True),
        ("Committee bill read first time and referred to Committee on Appropriations per Rule 35(a)", True),
        ("Read 1st time & treated as bill; referred to Committee on Health and Welfare per Rule 51", True),
        ("Introduced In Senate - Assigned to State, Veterans, & Military Affairs", True),  # Colorado
        ("Introduced In House - Assigned to", False),
        ("Introduced, first reading, (emergency), referred Appropriations Committee", True),  # North Dakota
        ("To Be Introduced (in recess of) 01/07/2026 and referred to Judiciary", False),  # New Hampshire: not yet
        ("Introduced; read first time; referred to JR for Printing", False),  # Idaho: in print
    ],
)
def test_the_sentence_of_a_first_reading_may_send_a_bill_to_its_committee(text: str, referred: bool) -> None:
    assert ("referral-committee" in with_passage(("introduction",), text)) is referred


def test_a_petition_of_massachusetts_that_is_to_be_printed_has_no_hearing() -> None:
    text = "Scheduled for the House Journal Addenda"
    assert with_passage(("hearing",), text) == classify(text) == ("clerical",)


@pytest.mark.parametrize(("state", "text"), REPORTED_AND_REFERRED)
def test_a_committee_that_sends_a_bill_to_another_one_has_reported_it(state: str, text: str) -> None:
    classes = with_passage(("referral-committee",), text)
    assert classes == ("referral-committee", "committee-passage")
    assert most_telling(classes) == "committee-passage"


@pytest.mark.parametrize(
    "text",
    [
        "Reported Printed and Referred to Business",  # Idaho
        "Reported out of Committee, Returned to the Desk for re-referral",
        "Committee Report: Rereferred to Committee, 02/20/2025; Vote 5-0; CC; SC 9",  # New Hampshire: what it recommends
        # Massachusetts: the committee on Rules only admits a bill that came late
        "Reported, referred to the committee on Joint Rules, reported, rules suspended and referred to the committee on Revenue",
    ],
)
def test_a_bill_that_was_printed_or_admitted_before_its_committee_is_not_reported(text: str) -> None:
    assert with_passage(("referral-committee",), text) == ("referral-committee",)


def test_a_nominee_whom_the_governor_withdraws_or_the_senate_refuses_waits_for_nobody() -> None:
    assert with_passage((), "Nominee(s) Dave Fields withdrawn by Governor. (Gov. Msg. No. 763)") == ("withdrawal",)
    refused = with_passage(("appointment",), "Nominee(s) failed to be confirmed. Ayes, 2. Noes, 23.")
    assert most_telling(refused) == "failure"


def test_a_bill_that_its_author_amends_in_committee_is_not_reported() -> None:
    sentence = "From committee with author's amendments. Read second time and amended. Re-referred to Com. on JUD."
    assert with_passage(("committee-passage",), sentence) == ("committee-action",)
    assert with_passage(("committee-passage",), "From committee: Do pass.") == ("committee-passage",)


SUBCOMMITTEES = [
    ("ia", "committee-passage-favorable", "Subcommittee recommends amendment and passage."),
    ("ia", "committee-passage-unfavorable", "Subcommittee recommends indefinite postponement. []."),
    ("ia", "committee-passage-unfavorable", "Subcommittee returns the bill to Committee without recommendation. []."),
    ("tn", "committee-passage-favorable", "Rec. for pass by s/c ref. to Education Committee"),
    ("tn", "committee-passage-favorable", "Rec. for pass if am by s/c ref. to Judiciary Committee"),
    ("il", "committee-passage-favorable", "Recommends Do Pass Subcommittee/ Revenue & Finance Committee; 005-000-000"),
    (
        "ok",
        "committee-passage",
        "Recommendation to the full committee; Do Pass Appropriations and Budget Finance Subcommittee",
    ),
]


@pytest.mark.parametrize(("state", "word", "text"), SUBCOMMITTEES)
def test_what_a_subcommittee_recommends_is_no_report(state: str, word: str, text: str) -> None:
    assert with_passage((word,), text) == ("committee-action",)


def test_floridas_house_calls_its_committees_subcommittees() -> None:
    favorable = ("committee-passage-favorable",)
    assert with_passage(favorable, "Favorable with CS by Criminal Justice Subcommittee") == favorable


def test_a_bill_of_which_the_governor_vetoed_lines_is_law() -> None:
    lines = "executive-veto-line-item"
    assert with_passage((lines,), "Item vetoed, signed by Governor.") == ("executive-signature",)
    assert with_passage((lines,), "Motion to override line item veto failed; Line item veto 15(b)") == (lines,)


def test_a_day_on_which_a_law_takes_effect_makes_it_no_law() -> None:
    law = ("became-law",)
    for text in ("Effective 1/19/26", "Effective date 6/11/2026*.", "(H) EFFECTIVE DATE(S) OF LAW SEE CHAPTER"):
        assert with_passage(law, text) == ("effective-date",)
    assert with_passage(law, "06/26/2026 Effective without Governor's signature") == law


def test_a_vote_that_a_member_notes_in_the_journal_is_no_vote() -> None:
    assert with_passage(("vote",), "Statement(s) of vote recorded in Journal") == ("clerical",)


@pytest.mark.parametrize(("state", "instead", "text"), NO_WITHDRAWAL)
def test_what_leaves_the_bill_itself_alive_is_no_withdrawal(state: str, instead: str, text: str) -> None:
    assert with_passage(("withdrawal",), text) == (instead,)


@pytest.mark.parametrize("text", PASSAGE)
def test_what_says_that_a_chamber_passed_it_is_a_passage(text: str) -> None:
    assert most_telling(with_passage(("reading-3",), text)) == "passage"


@pytest.mark.parametrize(
    ("classes", "text"),
    [
        (("passage",), "Second reading, passed, yeas 47 nays 0"),  # North Dakota's last one
        (("passage",), "Report adopted; Passed Third Reading, as amended (SD 1). Ayes, 24"),
        (("passage",), "Motion to Read a Third Time and Pass - Adopted Roll Call 40"),
        (("passage",), "Adopted as amended"),
        (("passage",), "Passed over veto, yeas 70 nays 20"),
        (("passage",), "Signed by the Speaker"),
        (("reading-3",), "Read by title, passed to 3rd reading."),
        (("reading-2",), "House Second Reading Passed with Amendments - Committee"),
        (("message",), "Action rescinded whereby bill was read a third time, passed, and ordered to the Senate."),
        ((), "Bill was not read"),
        (("withdrawal",), "Withdrawn by Author"),
        (("withdrawal",), "Withdrawn."),
        (("passage",), "Third Reading, Measure passed and Emergency failed: Ayes: 60 Nays: 21"),
        (("passage",), "passed; given immediate effect Roll Call #4 Yeas 63 Nays 41 Excused 0 Not Voting 6"),
    ],
)
def test_other_classes_stay_as_they_are(classes: tuple[str, ...], text: str) -> None:
    assert with_passage(classes, text) == classes


@pytest.mark.parametrize(
    "text",
    [
        "Second reading, failed to pass, yeas 15 nays 31",
        "Read the third time and failed.",
        "Third Reading, Measure failed: Ayes: 20 Nays: 27",
        "Third consideration and defeated on final passage",
        "Bill was not passed",
        "Failed in s/c K-12 Subcommittee of Education Committee",
        "Failed in Committee - Agriculture and Wildlife",
        "Failed for lack of second in: Higher Education Subcommittee",
        "Left in Education",
        "Sen. Ward Moved Nonconcur with the House Amendment, MA, VV; 06/12/2025; SJ 16",
        "House Non-Concurs with Senate Amendment 2025-1724s (Rep. Creighton): MA VV 06/05/2025 HJ 16",
        "Third reading: defeated; Roll Call 8: yeas 19, nays 31",
        "House Lost Reconsidered Bill/Resolution",
        "House of Representatives Do Pass Amended , Passed, YEAS 30, NAYS 35 H.J. 474",
        "Senate Concurred in Resolution , Passed, YEAS 16, NAYS 18 S.J. 128",
        "House of Representatives Failed to concur, no committee appointed , Passed, YEAS 40, NAYS 27 H.J. 550",
    ],
)
def test_what_a_chamber_or_its_committee_voted_down_has_failed(text: str) -> None:
    assert most_telling(with_passage(("reading-3",), text)) == "failure"


@pytest.mark.parametrize(
    "text",
    [
        "Sen. Gannon Moved Nonconcur with the House Amendment; Requests C of C, MA, VV; (In Recess 06/05/2025); SJ 16",
        "House Non-Concurs with Senate Amendment 2025-2711s and Requests CofC (Rep. Weyler): MA VV 06/05/2025",
        "Sen. Ward Moved Nonconcur with the House Amendment, MF, VV; 06/12/2025; SJ 16",
    ],
)
def test_a_bill_that_goes_to_a_conference_goes_on(text: str) -> None:
    assert with_passage(("concurrence",), text) == ("concurrence",)


@pytest.mark.parametrize(
    ("text", "chamber"),
    [
        ("PASSED BY HOUSE WITH IMMEDIATE EFFECT", "lower"),
        ("ADOPTED, SENATE", "upper"),
        ("SEN. PASSED, HO. AMEND. SCH. A", "upper"),
        ("Senate Message: Adopted in concurrence", "upper"),
        ("Passed Assembly (Passed Both Houses) (76-0-0)", "lower"),
        ("04/01/2025 House passed Sub A", "lower"),
        ("House of Representatives Concurred in Resolution , Passed, YEAS 66, NAYS 0", "lower"),
        ("Senate Adopt Resolution as amended , Passed, YEAS 33, NAYS 1 S.J. 231", "upper"),
        ("Passed", None),
    ],
)
def test_the_chamber_is_the_one_that_the_sentence_names(text: str, chamber: str | None) -> None:
    assert chamber_said(text) == chamber


def test_a_rule_on_passages_with_an_unknown_class_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "passage.yml"
    file.write_text(
        "never: {passage: [[redding, 'x']]}\nalso: []\nalways: []\nfailed: []\nchambers: {}\nreceived: {}\ntaken_back: 'x'\n",
        encoding="utf-8",
    )
    with pytest.raises(ValueError, match="'redding' is not among the classes"):
        load_passages(file)


def test_an_unknown_sentence_has_no_class() -> None:
    assert classify("Zzyzx") == ()


def test_a_class_that_is_not_listed_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "actions.yml"
    file.write_text("classes: [hearing]\nrules:\n  - [hering, 'x']\n", encoding="utf-8")
    with pytest.raises(ValueError, match="'hering' is not among its classes"):
        load_rules(file)


def test_a_broken_pattern_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "actions.yml"
    file.write_text("classes: [hearing]\nrules:\n  - [hearing, '(x']\n", encoding="utf-8")
    with pytest.raises(ValueError, match="is no pattern"):
        load_rules(file)


@pytest.mark.parametrize(
    ("was", "now", "problem"),
    [
        ("  replaced:", "  replcaed:", "says has the keys .*: see 'repl"),
        ("always:\n", "always:\n  - ''\n", "the pattern '' fits every sentence"),
        ("'^truly agreed", "'^(truly agreed", r"'\^\(truly agreed[^|]*' is no pattern"),
        ("'^truly agreed", "'|^truly agreed", "fits every sentence"),
        ("lower: ", "house: ", "chambers has the keys lower, upper: see 'house'"),
    ],
)
def test_a_slip_in_the_rules_of_passages_is_named_with_their_file(
    tmp_path: Path, was: str, now: str, problem: str
) -> None:
    file = tmp_path / "passage.yml"
    file.write_text(PASSAGE_FILE.read_text(encoding="utf-8").replace(was, now, 1), encoding="utf-8")
    with pytest.raises(ValueError, match=rf"^passage\.yml: .*{problem}"):
        load_passages(file)


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        (("reading-3", "passage"), "passage"),
        (("introduction", "reading-1", "referral-committee"), "introduction"),
        (("fiscal-note",), "fiscal-note"),
        ((), None),
    ],
)
def test_the_most_telling_class(classes: tuple[str, ...], expected: str | None) -> None:
    assert most_telling(classes) == expected
