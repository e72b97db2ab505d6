"""Hearings in the actions of state bills: the right day and room, or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlite_utils import Database
from test_us_states import row

from crawlers.items import Action, Event
from crawlers.parsers import openstates as api
from crawlers.parsers.hearings import hearings, load_rules, read_hearing
from crawlers.parsers.states import load_states
from crawlers.status.rederive_status import restate
from crawlers.storage.record import load_document, upsert

SENTENCES = yaml.safe_load(Path(__file__).with_name("hearings.yml").read_text(encoding="utf-8"))
NOW = "2026-11-25T06:00:00Z"


def _action(day: str, sentence: str) -> Action:
    return Action(acted_on=day, description=sentence)


@pytest.mark.parametrize("case", SENTENCES, ids=lambda case: f"{case[0]}-{case[2][:40]}")
def test_a_sentence_tells_its_hearing_or_nothing(case: list[Any]) -> None:
    state, day, sentence, what, *said = case
    found = read_hearing(state, _action(str(day), sentence))
    if what is None:
        assert not found
        return
    [hearing] = found
    expected = [str(said[0]) if said[0] else None, *said[1:]]
    assert [hearing.what, hearing.day, hearing.clock, hearing.place, hearing.committee][:1] == [what]
    assert [hearing.day, hearing.clock] == expected[:2]
    if what != "cancel":
        assert [hearing.place, hearing.committee] == expected[2:]


def test_every_rule_has_a_sentence_and_every_state_a_time_zone() -> None:
    assert set(load_rules()) <= set(load_states())
    for state, rules in load_rules().items():
        for what in {what for what, _ in rules} - {"move"}:
            # Kansas, and a few cancellations, are told by one form of sentence that no case here repeats.
            told = {case[3] for case in SENTENCES if case[0] == state}
            assert what in told or (state, what) in {("ma", "cancel"), ("tn", "cancel"), ("hi", "set")}, (state, what)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ak: [[hold, '(?P<today>)x']]", "tells no date"),
        ("ak: [[set, 'Hearing soon']]", "tells no date"),
        ("ak: [[set, '(']]", "is no pattern"),
    ],
)
def test_a_broken_rule_is_refused_with_its_file(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "hearings.yml"
    file.write_text(text)
    with pytest.raises(ValueError, match=message):
        load_rules.__wrapped__(file)


# --------------------------------------------------------------------- a bill's hearings


def of(state: str, *actions: tuple[str, str]) -> list[tuple[str, str, str | None]]:
    found = hearings(state, [_action(*each) for each in actions])
    return [(each.kind, each.starts_at, each.description) for each in found]


def test_a_hearing_is_an_event_with_its_zone() -> None:
    said = "Hearing 2/10 at 11:00 a.m. (Economic Matters)"
    assert hearings("md", [_action("2025-01-17", said)]) == (
        Event(
            kind="hearing",
            starts_at="2025-02-10T11:00:00",
            timezone="America/New_York",
            description="Economic Matters",
        ),
    )


def test_one_that_was_called_off_is_shown_as_such_and_stands_when_it_is_set_again() -> None:
    set_, off = ("2025-01-17", "Hearing 2/10 at 11:00 a.m."), ("2025-02-03", "Hearing canceled")
    assert of("md", set_, off) == [("hearing_canceled", "2025-02-10T11:00:00", None)]
    assert of("md", set_, off, ("2025-02-05", "Hearing 2/10 at 1:00 p.m.")) == [
        ("hearing", "2025-02-10T13:00:00", None)
    ]


def test_a_cancellation_without_a_day_leaves_what_was_held() -> None:
    found = of(
        "md",
        ("2025-01-17", "Hearing 2/10 at 11:00 a.m."),
        ("2025-03-03", "Hearing 3/10 at 1:00 p.m."),
        ("2025-03-05", "Hearing canceled"),
    )
    assert [each[:2] for each in found] == [
        ("hearing", "2025-02-10T11:00:00"),
        ("hearing_canceled", "2025-03-10T13:00:00"),
    ]


def test_a_moved_hearing_takes_the_place_of_the_one_before() -> None:
    found = of(
        "ma",
        ("2025-09-05", "Hearing scheduled for 09/15/2025 from 10:30 AM-01:00 PM in A-1"),
        ("2025-09-10", "Hearing rescheduled to 09/17/2025 from 01:00 PM-05:00 PM in A-2"),
    )
    assert found == [("hearing", "2025-09-17T13:00:00", "A-2, until 5:00 p.m.")]


def test_the_last_word_on_a_day_counts() -> None:
    found = of(
        "nh",
        ("2025-02-20", "Public Hearing: 03/05/2025 11:00 am LOB 305"),
        ("2025-02-27", "==ROOM CHANGE== Public Hearing: 03/05/2025 10:00 am LOB 306"),
    )
    assert found == [("hearing", "2025-03-05T10:00:00", "LOB 306")]


@pytest.mark.parametrize(
    ("state", "sentence", "kind", "description"),
    [
        ("nh", "Executive Session: 03/05/2025 11:00 am LOB 305", "committee_meeting", "Executive Session, LOB 305"),
        (
            "nh",
            "Division I Work Session: 03/05/2025 11:00 am LOB 305",
            "committee_meeting",
            "Division I Work Session, LOB 305",
        ),
        ("nh", "Public Hearing: 03/05/2025 11:00 am LOB 305", "hearing", "LOB 305"),
        ("ri", "Scheduled for consideration (03/05/2025)", "committee_meeting", "consideration"),
        ("ri", "Scheduled for hearing and/or consideration (03/05/2025)", "hearing", None),
        (
            "hi",
            "The committee(s) on WAM will hold a public decision making on 03-05-25 10:01AM; CR 211.",
            "committee_meeting",
            "decision making, WAM, CR 211",
        ),
        ("hi", "Bill scheduled to be heard by EDN on Wednesday, 03-05-25 2:00PM in CR 309.", "hearing", "EDN, CR 309"),
    ],
)
def test_a_meeting_that_its_source_calls_no_hearing_has_the_name_that_it_has_there(
    state: str, sentence: str, kind: str, description: str | None
) -> None:
    [(told, starts_at, words)] = of(state, ("2025-02-20", sentence))
    assert (told, starts_at[:10], words) == (kind, "2025-03-05", description)


def test_a_hearing_and_the_vote_of_a_committee_on_one_day_are_two_dates() -> None:
    set_ = [
        ("2025-02-20", "Public Hearing: 03/05/2025 11:00 am LOB 305"),
        ("2025-02-20", "Executive Session: 03/05/2025 02:00 pm LOB 305"),
    ]
    voted = ("committee_meeting", "2025-03-05T14:00:00", "Executive Session, LOB 305")
    assert of("nh", *set_) == [("hearing", "2025-03-05T11:00:00", "LOB 305"), voted]
    off = ("2025-02-27", "==CANCELLED== Public Hearing: 03/05/2025 11:00 am LOB 305")
    assert of("nh", *set_, off) == [("hearing_canceled", "2025-03-05T11:00:00", "LOB 305"), voted]
    moved = ("2025-02-27", "==RESCHEDULED== Executive Session: 03/07/2025 09:00 am LOB 305")
    assert [each[:2] for each in of("nh", *set_, moved)] == [
        ("hearing", "2025-03-05T11:00:00"),
        ("committee_meeting", "2025-03-07T09:00:00"),
    ]


def test_a_sentence_that_names_no_meeting_is_about_the_one_that_is_set() -> None:
    found = of(
        "hi",
        ("2025-03-03", "Bill scheduled for decision making on Wednesday, 03-05-25 2:00PM in conference room 309."),
        ("2025-03-04", "The committee(s) on FIN recommend(s) that the measure be deferred until 03-05-25."),
    )
    assert found == [("committee_meeting", "2025-03-05T14:00:00", "decision making, conference room 309")]


def test_a_committee_is_the_same_however_its_name_is_written() -> None:
    found = of(
        "tn",
        ("2025-02-19", "Placed on s/c cal Business & Utilities Subcommittee for 2/26/2025"),
        ("2025-02-26", "Action Def. in s/c Business and Utilities Subcommittee to 3/5/2025"),
        ("2025-02-27", "Placed on s/c cal Business & Utilities Subcommittee for 3/5/2025"),
    )
    assert found == [("hearing", "2025-03-05", "Business & Utilities Subcommittee")]


def test_two_committees_on_one_day_are_two_hearings() -> None:
    found = of(
        "ak", ("2026-03-10", "(H) EDUCATION at 08:00 AM DAVIS 106"), ("2026-03-10", "(H) FINANCE at 01:30 PM ADAMS 519")
    )
    assert len(found) == 2


def test_two_hearings_of_one_committee_on_one_day_are_two_where_each_is_filed_under_that_day() -> None:
    found = of("nd", ("2025-01-13", "Committee Hearing 10:00"), ("2025-01-13", "Committee Hearing 02:20"))
    assert [each[1] for each in found] == ["2025-01-13T10:00:00", "2025-01-13T14:20:00"]
    moved = of("md", ("2025-01-29", "Hearing 2/19 at 1:00 p.m."), ("2025-02-06", "Hearing 2/19 at 2:00 p.m."))
    assert [each[1] for each in moved] == ["2025-02-19T14:00:00"]


def test_what_is_called_off_under_its_own_day_is_the_hearing_listed_before() -> None:
    found = of(
        "ak",
        ("2026-03-10", "(H) FINANCE at 09:00 AM ADAMS 519"),
        ("2026-03-10", "(H) Heard & Held"),
        ("2026-03-10", "(H) FINANCE at 01:30 PM ADAMS 519"),
        ("2026-03-10", "(H) -- MEETING CANCELED --"),
    )
    assert [each[:2] for each in found] == [
        ("hearing", "2026-03-10T09:00:00"),
        ("hearing_canceled", "2026-03-10T13:30:00"),
    ]


# --------------------------------------------------------------------- stored bills


def test_bills_that_were_stored_before_the_rules_get_their_hearings_without_a_word(corpus: Database) -> None:
    actions = [
        {"description": "Introduced", "date": "2025-01-14", "classification": ["introduction"], "order": 0},
        {"description": "Hearing 2/10 at 11:00 a.m.", "date": "2025-01-17", "classification": [], "order": 1},
    ]
    place = {"id": "ocd-jurisdiction/country:us/state:md/government"}
    bill = api.parse_bill(row(1, "2025-01-17T00:00:00+00:00", jurisdiction=place, actions=actions))
    assert [each.starts_at for each in bill.events] == ["2025-02-10T11:00:00"]
    upsert(corpus, [bill], now=NOW, silent=True)
    corpus.execute("delete from events")
    corpus.execute("delete from derivations where name = 'hearings'")
    assert restate(corpus, now=NOW) == 1
    assert load_document(corpus, bill.id).events == bill.events
    assert restate(corpus, now=NOW) == 0
    assert corpus.execute("select count(*) from changes").fetchone()[0] == 0
