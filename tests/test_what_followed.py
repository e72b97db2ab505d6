"""What became of a proposed rule: the rule, the withdrawal or the new proposal that followed it, and where nobody can tell."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from rulemaking_fixtures import DAY, EXTENSION, FINAL, FOLLOWS, NAMES_IT, OF_DOCKET, WITHDRAWN, db, follow  # noqa: F401
from site_corpus import BROADBAND, NOW, RULE, TODAY, document_row
from sqlite_utils import Database

import serve
from crawlers.storage.rulemakings import DRAWER
from digest.issues import entries
from digest.issues.documents import documents_of
from digest.issues.ledger import due
from pages.answers import documents as answers
from pages.answers.answer import At
from pages.answers.places import deadlines as deadlines_answer
from pages.browse.cards import cards
from pages.browse.lists import alive, newest
from pages.documents import document, rulemaking
from pages.documents.register_gaps import may_lack_what_followed
from pages.export import dates, exports
from pages.places.calendar import deadlines
from publish.listing import publish

OF_RIN = {"rin": "3060-AK57"}


SUPPLEMENTAL = {"document_type": "Proposed Rule", "status": "proposed"}


@pytest.mark.parametrize(
    ("action", "text", "terms", "values", "kind"),
    [
        ("Final rule.", NAMES_IT, OF_DOCKET, {}, "final"),
        ("Final rule.", NAMES_IT, OF_RIN, {}, "final"),
        ("Interim final rule; request for comments.", NAMES_IT, OF_DOCKET, {}, "interim"),
        ("Proposed rule; withdrawal.", NAMES_IT, OF_DOCKET, WITHDRAWN, "withdrawal"),
        ("Supplemental notice of proposed rulemaking.", NAMES_IT, OF_DOCKET, SUPPLEMENTAL, "proposal"),
        # a docket or a number alone may hold several rulemakings
        ("Final rule.", "The proposal of March 1, 2022, is adopted.", OF_DOCKET | OF_RIN, {}, None),
        ("Final rule.", NAMES_IT, {"docket": "WC Docket 99-99"}, {}, None),
        ("Final rule.", NAMES_IT, {"rin": "2120-AA64"}, {}, None),
        ("Final rule; correction.", NAMES_IT, OF_DOCKET, {}, None),
        ("Temporary final rule.", NAMES_IT, OF_DOCKET, {}, None),
        ("Notice of adequacy.", NAMES_IT, OF_DOCKET, {}, None),
        ("Interim final determination.", NAMES_IT, OF_DOCKET, {}, None),
        ("Proposed rule; partial withdrawal.", NAMES_IT, OF_DOCKET, WITHDRAWN, None),
        ("Proposed rule; extension of comment period.", NAMES_IT, OF_DOCKET, SUPPLEMENTAL, None),
        ("Final rule.", NAMES_IT, OF_DOCKET, {"published_on": "2022-03-02"}, None),
    ],
)
def test_what_followed_a_proposal_is_said_where_it_is_certain(
    db: Database, action: str, text: str, terms: dict[str, str], values: dict[str, str], kind: str | None
) -> None:
    db.table("documents").update(
        RULE, {"latest_action": "Notice of proposed rulemaking.", "document_type": "Proposed Rule"}
    )
    db.table("terms").insert({"document_id": RULE, "ordinal": 2, "kind": "rin", "term": "2120-AA64"})
    follow(db, FOLLOWS, action, text, terms, **values)
    found = document.document(db.conn, RULE, DAY)
    assert found is not None
    assert [(row["id"], row["kind"]) for row in found.followed_by] == ([(FOLLOWS, kind)] if kind else [])
    assert found.d["status"] == "proposed", "the status stays the word of the source"
    assert alive(db.conn, [RULE], DAY) == (set() if kind in ("final", "withdrawal") else {RULE})


def test_a_number_of_two_proposals_of_one_day_does_not_tell_which_was_followed(db: Database) -> None:
    db.table("documents").update(RULE, {"latest_action": "Proposed rule."})
    follow(db, FOLLOWS, "Final rule.", NAMES_IT)
    follow(db, "us-fr-2022-04568", "Proposed rule.", "", published_on="2022-03-02", **SUPPLEMENTAL)
    assert rulemaking.followed_by(db.conn, RULE) == []


REGS, ANSWER = "us-regs-fcc2022-0001-0001", "us-regs-fcc2022-0001-0002"


PROPOSAL = {"document_type": "Proposed Rule", "status": "proposed"}


def _file(
    db: Database, key: str, action: str, day: str, title: str = "Fees", docket: str = "FCC-2022-0001", **row: str
) -> None:
    known = {
        "kind": "regulation",
        "source": "us_regulations",
        "session": "regs",
        "document_type": "Rule",
        "status": "final",
    }
    known |= {"title": title, "published_on": day, "url": "https://www.regulations.gov/"}
    db.table("documents").insert(document_row(key, identifier=key[8:], latest_action=action, **known | row))
    db.table("terms").insert({"document_id": key, "ordinal": 0, "kind": "docket", "term": docket})


def _followed(db: Database) -> list[tuple[str, str]]:
    return [(row["id"], row["kind"]) for row in rulemaking.followed_by(db.conn, REGS)]


@pytest.mark.parametrize(
    ("action", "day", "row", "kind"),
    [
        ("Final Rule", "2022-06-01", {}, "final"),
        ("Rule", "2022-06-01", {"title": "Fees; Final Rule"}, "rule"),
        ("Interim Final Rule", "2022-06-01", {}, "interim"),
        ("Withdrawal", "2022-03-03", WITHDRAWN | {"title": "Fees: Withdrawal"}, "withdrawal"),
        ("Supplemental Notice of Proposed Rulemaking (SNPRM)", "2022-06-01", PROPOSAL, "proposal"),
        ("Final Rule", "2022-06-01", {"title": "Fees for Licenses"}, None),
        ("Final Rule", "2022-06-01", {"docket": "FCC-2022-0002"}, None),
        ("Final Rule", "2022-03-10", {}, None),  # a proposal of which regulations.gov posted both at once
        ("Final Rule", "2026-06-01", {}, None),
        ("Direct Final Rule", "2022-06-01", {}, None),
        ("Correction", "2022-06-01", {"status": "notice"}, None),
        ("Proposed Rule", "2022-06-01", WITHDRAWN, None),  # only taken off the site
    ],
)
def test_at_regulations_gov_the_docket_and_the_title_say_what_followed(
    db: Database, action: str, day: str, row: dict[str, str], kind: str | None
) -> None:
    _file(db, REGS, "Notice of Proposed Rulemaking (NPRM)", "2022-03-02", **PROPOSAL)
    _file(db, ANSWER, action, day, **row)
    assert _followed(db) == ([(ANSWER, kind)] if kind else [])


def test_a_docket_of_two_proposals_with_one_title_does_not_tell_which_was_followed(db: Database) -> None:
    _file(db, REGS, "Proposed Rule", "2022-03-02", **PROPOSAL)
    _file(db, ANSWER, "Withdrawal", "2022-06-01", **WITHDRAWN)
    _file(db, f"{ANSWER}a", "Final Rule", "2022-06-01")
    assert _followed(db) == [(f"{ANSWER}a", "final")], "a withdrawal of the same day is one of a part"
    _file(db, f"{REGS}a", "Proposed Rule", "2022-04-02", **PROPOSAL)
    assert _followed(db) == []


@pytest.mark.parametrize("docket", ["FCC_FRDOC_0001", "FCC-2022-0001"])
def test_a_drawer_does_not_tell_what_followed(db: Database, docket: str) -> None:
    _file(db, REGS, "Proposed Rule", "2022-03-02", docket=docket, **PROPOSAL)
    _file(db, ANSWER, "Final Rule", "2022-06-01", docket=docket)
    for number in range(0 if "FRDOC" in docket else DRAWER):
        _file(db, f"{ANSWER}-{number}", "Final Rule", "2022-05-01", f"Other {number}", docket)
    assert _followed(db) == []


async def test_the_page_says_which_rule_followed_in_the_docket(db: Database) -> None:
    _file(db, REGS, "Proposed Rule", "2022-03-02", **PROPOSAL)
    _file(db, ANSWER, "Rule", "2022-06-01")
    path = Path(db.execute("select file from pragma_database_list where name = 'main'").fetchone()[0])
    db.conn.commit()
    page = (await serve.build(path, today=TODAY).client.get(f"/documents/{REGS}")).text
    assert (
        f'followed in the same docket, which may adopt all of this proposal or a part of it: <a href="/documents/{ANSWER}"'
        in page
    )


async def test_nobody_is_told_to_comment_on_a_proposal_that_was_withdrawn(db: Database) -> None:
    db.table("documents").update(RULE, {"latest_action": "Proposed rule."})
    assert [event.document_id for event in deadlines(db.conn, DAY) if event.document_id == RULE] == [RULE]
    follow(db, FOLLOWS, "Proposed rule; withdrawal.", NAMES_IT, **WITHDRAWN | {"published_on": "2022-03-07"})
    assert [event.document_id for event in deadlines(db.conn, DAY) if event.document_id == RULE] == []
    assert rulemaking.next_event(db.conn, [RULE], DAY) is None
    assert [row[1] for row in due(db.conn, datetime.date(2022, 3, 28)) if row[1] == RULE] == []
    [row] = exports.document_rows(db.conn, [RULE], DAY, "https://example.org")
    assert (row["next_on"], row["next_date"]) == ("", "")
    found = deadlines_answer(At(db.conn, DAY, "https://example.org"), area="all").result["dates"]
    assert RULE not in {each["document_id"] for each in found}
    path = Path(db.execute("select file from pragma_database_list where name = 'main'").fetchone()[0])
    db.conn.commit()
    site = serve.build(path, today=TODAY).client
    for form in ("csv", "json"):
        assert RULE not in (await site.get(f"/deadlines.{form}?area=all")).text
    page = (await site.get(f"/documents/{RULE}")).text
    assert f'The agency withdrew this proposal: <a href="/documents/{FOLLOWS}">2022-20001</a>' in page


def test_digests_calendars_and_programs_agree_that_a_proposal_is_decided(db: Database) -> None:
    db.table("documents").update(RULE, {"latest_action": "Proposed rule."})
    of_rule = dates.of_document(db.conn, RULE)
    assert of_rule is not None
    at = At(db.conn, DAY, "https://example.org")

    def ahead() -> set[str]:
        found = dates.settled(db.conn, dates.dates(db.conn, of_rule, ">=", DAY, 10))
        return {event["kind"] for event in found if event["document_id"] == RULE}

    before = answers.document(at, RULE).result
    assert (before["document"]["can_still_move"], before["continues_as"]) == (True, [])
    assert entries._can_move(documents_of(db.conn, [RULE])[RULE], DAY)
    db.table("events").delete_where("document_id = ?", [EXTENSION])
    assert "comment_close" in ahead()

    follow(db, FOLLOWS, "Final rule.", NAMES_IT, published_on="2022-03-07")
    said = answers.document(at, RULE)
    assert said.result["document"]["can_still_move"] is None, "a final rule may adopt only a part"
    assert [row["id"] for row in said.result["continues_as"]] == [FOLLOWS]
    assert "Another document followed it: see continues_as." in said.says
    assert not entries._can_move(documents_of(db.conn, [RULE])[RULE], DAY)
    assert "comment_close" not in ahead()


def _still_moves(db: Database, day: datetime.date) -> tuple[bool, object]:
    """Whether lists count RULE as able to become something, and what programs are answered."""
    said = answers.document(At(db.conn, day, "https://example.org"), RULE).result["document"]["can_still_move"]
    return RULE in alive(db.conn, [RULE], day), said


def test_a_proposal_with_a_later_rule_in_its_rulemaking_is_in_no_list_of_what_can_move(db: Database) -> None:
    """The FCC's proposal of 2014 on the open internet could still move, eleven years after its rule of 2015."""
    after = datetime.date(2022, 3, 20)
    assert _still_moves(db, after) == (True, True)
    db.table("documents").update(FINAL, {"published_on": "2022-03-19"})
    publish(db, NOW)
    assert _still_moves(db, datetime.date(2022, 3, 18)) == (True, True)
    assert _still_moves(db, after) == (False, None), "it may have adopted all of it or a part"


def test_an_old_proposal_without_news_does_not_lead_the_newest_of_an_area(db: Database) -> None:
    """On broadband, the ten that came first had a proposal of 2023, before bills of the month before."""
    db.table("terms").delete_where("document_id = ?", [FINAL])
    publish(db, NOW)
    db.table("documents").update(RULE, {"published_on": "2019-03-02"})

    def first() -> bool:
        found = newest(db.conn, "area_id = ?", ["broadband"], DAY, alive_first=True)
        return [card.id for card in found][:2] == [BROADBAND, RULE]

    db.execute("update documents set status = 'enacted' where id = ?", [BROADBAND])
    db.execute("update listing set status = 'enacted' where document_id = ?", [BROADBAND])
    assert not first(), "comments close on a day ahead"
    db.table("events").delete_where("document_id = ?", [RULE])
    assert first()
    assert _still_moves(db, DAY) == (True, None), "staff may put it first, and nobody knows"


async def test_a_card_says_what_decided_a_proposal(db: Database) -> None:
    db.table("documents").update(RULE, {"latest_action": "Proposed rule."})
    assert cards(db.conn, [RULE], DAY)[0].answer is None
    follow(db, FOLLOWS, "Final rule.", NAMES_IT, published_on="2022-03-07")
    found = cards(db.conn, [RULE], DAY)[0].answer
    assert found is not None
    assert (found.kind, found.id) == ("final", FOLLOWS)
    db.conn.commit()
    path = Path(db.execute("select file from pragma_database_list where name = 'main'").fetchone()[0])
    page = (await serve.build(path, today=TODAY).client.get("/browse?kind=regulation&area=broadband")).text
    assert f'A final rule followed: <a href="/documents/{FOLLOWS}">2022-20001</a>' in page


def _hold_months(db: Database, *days: str) -> None:
    """Rules of other agencies, published on these days, and nothing else in 2022."""
    for number, day in enumerate(days):
        follow(db, f"us-fr-2022-4{number:04}", "Final rule.", "", {"docket": f"EPA-HQ-{number}"}, published_on=day)
    held = db.execute(
        "select id, source, url from documents where session = 'fr' and id not in (select document_id from provenance)"
    )
    db.table("provenance").insert_all(
        [
            {"document_id": key, "source": source, "source_url": url, "fetched_at": NOW}
            for key, source, url in held.fetchall()
        ]
    )
    publish(db, NOW)


@pytest.mark.parametrize(
    ("days", "today", "found"),
    [
        (["2022-04-04", "2022-05-02", "2022-06-01", "2022-07-01", "2022-08-01"], "2022-09-30", []),
        (["2022-04-04", "2022-04-20", "2022-08-03", "2022-08-01"], "2022-09-30", [("2022-04-20", "2022-08-01")]),
        (["2022-08-01"], "2023-09-30", [("2022-03-08", "2022-08-01"), ("2022-09-01", None)]),
    ],
)
def test_a_proposal_says_of_which_days_no_rules_are_held(
    db: Database, days: list[str], today: str, found: list[tuple[str, str | None]]
) -> None:
    db.table("documents").update(RULE, {"document_type": "Proposed Rule", "latest_action": "Proposed rule."})
    db.table("terms").delete_where("document_id = ?", [FINAL])  # no later rule is known
    _hold_months(db, *days)
    day = datetime.date.fromisoformat(today)
    view = document.document(db.conn, RULE, day)
    assert view is not None
    assert view.unheld == found
    assert cards(db.conn, [RULE], day)[0].may_lack_what_followed is bool(found)
    said = answers.document(At(db.conn, day, "https://example.org"), RULE)
    assert said.result["document"]["can_still_move"] is (None if found else True)
    assert ("may be missing: no federal rules are held" in said.says) is bool(found)


@pytest.mark.parametrize("known", ["a rule that names it", "a rule of its thread", "withdrawn itself", "after the gap"])
def test_no_gap_is_named_where_what_became_of_a_proposal_is_known(db: Database, known: str) -> None:
    db.table("documents").update(RULE, {"document_type": "Proposed Rule", "latest_action": "Proposed rule."})
    if known != "a rule of its thread":
        db.table("terms").delete_where("document_id = ?", [FINAL])
    if known == "a rule that names it":
        follow(db, FOLLOWS, "Final rule.", NAMES_IT, published_on="2022-09-02")
    if known == "withdrawn itself":
        db.table("documents").update(RULE, {"status": "withdrawn"})
    if known == "after the gap":
        db.table("documents").update(RULE, {"published_on": "2022-08-02"})
    _hold_months(db, "2022-08-01")
    assert may_lack_what_followed(db.conn, [RULE], datetime.date(2022, 9, 30)) == {}


async def test_the_page_names_the_days_of_which_no_rules_are_held(db: Database) -> None:
    db.table("documents").update(RULE, {"document_type": "Proposed Rule", "latest_action": "Proposed rule."})
    db.table("terms").delete_where("document_id = ?", [FINAL])
    _hold_months(db, "2022-08-01")
    path = Path(db.execute("select file from pragma_database_list where name = 'main'").fetchone()[0])
    db.conn.commit()
    site = serve.build(path, today="2022-09-30").client
    page = (await site.get(f"/documents/{RULE}")).text
    assert "may be missing here. We hold no federal rules that were published in these times: after" in page
    assert '<time datetime="2022-03-08">March 8, 2022</time> and before <time datetime="2022-08-01">' in page
    assert "What followed may be missing here" in (await site.get("/browse?kind=regulation")).text
