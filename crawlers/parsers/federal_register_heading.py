"""The heading of a document of the Federal Register as its text prints it, and the document without what is printed above it.

Records since January 2025 may have a piece of the text or the name of an agency for a title. And where a correction ends on
the page on which a document begins, the two are one record: the text begins with the correction, and the agencies, dockets,
parts of the CFR, and sometimes the title are those of the correction.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from string import capwords

from crawlers.items import Regulation, document_id
from crawlers.parsers.federal_register_dockets import dockets
from crawlers.parsers.federal_register_title import SINCE, is_piece

#: The last line of a document that is printed above another.
_END = re.compile(r"^\[FR Doc\. ([A-Z\d-]+) Filed [^\n]*\]\n+(?:BILLING CODE [^\n]*\n+)?", re.MULTILINE)
_AFTER_TITLE = re.compile(r"(?:AGENC(?:Y|IES)|ACTION):|(?:CFR )?Correction$|Editorial Note:")
_CFR = re.compile(r"(\d+) CFR (?:(?:Chapters?|Subtitle) [A-Z\d]+,?)? ?(?:Parts? (\d[\w, .-]*))?")
_RIN = re.compile(r"RINs?:? (\d{4}-[A-Z]{2}\d{2})\b.*")
_DOCKETS = re.compile(r"\[(.*)\](?: RIN \S+)?|(?:\w+ )?Dockets?\b.*")
_PART = re.compile(r"\d+[a-z]*")
#: Without a colon, after which the subject stands already: it may end with these words, too.
_PETITION = re.compile(r"Petitions? for [^:]* Proceedings?")
#: The line that names a petition's subject, to where numbers of dockets and orders follow.
_SUBJECT = re.compile(
    r"^Subjects?:\n(?:In the Matter of )?(\S[^\n]*?)(?:, (?:\w+ Docket|FCC \d)[^\n]*|,?)$", re.MULTILINE
)
_SMALL_WORD = re.compile(r"\b(?:And|For|In|Of|On|The|To)\b")
_LONGEST_HEADING = 40  # lines: a rule of several agencies has some for each of them
_LONGEST_TITLE = 1_000


@dataclass(frozen=True)
class Heading:
    """What stands above the words "AGENCY:". The title is the last of it; ``whole`` says that such words follow."""

    title: str
    agencies: tuple[str, ...]
    marks: tuple[str, ...]
    whole: bool


def as_printed(document: Regulation) -> Regulation:
    """The document as its own text prints it, or as it is where no heading can be read at the beginning of the text.

    The title changes only if the heading has other words. What this made stays when it is asked again.
    """
    if not document.text or (document.published_on or "") < SINCE:
        return document
    for above in reversed(list(_END.finditer(document.text))):
        own = document.text[above.end() :]
        heading = read(own, ())
        if above[1] != document.identifier and heading and heading.whole:
            return _alone(document, own, heading, above[1])
    heading = read(document.text, document.agencies)
    title = _with_subject(heading.title if heading else document.title, document.text)
    return document if _letters(title) == _letters(document.title) else replace(document, title=title)


def read(text: str, agencies: Collection[str]) -> Heading | None:
    """The heading at the beginning of a text; None where there is none. ``agencies`` tell a bureau's name from a title."""
    lines = [line.strip() for line in text.split("\n", _LONGEST_HEADING)[:_LONGEST_HEADING] if line.strip()]
    begin = next((place for place, line in enumerate(lines) if line.isupper()), None)
    if begin is None or (begin and not lines[0].startswith("Part ")):
        return None
    end = next((place for place, line in enumerate(lines) if place > begin and _AFTER_TITLE.match(line)), None)
    names = {_letters(name) for name in agencies}
    place = begin + 1
    for at in range(place, len(lines) if end is None else end):
        # the name of a bureau stands above the marks, where there are any
        has_bureau = (
            lines[at - 1].startswith("DEPARTMENT") if end is None else at + 1 < end and not _is_mark(lines[at - 1])
        )
        if _is_mark(lines[at]) or (
            at == place and (lines[at].isupper() or (has_bureau and _letters(lines[at]) in names))
        ):
            place = at + 1
        elif end is None:
            break
    title = " ".join(lines[place : place + 1 if end is None else end])
    if not title or len(title) > _LONGEST_TITLE or is_piece(title):
        return None
    above = lines[begin:place]
    marks = tuple(line for line in above if _is_mark(line))
    return Heading(
        title, tuple(dict.fromkeys(_cased(line) for line in above if line not in marks)), marks, end is not None
    )


def _with_subject(title: str, text: str) -> str:
    """The title of a petition against a rule with what the rule is about: all such petitions have one title."""
    subject = _SUBJECT.search(text) if _PETITION.fullmatch(title) else None
    return f"{title}: {subject[1].rstrip('.')}" if subject else title


def _alone(document: Regulation, own: str, heading: Heading, above: str) -> Regulation:
    """The document without the correction with the number ``above``, of which its record has the agencies and the dockets."""
    foreign = document_id(document.jurisdiction, document.session, above)
    links = tuple(each for each in document.links if each.document_id != foreign)
    corrected = [each.document_id for each in links if each.kind == "corrects"]
    parts = [(found[1], _PART.findall(found[2] or "")) for line in heading.marks if (found := _CFR.fullmatch(line))]
    bracketed = tuple(found[1] or found[0] for line in heading.marks if (found := _DOCKETS.fullmatch(line)))
    rins = tuple(found[1] for line in heading.marks if (found := _RIN.fullmatch(line)))
    return replace(
        document,
        title=heading.title,
        text=own,
        agencies=heading.agencies,
        docket_ids=dockets(bracketed),
        rins=tuple(dict.fromkeys(rins)),
        cfr_references=tuple(dict.fromkeys(f"{title} CFR {part}" for title, found in parts for part in found)),
        links=links,
        corrects=corrected[0] if len(corrected) == 1 else None,
    )


def _is_mark(line: str) -> bool:
    return any(mark.fullmatch(line) for mark in (_CFR, _RIN, _DOCKETS))


def _cased(name: str) -> str:
    """The name of an agency as people write it: the Federal Register prints departments in capitals."""
    return _SMALL_WORD.sub(lambda found: found[0].lower(), capwords(name)) if name.isupper() else name


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()
