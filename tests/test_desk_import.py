"""A tracker's spreadsheet taken over: shown first, written as drafts, repeatable, undone as one; hostile files are told so."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from desk_fixtures import NOW, Browser, build, copy, corpus_of, open_desk, person, site_of
from openpyxl import Workbook
from site_corpus import BROADBAND, HOSTILE_BILL, PLAIN, RULE, document_row

from desk.intake import importing, tracker, tracker_match
from desk.queue import collaboration
from desk.queue.our_bills import OurFilters, our_bills, weekly_report
from desk.reviews import reviews
from desk.reviews.reviews import Verdict
from desk.web.request_parsing import Upload
from pages.http.formatting import glossary
from publish.listing import publish
from settings import Configuration

pytestmark = pytest.mark.slow

HEAD = "State,Session,Bill number,Position,Notes,Link\n"
ROWS = (
    "Federal,117th Congress,H.R. 1783,Support,Ask the whip,\n"  # 2 matched
    ",,,Monitor,,https://www.federalregister.gov/documents/2022/03/02/2022-04567/hotspots\n"  # 3 matched by its address
    "TX,,HB 1,Oppose,,\n"  # 4 two sessions
    "US,118,HR 1783,oppose,,\n"  # 5 another Congress
    "Atlantis,,HB 1,,,\n"  # 6 no such place
    "US,117,S. 42,love it,,\n"  # 7 no such stance
    "US,117,HR 1783,,again,\n"  # 8 the same document again
    "US,117,=1+1,support,,\n"  # 9 a formula
    "US,2021,H.R.9,TBD,,\n"  # 10 matched by a year, no stance
    ",,,,,\n"
    "US,117,,,,https://example.org/x\n"  # 12 neither number nor link
    "US,117,***,support,,\n"  # 13 no number at all
)
STATES = ["matched", "matched", "ambiguous", "unknown", "unknown", "bad", "double", "bad", "matched", "unknown", "bad"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = build(tmp_path_factory.mktemp("import"))
    with closing(corpus_of(config)) as corpus:
        for session in ("2021_22", "2023-24"):
            key = f"us-tx-{session.replace('_', '-')}-hb1"
            row = {"source": "us_states", "jurisdiction": "us-tx", "level": "state", "session": session}
            more = {"identifier": "HB 1", "title": f"Budget {session}", "url": "https://example.org/"}
            corpus.table("documents").insert(document_row(key, **row, **more))
        publish(corpus, NOW)
    return config.data


@pytest.fixture
def config(made: Path, tmp_path: Path) -> Configuration:
    return copy(made, tmp_path)


@pytest.fixture
def db(config: Configuration) -> Iterator[Any]:
    with closing(open_desk(config)) as opened:
        yield opened


@pytest.fixture
async def browser(config: Configuration) -> Browser:
    made = Browser(site_of(config).app())
    await made.sign_in()
    return made


def read(body: bytes | str) -> tracker.Tracker:
    return tracker.read(Upload("tracker.csv", body.encode() if isinstance(body, str) else body))


def shown(db: Any, body: bytes | str = HEAD + ROWS) -> list[importing.Shown]:
    return importing.preview(db, person(db), read(body).rows)


def excel(*lines: tuple[Any, ...]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for line in lines:
        book.worksheets[0].append(line)
    book.save(out)
    return out.getvalue()


def packed(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return out.getvalue()


# --------------------------------------------------------------------- what a row means


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("U.S.", "us"),
        ("Mass.", "us-ma"),
        ("D.C.", "us-dc"),
        ("Nebr.", "us-ne"),
        ("N. Mex.", "us-nm"),
        ("W. Va.", "us-wv"),
    ],
)
def test_a_place_may_be_shortened_as_in_print(said: str, place: str) -> None:
    assert tracker_match._place(said) == (place, "")


def test_the_short_forms_of_states_are_of_states_and_of_one_each() -> None:
    known = tracker.words()["states"]
    assert known.keys() <= glossary()["jurisdictions"].keys()
    words = [word for each in known.values() for word in each]
    assert len(words) == len(set(words))
    assert all(tracker.plain(word) == word for word in words)


def test_each_row_is_matched_ambiguous_unknown_or_bad(db: Any) -> None:
    lines = shown(db)
    assert [each.state for each in lines] == STATES
    assert [each.line.row.number for each in lines] == [2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13]
    assert [[c.document_id for c in each.line.candidates] for each in lines][:3] == [
        [BROADBAND],
        [RULE],
        ["us-tx-2023-24-hb1", "us-tx-2021-22-hb1"],
    ]
    assert lines[0].choices[0][0].startswith("H.R. 1783, United States, 117th Congress: ")
    assert [lines[n].line.stance for n in (0, 1, 8)] == ["support", "watch", None]
    why = [each.why for each in lines]
    assert why[3] == "we hold no HR 1783 of United States in the session 118"
    assert "“Atlantis” is no place we know" in why[4]
    assert "“love it” is no stance we know" in why[5]
    assert why[7] == "number: holds a formula; paste the value instead"
    assert why[6] == ("row 2 is about the same document, and the first counts; its note “again” will not be written")
    assert "no number" in why[9]
    assert "neither letters nor figures" in why[10]
    # Only what can be written has something to choose.
    assert [len(each.choices) for each in lines] == [1, 1, 2, 0, 0, 0, 0, 0, 1, 0, 0]


def test_a_row_that_comes_again_says_which_and_what_of_it_is_lost(db: Any) -> None:
    head = "State,Session,Bill number,Position,Priority,Hearing,Notes\n"
    lines = (
        "US,117,H.R. 1783,Support,,,Call\n"
        "US,117,HR1783,Oppose,High,3/9/2022,Call\n"
        "US,117,HR 1783,Support,,,Call\n"
        "TX,,HB 1,Oppose,,,\n"
        "TX,,HB1,Oppose,,,\n"
    )
    why = [each.why for each in shown(db, head + lines)]
    assert why[1] == (
        "row 2 is about the same document, and the first counts; "
        "its stance “Oppose”, its hearing “2022-03-09”, that it is a priority will not be written"
    )
    assert why[2] == "row 2 is about the same document, and the first counts; it says nothing else"
    assert why[3] == "2 documents have this number: choose one"
    assert why[4].endswith("another one than in row 5: of two rows on one document, the first counts")


@pytest.mark.parametrize(
    ("said", "stored", "place", "same"),
    [
        ("117", "117", "us", True),
        ("117th Congress", "117", "us", True),
        ("118th", "117", "us", False),
        ("2021", "117", "us", True),
        ("2021-2022", "117", "us", True),
        ("2023", "117", "us", False),
        ("2025-2026", "2025_26", "us-ga", True),
        ("2025", "2025_26", "us-ga", True),
        ("2027", "2025_26", "us-ga", False),
        ("89R", "89r", "us-tx", True),
        ("89", "89r", "us-tx", False),
        ("regular", "2025", "us-ga", False),
    ],
)
def test_sessions_are_known_by_number_and_by_years(said: str, stored: str, place: str, same: bool) -> None:
    assert tracker_match.same_session(said, stored, place) is same


def only_one(config: Configuration, special: bool) -> None:
    """Leave one HB 1 of Texas: what a corpus has of which only one session is collected."""
    with closing(corpus_of(config)) as corpus, corpus.conn:
        corpus.execute("delete from listing where document_id = 'us-tx-2021-22-hb1'")
        said = ["us_states", "us-tx", "2023-24", "88th Legislature, 2nd Called Session (2023)", special, NOW]
        columns = "source, jurisdiction, session, title, special, seen_at"
        corpus.execute(f"insert into sessions ({columns}) values (?, ?, ?, ?, ?, ?)", said)


@pytest.mark.parametrize(
    ("row", "special", "why"),
    [
        ("State,Bill\nTX,HB 1", False, "the row names no session"),
        ("State,Bill,Session\n,HB 1,2023", False, "the row names no state"),
        ("State,Bill,Session\nTX,HB 1,2023", False, ""),
        ("State,Bill\nTX,HB 1 (2023)", False, ""),
        ("State,Bill\nTX,HB 1 (SB 2)", False, "the row names no session"),
        ("State,Bill,Session\nTX,HB 1,2023", True, "the row says “2023”, and this bill is of a special session"),
        ("State,Bill,Session\nTX,HB 1,2023 special", False, "“2023 special”, and this bill is of no special session"),
        ("State,Bill,Session\nTX,HB 1,2023-24", True, ""),
        ('State,Bill,Session\nTX,HB 1,"88th Legislature, 2nd called session (2023)"', True, ""),
        ("State,Bill\nUS,HR 1783", False, "the row names no session"),
        ("Link\nhttps://www.congress.gov/bill/117th-congress/house-bill/1783", False, None),
        ("Number,State\n2022-04567,US", False, ""),
    ],
)
def test_the_only_bill_of_a_number_is_chosen_only_where_its_session_is_named(
    db: Any, config: Configuration, row: str, special: bool, why: str | None
) -> None:
    only_one(config, special)
    header, _, line = row.partition("\n")
    [each] = shown(db, f"{header},Notes\n{line},x\n" if why is not None else "Link,Notes\n" + line + ",x\n")
    assert (each.state, len(each.choices)) == ("ambiguous" if why else "matched", 1)
    assert (why or "") in each.why


@pytest.mark.parametrize(
    ("row", "key"),
    [
        ("State,Bill\nTX,HB1", None),
        ("Bill,Link\nTX HB 1,", None),
        ("Bill,Note\nhr1783 (117th),x", BROADBAND),
        ("Measure,Comments\nS.42,x", HOSTILE_BILL),
        ("Link,Note\nhttps://www.congress.gov/bill/117th-congress/house-bill/1783/text?x=1,x", BROADBAND),
        (f"URL,Note\nhttps://policy.example.org/documents/{PLAIN},x", PLAIN),
        ("Number,Link\nHR 9,http://[broken", PLAIN),
    ],
)
def test_a_number_or_a_link_leads_to_the_document(db: Any, row: str, key: str | None) -> None:
    [line] = shown(db, row + "\n")
    if key is None:
        assert {each.document_id for each in line.line.candidates} == {"us-tx-2021-22-hb1", "us-tx-2023-24-hb1"}
    else:
        assert [each.document_id for each in line.line.candidates] == [key]


@pytest.mark.parametrize(("number", "found"), [("H 1", True), ("HB1", True), ("hf 1", True), ("S 1", False)])
def test_letters_of_one_chamber_are_the_same(db: Any, number: str, found: bool) -> None:
    [line] = shown(db, f"State,Bill,Session\nTX,{number},2023-2024\n")
    assert [each.document_id for each in line.line.candidates] == (["us-tx-2023-24-hb1"] if found else [])


@pytest.mark.parametrize(
    ("said", "stance"),
    [
        ("Strongly support", "support"),
        ("Strongly Supports", "support"),
        ("support strongly", "support"),
        ("Amend", "support_if_amended"),
        ("Neutral", "neutral"),
        ("Yes", "support"),
        ("No position", "neutral"),
        ("Monitoring", "watch"),
    ],
)
def test_words_of_trackers_are_stances(db: Any, said: str, stance: str) -> None:
    [line] = shown(db, f"Bill,Position\nHR 1783,{said}\n")
    assert line.line.stance == stance


def test_every_word_of_trackers_is_a_word() -> None:
    """An unquoted yes or no is true or false in YAML, and no sheet holds either."""
    table = tracker.words()
    lists = [*table["columns"].values(), *table["stances"].values(), *table["priorities"].values(), table["federal"]]
    assert [word for each in lists for word in each if not isinstance(word, str)] == []


LEADS = (
    "Bill,Position,Priority,Lead,Hearing date,Notes,Talking points\n"
    "HR 1783 (117th),Neutral,High,Ben,3/31/2022,Ask the whip,Hotspots lend well\n"
    "HR 9 (117th),,low,Zoe,,,\n"
)


def test_lead_priority_hearing_and_every_column_of_notes_are_read(db: Any) -> None:
    bill, other = shown(db, LEADS)
    assert (bill.line.lead, bill.line.priority, bill.line.stance) == ("Ben Writer", True, "neutral")
    assert bill.line.note == "Ask the whip\nTalking points: Hotspots lend well"
    assert (bill.line.hearing, other.line.hearing) == ("2022-03-31", "")
    assert (other.line.lead, other.line.priority, other.line.note) == ("", False, "Lead: Zoe")
    [wrong] = shown(db, "Bill,Priority\nHR 1783,blue\n")
    assert (wrong.state, wrong.why) == ("bad", "“blue” is no priority we know: write high, medium, or low")


@pytest.mark.parametrize(
    ("said", "day", "kept"),
    [
        ("3/31/22", "2022-03-31", ""),
        ("2022-03-31", "2022-03-31", ""),
        ("Thursday, March 31, 2022", "2022-03-31", ""),
        ("Sept. 1, 2022, 9:30 a.m., Room 14", "2022-09-01", "Hearing: Sept. 1, 2022, 9:30 a.m., Room 14"),
        ("3/31", "", "Hearing: 3/31"),  # of which year?
        ("13/45/2022", "", "Hearing: 13/45/2022"),
        ("TBD", "", "Hearing: TBD"),
    ],
)
def test_the_day_of_a_hearing_is_read_as_offices_write_it(db: Any, said: str, day: str, kept: str) -> None:
    [line] = shown(db, f'Bill,Hearing\nHR 1783 (117th),"{said}"\n')
    assert line.line.hearing == day
    assert line.line.note == kept


def test_an_imported_hearing_is_a_date_of_the_document(db: Any) -> None:
    said = "Bill,Position,Hearing\nHR 1783 (117th),Support,4/5/2022\n"
    today = datetime.date(2022, 3, 30)

    def next_date() -> str:
        rows = our_bills(db, OurFilters(), me=person(db).id, today=today, since=None)
        return next((row["next_on"] for row in rows if row["id"] == BROADBAND), "")

    assert next_date() == ""
    assert apply(db, said) == (1, [])
    assert next_date() == "2022-04-05"
    assert collaboration.work_on(db, person(db), BROADBAND, "2022-04-01")["dates"] == [("2022-04-05", "Hearing")]
    assert [each.state for each in shown(db, said)] == ["same"], "the same hearing is recorded once"
    week = weekly_report(db, our_bills(db, OurFilters(ended="1"), me=0, today=today, since=None), [], today)
    assert "2022-04-05" in [row["day"] for row in week.coming if row["id"] == BROADBAND]
    importing.undo(db, person(db), importing.past(db)[0]["batch"], "x", NOW)
    assert collaboration.work_on(db, person(db), BROADBAND, "2022-04-01")["dates"] == []
    assert next_date() == ""


@pytest.mark.parametrize(
    ("session", "found"),
    [("2023", True), ("2023-24", True), ("2025", False), ("114th General Assembly", True), ("113th", False)],
)
def test_a_session_known_by_a_number_is_found_by_the_years_in_which_a_bill_moved(
    db: Any, config: Configuration, session: str, found: bool
) -> None:
    with closing(corpus_of(config)) as corpus, corpus.conn:
        corpus.execute(
            "update documents set session = '114', published_on = '2023-02-01', latest_action_on = '2024-04-02' "
            "where id = 'us-tx-2023-24-hb1'"
        )
    [line] = shown(db, f"State,Bill,Session\nTX,HB 1,{session}\n")
    assert [each.document_id for each in line.line.candidates] == (["us-tx-2023-24-hb1"] if found else [])


@pytest.mark.parametrize("said", ["ben writer", "Writer", "BW", "ben@example.org"])
def test_a_lead_is_known_by_name_initials_or_address(db: Any, said: str) -> None:
    [line] = shown(db, f"Bill,Lead\nHR 1783,{said}\n")
    assert line.line.lead == "Ben Writer"


def test_leads_and_priorities_are_written_once_and_taken_back(db: Any) -> None:
    collaboration.assign(db, person(db), BROADBAND, "Cleo Looker", NOW)
    assert apply(db, LEADS) == (2, [])
    leader = collaboration.current_assignment(db, BROADBAND)
    assert (leader or {}).get("name") == "Ben Writer"
    assert (reviews.current(db, BROADBAND, "priority") or {}).get("value") == "2"
    assert [each.state for each in shown(db, LEADS)] == ["same", "same"]
    batch = importing.past(db)[0]["batch"]
    assert importing.undo(db, person(db), batch, "x", NOW) == (2, 0)
    leader = collaboration.current_assignment(db, BROADBAND)
    assert (leader or {}).get("name") == "Cleo Looker"
    assert reviews.current(db, BROADBAND, "priority") is None


def test_a_lead_who_was_chosen_since_an_import_stays_when_it_is_undone(db: Any) -> None:
    assert apply(db, LEADS) == (2, [])
    collaboration.assign(db, person(db), BROADBAND, "Cleo Looker", NOW)
    importing.undo(db, person(db), importing.past(db)[0]["batch"], "x", NOW)
    leader = collaboration.current_assignment(db, BROADBAND)
    assert (leader or {}).get("name") == "Cleo Looker"


def test_taken_back_after_an_account_was_closed(db: Any) -> None:
    """Who led before can lead no more: then nobody leads, and the rest is taken back, too."""
    collaboration.assign(db, person(db), BROADBAND, "Cleo Looker", NOW)
    apply(db, LEADS)
    db.execute("update accounts set disabled_at = ? where name = 'Cleo Looker'", [NOW])
    assert importing.undo(db, person(db), importing.past(db)[0]["batch"], "x", NOW) == (2, 0)
    assert not (collaboration.current_assignment(db, BROADBAND) or {}).get("name")
    assert reviews.current(db, BROADBAND, "priority") is None


def test_columns_that_are_not_read_are_named_before_anything_is_stored() -> None:
    found = read("Bill,State,Lead staffer,Sponsor,Fiscal note\nHR 1,US,Ana,Rep. Reader,none\n")
    assert found.unread == ("Sponsor", "Fiscal note")
    assert read("Bill,State\nHR 1,US\n").unread == ()


async def test_the_template_is_read_as_it_stands(browser: Browser, db: Any) -> None:
    answer = await browser.get("/desk/import/template.csv")
    found = tracker.read(Upload("template.csv", answer.content))
    assert (set(found.headers), found.unread) == (set(tracker.words()["columns"]), ())
    [line] = importing.preview(db, person(db), found.rows)
    assert (line.state, line.line.stance) == ("matched", "support")


# --------------------------------------------------------------------- applying and taking back


def stance(db: Any, document_id: str = BROADBAND) -> Any:
    return (reviews.current(db, document_id, "stance") or {}).get("value")


def taken(lines: list[importing.Shown]) -> list[importing.Taken]:
    return [importing.Taken.of(each.choices[0][1]) for each in lines if each.state == "matched"]


def apply(db: Any, body: str = HEAD + ROWS) -> tuple[int, list[str]]:
    return importing.apply(db, person(db), taken(shown(db, body)), name="tracker.csv", now=NOW)


def facts(db: Any) -> dict[str, list[Any]]:
    return {
        table: [tuple(row) for row in db.execute(f"select * from {table}").fetchall()]
        for table in ("reviews", "notes", "follows", "imports", "import_lines")
    }


def test_a_preview_writes_nothing(db: Any) -> None:
    before = list(db.conn.iterdump())
    shown(db)
    assert list(db.conn.iterdump()) == before


def test_applied_twice_there_are_no_doubles(db: Any) -> None:
    ana = person(db)
    assert apply(db) == (3, [])
    assert (stance(db), stance(db, RULE), stance(db, PLAIN)) == ("support", "watch", None)
    draft = reviews.current(db, BROADBAND, "stance")
    assert draft
    assert (draft["published"], draft["note"], draft["name"]) == (0, "Ask the whip", "Ana Reader")
    assert all(collaboration.is_followed(db, ana, key) for key in (BROADBAND, RULE, PLAIN))
    before = facts(db)
    assert [each.state for each in shown(db)] == ["same" if state == "matched" else state for state in STATES]
    again = importing.apply(db, ana, [importing.Taken(2, BROADBAND, "support", "Ask the whip", 0)], name="", now=NOW)
    assert again == (0, [])
    assert facts(db) == before


def test_a_row_whose_only_document_has_all_of_it_needs_no_choice(db: Any) -> None:
    """Who chose a bill whose session no row names is not asked about it again."""
    rows = "Bill,Note\nHR 9,Ask Ben\n"
    assert [each.state for each in shown(db, rows)] == ["ambiguous"]
    assert apply(db, "Bill,Note\nHR 9 (117th),Ask Ben\n") == (1, [])
    assert [each.state for each in shown(db, rows)] == ["same"]


def test_a_note_without_a_stance_is_a_note(db: Any) -> None:
    rows = "Bill,Note\nHR 9 (117th),Ask Ben\n"
    assert apply(db, rows) == (1, [])
    assert [note["words"] for note in collaboration.notes(db, PLAIN)] == ["Ask Ben"]
    assert shown(db, rows)[0].state == "same"
    batch = importing.past(db)[0]["batch"]
    assert importing.undo(db, person(db), batch, "x", NOW) == (1, 0)
    assert collaboration.notes(db, PLAIN) == []
    assert not collaboration.is_followed(db, person(db), PLAIN)
    # What was taken back can come again.
    assert apply(db, rows) == (1, [])
    assert len(collaboration.notes(db, PLAIN)) == 1


def test_taken_back_as_one_what_was_there_before_stays(db: Any) -> None:
    ana = person(db)
    collaboration.follow(db, ana, RULE, True, NOW)
    reviews.record(
        db, ana, [Verdict(document_id=BROADBAND, subject="stance", verdict="confirm", value="oppose")], now=NOW
    )
    assert apply(db)[0] == 3
    assert stance(db) == "support"
    batch = importing.past(db)[0]["batch"]
    # One of them is decided again before the import is taken back.
    last = reviews.last_id(db, RULE)
    given_since = Verdict(document_id=RULE, subject="stance", verdict="confirm", value="oppose", seen=last)
    reviews.record(db, person(db, "Ben Writer"), [given_since], now=NOW)
    assert importing.undo(db, ana, batch, "x", NOW) == (3, 1)
    assert (stance(db), stance(db, RULE)) == ("oppose", "oppose")
    assert [collaboration.is_followed(db, ana, key) for key in (BROADBAND, RULE, PLAIN)] == [False, True, False]


def test_what_somebody_decided_since_the_preview_is_left_alone(db: Any) -> None:
    wanted = taken(shown(db))
    given_since = Verdict(document_id=BROADBAND, subject="stance", verdict="confirm", value="oppose")
    reviews.record(db, person(db, "Ben Writer"), [given_since], now=NOW)
    assert importing.apply(db, person(db), wanted, name="x", now=NOW) == (2, [BROADBAND])
    assert stance(db) == "oppose"
