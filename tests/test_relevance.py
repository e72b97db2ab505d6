"""Which matches the public sees: scope, kind of document, and the model's floor."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from conftest import NOW
from sqlite_utils import Database
from test_decisions import staff as staff
from test_derive import bill, dump

from crawlers.storage.record import upsert
from derive.incremental import changed, matcher_edition
from derive.update import derive
from positions.catalog.catalog import HOME, load_catalog
from positions.matching.jsonl import match_lines
from positions.matching.matcher import Matcher
from positions.relevance.relevance import Model, Relevance
from positions.relevance.subject import kind_of, level_of, names_libraries, official_title, read_subject
from store.connect import open_staff
from text.tokens import fold_words

RECORDS = "Public Records/Home Addresses of Librarians"
FOIA = {"title": RECORDS, "abstract": None, "text": None}


@pytest.mark.parametrize(
    ("document_id", "level"),
    [
        ("us-119-hr1234", "federal"),
        ("us-fr-2025-01234", "federal"),
        ("us-regs-fcc2013-0001", "federal"),
        ("us-courts-ca5-1", "federal"),
        ("us-tx-89r-hb900", "state"),
        ("us-ny-nyc-2024-int1-2024", "local"),
        ("ca-45-1-c2", "abroad"),
        ("uk-59-1-3737", "abroad"),
        ("1", None),
        ("", None),
    ],
)
def test_the_level_of_government_is_told_by_the_id(document_id: str, level: str | None) -> None:
    assert level_of(document_id) == level


@pytest.mark.parametrize(
    ("summary", "title"),
    [
        (
            "To require a warrant for metadata, and for other purposes.\n\nMetadata Act\nThis bill ...",
            "To require a warrant",
        ),
        ("A bill to fund libraries. It does.", "A bill to fund libraries"),
        ("A BILL to be entitled an Act to amend Title 20", "A BILL to be entitled an Act"),
        ("A HOUSE RESOLUTION TO CONDEMN A POST.", "A HOUSE RESOLUTION TO CONDEMN A POST"),
        ("This bill funds libraries.", ""),
        ("Tomatoes are red.", ""),
        (None, ""),
    ],
)
def test_an_official_title_in_the_summary_counts_as_title(summary: str | None, title: str) -> None:
    fields = {"title": "Short Act", "abstract": summary, "text": None}
    assert official_title(fields).startswith(title)
    assert bool(official_title(fields)) == bool(title)
    subject = read_subject("us-119-hr1", fields)
    assert subject.terse
    assert list(subject.title[:2]) == fold_words("Short Act")
    assert len(subject.title) == 2 + len(fold_words(official_title(fields)))


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Agency Information Collection Activities; Proposed eCollection", "paperwork"),
        ("Notice of Public Meeting of the Ohio Advisory Committee", "meetings"),
        ("Sunshine Act Meetings", "meetings"),
        ("Notice of Inventory Completion: Field Museum, Chicago, IL", "repatriation"),
        ("Designating the first week of April as Book Week", "commemorations"),
        ("Expressing support for designation of the week of May 1 as Adult Education Week", "commemorations"),
        ("Broadband Data; Correction", "corrections"),
        ("Public Records/Meetings of Boards of Libraries", None),
        ("An Act concerning library materials in schools", None),
        ("Freedom of Information Act; Implementation", None),
    ],
)
def test_paperwork_meetings_and_honors_are_told_by_the_title(title: str, kind: str | None) -> None:
    assert kind_of(title) == kind


@pytest.mark.parametrize(
    ("summary", "kind"),
    [
        (
            "The Commission announces that the Office of Management and Budget (OMB) has approved its forms.",
            "approvals",
        ),
        (
            "The Commission sets new rules." + " They are long." * 30 + " It announces that OMB has approved a form.",
            None,
        ),
        ("The Commission asks the Office of Management and Budget to approve its forms.", None),
        ("Sunshine Act Meetings are held under this rule.", None),
        ("", None),
    ],
)
def test_paperwork_can_be_told_by_the_beginning_of_the_summary(summary: str, kind: str | None) -> None:
    assert kind_of("Fund for Fast Networks", summary) == kind
    assert read_subject("us-fr-2025-1", {"title": "Fund for Fast Networks", "abstract": summary}).kind == kind


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        ("An Act on school librarians", True),
        ("Sexually explicit books in schools", True),
        ("the county law library and its fees", False),
        ("the law library and the public library", True),
        ("keeps books and records for seven years", False),
    ],
)
def test_what_names_a_library(text: str, yes: bool) -> None:
    assert names_libraries(fold_words(text)) is yes


def test_only_what_reaches_the_floor_is_shown() -> None:
    found = Matcher().match(FOIA, {"government-information"})
    assert "gi-foia" in {match.position_id for match in found}
    assert not any(match.shown for match in found), "until it was judged, a match is a candidate"
    for floor, shown in ((0.5, True), (0.8, False)):
        judged = Relevance(model=Model(0.0, {"about:title": 1.0}, floor)).judge("us-fl-2026-hb1", FOIA, found)
        match = next(each for each in judged if each.position_id == "gi-foia")
        assert (match.shown, match.probability) == (shown, 0.7311)
    assert Relevance(model=Model(9.0, {}, 0.5)).judge("uk-59-1-1", FOIA, found)[0].probability == 0.0, "out of scope"


@pytest.mark.parametrize(
    ("document_id", "text", "shown"),
    [
        ("us-fl-2026-hb1", None, True),
        ("us-fl-2026-hb1", "The act begins.", False),
        ("us-119-hr1", "The act begins.", True),
    ],
)
def test_a_state_bill_with_its_text_needs_more(document_id: str, text: str | None, shown: bool) -> None:
    fields = {**FOIA, "text": text}
    found = Matcher().match(fields, {"government-information"})
    # A probability of 0.48, between the floor of the model and that for texts of states.
    judged = Relevance(model=Model(-1.08, {"about:title": 1.0}, 0.37)).judge(document_id, fields, found)
    assert next(each for each in judged if each.position_id == "gi-foia").shown == shown


def test_the_command_says_of_every_match_whether_it_is_shown() -> None:
    lines = [json.dumps({"id": "us-fl-2026-hb1", "title": RECORDS}), json.dumps({"id": "uk-59-1-1", "title": RECORDS})]
    out = io.StringIO()
    assert match_lines(lines, out) == 0
    here, abroad = (json.loads(line)["matches"] for line in out.getvalue().splitlines())
    assert {m["shown"] for m in here if m["position"] == "gi-foia"} == {True}
    assert not any(m["shown"] for m in abroad)
    assert not any(m["shown"] for m in here if m["reason"].startswith("nearest in words"))


def test_candidates_stay_with_staff(corpus: Database, tmp_path: Path) -> None:
    staff_db = open_staff(tmp_path / "staff.db")
    upsert(
        corpus,
        [
            bill(
                1,
                "Freedom of Information Act Improvement Act",
                "Requires agencies to answer requests under the Freedom of Information Act in ten days.",
            ),
            bill(2, "Wheat Price Act", "A farm keeps a log. The Freedom of Information Act applies to the log."),
        ],
        now=NOW,
        silent=True,
    )
    derive(corpus, staff_db, workers=1)
    public = {
        row[0] for row in corpus.execute("select document_id from position_matches where position_id = 'gi-foia'")
    }
    assert public == {"us-117-hr1"}
    rows = staff_db.execute(
        "select document_id, shown, probability from suggested_stances where position_id = 'gi-foia'"
    )
    kept = {key: (shown, likely) for key, shown, likely in rows}
    assert kept["us-117-hr1"][0] == 1
    assert all(shown == 0 for key, (shown, _) in kept.items() if key != "us-117-hr1")
    before = dump(corpus, staff_db)
    assert derive(corpus, staff_db, workers=1).matched == 0
    assert dump(corpus, staff_db) == before


def test_a_change_of_scope_touches_the_phrases_of_its_position(tmp_path: Path) -> None:
    folder = tmp_path / "entries"
    folder.mkdir()
    for file in HOME.glob("*.yml"):
        (folder / file.name).write_text(file.read_text("utf-8"), "utf-8")
    old = matcher_edition(Matcher(load_catalog(folder)))
    lsta = folder / "library-funding.yml"
    lsta.write_text(lsta.read_text("utf-8").replace("levels: [federal]", "levels: [federal, state]", 1), "utf-8")
    new = matcher_edition(Matcher(load_catalog(folder)))
    phrases = changed(old, new)
    position = load_catalog().by_id["lf-lsta"]
    assert old.version != new.version
    assert phrases
    assert set(phrases) >= {item.source for trigger in position.triggers for item in trigger.any}
