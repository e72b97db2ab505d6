"""Publish a drafted stance or a proposed outcome: exactly what was drafted, read by a second person as the public will read it.

No form offers a stance to publish that nobody drafted, so that none can be published by a slip of the hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from desk.accounts.accounts import Account
from desk.reviews import review_items, reviews
from desk.reviews.drafts import draft_of
from desk.reviews.public_change import public_words
from desk.reviews.reviews import EditConflict, NotAllowed, Verdict
from desk.reviews.subjects import BadVerdict
from desk.web.context import PUBLISHED_LATER, Answer, Page, Redirect, RequestContext
from desk.web.errors import HTTPError
from desk.web.routing import ID, staff_page

Row = dict[str, Any]


@dataclass(frozen=True)
class PublishView:
    """What the page shows: the draft, what will be public, what is public now (None: nothing), and which parts differ."""

    d: Row
    draft: Row
    position: str | None
    kind: str
    will: Row
    now: Row | None
    changes: list[tuple[str, str, str]]
    mine: bool
    seen: int
    problem: str | None


def publish(
    db: Database,
    account: Account,
    draft: Row,
    *,
    reason: str,
    source: str,
    seen: int,
    now: str,
    own_drafts: bool = False,
) -> int:
    """Publish a draft as ALA's stance; returns the number of the verdict.

    Args:
        reason, source: what the public reads beside the stance; the draft's, or better words for it.
        seen: the last review of the document that the page knew.
        own_drafts: whether people may publish what they drafted themselves (small offices).

    Raises:
        NotAllowed: the account drafted it, or is no approver.
        BadVerdict: there is no reason or no source.
        EditConflict: somebody has decided it since.
    """
    if draft["reviewer"] == account.id and not own_drafts:
        raise NotAllowed("another approver must publish what you drafted")
    is_stance = not draft["draft"]  # an outcome has neither a reason nor a source, and is public once it is recorded
    verdict = Verdict(
        document_id=draft["document_id"],
        subject=draft["subject"],
        verdict="confirm",
        value=draft["value"],
        note=draft["note"],
        reason=reason if is_stance else None,
        source=source if is_stance else None,
        published=is_stance,
        seen=seen,
    )
    return reviews.record(db, account, [verdict], now=now)[0]


@staff_page(rf"/documents/{ID}/publish", role="approver")
def publish_page(context: RequestContext) -> Answer:
    """Show a draft as the public will read it, beside what it reads now; the form publishes it."""
    document_id, subject = context.path["id"], context.typed("subject") or context.arg("subject")
    draft = draft_of(context.db, document_id, subject)
    if draft is None and context.form is not None and _is_public(context.db, document_id, subject):
        return Redirect(f"/desk/documents/{document_id}#ala", "This is published already.")
    if draft is None:
        raise HTTPError(404, "No draft of it waits to be published.")
    problem = None
    if context.typed("step") == "publish":
        try:
            if context.typed("draft") != str(draft["id"]):
                raise EditConflict(draft)
            publish(
                context.db,
                context.me,
                draft,
                reason=context.typed("reason"),
                source=context.typed("source"),
                seen=context.number("seen"),
                now=context.now,
                own_drafts=context.own_drafts,
            )
        except NotAllowed as error:
            raise HTTPError(403, f"Nothing was published: {error}.") from error
        except EditConflict as error:
            problem = f"{error.by['name']} has decided this since you opened the page; read it again"
        except BadVerdict as error:
            problem = str(error)
        else:
            done = context.publish(context.db, [document_id])
            return Redirect(
                f"/desk/documents/{document_id}#{'outcome' if draft['draft'] else 'ala'}",
                "Published." if done else PUBLISHED_LATER,
            )
    return Page("desk/publish.html", _view(context, draft, problem), 409 if problem else 200)


def _is_public(db: Database, document_id: str, subject: str) -> bool:
    newest = reviews.current(db, document_id, subject)
    is_public = newest is not None and (bool(newest["published"]) or subject.startswith("outcome:"))
    return newest is not None and is_public and newest["verdict"] != "reject"


def _view(context: RequestContext, draft: Row, problem: str | None) -> PublishView:
    document_id, db = draft["document_id"], context.db
    # A note for the public that an approver is writing stays in the form while they look at the preview.
    typed = context.form is not None and context.typed("draft") == str(draft["id"])
    will = {
        "value": draft["value"],
        "reason": context.typed("reason") if typed else draft["reason"],
        "source": context.typed("source") if typed else draft["source"],
    }
    kind = draft["subject"].partition(":")[0]
    public = public_words(db, document_id, draft["subject"])
    named = {"value": "Outcome"} if kind == "outcome" else {"value": "Stance", "reason": "Reason", "source": "Source"}
    return PublishView(
        d=next(iter(db.query("select * from corpus.documents where id = ?", [document_id]))),
        draft=draft,
        position=review_items.titles(db).get(draft["subject"], (None, None))[0],
        kind=kind,
        will=will,
        now=public,
        changes=[
            (title, public[name] or "", will[name] or "")
            for name, title in named.items()
            if public and (public[name] or "") != (will[name] or "")
        ],
        mine=draft["reviewer"] == context.me.id and not context.own_drafts,
        seen=reviews.last_id(db, document_id),
        problem=problem,
    )
