"""The editor's page of the digest: what leads an issue, what stays out, and the note, before it leaves."""

from __future__ import annotations

from typing import Any

from desk.reviews.in_words import without_keys
from desk.web.context import Answer, Attachment, Page, Redirect, RequestContext
from desk.web.errors import HTTPError
from desk.web.routing import staff_page
from pages.browse import finding
from pages.http.formatting import count
from store.errors import InvalidInput

#: What became of a document that the editor added.
_BECAME = {
    "added": "{} is in it.",
    "there": "The issue had {} already: nothing was added.",
    "hidden": "The issue has {}, but hidden: clear its box to show it.",
}


@staff_page(r"/digest", post="reviewer")
def digest_page(context: RequestContext) -> Answer:
    """Show the drafts of the digest; the form saves the note, the order, and what is hidden."""
    if context.digest is None:
        raise HTTPError(404, "This site sends no digest.")
    if context.form is None:
        return Page("desk/digest.html", {"issues": context.digest.drafts()})
    places = {name.removeprefix("place-"): context.typed(name) for name in context.form if name.startswith("place-")}
    if wrong := [text for text in places.values() if text and not (text.isascii() and text.isdigit())]:
        raise HTTPError(400, f"Not saved: “{wrong[0][:20]}” is not a number. Write 1 for the item that comes first.")
    hide = [*context.form.get("hide", [])]
    first = sorted((int(text[:6]), key) for key, text in places.items() if text and key not in hide)
    key, seen, note = context.typed("issue"), context.typed("seen"), context.typed("note")
    leading = [document for _, document in first]
    try:
        add = _to_add(context)
        became = context.digest.save(key, seen=seen, note=note, first=leading, hide=hide, now=context.now, add=add)
    except InvalidInput as error:
        drafts = context.digest.drafts()
        drafts = [_as_typed(each, note, places, hide) if each["id"] == key else each for each in drafts]
        drafts = [each | {"add": context.typed("add")} if each["id"] == key else each for each in drafts]
        lost = "" if any(each["id"] == key for each in drafts) else note
        problem = without_keys(context.db, str(error), {})
        return Page("desk/digest.html", {"issues": drafts, "problem": problem, "lost": lost}, 409)
    added = f" {_BECAME[became].format(_called(context, add))}" if add else ""
    done = f"{count(len(first), 'item leads', 'items lead')}, {count(len(hide), 'is', 'are')} hidden"
    return Redirect("/desk/digest", f"The issue is saved: {done}.{added}")


@staff_page(r"/digest/mail\.html", methods="GET")
def digest_mail(context: RequestContext) -> Answer:
    """Download the mail of an issue as a reader of everything gets it."""
    if context.digest is None:
        raise HTTPError(404, "This site sends no digest.")
    language = "es" if context.arg("language") == "es" else "en"
    try:
        html = context.digest.html(context.arg("issue"), language)
    except InvalidInput as error:
        raise HTTPError(404, "There is no such issue.") from error
    if html is None:
        raise HTTPError(404, "No email would be sent: nothing in this issue is left to tell.")
    return Attachment(f"digest-{language}.html", html, "text/html; charset=utf-8")


def _to_add(context: RequestContext) -> str:
    """The document that the editor named by its id, its address, or its number; "" where they named none.

    Raises:
        InvalidInput: there is none, or there are several.
    """
    typed = context.typed("add")[:300]
    found = finding.the_one(context.db.conn, typed)
    if typed and not found:
        raise InvalidInput(f"there is no document “{typed}”: enter its number, or its address here")
    return found or ""


def _called(context: RequestContext, document: str) -> str:
    return finding.labels(context.db.conn, [document]).get(document, document)


def _as_typed(draft: dict[str, Any], note: str, places: dict[str, str], hide: list[str]) -> dict[str, Any]:
    """A draft with what the editor typed, so that a refusal loses nothing; `kept` is the note that is saved."""
    items = [each | {"picked": places.get(each["id"]) or None, "hidden": each["id"] in hide} for each in draft["items"]]
    return draft | {"note": note, "kept": draft["note"], "items": items, "typed": True}
