"""What a crawl shows while it runs: a line for each source, and its result as soon as it ends."""

from __future__ import annotations

import sys
import time
from typing import Any

import click

from commands.session import Session
from crawlers.pace import in_words
from crawlers.sources import load_sources

#: How often the lines are written where they cannot be rewritten in place.
EVERY = 30.0


class Board:
    """Lines that are rewritten in a terminal; elsewhere, and only if `always`, written every half minute if they changed."""

    def __init__(self, session: Session, *, always: bool):
        self.session = session
        self.terminal = sys.stderr.isatty() and not session.verbose
        self.silent = session.quiet or not (self.terminal or always)
        self.lines: dict[str, str] = {}
        self.told: set[str] = set()
        self.written, self.drawn = time.monotonic(), 0
        self.before: dict[str, str] = {}

    def show(self, step: Any) -> None:
        """Take in a `crawlers.download.progress.Step`."""
        if step.ended:
            self.lines.pop(step.source, None)
            if step.run is not None:
                self.end(step.run)
            return
        self.lines[step.source] = line(step)
        if self.silent or (not self.terminal and time.monotonic() - self.written < EVERY):
            return
        self.written = time.monotonic()
        self.erase()
        for source, words in self.lines.items():
            if self.terminal or self.before.get(source) != words:
                click.echo(words[: _width()] if self.terminal else words, err=True)
                self.drawn += self.terminal
        self.before = dict(self.lines)

    def erase(self) -> None:
        """Take back the lines that a terminal shows."""
        if self.drawn:
            click.echo(f"\x1b[{self.drawn}A\x1b[J", nl=False, err=True)
        self.drawn = 0

    def end(self, run: Any) -> None:
        """Say what a source's crawl did, once."""
        if run.source not in self.told:
            self.told.add(run.source)
            self.erase()
            self.session.tell(result(run))


def _width() -> int:
    import shutil

    return shutil.get_terminal_size().columns - 1


def line(step: Any) -> str:
    """What a source is doing: documents so far, requests, and when it should end."""
    run = step.run
    handled, listed = (run.handled, run.listed) if run is not None else (0, 0)
    documents = f"{handled:,} of {listed:,} documents listed so far" if listed else f"{handled:,} documents"
    source = load_sources()[step.source]
    words = [documents, f"{step.answers:,} requests answered", f"{step.waiting:,} waiting"]
    if source.per_day and step.waiting + step.answers > source.per_day:
        words.append(f"today {source.per_day:,} at most")
    elif step.left is not None and step.waiting:
        words.append(f"{in_words(step.left)} left for these")
    return f"  {step.source}: {', '.join(words)}"


def result(run: Any) -> str:
    """What a crawl did, in one line."""
    counts = run.counts
    return (
        f"{run.source}: {counts.added:,} new, {counts.changed:,} changed, {counts.unchanged:,} unchanged of "
        f"{run.listed:,} listed, {run.missing:,} gone missing, {run.rejected:,} unreadable; {run.requests:,} requests"
        + (f"; the day's requests are used up, {run.waiting:,} wait for tomorrow" if run.waiting else "")
    )
