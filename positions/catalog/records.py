"""What a position is made of: frozen records and the closed words they use."""

from __future__ import annotations

import re
from dataclasses import dataclass

from text.phrases import Pattern

#: The classifier's areas less broadband (its positions stand under telecommunications), and accessibility.
AREAS = (
    "intellectual-freedom",
    "privacy",
    "civil-liberties",
    "telecommunications",
    "education-research-funding",
    "library-funding",
    "copyright",
    "open-access",
    "government-information",
    "literacy",
    "accessibility",
)
#: The directions in which a sentence pushes a position, as the program suggests them and staff correct them.
DIRECTIONS = ("support", "support_if_amended", "oppose", "oppose_unless_amended", "watch")
#: What an organization may hold. "watch": it follows and has taken no side yet; "neutral": it has decided to take none.
STANCES = (*DIRECTIONS, "neutral")
OPPOSITE = {
    "support": "oppose",
    "oppose": "support",
    "support_if_amended": "oppose_unless_amended",
    "oppose_unless_amended": "support_if_amended",
    "watch": "watch",
}
#: Of which government a document is; `abroad`: Canada and the United Kingdom, so far; `corporate`: the rules of a company.
LEVELS = ("federal", "state", "local", "abroad", "corporate")
#: For whom a position is explained.
AUDIENCES = ("members", "decision_makers", "press", "public")
CONFIDENCES = ("verified", "memory", "low")
#: What gives a statement its weight, strongest first. See docs/positions.md.
GRADES = ("adopted", "practice", "tracked", "proposed")


@dataclass(frozen=True, kw_only=True)
class PositionVersion:
    """One instrument that states the position, and the dates of its life (whole or partial ISO dates, None if unknown).

    ``statement`` is our plain wording of what it holds, None where only the instrument is known. ``passage`` is a short
    quotation from the instrument, as it was read at ``address``; ``place`` says where in it. ``approved_by`` and
    ``approved_on`` name the person who confirmed the statement for the organization; ``review_by`` is the day on which
    somebody should read the source again. ``successor`` names the instrument that took this one's place.
    """

    document: str
    body: str | None = None
    section: str | None = None
    adopted: str | None = None
    revised: str | None = None
    superseded: str | None = None
    retired: str | None = None
    statement: str | None = None
    rationale: str | None = None
    confidence: str = "low"
    date_confidence: str | None = None
    note: str | None = None
    grade: str = "proposed"
    address: str | None = None
    passage: str | None = None
    place: str | None = None
    successor: str | None = None
    review_by: str | None = None
    approved_by: str | None = None
    approved_on: str | None = None


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """What a provision may do to a position. ``reversed`` says it the other way round; without it, never turned round.

    ``any`` are the phrases looked for in a sentence; one of ``near`` must stand in the same sentence, one of ``context``
    anywhere in the document, and none of ``unless`` in the sentence. ``alone``: the phrase is the act itself and needs no
    verb that governs it. ``leans``: the stance where a title only names the thing; None: support for a trigger of support,
    else watch.
    """

    id: str
    stance: str
    says: str
    any: tuple[Pattern, ...]
    near: tuple[Pattern, ...] = ()
    context: tuple[Pattern, ...] = ()
    unless: tuple[Pattern, ...] = ()
    reversed: str | None = None
    alone: bool = False
    leans: str | None = None
    weight: float = 0.6


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Which documents a position can stand beside. The default is narrow: silence before a wrong word.

    ``levels``: the levels of government it applies to. ``library_matter``: the document must name libraries or what
    belongs to them (positions/relevance/library_words.yml), or a phrase of ``about``. ``about``: what a title or a summary
    names when the document is about it: evidence for the relevance model. ``not_about``: what they name when it is not.
    ``never``: what a title names when the document is left out, whatever phrase of ``about`` it has, too. ``needs``: a document
    whose title, opening and best sentence have none of these is left out.
    """

    levels: tuple[str, ...] = LEVELS[:3]
    library_matter: bool = True
    about: tuple[Pattern, ...] = ()
    not_about: tuple[Pattern, ...] = ()
    never: tuple[Pattern, ...] = ()
    needs: tuple[Pattern, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Example:
    """A sentence written for the suite: ``stance`` is what the matcher must answer, None if it must not match."""

    text: str
    stance: str | None


@dataclass(frozen=True, kw_only=True)
class Position:
    """``areas`` are where it is filed; a document tagged with one of ``also_in`` may touch it, too.

    ``companies``: provisions of companies' rules that touch it ("lending.forbids"), each with the stance it suggests.
    """

    id: str
    title: str
    areas: tuple[str, ...]
    source_url: str | None
    source_read: bool
    confidence: str
    owner_units: tuple[str, ...]
    partners: tuple[str, ...]
    opponents: tuple[str, ...]
    core_values: tuple[str, ...]
    related: tuple[str, ...]
    also_in: tuple[str, ...]
    versions: tuple[PositionVersion, ...]
    triggers: tuple[Trigger, ...]
    examples: tuple[Example, ...]
    scope: Scope = Scope()
    companies: tuple[tuple[str, str], ...] = ()
    note: str | None = None

    @property
    def authority(self) -> PositionVersion:
        """What the position rests on now: the last version that has a statement."""
        return next(version for version in reversed(self.versions) if version.statement)

    @property
    def statement(self) -> str:
        """The wording that holds now."""
        return self.authority.statement or ""

    @property
    def approved(self) -> bool:
        """Whether a person confirmed the statement for the organization."""
        return bool(self.authority.approved_by)

    @property
    def listed(self) -> bool:
        """Whether it is matched and shown. One that nobody could check in a source waits for that in the catalog."""
        return self.confidence != "low"

    @property
    def rationale(self) -> str | None:
        return next((version.rationale for version in reversed(self.versions) if version.rationale), None)


@dataclass(frozen=True, kw_only=True)
class Stance:
    """A side taken on one bill, rule, order or case, as far as it is on record. See docs/positions.md for each field.

    ``documents`` are the ids under which it can be collected (companions too); the confidences mark whether number,
    side and outcome were read or remembered.
    """

    id: str
    type: str
    jurisdiction: str
    number: str
    title: str
    year: int
    areas: tuple[str, ...]
    stance: str
    role: str
    actor: str
    positions: tuple[str, ...]
    source_name: str
    confidence_identity: str
    confidence_stance: str
    confidence_outcome: str
    documents: tuple[str, ...] = ()
    side: str | None = None
    outcome: str | None = None
    source_url: str | None = None
    note: str | None = None

    @property
    def to_verify(self) -> bool:
        """Whether it is for the desk only: nobody read the side that was taken, or it only follows from policy."""
        return self.confidence_stance != "verified" or not self.source_url or "tracker" in self.role

    def taken_by(self, short: str) -> bool:
        """Whether the organization of that short name took it, alone or with others named behind it.

        A chapter, division, affiliate or alliance speaks for itself.
        """
        joined = re.match(rf"{re.escape(short)}(?=$|,| /| with )", self.actor)
        return bool(joined) and f"({short} chapter)" not in self.actor
