"""Which of the texts that Open States and LegiScan name for a state's bill to fetch, and what an answer holds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawlers.items import Unreadable
from crawlers.markup.formats import KINDS, Host, hosts

#: Which kind of file tells added and struck words best, best first.
_BEST = ("xml", "html", "pdf")
#: Names and addresses of what goes with a bill and is not its text: amendments to it, comparisons of its versions.
_NO_BILL = re.compile(
    r"amendment|comparison|excerpt|\bam(?:ended)? \d+/|\badopted\.htm|/amended/|/amends/|/com_amends/|bills/\w+/CP[ %]",
    re.IGNORECASE,
)
#: How far along a version is, by words in its name; what names no stage is in between.
_STAGES = (
    (0, re.compile(r"\bintroduc|\bfiled\b|\bprefile|\bdraft\b|^bill$|\bbill text\b|\bas introduced", re.IGNORECASE)),
    (3, re.compile(r"\bact\b|\bacts chapter|\bchapter|\bsession law", re.IGNORECASE)),
    (
        2,
        re.compile(r"\benroll|\bpassed leg|\bfinal\b|\b[HS] \d+ er\b|\bas passed by both|\bto governor", re.IGNORECASE),
    ),
)
_IN_BETWEEN = 1


@dataclass(frozen=True, kw_only=True)
class NamedText:
    """One address of a version's text: `ordinal` counts the versions in the order in which the source names them."""

    name: str
    url: str
    issued_on: str | None
    ordinal: int
    media_type: str | None = None

    @property
    def host(self) -> Host | None:
        """What is known of its host; None for a host whose texts nobody has described."""
        return hosts().get(urlsplit(self.url).netloc.lower())

    @property
    def kind(self) -> str | None:
        return KINDS.get(self.media_type or "")

    @property
    def of_bill(self) -> bool:
        """Whether it is a text of the bill itself, which can be the document's text."""
        return not (_NO_BILL.search(self.name) or _NO_BILL.search(urlsplit(self.url).path))

    @property
    def rank(self) -> tuple[int, str, int]:
        """Newest last: by stage, then by the day it was issued, then as the source names them."""
        stage = next((number for number, words in _STAGES if words.search(self.name)), _IN_BETWEEN)
        return stage, self.issued_on or "", self.ordinal


def to_fetch(named: Iterable[NamedText]) -> list[NamedText]:
    """Of each version of the bill itself the address that tells its marks best, on a host that is known; newest last."""
    best: dict[tuple[str, str | None], NamedText] = {}
    for text in named:
        if text.host is None or not text.of_bill or (text.kind and text.kind not in text.host.kinds):
            continue
        key = text.name, text.issued_on
        if key not in best or _order(text) < _order(best[key]):
            best[key] = text
    return sorted({text.url: text for text in best.values()}.values(), key=lambda text: text.rank)


def _order(text: NamedText) -> int:
    return _BEST.index(text.kind) if text.kind else len(_BEST)


def kind_of_answer(text: NamedText, content_type: str, body: bytes) -> tuple[str, str | None]:
    """The kind of file that an answer is, and the charset that its header names.

    Raises:
        Unreadable: it is not the kind of file that was asked for, such as a page that says that the site is being mended.
    """
    media, _, rest = content_type.partition(";")
    charset = re.search(r"charset=[\"']?([\w-]+)", rest, re.IGNORECASE)
    start = body.lstrip()[:5]
    kind = "pdf" if start == b"%PDF-" else KINDS.get(media.strip().lower())
    if kind == "pdf" and (start != b"%PDF-" or b"%%EOF" not in body[-2048:]):
        raise Unreadable("a PDF by its content type, and not by its first or last bytes")
    if kind is None and start[:1] == b"<":
        kind = text.kind or ("xml" if start == b"<?xml" else "html")
    if kind is None or (text.kind and kind != text.kind) or text.host is None or kind not in text.host.kinds:
        raise Unreadable(
            f"asked for {text.kind or 'the text of a bill'}, got {kind or media or 'an answer of no type'}"
        )
    if kind == "html" and (b"\0" in body or b"</html" not in body[-20_000:].lower()):
        raise Unreadable("a page that is cut off or garbled")
    return kind, charset[1] if charset else None
