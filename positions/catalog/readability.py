"""How hard a text is to read: the school grade by Flesch and Kincaid, as textstat counts it."""

from __future__ import annotations

#: A statement may be read by whoever has finished the eighth school year.
HIGHEST = 8.0


def grade(text: str) -> float:
    """The American school grade that a text asks for, to a tenth; below 1 for the simplest."""
    # Here and not above: it loads a dictionary of sounds, for which the matcher need not wait.
    import textstat

    return round(float(textstat.flesch_kincaid_grade(text)), 1)
