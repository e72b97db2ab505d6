"""What sources write otherwise than people say it: votes of a few members as those of a chamber, and names."""

from __future__ import annotations

import html
import re
import sqlite3
from pathlib import Path

import people_fixtures as made
import pytest
from people_fixtures import OHIOS_VOTE
from site_corpus import TODAY

import serve
from crawlers.people import as_people_say
from pages.people import names, roll_call


@pytest.mark.parametrize(
    ("place", "chamber", "yes", "no", "absent", "few"),
    [
        ("us-co", "lower", 5, 7, 0, 12),  # a committee
        ("us-co", "lower", 33, 32, 0, None),
        ("us-ne", "legislature", 6, 2, 0, 8),
        ("us-hi", "upper", 12, 0, 1, 12),  # 13 members of 25 sit on Ways and Means
        ("us-ky", "lower", 19, 30, 51, None),  # the whole House, half of which did not vote
        ("us", "lower", 5, 7, 0, None),
        ("us-az", "upper", None, None, None, None),
        ("us-pr", "lower", 5, 7, 0, None),
    ],
)
def test_a_vote_of_fewer_than_half_of_a_chamber_is_not_called_one_of_the_chamber(
    place: str, chamber: str, yes: int | None, no: int | None, absent: int | None, few: int | None
) -> None:
    row = dict.fromkeys(roll_call.CHOICES) | {
        "jurisdiction": place,
        "chamber": chamber,
        "yes": yes,
        "no": no,
        "other": absent,
    }
    assert roll_call.few(row) == few


def test_every_state_has_its_seats() -> None:
    states = {place for place, _ in roll_call.seats()}
    assert len(states) == 51
    assert roll_call.seats()["us-nh", "lower"] == 400


async def test_members_who_did_not_vote_count_as_members_of_the_committee(tmp_path: Path) -> None:
    file = made.build(tmp_path)
    with sqlite3.connect(file) as db:
        said = "update roll_calls set yes = 9, no = 4, present = 0, not_voting = 2, other = 1 where id = ?"
        db.execute(said, [made.OHIO_VOTE])
    client = serve.build(file, secret="a secret of the tests", today=TODAY).client
    page = (await client.get(OHIOS_VOTE)).text
    assert "Only 13 of the 16 members on the record voted. It was a committee of the House, not all of it" in page
    page = (await client.get(f"/documents/{made.OHIO_BILL}")).text
    assert ">Roll call</a> of 16 members, House: 9 yes, 4 no" in page


async def test_pages_say_that_few_voted(tmp_path: Path) -> None:
    file = made.build(tmp_path)
    with sqlite3.connect(file) as db:
        db.execute("update roll_calls set yes = 9, no = 4 where id = ?", [made.OHIO_VOTE])
    client = serve.build(file, secret="a secret of the tests", today=TODAY).client
    page = (await client.get(OHIOS_VOTE)).text
    assert "Only 13 members voted. It was a committee of the House, not all of it, or the record is not whole." in page
    page = (await client.get(f"/documents/{made.OHIO_BILL}")).text
    assert ">Roll call</a> of 13 members, House: 9 yes, 4 no" in page


async def test_a_roll_call_without_counts_is_not_one_of_nobody(tmp_path: Path) -> None:
    file = made.build(tmp_path)
    with sqlite3.connect(file) as db:
        db.execute("update roll_calls set yes = 0, no = 0, present = 0, not_voting = 0, other = 0")
        db.execute("delete from ballots")
    client = serve.build(file, secret="a secret of the tests", today=TODAY).client
    page = (await client.get(OHIOS_VOTE)).text
    assert "The source gives no counts." in page
    assert "The source gives no names." in page
    page = (await client.get(f"/documents/{made.OHIO_BILL}")).text
    assert "House: the source gives no counts" in page
    assert "0 yes, 0 no" not in page


async def test_a_vote_without_counts_did_not_fail_on_the_page_of_its_bill(tmp_path: Path) -> None:
    file = made.build(tmp_path)
    with sqlite3.connect(file) as db:
        db.execute(
            "update roll_calls set yes = 0, no = 0, result = 'fail', passed = null where id = ?", [made.OHIO_VOTE]
        )
    client = serve.build(file, secret="a secret of the tests", today=TODAY).client
    page = (await client.get(f"/documents/{made.OHIO_BILL}")).text
    assert "House: the source gives no counts" in page
    assert "Motion failed" not in page


async def test_where_a_source_has_only_other_none_is_counted_as_absent(tmp_path: Path) -> None:
    file = made.build(tmp_path)
    with sqlite3.connect(file) as db:
        db.execute("update roll_calls set present = 0, not_voting = 0, other = 1 where id = ?", [made.OHIO_VOTE])
        assert "Other Walked" in await text_at(file, OHIOS_VOTE), "the source's own word is shown"
        db.execute("update vote_words set word = 'other' where choice = 'other'")
        db.commit()
    page = await text_at(file, OHIOS_VOTE)
    assert "Yes 60 No 30 Other, or did not vote 1" in page
    assert "Did not vote 0" not in page
    assert "Present 0" not in page
    assert "did not vote other" not in page, "the bare word says nothing more"


async def test_votes_without_yes_or_no_are_not_counted_as_cast(tmp_path: Path) -> None:
    file = made.build(tmp_path)
    with sqlite3.connect(file) as db:
        db.execute("update vote_words set word = 'other', choice = 'other' where choice = 'yes'")
    page = await text_at(file, made.OHIOANS_PAGE)
    assert (
        "1 recorded vote in all, of which 1 neither yes nor no. The source does not always say whether these were missed."
        in page
    )


@pytest.mark.parametrize(
    ("word", "english", "spanish"), [("pass", "passed", "aprobada"), ("fail", "failed", "rechazada")]
)
async def test_a_bare_result_is_said_in_words(tmp_path: Path, word: str, english: str, spanish: str) -> None:
    file = made.build(tmp_path)
    with sqlite3.connect(file) as db:
        db.execute(
            "update roll_calls set result = ?, yes = iif(? = 'pass', 60, 10) where id = ?", [word, word, made.OHIO_VOTE]
        )
    for address in (OHIOS_VOTE, f"/documents/{made.OHIO_BILL}"):
        assert f"Motion {english}" in await text_at(file, address)
        assert f"Moción {spanish}" in await text_at(file, f"/es{address}")


async def text_at(file: Path, address: str) -> str:
    page = (await serve.build(file, secret="a secret of the tests", today=TODAY).client.get(address)).text
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.mark.parametrize(
    ("party", "said"),
    [
        ("R", "Republican"),
        ("Democratic/Working Families", "Democrat/Working Families"),
        ("Cowboys", "Cowboys"),
        (None, ""),
    ],
)
def test_a_party_is_said_in_words(party: str | None, said: str) -> None:
    assert names.party(party) == said


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        ("Rep. Donald S., Jr. Beyer", "Rep. Donald S. Beyer Jr."),
        ("Sen. Angus S., Jr. King", "Sen. Angus S. King Jr."),
        ('Rep. Henry C. "Hank," Jr. Johnson', 'Rep. Henry C. "Hank" Johnson Jr.'),
        ("Rep. Randy K. Sr. Weber", "Rep. Randy K. Weber Sr."),
        ("Rep. William R. IV Timmons", "Rep. William R. Timmons IV"),
        ("Rep. Matthew M. Rosendale Sr.", "Rep. Matthew M. Rosendale Sr."),
        ("Pablo Jose Rescom. Hernández", "Resident Commissioner Pablo Jose Hernández"),
        ("Rep. Brian K. Fitzpatrick", "Rep. Brian K. Fitzpatrick"),
        ("Azzariti Jr., John V.", "Azzariti Jr., John V."),
        ("Rafael Salamanca, Jr.", "Rafael Salamanca, Jr."),
        ("Lowe, Rose", "Lowe, Rose"),
    ],
)
def test_jr_comes_at_the_end_of_a_name(stored: str, said: str) -> None:
    assert as_people_say(stored) == said
