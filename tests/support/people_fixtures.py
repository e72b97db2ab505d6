"""Legislators, committees and roll calls for the tests of the pages, as the tables hold them: invented people, real forms."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

from site_corpus import BROADBAND, NOW, document_row
from site_corpus import build as build_site
from sqlite_utils import Database

from publish.listing import publish
from store.connect import connect

#: A bill of the House that its committee has, one that the committee has sent to the floor, and a bill of Ohio.
IN_COMMITTEE = "us-117-hr500"
REPORTED = "us-117-hr501"
OHIO_BILL = "us-oh-134-hb7"
COMMITTEE = "hsed00"
CHAIR, READER, SENATOR, LEFT = "C000001", "R000002", "S000003", "L000004"
OHIOAN = "ocd-person/0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"
ROLL_CALL = "us-house-117-2-43"
OHIO_VOTE = "ocd-vote/11112222-3333-4444-8555-666677778888"
#: Their addresses on the site.
READERS_PAGE, COMMITTEES_PAGE = (
    "/people/ada-reader-r000002",
    "/committees/house-committee-on-education-and-labor-hsed00",
)
OHIOANS_PAGE, OHIOS_VOTE = "/people/img-src-x-onerror-alert-1-smith-0a1b2c3d4e5f", "/votes/111122223333"
ONE_DISTRICT, SEVERAL = "45801", "43001"
HOSTILE_NAME = "<img src=x onerror=alert(1)> =Smith"

_STAMPS = {"record_hash": "x", "first_seen_at": NOW, "changed_at": NOW}


async def found(site: Any, **form: str) -> tuple[int, str]:
    """The status and the words of the page that finds legislators, for a form that is filled in."""
    answer = await site.client.post("/find-my-legislators", data=form)
    main = answer.text.split("<main")[1].split("</main>")[0]
    return answer.status_code, " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def build(folder: Path) -> Path:
    """corpus.db with the documents of `site_corpus` and these people, published; gives the file."""
    return with_people(build_site(folder))


def with_people(file: Path) -> Path:
    """Add these people to a corpus.db of `site_corpus` and publish it again; gives the file."""
    db = connect(file)
    fill(db)
    publish(db, NOW)
    db.close()
    return file


def fill(db: Database) -> None:
    """Put the people, committees, bills and roll calls into corpus.db."""
    _documents(db)
    _actions(db)
    _sponsors(db)
    fill_people(db)


def fill_people(db: Database) -> None:
    """The same without the bills."""
    _people(db)
    _terms(db)
    _committees(db)
    _roll_calls(db)
    db.table("zip_districts").insert_all(
        {"zip": code, "state": state, "district": number}
        for code, state, number in (
            (ONE_DISTRICT, "OH", 4),
            (SEVERAL, "OH", 4),
            (SEVERAL, "OH", 9),
            (SEVERAL, "IL", 15),
        )
    )


def person(key: int, id_: str, name: str, **values: Any) -> dict[str, Any]:
    given, _, family = name.rpartition(" ")
    row = {
        "key": key,
        "id": id_,
        "name": name,
        "given_name": given,
        "family_name": family,
        "jurisdiction": "us",
        "is_current": 1,
        "source": "us_people",
        "source_url": "https://unitedstates.github.io/congress-legislators/legislators-current.json",
        "updated_on": "2022-03-01",
    }
    return row | _STAMPS | values


def _documents(db: Database) -> None:
    bill = {"url": "https://www.congress.gov/", "document_type": "hr", "chamber": "lower", "published_on": "2022-01-11"}
    db.table("documents").insert_all(
        [
            document_row(
                IN_COMMITTEE,
                identifier="H.R. 500",
                title="School Library Act",
                status_on="2022-01-11",
                latest_action="Referred to the House Committee on Education and Labor.",
                latest_action_on="2022-01-11",
                **bill,
            ),
            document_row(
                REPORTED,
                identifier="H.R. 501",
                title="Reading Rooms Act",
                status="reported",
                status_on="2022-02-11",
                latest_action="Reported by the Committee on Education and Labor. H. Rept. 117-301.",
                latest_action_on="2022-02-11",
                **bill,
            ),
            document_row(
                OHIO_BILL,
                source="us_states",
                jurisdiction="us-oh",
                level="state",
                session="134",
                identifier="HB 7",
                title="An act on school books",
                url="https://example.org/",
                chamber="lower",
                published_on="2022-01-10",
                latest_action="Referred to committee",
                latest_action_on="2022-02-20",
            ),
        ]
    )
    tags = [
        {"document_id": key, "area_id": "broadband", "probability": 0.9} for key in (IN_COMMITTEE, REPORTED, OHIO_BILL)
    ]
    db.table("tags").insert_all(tags)


def _actions(db: Database) -> None:
    """What became of the bills, the committees that have them, and the hearing of one."""
    db.table("actions").insert_all(
        {
            "document_id": key,
            "ordinal": n,
            "acted_on": day,
            "description": words,
            "classification": kind,
            "chamber": "lower",
        }
        for key, n, day, words, kind in (
            (
                IN_COMMITTEE,
                0,
                "2022-01-11",
                "Referred to the House Committee on Education and Labor.",
                "referral-committee",
            ),
            (
                REPORTED,
                0,
                "2022-01-11",
                "Referred to the House Committee on Education and Labor.",
                "referral-committee",
            ),
            (REPORTED, 1, "2022-02-01", "Ordered to be Reported by the Yeas and Nays: 18 - 13.", "committee-passage"),
            (
                REPORTED,
                2,
                "2022-02-11",
                "Reported by the Committee on Education and Labor. H. Rept. 117-301.",
                "committee-passage",
            ),
            (
                OHIO_BILL,
                0,
                "2022-02-20",
                "Referred to committee: Primary and Secondary Education",
                "referral-committee",
            ),
        )
    )
    db.table("committees").insert_all(
        {
            "document_id": key,
            "ordinal": n,
            "name": "Education and Labor Committee",
            "chamber": "lower",
            "code": COMMITTEE,
        }
        | {"activity": activity, "active_on": day}
        for key, n, activity, day in (
            (IN_COMMITTEE, 0, "Referred To", "2022-01-11"),
            (REPORTED, 0, "Markup By", "2022-02-01"),
            (REPORTED, 1, "Referred To", "2022-01-11"),
        )
    )
    db.table("events").insert(
        {"document_id": IN_COMMITTEE, "ordinal": 0, "kind": "hearing", "starts_at": "2022-04-05T10:00:00"}
        | {"timezone": "America/New_York", "description": "Room 2175"}
    )


def _sponsors(db: Database) -> None:
    db.table("sponsors").insert_all(
        {"document_id": key, "ordinal": 0, "name": "Rep. Reader, Ada [D-OH-4]", "role": "sponsor", "person_id": READER}
        for key in (IN_COMMITTEE, REPORTED)
    )
    db.table("sponsors").insert(
        {"document_id": IN_COMMITTEE, "ordinal": 1, "name": "Rep. Chair, Cora [R-IL-15]", "role": "cosponsor"}
    )


def _people(db: Database) -> None:
    db.table("people").insert_all(
        [
            person(
                1,
                CHAIR,
                "Cora Chair",
                party="Republican",
                chamber="lower",
                district="15",
                website="https://chair.house.gov",
            ),
            person(2, READER, "Ada Reader", party="Democrat", chamber="lower", district="4"),
            person(3, SENATOR, "José Núñez", party="Independent", chamber="upper", website="javascript:alert(1)"),
            person(4, LEFT, "Lee Left", party="Democrat", is_current=0),
            person(
                5,
                OHIOAN,
                HOSTILE_NAME,
                jurisdiction="us-oh",
                party="Democratic",
                chamber="lower",
                district="12",
                source="state_people",
                source_url="https://openstates.org/",
            ),
        ],
        alter=False,
        # every row of one insert has the same columns
        replace=False,
    )


def _terms(db: Database) -> None:
    """When each held which seat, where they can be reached, and which bills are theirs."""
    terms = (
        (CHAIR, "lower", "IL", "15", "Republican", "2021-01-03", "2023-01-03"),
        (READER, "lower", "OH", "4", "Democrat", "2021-01-03", "2023-01-03"),
        (READER, "lower", "OH", "9", "Democrat", "2019-01-03", "2021-01-03"),
        (SENATOR, "upper", "OH", None, "Independent", "2019-01-03", "2025-01-03"),
        (LEFT, "lower", "OH", "2", "Democrat", "2019-01-03", "2021-12-31"),
        (OHIOAN, "lower", "oh", "12", "Democratic", "2021-01-03", None),
    )
    columns = ("person", "chamber", "state", "district", "party", "starts", "ends")
    db.table("person_terms").insert_all(
        dict(zip(columns, term, strict=True)) | {"seen_from": "2022-03-01"} for term in terms
    )
    db.table("offices").insert_all(
        [
            {
                "person": READER,
                "ordinal": 0,
                "kind": "capitol",
                "name": None,
                "address": "123 Cannon",
                "phone": "202-555-0100",
            },
            {
                "person": READER,
                "ordinal": 1,
                "kind": "district",
                "name": "Lima",
                "address": "1 Main St",
                "phone": "419-555-0101",
            },
        ]
    )
    db.table("person_ids").insert_all(
        {"person": READER, "scheme": scheme, "value": found}
        for scheme, found in (("bioguide", READER), ("govtrack", "400004"))
    )
    db.table("sponsor_people").insert_all(
        {"document_id": key, "ordinal": n, "person": who, "how": "identifier"}
        for key, n, who in ((IN_COMMITTEE, 0, 2), (REPORTED, 0, 2), (IN_COMMITTEE, 1, 1))
    )


def _committees(db: Database) -> None:
    base = {"jurisdiction": "us", "chamber": "lower", "source": "us_people", "seen_from": "2022-03-01"}
    db.table("legislative_committees").insert_all(
        [
            base
            | {"id": COMMITTEE, "name": "House Committee on Education and Labor", "parent": None}
            | {"url": "https://edworkforce.house.gov/"},
            base | {"id": "hsed14", "name": "Early Childhood", "parent": COMMITTEE, "url": None},
        ]
    )
    db.table("committee_members").insert_all(
        {"committee": COMMITTEE, "person": who, "role": role, "rank": rank, "party": side, "seen_from": "2022-03-01"}
        for who, role, rank, side in ((CHAIR, "Chair", 1, "majority"), (READER, None, 3, "minority"))
    )


def _roll_calls(db: Database) -> None:
    base = {"session": "117", "chamber": "lower", "source": "us_house_votes"}
    db.table("roll_calls").insert_all(
        [
            base
            | _STAMPS
            | {"key": 1, "id": ROLL_CALL, "jurisdiction": "us", "number": "43", "held_at": "2022-03-07T18:30:00-05:00"}
            | {"held_on": "2022-03-07", "question": "On Passage", "motion": "passage", "result": "Passed", "passed": 1}
            | {
                "document_id": BROADBAND,
                "yes": 2,
                "no": 1,
                "present": 0,
                "not_voting": 1,
                "description": "Library Broadband Act",
            }
            | {"source_url": "https://clerk.house.gov/evs/2022/roll043.xml"},
            base
            | _STAMPS
            | {
                "key": 2,
                "id": OHIO_VOTE,
                "jurisdiction": "us-oh",
                "number": None,
                "held_at": "2022-02-21",
                "held_on": "2022-02-21",
            }
            | {
                "question": "Passage",
                "motion": "passage",
                "result": "pass",
                "passed": 1,
                "document_id": OHIO_BILL,
                "yes": 60,
            }
            | {"no": 30, "present": None, "not_voting": None, "description": None, "source_url": "javascript:alert(1)"},
        ]
    )
    words = (("Yea", "yes"), ("Nay", "no"), ("Not Voting", "not_voting"), ("Walked", "other"))
    db.table("vote_words").insert_all(
        {"key": n, "word": word, "choice": choice} for n, (word, choice) in enumerate(words, 1)
    )
    voters = (
        (1, "us", "Chair", "R", "IL", CHAIR),
        (2, "us", "Reader", "D", "OH", READER),
        (3, "us", "Left", "D", "OH", LEFT),
        (4, "us", "Nobody Known", "R", "TX", None),
        (5, "us-oh", HOSTILE_NAME, "", "", OHIOAN),
        (6, "us-oh", "=HYPERLINK(1)", "", "", None),
    )
    db.table("voters").insert_all(
        {
            "key": key,
            "jurisdiction": place,
            "session": "117",
            "chamber": "lower",
            "name": name,
            "nth": 0,
            "identifier": "",
        }
        | {"party": party, "state": state, "person": who, "how": "name" if who else None}
        for key, place, name, party, state, who in voters
    )
    db.table("ballots").insert_all(
        {"roll_call": call, "voter": voter, "word": word}
        for call, voter, word in ((1, 1, 2), (1, 2, 1), (1, 3, 3), (1, 4, 1), (2, 5, 1), (2, 6, 4))
    )


def shape(found: Any) -> str:
    """A view as text, to compare."""
    return json.dumps(found, default=vars, sort_keys=True)
