"""The kind of a measure of a state's legislature: a bill, a resolution of one chamber or of both, a message of the governor."""

from __future__ import annotations

import re

#: The number of a resolution, where the source calls it a bill (Colorado, Nevada) or a resolution of one chamber (Alabama,
#: Ohio, Michigan, whose joint resolutions have letters).
_RESOLUTION = re.compile(r"[AHS](C|J)?R ?(?:\d|[A-Z]{1,2}$)")
#: The title that says which it is, where the number does not (Rhode Island, Pennsylvania).
_OF_BOTH = re.compile(r"(?:an? )?(?:(?:house|senate) )?(concurrent|joint) resolution\b", re.IGNORECASE)
_RESOLUTIONS = {None: "resolution", "C": "concurrent resolution", "J": "joint resolution"}
#: The title of what Hawaii's governor tells the legislature, which Open States calls a proclamation, as it does a nomination.
_INFORMS = re.compile(r"informing\b|(?:letter )?dated\b", re.IGNORECASE)

#: The number of a draft that a legislator has asked for: Montana lists those of its Legislative Council beside its bills.
_DRAFT = re.compile(r"LC ?\d")
#: What is done with a draft before it is introduced.
_DRAFTING = re.compile(r"\(LC\) ")


def is_drafting(description: str) -> bool:
    """Whether an action is a step of those who write a bill, before it is introduced."""
    return _DRAFTING.match(description) is not None


def kind_of(identifier: str, said: str, title: str = "", *, in_both: bool = False) -> str:
    """The kind of a document: the source's word, or what its number, or the beginning of its title, says of a resolution that the
    source calls a bill or a mere resolution, and of a message that it calls a proclamation. A mere resolution that is before both
    chambers (`in_both`) is a concurrent one; a "draft" was not introduced."""
    if _DRAFT.match(identifier):
        return "draft"
    if said == "proclamation" and _INFORMS.match(title):
        return "message"
    found = _RESOLUTION.match(identifier) if said in ("bill", "resolution") else None
    kind = _RESOLUTIONS[found[1]] if found else said
    both = _OF_BOTH.match(title) if kind == "resolution" else None
    if both:
        return f"{both[1].lower()} resolution"
    return "concurrent resolution" if kind == "resolution" and in_both else kind
