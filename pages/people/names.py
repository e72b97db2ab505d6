"""The words and addresses of people, committees and roll calls.

An address ends with what identifies the record and begins with words for people: `/people/mary-miller-m001211`. Only the end
counts, so an old address still leads to a person whose name has changed.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from pages.http import formatting
from pages.http.formatting import SITE
from pages.http.language import N_, _
from text.yaml_config import read_yaml

#: Of the 32 digits of an Open States id, so many end an address: enough that no two records share them.
DIGITS = 12
_OCD = re.compile(r"ocd-(?:person|vote|organization)/([0-9a-f]{8})-([0-9a-f]{4})-[0-9a-f-]+")
_LAST = re.compile(rf"(?:^|-)([0-9a-f]{{{DIGITS}}})$")

#: How sources write a party -> its word here. Other parties are shown as the source writes them.
PARTIES = {
    "d": N_("Democrat"),
    "democrat": N_("Democrat"),
    "democratic": N_("Democrat"),
    "r": N_("Republican"),
    "republican": N_("Republican"),
    "i": N_("Independent"),
    "id": N_("Independent"),
    "independent": N_("Independent"),
    "n": N_("Nonpartisan"),
    "nonpartisan": N_("Nonpartisan"),
    "democratic-farmer-labor": N_("Democratic-Farmer-Labor"),
    "working families": N_("Working Families"),
    "progressive": N_("Progressive"),
    "independence": N_("Independence"),
    "forward": N_("Forward"),
}
CHOICES = {
    "yes": N_("Yes"),
    "no": N_("No"),
    "present": N_("Present"),
    "not_voting": N_("Did not vote"),
    "other": N_("Other"),
}
#: The chamber of a legislature by its place, where it has a name of its own; others are the House and the Senate.
_LOWER = {
    "us-ca": N_("Assembly"),
    "us-ny": N_("Assembly"),
    "us-nv": N_("Assembly"),
    "us-wi": N_("Assembly"),
    "us-nj": N_("General Assembly"),
    "us-md": N_("House of Delegates"),
    "us-va": N_("House of Delegates"),
    "us-wv": N_("House of Delegates"),
}


def slug(*words: str | None) -> str:
    """Small letters and digits of some words, joined by hyphens: ``José Núñez`` -> ``jose-nunez``."""
    plain = unicodedata.normalize("NFKD", " ".join(filter(None, words))).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def _end(key: str) -> str:
    found = _OCD.fullmatch(key)
    return found[1] + found[2] if found else key.lower()


def person_address(key: str, name: str) -> str:
    return f"/people/{slug(name, _end(key))}"


def committee_address(key: str, name: str) -> str:
    return f"/committees/{slug(name, _end(key))}"


@cache
def of_one_role() -> frozenset[str]:
    """The states whose source calls everybody a sponsor, whether they brought a bill or joined it."""
    return frozenset(f"us-{state}" for state in read_yaml(SITE / "one_role.yml"))


def vote_address(key: str) -> str:
    """``us-house-119-2-43`` -> ``/votes/us-house-119-2-43``; a vote of Open States by digits of its id."""
    return f"/votes/{_end(key)}"


def ids_of(address: str, kind: str) -> tuple[str, str]:
    """The range of ids that an address may mean: from the first one, included, to the second one, not included.

    Args:
        address: the last part of a path.
        kind: what Open States calls the record: "person", "vote" or "organization".
    """
    if found := _LAST.search(address):
        first = f"ocd-{kind}/{found[1][:8]}-{found[1][8:]}"
        return first, first + "~"
    end = address.rpartition("-")[2]
    last = {"vote": address, "person": end.upper()}.get(kind, end)
    return last, last + "\0"


def party(name: str | None) -> str:
    """The word for a party, or for each of those on whose lines somebody ran; "" where none is known."""
    return "/".join(_(PARTIES.get(each.lower().strip(), each)) for each in (name or "").split("/"))


#: The bare words of Open States for how a vote ended; Congress writes whole words, which are shown as they are.
RESULTS = {"pass": N_("Motion passed"), "fail": N_("Motion failed")}


def result(word: str | None) -> str | None:
    """How a vote ended, where its source has a bare word for it; None where the source says it itself."""
    return _(RESULTS[word]) if word in RESULTS else None


def choice(key: str) -> str:
    return _(CHOICES.get(key, key))


def chamber(jurisdiction: str | None, key: str | None) -> str:
    """The name of a chamber: ``("us-ca", "lower")`` -> ``Assembly``; "" where it has none."""
    if key == "lower":
        return _(_LOWER.get(jurisdiction or "", N_("House")))
    if key == "upper":
        return _("Senate")
    if key == "legislature":
        return _("Legislature")
    return _("Both chambers") if key == "joint" else ""


def state(code: str | None) -> str:
    """The name of a state or territory by its code; "" where there is none (the House's clerk writes XX for delegates)."""
    key = f"us-{(code or '').lower()}"
    return formatting.place(key) if key in formatting.glossary()["jurisdictions"] else ""


def seat(jurisdiction: str, chamber_key: str | None, district: str | None, code: str | None = None) -> str:
    """Where a member sits: ``Ohio, Senate, district 12``; ``U.S. House, Ohio 4``; "" if nowhere. ``code`` is the state's."""
    house = chamber(jurisdiction, chamber_key)
    if not house:
        return ""
    if jurisdiction == "us":
        place = state(code)
        number = district.rpartition("-")[2] if district and chamber_key == "lower" else ""
        where = f"{place} {number}" if number.isdecimal() and int(number) else place
        return ", ".join(filter(None, (_("U.S. {chamber}").format(chamber=house), where)))
    named = f"{formatting.place(jurisdiction)}, {house}"
    return _("{seat}, district {district}").format(seat=named, district=district) if district else named
