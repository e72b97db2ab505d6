"""After an upgrade: actions classified, statuses, numbers, hearings, names of sponsors and results of votes derived again.

A source's listing does not change because our rules did, so a crawl alone would leave old statuses standing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import groupby, islice
from pathlib import Path
from types import ModuleType

from sqlite_utils import Database

from crawlers.items import Action, Bill, Document, Regulation
from crawlers.parsers import (
    bill_abstract,
    effective_days,
    federal_register_dates,
    federal_register_dockets,
    federal_register_heading,
    federal_register_replies,
    federal_register_title,
    hearings,
    known_numbers,
    legiscan,
    listed_parts,
    regulations_gov,
    vote_words,
)
from crawlers.parsers.effective_days import state_dates
from crawlers.parsers.federal_register import OFFICE
from crawlers.status import (
    federal,
    governor,
    introduction,
    latest_action,
    measures,
    parliament,
    rules,
    states,
    step_order,
    stored_state_bills,
)
from crawlers.status.stored_state_bills import classified, may_differ, with_passages
from crawlers.storage import roll_calls
from crawlers.storage.observations import derive_again
from crawlers.storage.record import load_document, record_hash, rewrite, rewrite_latest
from text import days

BATCH = 500


def _federal_bill(document: Document) -> Document:
    assert isinstance(document, Bill)
    actions = tuple(
        replace(each, classification=federal.classify_action(each.description)) for each in document.actions
    )
    introduced_on = document.introduced_on or document.published_on or ""
    history = federal.bill_history(actions, document_type=document.document_type or "", introduced_on=introduced_on)
    # Where titles and summaries say nothing, another source may.
    abstract = bill_abstract.abstract(document.title, document.titles, document.summaries) or document.abstract
    return replace(
        document,
        abstract=abstract,
        actions=actions,
        status=history[-1][0],
        status_on=history[-1][1],
        status_history=history,
    )


def _federal_regulation(document: Document) -> Document:
    assert isinstance(document, Regulation)
    named = any(link.kind == "corrects" and link.said_by == OFFICE for link in document.links)
    action = document.actions[0].description if document.actions else None
    purpose = federal.regulation_purpose(action, corrects=named)
    word = federal.regulation_status(document.document_type or "", action, purpose)
    history = ((word, document.status_on or document.published_on or ""),)
    title, agencies = federal_register_title.titled(
        document.title,
        kind=document.document_type or "",
        number=document.identifier,
        published_on=document.published_on,
        agencies=document.agencies,
    )
    docket_ids, rins = federal_register_dockets.own(document.docket_ids, document.rins)
    derived = replace(
        document,
        status=word,
        status_history=history,
        title=title,
        agencies=agencies,
        docket_ids=docket_ids,
        rins=rins,
    )
    dated = federal_register_dates.with_days(federal_register_heading.as_printed(derived))
    return federal_register_replies.with_reply_deadline(dated)


def _canadian_bill(document: Document) -> Document:
    assert isinstance(document, Bill)
    actions = tuple(
        replace(each, classification=parliament.classify_event(each.description)) for each in document.actions
    )
    # What LEGISinfo states is not stored: of what was called withdrawn, the last event tells whether it was not proceeded with.
    ended = any(parliament.stage_status(each.description, at_home=True) == "failed" for each in actions[-1:])
    stated = "failed" if document.status == "withdrawn" and ended else document.status
    history = parliament.history(actions, home=document.chamber or "", stated=stated, stated_on=document.status_on)
    return replace(document, actions=actions, status=stated, status_history=history or document.status_history)


def _legiscan_bill(document: Document) -> Document:
    assert isinstance(document, Bill)
    return legiscan.with_end(document)


#: How the documents of a source are derived again. A source whose status and number are its own words needs no entry.
AGAIN: dict[str, Callable[[Document], Document]] = {
    "us_bills": _federal_bill,
    "us_congress_api": _federal_bill,
    "us_federal_register": _federal_regulation,
    "us_regulations": regulations_gov.with_days_in_words,
    "ca_bills": _canadian_bill,
    "uk_bills": known_numbers.by_title,
    "us_courts": known_numbers.with_number,
    "us_court_opinions": known_numbers.with_number,
}


def _files(*modules: ModuleType) -> tuple[Path, ...]:
    return tuple(Path(str(each.__file__)) for each in modules)


_OF_CONGRESS = (*_files(federal, rules, bill_abstract), federal.FILE)
_OF_REGISTER = (
    federal_register_dates,
    federal_register_dockets,
    federal_register_heading,
    federal_register_replies,
    federal_register_title,
    days,
)
_OF_STATES = (states, governor, introduction, measures, rules, days, legiscan, step_order, stored_state_bills)
#: The files with the rules by which something is derived, by its name in the table `derivations`: what one source said, or the
#: passages, sponsors, subjects, hearings and latest actions of state bills, or the results of votes.
RULES: dict[str, tuple[Path, ...]] = {
    "us_bills": _OF_CONGRESS,
    "us_congress_api": _OF_CONGRESS,
    "us_federal_register": (*_files(federal, rules, *_OF_REGISTER), federal.FILE),
    "us_regulations": _files(regulations_gov, days),
    "ca_bills": (*_files(parliament, rules), parliament.FILE),
    "uk_bills": _files(known_numbers),
    "us_courts": _files(known_numbers),
    "us_court_opinions": _files(known_numbers),
    "passages": (states.FILE, states.PASSAGE_FILE, *_files(*_OF_STATES)),
    "listed_parts": _files(listed_parts),
    "hearings": (hearings.FILE, effective_days.FILE, *_files(hearings, effective_days, days)),
    "latest": (latest_action.FILE, *_files(latest_action, governor, rules, days)),
    "votes": (vote_words.FILE, *_files(vote_words)),
}


def version(name: str) -> str:
    """A hash of the rules by which something is derived."""
    return hashlib.sha256(b"".join(each.read_bytes() for each in RULES[name])).hexdigest()[:24]


def begin(db: Database) -> None:
    """Note in a corpus without documents that those to come are stored by the present rules: none is derived again."""
    if db.execute("select 1 from documents limit 1").fetchone() is None:
        for name in RULES:
            _note(db, name)


def restate(db: Database, *, now: str) -> int:
    """Bring actions, statuses, hearings, latest actions and results of votes up to the present rules.

    It tells no news, for nothing happened. It does nothing where the rules are those of the last time. Returns how many documents
    differ now.
    """
    steps: dict[str, Callable[[], int]] = {
        source: partial(_restate_source, db, source, again, now) for source, again in AGAIN.items()
    }
    steps["passages"] = partial(_restate_passages, db, now)
    steps["listed_parts"] = partial(_restate_listed_parts, db, now)
    steps["hearings"] = partial(_restate_hearings, db, now)
    steps["latest"] = partial(_restate_latest, db)
    steps["votes"] = partial(_restate_votes, db)
    differ = 0
    for name, step in steps.items():
        if db.execute("select version from derivations where name = ?", [name]).fetchone() != (version(name),):
            differ += step()
            _note(db, name)
    return differ


def _note(db: Database, name: str) -> None:
    db.execute(
        "insert into derivations values (?, ?) on conflict (name) do update set version = excluded.version",
        [name, version(name)],
    )


def _restate_latest(db: Database) -> int:
    """Which action of a state's bill is its latest, by the order in which its source lists them."""
    rows = db.execute(
        """select d.id, d.jurisdiction, d.source, d.latest_action, d.latest_action_on, a.acted_on, a.description, a.classification
        from documents d join actions a on a.document_id = d.id where d.source in ('us_states', 'us_states_legiscan')
        order by d.id, a.ordinal"""
    )
    wanted = []
    for (key, place, source, *stored), group in groupby(rows, key=lambda row: row[:5]):
        actions = [Action(acted_on=on, description=words, classification=word) for *_, on, words, word in group]
        last = latest_action.latest_action(actions, jurisdiction=place, source=source)
        if last and [last.description, last.acted_on] != stored:
            wanted.append(key)
    for batch in _batched(wanted):
        rewrite_latest(db, [load_document(db, key) for key in batch])
    return len(wanted)


def _restate_votes(db: Database) -> int:
    roll_calls.restate(db)
    return 0  # A result is no part of a document.


def _restate_passages(db: Database, now: str) -> int:
    """The statuses of LegiScan's bills, and of those state bills with an action that is wrongly called a passage, a withdrawal or
    the like, or that is a passage and is not called so, that names its day, or that is listed before what led to it; and of
    resolutions that are called bills, or one chamber's where they are of both, or proclamations that are messages.
    """
    rows = db.execute(
        """select d.id, d.identifier, d.document_type, d.title, d.chamber, d.published_on,
            a.acted_on, a.description, a.classification, a.chamber
        from documents d left join actions a on a.document_id = d.id where d.source = 'us_states' order by d.id, a.ordinal"""
    )
    wanted = []
    for (key, *bill), group in groupby(rows, key=lambda row: row[:6]):
        actions = [
            Action(acted_on=on, description=words, classification=word, chamber=chamber)
            for *_, on, words, word, chamber in group
            if on is not None
        ]
        if may_differ(bill, classified(actions)):
            wanted.append(key)
    differ = _rewrite(db, wanted, with_passages, now)
    derive_again(db, "us_states", with_passages)
    return differ + _restate_source(db, legiscan.SOURCE, _legiscan_bill, now)


def _restate_listed_parts(db: Database, now: str) -> int:
    """The sponsors of state bills that have half of a name, and the subjects that are none."""
    none = sorted(listed_parts.NO_SUBJECTS)
    rows = db.execute(
        f"""select d.id from documents d where d.source = 'us_states' and d.id in (
            select document_id from sponsors where length(name) <= 2
            union select document_id from terms where kind = 'subject' and lower(term) in ({", ".join("?" * len(none))}))""",
        none,
    )
    wanted = [key for (key,) in rows.fetchall()]
    differ = _rewrite(db, wanted, listed_parts.mended, now)
    derive_again(db, "us_states", listed_parts.mended)
    return differ


def _restate_hearings(db: Database, now: str) -> int:
    states_with = sorted(hearings.load_rules().keys() | effective_days.load_rules().days.keys())
    differ = sum(_restate_hearings_of(db, state, now) for state in states_with)
    derive_again(db, "us_states", _with_dates)
    return differ


def _restate_hearings_of(db: Database, state: str, now: str) -> int:
    """The hearings and days of effect of a state's bills, but for those of which another source has given dates."""
    rows = db.execute(
        """select d.id, d.status, a.acted_on, a.description from documents d cross join actions a on a.document_id = d.id
        where d.jurisdiction = ? and d.source = 'us_states' and not exists (
            select 1 from field_provenance f where f.document_id = d.id and f.field = 'events' and f.source <> 'us_states')
        order by d.id, a.ordinal""",
        [f"us-{state}"],
    )
    wanted = {}
    for (key, status), group in groupby(rows, key=lambda row: row[:2]):
        wanted[key] = state_dates(
            state, [Action(acted_on=on, description=words) for *_, on, words in group], status=status
        )
    stored = db.execute(
        "select distinct e.document_id from events e join documents d on d.id = e.document_id where d.jurisdiction = ?",
        [f"us-{state}"],
    )
    dated = {key for (key,) in stored.fetchall()}
    keys = [key for key, events in wanted.items() if events or key in dated]
    return _rewrite(db, keys, lambda old: replace(old, events=wanted[old.id]), now)


def _with_dates(document: Document) -> Document:
    state = document.jurisdiction.removeprefix("us-")
    return replace(document, events=state_dates(state, document.actions, status=document.status))


def _restate_source(db: Database, source: str, again: Callable[[Document], Document], now: str) -> int:
    keys = [key for (key,) in db.execute("select id from documents where source = ?", [source]).fetchall()]
    differ = _rewrite(db, keys, again, now)
    derive_again(db, source, again)
    return differ


def _rewrite(db: Database, keys: Iterable[str], again: Callable[[Document], Document], now: str) -> int:
    """Store the documents of these keys that are derived in another way now; return how many."""
    differ = 0
    for batch in _batched(keys):
        stored = [load_document(db, key) for key in batch]
        moved = [new for old in stored if record_hash(new := again(old)) != record_hash(old)]
        rewrite(db, moved, now=now)
        differ += len(moved)
    return differ


def _batched(keys: Iterable[str]) -> Iterator[list[str]]:
    """The keys in batches, so that no more documents than that are in memory."""
    left = iter(keys)
    while batch := list(islice(left, BATCH)):
        yield batch
