"""How long requests take within a source's limits, and a duration as people say it."""

from __future__ import annotations

from crawlers.sources import Source

HOUR, DAY = 3600, 86_400


def seconds(source: Source, requests: int, pace: float | None = None) -> float:
    """How long so many requests take within the source's limits.

    Args:
        pace: requests a second where the source has no limit by the minute.
    """
    per_second = source.per_minute / 60 if source.per_minute else (pace or 1)
    if source.per_day and requests > source.per_day:
        whole, rest = divmod(requests, source.per_day)
        return whole * DAY + rest / per_second
    return requests / per_second


def in_words(duration: float) -> str:
    """A duration in seconds as people say it: about 3 minutes, about 27 days."""
    for size, name in ((DAY, "day"), (HOUR, "hour"), (60, "minute")):
        if duration >= size * 0.95:
            number = round(duration / size)
            return f"about {number:,} {name}{'s' * (number != 1)}"
    return "less than a minute"
