"""The library association of each state, the organization's chapter there: ``chapters.yml`` in the folder of the catalog.

Names and public web addresses that somebody read. Staff keep the list current at the desk, and what they say comes first.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from positions.catalog import yaml_file
from positions.catalog.checks import DATE, TEXT, Checker
from positions.catalog.organization import catalog_home
from positions.catalog.yaml_file import BadFile, Entry

FILE = Path(__file__).with_name("chapters.yml")
_KEYS = {"name": TEXT, "url": TEXT, "source": TEXT, "read_on": DATE}


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """``jurisdiction`` is the id of a state, such as us-tx. ``source`` is the address where the name was read."""

    jurisdiction: str
    name: str
    source: str
    read_on: str
    url: str | None = None


def load_chapters(path: Path | None = None) -> tuple[Chapter, ...]:
    """Every chapter in the order of the file, by default of the catalog in force; () where it has no such file.

    Raises:
        BadFile: anything is wrong; ``problems`` lists all of it.
    """
    path = path or catalog_home() / FILE.name
    if not path.exists():
        return ()
    checker = Checker()
    found = []
    for jurisdiction, entry in yaml_file.read_mapping(path).items():
        if not isinstance(entry, Entry):
            raise BadFile([f"{path}: {jurisdiction}: must be a mapping with 'name:', 'source:' and 'read_on:'"])
        checker.begin(path, Entry({"id": jurisdiction}))
        values = checker.values(entry, _KEYS, ("name", "source", "read_on"))
        for key in ("url", "source"):
            if values.get(key) and not values[key].startswith(("https://", "http://")):
                checker.problem(entry, key, f"{key} is {values[key]!r}: write an address that begins with https://")
        if not checker.problems:
            found.append(Chapter(jurisdiction=jurisdiction, **values))
    if checker.problems:
        raise BadFile(checker.problems)
    return tuple(found)
