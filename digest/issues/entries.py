"""From a stretch of the ledger to the entries of an issue: one per document, or per cluster of companions, with everything
a line needs to say (number, title, place, what changed, why), so that a frozen issue never needs corpus.db again."""

from __future__ import annotations

import datetime
import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlite_utils import Database

from digest.issues.ledger import due, rules
from digest.issues.stances import Published, of_documents, published
from text.sentences import sentences

Entry = dict[str, Any]

#: Bills of one text, in the words of the sources.
COMPANIONS = ("identical bill", "identical", "companion", "companion bill")
_LONGEST_SENTENCE = 320
_CHUNK = 500


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
    documents = _documents(corpus, list(news))
    found = _search(corpus, documents, searches)
    wanted = set(followed)
    clusters: dict[str, list[str]] = defaultdict(list)
    tied = _companions(corpus, list(documents))
    for key, document in documents.items():
        if document["areas"] or document["positions"] or document["stances"] or key in wanted or key in found:
            clusters[min(tied[key])].append(key)
    made = [_entry(corpus, keys, tied[keys[0]], documents, news, found) for keys in clusters.values()]
    kept = [entry for entry in made if _is_worth_telling(entry, wanted)]
    return sorted(kept, key=lambda each: (not each["must_see"], -each["score"], each["documents"][0]["id"]))


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
    for chunk in _chunks(list(places)):
        for row in corpus.execute(
            f"""select c.id, c.document_id, c.kind, c.happened_on, c.summary, (
                select max(a.classification) from actions a where c.kind = 'action' and a.document_id = c.document_id
                and a.acted_on is c.happened_on and substr(a.description, 1, 400) = substr(c.summary, 1, 400)) as classification
            from changes c where c.id in ({_marks(chunk)})""",
            chunk,
        ):
            if told := _told(row, today):
                found[row["document_id"]].append(told | {"at": places[row["id"]]})
    for key, (document, kind, starts_at) in reminders.items():
        if key in places:
            news = {"kind": "due", "day": starts_at[:10], "word": kind, "words": "", "heading": "deadline", "all": True}
            found[document].append(news | {"at": places[key]})
    for kind, stance in (*(("stance", each) for each in published(corpus)), *(("draft", each) for each in drafts)):
        if stance.key in places:
            news = {"kind": kind, "day": stance.decided_on, "word": stance.value, "heading": "stance", "all": True}
            words = _shorter(stance.reason or "", 240)
            found[stance.document_id].append(news | {"words": words, "at": places[stance.key]})
    return {key: sorted(each, key=lambda one: (one["day"] or "", one["at"])) for key, each in found.items()}


def _told(row: sqlite3.Row, today: datetime.date) -> Entry | None:
    """A change as a line tells it: `all` false means that only followers of the document read it."""
    kind, table = row["kind"], rules()
    if kind == "action":
        rule, word = table["actions"].get(row["classification"] or ""), row["classification"]
    elif kind == "status":
        rule, word = table["statuses"].get(row["summary"]), row["summary"]
    else:
        rule, word = table["changes"].get(kind), row["summary"].partition(":")[0] if kind == "event" else kind
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


def _is_worth_telling(entry: Entry, followed: set[str]) -> bool:
    if (
        entry["must_see"]
        or entry["positions"]
        or entry["stances"]
        or followed & {each["id"] for each in entry["documents"]}
    ):
        return True
    return not entry["routine"] and any(each["all"] for each in entry["news"])


# --------------------------------------------------------------------- which documents


def _documents(corpus: sqlite3.Connection, keys: list[str]) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for chunk in _chunks(keys):
        marks = _marks(chunk)
        for row in corpus.execute(
            f"""select d.id, d.kind, d.jurisdiction, d.session, d.identifier, d.title, d.status, d.status_on, d.url,
                coalesce(p.priority, 0) as priority, coalesce(t.priority_score, 0) as score,
                c.document_id is not null as ceremonial
            from documents d left join taggings t on t.document_id = d.id
            left join shown_priorities p on p.document_id = d.id
            left join ceremonial c on c.document_id = d.id where d.id in ({marks})""",
            chunk,
        ):
            found[row["id"]] = {**dict(row), "areas": {}, "positions": {}, "stances": {}}
        for key, stances in of_documents(corpus, chunk).items():
            found[key]["stances"] = stances
        _add_areas(corpus, found, chunk)
        for row in corpus.execute(
            f"""select m.document_id, m.position_id, m.words, p.title from position_matches m
            join shown_positions s on s.document_id = m.document_id and s.position_id = m.position_id
            join positions p on p.id = m.position_id where m.document_id in ({marks}) order by m.score desc, m.ordinal""",
            chunk,
        ):
            place = {"title": row["title"], "words": "", "sentence": _shorter(row["words"], _LONGEST_SENTENCE)}
            found[row["document_id"]]["positions"].setdefault(row["position_id"], place)
    return found


def _add_areas(corpus: sqlite3.Connection, found: dict[str, Entry], chunk: Sequence[str]) -> None:
    """Each area with its first evidence, and the sentence that evidence stands in."""
    marks = _marks(chunk)
    for row in corpus.execute(
        f"""select t.document_id, t.area_id, coalesce(a.title, t.area_id) as title from shown_tags t
        left join policy_areas a on a.id = t.area_id where t.document_id in ({marks})
        order by t.probability desc, t.area_id""",
        chunk,
    ):
        found[row["document_id"]]["areas"][row["area_id"]] = {"title": row["title"], "words": "", "sentence": ""}
    for row in corpus.execute(
        f"""select document_id, area_id, field, start, "end", words from evidence where document_id in ({marks})
        order by rule = 'model', field = 'title', ordinal""",
        chunk,
    ):
        area = found[row["document_id"]]["areas"].get(row["area_id"])
        if area is not None and not area["words"]:
            area["words"] = _shorter(row["words"], 80)
            if row["field"] != "title":
                area["sentence"] = _sentence(corpus, row)


def _sentence(corpus: sqlite3.Connection, evidence: sqlite3.Row) -> str:
    """The sentence around a span, shortened on both sides of it; a window is read, because a text can be a whole law."""
    start, field = evidence["start"], "text" if evidence["field"] == "text" else "abstract"
    first = max(0, start - 1500)
    window = (
        corpus.execute(
            f"select substr({field}, ?, ?) from documents where id = ?",
            [first + 1, evidence["end"] - first + 1500, evidence["document_id"]],
        ).fetchone()[0]
        or ""
    )
    for begin, close in sentences(window):
        if begin <= start - first < close:
            sentence = window[begin:close]
            if len(sentence) <= _LONGEST_SENTENCE:
                return " ".join(sentence.split())
            cut = max(0, start - first - begin - _LONGEST_SENTENCE // 2)
            return ("… " if cut else "") + _shorter(
                sentence[cut:].partition(" ")[2] if cut else sentence, _LONGEST_SENTENCE
            )
    return ""


def _companions(corpus: sqlite3.Connection, keys: list[str]) -> dict[str, list[str]]:
    """Every document -> all of its cluster, itself among them, in order of their ids."""
    marks = ", ".join("?" * len(COMPANIONS))
    both = f"""select document_id, linked_id from links where lower(kind) in ({marks}) and document_id in (%s)
        union select document_id, linked_id from links where lower(kind) in ({marks}) and linked_id in (%s)"""
    groups = {key: {key} for key in keys}
    edge = list(keys)
    while edge:
        fresh: list[str] = []
        for chunk in _chunks(edge):
            sql = both % (_marks(chunk), _marks(chunk))
            for one, other in corpus.execute(sql, [*COMPANIONS, *chunk, *COMPANIONS, *chunk]).fetchall():
                fresh += [key for key in (one, other) if key not in groups]
                together = groups.setdefault(one, {one}) | groups.setdefault(other, {other})
                groups.update(dict.fromkeys(together, together))
        edge = list(dict.fromkeys(fresh))
    return {key: sorted(groups[key]) for key in keys}


def _search(
    corpus: sqlite3.Connection, documents: dict[str, Entry], searches: Iterable[str]
) -> dict[str, dict[str, str]]:
    """Document -> the saved searches that find it, each with the words around it.

    A search is words that must all be there, "phrases" kept together.
    """
    wanted = list(dict.fromkeys(searches))
    found: dict[str, dict[str, str]] = defaultdict(dict)
    if not wanted or not documents:
        return found
    index = sqlite3.connect(":memory:")
    index.execute("create virtual table words using fts5(id unindexed, a, b, c, tokenize='porter unicode61')")
    for chunk in _chunks(list(documents)):
        rows = corpus.execute(f"select id, title, abstract, text from documents where id in ({_marks(chunk)})", chunk)
        index.executemany("insert into words values (?, ?, ?, ?)", rows)
    for search in wanted:
        pieces = re.findall(r'"([^"]+)"|([^\s"]+)', search)
        query = " ".join('"' + " ".join(re.findall(r"\w+", one or other)) + '"' for one, other in pieces)
        if re.search(r"\w", query):
            around = "select id, snippet(words, -1, '', '', '…', 40) from words where words match ?"
            for key, sentence in index.execute(around, [query]):
                found[key][search] = _shorter(sentence, _LONGEST_SENTENCE)
    index.close()
    return found


# --------------------------------------------------------------------- one entry


def _entry(
    corpus: sqlite3.Connection,
    keys: list[str],
    cluster: list[str],
    documents: dict[str, Entry],
    news: dict[str, list[Any]],
    found: dict[str, dict[str, str]],
) -> Entry:
    ordered = sorted(keys, key=lambda key: (-documents[key]["score"], key))
    others = [key for key in cluster if key not in keys]
    names = ("id", "kind", "jurisdiction", "session", "identifier", "title", "status", "status_on", "url")
    told = [each | {"document": key} for key in ordered for each in news[key]]
    return {
        "documents": [{name: documents[key][name] for name in names} for key in ordered],
        "companions": [list(row) for row in _identifiers(corpus, others)],
        "areas": _together(documents[key]["areas"] for key in ordered),
        "positions": _together(documents[key]["positions"] for key in ordered),
        "stances": _together(documents[key]["stances"] for key in ordered),
        "must_see": any(documents[key]["priority"] == 2 and not documents[key]["ceremonial"] for key in keys),
        "routine": bool(documents[ordered[0]]["ceremonial"])
        or documents[ordered[0]]["title"].casefold().startswith(tuple(rules()["routine"])),
        "score": round(max(documents[key]["score"] for key in keys), 4),
        "searches": _together(found.get(key, {}) for key in ordered),
        "news": told,
    }


def _identifiers(corpus: sqlite3.Connection, keys: list[str]) -> list[tuple[str, str]]:
    rows = corpus.execute(f"select id, identifier from documents where id in ({_marks(keys)}) order by id", keys)
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


def _chunks(keys: list[str]) -> Iterable[list[str]]:
    return (keys[start : start + _CHUNK] for start in range(0, len(keys), _CHUNK))


def _marks(keys: Sequence[str]) -> str:
    return ", ".join("?" * len(keys))


def frozen(entry: Entry) -> str:
    return json.dumps(entry, ensure_ascii=False)
