"""Addresses: the network that a sender counts as, for limits, and the host by which the site is reached."""

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


def from_here(host: str) -> str:
    """By which host this machine reaches what listens on one: 0.0.0.0 stands for all of them, and a link cannot name it."""
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)
