"""One BILLSTATUS record as a Bill: both schemas, every part, and dirty values."""

# ruff: noqa: E501 (a record's parts are easier to read on one line)

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from conftest import SOURCES, bill_xml
from hypothesis import given
from hypothesis import strategies as st

from crawlers.items import Action, BadRecord, Bill, Committee, Law, Link, Summary, TextVersion, Title, Unreadable
from crawlers.parsers import xmltree
from crawlers.parsers.billstatus import parse_bill, person_name, plain

URL = "https://www.govinfo.gov/bulkdata/BILLSTATUS/117/hr/BILLSTATUS-117hr1.xml"


def parse(inside: str = "", **record: Any) -> Bill:
    return parse_bill(xmltree.parse(bill_xml(inside=inside, **record).encode(), root="billStatus"), source_url=URL)


def test_every_part_is_kept() -> None:
    bill = parse(
        "<policyArea><name>Education</name></policyArea>"
        "<titles><item><titleType>Short Title(s) as Introduced</titleType><title>Libraries Act</title></item>"
        "<item><titleType>Official Title as Introduced</titleType><title>To fund libraries.</title></item></titles>"
        "<summaries><summary><actionDate>2021-03-01</actionDate><actionDesc>Introduced in House</actionDesc>"
        "<text>&lt;p&gt;Funds &lt;b&gt;public&lt;/b&gt; libraries.&lt;/p&gt;&lt;ul&gt;&lt;li&gt;Roofs&lt;/li&gt;&lt;/ul&gt;</text></summary></summaries>"
        "<sponsors><item><fullName>Rep. Doe, Jane Q. [D-CA-1]</fullName><party>D</party><state>CA</state><bioguideId>D000001</bioguideId></item></sponsors>"
        "<cosponsors><item><fullName>Sen. Roe, Richard, Jr. [R-TX]</fullName><sponsorshipDate>2021-03-05</sponsorshipDate>"
        "<isOriginalCosponsor>True</isOriginalCosponsor><sponsorshipWithdrawnDate>2021-04-01</sponsorshipWithdrawnDate></item></cosponsors>"
        "<committees><item><name>Education and Labor Committee</name><chamber>House</chamber><systemCode>hsed00</systemCode>"
        "<activities><item><name>Referred to</name><date>2021-03-01T15:00:00Z</date></item></activities>"
        "<subcommittees><item><name>Libraries</name><systemCode>hsed01</systemCode><activities><item><name>Referred to</name>"
        "<date>2021-03-02T15:00:00Z</date></item></activities></item></subcommittees></item></committees>"
        "<subjects><legislativeSubjects><item><name>Libraries and archives</name></item></legislativeSubjects></subjects>"
        "<textVersions><item><type>Introduced in House</type><date>2021-03-01T05:00:00Z</date><formats><item>"
        "<url>https://www.govinfo.gov/x.xml</url></item></formats></item></textVersions>"
        "<laws><item><type>Public Law</type><number>117-9</number></item></laws>"
        "<relatedBills><item><type>S</type><number>2</number><congress>117</congress><title>Twin</title><relationshipDetails>"
        "<item><type>Identical bill</type><identifiedBy>CRS</identifiedBy></item></relationshipDetails></item></relatedBills>",
        title="Libraries Act",
        actions=(("2021-03-01", "Introduced in House"),),
    )
    assert (bill.id, bill.identifier, bill.chamber, bill.policy_area) == ("us-117-hr1", "H.R. 1", "lower", "Education")
    assert bill.titles[0] == Title(kind="Short Title(s) as Introduced", title="Libraries Act")
    assert bill.summaries == (
        Summary(acted_on="2021-03-01", action="Introduced in House", text="Funds public libraries.\nRoofs"),
    )
    assert bill.abstract == "To fund libraries.\n\nFunds public libraries.\nRoofs"
    sponsor, cosponsor = bill.sponsors
    assert (sponsor.name, sponsor.role, sponsor.person_id) == ("Rep. Jane Q. Doe", "sponsor", "D000001")
    assert (cosponsor.joined_on, cosponsor.withdrawn_on, cosponsor.original) == ("2021-03-05", "2021-04-01", True)
    assert bill.committees == (
        Committee(
            name="Education and Labor Committee",
            chamber="lower",
            code="hsed00",
            activity="Referred to",
            active_on="2021-03-01",
        ),
        Committee(
            name="Education and Labor Committee: Libraries",
            chamber="lower",
            code="hsed01",
            activity="Referred to",
            active_on="2021-03-02",
        ),
    )
    assert bill.subjects == ("Libraries and archives",)
    assert bill.versions == (
        TextVersion(
            name="Introduced in House",
            issued_on="2021-03-01",
            url="https://www.govinfo.gov/x.xml",
            media_type="text/xml",
        ),
    )
    assert bill.laws == (Law(kind="Public Law", number="117-9"),)
    assert bill.links == (Link(document_id="us-117-s2", kind="Identical bill", said_by="CRS", title="Twin"),)
    assert bill.actions == (
        Action(acted_on="2021-03-01", description="Introduced in House", classification="introduction"),
    )


@pytest.mark.parametrize(
    ("record", "laws"),
    [
        ("", (Law(kind="Public Law", number="117-58"),)),  # both systems that keep actions say it
        (
            "<laws><item><type>Public Law</type><number>117-9</number></item></laws>",
            (Law(kind="Public Law", number="117-9"),),
        ),
    ],
)
def test_a_law_without_a_list_of_laws_has_the_number_of_its_actions(record: str, laws: tuple[Law, ...]) -> None:
    said = ("2021-11-15", "Became Public Law No: 117-58.")
    bill = parse(record, title="Roads", actions=(("2021-03-01", "Introduced in House"), said, said))
    assert bill.laws == laws


def test_a_mention_of_a_law_is_no_law() -> None:
    said = ("2021-11-15", "Referred to the Committee, as Became Public Law No: 117-58 was.")
    bill = parse("", title="Roads", actions=(("2021-03-01", "Introduced in House"), said))
    assert bill.laws == ()


def _titled(*titles: tuple[str, str], summary: str = "") -> Bill:
    items = "".join(f"<item><titleType>{kind}</titleType><title>{title}</title></item>" for kind, title in titles)
    said = f"<summary><actionDate>2026-03-05</actionDate><text>{summary}</text></summary>" if summary else ""
    return parse(f"<titles>{items}</titles><summaries>{said}</summaries>", title="KIDS Act")


def test_an_abstract_names_what_another_chamber_made_of_the_bill() -> None:
    titles = (
        ("Short Title(s) from Engrossed Amendment House bill text", "Kids Act"),
        ("Short Title(s) from Engrossed Amendment House bill text", "SAVE America Act"),
        ("Short Title(s) from Engrossed Amendment House bill text", "Safeguard American Voter Eligibility Act"),
        ("Short Title(s) from Engrossed Amendment House for portions of this bill", "Ballots Act"),
        ("Short Title(s) as Passed Senate", "KIDS Act"),
        ("Official Title as Introduced", "To honor kids."),
    )
    amended = "As the House amended it: SAVE America Act; Safeguard American Voter Eligibility Act."
    assert _titled(*titles, summary="Honors kids.").abstract == f"To honor kids.\n\n{amended}\n\nHonors kids."


def test_an_abstract_names_the_acts_in_a_bill_until_it_has_a_summary() -> None:
    titles = (
        ("Short Title(s) as Introduced", "Kids Internet and Digital Safety Act"),
        ("Short Title(s) as Introduced for portions of this bill", "Kids Online Safety Act"),
        ("Short Titles for portions of this bill from PCS (Placed on Senate Calendar) bill text", "SCREEN Act"),
        ("Short Title(s) as Passed House for portions of this bill", "SCREEN Act"),
    )
    assert _titled(*titles).abstract == "Acts in it: Kids Online Safety Act; SCREEN Act."
    assert _titled(*titles, summary="Protects kids.").abstract == "Protects kids."


def test_old_schema_and_new_schema_give_the_same_bill() -> None:
    summary = "<actionDate>2021-03-01</actionDate><actionDesc>Introduced</actionDesc><text>Funds libraries.</text>"
    subjects = "<legislativeSubjects><item><name>Libraries</name></item></legislativeSubjects>"
    committee = "<item><name>Rules</name><chamber>House</chamber><activities><item><name>Markup</name></item></activities></item>"
    new = parse(
        f"<summaries><summary>{summary}</summary></summaries><subjects>{subjects}</subjects><committees>{committee}</committees>"
    )
    old_xml = bill_xml(
        inside=f"<summaries><billSummaries><item>{summary}</item></billSummaries></summaries>"
        f"<subjects><billSubjects>{subjects}</billSubjects></subjects>"
        f"<committees><billCommittees>{committee}</billCommittees></committees>"
    )
    old_xml = old_xml.replace("<number>1</number><type>HR</type>", "<billNumber>1</billNumber><billType>HR</billType>")
    old = parse_bill(xmltree.parse(old_xml.encode(), root="billStatus"), source_url=URL)
    assert old == new
    assert old.subjects
    assert old.summaries
    assert old.committees


@pytest.mark.parametrize(
    ("full", "name"),
    [
        ("Rep. Fitzpatrick, Brian K. [R-PA-1]", "Rep. Brian K. Fitzpatrick"),
        ("Sen. Van Hollen, Chris [D-MD]", "Sen. Chris Van Hollen"),
        ("Del. Norton, Eleanor Holmes [D-DC-At Large]", "Del. Eleanor Holmes Norton"),
        (
            "Resident Commissioner González-Colón, Jenniffer [R-PR-At Large]",
            "Resident Commissioner Jenniffer González-Colón",
        ),
        ("Rep. Weber, Randy K. Sr. [R-TX-14]", "Rep. Randy K. Weber Sr."),
        ("Sen. King, Angus S., Jr. [I-ME]", "Sen. Angus S. King Jr."),
        ("Rescom. Hernández, Pablo Jose [D-PR-At Large]", "Resident Commissioner Pablo Jose Hernández"),
        ("Committee on Rules", "Committee on Rules"),
        ("", None),
    ],
)
def test_names_are_as_people_say_them(full: str, name: str | None) -> None:
    assert person_name(full) == name


@pytest.mark.parametrize("day", ["0001-01-01", "2021-02-30", "tomorrow", "", "9999-99-99"])
def test_impossible_dates_inside_a_record_are_left_out_not_guessed(day: str) -> None:
    bill = parse(
        f"<textVersions><item><type>Introduced</type><date>{day}</date></item></textVersions>",
        actions=((day, "Introduced in House"), ("2021-03-02", "Referred to the Committee on Rules.")),
    )
    assert [action.acted_on for action in bill.actions] == ["2021-03-02"]
    assert bill.versions[0].issued_on is None


@pytest.mark.parametrize(
    ("record", "words"),
    [({"title": None}, "title"), ({"introduced": "0001-01-01"}, "introducedDate"), ({"number": "x"}, "number")],
)
def test_record_without_what_it_must_have_is_refused(record: dict[str, Any], words: str) -> None:
    with pytest.raises(BadRecord, match=words):
        parse(**record)


def test_markup_of_a_summary_becomes_text_and_scripts_vanish() -> None:
    assert plain("<p>One &amp; two</p><script>alert(1)</script><p>Three<br/>four</p>") == "One & two\nThree\nfour"
    assert plain("<p> </p>") is None


@given(st.text())
def test_any_summary_becomes_clean_text_or_none(markup: str) -> None:
    text = plain(markup)
    assert text is None or (text == text.strip() and "\x00" not in text)


FILE = next((SOURCES / "us_bills").rglob("BILLSTATUS-117s3663.xml")).read_bytes()


@given(st.integers(0, len(FILE)), st.binary(max_size=6))
def test_garbled_record_is_refused_or_read_never_an_accident(place: int, junk: bytes) -> None:
    body = FILE[:place] + junk + FILE[place + len(junk) :]
    with suppress(BadRecord, Unreadable):
        bill = parse_bill(xmltree.parse(body, root="billStatus"), source_url=URL)
        assert bill.title
        assert bill.status == bill.status_history[-1][0]


@given(st.integers(1, len(FILE) - 20))
def test_cut_off_record_is_never_half_read(place: int) -> None:
    with pytest.raises(Unreadable):
        xmltree.parse(FILE[:place], root="billStatus")
