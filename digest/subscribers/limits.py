"""Nobody can use the form to fill a third person's mailbox, and nobody can keep others from subscribing.

Requests of one sender are counted before the address is looked up, and refused openly. Emails to one mailbox are limited
silently, because an answer would reveal that somebody has requested one. Confirmation emails to one domain, and in all, are
sent at a limited pace: the others wait for their turn, every sender's first email before anyone's second.
"""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from digest.subscribers import addresses
from digest.subscribers.tokens import Links
from pages.http.language import gettext as _
from store.clock import ago
from store.errors import InvalidInput
from store.network import network_of

#: (days, most) for one mailbox; wishes of one sender an hour.
PER_PERSON = ((1, 2), (30, 5))
PER_ORIGIN_HOUR = 8
#: Confirmation emails sent in an hour, to one domain and in all.
PER_DOMAIN_HOUR = 40
EVERYBODY_HOUR = 300
#: Hours of waiting after which a request is refused; after the second number, even a sender's first.
LONGEST_WAIT = 24
LONGEST_WAIT_AT_ALL = 120
KEEP_DAYS = 30


class TooMany(InvalidInput):
    """A request that is refused for any address; the message says why and when to come back."""


def take_turn(db: Database, links: Links, address: str, origin: str | None, now: str) -> tuple[int, int]:
    """Count a wish of this sender, before anything looks its address up.

    Args:
        origin: where the request comes from (an IP address), None where that is not known.
        now: UTC timestamp.

    Returns:
        1 for the sender's first request within a day, 2 for the second; and about how many hours the email waits for its turn.
        Both count requests, not emails, so they reveal nothing about an address.

    Raises:
        TooMany: too many requests of this sender, or too many emails wait.
    """
    db.execute("delete from requests where asked_at < ?", [ago(now, days=KEEP_DAYS)])
    asker = links.hash(network_of(origin), "origin") if origin else None
    if asker and _count(db, now, "origin_hash = ?", asker, ago(now, hours=1)) >= PER_ORIGIN_HOUR:
        said = _("your network has asked for %(number)s subscriptions within an hour. Please try again in an hour")
        raise TooMany(said % {"number": PER_ORIGIN_HOUR})
    turn = 1 + (_count(db, now, "origin_hash = ?", asker, ago(now, days=1)) if asker else 0)
    wish = f"@{domain_of(links, address)}"
    hours = max(_hours(db, now, wish, PER_DOMAIN_HOUR), _hours(db, now, "@%", EVERYBODY_HOUR))
    if hours > (LONGEST_WAIT_AT_ALL if turn == 1 else LONGEST_WAIT):
        raise TooMany(_("more people are subscribing than we can write to. Please try again tomorrow"))
    db.execute("insert into requests values (?, ?, ?)", [now, wish, asker])
    return turn, hours


def _hours(db: Database, now: str, wish: str, pace: int) -> int:
    """Return how many hours the waiting requests take at this many emails an hour."""
    asked = "select asked_at from requests where address_hash like ? and asked_at between ? and ? order by asked_at"
    free, present = 0.0, _seconds(now)
    for row in db.execute(asked, [wish, ago(now, hours=LONGEST_WAIT_AT_ALL), ago(now, days=-1)]):
        free = max(free, min(_seconds(row[0]), present)) + 3600 / pace
    return max(0, int((free - present + 1) // 3600))


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def may_write(db: Database, links: Links, address: str, now: str) -> bool:
    """Whether one more email may go to this mailbox. If so, count it."""
    whose = links.hash(addresses.person(address))
    if any(_count(db, now, "address_hash = ?", whose, ago(now, days=days)) >= most for days, most in PER_PERSON):
        return False
    db.execute("insert into requests values (?, ?, null)", [now, whose])
    return True


def domain_of(links: Links, address: str) -> str:
    """Return a keyed hash of the domain, for counting emails per domain."""
    return links.hash(address.casefold().rpartition("@")[2], "domain")


def release(db: Database, now: str) -> int:
    """Release the waiting emails whose turn it is; return how many."""
    hour = [ago(now, hours=1), ago(now, days=-1)]
    gone = "select domain_hash, count(*) as letters from deliveries where released_at between ? and ? group by 1"
    left = EVERYBODY_HOUR - sum(row[1] for row in db.execute(gone, hour).fetchall())
    found = db.execute(
        f"with gone as ({gone}), waiting as (select digest_id, subscriber_id, turn, domain_hash, row_number() over ("
        "partition by domain_hash order by turn, digest_id, subscriber_id) as place from deliveries where state = 'held') "
        "select digest_id, subscriber_id from waiting left join gone using (domain_hash) "
        "where place + coalesce(letters, 0) <= ? order by turn, digest_id, subscriber_id limit ?",
        [*hour, PER_DOMAIN_HOUR, max(0, left)],
    ).fetchall()
    for key in found:
        db.execute(
            "update deliveries set state = 'queued', released_at = ? where digest_id = ? and subscriber_id = ?",
            [now, *key],
        )
    return len(found)


def _count(db: Database, now: str, condition: str, value: str, since: str) -> int:
    # What was asked while the clock was far ahead must not count until then.
    counted = f"select count(*) from requests where {condition} and asked_at between ? and ?"
    return db.execute(counted, [value, since, ago(now, days=-1)]).fetchone()[0]
