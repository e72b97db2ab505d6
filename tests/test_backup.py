"""What people made survives: backups that say whether they are whole, lines beside the copies, and restores from either."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import desk_fixtures
import pytest
from click.testing import Result
from desk_fixtures import LATER, NOW
from digest_fixtures import reader
from site_corpus import BROADBAND

from desk.accounts import accounts
from desk.reviews import reviews
from desk.reviews.reviews import Verdict
from operations import human_data_export
from operations.backup import backup, restore
from operations.manifest import check_backup
from settings import Configuration
from store.connect import open_mail, open_partners, read_only
from store.data_folder import only_writer
from store.errors import InvalidInput, OperationError

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which people have decided, subscribed and sent."""
    made = desk_fixtures.build(tmp_path_factory.mktemp("world"))
    with closing(desk_fixtures.open_desk(made)) as db:
        ana = desk_fixtures.person(db)
        reviews.record(db, ana, [Verdict(document_id=BROADBAND, subject="area:broadband", verdict="confirm")], now=NOW)
        db.execute(
            "insert into notes (document_id, written_by, written_at, words) values (?, 1, ?, 'Zeilen “é”')",
            [BROADBAND, NOW],
        )
        db.execute("insert into follows values (1, ?, ?)", [BROADBAND, NOW])
        accounts.log(db, ana.id, "looked", "at it", NOW)
    with closing(open_mail(made.mail)) as db:
        reader(db, "one@example.org")
        db.execute("insert into suppressions values ('abc', 'left', ?)", [NOW])
    with closing(open_partners(made.data / "partners.db")) as db:
        accounts.add(db, "Pia Partner", role="viewer", password=None, email="pia@example.org", now=NOW)
        db.execute("insert into audit (happened_at, account_id, what, about) values (?, 1, 'x', 'y')", [NOW])
    return made.data


@pytest.fixture
def config(world: Path, tmp_path: Path) -> Configuration:
    shutil.copytree(world, tmp_path / "data")
    return Configuration(data=tmp_path / "data", site="http://localhost")


def human(folder: Path) -> dict[str, list[Any]]:
    """Every row that people made, by file and table."""
    found = {}
    for name in human_data_export.DERIVED:
        with closing(read_only(folder / name)) as db:
            for table in human_data_export.tables_of(db, name):
                found[f"{name} {table}"] = sorted(db.execute(f"select * from {table}").fetchall(), key=repr)
    return found


def overwrite(path: Path, start: int = 0, length: int = 100_000) -> None:
    with path.open("r+b") as file:
        file.seek(start)
        file.write(os.urandom(min(length, max(path.stat().st_size - start, 1))))


def test_a_backup_says_of_itself_whether_it_is_whole(config: Configuration, call: Callable[..., Result]) -> None:
    place = backup(config, None, now=NOW, keep=3)
    assert check_backup(place) == []
    assert call("check", str(place)).exit_code == 0
    manifest = json.loads((place / "manifest.json").read_text())
    assert manifest["files"]["staff.db"]["tables"]["reviews"] == 1
    assert manifest["files"]["staff.jsonl"]["lines"] == len((place / "staff.jsonl").read_text().splitlines())
    overwrite(place / "mail.db", 5000, 10)
    [problem] = check_backup(place)
    assert str(place / "mail.db") in problem
    done = call("check", str(place))
    assert (done.exit_code, "mail.db" in done.output) == (1, True)


def test_only_the_owner_reads_a_backup(config: Configuration) -> None:
    place = backup(config, None, now=NOW, keep=3)
    files = [*place.iterdir(), *(place.parent / name for name in human_data_export.JOURNALS.values())]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    restore(config, place, now=NOW)
    assert {stat.S_IMODE(path.stat().st_mode) for path in config.data.glob("*.db")} == {0o600}


@pytest.mark.parametrize("loss", ["file", "manifest", "part"])
def test_half_a_backup_is_refused(config: Configuration, loss: str) -> None:
    place = backup(config, None, now=NOW, keep=3)
    before = human(config.data)
    if loss == "part":
        place = place.rename(place.with_name(place.name + ".part"))
    (place / ("manifest.json" if loss != "file" else "corpus.db")).unlink()
    with pytest.raises(OperationError, match="not a complete backup" if loss != "file" else r"corpus\.db"):
        restore(config, place, now=LATER)
    assert human(config.data) == before
    assert not list(config.data.glob("replaced-*"))


@pytest.mark.parametrize("name", ["staff.db", "mail.db", "partners.db"])
def test_a_broken_copy_is_made_anew_from_its_lines(config: Configuration, name: str) -> None:
    before = human(config.data)
    place = backup(config, None, now=NOW, keep=3)
    for path in (place / name, config.data / name):
        overwrite(path)
    _, told = restore(config, place, now=LATER)
    assert [name in words for words in told] == [True]
    assert human(config.data) == before
    # It is a database as the program makes it, with the rules that hold what was decided.
    if name == "staff.db":
        with (
            closing(desk_fixtures.open_desk(config)) as db,
            pytest.raises(sqlite3.IntegrityError, match="what was decided stays"),
        ):
            db.execute("delete from reviews")


def test_the_links_of_old_mails_work_after_a_restore_from_lines(config: Configuration) -> None:
    from digest.subscribers.tokens import Links

    with closing(open_mail(config.mail)) as db:
        link = Links.of(db).leave("somebody")
    place = backup(config, None, now=NOW, keep=3)
    overwrite(place / "mail.db")
    restore(config, place, now=LATER, only=["mail.db"])
    with closing(open_mail(config.mail)) as db:
        assert Links.of(db).read_leave(link) == "somebody"


def test_only_one_database_is_put_back_when_asked(config: Configuration) -> None:
    place = backup(config, None, now=NOW, keep=3)
    with closing(sqlite3.connect(config.mail)) as db:
        db.execute("insert into suppressions values ('later', 'left', ?)", [LATER])
        db.commit()
    aside, _ = restore(config, place, now=LATER, only=["staff.db"])
    assert sorted(path.name for path in aside.glob("*.db")) == ["staff.db"]
    assert len(human(config.data)["mail.db suppressions"]) == 2
    with pytest.raises(InvalidInput, match="holds no other"):
        restore(config, place, now=LATER, only=["other"])


def test_a_restore_into_an_empty_folder_leaves_no_folder_of_what_stood_there(
    config: Configuration, tmp_path: Path
) -> None:
    place = backup(config, None, now=NOW, keep=3)
    new = Configuration(data=tmp_path / "new")
    with only_writer(new.data):
        aside, _ = restore(new, place, now=LATER)
    assert aside is None
    assert not list(new.data.glob("replaced-*"))
    assert human(new.data) == human(config.data)
    assert stat.S_IMODE(new.data.stat().st_mode) == 0o700, "else doctor warns of it"


def test_two_restores_of_one_second_keep_both_that_stood_there(config: Configuration) -> None:
    place = backup(config, None, now=NOW, keep=3)
    first, _ = restore(config, place, now=LATER)
    second, _ = restore(config, place, now=LATER)
    assert first != second
    assert human(first) == human(second) == human(config.data)


def test_copies_made_by_other_means_need_a_word_more(config: Configuration, tmp_path: Path) -> None:
    (tmp_path / "by-hand").mkdir()
    with closing(read_only(config.staff)) as db, closing(sqlite3.connect(tmp_path / "by-hand/staff.db")) as copy:
        db.backup(copy)
    with pytest.raises(OperationError, match="--loose"):
        restore(config, tmp_path / "by-hand", now=LATER)
    before = human(config.data)
    restore(config, tmp_path / "by-hand", now=LATER, loose=True)
    assert human(config.data) == before


def test_the_journal_outlives_backups_of_an_emptied_database(config: Configuration) -> None:
    """A fresh staff.db takes the place of the old one and nobody notices until every older backup is gone."""
    backup(config, None, now="2026-11-01T00:00:00Z", keep=1)
    before = human(config.data)
    config.staff.unlink()
    for path in config.data.glob("staff.db-*"):
        path.unlink()
    desk_fixtures.open_staff(config.staff).close()
    backup(config, None, now="2026-11-02T00:00:00Z", keep=1)
    journal = config.data / "backups" / human_data_export.JOURNALS["staff.db"]
    _, told = restore(config, journal, now=LATER)
    assert "staff.db was made from" in told[0]
    after = human(config.data)
    for table in ("reviews", "notes", "audit"):
        assert before[f"staff.db {table}"]
        assert after[f"staff.db {table}"] == before[f"staff.db {table}"]
    # Passwords are in no journal: the people are there, and need a new one.
    with closing(desk_fixtures.open_desk(config)) as db:
        assert desk_fixtures.person(db).role == "approver"
        assert db.execute("select count(*) from accounts where password is not null").fetchone()[0] == 0


def test_the_journal_is_only_added_to_and_a_cut_line_harms_nothing(config: Configuration) -> None:
    journal = config.data / "journal" / human_data_export.JOURNALS["staff.db"]
    journal.parent.mkdir()
    first = human_data_export.add_to_journal(config.staff, journal)
    assert first > 5
    assert human_data_export.add_to_journal(config.staff, journal) == 0
    whole = journal.read_bytes()
    assert b"Zeilen \xe2\x80\x9c\xc3\xa9\xe2\x80\x9d" in whole
    assert desk_fixtures.HASH.encode() not in whole
    journal.write_bytes(whole[:-20])
    assert human_data_export.add_to_journal(config.staff, journal) == 1
    assert human_data_export.from_lines(journal, config.data / "journal" / "staff.db") == first


def test_what_became_again_what_it_was_is_the_last_line(config: Configuration) -> None:
    """An approver for two weeks is not one again after a restore from the journal."""
    journal = config.data / "journal" / human_data_export.JOURNALS["staff.db"]
    journal.parent.mkdir()
    human_data_export.add_to_journal(config.staff, journal)
    for role in ("approver", "reviewer"):
        with closing(sqlite3.connect(config.staff)) as db, db:
            [(before,)] = db.execute("select role from accounts where name = 'Cleo Looker'").fetchall()
            db.execute("update accounts set role = ? where name = 'Cleo Looker'", [role])
        assert human_data_export.add_to_journal(config.staff, journal) == 1, before
    with closing(sqlite3.connect(config.staff)) as db, db:
        db.execute("update accounts set role = 'approver' where name = 'Cleo Looker'")
    assert human_data_export.add_to_journal(config.staff, journal) == 1, "as it was once, and not last"
    human_data_export.from_lines(journal, config.data / "journal" / "staff.db")
    with closing(sqlite3.connect(config.data / "journal" / "staff.db")) as db:
        assert db.execute("select role from accounts where name = 'Cleo Looker'").fetchone() == ("approver",)


@pytest.mark.parametrize("end", ["in a letter", "after a letter", "with zeros"])
def test_a_journal_that_was_cut_off_anywhere_grows_on_and_can_be_restored(config: Configuration, end: str) -> None:
    """Lines are UTF-8: a loss of power may leave half of an é, or zeros where the disk had not written yet."""
    with closing(sqlite3.connect(config.staff)) as db, db:
        db.execute("update accounts set unit = 'José'")
    backup(config, None, now="2026-11-01T00:00:00Z", keep=1)
    journal = config.data / "backups" / human_data_export.JOURNALS["staff.db"]
    whole = journal.read_bytes()
    cut = whole[: whole.index(b"Jos\xc3\xa9") + 4]
    journal.write_bytes({"in a letter": cut, "after a letter": cut + b"\xa9", "with zeros": cut + bytes(100)}[end])
    backup(config, None, now="2026-11-02T00:00:00Z", keep=1)
    assert set(whole.splitlines()) <= set(journal.read_bytes().splitlines()), "nothing is glued to the line cut off"
    before = human(config.data)
    restore(config, journal, now=LATER)
    after = human(config.data)
    for table in ("reviews", "notes", "audit"):
        assert before[f"staff.db {table}"]
        assert after[f"staff.db {table}"] == before[f"staff.db {table}"]


def test_a_line_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    lines = tmp_path / "staff.jsonl"
    lines.write_text('{"table": "notes", "row": {"id": 1}}\n{"table": "elsewhere", "row": {"id": 1}}\n')
    with pytest.raises(OperationError, match="line 2"):
        human_data_export.from_lines(lines, tmp_path / "staff.db")
    lines.write_bytes(b'{"table": "notes", "row": {"id": 1, "words": "Jos\xc3"}}\n')
    (tmp_path / "again").mkdir()
    with pytest.raises(OperationError, match="line 1"):
        human_data_export.from_lines(lines, tmp_path / "again" / "staff.db")


def test_what_a_killed_backup_left_is_cleared_away_a_day_later(config: Configuration) -> None:
    home = config.data / "backups"
    for name in ("20261101T000000Z.part", "20261105T000000Z.part"):
        (home / name).mkdir(parents=True)
    backup(config, None, now="2026-11-05T09:00:00Z", keep=1)
    assert [path.name for path in home.glob("*.part")] == ["20261105T000000Z.part"]


def test_older_backups_keep_one_a_day_with_what_people_made(config: Configuration, call: Callable[..., Result]) -> None:
    before = human(config.data)
    made = [
        backup(config, None, now=now, keep=1, days=3)
        for now in (
            "2026-11-01T09:00:00Z",
            "2026-11-04T09:00:00Z",
            "2026-11-05T09:00:00Z",
            "2026-11-05T13:00:00Z",
            "2026-11-06T09:00:00Z",
            "2026-11-06T13:00:00Z",
        )
    ]
    there = [path.name for path in made if path.exists()]
    assert there == ["20261104T090000Z", "20261105T130000Z", "20261106T130000Z"]
    assert (made[-1] / "corpus.db").exists()
    assert not (made[3] / "corpus.db").exists()
    assert check_backup(made[3]) == []
    for path in config.data.glob("*.db*"):
        path.unlink()
    assert call("restore", str(made[3])).exit_code == 0
    assert human(config.data) == before


def test_how_many_backups_stay_is_a_setting_and_an_option_goes_before_it(
    config: Configuration, call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in (1, 2, 3):
        backup(config, None, now=f"2026-11-0{day}T00:00:00Z", keep=9)
    kept = lambda: len([path for path in (config.data / "backups").iterdir() if path.is_dir()])  # noqa: E731
    monkeypatch.setenv("INFOPOLICY_BACKUP_KEEP", "3")
    monkeypatch.setenv("INFOPOLICY_BACKUP_DAYS", "0")
    assert (call("backup").exit_code, kept()) == (0, 3)
    assert (call("backup", "--keep", "2").exit_code, kept()) == (0, 2)


def test_backup_says_that_the_copy_elsewhere_is_gone_and_is_made_all_the_same(
    config: Configuration, call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INFOPOLICY_BACKUP_COPY", str(config.data / "not-mounted"))
    done = call("backup")
    assert (done.exit_code, "backed up to" in done.output) == (0, True)
    assert "not-mounted does not exist: there is no copy outside the data folder" in done.output


def test_a_backup_from_the_future_pushes_nothing_out(config: Configuration) -> None:
    for day in ("2031-01-01", "2031-01-02"):  # the clock was wrong
        backup(config, None, now=f"{day}T00:00:00Z", keep=2)
    made = [backup(config, None, now=f"2026-11-0{day}T00:00:00Z", keep=2, days=1) for day in (1, 2, 3)]
    assert [path.exists() for path in made] == [False, True, True]


def test_every_table_that_is_not_people_s_is_there_and_is_named(config: Configuration) -> None:
    """A table that somebody adds is backed up as lines unless it is named as derived; a name that is gone is told."""
    for name, derived in human_data_export.DERIVED.items():
        with closing(read_only(config.data / name)) as db:
            there = {table for (table,) in db.execute("select name from sqlite_master where type = 'table'")}
        assert derived <= there, name


def test_who_reported_an_error_is_in_no_journal(config: Configuration) -> None:
    with closing(read_only(config.staff)) as db:
        kept = human_data_export.journaled(db)
        assert {"reviews", "reports", "accounts"} <= set(kept)
        assert "report_senders" not in kept


def test_two_backups_of_one_second_are_two(config: Configuration) -> None:
    first, second = (backup(config, None, now=NOW, keep=5) for _ in range(2))
    assert first != second
    assert check_backup(first) == check_backup(second) == []
    third = backup(config, None, now=NOW, keep=2, days=0)
    assert sorted(path.parent for path in first.parent.glob("*/corpus.db")) == [second, third]
