"""The spider of city councils: a golden replay, facts written by hand, and what it does when a part cannot be had."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import SOURCES, replay
from golden import NOWHERE, agreed, made
from scrapy.http import TextResponse
from scrapy.spidermiddlewares.httperror import HttpError
from sqlite_utils import Database
from twisted.python.failure import Failure

from crawlers.completeness.coverage import merged
from crawlers.items import Document, Listing, Reject
from crawlers.keys import lacking
from crawlers.parsers.legistar import City, load_cities, parse_matter, session_of, without_token
from crawlers.sources import load_sources
from crawlers.spiders.us_local_legistar import UsLocalLegistarSpider
from crawlers.status.local import classify_local_action, state_status
from crawlers.storage.record import upsert
from pages.http import formatting
from store.connect import migrate
from store.schema.observed import date_laws_of_new_york_from_its_charter

RECORDED = SOURCES / "us_local_legistar"
NYC = load_cities()["nyc"]


@pytest.fixture(autouse=True)
def no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LEGISTAR_NYC_TOKEN", raising=False)


@pytest.fixture(scope="module")
def items() -> list[Any]:
    return replay(made(UsLocalLegistarSpider, cities="nyc"), RECORDED, NOWHERE)


@pytest.fixture(scope="module")
def matters(items: list[Any]) -> dict[str, Document]:
    return {item.id: item for item in items if isinstance(item, Document)}


def test_golden_replay_gives_the_records_that_were_read_and_agreed_to(items: list[Any]) -> None:
    agreed(RECORDED, items)


def test_school_librarian_reports_became_law_without_signature(matters: dict[str, Document]) -> None:
    matter = matters["us-ny-nyc-2024-int1125-2024"]
    assert (matter.kind, matter.level, matter.identifier) == ("local_matter", "local", "Int 1125-2024")
    assert (matter.status, matter.published_on) == ("enacted", "2024-11-21")
    assert [step for step, _ in matter.status_history][:3] == ["introduced", "in_committee", "reported"]
    assert "to_executive" in dict(matter.status_history)
    assert {event.timezone for event in matter.events} == {"America/New_York"}


def test_veto_that_was_overridden_is_law_and_one_that_stands_is_vetoed(matters: dict[str, Document]) -> None:
    overridden, stands = matters["us-ny-nyc-2023-int878-2023"], matters["us-ny-nyc-2024-int902-2024"]
    assert [step for step, _ in overridden.status_history][-2:] == ["vetoed", "enacted"]
    assert (stands.status, stands.status_on) == ("vetoed", "2025-12-31")


def test_resolution_ends_when_the_council_adopts_it(matters: dict[str, Document]) -> None:
    assert matters["us-ny-nyc-2024-res477-2024"].status == "adopted"
    assert matters["us-ny-nyc-2024-int1004-2024"].status == "to_executive"


def test_matter_without_title_and_text_is_kept(matters: dict[str, Document]) -> None:
    matter = matters["us-ny-nyc-2026-int634-2026"]
    assert (matter.title, matter.text, matter.status) == ("Int 0634-2026 (no title yet)", None, "introduced")


def test_text_is_that_of_the_version_in_force(matters: dict[str, Document]) -> None:
    assert "version A" in (matters["us-ny-nyc-2024-int1004-2024"].text or "")


def test_listing_names_every_matter_by_year(items: list[Any]) -> None:
    sizes = {item.session: len(item.document_ids) for item in items if isinstance(item, Listing)}
    assert sizes == {"2023": 1, "2024": 4, "2026": 1}


def test_days_of_change_narrow_what_is_asked_for() -> None:
    spider = made(UsLocalLegistarSpider, cities="nyc", since="2026-03-01")
    assert "ge+datetime%272026-03-01%27" in spider.ask_page(NYC, 0).url
    spider.rows["nyc"] = {7: changed(7, "2026-02-28"), 8: changed(8, "2026-03-02")}
    spider.rows["nyc"][9] = changed(9, "2026-03-03") | {"MatterIntroDate": "2026-03-01T00:00:00"}
    listing, *requests = spider.matters(NYC)
    assert (listing.first_on, listing.last_on) == ("2026-03-01", "2026-11-25")
    assert listing.document_ids == ("us-ny-nyc-2026-int9-2026",), "of what is older such a list says nothing"
    assert {request.cb_kwargs["work"].key for request in requests} == {
        "us-ny-nyc-2026-int8-2026",
        "us-ny-nyc-2026-int9-2026",
    }


def test_listings_of_the_same_days_of_two_cities_stay_two() -> None:
    days = {
        "source": "us_local_legistar",
        "session": "2026",
        "part": "",
        "first_on": "2026-03-01",
        "last_on": "2026-03-30",
    }
    listings = [
        Listing(jurisdiction=f"us-{place}", document_ids=(place,), **days) for place in ("wa-seattle", "az-mesa")
    ]
    assert {each.jurisdiction: each.document_ids for each in merged(listings)} == {
        "us-wa-seattle": ("wa-seattle",),
        "us-az-mesa": ("az-mesa",),
    }


def changed(number: int, day: str, kind: str = "Introduction") -> dict[str, Any]:
    return {
        "MatterId": number,
        "MatterFile": f"Int {number:04}-2026",
        "MatterTypeName": kind,
        "MatterIntroDate": "2026-01-05T00:00:00",
        "MatterLastModifiedUtc": f"{day}T10:00:00",
    }


def test_token_goes_into_the_address_where_a_council_wants_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEGISTAR_NYC_TOKEN", "secret")
    spider = made(UsLocalLegistarSpider)
    assert spider.ask_page(NYC, 0).url.endswith("&token=secret")
    assert NYC in spider.cities


def test_city_whose_token_is_lacking_is_left_out_and_named_and_asked_when_it_is_meant() -> None:
    assert NYC in without_token({})
    assert NYC not in without_token({"LEGISTAR_NYC_TOKEN": "secret"})
    assert NYC not in made(UsLocalLegistarSpider).cities
    assert len(made(UsLocalLegistarSpider).cities) >= 12
    assert made(UsLocalLegistarSpider, cities="nyc").cities == [NYC]


def test_what_lacks_a_key_is_told_with_where_to_get_it() -> None:
    told = {(each.source, each.variable): str(each) for each in lacking({"LEGISCAN_KEY": "k"})}
    words = (
        "New York City is left out, LEGISTAR_NYC_TOKEN is not in the environment (free, 2 minutes; https://council.ny"
    )
    assert told["us_local_legistar", "LEGISTAR_NYC_TOKEN"].startswith(f"us_local_legistar: {words}")
    assert "https://api.congress.gov/sign-up/" in told["us_congress_api", "CONGRESS_GOV_KEY"]
    assert ("us_states_legiscan", "LEGISCAN_KEY") not in told


@pytest.mark.parametrize(("cities", "told"), [(None, True), ("nyc,seattle", True), ("seattle", False)])
def test_a_city_nobody_asked_for_is_not_said_to_be_left_out(cities: str | None, told: bool) -> None:
    [city] = [each for each in lacking({}) if each.variable == "LEGISTAR_NYC_TOKEN"]
    assert city.is_asked_for(cities) is told
    assert all(each.is_asked_for(cities) for each in lacking({}) if each.whole)


def test_every_request_asks_for_json_which_the_service_answers_only_then() -> None:
    assert load_sources()["us_local_legistar"].accept == "application/json"


UNKNOWN = b'{"ExceptionMessage": "LegistarConnectionString setting is not set up in InSite for client: nyc"}'


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (500, UNKNOWN, "New York City: Legistar has no client 'nyc'; has the council moved?"),
        (403, b"", "New York City: refused (HTTP status 403): LEGISTAR_NYC_TOKEN is missing or no longer valid"),
        (503, b"busy", "New York City: HTTP status 503"),
    ],
)
def test_refusal_says_which_city_it_is_and_what_to_do(status: int, body: bytes, words: str) -> None:
    spider = made(UsLocalLegistarSpider)
    request = spider.ask_page(NYC, 0)
    failure = Failure(HttpError(TextResponse(request.url, status=status, body=body, request=request)))
    failure.request = request  # type: ignore[attr-defined]
    [gap] = spider.rejects(failure)
    assert gap.reason.startswith(words)


# --------------------------------------------------------------------- cities


@pytest.mark.parametrize("city", load_cities().values(), ids=lambda city: city.client)
def test_every_city_has_a_place_of_its_own_and_a_page(city: City) -> None:
    state, place = city.jurisdiction.removeprefix("us-").split("-")
    assert f"us-{state}" in formatting.glossary()["jurisdictions"]
    assert place
    assert formatting.place(city.jurisdiction) == city.name
    assert city.address(7).startswith("https://")
    assert city.address(7).endswith("=7")
    assert [each.client for each in load_cities().values() if each.jurisdiction == city.jurisdiction] == [city.client]


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("x: {name: X, jurisdiction: us-xx-x, timezone: UTC, types: [bill]}", "since"),
        ("x: {name: X, jurisdiction: us-xx-x, timezone: UTC, types: [bill], since: soon}", "soon"),
        ("x: {name: X, jurisdiction: us-xx-x, timezone: Mars/Crater, types: [bill], since: 2025-01-01}", "Mars/Crater"),
        (f"x: {{name: X, jurisdiction: us-xx-x, timezone: {'a' * 300}, types: [bill], since: 2025-01-01}}", "aaaa"),
        ("x: {name: X, jurisdiction: us-xx-x, timezone: UTC, since: 2025-01-01}", "types"),
        ("x: {name: X, jurisdiction: us-xx-x, timezone: UTC, types: [bill], since: 2025-01-01, colour: red}", "colour"),
        ("x: {name: X, jurisdiction: us-xx-x, timezone: UTC, types: bill, since: 2025-01-01}", "'bill' must be a list"),
        ("x: {name: X, jurisdiction: xx_X, timezone: UTC, types: [bill], since: 2025-01-01}", "us-STATE-PLACE"),
        (
            "y: {name: X, jurisdiction: us-xx-x, timezone: UTC, types: [bill], since: 2025-01-01}\n"
            "x: {name: X, jurisdiction: us-xx-x, timezone: UTC, types: [bill], since: 2025-01-01}",
            "'us-xx-x' belongs to y already",
        ),
    ],
)
def test_city_with_a_wrong_entry_is_named(tmp_path: Path, entry: str, words: str) -> None:
    file = tmp_path / "cities.yml"
    file.write_text(entry)
    with pytest.raises(ValueError, match=rf"cities\.yml: x: .*{words}"):
        load_cities(file)


def test_kinds_are_words_so_that_a_city_may_name_its_ordinances_as_it_likes() -> None:
    milwaukee = load_cities()["milwaukee"]
    kinds = ("Ordinance", "Charter Ordinance", "Resolution-Immediate Adoption", "APPEAL", "Communication to Finance")
    kept = [kind for kind in kinds if milwaukee.keeps(changed(1, "2026-02-01", kind))]
    assert kept == ["Ordinance", "Charter Ordinance", "Resolution-Immediate Adoption"]


def test_kinds_that_nothing_is_of_any_more_are_told_not_taken_for_an_empty_city() -> None:
    spider = made(UsLocalLegistarSpider)
    milwaukee = load_cities()["milwaukee"]
    spider.rows["milwaukee"] = {1: changed(1, "2026-02-01", "License"), 2: changed(2, "2026-02-01", "Claim")}
    [gap] = spider.matters(milwaukee)
    assert isinstance(gap, Reject)
    assert gap.reason == "Milwaukee: none of 2 matters is of a kind that cities.yml names; they are Claim, License"


def test_matter_without_a_day_of_introduction_goes_by_the_year_of_its_number() -> None:
    county = load_cities()["kingcounty"]
    row = {"MatterId": 1, "MatterFile": "2025-0123", "MatterTypeName": "Motion", "MatterIntroDate": None}
    assert session_of(row) == "2025"
    assert county.keeps(row)
    assert not county.keeps(row | {"MatterFile": "2024-0123"})
    assert session_of(row | {"MatterFile": "R-12"}) == "undated"


def test_what_was_introduced_before_a_city_s_first_day_is_not_missed() -> None:
    spider = made(UsLocalLegistarSpider)
    assert spider.should_list("us-wa-seattle", "2025")
    assert not spider.should_list("us-wa-seattle", "2024")
    assert not spider.should_list("us-ny-nyc", "2025")


def unsigned(state: str = "Enacted") -> Document:
    """A bill that New York's mayor returned unsigned on the day before the charter made it a law."""
    row = changed(174, "2023-01-25") | {
        "MatterIntroDate": "2022-04-14T00:00:00",
        "MatterStatusName": state,
        "MatterEnactmentDate": "2023-01-21T00:00:00",
    }
    steps = [("2022-12-21", "Approved by Council"), ("2023-01-20", "Returned Unsigned by Mayor")]
    history = [
        {"MatterHistoryId": at, "MatterHistoryActionDate": f"{day}T00:00:00", "MatterHistoryActionName": name}
        for at, (day, name) in enumerate([*steps, ("2023-01-21", "City Charter Rule Adopted")], 1)
    ]
    return parse_matter(NYC, row, histories=history, sponsors=[], text=None, stamp=None)


def test_law_of_new_york_is_one_on_the_day_of_its_charter_and_not_when_it_comes_back_unsigned() -> None:
    matter = unsigned()
    assert (matter.status, matter.status_on) == ("enacted", "2023-01-21")
    assert [step for step in matter.status_history if step[0] == "enacted"] == [("enacted", "2023-01-21")]


def test_a_day_of_enactment_makes_no_law_of_what_its_council_calls_vetoed() -> None:
    matter = unsigned("Vetoed")
    assert matter.status == "vetoed"
    assert ("enacted", "2023-01-21") not in matter.status_history


def test_stored_laws_of_new_york_get_that_day() -> None:
    matter, db = unsigned(), Database(memory=True)
    migrate(db, "corpus.db")
    early = tuple((status, "2023-01-20" if status == "enacted" else day) for status, day in matter.status_history)
    upsert(
        db,
        [replace(matter, status_on="2023-01-20", status_history=early)],
        now="2026-11-25T00:00:00+00:00",
        silent=True,
    )
    date_laws_of_new_york_from_its_charter(db)
    assert db.execute("select status_on from documents").fetchall() == [("2023-01-21",)]
    assert db.execute("select reached_on from status_history where status = 'enacted'").fetchall() == [("2023-01-21",)]


def test_sponsors_are_those_of_the_version_in_force() -> None:
    row = {"MatterId": 1, "MatterFile": "A 1", "MatterName": "A", "MatterVersion": "B"}
    names = [("A", "One"), ("B", "One"), ("B", "Two")]
    sponsors = [{"MatterSponsorMatterVersion": version, "MatterSponsorName": name} for version, name in names]
    matter = parse_matter(NYC, row, histories=[], sponsors=sponsors, text=None, stamp=None)
    assert [(each.name, each.role) for each in matter.sponsors] == [("One", "sponsor"), ("Two", "cosponsor")]


def test_city_that_is_not_configured_is_named() -> None:
    with pytest.raises(ValueError, match=r"gotham: not in cities\.yml"):
        made(UsLocalLegistarSpider, cities="gotham")


# --------------------------------------------------------------------- words

# real action names, whether the vote was lost, and Open States' word
ACTIONS = [
    ("Introduced by Council", False, "introduction"),
    ("Referred to Comm by Council", False, "referral-committee"),
    ("Re-referred to Committee by Council", False, "referral-committee"),
    ("Recommitted to Committee by Council", False, "referral-committee"),
    ("Referred to Finance Pursuant to Rule 9.10", False, "referral-committee"),
    ("Hearing Held by Committee", False, "hearing"),
    ("Hearing on P-C Item by Comm", False, "hearing"),
    ("Hearing Scheduled by Mayor", False, "hearing"),
    ("Hearing Scheduled by Mayor Cancelled", False, "deferral"),
    ("Bill Signing Scheduled by Mayor", False, "hearing"),
    ("Laid Over by Committee", False, "deferral"),
    ("P-C Item Laid Over by Comm", False, "deferral"),
    ("Amendment Proposed by Comm", False, "amendment-introduction"),
    ("Amended by Committee", False, "amendment-passage"),
    ("Approved by Committee", False, "committee-passage"),
    ("Approved by Committee", True, "committee-failure"),
    ("Approved by Subcommittee", False, "committee-passage"),
    ("P-C Item Approved by Comm", False, "committee-passage"),
    ("Approved by Committee with Modifications and Referred to CPC", False, "committee-passage"),
    ("P-C Item Approved by Committee with Companion Resolution", False, "committee-passage"),
    ("Defeated by Committee", True, "committee-failure"),
    ("Disapproved by Committee", False, "committee-failure"),
    ("Filed by Committee", False, "committee-failure"),
    ("Approved by Council", False, "passage"),
    ("Approved, by Council", False, "passage"),
    ("Disapproved by Council", False, "failure"),
    ("Filed by Council", False, "failure"),
    ("Filed (End of Session)", False, "failure"),
    ("Sent to Mayor by Council", False, "executive-receipt"),
    ("Signed Into Law by Mayor", False, "executive-signature"),
    ("City Charter Rule Adopted", False, "became-law"),
    ("Returned Unsigned by Mayor", False, "became-law"),
    ("Vetoed by Mayor", False, "executive-veto"),
    ("Overridden by Council", False, "veto-override-passage"),
    ("Recved from Mayor by Council", False, "receipt"),
    ("Withdrawn", False, "withdrawal"),
    ("Something new", False, None),
]


@pytest.mark.parametrize(("name", "failed", "word"), ACTIONS)
def test_every_action_has_its_class(name: str, failed: bool, word: str | None) -> None:
    assert classify_local_action(name, failed=failed) == word


def test_what_a_committee_passes_is_not_passed_by_the_council() -> None:
    assert classify_local_action("Passed", body="Finance Committee") == "committee-passage"
    assert classify_local_action("Passed", failed=True, body="Committee on Rules") == "committee-failure"
    assert classify_local_action("Passed", body="Common Council") == "passage"


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("Filed (End of Session)", "failed"),
        ("Adopted", "adopted"),
        ("Committee", "in_committee"),
        ("Enacted", "enacted"),
        ("Laid Over in Committee", "in_committee"),
        ("Withdrawn", "withdrawn"),
        ("Disapproved", "failed"),
        ("Enacted (Mayor's Desk for Signature)", "to_executive"),
        ("Filed", "failed"),
        ("Vetoed", "vetoed"),
        ("Introduced", "introduced"),
        ("Reported from Committee", "reported"),
        ("Something else", None),
        ("Agenda Ready", None),
        ("In Council-Placed on File", "reported"),
        ("In Council-Indefinite Postponement", "reported"),
        ("Indefinitely Deferred", "failed"),
        ("Passed Finally", "adopted"),
        ("Passed Unsigned by Mayor", "adopted"),
        ("Died due to expiration of legislative council session", "failed"),
        ("Lapsed", "failed"),
        ("Not Approved", "failed"),
        ("Mayor's Office", "to_executive"),
        ("Mayors Office", "to_executive"),
        ("Committee Agenda Ready", "in_committee"),
        ("Second Reading", None),
    ],
)
def test_every_state_has_its_status(state: str, status: str | None) -> None:
    assert state_status(state) == status
