"""What an act changes in what the public reads as ALA's words: a stance, an outcome, the line that says why a bill matters.

Nothing of it changes before a page has shown what the public reads now, and what it will read: one key, pressed once too often,
must not withdraw a statement or make it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sqlite_utils import Database

from desk.reviews import review_items, reviews
from desk.reviews.drafts import draft_of
from desk.reviews.reviews import Verdict
from desk.reviews.subjects import check, parse
from desk.web.context import Page, RequestContext
from pages.http import formatting

Row = dict[str, Any]


@dataclass(frozen=True)
class ChangeView:
    """What the page shows: what is public `now` and what will be `then` (None: nothing), and the form that goes on.

    `act` says on its button what it does, `back` how to take that back.
    """

    d: Row
    about: str | None
    kind: str
    now: Row | None
    then: Row | None
    act: str
    back: str
    path: str
    query: str
    form: dict[str, Any]


def public_words(db: Database, document_id: str, subject: str, *, without: int = 0) -> Row | None:
    """The verdict whose words the public reads on a subject; None where it reads none.

    Args:
        without: the number of a verdict to leave out, as if it were taken back.
    """
    kind = parse(subject).kind
    rows = db.query(
        "select r.*, s.state from reviews r left join standings s on s.review_id = r.id "
        "where r.document_id = ? and r.subject = ? and r.id != ? and r.verdict != 'undo' and r.published >= ? and r.draft = 0 "
        "and not exists (select 1 from reviews u where u.undoes = r.id) order by r.id desc limit 1",
        [document_id, subject, without, int(kind == "stance")],
    )
    row = next(iter(rows), None)
    if row is None or row["verdict"] not in ("confirm", "change"):
        return None
    if kind == "priority":  # of a pin, its line alone is the organization's words
        return row if row["verdict"] == "change" and row["value"] == "2" and row["reason"] else None
    # An outcome that waits for another look is on no public page; a stance stays until it is withdrawn.
    return row if kind == "stance" or (kind == "outcome" and row["state"] in (None, "holds")) else None


def ask_to_undo(context: RequestContext, review_id: int) -> Page | None:
    """The page that asks before a verdict is taken back which the public reads; None where the public reads the same after.

    Raises:
        BadVerdict, NotAllowed, EditConflict: it cannot be taken back.
    """
    db = context.db
    review = reviews.undoable(db, context.me, review_id)
    document_id, subject = review["document_id"], review["subject"]
    now, then = public_words(db, document_id, subject), public_words(db, document_id, subject, without=review_id)
    if _says(now) == _says(then):
        return None
    waits = bool(review["published"]) and _would_wait(db, review)
    if then:
        back = "You can withdraw it again." if review["verdict"] == "reject" else ""
    else:
        back = (
            "The draft then waits again, and can be published again." if waits else "To bring it back, decide it again."
        )
    return _page(context, document_id, subject, now, then, back, "/desk/undo", {"review": review_id})


def _would_wait(db: Database, review: Row) -> bool:
    """Whether a draft waits again once this verdict, the newest on its subject, is taken back."""
    row = db.execute(
        "select r.published = 0 and r.verdict in ('confirm', 'change') from reviews r where r.document_id = ? and r.subject = ? "
        "and r.id < ? and r.verdict != 'undo' and not exists (select 1 from reviews u where u.undoes = r.id) "
        "order by r.id desc limit 1",
        [review["document_id"], review["subject"], review["id"]],
    ).fetchone()
    return bool(row and row[0])


def asks_first(context: RequestContext, verdict: Verdict) -> Page | None:
    """The page that asks before a published stance is withdrawn, or an outcome recorded, which the scorecard counts at once.

    None where the verdict changes no words of ALA, or is sure.

    Raises:
        BadVerdict: it makes no sense.
    """
    subject = parse(verdict.subject)
    if (
        verdict.draft
        or context.typed("sure")
        or not context.me.may("approver")
        or not (verdict.published or subject.kind == "outcome")
    ):
        return None
    now = public_words(context.db, verdict.document_id, verdict.subject)
    if subject.kind == "outcome" and verdict.verdict in ("confirm", "change"):
        check(subject, verdict.verdict, verdict.value, published=False, reason=None, source=None)
        return _to_record(context, verdict, now)
    return _to_withdraw(context, verdict, now) if now and verdict.published else None


def _to_record(context: RequestContext, verdict: Verdict, now: Row | None) -> Page:
    then = {"value": verdict.value, "reason": None, "source": None}
    form = {"subject": verdict.subject, "verdict": verdict.verdict, "value": verdict.value, "seen": verdict.seen}
    return _ask(context, verdict, now, then, "Undo takes it back.", form)


def _to_withdraw(context: RequestContext, verdict: Verdict, now: Row) -> Page:
    form = {"subject": verdict.subject, "verdict": "reject", "published": "1", "seen": verdict.seen}
    draft = draft_of(context.db, verdict.document_id, verdict.subject)
    stays = f" The draft of {draft['name']} stays and waits for an approver." if draft else ""
    return _ask(context, verdict, now, None, f"Undo makes it public again.{stays}", form)


def _ask(
    context: RequestContext, verdict: Verdict, now: Row | None, then: Row | None, back: str, form: dict[str, Any]
) -> Page:
    path = f"/desk/documents/{verdict.document_id}"
    return _page(context, verdict.document_id, verdict.subject, now, then, back, path, form)


def _page(
    context: RequestContext,
    document_id: str,
    subject: str,
    now: Row | None,
    then: Row | None,
    back: str,
    path: str,
    form: dict[str, Any],
) -> Page:
    kind = parse(subject).kind
    document = next(iter(context.db.query("select * from corpus.documents where id = ?", [document_id])))
    about = review_items.titles(context.db).get(subject, (None, None))[0]
    is_new = then is not None and "id" not in then
    query = urlencode({name: context.arg(name) for name in context.args})
    view = ChangeView(document, about, kind, now, then, _act(kind, now, then, is_new), back, path, query, form)
    return Page("desk/public_change.html", view)


def _act(kind: str, now: Row | None, then: Row | None, is_new: bool) -> str:
    """What the button does, such as "Take “Oppose” off the public pages"."""

    def named(row: Row) -> str:
        return "the line" if kind == "priority" else f"“{formatting.word(f'{kind}s', row['value'])}”"

    if then is None:
        return f"Take {named(now)} off the public pages" if now else "Leave the public pages as they are"
    if now is None:
        return f"Make {named(then)} public" + ("" if is_new else " again")
    if named(now) == named(then):
        return f"Go back to the earlier words for {named(then)}"
    return f"Replace {named(now)} with {named(then)} on the public pages"


def _says(row: Row | None) -> tuple[Any, ...] | None:
    return (row["value"], row["reason"], row["source"]) if row else None
