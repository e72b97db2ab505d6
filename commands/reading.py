"""The second reader: a language model that reads what the program is unsure of."""

from __future__ import annotations

import logging
import sys
from contextlib import closing
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

import click

from commands.session import DAY, Session, plain_errors
from store.clock import ago, utc_now

if TYPE_CHECKING:
    from second_reader.models import Model
    from second_reader.reading import Done
    from second_reader.selection import Selection

#: Days back of the last change of a document that is read.
YEAR = 365
#: Documents from whose length the cost of all is estimated.
_SAMPLE = 200


@click.command()
@click.option("--dry-run", is_flag=True, help="Say how many documents would be read and about what it would cost.")
@click.option("--limit", type=click.IntRange(min=1), help="Read at most this many documents.")
@click.option("--since", type=DAY, help="Read documents that changed on or after this day. [default: a year ago]")
@click.pass_obj
def read(session: Session, dry_run: bool, limit: int | None, since: datetime | None) -> None:
    """Ask a language model about the documents of which the program is unsure, within a budget by the day.

    Its opinions are shown to staff at the desk as suggestions, with the name of the model, and change nothing else. Stop it at
    any time (Ctrl-C) and run it again: what was answered is kept, and nothing is asked twice.

    \b
    pip install 'llm'                           the library, then plugins for other models than OpenAI's
    export INFOPOLICY_READER_MODEL=gpt-4.1-mini
    export OPENAI_API_KEY=...
    infopolicy read --dry-run
    """
    from second_reader.models import find_model
    from second_reader.selection import Selection
    from store.connect import open_corpus

    config = session.config
    day = since.date().isoformat() if since else ago(utc_now(), days=YEAR)[:10]
    with plain_errors():
        # A model that nobody knows ends the command before it searches the corpus for what to ask.
        model = find_model(config.reader_model, config.reader_price) if config.reader_model or not dry_run else None
        if config.corpus.exists():
            open_corpus(config.corpus).close()  # of an earlier version: its tables are brought up to date
        with closing(Selection(config.corpus, config.staff)) as selection:
            if dry_run or model is None:
                _say_cost(session, selection, day, limit, model)
            else:
                sys.exit(_read(session, selection, day, limit, model))


def _say_cost(session: Session, selection: Selection, day: str, limit: int | None, model: Model | None) -> None:
    from second_reader.models import Price
    from second_reader.opinions import Ledger
    from second_reader.reading import estimate
    from second_reader.selection import count_reasons
    from store.connect import open_opinions

    config = session.config
    price = model.price if model else Price(0, 0)
    ledger = None
    if config.opinions.exists():
        ledger = Ledger(
            open_opinions(config.opinions), tokens=config.reader_daily_use, dollars=config.reader_daily_dollars
        )
    waiting = selection.waiting(ledger, config.reader_model or "", since=day)[:limit]
    step = max(1, len(waiting) // _SAMPLE)
    drawn = waiting[::step]
    used = estimate(selection.subjects(drawn), price)
    scale = len(waiting) / max(1, len(drawn))
    tokens, dollars = used.tokens * scale, used.dollars * scale
    reasons = ", ".join(f"{number:,} {reason}" for reason, number in count_reasons(waiting).items())
    session.say(f"{len(waiting):,} documents to read ({reasons}; a document can have several reasons)")
    session.say(f"about {tokens:,.0f} tokens; the budget of a day is {config.reader_daily_use:,}")
    if config.reader_model:
        session.say(
            f"about ${dollars:,.2f} with {config.reader_model}; the budget of a day is ${config.reader_daily_dollars:,.2f}"
        )
    else:
        session.say("INFOPOLICY_READER_MODEL names no model yet, so the cost in dollars is unknown")


def _read(session: Session, selection: Selection, day: str, limit: int | None, model: Model) -> int:
    from second_reader.opinions import Ledger
    from second_reader.reading import Reader
    from store.connect import open_opinions

    config = session.config
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs each request
    with closing(open_opinions(config.opinions)) as db:
        ledger = Ledger(db, tokens=config.reader_daily_use, dollars=config.reader_daily_dollars)
        waiting = selection.waiting(ledger, model.name, since=day)
        with session.bar("reading", min(len(waiting), limit or len(waiting))) as bar:
            reader = Reader(
                model,
                ledger,
                clock=utc_now,
                parallel=config.reader_parallel,
                timeout=config.reader_timeout,
                tell=bar.update,
            )
            try:
                done = reader.read(islice(selection.subjects(waiting), limit))
            except KeyboardInterrupt:
                _summarize(session, reader.done)
                click.echo("stopped; `infopolicy read` continues", err=True)
                return 130
        _summarize(session, done)
        return _ending(session, done)


def _summarize(session: Session, done: Done) -> None:
    from second_reader.opinions import OUTCOMES

    counts = ", ".join(f"{number:,} {OUTCOMES[outcome]}" for outcome, number in done.outcomes.most_common())
    session.tell(f"documents: {counts or 'none'}")
    session.tell(f"used {done.used.tokens_in:,} tokens in and {done.used.tokens_out:,} out, ${done.used.dollars:,.4f}")


def _ending(session: Session, done: Done) -> int:
    from second_reader.reading import BUDGET, DOWN

    if done.stopped == BUDGET:
        session.tell("the budget of today (UTC) is used; `infopolicy read` continues tomorrow")
    if done.stopped == DOWN:
        click.echo("the provider gives no answers: try again later; the log and opinions.db say what it sent", err=True)
        return 3
    return 0
