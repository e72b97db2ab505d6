"""The full text of a version of a federal bill, from govinfo's XML (the bill DTD, or USLM for enrolled ones): parsing only."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree
from lxml.etree import _Element as Element

from crawlers.items import BadRecord, Unreadable, clean, document_id

HOST = "https://www.govinfo.gov"
_PACKAGE = re.compile(r"\b(BILLS-(\d+)([a-z]+)(\d+)([a-z]+\d*))\b")
_ROOTS = frozenset({"bill", "resolution", "amendment-doc", "engrossedAmendment", "amendment"})
#: What is not the text itself: marks of the printer, the heading with names and days, tables of contents, and who signed it when.
_LEFT_OUT = frozenset(
    {"metadata", "meta", "form", "preface", "toc", "pagebreak", "page", "attestation", "endorsement", "signatures"}
)
#: Elements that begin a line of their own.
_BLOCKS = frozenset(
    (
        "section",
        "subsection",
        "paragraph",
        "subparagraph",
        "clause",
        "subclause",
        "item",
        "subitem",
        "title",
        "subtitle",
        "division",
        "subdivision",
        "chapter",
        "subchapter",
        "part",
        "subpart",
        "quoted-block",
        "quotedContent",
        "preamble",
        "whereas",
        "recital",
        "resolved",
        "resolution-body",
        "legis-body",
        "main",
        "list-item",
        "row",
        "tr",
        "p",
        "official-title",
        "longTitle",
        "continuation-text",
        "continuation",
        "after-quoted-block",
        "level",
        "appropriations-major",
        "appropriations-intermediate",
        "appropriations-small",
        "resolvingClause",
        "enactingFormula",
        "graphic",
        "amendment-block",
    )
)
#: Of these the heading stands on a line of its own; of smaller ones it runs into the text.
_HIGH = frozenset({"section", "title", "subtitle", "division", "chapter", "subchapter", "part", "subpart"})
_NAMES = {
    "i": "Introduced in",
    "r": "Reported in",
    "e": "Engrossed in",
    "rf": "Referred in",
    "rd": "Received in",
    "pc": "Placed on Calendar",
    "ea": "Engrossed Amendment",
    "at": "Agreed to",
    "cp": "Considered and Passed",
}
_CHAMBERS = {"h": "House", "s": "Senate"}
_SPACED = frozenset({"enum", "num", "entry", "td"})  # a number or a cell of a table, before what follows it
#: How far along a version is in the chamber where the bill began, and in the other one.
_AT_HOME = {"i": 0, "r": 2, "e": 3, "c": 7, "a": 7}
_RANKS = {"enr": 9, "rds": 4, "rdh": 4, "rfs": 4, "rfh": 4, "pcs": 5, "pch": 5, "pp": 1}


@dataclass(frozen=True)
class Package:
    """One version in govinfo: `name` is "BILLS-119hr22eh", `code` its last part ("eh")."""

    name: str
    document_id: str
    kind: str
    code: str

    @property
    def url(self) -> str:
        return f"{HOST}/content/pkg/{self.name}/xml/{self.name}.xml"


def package(url: str | None) -> Package | None:
    """The version that an address means, wherever it points (govinfo bulk data, govinfo packages, congress.gov)."""
    match = _PACKAGE.search(url or "")
    if not match:
        return None
    name, congress, kind, number, code = match.groups()
    return Package(name, document_id("us", congress, kind + number), kind, code)


def first_version(document_id: str) -> Package:
    """The version that every bill has: as introduced."""
    _, congress, number = document_id.split("-")
    kind = number.rstrip("0123456789")
    return Package(f"BILLS-{congress}{number}i{_home(kind)}", document_id, kind, f"i{_home(kind)}")


def following(version: Package) -> list[Package]:
    """The versions that may come right after one, whether a list names them yet or not."""
    home = _home(version.kind)
    other = "s" if home == "h" else "h"
    steps = {
        f"i{home}": (f"r{home}", f"e{home}", f"pc{home}", f"at{home}"),
        f"pc{home}": (f"r{home}", f"e{home}"),
        f"r{home}": (f"e{home}", f"pc{home}"),
        f"e{home}": (f"rf{other}", f"rd{other}", f"pc{other}", "enr"),
    }
    received = (f"r{other}", f"e{other}", f"ea{other}", "enr")
    steps |= {f"{code}{other}": received for code in ("rf", "rd", "pc", "r")}
    steps |= {
        f"ea{other}": (f"ea{home}", f"ea{other}2", "enr"),
        f"e{other}": ("enr",),
        f"ea{home}": (f"ea{other}2", "enr"),
    }
    stem = version.name.removesuffix(version.code)
    codes = [code for code in steps.get(version.code, ()) if code != "pch"]  # House calendars are no versions
    return [Package(stem + code, version.document_id, version.kind, code) for code in codes]


def version_name(code: str) -> str:
    """How a version is called that no list has named."""
    if code == "enr":
        return "Enrolled Bill"
    stage, chamber = code.rstrip("0123456789")[:-1], code.rstrip("0123456789")[-1]
    return f"{_NAMES[stage]} {_CHAMBERS[chamber]}" if stage in _NAMES and chamber in _CHAMBERS else code.upper()


def _home(kind: str) -> str:
    return "h" if kind.startswith("h") else "s"


def newest(packages: Iterable[tuple[Package, str | None]]) -> Package | None:
    """The last version of a bill by its stage, then by the day it was issued (ISO or None), which is often not given."""
    order = sorted(packages, key=lambda pair: (_rank(pair[0]), pair[1] or ""))
    return order[-1][0] if order else None


def _rank(version: Package) -> int:
    if version.code in _RANKS:
        return _RANKS[version.code]
    home = version.code.rstrip("0123456789").endswith("h" if version.kind.startswith("h") else "s")
    return _AT_HOME.get(version.code[0], 1) + (0 if home or version.code[0] in "ca" else 4)


def parse_text(body: bytes, expected_id: str) -> str:
    """The text as it would read: without what a committee has struck out, without page marks and tables of contents.

    Args:
        expected_id: the document this must be the text of.

    Raises:
        Unreadable: not well-formed, with entities of its own, of another kind, empty, or the text of another bill.
    """
    root = _parse(body)
    number = _own_id(root, expected_id)
    if number and number != expected_id:
        raise Unreadable(f"asked for the text of {expected_id}, got {number}")
    pieces: list[str] = []
    official = root.find(".//official-title")
    if official is not None:
        pieces.append(" ".join("".join(_strings(official)).split()))
    for child in root:
        _write(child, pieces)
    text = clean("".join(pieces))
    if not text:
        raise Unreadable("a text without words")
    return text


def _parse(body: bytes) -> Element:
    """Strict: no entities, nothing loaded. The texts name a DTD, which is not read; a DTD inside the file is refused."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(f"not XML: {error}") from error
    inside = root.getroottree().docinfo.internalDTD
    if inside is not None and any(True for _ in inside.iterentities()):
        raise Unreadable("XML with entities of its own: refused, the source sends none")
    if etree.QName(root).localname not in _ROOTS:
        raise Unreadable(f"not the text of a bill: <{etree.QName(root).localname}>")
    return root


def _own_id(root: Element, expected_id: str) -> str | None:
    """The document that the text says it is of; None where it does not say so in a form that is known."""
    congress = expected_id.split("-")[1]
    number = root.find(".//form/legis-num")
    words = " ".join(number.itertext()) if number is not None else None
    if words is None:
        cited = next(
            (node.text for node in root.iterfind(".//{*}citableAs") if node.text and "BILLS" not in node.text), None
        )
        match = re.match(r"\d+ ([A-Z]+) (\d+)\b", cited or "")
        words = f"{match[1]} {match[2]}" if match else None
    if not words:
        return None
    try:
        return document_id("us", congress, re.sub(r"^in the .*$", "", words.strip(), flags=re.IGNORECASE))
    except BadRecord:
        return None


def _strings(node: Element) -> Iterable[str]:
    """Text within an element, each run of white space one space: line breaks of the file mean nothing."""
    return (re.sub(r"\s+", " ", str(piece)) for piece in node.itertext())


def _write(node: Element, pieces: list[str]) -> None:
    name = etree.QName(node).localname if isinstance(node.tag, str) else ""
    if name and name not in _LEFT_OUT and not _struck(node):
        if name in _BLOCKS:
            pieces.append("\n\n" if name in _HIGH else "\n")
        if name in ("header", "heading"):
            _write_heading(node, pieces)
        else:
            pieces.append(("\u201c" if name == "quote" else "") + _flat(node.text))
            for child in node:
                _write(child, pieces)
            pieces.append({"quote": "\u201d"}.get(name, " " if name in _SPACED else ""))
    pieces.append(_flat(node.tail))


def _write_heading(node: Element, pieces: list[str]) -> None:
    words = " ".join("".join(_strings(node)).split())
    parent = node.getparent()
    high = parent is None or etree.QName(parent).localname in _HIGH
    pieces.append(f"{words}\n" if high else words if words.endswith(("\u2014", ".")) else f"{words}.\u2014")


def _struck(node: Element) -> bool:
    return node.get("changed") == "deleted" or node.get("reported-display-style") == "strikethrough"


def _flat(text: str | None) -> str:
    return re.sub(r"\s+", " ", text) if text else ""
