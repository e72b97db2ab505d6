"""The scorecard of members: a vote counts only with a stance from before it, named by an approver; each number has its votes."""

from __future__ import annotations

import html
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import people_fixtures
import pytest
from desk_fixtures import (
    Browser,
    copy,
    corpus_of,
    open_desk,
    person,
    say,
    site_of,
)
from desk_fixtures import build as build_desk
from people_fixtures import CHAIR, LEFT, READER, ROLL_CALL
from site_corpus import BROADBAND

from desk.queue import counted_votes
from desk.queue.counted_votes import BadVote
from pages.positions import members
from publish.counted_votes import stance_before, write_counted_votes
from publish.listing import publish
from settings import Configuration

POSITION = "tc-hotspot-lending"
#: The vote was on March 7, 2022, 6:30 p.m. in Washington.
BEFORE, AFTER = "2022-03-07T23:29:00Z", "2022-03-07T23:31:00Z"
LATER = "2022-03-09T09:00:00Z"
GIVEN = {"wanted": "yes", "version": "As reported", "reason": "The vote on the bill itself."}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = build_desk(tmp_path_factory.mktemp("votes"))
    people_fixtures.with_people(config.corpus)
    return config.data


@pytest.fixture
def config(made: Path, tmp_path: Path) -> Configuration:
    return copy(made, tmp_path)


@pytest.fixture
def staff(config: Configuration) -> Any:
    with closing(open_desk(config)) as db:
        yield db


def stance(
    db: Any, value: str = "support", now: str = BEFORE, subject: str = "stance", verdict: str = "confirm"
) -> int:
    more = {} if verdict == "reject" else {"value": value, "reason": "It helps.", "source": "A letter"}
    return say(db, verdict, subject, published=True, now=now, **more)


def count(db: Any, who: str = "Ana Reader", **more: Any) -> None:
    counted_votes.count(db, person(db, who), ROLL_CALL, POSITION, now=LATER, **(GIVEN | more))


def public(config: Configuration, db: Any) -> list[Any]:
    corpus = corpus_of(config)
    with corpus.atomic():
        write_counted_votes(corpus, db)
    return corpus.execute("select roll_call, position_id, wanted, stance, stance_on from counted_votes").fetchall()


def test_a_vote_counts_once_an_approver_names_it_after_an_earlier_stance(config: Configuration, staff: Any) -> None:
    stance(staff)
    assert public(config, staff) == []
    count(staff)
    assert public(config, staff) == [(ROLL_CALL, POSITION, "yes", "support", "2022-03-07")]
    corpus = corpus_of(config)
    with corpus.atomic():
        assert write_counted_votes(corpus, staff) == 0, "a second run writes nothing"


@pytest.mark.parametrize(
    ("at", "held_at", "counts"),
    [
        (BEFORE, "2022-03-07T18:30:00-05:00", True),
        (AFTER, "2022-03-07T18:30:00-05:00", False),
        (BEFORE, "2022-03-08", True),
        (BEFORE, "2022-03-07", False),
        (BEFORE, "2022-03-07T23:59:00", False),
    ],
)
def test_a_stance_must_be_earlier_for_certain(staff: Any, at: str, held_at: str, *, counts: bool) -> None:
    stance(staff, now=at)
    assert (stance_before(staff, BROADBAND, POSITION, held_at) is not None) == counts


def test_without_a_stance_from_before_the_vote_it_cannot_count(staff: Any) -> None:
    with pytest.raises(BadVote, match="no stance on this document was published before the vote"):
        count(staff)
    say(staff, subject="stance", value="support", reason="A draft.", now=BEFORE, who="Ben Writer")
    stance(staff, now=AFTER, subject=f"stance:{POSITION}")
    with pytest.raises(BadVote, match="no stance"):
        count(staff)


@pytest.mark.parametrize("value", ["watch", "support_if_amended", "oppose_unless_amended"])
def test_a_stance_without_a_plain_side_counts_for_nothing(staff: Any, value: str) -> None:
    stance(staff, value=value)
    assert stance_before(staff, BROADBAND, POSITION, "2022-03-08") is None


def test_a_stance_that_is_withdrawn_or_turned_takes_the_vote_off(config: Configuration, staff: Any) -> None:
    stance(staff)
    count(staff)
    assert len(public(config, staff)) == 1
    stance(staff, "oppose", now=LATER)
    assert public(config, staff) == []
    stance(staff, "support", now=LATER)
    assert len(public(config, staff)) == 1
    stance(staff, now=LATER, verdict="reject")
    assert public(config, staff) == []


def test_a_vote_that_its_source_no_longer_lists_counts_no_more(config: Configuration, staff: Any) -> None:
    stance(staff)
    count(staff)
    with closing(corpus_of(config)) as corpus:
        corpus.execute("update roll_calls set missing_since = '2022-03-08T00:00:00Z'")
        corpus.conn.commit()
    assert public(config, staff) == []
    with pytest.raises(BadVote, match="no longer lists"):
        count(staff)


def test_the_stance_on_the_position_comes_before_that_on_the_document(staff: Any) -> None:
    stance(staff, "support")
    stance(staff, "oppose", subject=f"stance:{POSITION}")
    found = stance_before(staff, BROADBAND, POSITION, "2022-03-08")
    assert found is not None
    assert found["value"] == "oppose"


@pytest.mark.parametrize("who", ["Ben Writer", "Cleo Looker"])
def test_only_an_approver_counts_and_withdraws(staff: Any, who: str) -> None:
    stance(staff)
    with pytest.raises(BadVote, match="only an approver"):
        count(staff, who)
    count(staff)
    with pytest.raises(BadVote, match="only an approver"):
        counted_votes.withdraw(staff, person(staff, who), ROLL_CALL, POSITION, now=LATER)


@pytest.mark.parametrize(
    "more", [{"wanted": ""}, {"wanted": "present"}, {"version": " "}, {"reason": ""}, {"reason": "x" * 4_001}]
)
def test_what_is_missing_is_named(staff: Any, more: dict[str, str]) -> None:
    stance(staff)
    with pytest.raises(BadVote, match=r"choose|enter"):
        count(staff, **more)


def test_a_vote_is_corrected_and_withdrawn_by_newer_rows(config: Configuration, staff: Any) -> None:
    stance(staff)
    count(staff)
    count(staff, wanted="no", reason="It was a motion to table.")
    assert [row[2] for row in public(config, staff)] == ["no"]
    counted_votes.withdraw(staff, person(staff), ROLL_CALL, POSITION, now=LATER)
    assert public(config, staff) == []
    assert staff.execute("select count(*) from counted_votes").fetchone()[0] == 3
    with pytest.raises(BadVote, match="does not count"):
        counted_votes.withdraw(staff, person(staff), ROLL_CALL, POSITION, now=LATER)
    with pytest.raises(sqlite3.IntegrityError, match="only added to"):
        staff.execute("delete from counted_votes")


def test_the_desk_says_which_votes_may_count_and_what_they_ask_for(staff: Any) -> None:
    [found] = counted_votes.candidates(staff, BROADBAND)
    assert (found["stance"], found["suggested"], found["decision"]) == (None, None, None)
    stance(staff, "oppose")
    count(staff, wanted="no")
    [found] = counted_votes.candidates(staff, BROADBAND)
    assert (found["suggested"], found["decision"]["name"], found["position_id"]) == ("no", "Ana Reader", POSITION)


def test_each_number_has_its_votes_and_the_missed_are_missed(config: Configuration, staff: Any) -> None:
    stance(staff)
    count(staff)
    public(config, staff)
    with closing(sqlite3.connect(config.corpus)) as db:
        db.row_factory = sqlite3.Row
        view = members.members(db, POSITION, LEFT)
        counts = {row["id"]: row["counts"] for row in view.members}
        assert counts[READER] == {"with": 1, "against": 0, "missed": 0, "other": 0}
        assert counts[CHAIR] == {"with": 0, "against": 1, "missed": 0, "other": 0}
        assert counts[LEFT] == {"with": 0, "against": 0, "missed": 1, "other": 0}
        assert view.unlinked == 1
        assert [(row["side"], row["address"]) for row in view.behind] == [("missed", f"/votes/{ROLL_CALL}")]
        assert members.members(db, "no-such-position", "").position is None
    assert [members.side(choice, "no") for choice in ("yes", "no", "not_voting", "present", "other")] == [
        "against",
        "with",
        "missed",
        "other",
        "other",
    ]


async def test_an_approver_counts_a_vote_on_the_desk_and_the_public_sees_it_at_once(
    config: Configuration, staff: Any
) -> None:
    stance(staff)
    with closing(corpus_of(config)) as corpus:
        publish(corpus, LATER, staff)
    browser = Browser(site_of(config).app())
    await browser.sign_in()
    page = f"/desk/documents/{BROADBAND}/votes"
    assert "Count this vote" in (await browser.get(page)).text
    bad = await browser.send(page, roll_call=ROLL_CALL, position_id=POSITION, step="count", **(GIVEN | {"reason": ""}))
    assert bad.status_code == 400
    assert "enter the reason" in bad.text
    assert 'value="As reported"' in bad.text, "what was typed stays"
    done = await browser.send(page, roll_call=ROLL_CALL, position_id=POSITION, step="count", **GIVEN)
    assert (done.status_code, done.headers["location"]) == (302, page)
    shown = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", (await browser.get("/scorecard/members")).text)).split())
    assert "Lend hotspots 1 vote" in shown
    public_page = (await browser.get(f"/scorecard/members?position={POSITION}&member={READER}")).text
    for each in (
        "The vote on the bill itself.",
        "With the position: Yes. Stance: Support, since March 7, 2022.",
        "1 vote of members",
    ):
        assert each in re.sub(r"<[^>]+>", "", public_page)
    assert "Ana Reader" not in public_page, "who decided is for staff"
    done = await browser.send(page, roll_call=ROLL_CALL, position_id=POSITION, step="withdraw")
    assert done.status_code == 302
    assert "No vote counts yet" in (await browser.get("/scorecard/members")).text


async def test_a_viewer_reads_the_votes_and_changes_nothing(config: Configuration, staff: Any) -> None:
    stance(staff)
    browser = Browser(site_of(config).app())
    await browser.sign_in("Cleo Looker")
    page = f"/desk/documents/{BROADBAND}/votes"
    assert "Count this vote" not in (await browser.get(page)).text
    refused = await browser.send(page, roll_call=ROLL_CALL, position_id=POSITION, step="count", **GIVEN)
    assert refused.status_code == 403
    assert staff.execute("select count(*) from counted_votes").fetchone()[0] == 0
