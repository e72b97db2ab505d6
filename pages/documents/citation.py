"""How to cite a document: in plain words, after APA, as BibTeX, and after the Bluebook where that is simple and sure.

Only what the source says goes in. A rule or notice is cited by its agency, which is its author, and by its page and number in the
Federal Register, where regulations.gov names just one number. A form that needs what we do not hold (the session laws of a state)
is left out rather than guessed.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from crawlers.agencies import above, load_agencies
from crawlers.companies import KIND
from pages.http import formatting, language
from pages.http.language import N_
from pages.http.titles import is_no_title, titled

Row = Mapping[str, Any]
#: The period of a title that is a sentence, also within the quotation that ends it: the name of an act in New Jersey.
_LAST_PERIOD = re.compile(r'\.+(?="?$)')
#: So much of a summary stands for a title that is none.
LONGEST = 120
SITE_NAME = "Information policy monitor"
#: Congress's types as the Bluebook abbreviates them (rule 13.2).
_BLUEBOOK = {
    "hr": "H.R.",
    "hres": "H.R. Res.",
    "hjres": "H.R.J. Res.",
    "hconres": "H.R. Con. Res.",
    "s": "S.",
    "sres": "S. Res.",
    "sjres": "S.J. Res.",
    "sconres": "S. Con. Res.",
}
_NAME = re.compile(r"\b(Act|Resolution)\b( of \d{4})?\.?$")


@dataclass(frozen=True)
class Citation:
    """``style`` is a key of STYLES."""

    style: str
    text: str

    @property
    def title(self) -> str:
        return STYLES[self.style]


STYLES = {"plain": N_("Plain"), "apa": "APA", "bluebook": "Bluebook", "bibtex": "BibTeX"}


def citations(
    row: Row,
    laws: Sequence[Row],
    today: datetime.date,
    site: str,
    terms: Mapping[str, Sequence[str]] = MappingProxyType({}),
    agencies: Mapping[str, str] = MappingProxyType({}),
    related: Sequence[Row] = (),
) -> list[Citation]:
    """Every form that can be made of a document; in English, as styles want it.

    Args:
        row: its row of documents.
        laws: the laws that it became.
        today: the day on which it is read.
        site: the public address of the site.
        terms: its agencies, dockets, and its page in the Federal Register, under "agency", "docket", and "citation".
        agencies: the keys of those agencies, by the words in which the terms name them.
        related: the documents to which it is linked (pages.documents.related).
    """
    said = dict(row) | {"author": _author(terms.get("agency", ()), agencies), "docket": _docket(terms)}
    said["fr_number"] = _number_in_register(row, related)
    said["printed"] = next(iter(terms.get("citation", ())), None)
    with language.speaking(language.ENGLISH):
        return _citations(said, laws, today, site)


def _citations(row: Row, laws: Sequence[Row], today: datetime.date, site: str) -> list[Citation]:
    address = f"{site}/documents/{row['id']}"
    public = next((law["number"] for law in laws if law["kind"] == "Public Law"), None)
    found = [
        Citation("plain", _plain(row, public, address, today)),
        Citation("apa", _apa(row, public, address)),
    ]
    if bluebook := _bluebook(row, public):
        found.append(Citation("bluebook", bluebook))
    return [*found, Citation("bibtex", _bibtex(row, public, address, today))]


def _author(names: Sequence[str], keys: Mapping[str, str]) -> list[str]:
    """The agencies that publish a document, by their own names, without the departments that they are part of. A code that nobody
    has named is none."""
    known = load_agencies()
    wholes = {whole for name in names if name in keys for whole in above(keys[name])[1:]}
    own = (known[keys[name]].name if name in keys else name for name in names if keys.get(name) not in wholes)
    return [name for name in dict.fromkeys(own) if not name.isupper()]


def _docket(terms: Mapping[str, Sequence[str]]) -> str | None:
    dockets = terms.get("docket", ())
    return dockets[0] if len(dockets) == 1 else None


def _number_in_register(row: Row, related: Sequence[Row]) -> str | None:
    """Its document number in the Federal Register. Of a document of regulations.gov: the only one that its record names, of the
    year in which it was posted or the one before; agencies type it by hand, and some type another."""
    if str(row["id"]).startswith(_REGISTER):
        return str(row["identifier"])
    keys = [each["id"] for each in related if each["kind"] == "published as" and each["named_here"]]
    number = keys[0].removeprefix(_REGISTER).upper() if len(keys) == 1 else ""
    year = _YEAR_OF_NUMBER.match(number)
    posted = int(str(row["published_on"])[:4]) if row["published_on"] else 0
    return number if number and (not year or int(year[1]) in (posted, posted - 1)) else None


#: The session of documents of the Federal Register in their ids.
_REGISTER = "us-fr-"
_YEAR_OF_NUMBER = re.compile(r"(?:[A-Z]\d-)?((?:19|20)\d\d)-")


def _title(row: Mapping[str, Any]) -> str:
    title = str(row["title"])
    if is_no_title(title) and (summary := " ".join((row["abstract"] or "").split())):
        title = shorten(summary, LONGEST, placeholder=" …")
    return _LAST_PERIOD.sub("", titled(title, str(row["identifier"])).strip())


def _year(row: Mapping[str, Any], public: str | None) -> str:
    """The year of the law if it became one, or of a company's newest text; else that of its introduction or publication.

    A bill that was filed in the second half of the year before its session is of the session's first year; one that came in
    earlier was carried over. "n.d." when no day is known.
    """
    newest = (public and row["status"] == "enacted") or _of_company(row)
    day = (row["status_on"] if newest else None) or row["published_on"]
    year = (day or row["latest_action_on"] or row["status_on"] or "n.d.")[:4]
    first = (_YEARS.findall(row["session"] or "") or [year])[0]
    filed_early = row["kind"] == "bill" and not newest and day and f"{int(first) - 1}-07" <= day < first
    return first if filed_early else year


#: The years of a session, as its name has them: "2026", "20252026", "2023-24".
_YEARS = re.compile(r"(?:19|20)\d\d")


def _number(row: Mapping[str, Any]) -> str:
    """The number; empty where the title says it, or stands for it."""
    if formatting.repeats(str(row["identifier"]), str(row["title"])):
        return ""
    if row["fr_number"] and row["docket"] and not _in_register(row):
        return f"FR Doc. {row['fr_number']}, Docket {row['docket']}"
    number = f"FR Doc. {row['fr_number']}" if row["fr_number"] else str(row["identifier"])
    return f"{row['printed']}, {number}" if row["printed"] else number


def _place(row: Mapping[str, Any]) -> str:
    """Number and body. A case that ends with its court and number is cited by them: all are stored under the United States."""
    number = _number(row)
    return ", ".join(filter(None, (number, "" if row["kind"] == "case" and not number else _body(row))))


def _of_company(row: Mapping[str, Any]) -> bool:
    return str(row["kind"]) == KIND


def _in_register(row: Mapping[str, Any]) -> bool:
    return str(row["id"]).startswith(_REGISTER)


def _joined(names: Sequence[str], last: str) -> str:
    *others, end = names
    return f"{', '.join(others)}{',' if len(others) > 1 else ''} {last} {end}" if others else end


def _body(row: Mapping[str, Any]) -> str:
    if row["author"]:
        return _joined(row["author"], "and")
    session = formatting.session_in_words(row["jurisdiction"], row["session"], row.get("session_title"))
    return (
        session
        if row["jurisdiction"] == "us" and session
        else ", ".join(filter(None, (formatting.place(row["jurisdiction"]), session)))
    )


def _sentence(title: str) -> str:
    """The title with its period, which stands within a quotation that ends it."""
    return f'{title[:-1]}."' if title.endswith('"') else f"{title}."


def _plain(row: Mapping[str, Any], public: str | None, address: str, today: datetime.date) -> str:
    standing = formatting.word("statuses", row["status"])
    day = formatting.date_in_words(row["status_on"] or row["published_on"])
    law = f", Public Law {public}" if public else ""
    place = "" if _of_company(row) else _place(row) + law
    return (
        f"{_sentence(_title(row))}{f' {place}.' if place else ''} {standing}{f' ({day})' if day else ''}. "
        f"{SITE_NAME}, {address} (read on {formatting.date_in_words(today.isoformat())})."
    )


def _apa(row: Mapping[str, Any], public: str | None, address: str) -> str:
    url = formatting.safe_url(row["url"]) or address
    if row["kind"] == "bill" and row["jurisdiction"] == "us":
        number = f"Pub. L. No. {public}" if public else f"{_bluebook_number(row)}, {_congress(row)}"
        return f"{_title(row)}, {number} ({_year(row, public)}). {url}"
    if _of_company(row):
        service, _, terms = _title(row).rpartition(": ")
        return f"{service}. ({_apa_day(row['status_on'])}). {terms}. {url}"
    if row["kind"] == "regulation" and (row["author"] or _in_register(row)):
        named = f"{_title(row)} [{row['document_type'] or 'Document'}] ({_number(row) or row['identifier']})."
        day = f"({_apa_day(row['published_on'])})."
        said = f"{_joined(row['author'], '&')}. {day} {named}" if row["author"] else f"{named} {day}"
        return f"{said} {'Federal Register' if _in_register(row) else 'Regulations.gov'}. {url}"
    return f"{', '.join(filter(None, (_title(row), _place(row))))} ({_year(row, public)}). {url}"


def _apa_day(value: str | None) -> str:
    if not value:
        return "n.d."
    day = datetime.date.fromisoformat(value[:10])
    return f"{day.year}, {day:%B} {day.day}"


def _bluebook(row: Mapping[str, Any], public: str | None) -> str | None:
    """A bill or resolution of Congress (rule 13.2), or the law it became (rule 12.2); anything else is left alone."""
    if row["kind"] != "bill" or row["jurisdiction"] != "us" or row["document_type"] not in _BLUEBOOK:
        return None
    # Long titles ("To amend …") are no names, and the Bluebook cites a bill without one by its number alone.
    name = f"{_title(row)}, " if _NAME.search(_title(row)) else ""
    if public:
        return f"{name}Pub. L. No. {public} ({_year(row, public)})."
    return f"{name}{_bluebook_number(row)}, {_congress(row)} ({_year(row, None)})."


def _bluebook_number(row: Mapping[str, Any]) -> str:
    digits = "".join(character for character in str(row["identifier"]) if character.isdigit())
    kind = _BLUEBOOK.get(row["document_type"] or "")
    return f"{kind} {digits}" if kind and digits else str(row["identifier"])


def _congress(row: Mapping[str, Any]) -> str:
    return formatting.session_in_words("us", row["session"]).replace("Congress", "Cong.")


def _bibtex(row: Mapping[str, Any], public: str | None, address: str, today: datetime.date) -> str:
    fields = {
        "author": " and ".join(f"{{{_latex(name)}}}" for name in row["author"]) or None,
        "title": "{" + _latex(_title(row)) + "}",
        "number": _latex(_place(row)) if _number(row) and not _of_company(row) else None,
        "type": _latex((row["kind"] == "regulation" and row["document_type"]) or formatting.word("kinds", row["kind"])),
        "year": _year(row, public),
        "note": _latex(f"Public Law {public}") if public else None,
        "howpublished": f"{SITE_NAME}",
        "url": address,
        "urldate": today.isoformat(),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{row['id']},", *lines, "}"])


_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "_": r"\_",
    "%": r"\%",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


def _latex(text: str | None) -> str:
    return "".join(_LATEX.get(character, character) for character in text or "")


def mail_address(row: Mapping[str, Any], site: str) -> str:
    """Return a ``mailto:`` address that starts an email about the document."""
    subject = shorten(formatting.named(row["identifier"], _title(row)), 200, placeholder=" …")
    body = f"{subject}\n\n{site}/documents/{row['id']}\n"
    return f"mailto:?subject={quote(subject)}&body={quote(body)}"
