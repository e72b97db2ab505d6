"""The clock jumps, ahead and back again: nobody is shut out or kept in, nothing is asked too often or never again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import desk_fixtures
import pytest
from digest_fixtures import mail_db
from scrapy import Request
from scrapy.settings import Settings
from scrapy.statscollectors import DummyStatsCollector
from sqlite_utils import Database

from crawlers.download.budget import BudgetMiddleware, BudgetSpent
from crawlers.sources import load_sources
from desk.accounts import accounts, limits, sessions
from digest.delivery.claims import CLAIM_MINUTES, give_up_dead_claims, sending
from digest.subscribers import limits as asking
from digest.subscribers.tokens import BadLink, Links
from operations import daily
from operations.backup import backup
from operations.metrics import Metrics
from operations.status import status
from settings import Configuration
from store.clock import ago
from store.connect import connect, migrate, open_corpus, open_staff

BEFORE, NOW, SOON = "2026-11-25T11:59:30Z", "2026-11-25T12:00:00Z", "2026-11-25T13:00:00Z"
YEARS_AHEAD = "2031-06-01T00:00:00Z"


@pytest.fixture
def staff(tmp_path: Path) -> Iterator[Database]:
    db = open_staff(tmp_path / "staff.db")
    yield db
    db.close()


# --------------------------------------------------------------------- collecting


def test_a_run_made_years_ahead_does_not_keep_the_source_waiting(tmp_path: Path) -> None:
    config, source = Configuration(data=tmp_path), load_sources()["us_bills"]
    with closing(open_corpus(config.corpus)) as db:
        row = {"source": source.id, "started_at": YEARS_AHEAD, "finished_at": YEARS_AHEAD, "state": "finished"}
        db.table("runs").insert(row)
    assert daily.is_due(config, source, NOW)
    with closing(open_corpus(config.corpus)) as db:
        db.execute("update runs set started_at = ?", [NOW])
    assert not daily.is_due(config, source, SOON)
    assert daily.is_due(config, source, ago(NOW, hours=-source.every_hours, minutes=5)), (
        "the timer comes as the crawl began"
    )


def test_a_day_that_comes_again_has_no_second_budget(tmp_path: Path) -> None:
    """The budget is kept by day, so a clock that is set back to yesterday finds yesterday's requests counted."""
    source = load_sources()["us_states"]
    settings = Settings({"INFOPOLICY_OPS": str(tmp_path / "ops.db")})

    def ask(day: str) -> None:
        spider: Any = SimpleNamespace(name=source.id, today=day)
        crawler: Any = SimpleNamespace(settings=settings, spider=spider, stats=DummyStatsCollector(Mock()))
        BudgetMiddleware(crawler).process_request(Request(source.url))

    with closing(connect(tmp_path / "ops.db")) as db:
        migrate(db, "ops.db")
        db.execute("insert into budgets values (?, '2026-11-24', ?)", [source.id, source.per_day])
    ask("2026-11-25")
    with pytest.raises(BudgetSpent):
        ask("2026-11-24")


# --------------------------------------------------------------------- backups


def test_a_backup_made_years_ahead_does_not_pass_for_the_last_one(tmp_path: Path) -> None:
    """Otherwise nobody would hear that there has been none since, in `status` or from an alarm on the metric."""
    config = Configuration(data=tmp_path)
    open_corpus(config.corpus).close()
    metric = "infopolicy_last_backup_timestamp_seconds"
    backup(config, None, now="2099-06-01T00:00:00Z", keep=9)
    assert f"{metric} 0.0" in Metrics(tmp_path).text().decode()
    assert status(config, NOW)["last_backup"] is None
    assert "holds no whole backup" in status(config, NOW)["warnings"][0]
    backup(config, None, now="2020-06-01T00:00:00Z", keep=9)
    assert f"{metric} 1.5909696e+09" in Metrics(tmp_path).text().decode()
    found = status(config, "2020-06-01T04:00:00Z")
    assert (found["last_backup"], found["late_backup"]) == ("20200601T000000Z", [])


# --------------------------------------------------------------------- the desk


def test_a_session_begun_years_ahead_ends_with_the_clock(staff: Database) -> None:
    ana = desk_fixtures.add(staff, "Ana Reader", "approver")
    ahead = sessions.start(staff, ana, now=YEARS_AHEAD)
    assert sessions.who(staff, ahead, now=YEARS_AHEAD)
    assert sessions.who(staff, ahead, now=NOW) is None


def test_a_clock_set_back_a_little_signs_nobody_out(staff: Database) -> None:
    ana = desk_fixtures.add(staff, "Ana Reader", "approver")
    token = sessions.start(staff, ana, now=NOW)
    assert sessions.who(staff, token, now=BEFORE) == accounts.find(staff, "Ana Reader")


def test_tries_of_the_future_shut_nobody_out_and_those_of_a_moment_ago_count(staff: Database) -> None:
    for _ in range(limits.PER_NAME_AND_ORIGIN):
        assert limits.allow_attempt(staff, "Ana Reader", "192.0.2.1", YEARS_AHEAD)
    assert not limits.allow_attempt(staff, "Ana Reader", "192.0.2.1", YEARS_AHEAD)
    for _ in range(limits.PER_NAME_AND_ORIGIN):
        assert limits.allow_attempt(staff, "Ana Reader", "192.0.2.1", NOW)
    assert not limits.allow_attempt(staff, "Ana Reader", "192.0.2.1", BEFORE), "setting the clock back is no way round"


# --------------------------------------------------------------------- mail


def test_a_link_signed_a_moment_ahead_is_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    with mail_db(tmp_path) as db:
        links, real = Links.of(db), time.time
        monkeypatch.setattr(time, "time", lambda: real() + 30)
        token = links.confirm("handle", "nonce")
        monkeypatch.setattr(time, "time", real)
        assert links.read_confirm(token) == ("handle", "nonce")
        monkeypatch.setattr(time, "time", lambda: real() + 4 * 24 * 3600)
        with pytest.raises(BadLink, match="expired"):
            links.read_confirm(token)


def test_what_was_asked_in_the_future_does_not_count(tmp_path: Path) -> None:
    with mail_db(tmp_path) as db:
        links = Links.of(db)
        most = asking.PER_PERSON[0][1]
        for _ in range(most):
            assert asking.may_write(db, links, "one@example.org", YEARS_AHEAD)
        for _ in range(most):
            assert asking.may_write(db, links, "one@example.org", NOW)
        assert not asking.may_write(db, links, "one@example.org", BEFORE)


def test_a_mail_claimed_or_put_off_in_the_future_is_not_forgotten(tmp_path: Path) -> None:
    with mail_db(tmp_path) as db:
        row = {"digest_id": "d", "since": 0, "through": 1, "attempts": 1}
        for name, state, moment in (("a", "claimed", YEARS_AHEAD), ("b", "claimed", SOON[:14] + "05:00Z")):
            db.table("deliveries").insert(row | {"subscriber_id": name, "state": state, "claimed_at": moment})
        with sending(db):
            assert give_up_dead_claims(db, "2026-11-25T13:00:00Z") == 1
        states = dict(db.execute("select subscriber_id, state from deliveries").fetchall())
    assert states == {"a": "unknown", "b": "claimed"}
    assert CLAIM_MINUTES > 5
