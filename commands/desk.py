"""Who may enter the desk. Works while the site runs: the next request sees the change."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import click

from commands.session import Session, Stop, plain_errors, private_files
from commands.tagging import positions
from store.clock import utc_now

ROLES = click.Choice(["viewer", "reviewer", "approver"])
#: And a coalition partner, whose account lies in partners.db and opens no page of staff.
ANYBODY = click.Choice([*ROLES.choices, "partner"])


@contextmanager
def staff_room(session: Session) -> Iterator[Any]:
    """staff.db, open, and what can go wrong with an account told in one sentence."""
    from store.connect import open_staff

    with plain_errors(), private_files(session, "staff.db"), closing(open_staff(session.config.staff)) as db:
        yield db


@contextmanager
def _partner_room(session: Session) -> Iterator[Any]:
    """partners.db, likewise; None where there is none and so nobody in it."""
    from store.connect import open_partners

    with plain_errors(), private_files(session, "partners.db"):
        if not session.config.partners.exists():
            yield None
            return
        with closing(open_partners(session.config.partners)) as db:
            yield db


@contextmanager
def _account(session: Session, name: str) -> Iterator[tuple[Any, Any]]:
    """The file that holds the account of this name, and the account: staff first, then partners."""
    from desk.accounts import accounts

    with staff_room(session) as staff, _partner_room(session) as partners:
        for db in filter(None, (staff, partners)):
            if found := accounts.find(db, name):
                yield db, found
                return
        raise Stop(f"there is no account called {name!r}: see infopolicy user list", 2)


def _free(db: Any, name: str) -> None:
    """A name is given once, whoever has it: both sign in at the same door."""
    from desk.accounts import accounts

    if db is not None and accounts.find(db, name):
        raise accounts.AccountError(f"{name}: there is already an account of this name or email address")


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
@click.option(
    "--role",
    type=ANYBODY,
    default="reviewer",
    show_default=True,
    help="Reads; decides; publishes stances; or speaks for a coalition partner.",
)
@click.option("--email", help="The email address by which single sign-on knows the person.")
@click.option("--unit", help="The unit the person works for.")
@click.option("--organization", help="The partner organization the person speaks for, with --role partner.")
@click.option("--no-password", is_flag=True, help="Enter through single sign-on only.")
@click.pass_obj
def user_add(
    session: Session,
    name: str,
    role: str,
    email: str | None,
    unit: str | None,
    organization: str | None,
    no_password: bool,
) -> None:
    """Make an account for NAME. Type the password, or give it on standard input.

    \b
    infopolicy user add "Ana Reader" --role approver --unit "Public Policy & Advocacy"
    infopolicy user add "Dana Partner" --role partner --organization "Electronic Frontier Foundation"
    """
    from desk.accounts import accounts, units
    from desk.partners import partners
    from store.connect import open_partners

    if (role == "partner") != bool(organization):
        raise Stop("--role partner and --organization go together", 2)
    with staff_room(session) as staff, _partner_room(session) as others:
        _free(staff if organization else others, name)
        password = None if no_password else _password(name)
        if not organization:
            made = accounts.add(staff, name, role=role, password=password, now=utc_now(), email=email, unit=unit)
            if unit:
                units.enroll(staff, made, unit, utc_now())
        else:
            with closing(open_partners(session.config.partners)) as db:
                made = partners.add_partner(db, name, organization, password=password, now=utc_now(), email=email)
    session.say(f"{made.name} may sign in as {made.role}" + (f" of {made.unit}" if organization else ""))


@user.command("list")
@click.pass_obj
def user_list(session: Session) -> None:
    """Every account with its role and its unit or organization, and whether it is closed."""
    from desk.accounts import accounts

    with staff_room(session) as staff, _partner_room(session) as partners:
        for each in [each for db in filter(None, (staff, partners)) for each in accounts.all_accounts(db)]:
            parts = [each.name, each.role, each.unit, each.email, "closed" if each.disabled_at else None]
            click.echo("\t".join(part or "-" for part in parts[:4]) + ("\tclosed" if parts[4] else ""))


@user.command("disable")
@click.argument("name")
@click.option("--again", is_flag=True, help="Open the account again.")
@click.pass_obj
def user_disable(session: Session, name: str, again: bool) -> None:
    """Close the account of NAME: every session ends at once. What the person decided stays, with the name."""
    from desk.accounts import accounts

    with _account(session, name) as (db, account):
        accounts.set_disabled(db, account, not again, now=utc_now())
    session.say(f"{name} is {'open again' if again else 'closed'}")


@user.command("password")
@click.argument("name")
@click.pass_obj
def user_password(session: Session, name: str) -> None:
    """Give NAME another password, typed or from standard input; every session of the account ends."""
    from desk.accounts import accounts

    with _account(session, name) as (db, account):
        accounts.set_password(db, account, _password(account.name), now=utc_now())
    session.say("changed; the person signs in again")


@user.command("role")
@click.argument("name")
@click.argument("role", type=ROLES)
@click.pass_obj
def user_role(session: Session, name: str, role: str) -> None:
    """Make NAME a viewer (reads), a reviewer (decides) or an approver (also publishes stances and outcomes)."""
    from desk.accounts import accounts

    with _account(session, name) as (db, account):
        if account.role == "partner":
            raise Stop(f"{name}: a partner stays one; make an account of another name for somebody of staff", 2)
        accounts.set_role(db, account, role, now=utc_now())
    session.say(f"{name} is {role} now")


@user.command("email")
@click.argument("name")
@click.argument("address")
@click.pass_obj
def user_email(session: Session, name: str, address: str) -> None:
    """Give NAME another email address, for notices and for single sign-on."""
    from desk.accounts import accounts

    with _account(session, name) as (db, account):
        accounts.set_email(db, account, address, now=utc_now())
    session.say(f"{name} is written to at {address} now")


@positions.command("proposals")
@click.pass_obj
def positions_proposals(session: Session) -> None:
    """Edits of positions that staff proposed on the desk: number, what became of it, position, who proposed it."""
    from desk.intake import proposals

    with staff_room(session) as db:
        found = proposals.listed(db)
    for row in found:
        click.echo(f"{row['id']}\t{row['state']}\t{row['position_id']}\t{row['proposer']}")
    if not found:
        session.say("nobody has proposed an edit of a position yet")


@positions.command("patch")
@click.argument("number", type=click.IntRange(min=1))
@click.pass_obj
def positions_patch(session: Session, number: int) -> None:
    """Print proposal NUMBER, which an approver has accepted, as a patch of the catalog.

    \b
    infopolicy positions patch 3 | git apply      then look at it, run the tests, and commit it
    """
    from desk.intake import proposals

    with staff_room(session) as db:
        _, body = proposals.patch(db, number)
    click.echo(body, nl=False)
