"""The editor's page of the digest: what leads an issue, what stays out, and the note, before it leaves."""

from __future__ import annotations

from desk.web.context import Answer, Page, Redirect, RequestContext
from desk.web.errors import HTTPError
from desk.web.routing import staff_page
from store.errors import InvalidInput


@staff_page(r"/digest", post="reviewer")
def digest_page(context: RequestContext) -> Answer:
    """Show the drafts of the digest; the form saves the note, the order, and what is hidden."""
    if context.digest is None:
        raise HTTPError(404, "This site sends no digest.")
    if context.form is None:
        return Page("desk/digest.html", {"issues": context.digest.drafts()})
    places = {name.removeprefix("place-"): context.typed(name) for name in context.form if name.startswith("place-")}
    if wrong := [text for text in places.values() if text and not (text.isascii() and text.isdigit())]:
        raise HTTPError(400, f"Not saved: {wrong[0][:20]!r} is no place. Write 1 for the item that comes first.")
    hide = [*context.form.get("hide", [])]
    first = sorted((int(text[:6]), key) for key, text in places.items() if text and key not in hide)
    key = context.typed("issue")
    try:
        context.digest.save(
            key, note=context.typed("note"), first=[document for _, document in first], hide=hide, now=context.now
        )
    except InvalidInput as error:
        raise HTTPError(409, f"Not saved: {error}.") from error
    return Redirect("/desk/digest", f"{key} is saved: {len(first)} items lead, {len(hide)} are hidden.")
