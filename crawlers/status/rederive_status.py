"""After an upgrade: actions classified, statuses, numbers, hearings, names of sponsors and results of votes derived again.

A source's listing does not change because our rules did, so a crawl alone would leave old statuses standing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import ModuleType

from sqlite_utils import Database

from crawlers.items import Bill, Document, Regulation
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
    law_numbers,
    legiscan,
    listed_parts,
    regulations_gov,
    vote_words,
)
from crawlers.parsers.federal_register import OFFICE
from crawlers.status import (
    federal,
    governor,
    introduction,
    latest_action,
    measures,
    parliament,
    rederive_states,
    rules,
    states,
    step_order,
    stored_state_bills,
)
from crawlers.status.rederive_batches import restate_source
from crawlers.storage import roll_calls
from text import days


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
        laws=document.laws or law_numbers.of_actions(actions),
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


_OF_CONGRESS = (*_files(federal, rules, bill_abstract, law_numbers), federal.FILE)
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
    "latest": (latest_action.FILE, *_files(latest_action, governor, step_order, rules, days)),
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


def outdated(db: Database) -> list[str]:
    """What was derived by other rules than the present ones: the names of the steps of `restate` that have something to do."""
    noted = dict(db.execute("select name, version from derivations").fetchall())
    return [name for name in RULES if noted.get(name) != version(name)]


def restate(db: Database, *, now: str) -> int:
    """Bring actions, statuses, hearings, latest actions and results of votes up to the present rules.

    It tells no news, for nothing happened. It does nothing where the rules are those of the last time. Returns how many documents
    differ now.
    """
    steps: dict[str, Callable[[], int]] = {
        source: partial(restate_source, db, source, again, now) for source, again in AGAIN.items()
    }
    steps["passages"] = partial(rederive_states.restate_passages, db, now)
    steps["listed_parts"] = partial(rederive_states.restate_listed_parts, db, now)
    steps["hearings"] = partial(rederive_states.restate_hearings, db, now)
    steps["latest"] = partial(rederive_states.restate_latest, db)
    steps["votes"] = partial(_restate_votes, db)
    differ = 0
    for name in outdated(db):
        differ += steps[name]()
        _note(db, name)
    return differ


def _note(db: Database, name: str) -> None:
    db.execute(
        "insert into derivations values (?, ?) on conflict (name) do update set version = excluded.version",
        [name, version(name)],
    )


def _restate_votes(db: Database) -> int:
    roll_calls.restate(db)
    return 0  # A result is no part of a document.
