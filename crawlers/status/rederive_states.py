"""Stored bills of states derived again after an upgrade: of each, only those that the present rules may read in another way."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

from sqlite_utils import Database

from crawlers.items import Action, Bill, Document
from crawlers.parsers import effective_days, hearings, legiscan, listed_parts
from crawlers.parsers.effective_days import state_dates
from crawlers.status import latest_action
from crawlers.status.rederive_batches import batched, restate_source, rewrite_again
from crawlers.status.stored_state_bills import classified, may_differ, with_passages
from crawlers.storage.observations import derive_again
from crawlers.storage.record import load_document, rewrite_latest


def _legiscan_bill(document: Document) -> Document:
    assert isinstance(document, Bill)
    return legiscan.with_end(document)


def restate_passages(db: Database, now: str) -> int:
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
    differ = rewrite_again(db, wanted, with_passages, now)
    derive_again(db, "us_states", with_passages)
    return differ + restate_source(db, legiscan.SOURCE, _legiscan_bill, now)


def restate_listed_parts(db: Database, now: str) -> int:
    """The sponsors of state bills that have half of a name, and the subjects that are none or half of one."""
    db.conn.create_function("is_mended", 2, listed_parts.is_mended, deterministic=True)
    # The plus keeps to the index of documents: that of terms would be searched once for each of them.
    rows = db.execute(
        """select d.id from documents d where d.source = 'us_states' and d.id in (
            select document_id from sponsors where length(name) <= 2)
        union select d.id from documents d cross join terms t on t.document_id = d.id
        where d.source = 'us_states' and +t.kind = 'subject' and is_mended(t.term, d.jurisdiction)"""
    )
    wanted = [key for (key,) in rows.fetchall()]
    differ = rewrite_again(db, wanted, listed_parts.mended, now)
    derive_again(db, "us_states", listed_parts.mended)
    return differ


def restate_hearings(db: Database, now: str) -> int:
    """The hearings of state bills, and the days on which state laws take effect."""
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
    return rewrite_again(db, keys, lambda old: replace(old, events=wanted[old.id]), now)


def _with_dates(document: Document) -> Document:
    state = document.jurisdiction.removeprefix("us-")
    return replace(document, events=state_dates(state, document.actions, status=document.status))


def restate_latest(db: Database) -> int:
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
    for batch in batched(wanted):
        rewrite_latest(db, [load_document(db, key) for key in batch])
    return len(wanted)
