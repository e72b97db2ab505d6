"""The command line with everything that can be wrong: one clear sentence, the right exit code, nothing lost.

Each call is a process of its own; the fixture `infopolicy` fails if one ever shows a traceback.
"""

from __future__ import annotations

import fcntl
import json
import os
import resource
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from conftest import Command, Recording, bill_xml

from crawlers import sources
from crawlers.parsers import legistar

Call = Callable[..., Result]
Collect = Callable[..., dict[str, Any]]


def rows(file: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as db:
        return db.execute(sql).fetchall()


def stored(tmp_path: Path) -> set[str]:
    return {key for (key,) in rows(tmp_path / "data" / "corpus.db", "select id from documents")}


def rejects(tmp_path: Path) -> dict[str, str]:
    """Reason by the last part of the address."""
    found = rows(tmp_path / "data" / "ops.db", "select url, reason from rejects")
    return {url.rsplit("/", 1)[-1]: reason for url, reason in found}


# --------------------------------------------------------------------- what sources send


def test_broken_records_are_kept_as_rejects_and_the_rest_is_stored(
    infopolicy: Command, recording: Recording, tmp_path: Path
) -> None:
    recording.add(1, title="Libraries Without Borders Act")
    recording.add(1, congress=116, title="The same number two years before")
    recording.add(2, title=None)
    recording.add(3, introduced="0001-01-01")
    recording.add(4, "<html><title>Scheduled maintenance</title></html>")
    recording.add(5, bill_xml(5)[:300])
    recording.add(6, f'<!DOCTYPE b [<!ENTITY a "{"ha" * 9}"><!ENTITY b "&a;&a;&a;">]><billStatus>&b;</billStatus>')
    recording.add(7, '<!DOCTYPE b [<!ENTITY a SYSTEM "file:///etc/passwd">]><billStatus>&a;</billStatus>')
    recording.add(8, bill_xml(8).replace("libraries", "bibliothèques").encode("latin-1"))
    recording.add(9, b"")
    recording.add(10, bill_xml(11))
    done = infopolicy("crawl", "us_bills", "--congress", "all", mirror=recording.publish().mirror)
    assert stored(tmp_path) == {"us-117-hr1", "us-116-hr1"}
    reasons = rejects(tmp_path)
    for number, words in {
        2: "no title",
        3: "0001-01-01",
        4: "expected <billStatus>",
        5: "not XML",
        6: "document type declaration",
        7: "document type declaration",
        8: "not XML",
        9: "not XML",
        10: "asked for us-117-hr10, got us-117-hr11",
    }.items():
        assert words in reasons[f"BILLSTATUS-117hr{number}.xml"], (number, reasons)
    assert len(reasons) == 9
    assert "/etc/passwd" not in "".join(stored(tmp_path))
    assert done.returncode == 3, "nine of eleven records is more than the source's share"
    assert "9 of 11 records could not be read" in done.stderr
    kept = rows(tmp_path / "data" / "ops.db", "select size, length(body) from rejects where url like '%hr4.xml'")
    assert kept[0][0] == len("<html><title>Scheduled maintenance</title></html>")


# --------------------------------------------------------------------- the data folder


@pytest.fixture
def small(recording: Recording) -> Recording:
    for number in range(1, 4):
        recording.add(number, title=f"Public library act {number}")
    return recording.publish()


@pytest.mark.parametrize("command", [["crawl", "us_bills"], ["rebuild"], ["publish"]])
def test_file_in_the_place_of_the_folder(call: Call, tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "data").write_text("not a folder")
    done = call(*command)
    assert done.exit_code == 2
    assert str(tmp_path / "data") in done.stderr
    assert "INFOPOLICY_DATA" in done.stderr


def test_folder_that_may_not_be_written(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFOPOLICY_DATA", "/proc/infopolicy")
    done = call("crawl", "us_bills")
    assert done.exit_code == 4
    assert "/proc/infopolicy" in done.stderr


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("corpus.db", "crawl"),
        ("ops.db", "crawl"),
        ("staff.db", "rebuild"),
        ("corpus.db", "status"),
        ("corpus.db", "check"),
    ],
)
@pytest.mark.slow
def test_damaged_database_is_named_and_left_alone(call: Call, tmp_path: Path, name: str, command: str) -> None:
    file = tmp_path / "data" / name
    file.parent.mkdir()
    file.write_bytes(b"this is not a database" * 100)
    done = call(command)
    assert done.exit_code == (1 if command == "check" else 4)
    assert str(file) in done.stderr
    assert file.read_bytes().startswith(b"this is not")


def test_database_locked_by_another_process(
    infopolicy: Command, collect: Collect, small: Recording, tmp_path: Path
) -> None:
    collect(small.mirror, limit="1")
    with closing(sqlite3.connect(tmp_path / "data" / "corpus.db")) as other:
        other.execute("begin immediate")
        hasty = "import store.connect; store.connect.PATIENCE = 0.5; import cli; cli.main()"
        done = infopolicy("crawl", "us_bills", "--congress", "117", mirror=small.mirror, python=hasty)
    assert done.returncode == 4
    assert "another process is writing" in done.stderr
    assert collect(small.mirror)["added"] == 2
    assert len(stored(tmp_path)) == 3


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (["us_bills", "-a", "states"], "write NAME=VALUE"),
        (["us_bills", "-a", "states=wy"], "us_bills knows no such argument (its own: congress, types)"),
        (["us_bill_text", "-a", "tagged=perhaps"], 'tagged=perhaps: must be "yes" or "no"'),
        (["us_states", "-a", "states=nv,zz"], "us_states has no state 'zz'"),
        (["us_states_legiscan", "-a", "states=Nevada"], "has no state 'nevada'"),
        (["us_local_legistar", "-a", "cities=atlantis"], "atlantis"),
    ],
)
def test_an_argument_that_a_source_does_not_know_is_told_before_anything_is_asked(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: list[str], told: str
) -> None:
    for key in ("OPENSTATES_KEY", "LEGISCAN_KEY"):
        monkeypatch.setenv(key, "k")
    done = call("crawl", *typed)
    assert done.exit_code == 2
    assert told in done.stderr
    assert not (tmp_path / "data" / "corpus.db").exists()


@pytest.mark.parametrize("typed", [["crawl"], ["collect", "--sources", "us_bills"]], ids=["crawl", "collect"])
@pytest.mark.parametrize(("module", "loader"), [(sources, "load_sources"), (legistar, "load_cities")])
def test_a_slip_in_the_list_of_sources_or_cities_is_told_before_anything_is_asked(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: list[str], module: Any, loader: str
) -> None:
    file = tmp_path / "slip.yml"
    file.write_text("nyc: [broken\n")
    monkeypatch.setattr(module, loader, partial(getattr(module, loader), file))
    done = call(*typed)
    assert done.exit_code == 1
    assert "slip.yml:2: is not readable YAML" in done.stderr
    assert not (tmp_path / "data" / "corpus.db").exists()


def test_second_crawl_at_the_same_time_is_refused(call: Call, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with (tmp_path / "data" / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        handle.write("4711")
        handle.flush()
        done = call("crawl", "us_bills")
    assert done.exit_code == 4
    assert "4711" in done.stderr


def test_full_disk_keeps_what_was_stored_and_says_so(
    infopolicy: Command, collect: Collect, recording: Recording, tmp_path: Path
) -> None:
    prose = "A sentence about the public libraries of a county and what they lend. " * 600
    start = "<summaries><summary><actionDate>2021-03-02</actionDate><text>"
    for number in range(1, 60):
        recording.add(number, inside=f"{start}{prose}{number}</text></summary></summaries>")
    recording.publish().pack()

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))

    done = infopolicy("crawl", "us_bills", "--congress", "117", mirror=recording.mirror, preexec_fn=small_files)
    assert done.returncode == 4
    assert "the disk is full" in done.stderr
    assert str(tmp_path / "data") in done.stderr
    assert rows(tmp_path / "data" / "corpus.db", "pragma integrity_check") == [("ok",)]
    assert collect(recording.mirror)["state"] == "finished"
    assert len(stored(tmp_path)) == 59


# --------------------------------------------------------------------- calls and settings


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["crawl", "us_bils"], "us_bills"),
        (["crawl", "us_bills", "--since", "yesterday"], "yesterday"),
        (["crawl", "us_bills", "--since", "2026-13-01"], "2026-13-01"),
        (["crawl", "us_bills", "--limit", "0"], "--limit"),
        (["crawl", "us_bills", "--limit", "many"], "many"),
        (["crawl", "us_bills", "--congress", "first"], "first"),
        (["crawl", "us_bills", "--types", "hr,xx"], "'xx'"),
        (["serve", "--port", "99999"], "99999"),
        (["no-such-command"], "no-such-command"),
        (["export", "--format", "xlsx"], "--output"),
    ],
)
def test_wrong_call_is_told_what_is_wrong(call: Call, arguments: list[str], words: str) -> None:
    done = call(*arguments)
    assert done.exit_code == 2
    assert words in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("INFOPOLICY_PORT", "eighty"),
        ("INFOPOLICY_PORT", "0"),
        ("INFOPOLICY_WORKERS", "-1"),
        ("INFOPOLICY_MIRROR", "localhost:8900"),
        ("INFOPOLICY_CONFIG", "/nowhere/infopolicy.toml"),
        ("INFOPOLICY_HOST", "my host"),
        ("INFOPOLICY_SMTP_HOST", "mail example"),
        ("INFOPOLICY_SSO_HEADER", "X User"),
        ("INFOPOLICY_SSO_PROXY", "the-proxy"),
    ],
)
def test_setting_that_cannot_be_is_named(call: Call, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    done = call("status")
    assert done.exit_code == 2
    assert name in done.stderr
    assert value in done.stderr


@pytest.mark.parametrize(("toml", "words"), [("port = ", "TOML"), ("colour = 'red'", "colour"), ("\udcff", "TOML")])
def test_bad_settings_file_is_named(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, toml: str, words: str
) -> None:
    (tmp_path / "infopolicy.toml").write_bytes(toml.encode("utf-8", "surrogateescape"))
    monkeypatch.chdir(tmp_path)
    done = call("status")
    assert done.exit_code == 2
    assert "infopolicy.toml" in done.stderr
    assert words in done.stderr


@pytest.mark.parametrize("command", [["status"], ["summary"], ["export"], ["serve"], ["backup"]])
def test_nothing_collected_yet_says_what_to_do(call: Call, command: list[str]) -> None:
    done = call(*command)
    assert done.exit_code == 4
    assert "infopolicy crawl" in done.stderr or "nothing to back up" in done.stderr
    assert "The site is on" not in done.stdout


def test_what_to_do_next_names_a_data_folder_of_the_environment(
    collect: Collect, call: Call, small: Recording, tmp_path: Path
) -> None:
    collect(small.mirror)
    assert f"Next: INFOPOLICY_DATA={tmp_path / 'data'} infopolicy serve shows it" in call("summary").stdout


# --------------------------------------------------------------------- looking after it


def test_rebuild_says_first_that_it_reads_stored_records_again(
    collect: Collect, call: Call, small: Recording, tmp_path: Path
) -> None:
    collect(small.mirror)
    said = "the rules for statuses have changed"
    assert said not in call("rebuild").output
    with closing(sqlite3.connect(tmp_path / "data" / "corpus.db")) as db, db:
        db.execute("update derivations set version = 'of before' where name = 'us_bills'")
    assert call("rebuild").output.startswith(said)
    assert said not in call("rebuild").output


def test_status_backup_restore_and_export(collect: Collect, call: Call, small: Recording, tmp_path: Path) -> None:
    small.add(9, title="=cmd|'/c calc'!A1 public library funding")
    small.publish()
    assert collect(small.mirror)["added"] == 4
    assert call("rebuild").exit_code == 0
    found = json.loads(call("status", "--json").stdout)
    assert found["documents"] == 4
    assert found["untagged"] == 0
    assert found["sources"][0]["last_run"]["state"] == "finished"
    assert call("backup", str(tmp_path / "copy")).exit_code == 0
    (tmp_path / "data" / "corpus.db").unlink()
    assert call("restore", str(tmp_path / "copy")).exit_code == 0
    assert len(stored(tmp_path)) == 4
    table = call("export").stdout
    assert "\n=" not in table
    assert ",=" not in table
    assert ",'=cmd" in table or ",\"'=cmd" in table


def test_restore_of_a_damaged_backup_changes_nothing(
    collect: Collect, call: Call, small: Recording, tmp_path: Path
) -> None:
    collect(small.mirror)
    call("backup", str(tmp_path / "copy"))
    copy = tmp_path / "copy" / "corpus.db"
    body = bytearray(copy.read_bytes())
    body[4096:] = os.urandom(len(body) - 4096)
    copy.write_bytes(body)
    done = call("restore", str(tmp_path / "copy"))
    assert done.exit_code == 4
    assert str(copy) in done.stderr
    assert len(stored(tmp_path)) == 3
    assert call("restore", str(tmp_path / "nowhere")).exit_code == 2
