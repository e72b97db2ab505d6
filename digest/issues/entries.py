"""From a stretch of the ledger to the entries of an issue: one per document, or per cluster of companions, with everything
a line needs to say (number, title, place, what changed, why), so that a frozen issue never needs corpus.db again."""

from __future__ import annotations

import datetime
import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

from comparison.versions.company_provisions import told_of_change, touched_by_change
from crawlers.companies import KIND
from digest.issues.clusters import chunks, clusters, companions
from digest.issues.documents import Entry, documents_of
from digest.issues.ledger import due, pattern, rules
from digest.issues.searches import search
from digest.issues.stances import Published, published
from pages.database import marks
from pages.documents.session_status import UNDECIDED, ended_with
from pages.http.formatting import shortened


def entries(
    db: Database,
    corpus: sqlite3.Connection,
    *,
    since: int,
    through: int,
    today: datetime.date,
    searches: Iterable[str] = (),
    followed: Iterable[str] = (),
    drafts: Iterable[Published] = (),
) -> list[Entry]:
    """What may be told of the places after `since` up to `through`, most urgent first.

    Args:
        searches, followed: what subscribers look for beyond areas; documents without an area are kept only for these.
        drafts: stances that are not published, for an issue to staff.
    """
    corpus.row_factory = sqlite3.Row
    news = _news(db, corpus, since, through, today, list(drafts))
    documents = documents_of(corpus, list(news))
    news = {key: _still_told(news[key], each, today) for key, each in documents.items()}
    found = search(corpus, documents, searches)
    wanted = set(followed)
    tied = companions(corpus, list(documents))
    told = [
        key
        for key, each in documents.items()
        if key in wanted
        or key in found
        or (
            not each["private"]
            and (
                each["areas"]
                or each["positions"]
                or each["stances"]
                or (each["priority"] == 2 and not each["ceremonial"])
            )
        )
    ]
    made = [_entry(corpus, keys, tied, documents, news, found, today) for keys in clusters(corpus, told, tied)]
    kept = [entry | {"noise": not _is_worth_telling(entry)} for entry in made]
    return sorted((each for each in kept if not each["noise"] or _is_asked_for(each, wanted)), key=_rank)


def _rank(entry: Entry) -> tuple[Any, ...]:
    """What matters most comes first: priority, a known direction, what can still move, a position, the program's score."""
    return (
        not entry["must_see"],
        not (entry["effect"] or entry["stances"]),
        not entry["alive"],
        not entry["positions"],
        -entry["score"],
        entry["documents"][0]["id"],
    )


# --------------------------------------------------------------------- what changed


def _news(
    db: Database, corpus: sqlite3.Connection, since: int, through: int, today: datetime.date, drafts: list[Published]
) -> dict[str, list[Any]]:
    """Document -> its news in order; what nobody is to read is left out (news.yml)."""
    places = dict(
        db.execute(
            "select change_id, position from ledger where position > ? and position <= ?", [since, through]
        ).fetchall()
    )
    reminders = {key: rest for key, *rest in due(corpus, today)}
    found: dict[str, list[Any]] = defaultdict(list)
    for chunk in chunks(list(places)):
        for row in corpus.execute(
            f"""select c.id, c.document_id, c.kind, c.happened_on, c.summary, d.kind as document_kind, (
                select max(a.classification) from actions a where c.kind = 'action' and a.document_id = c.document_id
                and a.acted_on is c.happened_on and substr(a.description, 1, 400) = substr(c.summary, 1, 400)) as classification
            from changes c left join documents d on d.id = c.document_id where c.id in ({marks(chunk)})""",
            chunk,
        ):
            if told := _told(row, today):
                if row["classification"] == "terms-change":
                    told["rules"] = told_of_change(corpus, row["document_id"], row["happened_on"])
                    told["touches"] = sorted(touched_by_change(corpus, row["document_id"], row["happened_on"]))
                found[row["document_id"]].append(told | {"at": places[row["id"]]})
    for key, (document, kind, starts_at) in reminders.items():
        if key in places:
            news = {"kind": "due", "day": starts_at[:10], "word": kind, "words": "", "heading": "deadline", "all": True}
            found[document].append(news | {"at": places[key]})
    for kind, stance in (*(("stance", each) for each in published(corpus)), *(("draft", each) for each in drafts)):
        if stance.key in places:
            news = {"kind": kind, "word": stance.value, "heading": "stance", "all": True, "subject": stance.subject}
            found[stance.document_id].append(news | words_of_stance(stance) | {"at": places[stance.key]})
    return {key: sorted(each, key=lambda one: (one["day"] or "", one["at"])) for key, each in found.items()}


def words_of_stance(stance: Published) -> Entry:
    """The day and the reason of a stance, as a line tells them."""
    return {"day": stance.decided_on, "words": shortened(stance.reason or "", 240)}


def _told(row: sqlite3.Row, today: datetime.date) -> Entry | None:
    """A change as a line tells it: `all` false means that only followers of the document read it."""
    kind, table = row["kind"], rules()
    if kind == "action":
        if pattern("formal").match(row["summary"]):
            return None
        rule, word = table["actions"].get(row["classification"] or ""), row["classification"]
    elif kind == "status":
        rule, word = table["statuses"].get(row["summary"]), row["summary"]
    else:
        rule, word = table["changes"].get(kind), row["summary"].partition(":")[0] if kind == "event" else kind
    if kind == "introduced" and row["document_kind"] == KIND:
        return None  # we begin to record it: nothing that a company did
    if not rule or (kind == "event" and (row["happened_on"] or "") < today.isoformat()):
        return None
    heading = rule.get("tell") or rule["follow"]
    words = "" if kind in ("status", "introduced") else shortened(row["summary"], 240)
    return {
        "kind": kind,
        "day": row["happened_on"],
        "word": word,
        "words": words,
        "heading": heading,
        "all": "tell" in rule,
    }


def _still_told(news: list[Any], document: Entry, today: datetime.date) -> list[Any]:
    """The news as it may be told of a document that can no longer move; what else there is, only its followers read.

    What happened before a bill ended reads as if it could still pass, unless its end is news, too. And nothing is news that
    was over long ago, such as a law of 2019 that staff add by hand today, unless they pin it.
    """
    if _can_move(document, today):
        return news
    quiet: tuple[str, ...] = ()
    if not document["pinned"] and _is_long_over(news, document, today):
        quiet = ("move", "new", "outcome")
    elif document["kind"] == "bill" and (document["status_on"] or "9") <= today.isoformat():
        ends = any(each["heading"] == "outcome" and each["all"] for each in news)
        quiet = () if ends else ("move",) if document["pinned"] else ("move", "new")
    return [each | {"all": False} if each["heading"] in quiet else each for each in news]


def _is_long_over(news: list[Any], document: Entry, today: datetime.date) -> bool:
    """Whether the last that is known to have happened to a document was before the last `over_days`; no day known says no."""
    ended = ended_with(document, today)
    happened = [each["day"] or "" for each in news if each["heading"] in ("move", "new", "outcome")]
    last = max(document["last_on"], ended[1] if ended else "", *happened)[:10]
    return "" < last < (today - datetime.timedelta(days=rules()["over_days"])).isoformat()


def _is_asked_for(entry: Entry, followed: set[str]) -> bool:
    """Whether somebody follows it, or looks for it: then it is for them, and noise to all others (`noise`)."""
    return bool(followed & {each["id"] for each in entry["documents"]} or (entry["searches"] and not entry["private"]))


def _is_worth_telling(entry: Entry) -> bool:
    if entry["private"]:
        return False
    if entry["must_see"] or entry["stances"]:
        return True
    title = entry["documents"][0]["title"]
    if pattern("minor").search(title) and "librar" not in title.casefold():
        return False
    if entry["positions"]:
        return True
    return not entry["routine"] and any(each["all"] for each in entry["news"])


# --------------------------------------------------------------------- one entry


def _entry(
    corpus: sqlite3.Connection,
    keys: list[str],
    tied: dict[str, list[str]],
    documents: dict[str, Entry],
    news: dict[str, list[Any]],
    found: dict[str, dict[str, str]],
    today: datetime.date,
) -> Entry:
    ordered = sorted(keys, key=lambda key: (not _can_move(documents[key], today), -documents[key]["score"], key))
    first = documents[ordered[0]]
    others = [key for key in tied[ordered[0]] if key not in keys]
    names = (
        "id",
        "kind",
        "jurisdiction",
        "session",
        "session_title",
        "identifier",
        "title",
        "status",
        "status_on",
        "url",
    )
    told = [
        each | {"document": key, "all": each["all"] or _touches(each, documents[key])}
        for key in ordered
        for each in news[key]
    ]
    return {
        "documents": [{name: documents[key][name] for name in names} for key in ordered],
        "companions": [list(row) for row in _identifiers(corpus, others)],
        "areas": _together(documents[key]["areas"] for key in ordered),
        "positions": _together(documents[key]["positions"] for key in ordered),
        "stances": _together(documents[key]["stances"] for key in ordered),
        "effect": next((effect for key in ordered if (effect := documents[key]["effect"])), None),
        "alive": _can_move(first, today),
        "must_see": any(documents[key]["priority"] == 2 and not documents[key]["ceremonial"] for key in keys),
        "private": any(documents[key]["private"] for key in keys),
        "routine": bool(first["ceremonial"]) or first["title"].casefold().startswith(tuple(rules()["routine"])),
        "score": round(max(documents[key]["score"] for key in keys), 4),
        "searches": _together(found.get(key, {}) for key in ordered),
        "news": told,
    }


def chosen(corpus: sqlite3.Connection, key: str, *, at: int, today: datetime.date) -> Entry | None:
    """A document that an editor puts into an issue although nothing is new about it: its news is its status.

    Args:
        at: a place of the ledger that no reader has been told of.

    Returns:
        None where it is not collected, names a private person, or is a record that staff withdrew.
    """
    corpus.row_factory = sqlite3.Row
    documents = documents_of(corpus, [key])
    if key not in documents or documents[key]["private"] or documents[key]["withdrawn"]:
        return None
    each = documents[key]
    news = {"kind": "status", "day": each["status_on"], "word": each["status"], "words": ""}
    news |= {"heading": "picked", "all": True, "at": at}
    made = _entry(corpus, [key], companions(corpus, [key]), documents, {key: [news]}, {}, today)
    return made | {"noise": False, "added": True}


def _touches(news: dict[str, Any], document: Entry) -> bool:
    """Whether a company's change touches a position that is shown with its rules: then it is news to more than its followers."""
    return bool(set(news.get("touches", ())) & set(document["positions"]))


def _can_move(document: Entry, today: datetime.date) -> bool:
    """Whether something can still be done about a document: a bill that waits, a rule that is proposed and not decided.

    And what the Federal Register prints among the proposals and proposes nothing, such as a petition against a rule, as long
    as one may comment on it. Other notices with a deadline are matters of routine: most are on systems of records.
    """
    if document["kind"] == "bill":
        return document["status"] in UNDECIDED | {"to_executive"} and not ended_with(document, today)
    if document["status"] == "proposed":
        return not document.get("answered")
    if document["document_type"] == "Proposed Rule" and document["status"] == "notice":
        return (document["comments_close_on"] or "") >= today.isoformat()
    return document["kind"] != "regulation" and document["status"] in UNDECIDED


def _identifiers(corpus: sqlite3.Connection, keys: list[str]) -> list[tuple[str, str]]:
    rows = corpus.execute(f"select id, identifier from documents where id in ({marks(keys)}) order by id", keys)
    return [(row[0], row[1]) for row in rows]


def _together(parts: Iterable[dict[str, Any]]) -> dict[str, Any]:
    whole: dict[str, Any] = {}
    for part in parts:
        for key, value in part.items():
            whole.setdefault(key, value)
    return whole


def frozen(entry: Entry) -> str:
    return json.dumps(entry, ensure_ascii=False)
