"""The headers of every answer, by its address: what a browser may do with a page of ours, and who may keep it."""

from __future__ import annotations

import re

#: No script at all, and styles from our own files only. Pages with a script of ours are named below.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PLAIN = {
    b"content-security-policy": POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"strict-origin-when-cross-origin",
    b"x-frame-options": b"DENY",
    b"permissions-policy": b"browsing-topics=(), camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    b"cross-origin-opener-policy": b"same-origin",
}
#: The pages that bring scripts of our own, from static/: those with charts. On every other page none can run.
_SCRIPTS = re.compile(r"/|/(areas|jurisdictions|trackers)/[a-z0-9-]+|/compare")
WITH_SCRIPTS = PLAIN | {b"content-security-policy": f"{POLICY}; script-src 'self'".encode()}
#: The desk has a script for its keys, and nothing of it may stay in a cache or be found by a search engine.
_DESK = re.compile(r"/(desk|partner)(/.*)?", re.DOTALL)
DESK = WITH_SCRIPTS | {
    b"cache-control": b"private, no-store",
    b"referrer-policy": b"same-origin",
    b"x-robots-tag": b"noindex",
}
#: The links in emails are secrets: browsers send them to no other site, and nobody caches or indexes them.
_KEYS = re.compile(r"/subscribe/.*", re.DOTALL)
KEYS = PLAIN | {b"cache-control": b"no-store", b"referrer-policy": b"no-referrer", b"x-robots-tag": b"noindex"}
#: What a reader types there is nobody's business: no cache keeps the answer, and no other site learns that they were there.
_ASKED = re.compile(r"/find-my-legislators")
ASKED = PLAIN | {b"cache-control": b"no-store", b"referrer-policy": b"no-referrer"}
#: Other sites may show the card of a document in a frame. Its script reports its height.
_EMBED = re.compile(r"/embed/.*", re.DOTALL)
EMBED = {name: value for name, value in PLAIN.items() if name != b"x-frame-options"} | {
    b"content-security-policy": b"default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; "
    b"form-action 'none'; base-uri 'none'; frame-ancestors *",
}
#: A year, for this host only: other hosts of the domain decide for themselves.
_ONLY_TLS = {b"strict-transport-security": b"max-age=31536000"}


def headers_for(path: str, *, tls: bool) -> dict[bytes, bytes]:
    """The headers of the answer at a path, names in small letters.

    Args:
        path: as the page's own address, without a language in front.
        tls: whether the site's public address is https: browsers are then told to use nothing else.
    """
    rules = ((_DESK, DESK), (_KEYS, KEYS), (_ASKED, ASKED), (_EMBED, EMBED), (_SCRIPTS, WITH_SCRIPTS))
    ours = next((headers for pattern, headers in rules if pattern.fullmatch(path)), PLAIN)
    return ours | _ONLY_TLS if tls else ours
