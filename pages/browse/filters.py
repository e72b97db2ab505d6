"""What the address of /browse asks for, and what that means in SQL and in Datasette's own addresses."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from pages.browse.trackers import issue_of
from pages.database import marks
from pages.http.language import N_
from pages.http.site import page_number
from store.constants import ANY_AREA, FILTERED, TAGGED, UNHEARD, UNHEARD_PASSED

#: Choices that combine several statuses, by their key in the glossary.
STATUS_GROUPS = {
    "alive": (
        "introduced",
        "in_committee",
        "reported",
        "passed_first_chamber",
        "passed_second_chamber",
        "passed",
        "to_executive",
    ),
    "unheard": (UNHEARD, UNHEARD_PASSED),
    "dead": ("failed", "withdrawn", "replaced", "vetoed"),
    "passed_a_chamber": (
        "passed_first_chamber",
        "passed_second_chamber",
        "passed",
        "to_executive",
        UNHEARD_PASSED,
        "vetoed",
        "enacted",
        "adopted",
    ),
}
#: Those of them that are of bills alone: no agency and no council is a chamber.
OF_BILLS = frozenset({"passed_a_chamber"})
#: Choices that combine several places, by their key in the glossary: SQL that a jurisdiction fulfills.
PLACE_GROUPS = {
    "federal": "jurisdiction = 'us'",
    "states": "jurisdiction like 'us-__'",
    "local": "jurisdiction like 'us-__-%'",
    "abroad": "jurisdiction not like 'us%' and jurisdiction <> 'corp'",
    "companies": "jurisdiction = 'corp'",
}
#: Choices that combine several values of a filter, by filter.
GROUPS = {"status": tuple(STATUS_GROUPS), "area": (TAGGED,), "jurisdiction": tuple(PLACE_GROUPS)}
#: SQL for the documents of an agency, by its key between blanks. SQLite takes the index of them only where it is told that they
#: are few.
OF_AGENCY = """(agency <> '' and unlikely(agency in (
    select agency from agency_counts where instr(' ' || agency || ' ', ?))))"""
#: Filters of which several choices can be made at once, with a comma between them.
SEVERAL = ("kind", "jurisdiction", "status", "year", "agency")
#: The filters in the order in which the page shows them, with their headings.
TITLES = {
    "area": N_("Policy area"),
    "kind": N_("Kind"),
    "jurisdiction": N_("Jurisdiction"),
    "status": N_("Status"),
    "year": N_("Year"),
    "agency": N_("Agency"),
    "must_see": N_("Priority"),
    "ceremonial": N_("Left out unless asked for"),
}
#: The words of links to a subscription: to the list as it is, or to what it takes the place of.
_THIS_SEARCH = N_("Get this search by email")
_WHOLE_ISSUE = N_("Get the whole issue by email")
_OF_AGENCY = N_("Get all documents of this agency, and priority documents, by email")
_WORDS = N_("Get all documents with these words, and priority documents, by email")
_ANY_STATUS = N_("Get these by email, whatever their status or year")


@dataclass(frozen=True)
class Filters:
    """What the address asks for. Empty text means "all"; ``page`` counts from 1."""

    q: str = ""
    area: str = ""
    kind: str = ""
    jurisdiction: str = ""
    status: str = ""
    year: str = ""
    agency: str = ""
    must_see: str = ""
    ceremonial: str = ""  #: none of them, "1" only them, "any" them too
    sort: str = ""
    page: int = 1

    @classmethod
    def of(cls, args: dict[str, str]) -> Filters:
        """From the parts of an address; parts it does not know are ignored and a page that is no number is page 1.

        Where nothing is asked for, the documents on information policy are meant; ``area=any`` asks for all.
        """
        known = {name: args.get(name, "").strip()[:300] for name in ("q", *TITLES, "sort")}
        if not any(value for name, value in known.items() if name != "sort"):
            known["area"] = TAGGED
        if known["area"] == ANY_AREA:
            known["area"] = ""
        return cls(**known, page=page_number(args.get("page", "")))

    def chosen(self) -> dict[str, str]:
        return {name: value for name in TITLES if (value := getattr(self, name))}

    def values(self, name: str) -> list[str]:
        """What is chosen of a filter."""
        value: str = getattr(self, name)
        return [each for each in value.split(",") if each] if name in SEVERAL else [value] if value else []

    def toggled(self, name: str, value: str) -> str:
        """The address with a choice taken out if it was made; else added, or made in the place of another."""
        chosen = self.values(name)
        if value in chosen:
            return self.address(**{name: ",".join(each for each in chosen if each != value)})
        return self.address(**{name: ",".join([*chosen, value]) if name in SEVERAL else value})

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
        if not any(name not in ("sort", "page") for name in kept):
            kept = {"area": ANY_AREA, **kept}
        return "/browse" + (f"?{urlencode(kept)}" if kept else "")

    def subscription(self, q: str | None = None) -> tuple[str, str] | None:
        """What a subscription can say of this list: the words of a link, which name what else will come, and its address.

        It looks for words and an agency in all places and sends priority documents besides; who follows an issue gets all of it
        and nothing else, or all of it in one place. It knows neither status nor year. None where it cannot say the list: it
        holds neither every subject nor what is ceremonial. ``q`` is the search as it was carried out, where it differs from
        what was typed.
        """
        if self.q:
            searches = [("searches", q or self.q)]
            if not (issue := issue_of(self.q)):
                return _WORDS, "/subscribe?" + urlencode(searches)
            narrowed = dict(self.chosen().items() - {("area", TAGGED)})
            one_place = "," not in self.jurisdiction and self.jurisdiction not in PLACE_GROUPS
            if list(narrowed) == ["jurisdiction"] and one_place and not issue[1]:
                narrowed, searches = {}, [("searches", f"{self.q} place:{self.jurisdiction}")]
            words = _WHOLE_ISSUE if narrowed else _THIS_SEARCH
            return words, "/subscribe?" + urlencode([("must_see", "0"), *searches])
        if self.agency:
            searches = [("searches", f"agency:{self.agency}")]
            return None if "," in self.agency else (_OF_AGENCY, "/subscribe?" + urlencode(searches))
        if self.ceremonial or self.must_see == "0" or not (self.area or self.must_see):
            return None
        names = ("area", "jurisdiction", "kind")
        kept = [(name, value) for name in names for value in self.values(name) if value != TAGGED]
        words = _ANY_STATUS if self.status or self.year else _THIS_SEARCH
        return words, "/subscribe?" + urlencode([*kept, ("must_see", self.must_see or "0")])

    def counted_in(self, facet: str = "") -> str:
        """The table that counts the documents of the list, or of each choice of a facet."""
        return "agency_counts" if self.agency or facet == "agency" else "facet_counts"

    def where(self, *, without: str = "") -> tuple[str, list[str]]:
        """SQL conditions on listing, or on the counts of ``counted_in``, for everything chosen but the facet ``without``."""
        area = ANY_AREA if without == "area" else self.area or ANY_AREA
        conditions, values = ["area_id = ?"], [area]
        if without == "area":
            conditions, values = ["area_id <> ?"], [ANY_AREA]
        for condition, some in (self.condition(name) for name in FILTERED if name != without):
            conditions.append(condition)
            values += some
        return " and ".join(filter(None, conditions)), values

    def condition(self, name: str) -> tuple[str, list[str]]:
        """SQL for what is chosen of one facet, and its values; ``""`` where nothing is."""
        value = self.wanted(name)
        chosen = self.values(name) if name in SEVERAL and value else [value] if value else []
        choices = [_condition(name, each) for each in chosen]
        sql = " or ".join(sql for sql, _some in choices)
        return f"({sql})" if sql else "", [each for _sql, some in choices for each in some]


def _condition(name: str, value: str) -> tuple[str, list[str]]:
    """SQL for one choice, and its values."""
    if name == "status" and value in STATUS_GROUPS:
        of_bills = " and kind = 'bill'" if value in OF_BILLS else ""
        return f"(status in ({marks(STATUS_GROUPS[value])}){of_bills})", list(STATUS_GROUPS[value])
    if name == "jurisdiction" and value in PLACE_GROUPS:
        return f"({PLACE_GROUPS[value]})", []
    if name == "agency":
        return OF_AGENCY, [f" {value} "]
    return f"{name} = ?", [value]


def place_group(jurisdiction: str) -> str:
    """The group of a place, as PLACE_GROUPS has it in SQL."""
    if jurisdiction == "corp":
        return "companies"
    if not jurisdiction.startswith("us"):
        return "abroad"
    return ("federal", "states", "local")[min(2, jurisdiction.count("-"))]
