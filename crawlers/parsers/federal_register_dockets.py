"""Docket numbers of the Federal Register, as regulations.gov writes them."""

from __future__ import annotations

import re

_DOCKET = re.compile(
    r"(?:(?P<bureau>[A-Z]{2,3}) )?(?:[A-Za-z]+ ){0,3}?Dockets?(?: ID)?(?: (?:Nos?\b\.?|Numbers?\b))?[:.#]? *(?P<number>\S.*)$",
    re.IGNORECASE,
)
_BETWEEN_DOCKETS = re.compile(r"[;,]|(?<=\S) (?=Airspace Docket\b)")
_SHORT = re.compile(r"\d\d-\d+$")
#: The last line of a document: what stands before it is of the one that is printed above.
_FILED = re.compile(r"FR Doc\..* Filed\b")
_CLOCK = re.compile(r"\d{1,2}:\d\d [ap]m", re.IGNORECASE)


def dockets(said: tuple[str, ...]) -> tuple[str, ...]:
    """Docket numbers as regulations.gov writes them, each by itself.

    Agencies print "Docket No. FAA-2024-2529; Airspace Docket No. 24-ASW-14", "[Docket ID: …]" and the like; the words
    around a number would keep two documents of one docket apart. The FCC numbers by bureau ("WC Docket No. 02-6"), so
    there the bureau stays: "WC Docket 02-6".
    """
    found: list[str] = []
    for each in said:
        bureau = None
        for piece in _BETWEEN_DOCKETS.split(each):
            number = piece.strip(" [].")
            if match := _DOCKET.match(number):
                bureau, number = match["bureau"], match["number"]
            found.append(f"{bureau} Docket {number}" if bureau and _SHORT.match(number) else number)
    return tuple(dict.fromkeys(number for number in found if number))


def own(docket_ids: tuple[str, ...], rins: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Dockets and RINs without those of a correction that is printed above the document and got into its record.

    The line with which that one ends ("FR Doc. C3-2025-12347 Filed 8-27-25", "8:45 am") is among the dockets then. Whose RINs
    they are nobody can tell.
    """
    ends = [place for place, each in enumerate(docket_ids) if _FILED.match(each)]
    if ends:
        docket_ids, rins = docket_ids[ends[-1] + 1 :], ()
    return tuple(each for each in docket_ids if not _CLOCK.fullmatch(each)), rins
