"""What sentences say of a governor: real ones, of the states that write them so."""

from __future__ import annotations

import pytest

from crawlers.items import Action
from crawlers.status.governor import as_said, said_day
from crawlers.status.states import state_history, with_passage


@pytest.mark.parametrize(
    ("filed", "sentence", "day"),
    [
        ("2026-04-02", "Signed by Governor on 04/10/26 Session Law Chapter 343 Effective: 07/01/2026", "2026-04-10"),
        ("2026-04-02", "Returned from Governor vetoed on April 28, 2026", "2026-04-28"),
        ("2026-05-29", "Signed by Governor on June 16, 2026", "2026-06-16"),
        ("2026-03-14", "Approved by Governor 4/1/2026 - Senate Journal", "2026-04-01"),
        ("2026-03-14", "To Governor 3/25/2026 - Senate Journal", "2026-03-25"),
        ("2025-08-11", "Signed by Governor Ayotte 08/01/2025; Chapter 273; eff.01/01/2026", "2025-08-01"),
        ("2026-04-09", "Approved by Governor on Monday, April 6, 2026", "2026-04-06"),
        ("2026-06-09", "Act 113, on 06/08/2026 (Gov. Msg. No. 1213).", "2026-06-08"),
        ("2025-08-11", "Report approved by the Governor on 8-8-2025. 2025 Wisconsin Act 26", "2025-08-08"),
        ("2026-07-29", "APPROVED BY GOVERNOR 7/21/2026 12:52 PM", "2026-07-21"),
        ("2025-03-07", "Signed by Governor 02/24", "2025-02-24"),
        ("2026-01-02", "(S) Signed into law 12/30 CHAPTER 3 SLA 25", "2025-12-30"),
        # no day of the governor's
        ("2025-05-08", "Signed by Governor Ayotte; Chapter 5; eff. I. Sec 3 eff 6/30/2025", "2025-05-08"),
        ("2026-04-23", "Vetoed by Governor & placed on notice calendar for April 24, 2026", "2026-04-23"),
        ("2026-06-26", "Approved by Governor-Chapter 1 (effective 7/1/2026)", "2026-06-26"),
        ("2026-01-29", "Signed by the Governor on 2026-01-29 H.J. 172", "2026-01-29"),
        ("2025-02-25", "assigned PA 12'25 with immediate effect", "2025-02-25"),
        # slips of the pen
        ("2026-02-27", "Delivered to the Governor on February 27, 2027", "2026-02-27"),
        ("2026-02-24", "To Governor 8/24/2026", "2026-02-24"),
        ("2026-02-24", "Signed by Governor 02/30", "2026-02-24"),
    ],
)
def test_the_day_of_a_governor_is_the_one_that_the_sentence_names(filed: str, sentence: str, day: str) -> None:
    assert said_day(sentence, filed) == day


def history(*acted: tuple[str, str, str]) -> list[tuple[str, str]]:
    actions = [
        (Action(acted_on=day, description=text, chamber="upper"), with_passage((name,), text))
        for day, name, text in acted
    ]
    steps = state_history(as_said(actions), document_type="bill", introduced_on="2025-01-22", chamber="upper")
    return list(steps[1:])


def test_a_bill_whose_conference_does_not_sign_off_has_failed() -> None:
    report = "Conference Committee Report; Not Signed Off; SJ 16"
    assert history(("2025-06-19", "executive-signature", report)) == [("failed", "2025-06-19")]


def test_new_hampshire_enrolls_in_a_recess_and_files_it_weeks_later() -> None:
    enrolled = "Enrolled (in recess of) 06/26/2025 HJ 18 P. 63"
    assert history(("2025-07-14", "enrolled", enrolled)) == [("passed", "2025-06-26")]


def test_connecticuts_number_comes_before_the_signature() -> None:
    assert history(
        ("2026-05-14", "became-law", "PUBLIC ACT 26-64"),
        ("2026-05-15", "executive-receipt", "TRANSMITTED BY SECRETARY OF THE STATE TO GOVERNOR"),
        ("2026-05-27", "executive-signature", "SIGNED BY GOVERNOR"),
    ) == [("passed", "2026-05-14"), ("to_executive", "2026-05-15"), ("enacted", "2026-05-27")]


def test_a_reconsideration_in_hawaii_is_no_law() -> None:
    assert history(
        ("2026-04-22", "became-law", "Reconsideration of action taken on 04-16-26."),
        ("2026-05-29", "became-law", "Act 059, on 05/29/2026 (Gov. Msg. No. 1159)."),
    ) == [("enacted", "2026-05-29")]


def test_georgias_date_signed_is_the_day_of_the_veto_where_a_veto_follows() -> None:
    signed = ("2025-05-14", "executive-signature", "Senate Date Signed by Governor")
    assert history(signed, ("2025-05-14", "executive-veto", "Veto V6")) == [("vetoed", "2025-05-14")]
    assert history(signed) == [("enacted", "2025-05-14")]


def test_a_bill_that_nebraskas_governor_returned_is_vetoed_since_the_day_that_its_sentence_names() -> None:
    received = ("2025-05-14", "executive-receipt", "Presented to Governor on May 14, 2025")
    returned = ("2025-05-21", "executive-veto", "Returned by Governor without approval on May 20, 2025")
    lost = (
        "2025-05-27",
        "veto-override-failure",
        "Failed to become law notwithstanding the objections of the Governor",
    )
    assert history(received, returned, lost) == [("to_executive", "2025-05-14"), ("vetoed", "2025-05-20")]


@pytest.mark.parametrize(
    ("name", "instead", "sentence"),
    [
        ("executive-signature", "concurrence", "Governor's recommendation received by House (HB30AG)"),
        ("executive-veto-line-item", "concurrence", "Governor's recommendation received by House (HB30AG)"),
        ("signature", "executive-signature", "Signed (in part) by the Governor, Chapter 9 of the Acts of 2025"),
        ("executive-veto", "substitution", "Substituted HB 893 (Vetoed by Governor)"),
        ("executive-veto", "motion", "Override Governor's Veto"),
        ("executive-veto", "message", "Vetoed in part by the Governor (Policy)"),
        ("executive-veto", "message", "Vetoed on 07/15/26 (Gov. Msg. No. 1360), line-item appropriations veto."),
        ("became-law", "message", "delivered to Secretary of State"),
        ("became-law", "became-law", "delivered to Secretary of State (Acts Ch. 175)"),
        ("became-law", "clerical", "Became law without Governor's signature - Senate Journal"),
        ("became-law", "became-law", "Became law 4/2/2026"),
    ],
)
def test_what_only_sounds_like_a_signature_or_a_veto_is_none(name: str, instead: str, sentence: str) -> None:
    assert with_passage((name,), sentence) == (instead,)
