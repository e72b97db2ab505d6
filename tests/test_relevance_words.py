"""What a position needs to be named before a document can touch it, and which other words name the same."""

from __future__ import annotations

import pytest
from test_relevance_scope import claims

from positions.matching.matcher import Matcher
from positions.relevance.relevance import Relevance


@pytest.mark.parametrize(
    ("position", "area", "yes", "no"),
    [
        (
            "if-rooms-and-programs",
            "intellectual-freedom",
            (
                "Drag shows; public libraries; prohibit",
                "Drag shows in public schools",
                "Public funds for drag story hours",
            ),
            ("Drag shows; minors; penalties", "Adult cabaret performances; prohibited locations"),
        ),
        (
            "tc-tribal-rural",
            "telecommunications",
            ("Broadband of rural libraries", "Tribal libraries and the E-Rate program"),
            ("Rural libraries endowment fund", "Rural Library Grant Program"),
        ),
        (
            "if-no-funding-penalty",
            "intellectual-freedom",
            ("Prohibits state funds for sexually explicit books in schools",),
            ("Prohibits state funds for schools that teach a curriculum of gender ideology",),
        ),
        (
            "if-professional-selection",
            "intellectual-freedom",
            ("Library boards; selection of materials",),
            ("Authorizing elected members of library boards", "To reconstitute the State Library Board"),
        ),
        (
            "pr-no-facial-recognition",
            "privacy",
            (
                "Bans facial recognition in libraries",
                "Bans facial recognition by public bodies",
                "Bans facial recognition by local governmental units",
                "Bans facial recognition in places of public accommodation",
            ),
            (
                "Bans facial recognition in airports",
                "A warrant before the police use facial recognition",
                "Bans facial recognition in residential buildings",
                "A study of facial recognition",
            ),
        ),
    ],
)
def test_a_position_can_need_a_word_whatever_else_a_document_names(
    position: str, area: str, yes: tuple[str, ...], no: tuple[str, ...]
) -> None:
    for titles, refused in ((yes, None), (no, "names nothing that it needs")):
        for title in titles:
            fields = {"title": title, "abstract": None, "text": None}
            assert claims("us-oh-136-hb1", fields, area)[position].refused == refused, title


@pytest.mark.parametrize("words_before", range(40, 76))
def test_what_a_position_needs_may_lie_anywhere_in_the_opening(words_before: int) -> None:
    """The opening is read in two pieces, its lead and the rest: no phrase is lost between them."""
    summary = "Bans facial recognition. It does so " + "and " * words_before + "for every government entity."
    fields = {"title": "Privacy", "abstract": summary, "text": None}
    assert claims("us-oh-136-hb1", fields, "privacy")["pr-no-facial-recognition"].refused is None


@pytest.mark.parametrize(
    ("document_id", "position", "areas", "title", "summary"),
    [
        (
            "us-oh-136-hb1",
            "if-no-labels-ratings",
            ("intellectual-freedom",),
            "A board to review and rate library books",
            None,
        ),
        (
            "us-oh-136-hb2",
            "if-no-labels-ratings",
            ("intellectual-freedom",),
            "libraries; explicit materials; classification",
            None,
        ),
        (
            "us-oh-136-hb3",
            "if-freedom-to-join",
            ("intellectual-freedom",),
            "school libraries; professional associations; ban",
            None,
        ),
        (
            "us-oh-136-hb4",
            "if-minors-access",
            ("intellectual-freedom",),
            "Prohibiting school districts from entering into contracts with public libraries and hosting mobile libraries",
            None,
        ),
        (
            "us-oh-136-hb5",
            "if-no-viewpoint-removal",
            ("intellectual-freedom",),
            "Age-Appropriate Materials Act; prohibiting school districts from making certain materials available to students",
            None,
        ),
        (
            "us-oh-136-hb6",
            "if-fair-challenge-process",
            ("intellectual-freedom",),
            "Relating to materials alleged to be harmful to minors",
            "Require removal of the material if the board denies a parent the opportunity to recite passages from the material.",
        ),
        (
            "us-oh-136-hb7",
            "if-no-forced-filters",
            ("intellectual-freedom", "library-funding"),
            "Database resources for students",
            "A public library may offer digital or online library database resources to students only if the provider has "
            "technology protection measures that filter or block access to obscene materials.",
        ),
        (
            "us-oh-136-hb8",
            "if-no-funding-penalty",
            ("intellectual-freedom", "library-funding"),
            "Library funding",
            "In order to receive these funds county libraries must certify that they do not offer any books that appeal to the "
            "prurient interests of children.",
        ),
        (
            "us-oh-136-hb9",
            "cp-fair-ebook-terms",
            ("intellectual-freedom",),
            "An Act addressing challenges facing public libraries and digital resource collections",
            "Authorizes library access to electronic books and digital audiobooks.",
        ),
    ],
)
def test_bills_on_library_materials_show_their_position(
    document_id: str, position: str, areas: tuple[str, ...], title: str, summary: str | None
) -> None:
    fields = {"title": title, "abstract": summary, "text": None}
    judged = Relevance().judge(document_id, fields, Matcher().match(fields, set(areas)))
    assert position in {match.position_id for match in judged if match.shown}


PLATES = "An act on the use of automatic registration plate readers."


@pytest.mark.parametrize(
    ("document_id", "position", "area", "fields"),
    [
        ("us-oh-136-hb1", "pr-surveillance-reform", "privacy", {"title": PLATES, "text": PLATES}),
        (
            "us-119-hr1",
            "pr-surveillance-reform",
            "privacy",
            {
                "title": "Plain Faces Act",
                "abstract": "To limit the Department of the Interior's use of facial recognition.",
            },
        ),
        (
            "us-oh-136-hb2",
            "if-online-speech",
            "intellectual-freedom",
            {"title": "Adopt the Age-Appropriate Online Design Code Act"},
        ),
        (
            "us-oh-136-hb3",
            "if-online-speech",
            "intellectual-freedom",
            {"title": "Requires sites to verify the age of persons who read certain online material."},
        ),
    ],
)
def test_other_words_for_the_same_thing_show_the_position_too(
    document_id: str, position: str, area: str, fields: dict[str, str]
) -> None:
    judged = Relevance().judge(document_id, fields, Matcher().match(fields, {area}))
    assert position in {match.position_id for match in judged if match.shown}
