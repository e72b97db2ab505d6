"""What is left out because a key or token is not in the environment, and where to get it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from crawlers.parsers import legistar
from crawlers.sources import load_sources


@dataclass(frozen=True)
class Lacking:
    """A source, or one `place` of a source, that is not asked: `variable` is to hold its key, `get` says where to get it.
    `client` is the place as `-a cities=` names it."""

    source: str
    variable: str
    get: str
    place: str = ""
    client: str = ""

    @property
    def whole(self) -> bool:
        """Whether the whole source is left out, not only one place of it."""
        return not self.place

    def is_asked_for(self, cities: str | None) -> bool:
        """Whether a crawl of these clients (with commas; None: all that can be asked) would have this place."""
        return self.whole or not cities or self.client in cities.split(",")

    def __str__(self) -> str:
        what = f"{self.place} is left out" if self.place else "left out"
        return f"{self.source}: {what}, {self.variable} is not in the environment ({self.get})"


def lacking(environment: Mapping[str, str] = os.environ) -> list[Lacking]:
    """All that is left out, in the order of sources.yml."""
    found = []
    for source in load_sources().values():
        agreed = not source.agreement or environment.get(source.agreement) == "1"
        if not agreed:
            found.append(Lacking(source.id, f"{source.agreement}=1", source.why_off or ""))
        elif source.key and not environment.get(source.key):
            found.append(Lacking(source.id, source.key, source.get_key or ""))
        if source.id == legistar.SOURCE:
            for city in legistar.without_token(environment):
                found.append(Lacking(source.id, city.token or "", city.get_token or "", city.name, city.client))
    return found
