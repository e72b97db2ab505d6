"""What one crawl of one source did: the row of `runs`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from crawlers.storage.record import Counts

#: Where the pipeline leaves its run among Scrapy's stats, for whoever started the crawl.
IN_STATS = "infopolicy/run"


@dataclass
class Run:
    """What one source's crawl did, as it is stored in `runs` and shown to whoever started it."""

    source: str
    started_at: str
    state: str = "running"
    finished_at: str | None = None
    requests: int = 0
    listed: int = 0
    counts: Counts = field(default_factory=Counts)
    missing: int = 0
    rejected: int = 0
    waiting: int = 0  # requests that the day's budget held back
    coverage: list[dict[str, Any]] = field(default_factory=list)
    note: str | None = None
    id: int = 0
    unstored: bool = False  # the data folder failed, not the source

    @property
    def handled(self) -> int:
        """Documents that arrived, whether they were stored or not."""
        return self.counts.added + self.counts.changed + self.counts.unchanged + self.rejected

    def outcome(self) -> dict[str, Any]:
        """What the row of a run that has ended holds, but which fields nobody knew."""
        return {
            "finished_at": self.finished_at,
            "state": self.state,
            "requests": self.requests,
            "listed": self.listed,
            "added": self.counts.added,
            "changed": self.counts.changed,
            "unchanged": self.counts.unchanged,
            "missing": self.missing,
            "rejected": self.rejected,
            "waiting": self.waiting,
            "coverage": json.dumps(self.coverage),
            "note": self.note,
        }
