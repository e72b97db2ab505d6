"""Where a redirect may lead: to a path of this site. The browser decides what an address means, so its rules count here.

The WHATWG URL standard ignores tabs and line ends, takes a backslash for a slash, and any number of slashes above one for the
start of a host. tests/test_redirects.py compares both functions with a parser of that standard.
"""

from __future__ import annotations

import re
from urllib.parse import quote

#: One slash, then no second one, and nowhere a backslash, a space or a control character.
_OWN = re.compile(r"/(?![/\\])[^\\\s\x00-\x20\x7f-\x9f]*")
#: What the path and the query of an address may hold as it is; `%` because most addresses here are already encoded.
_SAFE = "/~@:!$&'()*+,;=-._%?#[]"


def is_own(address: str) -> bool:
    """Return whether a browser stays on this site when a redirect names this address."""
    return _OWN.fullmatch(address) is not None


def own(address: str) -> str:
    """Return the address as a path of this site, whatever was in it: it can lead nowhere else."""
    return address if is_own(address) and address.isascii() else "/" + quote(address.lstrip("/\\"), safe=_SAFE)
