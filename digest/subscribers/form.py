"""The form in which people choose what to read: as they sent it, or filled in with what they chose before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from digest.subscribers.preferences import Preferences, preferences
from digest.subscribers.subscribers import Subscriber

#: The fields that may have several values; each fills the attribute with an s at its end.
_SEVERAL = ("area", "jurisdiction", "kind", "position", "stance")
_SINGLE = ("searches", "documents", "frequency", "language", "email", "step")


@dataclass(frozen=True, kw_only=True)
class Form:
    """The form as the page shows it, one search or document to a line; `step` is "save" or "check"."""

    areas: Sequence[str] = ()
    jurisdictions: Sequence[str] = ()
    kinds: Sequence[str] = ()
    positions: Sequence[str] = ()
    stances: Sequence[str] = ()
    must_see: bool = False
    searches: str = ""
    documents: str = ""
    frequency: str = "weekly"
    language: str = "en"
    email: str = ""
    step: str = "check"

    @classmethod
    def of(cls, fields: Mapping[str, Sequence[str]]) -> Form:
        """Return the form with these fields; others are ignored."""
        several: dict[str, Any] = {f"{name}s": fields[name] for name in _SEVERAL if name in fields}
        single: dict[str, Any] = {name: fields[name][0] for name in _SINGLE if fields.get(name)}
        return cls(**several, **single, must_see=fields.get("must_see", ["0"])[0] != "0")

    @property
    def only_followed(self) -> bool:
        """Whether these are issues or documents, and nothing else (`Preferences.only_followed`)."""
        several: dict[str, Any] = {f"{name}s": tuple(getattr(self, f"{name}s")) for name in _SEVERAL}
        lines = {name: tuple(_lines(getattr(self, name))) for name in ("searches", "documents")}
        return Preferences(**several, **lines, must_see=self.must_see).only_followed

    @classmethod
    def of_subscriber(cls, person: Subscriber) -> Form:
        choice = person.preferences
        return cls(
            areas=choice.areas,
            jurisdictions=choice.jurisdictions,
            kinds=choice.kinds,
            positions=choice.positions,
            stances=choice.stances,
            must_see=choice.must_see,
            searches="\n".join(choice.searches),
            documents="\n".join(choice.documents),
            frequency=person.frequency,
            language=person.language,
        )

    def preferences(self, known: Mapping[str, Iterable[str]]) -> Preferences:
        """Return what the person chose.

        Raises:
            BadPreferences: see `preferences`.
        """
        return preferences(
            areas=self.areas,
            jurisdictions=self.jurisdictions,
            kinds=self.kinds,
            positions=self.positions,
            stances=self.stances,
            must_see=self.must_see,
            searches=_lines(self.searches),
            documents=_lines(self.documents),
            known=known,
        )


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]
