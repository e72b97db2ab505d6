"""The arguments of the questions, once: their form is checked by it, and MCP and OpenAPI describe it from here."""

from __future__ import annotations

import datetime
import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from pages.browse.filters import PLACE_GROUPS, STATUS_GROUPS
from pages.places.calendar import ALL
from store.constants import ANY_AREA, TAGGED

_KEY = r"^[a-z0-9]+(-[a-z0-9]+)*$"
_NAMES = r"^[^\x00-\x1f\x7f]+$"


def _in_words(day: Any) -> Any:
    """A day as an argument has it, which pydantic would also take as seconds since 1970."""
    if isinstance(day, str | int | float) and not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", str(day)):
        raise ValueError("a day is YYYY-MM-DD")
    return day


_Date = Annotated[datetime.date, BeforeValidator(_in_words)]

Words = Annotated[
    str | None,
    Field(
        description='Words to look for; "a phrase", OR, NOT and librar* have their usual meaning',
        min_length=1,
        max_length=300,
        pattern=_NAMES,
    ),
]
Place = Annotated[
    str | None,
    Field(
        description=f"Key of a place (us, us-tx, us-ny-nyc, uk), or {', '.join(PLACE_GROUPS)}",
        pattern=_KEY,
        max_length=60,
    ),
]
OnePlace = Annotated[
    str | None,
    Field(description="Key of a place (us, us-tx, us-ny-nyc, uk)", pattern=_KEY, max_length=60),
]
Kind = Annotated[
    Literal["bill", "regulation", "case", "local_matter", "corporate_policy"] | None,
    Field(description="Kind of document"),
]
Area = Annotated[
    str | None,
    Field(
        description=f"Key of a policy area, such as privacy; {TAGGED} for documents with any, {ANY_AREA} for every document",
        pattern=_KEY,
        max_length=60,
    ),
]
OneArea = Annotated[
    str | None,
    Field(description="Key of a policy area, such as privacy", pattern=_KEY, max_length=60),
]
Status = Annotated[
    str | None,
    Field(
        description=f"Where it stands, a word of the glossary, or {', '.join(STATUS_GROUPS)}",
        pattern=r"^[a-z]+(_[a-z]+)*$",
        max_length=40,
    ),
]
Agency = Annotated[
    str | None,
    Field(
        description="Key of a federal agency, such as copyright-office: its rules and notices, and those of its parts",
        pattern=_KEY,
        max_length=120,
    ),
]
Year = Annotated[int | None, Field(description="Year of introduction or publication", ge=1776, le=9999)]
MustSee = Annotated[
    bool | None, Field(description="Only what the program marked as first to read, or only what it did not")
]
Page = Annotated[int, Field(description="Page of the list", ge=1, le=100_000)]
Document = Annotated[
    str,
    Field(
        description="Id of a document (us-117-hr1), or its number as people write it (HB 7)",
        min_length=1,
        max_length=120,
        pattern=_NAMES,
    ),
]
DocumentId = Annotated[
    str,
    Field(description="Id of a document, such as us-117-hr1", pattern=_KEY, max_length=120),
]
Session = Annotated[
    str | None,
    Field(
        description="The session of a number: 117, 2025, 88R. A number means another document in each session",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]*$",
        max_length=60,
    ),
]
TextFrom = Annotated[int | None, Field(description="Add the text from this character on", ge=0, le=100_000_000)]
Version = Annotated[
    str | None,
    Field(description="Key of a version, as `versions` lists them", pattern=r"^[A-Za-z0-9-]+$", max_length=120),
]
Since = Annotated[
    _Date | None, Field(description="Changes that were first seen on this day (UTC) or later; without a cursor")
]
Cursor = Annotated[
    str | None,
    Field(
        description="Where the last answer ended: its `next`. Do not make one up", pattern=r"^[0-9]{1,18}-[0-9a-f]{8}$"
    ),
]
Limit = Annotated[int, Field(description="Rows of the answer", ge=1, le=1_000)]
Day = Annotated[datetime.date | None, Field(description="A day; without it, today")]
DateArea = Annotated[
    str | None,
    Field(
        description=f"Key of a policy area, or {ALL} for every document; without it, documents with any area",
        pattern=_KEY,
        max_length=60,
    ),
]
DateKind = Annotated[
    Literal["hearing", "committee_meeting", "hearing_canceled", "comment_close", "reply_close", "effective", "vote"]
    | None,
    Field(description="Kind of date"),
]
Days = Annotated[int, Field(description="So many days ahead", ge=1, le=3_650)]
Position = Annotated[
    str | None,
    Field(description="Id of a position; without it, all of them", pattern=_KEY, max_length=120),
]
Who = Annotated[
    str | None,
    Field(
        description="Id of a legislator, committee or roll call, or a name of a legislator or committee; without it, a list",
        min_length=1,
        max_length=120,
        pattern=_NAMES,
    ),
]
Chamber = Annotated[Literal["lower", "upper", "legislature"] | None, Field(description="Chamber")]
StateCode = Annotated[
    str | None, Field(description="The state that a member of Congress is from, such as OH", pattern=r"^[A-Z]{2}$")
]
Issue = Annotated[str | None, Field(description="Id of an issue; without it, all of them", pattern=_KEY, max_length=60)]
