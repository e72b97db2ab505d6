"""Passwords, kept as datasette-auth-passwords keeps them (pbkdf2_sha256$iterations$salt$hash), so that hashes can move.

The form is theirs and the code ours: installed, that package would open a login page and HTTP Basic of its own.
"""

from __future__ import annotations

import base64
import hashlib
import secrets

from store.errors import InvalidInput

ALGORITHM = "pbkdf2_sha256"
ITERATIONS = 600_000
SHORTEST = 12
LONGEST = 1_000


class BadPassword(InvalidInput):
    """A password that may not be chosen; the message says why."""


def hash_password(password: str, salt: str | None = None, iterations: int | None = None) -> str:
    salt, iterations = salt or secrets.token_hex(16), iterations or ITERATIONS
    made = hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), iterations)
    return f"{ALGORITHM}${iterations}${salt}${base64.b64encode(made).decode('ascii')}"


def verify_password(password: str, stored: str | None) -> bool:
    """Whether this is the password; takes as long for nobody's password as for a wrong one: one hash."""
    parts = (stored or _nobodys_hash()).split("$")
    if len(parts) != 4 or parts[0] != ALGORITHM or not parts[1].isdecimal() or len(password) > LONGEST:
        return False
    made = hash_password(password, parts[2], int(parts[1]))
    return secrets.compare_digest(made.encode(), "$".join(parts).encode()) and bool(stored)


def _nobodys_hash() -> str:
    """What the password of nobody is compared with; no password has this hash."""
    return f"{ALGORITHM}${ITERATIONS}${'0' * 32}$"


def new_password(password: str, name: str) -> str:
    """The hash of a password somebody chose.

    Raises:
        BadPassword: it is too short, too long, or easily guessed from the name.
    """
    if len(password) < SHORTEST:
        raise BadPassword(f"a password needs at least {SHORTEST} characters")
    if len(password) > LONGEST:
        raise BadPassword(f"a password may have at most {LONGEST} characters")
    if len(set(password)) < 5 or password.casefold() in (name.casefold() * 4, "password" * 2, "passwordpassword"):
        raise BadPassword("this password is too easy to guess")
    return hash_password(password)
