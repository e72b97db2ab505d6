"""The days on which state laws take effect: as their sentences name them, and of laws alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlite_utils import Database
from test_us_states import row

from crawlers.items import Action, Bill, Event
from crawlers.parsers import openstates as api
from crawlers.parsers.effective_days import effective_days, load_rules
from crawlers.parsers.states import load_states
from crawlers.status.rederive_status import restate
from crawlers.storage.record import load_document, upsert

SENTENCES = yaml.safe_load(Path(__file__).with_name("effective_days.yml").read_text(encoding="utf-8"))
NOW = "2026-11-25T06:00:00Z"


def days(state: str, *actions: tuple[str, str], status: str = "enacted") -> list[tuple[str, str | None]]:
    listed = [Action(acted_on=on, description=sentence) for on, sentence in actions]
    return [(each.starts_at, each.description) for each in effective_days(state, listed, status=status)]


@pytest.mark.parametrize("case", SENTENCES, ids=lambda case: f"{case[0]}-{case[2][:40]}")
def test_a_sentence_names_the_days_of_effect_or_nothing(case: list[Any]) -> None:
    state, day, sentence, *said = case
    expected = [(str(on), part) for on, part in zip(said[::2], said[1::2], strict=True)]
    assert days(state, ("2024-01-01", "Introduced"), (str(day), sentence)) == expected


def test_every_state_with_rules_is_known_and_has_an_example() -> None:
    assert load_rules().days.keys() <= load_states().keys()
    assert load_rules().days.keys() == {case[0] for case in SENTENCES if case[3:]}


def test_what_is_no_law_takes_no_effect() -> None:
    said = ("2026-02-10", "Effective date 6/11/2026.")
    assert days("wa", said) == [("2026-06-11", None)]
    assert days("wa", said, status="reported") == []


def test_a_day_said_twice_is_one() -> None:
    first, again = ("2026-04-02", "Effective: 07/01/2026"), ("2026-04-03", "Read; Effective: 07/01/2026")
    assert days("id", first, again) == [("2026-07-01", None)]


def test_a_day_before_the_bill_or_in_another_age_is_a_slip() -> None:
    introduced = ("2026-01-20", "Introduced")
    assert days("id", introduced, ("2026-04-10", "Effective: 04/10/2016 SECTION 1; 07/01/2026 SECTION 2")) == [
        ("2026-07-01", "SECTION 2")
    ]
    assert days("sc", introduced, ("2026-05-19", "Effective date 05/20/2041")) == []
    assert days("sc", introduced, ("2026-05-19", "Effective date 05/19/2041")) == [("2041-05-19", None)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("days: {ak: ['Effective soon']}\nparts: {}", "names no day"),
        ("days: {ak: ['(']}\nparts: {}", "is no pattern"),
    ],
)
def test_a_broken_rule_is_refused_with_its_file(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "effective_days.yml"
    file.write_text(text)
    with pytest.raises(ValueError, match=message):
        load_rules.__wrapped__(file)


LAW = [
    {"date": "2026-01-20", "description": "Introduced", "classification": ["introduction"], "order": 0},
    {"date": "2026-03-20", "description": "Governor signed.", "classification": ["executive-signature"], "order": 1},
    {
        "date": "2026-03-20",
        "description": "Effective date 6/11/2026*.",
        "classification": ["effective-date"],
        "order": 2,
    },
]
EFFECTIVE = Event(
    kind="effective",
    starts_at="2026-06-11",
    timezone="America/Los_Angeles",
    description="Marked with an asterisk in the source; see the law for exceptions",
)


def _washington() -> Bill:
    place = {"id": "ocd-jurisdiction/country:us/state:wa/government"}
    return api.parse_bill(row(1, "2026-03-21T00:00:00+00:00", jurisdiction=place, actions=LAW))


def test_a_law_of_a_state_has_its_day_among_its_dates(corpus: Database) -> None:
    bill = _washington()
    assert (bill.status, bill.events) == ("enacted", (EFFECTIVE,))


def test_a_stored_law_gets_its_day_with_the_next_update(corpus: Database) -> None:
    bill = _washington()
    upsert(corpus, [replace(bill, events=())], now=NOW, silent=True)
    corpus.execute("delete from derivations")
    assert restate(corpus, now=NOW) == 1
    assert load_document(corpus, bill.id).events == (EFFECTIVE,)
    assert corpus.execute("select count(*) from changes").fetchone() == (0,)
