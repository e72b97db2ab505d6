"""Which way a sentence pushes what a phrase names: does it build it, cut it, or can nobody tell?

The signs of the cue words that govern the phrase are multiplied: "prohibits states from prohibiting X" builds X, "repeals
the ban on X" builds X, "may not require X" cuts X. A cue governs until its clause ends; an enumeration keeps the cue of its
lead-in ("may not: (1) ...; (2) ..."); a means has its own ("by creating"). Where no cue governs, the answer is 0.
"""

from __future__ import annotations

from dataclasses import dataclass

from positions.matching.direction_words import ABOUT, AMEND, ASKS, LOOK, NOT, PAYS, cues
from text.tokens import Tokens, fold, forms

#: A cue further than this many words before the phrase is too far to be trusted without doubt.
_FAR = 25
#: How many words after the phrase a passive may stand ("the program ... is repealed").
_AFTER = 12
_ARTICLES = frozenset(("the", "a", "an", "such", "each", "this", "that", "any", "annual", "final", "follow", "up"))
_BODIES = frozenset(("committee", "board", "process", "council", "commission", "panel"))
_AFTER_NOUN = frozenset(("and", "under", "required", "described", "made", "prepared", "submitted"))
_BE = frozenset(("is", "are", "be", "been", "being", "was", "were", "hereby"))
_HAVE = frozenset(("has", "have", "had"))
#: "prohibits WHO from doing", "requires WHO to do".
_FROM = frozenset(
    fold(form) for verb in ("prohibit", "bar", "prevent", "preclude", "ban", "stop") for form in (verb, verb + "ing")
)
_TO = frozenset(
    ("require", "direct", "allow", "permit", "order", "directing", "requiring", "authorizing", *forms("authorize"))
)
#: Verbs of "WHO to do" that are no cues themselves.
_ACTS = frozenset(
    ("carry", "collect", "conduct", "consult", "disclose", "issue", "post", "submit", "take", "use", "obtain")
)
#: "protects WHO from what": what follows "from" is cut.
_SHIELD = frozenset(fold(form) for verb in ("protect", "safeguard", "shield") for form in (verb, verb + "ing"))
#: To cut these is to build what they weigh on: "reduce the cost of broadband".
_LOADS = frozenset(
    ("cost", "price", "burden", "waste", "fraud", "gap", "delay", "backlog", "paperwork", "disruption", "interruption")
)
#: To prevent these is to build what they stop; "price" is none: a ban on price regulation says nothing of the price.
_HINDRANCES = frozenset(("delay", "backlog", "disruption", "interruption", "waste", "fraud"))
#: The same where it is what the cut names: "exempting an application fee of builders of networks".
_FEES = frozenset(("fee", "surcharge"))
#: To deal with what stands in the way is to build what lies behind it.
_BARRIERS = frozenset(("barrier", "impediment"))
_EASES = frozenset(
    fold(verb) for verb in ("address", "addressing", "overcome", "identify", "identifying", "lower", "lowering")
)
#: What ends in a negation that turns nothing round: "a credit against tax for X", "children at risk of not learning X".
_NO_TURN = (("credit", "against"), ("risk", "of", "not"))
_RELATIVE = frozenset(("that", "who", "which", "whose"))
_MODAL = frozenset(("may", "shall", "must", "will", "doe", "do", "did", "would", "could", "should"))


@dataclass(frozen=True, slots=True)
class Reading:
    """``sign`` is 1 (builds), -1 (cuts) or 0 (cannot tell); ``doubt`` counts what makes the sign less sure."""

    sign: int
    doubt: int = 0


def read(text: str, found: Tokens, sentence: tuple[int, int], phrase: tuple[int, ...], whole: bool = False) -> Reading:
    """Read the direction of the tokens ``phrase`` (their indexes) inside the tokens ``sentence`` (half-open index range).

    ``whole``: the phrase is an act by itself, so that what follows it is no verb for it ("is confidential and may not ...").

    ``text`` is what the tokens' offsets refer to: punctuation between them ends clauses.
    """
    first, stop = sentence
    unclear = cues().unclear
    words = text[found.starts[first] : found.ends[stop - 1]]
    if tells_present_law(text, found, first, stop) or any(found.folded[at] in unclear for at in range(first, stop)):
        return Reading(0, 1)
    if ASKS.search(words):
        return Reading(0, 1)
    before = _before(text, found, first, phrase)
    if before.sign:
        return _with_passive(before, text, found, phrase[-1] + 1, stop)
    if before.doubt:
        return before
    after = _after(text, found, phrase[-1] + 1, stop, passive_only=whole)
    return Reading(1, 1) if not after.sign and not after.doubt and PAYS.search(words) else after


def tells_present_law(text: str, found: Tokens, first: int, stop: int) -> bool:
    """Digests first say what the law is today, or what a word means: that is no provision of the document.

    A list of acts that only begins with a word's meaning ("Defines "sex"; revises provisions ...") tells the others, too.
    """
    opening = tuple(found.folded[first : min(stop, first + 3)])
    if opening[:1] == ("define",):
        return ";" not in text[found.starts[first] : found.ends[stop - 1]]
    return opening[:1] in (("currently",), ("see",)) or any(
        opening[i : i + 2] in (("existing", "law"), ("current", "law"), ("federal", "law")) for i in (0, 1)
    )


def _before(text: str, found: Tokens, first: int, phrase: tuple[int, ...]) -> Reading:
    """Cues before the phrase and in its gaps; its own words are no cues."""
    signs, disarm = cues().signs, cues().disarm
    lead = here = _Scope()
    listing = False
    disapproved = any(found.folded[at] == "disapproval" for at in range(first, phrase[0]))
    taxed = any(found.folded[at] in ("tax", "income") for at in range(first, min(len(found), phrase[-1] + _AFTER)))
    own = frozenset(phrase)
    for at in range(first, phrase[-1]):
        gap = text[found.ends[at - 1] : found.starts[at]] if at > first else ""
        if ".\u2014" in gap:  # a heading that runs into its text
            here = _Scope()
        if _marks_item(text, found, at, first, gap):
            lead, listing = (lead, True) if listing else (here, True)
            here = lead
            continue
        if found.folded[at] == "relation" and _word(found, at + 1) != "to":
            continue
        if ";" in gap or _new_verb(text, found, at, first, gap) or (at < phrase[0] and _leaves(here, found, at, gap)):
            here = lead if listing and ";" in gap else _Scope()
        if found.folded[at] == "from" and here.last >= 0 and found.folded[here.last] in _SHIELD:
            here = _Scope(Reading(-here.reading.sign, here.reading.doubt), at, here.looks)
        sign = signs.get(found.folded[at])
        if sign is None or at in own or (sign != NOT and _is_adjective(text, found, at, first)):
            continue
        if _is_noun(found, at, first) or (sign == LOOK and at > phrase[0]):
            continue
        if at - 2 in own and found.folded[at - 1] in ("to", "from"):  # "exemption from the ban" is one thing
            continue
        if found.folded[at] == "against" and at > phrase[0]:  # "discriminates against X" is one act
            continue
        if taxed and found.folded[at].startswith(("exempt", "exclusion")):  # a relief is no cut
            continue
        if found.folded[at] in _BARRIERS and not _EASES.isdisjoint(found.folded[max(first, at - 3) : at]):
            sign = 1  # "how to address barriers to X"
        if sign == NOT and _disarmed(text, found, at, disarm):
            continue
        if sign == ABOUT and disapproved:  # what a disapproved rule is about is what is undone
            continue
        lightens = (
            _word(found, at + 1) in _HINDRANCES
            or _word(found, at + 2) in _LOADS
            or any(i not in own and _word(found, i) in _FEES for i in range(at + 1, at + 4))
        )
        here = here.with_cue(-sign if sign < 0 and lightens else sign, at)
    if here.amends and (sign := _purpose(found, phrase[-1] + 1)):
        return Reading(sign, 1)
    if here.looks or _names_who(found, here.last, phrase):
        return Reading(0, 1)
    far = here.reading.sign != 0 and phrase[0] - here.last > _FAR
    return Reading(here.reading.sign, here.reading.doubt + far)


def _word(found: Tokens, at: int) -> str:
    return found.folded[at] if at < len(found) else ""


def _is_noun(found: Tokens, at: int, first: int) -> bool:
    """Words that are cues as verbs only: "extends the repeal date", "the report must be posted", "tax exempt bonds"."""
    before = found.folded[at - 1] if at > first else ""
    after = found.folded[at + 1] if at + 1 < len(found) else ""
    if after in ("date", "year") or (before == "tax" and found.folded[at].startswith("exempt")):
        return True
    by_name = (
        found.folded[at] == "fund" and found.ends[at] - found.starts[at] == 4 and at > first
    )  # "Connect America Fund"
    if by_name and before not in _MODAL and before not in ("to", "and", "or", "not"):
        return True
    if cues().signs.get(found.folded[at]) != LOOK:
        return False
    named = at == first or before in _ARTICLES
    return after in _BODIES or (named and (after in _MODAL or after in _BE or after in _AFTER_NOUN))


def _purpose(found: Tokens, at: int) -> int:
    """What an amendment of the act just named is for: 1 in "amend the X Act to authorize ...", 0 where it does not tell."""
    for i in range(at, min(len(found) - 1, at + _AFTER)):
        if found.folded[i] == "to" and (sign := cues().signs.get(found.folded[i + 1])) is not None:
            looks = any(cues().signs.get(found.folded[j]) == LOOK for j in range(i + 2, min(len(found), i + 5)))
            return int(sign == 1 and not looks)
    return 0


@dataclass(frozen=True, slots=True)
class _Scope:
    """What governs so far: the product of signs, where the last cue stood, and whether the verb only looks."""

    reading: Reading = Reading(0)
    last: int = -1
    looks: bool = False
    amends: bool = False

    def with_cue(self, sign: int, at: int) -> _Scope:
        if sign == ABOUT:
            return _Scope(Reading(-1, self.reading.doubt + 1), at) if self.reading.sign < 0 else _Scope()
        if sign in (LOOK, AMEND) or self.looks:
            return _Scope(Reading(0), at, True, self.amends or sign == AMEND)
        return _Scope(_times(self.reading, -1 if sign == NOT else sign), at)


def _disarmed(text: str, found: Tokens, at: int, disarm: frozenset[str]) -> bool:
    """Whether a negation says nothing about the provision: "not later than", "No. 5", "schools that do not ..."."""
    number = found.folded[at] == "no" and text[found.ends[at] : found.ends[at] + 1] == "."
    aside = any(found.folded[i] in _RELATIVE for i in range(max(0, at - 3), at))
    if found.folded[at - 1] == "doe" and _word(found, at + 1) == "include":  # a definition
        return True
    if (
        found.folded[at] == "against" and cues().signs.get(found.folded[at - 1]) == -1
    ):  # "a prohibition against X" is one cut
        return True
    if any(tuple(found.folded[max(0, at + 1 - len(words)) : at + 1]) == words for words in _NO_TURN):
        return True
    return number or aside or (at + 1 < len(found) and found.folded[at + 1] in disarm)


def _marks_item(text: str, found: Tokens, at: int, first: int, gap: str) -> bool:
    """Whether the token is the mark of a listed item: "(1)", "(a)", "(iii)"; not "paragraph (1)"."""
    end = found.ends[at]
    marked = "(" in gap and len(found.folded[at]) <= 3 and text[end : end + 1] == ")"
    return marked and not (at > first and found.folded[at - 1].endswith(("paragraph", "section", "clause")))


def _leaves(here: _Scope, found: Tokens, at: int, gap: str) -> bool:
    """A verb beside one that only looks ("to study X and provide Y"), or what an amendment is for ("amends X to end Y")."""
    if not here.looks or cues().signs.get(found.folded[at]) not in (1, -1):
        return False
    if found.folded[at].endswith("ing"):
        return here.amends and ("," in gap or "(" in gap)
    if here.amends and any(found.folded[i] in ("to", "by") for i in range(here.last + 1, at)):
        return True
    return "," in gap or found.folded[at - 1] == "and"


def _is_adjective(text: str, found: Tokens, at: int, first: int) -> bool:
    """A participle without "is" or "has" tells what a thing is like, not what the law does: "the required deposit"."""
    written = text[found.starts[at] : found.ends[at]].lower()
    return written.endswith("ed") and (at == first or found.folded[at - 1] not in _BE | _HAVE)


def _names_who(found: Tokens, cue: int, phrase: tuple[int, ...]) -> bool:
    """The phrase is who must or must not act, not what is acted on: "prohibits schools from ...", "requires X to ..."."""
    if cue < 0 or cue > phrase[0] or found.folded[phrase[-1]].endswith(("tion", "ment", "sion")):
        return False
    link = "from" if found.folded[cue] in _FROM else "to" if found.folded[cue] in _TO and phrase[0] - cue <= 4 else None
    if link is None or any(found.folded[i] == link for i in range(cue, phrase[0])):
        return False
    if link == "from":
        words = [found.folded[i] for i in range(phrase[-1] + 1, min(len(found), phrase[-1] + 14))]
        return "from" in words and _RELATIVE.isdisjoint(words[: words.index("from")])
    known = cues().signs
    after = range(phrase[-1] + 1, min(len(found) - 1, phrase[-1] + 4))
    return any(
        found.folded[i] == "to" and (found.folded[i + 1] in known or found.folded[i + 1] in _ACTS) for i in after
    )


def _times(reading: Reading, sign: int) -> Reading:
    """A second cut in one scope turns the sign round and adds doubt."""
    doubt = reading.doubt + (1 if sign < 0 and reading.sign < 0 else 0)
    return Reading((reading.sign or 1) * sign, doubt)


def _new_verb(text: str, found: Tokens, at: int, first: int, gap: str) -> bool:
    """Whether a main verb (or a means, "by creating") starts a new scope at this token."""
    if found.folded[at] not in cues().signs or at == first:
        return False
    if [found.folded[i] for i in range(max(first, at - 3), at)] == ["so", "as", "to"]:
        return True  # "to amend Section 3, relating to X, so as to exempt Y"
    if any(
        found.folded[i] in _RELATIVE for i in range(max(first, at - 6), at)
    ):  # a verb of "a base that holds, or keeps"
        return False
    written = text[found.starts[at] : found.ends[at]].lower()
    before = found.folded[at - 1]
    if written.endswith("ing"):
        starts = "," in gap or before == "and"
        return before in ("by", "including") or (starts and not _gerunds_before(text, found, at, first))
    if written in cues().list_verbs and (before == "and" or "," in gap):
        return True
    if before == "to" and at - 2 >= first and "," in text[found.ends[at - 2] : found.starts[at - 1]]:
        return True  # "to limit X, to require Y"
    finite = written.endswith("s") and not written.endswith("ss")
    return (finite and ("," in gap or before in ("and", "or", "also", "but"))) or (
        before in ("to", "must", "shall", "may") and at - 2 >= first and found.folded[at - 2] in ("and", "also")
    )


def _gerunds_before(text: str, found: Tokens, at: int, first: int) -> bool:
    """Whether this gerund only goes on an object list: "prohibits collecting, selling and sharing data"."""
    return any(
        found.folded[i] == "from" or text[found.starts[i] : found.ends[i]].endswith("ing") for i in range(first, at - 1)
    )


def _with_passive(reading: Reading, text: str, found: Tokens, at: int, stop: int) -> Reading:
    """A positive cue before and "is repealed" after: the passive is the sentence's verb."""
    after = _after(text, found, at, stop, passive_only=True)
    return Reading(-1, reading.doubt + 1) if reading.sign > 0 and after.sign < 0 else reading


def _after(text: str, found: Tokens, at: int, stop: int, passive_only: bool = False) -> Reading:
    signs, disarm = cues().signs, cues().disarm
    for i in range(at, min(stop, at + _AFTER)):
        gap = text[found.ends[i - 1] : found.starts[i]]
        word, previous = found.folded[i], found.folded[i - 1]
        if word in _RELATIVE:
            break
        if ";" in gap and not passive_only:
            return _trailing(text, found, i, stop)
        if not passive_only and word in ("not", "cannot") and (previous in _MODAL | _BE or word == "cannot"):
            return Reading(0) if i + 1 < stop and found.folded[i + 1] in disarm else Reading(-1)
        sign = signs.get(word)
        if sign not in (1, -1):
            continue
        if not text[found.starts[i] : found.ends[i]].lower().endswith("ed"):
            continue
        closes = (
            i + 1 == stop or found.folded[i + 1] == "and" or text[found.ends[i] : found.ends[i] + 1] in (",", ";", ".")
        )
        if previous in _BE or (closes and not passive_only):
            return Reading(sign)
    return Reading(0) if passive_only else _trailing(text, found, at, stop)


def _trailing(text: str, found: Tokens, at: int, stop: int) -> Reading:
    """State indexes put the verb last: "Libraries; internet filter software on computers; require, and set rules."."""
    signs = cues().signs
    for i in range(at, stop):
        if ";" in text[found.ends[i - 1] : found.starts[i]]:
            sign = None if found.folded[i].endswith("ing") else signs.get(found.folded[i])
            return Reading(sign) if sign in (1, -1) else Reading(0)
    last = stop - 1
    noun = found.folded[last].endswith(("tion", "ment", "sion"))
    sign = signs.get(found.folded[last]) if noun and 1 <= stop - at <= 4 else None
    return Reading(sign) if sign in (1, -1) else Reading(0)
