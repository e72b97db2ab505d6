"""Our bills: what makes a document ours, in which order they stand, their files, and the weekly report."""

from __future__ import annotations

import csv
import datetime
import html
import io
import re
from typing import Any

import openpyxl
import pytest
from desk_fixtures import NOW, Browser, change, document, field, person, say
from desk_fixtures import application as application
from desk_fixtures import browser as browser
from desk_fixtures import config as config
from desk_fixtures import db as db
from desk_fixtures import made as made
from site_corpus import BROADBAND, HOSTILE_BILL, PLAIN, RULE

from desk.queue import advocacy, collaboration
from desk.queue.advocacy import AdvocacyRecord
from desk.queue.our_bills import CHOICES, OurFilters, our_bills, weekly_report
from desk.reviews import reviews
from settings import Configuration

TODAY = datetime.date(2022, 3, 9)


def rows(db: Any, today: datetime.date = TODAY, since: str | None = None, **filters: str) -> list[dict[str, Any]]:
    return our_bills(db, OurFilters(**filters), me=person(db).id, today=today, since=since)


def ids(found: list[dict[str, Any]]) -> list[str]:
    return [row["id"] for row in found]


def known_on(db: Any, day: datetime.date) -> set[str]:
    values = {"id": RULE} | advocacy.lapsed(db, day.isoformat())
    sql = f"select substr(starts_at, 1, 10) from {advocacy.KNOWN_DATES} where document_id = :id"
    return {row[0] for row in db.execute(sql, values).fetchall()}


def letter(db: Any, who: str = "Ana Reader", corrects: int | None = None, seen: int = 0, **more: Any) -> int:
    given = {"kind": "letter", "title": "Letter of forty groups", "document_id": BROADBAND, "happened_on": "2022-03-08"}
    record = AdvocacyRecord(**(given | more))
    return advocacy.add(db, person(db, who), record, now=NOW, corrects=corrects, seen=seen)


def test_a_document_is_ours_once_somebody_works_on_it(db: Any) -> None:
    assert rows(db) == []
    say(db, subject="stance", value="support", reason="It helps.")
    assert ids(rows(db)) == [BROADBAND]
    collaboration.follow(db, person(db, "Ben Writer"), RULE, True, NOW)
    collaboration.assign(db, person(db), HOSTILE_BILL, "Ben Writer", NOW)
    letter(db, document_id=PLAIN)
    assert set(ids(rows(db, ended="1"))) == {BROADBAND, RULE, HOSTILE_BILL, PLAIN}


def test_the_nearest_date_comes_first_and_a_row_says_everything(db: Any) -> None:
    say(db, subject="stance", value="support", reason="It helps.")
    collaboration.assign(db, person(db), BROADBAND, "Ben Writer", NOW)
    collaboration.follow(db, person(db), RULE, True, NOW)
    rule, bill = rows(db)
    assert (rule["id"], rule["next_on"], rule["next"]) == (RULE, "2022-03-31", "Comments close")
    assert (bill["draft"], bill["stance"], bill["lead"], bill["unit"]) == (
        "Support",
        "",
        "Ben Writer",
        "Marginalia Office",
    )
    assert (bill["priority"], bill["open"], bill["next_on"]) == ("yes", "yes", "")


def test_filters_are_what_the_address_says(db: Any, config: Configuration) -> None:
    say(db, subject="stance", value="support", reason="It helps.", who="Ben Writer")
    collaboration.assign(db, person(db), HOSTILE_BILL, "Ben Writer", NOW)
    collaboration.follow(db, person(db), RULE, True, NOW)
    assert ids(rows(db, mine="1")) == [RULE]
    assert ids(rows(db, lead="Ben Writer")) == [HOSTILE_BILL]
    assert ids(rows(db, waiting="1")) == ids(rows(db, stance="Support")) == [BROADBAND]
    assert ids(rows(db, q="hotspot lending")) == [RULE]
    change(
        config,
        "insert into changes (id, document_id, seen_at, happened_on, kind, summary) values "
        "('c', ?, '2022-03-09T10:00:00Z', '2022-03-08', 'status', 'passed')",
        RULE,
    )
    assert ids(rows(db, since="2022-03-09T09:30:00Z", moved="1")) == [RULE]
    assert ids(rows(db, since="2022-03-09T10:30:00Z", moved="1")) == []


def test_what_can_no_longer_move_is_left_out_unless_asked_for(db: Any) -> None:
    collaboration.follow(db, person(db), BROADBAND, True, NOW)
    after = datetime.date(2023, 2, 1)
    assert rows(db, after) == []
    [row] = rows(db, after, ended="1")
    assert "117th Congress ended" in row["status"]


async def test_a_proposed_rule_is_open_until_a_final_rule_follows(
    browser: Browser, config: Configuration, db: Any
) -> None:
    collaboration.follow(db, person(db), RULE, True, NOW)
    after = datetime.date(2022, 6, 1)
    assert [row["open"] for row in rows(db, after)] == ["yes"]
    change(config, "update documents set latest_action = 'Proposed rule.' where id = ?", RULE)
    change(
        config,
        "update documents set source = 'us_federal_register', document_type = 'Rule', status = 'final', "
        "latest_action = 'Final rule.', text = 'Proposed on March 2, 2022.', published_on = '2022-05-02' where id = ?",
        PLAIN,
    )
    change(config, "insert into terms values (?, 9, 'docket', 'WC Docket 21-31')", PLAIN)
    assert [row["open"] for row in rows(db, after)] == ["unknown"], "a final rule may adopt only a part of it"


def test_the_comment_deadline_of_a_withdrawn_proposal_is_no_date_of_the_desk(db: Any, config: Configuration) -> None:
    collaboration.follow(db, person(db), RULE, True, NOW)
    change(config, "update documents set latest_action = 'Proposed rule.' where id = ?", RULE)
    change(
        config,
        "insert into events (document_id, ordinal, kind, starts_at) values (?, 9, 'hearing', '2022-04-02')",
        RULE,
    )
    last = datetime.date(2022, 3, 20)

    def coming() -> list[str]:
        return [row["kind"] for row in weekly_report(db, rows(db, ended="1"), [], last).coming]

    assert (rows(db)[0]["next_on"], coming()) == ("2022-03-31", ["comment_close", "hearing"])
    assert known_on(db, TODAY) == {"2022-03-31", "2022-04-02"}
    change(
        config,
        "update documents set source = 'us_federal_register', document_type = 'Proposed Rule', status = 'withdrawn', "
        "latest_action = 'Proposed rule; withdrawal.', text = 'Proposed on March 2, 2022.', published_on = '2022-03-07' "
        "where id = ?",
        PLAIN,
    )
    change(config, "insert into terms values (?, 9, 'docket', 'WC Docket 21-31')", PLAIN)
    assert (rows(db)[0]["next_on"], coming()) == ("2022-04-02", ["hearing"])
    assert known_on(db, TODAY) == {"2022-04-02"}


async def test_old_news_of_a_session_is_called_old(browser: Browser, config: Configuration, db: Any) -> None:
    columns = "jurisdiction, session, source, special, seen_at"
    change(config, "update documents set jurisdiction = 'us-ga', session = '2021_22' where id = ?", BROADBAND)
    change(config, f"insert into sessions ({columns}) values ('us-ga', '2021_22', 'x', 0, '2022-03-01')")
    ends = "insert into session_ends (jurisdiction, session, ends_on, moved_on) values ('us-ga', '2021_22', ?, ?)"
    collaboration.follow(db, person(db), BROADBAND, True, NOW)
    change(config, ends, "2023-04-02", "2022-03-02")
    assert [(row["open"], row["status"]) for row in rows(db)] == [("yes", "Passed one chamber")]
    [row] = rows(db, datetime.date(2022, 9, 1))
    assert (row["open"], row["status"][18:]) == ("yes", " (our latest news of its session is of March 2, 2022)")
    change(config, "update session_ends set ends_on = '2022-01-02', moved_on = '2021-12-02'")
    change(config, "update documents set latest_action_on = '2021-12-02' where id = ?", BROADBAND)
    [row] = rows(db)
    until = "our news of its session ends on December 2, 2021, and the session was to go on to January 2, 2022"
    assert (row["open"], row["status"][18:]) == ("unknown", f" ({until})")
    await browser.sign_in()
    for page in ("/desk?ended=1", "/desk/following", document()):
        assert until[3:] in (await browser.get(page)).text


def test_hearings_and_deadlines_on_record_are_dates_with_their_titles(db: Any) -> None:
    letter(db, happened_on=None, due_on="2022-03-12", link="https://example.org/sign")
    letter(db, kind="comments", title="Filed already", due_on="2022-03-10")
    letter(db, kind="hearing", title="Full committee markup", document_id=PLAIN, happened_on=None, due_on="2022-03-11")
    letter(db, kind="meeting", title="A talk", public=False, happened_on=None, due_on="2022-03-10")
    found = [(row["id"], row["next"], row["next_on"], row["next_link"]) for row in rows(db)]
    assert found == [
        (PLAIN, "Hearing: Full committee markup", "2022-03-11", None),
        (BROADBAND, "Deadline: Letter of forty groups", "2022-03-12", "https://example.org/sign"),
    ]
    coming = weekly_report(db, rows(db, ended="1"), [], TODAY).coming
    assert [row["says"] for row in coming] == ["Hearing: Full committee markup", "Deadline: Letter of forty groups"]
    work = collaboration.work_on(db, person(db), BROADBAND, TODAY.isoformat())
    assert work["dates"] == [("2022-03-12", "Deadline: Letter of forty groups")]


async def test_a_document_with_several_recorded_dates_opens_with_all_of_them(db: Any, browser: Browser) -> None:
    for day in ("2022-03-12", "2022-03-11"):
        letter(db, kind="hearing", title="Markup", happened_on=None, due_on=day)
    letter(db, happened_on=None, due_on="2022-03-12")
    await browser.sign_in()
    opened = await browser.get(document())
    assert opened.status_code == 200
    assert opened.text.count("Hearing: Markup") == 2
    work = collaboration.work_on(db, person(db), BROADBAND, TODAY.isoformat())
    assert [day for day, _ in work["dates"]] == ["2022-03-11", "2022-03-12", "2022-03-12"]


def test_the_weekly_report_says_what_moved_what_is_next_and_what_we_did(db: Any) -> None:
    collaboration.follow(db, person(db), RULE, True, NOW)
    given = {"value": "support", "reason": "It helps.", "source": "Letter", "published": True}
    say(db, subject="stance", **given)
    letter(db)
    letter(db, title="Too old", happened_on="2022-02-01")
    last = datetime.date(2022, 3, 20)
    done = advocacy.records(db, since="2022-03-14", until="2022-03-20")
    assert done == []
    report = weekly_report(db, rows(db, ended="1"), done, last)
    assert [(row["id"], row["kind"], row["day"]) for row in report.coming] == [(RULE, "comment_close", "2022-03-31")]
    done = advocacy.records(db, since="2022-03-03", until="2022-03-09")
    report = weekly_report(db, rows(db, ended="1"), done, TODAY)
    assert [(row["id"], row["value"]) for row in report.taken] == [(BROADBAND, "support")]
    assert [row["title"] for row in report.done] == ["Letter of forty groups"]
    assert report.coming == [], "three weeks away"
    assert BROADBAND in ids(report.moved)


def test_a_stance_in_other_words_is_no_new_act_and_a_withdrawal_after_the_week_is_said(db: Any) -> None:
    given = {"subject": "stance", "source": "Letter", "published": True}
    for value, reason in (("oppose", "It harms."), ("watch", "A slip."), ("oppose", "It harms readers.")):
        review = say(db, value=value, reason=reason, **given)
        if value == "watch":
            reviews.undo(db, person(db), review, now=NOW)

    def taken(last: datetime.date) -> list[tuple[str, str | None, bool | None]]:
        found = weekly_report(db, rows(db, ended="1"), [], last).taken
        return [(row["verdict"], row["value"], row.get("withdrawn")) for row in found]

    assert taken(TODAY) == [("confirm", "oppose", False)]
    collaboration.follow(db, person(db), BROADBAND, True, NOW)
    say(db, subject="stance", verdict="reject", published=True, now="2022-03-12T09:00:00Z")
    assert taken(TODAY) == [("confirm", "oppose", True)]
    assert taken(datetime.date(2022, 3, 12)) == [("confirm", "oppose", None), ("reject", None, False)]


@pytest.mark.slow
async def test_the_pages_and_files(browser: Browser, db: Any) -> None:
    await browser.sign_in()
    assert "Nothing yet" in (await browser.get("/desk/ours")).text
    stance = {"subject": "stance", "verdict": "confirm", "value": "support", "reason": "It helps.", "seen": "0"}
    await browser.send(document(), **stance)
    assert collaboration.is_followed(db, person(db), BROADBAND), "setting a stance follows the document"
    page = (await browser.get("/desk/ours?waiting=1")).text
    assert "Draft: Support" in page
    found = list(csv.DictReader(io.StringIO((await browser.get("/desk/ours.csv")).text.lstrip("\ufeff"))))
    assert [(row["number"], row["draft"]) for row in found] == [("H.R. 1783", "Support")]
    answer = await browser.get("/desk/ours.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    head, [line] = [cell.value for cell in next(sheet.iter_rows())], list(sheet.iter_rows(min_row=2))
    assert head[:3] == ["number", "place", "title"]
    at = {name: line[number] for number, name in enumerate(head)}
    assert (at["session"].value, found[0]["session"]) == ("117th Congress", "117th Congress")
    for name, start in (("address", "http://localhost/documents/"), ("url", "https://")):
        assert at[name].value == at[name].hyperlink.target == found[0][name]
        assert found[0][name].startswith(start)
    assert "As of March 9, 2022" in page
    await browser.send(f"/desk/documents/{RULE}/follow", on="1")
    assert "DTSTART;VALUE=DATE:20220331" in (await browser.get("/desk/ours.ics")).text
    saved = await browser.send("/desk/filters?page=ours&waiting=1", name="Drafts", step="save")
    assert saved.headers["location"] == "/desk/ours?waiting=1"
    assert 'href="/desk/ours?waiting=1">Drafts' in (await browser.get("/desk/ours")).text
    assert "Drafts" not in (await browser.get("/desk")).text.partition("<form")[0]


@pytest.mark.slow
async def test_a_record_is_kept_corrected_and_withdrawn_on_the_web(browser: Browser, db: Any) -> None:
    await browser.sign_in()
    form = {
        "kind": "meeting",
        "title": "A talk with <b>staff</b>",
        "document_id": BROADBAND,
        "happened_on": "2022-03-08",
    }
    assert (await browser.send("/desk/advocacy", **(form | {"happened_on": ""}))).status_code == 400
    assert (await browser.send("/desk/advocacy", **form, public="1")).status_code == 400
    assert (await browser.send("/desk/advocacy", **form, parties="zyzzyva-note")).status_code == 302
    page = (await browser.get(f"/desk/advocacy?document={BROADBAND}")).text
    assert "A talk with &lt;b&gt;staff&lt;/b&gt;" in page
    await browser.send("/desk/advocacy", **(form | {"title": "A talk"}), record="1", seen="1")
    assert [row["title"] for row in advocacy.records(db)] == ["A talk"]
    report = (await browser.get("/desk/weekly?until=2022-03-09")).text
    assert "Meeting, A talk" in report
    assert "A talk" not in (await browser.get(f"/documents/{BROADBAND}")).text
    await browser.send("/desk/advocacy", record="1", seen="2", step="withdraw")
    assert advocacy.records(db) == []
    assert (await browser.get("/desk/weekly?until=soon")).status_code == 400


@pytest.mark.slow
async def test_who_corrects_a_record_after_somebody_else_sees_it_and_decides(browser: Browser, db: Any) -> None:
    number = letter(db)
    await browser.sign_in()
    form = {"kind": "letter", "document_id": BROADBAND, "happened_on": "2022-03-08", "record": str(number), "seen": "1"}
    theirs = {"title": "Letter of 41 groups", "note": "<b>Call</b> them"}
    letter(db, "Ben Writer", corrects=number, seen=1, **theirs)
    mine = await browser.send("/desk/advocacy", **form, title="Letter of 42 groups")
    assert mine.status_code == 409
    assert "Ben Writer has corrected it meanwhile" in mine.text
    assert "<dt>Title</dt><dd>Letter of 41 groups</dd>" in mine.text
    assert "<dt>Note</dt><dd>&lt;b&gt;Call&lt;/b&gt; them</dd>" in mine.text
    assert "<dt>Kind</dt>" not in mine.text, "both say the same"
    assert 'value="Letter of 42 groups"' in mine.text
    withdrawal = await browser.send("/desk/advocacy", record=str(number), seen="1", step="withdraw")
    assert 'value="Letter of 41 groups"' in withdrawal.text
    assert "The record is below as it is now." in withdrawal.text
    for _ in range(2):  # sent twice
        again = form | {"seen": field(mine.text, "seen"), "title": "Letter of 42 groups"}
        assert (await browser.send("/desk/advocacy", **again)).status_code == 302
    assert [row["title"] for row in advocacy.records(db)] == ["Letter of 42 groups"]
    assert db.execute("select count(*) from advocacy").fetchone()[0] == 3


async def test_the_session_of_a_state_has_the_title_of_its_source(
    browser: Browser, config: Configuration, db: Any
) -> None:
    change(config, "update documents set jurisdiction = 'us-md', session = '2024' where id = ?", PLAIN)
    columns = "source, jurisdiction, session, title, special, seen_at"
    change(config, f"insert into sessions ({columns}) values ('x', 'us-md', '2024', '2024 Regular Session', 0, ?)", NOW)
    collaboration.follow(db, person(db), PLAIN, True, NOW)
    await browser.sign_in()
    [row] = csv.DictReader(io.StringIO((await browser.get("/desk/ours.csv?ended=1")).text.lstrip("\ufeff")))
    assert row["session"] == "2024 Regular Session"
    assert "<span>2024 Regular Session</span>" in (await browser.get(f"/desk/documents/{PLAIN}")).text


async def test_columns_are_chosen_on_the_page_and_in_the_files(browser: Browser, db: Any) -> None:
    say(db, subject="stance", value="support", reason="It helps.")
    await browser.sign_in()
    page = (await browser.get("/desk/ours?columns=lead&columns=next")).text
    assert re.findall(r'<th scope="col">([^<]*)</th>', page) == ["Document", "Next date", "Lead"]
    [head, *_] = csv.reader(
        io.StringIO((await browser.get("/desk/ours.csv?columns=next%2Clead")).text.lstrip("\ufeff"))
    )
    assert {"next_on", "lead", "number", "address"} <= set(head)
    assert not {"stance", "partners", "moved"} & set(head)
    assert OurFilters.of({"columns": ["x", "lead"]}).query() == "columns=lead"
    assert OurFilters.of({}).shown == tuple(CHOICES)


async def test_a_calendar_program_reads_the_private_address_until_it_ends(
    browser: Browser, application: Any, config: Configuration, db: Any
) -> None:
    collaboration.follow(db, person(db), RULE, True, NOW)
    await browser.sign_in()

    async def made(step: str = "make") -> str:
        found = re.search(r"<code>http://localhost(/desk/calendar/[^<]+)</code>", (await send(step)).text)
        assert found
        return html.unescape(found[1])

    async def send(step: str) -> Any:
        return await browser.send("/desk/ours/calendar?priority=", step=step)

    program = Browser(application)
    first = await made()
    answer = await program.get(first)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert "Hotspot lending" in answer.text.replace("\r\n ", "")
    say(db, subject="stance", value="oppose", reason="quokka-draft", document_id=RULE)
    for asked in ("?stance=Oppose", "?waiting=1&stance=Oppose"):
        assert "BEGIN:VEVENT" not in (await program.get(first + asked)).text, (
            "the address does not say how a draft goes"
        )
    for asked in ("?waiting=1", "?lead=Nobody"):
        assert "BEGIN:VEVENT" in (await program.get(first + asked)).text
    for kind, title, public in (("hearing", "Markup in Rayburn", False), ("letter", "A letter for all", True)):
        target = {
            "document_id": {"hearing": BROADBAND, "letter": PLAIN}[kind],
            "happened_on": None,
            "due_on": "2022-03-11",
        }
        letter(db, kind=kind, title=title, public=public, **target)
    found = (await program.get(first)).text.replace("\r\n ", "")
    assert ("20220311" in found, "A letter for all" in found, "Markup in Rayburn" in found) == (True, True, False)
    assert "Markup in Rayburn" in (await browser.get("/desk/ours.ics")).text.replace("\r\n ", "")
    token = first.removeprefix("/desk/calendar/").removesuffix(".ics")
    assert token.encode() not in config.staff.read_bytes(), "the file keeps a hash"
    second = await made()
    for path, status in (
        (first, 302),
        (second, 200),
        ("/desk/calendar/" + "x" * 43 + ".ics", 302),
        ("/desk/ours.ics", 302),
    ):
        assert (await program.get(path)).status_code == status, path
    db.execute("update accounts set disabled_at = ? where name = 'Ana Reader'", [NOW])
    assert (await program.get(second)).status_code == 302, "a closed account reads nothing"
    db.execute("update accounts set disabled_at = null")
    assert (await send("end")).status_code == 302
    assert (await program.get(second)).status_code == 302
