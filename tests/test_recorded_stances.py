"""Stances on record: a person reads the source, says where, and only then is a stance of the organization shown."""

from __future__ import annotations

import datetime
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from desk_fixtures import LATER, NOW, Browser, document, person, say
from desk_fixtures import application as application
from desk_fixtures import config as config
from desk_fixtures import db as db
from desk_fixtures import made as made
from site_corpus import BROADBAND, RULE

from desk.intake import importing
from desk.queue.our_bills import OurFilters, our_bills, weekly_report
from desk.reviews import bulk, publishing, recorded_stances, reviews
from desk.reviews.drafts import draft_of
from desk.reviews.recorded_stances import BadReading, mark_read, on_record, reopen
from desk.reviews.reviews import Verdict
from digest.issues.stances import drafts
from positions.catalog import stances
from publish import decisions
from publish.decisions import public_rows

ENTRY = """
- id: {id}
  type: bill
  jurisdiction: us
  number: H.R. 1
  title: {title}
  year: 2022
  areas: [telecommunications]
  stance: support
  role: {role}
  actor: {actor}
  positions: [tc-erate]
  documents: [{document}]
  source_name: A letter
  confidence_identity: verified
  confidence_stance: {confidence}
  confidence_outcome: memory
"""
ADDRESS, BILL_PAGE = "https://example.org/letter", "https://www.congress.gov/bill/117th-congress/house-bill/998"
DAY = datetime.date.fromisoformat(NOW[:10])


def entry(key: str, document: str = BROADBAND, **more: str) -> str:
    given = {"title": f"The {key} act", "role": "letter", "actor": "ALA", "confidence": "memory"} | more
    url = given.pop("url", None)
    return ENTRY.format(id=key, document=document, **given) + (f"  source_url: {url}\n" if url else "")


FILE = (
    entry("remembered")
    + entry("followed", "us-117-s42", role="tracker", confidence="verified", url=ADDRESS)
    + entry("of-a-chapter", RULE, actor="Texas Library Association")
    + entry("read-already", RULE, confidence="verified", url=ADDRESS)
    + entry("not-collected", "us-117-hr999")
    + entry("companions", f"{BROADBAND}, {RULE}")
    + entry("bill-page", "us-117-hr998", url=BILL_PAGE)
)


@pytest.fixture(autouse=True)
def on_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stances on record are those above, whatever the catalog holds."""
    file = tmp_path / "on-record.yml"
    file.write_text(FILE, encoding="utf-8")
    monkeypatch.setattr(recorded_stances, "load_stances", lambda ids: stances.load_stances(ids, file))
    monkeypatch.setattr(decisions, "years", lambda: stances._years(file))


def one(db: Any, key: str) -> recorded_stances.Recorded:
    return next(each for each in on_record(db) if each.stance.id == key)


def test_each_says_what_is_missing(db: Any) -> None:
    found = {each.stance.id: each for each in on_record(db)}
    assert found["remembered"].missing == ["nobody has read which side was taken", "no address"]
    assert "only follows from policy" in found["followed"].missing[0]
    assert found["read-already"].missing == []
    assert [key for key, each in found.items() if each.verified] == ["read-already"]
    assert [key for key, each in found.items() if each.to_publish] == ["read-already"]
    assert not found["of-a-chapter"].own


def test_who_read_it_drafts_it_with_the_address(db: Any) -> None:
    changed = mark_read(db, person(db), "remembered", ADDRESS, "On record: letter.", seen=0, now=NOW)
    assert changed == [BROADBAND]
    verdict = reviews.current(db, BROADBAND, "stance")
    assert verdict is not None
    assert (verdict["value"], verdict["source"], verdict["published"]) == ("support", ADDRESS, 0)
    found = one(db, "remembered")
    assert found.check is not None
    assert (found.check["name"], found.check["address"], found.check["read_at"]) == ("Ana Reader", ADDRESS, NOW)
    assert (found.verified, found.to_publish, found.documents[0]["shown"]) == (True, False, "draft")


def test_an_old_stance_needs_a_second_person_keeps_its_year_and_is_no_news(db: Any) -> None:
    mark_read(db, person(db, "Ben Writer"), "remembered", ADDRESS, "On record.", seen=0, now=NOW)
    better = {"value": "support", "reason": "On record: a letter.", "source": ADDRESS}
    say(db, subject="stance", who="Ben Writer", **better)
    draft = draft_of(db, BROADBAND, "stance")
    assert draft is not None
    assert list(drafts(db.conn)) == []
    said = {"reason": "On record.", "source": ADDRESS, "seen": reviews.last_id(db, BROADBAND), "now": NOW}
    with pytest.raises(reviews.NotAllowed):
        publishing.publish(db, person(db, "Ben Writer"), draft, **said)
    publishing.publish(db, person(db), draft, **said)
    assert {row[7] for row in public_rows(db, [BROADBAND])} == {"2022"}
    report = weekly_report(db, our_bills(db, OurFilters(ended="1"), me=0, today=DAY, since=None), [], DAY)
    assert report.taken == []
    say(db, subject="stance", published=True, **(better | {"value": "oppose"}))
    assert {row[7] for row in public_rows(db, [BROADBAND])} == {NOW[:10]}, "another side is a decision of today"


def publish_draft(db: Any, day: str) -> None:
    draft = draft_of(db, BROADBAND, "stance")
    assert draft is not None
    said = {"reason": "On record.", "source": ADDRESS, "seen": reviews.last_id(db, BROADBAND), "now": day}
    publishing.publish(db, person(db), draft, **said, own_drafts=True)


@pytest.mark.parametrize("between", ["slip", "draft of a change", "import", "withdrawal"])
def test_the_year_stays_as_long_as_the_side_that_the_public_reads_is_the_one_on_record(db: Any, between: str) -> None:
    ana, same = person(db), {"subject": "stance", "value": "support", "reason": "On record.", "source": ADDRESS}
    mark_read(db, ana, "remembered", ADDRESS, "On record.", seen=0, now=NOW)
    if between != "slip":
        publish_draft(db, NOW)
    if between == "import":
        row = importing.Taken(2, BROADBAND, "support", "", reviews.last_id(db, BROADBAND))
        importing.apply(db, person(db, "Ben Writer"), [row], name="tracker.csv", now=LATER)
    elif between == "withdrawal":
        say(db, "reject", "stance", published=True, now=LATER)
        say(db, **same, now=LATER)
    else:
        say(db, **(same | {"value": "oppose"}), now=LATER)
        say(db, **same, now=LATER)
    if between == "import":
        assert draft_of(db, BROADBAND, "stance") is None, "the same side is no draft"
    else:
        publish_draft(db, LATER)
    assert {row[7] for row in public_rows(db, [BROADBAND])} == {"2022"}
    assert weekly_report(db, our_bills(db, OurFilters(ended="1"), me=0, today=DAY, since=None), [], DAY).taken == []


def test_a_side_that_was_taken_again_after_another_was_public_is_a_decision_of_its_day(db: Any) -> None:
    ana, same = person(db), {"subject": "stance", "value": "support", "reason": "On record.", "source": ADDRESS}
    mark_read(db, ana, "remembered", ADDRESS, "On record.", seen=0, now=NOW)
    publish_draft(db, NOW)
    slip = say(db, **(same | {"value": "oppose"}), published=True)
    say(db, **same, now=LATER)
    publish_draft(db, LATER)
    assert {row[7] for row in public_rows(db, [BROADBAND])} == {LATER[:10]}
    for number in (reviews.last_id(db, BROADBAND), reviews.last_id(db, BROADBAND) - 1, slip):
        reviews.undo(db, ana, number, now=LATER)
    say(db, **same, now=LATER)
    publish_draft(db, LATER)
    assert {row[7] for row in public_rows(db, [BROADBAND])} == {"2022"}, "what was undone was never another side"


def test_each_published_draft_is_undone_alone(db: Any) -> None:
    ana = person(db)
    mark_read(db, ana, "companions", ADDRESS, "On record.", seen=0, now=NOW)
    last = reviews.last_of(db, ana)
    assert last
    assert [last["batch"]] == [each["batch"] for each in bulk.batches(db, ana.id)], "two drafts at once are one action"
    for document_id, now in ((BROADBAND, "2022-03-09T10:00:00Z"), (RULE, LATER)):
        draft = draft_of(db, document_id, "stance")
        assert draft
        said = {"reason": "On record.", "source": ADDRESS, "seen": reviews.last_id(db, document_id)}
        publishing.publish(db, ana, draft, **said, now=now, own_drafts=True)
    last = reviews.last_of(db, ana)
    assert last
    assert (last["document_id"], last["batch"]) == (RULE, None)
    assert bulk.batches(db, ana.id) == []
    assert reviews.undo_batch(db, ana, "on record: companions", now=LATER) == []
    reviews.undo(db, ana, last["id"], now=LATER)
    assert {row[0] for row in public_rows(db, [BROADBAND, RULE])} == {BROADBAND}
    assert draft_of(db, RULE, "stance"), "its draft waits again"
    assert reviews.undo_batch(db, ana, "on record: companions", now=LATER) == [RULE], "what is left of the drafts"


def test_a_withdrawn_stance_says_so_and_can_be_drafted_again(db: Any) -> None:
    said = {"value": "support", "reason": "On record.", "source": ADDRESS}
    mark_read(db, person(db), "read-already", ADDRESS, "On record.", seen=0, now=NOW)
    [document] = [each["id"] for each in one(db, "read-already").documents]
    say(db, subject="stance", document_id=document, published=True, **said)
    say(db, subject="stance", document_id=document, who="Ben Writer", **(said | {"value": "watch"}))
    found = one(db, "read-already")
    assert (found.documents[0]["shown"], found.to_publish) == ("published with a draft", False)
    say(db, "reject", "stance", document_id=document, published=True)
    assert one(db, "read-already").documents[0]["shown"] == "draft", "the draft of a colleague waits"
    say(db, "reject", "stance", document_id=document)
    found = one(db, "read-already")
    assert (found.documents[0]["shown"], found.to_publish) == ("withdrawn", True)
    assert mark_read(db, person(db), "read-already", ADDRESS, "On record.", seen=found.seen, now=LATER) == [document]
    assert one(db, "read-already").documents[0]["shown"] == "draft"


def test_no_address_is_entered_beforehand_where_nobody_read_the_side(db: Any) -> None:
    assert [one(db, key).address for key in ("remembered", "bill-page", "read-already")] == ["", "", ADDRESS]
    with pytest.raises(BadReading, match="the bill itself"):
        mark_read(db, person(db), "bill-page", BILL_PAGE, "On record.", seen=0, now=NOW)


def test_the_reason_names_the_record_and_none_is_entered_where_the_side_only_follows_from_policy(db: Any) -> None:
    remembered = one(db, "remembered")
    assert remembered.reason == f"On record: letter, {remembered.stance.year}."
    assert one(db, "followed").reason == ""


def test_another_body_never_becomes_the_stance_of_the_organization(db: Any) -> None:
    assert mark_read(db, person(db), "of-a-chapter", ADDRESS, "", seen=0, now=NOW) == []
    assert reviews.current(db, RULE, "stance") is None
    assert one(db, "of-a-chapter").verified


def test_what_is_not_collected_is_only_marked(db: Any) -> None:
    assert mark_read(db, person(db), "not-collected", ADDRESS, "", seen=0, now=NOW) == []
    assert one(db, "not-collected").documents == []


def test_what_staff_decided_is_not_overwritten(db: Any) -> None:
    given = reviews.Verdict(document_id=BROADBAND, subject="stance", verdict="confirm", value="oppose")
    reviews.record(db, person(db, "Ben Writer"), [given], now=NOW)
    assert mark_read(db, person(db), "remembered", ADDRESS, "", seen=0, now=NOW) == []
    verdict = reviews.current(db, BROADBAND, "stance")
    assert verdict is not None
    assert verdict["value"] == "oppose"


@pytest.mark.parametrize(
    ("key", "address", "reason", "says"),
    [
        ("nothing", ADDRESS, "x", "no such stance"),
        ("remembered", "", "x", "web address"),
        ("remembered", "javascript:alert(1)", "x", "web address"),
        ("remembered", ADDRESS, "", "a reason"),
    ],
)
def test_what_cannot_be_kept_is_refused(db: Any, key: str, address: str, reason: str, says: str) -> None:
    with pytest.raises(BadReading, match=says):
        mark_read(db, person(db), key, address, reason, seen=0, now=NOW)
    assert db.execute("select count(*) from stance_checks").fetchone()[0] == 0


def test_it_can_be_opened_again_and_every_row_stays(db: Any) -> None:
    mark_read(db, person(db), "not-collected", ADDRESS, "", seen=0, now=NOW)
    with pytest.raises(BadReading, match="has changed since"):
        mark_read(db, person(db), "not-collected", ADDRESS, "", seen=0, now=NOW)
    reopen(db, person(db), "not-collected", seen=one(db, "not-collected").seen, now=LATER)
    assert not one(db, "not-collected").verified
    with pytest.raises(BadReading, match="has changed since"):
        reopen(db, person(db), "not-collected", seen=1, now=LATER)
    mark_read(db, person(db), "not-collected", ADDRESS, "", seen=one(db, "not-collected").seen, now=LATER)
    assert db.execute("select count(*) from stance_checks").fetchone()[0] == 3
    with pytest.raises(sqlite3.IntegrityError, match="only added to"):
        db.execute("delete from stance_checks")


@pytest.mark.slow
async def test_two_people_put_it_on_the_public_page_with_its_year(application: Any, db: Any) -> None:
    reader, approver = Browser(application), Browser(application)
    await reader.sign_in("Ben Writer")
    page = (await reader.get("/desk/stances")).text
    assert "To verify: 6" in page
    assert "nobody has read which side was taken" in page
    form = {"stance": "remembered", "seen": "0", "step": "read"}
    assert (await reader.send("/desk/stances", **form, address="nowhere", reason="x")).status_code == 400
    sent = await reader.send("/desk/stances", **form, address=ADDRESS, reason="On record: letter, 2022.")
    assert sent.status_code == 302
    assert ADDRESS not in (await reader.get(f"/documents/{BROADBAND}")).text
    await approver.sign_in()
    draft = draft_of(db, BROADBAND, "stance")
    assert draft is not None
    said = {"subject": "stance", "draft": draft["id"], "seen": draft["id"], "reason": "On record: letter, 2022."}
    done = await approver.send(document(BROADBAND, "/publish"), **said, source=ADDRESS, step="publish")
    assert done.status_code == 302
    public = (await approver.get(f"/documents/{BROADBAND}")).text
    assert ADDRESS in public
    assert "taken in 2022" in public
    assert "On record: letter, 2022." in public
    assert "Ben Writer" not in public


def test_the_line_of_a_draft_has_its_reason_and_no_note(db: Any) -> None:
    reviews.record(
        db,
        person(db, "Ben Writer"),
        [
            Verdict(
                document_id=BROADBAND,
                subject="stance",
                verdict="confirm",
                value="support",
                reason="It helps.",
                note="Room 5",
            ),
            Verdict(
                document_id=BROADBAND,
                subject="stance:tc-hotspot-lending",
                verdict="confirm",
                value="support",
                note="Room 6",
            ),
        ],
        now=NOW,
    )
    assert [(each.subject, each.reason) for each in drafts(db.conn)] == [
        ("stance", "It helps."),
        ("stance:tc-hotspot-lending", None),
    ]
