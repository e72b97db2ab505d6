"""Name a place in a document: which text field, from which character to which, and the exact words there."""

from __future__ import annotations

from dataclasses import dataclass

#: The text fields of a document, in the order in which they are read. Every offset refers to one of them.
FIELDS = ("title", "abstract", "text")


@dataclass(frozen=True, slots=True)
class Span:
    """Characters ``start`` to ``end`` (not included) of a field."""

    field: str
    start: int
    end: int

    def overlaps(self, other: Span) -> bool:
        """Return whether both spans share a character."""
        return self.field == other.field and self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Quote(Span):
    """A span with its words, exactly as the field has them."""

    words: str

    @property
    def place(self) -> tuple[str, int, int, str]:
        """The columns in which every table keeps a quote: field, start, end, words."""
        return self.field, self.start, self.end, self.words
