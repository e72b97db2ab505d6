"""The second reader at work: which documents it reads, its command, and who sees its opinions."""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import site_corpus
from click.testing import CliRunner
from conftest import ROOT
from desk_fixtures import Browser, application, browser, config, db, document, made, say  # noqa: F401
from openai_server import Provider
from reader_fixtures import KNOWN, NOW, POSITION, file, read, rows, said, server, subject  # noqa: F401
from site_corpus import BROADBAND, HOTSPOTS
from sqlite_utils import Database

from cli import main
from second_reader import opinions
from second_reader.answer import read_answer
from second_reader.models import NoAccess
from second_reader.opinions import Ledger, Used, newest_reading
from second_reader.reading import PATIENCE
from second_reader.selection import NEAR, SHOWN, UNDECIDED, Selection, count_reasons
from settings import Configuration
from store.connect import connect, migrate, open_opinions

# --------------------------------------------------------------------- which documents


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Documents that differ in one thing each."""
    path = tmp_path / "corpus.db"
    with closing(connect(path)) as made:
        migrate(made, "corpus.db")
        for key, values, grade, model, tag in (
            ("sure", {}, 1, (1, 0.01), 0.99),
            ("doubtful", {}, 1, (1, 0.01), 0.6),
            ("no-area", {}, 0, (1, 0.01), None),
            ("nothing", {}, 0, (0, 0.0), None),
            ("near", {}, 1, (1, 0.5), 0.99),
            ("must-see-in-doubt", {}, 2, (1, 0.01), 0.99),
            ("must-see", {}, 2, (2, 0.9), 0.99),
            ("old", {"latest_action_on": "2019-01-01"}, 1, (1, 0.5), 0.6),
            ("ended", {"status": "enacted"}, 1, (1, 0.5), 0.6),
            ("dead", {"status_reason": "session_ended"}, 1, (1, 0.5), 0.6),
            ("gone", {"missing_since": NOW}, 1, (1, 0.5), 0.6),
        ):
            row = {"identifier": key, "title": key, "url": "https://x", "latest_action_on": "2022-03-01"}
            made.table("documents").insert(site_corpus.document_row(key, **(row | values)))
            made.execute(
                "insert into taggings (document_id, text_hash, version, priority, priority_score, model_priority, model_score) "
                "values (?1, ?1, 'v', ?2, ?4, ?3, ?4)",
                [key, grade, *model],
            )
            if tag:
                made.execute("insert into tags values (?, 'broadband', ?)", [key, tag])
    return path


def waiting(corpus: Path, ledger: Ledger | None = None) -> list[tuple[str, str, str]]:
    with closing(Selection(corpus, corpus.with_name("staff.db"))) as selection:
        return selection.waiting(ledger, "m", since="2021-03-09")


def test_what_is_read_is_doubtful_alive_and_recent(corpus: Path) -> None:
    assert {row[0]: row[2] for row in waiting(corpus)} == {
        "near": NEAR,
        "must-see-in-doubt": NEAR,
        "doubtful": UNDECIDED,
        "no-area": UNDECIDED,
    }
    assert [row[0] for row in waiting(corpus)] == ["must-see-in-doubt", "near", "doubtful", "no-area"]


def test_what_was_read_with_another_prompt_comes_last(corpus: Path, file: Database) -> None:
    ledger = Ledger(file, tokens=10**9, dollars=9)
    number = ledger.reserve("near", "near", "m", "an earlier prompt", Used(1, 1), now=NOW)
    assert number is not None
    ledger.settle(number, opinions.READ, None, seconds=0)
    assert waiting(corpus, ledger)[-1][0] == "near"


def test_shown_positions_are_listed_with_the_document(config: Configuration) -> None:
    with closing(Selection(config.corpus, config.staff)) as selection:
        found = selection.waiting(None, "m", since="2022-01-01")
        read = {each.id: each for each in selection.subjects(found)}
    assert SHOWN in {row[0]: row[2] for row in found}[BROADBAND].split(",")
    assert read[BROADBAND].positions == (POSITION,)
    assert read[BROADBAND].abstract


def test_what_staff_have_decided_is_not_read(config: Configuration, db: Database) -> None:
    db.execute("delete from waiting where document_id = ?", [BROADBAND])
    with closing(Selection(config.corpus, config.staff)) as selection:
        assert BROADBAND in {row[0] for row in selection.waiting(None, "m", since="2022-01-01")}
    say(db)
    db.execute("delete from waiting where document_id = ?", [BROADBAND])
    with closing(Selection(config.corpus, config.staff)) as selection:
        assert BROADBAND not in {row[0] for row in selection.waiting(None, "m", since="2022-01-01")}


# --------------------------------------------------------------------- the command


def run(data: Path, *words: str, **environment: str) -> Any:
    given = {"INFOPOLICY_DATA": str(data), "INFOPOLICY_READER_MODEL": "reader", "INFOPOLICY_READER_PRICE": "1/2"}
    return CliRunner(env=given | environment).invoke(main, ["read", "--since", "2022-01-01", *words])


def test_the_command_reads_once_and_says_what_it_used(server: Provider, config: Configuration) -> None:
    dry = run(config.data, "--dry-run")
    assert dry.exit_code == 0, dry.output
    assert server.asked == []
    assert not config.opinions.exists()
    number = int(re.match(r"(\d+) documents to read", dry.output)[1])  # type: ignore[index]
    assert number > 0
    assert re.search(r"about \$\d+\.\d\d with reader", dry.output)
    first = run(config.data)
    assert first.exit_code == 0, first.output
    assert f"documents: {number} read" in first.output
    assert len(server.asked) == number
    again = run(config.data)
    assert "documents: none" in again.output
    assert len(server.asked) == number
    assert config.opinions.stat().st_mode & 0o077 == 0


def test_a_day_without_budget_is_no_error(server: Provider, config: Configuration) -> None:
    out = run(config.data, INFOPOLICY_READER_DAILY_DOLLARS="0.001")
    assert (out.exit_code, server.asked) == (0, [])
    assert "the budget of today (UTC) is used" in out.output


def test_a_provider_that_is_down_is_exit_code_3(server: Provider, tmp_path: Path) -> None:
    site_corpus.build(tmp_path)
    with closing(connect(tmp_path / "corpus.db")) as made:
        for n in range(PATIENCE):
            row = {"identifier": f"x{n}", "title": f"x{n}", "url": "https://x", "latest_action_on": "2022-03-01"}
            made.table("documents").insert(site_corpus.document_row(f"x{n}", **row))
            made.execute(
                "insert into taggings values (?, ?, 'v', 1, 0.5, 1, 0.5, null, null)",
                [f"x{n}", f"x{n}"],
            )
    server.answer = lambda title: (500, {})
    out = run(tmp_path)
    assert out.exit_code == 3, out.output
    assert "the provider gives no answers" in out.output


def test_without_a_model_nothing_else_changes(config: Configuration) -> None:
    out = run(config.data, INFOPOLICY_READER_MODEL="")
    assert out.exit_code == 2
    assert "INFOPOLICY_READER_MODEL" in out.output
    dry = run(config.data, "--dry-run", INFOPOLICY_READER_MODEL="")
    assert dry.exit_code == 0, dry.output
    assert "names no model yet" in dry.output


@pytest.mark.slow
def test_an_interrupted_run_continues(server: Provider, config: Configuration) -> None:
    server.wait = 30
    environment = {
        "INFOPOLICY_DATA": str(config.data),
        "INFOPOLICY_READER_MODEL": "reader",
        "INFOPOLICY_READER_PRICE": "1/2",
    }
    command = [sys.executable, str(ROOT / "infopolicy.py"), "read", "--since", "2022-01-01"]
    with subprocess.Popen(
        command,
        env=os.environ | environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a suite in the background ignores Ctrl-C
    ) as running:
        for _ in range(600):
            if server.asked:
                break
            time.sleep(0.1)
        running.send_signal(signal.SIGINT)
        out, errors = running.communicate(timeout=300)
    assert running.returncode == 130, errors
    assert "`infopolicy read` continues" in errors
    assert "documents: none" in out
    with closing(open_opinions(config.opinions)) as file:
        assert set(rows(file)) == {opinions.ASKED}
    server.wait = 0
    asked = len(server.asked)
    again = run(config.data)
    assert again.exit_code == 0, again.output
    assert len(server.asked) > asked


def test_no_key_and_no_document_is_logged_or_stored(
    server: Provider,
    config: Configuration,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG, "infopolicy"):
        assert run(config.data).exit_code == 0
    server.answer = lambda title: (401, {"error": {"message": "no"}})
    with caplog.at_level(logging.DEBUG, "infopolicy"), closing(open_opinions(config.opinions)) as file:
        with pytest.raises(NoAccess):
            read(file, subject())
        stored = json.dumps(rows(file, "coalesce(answer, '')"))
    assert "sk-of-the-tests" not in caplog.text + stored + config.opinions.read_bytes().decode("latin-1")
    assert HOTSPOTS not in caplog.text


def test_only_one_package_imports_the_library() -> None:
    users = {path.relative_to(ROOT).parts[0] for path in ROOT.rglob("*.py") if _imports_llm(path)}
    assert users - {"tests"} == {"second_reader"}


def _imports_llm(path: Path) -> bool:
    parts = path.relative_to(ROOT).parts
    return not parts[0].startswith(".") and bool(re.search(r"^\s*(?:import|from) llm\b", path.read_text("utf-8"), re.M))


# --------------------------------------------------------------------- the desk


def tell(config: Configuration, words: str, text_hash: str = BROADBAND) -> None:
    with closing(open_opinions(config.opinions)) as file:
        ledger = Ledger(file, tokens=10**9, dollars=9)
        number = ledger.reserve(BROADBAND, text_hash, "model-<x>", "p", Used(1, 1), now=NOW)
        assert number is not None
        found = read_answer(words, {"abstract": HOTSPOTS}, *vars(KNOWN).values())
        ledger.settle(number, opinions.READ, None, seconds=1, opinions=found)


async def test_the_desk_shows_an_opinion_as_a_suggestion(
    config: Configuration,
    db: Database,
    browser: Browser,
) -> None:
    tell(
        config,
        said(
            priority=2,
            positions=[
                {"position": POSITION, "direction": "oppose", "quote": HOTSPOTS},
                {"position": "cp-fair-ebook-terms", "direction": "watch", "quote": ""},
            ],
        ),
    )
    await browser.sign_in()
    page = (await browser.get(document())).text
    for words in ("<strong>not this area</strong>", "<strong>Oppose</strong>", f"<q>{HOTSPOTS}</q>"):
        assert words in page, words
    assert "Second reader (model-&lt;x&gt;) suggests" in page
    assert "Second reader (model-&lt;x&gt;) also suggests" in page
    assert db.execute("select count(*) from reviews").fetchone()[0] == 0
    assert [row[0] for row in db.execute("select stance from suggested_stances")] == ["support"]


async def test_the_desk_shows_no_opinion_of_an_earlier_text_and_survives_a_damaged_file(
    config: Configuration,
    browser: Browser,
) -> None:
    tell(config, said(priority=2), text_hash="what it was before")
    await browser.sign_in()
    assert "Second reader" not in (await browser.get(document())).text
    config.opinions.write_bytes(b"not a database" * 500)
    answer = await browser.get(document())
    assert answer.status_code == 200
    assert "Second reader" not in answer.text


async def test_no_public_page_shows_an_opinion(config: Configuration, browser: Browser) -> None:
    tell(config, said(positions=[{"position": POSITION, "direction": "oppose", "quote": HOTSPOTS}]))
    for path in (
        f"/documents/{BROADBAND}",
        f"/documents/{BROADBAND}.json",
        "/opinions.db",
        "/opinions",
        "/opinions/readings",
    ):
        answer = await browser.get(path)
        assert "model-" not in answer.text, path
    assert newest_reading(config.opinions, BROADBAND, BROADBAND) is not None


async def test_a_verdict_stays_what_it_was(config: Configuration, db: Database) -> None:
    say(db, "reject")
    tell(config, said(areas=[{"area": "broadband", "quote": ""}]))
    [row] = db.execute("select verdict from current_reviews").fetchall()
    assert row["verdict"] == "reject"


def test_a_document_counts_for_each_reason_that_it_has() -> None:
    waiting = [("a", "", f"{NEAR},{SHOWN}"), ("b", "", NEAR), ("c", "", UNDECIDED)]
    assert count_reasons(waiting) == {UNDECIDED: 1, NEAR: 2, SHOWN: 1}
    assert count_reasons([]) == {UNDECIDED: 0, NEAR: 0, SHOWN: 0}
