"""A map of the states: one tile for each, with its number, from datasette/map.yml."""

from __future__ import annotations

import bisect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from pages.http import formatting
from pages.places.collected import Collected
from text.yaml_config import BadYaml, read_yaml

#: How many shades there are besides "nothing"; each holds about as many places as the next.
SHADES = 4


@dataclass(frozen=True)
class Tile:
    """``column`` and ``row`` count from 0; ``shade`` goes from 0 (nothing) to SHADES (among the most).

    ``count`` is None for a place of which nothing is collected: that is not the same as nothing found. ``part``: only some of it
    is, such as a special session, so that there may be more than ``count``.
    """

    id: str
    code: str
    title: str
    count: int | None
    column: int
    row: int
    shade: int
    href: str
    part: bool = False


@dataclass(frozen=True)
class StateMap:
    """``others`` are the places that have no tile, most first, as ``(id, title, count, href)``."""

    tiles: list[Tile]
    columns: int
    rows: int
    others: list[tuple[str, str, int, str]]

    @property
    def missing(self) -> list[str]:
        """The places that are not collected, by name."""
        return [tile.title for tile in self.tiles if tile.count is None]

    @property
    def in_part(self) -> list[str]:
        """The places of which only some is collected, by name."""
        return [tile.title for tile in self.tiles if tile.part]

    @property
    def table(self) -> list[tuple[str, str, int, str]]:
        """Every place that has something, most first."""
        placed = [(tile.id, tile.title, tile.count, tile.href) for tile in self.tiles if tile.count]
        return sorted([*placed, *self.others], key=lambda place: (-place[2], formatting.alphabetical(place[1])))


@cache
def layout() -> dict[str, tuple[int, int]]:
    """Jurisdiction -> (column, row).

    Raises:
        BadYaml: the rows of the file are not of one length, or name a state twice.
    """
    path = formatting.SITE / "map.yml"
    rows = [row.split() for row in read_yaml(path)]
    places = [(f"us-{code.lower()}", (x, y)) for y, row in enumerate(rows) for x, code in enumerate(row) if code != "."]
    if len({len(row) for row in rows}) != 1 or len(dict(places)) != len(places):
        raise BadYaml(f"{path}: every row must have as many entries, and no state may stand there twice")
    return dict(places)


def state_map(counts: dict[str, int], collected: Collected, address: Callable[[str], str]) -> StateMap | None:
    """The map of some numbers by jurisdiction; None where no state or territory has any.

    Args:
        counts: jurisdiction -> number; those of the whole country and of cities are left out.
        collected: the jurisdictions whose current session is stored, and those of which a part is: without a number they have
            0, and more may be there. Another one is not collected, or in part where it has a number all the same.
        address: where the tile of a jurisdiction leads.
    """
    places = layout()
    states = {key: number for key, number in counts.items() if key.startswith("us-") and key.count("-") == 1 and number}
    if not states:
        return None
    counted = collected.places | collected.in_part
    tops = _tops(sorted(states.values()))
    tiles = [
        Tile(
            id=key,
            code=key[3:].upper(),
            title=formatting.place(key),
            count=states.get(key, 0 if key in counted else None),
            part=key in collected.in_part or (key in states and key not in collected.places),
            column=column,
            row=row,
            shade=1 + bisect.bisect_left(tops, states[key]) if key in states else 0,
            href=address(key),
        )
        for key, (column, row) in sorted(
            places.items(), key=lambda place: formatting.alphabetical(formatting.place(place[0]))
        )
    ]
    others = [(key, formatting.place(key), number, address(key)) for key, number in states.items() if key not in places]
    columns, rows = (1 + max(place[axis] for place in places.values()) for axis in (0, 1))
    return StateMap(tiles, columns, rows, others)


def _tops(ordered: list[int]) -> list[int]:
    """The largest number of each shade: the quarters of what occurs. Places with one number have one shade, the lightest."""
    return [ordered[max(0, len(ordered) * shade // SHADES - 1)] for shade in range(1, SHADES + 1)]
