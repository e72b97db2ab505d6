"""Post to addresses in the public internet and to nothing else, so that a webhook cannot reach what stands inside.

The name is looked up here, every address behind it is checked, and the connection goes to the checked number: a name that has
another address a moment later cannot lead inside. TLS still asks for the certificate of the name.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import httpx

#: Seconds for each step of a connection.
TIMEOUT = 10.0
#: What holds IPv4 addresses inside of IPv6: translators (RFC 6052, RFC 8215) and 6to4.
_HOLDS_IPV4 = tuple(map(ipaddress.IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))
Resolve = Callable[[str, int], list[str]]


@dataclass(frozen=True)
class Refusal(Exception):
    """An address that may not be asked; the message says why."""

    why: str

    def __str__(self) -> str:
        return self.why


@dataclass(frozen=True)
class Reply:
    """What a receiver answered. ``retry_after``: seconds, where it gave them."""

    status: int
    retry_after: int | None = None


def check_address(url: str) -> httpx.URL:
    """An https address that may be asked, before its name is looked up.

    Raises:
        ValueError: it is none, has a name or password in it, or names a number that is not public.
    """
    try:
        found = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise ValueError(f"this is no address ({error})") from error
    if found.scheme != "https" or not found.host:
        raise ValueError("must be an https:// address")
    if found.userinfo or found.fragment:
        raise ValueError("must have no name, password, or # in it")
    try:
        number = ipaddress.ip_address(found.host)
    except ValueError:
        return found
    if not is_public(str(number)):
        raise ValueError("is no address in the public internet")
    return found


def is_public(address: str) -> bool:
    """Whether a number is of the public internet: not private, local, shared, reserved, multicast, or one that hides IPv4."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return is_public(str(found.ipv4_mapped))
        if any(found in each for each in _HOLDS_IPV4):
            return False
    return found.is_global and not found.is_multicast and "%" not in address


def look_up(host: str, port: int) -> list[str]:
    """Every address of a name.

    Raises:
        OSError: it has none.
    """
    return list(dict.fromkeys(str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


def post(
    url: str,
    body: bytes,
    headers: dict[str, str],
    *,
    resolve: Resolve = look_up,
    permitted: Callable[[str], bool] = is_public,
) -> Reply:
    """Post once; redirects and proxies are not followed, and the body of the answer is not read.

    Raises:
        Refusal: the name has an address that is not public.
        OSError, httpx.HTTPError: it was not reached, or did not answer.
    """
    asked = httpx.URL(url)
    port = asked.port or {"https": 443, "http": 80}[asked.scheme]
    numbers = resolve(asked.host, port)
    if not numbers or not all(map(permitted, numbers)):
        raise Refusal(f"{asked.host} has an address that is not in the public internet")
    with httpx.Client(trust_env=False, follow_redirects=False, timeout=TIMEOUT) as client:
        return _first_that_connects(client, asked, numbers, body, headers)


def _first_that_connects(
    client: httpx.Client, asked: httpx.URL, numbers: Iterable[str], body: bytes, headers: dict[str, str]
) -> Reply:
    failed: httpx.ConnectError | httpx.ConnectTimeout | None = None
    for number in numbers:
        request = client.build_request(
            "POST",
            asked.copy_with(host=number),
            content=body,
            headers={**headers, "host": asked.netloc.decode("ascii"), "accept-encoding": "identity"},
            extensions={"sni_hostname": asked.host},
        )
        try:
            answer = client.send(request, stream=True)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            failed = error
            continue
        answer.close()
        wait = answer.headers.get("retry-after", "")
        return Reply(answer.status_code, int(wait) if wait.isascii() and wait.isdigit() and len(wait) < 7 else None)
    assert failed is not None
    raise failed
