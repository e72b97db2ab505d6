"""Names of sessions, places, days, and kinds of state bills, as the source writes them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from crawlers.completeness.session_choice import current
from crawlers.parsers import openstates as api
from crawlers.parsers.states import canonical_session, load_states
from crawlers.status.measures import is_filed, kind_of


@pytest.mark.parametrize(
    ("jurisdiction", "name", "expected"),
    [
        ("us-tx", "89", "89R"),
        ("us-tx", "89R", "89R"),
        ("us-tx", "892", "892"),
        ("us-tx", "88th Legislature Regular Session", "88R"),
        ("us-tx", "89th Legislature 2nd Special Session", "892"),
        ("us-hi", "2026 Regular Session", "2026"),
        ("us-md", "2024 Regular Session", "2024"),
        ("us-ga", "2023-2024 Regular Session", "2023_24"),
        ("us-ca", "2023-2024 Session", "20232024"),
        ("us", "118th Congress", "118"),
        ("us-nd", "68th Legislative Assembly", "68"),
        ("us-ca", "20252026 Special Session 1", "20252026 Special Session 1"),
    ],
)
def test_names_of_one_session_become_one(jurisdiction: str, name: str, expected: str) -> None:
    assert canonical_session(jurisdiction, name) == expected
    assert canonical_session(jurisdiction, expected) == expected


def test_a_legislature_that_is_counted_needs_its_years() -> None:
    assert canonical_session("us-sc", "125th General Assembly", year=2023, end=2024) == "2023-2024"
    assert canonical_session("us-sc", "125th General Assembly") == "125th General Assembly"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ocd-jurisdiction/country:us/state:tx/government", "tx"),
        ("ocd-jurisdiction/country:us/district:dc/government", "dc"),
        ("ocd-jurisdiction/country:us/territory:pr/government", "pr"),
        ("ocd-jurisdiction/country:us/government", None),
        ("ocd-jurisdiction/country:us/state:zz/government", None),
        (None, None),
    ],
)
def test_postal_code_of_a_jurisdiction(name: str | None, expected: str | None) -> None:
    assert api.state_of(name) == expected


def session(name: str, ends_on: str | None, starts_on: str | None = None, state: str = "md") -> api.Session:
    return api.Session(state=state, name=name, starts_on=starts_on, ends_on=ends_on, updated_at=None)


def test_a_midnight_of_the_east_is_no_evening_of_alabama() -> None:
    assert api.day("2026-02-17T05:00:00+00:00", api.zone_of_days("us-al")) == "2026-02-17"
    assert api.day("2026-02-17T05:00:00+00:00", api.zone_of_days("us-ms")) == "2026-02-16"


@pytest.mark.parametrize(
    ("state", "text", "expected"),
    [
        ("ut", "2026-03-07T05:12:00+00:00", "2026-03-06"),  # ten in the evening in Salt Lake City
        ("mt", "2025-01-15T20:00:00+00:00", "2025-01-15"),
        ("ky", "2026-02-19T05:00:00+00:00", "2026-02-19"),  # midnight there
        ("ut", "2026-03-07T00:00:00+00:00", "2026-03-07"),  # a day without a time
        ("ut", "2026-03-07", "2026-03-07"),
        ("ut", "2026-03-07T22:10:00", "2026-03-07"),
        ("ut", "0001-01-01T03:00:00+00:00", "0001-01-01"),  # there is no day before
        ("ut", "2026-02-30T03:00:00+00:00", "2026-02-30"),
        ("ut", "", None),
        ("ut", None, None),
    ],
)
def test_the_day_of_an_action_is_the_one_in_its_state(state: str, text: str | None, expected: str | None) -> None:
    assert api.day(text, ZoneInfo(load_states()[state]["timezone"])) == expected


@pytest.mark.parametrize(
    ("identifier", "said", "expected"),
    [
        ("HJR 1001", "bill", "joint resolution"),
        ("ACR3", "bill", "concurrent resolution"),
        ("SR2", "bill", "resolution"),
        ("HB 12", "bill", "bill"),
        ("GRP 1", "bill", "bill"),
        ("HR 5", "memorial", "memorial"),
        ("HCR 0007", "resolution", "concurrent resolution"),
        ("HJR B", "resolution", "joint resolution"),
    ],
)
def test_a_resolution_is_known_by_its_number_where_the_source_calls_it_a_bill(
    identifier: str, said: str, expected: str
) -> None:
    assert kind_of(identifier, said) == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("JOINT RESOLUTION CREATING A COMMISSION", "joint resolution"),
        ("A Concurrent Resolution establishing a commission", "concurrent resolution"),
        ("SENATE RESOLUTION ON A JOINT RESOLUTION", "resolution"),
    ],
)
def test_a_resolution_of_both_chambers_is_known_by_its_title(title: str, expected: str) -> None:
    assert kind_of("SR3139", "resolution", title) == expected
    assert kind_of("SR3139", "resolution", title, in_both=True) != "resolution"


@pytest.mark.parametrize(
    ("sentences", "expected"),
    [
        (["Placed on file"], "message"),  # Massachusetts
        (["READ and ORDERED PLACED ON FILE.", "Sent for concurrence. ORDERED SENT FORTHWITH."], "message"),  # Maine
        (["READ and with accompanying papers ORDERED PLACED ON FILE.", "In concurrence."], "message"),
        (["READ and ORDERED PLACED ON FILE.", "Ordered sent down forthwith for concurrence."], "message"),
        (["Placed on file", "Taken from the files on motion (Rivera) and referred to a subcommittee"], "bill"),
        (["Referred to the committee on Election Laws", "Placed on file, in concurrence"], "bill"),
        ([], "bill"),
    ],
)
def test_what_was_placed_on_file_as_soon_as_it_came_only_informs(sentences: list[str], expected: str) -> None:
    assert kind_of("SD2610", "bill", filed=is_filed(sentences)) == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Informing the Legislature that on June 8, 2026, the Governor signed the following bill into law", "message"),
        ("Letter dated 01-29-2026, corrects date and tenure", "message"),
        (
            "Submitting for consideration and confirmation to the Board of Pharmacy, Gubernatorial Nominee",
            "proclamation",
        ),
    ],
)
def test_what_a_governor_tells_the_legislature_is_a_message(title: str, expected: str) -> None:
    assert kind_of("GM1209", "proclamation", title) == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Order relative to establishing a temporary committee on rules", "order"),
        ("Order for considering House Bill, No. 4010 during the Senate Session of May 8, 2025", "order"),
        ("Precept setting forth the Special Election to fill the vacancy of a district", "order"),
        ("Order relative to the adoption of permanent Joint Rules", "concurrent order"),
        ("Order relative to a convention of the two branches", "concurrent order"),
        ("Order of protection for schools", "proposed bill"),
        ("Proposal for a legislative amendment to the Constitution", "proposed bill"),
    ],
)
def test_what_a_chamber_of_massachusetts_orders_is_no_bill(title: str, expected: str) -> None:
    assert kind_of("SD2869", "proposed bill", title) == expected
    assert kind_of("SD2869", "proposed bill", title, in_both=True) in ("concurrent order", "proposed bill")


def test_sessions_without_dates_count_only_where_no_session_has_any() -> None:
    rows = [
        session("old", "2019-04-01"),
        session("new", "2025-04-01"),
        session("undated", None),
        session("only", None, state="nh"),
        session("open", None, "2026-01-01", state="ga"),
    ]
    assert [each.name for each in current(rows, "2025-01-01")] == ["new", "only", "open"]
