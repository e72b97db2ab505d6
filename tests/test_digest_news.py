"""What is news to a reader: nothing twice, nothing missed, companions on one line, stances once they are published."""

from __future__ import annotations

import datetime
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from digest_fixtures import (
    BROADBAND,
    COMPANION,
    FIRST,
    FIRST_DAY,
    HEAD,
    HOSTILE_BILL,
    PLAIN,
    SECOND,
    SECOND_DAY,
    a_week_later,
    reader,
)
from issue_fixtures import corpus_file, db, line_of, prepared, reading, told  # noqa: F401

from digest import service
from digest.delivery.message import issue_message
from digest.issues import compose, editing, issues
from digest.issues.issues import IssueError
from digest.issues.stances import Published
from digest.subscribers import estimate
from digest.subscribers.preferences import Preferences


def test_many_new_titles_are_one_fact(db, corpus_file: Path) -> None:
    with sqlite3.connect(corpus_file) as source:
        source.executemany(
            "insert into changes values (?, ?, '2022-03-08T07:00:00Z', null, 'title', ?)",
            [(f"t{n}", BROADBAND, f"Short Title: Part {n} Act") for n in range(30)],
        )
    choice = Preferences(documents=(BROADBAND,))
    reader(db, "a@example.org", choice)
    told_of = {
        line.why: line.what for _, lines in reading(prepared(db, corpus_file), choice).sections for line in lines
    }
    assert "30 new titles" in told_of["You follow H.R. 1783"]


def test_the_end_of_a_session_is_read_by_those_who_follow_its_bills(db, corpus_file: Path) -> None:
    with sqlite3.connect(corpus_file) as source:
        words = "It did not pass before its session ended"
        row = ["ended", PLAIN, "2022-03-08T07:00:00Z", "2022-03-04", "ended", words]
        source.execute("delete from changes where document_id = ?", [PLAIN])
        source.execute("insert into changes values (?, ?, ?, ?, ?, ?)", row)
    choice = Preferences(jurisdictions=("us-tx",), documents=(PLAIN,))
    reader(db, "a@example.org", choice)
    issue = prepared(db, corpus_file)
    ((heading, (line,)),) = reading(issue, choice).sections
    assert (heading, *line.what) == ("outcome", "Its session ended March 4, 2022: it can no longer move")
    assert PLAIN not in str(told(issue))


def test_a_bill_that_is_over_is_not_told_as_if_it_could_still_pass(db, corpus_file: Path) -> None:
    with sqlite3.connect(corpus_file) as source:
        source.execute("delete from changes where document_id = ?", [PLAIN])
        row = ["moved", PLAIN, "2022-03-08T07:00:00Z", "2022-03-02", "status", "reported"]
        source.execute("insert into changes values (?, ?, ?, ?, ?, ?)", row)
        over = "update documents set status = 'failed', status_reason = 'session_ended', status_on = '2022-03-04' where id = ?"
        source.execute(over, [PLAIN])
    choice = Preferences(jurisdictions=("us-tx",), documents=(PLAIN,))
    reader(db, "a@example.org", choice)
    issue = prepared(db, corpus_file)
    assert [heading for heading, _ in reading(issue, choice).sections] == ["move"]
    assert PLAIN not in str(told(issue))


@pytest.mark.parametrize(("ended", "everybody"), [("", True), ("failed", False)])
@pytest.mark.parametrize("with_its_end", [False, True])
def test_a_bill_that_is_over_moves_for_its_followers_only(
    db, corpus_file: Path, ended: str, everybody: bool, with_its_end: bool
) -> None:
    """Its end in the same week is for followers too, and makes no news of the step before it."""
    with sqlite3.connect(corpus_file) as source:
        if ended:
            over = "update documents set status = ?, status_reason = 'session_ended', status_on = '2022-03-08' where id = ?"
            source.execute(over, [ended, BROADBAND])
        if with_its_end:
            row = ["ended", BROADBAND, "2022-03-08T07:00:00Z", "2022-03-08", "ended", "Its session ended"]
            source.execute("insert into changes values (?, ?, ?, ?, ?, ?)", row)
    assert (BROADBAND in str(told(prepared(db, corpus_file)))) == everybody


@pytest.mark.parametrize(
    ("status", "happened_on", "pinned", "everybody"),
    [
        ("enacted", "2019-06-01", False, False),
        ("failed", "2019-06-01", False, False),
        ("enacted", "2019-06-01", True, True),
        ("failed", "2019-06-01", True, True),
        ("enacted", "2022-03-01", False, True),
        ("in_committee", "2019-06-01", False, True),
    ],
)
def test_a_bill_of_2019_that_staff_add_today_is_no_news_unless_they_pin_it(
    db, corpus_file: Path, status: str, happened_on: str, pinned: bool, everybody: bool
) -> None:
    """What became law this month, and what can still move, is told however old the bill is."""
    with sqlite3.connect(corpus_file) as source:
        for table in ("changes", "actions"):
            source.execute(f"delete from {table} where document_id = ?", [BROADBAND])
        known = "update documents set status = ?, status_on = ?, published_on = '2019-01-07' where id = ?"
        source.execute(known, [status, happened_on if status == "failed" else None, BROADBAND])
        first = [("introduced", "2019-01-07", "Library Broadband Act")]
        first += [("status", None, status)] if status == "enacted" else []
        source.executemany(
            "insert into changes (id, document_id, seen_at, happened_on, kind, summary) "
            "values (?3, ?4, '2022-03-08T07:00:00Z', ?2, ?1, ?3)",
            [(*each, BROADBAND) for each in first],
        )
        passed = "insert into actions (document_id, ordinal, acted_on, description) values (?, 0, ?, 'Last action')"
        source.execute(passed, [BROADBAND, happened_on])
        if pinned:
            staff = "insert into decisions (document_id, subject, verdict, decided_on) values (?, 'pin', 'confirm', '2022-03-08')"
            source.execute(staff, [BROADBAND])
    choice = Preferences(documents=(BROADBAND,))
    reader(db, "a@example.org", choice)
    issue = prepared(db, corpus_file)
    assert (BROADBAND in str(told(issue))) == everybody
    assert BROADBAND in str(told(issue, choice)), "who follows it hears of it"


def test_what_one_person_follows_is_not_in_the_public_issue(db, corpus_file: Path) -> None:
    reader(db, "a@example.org", Preferences(documents=(PLAIN,)))
    issue = prepared(db, corpus_file)
    assert PLAIN not in str(told(issue))
    assert PLAIN in str(told(issue, Preferences(documents=(PLAIN,))))


def test_nothing_is_told_twice_and_the_second_issue_has_what_is_new(db, corpus_file: Path) -> None:
    person = reader(db, "a@example.org")
    first = prepared(db, corpus_file)
    issues.release(db, first, now=FIRST)
    db.execute("update deliveries set state = 'sent' where digest_id = ?", [first.id])
    a_week_later(corpus_file)
    second = prepared(db, corpus_file, SECOND, SECOND_DAY)
    issues.release(db, second, now=SECOND)
    since, through = db.execute(
        "select since, through from deliveries where digest_id = ? and subscriber_id = ?", [second.id, person.id]
    ).fetchone()
    assert (since, through) == (first.through, second.through)
    found = reading(second, person.preferences, since)
    assert [line.what for _, lines in found.sections for line in lines] == [
        ("Became law March 14, 2022; Law: Public Law 117-98",)
    ]


def test_nothing_new_means_no_mail(db, corpus_file: Path) -> None:
    person = reader(db, "a@example.org", Preferences(areas=("library-funding",), jurisdictions=("us-tx",)))
    issue = prepared(db, corpus_file)
    assert issue_message(db, issue, person, HEAD, since=0, now=FIRST) is None


def test_links_to_documents_lead_to_pages_in_the_language_of_the_reader(db, corpus_file: Path) -> None:
    issue = prepared(db, corpus_file)
    for language, pages in (("en", f"{HEAD.site}/documents/"), ("es", f"{HEAD.site}/es/documents/")):
        person = replace(reader(db, f"{language}@example.org"), language=language)
        made = issue_message(db, issue, person, HEAD, since=0, now=FIRST)
        assert made is not None
        for kind in ("plain", "html"):
            said = made[0].get_body((kind,)).get_content()
            assert set(re.findall(rf"{HEAD.site}\S*?/documents/", said)) == {pages}


def test_changing_from_weekly_to_daily_repeats_nothing(db, corpus_file: Path) -> None:
    person = reader(db, "a@example.org")
    weekly = prepared(db, corpus_file)
    issues.release(db, weekly, now=FIRST)
    db.execute("update deliveries set state = 'sent' where digest_id = ?", [weekly.id])
    db.execute("update subscribers set frequency = 'daily' where id = ?", [person.id])
    daily = prepared(db, corpus_file, FIRST, FIRST_DAY, "daily")
    issues.release(db, daily, now=FIRST)
    since = db.execute("select since from deliveries where digest_id = ?", [daily.id]).fetchone()[0]
    assert reading(daily, person.preferences, since) is None


def test_a_new_reader_is_not_told_what_was_before(db, corpus_file: Path) -> None:
    person = reader(db, "late@example.org", now="2022-03-08T12:00:00Z")
    issue = prepared(db, corpus_file)
    issues.release(db, issue, now=FIRST)
    since = db.execute("select since from deliveries where digest_id = ?", [issue.id]).fetchone()[0]
    assert reading(issue, person.preferences, since) is None


def test_a_deadline_that_comes_near_is_told_once_more(db, corpus_file: Path) -> None:
    import datetime

    prepared(db, corpus_file)
    days = [datetime.date(2022, 3, day) for day in (16, 25, 26)]
    found = [prepared(db, corpus_file, f"{day}T08:00:00Z", day, "daily") for day in days]
    lines = [reading(each, None, each.news_since) for each in found]
    assert lines[0] is None
    assert "6 days left" in lines[1].sections[0][1][0].what[0]
    assert lines[2] is None, "once"


def test_a_late_row_with_an_old_time_is_not_missed(db, corpus_file: Path) -> None:
    prepared(db, corpus_file)
    with sqlite3.connect(corpus_file) as source:
        source.execute(
            "insert into changes values ('late', ?, '2022-03-08T06:59:59Z', '2022-03-06', 'status', 'passed')",
            [HOSTILE_BILL],
        )
    second = prepared(db, corpus_file, SECOND, SECOND_DAY)
    assert HOSTILE_BILL in str(told(second, None, second.news_since))


def test_companions_that_both_move_are_one_line(db, corpus_file: Path) -> None:
    with sqlite3.connect(corpus_file) as source:
        source.execute("insert into tags values (?, 'broadband', 0.9)", [COMPANION])
        source.execute(
            "insert into changes values ('both', ?, '2022-03-08T07:00:00Z', '2022-03-08', 'status', 'reported')",
            [COMPANION],
        )
    (line,) = dict(reading(prepared(db, corpus_file)).sections)["must_see"]
    assert line.numbers == "H.R. 1783, S. 900"
    assert line.companions == ()
    assert line.what[0] == "S. 900: Reported by committee March 8, 2022"


def test_ceremonial_documents_stay_out_unless_followed(db, corpus_file: Path) -> None:
    with sqlite3.connect(corpus_file) as source:
        source.execute(
            "update documents set title = 'Recognizing the day of the lighthouse' where id = ?", [HOSTILE_BILL]
        )
    follows = Preferences(areas=("privacy",), documents=(HOSTILE_BILL,))
    reader(db, "a@example.org", follows)
    issue = prepared(db, corpus_file)
    assert HOSTILE_BILL in str(told(issue, follows))
    assert HOSTILE_BILL not in str(told(issue)), "what one follows is no news to all"
    assert HOSTILE_BILL not in str(told(issue, Preferences(areas=("library-funding",))))


@pytest.mark.parametrize("honours", [False, True])
def test_a_resolution_that_only_honours_stays_out(db, corpus_file: Path, honours: bool) -> None:
    with sqlite3.connect(corpus_file) as source:
        source.execute("update taggings set priority = 0 where document_id = ?", [HOSTILE_BILL])
        source.execute("delete from position_matches where document_id = ?", [HOSTILE_BILL])
        source.executemany("insert into ceremonial values (?)", [(HOSTILE_BILL,)] if honours else [])
    assert (HOSTILE_BILL in str(prepared(db, corpus_file).entries)) is not honours


# --------------------------------------------------------------------- stances


def decide(corpus_file: Path, subject: str, verdict: str, value: str | None = None, day: str = "2022-03-08") -> None:
    with sqlite3.connect(corpus_file) as source:
        source.execute(
            "insert into decisions (document_id, subject, verdict, value, reason, decided_on) values (?, ?, ?, ?, 'Hotspots', ?) "
            "on conflict do update set value = excluded.value, decided_on = excluded.decided_on",
            [BROADBAND, subject, verdict, value, day],
        )


def test_a_published_stance_is_told_once_and_stands_beside_later_news(db, corpus_file: Path) -> None:
    first = prepared(db, corpus_file)
    assert line_of(first).stance == ""
    decide(corpus_file, "stance", "confirm", "support_if_amended")
    second = prepared(db, corpus_file, SECOND, SECOND_DAY)
    line = line_of(second, since=second.news_since)
    assert line.section == "stance"
    assert line.lead == "ALA: Support if amended: H.R. 1783: Library Broadband Act"
    assert line.what[0] == "ALA has taken a stance, March 8, 2022: Support if amended: Hotspots"
    assert "Stance of ALA" in compose.compose(
        second,
        Preferences(),
        "en",
        site="https://s.example",
        since=0,
        links={"manage": "https://s.example", "leave": "https://s.example"},
    )[1].replace("'", "&#39;")
    a_week_later(corpus_file)
    third = prepared(db, corpus_file, "2022-03-23T08:00:00Z", datetime.date(2022, 3, 23))
    line = line_of(third, since=third.news_since)
    assert line.stance == "Support if amended"
    assert not any("taken a stance" in what for what in line.what)
    decide(corpus_file, "stance", "confirm", "oppose", "2022-03-24")
    fourth = prepared(db, corpus_file, "2022-03-30T08:00:00Z", datetime.date(2022, 3, 30))
    assert line_of(fourth, since=fourth.news_since).lead == "ALA: Oppose: H.R. 1783: Library Broadband Act"


def expected(corpus_file: Path) -> int:
    with closing(service.corpus(corpus_file)) as source:
        return sum(estimate.estimate(source, Preferences(), FIRST_DAY).weeks)


def test_a_stance_on_a_document_without_anything_else_is_news(db, corpus_file: Path) -> None:
    with sqlite3.connect(corpus_file) as source:
        for table in ("tags", "position_matches"):
            source.execute(f"delete from {table} where document_id = ?", [BROADBAND])
        source.execute("update taggings set priority = 0 where document_id = ?", [BROADBAND])
    with sqlite3.connect(corpus_file) as source:
        source.execute("update documents set published_on = '2022-03-01' where id = ?", [BROADBAND])
    before = expected(corpus_file)
    decide(corpus_file, "stance", "confirm", "oppose")
    assert expected(corpus_file) > before, "the estimate of a subscription counts what its emails tell"
    issue = prepared(db, corpus_file)
    for choice in (None, Preferences(), Preferences(stances=("oppose",))):
        line = line_of(issue, choice)
        assert (line.why, line.stance) == ("ALA has taken a stance on it", "Oppose")
    assert line_of(issue, Preferences(areas=("broadband",))) is None
    assert line_of(issue, Preferences(stances=("support",))) is None


def test_a_stance_that_was_on_record_before_is_no_news(db, corpus_file: Path) -> None:
    first = prepared(db, corpus_file)
    decide(corpus_file, "stance", "confirm", "support", "2021")
    second = prepared(db, corpus_file, SECOND, SECOND_DAY)
    assert line_of(second, since=first.through) is None


def test_who_wants_one_stance_gets_no_other(db, corpus_file: Path) -> None:
    decide(corpus_file, "stance", "confirm", "support")
    issue = prepared(db, corpus_file)
    assert line_of(issue, Preferences(stances=("support",))) is not None
    assert line_of(issue, Preferences(stances=("oppose",))) is None


def test_an_area_that_staff_rejected_is_no_reason(db, corpus_file: Path) -> None:
    choice = Preferences(areas=("broadband",))
    assert line_of(prepared(db, corpus_file), choice) is not None
    decide(corpus_file, "area:broadband", "reject")
    assert line_of(prepared(db, corpus_file, SECOND, SECOND_DAY), choice) is None


def test_a_position_brings_no_area_back_that_staff_rejected(db, corpus_file: Path) -> None:
    """The position on lending hotspots is one of broadband, too."""
    decide(corpus_file, "area:broadband", "reject")
    issue = prepared(db, corpus_file)
    assert line_of(issue, Preferences(areas=("broadband",))) is None
    assert line_of(issue, Preferences(areas=("library-funding",))) is not None


def test_a_draft_is_told_to_staff_and_to_nobody_else(db, corpus_file: Path) -> None:
    draft = Published("draft-1", BROADBAND, "oppose", "a secret thought", "2022-03-08")
    for list_ in ("public", "partners", "staff"):
        with closing(service.corpus(corpus_file)) as source:
            issue = issues.prepare(
                db, source, list_=list_, frequency="weekly", now=FIRST, day=FIRST_DAY, drafts=[draft]
            )
        assert ("a secret thought" in str(issue.entries)) is (list_ == "staff")
        shown = line_of(issue)
        assert any("not published" in what for what in shown.what) is (list_ == "staff")
        assert shown.stance == ""


def test_a_note_is_written_before_and_not_after(db, corpus_file: Path) -> None:
    issue = prepared(db, corpus_file)
    editing.write_note(db, issue.id, " One.\n\nTwo. ")
    assert issues.load(db, issue.id).note == "One.\n\nTwo."
    issues.release(db, issue, now=FIRST)
    with pytest.raises(IssueError, match="released"):
        editing.write_note(db, issue.id, "late")


def test_who_never_confirmed_is_forgotten(db, corpus_file: Path) -> None:
    from digest.subscribers.subscribers import subscribe

    subscribe(db, "a@example.org", Preferences(), now="2022-03-01T00:00:00Z")
    subscribe(db, "b@example.org", Preferences(), now="2022-03-08T00:00:00Z")
    prepared(db, corpus_file)
    assert [row[0] for row in db.execute("select address from subscribers")] == ["b@example.org"]


def test_whose_letter_waited_for_its_turn_has_as_long_to_confirm(db, corpus_file: Path) -> None:
    from digest.subscribers import limits
    from digest.subscribers.subscribers import subscribe

    for n in range(limits.PER_DOMAIN_HOUR + 2):
        subscribe(db, f"p{n}@example.org", Preferences(), now="2022-03-01T00:00:00Z")
    key = "select subscriber_id from deliveries where state = 'held' order by 1"
    first, second = [row[0] for row in db.execute(key)]
    db.execute(
        "update deliveries set state = 'queued', released_at = '2022-03-08T00:00:00Z' where subscriber_id = ?", [first]
    )
    prepared(db, corpus_file)
    assert {row[0] for row in db.execute("select id from subscribers")} == {first, second}


def test_the_weeks_of_an_estimate_end_with_the_news_of_the_chosen_places(corpus_file: Path) -> None:
    with sqlite3.connect(corpus_file) as source:
        source.executemany(
            "insert or replace into session_ends (jurisdiction, session, moved_on) values (?, 'x', ?)",
            [("us-oh", "2021-11-25"), ("us-tx", "2021-12-24")],
        )
    issue = Preferences(searches=("tracker:e-rate place:us-oh",))
    both = Preferences(jurisdictions=("us-oh", "us-tx"))
    with closing(service.corpus(corpus_file)) as source:
        found = [
            estimate.estimate(source, choice, FIRST_DAY).until
            for choice in (
                Preferences(jurisdictions=("us-oh",)),
                issue,
                both,
                Preferences(searches=("tracker:e-rate",)),
            )
        ]
        newest = source.execute("select max(published_on) from documents").fetchone()[0]
    assert found == ["2021-11-25", "2021-11-25", "2021-12-24", newest]
