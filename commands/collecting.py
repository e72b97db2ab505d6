"""Collecting, deriving and publishing."""

from __future__ import annotations

import inspect
import sys
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import click

from commands.board import Board
from commands.session import DAY, Session, Stop, plain_errors, private_files
from store.clock import utc_now

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
    help="Use bulk files where they save requests, or ask for each record.",
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
    import pipelines
    from crawlers.keys import lacking
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
    for each in lacking():
        if (each.source in names or not (sources or each.whole)) and each.is_asked_for(arguments.get("cities")):
            session.tell(str(each))
    with only_writer(session.config.data):
        board = Board(session, always=progress)
        runs = pipelines.crawl(
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
        failed = [run for run in runs if run.state != "finished" or run.note]
        for run in failed:
            told = f"{run.source}: {run.note or 'the run is ' + run.state}"
            click.echo(told, err=True)
            session.warn(told)
        # What was collected stays, also where a lost private file stops what follows.
        if not collect_only:
            finish(session, today=arguments["today"])
    if failed:
        click.echo(
            "What was stored is complete document by document; run the command again to fill the gaps.", err=True
        )
        sys.exit(4 if any(run.unstored for run in failed) else 3)


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
    person, who is told at the end what to do.

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
    session.say("Next: infopolicy serve shows it in the browser, infopolicy status how each source stands.")
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


def finish(session: Session, today: str | None = None) -> None:
    """Tag, match, publish and compare whatever lacks it.

    Raises:
        FileLost: a private file is missing, empty, another one or older; nothing was changed.
    """
    with private_files(session):
        _derive_and_publish(session, today)


def _derive_and_publish(session: Session, today: str | None) -> None:
    from derive.update import tagger_version, untagged
    from operations.loss import opened_staff
    from pipelines import update
    from store.connect import open_corpus

    config = session.config
    with closing(open_corpus(config.corpus)) as corpus, opened_staff(config.data) as staff:
        total = untagged(corpus, tagger_version())
        with session.bar("Tagging", total) as tagging, session.bar("Matching") as matching:
            done = update(
                corpus,
                staff,
                now=utc_now(),
                today=today,
                workers=config.workers,
                progress=(tagging.update, matching.update),
            )
    if done.rederived:
        session.tell(f"derived the status of {done.rederived:,} documents again: the rules have changed")
    if done.manual:
        session.say(f"took in {done.manual:,} documents that staff added or changed by hand")
    if done.ended:
        session.tell(f"{done.ended:,} bills have another status: their session ended, or moves again")
    if done.compared:
        session.tell(f"compared {done.compared:,} documents with all others")
    session.tell(f"tagged {done.tagged:,} and matched {done.matched:,} documents that lacked it")


@click.command()
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.pass_obj
def merge(session: Session, folders: tuple[Path, ...]) -> None:
    """Take over what other machines collected into their data FOLDERS, then tag, match and publish it.

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


@click.command()
@click.option("--all", "everything", is_flag=True, help="Derive everything anew, not only what lacks it.")
@click.pass_obj
def rebuild(session: Session, everything: bool) -> None:
    """Tag and match every document that lacks its current text, rules or model; then publish.

    What governments published and what people decided is never touched. --all forgets the tags and matches first, and
    makes the search index anew.
    """
    from comparison.update import forget as forget_comparison
    from derive.update import forget
    from store.connect import open_corpus
    from store.data_folder import only_writer

    with plain_errors(), only_writer(session.config.data), private_files(session):
        if everything:
            corpus = open_corpus(session.config.corpus)
            forget(corpus)
            forget_comparison(corpus)
            corpus.close()
        finish(session)


@click.command()
@click.pass_obj
def publish(session: Session) -> None:
    """Bring areas, positions, counts and listings that the site shows up to date."""
    import pipelines
    from operations.loss import opened_staff
    from store.connect import open_corpus
    from store.data_folder import only_writer

    config = session.config
    with (
        plain_errors(),
        only_writer(config.data),
        private_files(session),
        closing(open_corpus(config.corpus)) as corpus,
        opened_staff(config.data) as staff,
    ):
        pipelines.publish(corpus, staff, utc_now())
    session.tell("published")


@click.command()
@click.option("--host", help="Address to listen on. [default: the setting, 127.0.0.1]")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on. [default: the setting, 8001]")
@click.pass_obj
def serve(session: Session, host: str | None, port: int | None) -> None:
    """Show the site. Datasette is given the public file alone; stop with Ctrl-C.

    The staff pages under /desk open when INFOPOLICY_SECRET holds a fixed secret: docs/desk.md.
    """
    import serve as site
    from operations import sqlite_version
    from operations.loss import losses

    config = session.config
    with plain_errors():
        for words in sqlite_version.warnings():
            session.caution(words)
        for words in losses(config.data):
            session.caution(f"{words} Until then the pages that need this file stay closed.")
        if not site.fixed_secret():
            session.begin("The staff pages are closed: INFOPOLICY_SECRET is not set (docs/desk.md)")
        session.begin(f"The site is on http://{host or config.host}:{port or config.port}/ (stop it with Ctrl-C)")
        named = config.site if config.site != type(config).site else None
        site.run(
            config.corpus,
            host or config.host,
            port or config.port,
            notice=config.notice,
            mail=config,
            desk=config,
            address=named,
        )
