"""The network that a sender counts as, for limits."""

from __future__ import annotations

import ipaddress


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
