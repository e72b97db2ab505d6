"""The last day for reply comments, which only the words of a notice or proposal name."""

from __future__ import annotations

import pytest
from sqlite_utils import Database
from test_us_federal_register import regulation

from crawlers.items import Regulation
from crawlers.parsers import federal_register as fr
from crawlers.parsers.federal_register_replies import with_reply_deadline
from crawlers.status.rederive_status import restate
from crawlers.storage.record import load_document, upsert
from store.connect import migrate

NOW = "2026-11-29T00:00:00Z"
CLOSES, REPLIES = "2025-04-03", "2025-04-18"
FCC = "Comments are due on or before April 3, 2025, and reply comments are due on or before April 18, 2025."
PAPERWORK = (
    " Written comments on the Paperwork Reduction Act requirements must be submitted on or before April 18, 2025."
)


def days(document: Regulation) -> dict[str, str]:
    return {event.kind: event.starts_at for event in document.events}


def proposal(
    words: str,
    closes_on: str = CLOSES,
    kind: str = "Proposed Rule",
    number: str = "2025-00001",
    text: str | None = None,
) -> Regulation:
    return regulation(number, text, type=kind, dates=words, comments_close_on=closes_on)


@pytest.mark.parametrize(
    "words",
    [
        FCC,
        FCC + PAPERWORK,
        "Comments must be filed on or before April 3, 2025 and reply comments on or before April 18, 2025.",
        "Submit comments on or before April 3, 2025. Submit reply comments on or before April 18, 2025.",
        "Comments are due: April 3, 2025. Reply Comments are due: April 18, 2025.",
        "Comments will be accepted until April 3, 2025. Reply comments will be accepted until April 18, 2025.",
        "Initial Comments are due April 3, 2025, and Reply Comments are due April 18, 2025.",
        "Written comments must be received no later than 11:59 p.m. Eastern Time on April 3, 2025. Written reply comments must "
        "be received no later than 11:59 p.m. Eastern Time on April 18, 2025.",
        "The comment deadline is extended to April 3, 2025, and the extended reply comment deadline is April 18, 2025.",
        "The reply comments period is extended to April 18, 2025.",
    ],
)
def test_the_last_day_for_replies_is_read_from_the_words_on_dates(words: str) -> None:
    document = proposal(words)
    assert days(document) == {"comment_close": f"{CLOSES}T23:59:59", "reply_close": f"{REPLIES}T23:59:59"}
    assert document.comments_close_on == CLOSES
    assert (document.events[1].description or "").endswith("April 18, 2025."), "the words up to the day"
    assert with_reply_deadline(document) == document


@pytest.mark.parametrize(
    "words",
    [
        "Comments and reply comments are due on or before April 3, 2025, and April 18, 2025, respectively.",
        "Comments and reply comments are due on or before April 18, 2025.",
        "Reply comments are due on or before April 18, 2025, and May 2, 2025.",
        "Reply comments on the notice are due April 18, 2025. Reply comments are due May 2, 2025.",
        "Reply comments are due April 18, 2025, for the notice. Reply comments are due May 2, 2025, for the petition.",
        "Reply comments are due 15 days after April 3, 2025.",
        "Reply comments are due on or before March 18, 2025.",  # before comments are
        "Reply comments are due on or before April 31, 2025.",
        "Comments must be filed by April 3, 2025. If any comments are filed, Applicants may file a reply by April 18, 2025.",
        "Oppositions must be filed on or before April 3, 2025. Replies to oppositions must be filed by April 18, 2025.",
    ],
)
def test_words_that_leave_a_doubt_give_no_day_for_replies(words: str) -> None:
    assert days(proposal(words)) in ({"comment_close": f"{CLOSES}T23:59:59"}, {})


def test_a_rule_has_no_day_for_replies() -> None:
    assert "reply_close" not in days(proposal(FCC, kind="Rule"))


def test_where_the_source_gives_the_day_for_replies_alone_the_words_give_that_for_comments() -> None:
    document = proposal(FCC, REPLIES)
    assert document.comments_close_on == CLOSES
    assert days(document) == {"comment_close": f"{CLOSES}T23:59:59", "reply_close": f"{REPLIES}T23:59:59"}
    again = proposal(
        "The reply comment period is reopened. Reply comments should be received by April 18, 2025.", REPLIES
    )
    assert (again.comments_close_on, days(again)) == (None, {"reply_close": f"{REPLIES}T23:59:59"})
    both = proposal("Comments are due April 18, 2025. Reply comments are due April 18, 2025.", REPLIES)
    assert (both.comments_close_on, days(both)) == (REPLIES, {"comment_close": f"{REPLIES}T23:59:59"})


def test_a_stored_document_gets_its_day_for_replies_after_an_upgrade(monkeypatch: pytest.MonkeyPatch) -> None:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    monkeypatch.setattr(fr, "with_reply_deadline", lambda document, dates: document)
    short = proposal(FCC, number="2025-1")
    # A long sentence on dates is stored cut off; the text has it whole.
    words = "Comments are due on or before April 3, 2025." + " See the instructions below." * 12 + " " + FCC
    long = proposal(words, number="2025-2", text=f"ACTION:\nProposed rule.\nDATES:\n{words}\nADDRESSES:\n45 L Street")
    elsewhere = proposal("April 3, 2025.", number="2025-3", text=f"DATES:\nNone.\nADDRESSES:\n45 L Street\n{FCC}")
    upsert(db, [short, long, elsewhere], now=NOW, silent=True)
    assert restate(db, now=NOW) == 2
    found = [days(load_document(db, each.id)) for each in (short, long, elsewhere)]
    assert ["reply_close" in each for each in found] == [True, True, False]
    assert restate(db, now=NOW) == 0
