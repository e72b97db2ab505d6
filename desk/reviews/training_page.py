"""What a newly trained model would change, shown before a person accepts it or goes back; and the request to train one."""

from __future__ import annotations

from typing import Any

from classify import models
from classify.training import request
from desk.accounts import accounts
from desk.web.context import Answer, Page, Redirect, RequestContext
from desk.web.errors import HTTPError
from desk.web.routing import staff_page
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
            "parts": [_part(candidate, key, title) for key, title in _PARTS] if candidate else [],
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


def _part(report: dict[str, Any], key: str, title: str) -> dict[str, Any]:
    """One comparison: `title`, `documents`, `changed`, and `rows` (what, how often, a few documents), the most frequent first."""
    found = report.get(key) or {}
    named = found.get("named") or {}
    counts = sorted((found.get("counts") or {}).items(), key=lambda item: (-item[1], item[0]))
    return {
        "title": title,
        "documents": found.get("documents", 0),
        "changed": found.get("changed", 0),
        "rows": [(what, number, named.get(what, [])[:NAMED]) for what, number in counts],
    }
