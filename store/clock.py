"""The one clock, and distances from a moment on it. A moment is UTC text to the second: ``2026-11-27T06:30:00Z``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


def utc_now() -> str:
    return datetime.now(UTC).strftime(_FORMAT)


def shift(moment: str, **distance: float) -> str:
    """A moment later by the keyword arguments of `timedelta`; negative ones go back."""
    return (datetime.fromisoformat(moment) + timedelta(**distance)).strftime(_FORMAT)


def ago(moment: str, **distance: float) -> str:
    """A moment earlier by the keyword arguments of `timedelta`."""
    return shift(moment, **{unit: -amount for unit, amount in distance.items()})
