"""The heading that the text of a document prints, and documents that run together with the correction printed above them."""

from __future__ import annotations

import pytest
from sqlite_utils import Database
from test_us_federal_register import record, regulation

from crawlers.items import Regulation
from crawlers.parsers import federal_register as fr
from crawlers.parsers.federal_register_heading import as_printed
from crawlers.status.rederive_status import restate
from crawlers.storage.record import load_document, upsert
from store.connect import migrate

NOW = "2026-11-29T00:00:00Z"
CORRECTION = """ENVIRONMENTAL PROTECTION AGENCY
40 CFR Parts 52 and 81
[EPA-R03-OAR-2024-0586]
RIN 2025-AA01
Air Plan Approval; Pennsylvania
Correction
In rule document 2025-13893, on page 1, "7/24/26" should read "7/24/25".
[FR Doc. C1-2025-13893 Filed 8-7-25; 8:45 am]
"""
OWN = """FEDERAL COMMUNICATIONS COMMISSION
47 CFR Parts 8, 20, and 51
[GN Docket No. 25-133; WC Docket Nos. 23-320, 17-108; DA 25-613]
RIN 3060-AL00
Safeguarding and Securing the Open Internet; Restoring Internet Freedom
AGENCY:
Federal Communications Commission.
ACTION:
Final rule; correction.
SUMMARY:
The Bureau conforms certain rule parts."""


def joined(**values: object) -> Regulation:
    of_the_correction = {
        "title": "Air Plan Approval; Pennsylvania",
        "action": "Final rule; correction.",
        "agencies": [{"name": "Environmental Protection Agency"}],
        "docket_ids": ["EPA-R03-OAR-2024-0586"],
        "regulation_id_numbers": ["2025-AA01"],
        "cfr_references": [{"title": 40, "part": 52}],
    }
    return fr.parse_regulation(record("2025-15107", **of_the_correction | values), text=CORRECTION + OWN, stamp="s")


def is_alone(document: Regulation) -> bool:
    return (document.title, document.agencies, document.rins, document.cfr_references, document.docket_ids) == (
        "Safeguarding and Securing the Open Internet; Restoring Internet Freedom",
        ("Federal Communications Commission",),
        ("3060-AL00",),
        ("47 CFR 8", "47 CFR 20", "47 CFR 51"),
        ("GN Docket 25-133", "WC Docket 23-320", "WC Docket 17-108", "DA 25-613"),
    )


def test_a_document_has_nothing_of_the_correction_that_is_printed_above_it() -> None:
    document = joined()
    assert is_alone(document)
    assert document.text == OWN
    assert (document.links, document.corrects) == ((), None), "it does not cite the correction, it only stands below it"
    assert as_printed(document) == document


def test_one_that_an_earlier_version_stored_is_taken_apart_after_an_upgrade(monkeypatch: pytest.MonkeyPatch) -> None:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    monkeypatch.setattr(fr, "as_printed", lambda document: document)
    stored = joined()
    assert not is_alone(stored)
    upsert(db, [stored], now=NOW, silent=True)
    assert restate(db, now=NOW) == 1
    found = load_document(db, stored.id)
    assert isinstance(found, Regulation)
    assert is_alone(found)
    assert (found.text, found.links) == (OWN, ())


def test_the_end_of_the_document_itself_and_an_appendix_behind_it_take_nothing_away() -> None:
    text = OWN + "\n[FR Doc. 2025-15107 Filed 8-7-25; 8:45 am]\nBILLING CODE 6712-01-P\nAPPENDIX A\nTable 1"
    assert regulation("2025-15107", text).text == text


@pytest.mark.parametrize(
    ("title", "heading"),
    [
        (
            "U.S. Census Bureau, Department of Commerce.",
            "DEPARTMENT OF COMMERCE\nCensus Bureau\n{}\nThe Department will submit",
        ),
        ("2", "CONSUMER PRODUCT SAFETY COMMISSION\n16 CFR Part 1241\n{}\nCFR Correction\nThis rule"),
        (
            "Forest Service",
            "Part IV\nDepartment of Labor\nDEPARTMENT OF AGRICULTURE\nCensus Bureau\n36 CFR Part 242\n{}\nAGENCY:\n",
        ),
        ("Arts Panel", "NATIONAL FOUNDATION ON THE ARTS\nCensus Bureau\n{}\nAGENCY:\nNational"),
        (
            "Banks",
            "DEPARTMENT OF COMMERCE\n12 CFR Chapter X, Part 3\n[Docket ID OCC-2025-0005] RIN 1557-AF30\n{}\nACTION:\n",
        ),
    ],
)
def test_the_title_is_read_from_the_heading_of_the_text(title: str, heading: str) -> None:
    agencies = [{"name": "Department of Commerce"}, {"name": "Census Bureau"}]
    printed = "Survey of Libraries; Comment Request"
    assert regulation("2025-1", heading.format(printed), title=title, agencies=agencies).title == printed
    early = regulation("2024-1", heading.format(printed), title=title, publication_date="2024-12-31")
    assert early.title == title, "no document of before had a piece for a title"


def test_a_title_that_the_printer_broke_at_a_subscript_is_whole() -> None:
    text = "ENVIRONMENTAL PROTECTION AGENCY\n40 CFR Part 52\nAir Plan Approval; 2010 SO\n2\nNAAQS\nAGENCY:\n"
    agencies = [{"name": "Environmental Protection Agency"}, {"name": "Air Plan Approval; 2010 SO"}]
    assert regulation("2025-1", text, title="NAAQS", agencies=agencies).title == "Air Plan Approval; 2010 SO 2 NAAQS"


def test_the_same_words_in_other_letters_and_a_text_without_a_heading_change_nothing() -> None:
    assert regulation("2025-1", OWN.replace("Open Internet;", "open internet—")).title != "Rules for libraries"
    kept = "Safeguarding And Securing The Open Internet; Restoring Internet Freedom"
    assert regulation("2025-1", OWN, title=kept).title == kept
    assert regulation("2025-1", "It begins with a sentence.\nAGENCY:\nNobody").title == "Rules for libraries"


@pytest.mark.parametrize(
    ("lines", "subject"),
    [
        ("Subject:\nE-Rate for Libraries (WC Docket No. 13-184).", ": E-Rate for Libraries (WC Docket No. 13-184)"),
        ("Subjects:\nWireless Alerts; Emergency Alerts.", ": Wireless Alerts; Emergency Alerts"),
        ("Subject:\nIn the Matter of Establishing a 5G Fund,\nGN Docket No. 20-32.", ": Establishing a 5G Fund"),
        ("Subject:\nFM Radio, MB Docket No. 22-405, FCC 24-105, of 2024.", ": FM Radio"),
        ("Subject:\nUse of 6 GHz, FCC 24-125, 90 FR 11373.", ": Use of 6 GHz"),
        ("Number of Petitions Filed:\n1.", ""),
    ],
)
def test_a_petition_against_a_rule_is_named_by_its_subject(lines: str, subject: str) -> None:
    title = "Petitions for Reconsideration of Action in Rulemaking Proceeding"
    text = f"FEDERAL COMMUNICATIONS COMMISSION\n47 CFR Part 54\n{title}\nAGENCY:\nFederal Communications Commission.\n{lines}\n"
    petition = regulation("2025-22831", text, title=title)
    assert petition.title == title + subject
    assert as_printed(petition) == petition, "asked again, it stays"
    assert regulation("2025-1", text.replace(title, "Rules"), title="Rules").title == "Rules"


def test_a_petition_whose_subject_is_a_proceeding_gets_it_once_where_no_heading_can_be_read() -> None:
    title = "Petition for Reconsideration of Action in Proceeding"
    petition = regulation("2025-22831", "Subject:\nFees for a Regulatory Proceeding.", title=title)
    assert petition.title == f"{title}: Fees for a Regulatory Proceeding"
    assert as_printed(petition) == petition, "asked again, it stays"
