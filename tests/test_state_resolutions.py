"""When a resolution or an order of a state is adopted, and when a joint resolution is a law."""

from __future__ import annotations

import pytest
from state_steps import steps

from crawlers.items import Action
from crawlers.status.states import state_history


def test_a_resolution_is_adopted_by_its_own_chamber() -> None:
    acted = [("2025-01-10", "introduction", "upper"), ("2025-01-12", "passage", "upper")]
    assert steps(*acted, document_type="resolution", chamber="upper")[-1] == "adopted"


def test_a_concurrent_resolution_needs_both_chambers() -> None:
    acted = [("2025-01-10", "introduction", "upper"), ("2025-01-12", "passage", "upper")]
    assert steps(*acted, document_type="concurrent resolution", chamber="upper")[-1] == "passed_first_chamber"
    acted.append(("2025-02-01", "passage", "lower"))
    assert steps(*acted, document_type="concurrent resolution", chamber="upper")[-1] == "adopted"


def _resolution(*acted: tuple[str, str, str, str]) -> tuple[str, str]:
    actions = [(Action(acted_on=day, description=text, chamber=chamber), (name,)) for day, name, chamber, text in acted]
    return state_history(actions, document_type="concurrent resolution", introduced_on="2026-01-10", chamber="lower")[
        -1
    ]


def test_a_resolution_whose_chambers_do_not_agree_on_its_words_is_not_adopted() -> None:
    refused = (  # Kansas lists the actions of a day backwards
        ("2026-02-20", "passage", "lower", "Final Action - Adopted by Required 2/3 Majority"),
        ("2026-04-10", "motion", "lower", "Motion to concur with amendments failed; Yea 59, Nay 62, Absent 4"),
        ("2026-04-10", "passage", "upper", "Emergency Final Action - Adopted as amended by Required 2/3 Majority"),
    )
    assert _resolution(*refused) == ("passed_second_chamber", "2026-04-10")
    agreed = ("2026-04-16", "passage", "lower", "Second reading, adopted")
    assert _resolution(*refused, agreed) == ("adopted", "2026-04-16")


def test_a_defeat_that_the_chamber_reconsiders_on_the_same_day_is_none() -> None:
    acted = [
        ("2026-02-19", "committee-passage", "lower", "reported with recommendation without amendment"),
        ("2026-02-20", "failure", "lower", "not adopted Roll Call #79 Yeas 58 Nays 48"),
    ]
    assert _resolution(*acted)[0] == "failed"
    again = ("2026-02-20", "motion", "lower", "vote on adoption reconsidered")
    assert _resolution(*acted, again) == ("reported", "2026-02-19")


@pytest.mark.parametrize(
    ("word", "text", "expected"),
    [
        ("became-law", "Act No. 264", "enacted"),
        ("became-law", "Becomes law without Governor's signature 05/28/2025", "enacted"),
        ("executive-signature", "signed by Governor (Acts Ch. 124)", "enacted"),
        ("executive-signature", "Approved P.L.2026, JR-1.", "enacted"),
        ("executive-veto", "Vetoed", "vetoed"),
        ("executive-signature", "Signed by Governor.", "adopted"),  # Tennessee's, which honor
        ("became-law", "Chaptered by Secretary of State. Res. Chapter 174, Statutes of 2025.", "adopted"),
    ],
)
def test_a_joint_resolution_is_a_law_where_its_actions_say_so(word: str, text: str, expected: str) -> None:
    acted = [("x", "passage", "upper"), ("x", "passage", "lower"), (text, word, None)]
    said = [
        (Action(acted_on=f"2025-0{month}-01", description=words, chamber=where), (name,))
        for month, (words, name, where) in enumerate(acted, 1)
    ]
    for kind, end in (("joint resolution", expected), ("concurrent resolution", "adopted")):
        history = state_history(said, document_type=kind, introduced_on="2025-01-01", chamber="upper")
        assert history[-1] == (end, "2025-02-01" if end == "adopted" else "2025-03-01")


@pytest.mark.parametrize(
    ("kind", "step"),
    [("order", "adopted"), ("concurrent order", "passed_first_chamber"), ("proposed bill", "introduced")],
)
def test_an_order_is_adopted_and_a_docket_number_passes_no_chamber(kind: str, step: str) -> None:
    assert (
        steps(("2025-05-12", "introduction", "upper"), ("2025-05-12", "passage", "upper"), document_type=kind)[-1]
        == step
    )
