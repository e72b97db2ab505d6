"""Records of advocacy: what the office did, only ever added to, and never public where it is a meeting."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from desk_fixtures import LATER, NOW, Browser, corpus_of, person
from desk_fixtures import application as application
from desk_fixtures import browser as browser
from desk_fixtures import config as config
from desk_fixtures import db as db
from desk_fixtures import made as made
from site_corpus import BROADBAND, RULE

from desk.accounts import accounts
from desk.queue import advocacy, advocacy_files, collaboration
from desk.queue.advocacy import AdvocacyRecord, AlreadyKept, BadRecord
from desk.web.request_parsing import Upload
from publish.engagements import write_engagements

LETTER = AdvocacyRecord(
    kind="letter",
    title="Letter of forty groups on hotspot lending",
    document_id=BROADBAND,
    happened_on="2022-03-08",
    due_on="2022-03-20",
    parties="Marginalia Office",
    link="https://example.org/letter",
    public=True,
)


def test_a_correction_is_a_newer_row_and_a_withdrawal_too(db: Any) -> None:
    number = advocacy.add(db, person(db), LETTER, now=NOW)
    row = advocacy.current(db, number)
    changed = AdvocacyRecord(**{**vars(LETTER), "title": "Letter of 41 groups"})
    advocacy.add(db, person(db), changed, now=NOW, corrects=number, seen=row["id"])
    [found] = advocacy.records(db, document_id=BROADBAND)
    assert (found["title"], found["name"], found["identifier"]) == ("Letter of 41 groups", "Ana Reader", "H.R. 1783")
    with pytest.raises(BadRecord, match="has changed since"):
        advocacy.withdraw(db, person(db), number, now=NOW, seen=row["id"])
    advocacy.withdraw(db, person(db), number, now=NOW, seen=found["id"])
    assert advocacy.records(db) == []
    assert db.execute("select count(*) from advocacy").fetchone()[0] == 3
    with pytest.raises(sqlite3.IntegrityError, match="only added to"):
        db.execute("delete from advocacy")


def test_a_form_that_is_sent_twice_makes_one_record_and_one_note(db: Any) -> None:
    number = advocacy.add(db, person(db), LETTER, now=NOW)
    with pytest.raises(AlreadyKept):
        advocacy.add(db, person(db), LETTER, now=LATER)
    assert len(advocacy.records(db)) == 1
    advocacy.withdraw(db, person(db), number, now=NOW, seen=number)
    advocacy.add(db, person(db), LETTER, now=LATER)
    written = [collaboration.add_note(db, person(db), BROADBAND, words, NOW) for words in ("Call them.", " Call them.")]
    assert written[0] == written[1]
    later = [collaboration.add_note(db, person(db), BROADBAND, "Call them.", LATER) for _ in range(2)]
    assert later[0] == later[1] != written[0], "on another day they called again"


async def test_the_trail_has_every_record_also_one_that_was_withdrawn(browser: Browser, db: Any) -> None:
    number = advocacy.add(db, person(db, "Ben Writer"), replace(LETTER, public=False), now=NOW)
    advocacy.add(db, person(db), LETTER, now=LATER, corrects=number, seen=1)
    advocacy.withdraw(db, person(db), number, now=LATER, seen=2)
    accounts.log(db, person(db).id, "added a document", BROADBAND, NOW)
    await browser.sign_in()
    for address in ("/desk/trail", "/desk/trail?document=H.R.+1783"):
        page = " ".join(re.sub("<[^>]+>", " ", (await browser.get(address)).text).split())
        public = "a record that the public may read"
        for said in ("Ben Writer added a record", "Ana Reader made a record public", f"Ana Reader withdrew {public}"):
            assert f"{said}: {LETTER.title}, 2022-03-08 on H.R. 1783" in page
        assert "Ana Reader added a document: H.R. 1783" in page
    assert LETTER.title not in (await browser.get(f"/desk/trail?document={RULE}")).text


def test_what_the_public_can_read_has_happened(db: Any) -> None:
    planned = AdvocacyRecord(**{**vars(LETTER), "happened_on": "2027-05-01"})
    with pytest.raises(BadRecord, match="still to come"):
        advocacy.add(db, person(db), planned, now=NOW)
    advocacy.add(db, person(db), AdvocacyRecord(**{**vars(planned), "kind": "meeting", "public": False}), now=NOW)


def test_records_are_found_by_the_day_they_happened_or_are_due(db: Any) -> None:
    advocacy.add(db, person(db), LETTER, now=NOW)
    assert len(advocacy.records(db, since="2022-03-15", until="2022-03-21")) == 1
    assert advocacy.records(db, since="2022-03-09", until="2022-03-15") == []
    assert advocacy.records(db, position_id="tc-hotspot-lending") == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "poem"}, "what kind"),
        ({"title": " "}, "title"),
        ({"kind": "meeting"}, "never public"),
        ({"document_id": None}, "document or the position"),
        ({"document_id": "us-117-hr99999"}, "no document"),
        ({"happened_on": None, "due_on": None}, "the day"),
        ({"happened_on": "soon"}, "2026-11-30"),
        ({"link": "javascript:alert(1)"}, "https://"),
        ({"note": "x" * 5_000}, "at most"),
    ],
)
def test_a_senseless_record_is_refused(db: Any, change: dict[str, Any], words: str) -> None:
    with pytest.raises(BadRecord, match=words):
        advocacy.add(db, person(db), AdvocacyRecord(**{**vars(LETTER), **change}), now=NOW)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({}, "public"),
        ({"happened_on": None}, "public once it has happened"),
        ({"kind": "statement"}, "on no public page"),
        ({"kind": "ask"}, "on no public page"),
    ],
)
async def test_a_record_says_where_the_public_reads_it(
    browser: Browser, config: Any, db: Any, change: dict[str, Any], says: str
) -> None:
    advocacy.add(db, person(db), replace(LETTER, **change), now=NOW)
    await browser.sign_in()
    assert f"<span>{says}</span>" in (await browser.get("/desk/advocacy")).text
    with closing(corpus_of(config)) as corpus:
        assert write_engagements(corpus, db) == (says == "public"), "what the scorecard has"


async def test_a_reviewer_makes_no_record_public_and_changes_none_that_is(browser: Browser, db: Any) -> None:
    ben = person(db, "Ben Writer")
    with pytest.raises(BadRecord, match="an approver"):
        advocacy.add(db, ben, LETTER, now=NOW)
    number = advocacy.add(db, ben, replace(LETTER, public=False), now=NOW)
    with pytest.raises(BadRecord, match="an approver"):
        advocacy.add(db, ben, LETTER, now=NOW, corrects=number, seen=1)
    advocacy.add(db, ben, replace(LETTER, public=False, note="Call them."), now=NOW, corrects=number, seen=1)
    advocacy.add(db, person(db), LETTER, now=NOW, corrects=number, seen=2)
    with pytest.raises(BadRecord, match="an approver"):
        advocacy.add(db, ben, replace(LETTER, public=False), now=NOW, corrects=number, seen=3)
    with pytest.raises(BadRecord, match="an approver"):
        advocacy.withdraw(db, ben, number, now=NOW, seen=3)
    pages = {}
    for name in ("Ana Reader", "Ben Writer"):
        await browser.sign_in(name)
        pages[name] = (await browser.get("/desk/advocacy")).text
    assert 'name="public"' in pages["Ana Reader"]
    assert "The scorecard no longer shows or counts it then." in pages["Ana Reader"], "before it is withdrawn"
    assert 'name="public"' not in pages["Ben Writer"]
    assert ">Correct it" not in pages["Ben Writer"]
    assert "The public may read it: an approver corrects or withdraws it." in pages["Ben Writer"]


def test_the_file_itself_refuses_a_public_meeting(db: Any) -> None:
    advocacy.add(db, person(db), LETTER, now=NOW)
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        db.execute(
            "insert into advocacy (record_id, kind, title, document_id, happened_on, public, added_by, added_at) "
            "values (9, 'meeting', 'x', 'y', '2022-03-08', 1, 1, ?)",
            [NOW],
        )


# --------------------------------------------------------------------- files


async def test_a_file_is_kept_with_its_record_and_only_staff_download_it(
    browser: Browser, application: Any, db: Any
) -> None:
    await browser.sign_in("Ben Writer")
    form = {"kind": "letter", "title": "Letter of forty groups", "document_id": BROADBAND, "happened_on": "2022-03-08"}

    async def send(body: bytes, name: str = 'le"tt\ner <b>.html', **more: str) -> Any:
        data = {"csrftoken": await browser.token()} | form | more
        return await browser.http.post("/desk/advocacy", data=data, files={"file": (name, body, "text/html")})

    for bad in (b"x" * (advocacy_files.LARGEST + 1), b""):
        answer = await send(bad)
        assert (answer.status_code, "Letter of forty groups" in answer.text) == (400, True), (
            "the text stays in the form"
        )
    assert advocacy.records(db) == [], "no record without the file that was meant for it"
    assert (await send(b"<script>1</script>", next="")).status_code == 302
    [record] = advocacy.records(db)
    [file] = advocacy_files.of_record(db, record["record_id"])
    path = f"/desk/advocacy/files/{file['id']}"
    assert path in (await browser.get("/desk/advocacy")).text
    answer = await browser.get(path)
    assert answer.content == b"<script>1</script>"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith('attachment; filename="le')
    assert (await Browser(application).get(path)).status_code == 302, "nobody else"
    assert (await browser.send("/desk/advocacy", step="remove", file=str(file["id"]))).status_code == 302
    assert (await browser.get(path)).status_code == 404
    assert (await browser.send("/desk/advocacy", step="remove", file=str(file["id"]))).status_code == 400


async def test_who_goes_back_to_attach_the_file_attaches_it(browser: Browser, db: Any) -> None:
    await browser.sign_in("Ben Writer")
    form = {"kind": "letter", "title": "Letter of forty groups", "document_id": BROADBAND, "happened_on": "2022-03-08"}

    async def send(name: str, body: bytes) -> Any:
        data = {"csrftoken": await browser.token()} | form
        return await browser.http.post("/desk/advocacy", data=data, files={"file": (name, body, "application/pdf")})

    assert (await browser.send("/desk/advocacy", **form)).status_code == 302
    assert (await send("letter.pdf", b"%PDF")).status_code == 302
    assert "the file was added to it" in (await browser.get("/desk/advocacy")).text
    assert (await send("letter.pdf", b"%PDF")).status_code == 302
    assert "nothing was added" in (await browser.get("/desk/advocacy")).text
    [record] = advocacy.records(db)
    assert [each["name"] for each in advocacy_files.of_record(db, record["record_id"])] == ["letter.pdf"]
    for number in range(1, advocacy_files.MOST):
        await send(f"{number}.pdf", b"%PDF")
    assert "at most 5 files" in (await send("one-more.pdf", b"%PDF")).text


def test_a_record_has_few_files_and_a_withdrawn_one_none(db: Any) -> None:
    given = AdvocacyRecord(kind="comments", title="Comments", document_id=BROADBAND, happened_on="2022-03-08")
    number = advocacy.add(db, person(db), given, now=NOW)
    kept = [
        advocacy_files.attach(db, person(db), number, Upload(f"{n}.pdf", b"%PDF"), NOW)
        for n in range(advocacy_files.MOST)
    ]
    with pytest.raises(BadRecord, match="at most 5"):
        advocacy_files.attach(db, person(db), number, Upload("more.pdf", b"%PDF"), NOW)
    assert advocacy_files.read(db, kept[0]) == ("0.pdf", b"%PDF")
    advocacy.withdraw(db, person(db), number, now=NOW, seen=(advocacy.current(db, number) or {})["id"])
    assert advocacy_files.read(db, kept[0]) is None


@pytest.mark.parametrize(
    ("name", "safe"), [("a b.pdf", "a-b.pdf"), ("..\\..\\x.doc", "x.doc"), ("../é\r\n", "file"), ("x" * 300, "x" * 100)]
)
def test_names_of_files_break_no_header(name: str, safe: str) -> None:
    assert advocacy_files.safe_name(name) == safe


async def test_a_reviewer_proposes_a_record_and_an_approver_makes_it_public(
    browser: Browser, application: Any, config: Any, db: Any
) -> None:
    def public() -> list[Any]:
        with closing(corpus_of(config)) as corpus:
            return list(corpus.execute("select title from engagements").fetchall())

    await browser.sign_in("Ben Writer")
    said = {"kind": "letter", "title": "Letter to the chair", "document_id": BROADBAND, "happened_on": "2022-03-08"}
    sent = await browser.send("/desk/advocacy", **said, proposed="1", public="1", step="save")
    assert "approver makes a record public" in sent.text
    assert (await browser.send("/desk/advocacy", **said, proposed="1", step="save")).status_code == 302
    page = (await browser.get("/desk/advocacy")).text
    assert "proposed for the public" in page
    assert "Make it public" not in page
    [row] = advocacy.records(db)
    form = {"record": row["record_id"], "seen": row["id"], "step": "publish"}
    assert "approver makes a record public" in (await browser.send("/desk/advocacy", **form)).text
    assert public() == []

    ana = Browser(application)
    await ana.sign_in()
    assert "/desk/advocacy?proposed=1" in (await ana.get("/desk")).text
    assert "Ben Writer asks to let the public read" in (await ana.get("/desk/advocacy?proposed=1")).text
    assert (await ana.send("/desk/advocacy", **form)).status_code == 302
    assert public() == [("Letter to the chair",)]
    [row] = advocacy.records(db)
    assert (row["public"], row["proposed"], row["name"]) == (1, 0, "Ana Reader")
    assert "/desk/advocacy?proposed=1" not in (await ana.get("/desk")).text


def test_no_meeting_is_proposed_and_nothing_is_made_public_that_nobody_proposed(db: Any) -> None:
    meeting = AdvocacyRecord(
        kind="meeting", title="Coffee", document_id=BROADBAND, happened_on="2022-03-08", proposed=True
    )
    with pytest.raises(BadRecord, match="never public"):
        advocacy.add(db, person(db, "Ben Writer"), meeting, now=NOW)
    number = advocacy.add(db, person(db), replace(LETTER, public=False), now=NOW)
    seen = advocacy.current(db, number)["id"]
    with pytest.raises(BadRecord, match="no such record is proposed"):
        advocacy.answer_proposal(db, person(db), number, public=True, now=NOW, seen=seen)
    number = advocacy.add(db, person(db), replace(LETTER, title="Other", public=False, proposed=True), now=NOW)
    with pytest.raises(BadRecord, match="has changed since"):
        advocacy.answer_proposal(db, person(db), number, public=True, now=NOW, seen=seen)


async def test_an_approver_corrects_a_proposed_record_or_keeps_it_for_staff(browser: Browser, db: Any) -> None:
    ben = person(db, "Ben Writer")
    number = advocacy.add(db, ben, replace(LETTER, public=False, proposed=True), now=NOW)
    seen = (advocacy.current(db, number) or {})["id"]
    with pytest.raises(BadRecord, match="or keeps what is proposed"):
        advocacy.answer_proposal(db, ben, number, public=False, now=NOW, seen=seen)
    await browser.sign_in()
    form = (await browser.get(f"/desk/advocacy?record={number}")).text
    assert 'name="proposed" value="1"' in form
    assert "A colleague asks to let the public read this record." in form
    said = {"kind": "letter", "title": "Letter of 41 groups", "document_id": BROADBAND, "happened_on": "2022-03-08"}
    sent = await browser.send("/desk/advocacy", **said, record=str(number), seen=str(seen), proposed="1", step="save")
    assert sent.status_code == 302
    [row] = advocacy.records(db)
    assert (row["title"], row["proposed"], row["public"]) == ("Letter of 41 groups", 1, 0), (
        "a correction answers nothing"
    )
    form = {"record": str(number), "seen": str(row["id"]), "step": "decline"}
    assert (await browser.send("/desk/advocacy", **form)).status_code == 302
    assert "it is no longer proposed" in (await browser.get("/desk/advocacy")).text
    [row] = advocacy.records(db)
    assert (row["proposed"], row["public"]) == (0, 0)
    proposed = advocacy.add(db, ben, replace(LETTER, title="Talk", public=False, proposed=True), now=NOW)
    newest = str((advocacy.current(db, proposed) or {})["id"])
    meeting = said | {"kind": "meeting", "record": str(proposed), "seen": newest, "proposed": "1", "step": "save"}
    assert (await browser.send("/desk/advocacy", **meeting)).status_code == 302
    assert (advocacy.current(db, proposed) or {})["proposed"] == 0, "a meeting is never public, and the answer is clear"
