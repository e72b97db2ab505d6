"""Take secrets and email addresses out of text before it is logged or stored."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from urllib.parse import quote, quote_plus

_MAIL = re.compile(r"[\w.+%-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_SECRET_NAME = re.compile(r"(KEY|SECRET|PASSWORD|TOKEN)$")
_SHORTEST = 6  # a shorter value would blot out innocent words


def blot(text: str, environment: Mapping[str, str] = os.environ) -> str:
    """The text without mail addresses and without the value of any variable whose name ends like a secret's."""
    return _MAIL.sub(
        "***@***", without_secrets(text.encode("utf-8", "surrogatepass"), environment).decode("utf-8", "surrogatepass")
    )


def without_secrets(body: bytes, environment: Mapping[str, str] = os.environ) -> bytes:
    """What came in from outside, without the value of any variable whose name ends like a secret's."""
    for name, value in environment.items():
        if _SECRET_NAME.search(name) and len(value) >= _SHORTEST:
            # As it is, as an address and as JSON hold it, and as Python shows it within a list or an error.
            for form in (repr(value)[1:-1], json.dumps(value)[1:-1], quote_plus(value), quote(value, safe=""), value):
                body = body.replace(form.encode("utf-8", "surrogateescape"), b"***")
    return body
