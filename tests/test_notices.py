"""Notices inside the office: what each person chose, once for each event, whatever the server does and whatever is killed."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import desk_fixtures
import pytest
import test_companies as company
from crash_helpers import killed_at, start
from desk_fixtures import NOW, Browser, change, corpus_of, open_desk, person, say
from desk_fixtures import application as application
from desk_fixtures import browser as browser
from desk_fixtures import config as config
from desk_fixtures import db as db
from desk_fixtures import made as made
from digest_fixtures import Postbox, post_office
from site_corpus import BROADBAND, RULE
from sqlite_utils import Database
from terms_archive import NEW, Archive, license_text
from test_alerts import Service
from test_alerts import service as service

from comparison.versions.company_provisions import read_company_provisions
from desk.accounts import accounts
from desk.queue import advocacy, collaboration, notices
from desk.queue.advocacy import AdvocacyRecord
from digest.delivery.claims import settle
from operations import notices as sending
from settings import Configuration
from store.connect import open_mail

pytestmark = pytest.mark.slow

TODAY = datetime.date(2022, 3, 9)
BEFORE = "2022-03-01T00:00:00Z"
BEN, ANA = "ben@example.org", "ana@example.org"


def choose(
    db: Database, name: str = "Ben Writer", way: str = "email", pace: str = "at-once", kinds: Any = None, **more: Any
) -> None:
    given = {"way": way, "pace": pace, "kinds": notices.KINDS if kinds is None else kinds, "channels": ("ben-chat",)}
    notices.choose(db, person(db, name), **(given | {"now": BEFORE} | more))


def told(db: Database, today: datetime.date = TODAY) -> list[tuple[str, str, str]]:
    names = {each.id: each.name.split()[0] for each in accounts.all_accounts(db)}
    return [(names[each.account_id], each.kind, each.words) for each in notices.waiting(db, today=today)]


@pytest.fixture
def postbox() -> Postbox:
    return Postbox({})


@pytest.fixture
def office(config: Configuration, postbox: Postbox) -> Iterator[Configuration]:
    """The settings of a site whose mail server answers as `postbox` says."""
    with post_office(postbox) as port:
        yield dataclasses.replace(
            config,
            site="https://policy.example.org",
            smtp_host="127.0.0.1",
            smtp_port=port,
            smtp_security="none",
            mail_from="Desk <desk@example.org>",
            mail_rate=0,
        )


def send(office: Configuration, now: str = NOW, today: datetime.date = TODAY, morning: bool = False) -> dict[str, int]:
    with closing(open_mail(office.mail)) as mail:
        done = sending.send(mail, office, today=today, morning=morning, clock=lambda: now)
    return {state: number for state, number in done.items() if number}


def texts(postbox: Postbox) -> list[tuple[str, str, str]]:
    """Address, subject and text of each email that arrived."""
    return [
        (address, str(mail["Subject"]), mail.get_body(("plain",)).get_content())  # type: ignore[union-attr]
        for address, mail in postbox.got
    ]


# --------------------------------------------------------------------- what there is to tell


def test_nobody_hears_of_anything_before_they_choose(db: Database) -> None:
    collaboration.assign(db, person(db), BROADBAND, "Ben Writer", NOW)
    assert told(db) == []
    choose(db, kinds=["moved"])
    assert told(db) == [], "another kind was chosen"
    choose(db, kinds=["assigned"], now="2022-03-10T00:00:00Z")
    assert told(db) == [], "it was assigned before"
    collaboration.assign(db, person(db), RULE, "Ben Writer", "2022-03-11T00:00:00Z")
    assert told(db) == [("Ben", "assigned", "Ana Reader assigned it to you.")]


def test_what_one_assigns_to_oneself_or_what_went_on_to_another_is_no_news(db: Database) -> None:
    choose(db)
    collaboration.assign(db, person(db, "Ben Writer"), BROADBAND, "Ben Writer", NOW)
    collaboration.assign(db, person(db), RULE, "Ben Writer", NOW)
    collaboration.assign(db, person(db), RULE, "Cleo Looker", NOW)
    assert told(db) == []


def test_who_withdraws_what_their_own_draft_is_to_replace_is_told_nothing(db: Database) -> None:
    choose(db, "Ana Reader", kinds=["dropped"])
    say(db, subject="stance", value="support", published=True, reason="It helps.", source="https://example.org/letter")
    say(db, subject="stance", value="oppose")
    say(db, "reject", "stance", published=True)
    assert told(db) == []


def test_a_draft_waits_for_every_approver_but_the_one_who_wrote_it(db: Database) -> None:
    for name in ("Ana Reader", "Ben Writer", "Cleo Looker"):
        choose(db, name)
    say(db, subject="stance", value="support", reason="It helps.", who="Ben Writer")
    assert told(db) == [("Ana", "draft", "Ben Writer drafted “Support”. It waits for an approver.")]
    say(db, subject="stance", value="oppose", reason="It harms.", who="Ana Reader")
    assert told(db) == []


def test_a_record_proposed_for_the_public_waits_for_every_approver_but_the_one_who_proposed_it(db: Database) -> None:
    for name in ("Ana Reader", "Ben Writer", "Cleo Looker"):
        choose(db, name, kinds=["draft"])
    ben = person(db, "Ben Writer")
    record = AdvocacyRecord(kind="letter", title="To the chair", document_id=BROADBAND, happened_on="2022-03-08")
    number = advocacy.add(db, ben, record, now=NOW)
    assert told(db) == [], "nobody proposed anything"

    def correct(**changes: Any) -> None:
        seen = (advocacy.current(db, number) or {})["id"]
        advocacy.add(db, ben, dataclasses.replace(record, **changes), now=NOW, corrects=number, seen=seen)

    correct(proposed=True)
    words = "Ben Writer proposed that the public may read “Sign-on letter: To the chair”. It waits for an approver."
    assert told(db) == [("Ana", "draft", words)]
    [first] = notices.waiting(db, today=TODAY)
    assert (first.path, first.head[:9]) == ("/desk/advocacy?proposed=1", "H.R. 1783")
    correct(proposed=True, note="Call them.")
    assert notices.waiting(db, today=TODAY) == [first], "a correction is no second proposal"
    correct()
    assert told(db) == []
    correct(proposed=True, document_id=None, position_id="tc-hotspot-lending")
    [again] = notices.waiting(db, today=TODAY)
    assert again.event != first.event, "proposed once more"
    assert again.head == "Lend hotspots", "of a position, where there is no document"
    seen = (advocacy.current(db, number) or {})["id"]
    advocacy.answer_proposal(db, person(db), number, public=True, now=NOW, seen=seen)
    assert told(db) == []


@pytest.mark.parametrize("gone", [False, True])
def test_who_proposed_a_record_hears_that_it_stays_with_staff_or_was_withdrawn(db: Database, gone: bool) -> None:
    choose(db, kinds=["dropped"])
    ben, ana = person(db, "Ben Writer"), person(db)
    record = AdvocacyRecord(
        kind="letter", title="To the chair", document_id=BROADBAND, happened_on="2022-03-08", proposed=True
    )
    number = advocacy.add(db, ben, record, now=NOW)
    if gone:
        advocacy.withdraw(db, ana, number, now=NOW, seen=number)
    else:
        advocacy.answer_proposal(db, ana, number, public=False, now=NOW, seen=number)
    did = "withdrew" if gone else "keeps for staff"
    words = f"Ana Reader {did} what you proposed to the public: “Sign-on letter: To the chair”."
    assert told(db) == [("Ben", "dropped", words)]
    mine = advocacy.add(db, ben, dataclasses.replace(record, title="Another"), now=NOW)
    advocacy.withdraw(db, ben, mine, now=NOW, seen=(advocacy.current(db, mine) or {})["id"])
    published = advocacy.add(db, ben, dataclasses.replace(record, title="A third"), now=NOW)
    seen = (advocacy.current(db, published) or {})["id"]
    advocacy.answer_proposal(db, ana, published, public=True, now=NOW, seen=seen)
    assert len(told(db)) == 1, "nothing of what they withdrew themselves, or what the public reads"


async def test_an_edit_of_a_position_waits_for_every_approver_but_its_author(db: Database, browser: Browser) -> None:
    for name in ("Ana Reader", "Ben Writer"):
        choose(db, name, kinds=["draft"])
    db.execute(
        "insert into proposals (position_id, change, diff, proposed_by, proposed_at) values (?, '{}', '', ?, ?)",
        ["tc-hotspot-lending", person(db, "Ben Writer").id, NOW],
    )
    assert told(db) == [("Ana", "draft", "Ben Writer proposed an edit of this position. It waits for an approver.")]
    [notice] = notices.waiting(db, today=TODAY)
    assert (notice.head, notice.path) == ("Lend hotspots", "/desk/proposals/1")
    chip = '<a class="chip" href="/desk/positions">1 edit of a position is proposed</a>'
    await browser.sign_in()
    assert chip in (await browser.get("/desk")).text
    await browser.sign_in("Ben Writer")
    assert chip not in (await browser.get("/desk")).text, "a reviewer accepts none"
    db.execute(
        "insert into proposal_answers (proposal_id, state, answered_by, answered_at) values (1, 'refused', ?, ?)",
        [person(db).id, NOW],
    )
    assert told(db) == []


def test_an_author_hears_who_dropped_a_draft_or_withdrew_what_it_is_to_replace(db: Database) -> None:
    choose(db, kinds=["dropped"])
    words = {"reason": "It helps.", "source": "https://example.org/letter"}
    say(db, subject="stance", value="support", published=True, **words)
    say(db, subject="stance", value="oppose", who="Ben Writer")
    say(db, "reject", "stance", published=True)
    withdrew = "Ana Reader withdrew the stance that your draft “Oppose” was to replace. The draft still waits."
    assert told(db) == [("Ben", "dropped", withdrew)]
    say(db, "reject", "stance")
    assert told(db) == [("Ben", "dropped", "Ana Reader dropped your draft “Oppose”.")]
    say(db, subject="stance", value="watch", who="Ben Writer")
    say(db, "reject", "stance", who="Ben Writer")
    assert told(db) == [], "nobody is told what they did themselves"


def test_who_follows_or_leads_hears_of_moves_and_of_the_day_before_a_date(db: Database, config: Configuration) -> None:
    choose(db)
    collaboration.follow(db, person(db, "Ben Writer"), RULE, True, "2022-03-02T00:00:00Z")
    collaboration.assign(db, person(db), RULE, "Ben Writer", "2022-03-02T00:00:00Z")
    sql = "insert into changes (id, document_id, seen_at, happened_on, kind, summary) values (?, ?, ?, '2022-03-08', ?, ?)"
    for number, (seen, kind, words) in enumerate(
        [
            ("2022-03-01T12:00:00Z", "status", "proposed"),
            (NOW, "status", "final"),
            (NOW, "cosponsor", "Rep. Writer"),
        ]
    ):
        change(config, sql, f"moved{number}", RULE, seen, kind, words)
    assert told(db) == [
        ("Ben", "assigned", "Ana Reader assigned it to you."),
        ("Ben", "moved", "Final rule March 8, 2022."),
    ]
    eve = [each for each in told(db, datetime.date(2022, 3, 30)) if each[1] == "tomorrow"]
    assert eve == [("Ben", "tomorrow", "Tomorrow, March 31, 2022: Comments close.")]
    given = {"kind": "letter", "title": "Forty groups", "document_id": RULE, "due_on": "2022-03-20"}
    advocacy.add(db, person(db), AdvocacyRecord(**given), now=NOW)
    [sign] = [each[2] for each in told(db, datetime.date(2022, 3, 19)) if each[1] == "tomorrow"]
    assert sign == "Tomorrow, March 20, 2022: Deadline: Forty groups."
    advocacy.add(db, person(db), AdvocacyRecord(**given | {"kind": "ask", "title": "Ask the committee"}), now=NOW)
    [both] = [each[2] for each in told(db, datetime.date(2022, 3, 19)) if each[1] == "tomorrow"]
    assert both == "Tomorrow, March 20, 2022: Deadline: Ask the committee; Forty groups."
    late = notices.waiting(db, today=datetime.date(2022, 3, 31))[-1]
    early = notices.waiting(db, today=datetime.date(2022, 3, 30))[-1]
    assert late.words.startswith("Today") and late.event == early.event, "one event, whenever it is said"  # noqa: PT018


async def test_change_of_a_company_s_rules_is_a_move_and_says_what_turned(
    db: Database, config: Configuration, browser: Browser, tmp_path: Path
) -> None:
    """It has no stages and no votes: the change itself is what who follows it waits for."""
    choose(db, kinds=["moved"])
    recorded, store = Archive(), ("Amazon Kindle Store", "Terms of Service")
    recorded.record(*store, "2024-01-05", license_text(lending=company.FORBIDS), NEW)
    with closing(corpus_of(config)) as corpus:
        company.fill(corpus, tmp_path / "first", recorded)
        collaboration.follow(db, person(db, "Ben Writer"), company.STORE, True, "2022-03-02T00:00:00Z")
        assert told(db) == []
        recorded.record(*store, "2024-03-05", license_text(lending=company.ALLOWS))
        company.fill(corpus, tmp_path / "later", recorded, silent=False)
        read_company_provisions(corpus)
    [notice] = notices.waiting(db, today=TODAY)
    assert notice.head == "Amazon Kindle Store: Terms of Service"
    turned = "Turned: Readers may lend or share it (before: Readers may not lend or pass it on)"
    assert notice.words == f"The company changed the text on March 5, 2024. {turned}."
    await browser.sign_in()
    page = (await browser.get(f"/desk/documents/{company.STORE}")).text
    assert turned in page
    assert "the company changes the text</option>" in page
    collaboration.follow(db, person(db), company.STORE, True, "2022-03-02T00:00:00Z")
    assert turned in (await browser.get("/desk/following")).text
    assert "Amazon Kindle Store: Terms of Service" in (await browser.get("/desk/ours")).text
    report = (await browser.get("/desk/weekly?until=2024-03-07")).text
    assert f"In force, changed March 5, 2024. {turned}" in report
    for nothing in ("/desk/targets?document=", "no official summary", "it becomes law"):
        assert nothing not in page


def test_a_choice_must_be_one_of_those_there_are(db: Database) -> None:
    for wrong in ({"way": "somebody-else"}, {"pace": "hourly"}, {"kinds": ["gossip"]}):
        with pytest.raises(notices.BadChoice):
            choose(db, **wrong)
    db.execute("update accounts set email = null where name = 'Ben Writer'")
    with pytest.raises(notices.BadChoice, match="user email"):
        choose(db)


# --------------------------------------------------------------------- email


def test_each_event_is_sent_once_to_each_person(office: Configuration, db: Database, postbox: Postbox) -> None:
    choose(db)
    choose(db, "Ana Reader")
    collaboration.assign(db, person(db), BROADBAND, "Ben Writer", NOW)
    say(db, subject="stance", value="support", reason="It helps.", who="Ben Writer")
    assert send(office) == {"sent": 2}
    [ana, ben] = sorted(texts(postbox))
    assert (ana[0], ben[0]) == (ANA, BEN)
    assert ben[1].startswith("Ana Reader assigned it to you: H.R. 1783")
    assert f"https://policy.example.org/desk/documents/{BROADBAND}" in ben[2]
    assert "https://policy.example.org/desk/notices" in ben[2]
    assert "drafted “Support”" in ana[2].replace("\n", " ")
    assert send(office) == {} and len(postbox.got) == 2  # noqa: PT018
    collaboration.assign(db, person(db), RULE, "Ben Writer", NOW)
    assert send(office) == {"sent": 1}
    assert BROADBAND not in texts(postbox)[-1][2]


def test_a_morning_has_one_message(office: Configuration, db: Database, postbox: Postbox) -> None:
    choose(db, pace="morning")
    for key in (BROADBAND, RULE):
        collaboration.assign(db, person(db), key, "Ben Writer", NOW)
    assert send(office) == {}
    assert send(office, morning=True) == {"sent": 1}
    [(_, subject, text)] = texts(postbox)
    assert subject.startswith("2 notices: ") and BROADBAND in text and RULE in text  # noqa: PT018
    assert send(office, morning=True) == {}


def test_a_server_that_is_down_loses_nothing(office: Configuration, db: Database, postbox: Postbox) -> None:
    choose(db)
    collaboration.assign(db, person(db), BROADBAND, "Ben Writer", NOW)
    postbox.habits[BEN] = ["later", "ok"]
    assert send(office) == {"retry": 1}
    assert send(office, now="2022-03-09T09:10:00Z") == {"sent": 1}
    assert len(postbox.got) == 1


def test_who_lost_the_connection_is_not_written_to_twice(office: Configuration, db: Database, postbox: Postbox) -> None:
    choose(db)
    collaboration.assign(db, person(db), BROADBAND, "Ben Writer", NOW)
    postbox.habits[BEN] = ["drop", "ok"]
    assert send(office) == {"unknown": 1}
    assert send(office) == {}
    with closing(open_mail(office.mail)) as mail:
        [(key, who)] = mail.execute("select digest_id, subscriber_id from deliveries").fetchall()
        assert settle(mail, key, who, arrived=False)
    assert send(office) == {"sent": 1}


def test_a_closed_account_gets_nothing_and_another_way_gets_what_waited(
    office: Configuration, db: Database, postbox: Postbox, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(db)
    choose(db, "Cleo Looker")
    collaboration.assign(db, person(db), BROADBAND, "Ben Writer", NOW)
    collaboration.assign(db, person(db), RULE, "Cleo Looker", NOW)
    postbox.habits = {BEN: ["later"], "cleo@example.org": ["later"]}
    assert send(office) == {"retry": 2}
    accounts.set_disabled(db, person(db, "Cleo Looker"), True, now=NOW)
    chat(office, service, monkeypatch)
    choose(db, way="ben-chat")
    choose(db, "Ana Reader")  # somebody still has email
    assert send(office, now="2022-03-09T09:10:00Z") == {"superseded": 2}
    assert send(office, now="2022-03-09T09:20:00Z") == {"sent": 1}
    assert not postbox.got and "assigned it to you" in service.bodies[0]["body"]  # noqa: PT018


@pytest.mark.parametrize(
    ("place", "times", "arrives", "after"),
    [
        ("digest.delivery.notices:send_emails", 1, 1, 0),  # queued, not begun
        ("digest.delivery.send:Sender._claim", 1, 1, 0),
        ("digest.delivery.send:Sender._transmit", 1, 0, 3),  # claimed: nobody can know
        ("digest.delivery.send:Sender._record", 1, 1, 3),  # arrived, not recorded
    ],
)
def test_a_kill_at_any_moment_sends_nothing_twice(
    office: Configuration, db: Database, postbox: Postbox, place: str, times: int, arrives: int, after: int
) -> None:
    choose(db)
    collaboration.assign(db, person(db), BROADBAND, "Ben Writer", NOW)
    settings = {
        f"INFOPOLICY_{name.upper()}": str(getattr(office, name))
        for name in ("smtp_host", "smtp_port", "smtp_security", "mail_from", "mail_rate", "site")
    }
    killed_at(place, times, office.data, "notices", **settings)
    assert start(office.data, "notices", **settings) == after
    assert start(office.data, "notices", **settings) == 0
    assert len(postbox.got) == arrives, "and where it is not known, a person settles it"


# --------------------------------------------------------------------- channels


def chat(office: Configuration, service: Service, monkeypatch: pytest.MonkeyPatch, more: str = "") -> None:
    monkeypatch.setenv("BEN", f"signed+http://127.0.0.1:{service.server_port}/ben")
    monkeypatch.setenv("HUSH", "hush")
    entry = f"channels:\n  ben-chat:\n    address: env:BEN\n    secret: env:HUSH\n    tell: [notices]\n{more}"
    (office.data / "alerts.yml").write_text(entry)


def test_a_channel_gets_each_event_once_and_after_its_quiet_hours(
    office: Configuration, db: Database, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat(office, service, monkeypatch, '    quiet: {from: "20:00", to: "07:00", timezone: UTC}\n')
    assert notices.channel_names(office.data) == ["ben-chat"]
    choose(db, way="ben-chat")
    collaboration.assign(db, person(db), BROADBAND, "Ben Writer", NOW)
    assert send(office, now="2022-03-09T23:00:00Z") == {}
    service.answers = [503]
    assert send(office, now="2022-03-10T08:00:00Z") == {"retry": 1}
    assert send(office, now="2022-03-10T08:10:00Z") == {"sent": 1}
    assert send(office, now="2022-03-10T08:20:00Z") == {}
    [message] = service.bodies
    assert message["title"].startswith("Ana Reader assigned it to you: H.R. 1783")
    assert f"https://policy.example.org/desk/documents/{BROADBAND}" in message["body"]


def test_a_channel_for_notices_gets_no_alerts(
    office: Configuration, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    from digest.alerts.channels import NOTICES, TOPICS, channels_of

    chat(office, service, monkeypatch)
    [channel] = channels_of(office.data, {"areas": {}, "jurisdictions": {}, "positions": {}})
    assert channel.topics == {NOTICES} and NOTICES not in TOPICS  # noqa: PT018


def test_what_a_person_chose_is_in_no_public_file(office: Configuration, db: Database) -> None:
    choose(db)
    collaboration.assign(db, person(db), BROADBAND, "Ben Writer", NOW)
    send(office)
    assert b"notice" not in (office.data / "corpus.db").read_bytes()
    assert BEN.encode() not in (office.data / "mail.db").read_bytes(), "addresses stay in staff.db"


# --------------------------------------------------------------------- the page


async def test_a_person_chooses_on_a_page(browser: Browser, config: Configuration) -> None:
    (config.data / "alerts.yml").write_text(
        "channels:\n  ben-chat: {address: x, tell: [notices]}\n  team: {address: y}\n"
    )
    await browser.sign_in("Cleo Looker")
    page = (await browser.get("/desk/notices")).text
    assert 'value="ben-chat"' in page and 'value="team"' not in page  # noqa: PT018
    assert 'value="draft"' not in page, "drafts wait for approvers"
    saved = await browser.send("/desk/notices", way="ben-chat", pace="morning", kind=["moved", "tomorrow"])
    assert saved.headers["location"] == "/desk/notices"
    with closing(open_desk(config)) as db:
        found = notices.choice_of(db, person(db, "Cleo Looker").id)
    assert (found.way, found.pace, set(found.kinds or {})) == ("ben-chat", "morning", {"moved", "tomorrow"})
    assert (await browser.send("/desk/notices", way="team", pace="morning")).status_code == 400


def test_an_email_address_can_be_changed(config: Configuration, db: Database) -> None:
    accounts.set_email(db, person(db), "ana.new@example.org", now=NOW)
    assert person(db).email == "ana.new@example.org"
    for wrong in ("nobody", BEN):
        with pytest.raises(accounts.AccountError):
            accounts.set_email(db, person(db), wrong, now=NOW)


def test_a_folder_without_a_desk_sends_nothing(tmp_path: Path) -> None:
    config = Configuration(data=tmp_path)
    desk_fixtures.site_corpus.build(tmp_path)
    assert send(config) == {}
