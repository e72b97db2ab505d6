"""`infopolicy run`, the one command of a timer: two steps, nothing lost when one source fails or the run is killed."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from conftest import Command, Recording, run_command

from operations import daily
from settings import Configuration

pytestmark = pytest.mark.slow

Steps = Callable[..., tuple[int, list[list[str]]]]
TODAY = ("--today", "2025-03-10")
LIBRARIES = "A bill to give public libraries money for broadband and internet access"
VERSION = "https://www.govinfo.gov/content/pkg/BILLS-119hr1ih/xml/BILLS-119hr1ih.xml"
TEXT = """<?xml version="1.0"?><bill bill-stage="Introduced-in-House"><legis-body><section id="H1"><enum>1.</enum>
<header>E-rate</header><text>The universal service discount for libraries and schools under the E-rate program shall
not be reduced.</text></section></legis-body></bill>"""


def rows(tmp_path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"{(tmp_path / 'data' / 'corpus.db').as_uri()}?mode=ro", uri=True)) as db:
        return db.execute(sql).fetchall()


def record(recording: Recording) -> Recording:
    """A Congress of two bills, one of them about libraries, whose text govinfo has."""
    version = (
        "<textVersions><item><type>Introduced in House</type><date>2025-03-03T05:00:00Z</date><formats><item>"
        f"<url>{VERSION}</url></item></formats></item></textVersions>"
    )
    given = {"congress": 119, "introduced": "2025-03-03", "stamp": "2025-03-04T00:00:00Z"}
    recording.add(1, title=LIBRARIES, inside=version, **given)
    recording.add(2, title="A bill about the width of tractors", inside=version.replace("hr1ih", "hr2ih"), **given)
    text = recording.folder / VERSION.removeprefix("https://")
    text.parent.mkdir(parents=True)
    text.write_text(TEXT)
    return recording.publish()


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The data folder of a first run, which no test changes, and what the run said."""
    folder = tmp_path_factory.mktemp("run")
    mirror = record(Recording(folder / "mirror")).mirror
    return folder / "data", run_command(folder / "data", "run", *TODAY, mirror=mirror)


@pytest.fixture
def data(ran: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path) -> Path:
    return shutil.copytree(ran[0], tmp_path / "data")


def test_a_run_collects_tags_and_then_fetches_the_texts_of_what_was_tagged(
    ran: tuple[Path, subprocess.CompletedProcess[str]], data: Path, tmp_path: Path
) -> None:
    done = ran[1]
    assert rows(tmp_path, "select distinct document_id from tags") == [("us-119-hr1",)]
    # The other bill has a text, too, but no tag: it is not asked for.
    assert [row[0] for row in rows(tmp_path, "select document_id from version_texts")] == ["us-119-hr1"]
    found = rows(tmp_path, "select text from documents where id = 'us-119-hr1'")
    assert "E-rate program shall" in found[0][0]
    assert rows(tmp_path, "select field from evidence where field = 'text'"), "the text was tagged as well"
    assert rows(tmp_path, "select 1 from position_matches where field = 'text'"), "and matched"
    assert "OPENSTATES_KEY is not in the environment" in done.stdout
    # Nothing of the other sources is recorded there: they fail, are told, and stop no other.
    states = dict(rows(tmp_path, "select source, state from runs"))
    assert states["us_bills"] == states["us_bill_text"] == "finished"
    assert states["uk_bills"] == states["us_federal_register"] == "failed"
    assert done.returncode == 3
    assert "uk_bills:" in done.stderr


def test_what_a_killed_run_left_untagged_is_tagged_though_nothing_is_due(
    data: Path, infopolicy: Command, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(data / "corpus.db")) as db, db:
        db.execute("delete from taggings")
        db.execute("delete from tags")
        db.execute("update runs set state = 'finished', note = null, waiting = 0, started_at = '2025-03-10T22:00:00Z'")
    done = infopolicy("run", *TODAY, mirror="file:///nowhere")
    assert "no source is due" in done.stdout
    assert done.returncode == 0
    assert rows(tmp_path, "select distinct document_id from tags") == [("us-119-hr1",)]


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Steps:
    """What a run calls, when each of its commands ends with the code given by name."""

    def of(due: bool, flags: Sequence[str] = (), **codes: int) -> tuple[int, list[list[str]]]:
        called: list[list[str]] = []

        def process(command: list[str], check: bool) -> subprocess.CompletedProcess[str]:
            called.append(command[3:])
            name = next(word for word in command[3:] if not word.startswith("--"))
            return subprocess.CompletedProcess(command, codes.get(name, 0))

        monkeypatch.setattr(subprocess, "run", process)
        monkeypatch.setattr(daily, "is_due", lambda config, source, now: due)
        return daily.run(Configuration(), now="2025-03-10T23:59:59Z", say=lambda text: None, flags=flags), called

    return of


def test_a_run_whose_crawl_was_killed_does_not_pass_for_a_good_one(steps: Steps) -> None:
    assert steps(True, crawl=-signal.SIGKILL)[0] == 137
    assert steps(True, crawl=3)[0] == 3
    assert steps(True)[0] == 0


@pytest.mark.parametrize("due", [True, False])
def test_every_run_prunes_and_hands_on_how_much_to_say(steps: Steps, due: bool) -> None:
    code, called = steps(due, ["--quiet"], rebuild=4, crawl=4)
    assert code == 4
    assert [words[0] for words in called] == ["--quiet"] * len(called)
    assert [words[1] for words in called[:-1]] == (["crawl", "crawl"] if due else ["rebuild"])
    assert called[-1][-1] == "prune", "also after a step that failed"
    assert steps(due, prune=4)[0] == 4
    assert "--quiet" in steps(due, ["--verbose"])[1][-1]


def test_a_quiet_run_says_nothing_where_all_is_well(data: Path, infopolicy: Command) -> None:
    with closing(sqlite3.connect(data / "corpus.db")) as db, db:
        db.execute("update runs set state = 'finished', note = null, waiting = 0, started_at = '2025-03-10T22:00:00Z'")
    done = infopolicy("--quiet", "run", *TODAY, mirror="file:///nowhere")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
