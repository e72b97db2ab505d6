"""Questions about a document: what is known of it, and where it goes on."""

from __future__ import annotations

import json

from crawlers.storage.merge import BY_HAND
from pages.answers import arguments as given
from pages.answers.answer import MOST_ROWS, Answer, At, State, answer
from pages.answers.candidates import candidates
from pages.answers.who_decides import of_document
from pages.browse.fates import FATES
from pages.database import Row, first, rows
from pages.documents import record, rulemaking
from pages.documents.identifiers import identifiers
from pages.documents.open_proposals import long_ago, overtaken
from pages.documents.register_gaps import Gap, may_lack_what_followed
from pages.documents.session_status import COLLECTED_UNTIL, SESSION_END, can_move, ended_with, unheard_since
from pages.documents.successor import law_beside, law_instead, other_record, successor
from pages.export.exports import document_rows
from pages.http.names import named
from pages.people.deciding import ALIVE
from publish.identical_law import IDENTICAL_LAW

#: What a program set, and what people confirmed, in a row about a document.
AUTOMATIC = ("must_see", "areas", "areas_in_words", "positions", "positions_in_words")
QUOTED = ("title", "latest_action")
#: What an answer says of whether a document can still move.
_MOVES = ("can_still_move", "ended_with", "no_news_since_session", "session_collected_until")
#: What of an answer about a document is quoted from its source.
_QUOTED_OF_A_DOCUMENT = (
    "document.title",
    "document.abstract",
    "document.latest_action",
    "document.actions[].description",
    "continues_as[].title",
    "decides_next.last_referral",
    "roll_calls[].question",
    "roll_calls[].description",
    "text",
    "automatic.areas[].evidence[].words",
    "automatic.positions[].words",
)
#: Characters of a text in one answer.
TEXT = 8_000


def described(at: At, ids: list[str]) -> list[Row]:
    """What an answer says of each document; what a program set stands under ``automatic``, a stance under ``confirmed``."""
    states = {
        row["id"]: row
        for row in at.db.execute(
            "select id, kind, jurisdiction, session, status, status_on, status_reason, latest_action_on as latest_on, "
            f"{SESSION_END} as session_end, {COLLECTED_UNTIL} as collected_until, {IDENTICAL_LAW} as identical_law "
            "from documents d "
            f"where id in ({', '.join('?' * len(ids))})",
            ids,
        )
    }
    found = []
    unknown = {
        *overtaken(at.db, ids, at.today),
        *long_ago(at.db, ids, at.today),
        *may_lack_what_followed(at.db, ids, at.today),
    }
    for row in document_rows(at.db, ids, at.today, at.site):
        ended = ended_with(states[row["id"]], at.today)
        unheard = None if ended else unheard_since(states[row["id"]], at.today)
        kept = {name: each for name, each in row.items() if name not in (*AUTOMATIC, "stance")}
        found.append(
            kept
            | {
                "can_still_move": None
                if unheard
                or row["status"] == "unrecorded"
                or row["id"] in unknown
                or states[row["id"]]["identical_law"]
                else FATES.get(row["status"]) != "passed" and can_move(states[row["id"]], at.today),
                "no_news_since_session": unheard,
                "session_collected_until": states[row["id"]]["collected_until"] if unheard else None,
                "ended_with": ended[0] if ended else None,
                "automatic": {name: row[name] for name in AUTOMATIC},
                "confirmed": {"stance": row["stance"] or None},
            }
        )
    return found


def document(
    at: At,
    document: given.Document,
    place: given.OnePlace = None,
    session: given.Session = None,
    text_from: given.TextFrom = None,
) -> Answer:
    """One document by its id (us-117-hr1), or the candidates for a number such as "HB 7".

    A number alone never names one document: the answer is then a list of candidates, and with the id of one of them the
    question can be asked again. `text_from` adds up to 8,000 characters of the text from that character on. Its sponsors, who
    decides next, and its roll calls have ids for `people`.
    """
    head = _head(at, document.strip().lower())
    if head is None:
        found = candidates(at, document, place, session)
        head = _head(at, found.result.get("only"))
        if head is None:
            return found
    decided, of_votes = of_document(at, head)
    result = _known(at, head) | decided | _text(head["text"] or "", text_from)
    says = [_about(head, result), *_unheld(at, head["id"]), *_law_beside(at, head), *of_votes]
    return answer(
        at,
        State.ANSWERED,
        " ".join(says),
        f"/documents/{head['id']}",
        result,
        places=[head["jurisdiction"]],
        automatic=["automatic"],
        confirmed=["confirmed.stances", "automatic.areas[].confirmed"],
        quoted=_QUOTED_OF_A_DOCUMENT,
    )


def _head(at: At, key: str | None) -> Row | None:
    return first(at.db, "select * from documents where id = ?", [key])


def _text(text: str, start: int | None) -> Row:
    """How long a text is, and the part of it that is asked for, if any."""
    return {"text_characters": len(text), "text": None if start is None else text[start : start + TEXT]}


def _known(at: At, head: Row) -> Row:
    """What is known of a document: its record, cut to the rows that an answer holds, and the other records of it."""
    key = head["id"]
    whole = record.record(at.db, key, at.today, at.site)
    assert whole is not None
    row, other = described(at, [key])[0], _other_record(at, key)
    if other and other["listed"] and (head["status"] in ALIVE or row["ended_with"]):
        row |= dict.fromkeys(_MOVES)  # what became of the bill since is what the other record says
    facts = {name: each for name, each in whole.items() if name not in (*AUTOMATIC, "stance", "automatic", "stances")}
    cut = {name: len(each) for name, each in facts.items() if isinstance(each, list) and len(each) > MOST_ROWS}
    facts |= {name: facts[name][-MOST_ROWS:] if name == "actions" else facts[name][:MOST_ROWS] for name in cut}
    return {
        "document": facts
        | {name: row[name] for name in _MOVES}
        | {"identifiers": identifiers(at.db, key, head["jurisdiction"])},
        "only_in_part": cut,
        "continues_as": _successors(at, head),
        "other_record": other,
        "automatic": whole["automatic"] | {"must_see": row["automatic"]["must_see"]},
        "confirmed": {"stances": whole["stances"]},
    }


def _unheard(ends_on: str, until: str | None, latest_on: str | None) -> str:
    if until:
        return (
            f"News of its session is collected through {until} only, and the session was to go on to {ends_on}: the bill may "
            "have moved, become law, or died since."
        )
    since = f" {latest_on}" if latest_on and latest_on > ends_on else ""
    return (
        f"Its session was to end on {ends_on}, and nothing was heard of it since{since}. "
        "It may be dead, go on under another number, or have become law."
    )


def _about(head: Row, result: Row) -> str:
    """What a reader of a document must know: whether it lives, goes on elsewhere, is still listed, and whose stance it has."""
    row = result["document"]
    says = [f"{row['identifier']}, {row['place']}: {row['status_in_words']}."]
    if other := result["other_record"]:
        which = "that record" if other["listed"] else "this one"
        says.append(
            f"Its source lists this bill in another session, too: see other_record. Lists and counts have {which}."
        )
    if row["ended_with"]:
        says.append(f"It can no longer move: the {row['ended_with']} ended.")
    elif row["no_news_since_session"]:
        says.append(_unheard(row["no_news_since_session"], row["session_collected_until"], row["latest_on"]))
    elif row["can_still_move"] is False and FATES.get(head["status"]) != "passed":
        says.append("It can no longer move.")
    if result["continues_as"]:
        goes_on = "Another document followed it" if head["status"] == "proposed" else "It goes on under another number"
        says.append(f"{goes_on}: see continues_as.")
    if head["missing_since"]:
        by_hand = head["source"] == BY_HAND
        gone = "Staff added this record by hand and removed it on" if by_hand else "Its source has not listed it since"
        says.append(f"{gone} {head['missing_since'][:10]}.")
    if not result["confirmed"]["stances"]:
        says.append(named("No stance of %(org)s on it is published; positions in `automatic` say nothing of a side."))
    return " ".join(says)


def _unheld(at: At, key: str) -> list[str]:
    """A sentence about the times of which no rules are held that may have followed a proposal."""
    found = may_lack_what_followed(at.db, [key], at.today).get(key)
    if not found:
        return []
    times = "; ".join(map(_in_words, found))
    return [
        f"A final rule or a withdrawal that followed it may be missing: no federal rules are held that were published {times}."
    ]


def _in_words(gap: Gap) -> str:
    return f"after {gap.since} and before {gap.until}" if gap.until else f"after {gap.since}"


def _law_beside(at: At, head: Row) -> list[str]:
    """A sentence about the law that took its place, or the identical bill or the companion that became law, where one did."""
    if instead := law_instead(at.db, head):
        return [f"It was withdrawn because another bill had become law in its place: {instead}."]
    law = law_beside(at.db, head)
    if law is None:
        return []
    called = "identical" if law["identical"] else "its companion"
    return [f"A bill that its source calls {called} became law: {law['identifier']} ({law['id']}), {law['status_on']}."]


def _successors(at: At, head: Row) -> list[Row]:
    """The documents that took the place of one, or followed a proposed rule, as its source or theirs says it."""
    after, following = successor(at.db, head), [row["id"] for row in rulemaking.followed_by(at.db, head["id"])]
    return rows(
        at.db,
        """select distinct d.id, d.identifier, d.title, d.status, ?2 || '/documents/' || d.id as address from (
            select linked_id as id from links where document_id = ?1 and kind = 'replaced-by'
            union select document_id from links where linked_id = ?1 and kind = 'replaces'
            union select ?3 union select value from json_each(?4)
        ) other join documents d on d.id = other.id order by d.id""",
        [head["id"], at.site, after and after["id"], json.dumps(following)],
    )


def _other_record(at: At, key: str) -> Row | None:
    """The record of the same bill in another session; ``listed``: lists and counts have it there, and not as this one."""
    found = other_record(at.db, key)
    if found is None:
        return None
    kept = {name: found[name] for name in ("id", "session", "status", "status_on")}
    return kept | {"listed": bool(found["listed"]), "address": at.address(f"/documents/{found['id']}")}
