"""The Federal Register after the crawl: what is news, what is missing, and rulemakings as threads."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from conftest import NOW
from sqlite_utils import Database
from test_us_federal_register import regulation

from crawlers.completeness.coverage import Baseline, merged
from crawlers.items import Listing, Regulation
from crawlers.parsers import federal_register as fr
from crawlers.storage.record import mark_missing, upsert
from crawlers.storage.rulemakings import write_threads

# --------------------------------------------------------------------- what is news, what is missing


def listing(first: str, last: str, *ids: str) -> Listing:
    return Listing(
        source=fr.SOURCE, jurisdiction="us", session="fr", part="", document_ids=ids, first_on=first, last_on=last
    )


def test_listings_whose_days_adjoin_are_one_and_a_gap_stays_a_gap() -> None:
    found = merged(
        [
            listing("2025-03-01", "2025-03-31", "c"),
            listing("2025-01-01", "2025-01-31", "a"),
            listing("2025-02-01", "2025-02-28", "b"),
            listing("2025-05-01", "2025-05-31", "e"),
        ]
    )
    assert [(each.first_on, each.last_on, each.document_ids) for each in found] == [
        ("2025-01-01", "2025-03-31", ("a", "b", "c")),
        ("2025-05-01", "2025-05-31", ("e",)),
    ]


@pytest.mark.parametrize(
    ("day", "asked_from", "news"),
    [
        ("2025-03-15", "2025-03-01", True),  # late, in a month that was seen whole
        ("2025-04-01", "2025-03-01", True),  # the next day
        ("2025-04-20", "2025-04-01", True),  # weeks without a crawl, but no gap in what is asked for
        ("2025-02-27", "2025-02-01", False),  # history, asked for later
        ("2025-09-01", "2025-06-01", False),  # another window, with a gap before it
    ],
)
def test_news_is_what_appears_in_or_right_after_what_was_seen(
    corpus: Database, day: str, asked_from: str, news: bool
) -> None:
    part = {"session": "fr", "part": "", "first_on": "2025-03-01", "last_on": "2025-03-31", "complete": True}
    run = {"source": fr.SOURCE, "started_at": NOW, "state": "finished", "coverage": json.dumps([part])}
    corpus.table("runs").insert(run)
    assert Baseline(corpus, fr.SOURCE).is_news(regulation(publication_date=day), asked_from) is news


def test_first_contact_is_no_news(corpus: Database) -> None:
    assert not Baseline(corpus, fr.SOURCE).is_news(regulation(), "2025-03-01")


def test_only_what_a_listing_could_have_named_goes_missing(corpus: Database) -> None:
    march, april = regulation("2025-00001"), regulation("2025-00002", publication_date="2025-04-01")
    upsert(corpus, [march, april], now=NOW, silent=True)
    assert mark_missing(corpus, listing("2025-03-01", "2025-03-31"), now=NOW) == 1
    missing = corpus.execute("select id from documents where missing_since is not null").fetchall()
    assert missing == [(march.id,)]


# --------------------------------------------------------------------- threads


def threads(db: Database) -> dict[str, list[str]]:
    write_threads(db)
    found: dict[str, list[str]] = {}
    for thread, document in db.execute(
        "select thread_id, document_id from thread_documents order by thread_id, ordinal"
    ).fetchall():
        found.setdefault(thread.removeprefix("us-fr-"), []).append(document.removeprefix("us-fr-"))
    return found


def test_proposal_extension_rule_and_correction_are_one_thread_with_its_dates(corpus: Database) -> None:
    rulemaking: dict[str, Any] = {"docket_ids": ["Docket No. ED-2025-OPE-0016"], "regulation_id_numbers": ["1840-AA01"]}
    upsert(
        corpus,
        [
            regulation(
                "2025-00001",
                type="Proposed Rule",
                action="Proposed rule.",
                comments_close_on="2025-04-02",
                **rulemaking,
            ),
            regulation(
                "2025-00002",
                type="Proposed Rule",
                action="Proposed rule; extension of comment period.",
                publication_date="2025-03-20",
                comments_close_on="2025-05-02",
                docket_ids=["ED-2025-OPE-0016"],
            ),
            regulation(
                "2025-00003",
                action="Final rule.",
                publication_date="2025-09-01",
                effective_on="2025-10-01",
                regulation_id_numbers=["1840-AA01"],
            ),
            regulation(
                "2025-00004",
                "In FR Doc. 2025-00003 a date is corrected.",
                action="Final rule; correction.",
                publication_date="2025-09-09",
            ),
            regulation("2025-00005", publication_date="2025-09-10"),
        ],
        now=NOW,
        silent=True,
    )
    assert threads(corpus) == {"2025-00001": ["2025-00001", "2025-00002", "2025-00003", "2025-00004"]}
    row = corpus.execute("select documents, status, status_on, comments_close_on, effective_on from threads").fetchone()
    assert row == (4, "final", "2025-09-01", "2025-05-02", "2025-10-01")
    assert write_threads(corpus) == 0


def test_standing_rins_drawers_and_notices_alone_make_no_thread(corpus: Database) -> None:
    directive: dict[str, Any] = {"regulation_id_numbers": ["2120-AA64"]}
    several: dict[str, Any] = {"regulation_id_numbers": ["9999-AA01"]}
    upsert(
        corpus,
        [
            regulation("2025-00001", docket_ids=["FAA-2025-0001"], **directive),
            regulation("2025-00002", docket_ids=["FAA-2025-0002"], **directive),
            *(regulation(f"2025-0001{n}", docket_ids=[f"FAA-2025-100{n}"], **several) for n in range(5)),
            *(regulation(f"2025-001{n:02}", docket_ids=["FEMA-2025-0002"]) for n in range(16)),
            *(regulation(f"2025-003{n:02}", docket_ids=["CFPB-2023-0001"]) for n in range(3)),
            *(regulation(f"2025-004{n:02}", docket_ids=["FAC 2025-04"]) for n in range(3)),
            regulation("2025-00201", type="Notice", docket_ids=["NARA-2025-021"]),
            regulation("2025-00202", type="Notice", docket_ids=["NARA-2025-021"]),
        ],
        now=NOW,
        silent=True,
    )
    assert threads(corpus) == {}


def test_actions_of_a_fishing_season_are_joined_by_their_own_number_not_by_that_of_the_rule_they_carry_out(
    corpus: Database,
) -> None:
    upsert(
        corpus,
        [
            regulation("2025-05764", type="Proposed Rule", docket_ids=["250331-0057", "RTID 0648-XE507"]),
            regulation("2025-06623", docket_ids=["Docket No. 250331-0057", "RTID 0648-XE831"]),
            regulation("2025-11159", docket_ids=["250612-0099", "RTID 0648-XE507"], publication_date="2025-06-17"),
            regulation("2025-20001", docket_ids=["250701-0001"]),
            regulation("2025-20002", docket_ids=["250701-0001"], publication_date="2025-06-17"),
        ],
        now=NOW,
        silent=True,
    )
    assert threads(corpus) == {"2025-05764": ["2025-05764", "2025-11159"], "2025-20001": ["2025-20001", "2025-20002"]}


def test_a_long_chain_over_documents_of_several_dockets_is_cut_into_what_each_names_first(corpus: Database) -> None:
    def of(number: int, *dockets: str) -> Any:
        return regulation(f"2025-1{number:04}", docket_ids=list(dockets))

    first = [of(number, "FCC-2025-0001") for number in range(9)]
    other = [of(number, "FCC-2025-0002") for number in range(20, 23)]
    both = of(50, "FCC-2025-0002", "FCC-2025-0001")
    upsert(corpus, [*first[:3], *other[:3], both], now=NOW, silent=True)
    assert [len(each) for each in threads(corpus).values()] == [7], "a short chain is one rulemaking"
    upsert(corpus, [*first, *other, both], now=NOW, silent=True)
    assert sorted(map(len, threads(corpus).values())) == [4, 9]


def test_list_of_many_dockets_ties_none_of_them_together(corpus: Database) -> None:
    dockets = [f"FDA-2025-N-000{n}" for n in range(6)]
    upsert(
        corpus,
        [
            regulation("2025-00001", docket_ids=dockets, type="Notice"),
            regulation("2025-00002", docket_ids=dockets[:1]),
            regulation("2025-00003", docket_ids=dockets[1:2]),
        ],
        now=NOW,
        silent=True,
    )
    assert threads(corpus) == {}


FREEDOM = "Restoring Internet Freedom"
OF_P1, OF_R1 = ("FCC-2017-P1",), ("FCC-2017-R1",)


def _filed(key: str, kind: str, day: str, title: str = FREEDOM, agency: str = "FCC", **values: Any) -> Regulation:
    """A document of regulations.gov with a docket of its own."""
    document = regulation(
        "2017-1", type=kind, publication_date=day, title=title, docket_ids=[f"FCC-2017-{key.upper()}"]
    )
    return replace(document, id=key, source="us_regulations", agencies=(agency,), **values)


@pytest.mark.parametrize(
    ("others", "joined"),
    [
        ([], True),
        # an extension in the docket of the proposal
        ([_filed("p2", "Proposed Rule", "2017-08-01", docket_ids=OF_P1)], True),
        # two rulemakings wait
        ([_filed("p2", "Proposed Rule", "2017-08-01")], False),
        # the order with the proposal decided something, too
        ([_filed("r0", "Rule", "2017-06-03")], True),
        # an earlier rule has answered, by title or by docket
        ([_filed("r0", "Rule", "2017-08-03")], False),
        ([_filed("r2", "Rule", "2017-07-01", docket_ids=OF_P1)], False),
        # the rule has a proposal of its own
        ([_filed("p0", "Proposed Rule", "2018-01-01", docket_ids=OF_R1)], False),
        # a title of all year: CHAIN of them, with the proposal
        ([_filed(f"n{each}", "Notice", "2017-07-01") for each in range(7)], False),
        ([_filed(f"n{each}", "Notice", "2017-07-01") for each in range(6)], True),
    ],
)
def test_a_final_rule_joins_the_one_proposal_with_its_title(
    corpus: Database, others: list[Regulation], joined: bool
) -> None:
    proposal = _filed("p1", "Proposed Rule", "2017-06-02", title="Restoring internet freedom.")
    upsert(corpus, [proposal, _filed("r1", "Rule", "2018-02-22"), *others], now=NOW, silent=True)
    assert any({"p1", "r1"} <= set(thread) for thread in threads(corpus).values()) is joined


@pytest.mark.parametrize(
    "values",
    [{"agency": "FTC"}, {"title": "Net Neutrality"}, {"day": "2020-06-03"}, {"day": "2017-06-20"}, {"kind": "Notice"}],
)
def test_a_rule_of_another_agency_title_or_time_answers_no_proposal(corpus: Database, values: dict[str, Any]) -> None:
    rule = _filed(**({"key": "r1", "kind": "Rule", "day": "2018-02-22"} | values))
    upsert(corpus, [_filed("p1", "Proposed Rule", "2017-06-02"), rule], now=NOW, silent=True)
    assert threads(corpus) == {}


@pytest.mark.parametrize("values", [{"agency": "FAA"}, {"agency": "USCG"}, {"source": "us_federal_register"}])
def test_titles_join_nothing_where_dockets_tell(corpus: Database, values: dict[str, Any]) -> None:
    pair = [("p1", "Proposed Rule", "2017-06-02"), ("r1", "Rule", "2018-02-22")]
    documents = [_filed(*each, agency=values.get("agency", "FCC")) for each in pair]
    upsert(
        corpus, [replace(each, source=values.get("source", each.source)) for each in documents], now=NOW, silent=True
    )
    assert threads(corpus) == {}
