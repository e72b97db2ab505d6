"""Who may enter the desk. Works while the site runs: the next request sees the change."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import click

from commands.session import Session, Stop, now, plain_errors

ROLES = click.Choice(["viewer", "reviewer", "approver"])


@contextmanager
def staff_room(session: Session) -> Iterator[Any]:
    """staff.db, open, and what can go wrong with an account told in one sentence."""
    from desk.accounts import AccountError
    from desk.passwords import BadPassword
    from desk.tables import open_staff

    with plain_errors(), closing(open_staff(session.config.staff)) as db:
        try:
            yield db
        except (AccountError, BadPassword) as error:
            raise Stop(str(error), 2) from error


def _account(db: Any, name: str) -> Any:
    from desk import accounts

    found = accounts.find(db, name)
    if found is None:
        raise Stop(f"there is no account called {name!r}: see infopolicy user list", 2)
    return found


def _password(name: str) -> str:
    """Typed twice, or the first line of standard input where that is no terminal; never an option, which others could see."""
    if sys.stdin.isatty():
        return click.prompt(f"Password for {name}", hide_input=True, confirmation_prompt=True)
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise Stop("no password came on standard input", 2)
    return line


@click.group()
def user() -> None:
    """Who may enter the desk, and in which role."""


@user.command("add")
@click.argument("name")
@click.option("--role", type=ROLES, default="reviewer", show_default=True, help="Reads; decides; publishes stances.")
@click.option("--email", help="The mail address by which single sign-on knows the person.")
@click.option("--unit", help="The unit of ALA the person works for.")
@click.option("--no-password", is_flag=True, help="Enter through single sign-on only.")
@click.pass_obj
def user_add(
    session: Session, name: str, role: str, email: str | None, unit: str | None, no_password: bool
) -> None:  # fmt: skip
    """Make an account for NAME. The password is asked for, or read from standard input."""
    from desk import accounts

    with staff_room(session) as db:
        password = None if no_password else _password(name)
        made = accounts.add(db, name, role=role, password=password, now=now(), email=email, unit=unit)
    session.say(f"{made.name} may sign in as {made.role}")


@user.command("list")
@click.pass_obj
def user_list(session: Session) -> None:
    """Every account with its role and unit, and whether it is closed."""
    from desk import accounts

    with staff_room(session) as db:
        for each in accounts.all_accounts(db):
            parts = [each.name, each.role, each.unit, each.email, "closed" if each.disabled_at else None]
            click.echo("\t".join(part or "-" for part in parts[:4]) + ("\tclosed" if parts[4] else ""))


@user.command("disable")
@click.argument("name")
@click.option("--again", is_flag=True, help="Open the account again.")
@click.pass_obj
def user_disable(session: Session, name: str, again: bool) -> None:
    """Close the account of NAME: every session ends at once. What the person decided stays, with the name."""
    from desk import accounts

    with staff_room(session) as db:
        accounts.set_disabled(db, _account(db, name), not again, now=now())
    session.say(f"{name} is {'open again' if again else 'closed'}")


@user.command("password")
@click.argument("name")
@click.pass_obj
def user_password(session: Session, name: str) -> None:
    """Give NAME another password, typed or from standard input; every session of the account ends."""
    from desk import accounts

    with staff_room(session) as db:
        account = _account(db, name)
        accounts.set_password(db, account, _password(account.name), now=now())
    session.say("changed; the person signs in again")


@user.command("role")
@click.argument("name")
@click.argument("role", type=ROLES)
@click.pass_obj
def user_role(session: Session, name: str, role: str) -> None:
    """Make NAME a viewer (reads), a reviewer (decides) or an approver (also publishes stances)."""
    from desk import accounts

    with staff_room(session) as db:
        accounts.set_role(db, _account(db, name), role, now=now())
    session.say(f"{name} is {role} now")
