"""The kind of a measure of a state's legislature: a bill, a resolution of one chamber or of both, a message of the governor."""

from __future__ import annotations

import re
from collections.abc import Iterable

#: Kinds of documents that one chamber adopts or confirms by itself.
ONE_CHAMBER = frozenset(
    {"resolution", "memorial", "commemoration", "proclamation", "appointment", "nomination", "order"}
)
#: The number of a resolution, where the source calls it a bill (Colorado, Nevada) or a resolution of one chamber (Alabama,
#: Ohio, Michigan, whose joint resolutions have letters).
_RESOLUTION = re.compile(r"[AHS](C|J)?R ?(?:\d|[A-Z]{1,2}$)")
#: The title that says which it is, where the number does not (Rhode Island, Pennsylvania).
_OF_BOTH = re.compile(r"(?:an? )?(?:(?:house|senate) )?(concurrent|joint) resolution\b", re.IGNORECASE)
_RESOLUTIONS = {None: "resolution", "C": "concurrent resolution", "J": "joint resolution"}
#: The title of what Hawaii's governor tells the legislature, which Open States calls a proclamation, as it does a nomination.
_INFORMS = re.compile(r"informing\b|(?:letter )?dated\b", re.IGNORECASE)

#: The title of what a chamber of Massachusetts orders of its own business, which its source calls a bill, or a proposed one where
#: it has no number yet; and those that both chambers must agree to.
_ORDER = re.compile(
    r"(?:order )?relative to the issuance of a precept\b|precept setting forth\b"
    r"|order (?:relative to|for considering|considering)\b|convention of the two branches\b|recess of the joint session\b",
    re.IGNORECASE,
)
_ORDER_OF_BOTH = re.compile(r"\bjoint (?:rules|committees?|session)\b|\btwo branches\b", re.IGNORECASE)

#: The number of a draft that a legislator has asked for: Montana lists those of its Legislative Council beside its bills.
_DRAFT = re.compile(r"LC ?\d")
#: What is done with a draft before it is introduced.
_DRAFTING = re.compile(r"\(LC\) ")

#: All that is done with a report, letter, or address to a legislature that its source calls a bill (Massachusetts, Maine): a
#: chamber places it on file, and sends it to the other one, which does so, too.
_FILED = re.compile(r"(?:read and (?:with accompanying papers )?ordered )?placed on file\b", re.IGNORECASE)
_SENT_ON = re.compile(r"(?:ordered sent down forthwith for|sent for|in) concurrence\b", re.IGNORECASE)


def is_filed(descriptions: Iterable[str]) -> bool:
    """Whether a document was placed on file as soon as it came, and nothing else was done with it: it asks for no decision."""
    first, *rest = [*descriptions] or [""]
    return bool(_FILED.match(first)) and all(_FILED.match(each) or _SENT_ON.match(each) for each in rest)


def is_drafting(description: str) -> bool:
    """Whether an action is a step of those who write a bill, before it is introduced."""
    return _DRAFTING.match(description) is not None


def kind_of(identifier: str, said: str, title: str = "", *, in_both: bool = False, filed: bool = False) -> str:
    """The kind of a document: the source's word, or what its number, or the beginning of its title, says of a resolution that the
    source calls a bill or a mere resolution, of an order, and of a message that it calls a proclamation. A mere resolution or
    order that is before both chambers (`in_both`) is a concurrent one; a "draft" was not introduced; a "message" only informs, as
    does what was only placed on file (`filed`)."""
    if _DRAFT.match(identifier):
        return "draft"
    if filed or (said == "proclamation" and _INFORMS.match(title)):
        return "message"
    if said in ("bill", "proposed bill") and _ORDER.match(title):
        return "concurrent order" if in_both or _ORDER_OF_BOTH.search(title) else "order"
    found = _RESOLUTION.match(identifier) if said in ("bill", "resolution") else None
    kind = _RESOLUTIONS[found[1]] if found else said
    both = _OF_BOTH.match(title) if kind == "resolution" else None
    if both:
        return f"{both[1].lower()} resolution"
    return "concurrent resolution" if kind == "resolution" and in_both else kind
