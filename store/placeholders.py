"""SQL that asks for several values at once."""

from __future__ import annotations

from collections.abc import Collection


def marks(items: Collection[object]) -> str:
    """Return one SQL placeholder for each item."""
    return ", ".join("?" * len(items))
