"""What a newly trained model would change, shown before a person accepts it or goes back; and the request to train one."""

from __future__ import annotations

import re
from typing import Any

from sqlite_utils import Database

from classify import models
from classify.training import request
from desk.accounts import accounts
from desk.reviews.review_items import Titles, titles
from desk.reviews.subjects import PRIORITIES
from desk.web.context import Answer, Page, Redirect, RequestContext
from desk.web.errors import HTTPError
from desk.web.routing import staff_page
from pages.database import marks
from pages.http import formatting
from store.errors import InvalidInput

#: Documents named for each kind of change.
NAMED = 5
_DONE = {
    "train": "Requested. The training begins within minutes.",
    "accept": "The candidate is in use. The next run tags and matches everything with it.",
    "revert": "What was in use before is in use again. The next run tags and matches everything with it.",
}


@staff_page(r"/training", post="approver")
def training_page(context: RequestContext) -> Answer:
    """Show the candidate next to the models in use; the form requests a training, accepts the candidate, or goes back."""
    if context.models is None:
        raise HTTPError(404, "This site has no folder of models.")
    if context.form is None:
        found = models.reports(context.models)
        candidate = found.get(models.CANDIDATE)
        view = {
            "progress": request.state(context.models),
            "candidate": candidate,
            "learned": [_learned(kind, number) for kind, number in ((candidate or {}).get("verdicts") or {}).items()],
            "parts": [_part(context.db, candidate, key, title) for key, title in _PARTS] if candidate else [],
            "in_use": found.get(models.IN_USE),
            "previous": models.PREVIOUS in found,
        }
        return Page("desk/training.html", view)
    step = context.typed("step")
    try:
        if step == "train":
            request.request(context.models, context.me.name, context.now)
        elif step == "accept":
            _check_seen(context)
            models.accept(context.models)
        elif step == "revert":
            models.revert(context.models)
        else:
            raise HTTPError(400, "This form does nothing.")
    except InvalidInput as error:
        raise HTTPError(409, f"Nothing was changed: {error}.") from error
    accounts.log(context.db, context.me.id, f"models: {step}", context.typed("seen") or "models", context.now)
    return Redirect("/desk/training", _DONE[step])


def _check_seen(context: RequestContext) -> None:
    """Accept what the page showed, and no candidate that was trained since.

    Raises:
        HTTPError: there is another candidate by now.
    """
    now = models.reports(context.models or models.home()).get(models.CANDIDATE, {}).get("made_at", "")
    if now != context.typed("seen"):
        raise HTTPError(
            409, "Nothing was changed: another candidate was trained since you opened the page. Read it first."
        )


_PARTS = (
    ("kept_back", "On labeled documents that no model learned from"),
    ("queue", "On the queue of the last month"),
)


#: The changes of a report (derive.candidate.Changes) -> the sentence of the page.
_CHANGES = (
    (re.compile("right: (?P<area>.+)"), "The area “{area}” becomes right"),
    (re.compile("wrong: (?P<area>.+)"), "The area “{area}” becomes wrong"),
    (re.compile("tag (?P<area>.+) comes"), "The area “{area}” is suggested, and was not before"),
    (re.compile("tag (?P<area>.+) goes"), "The area “{area}” is no longer suggested"),
    (re.compile("position (?P<position>.+) comes"), "The position “{position}” is suggested, and was not before"),
    (re.compile("position (?P<position>.+) goes"), "The position “{position}” is no longer suggested"),
    (
        re.compile("model's priority (?P<before>.+) becomes (?P<after>.+)"),
        "The suggested priority “{before}” becomes “{after}”",
    ),
)
#: What a verdict on a suggestion was -> how the page counts it.
_VERDICTS = {"confirm": "confirmed", "reject": "rejected", "change": "changed"}


def _learned(what: str, number: int) -> str:
    """How many verdicts of a kind there are to learn from, such as "area confirm" of `derive.candidate.count_verdicts`."""
    kind, _, verdict = what.partition(" ")
    plural = {"area": "areas", "position": "positions", "priority": "priorities"}
    noun = kind if number == 1 else plural.get(kind, kind)
    return f"{number:,} {noun} {_VERDICTS.get(verdict, verdict)}"


def _change(what: str, named: Titles) -> str:
    """A change of a report in words, with the titles of areas and positions; one of no known kind as it is."""
    for form, sentence in _CHANGES:
        if found := form.fullmatch(what):
            words = {
                name: PRIORITIES.get(key, key) if name in ("before", "after") else named.get(f"{name}:{key}", (key,))[0]
                for name, key in found.groupdict().items()
            }
            return sentence.format(**words)
    return what


def _part(db: Database, report: dict[str, Any], key: str, title: str) -> dict[str, Any]:
    """One comparison: `title`, `documents`, `changed`, and `rows`, the most frequent first.

    A row is what changes in words, how often, and a few documents as (id, number and title); those that are labeled but not
    collected here have no page and are left out.
    """
    found = report.get(key) or {}
    counts = sorted((found.get("counts") or {}).items(), key=lambda item: (-item[1], item[0]))
    examples = {what: (found.get("named") or {}).get(what, [])[:NAMED] for what, _ in counts}
    words, called = titles(db), _called(db, [each for named in examples.values() for each in named])
    return {
        "title": title,
        "documents": found.get("documents", 0),
        "changed": found.get("changed", 0),
        "rows": [
            (_change(what, words), number, [(each, called[each]) for each in examples[what] if each in called])
            for what, number in counts
        ],
    }


def _called(db: Database, ids: list[str]) -> dict[str, str]:
    """The number, place, and title of some documents, by id."""
    sql = f"select id, identifier, jurisdiction, title from corpus.documents where id in ({marks(ids)})"
    return {
        row["id"]: formatting.numbered(row["identifier"], row["jurisdiction"], row["title"])
        for row in db.query(sql, ids)
    }
