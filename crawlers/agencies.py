"""The agencies that publish rules and notices (agencies.yml): each has several names in the sources, and one address in lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from crawlers.items import slug
from crawlers.parsers.regulations_gov import agency_names
from text.yaml_config import rules_of, texts

FILE = Path(__file__).with_name("agencies.yml")


@dataclass(frozen=True, kw_only=True)
class Agency:
    """``of`` is the key of the agency that it is part of; ``also`` its other names in the sources."""

    key: str
    name: str
    of: str | None
    also: tuple[str, ...]


@cache
def load_agencies(path: Path = FILE) -> dict[str, Agency]:
    """All agencies by key, in the file's order.

    Raises:
        ValueError: a field is unknown, an agency is part of none that is here, or two have one name.
    """
    with rules_of(path) as raw:
        found = {each.key: each for each in (_agency(name, entry) for name, entry in raw.items())}
        names = [name.casefold() for each in found.values() for name in (each.name, *each.also)]
        twice = {name for name in names if names.count(name) > 1}
        if twice or len(found) < len(raw):
            raise ValueError(
                f"{path.name}: two agencies have one name: {', '.join(sorted(twice)) or 'in small letters'}"
            )
        for each in found.values():
            if each.of is not None and (each.of not in found or each.key in _above(each.of, found)):
                raise ValueError(f"{path.name}: {each.name} must be part of another agency of this file")
    return found


def _agency(name: str, entry: dict[str, object]) -> Agency:
    if set(entry) - {"of", "also"}:
        raise ValueError(f"{name}: may have `of` and `also`, and nothing else")
    of = entry.get("of")
    return Agency(key=slug(name), name=name, of=slug(str(of)) if of else None, also=texts(entry.get("also", [])))


def _above(key: str | None, agencies: dict[str, Agency]) -> Iterator[str]:
    """An agency and those that it is part of, the nearest first."""
    seen: set[str] = set()
    while key in agencies and key not in seen:
        seen.add(key)
        yield key
        key = agencies[key].of


@cache
def _keys_by_name() -> dict[str, str]:
    names = {name.casefold(): agency.key for agency in load_agencies().values() for name in (agency.name, *agency.also)}
    codes = {
        code.casefold(): names[name.casefold()] for code, name in agency_names().items() if name.casefold() in names
    }
    return codes | names


def key_of(name: str) -> str | None:
    """The agency of a name as a source writes it, or of a code of regulations.gov; None where it is of none, or of many."""
    return _keys_by_name().get(name.casefold())


def above(key: str) -> list[str]:
    """An agency of the file and those that it is part of, the nearest first."""
    return list(_above(key, load_agencies()))


def keys_of(names: Iterable[str]) -> list[str]:
    """The agencies of some names and those that they are part of, each once, by the alphabet."""
    named = (key_of(name) for name in names)
    return sorted({key for found in named if found for key in above(found)})
