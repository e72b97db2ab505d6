"""The same bill from two sources is one document; another bill under its number is not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlite_utils import Database

from crawlers.items import Action, Bill, Event, Sponsor, TextVersion, Title, document_id
from crawlers.storage.merge import from_json, merge, same_document, to_json
from crawlers.storage.record import load_document, upsert
from store.connect import migrate

NOW = "2026-11-25T00:00:00Z"

#: Real numbers, titles, days and sponsors: as govinfo gives them and as another source spells them.
PAIRS = [
    ("hr", 1581, "Build America's Libraries Act", "BUILD AMERICA'S LIBRARIES ACT", "2021-03-03", "Levin, Andy"),
    ("s", 127, "Build America's Libraries Act", "Build America’s Libraries Act", "2021-01-28", "Reed, Jack"),
    ("hr", 9056, "Right to Read Act of 2022", "Right to Read Act", "2022-09-29", "Grijalva, Raul M."),
    ("hr", 3684, "Infrastructure Investment and Jobs Act", "INVEST in America Act", "2021-06-04", "DeFazio, Peter A."),
    ("hr", 1319, "American Rescue Plan Act of 2021", "American Rescue Plan Act", "2021-02-24", "Yarmuth, John A."),
    ("hr", 8152, "American Data Privacy and Protection Act", "ADPPA", "2022-06-21", "Pallone, Frank, Jr."),
    ("s", 3663, "Kids Online Safety Act", "Kids Online Safety Act", "2022-02-16", "Blumenthal, Richard"),
    (
        "s",
        673,
        "Journalism Competition and Preservation Act",
        "Journalism Competition Act",
        "2021-03-10",
        "Klobuchar, Amy",
    ),
    ("hr", 4330, "PRESS Act", "Protect Reporters from Exploitative State Spying Act", "2021-07-01", "Raskin, Jamie"),
    ("s", 1628, "Children and Teens' Online Privacy Protection Act", "COPPA 2.0", "2021-05-13", "Markey, Edward J."),
    (
        "hr",
        2116,
        "CROWN Act of 2022",
        "Creating a Respectful and Open World for Natural Hair Act",
        "2021-03-19",
        "Watson Coleman, Bonnie",
    ),
    ("hr", 1395, "Democracy in Libya", "Democracy in Libya", "2021-02-26", "Deutch, Theodore E."),
    (
        "s",
        2614,
        "Providing Accountability Through Transparency",
        "Accountability Through Transparency",
        "2021-08-04",
        "Lankford, James",
    ),
    (
        "hr",
        5343,
        "FEMA Caseworker Accountability Act",
        "FEMA Caseworker Accountability Act",
        "2021-09-22",
        "Gonzalez-Colon, Jenniffer",
    ),
    (
        "hres",
        1392,
        "Recognizing Banned Books Week",
        "Recognizing Banned Books Week 2022",
        "2022-09-23",
        "Raskin, Jamie",
    ),
    ("s", 198, "Data Mapping to Save Moms' Lives Act", "Data Mapping to Save Moms Lives", "2021-02-03", "Rosen, Jacky"),
    ("s", 169, "Artistic Recognition for Talented Students Act", "ARTS Act", "2021-02-02", "Cornyn, John"),
    ("hr", 8404, "Respect for Marriage Act", "Respect for Marriage Act", "2022-07-18", "Nadler, Jerrold"),
    ("hr", 7900, "National Defense Authorization Act", "NDAA for Fiscal Year 2023", "2022-05-27", "Smith, Adam"),
    (
        "sres",
        177,
        "Designating a day to celebrate literacy",
        "A resolution designating a day to celebrate literacy",
        "2021-04-26",
        "Booker, Cory A.",
    ),
]


def bill(kind: str, number: int, title: str, day: str, sponsor: str, source: str = "us_bills", **rest: object) -> Bill:
    values: dict[str, object] = {
        "id": document_id("us", "117", f"{kind}{number}"),
        "source": source,
        "jurisdiction": "us",
        "level": "federal",
        "session": "117",
        "identifier": f"{kind} {number}",
        "document_type": kind,
        "title": title,
        "url": "https://www.congress.gov/",
        "source_url": f"https://{source}.example/{kind}{number}",
        "introduced_on": day,
        "status_on": day,
        "status_history": (("introduced", day),),
        "sponsors": (Sponsor(name=sponsor, role="sponsor"),),
    }
    return Bill(**(values | rest))  # type: ignore[arg-type]


@pytest.fixture
def corpus() -> Database:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    return db


@pytest.mark.parametrize(("kind", "number", "title", "other_title", "day", "sponsor"), PAIRS)
def test_two_sources_give_one_document(
    corpus: Database, kind: str, number: int, title: str, other_title: str, day: str, sponsor: str
) -> None:
    first = bill(kind, number, title, day, sponsor)
    second = bill(kind, number, other_title, day, f"Rep. {sponsor} [D-XX-1]", source="us_congress_api")
    assert upsert(corpus, [first], now=NOW, silent=True).added == 1
    done = upsert(corpus, [second], now=NOW, silent=True)
    assert not done.refused
    assert corpus.execute("select count(*) from documents").fetchone()[0] == 1
    assert load_document(corpus, first.id).title == title, "the leading source's title is shown"
    assert {row[0] for row in corpus.execute("select source from provenance")} == {"us_bills", "us_congress_api"}
    said = set(corpus.execute("select source from field_provenance where field = 'title'").fetchall())
    assert said == {("us_bills",), ("us_congress_api",)}


@pytest.mark.parametrize(
    ("title", "sponsor"),
    [("Internal Combustion Engine Preservation Act", "Pence, Greg"), ("Naming a post office in Ohio", "Ryan, Tim")],
)
def test_another_bill_under_the_number_is_refused(corpus: Database, title: str, sponsor: str) -> None:
    first = bill("hr", 1581, "Build America's Libraries Act", "2021-03-03", "Levin, Andy")
    impostor = bill("hr", 1581, title, "2022-05-01", sponsor, source="us_congress_api")
    upsert(corpus, [first], now=NOW, silent=True)
    done = upsert(corpus, [impostor], now=NOW, silent=True)
    assert done.refused == [impostor]
    assert load_document(corpus, first.id).title == first.title
    assert corpus.execute("select source from provenance").fetchall() == [("us_bills",)]


def test_the_same_number_in_another_session_is_another_document(corpus: Database) -> None:
    first = bill("hr", 1, "For the People Act", "2021-01-04", "Sarbanes, John P.")
    later = replace(first, id="us-118-hr1", session="118", title="Lower Energy Costs Act")
    upsert(corpus, [first, later], now=NOW, silent=True)
    assert corpus.execute("select count(*) from documents").fetchone()[0] == 2


def test_merge_takes_each_part_once_and_fills_what_the_leader_lacks() -> None:
    action = Action(acted_on="2021-03-03", description="Introduced in House")
    first = bill("hr", 5, "A Title", "2021-03-03", "Levin, Andy", actions=(action,))
    second = replace(
        first,
        source="us_congress_api",
        abstract="What it does.",
        titles=(Title(kind="Short", title="A title"), Title(kind="Official", title="To do a thing")),
        actions=(
            replace(action, description="Introduced in House."),
            Action(acted_on="2021-03-01", description="Drafted"),
        ),
        versions=(TextVersion(name="Introduced", issued_on="2021-03-03"),),
        events=(Event(kind="hearing", starts_at="2021-04-01T10:00:00", timezone="America/New_York"),),
    )
    merged = merge([replace(first, titles=(Title(kind="Short", title="A TITLE"),)), second])
    assert merged.source == "us_bills"
    assert merged.abstract == "What it does."
    assert [title.title for title in merged.titles] == ["A TITLE", "To do a thing"]
    assert [act.description for act in merged.actions] == ["Drafted", "Introduced in House"]
    assert len(merged.versions) == len(merged.events) == 1


def test_a_second_source_that_says_nothing_new_changes_nothing(corpus: Database) -> None:
    first = bill("hr", 5, "A Title About Libraries", "2021-03-03", "Levin, Andy")
    second = replace(first, source="us_congress_api")
    upsert(corpus, [first], now=NOW, silent=True)
    for document in (second, first, second):
        done = upsert(corpus, [document], now=NOW, silent=False)
        assert (done.added, done.changed, done.unchanged) == (0, 0, 1)
    assert corpus.execute("select count(*) from changes").fetchone()[0] == 0


def test_a_document_survives_its_stored_form() -> None:
    document = bill("hr", 5, "Title", "2021-03-03", "Levin, Andy", subjects=("Libraries",), laws=())
    assert from_json(to_json(document)) == document


def test_same_document_wants_more_than_one_common_word() -> None:
    first = bill("hr", 5, "School Library Act", "2021-03-03", "Levin, Andy")
    assert not same_document(
        first, bill("hr", 5, "School Bus Diesel Engine Emission Control", "2021-09-09", "Pence, Greg")
    )
    assert same_document(first, bill("hr", 5, "Library in every School", "2021-09-09", "Levin, Andy"))
