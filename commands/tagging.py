"""Tagging, matching and scoring by themselves."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Any

import click

from commands.session import Session, Stop, plain_errors


@click.command()
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


@click.command()
@click.argument("file", type=click.File("r", encoding="utf-8", errors="replace"), default="-")
def match(file: Any) -> None:
    """Find the provisions of documents (JSON lines as for `tag`) that touch positions, best first."""
    from positions.matching.jsonl import match_lines

    with plain_errors():
        sys.exit(match_lines(file, sys.stdout, sys.stderr))


@click.command()
@click.argument("gold", type=click.Path(path_type=Path), default=Path("../shared/gold/dev.jsonl"))
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_obj
def evaluate(session: Session, gold: Path, as_json: bool) -> None:
    """Score the tags on the labeled test documents of GOLD: precision, recall and F1 per area, with intervals.

    Court cases, city matters, bills of other countries and long texts are scored apart, where corpus.db holds them.

    \b
    infopolicy evaluate --json > classify/model/evaluation.json    what the page “How good are the tags?” shows
    """
    from classify.evaluation.evaluate import main as score
    from classify.evaluation.evaluate_by_kind import kinds_table, score_kinds
    from classify.evaluation.kept import judge_kept

    with plain_errors():
        others = score_kinds(session.config.corpus)
        kept = judge_kept(gold, session.config.corpus)
        status = score(gold, as_json, date.today().isoformat(), others, kept)
        if others and not status and not as_json:
            click.echo(f"\n{kinds_table(others)}")
        sys.exit(status)


@click.group()
def gold() -> None:
    """The labeled documents that the tags are trained and scored on."""


@gold.command("fetch")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write. [default: gold.jsonl in the data folder]",
)
@click.pass_obj
def gold_fetch(session: Session, output: Path | None) -> None:
    """Put the labels of classify/gold and the collected texts together in one file, for `train` and `evaluate`.

    Says how many documents are lacking and which source to crawl for them; exit code 1 if any are.
    """
    from classify.training.labels import main as fetch

    with plain_errors():
        sys.exit(fetch(session.config.corpus, output or session.config.data / "gold.jsonl"))


@click.group()
def positions() -> None:
    """The catalog of positions."""


@positions.command("check")
@click.option("--passages", type=click.IntRange(1, 1_000), help="Draw so many statements, each with its passage.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed draws the same statements.")
@click.pass_obj
def positions_check(session: Session, passages: int | None, seed: int) -> None:
    """Check every file of the catalog; problems come with file and line.

    Then names what somebody should look at again: what is past its review date, has no passage, rests on one letter, or
    may have been replaced. None of that is an error. With --passages, it prints statements with their passages instead, for
    two readers who judge, each alone, whether a statement says no more than its passage.
    """
    from positions.catalog.briefs import load_briefs
    from positions.catalog.catalog import check as check_catalog
    from positions.catalog.catalog import load_catalog
    from positions.catalog.currency import REASONS, currency, drawn

    problems = check_catalog()
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        sys.exit(1)
    if passages is not None:
        for number, position in enumerate(drawn(load_catalog(), passages, seed), 1):
            rests_on = position.authority
            click.echo(f"{number}. {position.id} ({rests_on.grade})\n   Statement: {position.statement}")
            click.echo(
                f"   Passage: {rests_on.passage}\n   {rests_on.document}. {rests_on.place}. {rests_on.address}\n"
            )
        return
    session.say("all is in order")
    remarks = currency(load_catalog(), date.today(), load_briefs(load_catalog().positions))
    for reason, words in REASONS.items():
        if found := [remark for remark in remarks if remark.reason == reason]:
            click.echo(f"\n{words} ({len(found)}):")
            for remark in found:
                click.echo(f"  {remark.position_id}: {remark.words}")


@positions.command("start")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.pass_obj
def positions_start(session: Session, folder: Path) -> None:
    """Copy a small catalog of a made-up association to FOLDER, to write your own positions in it (docs/adopt.md)."""
    from positions.catalog.organization import EXAMPLE

    with plain_errors():
        if folder.exists() and any(folder.iterdir()):
            raise Stop(f"{folder} is not empty: name a new folder", 2)
        for file in filter(Path.is_file, EXAMPLE.rglob("*")):
            copy = folder / file.relative_to(EXAMPLE)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(file.read_bytes())
    session.say(f"write your names into {folder / 'organization.yml'}, then your positions into {folder / 'entries'}")


@positions.command("evaluate")
@click.argument("corpora", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--split",
    type=click.Choice(["train", "heldout", "fresh", "final"]),
    default="train",
    show_default=True,
    help="Tune on train and fresh; heldout and final are for reporting only.",
)
@click.option("--misses", is_flag=True, help="List every provision on which readers and matcher differ.")
@click.option(
    "--bootstrap",
    default=0,
    type=click.IntRange(0, 100_000),
    help="Intervals by drawing the provisions again, so many times.",
)
@click.option("--shown", is_flag=True, help="Score what is shown, on the documents of positions/gold/matches.jsonl.")
@click.option(
    "--matches",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The same on the documents of this file of labels.",
)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_obj
def positions_evaluate(
    session: Session,
    corpora: tuple[Path, ...],
    split: str,
    misses: bool,
    bootstrap: int,
    shown: bool,
    matches: Path | None,
    as_json: bool,
) -> None:
    """Score the matches on provisions that two readers labeled, and say how well the readers agree.

    CORPORA are the databases that hold the documents (by default corpus.db of the data folder). Exit code 1 when some
    of the documents are not there.

    \b
    infopolicy positions evaluate --shown --json > positions/relevance/evaluation.json    what the page of accuracy shows
    """
    from positions.evaluation.evaluate import main as score
    from positions.evaluation.matches import main as score_shown

    with plain_errors():
        if shown or matches:
            sys.exit(score_shown((corpora or (session.config.corpus,))[0], matches, as_json))
        sys.exit(score(corpora or (session.config.corpus,), split, misses, as_json, rounds=bootstrap))


@positions.command("directions")
@click.argument("texts", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--split",
    type=click.Choice(["tune", "heldout", "shown", "read", "declared"]),
    default="tune",
    show_default=True,
    help="Tune on tune; the others are for reporting only.",
)
@click.option("--misses", is_flag=True, help="List every label on which the program differs.")
@click.pass_obj
def positions_directions(session: Session, texts: tuple[Path, ...], split: str, misses: bool) -> None:
    """Score the side that whole documents take on a position, against labels and what library associations declared.

    TEXTS are databases that hold the documents (by default corpus.db of the data folder), or JSON lines as
    `infopolicy match` takes them. Exit code 1 when some of the documents are not there.
    """
    from positions.evaluation.directions import main as score

    with plain_errors():
        sys.exit(score(texts or (session.config.corpus,), split, misses))


@positions.command("stances")
@click.argument("corpora", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_obj
def positions_stances(session: Session, corpora: tuple[Path, ...], as_json: bool) -> None:
    """Compare the stances on record with what the matcher says of their documents.

    CORPORA are the databases that hold the documents (by default corpus.db of the data folder).
    """
    from positions.evaluation.evaluate_on_record import main as report

    with plain_errors():
        sys.exit(report(corpora or (session.config.corpus,), as_json))
