"""Which congressional districts a ZIP code area lies in: zccd.csv of OpenSourceActivismTech, made of Census Bureau files.

https://github.com/OpenSourceActivismTech/us-zipcodes-congress: a row for each area (ZCTA) and district, with the columns
state_fips, state_abbr, zcta and cd. An area that lies in several districts has several rows; the only district of a state is 0.
"""

from __future__ import annotations

import csv
import io
import re

from crawlers.items import Unreadable

COLUMNS = {"state_abbr", "zcta", "cd"}
#: Of the 33,774 areas of the 119th Congress: a table with fewer is cut off.
LEAST_AREAS = 30_000
MOST_DISTRICTS = 99
_ZIP, _STATE = re.compile(r"[0-9]{5}"), re.compile(r"[A-Z]{2}")

ZipDistrict = tuple[str, str, int]


def read(body: bytes, *, least: int = LEAST_AREAS) -> set[ZipDistrict]:
    """The rows of the table as (ZIP code, state, district).

    Args:
        least: how many areas there must be.

    Raises:
        Unreadable: it is another table, a row cannot be what it should be, or too few areas are there.
    """
    try:
        rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Unreadable(f"not a CSV table: {error}") from error
    if not rows or not set(rows[0]) >= COLUMNS:
        raise Unreadable(f"the columns {', '.join(sorted(COLUMNS))} are not there")
    found = {_row(number, row) for number, row in enumerate(rows, 2)}
    areas = len({row[0] for row in found})
    if areas < least:
        raise Unreadable(f"only {areas:,} ZIP code areas, and at least {least:,} were expected: the table is cut off")
    return found


def _row(number: int, row: dict[str, str | None]) -> ZipDistrict:
    area, state, district = ((row.get(name) or "").strip() for name in ("zcta", "state_abbr", "cd"))
    fits = (
        _ZIP.fullmatch(area)
        and _STATE.fullmatch(state)
        and district.isascii()
        and district.isdigit()
        and len(district) < 4
    )
    if not fits or int(district) > MOST_DISTRICTS:
        raise Unreadable(
            f"line {number}: {area[:20]!r}, {state[:20]!r}, {district[:20]!r} is no ZIP code, state and district"
        )
    return area, state, int(district)
