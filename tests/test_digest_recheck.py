"""What staff took back while an issue waited for its editor is not in the email; and when a waiting issue leaves."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from digest_fixtures import BROADBAND, FIRST, FIRST_DAY, HEAD, Postbox, post_office, reader
from issue_fixtures import corpus_file, db, line_of, prepared  # noqa: F401

from digest import service
from digest.issues import compose, issues
from digest.issues.entries import chosen
from digest.issues.issues import Issue
from digest.issues.lines import make_line
from digest.issues.recheck import recheck
from digest.issues.stances import Published
from digest.issues.words import Words
from digest.subscribers.preferences import Preferences
from settings import Configuration
from store.clock import ago


def decide(
    file: Path, *decisions: tuple[str, str, str | None], reason: str = "Hotspots", day: str = "2022-03-08"
) -> None:
    with closing(sqlite3.connect(file)) as corpus, corpus:
        corpus.executemany(
            "insert or replace into decisions (document_id, subject, verdict, value, reason, decided_on) "
            f"values ('{BROADBAND}', ?, ?, ?, '{reason}', '{day}')",
            decisions,
        )


def checked(db: Any, file: Path, issue: Issue, drafts: Sequence[Published] = ()) -> tuple[int, Issue]:
    with closing(service.corpus(file)) as corpus:
        changed = recheck(db, corpus, issue.id, drafts)
    return changed, issues.load(db, issue.id)


def test_what_still_holds_stays_as_it_was(db: Any, corpus_file: Path) -> None:
    decide(corpus_file, ("stance", "confirm", "oppose"))
    issue = prepared(db, corpus_file)
    changed, again = checked(db, corpus_file, issue)
    assert changed == 0
    assert again.entries == issue.entries
    assert line_of(again).stance == "Oppose"


@pytest.mark.parametrize(("source", "mailed"), [("by_hand", False), ("us_bills", True)])
def test_a_record_that_staff_withdrew_is_not_mailed_and_cannot_be_added(
    db: Any, corpus_file: Path, source: str, mailed: bool
) -> None:
    """That a source lists a document no more says nothing of the document; that staff took theirs back does."""
    issue = prepared(db, corpus_file)
    assert line_of(issue)
    with closing(sqlite3.connect(corpus_file)) as corpus, corpus:
        known = (source, BROADBAND)
        corpus.execute("update documents set source = ?, missing_since = '2022-03-09T08:00:00Z' where id = ?", known)
    _, again = checked(db, corpus_file, issue)
    assert (line_of(again) is not None) is mailed
    with closing(service.corpus(corpus_file)) as corpus:
        assert (chosen(corpus, BROADBAND, at=9, today=FIRST_DAY) is not None) is mailed


@pytest.mark.parametrize(("language", "said"), [("en", "In committee"), ("es", "En comisión")])
def test_a_status_without_a_day_is_said_alone(db: Any, corpus_file: Path, language: str, said: str) -> None:
    """The mail said "In committee ." and, in Spanish, "En comisión el ." """
    with closing(sqlite3.connect(corpus_file)) as corpus, corpus:
        corpus.execute("update documents set status = 'in_committee', status_on = null where id = ?", [BROADBAND])
    with closing(service.corpus(corpus_file)) as corpus:
        entry = chosen(corpus, BROADBAND, at=9, today=FIRST_DAY)
    assert entry
    line = make_line(0, entry, entry["news"], ("editor", ""), Words(language), "", FIRST_DAY)
    assert line.what == (said,)


@pytest.mark.parametrize("then", [None, "support"])
def test_a_stance_that_was_withdrawn_or_changed_is_not_mailed(db: Any, corpus_file: Path, then: str | None) -> None:
    decide(corpus_file, ("stance", "confirm", "oppose"))
    issue = prepared(db, corpus_file)
    assert line_of(issue).stance == "Oppose"
    with closing(sqlite3.connect(corpus_file)) as corpus, corpus:
        corpus.execute("delete from decisions")
    if then:
        decide(corpus_file, ("stance", "confirm", then))
    changed, again = checked(db, corpus_file, issue)
    assert changed == 1
    line = line_of(again)
    assert line.stance == ""
    assert not any("stance" in what for what in line.what)


def test_a_draft_that_was_dropped_or_published_since_is_not_mailed_to_staff(db: Any, corpus_file: Path) -> None:
    draft = Published("draft-1", BROADBAND, "oppose", "It harms.", "2022-03-08")
    with closing(service.corpus(corpus_file)) as source:
        given = {"list_": "staff", "frequency": "weekly", "now": FIRST, "day": FIRST_DAY, "drafts": [draft]}
        issue = issues.prepare(db, source, **given)

    def said(one: Issue) -> list[str]:
        return [news["words"] for entry in one.entries for news in entry["news"] if news["kind"] == "draft"]

    assert said(issue) == ["It harms."]
    assert checked(db, corpus_file, issue, [draft])[0] == 0
    corrected = draft._replace(reason="It harms lending.")
    assert said(checked(db, corpus_file, issue, [corrected])[1]) == ["It harms lending."]
    assert said(checked(db, corpus_file, issue, [])[1]) == []


@pytest.mark.parametrize("day", ["2022-03-08", "2022-03-09"])
def test_a_reason_that_was_corrected_is_the_one_that_is_mailed(db: Any, corpus_file: Path, day: str) -> None:
    """Each stance of a document has its own, although both are on the same side."""
    decide(corpus_file, ("stance", "confirm", "oppose"))
    decide(corpus_file, ("stance:tc-hotspot-lending", "confirm", "oppose"), reason="Only for lending")
    issue = prepared(db, corpus_file)
    decide(corpus_file, ("stance", "confirm", "oppose"), reason="Corrected", day=day)
    changed, again = checked(db, corpus_file, issue)
    assert changed == 1
    said = [line for line in line_of(again).what if "stance" in line]
    assert "Hotspots" not in str(said)
    assert all(reason in str(said) for reason in ("Corrected", "Only for lending"))
    assert checked(db, corpus_file, again)[0] == 0


def test_an_issue_that_an_older_program_prepared_keeps_its_stances(db: Any, corpus_file: Path) -> None:
    decide(corpus_file, ("stance:tc-hotspot-lending", "confirm", "oppose"))
    issue = prepared(db, corpus_file)
    db.execute("update digest_items set entry = replace(entry, ', \"subject\": \"stance:tc-hotspot-lending\"', '')")
    assert "stance:tc" not in str(issues.load(db, issue.id).entries)
    assert checked(db, corpus_file, issue)[0] == 0
    assert any("stance" in what for what in line_of(issues.load(db, issue.id)).what)


def test_the_email_that_leaves_has_nothing_that_was_withdrawn(db: Any, corpus_file: Path) -> None:
    """As `digest send` and `digest deliver` send it; the archive shows the same."""
    decide(corpus_file, ("stance", "confirm", "oppose"))
    issue = prepared(db, corpus_file)
    reader(db, "reader@example.org")
    with closing(sqlite3.connect(corpus_file)) as corpus, corpus:
        corpus.execute("delete from decisions")
    postbox = Postbox()
    with post_office(postbox) as port:
        config = Configuration(
            data=corpus_file.parent,
            site="https://policy.example.org",
            mail_from=HEAD.sender,
            smtp_host="127.0.0.1",
            smtp_port=port,
            smtp_security="none",
        )
        assert service.send_issue(db, config, issue.id, clock=lambda: FIRST)["sent"] == 1
    text = postbox.got[0][1].get_body(("plain",)).get_content()
    assert BROADBAND in text
    assert "Oppose" not in text
    assert "oppose" not in str(issues.load(db, issue.id).entries)


def test_the_archive_counts_what_the_page_of_an_issue_shows(db: Any, corpus_file: Path) -> None:
    issue = prepared(db, corpus_file)
    issues.release(db, issue, now=FIRST)
    [row] = compose.archive(db, {})
    shown = compose.read(issue, None, Words("en"), site="", since=issue.news_since, most=10_000)
    assert shown is not None
    assert row["entries"] == shown.total
    hide = "insert or ignore into digest_edits select digest_id, ordinal, null, 1, ? from digest_items"
    db.execute(f"{hide} order by ordinal limit 1", [FIRST])
    assert compose.archive(db, {})[0]["entries"] == shown.total - 1
    db.execute(hide, [FIRST])
    assert compose.archive(db, {}) == [], "no list leads to an empty page"


def test_an_area_and_a_position_that_were_rejected_are_no_reason(db: Any, corpus_file: Path) -> None:
    issue = prepared(db, corpus_file)
    assert line_of(issue, Preferences(areas=("broadband",))) is not None
    decide(corpus_file, ("area:broadband", "reject", None), ("position:tc-hotspot-lending", "reject", None))
    changed, again = checked(db, corpus_file, issue)
    assert changed == 1
    assert line_of(again, Preferences(areas=("broadband",))) is None
    [entry] = [each for each in again.entries if each["documents"][0]["id"] == BROADBAND]
    assert "tc-hotspot-lending" not in entry["positions"]
    assert checked(db, corpus_file, again)[0] == 0


def test_an_issue_leaves_with_the_timer_of_its_day_although_that_comes_a_little_sooner(
    db: Any, corpus_file: Path
) -> None:
    with closing(service.corpus(corpus_file)) as corpus:
        issue = issues.prepare(
            db, corpus, list_="public", frequency="weekly", now=FIRST, day=FIRST_DAY, leaves_at=ago(FIRST, hours=-24)
        )
    assert service.waits_for_editor(issue, ago(FIRST, hours=-20))
    assert not service.waits_for_editor(issue, ago(FIRST, hours=-23, minutes=-55))
