"""Questions about the text of a document: its versions, and what resembles it."""

from __future__ import annotations

from urllib.parse import urlencode

from pages.answers import arguments as given
from pages.answers.answer import MOST_ROWS, Answer, At, State, answer
from pages.database import Row
from pages.documents import look_alikes, text_versions
from pages.documents.look_alikes import SimilarView
from pages.documents.text_versions import Version, VersionsView
from pages.http import formatting


def versions(
    at: At, document: given.DocumentId, old: given.Version = None, new: given.Version = None, page: given.Page = 1
) -> Answer:
    """What changed between two versions of a document's text; without `old` and `new`, the last two that are stored."""
    asked = {name: each for name, each in (("from", old), ("to", new)) if each}
    view = text_versions.page(at.db, document, asked | {"view": "inline", "page": str(page)})
    if view is None:
        return _unknown(at, document)
    held = [_version(each) for each in view.versions]
    place, path = [view.d["jurisdiction"]], f"/documents/{document}/versions"
    known = {each["key"] for each in held}
    if unknown := [each for each in asked.values() if each not in known]:
        says = f"No version {unknown[0]} of this document is stored; versions has those that are."
        return answer(at, State.NOTHING_FOUND, says, path, {"versions": held}, places=place)
    if view.old is None or view.new is None:
        says = "Fewer than two versions of its text are stored, so nothing can be compared. There may be others at the source."
        return answer(at, State.NOT_COLLECTED, says, path, {"versions": held}, places=place)
    says = (
        "A program compared the two texts section by section."
        if not view.too_long
        else "The texts are too long to compare."
    )
    return answer(
        at,
        State.ANSWERED,
        says,
        view.address(view.page) if not view.too_long else path,
        {"versions": held, "old": view.old.key, "new": view.new.key} | _compared(view),
        places=place,
        automatic=["counts", "changes", "unchanged", "provisions"],
        quoted=["changes[].heading", "changes[].pieces[].text", "provisions[].changes[].pieces[].text"],
    )


def _version(version: Version) -> Row:
    url = formatting.safe_url(version.url)
    return {"key": version.key, "name": version.name, "issued_on": version.issued_on, "url": url}


def _compared(view: VersionsView) -> Row:
    """What changed from one text to the other, by section and by position."""
    return {
        "identical": view.identical,
        "too_long": view.too_long,
        "counts": view.counts,
        "page": view.page,
        "pages": view.pages,
        "changes": [
            {
                "kind": each.kind,
                "moved": each.moved,
                "heading": each.heading,
                "pieces": [vars(piece) for piece in each.inline],
            }
            for each in view.changes
        ],
        "unchanged": view.unchanged[:MOST_ROWS],
        "provisions": [
            {
                "position": each.position_id,
                "title": each.title,
                "changes": [_sentence(change) for change in each.changes],
            }
            for each in view.provisions
        ],
    }


def _sentence(change: Row) -> Row:
    return {"kind": change["kind"], "pieces": [vars(piece) for piece in change["pieces"]]}


def lookalikes(at: At, document: given.DocumentId) -> Answer:
    """Documents with much the same text, bills of other places on one subject, and texts that share passages."""
    view = look_alikes.similar(at.db, document, at.today)
    if view is None:
        return _unknown(at, document)
    groups, shared = _groups(at, view), _shared(at, view)
    law = view.law
    result = {
        "groups": groups,
        "shared": shared,
        "became_law_in": {name: law[name] for name in ("id", "identifier", "title", "share")} if law else None,
        "compared": view.has_text,
    }
    found = bool(groups or shared)
    says = (
        "A program compared texts; likeness says nothing of who wrote what first, or why."
        if found
        else "Nothing that is collected resembles it."
        if view.has_text
        else "Its text is not stored, so only titles and numbers could be compared; nothing was found."
    )
    marked = {
        "automatic": ["groups", "shared", "became_law_in"],
        "quoted": ["groups[].members[].title", "shared[].title"],
    }
    state = State.ANSWERED if found else State.NOTHING_FOUND
    return answer(at, state, says, f"/documents/{document}/similar", result, places=None, **marked)


def _groups(at: At, view: SimilarView) -> list[Row]:
    """Documents with much the same text, and bills of other places on one subject."""
    kept = ("id", "identifier", "title", "place", "session", "status", "likeness")
    return [
        {
            "kind": group["kind"],
            "kind_in_words": group["word"],
            "members": [
                {name: member[name] for name in kept} | {"address": at.address(f"/documents/{member['id']}")}
                for member in group["members"][:MOST_ROWS]
            ],
        }
        for group in view.groups
    ]


def _shared(at: At, view: SimilarView) -> list[Row]:
    """Documents whose texts share passages with it."""
    kept = ("identifier", "title", "place", "session", "status", "words", "share")
    return [
        {name: each[name] for name in kept}
        | {
            "id": each["other_id"],
            "address": at.address(f"/documents/{each['other_id']}"),
            "passages": len(each["passages"]),
        }
        for each in view.shared[:MOST_ROWS]
    ]


def _unknown(at: At, key: str) -> Answer:
    says = "No document with this id is stored. Look its number up with `document`."
    return answer(at, State.NOTHING_FOUND, says, "/browse?" + urlencode({"q": key}), {}, places=[])
