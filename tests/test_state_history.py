"""The steps that the actions of a state bill add up to: passages, vetoes, ends, and bills in whose place another goes on."""

from __future__ import annotations

import pytest
from state_steps import days, last, steps

from crawlers.items import Action
from crawlers.status.states import classify, state_history, with_passage


def test_michigans_house_that_is_filed_under_the_senate_is_no_second_chamber() -> None:
    acted = [("passed", "lower"), ("PASSED BY HOUSE WITH IMMEDIATE EFFECT", "upper")]
    actions = [
        (Action(acted_on="2026-05-21", description=text, chamber=chamber), ("passage",)) for text, chamber in acted
    ]
    history = state_history(actions, document_type="bill", introduced_on="2026-01-02", chamber="lower")
    assert history[-1][0] == "passed_first_chamber"


def test_a_veto_that_both_chambers_override_is_undone_even_where_it_is_listed_after_them() -> None:
    acted = [("2026-04-09", "veto-override-passage", "upper"), ("2026-04-09", "executive-veto", "lower")]
    assert steps(*WAY, *acted)[-1] == "vetoed"
    both = [*acted[:1], ("2026-04-09", "veto-override-passage", "lower"), *acted[1:]]
    assert steps(*WAY, *both)[-1] == "enacted"


WAY = [
    ("2025-01-10", "introduction+reading-1", "lower"),
    ("2025-01-11", "referral-committee", "lower"),
    ("2025-02-01", "committee-passage-favorable", "lower"),
    ("2025-02-10", "reading-3+passage", "lower"),
    ("2025-02-11", "reading-1+referral-committee", "upper"),
    ("2025-03-01", "passage", "upper"),
    ("2025-03-05", "enrolled", "lower"),
    ("2025-03-10", "executive-receipt", "executive"),
]


def test_a_bill_on_its_whole_way() -> None:
    assert steps(*WAY, ("2025-03-20", "executive-signature", "executive")) == [
        "introduced",
        "in_committee",
        "reported",
        "passed_first_chamber",
        "passed_second_chamber",
        "passed",
        "to_executive",
        "enacted",
    ]


def test_what_a_day_lists_backwards_are_steps_all_the_same() -> None:
    day = [("2025-04-10", word, "legislature") for word in ("executive-receipt", "passage")]
    acted = [("2025-01-17", "introduction", "legislature"), *day, ("2025-04-14", "executive-signature", "executive")]
    found = steps(*acted, chamber="legislature")
    assert found == ["introduced", "passed", "to_executive", "enacted"]


def test_what_a_governor_did_counts_in_the_order_of_its_days_and_not_of_the_list() -> None:
    acted = [
        ("2025-03-19", "passage", "upper"),
        ("2025-04-10", "executive-signature", "lower"),
        ("2025-04-03", "executive-receipt", "lower"),
    ]
    # Kansas: the days are those that the sentences name
    found = steps(("2025-02-20", "passage", "lower"), *acted, chamber="lower")
    assert found == ["introduced", "passed_first_chamber", "passed_second_chamber", "to_executive", "enacted"]
    late = [acted[0], ("2025-05-17", "executive-receipt", "lower"), ("2025-05-12", "executive-signature", "lower")]
    found = steps(("2025-02-20", "passage", "lower"), *late, chamber="lower")  # North Dakota
    assert found == ["introduced", "passed_first_chamber", "passed_second_chamber", "enacted"]


def test_what_was_enrolled_before_it_passed_or_again_after_it_counts_from_the_passage_on() -> None:
    passed = [("2025-03-13", "passage", "lower"), ("2025-05-08", "passage", "upper")]
    slip = ("2025-03-19", "enrolled", "upper")  # New Hampshire, H.B. 382 of 2025
    acted = [passed[0], slip, passed[1], ("2025-07-03", "enrolled", "upper")]
    assert days(*acted, chamber="lower")[-2:] == [("passed_second_chamber", "2025-05-08"), ("passed", "2025-07-03")]
    early = ("2024-03-26", "executive-receipt", "upper")  # Minnesota, H.F. 3425: a year too early
    assert "to_executive" not in steps(early, *passed, chamber="lower")
    assert steps(*passed, slip, chamber="lower")[-1] == "passed", "the only one counts, wherever it is"


def test_a_chamber_that_received_a_bill_passes_it_whatever_chamber_is_named() -> None:
    acted = [
        ("3rd reading, passed 92-0", "passage"),
        ("received in Senate", "message"),
        ("3rd reading, passed 33-5", "passage"),
    ]
    actions = [
        (Action(acted_on=f"2026-02-0{day}", description=text, chamber="lower"), (word,))
        for day, (text, word) in enumerate(acted, 1)
    ]
    history = state_history(actions, document_type="bill", introduced_on="2026-01-02", chamber="lower")  # Kentucky
    assert history[-2:] == (("passed_first_chamber", "2026-02-01"), ("passed_second_chamber", "2026-02-03"))


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["Measure failed", "Motion to reconsider vote adopted: Ayes: 27 Nays: 15"], "in_committee"),
        (["House Third Reading Lost", "House Reconsidered", "House Lost Reconsidered Bill/Resolution"], "failed"),
        (["passed", "Reconsidered", "Measure failed"], "failed"),
        (["passed", "Reconsidered"], "passed_first_chamber"),  # a passage counts until another vote
    ],
)
def test_a_defeat_that_was_reconsidered_later_is_none_until_the_next(texts: list[str], expected: str) -> None:
    words = {"Measure failed": "failure", "House Third Reading Lost": "failure", "passed": "passage"}
    referral = Action(acted_on="2025-02-01", description="Referred", chamber="lower"), ("referral-committee",)
    actions = [
        (
            Action(acted_on="2025-05-07", description=text, chamber="lower"),
            with_passage((words.get(text, "motion"),), text),
        )
        for text in texts
    ]
    history = state_history([referral, *actions], document_type="bill", introduced_on="2025-01-02", chamber="lower")
    assert history[-1][0] == expected


def test_a_vetoed_bill_may_become_law_all_the_same() -> None:
    ends = [("2025-03-20", "executive-veto", "executive"), ("2025-03-25", "veto-override-passage", "lower")]
    assert steps(*WAY, *ends)[-1] == "vetoed"
    assert steps(*WAY, *ends, ("2025-03-26", "became-law", None))[-1] == "enacted"


def test_the_same_chamber_twice_is_one_chamber() -> None:
    assert (
        steps(
            ("2025-01-10", "introduction", "lower"),
            ("2025-02-01", "passage", "lower"),
            ("2025-03-01", "passage", "lower"),
        )[-1]
        == "passed_first_chamber"
    )


def test_a_second_reading_that_leads_to_a_committee_is_no_passage_and_one_that_ends_it_is() -> None:
    assert last("passage+reading-2+referral-committee", "Passed Second Reading and referred to WAM") == "in_committee"
    assert last("passage+reading-2", "Second reading, passed, yeas 47 nays 0") == "passed_first_chamber"


def test_a_committee_that_is_against_a_bill_does_not_kill_it() -> None:
    assert last("committee-failure", "Committee Report: Inexpedient to Legislate") == "in_committee"


@pytest.mark.parametrize(
    ("classes", "words", "expected"),
    [
        ("failure", "Died in Rules", "failed"),
        ("amendment-failure+failure+reading-2", "2nd Reading Motion to Amend Failed", "introduced"),
        ("withdrawal", "Withdrawn by Sponsor", "withdrawn"),
        ("withdrawal", "Withdrawn from further consideration", "withdrawn"),
        ("withdrawal", "Withdrawn from Rules", "introduced"),
        ("referral-committee+withdrawal", "House Withdrawn, Recommitted", "in_committee"),
        ("amendment-withdrawal+withdrawal", "Am. withdrawn. (Amendment 1 - HA0001)", "introduced"),
    ],
)
def test_what_ends_a_bill_and_what_only_sounds_like_it(classes: str, words: str, expected: str) -> None:
    assert last(classes, words) == expected


def _nh(*acted: tuple[str, str, str, str]) -> tuple[str, str]:
    actions = [
        (Action(acted_on=day, description=text, chamber=chamber), with_passage((name,), text))
        for day, name, chamber, text in acted
    ]
    return state_history(actions, document_type="bill", introduced_on="2025-01-08", chamber="lower")[-1]


def test_a_bill_dies_where_a_chamber_refuses_the_words_of_the_other_and_asks_for_no_conference() -> None:
    passed = [
        ("2025-03-26", "passage", "lower", "Ought to Pass with Amendment 2025-0895h: MA VV 03/26/2025 HJ 10 P. 39"),
        (
            "2025-05-15",
            "passage",
            "upper",
            "Ought to Pass with Amendment #2025-1989s, MA, VV; OT3rdg; 05/15/2025; SJ 13",
        ),
    ]
    words = "House Non-Concurs with Senate Amendment 2025-1989s{} (Rep. Osborne): MA VV 05/22/2025 HJ 15 P. 52"
    died = ("2025-06-03", "concurrence", "lower", words.format(""))
    assert _nh(*passed, died) == ("failed", "2025-06-03")
    asks = ("2025-06-03", "concurrence", "lower", words.format(" and Requests CofC"))
    assert _nh(*passed, asks) == ("passed_second_chamber", "2025-05-15")
    named = ("2025-06-03", "motion", "lower", "Speaker Appoints: Reps. S. Pearson, Sheehan, Grote, C. McGuire")
    assert _nh(*passed, died, named) == ("passed_second_chamber", "2025-05-15"), "it asked without saying so"


def test_a_bill_of_ohio_is_passed_once_its_chamber_concurs_even_where_the_other_ones_vote_is_listed_later() -> None:
    acted = [("Passed", "passage", "lower"), ("Concurred in Senate amendments", "amendment-passage", "lower")]
    actions = [
        (Action(acted_on="2025-11-19", description=text, chamber=where), (word,))
        for text, word, where in (*acted, ("Passed", "passage", "upper"))
    ]
    history = state_history(actions, document_type="bill", introduced_on="2025-01-02", chamber="lower")
    assert [step for step, _ in history] == [
        "introduced",
        "passed_first_chamber",
        "passed_second_chamber",
        "passed",
    ]


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ([], ("reported", "2025-02-04")),
        (
            [("2025-02-20", "Referral Waived by Committee Chair per House Rule 47(f)")],
            ("passed_first_chamber", "2025-02-13"),
        ),
        ([("2025-03-26", "Ought to Pass: MA VV 03/26/2025 HJ 10")], ("passed_first_chamber", "2025-03-26")),
        ([("2025-11-05", "Committee Report: Inexpedient to Legislate 10/30/2025")], ("reported", "2025-02-04")),
    ],
)
def test_a_vote_that_sends_a_bill_to_a_second_committee_is_no_passage(
    after: list[tuple[str, str]], expected: tuple[str, str]
) -> None:
    """New Hampshire."""
    told = [
        ("2025-02-04", "Committee Report: Ought to Pass 01/30/2025 (Vote 18-0; CC)"),
        ("2025-02-13", "Ought to Pass: MA VV 02/13/2025 HJ 5 P. 13"),
        ("2025-02-13", "Referred to Finance 02/13/2025 HJ 5 P. 13"),
        *after,
    ]
    actions = [
        (Action(acted_on=day, description=words, chamber="lower"), ("passage",) if ": MA" in words else classify(words))
        for day, words in told
    ]
    actions = [(action, with_passage(classes, action.description)) for action, classes in actions]
    history = state_history(actions, document_type="bill", introduced_on="2025-01-08", chamber="lower")
    assert history[-1] == expected


def test_a_withdrawal_comes_after_the_referral_of_its_day_whatever_the_list_says() -> None:
    """Tennessee."""
    assert steps(
        ("2025-01-15", "filing", "lower"),
        ("2025-01-27", "withdrawal", "lower"),
        ("2025-01-27", "referral-committee", "lower"),
        ("2025-01-27", "referral-committee", "lower"),
    ) == ["introduced", "in_committee", "withdrawn"]


@pytest.mark.parametrize(
    ("after", "step"),
    [
        ("Sine Die adjournment", "withdrawn"),  # Arkansas
        ("(S) Missed Deadline for General Bill Transmittal", "withdrawn"),  # Montana
        ("Failed in Education Committee", "failed"),
    ],
)
def test_what_was_withdrawn_does_not_fail_with_all_others(after: str, step: str) -> None:
    told = [("2025-03-19", "Withdrawn by author.", ("withdrawal",)), ("2025-05-05", after, ("failure",))]
    actions = [(Action(acted_on=day, description=words, chamber="upper"), classes) for day, words, classes in told]
    history = state_history(actions, document_type="bill", introduced_on="2025-02-26", chamber="upper")
    assert history[-1][0] == step


@pytest.mark.parametrize(
    ("number", "words", "step"),
    [
        ("LB6", "Indefinitely postponed", "replaced"),
        ("LB530", "Indefinitely postponed", "failed"),  # the other one goes on in it
        ("LB6", "Failed to pass Final Reading", "failed"),
    ],
)
def test_a_bill_that_is_in_another_one_is_replaced_when_it_is_postponed_for_good(
    number: str, words: str, step: str
) -> None:
    """Nebraska, which names the other bill days later."""
    told = [
        ("2025-06-02", words, ("failure",)),
        ("2025-06-06", "Provisions/portions of LB6 amended into LB530 by AM1219", ()),
    ]
    actions = [(Action(acted_on=day, description=said, chamber="legislature"), classes) for day, said, classes in told]
    history = state_history(
        actions, document_type="bill", introduced_on="2025-01-09", chamber="legislature", number=number
    )
    assert history[-1] == (step, "2025-06-02")


@pytest.mark.parametrize(
    ("kind", "chambers", "step"),
    [
        ("resolution", ["upper"], "adopted"),
        ("joint resolution", ["upper"], "passed_first_chamber"),
        ("joint resolution", ["upper", "lower"], "adopted"),
        ("bill", ["upper"], "introduced"),
    ],
)
def test_a_motion_to_adopt_adopts_a_resolution_and_amends_a_bill(kind: str, chambers: list[str], step: str) -> None:
    """Alabama."""
    words = "Gudger motion to Adopt - Adopted Voice Vote"
    actions = [
        (Action(acted_on="2026-02-10", description=words, chamber=each), ("amendment-passage",)) for each in chambers
    ]
    history = state_history(actions, document_type=kind, introduced_on="2026-02-09", chamber="upper")
    assert history[-1][0] == step


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("Bell Motion to Concur In and Adopt Senate Amendment - Adopted Roll Call 1220", "passed"),
        ("House Concurs with Senate Amendment 1910s (Rep. Packard): MA VV 06/12/2025", "passed"),
        ("Sen. Gray Moved to Concur with the House Amendment, MA, VV; 05/15/2025; SJ 13", "passed"),
        ("House Concurs with Senate Amendment 1910s (Rep. Moffett Jr.): MF RC 150-190", "passed_second_chamber"),
        ("House Non-Concurs with Senate Amendment and Requests CofC (Rep. Roy): MA VV", "passed_second_chamber"),
    ],
)
def test_a_chamber_of_new_hampshire_that_concurs_agrees_to_the_words(words: str, step: str) -> None:
    passed = [
        (Action(acted_on="2025-05-01", description="", chamber=each), ("passage",)) for each in ("lower", "upper")
    ]
    said = (Action(acted_on="2025-06-12", description=words, chamber="lower"), with_passage(classify(words), words))
    history = state_history([*passed, said], document_type="bill", introduced_on="2025-01-08", chamber="lower")
    assert history[-1][0] == step


def test_a_one_chamber_legislature_passes_a_bill_once() -> None:
    acted = [("2025-01-10", "introduction", "legislature"), ("2025-04-01", "passage", "legislature")]
    assert steps(*acted, chamber="legislature")[-1] == "passed"


def test_what_failed_may_be_taken_up_again() -> None:
    acted = [("2025-01-10", "introduction", "lower"), ("2025-02-01", "failure", "lower")]
    assert steps(*acted)[-1] == "failed"
    assert steps(*acted, ("2025-02-09", "passage", "lower"))[-1] == "passed_first_chamber"


REPLACED = [
    ("ma", "Accompanied a new draft, see S2515"),
    ("ma", "Published as amended, see H4001"),
    ("ma", "Accompanied H1110"),
    ("ma", "New draft (Tarr) substituted, see S2507"),
    ("ma", "Amended by substitution of bill with the same title, see H4264"),
    ("nj", "Substituted by A3318 (1R)"),
    ("nj", "Substituted by ACR152"),
    ("nj", "Substituted by SJR84"),
    ("nj", "Combined with S1193 (SCS)"),
    ("nj", "WITHDRAWN APP P.L.2025, c.244."),
    ("fl", "Laid on Table, companion bill(s) passed, see HB 6517 (Ch. 2026-228)"),
    ("fl", "Laid on Table, refer to CS/SB 1050"),
    ("fl", "Original bill laid on Table, refer to combined CS/SB 658"),
    ("mn", "Rule 45; subst. General Orders HF5074, SF indefinitely postponed"),
    ("mn", "HF indefinitely postponed"),
    ("ia", "HF 299 substituted."),
    ("ia", "Committee report approving bill, renumbered as SF 213."),
    ("ia", "Committee report approving bill, renumbered as []."),
    ("tn", "Companion HJR 37 substituted for SJR"),
    ("tn", "Comp. SB subst."),
    ("tn", "H. subst. & concurred in SJR 12"),
    ("al", "Crawford Motion to Substitute SB35 for HB79 a Companion Bill - Adopted Voice Vote"),
    ("al", "Lee Motion to SB114 Substitute for HB154 - Adopted Voice Vote"),
    ("va", "Incorporated by Education and Health"),
    ("mo", "Bill Combined w/(SCSs SB 49, 236 & 164)"),
    ("tx", "Companion considered in lieu of"),
    ("nj", "Substituted by SJR84"),
    ("fl", "Original bill laid on Table, refer to combined CS/SB 658"),
    ("ia", "Committee report approving bill, renumbered as SF 213."),
]
GOES_ON = [
    ("ma", "Accompanied a study order, see H5001"),
    ("ma", "Accompanied by H1199, H1270, H1272 and H1282"),
    ("ma", "New draft of S29"),
    ("nj", "Substituted for A4525 (1R)"),
    ("nj", "Reported from Senate Committee as a Substitute, 2nd Reading"),
    ("mn", "Bills not identical, SF substituted on General Register"),
    ("tn", "Subst. for comp. HB."),
    ("tn", "Senate substituted House Bill for companion Senate Bill."),
    ("tx", "Laid out in lieu of companion"),
    ("fl", "Laid on Table"),
    ("ia", "Committee report, approving bill. S.J. 466."),
    ("wa", "1st substitute bill substituted (LAW 26)."),
    ("mi", "substitute (H-2) adopted"),
    ("ok", "Remove Representative Hilbert as principal House author and substitute with Representative Hill"),
]


@pytest.mark.parametrize(("state", "words"), REPLACED)
def test_a_bill_in_whose_place_another_goes_on_is_replaced(state: str, words: str) -> None:
    assert last("substitution", words) == last("failure", words) == "replaced"


@pytest.mark.parametrize(("state", "words"), GOES_ON)
def test_a_bill_that_takes_in_others_or_is_itself_the_substitute_goes_on(state: str, words: str) -> None:
    assert last("substitution", words) == "introduced"


def test_what_was_replaced_is_not_withdrawn_or_failed_for_being_cleared_away_and_may_be_taken_up_again() -> None:
    def then(word: str) -> str:
        said = [("HF 299 substituted.", "substitution"), ("x", word)]
        acted = [(Action(acted_on="2025-02-01", description=text, chamber="lower"), (name,)) for text, name in said]
        return state_history(acted, document_type="bill", introduced_on="2025-01-10", chamber="lower")[-1][0]

    assert then("withdrawal") == then("failure") == "replaced"
    assert then("passage") == "passed_first_chamber"


def test_the_law_of_a_companion_is_no_law_of_the_bill_that_it_replaced() -> None:
    law = "Comp. became Pub. Ch. 270"
    classes = with_passage(("became-law",), law)
    said = [(Action(acted_on="2025-04-10", description="Comp. SB subst.", chamber="lower"), ("substitution",))]
    said.append((Action(acted_on="2025-04-29", description=law, chamber="lower"), classes))
    assert classes == ("substitution",)
    history = state_history(said, document_type="bill", introduced_on="2025-02-05", chamber="lower")
    assert history[-1] == ("replaced", "2025-04-10")
    assert with_passage(("became-law",), "Pub. Ch. 270") == ("became-law",)


def test_a_failure_does_not_undo_a_law() -> None:
    acted = [*WAY, ("2025-03-20", "executive-signature", "executive"), ("2025-05-30", "failure", "upper")]
    assert steps(*acted)[-1] == "enacted"


def test_without_a_day_of_introduction_history_begins_with_the_first_step() -> None:
    action = Action(acted_on="2025-02-01", description="passage", chamber="lower")
    history = state_history([(action, ("passage",))], document_type="bill", introduced_on=None, chamber="lower")
    assert history == (("passed_first_chamber", "2025-02-01"),)


def _arizona(*acted: tuple[str, str, str]) -> list[tuple[str, str]]:
    actions = [
        (action, classify(action.description) if action.description != "FAILED" else ("failure",))
        for action in (Action(acted_on=day, description=words, chamber=where) for day, words, where in acted)
    ]
    said = [(each, ("passage",) if each.description == "PASSED" else classes) for each, classes in actions]
    return list(state_history(said, document_type="bill", introduced_on="2026-01-20", chamber="lower"))


def test_what_a_chamber_of_arizona_did_not_send_on_was_a_motion() -> None:
    lost = [("2026-02-25", "FAILED", "lower"), ("2026-02-26", "PASSED", "lower")]  # to reconsider the vote
    assert _arizona(*lost)[-1] == ("failed", "2026-02-25")
    again = [("2026-03-03", "PASSED", "lower"), ("2026-03-04", "Transmit to Senate", "lower")]
    assert _arizona(*lost, *again)[-1] == ("passed_first_chamber", "2026-03-03")
    other = [("2026-06-11", "PASSED", "upper"), ("2026-06-11", "FAILED", "upper")]
    assert _arizona(*again, *other)[-1] == ("failed", "2026-06-11")
    signed = [("2026-06-12", "PASSED", "upper"), ("2026-06-12", "Transmit to Governor", "executive")]
    assert [step for step, _ in _arizona(*again, *signed)][1:] == [
        "passed_first_chamber",
        "passed_second_chamber",
        "to_executive",
    ]


def test_a_defeat_on_the_day_of_the_passage_is_no_step() -> None:
    acted = [("2026-03-04", "failure", "lower"), ("2026-03-04", "passage", "lower")]
    assert steps(*acted) == ["introduced", "passed_first_chamber"]
    later = [("2026-03-04", "failure", "lower"), ("2026-03-05", "passage", "lower")]
    assert steps(*later) == ["introduced", "failed", "passed_first_chamber"]
    assert steps(*reversed(acted))[-1] == "failed"
