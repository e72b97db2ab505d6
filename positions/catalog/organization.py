"""Whose positions the catalog holds, from organization.yml in the folder of the catalog, and where that folder is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import settings
from classify.areas import load_areas
from positions.catalog import yaml_file
from positions.catalog.checks import LIST, TEXT, Checker
from positions.catalog.yaml_file import BadFile, Entry

FILE = "organization.yml"
#: A small catalog of a made-up association, from which another organization begins.
EXAMPLE = Path(__file__).parents[1] / "example"
_KEYS = {**dict.fromkeys(("name", "in_text", "short"), TEXT), "spanish": None, "areas": LIST}
#: Names go into messages that are filled in later, where these characters mean something.
_FORBIDDEN = frozenset("%{}\n")


@dataclass(frozen=True, kw_only=True)
class Organization:
    """``name`` in full, ``in_text`` as it stands in a sentence, and ``short``; the Spanish ones with their article.

    ``areas`` are the policy areas that the site shows, () for all.
    """

    name: str
    in_text: str
    short: str
    spanish_in_text: str
    spanish_short: str
    areas: tuple[str, ...] = ()


def catalog_home() -> Path:
    """The folder of the catalog in force (INFOPOLICY_CATALOG): entries/, messages/, organization.yml and stances.yml."""
    return settings.current().catalog


def entries_home() -> Path:
    """The folder of its positions, one file per policy area."""
    return catalog_home() / "entries"


def organization(home: Path | None = None) -> Organization:
    """The organization of a catalog, by default of the one in force.

    Raises:
        BadFile: the file is missing or wrong.
    """
    file = (home or catalog_home()) / FILE
    try:
        changed = file.stat().st_mtime_ns
    except OSError:
        changed = 0
    return _read(file, changed)


@lru_cache(maxsize=8)
def _read(file: Path, _changed: int) -> Organization:
    checker = Checker()
    entry = yaml_file.read_mapping(file)
    checker.begin(file, Entry({"id": "organization"}))
    values = checker.values(entry, _KEYS, ("name", "short"))
    spanish = entry.get("spanish") or Entry()
    if not isinstance(spanish, Entry):
        raise BadFile([f"{file}:{entry.lines['spanish']}: spanish must be a mapping with 'in_text:' and 'short:'"])
    translated = checker.values(spanish, {"in_text": TEXT, "short": TEXT}, ()) if spanish else {}
    for where, said in ((entry, values), (spanish, translated)):
        for key, text in said.items():
            if key != "areas" and _FORBIDDEN & set(text):
                checker.problem(where, key, f"{key} holds %, a brace or a line break: write the name without it")
    checker.closed(entry, "areas", tuple(area.id for area in load_areas().areas))
    if checker.problems:
        raise BadFile(checker.problems)
    return Organization(
        name=values["name"],
        in_text=values.get("in_text", f"the {values['name']}"),
        short=values["short"],
        spanish_in_text=translated.get("in_text", values["name"]),
        spanish_short=translated.get("short", values["short"]),
        areas=values.get("areas", ()),
    )
