"""How a run ends: what of the listed documents is missing, whether the run failed, and what a person should know about it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from crawlers.completeness import completeness, fields
from crawlers.items import ExpectedCount, Listing
from crawlers.spider import SourceSpider
from crawlers.storage.rejects import Rejects
from crawlers.storage.runs import Run
from crawlers.storage.validation import storable
from store.clock import utc_now


@dataclass
class RunEnd:
    """What one source has given when it has no more to say.

    `notes` are for whoever started the run; more are added here. `held` counts the requests that the day's budget held back.
    """

    db: Database
    run: Run
    spider: SourceSpider
    rejects: Rejects
    listings: list[Listing]
    tallies: dict[completeness.Place, ExpectedCount]
    notes: list[str]
    held: int

    def close_listings(self) -> None:
        """Judge what came by what was to be expected; a run that lost a listing cannot tell what is gone."""
        spider, run = self.spider, self.run
        seen = [(each.jurisdiction, each.session, each.part) for each in self.listings] + [*self.tallies]
        whole = not (spider.partial or self.rejects.lost)
        gone = completeness.gone(self.db, run.source, seen, spider.should_list) if whole else []
        if spider.believe:
            self.listings += [Listing(source=run.source, document_ids=(), **_place(part)) for part in gone]
            gone = []
        if whole and not spider.believe and self._gave_nothing():
            self.notes.append("the source lists nothing at all: it may have moved, or be down")
        closed = completeness.close(
            self.db,
            run.source,
            self.listings,
            self.tallies,
            rejected=self.rejects.ids,
            believe=spider.believe,
            excused=spider.partial or self.held > 0,
            now=utc_now(),
        )
        run.coverage, run.missing = closed.parts + gone, closed.missing
        self.notes += completeness.told(run.coverage)

    def _gave_nothing(self) -> bool:
        """Whether a source that always holds something lists nothing, and never has: then nothing is lost that would be told."""
        if self.run.listed or self.held or not self.listings or not self.spider.source.expect_min:
            return False
        given = "select 1 from provenance where source = ? limit 1"
        return not self.db.execute(given, [self.run.source]).fetchone()

    def close_run(self, requests: int) -> None:
        """Say how the run has ended, with what a person should know about it, in its row."""
        run = self.run
        run.requests, run.finished_at, run.waiting = requests, utc_now(), self.held
        if run.state == "running":
            failed = self._failed()
            run.state = "failed" if failed else "finished"
            self.notes += failed
        self.notes += [*self.spider.notes, *self._unread()]
        if self.spider.unknown:
            self.notes.append(f"{fields.TOLD}: {', '.join(sorted(self.spider.unknown))}")
        run.note = storable("; ".join(filter(None, [run.note, *self.notes]))) or None
        row = run.outcome() | {"unknown": json.dumps(sorted(self.spider.unknown))}
        self.db.table("runs").update(run.id, row)

    def _failed(self) -> list[str]:
        """Why nobody can say what the source holds, where nobody can."""
        lost = self.rejects.lost
        if lost == 1:
            return [f"1 listing or bulk file could not be read ({self.rejects.first_lost[:200]}): the crawl is partial"]
        if lost:
            first = self.rejects.first_lost[:200]
            return [f"{lost:,} listings or bulk files could not be read (first: {first}): the crawl is partial"]
        return [] if self.listings or self.held else ["the source gave no listing: nothing can be said about it"]

    def _unread(self) -> list[str]:
        """Whether too many records could not be read. One that is known as such is no news in a run that asked for little."""
        run, limit, unheard = self.run, self.spider.source.max_reject_share, self.rejects.unheard
        if unheard > limit * max(run.handled, 1) or run.rejected > limit * max(run.handled, run.listed):
            return [f"{run.rejected} of {run.handled} records could not be read (limit {limit:.0%})"]
        rise = completeness.rejects_rise(self.db, run.source, anew=unheard, handled=run.handled)
        return [rise] if rise else []


def _place(part: Mapping[str, Any]) -> dict[str, Any]:
    return {name: part[name] for name in ("jurisdiction", "session", "part")}
