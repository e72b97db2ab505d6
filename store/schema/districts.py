"""corpus.db, where ZIP codes lie: reference data of the Census Bureau, replaced as a whole when a new table is published."""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

districts = Migrations("districts")


@districts()
def create_zip_districts(db: Database) -> None:
    # A ZIP code area (ZCTA) lies in one or more congressional districts. `state` is a code such as OH, `district` a number
    # without leading zeros, 0 where a state has one seat. Writer: crawlers/storage/districts.py.
    db.execute("""
        create table zip_districts (
            zip text not null, state text not null, district integer not null, primary key (zip, state, district)
        ) without rowid""")
