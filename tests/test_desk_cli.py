"""Accounts on the command line; and what people decided outlives every crawl and rebuild, to the byte."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from desk_fixtures import NOW, PASSWORD, SECRET, Browser, user  # noqa: F401
from sample import CRAWL, MIRROR, Sample, sample  # noqa: F401

import serve
from desk.accounts import accounts
from desk.reviews import reviews
from desk.reviews.reviews import Verdict
from settings import Configuration
from store.connect import open_staff
from store.schema.staff import APPEND_ONLY

pytestmark = pytest.mark.slow


def test_an_account_from_the_first_word_to_the_last(user: Callable[..., Result], tmp_path: Path) -> None:
    made = user("add", "Ana Reader", "--role", "approver", "--unit", "Office", typed=PASSWORD + "\n")
    assert (made.exit_code, made.stdout) == (0, "Ana Reader may sign in as approver\n")
    staff = tmp_path / "data" / "staff.db"
    assert stat.S_IMODE(staff.stat().st_mode) == 0o600
    assert PASSWORD.encode() not in staff.read_bytes()
    user("add", "Ben", "--email", "ben@example.org", "--no-password")
    assert user("list").stdout == ("Ana Reader\tapprover\tOffice\t-\nBen\treviewer\t-\tben@example.org\n")
    assert user("role", "ana reader", "viewer").exit_code == 0
    assert user("password", "Ana Reader", typed="a new long password\n").exit_code == 0
    assert user("disable", "Ben").exit_code == 0
    assert user("list").stdout == ("Ana Reader\tviewer\tOffice\t-\nBen\treviewer\t-\tben@example.org\tclosed\n")
    assert user("disable", "Ben", "--again").exit_code == 0
    with closing(open_staff(staff)) as db:
        happened = [row[0] for row in db.execute("select what from audit where what not like '%unit%' order by id")]
    assert happened == [
        "account added",
        "account added",
        "role changed",
        "password changed",
        "account closed",
        "account opened",
    ]


@pytest.mark.parametrize(
    ("arguments", "typed", "message"),
    [
        (("add", "Ana"), "short\n", "at least 12"),
        (("add", "Ana"), "", "no password came"),
        (("add", "A"), PASSWORD, "2 to 60 letters"),
        (("add", "<script>"), PASSWORD, "2 to 60 letters"),
        (("add", "Ana", "--email", "nonsense"), PASSWORD, "not an email address"),
        (("add", "Ana", "--no-password"), "", "needs a password"),
        (("add", "Ana", "--role", "king"), PASSWORD, "king"),
        (("role", "Nobody", "viewer"), "", "no account called"),
        (("disable", "Nobody"), "", "no account called"),
        (("password", "Nobody"), PASSWORD, "no account called"),
    ],
)
def test_what_cannot_be_is_told_and_changes_nothing(
    user: Callable[..., Result], arguments: tuple[str, ...], typed: str, message: str
) -> None:
    done = user(*arguments, typed=typed)
    assert done.exit_code == 2
    assert message in done.stderr
    assert user("list").stdout == ""


def test_a_name_is_given_once(user: Callable[..., Result]) -> None:
    user("add", "Ana Reader", typed=PASSWORD)
    again = user("add", "ANA  READER", typed=PASSWORD)
    assert again.exit_code == 2
    assert "already an account" in again.stderr


def _facts(staff: Path) -> dict[str, list[tuple[Any, ...]]]:
    with closing(sqlite3.connect(staff)) as db:
        return {table: db.execute(f"select * from {table} order by id").fetchall() for table in APPEND_ONLY}


async def test_decisions_outlive_crawl_and_rebuild_and_a_new_account_needs_no_restart(
    infopolicy: Callable[..., Any], sample: Sample, tmp_path: Path
) -> None:
    sample.copy(tmp_path / "data")
    config = Configuration(data=tmp_path / "data", site="http://localhost")
    browser = Browser(serve.build(config.corpus, secret=SECRET, desk=config).app())
    assert (await browser.sign_in()).status_code == 403
    # The site runs on; the account is made beside it.
    infopolicy("user", "add", "Ana Reader", "--role", "approver", input=PASSWORD)
    assert (await browser.sign_in()).status_code == 302

    with closing(open_staff(config.staff, config.corpus)) as db:
        ana = accounts.find(db, "Ana Reader")
        assert ana
        tagged = db.execute("select document_id, area_id from corpus.tags order by 1, 2").fetchall()
        document_id, area = tagged[0]
        rejected = next(row for row in tagged if row[0] != document_id)
        given = [
            Verdict(document_id=document_id, subject=f"area:{area}", verdict="confirm", note="for us alone"),
            Verdict(document_id=rejected[0], subject=f"area:{rejected[1]}", verdict="reject"),
            Verdict(
                document_id=document_id,
                subject="stance",
                verdict="confirm",
                value="support",
                reason="It helps readers.",
                source="https://example.org/letter",
                published=True,
            ),
        ]
        reviews.record(db, ana, given, now=NOW)
    before = _facts(config.staff)
    assert len(before["reviews"]) == 3
    for command in (("rebuild",), ("rebuild", "--all"), CRAWL, ("publish",)):
        done = infopolicy(*command, mirror=MIRROR)
        assert done.returncode == 0, done.stderr
        assert _facts(config.staff) == before, command
    with closing(sqlite3.connect(config.corpus)) as corpus:
        assert corpus.execute(
            "select subject, verdict, value from decisions order by document_id = ? desc, subject", [document_id]
        ).fetchall() == [
            (f"area:{area}", "confirm", None),
            ("stance", "confirm", "support"),
            (f"area:{rejected[1]}", "reject", None),
        ]
        listed = corpus.execute(
            "select 1 from listing where document_id = ? and area_id = ?", [rejected[0], rejected[1]]
        ).fetchall()
    assert listed == []
    page = (await browser.get(f"/documents/{document_id}")).text
    assert "It helps readers." in page
    assert "for us alone" not in page
