"""Which positions the public sees with real documents: what a specialist would look for, and nothing about something else."""

from __future__ import annotations

import pytest

from positions.matching.matcher import Matcher
from positions.relevance.relevance import matched


def shown_beside(document_id: str, areas: str, title: str, abstract: str = "", text: str = "") -> dict[str, str]:
    """The positions that the public sees beside a document, each with the words that it is shown with."""
    fields = {"title": title, "abstract": abstract or None, "text": text or None}
    found = matched(Matcher(), document_id, fields, areas.split())
    return {match.position_id: match.provision.words for match in found if match.shown}


@pytest.mark.parametrize(
    ("document_id", "areas", "title", "abstract", "yes", "no"),
    [
        (
            "us-119-hr6028",
            "government-information",
            "Legislative Branch Agencies Clarification Act",
            "To modify the appointment and removal process for certain legislative branch officers, and for other purposes.",
            {"cp-office-in-library"},
            set(),
        ),
        (
            "us-119-hr6686",
            "library-funding open-access education-research-funding",
            "No Cost Educational Resources Act of 2025",
            "To amend section 262 of the Museum and Library Services Act to authorize the Director of the Institute of Museum "
            "and Library Services to award grants to institutions of higher education for courses that use only publicly "
            "available digital resources for required reading assignments, and for other purposes.",
            {"oa-oer-textbooks", "lf-save-imls"},
            {"ed-research-humanities", "lf-mlsa-reauthorization"},
        ),
        (
            "us-119-hr9010",
            "library-funding",
            "Making appropriations for the Legislative Branch for the fiscal year ending September 30, 2027.",
            "",
            {"lf-federal-libraries"},
            set(),
        ),
        (
            "us-119-hr5371",
            "education-research-funding",
            "Continuing Appropriations, Agriculture, Legislative Branch, Military Construction and Veterans Affairs, and "
            "Extensions Act, 2026",
            "Making continuing appropriations and extensions for fiscal year 2026, and for other purposes.",
            {"lf-federal-libraries"},
            set(),
        ),
        (
            "us-119-hres892",
            "education-research-funding",
            "Authorizing the Speaker of the House of Representatives to initiate or intervene in civil actions regarding section "
            "213 of the Continuing Appropriations, Agriculture, Legislative Branch, and Extensions Act, 2026.",
            "",
            set(),
            {"lf-federal-libraries"},
        ),
        (
            "us-119-hr6952",
            "library-funding",
            "January 6th Oral History Project Act",
            "To direct the American Folklife Center at the Library of Congress to establish an oral history program to collect "
            "certain video and audio recordings of personal histories, and for other purposes.",
            set(),
            {"lf-federal-libraries", "gi-library-of-congress"},
        ),
        (
            "us-hi-2026-sb757",
            "copyright",
            "RELATING TO LIBRARIES.",
            "Requires reasonable terms in license agreements for digital literary materials between libraries and publishers.",
            {"cp-fair-ebook-terms"},
            set(),
        ),
        (
            "us-ia-2025-2026-hf558",
            "intellectual-freedom",
            "A bill for an act prohibiting certain materials in public libraries in counties and cities, authorizing civil "
            "actions, and providing civil penalties.",
            "",
            {"if-no-viewpoint-removal"},
            set(),
        ),
        (
            "us-ma-194th-h3594",
            "intellectual-freedom",
            "An Act regarding free expression",
            "A petition relative to the right of students to freedom of expression in public schools.",
            {"if-right-to-read-laws"},
            set(),
        ),
        (
            "us-117-hr8250",
            "copyright",
            "Copyright Clause Restoration Act of 2022",
            "To set the duration of copyright, and for other purposes.",
            {"cp-public-domain"},
            {"cp-fair-use"},
        ),
        (
            "us-regs-colcfrdoc1-0205",
            "copyright",
            "Guidance for Copyright Registration: What Generative Artificial Intelligence Made",
            "",
            set(),
            {"cp-ai"},
        ),
        (
            "us-regs-colc2021-0003-0001",
            "copyright",
            "Small Claims Procedures: Opt-Outs of Libraries and Archives",
            "",
            {"cp-small-claims"},
            {"cp-section-108"},
        ),
        (
            "us-hi-2026-hb1753",
            "privacy",
            "RELATING TO SOCIAL MEDIA.",
            "Requires social media platforms to let users delete their accounts and erase what they hold about them.",
            set(),
            {"if-online-speech"},
        ),
        (
            "us-nj-222-a9",
            "privacy intellectual-freedom",
            "Requires firms to verify age of persons using online services and prohibits minors from using online services.",
            "",
            {"if-online-speech"},
            {"pr-consumer-data"},
        ),
        (
            "us-pa-2025-2026-hb9",
            "privacy",
            "An Act amending Title 18 (Crimes and Offenses), in miscellaneous offenses, providing for children's online safety.",
            "",
            set(),
            {"pr-consumer-data"},
        ),
        (
            "us-pa-2025-2026-hb8",
            "privacy",
            "An Act on the data of minors, providing for children's online privacy.",
            "",
            {"pr-consumer-data"},
            set(),
        ),
        (
            "us-fl-2026-hb9",
            "government-information",
            "Pub. Rec./Notaries",
            "Pub. Rec./Notaries; Provides exemption from public records requirements for personal identifying & location "
            "information of current notaries & their spouses & children; provides for future legislative review & repeal.",
            set(),
            {"gi-foia"},
        ),
        (
            "us-fl-2026-hb8",
            "government-information",
            "Pub. Rec./Audits of Agencies",
            "Pub. Rec./Audits of Agencies; Provides exemption from public records requirements for audits of agencies & the "
            "plans that follow from them; provides for future legislative review & repeal.",
            set(),
            {"gi-foia"},
        ),
        (
            "us-fl-2026-sb8",
            "government-information",
            "Public Records/Towpath Keepers",
            "Public Records/Towpath Keepers; Providing an exemption from public records requirements for their tax returns.",
            set(),
            {"gi-foia"},
        ),
        (
            "us-fl-2026-sb9",
            "government-information",
            "Public Records",
            "Public Records; Providing that it is a violation to fail to answer a public records request in good faith; "
            "requiring agencies to act on requests within a specified time.",
            {"gi-foia"},
            set(),
        ),
        (
            "us-sc-2025-2026-h9",
            "intellectual-freedom",
            "Protection of Minors from Pornography and Obscenities Act",
            "To amend the section on disseminating harmful material to minors, so as to limit the affirmative defense "
            "provided by the statute only to the teaching of sex education and human biology.",
            {"if-no-criminal-liability"},
            {"if-no-viewpoint-removal"},
        ),
        (
            "us-me-131-ld9",
            "intellectual-freedom",
            "An Act to Eliminate the Educational Purposes Exception to the Prohibition on Selling of Obscene Matter to Minors",
            "",
            {"if-no-criminal-liability"},
            set(),
        ),
        (
            "us-ok-2023-sb9",
            "intellectual-freedom",
            "Schools; prohibiting schools from maintaining books on certain topics.",
            "",
            {"if-no-viewpoint-removal"},
            set(),
        ),
        (
            "us-ok-2023-sb8",
            "intellectual-freedom",
            "Schools; prohibiting schools from maintaining bank accounts for books of certain clubs.",
            "",
            set(),
            {"if-no-viewpoint-removal"},
        ),
        (
            "us-fl-2026-sb9",
            "intellectual-freedom",
            "Education",
            "Repealing a provision on prohibited training or instruction in specified concepts about race, color, or sex.",
            {"if-divisive-concepts"},
            set(),
        ),
        (
            "us-id-2026-h9",
            "intellectual-freedom",
            "OBSCENE MATERIAL – Amends existing law to revise the definition of “obscene material.”",
            "",
            {"if-harmful-to-minors"},
            set(),
        ),
        (
            "us-id-2026-h8",
            "intellectual-freedom",
            "Expands the definition of adult-oriented establishment to stores that sell obscene material.",
            "",
            set(),
            {"if-harmful-to-minors"},
        ),
        (
            "us-117-hr9",
            "library-funding education-research-funding",
            "Labor, Health and Human Services, Education, Agriculture, and Rural Development Appropriations Act, 2022",
            "Making appropriations for the Departments of Labor, Health and Human Services, and Education.",
            {"lf-lsta"},
            set(),
        ),
        (
            "us-117-hr8",
            "telecommunications",
            "Infrastructure Investment and Jobs Act",
            "To authorize funds for highways and transit. "
            + "The bill provides funding for roads, bridges, rail, and ports. " * 9
            + "It also provides grants for digital inclusion.",
            {"tc-broadband-right"},
            set(),
        ),
        (
            "us-ia-2025-2026-hf9",
            "intellectual-freedom",
            "A bill for an act relating to public library requirements for materials harmful to minors, and providing civil and "
            "criminal penalties.",
            "",
            {"if-no-criminal-liability"},
            set(),
        ),
        (
            "us-119-hr2789",
            "literacy education-research-funding",
            "Adult Education WORKS Act",
            "To amend the Adult Education and Family Literacy Act and the Workforce Innovation and Opportunity Act to strengthen "
            "adult education.",
            {"ed-workforce"},
            set(),
        ),
        (
            "us-117-hr6566",
            "copyright",
            "Freedom to Repair Act of 2022",
            "To amend title 17, United States Code, to allow the repair of certain digital equipment.",
            {"cp-dmca-1201"},
            set(),
        ),
    ],
)
def test_a_document_shows_what_a_specialist_would_look_for(
    document_id: str, areas: str, title: str, abstract: str, yes: set[str], no: set[str]
) -> None:
    shown = shown_beside(document_id, areas, title, abstract).keys()
    assert yes <= shown
    assert not no & shown


def test_who_heads_the_library_of_congress_is_no_matter_of_its_money_or_of_what_it_publishes() -> None:
    title = (
        "To modify the appointment process for the Librarian of Congress, the Comptroller General, and the Director of the "
        "Government Publishing Office, and for other purposes."
    )
    text = (
        "(a) Appointment.—The Librarian of Congress shall be appointed by the adoption by Congress of a concurrent resolution.\n"
        "(b) Commission.—There is established a commission for the purposes of recommending an individual to be appointed as "
        "Librarian of Congress under subsection (a)."
    )
    shown = shown_beside("us-119-hr6517", "government-information library-funding", title, "", text)
    assert set(shown) == {"gi-independent-librarian"}


def test_the_constitution_online_is_no_matter_of_subject_headings() -> None:
    title = (
        "To direct the Librarian of Congress to promote the more cost-effective, efficient, and expanded availability of the "
        "Annotated Constitution and pocket-part supplements by replacing the hardbound versions with digital versions."
    )
    text = "The Librarian of Congress shall ensure the continuing availability of the documents to Congress and the public."
    assert "gi-library-of-congress" not in shown_beside("us-119-hr1234", "government-information", title, "", text)


def test_a_resolution_for_library_staff_is_shown_with_what_it_says_of_funding_and_with_the_agency() -> None:
    title = (
        "A resolution expressing support for the staff of public, school, academic, and special libraries in the United States "
        "and the essential services those libraries provide to communities, recognizing the need for funding commensurate with "
        "the broad scope of social service and community supports provided by libraries."
    )
    text = (
        "Whereas eliminating the Institute of Museum and Library Services would harm the ability of libraries to provide "
        "critical resources to millions of people in the United States;\nand\n"
        "Whereas the week of April 19 through April 25, 2026, would be an appropriate time to celebrate “National Library Week”: "
        "Now, therefore, be it\n"
        "That the Senate supports the prioritization of full funding of library services."
    )
    shown = shown_beside("us-119-sres688", "library-funding intellectual-freedom", title, "", text)
    assert "funding" in shown["lf-lsta"], "“an appropriate time” is no appropriation"
    assert "Institute of Museum and Library Services" in shown["lf-save-imls"]


def test_a_list_of_acts_that_begins_with_a_definition_is_read_to_its_end() -> None:
    acts = "revises provisions relating to objections of certain materials used in classroom libraries of school districts."
    shown = shown_beside("us-fl-2023-h9", "intellectual-freedom", "Education", f'Defines "sex" for the code; {acts}')
    assert "if-fair-challenge-process" in shown
    defined = "Defines objections of certain materials in school libraries."
    assert "if-fair-challenge-process" not in shown_beside(
        "us-fl-2023-h8", "intellectual-freedom", "Education", defined
    )
