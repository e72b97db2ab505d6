"""Who reads: asking twice before the first mail, changing and leaving by a link, and forgetting a person on request.

An answer never reveals whether an address is known: it is the same for new, known and suppressed addresses.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from digest.subscribers import addresses
from digest.subscribers.limits import domain_of, may_write, release, take_turn
from digest.subscribers.preferences import FREQUENCIES, LANGUAGES, LISTS, BadPreferences, Preferences
from digest.subscribers.tokens import BadLink, Links
from pages.http.language import gettext as _

CONFIRM, KNOWN = "confirm", "known"
#: The subscriptions of one address, those that it has left too.
_OF_ADDRESS = "address_key = ? or address_hash = ?"
#: A mail of one person that has not gone out.
_WAITING = "subscriber_id = ? and state in ('held', 'queued', 'retry')"


@dataclass(frozen=True, kw_only=True)
class Subscriber:
    """One person on one list. `address` is None once they have left."""

    id: str
    list: str
    address: str | None
    state: str
    frequency: str
    language: str
    preferences: Preferences
    handle: str
    nonce: str | None
    confirmed_at: str | None


def subscribe(
    db: Database,
    address: str,
    preferences: Preferences,
    *,
    now: str,
    list_: str = "public",
    frequency: str = "weekly",
    language: str = "en",
    origin: str | None = None,
) -> tuple[bool, int]:
    """Take a wish to subscribe: one mail is queued, to confirm it or, for who already reads, with the link to manage.

    Returns:
        whether an email was queued, which the answer must not reveal; and about how many hours it waits for
        its turn, the same for every address.

    Raises:
        BadAddress, BadPreferences: what was typed cannot be used.
        TooMany: too many requests of this sender, or too many emails wait; the same for every address.
    """
    _check(list_, frequency, language)
    address = addresses.address(address)
    links = Links.of(db)
    with db.atomic():
        turn, hours = take_turn(db, links, address, origin, now)
        if is_suppressed(db, address) or not may_write(db, links, address, now):
            return False, hours
        place = {"turn": turn, "domain_hash": domain_of(links, address)}
        key = addresses.key(address)
        found = _one(db, "address_key = ? and list = ?", [key, list_])
        if found and found.state == "confirmed":
            _queue(db, KNOWN, found.id, now, place)
            return True, hours
        values = {
            "address": address,
            "address_key": key,
            "address_hash": links.hash(key),
            "list": list_,
            "state": "pending",
            "frequency": frequency,
            "language": language,
            "preferences": preferences.dump(),
            "handle": secrets.token_urlsafe(18),
            "nonce": secrets.token_urlsafe(12),
            "created_at": now,
            "left_at": None,
        }
        identity = found.id if found else secrets.token_hex(8)
        db.table("subscribers").upsert({"id": identity, **values}, pk="id")
        _queue(db, CONFIRM, identity, now, place)
    return True, hours


def _check(list_: str, frequency: str, language: str) -> None:
    for value, allowed in ((list_, LISTS), (frequency, FREQUENCIES), (language, LANGUAGES)):
        if value not in allowed:
            said = _("there is no “%(value)s”; choose one of %(choices)s")
            raise BadPreferences(said % {"value": value[:40], "choices": ", ".join(allowed)})


def _queue(db: Database, kind: str, subscriber_id: str, now: str, place: dict[str, Any]) -> None:
    """Queue one email of this kind; it replaces an older one that has not been sent."""
    db.execute(f"delete from deliveries where digest_id like ? || '-%' and {_WAITING}", [kind, subscriber_id])
    row = {"digest_id": f"{kind}-{now}", "subscriber_id": subscriber_id, "state": "held", "since": 0, "through": 0}
    db.table("deliveries").insert(row | place, ignore=True)
    release(db, now)


def confirm(db: Database, token: str, *, now: str) -> Subscriber:
    """The person pressed the button of the confirming page. A second time changes nothing.

    Raises:
        BadLink: not ours, too old, replaced by a newer one, or the person has left since.
    """
    with db.atomic():
        person = for_confirm(db, token)
        if person.state == "pending":
            db.execute(
                "update subscribers set state = 'confirmed', confirmed_at = ?, nonce = null where id = ?",
                [now, person.id],
            )
            db.execute(f"update deliveries set state = 'superseded' where {_WAITING}", [person.id])
    return by_handle(db, person.handle)


def for_confirm(db: Database, token: str) -> Subscriber:
    """Whose confirming link it is, without changing anything.

    Raises:
        BadLink: as for confirm.
    """
    handle, nonce = Links.of(db).read_confirm(token)
    person = by_handle(db, handle)
    if person.state == "pending" and person.nonce != nonce:
        raise BadLink("this link was replaced by a newer one", expired=True)
    return person


def for_manage(db: Database, token: str) -> Subscriber:
    return by_handle(db, Links.of(db).read_manage(token))


def for_leave(db: Database, token: str) -> Subscriber | None:
    """Who leaves by this link: the person it was made for or, when they have left and come back, their present subscription.

    None when no subscription goes with it any more.

    Raises:
        BadLink: not one of our links.
    """
    made_for = _one(db, "handle = ?", [Links.of(db).read_leave(token)])
    if made_for is None or made_for.state != "left":
        return made_for
    back = "list = ? and state <> 'left' and address_hash = (select address_hash from subscribers where id = ?)"
    return _one(db, back, [made_for.list, made_for.id])


def by_handle(db: Database, handle: str) -> Subscriber:
    if person := _one(db, "handle = ? and state in ('pending', 'confirmed')", [handle]):
        return person
    raise BadLink("whoever had this link has left the list", left=True)


def change(db: Database, person: Subscriber, preferences: Preferences, *, frequency: str, language: str) -> None:
    """Save what the person chose on the page behind their managing link.

    Raises:
        BadPreferences: a frequency or language that does not exist.
    """
    _check(person.list, frequency, language)
    db.execute(
        "update subscribers set preferences = ?, frequency = ?, language = ? where id = ?",
        [preferences.dump(), frequency, language, person.id],
    )


def leave(db: Database, person: Subscriber, *, now: str) -> None:
    """Off the list, at once: what waits is not sent, and the address and the choices are forgotten.

    The keyed hash of the address stays, for `for_leave`.
    """
    with db.atomic():
        db.execute(
            "update subscribers set state = 'left', left_at = ?, address = null, address_key = null, nonce = null, "
            "preferences = '{}' where id = ?",
            [now, person.id],
        )
        db.execute(f"update deliveries set state = 'superseded', error = 'left the list' where {_WAITING}", [person.id])


def suppress(db: Database, address: str, reason: str, *, now: str) -> None:
    """Never write to this address again, on any list."""
    db.execute(
        "insert into suppressions values (?, ?, ?) on conflict do nothing",
        [Links.of(db).hash(addresses.key(address)), reason[:300], now],
    )


def is_suppressed(db: Database, address: str) -> bool:
    hashed = Links.of(db).hash(addresses.key(address))
    return db.execute("select 1 from suppressions where address_hash = ?", [hashed]).fetchone() is not None


def export(db: Database, address: str) -> dict[str, Any]:
    """Everything mail.db holds of one person, ready for JSON; empty lists when it holds nothing.

    Raises:
        BadAddress: not an address.
    """
    address = addresses.address(address)
    links = Links.of(db)
    found = _rows(db, f"select * from subscribers where {_OF_ADDRESS}", _ids_of_address(links, address))
    for row in found:
        row.pop("handle"), row.pop("nonce")
        row["deliveries"] = _rows(
            db, "select digest_id, state, sent_at, error, items from deliveries where subscriber_id = ?", [row["id"]]
        )
    return {
        "subscriptions": found,
        "suppressed": _rows(
            db, "select reason, added_at from suppressions where address_hash = ?", [links.hash(addresses.key(address))]
        ),
        "requests": _rows(
            db,
            "select asked_at from requests where address_hash like ? || '%'",
            [links.hash(addresses.person(address))],
        ),
    }


def _ids_of_address(links: Links, address: str) -> list[str]:
    return [addresses.key(address), links.hash(addresses.key(address))]


def erase(db: Database, address: str) -> int:
    """Forget one person: subscriptions, deliveries, requests. A suppression stays, as a hash that names nobody.

    Returns:
        the number of subscriptions that were forgotten.

    Raises:
        BadAddress: not an address.
    """
    address = addresses.address(address)
    with db.atomic():
        whose = _ids_of_address(Links.of(db), address)
        ids = [row[0] for row in db.execute(f"select id from subscribers where {_OF_ADDRESS}", whose)]
        for identity in ids:
            db.execute("delete from deliveries where subscriber_id = ?", [identity])
            db.execute("delete from subscribers where id = ?", [identity])
        hashed = Links.of(db).hash(addresses.person(address))
        db.execute("delete from requests where address_hash like ? || '%'", [hashed])
    # The rows are deleted from the tables; this removes them from the file as well.
    db.execute("vacuum")
    db.execute("pragma wal_checkpoint(truncate)")
    return len(ids)


def get(db: Database, subscriber_id: str) -> Subscriber | None:
    return _one(db, "id = ?", [subscriber_id])


def _one(db: Database, condition: str, values: list[Any]) -> Subscriber | None:
    rows = _rows(db, f"select * from subscribers where {condition}", values)
    return person(rows[0]) if rows else None


def person(row: dict[str, Any]) -> Subscriber:
    names = ("id", "list", "address", "state", "frequency", "language", "handle", "nonce", "confirmed_at")
    return Subscriber(**{name: row[name] for name in names}, preferences=Preferences.load(row["preferences"]))


def _rows(db: Database, sql: str, values: list[Any]) -> list[dict[str, Any]]:
    return list(db.query(sql, values))
