"""The words of direction_words.yml: which way a verb pushes what follows it, and which words leave a sentence open."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from text.tokens import fold
from text.yaml_config import rules_of

_CUES = Path(__file__).with_name("direction_words.yml")
#: What a cue may be besides 1 (builds) and -1 (cuts).
NOT, LOOK, ABOUT, AMEND = 0, 2, 3, 4


class Cues(NamedTuple):
    """The sign of each form of a cue; words that disarm "not"; that make a sentence unclear; that leave a title vague;
    verbs that start a new clause in a list."""

    signs: dict[str, int]
    disarm: frozenset[str]
    unclear: frozenset[str]
    vague: frozenset[str]
    list_verbs: frozenset[str]


#: A notice that only asks, announces a form, or names the agency it comes from.
ASKS = re.compile(
    r"\b(?:seeks?|invit\w+|requests?|requesting|soliciting)(?: public)? comments?\b|comments? (?:requested?|sought)\b|\bAGENCY:"
    r"|\binformation collection|comments requested|request for (?:information|comment)|\bdelay of (?:the )?effective"
    r"|\bproposed priorit|\bhearings?:|\bcorrections?$|\bcomment period\b"
    r"|\bwithdraw(?:al|ing|s) (?:of )?(?:its |the |this |a )?(?:notice of )?proposed rule"
    r"|\bpetitions? for (?:reconsideration|extension|waiver)|\breconsiderations? of actions|\breconsideration$"
    r"|^\d{1,2}:\d{3,4}\b",  # a court's docket
    re.IGNORECASE,
)
#: An account of an appropriation: what it is for, then the sum.
PAYS = re.compile(r"\b(?:expenses|necessary|to carry out)\b.*\$[0-9]", re.DOTALL)


@cache
def cues(path: Path = _CUES) -> Cues:
    """Return the folded words of direction_words.yml.

    A sign is 1 or -1, ``NOT`` for a negation, ``LOOK`` for a verb that only asks or looks,
    ``ABOUT`` for "relating to", ``AMEND`` for one that changes a law named next.
    """
    with rules_of(path) as raw:
        signs: dict[str, int] = {}
        for key, sign in (("build", 1), ("cut", -1), ("look", LOOK), ("about", ABOUT), ("amend", AMEND)):
            for word in raw[key].split():
                signs.update(dict.fromkeys(_forms(word), sign))
        signs.update({fold(word): NOT for word in raw["not"].split()})
        unclear, vague = (frozenset(map(fold, raw[key].split())) for key in ("unclear", "vague"))
        return Cues(signs, frozenset(raw["not_unless"].split()), unclear, vague, frozenset(raw["list_verbs"].split()))


def _forms(verb: str) -> set[str]:
    """Return the regular forms of a verb, folded (so without the third person's ``s``)."""
    stem = verb[:-1] if verb.endswith("e") else verb
    doubled = stem + stem[-1] if len(verb) < 7 and stem[-1] in "bpntlr" and stem[-2] in "aeiou" else stem
    past = {verb[:-1] + "ied"} if verb.endswith("y") and verb[-2] not in "aeiou" else {stem + "ed", doubled + "ed"}
    return {fold(form) for form in {verb, verb + "s", verb + "es", stem + "ing", doubled + "ing"} | past}
