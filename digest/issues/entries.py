"""From a stretch of the ledger to the entries of an issue: one per document, or per cluster of companions, with everything
a line needs to say (number, title, place, what changed, why), so that a frozen issue never needs corpus.db again."""

from __future__ import annotations

import datetime
import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlite_utils import Database

from comparison.versions.company_provisions import told_of_change, touched_by_change
from crawlers.companies import KIND
from digest.issues.clusters import chunks, clusters, companions, marks
from digest.issues.effects import effect
from digest.issues.ledger import due, rules
from digest.issues.stances import Published, of_documents, published
from pages.browse.asked import Search
from pages.browse.search import parse
from pages.documents import rulemaking
from pages.documents.session_status import SESSION_TITLE, UNDECIDED, ended_with
from store.constants import ANY_AREA

Entry = dict[str, Any]

_LONGEST_SENTENCE = 320


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
    found = _search(corpus, documents, searches)
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
    return {"day": stance.decided_on, "words": _shorter(stance.reason or "", 240)}


def _told(row: sqlite3.Row, today: datetime.date) -> Entry | None:
    """A change as a line tells it: `all` false means that only followers of the document read it."""
    kind, table = row["kind"], rules()
    if kind == "action":
        if _titles("formal").match(row["summary"]):
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
    words = "" if kind in ("status", "introduced") else _shorter(row["summary"], 240)
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
    if _titles("minor").search(title) and "librar" not in title.casefold():
        return False
    if entry["positions"]:
        return True
    return not entry["routine"] and any(each["all"] for each in entry["news"])


# --------------------------------------------------------------------- which documents


def documents_of(corpus: sqlite3.Connection, keys: list[str]) -> dict[str, Entry]:
    """What an issue needs to know of some documents, by their ids, as the public sees them now."""
    found: dict[str, Entry] = {}
    titles = dict(corpus.execute("select id, title from policy_areas").fetchall())
    for chunk in chunks(keys):
        listed = marks(chunk)
        for row in corpus.execute(
            f"""select d.id, d.kind, d.jurisdiction, d.session, d.identifier, d.title, d.status, d.status_on, d.url,
                {SESSION_TITLE} as session_title,
                d.status_reason, d.abstract, coalesce(p.priority, 0) as priority, coalesce(t.priority_score, 0) as score,
                c.document_id is not null as ceremonial,
                max(coalesce(d.status_on, ''), coalesce(d.published_on, ''), coalesce((
                    select max(a.acted_on) from actions a where a.document_id = d.id), '')) as last_on,
                exists (select 1 from decisions w where w.document_id = d.id and w.subject = 'pin') as pinned
            from documents d left join taggings t on t.document_id = d.id
            left join shown_priorities p on p.document_id = d.id
            left join ceremonial c on c.document_id = d.id where d.id in ({listed})""",
            chunk,
        ):
            private = bool(_titles("private").search(row["title"]))
            found[row["id"]] = {**dict(row), "private": private, "areas": {}, "positions": {}, "stances": {}}
        for key, stances in of_documents(corpus, chunk).items():
            found[key]["stances"] = stances
        _add_areas(corpus, found, chunk)
        not_so = f"select document_id, subject from decisions where verdict = 'reject' and document_id in ({listed})"
        rejected = {tuple(row) for row in corpus.execute(not_so, chunk)}
        for row in corpus.execute(
            f"""select m.document_id, m.position_id, p.title, p.areas from position_matches m
            join shown_positions s on s.document_id = m.document_id and s.position_id = m.position_id
            join positions p on p.id = m.position_id where m.document_id in ({listed}) order by m.score desc, m.ordinal""",
            chunk,
        ):
            document = found[row["document_id"]]
            document["positions"].setdefault(row["position_id"], {"title": row["title"]})
            # A position implies its areas: a reader of privacy gets the bill on library records, unless staff rejected one.
            for area in filter(titles.get, row["areas"].split("; ")):
                if (row["document_id"], f"area:{area}") in rejected:
                    continue
                document["areas"].setdefault(area, {"title": titles[area], "words": ""})
    for key in rulemaking.answered(corpus, [key for key, each in found.items() if each["status"] == "proposed"]):
        found[key]["answered"] = True
    for document in found.values():
        document["effect"] = effect(document["title"], document["abstract"], document["positions"])
    return found


@cache
def _titles(which: str) -> re.Pattern[str]:
    """Words that are no news for most (news.yml): `private` titles name a private person, `minor` ones concern an industry,
    `formal` actions only say again what an earlier one did."""
    return re.compile("|".join(f"(?:{each})" for each in rules()[which]), re.IGNORECASE)


def _add_areas(corpus: sqlite3.Connection, found: dict[str, Entry], chunk: Sequence[str]) -> None:
    """Each area with the words that show it; words that only a model found say nothing to a reader."""
    listed = marks(chunk)
    for row in corpus.execute(
        f"""select t.document_id, t.area_id, coalesce(a.title, t.area_id) as title from shown_tags t
        left join policy_areas a on a.id = t.area_id where t.document_id in ({listed})
        order by t.probability desc, t.area_id""",
        chunk,
    ):
        found[row["document_id"]]["areas"][row["area_id"]] = {"title": row["title"], "words": ""}
    for row in corpus.execute(
        f"""select document_id, area_id, words from evidence where document_id in ({listed}) and rule != 'model'
        order by field = 'title' desc, ordinal""",
        chunk,
    ):
        area = found[row["document_id"]]["areas"].get(row["area_id"])
        if area is not None and not area["words"]:
            area["words"] = _shorter(row["words"], 80)


def _search(
    corpus: sqlite3.Connection, documents: dict[str, Entry], searches: Iterable[str]
) -> dict[str, dict[str, str]]:
    """Document -> the saved searches that find it, each with the words around it: what /browse finds for the same words."""
    wanted = list(dict.fromkeys(searches))
    found: dict[str, dict[str, str]] = defaultdict(dict)
    if not wanted or not documents:
        return found
    index = sqlite3.connect(":memory:")
    index.execute(
        "create virtual table words using fts5(id unindexed, title, abstract, text, tokenize='porter unicode61')"
    )
    for chunk in chunks(list(documents)):
        rows = corpus.execute(f"select id, title, abstract, text from documents where id in ({marks(chunk)})", chunk)
        index.executemany("insert into words values (?, ?, ?, ?)", rows)
    for search in wanted:
        asked = parse(search)
        if not asked:
            continue
        tied = _tied(corpus, list(documents), asked) if asked.ties or asked.named_places else None
        for key, sentence in _around(index, asked.expression):
            if tied is None or key in tied:
                found[key][search] = _shorter(sentence, _LONGEST_SENTENCE)
        numbered = asked.docket.having(corpus) if asked.docket else {}
        for key in numbered.keys() & documents.keys():
            found[key][search] = numbered[key][1]
    index.close()
    return found


def _around(index: sqlite3.Connection, expression: str | None) -> list[tuple[str, str]]:
    """The documents that match, each with the words around; without an expression all of them, with their titles."""
    if not expression:
        return index.execute("select id, title from words").fetchall()
    around = "select id, snippet(words, -1, '', '', '…', 40) from words where words match ?"
    return index.execute(around, [expression]).fetchall()


def _tied(corpus: sqlite3.Connection, documents: list[str], asked: Search) -> set[str]:
    """Those of some documents that have the sponsor, number, issue or place of a search."""
    where, values = asked.where(ties_only=True)
    found: set[str] = set()
    for chunk in chunks(documents):
        rows = corpus.execute(
            f"select document_id from listing where area_id = ? and document_id in ({marks(chunk)}) and {where}",
            [ANY_AREA, *chunk, *values],
        )
        found.update(row[0] for row in rows)
    return found


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
        None where it is not collected, or names a private person.
    """
    corpus.row_factory = sqlite3.Row
    documents = documents_of(corpus, [key])
    if key not in documents or documents[key]["private"]:
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
    """Whether something can still be done about a document: a bill that waits, a rule that is proposed and not decided."""
    if document["kind"] == "bill":
        return document["status"] in UNDECIDED | {"to_executive"} and not ended_with(document, today)
    if document["status"] == "proposed":
        return not document.get("answered")
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


def _shorter(text: str, longest: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1].rsplit(" ", 1)[0] + "…"


def frozen(entry: Entry) -> str:
    return json.dumps(entry, ensure_ascii=False)
