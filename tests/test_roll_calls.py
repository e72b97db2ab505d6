"""Roll calls: golden replays of the two chambers, what Open States sends, the tables, and what is told."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import scrapy
from conftest import SOURCES, replay
from golden import NOWHERE, agreed, made
from scrapy.http import TextResponse
from sqlite_utils import Database

from crawlers.items import BadRecord, Bill, ExpectedCount, Unreadable
from crawlers.parsers import house_votes as hv
from crawlers.parsers import openstates_votes as ov
from crawlers.parsers import senate_votes as sv
from crawlers.parsers.vote_words import carried, choice_of, motion_of, passed_of
from crawlers.people import Ballot, RollCall, RollCallsOf
from crawlers.spiders.us_house_votes import UsHouseVotesSpider
from crawlers.spiders.us_senate_votes import UsSenateVotesSpider
from crawlers.storage import roll_calls
from crawlers.storage.record import upsert
from pages.people.roll_call import without_doubt

HOUSE, SENATE = SOURCES / "us_house_votes", SOURCES / "us_senate_votes"
MARCH, APRIL = "2025-03-10T00:00:00Z", "2025-05-10T00:00:00Z"
CENTRAL = ZoneInfo("America/Chicago")


@pytest.fixture(scope="module")
def house() -> list[Any]:
    return replay(made(UsHouseVotesSpider), HOUSE, NOWHERE)


@pytest.fixture(scope="module")
def senate() -> list[Any]:
    return replay(made(UsSenateVotesSpider), SENATE, NOWHERE)


def calls(items: list[Any]) -> dict[str, RollCall]:
    return {each.id: each for each in items if isinstance(each, RollCall)}


# --------------------------------------------------------------------- Congress


def test_golden_replay_of_the_house(house: list[Any]) -> None:
    agreed(HOUSE, house)


def test_golden_replay_of_the_senate(senate: list[Any]) -> None:
    agreed(SENATE, senate)


def test_house_vote_names_its_bill_share_and_counts(house: list[Any]) -> None:
    roll = calls(house)["us-house-119-1-2"]
    assert (roll.document_id, roll.held_at, roll.held_on) == ("us-119-hr14", "2025-03-04T18:45-05:00", "2025-03-04")
    assert (roll.passed, roll.motion, roll.requirement) == (True, "passage", "2/3")
    assert (roll.yes, roll.no, roll.present, roll.not_voting) == (2, 0, 0, 1)
    amendment = calls(house)["us-house-119-1-3"]
    assert (amendment.amendment, amendment.motion) == ("amendment 2 (Member of Ohio Amendment No. 2)", "amendment")
    assert amendment.document_id == "us-119-sconres5"


def test_election_of_the_speaker_passes_nothing_and_is_about_no_bill(house: list[Any]) -> None:
    roll = calls(house)["us-house-119-1-1"]
    assert (roll.document_id, roll.passed, roll.yes, roll.other, roll.present) == (None, None, None, 3, 1)
    assert [choice_of(each.word) for each in roll.ballots] == ["other", "other", "other", "present"]


def test_senate_vote_on_an_amendment_names_the_bill_that_it_amends(senate: list[Any]) -> None:
    found = calls(senate)
    assert found["us-senate-119-1-00001"].document_id is None  # a nomination
    amendment = found["us-senate-119-1-00002"]
    assert (amendment.document_id, amendment.amendment) == ("us-119-hconres14", "S.Amdt. 77")
    assert (amendment.passed, amendment.motion, amendment.present) == (False, "amendment", 0)
    assert found["us-senate-119-1-00003"].document_id == "us-119-sjres8"


def test_list_of_the_senate_for_a_year_without_votes_is_no_failure(senate: list[Any]) -> None:
    tallies = {each.part: (each.expected, each.received) for each in senate if isinstance(each, ExpectedCount)}
    assert tallies == {"2025": (3, 3), "2026": (0, 0)}


def test_roll_call_that_was_stored_and_is_old_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    spider = made(UsSenateVotesSpider)
    spider.__dict__["stored"] = {"us-senate-119-1-00001": "2025-03-04", "us-senate-119-1-00009": "2025-03-06"}
    items = replay(spider, SENATE, NOWHERE)
    assert set(calls(items)) == {"us-senate-119-1-00002", "us-senate-119-1-00003"}
    last = {each.part: each for each in items if isinstance(each, ExpectedCount)}["2025"]
    assert (last.expected, last.received) == (4, 3), "what is not listed any more is lacking"


def test_a_limit_is_no_gap() -> None:
    items = replay(made(UsHouseVotesSpider, limit="1"), HOUSE, NOWHERE)
    last = {each.part: each for each in items if isinstance(each, ExpectedCount)}["2025"]
    assert (len(calls(items)), last.expected, last.received) == (1, 1, 1)


@pytest.mark.parametrize("number", ["", "x", "9" * 5000, "²"])
def test_a_list_of_the_senate_with_what_is_no_number_is_refused(number: str) -> None:
    votes = "<votes><vote><vote_number>{}</vote_number></vote></votes>"
    body = f"<vote_summary><congress>119</congress><session>1</session>{votes}</vote_summary>"
    assert sv.read_list(body.format("00012").encode(), 119, 1) == [12]
    with pytest.raises(Unreadable, match="has no number"):
        sv.read_list(body.format(number).encode(), 119, 1)


def test_in_january_the_lists_of_both_congresses_are_read() -> None:
    spider = UsSenateVotesSpider(today="2027-01-12")
    addresses = [spider.list_address(year) for year in spider.years]
    assert [each[-9:-4] for each in addresses] == ["120_1", "119_1", "119_2"]
    assert UsHouseVotesSpider(today="2027-01-01").years == [2025, 2026], "until the third it is the old one"
    spider.__dict__["stored"] = {"us-senate-119-2-00300": "2027-01-01"}
    assert (spider.stored_of(2026), spider.stored_of(2027)) == ({"us-senate-119-2-00300"}, set())


def test_index_of_a_year_without_votes_is_another_page_and_no_failure_in_january() -> None:
    """The Clerk answers what is not there with a page and status 200."""

    def numbers(today: str, tries: int, stored: dict[str, str] | None = None) -> list[int]:
        spider = made(UsHouseVotesSpider)
        spider.today, spider.__dict__["stored"] = today, stored or {}
        request = scrapy.Request("https://clerk.house.gov/evs/2027/index.asp", meta={"retry_times": tries})
        return spider.numbers(TextResponse(request.url, body=b"<html>not found</html>", request=request), 2027)

    assert numbers("2027-01-04", 9) == []
    for today, tries, stored in (
        ("2027-01-04", 0, {}),
        ("2027-02-01", 9, {}),
        ("2027-01-09", 9, {"us-house-120-1-1": "x"}),
    ):
        with pytest.raises(Unreadable):
            numbers(today, tries, stored)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>The roll call vote could not be found.</body></html>",
        b"<rollcall-vote/>",
        b'<!DOCTYPE rollcall-vote [<!ENTITY a "b">]><rollcall-vote>&a;</rollcall-vote>',
    ],
)
def test_what_is_no_roll_call_is_asked_for_again(body: bytes) -> None:
    with pytest.raises(Unreadable):
        hv.parse_roll_call(body, year=2025, number=2)
    with pytest.raises(Unreadable):
        sv.parse_roll_call(body, congress=119, session=1, number=2)


def test_a_number_that_the_clerk_leaves_out_is_none() -> None:
    body = (HOUSE / "clerk.house.gov/evs/2025/roll002.xml").read_bytes()
    for name in ("yea", "nay", "present", "not-voting"):
        body = re.sub(rb"<%b-total>\d+</%b-total>" % (name.encode(), name.encode()), b"", body)
    roll = hv.parse_roll_call(body, year=2025, number=2)
    assert (roll.yes, roll.no, roll.present, roll.not_voting) == (0, 0, 0, 0)


def test_another_roll_call_than_was_asked_for_is_not_taken() -> None:
    body = (HOUSE / "clerk.house.gov/evs/2025/roll002.xml").read_bytes()
    with pytest.raises(Unreadable, match="came for 3"):
        hv.parse_roll_call(body, year=2025, number=3)
    first = body.replace(b"4-Mar-2025", b"1-Jan-2026")
    assert hv.parse_roll_call(first, year=2025, number=2).held_on == "2026-01-01", "the year's last vote"
    with pytest.raises(Unreadable, match="a roll call of 2025"):
        hv.parse_roll_call(body, year=2026, number=2)
    with pytest.raises(Unreadable, match="index of 2025"):
        hv.read_index((HOUSE / "clerk.house.gov/evs/2025/index.asp").read_bytes(), 2026)


# --------------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("On Passage", "passage"),
        ("On Motion to Recommit", "recommit"),
        ("On Motion to Suspend the Rules and Pass", "passage"),
        ("On Ordering the Previous Question", "previous-question"),
        ("On the Cloture Motion S. 5", "cloture"),
        ("On the Nomination PN373", "nomination"),
        ("On the Motion to Proceed S.J.Res. 76", "procedural"),
        ("On Overriding the Veto", "veto-override"),
        ("Adopt amendment L.007", "amendment"),
        ("Third Reading", "passage"),
        ("Reported favorably out of committee", "committee-passage"),
        ("House Vote #10", None),
    ],
)
def test_kind_of_a_motion(question: str, kind: str | None) -> None:
    assert motion_of(question) == kind


@pytest.mark.parametrize(
    ("result", "passed"),
    [
        ("Passed", True),
        ("Agreed to", True),
        ("Failed", False),
        ("Cloture Motion Rejected", False),
        ("Veto Sustained", False),
        ("Decision of Chair Not Sustained", False),
        ("Point of Order Well Taken", True),
        ("Not Guilty", False),
        ("Johnson", None),
    ],
)
def test_result_of_a_roll_call(result: str, passed: bool | None) -> None:
    assert carried(result) is passed


@pytest.mark.parametrize(
    ("said", "yes", "no", "passed"),
    [
        (True, 60, 40, True),
        (True, 40, 60, None),
        (False, 28, 1, None),
        (False, 60, 40, False),
        (True, None, None, True),
        (False, None, None, None),
        (False, 0, 0, None),
        (False, 0, 5, False),
    ],
)
def test_a_result_that_its_counts_contradict_is_unknown(
    said: bool, yes: int | None, no: int | None, passed: bool | None
) -> None:
    assert passed_of(said, yes, no) is passed


def test_what_a_committee_reported_did_not_fail_with_more_votes_for_it() -> None:
    assert passed_of(False, 5, 2, "Reported") is None
    assert passed_of(False, 2, 5, "Reported") is False
    assert passed_of(False, 32, 14, "Rountree AM1176 adopted") is None
    assert passed_of(False, 33, 16, "Hallstrom MO41 prevailed") is None
    assert passed_of(False, 22, 14, "Andersen AM1131 lost") is False
    assert passed_of(False, 6, 4, "Do pass and be re-referred to the Committee on [Appropriations]") is False


@pytest.mark.parametrize(
    ("question", "passed"),
    [
        ("H Failed Introduction 36-24-2-0-0", False),
        ("failed to pass", False),
        ("defeated Roll Call #167 Yeas 52 Nays 51 Excused 0 Not Voting 7", False),
        ("not adopted Roll Call #79 Yeas 58 Nays 48", False),
        ("SENATE JUDICIARY COMMITTEE: Failed in Senate Judiciary Committee 4/8/2025 Passed", False),
        ("Senate/ failed", False),
        ("[First] hearing set for [04-30-2025]: Failed passage in Committee. Reconsideration granted", True),
        ("Failed to concur, appoint Conference Committee", True),
        ("Senate Amendment 1 rejected, Ayes 18, Noes 15", True),
    ],
)
def test_a_vote_whose_question_says_that_it_failed_did_not_pass(question: str, passed: bool) -> None:
    assert passed_of(True, 60, 40, question) is passed
    vote = {"result": "pass", "passed": int(passed)}
    assert without_doubt(vote) == vote | ({} if passed else {"result": "fail"})


def test_a_vote_without_counts_failed_only_where_its_question_says_so() -> None:
    assert passed_of(False, 0, 0, "failed to pass") is False
    assert passed_of(False, 0, 0, "do pass") is None
    assert passed_of(False, None, None, "Reported Do Pass (H) - AYES: 10 NOES: 4 PRESENT: 0") is None


def test_a_page_leaves_out_a_result_that_the_counts_contradict() -> None:
    vote = {"result": "fail", "passed": passed_of(False, 12, 0, "Reported")}
    assert without_doubt(vote) == {"result": None, "passed": None}
    assert without_doubt(vote | {"passed": 0}) == {"result": "fail", "passed": 0}
    assert without_doubt(vote | {"result": "Motion Rejected"})["result"] == "Motion Rejected"


# --------------------------------------------------------------------- Open States


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-03-24", "2025-03-24"),
        ("2025-05-13T05:00:00+00:00", "2025-05-13"),  # midnight there
        ("2025-05-13T00:00:00+00:00", "2025-05-13"),
        ("2025-04-03T01:47:05+00:00", "2025-04-02T20:47:05-05:00"),  # the evening before
    ],
)
def test_when_a_vote_was_held_is_told_in_the_time_of_its_state(text: str, moment: str) -> None:
    assert ov.moment(text, CENTRAL) == moment


def vote(**more: Any) -> dict[str, Any]:
    return {
        "id": "ocd-vote/1",
        "motion_text": "Third Reading",
        "motion_classification": ["passage"],
        "start_date": "2025-03-04",
        "result": "pass",
        "identifier": "",
        "organization": {"classification": "upper", "name": "Senate"},
        "votes": [
            {
                "option": "yes",
                "voter_name": "Sample",
                "voter": {"id": "ocd-person/1", "name": "Ida Sample", "party": "X"},
            },
            {"option": "excused", "voter_name": "Other"},
        ],
        "counts": [],
        "sources": [{"url": "https://legislature.example/1"}],
    } | more


def state_calls(*votes: Any) -> RollCallsOf:
    return ov.parse_roll_calls(
        {"votes": list(votes)},
        "us-tx-89r-hb1",
        jurisdiction="us-tx",
        session="89R",
        zone=CENTRAL,
        source_url="https://v3.openstates.org/bills/1",
    )


def test_counts_are_those_of_the_single_votes_where_the_source_gives_none() -> None:
    [roll] = state_calls(vote()).roll_calls
    assert (roll.yes, roll.no, roll.not_voting, roll.chamber) == (1, 0, 1, "upper")
    assert roll.ballots[0] == Ballot(name="Sample", word="yes", identifier="ocd-person/1")
    [counted] = state_calls(vote(counts=[{"option": "yes", "value": 20}, {"option": "absent", "value": 2}])).roll_calls
    assert (counted.yes, counted.no, counted.not_voting) == (20, 0, 2)
    [neither] = state_calls(vote(votes=[])).roll_calls
    assert (neither.yes, neither.no) == (None, None)


@pytest.mark.parametrize(
    "spoiled", [{"start_date": "soon"}, {"id": ""}, {"counts": [{"option": "yes", "value": -1}]}, {"votes": 5}]
)
def test_a_vote_that_cannot_be_read_is_named(spoiled: dict[str, Any]) -> None:
    with pytest.raises(BadRecord, match=r"us-tx-89r-hb1|key|votes"):
        state_calls(vote(**spoiled))


@pytest.mark.parametrize(
    ("came", "name"),
    [
        ("O\x92Neal", "O\u2019Neal"),
        ("O\xe2\x80\x99Neill, PK", "O\u2019Neill, PK"),
        ("Hern\xe1ndez", "Hern\xe1ndez"),
        ("\u014ckawa \x92", "\u014ckawa"),
    ],
)
def test_a_name_that_was_read_in_the_wrong_encoding_is_mended(came: str, name: str) -> None:
    [roll] = state_calls(vote(votes=[{"option": "yes", "voter_name": came}])).roll_calls
    assert [each.name for each in roll.ballots] == [name]


def test_whom_a_bill_names_is_known_by_key() -> None:
    row = {
        "sponsorships": [{"name": "S"}, {"name": "B", "person": {"id": "ocd-person/2", "name": "Bo B"}}],
        "votes": [vote()],
    }
    found = list(ov.parse_people(row, "us-tx"))
    assert [(each.id, each.name, each.is_current) for each in found] == [
        ("ocd-person/2", "Bo B", False),
        ("ocd-person/1", "Ida Sample", False),
    ]


def test_a_person_is_stored_the_same_whatever_bill_names_them_first() -> None:
    one, other = ({"id": number, "votes": [vote()]} for number in ("ocd-bill/1", "ocd-bill/2"))
    assert list(ov.parse_people(one, "us-tx")) == list(ov.parse_people(other, "us-tx"))
    assert [each.source_url for each in ov.parse_people(one, "us-tx")] == [
        "https://v3.openstates.org/people?id=ocd-person/1"
    ]


# --------------------------------------------------------------------- the tables


@pytest.fixture
def bill(corpus: Database) -> str:
    document = Bill(
        id="us-119-hr14",
        source="us_bills",
        jurisdiction="us",
        level="federal",
        session="119",
        identifier="H.R. 14",
        title="A bill",
        url="https://x",
        source_url="https://x",
    )
    upsert(corpus, [document], now=MARCH, silent=True)
    return document.id


def put(db: Database, *items: Any, now: str = MARCH, news: bool = True) -> Any:
    return roll_calls.store(db, items, now=now, is_news=lambda roll: news)


def test_a_second_time_nothing_is_written(corpus: Database, house: list[Any]) -> None:
    put(corpus, *calls(house).values())
    before = list(corpus.conn.iterdump())
    counts = put(corpus, *calls(house).values(), now=APRIL)
    assert (counts.added, counts.changed, counts.unchanged) == (0, 0, 3)
    assert list(corpus.conn.iterdump()) == before


def test_a_corrected_vote_replaces_the_wrong_one(corpus: Database, house: list[Any]) -> None:
    roll = calls(house)["us-house-119-1-2"]
    put(corpus, roll)
    put(corpus, replace(roll, ballots=(replace(roll.ballots[0], word="Nay"), *roll.ballots[1:])))
    found = corpus.execute("select name, choice from votes where roll_call = ?", [roll.id]).fetchall()
    assert sorted(found) == [("Member (OH)", "yes"), ("Newcomer", "not_voting"), ("Pattern", "no")]


@pytest.mark.parametrize(("now", "known", "told"), [(MARCH, True, 1), (APRIL, True, 0), (MARCH, False, 0)])
def test_a_new_vote_is_told_once_and_neither_history_nor_first_contact_is(
    now: str, known: bool, told: int, corpus: Database, bill: str, house: list[Any]
) -> None:
    for _ in range(2):
        put(corpus, *calls(house).values(), now=now, news=known)
    rows = corpus.execute("select happened_on, summary from changes where kind = 'vote'").fetchall()
    line = "House: On Motion to Suspend the Rules and Pass, as Amended: Passed, 2 to 0"
    assert rows == [("2025-03-04", line)] * told


def test_the_news_of_a_vote_without_counts_says_no_result(house: list[Any]) -> None:
    vote = replace(
        calls(house)["us-house-119-1-2"], chamber="upper", question="do pass", result="fail", passed=None, yes=0, no=0
    )
    assert roll_calls.sentence(vote) == "Senate: do pass"
    assert roll_calls.sentence(replace(vote, passed=False, no=9)) == "Senate: do pass: failed, 0 to 9"


def test_what_is_stored_is_read_again_by_the_present_rules(corpus: Database, house: list[Any]) -> None:
    put(corpus, *calls(house).values())
    before = corpus.execute("select id, passed from roll_calls order by id").fetchall()
    assert roll_calls.restate(corpus) == 0
    key = before[0][0]
    corpus.execute(
        "update roll_calls set question = 'do pass', result = 'fail', passed = 0, yes = 0, no = 0 where id = ?", [key]
    )
    assert (roll_calls.restate(corpus), roll_calls.restate(corpus)) == (1, 0)
    assert corpus.execute("select id, passed from roll_calls order by id").fetchall() == [(key, None), *before[1:]]


def test_two_members_of_one_name_are_two_voters_and_nobody_for_certain(corpus: Database) -> None:
    [roll] = state_calls(vote(votes=[{"option": word, "voter_name": "Smith"} for word in ("yes", "no")])).roll_calls
    put(corpus, roll)
    assert corpus.execute("select name, nth from voters order by nth").fetchall() == [("Smith", 1), ("Smith", 2)]
    assert corpus.execute("select count(*) from votes").fetchone() == (2,)


def test_a_vote_that_its_bill_no_longer_lists_is_marked_and_may_return(corpus: Database) -> None:
    whole = state_calls(vote(), vote(id="ocd-vote/2"))
    put(corpus, whole)
    put(corpus, state_calls(vote()), now=APRIL)
    gone = "select id from roll_calls where missing_since is not null"
    assert corpus.execute(gone).fetchall() == [("ocd-vote/2",)]
    put(corpus, whole, now=APRIL)
    assert corpus.execute(gone).fetchall() == []
