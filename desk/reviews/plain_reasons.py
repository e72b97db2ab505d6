"""Why the program suggests something, in plain words: matches and grades keep reasons with codes in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from positions.matching.similar_positions import REASON
from text.yaml_config import read_yaml

FILE = Path(__file__).with_name("plain_reasons.yml")
#: Titles of positions that one reason names.
_MOST_NAMED = 3
#: "touches, direction unclear: names public meetings: watch, gi-foia": why no side is suggested, what the words do, the code.
_REASON = re.compile(
    r"(?:touches, (?P<why>[^:(]+?)(?: \((?P<ids>[^)]*)\))?: )?(?P<says>.*): [a-z_]+, [a-z0-9-]+", re.DOTALL
)
_OTHERS = re.compile(r"; (?P<ids>[a-z0-9-]+(?:, [a-z0-9-]+)*) the other way$")
_STRUCK = "struck from the law: "
#: Why no side is suggested -> how the sentence ends.
_UNSURE = {
    "direction unclear": "which way is unclear",
    "one sentence tells": "one sentence alone says which way",
    "says both sides": "a sentence can be read both ways",
    "its sentences point both ways": "its sentences point both ways",
    "other words of the document point the other way": "what it says on {} points the other way",
}
_OUTCOME = re.compile(
    r"the final text (?P<does>serves it|goes against it|has [^,:]+)(?P<next>: |, first )(?P<because>.*)", re.DOTALL
)
_ENDED = re.compile(r"it was (?:failed|(?P<how>vetoed|withdrawn)), so ")


def in_words(subject: str, reason: str | None, titles: Mapping[str, str]) -> str | None:
    """The reason of a suggestion for a subject; an area has its words instead of one.

    Args:
        titles: the title of each position by its id.
    """
    kind = subject.partition(":")[0]
    if not reason or kind not in ("position", "outcome"):
        return of_priority(reason) if kind == "priority" else reason
    return of_position(reason, titles) if kind == "position" else of_outcome(reason, titles)


def of_position(reason: str, titles: Mapping[str, str]) -> str:
    """The reason of a suggested direction without codes; one of another shape stays as it is."""
    found = _REASON.fullmatch(reason)
    if not found:
        return reason
    says, ends = found["says"], []
    if others := _OTHERS.search(says):
        says = says[: others.start()]
        ends.append(f"what it says on {_named(others['ids'], titles)} points the other way")
    if found["why"]:
        unsure = _UNSURE.get(found["why"], found["why"])
        ends.append(unsure.format(_named(found["ids"] or "", titles)))
    return "; ".join([_sentence(says), *ends])


def _sentence(says: str) -> str:
    """What the words do, as a sentence about the document."""
    if says.startswith(_STRUCK):
        return f"It takes out of the law what {says.removeprefix(_STRUCK)}"
    if says == REASON:
        return "No rule fits; of all positions, its words are nearest to this one"
    first = says.split(" ", 1)[0].rstrip(",")
    return f"It {says}" if first.endswith("s") or first == "only" else f"It is about {says}"


def _named(ids: str, titles: Mapping[str, str]) -> str:
    keys = [key for key in ids.split(", ") if key]
    named = [f"“{titles.get(key, key.replace('-', ' '))}”" for key in keys[:_MOST_NAMED]]
    if more := len(keys) - len(named):
        named.append(f"{more} more")
    return " and ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named)


def of_outcome(reason: str, titles: Mapping[str, str]) -> str:
    """The reason of a suggested outcome without codes."""
    if found := _OUTCOME.fullmatch(reason):
        does = found["does"].replace(" it", " the position") if found["does"].endswith(" it") else found["does"]
        because = of_position(found["because"], titles)
        follows = "; first, " if "first" in found["next"] else ": "
        return f"The final text {does}{follows}{because[:1].lower()}{because[1:]}"
    ended = _ENDED.sub(lambda found: f"It was {found['how']}, so " if found["how"] else "It failed, so ", reason)
    plain = ended.replace("; which way, a person must say", "; a person must say which way")
    return plain[:1].upper() + plain[1:]


def of_priority(why: str | None) -> str | None:
    """What decided a priority; None where nothing but an area speaks for the document."""
    known = known_reasons()
    return known.get(why, f"The rule “{why.replace('-', ' ')}”") if why else None


@cache
def known_reasons() -> dict[str, str]:
    found: dict[str, dict[str, str]] = read_yaml(FILE)
    return found["rules"] | found["others"]
