"""Collecting, from sources and from other machines."""

from __future__ import annotations

import inspect
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.board import Board
from commands.publishing import finish
from commands.session import DAY, Session, Stop, plain_errors
from store.clock import utc_now

if TYPE_CHECKING:
    from crawlers.storage.runs import Run

#: Arguments of a spider that have an option of their own, or are Scrapy's.
_GENERAL = {"self", "today", "since", "until", "limit", "bulk", "name", "args", "kwargs"}


def _congresses(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value and value != "all" and not all(part.isascii() and part.isdigit() for part in value.split(",")):
        raise click.BadParameter(f"{value!r} is neither “all” nor numbers with commas, such as 118,119")
    return value


def _bill_types(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    from crawlers.items import FEDERAL_TYPES

    known = dict.fromkeys(FEDERAL_TYPES.values())
    if unknown := [part for part in (value or "").split(",") if part and part not in known]:
        raise click.BadParameter(f"{unknown[0]!r} is none of {', '.join(known)}")
    return value


@click.command()
@click.argument("sources", nargs=-1, metavar="[SOURCE]…")
@click.option("--since", type=DAY, help="Only what changed on or after this day (YYYY-MM-DD).")
@click.option("--until", type=DAY, help="Only what changed up to this day.")
@click.option(
    "--congress",
    callback=_congresses,
    help="Which Congress: a number, several with commas, or “all”. [default: the one that sits, and for its first three "
    "months the one before]",
)
@click.option("--types", callback=_bill_types, help="Only these types of bill, with commas: hr,s,hjres,…")
@click.option("--limit", type=click.IntRange(min=1), help="At most this many documents of each source.")
@click.option(
    "--bulk",
    type=click.Choice(["auto", "never"]),
    default="auto",
    show_default=True,
    help="Use bulk files where they save requests, or request each record.",
)
@click.option(
    "--budget",
    type=click.Choice(["on", "off"]),
    default="on",
    show_default=True,
    help="Obey daily and minute limits; “off” is for a mirror only.",
)
@click.option(
    "--collect-only", is_flag=True, help="Neither tag nor publish: for a folder that another machine takes over."
)
@click.option("--progress", is_flag=True, help="Say how far each source is, also where this is no terminal.")
@click.option("--today", type=DAY, help="Crawl as on this day, to replay the past from a mirror. [default: today]")
@click.option(
    "-a",
    "own",
    multiple=True,
    metavar="NAME=VALUE",
    help="What only this source knows, such as states=nv,wy (docs/sources); may be given again.",
)
@click.pass_obj
@plain_errors()  # all of it: which sources and places there are is read from files of ours, too
def crawl(
    session: Session,
    sources: tuple[str, ...],
    since: Any,
    until: Any,
    today: Any,
    collect_only: bool,
    progress: bool,
    budget: str,
    own: tuple[str, ...],
    **options: Any,
) -> None:
    """Collect what is new or changed, then tag, match and publish it.

    Without SOURCE: every source that needs no key, or whose key is in the environment. A second run asks only for what
    changed; a run that was cut off goes on where it ended.

    \b
    infopolicy crawl                             everything, the sitting Congress
    infopolicy crawl us_bills --congress 117     one Congress, whole
    infopolicy crawl us_bills --since 2026-11-01
    infopolicy crawl us_states -a states=nv,wy
    """
    from crawlers.keys import lacking
    from operations.crawl import crawl as run_spiders
    from store.data_folder import only_writer

    names = _chosen(sources)
    if budget == "off" and not session.config.mirror:
        raise Stop(
            "--budget off is for a mirror only (INFOPOLICY_MIRROR): publishers' limits are not ours to ignore", 2
        )
    arguments = {name: str(value) for name, value in options.items() if value is not None} | _own(names, own)
    arguments["today"] = date.today().isoformat()
    for name, day in (("since", since), ("until", until), ("today", today)):
        if day:
            arguments[name] = day.date().isoformat()
    for key in lacking():
        if (key.source in names or not (sources or key.whole)) and key.is_asked_for(arguments.get("cities")):
            session.tell(str(key))
    with only_writer(session.config.data):
        board = Board(session, always=progress)
        runs = run_spiders(
            session.config,
            names,
            arguments,
            tell=None if session.quiet else board.show,
            log_level="INFO" if session.verbose else "WARNING",
            budget=budget == "on",
            calm=progress,
        )
        for run in runs:
            board.end(run)
        failed = _failed(session, runs)
        # What was collected stays, also where a lost private file stops what follows.
        if not collect_only:
            finish(session, today=arguments["today"])
    if failed:
        click.echo(
            "What was stored is complete document by document; run the command again to fill the gaps.", err=True
        )
        sys.exit(4 if any(run.unstored for run in failed) else 3)


def _failed(session: Session, runs: list[Run]) -> list[Run]:
    """The runs that a person should look at, each said on standard error and in the log."""
    failed = [run for run in runs if run.state != "finished" or run.note]
    for run in failed:
        told = f"{run.source}: {run.note or 'the run is ' + run.state}"
        click.echo(told, err=True)
        session.warn(told)
    return failed


@click.command()
@click.option("--today", type=DAY, help="Run as on this day, to replay the past from a mirror. [default: today]")
@click.pass_obj
def run(session: Session, today: Any) -> None:
    """What a timer calls: collect every source that is due, tag, match, publish; then the texts of what was tagged.

    A source is due when its last complete run is older than its `every_hours` (crawlers/sources.yml). Sources whose key is
    not in the environment are named and left out. Safe to kill: the next run goes on where this one ended.
    """
    from operations import daily

    with plain_errors():
        at = today.strftime("%Y-%m-%dT23:59:59Z") if today else utc_now()
        flags = [f"--{name}" for name in ("quiet", "verbose") if getattr(session, name)]
        sys.exit(daily.run(session.config, now=at, say=session.say, flags=flags))


@click.command()
@click.option("--sources", "only", metavar="SOURCE,…", help="Only these sources, with commas.")
@click.option(
    "--quick", is_flag=True, help="Only the last 30 days, of the sources that can be asked so: a first useful site."
)
@click.option(
    "--budget", type=click.Choice(["on", "off"]), default="on", help="As for crawl; “off” is for a mirror only."
)
@click.option("--today", type=DAY, help="Collect as on this day, to replay the past from a mirror. [default: today]")
@click.pass_obj
@plain_errors()
def collect(session: Session, only: str | None, quick: bool, budget: str, today: Any) -> None:
    """Collect everything a first time, or go on with it: what is done within an hour first, then texts, then what takes hours.

    After each step the site shows what came. Sources without a key are named, with where to get it. Run it again after an
    interruption, or a day later, and it goes on. Exit code 0 also when some requests wait for tomorrow; 3 when a source needs a
    person: the last lines say what to do.

    \b
    infopolicy collect --quick                       the last 30 days, in minutes
    infopolicy collect --sources us_bills,uk_bills
    """
    from operations import collect as collecting
    from operations.summary import summary

    names = _chosen(tuple(filter(None, (only or "").split(","))))
    day = today.date().isoformat() if today else date.today().isoformat()
    flags = [f"--{name}" for name in ("quiet", "verbose") if getattr(session, name)]
    more = ("--budget", budget)
    code = collecting.collect(session.config, names, today=day, quick=quick, more=more, flags=flags, say=session.say)
    if session.config.corpus.exists():
        for line in summary(session.config.corpus):
            session.say(line)
        needed = list(collecting.needs(session.config, [name for name in names if not (quick and _skips(name))]))
        for line in needed:
            session.say(f"next: {line}")
    session.say(
        f"Next: {session.command('serve')} shows it in the browser, {session.command('status')} the state of each source."
    )
    sys.exit(code)


def _skips(name: str) -> bool:
    from crawlers.sources import load_sources

    return load_sources()[name].not_by_days is not None


def _chosen(sources: tuple[str, ...]) -> list[str]:
    from crawlers.sources import load_sources

    known = load_sources()
    if unknown := [name for name in sources if name not in known]:
        raise Stop(f"no source is called {unknown[0]!r}; there are: {', '.join(known)}", 2)
    for name in sources:
        if words := known[name].lacking():
            raise Stop(f"{name}: {words} ({known[name].get_key or known[name].terms.url})", 2)
    return list(sources) or [name for name, each in known.items() if not each.lacking()]


def _own(names: list[str], pairs: tuple[str, ...]) -> dict[str, str]:
    """NAME=VALUE pairs as arguments that every one of the sources knows."""
    from crawlers.run_settings import spider_class

    arguments = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not value:
            raise Stop(f"-a {pair}: write NAME=VALUE, such as states=nv,wy", 2)
        for source in names:
            taken = set(inspect.signature(spider_class(source).__init__).parameters) - _GENERAL
            if name not in taken | {"believe"}:  # which all know
                its = ", ".join(sorted(taken)) or "none"
                raise Stop(f"-a {name}: {source} knows no such argument (its own: {its})", 2)
        arguments[name] = value
    for source in names if pairs else ():
        try:
            spider_class(source)(today=date.today().isoformat(), **arguments)  # what it refuses, it refuses now
        except ValueError as error:
            raise Stop(f"-a {' -a '.join(pairs)}: {error}", 2) from error
    return arguments


@click.command()
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.pass_obj
def merge(session: Session, folders: tuple[Path, ...]) -> None:
    """Add what other machines collected into their data FOLDERS, then tag, match and publish it.

    \b
    INFOPOLICY_DATA=/srv/spool-a infopolicy crawl us_states --collect-only      on one machine, and so on
    infopolicy merge /srv/spool-a /srv/spool-b                              where the site is
    """
    from crawlers.storage import merge_remote
    from store.connect import open_corpus
    from store.data_folder import only_writer

    with plain_errors(), only_writer(session.config.data):
        corpus = open_corpus(session.config.corpus)
        for folder in folders:
            done = merge_remote.take_over(corpus, folder / session.config.corpus.name, now=utc_now())
            session.tell(f"{folder}: {done.added:,} new, {done.changed:,} changed, {done.unchanged:,} unchanged")
            for document in done.refused:
                click.echo(f"{folder}: {document.id} is something else here: {document.title!r}", err=True)
        corpus.close()
        finish(session)
