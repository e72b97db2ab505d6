"""Titles in sentence case, with the names in them; the words of the source stay on the page."""

from __future__ import annotations

import html
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from site_corpus import BROADBAND, TODAY, build

import serve
from pages.documents import citation, text_versions
from pages.http import captions, titles
from pages.http.captions import said_by_summary
from pages.http.titles import quiet, readable, titled
from pages.positions import positions
from store.connect import connect


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        (
            "AN ACT RELATING TO EDUCATION -- THE SAVE RHODE ISLAND SCHOOL LIBRARIES ACT",
            "An act relating to education -- the save Rhode Island school libraries act",
        ),
        (
            "RELATING TO LICENSING OF ELECTRONIC LITERARY MATERIAL.",
            "Relating to licensing of electronic literary material.",
        ),
        (
            "E-RATE AND FCC RULES FOR NEW YORK. TITLE II AND H.R.6592 APPLY",
            "E-Rate and FCC rules for New York. Title II and H.R.6592 apply",
        ),
        (
            "JOSLIN v. U.S. DEPARTMENT OF THE INTERIOR (D.D.C., 1:26-cv-00576)",
            "Joslin v. U.S. Department of the Interior (D.D.C., 1:26-cv-00576)",
        ),
        ("STATE OF TEXAS V. FCC AND ACME LLC ET AL.", "State of Texas v. FCC and Acme LLC et al."),
        (
            "RELATING TO HAWAIIAN HOMES, PELL GRANTS, AND ALZHEIMER'S DISEASE.",
            "Relating to Hawaiian homes, Pell grants, and Alzheimer's disease.",
        ),
        (
            "A CITY THAT MAY NAME THE FIRST DAY IN MAY AND MAY 7 IN NEW LONDON",
            "A city that may name the first day in May and May 7 in New London",
        ),
        ("RELATING TO A LIBRARY IN EWA BEACH.", "Relating to a library in Ewa Beach."),
        ("RELATING TO LIBRARIES ON MAUI.", "Relating to libraries on Maui."),
        ("TO BIND ANTI-MUSLIM AND NON-HAWAIIAN NAMES", "To bind anti-Muslim and non-Hawaiian names"),
        ("AN ACT CONCERNING THE LIBRARY OF THE TOWN OF DERBY", "An act concerning the library of the town of Derby"),
        ("A VOTER WHO LEAVES THE COUNTY OF RESIDENCE", "A voter who leaves the county of residence"),
        (
            "TO REMEMBER DR. BOB R. BROOKS, JR. AND HIS LIBRARY",
            "To remember Dr. Bob R. Brooks, Jr. and his library",
        ),
        ("AN ACT RELATING TO U.S. SENATORS", "An act relating to U.S. senators"),
        ('"THE LIBRARIES ACT"; FUNDS', '"The libraries act"; funds'),
        ("Fight Book Bans Act", "Fight Book Bans Act"),
        ("HOTSPOTS Act", "HOTSPOTS Act"),
        ("TAKE IT DOWN Act", "TAKE IT DOWN Act"),
        ("HOUTHI PC SMALL GROUP Act of 2025", "HOUTHI PC SMALL GROUP Act of 2025"),
        ("PREVENT ACT of 2021", "PREVENT ACT of 2021"),
        ("21st Century ROAD to Housing Act", "21st Century ROAD to Housing Act"),
        ("7(a) Loan Agent Oversight", "7(a) Loan Agent Oversight"),
        ("250TH ANNIVERSARY OF THE UNITED STATES", "250th anniversary of the United States"),
        ("NO FAKES", "NO FAKES"),
        ("ACTO SOBRE EL PUENTE ÑANDÚ", "Acto sobre el puente ñandú"),
        ("requiring school boards to adopt policies.", "Requiring school boards to adopt policies."),
        ("eBook licenses; libraries", "eBook licenses; libraries"),
        ("Limits surveillance pricing.**", "Limits surveillance pricing."),
        ("", ""),
    ],
)
def test_a_title_in_capitals_is_shown_in_sentence_case(title: str, shown: str) -> None:
    assert readable(title) == shown


@pytest.mark.parametrize("title", ["2", "Date:", "Id.", "Name of Committee:", "", "b."])
def test_a_title_that_says_nothing_gives_way_to_the_number(title: str) -> None:
    assert titled(title, "2025-05779") == "Document 2025-05779, without a title"


@pytest.mark.parametrize("title", ["AI", "Education", "Date: a history", "ICE Act"])
def test_a_short_title_is_a_title(title: str) -> None:
    assert titled(title, "2025-05779") == title


@given(st.text(max_size=200))
def test_only_the_case_of_letters_changes(title: str) -> None:
    assert readable(title).casefold() == re.sub(r"\s*\*+\s*$", "", title).casefold()
    assert readable(readable(title)) == readable(title)


async def test_the_heading_is_plain_and_the_words_of_the_source_stay(tmp_path: Path) -> None:
    file = build(tmp_path)
    db = connect(file)
    db.execute("update documents set title = 'AN ACT ABOUT BROADBAND IN MAINE <B>' where id = ?", [BROADBAND])
    db.close()
    site = serve.build(file, today=TODAY)
    page = (await site.client.get(f"/documents/{BROADBAND}")).text
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", page)
    assert heading is not None
    assert html.unescape(heading[1]) == "An act about broadband in Maine <b>"
    assert "<mark" not in heading[1]
    shown = " ".join(html.unescape(re.sub(r"<[^>]+>", "", page)).split())
    assert "In the words of the source: AN ACT ABOUT BROADBAND IN MAINE <B>" in shown
    assert "An act about broadband in Maine" in html.unescape((await site.client.get("/browse")).text)


async def test_a_first_capital_alone_does_not_repeat_the_title(tmp_path: Path) -> None:
    file = build(tmp_path)
    db = connect(file)
    db.execute("update documents set title = 'relative to broadband' where id = ?", [BROADBAND])
    db.execute("delete from evidence")
    db.close()
    page = html.unescape((await serve.build(file, today=TODAY).client.get(f"/documents/{BROADBAND}")).text)
    assert "<h1>Relative to broadband</h1>" in page
    assert "In the words of the source" not in page


def test_a_summary_that_shouts_is_quiet_and_keeps_its_length() -> None:
    shouted = "A BILL TO AMEND THE SOUTH CAROLINA CODE, SECTION 7-5-110, SO AS TO LEND.\nand then small letters"
    assert (
        quiet(shouted)
        == "A bill to amend the South Carolina code, section 7-5-110, so as to lend.\nand then small letters"
    )


@given(st.text(max_size=300))
def test_a_quiet_summary_has_every_letter_at_its_place(text: str) -> None:
    assert len(quiet(text)) == len(text)


@pytest.mark.parametrize("title", ["Primary Sponsors", "No title provided", "NA", "Withdrawn.", "NOT INTRODUCED"])
def test_the_caption_of_a_page_is_no_title(title: str) -> None:
    assert titled(title, "HB8") == "Document HB8, without a title"
    row = {"title": title, "identifier": "HB8", "abstract": "To enact the Parents' Bill of Rights."}
    assert citation._title(row) == "To enact the Parents' Bill of Rights"
    assert citation._title(row | {"abstract": None}) == "Document HB8, without a title"


@pytest.mark.parametrize(
    ("grade", "name", "said"),
    [
        ("adopted", "Library Bill of Rights", "adopted May 15, 2025"),
        ("tracked", "Judgment in Rhode Island v. Trump", "given May 15, 2025"),
        ("practice", "ALA statement on injunction", "issued May 15, 2025"),
        ("practice", "Coalition letters on encryption", "sent May 15, 2025"),
        ("practice", "ALA v. Sonderling complaint", "filed May 15, 2025"),
        ("practice", "ACRL Legislative Agenda", "May 15, 2025"),
    ],
)
def test_only_what_was_voted_for_is_called_adopted(grade: str, name: str, said: str) -> None:
    assert positions.dated({"grade": grade, "name": name, "adopted": "2025-05-15"}) == said


@pytest.mark.parametrize(
    ("grade", "name", "again"),
    [
        ("practice", "Coalition letters on encryption", True),
        ("practice", "ALA letter on WIOA", False),
        ("adopted", "Resolution on letters of inmates", False),
    ],
)
def test_letters_were_sent_again_and_not_revised(grade: str, name: str, again: bool) -> None:
    version = {"grade": grade, "name": name, "statement": "Words.", "adopted": "2015-05-19", "revised": "2016-04-11"}
    assert positions.sent_again(version) is again
    rests_on = positions._authority([version | {"statement": None}, version])
    assert rests_on
    assert rests_on["revised"] == (None if again else "2016-04-11")
    assert positions._authority([]) is None


def test_codes_of_text_versions_are_said_in_words() -> None:
    assert text_versions.in_words("PCS") == "Placed on Calendar Senate"
    assert text_versions.in_words("Introduced in House") == "Introduced in House"


@pytest.mark.parametrize(
    ("title", "abstract", "name"),
    [
        ("LET AMERICA READ ACT", "Creates the Let America Read Act. Provides that the", "Let America Read Act"),
        (
            "DATABASE RESOURCES FOR STUDENT",
            "Creates the Database Resources for Students Act.",
            "Database Resources for Students Act",
        ),
        ("Let America Read Act", "Creates the Let America Read Act. Provides that the", None),
        ("TWO ACTS", "Creates the First Act, the Second Act, and the Third Act. Provides", None),
        ("EDUC-SCHOOL LIBRARY TASK FORCE", "Amends the School Code. Creates the Task Force Act.", None),
        ("$SOS", None, None),
        (
            "MEMORIAL-ANN R. READER",
            "Mourns the death of Ann R. Reader of Peoria. Extends condolences.",
            "Mourns the death of Ann R. Reader of Peoria",
        ),
        ("SCH CD-VENTILATION", "Amends the School Code. Provides that each school", None),
        ("$SOS", "Appropriates " + "$2, " * 60 + "and $3. Effective", None),
        ("MEMORIAL-ANN R. READER", " ", None),
    ],
)
def test_a_caption_gives_way_to_what_the_summary_says(title: str, abstract: str | None, name: str | None) -> None:
    assert said_by_summary(title, abstract) == name


@pytest.mark.parametrize(
    ("caption", "shown"),
    [
        ("SCH CD-SCHOOL VENTILATION", "School Code: school ventilation"),
        ("DHFS-DHS-DIRECT SUPPORT WAGE", "Department of Healthcare and Family Services: DHS, direct support wage"),
        ("IMDMA-VISITATION-NONPARENTS", "Marriage and Dissolution of Marriage Act: visitation, nonparents"),
        ("INS-OUT-OF-NETWORK-PART-TIME", "Insurance: out-of-network, part-time"),
        ("DOMESTIC VIOLENCE-PENALTIES", "Domestic violence: penalties"),
        ("$CDB-CAPITAL PROJECTS-TECH", "Appropriation: CDB, capital projects, technical change"),
        ("SCH CD-HLTH PROG AND DEPT-WIDE", "School Code: health program and department-wide"),
        ("FOIA-TECH", "Freedom of Information Act: technical change"),
        ("MEMORIAL-ANN R. READER", "Memorial: Ann R. Reader"),
        ("$$DCEO-LIBRARY ROOF", "Appropriation: Department of Commerce and Economic Opportunity, library roof"),
        ("$OFFICE PRETRIAL SERVICES", "Appropriation: office pretrial services"),
        ("$5 MILLION FOR LIBRARIES", "$5 million for libraries"),
        ("RELATING TO LONG-TERM CARE.", "Relating to long-term care."),
        ("YEAR-ROUND LIBRARY HOURS", "Year-round library hours"),
        ("FOIA-", "FOIA-"),
    ],
)
def test_the_captions_of_illinois_are_put_into_words(caption: str, shown: str) -> None:
    assert readable(caption) == shown


def test_a_part_of_the_captions_that_is_lacking_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "captions.yml").write_text(
        "{before: {}, named: {}, after: {}, words: {}, capitals: []}", encoding="utf-8"
    )
    monkeypatch.setattr(captions, "SITE", tmp_path)
    with pytest.raises(ValueError, match="see 'joined'"):
        captions.load_captions.__wrapped__()


def test_a_part_of_the_proper_words_that_is_lacking_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "proper_words.yml").write_text("{words: [Pell]}", encoding="utf-8")
    monkeypatch.setattr(titles, "SITE", tmp_path)
    with pytest.raises(ValueError, match="its parts are phrases, words"):
        titles.load_proper.__wrapped__()


async def test_a_page_shows_the_name_of_the_act_and_keeps_the_title_of_the_source(tmp_path: Path) -> None:
    file = build(tmp_path)
    with closing(sqlite3.connect(next(tmp_path.rglob("corpus.db")))) as db, db:
        named = ("LET AMERICA READ ACT", "Creates the Let America Read Act. Provides that schools", BROADBAND)
        db.execute("update documents set title = ?, abstract = ? where id = ?", named)
    page = (await serve.build(file, today=TODAY).client.get(f"/documents/{BROADBAND}")).text
    assert ">Let America Read Act</h1>" in page
    assert "In the words of the source:" in page
    assert "LET AMERICA READ ACT" in page
