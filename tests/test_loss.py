"""The drill of loss: staff.db, partners.db or mail.db deleted, emptied or replaced, before each step of a run.

Nothing is published, withdrawn, copied or created; the person is told, with exit code 3 and the command that restores. That
command is then run word for word, and all is well.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import desk_fixtures
import pytest
from click.testing import Result
from crash_helpers import FATAL, SAMPLE, start
from desk_fixtures import LATER, NOW, PASSWORD
from digest_fixtures import reader
from site_corpus import BROADBAND, PLAIN

from desk.partners import partners
from desk.reviews import reviews
from desk.reviews.reviews import Verdict
from digest.subscribers import subscribers
from operations import loss
from operations.human_data_export import tables_of
from settings import Configuration
from store.connect import open_mail, open_partners, open_staff, read_only
from store.private_files import identity_of

pytestmark = pytest.mark.slow

Call = Callable[..., Result]
PRIVATE = ("staff.db", "partners.db", "mail.db")
LOSSES = ("deleted", "zero bytes", "an empty database", "an older copy")
#: The steps of a run and the commands of each file, but `serve`, which goes on for the public.
STEPS: dict[str, tuple[str, ...]] = {
    "publish": ("publish",),
    "rebuild": ("rebuild",),
    "rebuild --all": ("rebuild", "--all"),
    "backup": ("backup",),
    "prune": ("prune",),
    "check": ("check",),
    "status": ("status",),
}
OF_FILE: dict[str, tuple[tuple[str, ...], ...]] = {
    "staff.db": (("user", "list"), ("positions", "proposals"), ("digest", "prepare", "--list", "staff")),
    "partners.db": (("user", "list"), ("user", "disable", "Dana")),
    "mail.db": (
        ("digest", "prepare"),
        ("digest", "deliver", "daily"),
        ("digest", "letters"),
        ("digest", "status"),
        ("subscribe", "two@example.org"),
        ("alerts", "send"),
        ("subscribers", "export", "one@example.org"),
    ),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in use: an older copy of each private file in `older`, then more that people said, published, backed up."""
    config = desk_fixtures.build(tmp_path_factory.mktemp("world"))
    _people_speak(config, BROADBAND, "one@example.org", NOW)
    (config.data / "older").mkdir()
    for name in PRIVATE:
        with (
            closing(read_only(config.data / name)) as db,
            closing(sqlite3.connect(config.data / "older" / name)) as copy,
        ):
            db.backup(copy)
    _people_speak(config, PLAIN, "two@example.org", LATER)
    assert [start(config.data, "--quiet", command) for command in ("publish", "backup")] == [0, 0]
    assert len(decisions(config.data)) == 2
    return config.data


def _people_speak(config: Configuration, document: str, address: str, now: str) -> None:
    with closing(open_staff(config.staff, config.corpus)) as db:
        given = Verdict(document_id=document, subject="area:broadband", verdict="confirm")
        reviews.record(db, desk_fixtures.person(db), [given], now=now)
    with closing(open_partners(config.partners, config.corpus)) as db:
        name = f"Dana {document}"
        dana = partners.add_partner(db, name, f"Axolotl {document}", password=PASSWORD, now=now)
        partners.publish_statement(db, dana, document, "oppose", "It goes too far.", seen=0, now=now)
    with closing(open_mail(config.mail)) as db:
        reader(db, address)
        subscribers.suppress(db, f"never-{address}", "asked us", now=now)


@pytest.fixture
def data(world: Path, tmp_path: Path) -> Path:
    shutil.copytree(world, tmp_path / "data")
    return tmp_path / "data"


def decisions(data: Path) -> list[Any]:
    with closing(read_only(data / "corpus.db")) as db:
        return sorted(db.execute("select * from decisions").fetchall(), key=repr)


def human(data: Path) -> dict[str, list[Any]]:
    found = {}
    for name in PRIVATE:
        with closing(read_only(data / name)) as db:
            for table in tables_of(db, name):
                found[f"{name} {table}"] = sorted(db.execute(f"select * from {table}").fetchall(), key=repr)
    return found


def lose(data: Path, name: str, how: str) -> None:
    for suffix in ("", "-wal", "-shm"):
        (data / (name + suffix)).unlink(missing_ok=True)
    if how == "zero bytes":
        (data / name).touch(mode=0o600)
    elif how == "an empty database":
        {"staff.db": open_staff, "partners.db": open_partners, "mail.db": open_mail}[name](data / name).close()
    elif how == "an older copy":
        shutil.copy(data / "older" / name, data / name)


def state(data: Path) -> dict[str, Any]:
    """The private files as they are, byte for byte, what is public, and which backups there are."""
    files = {name: (data / name).read_bytes() if (data / name).exists() else None for name in PRIVATE}
    journals = {path.name: path.read_bytes() for path in (data / "backups").glob("*.jsonl")}
    folders = sorted(path.name for path in (data / "backups").iterdir() if path.is_dir())
    return files | journals | {"decisions": decisions(data), "backups": folders}


def restoring(output: str) -> list[str]:
    """The command in a message, as a shell would read it."""
    found = re.search(r"`infopolicy (restore [^`]+)`", output)
    assert found, output
    return shlex.split(found[1])


@pytest.mark.parametrize("how", LOSSES)
@pytest.mark.parametrize("name", PRIVATE)
def test_each_step_refuses_and_the_command_it_names_restores(data: Path, call: Call, name: str, how: str) -> None:
    before = human(data)
    lose(data, name, how)
    left = state(data)
    for step in (
        (*STEPS.values(), *OF_FILE[name]) if how == "deleted" else (("publish",), ("backup",), OF_FILE[name][0])
    ):
        done = call(*step)
        assert done.exit_code == 3, (step, done.output)
        assert f"{data / name}: " in done.output, step
        assert "infopolicy restore" in done.output, step
        assert state(data) == left, f"{step} changed something"
    assert call(*restoring(call("publish").output)).exit_code == 0
    assert human(data) == before
    for step in (("check",), ("publish",), ("backup",)) if how == "deleted" else (("publish",),):
        done = call(*step)
        assert done.exit_code == 0, (step, done.output)
    assert decisions(data) == left["decisions"]


def test_a_run_collects_and_publishes_nothing(data: Path, infopolicy: Callable[..., Any]) -> None:
    """What sources say today cannot be collected later, so the run collects; what follows waits for the file."""
    lose(data, "staff.db", "deleted")
    left = state(data)
    done = infopolicy("crawl", "us_bills", "--congress", "117", "--today", "2025-06-01", "--limit", "1", mirror=SAMPLE)
    assert done.returncode == 3, done.stderr
    assert "infopolicy restore" in done.stderr
    assert "us_bills: 1 new" in done.stdout
    assert state(data) == left


#: Loses staff.db where the process comes to a named place, and goes on.
_LOSING = (
    """
import os, pathlib, shutil
data, how = pathlib.Path(os.environ["INFOPOLICY_DATA"]), os.environ["LOSE"]
def lose():
    for suffix in ("", "-wal", "-shm"):
        (data / ("staff.db" + suffix)).unlink(missing_ok=True)
    if how == "zero bytes":
        (data / "staff.db").touch(mode=0o600)
    elif how == "an older copy":
        shutil.copy(data / "older" / "staff.db", data / "staff.db")
"""
    + FATAL.replace("os.kill(os.getpid(), signal.SIGKILL)", "lose()")
    + "\nimport infopolicy; infopolicy.main()"
)


@pytest.mark.parametrize(
    ("place", "how", "step"),
    [
        (
            "crawlers.storage.run_end:RunEnd.close_listings",
            "deleted",
            "crawl us_bills --congress 117 --today 2025-06-01 --limit 1",
        ),
        ("store.connect:open_staff", "deleted", "publish"),  # after the check, and before it is opened
        ("publish.listing:_make_views", "an older copy", "publish"),
    ],
)
def test_a_loss_in_the_middle_of_a_step_changes_no_public_decision(
    data: Path, call: Call, place: str, how: str, step: str
) -> None:
    """The file goes while a step has begun: that step ends or refuses, the next one tells the person."""
    before = decisions(data)
    code = start(data, *place.split(":"), "1", "--quiet", *step.split(), code=_LOSING, LOSE=how)
    assert code in (0, 3)
    assert decisions(data) == before
    for next_step in (("publish",), ("status",)):
        done = call(*next_step)
        assert (done.exit_code, "infopolicy restore" in done.output) == (3, True), (next_step, done.output)
        assert decisions(data) == before
    assert call(*restoring(call("publish").output)).exit_code == 0
    assert call("publish").exit_code == 0
    assert decisions(data) == before


@pytest.mark.parametrize("how", LOSSES)
def test_a_file_that_was_lost_since_the_check_is_not_published_from(data: Path, how: str) -> None:
    """What `rebuild`, `crawl` and `publish` open; a missing file is made anew by opening it, and is refused all the same."""
    with loss.opened_staff(data) as staff:
        assert staff.table("reviews").count == 2
    lose(data, "staff.db", how)
    with pytest.raises(loss.FileLost, match="infopolicy restore"), loss.opened_staff(data):
        pytest.fail("it was opened")


async def test_the_site_closes_the_pages_that_need_the_file_and_shows_the_others(data: Path) -> None:
    config = Configuration(data=data, site="http://localhost", stale_hours=1_000_000)
    for name in PRIVATE:
        lose(data, name, "deleted")
    left = state(data)
    assert all(left[name] is None for name in PRIVATE)
    browser = desk_fixtures.Browser(desk_fixtures.site_of(config, mail=config).app())
    for page, status in {
        "/": 200,
        f"/documents/{BROADBAND}": 200,
        "/subscribe": 200,
        "/report": 200,
        "/desk/login": 503,
        "/partner": 503,
        "/digest": 503,
        "/-/health": 503,
    }.items():
        assert (await browser.get(page)).status_code == status, page
    reasons = (await browser.get("/-/health")).json()["reasons"]
    assert len([words for words in reasons if "missing, empty or not the newest" in words]) == 3
    assert state(data) == left, "no page made a file in the place of a lost one"


async def test_what_the_site_takes_in_is_known_at_once(data: Path) -> None:
    """A copy from a minute before the last decision at the desk is an older copy, though no command has run since."""
    config = Configuration(data=data, site="http://localhost")
    shutil.copy(data / "staff.db", data / "older" / "staff.db")
    browser = desk_fixtures.Browser(desk_fixtures.site_of(config).app())
    assert (await browser.sign_in()).status_code == 302
    assert (await browser.send(desk_fixtures.document(more="/follow"), on="1")).status_code in (302, 303)
    assert loss.describe_loss(data, "staff.db") is None
    lose(data, "staff.db", "an older copy")
    assert "older copy" in str(loss.describe_loss(data, "staff.db"))
    assert (await browser.get("/desk/login")).status_code == 503


@pytest.mark.parametrize("name", PRIVATE)
def test_a_fresh_start_is_possible_when_a_person_says_so(data: Path, call: Call, name: str) -> None:
    lose(data, name, "deleted")
    assert call("accept", name).exit_code == 0
    assert call("publish").exit_code == 0
    assert len(decisions(data)) == (0 if name == "staff.db" else 2)
    assert call("backup").exit_code == 0
    assert call("accept", "corpus.db").exit_code == 2


def test_accepting_keeps_the_log_of_the_lost_file(data: Path, call: Call) -> None:
    """The write-ahead log may hold the last changes of a file that is gone; SQLite would delete it."""
    lose(data, "staff.db", "zero bytes")
    (data / "staff.db-wal").write_bytes(b"the last changes")
    assert call("publish").exit_code == 3
    assert call("accept", "staff.db").exit_code == 0
    assert (data / "staff.db-wal.of-lost-file").read_bytes() == b"the last changes"


def test_ops_db_is_lost_as_well(data: Path, call: Call) -> None:
    """Then the newest backup knows, and without a backup what is public."""
    lose(data, "ops.db", "deleted")
    lose(data, "mail.db", "an empty database")
    assert call("publish").exit_code == 3
    shutil.rmtree(data / "backups")
    assert call("publish").exit_code == 0, "nothing in the folder knows of the old mail.db any more"
    lose(data, "ops.db", "deleted")
    lose(data, "staff.db", "an empty database")
    refused = call("publish")
    assert refused.exit_code == 3
    assert "2 decisions of staff are public" in refused.output
    assert "infopolicy restore FOLDER_OF_A_BACKUP --only staff.db" in refused.output
    assert len(decisions(data)) == 2


def test_a_journal_restores_where_no_backup_is_whole(data: Path, call: Call) -> None:
    for path in (data / "backups").glob("*/staff.*"):
        path.write_bytes(b"damaged")
    lose(data, "staff.db", "deleted")
    command = restoring(call("publish").output)
    assert command == ["restore", str(data / "backups" / "decisions.jsonl")]
    assert call(*command).exit_code == 0
    assert call("publish").exit_code == 0
    assert len(decisions(data)) == 2


def test_a_backup_of_the_emptiness_is_not_the_one_that_is_named(data: Path, call: Call) -> None:
    """A version without ids has copied an empty file: the newest backup is no help, the one before is."""
    [good] = [path for path in (data / "backups").iterdir() if path.is_dir()]
    later = shutil.copytree(good, good.with_name("20990101T000000Z"))
    lose(later, "mail.db", "an empty database")
    facts = json.loads((later / "manifest.json").read_text())
    facts["files"]["mail.db"]["identity"] = {"id": "another", "counter": 10**6}
    (later / "manifest.json").write_text(json.dumps(facts))
    lose(data, "mail.db", "deleted")
    assert restoring(call("publish").output)[1] == str(good)


def test_an_older_backup_may_be_restored_on_purpose(data: Path, call: Call) -> None:
    [first] = [path for path in (data / "backups").iterdir() if path.is_dir()]
    config = Configuration(data=data)
    with closing(open_mail(config.mail)) as db:
        reader(db, "three@example.org")
    assert call("backup").exit_code == 0
    assert call("restore", str(first), "--only", "mail.db").exit_code == 0
    assert call("publish").exit_code == 0
    assert call("check").exit_code == 0


def test_every_change_that_people_make_counts_and_nothing_else(data: Path) -> None:
    config = Configuration(data=data)
    counter = lambda name: identity_of(data / name).counter  # type: ignore[union-attr]  # noqa: E731
    with closing(open_mail(config.mail)) as db:
        for sql in (
            "insert into suppressions values ('x', 'y', 'z')",
            "update suppressions set reason = 'q' where reason = 'y'",
            "delete from suppressions where reason = 'q'",
        ):
            before = counter("mail.db")
            db.execute(sql)
            assert counter("mail.db") == before + 1, sql
        before = counter("mail.db")
        db.execute("insert into requests values ('2026', 'x', 'y')")
        assert counter("mail.db") == before
    with closing(open_staff(config.staff)) as db:
        before = counter("staff.db")
        db.execute("insert into attempts values ('2026', 'x', 'y')")
        db.execute("insert or replace into visits values (1, '2026', '2026')")
        assert counter("staff.db") == before


def test_a_first_start_and_a_machine_that_only_shows_a_snapshot_are_no_loss(
    data: Path, tmp_path: Path, call: Call
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert loss.losses(empty) == []
    reader_ = tmp_path / "reader"
    reader_.mkdir()
    assert call("snapshot", str(reader_ / "corpus.db")).exit_code == 0
    from operations import health

    config = Configuration(data=reader_)
    private = (config.staff, config.partners, config.mail)
    told = health.reasons(config.corpus, private, now="2022-03-09T09:00:00Z", stale_hours=10**6)
    assert told == []
