"""The search box: numbers in any form, and places."""

from __future__ import annotations

import html
import re
import sqlite3
from pathlib import Path

import pytest
from search_fixtures import DAY, filled, found_by
from site_corpus import TODAY, build, document_row
from sqlite_utils import Database

import serve
from pages.answers import searching
from pages.answers.answer import At
from pages.browse import browse, docket_numbers, finding, law_numbers, numbers, ranking, search, selection
from pages.browse.asked import Docket
from pages.browse.numbers import Number
from publish.listing import publish


@pytest.fixture
def db(tmp_path: Path) -> sqlite3.Connection:
    return filled(tmp_path).conn


@pytest.mark.parametrize(
    ("typed", "number", "place", "session"),
    [
        ("H.R. 1", "hr1", None, None),
        ("hr 0012", "hr12", None, None),
        ("hb7606 rhode island", "hb7606", "us-ri", None),
        ("RI H 7606", "h7606", "us-ri", None),
        ("House Bill 7606, Rhode Island", "hb7606", "us-ri", None),
        ("SB 13 TX", "sb13", "us-tx", None),
        ("Senate Bill No. 13 Texas", "sb13", "us-tx", None),
        ("s. 1080 117th congress", "s1080", "us", "117"),
        ("Iowa SF 496 2023", "sf496", "us-ia", "2023"),
        ("A3446 New Jersey", "a3446", "us-nj", None),
        ("2022-04567", "2022-04567", None, None),
    ],
)
def test_a_number_is_read_in_any_form(typed: str, number: str, place: str | None, session: str | None) -> None:
    found = numbers.read_number(typed)
    assert found is not None
    assert (found.numbers[0], found.place, found.session) == (number, place, session)


@pytest.mark.parametrize(
    "typed", ["", "covid 19 schools", "title 17 copyright", "section 702", "libraries", "🎈 9 lives"]
)
def test_what_asks_for_more_is_no_number(typed: str) -> None:
    assert numbers.read_number(typed) is None or not numbers.is_number(typed)


LAW = "us-117-hr801"


@pytest.fixture
def with_laws(tmp_path: Path) -> sqlite3.Connection:
    """H.R. 801 and H.R. 802 became laws; H.R. 803 mentions the first."""
    made = filled(tmp_path)
    for number, status, text in (
        (801, "enacted", ""),
        (802, "enacted", ""),
        (803, "introduced", "As Pub. L. 117-58 has it."),
    ):
        row = document_row(
            f"us-117-hr{number}", identifier=f"H.R. {number}", title=f"Act {number}", url="https://example.org/"
        )
        made.table("documents").insert(row | {"session": "117", "status": status, "text": text})
    for bill, number in ((LAW, "117-58"), ("us-117-hr802", "117-59")):
        made.table("laws").insert({"document_id": bill, "ordinal": 0, "kind": "Public Law", "number": number})
    publish(made, "2022-03-09T10:00:00Z")
    return made.conn


def test_a_number_that_is_written_out_is_found_among_other_words() -> None:
    """ "senate bill 5551 washington library" had no bill by its number."""
    short, written = numbers.among("SB 5551 washington library"), numbers.among("senate bill 5551 washington library")
    assert short is not None
    assert written == short
    assert numbers.among("house bill on washington libraries") is None


def test_a_bill_of_a_state_is_no_resolution_of_its_number() -> None:
    """Ohio's H.R. 96 honors an athlete; it came with the budget, H.B. 96."""
    bill, resolution = numbers.read_number("Ohio HB 96"), numbers.read_number("Ohio HR 96")
    assert bill
    assert resolution
    assert "hr96" not in bill.numbers
    assert "h96" in bill.numbers
    assert resolution.numbers[0] == "hr96"


@pytest.mark.parametrize(("typed", "offered"), [("Ohio HB 999", ""), ("hb 12345", ""), ("bookmobiles", "bookmobi*")])
def test_a_star_is_offered_for_a_word_and_not_for_a_number(typed: str, offered: str) -> None:
    assert browse.shorter(typed) == offered


@pytest.mark.parametrize(
    "typed",
    ["Public Law 117-58", "P.L. 117-58", "Pub. L. 117-58", "Pub. L. No. 117-58", "PL117–58", "public law no: 117-58."],
)
def test_the_number_of_a_law_opens_the_bill_that_became_it(with_laws: sqlite3.Connection, typed: str) -> None:
    assert found_by(with_laws, typed) == [LAW, "us-117-hr803"]
    assert finding.find_documents(with_laws, typed)[0] == LAW
    assert finding.named(with_laws, typed) == [LAW]
    answer = searching.search(At(with_laws, DAY, "https://example.org"), typed)
    assert [each["id"] for each in answer.result["documents"]] == [LAW]


def test_the_number_of_a_law_is_no_part_of_another_and_no_other_kind(with_laws: sqlite3.Connection) -> None:
    assert finding.named(with_laws, "P.L. 117-59") == ["us-117-hr802"]
    assert finding.named(with_laws, "Private Law 117-59") == finding.named(with_laws, "P.L. 117-5") == []


def test_a_law_that_is_not_collected_is_said_to_be_missing(with_laws: sqlite3.Connection) -> None:
    found = browse.browse(with_laws, browse.Filters.of({"q": "Public Law 94-553"}), DAY)
    assert (found.direct, found.results, found.number.unknown) == ([], [], True)
    of_texas = browse.browse(with_laws, browse.Filters.of({"q": "Public Law 117-58", "jurisdiction": "us-tx"}), DAY)
    assert of_texas.direct == []


@pytest.mark.parametrize(
    "typed", ["public law", "library law 117-58", "PL 117", "Pub. L. 117-58 libraries", "P 117-58"]
)
def test_other_words_are_no_number_of_a_law(typed: str) -> None:
    assert law_numbers.read(typed) is None


@pytest.mark.parametrize("typed", ["hb7606 rhode island", "RI H 7606", "H.B. 7606 RI", "house bill 7606 rhode island"])
def test_a_number_with_a_state_opens_that_states_bill(db: sqlite3.Connection, typed: str) -> None:
    assert found_by(db, typed) == ["us-ri-2026-hb7606"]


def test_a_number_of_several_states_puts_those_with_an_area_first(db: sqlite3.Connection) -> None:
    assert found_by(db, "HB 7606") == ["us-ri-2026-hb7606", "us-tx-89-hb7606"]


async def test_a_number_that_is_not_stored_is_said_to_be_missing(tmp_path: Path) -> None:
    file = build(tmp_path)
    page = (await serve.build(file, today=TODAY).client.get("/browse?q=AB+1825+california")).text
    assert "No document with the number “AB 1825 california” is collected here." in html.unescape(page)
    assert not re.search(r'<article class="card">', page)


def test_a_place_that_is_chosen_holds_for_a_number_too(db: sqlite3.Connection) -> None:
    def direct(**args: str) -> list[str]:
        return [card.id for card in browse.browse(db, browse.Filters.of(args), DAY).direct]

    assert direct(q="HB 7606", jurisdiction="us-tx") == ["us-tx-89-hb7606"]
    assert direct(q="HB 7606", jurisdiction="states") == ["us-ri-2026-hb7606", "us-tx-89-hb7606"]
    assert direct(q="HB 7606", jurisdiction="us-ia,local") == []
    assert direct(q="us-tx-89-hb7606", jurisdiction="us-ia") == []


async def test_a_number_that_the_chosen_place_has_not_is_said_to_be_missing_there(tmp_path: Path) -> None:
    filled(tmp_path).close()
    page = (
        await serve.build(tmp_path / "corpus.db", today=TODAY).client.get("/browse?q=HB+7606&jurisdiction=us-ia")
    ).text
    assert "No document with the number “HB 7606” is collected from the chosen place." in html.unescape(page)


def test_a_number_of_another_congress_is_offered_as_another(db: sqlite3.Connection) -> None:
    def other(typed: str) -> str | None:
        return browse.browse(db, browse.Filters.of({"q": typed}), DAY).number.other_congress

    assert other("H.R. 77") == "117th Congress", "only that of the 118th is stored"
    assert other("H.R. 77 118th") is None
    assert other("hr 77 117th congress") == "117th Congress", "the one that was asked for"
    assert other("hr 77 18th congress") == "18th Congress", "18 is a part of 118, and another Congress"
    assert other("hr 5 2023") == "118th Congress"
    assert other("H.R. 5") is None
    assert other("HB 7606") is None


@pytest.mark.parametrize(
    ("typed", "year"),
    [
        ("hb 7606 2019", "2019"),
        ("hb 7606 rhode island 2019", "2019"),
        ("hb 7606 2026", None),
        ("hb 7606 texas 2022", None),  # its session is called 89
        ("hb 7606 texas 2019", "2019"),
        ("hb 7606", None),
        ("hb 4444 2019", None),
        ("hr 77 2019", None),
    ],
)
def test_a_number_of_another_year_is_offered_as_another(db: sqlite3.Connection, typed: str, year: str | None) -> None:
    found = browse.browse(db, browse.Filters.of({"q": typed}), DAY)
    assert found.number.other_year == year
    chosen = selection.of_filters(db, browse.Filters.of({"q": typed}), DAY)
    assert (chosen.total == 0) == (year is not None or typed.startswith(("hb 4444", "hr 77")))


async def test_a_number_of_many_states_says_how_many_more_there_are(tmp_path: Path) -> None:
    db = filled(tmp_path)
    for n, state in enumerate(("al", "ak", "az", "ar", "ca", "co", "ct")):
        row = document_row(
            f"us-{state}-2021-hb41", identifier="HB41", title=f"Bees {n}", abstract="", url="https://e.org/"
        )
        db.table("documents").insert(row | {"jurisdiction": f"us-{state}", "session": "2021"})
    publish(db, "2022-03-09T10:00:00Z")
    db.close()
    client = serve.build(tmp_path / "corpus.db", today=TODAY).client
    assert "2 more documents have this number. Type the state, too" in (await client.get("/browse?q=HB+41")).text
    assert "have this number. Type the state" not in (await client.get("/browse?q=HB+41+alaska")).text


@pytest.mark.parametrize(
    ("typed", "listed"),
    [
        ("hr 77 117th congress", set[str]()),
        ("HB 7606 rhode island", {"us-ri-2026-hb7606"}),
        ("RI 7606", {"us-ri-2026-hb7606", "us-118-hr7"}),
    ],
)
def test_a_list_has_what_bears_the_number_and_nothing_of_another_congress(
    tmp_path: Path, typed: str, listed: set[str]
) -> None:
    db = filled(tmp_path)
    row = document_row(
        "us-118-hr7", identifier="H.R. 7", title="Money", abstract="Rhode Island 7606", url="https://example.org/"
    )
    db.table("documents").insert(row | {"session": "118"})
    publish(db, "2022-03-09T10:00:00Z")
    chosen = selection.of_filters(db.conn, browse.Filters.of({"q": typed}), DAY)
    assert {place[1] for place in selection.window(db.conn, chosen, 100)} == listed
    assert chosen.total == len(listed)


@pytest.mark.parametrize("typed", ["RI 7606", "hb 7606 rhode island", "s 1409 118th congress"])
def test_a_program_that_searches_for_a_number_gets_documents_or_candidates(db: sqlite3.Connection, typed: str) -> None:
    said = searching.search(At(db, DAY, "https://example.org"), typed)
    found = said.result.get("documents") or said.result["candidates"]
    assert [each["id"] for each in found] == ["us-118-s1409" if "1409" in typed else "us-ri-2026-hb7606"]
    assert said.says


@pytest.mark.parametrize(
    ("typed", "status", "state"),
    [
        ("hb 7606", "enacted", "nothing_found"),
        ("hb 7606", "in_committee", "candidates"),
        ("s 1409 118th congress", "enacted", "nothing_found"),
        ("s 1409 118th congress", "in_committee", "answered"),
    ],
)
def test_a_search_for_a_number_keeps_to_what_else_is_asked_for(
    db: sqlite3.Connection, typed: str, status: str, state: str
) -> None:
    said = searching.search(
        At(db, DAY, "https://example.org"), typed, place="us" if "1409" in typed else None, status=status
    )
    assert said.state == state
    assert f"status={status}" in said.address
    assert ("none of them fits" in said.says) == (state == "nothing_found")


def test_a_law_that_does_not_fit_what_else_is_asked_for_is_not_said_to_be_missing(
    with_laws: sqlite3.Connection,
) -> None:
    said = searching.search(At(with_laws, DAY, "https://example.org"), "Public Law 117-58", status="failed")
    assert said.state == "nothing_found"
    assert "does not fit what else was asked for" in said.says


async def test_the_page_says_where_a_document_found_by_its_number_does_not_fit_the_filters(tmp_path: Path) -> None:
    filled(tmp_path).close()
    site = serve.build(tmp_path / "corpus.db", today=TODAY)
    says = "Downloads have only what fits all of it."
    assert says in (await site.client.get("/browse?q=hb+7606&status=enacted")).text
    assert says not in (await site.client.get("/browse?q=hb+7606&kind=bill")).text


def test_the_one_document_with_a_number_is_an_answer_as_of_any_search(db: sqlite3.Connection) -> None:
    said = searching.search(At(db, DAY, "https://example.org"), "s 1409 118th congress", place="us")
    assert set(said.result) == set(searching.search(At(db, DAY, "https://example.org"), "hotspots").result)
    assert [each["id"] for each in said.result["documents"]] == ["us-118-s1409"]


def test_a_number_is_no_topic_of_positions(db: sqlite3.Connection) -> None:
    assert browse.browse(db, browse.Filters.of({"q": "s 1409 118th congress"}), DAY).positions == []


async def test_the_page_says_that_the_number_of_this_congress_is_missing(tmp_path: Path) -> None:
    filled(tmp_path).close()
    site = serve.build(tmp_path / "corpus.db", today=TODAY)
    page = html.unescape((await site.client.get("/browse?q=H.R.+77")).text)
    assert "Of the 117th Congress, no document with this number is collected here." in page
    assert "Others with this number" in page
    assert "By its number" in (await site.client.get("/browse?q=H.R.+5")).text


@pytest.mark.parametrize("typed", ["Rhode Island 7606", "RI 7606", "ri 7606"])
def test_digits_alone_find_any_kind_of_bill_of_a_state(db: sqlite3.Connection, typed: str) -> None:
    assert found_by(db, typed)[0] == "us-ri-2026-hb7606"


def test_letters_that_are_a_kind_of_bill_may_be_a_state_too(tmp_path: Path) -> None:
    db = filled(tmp_path)
    row = document_row(
        "us-sc-2025-2026-h3265", identifier="H 3265", title="Individual plans", url="https://example.org/"
    )
    db.table("documents").insert(row | {"jurisdiction": "us-sc", "session": "2025-2026"})
    publish(db, "2022-03-09T10:00:00Z")
    assert found_by(db.conn, "SC 3265") == ["us-sc-2025-2026-h3265"]


@pytest.mark.parametrize("typed", ["Rhode Island 2026", "Arkansas Act 372", "Texas chapter 43"])
def test_a_year_or_the_number_of_a_law_is_no_bill(typed: str) -> None:
    assert numbers.read_number(typed) is None


@pytest.mark.parametrize(
    ("typed", "number", "bureau"),
    [
        ("PS Docket 15-91", "15-91", "PS"),
        ("wc docket nos. 15–91", "15-91", "WC"),
        ("the docket 15-91", "15-91", ""),
        ("No.15-91", "15-91", ""),
        ("RIN:3084-ab20", "3084-AB20", ""),
        ("3084-AB20", "3084-AB20", ""),
        ("EPA Docket ID No. EPA-HQ-OAR-2021-0317", "EPA-HQ-OAR-2021-0317", ""),
        ("[Docket No. FAA-2024-2529]", "FAA-2024-2529", ""),
        ("SEC Release No. 34-104381", "34-104381", ""),
        ("OMB Control Number 3235-0766", "3235-0766", ""),
        ("Case No. 1:25-cv-03923", "1:25-CV-03923", ""),
    ],
)
def test_the_number_of_a_docket_is_read_in_any_form(typed: str, number: str, bureau: str) -> None:
    assert docket_numbers.read(typed) == Docket(number, bureau)


@pytest.mark.parametrize(
    "typed",
    [
        "covid-19",
        "gun control 24-25",
        "Public Law 117-58",
        "library case law 24-25",
        "HB25-1001",
        "docket",
        "2025-12345",
    ],
)
def test_what_is_no_docket_is_read_as_words(typed: str) -> None:
    assert docket_numbers.parse(typed) is None


@pytest.mark.parametrize("typed", ['"15-91"', "number:2022-04567", "docket OR 15-91", "title:15-91"])
def test_a_number_with_operators_is_searched_for_as_typed(typed: str) -> None:
    assert search.parse(typed).docket is None


def test_a_rin_is_no_bill() -> None:
    assert numbers.read_number("2070-AB27") is None


@pytest.mark.parametrize(
    "typed", ["FR Doc. 2022-04567", "fr doc no. 2022-04567", "Federal Register document 2022-04567"]
)
def test_a_document_of_the_federal_register_is_found_by_its_number_as_it_is_cited(
    db: sqlite3.Connection, typed: str
) -> None:
    assert found_by(db, typed) == ["us-fr-2022-04567"]


@pytest.fixture
def filed(tmp_path: Path) -> sqlite3.Connection:
    """Rules with dockets and RINs, others that mention them or have their digits apart, a case, and a bill of a city."""
    db = filled(tmp_path)
    for key, title, numbers_of in (
        ("us-fr-2025-1", "Emergency alerts", [("docket", "15-91 and 15-94")]),
        ("us-fr-2025-2", "Wireless alerts", [("docket", "PS Docket 15-91"), ("rin", "3084-AB20")]),
        ("us-fr-2025-3", "Another bureau", [("docket", "WC Docket 15-91")]),
        ("us-fr-2025-4", "A rule that mentions docket no. 15-91", []),
        ("us-fr-2025-5", "A docket of 15 pages, and 91 others; see 89 FR 101358", [("docket", "PS Docket 15-910")]),
        ("us-fr-2025-6", "Page 89 of FR 5, 101358 copies", []),
        ("us-fr-2025-8", "A rule on another page", [("citation", "89 FR 1013581")]),
        ("us-fr-2025-9", "A rule on that page", [("citation", "89 FR 101358")]),
        ("us-court-docket7", "Doe v. Roe (D.D.C., 1:25-cv-00923)", []),
        ("us-ny-nyc-2022-int1-2022", "Libraries of the city", []),
    ):
        place = "us-ny-nyc" if "nyc" in key else "us"
        row = document_row(key, identifier=key, title=title, url="https://example.org/")
        db.table("documents").insert(
            row | {"jurisdiction": place, "session": key.removeprefix(f"{place}-").split("-")[0]}
        )
        terms = [{"document_id": key, "ordinal": at, "kind": k, "term": t} for at, (k, t) in enumerate(numbers_of)]
        db.table("terms").insert_all(terms)
    publish(db, "2022-03-09T10:00:00Z")
    return db.conn


@pytest.mark.parametrize(
    ("typed", "having", "mentioning"),
    [
        ("PS Docket No. 15-91", {"us-fr-2025-1", "us-fr-2025-2"}, {"us-fr-2025-4"}),
        ("docket 15-91", {"us-fr-2025-1", "us-fr-2025-2", "us-fr-2025-3"}, {"us-fr-2025-4"}),
        ("rin 3084-ab20", {"us-fr-2025-2"}, set()),
        ("89 Fed. Reg. 101,358", {"us-fr-2025-9"}, {"us-fr-2025-5"}),
        ("25-cv-923", set(), {"us-court-docket7"}),
        ("Int 0001-2022", {"us-ny-nyc-2022-int1-2022"}, set()),
        ("WC Docket 99-99", set(), set()),
    ],
)
def test_what_has_a_number_comes_first_and_what_has_its_digits_apart_not_at_all(
    filed: sqlite3.Connection, typed: str, having: set[str], mentioning: set[str]
) -> None:
    found = found_by(filed, typed)
    assert set(found[: len(having)]) == having
    assert set(found[len(having) :]) == mentioning


def test_a_docket_says_why_it_was_found_and_its_list_is_the_same_in_a_feed(filed: sqlite3.Connection) -> None:
    found = browse.browse(filed, browse.Filters.of({"q": "RIN 3084-AB20"}), DAY)
    assert [(each.why[0].text, each.where) for each in found.results] == [("3084-AB20", "list of RINs")]
    assert found.positions == []
    chosen = selection.of_filters(filed, browse.Filters.of({"q": "PS Docket 15-91"}), DAY)
    assert {place[1] for place in selection.window(filed, chosen, 9)} == {
        f"us-fr-2025-{number}" for number in (1, 2, 4)
    }


def test_more_than_are_put_in_order_still_have_what_has_the_number_first(
    filed: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking, "CANDIDATES", 2)
    assert set(found_by(filed, "PS Docket 15-91")[:2]) == {"us-fr-2025-1", "us-fr-2025-2"}


@pytest.mark.parametrize("typed", ["7", "docket 7", "4207"])
def test_a_key_that_only_the_source_uses_is_no_number(filed: sqlite3.Connection, typed: str) -> None:
    filed.execute("update documents set identifier = '1:25-cv-00923' where id = 'us-court-docket7'")
    act = document_row("uk-bills-4207", identifier="Renters Act", title="Renters Act", url="https://example.org/")
    Database(filed).table("documents").insert(act | {"jurisdiction": "uk", "session": "bills"})
    filed.commit()
    publish(Database(filed), "2022-03-09T10:00:00Z")
    assert numbers.find_number(filed, typed) == []
    assert numbers.find_number(filed, "uk-bills-4207") == ["uk-bills-4207"]


def test_staff_find_a_document_by_its_docket(filed: sqlite3.Connection) -> None:
    assert finding.find_documents(filed, "RIN 3084-AB20") == ["us-fr-2025-2"]


def test_equal_numbers_are_equal() -> None:
    assert numbers.read_number("hr1") == Number(("hr1",))


def test_a_place_that_has_nothing_gives_way_to_others(db: sqlite3.Connection) -> None:
    assert found_by(db, "electronic literary ohio") == ["us-ri-2026-hb7606"]


@pytest.mark.parametrize(
    ("typed", "found", "besides"),
    [
        ("texas hb 900 school library", ["us-tx-89-hb900"], "texas school library"),
        ("what is the status of Texas H.B. 900", ["us-tx-89-hb900"], None),
        ("KOSA S 1409", ["us-118-s1409"], "KOSA"),
        ("H.R. 5, hotspots", ["us-117-hr5"], "hotspots"),
        ("hb 900 school library", None, None),
        ("AR 15 ban Texas", None, None),
        ("SP 800-53 controls", None, None),
        ("the s 1409 series", None, None),
        ("section 230 reform", None, None),
        ('"hb 900" texas library', None, None),
    ],
)
def test_the_number_of_a_bill_is_read_among_other_words(
    db: sqlite3.Connection, typed: str, found: list[str] | None, besides: str | None
) -> None:
    """ "texas sb 13 school library" listed 118 bills, and neither the bill nor that it is not collected."""
    among = numbers.among(typed)
    assert (among is None) is (found is None)
    page = browse.browse(db, browse.Filters.of({"q": typed}), DAY)
    if found is not None:
        assert ([card.id for card in page.direct], page.number.besides) == (found, besides)
        assert page.carried_out == (besides or typed)


async def test_the_page_says_that_a_number_among_other_words_is_not_collected(tmp_path: Path) -> None:
    filled(tmp_path)
    client = serve.build(tmp_path / "corpus.db", today=TODAY).client
    page = html.unescape((await client.get("/browse?q=texas+sb+13+school+library")).text)
    assert "No document with the number “SB 13 Texas” is collected here." in page
    assert "The list below is about the other words of your search: “texas school library”." in page
    page = html.unescape((await client.get("/browse?q=S+4999+hotspot")).text)
    assert "No document with the number “S 4999” is collected here." in page
    page = html.unescape((await client.get("/es/browse?q=S+4999+hotspot")).text)
    assert "La lista de abajo trata de las demás palabras de su búsqueda: «hotspot»." in page


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("KOSA S 1409", "The number S 1409 in the question is that of us-118-s1409: use `document`."),
        ("texas sb 13 library", "The number SB 13 Texas in the question is that of no document that is collected."),
        ("Texas sb 13 zebras", "Those listed are for the other words, “Texas zebras”."),
        ("hotspots", "fit."),
    ],
)
def test_a_program_is_told_of_a_number_among_other_words(db: sqlite3.Connection, typed: str, says: str) -> None:
    answer = searching.search(At(db, DAY, "https://example.org"), typed)
    assert says in answer.says
    assert ("in the question" in answer.says) is (typed != "hotspots")
