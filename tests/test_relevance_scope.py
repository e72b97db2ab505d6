"""Which documents a position can touch at all: by level, kind, subject, and the words that it needs."""

from __future__ import annotations

import pytest

from positions.catalog.catalog import load_catalog
from positions.matching.matcher import Matcher
from positions.relevance.claims import Claim, ClaimReader


def claims(document_id: str, fields: dict[str, str | None], *areas: str) -> dict[str, Claim]:
    reader = ClaimReader(load_catalog())
    return {c.position_id: c for c in reader.read(document_id, fields, Matcher().match(fields, set(areas)))}


def test_the_scope_leaves_out_other_levels_kinds_and_matters() -> None:
    title = {"title": "Grants under the Library Services and Technology Act", "abstract": None, "text": None}
    assert claims("us-119-hr1", title, "library-funding")["lf-lsta"].refused is None
    assert claims("us-oh-136-hb1", title, "library-funding")["lf-lsta"].refused == "level"
    assert claims("7", title, "library-funding")["lf-lsta"].refused is None, "an id that says nothing forbids nothing"
    other = {"title": "Prohibits discrimination against tenants on the basis of race", "abstract": None, "text": None}
    assert claims("us-oh-136-hb2", other, "civil-liberties")["cl-equal-access"].refused == "no library matter"
    meeting = {"title": "Notice of Public Meeting on Freedom of Information", "abstract": None, "text": None}
    assert claims("us-fr-2025-1", meeting, "government-information")["gi-foia"].refused == "meetings"
    debarred = {"title": "Notice of Debarment; Schools and Libraries E-Rate Program", "abstract": None, "text": None}
    assert claims("us-fr-2025-2", debarred, "telecommunications")["tc-erate"].refused == "debarments", (
        "whatever it names"
    )


@pytest.mark.parametrize(
    ("position", "area", "yes", "no"),
    [
        (
            "gi-preserve-no-deletion",
            "government-information",
            "Retention of public records by counties",
            "Expunction; clerks destroy public records of an arrest",
        ),
        (
            "lt-lifelong-literacy",
            "literacy",
            "An Act to promote adult literacy",
            "An Act to promote food literacy in schools",
        ),
        (
            "if-online-speech",
            "intellectual-freedom",
            "Content moderation on social media",
            "Fraud by advertisers on social media platforms",
        ),
        (
            "tc-broadband-right",
            "telecommunications",
            "Broadband internet access service in rural towns",
            "Broadband internet access service; use of customer data",
        ),
        (
            "pr-surveillance-reform",
            "privacy",
            "Limits surveillance by the police",
            "Access to surveillance records of the utility commission",
        ),
        (
            "ed-school-librarians",
            "library-funding",
            "A librarian for each school library",
            "Access by a parent to school library information",
        ),
        (
            "if-professional-selection",
            "intellectual-freedom",
            "Library materials; who may select them",
            "Merges the archives board and the library materials board",
        ),
        (
            "pr-consumer-data",
            "privacy",
            "Personal data of customers; opt out",
            "Drones; protection of personal data they record",
        ),
        (
            "pr-no-gag-orders",
            "privacy",
            "Repeals the USA PATRIOT Act and its gag orders",
            "Repatriation of patriots; gag orders",
        ),
        ("if-online-speech", "intellectual-freedom", "Social media; speech", "OGSR/Social Media Inquiries"),
        ("gi-foia", "government-information", "Public records; more of them online", "Firearm sales; public records"),
        (
            "gi-foia",
            "government-information",
            "Public records of counties",
            "Unlawful terms in land records; public records",
        ),
        (
            "gi-preserve-no-deletion",
            "government-information",
            "Retention of government records",
            "Retention of government records of boat sales",
        ),
        ("lt-lifelong-literacy", "literacy", "A reading program for adults", "Automated meter reading program"),
        (
            "if-no-viewpoint-removal",
            "intellectual-freedom",
            "Removal of library books",
            "Electronic books; removal of library books",
        ),
        ("pr-surveillance-reform", "privacy", "Limits surveillance", "Limits surveillance cameras for litter in parks"),
        ("pr-consumer-data", "privacy", "Protects personal data", "Protects personal data of a public officer"),
        ("pr-consumer-data", "privacy", "Data protection for customers", "SEC data protection for advisers"),
        (
            "pr-consumer-data",
            "privacy",
            "Privacy of internet browsers",
            "Accessibility requirements for internet browsers",
        ),
        ("if-online-speech", "intellectual-freedom", "Social media platforms", "Vloggers on social media platforms"),
        (
            "if-online-speech",
            "intellectual-freedom",
            "Social media; speech",
            "Impersonating a person on social media; speech",
        ),
        (
            "if-online-speech",
            "intellectual-freedom",
            "A minor creates an account on social media",
            "A minor deletes an account on social media",
        ),
        (
            "pr-surveillance-reform",
            "privacy",
            "Limits surveillance cameras of the police",
            "Appropriation; installation of surveillance cameras",
        ),
        (
            "if-no-viewpoint-removal",
            "intellectual-freedom",
            "Removal of library books",
            "Weapons in a library; removal of books",
        ),
        ("if-online-speech", "intellectual-freedom", "Age verification online", "Utility districts; age verification"),
        (
            "cp-fair-ebook-terms",
            "copyright",
            "Contracts of libraries on electronic books",
            "Online library databases; electronic books",
        ),
        ("gi-foia", "government-information", "Public records; fees", "Public records; fees for healthcare records"),
        (
            "pr-surveillance-reform",
            "privacy",
            "Limits surveillance by drones",
            "Trespass and surveillance by drones of neighbors",
        ),
        ("pr-consumer-data", "privacy", "Student data; consent", "Student data; longitudinal data system of the state"),
        ("tc-broadband-right", "telecommunications", "Broadband over fiber", "Broadband over power lines"),
        (
            "ed-school-librarians",
            "library-funding",
            "A librarian for each school library",
            "School library; list of resources in the school library",
        ),
        (
            "tc-broadband-right",
            "telecommunications",
            "Broadband in rural towns",
            "Outage reporting by broadband providers",
        ),
        (
            "pr-surveillance-reform",
            "privacy",
            "Limits surveillance by the state",
            "Limits commercial surveillance by firms",
        ),
        ("pr-consumer-data", "privacy", "Data privacy of consumers", "Email Privacy Act; data privacy"),
        (
            "pr-warrant-for-content",
            "privacy",
            "Warrant for metadata of electronic communications",
            "Cell-site simulators; warrant for metadata of electronic communications",
        ),
        (
            "pr-warrant-for-content",
            "privacy",
            "Search warrants, electronic data",
            "Search warrants, electronic data of registration plate readers",
        ),
        ("lt-lifelong-literacy", "literacy", "Literacy coaches", "Removes an obsolete provision on literacy"),
        ("cl-fees-and-poverty", "library-funding", "Library fees", "A fee for passport forms that a library keeps"),
        ("pr-library-records", "privacy", "Library records of users", "Records of the library; sex offenders"),
        ("gi-foia", "government-information", "Public records", "Public records on minors; sex offenders"),
        (
            "if-no-viewpoint-removal",
            "intellectual-freedom",
            "Sexually explicit books in a school library",
            "Parental notification; sexually explicit content of books in schools",
        ),
        (
            "if-minors-access",
            "intellectual-freedom",
            "Minors in a public library; parental consent",
            "Drag shows; minors in a public library; parental consent",
        ),
        (
            "if-minors-access",
            "intellectual-freedom",
            "Parents' access to the books that their minor child takes from a library",
            "Parents' access to the library records of their minor child",
        ),
        (
            "if-no-viewpoint-removal",
            "intellectual-freedom",
            "A study of the removal of library materials",
            "A study of the retention of library materials",
        ),
        (
            "if-no-viewpoint-removal",
            "intellectual-freedom",
            "Library materials that name a topic are removed",
            "Recognizing Judea and Samaria; library materials",
        ),
        (
            "if-harmful-to-minors",
            "intellectual-freedom",
            "Material harmful to minors; definition",
            "Age verification for websites with material harmful to minors",
        ),
        (
            "if-harmful-to-minors",
            "intellectual-freedom",
            "Adds a definition of content harmful to minors",
            "Removes a definition of content harmful to minors",
        ),
        (
            "if-fair-challenge-process",
            "intellectual-freedom",
            "A board to hear challenges to library books",
            "A volunteer board to review and rate library books",
        ),
        (
            "cp-fair-ebook-terms",
            "intellectual-freedom",
            "Access of libraries to electronic books; digital resources of libraries",
            "Requirements for electronic resources of public libraries, provided by schools to students",
        ),
        (
            "if-online-speech",
            "intellectual-freedom",
            "Social media companies must verify the age of a minor",
            "Social media companies must maintain interoperability interfaces",
        ),
        (
            "pr-consumer-data",
            "privacy",
            "Biometric information of customers",
            "The Internal Revenue Service; biometric information of taxpayers and customers",
        ),
        (
            "pr-consumer-data",
            "privacy",
            "Geolocation information of customers; consent",
            "Bars agencies from obtaining geolocation information of customers; consent",
        ),
        (
            "gi-foia",
            "government-information",
            "Public records; requests",
            "Orders for protection; public records; requests",
        ),
        (
            "ac-digital-access",
            "accessibility",
            "Digital accessibility of class materials",
            "Medical devices; digital accessibility",
        ),
        (
            "if-online-speech",
            "intellectual-freedom",
            "What children see online; age verification",
            "Children's Online Privacy Protection; a method of age verification",
        ),
        (
            "if-online-speech",
            "intellectual-freedom",
            "Condemning censorship on social media",
            "Condemning antisemitism on social media",
        ),
        (
            "pr-ai-safety",
            "privacy",
            "Safety and privacy of artificial intelligence in libraries",
            "Health and safety; use of artificial intelligence by healthcare providers in libraries",
        ),
        (
            "if-online-speech",
            "intellectual-freedom",
            "Social media warning labels",
            "Public service announcements of social media",
        ),
        (
            "gi-foia",
            "government-information",
            "Public Records/School Boards",
            "Pub. Rec./Interstate Nursing Licensure Compact",
        ),
        ("gi-foia", "government-information", "Public Records/Mayors", "Public Records/Crime Victims"),
        (
            "pr-consumer-data",
            "privacy",
            "Privacy of consumer data that banks hold",
            "Privacy of Consumer Financial Information; Amendment",
        ),
        (
            "pr-consumer-data",
            "privacy",
            "An act on the data privacy of consumers",
            "An act on the data privacy of transportation network drivers",
        ),
        (
            "lt-lifelong-literacy",
            "literacy",
            "Grants for reading in early grades",
            "An act on school money, class sizes, and reading proficiency incentive grants",
        ),
        (
            "pr-warrant-for-content",
            "privacy",
            "Requires a warrant under the Stored Communications Act",
            "To include Tribal courts in the Stored Communications Act",
        ),
        (
            "pr-surveillance-reform",
            "privacy",
            "Facial recognition by the police",
            "Requires a study of facial recognition by the police",
        ),
        (
            "gi-foia",
            "government-information",
            "Public records; fees for copies that the towpath board makes",
            "Pub. Rec./Towpath Keepers",
        ),
        (
            "pr-consumer-data",
            "privacy",
            "Adopt the Consumer Data Privacy Act",
            "Adopt the Agricultural Data Privacy Act",
        ),
        (
            "lt-information-literacy",
            "literacy",
            "Media literacy aid for schools",
            "Literacy incentive aid; artificial intelligence literacy as a new use",
        ),
        (
            "lt-lifelong-literacy",
            "literacy",
            "Dyslexia; schools to screen for it",
            "Dyslexia Day; recognize February 4",
        ),
    ],
)
def test_a_title_can_belong_to_something_else_whatever_it_names(position: str, area: str, yes: str, no: str) -> None:
    for title, refused in ((yes, None), (no, "about something else")):
        fields = {"title": title, "abstract": None, "text": None}
        assert claims("us-oh-136-hb1", fields, area)[position].refused == refused, title
