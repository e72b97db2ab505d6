"""The number under which an agency files documents, as it is typed: "WC Docket No. 21-31", "RIN 3084-AB20", "FAA-2021-0694".

Also that of a court case, a document of the Federal Register, and a page of it ("89 FR 101358"). What is found has the number
(`pages.browse.asked.Docket`) or mentions it in a row: digits that stand apart are another number.
"""

from __future__ import annotations

import re

from pages.browse.asked import Docket, Search, quoted
from pages.browse.names import question_words

#: A number of letters and digits with a hyphen in it: "21-31", "3084-AB20", "SR-NYSEARCA-2025-55", "1:25-cv-03923".
_NUMBER = re.compile(r"(?=.*\d)[\w:.]+(?:-[\w:.]+)+")
#: Those that are known without a word before them: of the FCC, a RIN, of regulations.gov, of a court.
_ALONE = re.compile(
    r"\d\d-\d{1,5}|\d{4}-[A-Z]{2}\d\d|[A-Z]{2,}(?:-[A-Z0-9]+)*-\d{4}-(?:[A-Z]{1,2}-)?\d{4}|(?:\d:)?\d\d-[A-Z]{2}-\d{1,5}",
    re.IGNORECASE,
)
_PAGE = re.compile(r"(\d{2,3})\s*(?:FR|F\.R\.|Fed\.?\s*Reg(?:ister|\.)?)\s*(\d{1,3}(?:,?\d{3})?)", re.IGNORECASE)
#: The number of a case: courts write five digits, people often fewer.
_CASE = re.compile(r"((?:\d:)?\d\d-[a-z]{2}-)(\d{1,5})", re.IGNORECASE)
#: The FCC numbers dockets by bureau; those of another agency have its name before them.
_BUREAU, _LONGEST_NAME = re.compile(r"[A-Z]{2,3}"), 5


def parse(query: str) -> Search | None:
    """A search for a number and nothing else; None where anything else was typed."""
    if page := _PAGE.fullmatch(query.strip(" .")):
        printed = f"{page[1]} FR {page[2].replace(',', '')}"
        return Search(quoted(printed), docket=Docket(printed))
    if not (docket := read(query)):
        return None
    ways = dict.fromkeys([docket.number, _CASE.sub(lambda case: case[1] + case[2].zfill(5), docket.number)])
    expression = " OR ".join(map(quoted, ways))
    # Two short numbers in a row are found in many texts that have no docket.
    return Search(f'{expression} AND "docket"' if docket.bureau else expression, docket=docket)


def read(query: str) -> Docket | None:
    """The number that was typed, with the bureau of the docket."""
    spaced = re.sub(r"(?<=[^\W\d])[.:#]+(?=\s|\d|$)", " ", query.replace("–", "-").replace("‑", "-"))
    words = [word.strip("()[],;.#") for word in spaced.split()]
    words = [word for word in words if word and word.casefold() not in question_words("stop")]
    if not words or not _NUMBER.fullmatch(words[-1]):
        return None
    *before, number = words
    labels = [word for word in before if word.casefold() not in question_words("of_number")]
    agency = labels[0] if len(labels) == 2 and len(labels[0]) <= _LONGEST_NAME else ""
    label = " ".join(labels[1:] if agency else labels).casefold()
    if label not in question_words("of_agency" if agency else "before_docket"):
        label, agency = " ".join(labels).casefold(), ""
    if label not in question_words("before_docket") and (label or not (before or _ALONE.fullmatch(number))):
        return None
    of_bureau = re.fullmatch(r"\d\d-\d+", number) and label.startswith("docket") and _BUREAU.fullmatch(agency.upper())
    return Docket(number.upper(), agency.upper() if of_bureau else "")
