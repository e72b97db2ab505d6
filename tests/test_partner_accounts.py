"""Accounts of partners on the command line."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result
from desk_fixtures import PASSWORD, user  # noqa: F401
from test_desk_partners import EFF

pytestmark = pytest.mark.slow


def test_an_account_of_a_partner(user: Callable[..., Result], tmp_path: Path) -> None:
    user("add", "Ana Reader", typed=PASSWORD)
    done = user("add", EFF, "--role", "partner", "--organization", "EFF", typed=PASSWORD)
    assert (done.exit_code, done.stdout) == (0, "Dana Partner may sign in as partner of EFF\n")
    file = tmp_path / "data" / "partners.db"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert user("list").stdout == "Ana Reader\treviewer\t-\t-\nDana Partner\tpartner\tEFF\t-\n"
    with closing(sqlite3.connect(tmp_path / "data" / "staff.db")) as staff:
        assert staff.execute("select name from accounts").fetchall() == [("Ana Reader",)]
    for again in (("add", EFF), ("add", "ana reader", "--role", "partner", "--organization", "EFF")):
        taken = user(*again, typed=PASSWORD)
        assert (taken.exit_code, "already an account" in taken.stderr) == (2, True)
    assert user("password", EFF, typed="another long password").exit_code == 0
    assert user("disable", EFF).exit_code == 0
    assert user("list").stdout.endswith("EFF\t-\tclosed\n")
    stays = user("role", EFF, "viewer")
    assert (stays.exit_code, "a partner stays one" in stays.stderr) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--role", "partner"), "go together"),
        (("--organization", "EFF"), "go together"),
        (("--role", "partner", "--organization", "x"), "2 to 80 characters"),
        (("--role", "partner", "--organization", "EFF", "--no-password"), "needs a password"),
    ],
)
def test_what_makes_no_partner(user: Callable[..., Result], arguments: tuple[str, ...], says: str) -> None:
    done = user("add", EFF, *arguments, typed=PASSWORD)
    assert (done.exit_code, says in done.stderr) == (2, True)
    assert user("list").stdout == ""
