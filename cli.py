"""The `infopolicy` command: thin commands, each a few lines around one function of a package.

Exit codes: 0 all is well; 1 some input could not be used, or a check found something; 2 the call itself is wrong; 3 a
source failed, gave too little or too much that cannot be read; 4 the data folder cannot be used.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

import configuration

# Scrapy, spaCy, pandas and Datasette take seconds to import: each command imports only what it runs.

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="infopolicy")
@click.option("--quiet", is_flag=True, help="No progress and no summary: only errors.")
@click.option("--verbose", is_flag=True, help="Log what happens, request by request.")
@click.pass_context
def main(context: click.Context, quiet: bool, verbose: bool) -> None:
    """Collect bills and regulations, tag them by policy area, and publish them next to ALA's positions.

    \b
    A first time:     infopolicy crawl us_bills --limit 200   collect, tag, match and publish
                      infopolicy serve                        open the site on http://127.0.0.1:8001
    Each day after:   infopolicy crawl                        only what changed
    Is all well?      infopolicy status

    Settings come from the environment (INFOPOLICY_DATA, INFOPOLICY_MIRROR, …) or infopolicy.toml: docs/settings.md.
    """
    try:
        config = configuration.load()
    except configuration.BadSetting as error:
        raise Stop(str(error), 2) from error
    context.obj = Session(config, quiet, verbose)


class Stop(click.ClickException):
    """The end of a command with a plain message and an exit code."""

    def __init__(self, message: str, code: int):
        super().__init__(message)
        self.exit_code = code  # type: ignore[misc]


class Session:
    """What every command shares: the settings and how much to say."""

    def __init__(self, config: configuration.Configuration, quiet: bool, verbose: bool):
        self.config, self.quiet, self.verbose = config, quiet, verbose

    def say(self, text: str = "") -> None:
        if not self.quiet:
            click.echo(text)

    def bar(self, title: str, total: int | None = None) -> Any:
        """A progress bar on standard error, silent where that is no terminal."""
        from tqdm import tqdm

        return tqdm(desc=title, total=total, unit=" documents", disable=True if self.quiet else None, leave=False)


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@contextmanager
def plain_errors() -> Iterator[None]:
    """What can go wrong in the data folder or the project's own files ends in one sentence, never in a traceback."""
    import sqlite3

    from classify.areas import BadAreas
    from crawlers.sources import BadSource
    from operations.folder import OperationError
    from positions.yamlfile import BadFile

    try:
        yield
    except (BadAreas, BadSource, BadFile) as error:
        raise Stop(str(error), 1) from error
    except OperationError as error:
        raise Stop(str(error), 4) from error
    except (OSError, sqlite3.Error) as error:
        from pipelines import StorageError

        session = click.get_current_context().find_object(Session)
        where = getattr(error, "filename", None) or (session.config.data if session else "")
        raise Stop(str(StorageError.of(where, error)), 4) from error
    except RuntimeError as error:
        if type(error).__name__ != "StorageError":
            raise
        raise Stop(str(error), 4) from error


# --------------------------------------------------------------------- collecting and publishing


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


@main.command()
@click.argument("sources", nargs=-1, metavar="[SOURCE]…")
@click.option("--since", type=DAY, help="Only what changed on or after this day (YYYY-MM-DD).")
@click.option("--until", type=DAY, help="Only what changed up to this day.")
@click.option(
    "--congress",
    callback=_congresses,
    help="Which Congress: a number, several with commas, or “all”. [default: the one that sits]",
)
@click.option("--types", callback=_bill_types, help="Only these types of bill, with commas: hr,s,hjres,…")
@click.option("--limit", type=click.IntRange(min=1), help="At most this many documents of each source.")
@click.option("--bulk", type=click.Choice(["auto", "never"]), default="auto", show_default=True,
              help="Use bulk files where they save requests, or ask for each record.")  # fmt: skip
@click.option("--budget", type=click.Choice(["on", "off"]), default="on", show_default=True,
              help="Obey daily and minute limits; “off” is for a mirror only.")  # fmt: skip
@click.pass_obj
def crawl(session: Session, sources: tuple[str, ...], since: Any, until: Any, budget: str, **options: Any) -> None:
    """Collect what is new or changed, then tag, match and publish it.

    Without SOURCE: every source that needs no key, or whose key is in the environment. A second run asks only for what
    changed; a run that was cut off goes on where it ended.

    \b
    infopolicy crawl                             everything, the sitting Congress
    infopolicy crawl us_bills --congress 117     one Congress, whole
    infopolicy crawl us_bills --since 2026-11-01
    """
    import pipelines
    from operations.folder import only_writer

    names = _chosen(sources)
    if budget == "off" and not session.config.mirror:
        raise Stop(
            "--budget off is for a mirror only (INFOPOLICY_MIRROR): publishers' limits are not ours to ignore", 2
        )
    arguments = {name: str(value) for name, value in options.items() if value is not None}
    for name, day in (("since", since), ("until", until)):
        if day:
            arguments[name] = day.date().isoformat()
    with plain_errors(), only_writer(session.config):
        with session.bar("Collecting") as bar:
            runs = pipelines.crawl(
                session.config, names, {"today": date.today().isoformat(), **arguments},
                progress=_moves(bar), log_level="INFO" if session.verbose else "WARNING", budget=budget == "on",
            )  # fmt: skip
        for run in runs:
            session.say(_run_line(run))
        _finish(session)
    failed = [run for run in runs if run.state != "finished" or run.note]
    for run in failed:
        click.echo(f"{run.source}: {run.note or 'the run is ' + run.state}", err=True)
    if failed:
        click.echo(
            "What was stored is complete document by document; run the command again to fill the gaps.", err=True
        )
        sys.exit(4 if any(run.unstored for run in failed) else 3)


@main.command()
@click.pass_obj
def run(session: Session) -> None:
    """What a timer calls: collect every source that is due, tag, match, publish; then the texts of what was tagged.

    A source is due when its last complete run is older than its `every_hours` (crawlers/sources.yml). Sources whose key is
    not in the environment are named and left out. Safe to kill: the next run goes on where this one ended.
    """
    from operations import daily

    with plain_errors():
        sys.exit(daily.run(session.config, now=now(), say=session.say))


def _chosen(sources: tuple[str, ...]) -> list[str]:
    from crawlers.sources import load_sources

    known = load_sources()
    if unknown := [name for name in sources if name not in known]:
        raise Stop(f"no source is called {unknown[0]!r}; there are: {', '.join(known)}", 2)
    if lacking := [name for name in sources if (key := known[name].key) and not os.environ.get(key)]:
        raise Stop(
            f"{lacking[0]} needs a key in the environment: {known[lacking[0]].key}=… ({known[lacking[0]].terms})", 2
        )
    return list(sources) or [name for name, each in known.items() if not each.key or os.environ.get(each.key)]


def _moves(bar: Any) -> Callable[[Any, int], None]:
    def move(run: Any, handled: int) -> None:
        if run.listed and bar.total is None:
            bar.reset(total=None)
        bar.n = handled
        bar.refresh()

    return move


def _run_line(run: Any) -> str:
    counts = run.counts
    return (
        f"{run.source}: {counts.added:,} new, {counts.changed:,} changed, {counts.unchanged:,} unchanged of "
        f"{run.listed:,} listed, {run.missing:,} gone missing, {run.rejected:,} unreadable; {run.requests:,} requests"
    )


def _finish(session: Session) -> None:
    """Tag, match and publish whatever lacks it."""
    from crawlers.restate import restate
    from crawlers.threads import write_threads
    from derive import derive, tagger_version, untagged
    from pipelines import open_corpus, open_staff
    from publish import publish as publish_tables
    from reference import write_reference

    corpus = open_corpus(session.config.corpus)
    staff = open_staff(session.config.staff)
    if restated := restate(corpus, now=now()):
        session.say(f"derived the status of {restated:,} documents again: the rules have changed")
    total = untagged(corpus, tagger_version())
    with session.bar("Tagging", total) as tagging, session.bar("Matching") as matching:
        done = derive(corpus, staff, workers=session.config.workers, progress=(tagging.update, matching.update))
    write_reference(corpus)
    write_threads(corpus)
    publish_tables(corpus, now())
    for db in (corpus, staff):
        db.close()
    session.say(f"tagged {done.tagged:,} and matched {done.matched:,} documents that lacked it")


@main.command()
@click.option("--all", "everything", is_flag=True, help="Derive everything anew, not only what lacks it.")
@click.pass_obj
def rebuild(session: Session, everything: bool) -> None:
    """Tag and match every document that lacks its current text, rules or model; then publish.

    What governments published and what people decided is never touched. --all forgets the tags and matches first, and
    makes the search index anew.
    """
    from derive import forget
    from operations.folder import only_writer
    from pipelines import open_corpus

    with plain_errors(), only_writer(session.config):
        if everything:
            corpus = open_corpus(session.config.corpus)
            forget(corpus)
            corpus.close()
        _finish(session)


@main.command()
@click.pass_obj
def publish(session: Session) -> None:
    """Bring areas, positions, counts and listings that the site shows up to date."""
    from operations.folder import only_writer
    from pipelines import open_corpus
    from publish import publish as publish_tables
    from reference import write_reference

    with plain_errors(), only_writer(session.config):
        corpus = open_corpus(session.config.corpus)
        write_reference(corpus)
        publish_tables(corpus, now())
        corpus.close()
    session.say("published")


@main.command()
@click.option("--host", help="Address to listen on. [default: the setting, 127.0.0.1]")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on. [default: the setting, 8001]")
@click.pass_obj
def serve(session: Session, host: str | None, port: int | None) -> None:
    """Show the site. Datasette is given the public file alone; stop with Ctrl-C."""
    import serve as site

    config = session.config
    with plain_errors():
        session.say(f"The site is on http://{host or config.host}:{port or config.port}/ (stop it with Ctrl-C)")
        site.run(config.corpus, host or config.host, port or config.port, notice=config.notice, mail=config)


# --------------------------------------------------------------------- looking after it


@main.command()
@click.pass_obj
def summary(session: Session) -> None:
    """What is stored: documents, areas, what must be seen, which positions are touched, and what to do next."""
    from operations.summary import summary as lines

    with plain_errors():
        for line in lines(session.config.corpus):
            session.say(line)
    session.say("Next: infopolicy serve shows it in the browser, infopolicy --help lists the commands.")


@main.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_obj
def status(session: Session, as_json: bool) -> None:
    """What is stored, how the last run of each source went, and what needs a person. Exit code 3 if anything does."""
    import operations.status

    with plain_errors():
        found = operations.status.status(session.config)
    if as_json:
        click.echo(json.dumps(found, indent=2))
    else:
        session.say(
            f"{found['documents']:,} documents in {found['data']}: {found['tagged']:,} carry a policy area, "
            f"{found['must_see']:,} must be seen, {found['matched']:,} touch a position, {found['untagged']:,} wait for tags"
        )
        for each in found["sources"]:
            last = f"last complete run {each['last_success']}" if each["last_success"] else "never run to its end"
            session.say(f"  {each['source']}: {each['documents']:,} documents, {last}")
        if found["rejects"]:
            session.say(f"  {found['rejects']:,} answers that could not be read are kept in ops.db, table rejects")
        for warning in found["warnings"]:
            click.echo(f"warning: {warning}", err=True)
    if found["warnings"]:
        sys.exit(3)


@main.command()
@click.pass_obj
def check(session: Session) -> None:
    """Check the sources, areas and positions files, and the databases. Exit code 1 if something is wrong."""
    from operations import checks

    with plain_errors():
        problems = checks.check_project() + checks.check_data(session.config)
    for problem in problems:
        click.echo(problem, err=True)
    session.say(f"{len(problems)} problems" if problems else "all is in order")
    sys.exit(1 if problems else 0)


@main.command()
@click.argument("target", required=False, type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--keep", type=click.IntRange(min=1), default=14, show_default=True, help="Backups that stay in data/backups."
)
@click.pass_obj
def backup(session: Session, target: Path | None, keep: int) -> None:
    """Copy every database, while in use, to TARGET or to data/backups/<time>, and check the copies."""
    from operations import backup as backups

    with plain_errors():
        session.say(f"backed up to {backups.backup(session.config, target, now=now(), keep=keep)}")


@main.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.pass_obj
def restore(session: Session, source: Path) -> None:
    """Put the backup in SOURCE in place. What stands there now is kept aside, nothing is deleted."""
    from operations import backup as backups
    from operations.folder import only_writer

    with plain_errors(), only_writer(session.config):
        aside = backups.restore(session.config, source, now=now())
    session.say(f"restored from {source}; what stood there is in {aside}")


@main.command()
@click.option("--area", help="Only documents of this policy area.")
@click.option("--format", "kind", type=click.Choice(["csv", "jsonl", "xlsx"]), default="csv", show_default=True)
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="File to write. [default: standard output]"
)
@click.pass_obj
def export(session: Session, area: str | None, kind: str, output: Path | None) -> None:
    """Write the tagged documents, one row for each, with their areas and positions."""
    from operations import exports

    if kind == "xlsx" and output is None:
        raise Stop("an Excel file needs a place to go: add --output FILE.xlsx", 2)
    with plain_errors():
        rows = exports.export(session.config.corpus, area=area, kind=kind, output=output)
    if output:
        session.say(f"{rows:,} documents written to {output}")


# --------------------------------------------------------------------- tagging and matching by themselves


@main.command()
@click.argument("file", type=click.File("r", encoding="utf-8", errors="replace"), default="-")
@click.option("--all", "all_areas", is_flag=True, help="List every area, with “tagged” true or false.")
def tag(file: Any, all_areas: bool) -> None:
    """Tag documents given as JSON lines (id, title, abstract, text), one JSON line out for each, in the same order.

    \b
    echo '{"id": 1, "title": "Library Services and Technology Act"}' | infopolicy tag
    """
    from classify.jsonl import tag_lines

    with plain_errors():
        sys.exit(tag_lines(file, sys.stdout, sys.stderr, all_areas=all_areas))


@main.command()
@click.argument("file", type=click.File("r", encoding="utf-8", errors="replace"), default="-")
def match(file: Any) -> None:
    """Find the provisions of documents (JSON lines as for `tag`) that touch ALA's positions, best first."""
    from positions.jsonl import match_lines

    with plain_errors():
        sys.exit(match_lines(file, sys.stdout, sys.stderr))


@main.command()
@click.argument("gold", type=click.Path(path_type=Path), default=Path("../shared/gold/dev.jsonl"))
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def evaluate(gold: Path, as_json: bool) -> None:
    """Score the tags on the labelled test documents of GOLD: precision, recall and F1 per area, with intervals.

    \b
    infopolicy evaluate --json > classify/model/evaluation.json    what the page “How good are the tags?” shows
    """
    from classify.evaluate import main as score

    with plain_errors():
        sys.exit(score(gold, as_json, date.today().isoformat()))


@main.command()
@click.argument("gold", type=click.Path(path_type=Path), default=Path("../shared/gold/dev.jsonl"))
@click.pass_obj
def train(session: Session, gold: Path) -> None:
    """Train the model again, on GOLD and on what staff confirmed or rejected. Takes a few minutes.

    The new model replaces the one in classify/model. Then it says what the old and the new one reach on the documents
    of GOLD that are kept back; exit code 1 when the new one is worse there (it is written all the same).
    """
    from classify.decisions import read_decisions
    from classify.train import main as learn

    with plain_errors():
        sys.exit(learn(gold, read_decisions(session.config.corpus, session.config.staff)))


@main.group()
def positions() -> None:
    """The catalogue of positions."""


@positions.command("check")
def positions_check() -> None:
    """Check every file of the catalogue; problems come with file and line."""
    from positions.catalogue import check as check_catalogue

    problems = check_catalogue()
    for problem in problems:
        click.echo(problem, err=True)
    sys.exit(1 if problems else 0)


# --------------------------------------------------------------------- the digest


@contextmanager
def mail_room(session: Session) -> Iterator[Any]:
    """mail.db, open, and every way in which mail can go wrong told in one sentence."""
    from digest import desk
    from digest.addresses import BadAddress
    from digest.preferences import BadPreferences
    from digest.tables import open_mail

    with plain_errors():
        db = open_mail(session.config.mail)
        try:
            yield db
        except (BadAddress, BadPreferences, desk.NotSetUp, desk.IssueError) as error:
            raise Stop(str(error), 2) from error
        except desk.ServerUnavailable as error:
            raise Stop(f"{error}. What waits, waits: run the command again.", 3) from error
        finally:
            db.close()


@main.command()
@click.argument("address")
@click.option("--area", "areas", multiple=True, help="Only this policy area; may be repeated. [default: all]")
@click.option("--jurisdiction", "jurisdictions", multiple=True, help="Only this place, such as us or us-tx.")
@click.option("--kind", "kinds", multiple=True, help="Only bill, regulation, case or local_matter.")
@click.option("--position", "positions", multiple=True, help="Only what touches this position of ALA.")
@click.option("--must-see", is_flag=True, help="Only what library staff must see.")
@click.option("--search", "searches", multiple=True, help="Also what holds these words.")
@click.option("--document", "documents", multiple=True, help="Also everything that happens to this document.")
@click.option("--frequency", type=click.Choice(["weekly", "daily", "at-once"]), default="weekly", show_default=True)
@click.option("--language", type=click.Choice(["en", "es"]), default="en", show_default=True)
@click.option(
    "--list", "list_", type=click.Choice(["public", "partners", "staff"]), default="public", show_default=True
)
@click.pass_obj
def subscribe(session: Session, address: str, frequency: str, language: str, list_: str, **chosen: Any) -> None:
    """Ask for the digest for ADDRESS: says how much mail it means and sends the letter that asks to confirm.

    \b
    infopolicy subscribe reader@example.org --area privacy --area broadband
    """
    import asyncio

    from digest import desk, estimate, subscribers
    from digest.preferences import preferences

    with mail_room(session) as db:
        corpus = desk.corpus(session.config.corpus)
        choice = preferences(**chosen, known=estimate.choices(corpus))
        volume = estimate.estimate(corpus, choice, date.today())
        corpus.close()
        session.say(
            f"about {volume.a_week:,} items a week, at most {volume.most:,} (the eight weeks to {volume.until})"
        )
        queued = subscribers.subscribe(
            db, address, choice, now=now(), list_=list_, frequency=frequency, language=language
        )
        if not queued:
            raise Stop(
                "no letter was written: the address is not to be written to, or was asked for too often today", 1
            )
        if session.config.smtp_host:
            asyncio.run(desk.send_letters(db, session.config, clock=now))
            session.say("a letter that asks to confirm is on its way")
        else:
            session.say("the letter that asks to confirm waits for a mail server (INFOPOLICY_SMTP_HOST)")


@main.group()
def subscribers() -> None:
    """What is held of the people who read the digest."""


@subscribers.command("export")
@click.argument("address")
@click.pass_obj
def subscribers_export(session: Session, address: str) -> None:
    """Everything mail.db holds of one person, as JSON."""
    from digest.subscribers import export as everything

    with mail_room(session) as db:
        click.echo(json.dumps(everything(db, address), indent=2, ensure_ascii=False))


@subscribers.command("erase")
@click.argument("address")
@click.pass_obj
def subscribers_erase(session: Session, address: str) -> None:
    """Forget one person: subscriptions, deliveries, requests. Backups made before still hold them until they are gone."""
    from digest.subscribers import erase

    with mail_room(session) as db:
        session.say(f"{erase(db, address)} subscriptions forgotten")


@main.group()
def digest() -> None:
    """The digest: prepare an issue, write a note, look at it, send it."""


@digest.command("prepare")
@click.option(
    "--list", "list_", type=click.Choice(["public", "partners", "staff"]), default="public", show_default=True
)
@click.option("--frequency", type=click.Choice(["weekly", "daily", "at-once"]), default="weekly", show_default=True)
@click.option("--day", type=DAY, help="The day of the issue, from which days left are counted. [default: today]")
@click.pass_obj
def digest_prepare(session: Session, list_: str, frequency: str, day: Any) -> None:
    """Freeze the issue of this week, day or minute; a second call gives the same one. Prints its id."""
    from digest import desk

    with mail_room(session) as db:
        issue = desk.prepare(
            db, session.config, list_=list_, frequency=frequency, now=now(), day=day.date() if day else date.today()
        )
        click.echo(issue.id)
        session.say(f"{len(issue.entries):,} entries; look at it with: infopolicy digest preview {issue.id}")


@digest.command("note")
@click.argument("issue")
@click.argument("file", type=click.File("r", encoding="utf-8"), default="-")
@click.pass_obj
def digest_note(session: Session, issue: str, file: Any) -> None:
    """Put the editor's note (FILE or standard input; a blank line ends a paragraph) on top of an issue not yet sent."""
    from digest.issues import write_note

    with mail_room(session) as db:
        write_note(db, issue, file.read())
    session.say(f"the note is on {issue}")


@digest.command("preview")
@click.argument("issue")
@click.option("--area", "areas", multiple=True, help="As a reader of this area gets it; may be repeated.")
@click.option("--language", type=click.Choice(["en", "es"]), default="en", show_default=True)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write it here and open no browser.")
@click.pass_obj
def digest_preview(session: Session, issue: str, areas: tuple[str, ...], language: str, output: Path | None) -> None:
    """Open an issue in the browser as its readers will get it."""
    import webbrowser

    from digest import desk

    with mail_room(session) as db:
        page = desk.preview(db, session.config, issue, language=language, areas=areas)
        path = output or session.config.data / f"preview-{issue}.html"
        path.write_text(page, encoding="utf-8")
    session.say(f"written to {path}")
    if output is None:
        webbrowser.open(path.absolute().as_uri())


@digest.command("send")
@click.argument("issue")
@click.option(
    "--dry-run", type=click.Path(path_type=Path, file_okay=False), help="Write .eml files here, send nothing."
)
@click.option("--patience", type=click.IntRange(min=0), default=0, show_default=True,
              help="Minutes to wait for mails that the server wants again later.")  # fmt: skip
@click.pass_obj
def digest_send(session: Session, issue: str, dry_run: Path | None, patience: int) -> None:
    """Send an issue to everybody whose turn it is. Safe to run again: nobody gets it twice.

    Exit code 3 when a mail needs a person: infopolicy digest status names it.
    """
    from digest import desk

    with mail_room(session) as db:
        if dry_run:
            session.say(f"{desk.dry_run(db, session.config, issue, dry_run, now=now()):,} mails written to {dry_run}")
            return
        done = desk.send_issue(db, session.config, issue, clock=now, patience=patience * 60)
    session.say(", ".join(f"{number:,} {state}" for state, number in sorted(done.items())) or "nothing waits")
    if done["unknown"] or done["failed"]:
        sys.exit(3)


@digest.command("letters")
@click.pass_obj
def digest_letters(session: Session) -> None:
    """Send the letters that ask to confirm and could not leave at once. For a timer, every few minutes."""
    import asyncio

    from digest import desk

    with mail_room(session) as db:
        done = asyncio.run(desk.send_letters(db, session.config, clock=now))
    session.say(", ".join(f"{number:,} {state}" for state, number in sorted(done.items())) or "nothing waits")


@digest.command("status")
@click.pass_obj
def digest_status(session: Session) -> None:
    """Readers and issues in numbers, and the mails of which nobody knows whether they arrived. Exit code 3 if any."""
    from digest import desk

    with mail_room(session) as db:
        lines, problems = desk.status(db, now=now())
    for line in lines:
        session.say(line)
    for problem in problems:
        click.echo(problem, err=True)
    sys.exit(3 if problems else 0)


@digest.command("settle")
@click.argument("issue")
@click.argument("subscriber")
@click.option("--arrived/--not-arrived", required=True, default=None, help="Whether the mail arrived.")
@click.pass_obj
def digest_settle(session: Session, issue: str, subscriber: str, arrived: bool) -> None:
    """Say what became of a mail whose fate is unknown. One that did not arrive is sent by the next `digest send ISSUE`."""
    from digest.send import settle

    with mail_room(session) as db:
        if not settle(db, issue, subscriber, arrived=arrived):
            raise Stop("there is no such mail whose fate is unknown: see infopolicy digest status", 2)
    session.say("recorded")


@digest.command("bounces")
@click.argument("mailbox", type=click.Path(path_type=Path))
@click.pass_obj
def digest_bounces(session: Session, mailbox: Path) -> None:
    """Read reports of mails that came back from an mbox file or a Maildir folder, and write to those addresses no more."""
    from digest.bounces import read_bounces

    with mail_room(session) as db:
        done = read_bounces(db, mailbox, now=now())
    session.say(
        f"{done.permanent:,} came back for good, {done.passing:,} for now, {done.other:,} are no reports of ours"
    )


if __name__ == "__main__":
    main()
