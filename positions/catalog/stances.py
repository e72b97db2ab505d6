"""The stances that are on record (``stances.yml``): loaded, checked and frozen."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from positions.catalog import yaml_file
from positions.catalog.checks import LIST, TEXT, YEAR, Checker
from positions.catalog.organization import catalog_home
from positions.catalog.records import AREAS, CONFIDENCES, STANCES, Stance
from positions.catalog.yaml_file import BadFile, Entry

FILE = Path(__file__).with_name("stances.yml")
_CONFIDENCES = ("confidence_identity", "confidence_stance", "confidence_outcome")
_TEXTS = ("id", "type", "jurisdiction", "number", "title", "stance", "role", "actor", "source_name", *_CONFIDENCES)
_KEYS = {
    **dict.fromkeys((*_TEXTS, "side", "outcome", "source_url", "note"), TEXT),
    **dict.fromkeys(("areas", "positions", "documents"), LIST),
    "year": YEAR,
}


def load_stances(position_ids: frozenset[str], path: Path | None = None) -> tuple[Stance, ...]:
    """Every stance on record, in the order of the file; each must rest on positions among ``position_ids``.

    Raises:
        BadFile: anything is wrong; ``problems`` lists all of it.
    """
    path = path or catalog_home() / FILE.name
    checker = Checker()
    if not path.exists():  # a catalog need not have any
        return ()
    stances = [_stance(checker, path, entry, position_ids) for entry in yaml_file.read(path)]
    if checker.problems:
        raise BadFile(checker.problems)
    return tuple(stance for stance in stances if stance)


def years() -> dict[str, str]:
    """The year in which each stance on record was taken, by its id."""
    return _years(catalog_home() / FILE.name)


@lru_cache(maxsize=4)  # the file of a running site never changes
def _years(path: Path) -> dict[str, str]:
    return {str(entry.get("id")): str(entry.get("year", "")) for entry in yaml_file.read(path)} if path.exists() else {}


def _stance(checker: Checker, path: Path, entry: Entry, position_ids: frozenset[str]) -> Stance | None:
    before = len(checker.problems)
    checker.begin(path, entry)
    values = checker.values(entry, _KEYS, (*_TEXTS, "year", "areas", "positions"))
    checker.unique(entry)
    checker.closed(entry, "stance", STANCES)
    checker.closed(entry, "areas", AREAS)
    for key in _CONFIDENCES:
        checker.closed(entry, key, CONFIDENCES)
    for position in values.get("positions", ()):
        if position not in position_ids:
            checker.problem(entry, "positions", f"names {position!r}, which the catalog lacks: correct or remove it")
    return Stance(**values) if len(checker.problems) == before else None
