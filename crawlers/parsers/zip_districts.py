"""Which congressional districts a ZIP code area lies in: zccd.csv of OpenSourceActivismTech, made of Census Bureau files.

https://github.com/OpenSourceActivismTech/us-zipcodes-congress: a row for each area (ZCTA) and district, with the columns
state_fips, state_abbr, zcta and cd. An area that lies in several districts has several rows; the only district of a state is 0.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

from crawlers.items import Unreadable

SOURCE, HOST = "us_zip_districts", "https://raw.githubusercontent.com"
ADDRESS = f"{HOST}/OpenSourceActivismTech/us-zipcodes-congress/master/zccd.csv"
COLUMNS = {"state_abbr", "zcta", "cd"}
MOST_DISTRICTS = 99
_ZIP, _STATE = re.compile(r"[0-9]{5}"), re.compile(r"[A-Z]{2}")

ZipDistrict = tuple[str, str, int]
Row = dict[str, str | None]


def read_rows(body: bytes) -> list[Row]:
    """The rows of the table by their columns.

    Raises:
        Unreadable: it is another table, or cut off in a row.
    """
    try:
        text = body.decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Unreadable(f"not a CSV table: {error}") from error
    if not rows or not set(rows[0]) >= COLUMNS:
        raise Unreadable(f"the columns {', '.join(sorted(COLUMNS))} are not there")
    if not text.endswith("\n"):
        raise Unreadable("the table is cut off in its last line")
    return rows


def parse(rows: Iterable[Row]) -> set[ZipDistrict]:
    """The rows as (ZIP code, state, district).

    Raises:
        Unreadable: a row cannot be what it should be; one such row makes all others doubtful.
    """
    return {_row(number, row) for number, row in enumerate(rows, 2)}


def _row(number: int, row: Row) -> ZipDistrict:
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
