"""What the page of a document leaves out: places of words that it does not show, and steps that are none."""

from __future__ import annotations

import re
import sqlite3
from datetime import date
from pathlib import Path

import pytest
from site_corpus import BROADBAND, PLAIN, TODAY, build, opened

import serve
from crawlers.status.states import is_item_veto
from pages.answers.answer import At
from pages.answers.documents import document
from pages.documents.areas_and_positions import FIELD_LABELS, SENTENCES, positions, tag
from pages.documents.document import _amended_title
from pages.documents.document import document as page_of
from pages.documents.highlight import Mark, Piece, reasons
from pages.documents.progress import steps
from store.connect import connect

ROW = {"area_id": "broadband", "title": "Broadband", "probability": 0.97, "confirmed": 0}


async def test_only_the_rest_of_the_summary_is_of_the_text_that_was_replaced(tmp_path: Path) -> None:
    file = build(tmp_path)
    title = {"kind": "Short Title(s) from Engrossed Amendment House bill text", "title": "SAVE America Act"}
    connect(file).table("titles").insert({"document_id": PLAIN, "ordinal": 9} | title)
    page = (await serve.build(file, today=TODAY).client.get(f"/documents/{PLAIN}")).text
    assert (
        "another title: <strong>SAVE America Act</strong>. The rest of its summary may be of the text before.<" in page
    )


async def test_the_window_and_link_previews_have_the_title_of_the_page(tmp_path: Path) -> None:
    file = build(tmp_path)
    caption, summary = "NICOTINE SALES NEAR SCHOOLS", "Creates the Prohibition of Nicotine Sales Near Schools Act."
    connect(file).table("documents").update(PLAIN, {"title": caption, "abstract": summary})
    page = (await serve.build(file, today=TODAY).client.get(f"/documents/{PLAIN}")).text
    for begin in ("<h1>", "<title>H.R. 9: ", 'property="og:title" content="H.R. 9: '):
        assert f"{begin}Prohibition of Nicotine Sales Near Schools Act" in page


@pytest.mark.parametrize("acts", [(), ("Lamp Act",)])
async def test_a_title_in_the_place_of_a_summary_is_not_called_one(tmp_path: Path, acts: tuple[str, ...]) -> None:
    file = build(tmp_path)
    db = connect(file)
    official = "To light the coasts, and for other purposes."
    short = "Short Title(s) as Introduced for portions of this bill"
    kinds = {"Official Title as Introduced": official} | dict.fromkeys([short] if acts else [], "".join(acts))
    db.execute("delete from titles where document_id = ?", [PLAIN])
    db.table("titles").insert_all(
        {"document_id": PLAIN, "ordinal": n, "kind": kind, "title": title}
        for n, (kind, title) in enumerate(kinds.items())
    )
    abstract = "\n\n".join([official, *(f"Acts in it: {act}." for act in acts)])
    pages = []
    for words in (abstract, "This bill lights the coasts."):
        db.table("documents").update(PLAIN, {"abstract": words})
        pages.append((await serve.build(file, today=TODAY).client.get(f"/documents/{PLAIN}")).text)
    summary = {"document_id": PLAIN, "ordinal": 0, "acted_on": "2021-02-01", "text": official}
    db.table("summaries").insert(summary)
    db.table("documents").update(PLAIN, {"abstract": official})
    pages.append((await serve.build(file, today=TODAY).client.get(f"/documents/{PLAIN}")).text)
    assert ["We hold no summary of it. This is from its titles." in page for page in pages] == [True, False, False]


@pytest.mark.parametrize(
    ("kind", "title", "abstract", "told"),
    [
        ("long title", "To amend section 1 of the Code to require quiet rooms.", None, "full"),
        ("long title", "To " + "amend section 1 and " * 100 + "require quiet rooms.", None, "folded"),
        ("long title", "To amend section 1 of the Code to require quiet rooms.", "Requires quiet rooms.", "another"),
        ("short title", "Quiet rooms", None, "another"),
        ("official", "requires quiet rooms in LIBRARIES", None, ""),
        ("official", "H.R. 9", None, ""),
        ("other", "An act relating to rooms.", "An act relating to rooms.", ""),
    ],
)
async def test_the_only_other_title_is_shown_where_it_says_more(
    tmp_path: Path, kind: str, title: str, abstract: str | None, told: str
) -> None:
    file = build(tmp_path)
    db = connect(file)
    for table in ("titles", "summaries"):
        db.execute(f"delete from {table} where document_id = ?", [PLAIN])
    shown = {"title": "Requires quiet rooms in libraries.", "abstract": abstract, "text": None}
    db.table("documents").update(PLAIN, shown)
    db.table("titles").insert({"document_id": PLAIN, "ordinal": 0, "kind": kind, "title": title})
    page = (await serve.build(file, today=TODAY).client.get(f"/documents/{PLAIN}")).text
    found = {
        "full": f"<strong>Full title:</strong> <span>{title}</span>" in page,
        "folded": f"<summary>Full title</summary><p>{title}</p>" in page,
        "another": f"Another title</h2><p>{title}</p>" in page,
    }
    assert [name for name, there in found.items() if there] == ([told] if told else [])


async def test_words_found_where_a_title_stands_for_a_summary_are_found_in_the_title(tmp_path: Path) -> None:
    file = build(tmp_path)
    db = connect(file)
    page = (await serve.build(file, today=TODAY).client.get(f"/documents/{BROADBAND}")).text
    assert "In the summary" in page
    abstract = str(db.table("documents").get(BROADBAND)["abstract"])
    db.execute("delete from summaries where document_id = ?", [BROADBAND])
    title = {"document_id": BROADBAND, "ordinal": 90, "kind": "Official Title as Introduced", "title": abstract}
    db.table("titles").insert(title)
    page = (await serve.build(file, today=TODAY).client.get(f"/documents/{BROADBAND}")).text
    assert "This is from its titles." in page
    assert "In the title" in page
    assert "In the summary" not in page
    assert "found in the summary" not in page


@pytest.mark.parametrize(
    ("kind", "status", "called"),
    [
        ("Identical bill", "enacted", "identical"),
        ("companion", "enacted", "its companion"),
        ("Related bill", "enacted", ""),
        ("Identical bill", "in_committee", ""),
    ],
)
@pytest.mark.parametrize("linked", [(PLAIN, BROADBAND), (BROADBAND, PLAIN)])
async def test_an_open_bill_says_that_its_twin_became_law(
    tmp_path: Path, linked: tuple[str, str], kind: str, status: str, called: str
) -> None:
    file = build(tmp_path)
    db = connect(file)
    db.table("links").insert({"document_id": linked[0], "ordinal": 90, "linked_id": linked[1], "kind": kind})
    db.table("documents").update(PLAIN, {"status": "in_committee"})
    db.table("documents").update(BROADBAND, {"status": status, "status_on": "2022-02-01"})
    site = serve.build(file, today=TODAY)
    page = (await site.client.get(f"/documents/{PLAIN}")).text
    notice = f'A bill that the source calls {called} became law: <a href="/documents/{BROADBAND}">'
    assert (notice in page) == bool(called)
    assert ("became law:" in page) == bool(called)
    word = "Became law" if status == "enacted" else "In committee"
    assert re.search(rf"{word}\W", page.split('id="related"')[1]), "the list of related documents has its status"
    assert "became law:" not in (await site.client.get(f"/documents/{BROADBAND}")).text, "the law itself"
    db.conn.row_factory = sqlite3.Row
    answer = document(At(db.conn, date.fromisoformat(TODAY), "https://example.org"), PLAIN)
    assert (f"calls {called} became law: H.R. 1783 ({BROADBAND}), 2022-02-01." in answer.says) == bool(called)


@pytest.mark.parametrize("status", ["enacted", "replaced"])
async def test_a_law_or_a_replaced_bill_says_nothing_of_a_twin(tmp_path: Path, status: str) -> None:
    file = build(tmp_path)
    db = connect(file)
    db.table("links").insert({"document_id": PLAIN, "ordinal": 90, "linked_id": BROADBAND, "kind": "companion"})
    db.table("documents").update(PLAIN, {"status": status})
    db.table("documents").update(BROADBAND, {"status": "enacted", "status_on": "2022-02-01"})
    assert "became law:" not in (await serve.build(file, today=TODAY).client.get(f"/documents/{PLAIN}")).text


async def test_last_changed_is_the_day_of_a_change_at_the_source_and_not_of_new_rules(tmp_path: Path) -> None:
    file = build(tmp_path)
    db = connect(file)
    db.table("documents").update(PLAIN, {"first_seen_at": "2022-03-08T08:00:00Z", "changed_at": "2022-04-09T08:00:00Z"})
    seen = [("c8", "action", "2022-03-08"), ("c9", "status", "2022-03-20"), ("c10", "ended", "2022-04-02")]
    shown = []
    for each in (None, *seen):
        if each is not None:
            row = {"id": each[0], "kind": each[1], "seen_at": f"{each[2]}T08:00:00Z", "summary": "x"}
            db.table("changes").insert(row | {"document_id": PLAIN})
        page = (await serve.build(file, today=TODAY).client.get(f"/documents/{PLAIN}")).text
        shown.append(page.partition("<dt>Last changed</dt>")[2].partition("</dd>")[0])
    assert shown[:2] == ["", ""], "nothing has changed since it was first seen"
    assert "March 20, 2022" in shown[2]
    assert shown[3] == shown[2], "that its session is over is our conclusion"


async def test_why_words_are_highlighted_is_said_in_words(tmp_path: Path) -> None:
    page = (await serve.build(build(tmp_path), today=TODAY).client.get(f"/documents/{BROADBAND}")).text
    assert '<p class="quiet">Highlighted: Library funding (<span>public libraries' in page


def test_each_label_is_told_once_with_each_of_its_words() -> None:
    shown = [
        Piece("E-rate", ("Broadband",)),
        Piece(" and "),
        Piece("data", ("Privacy", "Broadband")),
        Piece("e-Rate", ("Broadband",)),
    ]
    assert reasons(shown) == [("Broadband", ["E-rate", "data"]), ("Privacy", ["data"])]
    assert reasons([Piece("nothing")]) == []


def test_only_the_places_of_the_words_that_are_shown_are_named() -> None:
    evidence = [
        {"field": "title", "words": "American Buildout", "rule": "model"},
        {"field": "abstract", "words": "Broadband  access", "rule": "access"},
    ]
    found = tag(ROW, evidence)
    assert found.words == ["Broadband access"], "what a rule found, and no fragment that the model weighed"
    assert found.fields == ["summary"]
    again = tag(ROW, [*evidence, {"field": "title", "words": "broadband access", "rule": "access"}])
    assert again.fields == ["title", "summary"]


@pytest.mark.parametrize(
    ("level", "history", "shown"),
    [
        ("state", [("introduced", 1), ("passed_second_chamber", 10), ("passed", 12), ("enacted", 20)], [1, 10, 20]),
        ("state", [("introduced", 1), ("passed_second_chamber", 10), ("passed", 25), ("enacted", 28)], [1, 10, 25, 28]),
        ("state", [("introduced", 1), ("passed_second_chamber", 10), ("passed", 12)], [1, 10, 12]),
        (
            "federal",
            [("introduced", 1), ("passed_second_chamber", 10), ("passed", 12), ("enacted", 20)],
            [1, 10, 12, 20],
        ),
        ("state", [("introduced", 1), ("passed_first_chamber", 10), ("passed", 12), ("enacted", 20)], [1, 10, 12, 20]),
    ],
)
def test_the_clerks_note_on_what_both_chambers_of_a_state_passed_is_no_step(
    level: str, history: list[tuple[str, int]], shown: list[int]
) -> None:
    rows = [{"status": status, "reached_on": f"2026-03-{day:02}"} for status, day in history]
    assert [int(row["reached_on"][-2:]) for row in steps({"level": level}, rows)] == shown


async def test_a_document_with_a_text_is_not_said_to_have_only_a_title_and_actions(tmp_path: Path) -> None:
    file = build(tmp_path)
    connect(file).execute(
        "update documents set abstract = null, text = 'Plaintiff asks for leave.' where id = ?", [PLAIN]
    )
    page = (await serve.build(file, today=TODAY).client.get(f"/documents/{PLAIN}")).text
    assert "There is no official summary." in page
    assert "Plaintiff asks for leave." in page
    assert "Its title and actions are all that is known" not in page


async def test_a_sign_that_the_source_lost_is_explained_once(tmp_path: Path) -> None:
    file = build(tmp_path)
    connect(file).execute(
        "update documents set text = 'By A. H. P\ufffdrez. \ufffd 2. This takes effect.' where id = ?", [PLAIN]
    )
    site = serve.build(file, today=TODAY)
    assert (await site.client.get(f"/documents/{PLAIN}")).text.count("The mark “\ufffd” stands for") == 1
    assert "The mark “" not in (await site.client.get(f"/documents/{BROADBAND}")).text


@pytest.mark.parametrize("day", ["", None, "2026-03"])
def test_steps_without_a_whole_date_stay(day: str | None) -> None:
    rows = [{"status": status, "reached_on": day} for status in ("passed_second_chamber", "passed", "enacted")]
    assert steps({"level": "state"}, rows) == rows


@pytest.mark.parametrize(
    ("kind", "title", "told"),
    [
        ("Short Title(s) from Engrossed Amendment House bill text", "Foreign Intelligence Accountability Act", True),
        ("Short Title(s) from Engrossed Amendment House bill text", "Fallen Heroes Act of 2025", False),
        ("Short Title(s) from Engrossed Amendment House for portions of this bill", "Foreign Intelligence Act", False),
        ("Official Title as Introduced", "A measure about something else", False),
    ],
)
def test_a_bill_whose_text_was_replaced_names_its_new_title(kind: str, title: str, told: bool) -> None:
    shown = "Fallen Servicemembers Religious Heritage Act of 2025"
    titles = [{"kind": "Display Title", "title": shown}, {"kind": kind, "title": title}]
    assert _amended_title(shown, titles) == (title if told else None)


async def test_sponsors_have_their_party_and_state_in_words(tmp_path: Path) -> None:
    file = build(tmp_path)
    sponsors = connect(file).table("sponsors")
    ocd = {"document_id": BROADBAND, "role": "cosponsor"}
    sponsors.update((BROADBAND, 0), {"name": "Rep. Ada Reader", "party": "D", "state": "ME", "district": "1"})
    sponsors.insert_all(
        [
            ocd | {"ordinal": 7, "name": "Jacobson", "party": "Nonpartisan"},
            ocd | {"ordinal": 8, "name": "Committee on Ways and Means"},
        ],
        alter=False,
    )
    page = (await serve.build(file, today=TODAY).client.get(f"/documents/{BROADBAND}")).text
    assert '<li>Rep. Ada Reader <span class="quiet">Democrat, Maine</span></li>' in page
    assert '<li>Jacobson <span class="quiet">Nonpartisan</span></li><li>Committee on Ways and Means</li>' in page


async def test_nothing_is_said_of_actions_where_none_is_known(tmp_path: Path) -> None:
    file = build(tmp_path)
    db = connect(file)
    for table in ("actions", "titles", "summaries"):
        db.execute(f"delete from {table} where document_id = ?", [PLAIN])
    said = []
    for day in ("2021-02-01", None):
        db.table("documents").update(
            PLAIN, {"abstract": None, "text": None, "published_on": day, "latest_action_on": None}
        )
        page = (await serve.build(file, today=TODAY).client.get(f"/documents/{PLAIN}")).text
        said.append([words in page for words in ("Its title and actions are all", "Its title is all that is known.")])
    assert said == [[True, False], [False, True]]


async def test_a_replaced_bill_says_what_became_of_the_one_in_its_place_and_a_bill_which_one_carries_it(
    tmp_path: Path,
) -> None:
    file = build(tmp_path)
    db = connect(file)
    place = BROADBAND.rpartition("-")[0]
    row = next(db.query("select * from documents where id = ?", [PLAIN]))
    for key, status in (("hf911", "replaced"), ("hf986", "failed"), ("lb694", "reported"), ("lb150", "enacted")):
        known = {"id": f"{place}-{key}", "identifier": key.upper(), "status": status, "status_on": "2022-03-01"}
        db.table("documents").insert(row | known)
    said = {
        BROADBAND: "Committee report approving bill, renumbered as HF 911.",
        f"{place}-hf911": "Committee report approving bill, renumbered as HF 986.",
        f"{place}-lb694": "Provisions/portions of LB694 amended into LB150 by AM1491",
    }
    for key, words in said.items():
        action = {"document_id": key, "ordinal": 99, "acted_on": "2022-03-01", "description": words}
        db.table("actions").insert(action)
    db.table("documents").update(BROADBAND, {"status": "replaced"})
    client = serve.build(file, today=TODAY).client

    async def page(key: str) -> str:
        return " ".join(re.sub("<[^>]+>", " ", (await client.get(f"/documents/{key}")).text).split())

    replaced = await page(BROADBAND)
    assert "Another bill took its place, and ended, too: HF986 , Failed March 1, 2022" in replaced
    assert "Between the two: HF911" in replaced
    for status in ("reported", "replaced"):
        db.table("documents").update(f"{place}-lb694", {"status": status})
        carried = await page(f"{place}-lb694")
        assert "Some or all of it was amended into another bill: LB150 , Became law March 1, 2022" in carried
        assert "Another bill took its place" not in carried, "said once"
    withdrawn = {"document_id": BROADBAND, "ordinal": 100, "description": "WITHDRAWN APP P.L.2025, c.244."}
    db.table("actions").insert(withdrawn)
    assert "another bill had become law in its place: P.L.2025, c.244" in await page(BROADBAND)


@pytest.mark.parametrize(
    ("words", "later", "said"),
    [
        ("Signed by Governor, but item veto 05/19", None, ["May 19, 2025"]),
        ("Governor partially vetoed.", "Veto Overridden", ["The legislature voted on overriding that"]),
        ("(H) LINE ITEM VETO AND REDUCTIONS", None, []),
        ("Certain items vetoed by Governor", None, []),
        ("Signed (in part) by the Governor, Chapter 9", "Item 7 passed over veto", ["The legislature voted"]),
    ],
)
async def test_the_page_of_a_law_says_that_parts_of_it_were_vetoed(
    tmp_path: Path, words: str, later: str | None, said: list[str]
) -> None:
    file = build(tmp_path)
    db = connect(file)
    db.table("documents").update(PLAIN, {"level": "state", "jurisdiction": "us-nd", "status": "enacted"})
    for ordinal, (text, kind) in enumerate(((words, "executive-signature"), (later, "veto-override-passage")), 90):
        if text:
            row = {"acted_on": "2025-05-17", "description": text, "classification": kind}
            db.table("actions").insert({"document_id": PLAIN, "ordinal": ordinal} | row)
    page = (await serve.build(file, today=TODAY).client.get(f"/documents/{PLAIN}")).text
    for each in ("The governor vetoed parts of it, in the words of the source:", f"“{words}”", *said):
        assert each in page
    assert ("The legislature voted on overriding that" in page) == bool(later)
    db.table("documents").update(PLAIN, {"status": "vetoed"})
    assert "vetoed parts" not in (await serve.build(file, today=TODAY).client.get(f"/documents/{PLAIN}")).text


def test_a_whole_veto_or_a_motion_to_override_is_no_item_veto() -> None:
    for words in (
        "Vetoed by Governor",
        "Motion to override line item veto prevailed; Line item veto 26(a)",
        "Item 7 passed over veto",
        "Placed on calendar, item vetoes pending consideration",
    ):
        assert not is_item_veto(words), words


def test_a_confirmed_area_needs_no_companion() -> None:
    beside = {"id": "us-117-s9", "identifier": "S. 9"}
    assert tag(ROW, [], companion=beside).companion == beside
    assert tag(ROW | {"confirmed": 1}, [], companion=beside).companion is None


def test_a_position_shows_three_sentences_and_marks_only_evidence_that_lies_in_them(tmp_path: Path) -> None:
    db = opened(tmp_path)
    head = dict(db.execute("select * from documents where id = ?", [BROADBAND]).fetchone())
    [match] = db.execute("select * from position_matches").fetchall()
    again = [{**dict(match), "ordinal": ordinal} for ordinal in range(1, SENTENCES + 1)]
    for row in again:
        db.execute(f"insert into position_matches values ({', '.join('?' * len(row))})", list(row.values()))
    inside, over = Mark(match["start"], match["start"] + 5, "in"), Mark(match["end"] - 5, match["end"] + 1, "over")
    [view] = positions(db, head, {match["field"]: [inside, over]}, [], (), FIELD_LABELS)
    assert len(view.places) == SENTENCES
    for _, _, sentence in view.places:
        assert [piece.labels for piece in sentence if piece.labels] == [("in",)]


def test_a_ceremonial_resolution_is_no_priority_whatever_its_score(tmp_path: Path) -> None:
    db = opened(tmp_path)
    shown = []
    for _ in range(2):
        view = page_of(db, BROADBAND, date.fromisoformat(TODAY))
        assert view is not None
        shown.append((view.must_see, view.ceremonial))
        db.execute("insert or ignore into ceremonial values (?)", [BROADBAND])
    assert shown == [(True, False), (False, True)]
