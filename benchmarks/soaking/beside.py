"""What runs beside the readers of a soak, one after the other and again: a crawl, a rebuild, a digest, a backup."""

from __future__ import annotations

import datetime
import itertools
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.edit import EDITS, edit
from benchmarks.running import Ended, run, upstream
from benchmarks.soaking.records import Records

#: The last weeks of a Congress: each day moves some hundred bills, and few of what is stored were not there yet on the first.
SOURCE = ("us_bills", "--congress", "117", "--types", "hconres,hr,hres,s,sres")
FIRST = datetime.date(2022, 12, 1)
#: An edit that bears on some hundred documents; it is made and taken back in turns.
RULE = next((file, old, new) for words, file, old, new in EDITS if words == "a phrase more in a rule")


class Beside(threading.Thread):
    """`code` is a copy of this checkout, so that its rules can be edited; `pause` are seconds between two jobs."""

    def __init__(self, code: Path, data: Path, records: Records, stop: threading.Event, pause: float):
        super().__init__(name="beside", daemon=True)
        self.code, self.data, self.records, self.stop, self.pause = code, data, records, stop, pause
        self.day = FIRST
        self.edits = itertools.cycle(((RULE[1], RULE[2]), (RULE[2], RULE[1])))

    def run(self) -> None:
        jobs: tuple[Callable[[], None], ...] = (self.crawl, self.rebuild, self.digest, self.letters, self.backup)
        for job in itertools.cycle(jobs):
            if self.stop.wait(self.pause):
                return
            try:
                job()
            except (SystemExit, OSError) as error:  # the upstream did not start, a rule to edit is gone
                self.records.line(
                    "jobs", at=time.time(), job=job.__name__, code=-1, seconds=0, peak=0, output=str(error)
                )

    def crawl(self) -> None:
        """The day after the last one."""
        self.day += datetime.timedelta(days=1)
        crawl(self.code, self.data, self.day, self._told)

    def rebuild(self) -> None:
        edit(self.code / RULE[0], *next(self.edits))
        self.command("rebuild", "rebuild")

    def digest(self) -> None:
        """An issue of the crawled day to everybody; each day is an issue of its own."""
        day = self.day.isoformat()
        ended = self.command("digest, prepared", "digest", "prepare", "--frequency", "daily", "--day", day)
        if issue := re.search(r"^public-daily-\S+", ended.output, re.MULTILINE):
            self.command("digest, sent", "digest", "send", issue[0])

    def letters(self) -> None:
        self.command("letters", "digest", "letters")

    def backup(self) -> None:
        self.command("backup", "backup", "--keep", "2", "--days", "0")

    def command(self, name: str, *arguments: str) -> Ended:
        began = time.time()
        ended = run(self.data, "", *arguments, code=self.code)
        self._told(name, began, ended)
        return ended

    def _told(self, name: str, began: float, ended: Ended) -> None:
        told(self.records, name, began, ended)


def told(records: Records, name: str, began: float, ended: Ended) -> None:
    output = ended.output[-2000:] if ended.code else ended.output[-300:]
    records.line(
        "jobs", at=began, job=name, code=ended.code, seconds=ended.seconds, peak=ended.peak_mb * 1e6, output=output
    )


def crawl(code: Path, data: Path, day: datetime.date, tell: Callable[[str, float, Ended], None]) -> None:
    """The recorded bills of Congress as they stood that day."""
    with upstream("--as-of", day.isoformat()) as mirror:
        began = time.time()
        ended = run(data, mirror, "crawl", "--today", day.isoformat(), "--budget", "off", *SOURCE, code=code)
    tell("crawl", began, ended)
