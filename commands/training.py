"""Training: a candidate beside the models in use, what it would change, and putting it in use or back."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.session import Session, Stop, plain_errors, private_files
from store.clock import ago, utc_now

if TYPE_CHECKING:
    from derive.candidate import Changes

#: The labeled documents next to a checkout, where they are.
SHARED = Path("../shared/gold/dev.jsonl")
#: The queue of the last month is compared.
MONTH = 31
#: With fewer labeled documents than this whose texts are collected, nothing is trained.
ENOUGH = 500


@click.command()
@click.argument("gold", type=click.Path(path_type=Path), required=False)
@click.option("--accept", "step", flag_value="accept", help="Use the candidate from now on.")
@click.option("--revert", "step", flag_value="revert", help="Use again what was in use before the last --accept.")
@click.option("--requested", "step", flag_value="requested", help="Train if somebody requested it at the desk.")
@click.option("--package", is_flag=True, help="For releases: put the candidate into the source folder instead.")
@click.pass_obj
def train(session: Session, gold: Path | None, step: str | None, package: bool) -> None:
    """Train a candidate for the models of tags, priority and shown positions; nothing uses it before --accept.

    It learns from the labels of classify/gold and positions/gold as far as their texts are collected, and from what staff
    decided. GOLD is a file of labeled documents with their texts, by default ../shared/gold/dev.jsonl where that exists. Then
    it says what the candidate changes on labeled documents that are kept back and on the last month of the queue. Exit code 1:
    it is worse on the documents kept back.

    \b
    infopolicy train               a few minutes; the candidate is in models/candidate of the data folder
    infopolicy train --accept      use it; `infopolicy rebuild` then tags everything again
    infopolicy train --revert      back to what was in use
    """
    from classify import models

    with plain_errors():
        if step == "accept" and not package:
            models.accept()
            session.tell("the candidate is in use; `infopolicy rebuild` tags and matches everything with it")
        elif step == "revert":
            models.revert()
            session.tell(
                "what was in use before is in use again; `infopolicy rebuild` tags and matches everything with it"
            )
        elif step == "requested":
            sys.exit(_train_requested(session, gold))
        elif package:
            _package(session)
        else:
            with private_files(session, "staff.db"):
                sys.exit(_train(session, gold))


def _package(session: Session) -> None:
    """Only for those who build a release: what everybody gets is in the source folder."""
    from classify import models
    from classify.model import ARRAYS, CARD, MODEL_DIR
    from positions.relevance.relevance import FILE

    folder = models.home() / models.CANDIDATE
    if not (folder / models.REPORT).exists():
        raise models.NoModel(f"{folder}: there is no candidate; `infopolicy train` makes one")
    for name in (ARRAYS, CARD):
        shutil.copy(folder / MODEL_DIR.name / name, MODEL_DIR / name)
    shutil.copy(folder / FILE.name, FILE)
    session.say(f"copied into {MODEL_DIR} and {FILE}; write both evaluation.json again (docs/classifier.md)")


def _train_requested(session: Session, gold: Path | None) -> int:
    """For a timer: nothing is said where nobody requested a training."""
    from classify import models
    from classify.training.request import requested

    # In this order: a file that is lost is then the outcome, and the request is not taken up again and again.
    with requested(models.home()) as step, private_files(session, "staff.db"):
        return _train(session, gold, step) if step else 0


def _train(session: Session, gold: Path | None, step: Callable[[str], None] = lambda words: None) -> int:
    from classify import models
    from classify.model import MODEL_DIR
    from classify.training.decisions import read_decisions
    from classify.training.train import main as learn
    from positions.relevance.relevance import FILE
    from positions.relevance.training import main as learn_relevance

    config, corpus = session.config, session.config.corpus
    step("reads the labels and the verdicts")
    part = models.begin()
    gold = gold or (SHARED if SHARED.exists() else _collected(corpus, part.with_name("gold.jsonl")))
    step("learns areas and priorities")
    status = learn(gold, read_decisions(corpus, config.staff), part / MODEL_DIR.name, corpus)
    if status > 1:
        raise Stop("the labeled documents cannot be used", status)
    step("learns which positions to show")
    if learn_relevance(corpus, config.staff, part / FILE.name):
        shutil.copy(models.in_use(FILE), part / FILE.name)
    step("compares the candidate with the models in use")
    report = _report(session, gold, part) | {"worse": bool(status)}
    models.finish(part, report, (MODEL_DIR, FILE))
    session.say(f"the candidate is in {models.home() / models.CANDIDATE}; `infopolicy train --accept` puts it in use")
    return status


def _collected(corpus: Path, target: Path) -> Path:
    """Labels and collected texts in one file.

    Raises:
        Stop: too few of the texts are collected.
    """
    from classify.training.labels import fetch

    found, lacking = fetch(corpus, target)
    click.echo(f"{found:,} labeled documents are collected, {lacking.total():,} are not")
    if found < ENOUGH:
        raise Stop(
            f"{found:,} labeled documents are too few to train on ({ENOUGH:,}); `infopolicy gold fetch` names what to crawl",
            2,
        )
    return target


def _report(session: Session, gold: Path, part: Path) -> dict[str, Any]:
    from classify.model import MODEL_DIR
    from classify.tagger import Tagger
    from derive.candidate import Models, count_verdicts, kept_back, on_queue
    from positions.relevance.relevance import FILE, Relevance, load_model

    config, now = session.config, utc_now()
    old = Models(Tagger(), Relevance())
    new = Models(Tagger(model_dir=part / MODEL_DIR.name), Relevance(model=load_model(part / FILE.name)))
    verdicts = count_verdicts(config.staff)
    said = ", ".join(f"{number:,} {kind}" for kind, number in verdicts.items())
    session.say(f"verdicts of staff to learn from: {said or 'none yet'}")
    kept = kept_back(gold, old.tagger, new.tagger)
    _say(session, "documents kept back", kept)
    queue = on_queue(config.corpus, config.staff, old, new, since=ago(now, days=MONTH)[:10])
    _say(session, "documents of the queue of the last month", queue)
    return {"made_at": now, "verdicts": verdicts, "kept_back": kept.as_json(), "queue": queue.as_json()}


def _say(session: Session, what: str, changes: Changes) -> None:
    session.say(f"{changes.changed:,} of {changes.documents:,} {what} change")
    for each, number in sorted(changes.counts.items()):
        examples = ", ".join(changes.named[each][:3])
        session.say(f"  {number:>5,}  {each} ({examples}{', ...' if number > 3 else ''})")
