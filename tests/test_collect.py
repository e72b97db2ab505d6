"""`infopolicy collect`: what comes in which step, what is said meanwhile and at the end, and what a failure costs."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from conftest import Command, Recording
from scrapy.settings import Settings

from commands import board
from commands.session import Session
from crawlers.download.progress import Step
from crawlers.sources import load_sources
from crawlers.spiders.us_states import UsStatesSpider
from crawlers.storage.runs import Run
from operations.collect import collect, needs, plan
from settings import Configuration
from store.connect import open_corpus

ALL = tuple(load_sources())
Told = list[str]


def config(tmp_path: Path) -> Configuration:
    return Configuration(data=tmp_path / "data")


# --------------------------------------------------------------------- the plan


def test_what_is_done_within_an_hour_comes_first_then_texts_then_what_takes_hours() -> None:
    soon, texts, late = plan(ALL, loaded=(), quick=False)
    assert {"us_bills", "us_federal_register", "us_states"} <= set(soon.sources)
    assert set(texts.sources) == {"us_bill_text", "us_state_text"}
    assert set(late.sources) == {"us_local_legistar", "us_congress_api"}
    assert soon.takes <= 3600 < late.takes
    assert sorted(soon.sources + texts.sources + late.sources) == sorted(ALL)


def test_a_source_that_is_loaded_asks_only_for_what_changed_and_comes_with_the_first() -> None:
    soon, _, late = plan(ALL, loaded=("us_congress_api",), quick=False)
    assert "us_congress_api" in soon.sources
    assert late.sources == ("us_local_legistar",)


def test_what_takes_an_hour_exactly_is_done_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    takes = plan(["uk_bills"], loaded=(), quick=False)[0].takes
    monkeypatch.setattr("operations.collect.SOON", takes)
    assert [step.title for step in plan(["uk_bills"], loaded=(), quick=False)] == ["what is done soon"]
    monkeypatch.setattr("operations.collect.SOON", takes - 1)
    assert [step.title for step in plan(["uk_bills"], loaded=(), quick=False)] == ["what takes hours"]


def test_steps_without_sources_are_left_out() -> None:
    assert [step.sources for step in plan(["uk_bills"], loaded=(), quick=False)] == [("uk_bills",)]


# --------------------------------------------------------------------- the steps


def steps(
    tmp_path: Path, names: Sequence[str], codes: Sequence[int] = (), **options: Any
) -> tuple[int, list[Told], Told]:
    calls: list[Told] = []
    said: Told = []
    answers = iter(codes)

    def call(arguments: Sequence[str]) -> int:
        calls.append(list(arguments))
        return next(answers, 0)

    options = {"today": "2026-11-27", "quick": False} | options
    code = collect(config(tmp_path), names, say=said.append, call=call, **options)
    return code, calls, said


def test_a_step_that_fails_does_not_stop_the_next_and_its_code_is_kept(tmp_path: Path) -> None:
    code, calls, _ = steps(tmp_path, ["uk_bills", "us_bill_text", "us_congress_api"], codes=(3, 0, 0))
    assert code == 3
    assert [call[1] for call in calls] == ["uk_bills", "us_bill_text", "us_congress_api"]


def test_quick_asks_for_thirty_days_but_for_the_texts_of_what_was_tagged(tmp_path: Path) -> None:
    _, calls, said = steps(tmp_path, ["us_bills", "us_bill_text", "us_congress_api", "us_states"], quick=True)
    assert [call[:2] for call in calls] == [["crawl", "us_bills"], ["crawl", "us_bill_text"]]
    assert calls[0][-2:] == ["--since", "2026-10-28"]
    assert "--since" not in calls[1]
    assert any(line.startswith("us_congress_api: left out for now: a month of it takes hours") for line in said)


def test_what_lacks_a_key_is_named_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CONGRESS_GOV_KEY", raising=False)
    _, _, said = steps(tmp_path, ["uk_bills"])
    congress = next(line for line in said if "CONGRESS_GOV_KEY" in line)
    assert congress.endswith("(free, 2 minutes; https://api.congress.gov/sign-up/)")
    assert said[-1] == "step 1 of 1, what is done soon: uk_bills (less than a minute)"


# --------------------------------------------------------------------- what a person is told


def run_row(tmp_path: Path, **values: Any) -> None:
    row = {"source": "us_states", "started_at": "2026-11-27T09:00:00Z", "state": "finished", "requests": 250} | values
    with closing(open_corpus(config(tmp_path).corpus)) as db:
        db.table("runs").insert(row)


def test_requests_that_wait_for_tomorrow_are_no_failure_and_say_when_all_is_here(tmp_path: Path) -> None:
    run_row(tmp_path, waiting=12)
    [line] = needs(config(tmp_path), ["us_states"])
    assert line == (
        "us_states: the day's requests are used up; collect again tomorrow, all of it is here in about 29 days"
    )


def test_failed_source_says_why_and_what_to_do_and_a_good_one_nothing(tmp_path: Path) -> None:
    run_row(tmp_path, source="uk_bills", state="failed", note="it lists half of what it listed before")
    run_row(tmp_path, source="ca_bills")
    run_row(tmp_path, source="us_bills", note="the source sends fields nobody here knows: bill.mood")
    assert list(needs(config(tmp_path), ["uk_bills", "ca_bills", "us_bills"])) == [
        "uk_bills: it lists half of what it listed before; collect again, it goes on where it ended",
        "us_bills: the source sends fields nobody here knows: bill.mood (see infopolicy status)",
    ]


def test_line_of_a_source_says_what_it_does_how_far_it_is_and_when_it_ends() -> None:
    run = Run(source="us_federal_register", started_at="", listed=2_000)
    run.counts.added = 500
    step = Step("us_federal_register", answers=600, waiting=1_800, seconds=120, run=run)
    assert board.line(step) == (
        "  us_federal_register: 500 of 2,000 documents listed so far, 600 requests answered, 1,800 waiting, "
        "about 6 minutes left for these"
    )
    assert "left" not in board.line(Step("uk_bills", answers=2, waiting=70, seconds=60, run=run)), "too early to tell"
    over = Step("us_states", answers=100, waiting=400, seconds=600, run=None)
    assert board.line(over) == "  us_states: 0 documents, 100 requests answered, 400 waiting, today 250 at most"


def test_result_of_a_source_is_told_once_and_as_soon_as_it_ends(capsys: pytest.CaptureFixture[str]) -> None:
    shown = board.Board(Session(Configuration(), quiet=False, verbose=False), always=True)
    run = Run(source="uk_bills", started_at="", state="finished", listed=73)
    shown.show(Step("uk_bills", answers=75, waiting=0, seconds=9, run=run, ended=True))
    shown.end(run)
    assert capsys.readouterr().out == (
        "uk_bills: 0 new, 0 changed, 0 unchanged of 73 listed, 0 gone missing, 0 unreadable; 0 requests\n"
    )


# --------------------------------------------------------------------- the command


def test_collection_from_nothing_ends_with_a_summary_though_a_source_fails(
    infopolicy: Command, recording: Recording, tmp_path: Path
) -> None:
    given = {"congress": 119, "introduced": "2025-03-03", "stamp": "2025-03-04T00:00:00Z"}
    recording.add(1, title="A bill to give public libraries money for broadband", **given)
    mirror = recording.publish().mirror
    day = ("--today", "2025-03-10")
    done = infopolicy("collect", "--sources", "us_bills,uk_bills,us_bill_text", *day, mirror=mirror, timeout=600)
    assert done.returncode == 3
    assert "step 1 of 2, what is done soon: us_bills, uk_bills" in done.stdout
    assert "us_bills: 1 new" in done.stdout
    assert "step 2 of 2, texts of what was tagged: us_bill_text" in done.stdout
    assert "1 documents, published from 2025-03-03" in done.stdout
    assert "next: uk_bills: 1 listing or bulk file could not be read (HTTP status 404)" in done.stdout
    assert "next: us_bills" not in done.stdout
    assert "Gave up" not in done.stderr, "the line that starts with next: says it"
    with closing(sqlite3.connect(tmp_path / "data/corpus.db")) as db:
        assert db.execute("select count(*) from tags").fetchone()[0] >= 1


def test_unknown_source_and_one_without_its_key_are_told_before_anything_is_asked(
    infopolicy: Command, tmp_path: Path
) -> None:
    assert infopolicy("collect", "--sources", "us_bils").returncode == 2
    done = infopolicy("collect", "--sources", "us_states")
    assert done.returncode == 2
    assert "OPENSTATES_KEY is not in the environment (free, 3 minutes; https://open.pluralpolicy.com/" in done.stderr
    assert not (tmp_path / "data/corpus.db").exists()


@pytest.mark.parametrize(("mirror", "delay"), [("http://127.0.0.1:8900", 0.1), (None, 6.0)])
def test_only_a_mirror_s_clock_goes_faster(mirror: str | None, delay: float) -> None:
    settings = Settings({"INFOPOLICY_MIRROR": mirror, "INFOPOLICY_CLOCK": 60.0})
    UsStatesSpider.update_settings(settings)
    assert settings.getfloat("DOWNLOAD_DELAY") == pytest.approx(delay, rel=0.05)
