"""DKIM (RFC 6376): a signature by which a receiver knows that a mail is from us and unchanged, if our server adds none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import dkim

from store.errors import InvalidInput

#: RFC 8058 requires signatures of the two unsubscribe headers; the others are those that a forger would change.
HEADERS = (
    b"from",
    b"to",
    b"subject",
    b"date",
    b"message-id",
    b"mime-version",
    b"content-type",
    b"list-id",
    b"list-unsubscribe",
    b"list-unsubscribe-post",
)


class BadKey(InvalidInput):
    """A key that cannot sign; the message names the setting."""


def signer(key: Path, selector: str, domain: str) -> Callable[[bytes], bytes]:
    """What puts a signature in front of a mail.

    Args:
        key: a private RSA key as PEM; its public half is in the DNS at `selector._domainkey.domain`.

    Raises:
        BadKey: it cannot be read, or is not such a key.
    """
    try:
        private = key.read_bytes()
        sign = _with(private, selector.encode("ascii"), domain.encode("idna"))
        sign(b"From: a@example.org\r\nTo: b@example.org\r\n\r\nA trial.\r\n")
    except (OSError, dkim.DKIMException, UnicodeError) as error:
        raise BadKey(
            f"dkim_file {key}: cannot sign with it ({error}); it must be an RSA key as PEM (INFOPOLICY_DKIM_FILE)"
        ) from error
    return sign


def _with(private: bytes, selector: bytes, domain: bytes) -> Callable[[bytes], bytes]:
    def sign(mail: bytes) -> bytes:
        there = {line.partition(b":")[0].strip().lower() for line in mail.partition(b"\r\n\r\n")[0].split(b"\r\n")}
        headers = [name for name in HEADERS if name in there]
        made: bytes = dkim.sign(mail, selector, domain, private, include_headers=headers)
        return made + mail

    return sign
