"""What the address of /browse asks for, and what that means in SQL and in Datasette's own addresses."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from pages.database import marks
from pages.http.language import N_
from pages.http.site import page_number
from store.constants import ANY_AREA, FACETS, TAGGED

#: Choices that combine several statuses of bills, by their key in the glossary.
STATUS_GROUPS = {
    "passed_a_chamber": (
        "passed_first_chamber",
        "passed_second_chamber",
        "passed",
        "to_executive",
        "vetoed",
        "enacted",
        "adopted",
    )
}
#: Choices that combine several values of a filter, by filter.
GROUPS = {"status": tuple(STATUS_GROUPS), "area": (TAGGED,)}
#: The filters in the order in which the page shows them, with their headings.
TITLES = {
    "area": N_("Policy area"),
    "kind": N_("Kind"),
    "jurisdiction": N_("Jurisdiction"),
    "status": N_("Where it stands"),
    "year": N_("Year"),
    "must_see": N_("Priority"),
    "ceremonial": N_("Left out unless asked for"),
}


@dataclass(frozen=True)
class Filters:
    """What the address asks for. Empty text means "all"; ``page`` counts from 1."""

    q: str = ""
    area: str = ""
    kind: str = ""
    jurisdiction: str = ""
    status: str = ""
    year: str = ""
    must_see: str = ""
    ceremonial: str = ""  #: none of them, "1" only them, "any" them too
    sort: str = ""
    page: int = 1

    @classmethod
    def of(cls, args: dict[str, str]) -> Filters:
        """From the parts of an address; parts it does not know are ignored and a page that is no number is page 1."""
        known = {name: args.get(name, "").strip()[:300] for name in ("q", *TITLES, "sort")}
        return cls(**known, page=page_number(args.get("page", "")))

    def chosen(self) -> dict[str, str]:
        return {name: value for name in TITLES if (value := getattr(self, name))}

    def wanted(self, name: str) -> str:
        """The value of a facet that documents must have; ``""`` when any will do."""
        value: str = getattr(self, name)
        if name == "ceremonial":
            return {"": "0", "any": ""}.get(value, value)
        return value

    def address(self, **changes: str | int) -> str:
        """The address of this page with some parts changed; ``""`` takes a part out, and any change goes to page 1."""
        parts = {"q": self.q, **self.chosen(), "sort": self.sort, "page": 1, **changes}
        kept = {name: value for name, value in parts.items() if value not in ("", 1) or (name == "must_see" and value)}
        return "/browse" + (f"?{urlencode(kept)}" if kept else "")

    def subscription(self) -> str:
        """The address of a subscription to what these filters choose, as far as a subscription can say it."""
        parts = {"area": self.area, "jurisdiction": self.jurisdiction, "kind": self.kind, "must_see": self.must_see}
        kept = {name: value for name, value in parts.items() if value and value != TAGGED}
        return "/subscribe?" + urlencode(kept | ({"searches": self.q} if self.q else {}))

    def where(self, *, without: str = "") -> tuple[str, list[str]]:
        """SQL conditions on listing or facet_counts for everything chosen but the facet ``without``."""
        area = ANY_AREA if without == "area" else self.area or ANY_AREA
        conditions, values = ["area_id = ?"], [area]
        if without == "area":
            conditions, values = ["area_id <> ?"], [ANY_AREA]
        for name in FACETS:
            value = "" if name == without else self.wanted(name)
            if name == "status" and value in STATUS_GROUPS:
                conditions.append(f"status in ({marks(STATUS_GROUPS[value])}) and kind = 'bill'")
                values += STATUS_GROUPS[value]
            elif value:
                conditions.append(f"{name} = ?")
                values.append(value)
        return " and ".join(conditions), values
