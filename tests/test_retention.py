"""What is old is removed, and nothing else: no document, no run, nothing that people made."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import desk_fixtures
import pytest
from click.testing import Result
from digest_fixtures import reader
from site_corpus import BROADBAND

from benchmarks.compare import fingerprints
from desk.accounts import limits, sessions
from desk.partners import partners
from digest.subscribers import limits as asking
from digest.subscribers.tokens import Links
from operations import human_data_export
from operations.backup import backup
from operations.manifest import check_backup
from operations.retention import forget_backups, prune
from settings import Configuration
from store.connect import open_mail, open_ops, open_partners, open_staff, read_only

OLD, YOUNG, NOW = "2025-01-01T00:00:00Z", "2026-11-20T00:00:00Z", "2026-11-25T00:00:00Z"


@pytest.fixture
def config(tmp_path: Path) -> Configuration:
    (tmp_path / "data").mkdir()
    made = desk_fixtures.build(tmp_path / "data")
    with closing(open_ops(made.ops)) as db:
        for url, at in (("https://x/1", OLD), ("https://x/1", YOUNG), ("https://x/2", OLD), ("https://x/3", YOUNG)):
            row = {"source": "us_bills", "url": url, "reason": "not XML", "rejected_at": at, "size": 3, "body": b"abc"}
            db.table("rejects").insert(row)
        for number, at in enumerate((OLD, YOUNG)):
            row = {
                "fingerprint": str(number),
                "url": "https://x",
                "status": 200,
                "headers": "[]",
                "body": b"",
                "stored_at": at,
            }
            db.table("responses").insert(row)
        db.execute("insert into budgets values ('us_states', '2025-01-01', 9), ('us_states', '2026-11-25', 9)")
    with closing(open_staff(made.staff)) as db:
        ana = desk_fixtures.person(db)
        for at in (OLD, YOUNG):
            sessions.start(db, ana, now=at)
            limits.allow_attempt(db, "Ana Reader", "192.0.2.1", at)
    with closing(open_partners(made.partners, made.corpus)) as db:
        eff = partners.add_partner(db, "Dana Partner", "Axolotl Foundation", password=desk_fixtures.PASSWORD, now=OLD)
        partners.publish_statement(db, eff, BROADBAND, "oppose", "It goes too far.", seen=0, now=OLD)
        partners.moderate(db, eff, 1, hidden=True, reason="a mistake", seen=0, now=OLD)
        for at in (OLD, YOUNG):
            sessions.start(db, eff, now=at)
            db.execute("insert into attempts values (?, 'x', 'y')", [at])
    with closing(open_mail(made.mail)) as mail:
        reader(mail, "one@example.org", now=OLD)
        asking.may_write(mail, Links.of(mail), "two@example.org", YOUNG)
    return made


def count(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(read_only(path)) as db:
        return db.execute(sql).fetchall()


def test_what_is_old_goes_and_the_rest_stays(config: Configuration) -> None:
    corpus = fingerprints(config.corpus)
    human = {}
    for name in human_data_export.DERIVED:
        with closing(read_only(config.data / name)) as db:
            human |= {
                (name, table): db.execute(f"select * from {table}").fetchall()
                for table in human_data_export.tables_of(db, name)
            }
    assert len(human) > 15
    assert all(human["partners.db", table] for table in ("accounts", "audit", "statements", "moderations"))
    done = prune(config, now=NOW)
    assert done["rejects of which a newer one is kept"] == 1
    assert done["bodies of rejects"] == 1
    assert done["answers kept for asking what changed"] == 1
    assert done["days of budgets"] == 1
    assert count(config.ops, "select url, body is null from rejects order by url") == [
        ("https://x/1", 0),
        ("https://x/2", 1),
        ("https://x/3", 0),
    ]
    assert count(config.ops, "select fingerprint from responses") == [("1",)]
    for file in (config.staff, config.partners):
        assert count(file, "select min(started_at) from sessions") == [(YOUNG,)]
    assert done["tries of a partner's password"] == 2
    assert count(config.partners, "select count(*) from attempts") == [(0,)]
    assert fingerprints(config.corpus) == corpus
    for (name, table), rows in human.items():
        assert count(config.data / name, f"select * from {table}") == rows, table
    assert not any(prune(config, now=NOW).values()), "a second time there is nothing left to remove"


def test_a_longer_time_is_a_setting(config: Configuration) -> None:
    longer = Configuration(data=config.data, keep_rejects_days=2000, keep_answers_days=2000)
    done = prune(longer, now=NOW)
    assert done["bodies of rejects"] == done["answers kept for asking what changed"] == 0


def test_the_command_tells_first_and_removes_then(config: Configuration, call: Callable[..., Result]) -> None:
    told = call("prune", "--dry-run")
    assert "would remove 1 days of budgets" in told.output
    assert len(count(config.ops, "select 1 from responses")) == 2
    assert "removed 1 answers kept" in call("prune").output
    assert call("prune").output == "nothing is old enough\n"


def test_an_empty_folder_has_nothing_to_remove(tmp_path: Path) -> None:
    assert prune(Configuration(data=tmp_path), now=NOW) == {}


# --------------------------------------------------------------------- backups


@pytest.mark.parametrize("harm", ["no JSON", "another form", "gone", "a bad sector"])
def test_an_old_backup_whose_manifest_cannot_be_read_stays(
    config: Configuration, monkeypatch: pytest.MonkeyPatch, harm: str
) -> None:
    early, broken = (backup(config, None, now=f"2026-11-04T{hour}:00:00Z", keep=9) for hour in ("09", "13"))
    manifest = broken / "manifest.json"
    if harm == "gone":
        manifest.unlink()
    elif harm == "a bad sector":
        read = Path.read_text

        def fail(path: Path, *arguments: Any, **more: Any) -> str:
            if path == manifest:
                raise OSError(5, "Input/output error", str(path))
            return read(path, *arguments, **more)

        monkeypatch.setattr(Path, "read_text", fail)
    else:
        manifest.write_text("no JSON" if harm == "no JSON" else '["files"]')
    told: list[str] = []
    monkeypatch.setattr("operations.retention.log.warning", lambda words, *values: told.append(words % values))
    backup(config, None, now="2026-11-05T09:00:00Z", keep=1, days=3)
    assert (broken / "staff.db").exists()
    assert (broken / "corpus.db").exists()
    assert [str(broken) in words for words in told] == [True]
    assert check_backup(early) == [], "it does not stand for its day: the one before stays as well"
    backup(config, None, now="2026-11-09T09:00:00Z", keep=1, days=3)
    assert not broken.exists(), "who was erased is gone when the time is over"


def test_what_is_no_backup_is_not_counted_and_not_removed(config: Configuration) -> None:
    home = config.data / "backups"
    names = ("20250101-by-hand", "20250101T000000Z-before-the-move", "notes", "20250101-copying.part", "00-old.part")
    for name in names:
        (home / name).mkdir(parents=True)
        (home / name / "staff.db").write_text("by hand")
    made = [backup(config, None, now=f"2026-11-0{day}T00:00:00Z", keep=2, days=0) for day in (1, 2, 3)]
    assert all((home / name / "staff.db").exists() for name in names)
    assert [path.exists() for path in made] == [False, True, True]


def test_a_removal_that_is_killed_leaves_nothing_under_the_name_of_a_backup(
    config: Configuration, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, _ = (backup(config, None, now=f"2026-11-0{day}T00:00:00Z", keep=9) for day in (1, 2))

    def killed(path: Path) -> None:
        (path / "manifest.json").unlink()
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("operations.retention.shutil.rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            forget_backups(old.parent, now="2026-11-03T00:00:00Z", keep=1, days=0)
    assert not old.exists()
    forget_backups(old.parent, now="2026-11-03T00:00:00Z", keep=1, days=0)
    assert not list(old.parent.glob("*.part"))
