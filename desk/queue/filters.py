"""Filters of a list as parts of its address, so that a filtered list can be linked to and saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Self
from urllib.parse import urlencode


@dataclass(frozen=True)
class AddressFilters:
    """The base of a list's filters: every field of a subclass is text; those that are yes or no are "" or "1"."""

    @classmethod
    def of(cls, args: Mapping[str, Sequence[str]]) -> Self:
        """Return the filters in the arguments of an address."""
        return cls(**{each.name: (args.get(each.name) or [""])[0].strip()[:200] for each in fields(cls)})

    def query(self, **more: str | int | None) -> str:
        """Return the filters as the query of an address; "" when there are none."""
        values = vars(self) | more
        return urlencode({name: value for name, value in values.items() if value not in ("", None)})
