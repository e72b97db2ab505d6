"""Nobody can use the form to fill a third person's mailbox: limits per mailbox, per asker, per mail domain and for all.

Only keyed hashes are kept, for thirty days.
"""

from __future__ import annotations

import ipaddress
from datetime import datetime, timedelta

from sqlite_utils import Database

from digest import addresses
from digest.tokens import Links

#: (days, most) for one mailbox; hours for whoever asks; and for the whole site, so that a crowd of addresses is slow too.
PER_PERSON = ((1, 2), (30, 5))
PER_ORIGIN_HOUR = 8
PER_DOMAIN_HOUR = 40
EVERYBODY_HOUR = 300
KEEP_DAYS = 30


def may_ask(db: Database, links: Links, address: str, origin: str | None, now: str) -> bool:
    """Whether one more mail may go to this address because somebody asked for it; if so, it is counted.

    Args:
        origin: where the request comes from (an IP address), None where that is not known.
        now: UTC timestamp.
    """
    domain = addresses.person(address).rpartition("@")[2]
    whose = links.hash(addresses.person(address))
    asker = links.hash(network_of(origin), "origin") if origin else None
    db.execute("delete from requests where asked_at < ?", [ago(now, days=KEEP_DAYS)])
    hour, part = ago(now, hours=1), links.hash(domain, "domain")[:8]
    refused = (
        any(
            _count(db, now, "address_hash like ? || '%'", whose, ago(now, days=days)) >= most
            for days, most in PER_PERSON
        )
        or (asker is not None and _count(db, now, "origin_hash = ?", asker, hour) >= PER_ORIGIN_HOUR)
        or _count(db, now, "address_hash like '%' || ?", part, hour) >= PER_DOMAIN_HOUR
        or _count(db, now, "? is not null", "", hour) >= EVERYBODY_HOUR
    )
    if not refused:
        db.execute("insert into requests values (?, ?, ?)", [now, whose + part, asker])
    return not refused


def network_of(origin: str) -> str:
    """What the limits count as one sender: an IPv4 address, or the /64 network of an IPv6 address.

    One customer gets at least a /64, so its addresses are as many as anybody wants.
    """
    try:
        found = ipaddress.ip_address(origin.partition("%")[0])
    except ValueError:  # a proxy says something else; it still names one sender
        return origin
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ipaddress.IPv6Network((found, 64), strict=False))


def ago(now: str, **distance: float) -> str:
    return (datetime.fromisoformat(now) - timedelta(**distance)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _count(db: Database, now: str, condition: str, value: str, since: str) -> int:
    # What was asked while the clock was far ahead must not count until then.
    counted = f"select count(*) from requests where {condition} and asked_at between ? and ?"
    return db.execute(counted, [value, since, ago(now, days=-1)]).fetchone()[0]
