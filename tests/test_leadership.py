"""The weekly issue to staff begins with what the office did, what of its bills moved, and what is next."""

from __future__ import annotations

import datetime
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from desk_fixtures import NOW, change, person, say
from desk_fixtures import config as config
from desk_fixtures import db as db
from desk_fixtures import made as made
from digest_fixtures import HEAD, JOINED, Postbox, post_office, reader
from site_corpus import BROADBAND, PLAIN, RULE

from desk.queue import advocacy, collaboration
from desk.queue.advocacy import AdvocacyRecord
from digest import service
from digest.delivery.message import issue_message
from digest.issues import issues
from operations.leadership import report
from settings import Configuration
from store.connect import open_mail

pytestmark = pytest.mark.slow

DAY = datetime.date(2022, 3, 12)


def work(db: Any, config: Configuration) -> None:
    """A week of an office: a stance, a letter, a meeting, a bill that moved, a date ahead."""
    say(db, subject="stance", value="support", reason="It helps.", source="Letter of March 8", published=True)
    collaboration.follow(db, person(db), RULE, True, NOW)
    for kind, title, more in (
        ("letter", "Letter of forty groups", {"document_id": BROADBAND, "parties": "Marginalia Society"}),
        ("meeting", "Meeting with the chair", {"document_id": PLAIN, "note": "quokka-draft"}),
        ("hearing", "Markup", {"document_id": BROADBAND, "happened_on": None, "due_on": "2022-03-22"}),
        ("testimony", "Testimony of last year", {"document_id": BROADBAND, "happened_on": "2021-03-08"}),
    ):
        given = {"kind": kind, "title": title, "happened_on": "2022-03-08"} | more
        advocacy.add(db, person(db), AdvocacyRecord(**given), now=NOW)
    change(config, "update events set starts_at = '2022-03-21' where document_id = ? and kind = 'comment_close'", RULE)
    change(config, "insert into status_history values (?, 9, 'passed', '2022-03-10')", BROADBAND)


def words(config: Configuration, day: datetime.date = DAY) -> dict[str, list[str]]:
    return {key: [line["words"] for line in lines] for key, lines in report(config, day)}


def test_a_week_in_three_parts(db: Any, config: Configuration) -> None:
    assert report(config, DAY) == ()
    work(db, config)
    found = words(config)
    assert list(found) == ["did", "moved", "next"]
    assert found["did"][0].startswith("March 9, 2022: took a stance, support, on H.R. 1783, United States")
    assert found["did"][1:] == [
        "March 8, 2022: Meeting, Meeting with the chair (H.R. 9)",
        "March 8, 2022: Sign-on letter, Letter of forty groups (H.R. 1783)",
    ]
    assert found["moved"][0].endswith("; Passed March 10, 2022")
    assert found["next"][0].startswith("March 21, 2022, Comments close: ")
    assert found["next"][1].startswith("March 22, 2022, Hearing: Markup: H.R. 1783")
    assert "did" not in words(config, datetime.date(2022, 3, 20)), "another week"


async def test_it_is_in_the_issue_to_staff_alone_and_names_nobody_who_was_met(db: Any, config: Configuration) -> None:
    work(db, config)
    held = report(config, DAY)
    with closing(open_mail(config.mail)) as mail:
        lists = {name: reader(mail, f"{name}@example.org", list_=name) for name in ("staff", "public")}
        mails = {}
        for name, reading in lists.items():
            issue = service.prepare(mail, config, list_=name, frequency="weekly", now=NOW, day=DAY, report=held)
            made = issue_message(mail, issue, reading, HEAD, since=0, now=NOW)
            mails[name] = made[0].as_string() if made else ""
        assert issues.load(mail, "staff-weekly-2022-w10").report == held
        assert issues.load(mail, "public-weekly-2022-w10").report == ()
    assert "WHAT WE DID" in mails["staff"]
    assert "Letter of forty groups" in mails["staff"]
    assert f"{HEAD.site}/desk/documents/{BROADBAND}" in mails["staff"].replace("=\n", "")
    assert "Letter of forty groups" not in mails["public"]
    for private in ("Marginalia", "quokka-draft", "Ana Reader"):
        assert private not in mails["staff"]


def test_the_issue_that_leaves_says_what_was_withdrawn_since(db: Any, config: Configuration) -> None:
    work(db, config)
    sent = replace(config, mail_from=HEAD.sender, smtp_host="127.0.0.1", smtp_security="none")
    postbox = Postbox()
    with closing(open_mail(config.mail)) as mail, post_office(postbox) as port:
        reader(mail, "staff@example.org", list_="staff", now=JOINED)
        given = {"list_": "staff", "frequency": "weekly", "now": NOW, "day": DAY}
        issue = service.prepare(mail, config, **given, report=report(config, DAY))
        say(db, subject="stance", verdict="reject", published=True, now="2022-03-12T09:00:00Z")
        ready = replace(sent, smtp_port=port)
        service.send_issue(mail, ready, issue.id, clock=lambda: NOW, report=lambda each: report(config, each.day))
    text = " ".join(postbox.got[0][1].get_body(("plain",)).get_content().split())
    assert "took a stance, support, on H.R. 1783" in text
    assert "(withdrawn since)" in text


def test_an_issue_without_items_still_has_the_report(db: Any, config: Configuration) -> None:
    work(db, config)
    change(config, "delete from changes")
    held = report(config, DAY)
    with closing(open_mail(config.mail)) as mail:
        leader = reader(mail, "leader@example.org", list_="staff", now=JOINED)
        issue = service.prepare(mail, config, list_="staff", frequency="weekly", now=NOW, day=DAY, report=held)
        made = issue_message(mail, issue, leader, HEAD, since=issue.through, now=NOW)
        assert made
        assert made[0]["Subject"] == "Weekly report, March 12, 2022"
        text = made[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "WHAT IS NEXT" in text
    assert "0 items" not in text
