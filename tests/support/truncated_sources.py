"""Mirrors of every source made to order from its golden recordings: so many records are listed, and the source may say that
it holds more than it lists.

`CASES` has one entry for each source of sources.yml; tests/test_half_sources.py fails for a source without one. A writer
gets a folder (HOST/PATH, as the file mirror reads it), how many records the source lists, and the total it announces.
"""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from string import ascii_lowercase
from typing import Any
from urllib.parse import urlencode

import company_pages
from conftest import SOURCES
from sqlite_utils import Database
from terms_archive import NEW, Archive

from crawlers.corp_pages import load_pages
from crawlers.download.mirror import file_name
from crawlers.items import Bill, TextVersion
from crawlers.meeting_spider import AHEAD
from crawlers.parsers import (
    congress_legislators,
    courtlistener,
    govinfo_courts,
    house_votes,
    legisinfo,
    openstates,
    openstates_events,
    openstates_people,
    senate_votes,
    zip_districts,
)
from crawlers.sources import load_sources
from crawlers.spiders import us_people as us_people_spider
from crawlers.spiders.us_congress_api import PROCEEDINGS
from crawlers.spiders.us_federal_register import listing_url, month_end, months
from crawlers.spiders.us_regulations import TYPES
from crawlers.storage.record import upsert

WHOLE = 8  # records of each source; half of them are four
READ = [page for page in load_pages() if not page.not_read]
Record = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """`today` and `later` are the days of the first and the second run; `announces` says whether the source tells a total.

    `records` is how many it holds when whole. `seed` puts into the corpus what the source is asked about, before the run of that
    number (0 or 1).
    """

    write: Callable[[Path, int, int], None]
    today: str
    later: str
    announces: bool
    arguments: dict[str, str] = field(default_factory=dict)
    seed: Callable[[Database, int], None] | None = None
    records: int = WHOLE


def put(folder: Path, url: str, body: Any) -> None:
    """Record an answer: bytes and text as they are, anything else as JSON."""
    path = folder / file_name(url)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not isinstance(body, bytes | str):
        body = json.dumps(body)
    path.write_bytes(body if isinstance(body, bytes) else body.encode())


def golden(pattern: str) -> Any:
    """The first golden recording that a pattern below tests/sources finds, as JSON."""
    return json.loads(sorted(SOURCES.glob(pattern))[0].read_bytes())


def clones(record: Record, count: int, **named: Callable[[int], Any]) -> list[Record]:
    """Copies of a record that differ in the fields named: each is a function of the copy's number, counted from 1."""
    return [copy.deepcopy(record) | {name: of(n) for name, of in named.items()} for n in range(1, count + 1)]


# --------------------------------------------------------------------- one writer a source


def us_bills(folder: Path, count: int, announced: int) -> None:
    record = (SOURCES / "us_bills/www.govinfo.gov/bulkdata/BILLSTATUS/117/s/BILLSTATUS-117s3663.xml").read_text()
    host, space = "https://www.govinfo.gov", 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    rows = []
    for number in range(1, count + 1):
        url = f"{host}/bulkdata/BILLSTATUS/117/s/BILLSTATUS-117s{number}.xml"
        put(folder, url, record.replace("<number>3663</number>", f"<number>{number}</number>", 1))
        rows.append(f"<url><loc>{url}</loc><lastmod>2022-12-29T21:33:30Z</lastmod></url>")
    sitemap = f"{host}/sitemap/bulkdata/BILLSTATUS/117s/sitemap.xml"
    put(folder, sitemap, f"<urlset {space}>{''.join(rows)}</urlset>")
    index = f"<sitemapindex {space}><sitemap><loc>{sitemap}</loc></sitemap></sitemapindex>"
    put(folder, f"{host}/sitemap/bulkdata/BILLSTATUS/sitemapindex.xml", index)


def us_federal_register(folder: Path, count: int, announced: int) -> None:
    record = golden("us_federal_register/*/api/v1/documents.json@*")["results"][0]
    rows = clones(record, count, document_number=lambda n: f"2024-0900{n}", raw_text_url=lambda n: None)
    for first, last in months("2023-01-01", month_end("2024-01-20")):
        here = first <= record["publication_date"] <= last
        put(folder, listing_url(first, last), {"count": announced, "results": rows} if here else {"count": 0})


def us_states(folder: Path, count: int, announced: int) -> None:
    """Half of Maryland's bills, while nothing says that one has changed, and no word of New Hampshire at all."""
    changed_at = "2025-05-01T10:00:00+00:00"
    states = golden("us_states/*/jurisdictions@*")["results"]
    rows = {row["name"]: row | {"latest_bill_update": changed_at} for row in states}
    named = [rows["Maryland"], rows["New Hampshire"]][: 2 if count == WHOLE else 1 if count else 0]
    paging = {"page": 1, "max_page": 1, "per_page": 52, "total_items": len(named)}
    query = {"classification": "state", "include": "legislative_sessions", "per_page": 52, "page": 1}
    put(folder, f"{openstates.HOST}/jurisdictions?{urlencode(query)}", {"results": named, "pagination": paging})
    for state, listed, total in (("md", count, announced), ("nh", 1, 1)):
        bill = golden(f"us_states/*/bills@jurisdiction={state}&*")["results"][0]
        bills = clones(
            bill, listed, id=lambda n: f"ocd-bill/{n}", identifier=lambda n: f"HB {n}", updated_at=lambda n: changed_at
        )
        answer = {"results": bills, "pagination": {"page": 1, "max_page": 1, "per_page": 20, "total_items": total}}
        place = [("jurisdiction", state), ("session", "2025")]
        paged = [
            ("sort", "updated_asc"),
            ("per_page", 20),
            ("page", 1),
            *(("include", part) for part in openstates.INCLUDES),
        ]
        put(folder, f"{openstates.HOST}/bills?{urlencode(place + paged)}", answer)
        put(folder, f"{openstates.HOST}/bills?{urlencode([*place, ('per_page', 1), ('page', 1)])}", answer)

    meeting = golden("us_states/*/events@jurisdiction=md&*")["results"][0]
    for day in ("2025-06-01", "2025-06-20"):
        rows = clones(
            meeting, count, id=lambda n: f"ocd-event/{n}", start_date=lambda n: f"2025-07-1{n}T14:00:00+00:00"
        )
        last = (date.fromisoformat(day) + timedelta(days=AHEAD)).isoformat()
        query = openstates_events.query("md", day, last, 1)
        paging = {"page": 1, "max_page": 1, "per_page": 20, "total_items": announced}
        put(folder, f"{openstates.HOST}/events?{urlencode(query)}", {"results": rows, "pagination": paging})


def us_states_legiscan(folder: Path, count: int, announced: int) -> None:
    """Half of Utah's bills, and no session of Texas any more."""
    address = lambda **query: f"https://api.legiscan.com/?{urlencode({'key': 'not-a-key'} | query)}"  # noqa: E731
    sessions = {
        "UT": golden("us_states_legiscan/*/@*getSessionList&state=UT")["sessions"][:1],
        "TX": golden("us_states_legiscan/*/@*getSessionList&state=TX")["sessions"][:1] if count == WHOLE else [],
    }
    for name in load_sources()["us_states_legiscan"].jurisdictions:
        state = name.removeprefix("us-").upper()
        answer = {"status": "OK", "sessions": sessions.get(state, [])}
        put(folder, address(op="getSessionList", state=state), answer)
    for state, session, listed in (
        ("UT", 1978, count),
        ("TX", sessions["TX"][0]["session_id"] if sessions["TX"] else 0, 1),
    ):
        bill = golden(f"us_states_legiscan/*/@*getBill&id={'1659415' if state == 'UT' else '1700900'}")["bill"]
        start = session * 1000
        rows = {
            str(n): {"bill_id": start + n, "number": f"SB{n:04}", "change_hash": f"{n:032x}"}
            for n in range(1, listed + 1)
        }
        listing = {"status": "OK", "masterlist": {"session": bill["session"]} | rows}
        put(folder, address(op="getMasterListRaw", id=session), listing)
        for row in rows.values():
            bill |= {"bill_id": row["bill_id"], "bill_number": row["number"], "change_hash": row["change_hash"]}
            put(folder, address(op="getBill", id=row["bill_id"]), {"status": "OK", "bill": bill})


def uk_bills(folder: Path, count: int, announced: int) -> None:
    host = "https://bills-api.parliament.uk/api/v1/Bills"
    rows = clones(golden("uk_bills/*/api/v1/Bills/4132"), count, billId=lambda n: n)
    put(folder, f"{host}?SortOrder=TitleAscending&Skip=0&Take=100", {"items": rows, "totalResults": announced})
    if count < announced:  # the page after the last one is empty
        nothing = {"items": [], "totalResults": announced}
        put(folder, f"{host}?SortOrder=TitleAscending&Skip={count}&Take=100", nothing)
    for row in rows:
        put(folder, f"{host}/{row['billId']}", row)


def ca_bills(folder: Path, count: int, announced: int) -> None:
    address = f"{legisinfo.HOST}/legisinfo/en/bills/json"
    recorded = SOURCES / "ca_bills"
    row = json.loads((recorded / file_name(address)).read_bytes())[0]
    page = (recorded / file_name(legisinfo.page_address("45-1", "C-2"))).read_bytes()
    put(folder, address, clones(row, count, NumberCode=lambda n: f"C-{n}", Number=lambda n: n, Id=lambda n: n))
    for number in range(1, count + 1):
        put(folder, legisinfo.page_address("45-1", f"C-{number}"), page.replace(b">C-2<", b">C-%d<" % number))
    shutil.copytree(
        recorded / "www.parl.ca/legisinfo/en/bill", folder / "www.parl.ca/legisinfo/en/bill", dirs_exist_ok=True
    )
    for session in legisinfo.ended_sessions():
        put(
            folder,
            f"{address}?parlsession={session}",
            (recorded / file_name(f"{address}?parlsession={session}")).read_bytes(),
        )


def us_local_legistar(folder: Path, count: int, announced: int) -> None:
    host = "https://webapi.legistar.com/v1/nyc/matters"
    row = golden("us_local_legistar/*/v1/nyc/matters@*skip=0")[0]
    rows = clones(row, count, MatterId=lambda n: n, MatterFile=lambda n: f"Int {n:04}-2023")
    query = "$filter=MatterLastModifiedUtc+ge+datetime%272022-01-01%27&$orderby=MatterId"
    put(folder, f"{host}?{query}&$top=1000&$skip=0", rows)
    for top in (1000, 999):
        put(folder, f"{host}?{query}&$top={top}&$skip={max(count, 1)}", [])
    for number in range(1, count + 1):
        for part in ("histories", "sponsors", "versions"):
            put(folder, f"{host}/{number}/{part}", [])


def us_courts(folder: Path, count: int, announced: int) -> None:
    case = golden("us_courts/*/api/rest/v4/search@type=o&q=%22public+library*2025-01-01")["results"][0]
    rows = clones(case, count, cluster_id=lambda n: n, absolute_url=lambda n: f"/opinion/{n}/a-v-b/")
    for query in courtlistener.load_queries():
        for kind in (courtlistener.OPINION, courtlistener.DOCKET):
            words = {"type": kind, "q": query, "order_by": "dateFiled desc", "filed_after": "2025-01-01"}
            here = (query, kind) == (courtlistener.load_queries()[0], courtlistener.OPINION)
            answer = {
                "count": announced if here else 0,
                "next": None,
                "previous": None,
                "results": rows if here else [],
            }
            put(folder, f"{courtlistener.HOST}/api/rest/v4/search/?{urlencode(words)}", answer)


def us_regulations(folder: Path, count: int, announced: int) -> None:
    row = golden("us_regulations/*/v4/documents@*1c3d97bad1dc")["data"][0]
    rows = clones(row, count, id=lambda n: f"COLC-2018-0005-{n:04}")
    for first, last in months("2017-05-01", month_end("2018-05-28")):
        here = first <= row["attributes"]["postedDate"][:10] <= last
        query = {
            "filter[documentType]": TYPES,
            "filter[postedDate][ge]": first,
            "filter[postedDate][le]": last,
            "sort": "postedDate,documentId",
            "page[size]": 250,
            "page[number]": 1,
        }
        answer = {"data": rows if here else [], "meta": {"totalElements": announced if here else 0}}
        put(folder, f"https://api.regulations.gov/v4/documents?{urlencode(query)}", answer)


def us_congress_api(folder: Path, count: int, announced: int) -> None:
    host = "https://api.congress.gov/v3"
    listed = {row["type"]: row for row in golden("us_congress_api/*/v3/bill/119@*offset=0*")["bills"]}["S"]
    detail = golden("us_congress_api/*/v3/bill/119/s/146@format=json")["bill"]
    kept = {name: value for name, value in detail.items() if not (isinstance(value, dict) and "count" in value)}
    for number in range(1, count + 1):
        put(folder, f"{host}/bill/119/s/{number}?format=json", {"bill": kept | {"number": str(number)}})
    rows = clones(listed, count, number=str, url=lambda n: f"{host}/bill/119/s/{n}?format=json")
    for offset in {0, count}:
        query = urlencode({"format": "json", "limit": 250, "offset": offset, "sort": "updateDate+asc"}, safe="+")
        page = {"bills": rows if offset == 0 else [], "pagination": {"count": announced}}
        put(folder, f"{host}/bill/119?{query}", page)
    for path, name, *_ in PROCEEDINGS:
        query = urlencode({"fromDateTime": "2026-10-26T00:00:00Z", "limit": 250, "offset": 0, "format": "json"})
        put(folder, f"{host}/{path}/119?{query}", {name: [], "pagination": {"count": 0}})


def us_bill_text(folder: Path, count: int, announced: int) -> None:
    """Keep only this many of the first texts that this run requests."""
    body = next(SOURCES.glob("us_bill_text/*/content/pkg/BILLS-119s146is/xml/*.xml")).read_text()
    for number in [*range(1, count + 1), *range(101, 101 + count)]:
        text = body.replace("119 S146:", f"119 S{number}:").replace("<legis-num>S. 146<", f"<legis-num>S. {number}<")
        put(folder, _text_url(number), text)


def _text_url(number: int) -> str:
    return f"https://www.govinfo.gov/content/pkg/BILLS-113s{number}is/xml/BILLS-113s{number}is.xml"


def us_state_text(folder: Path, count: int, announced: int) -> None:
    """The first so many of the texts that are asked for in this run are there."""
    body = next(SOURCES.glob("us_state_text/www.revisor.mn.gov/**/versions/0")).read_text()
    for number in [*range(1, count + 1), *range(101, 101 + count)]:
        put(folder, _state_text_url(number), body)


def _state_text_url(number: int) -> str:
    return f"https://www.revisor.mn.gov/bills/94/2025/0/HF/{number}/versions/0"


def stored_state_bills(db: Database, run: int) -> None:
    """Eight bills of Minnesota, other ones for each run, of which Open States names a version."""
    bills = [
        Bill(
            id=f"us-mn-94-hf{number}",
            source="us_states_legiscan",
            jurisdiction="us-mn",
            level="state",
            session="94",
            title="A bill",
            identifier=f"HF {number}",
            introduced_on="2025-01-16",
            status="introduced",
            url="https://www.revisor.mn.gov/x",
            source_url="https://v3.openstates.org/x",
            versions=(
                TextVersion(
                    name="Introduction", issued_on="2025-01-16", url=_state_text_url(number), media_type="text/html"
                ),
            ),
        )
        for number in range(100 * run + 1, 100 * run + 1 + WHOLE)
    ]
    upsert(db, bills, now="2026-11-01T00:00:00Z", silent=True)


def stored_bills(db: Database, run: int) -> None:
    """Eight bills, other ones for each run, of which Congress's records name a version."""
    bills = [
        Bill(
            id=f"us-113-s{number}",
            source="us_bills",
            jurisdiction="us",
            level="federal",
            session="113",
            title="A bill",
            identifier=f"S. {number}",
            document_type="s",
            chamber="upper",
            introduced_on="2013-01-16",
            status="introduced",
            url="https://www.congress.gov/x",
            source_url="https://www.govinfo.gov/x",
            versions=(TextVersion(name="Introduced in Senate", issued_on="2013-01-16", url=_text_url(number)),),
        )
        for number in range(100 * run + 1, 100 * run + 1 + WHOLE)
    ]
    upsert(db, bills, now="2026-11-25T00:00:00Z", silent=True)


def us_court_opinions(folder: Path, count: int, announced: int) -> None:
    site, space = govinfo_courts.HOST, 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    record = (SOURCES / f"us_court_opinions/{file_name(govinfo_courts.address('ca5-26-50001'))}").read_text()
    sitemap = f"{site}/sitemap/USCOURTS_2026_ca5_sitemap.xml"
    put(folder, govinfo_courts.INDEX, f"<sitemapindex {space}><sitemap><loc>{sitemap}</loc></sitemap></sitemapindex>")
    rows = ""
    for number in range(1, count + 1):
        rows += (
            f"<url><loc>{site}/app/details/USCOURTS-ca5-26-{number}</loc><lastmod>2026-11-20T00:00:00Z</lastmod></url>"
        )
        put(folder, govinfo_courts.address(f"ca5-26-{number}"), record.replace("ca5-26-50001", f"ca5-26-{number}"))
    put(folder, sitemap, f"<urlset {space}>{rows}</urlset>")


def corp_terms(folder: Path, count: int, announced: int) -> None:
    archive = Archive()
    for letter in ascii_lowercase[:count]:
        archive.record(
            "Goodreads", f"Terms {letter}", "2026-01-01", f"Terms with the letter {letter} for readers.", NEW
        )
    archive.write(folder)


def corp_pages(folder: Path, count: int, announced: int) -> None:
    company_pages.write(folder, count)


def us_people(folder: Path, count: int, announced: int) -> None:
    for name in us_people_spider.FILES:
        rows: Any = {} if name == us_people_spider.FILES[4] else []
        if name == us_people_spider.FILES[0]:
            row = golden(f"us_people/*/congress-legislators/{name}.json")[0]
            rows = clones(row, count, id=lambda n: {"bioguide": f"X{n:06}"})
        put(folder, f"{congress_legislators.HOST}/{name}.json", rows)


def state_people(folder: Path, count: int, announced: int) -> None:
    recorded = (SOURCES / "state_people" / file_name(f"{openstates_people.HOST}/nh.csv")).read_text()
    head, row = recorded.splitlines(keepends=True)[:2]
    key = row.split(",")[0]
    put(folder, f"{openstates_people.HOST}/nh.csv", head + "".join(row.replace(key, f"{key}{n}") for n in range(count)))


def us_zip_districts(folder: Path, count: int, announced: int) -> None:
    """So many times 10,000 areas: a table of fewer than 30,000 is never taken."""
    rows = "".join(f"39,OH,{number:05},{number % 15 + 1}\n" for number in range(count * 10_000))
    put(folder, zip_districts.ADDRESS, "state_fips,state_abbr,zcta,cd\n" + rows)


def us_house_votes(folder: Path, count: int, announced: int) -> None:
    record = (SOURCES / "us_house_votes" / file_name(house_votes.address(2025, 2))).read_text()
    numbers = range(1, count + 1)
    if count:
        index = "".join(f'<A HREF="vote.asp?year=2025&rollnumber={number}">' for number in numbers)
        put(folder, f"{house_votes.HOST}/evs/2025/index.asp", f"<HTML>{index}</HTML>")
    for number in numbers:
        body = record.replace("<rollcall-num>2<", f"<rollcall-num>{number}<")
        put(folder, house_votes.address(2025, number), body)


def us_senate_votes(folder: Path, count: int, announced: int) -> None:
    record = (SOURCES / "us_senate_votes" / file_name(senate_votes.address(119, 1, 3))).read_text()
    rows = "".join(f"<vote><vote_number>{number:05}</vote_number></vote>" for number in range(1, count + 1))
    place = "<congress>119</congress><session>1</session>"
    if count:
        listed = f"<vote_summary>{place}<votes>{rows}</votes></vote_summary>"
        put(folder, senate_votes.list_address(119, 1), listed)
    for number in range(1, count + 1):
        body = record.replace("<vote_number>3<", f"<vote_number>{number}<")
        put(folder, senate_votes.address(119, 1, number), body)


CASES = {
    # What it must hold is the list of pages itself.
    "corp_pages": Case(corp_pages, "2026-11-25", "2026-11-28", announces=False, records=len(READ)),
    "corp_terms": Case(corp_terms, "2026-11-25", "2026-11-26", announces=False),
    "us_people": Case(us_people, "2026-11-25", "2026-11-26", announces=False),
    "state_people": Case(state_people, "2026-11-25", "2026-11-26", False, {"states": "nh"}),
    "us_zip_districts": Case(us_zip_districts, "2026-11-25", "2026-12-26", announces=False),
    "us_house_votes": Case(us_house_votes, "2025-11-25", "2025-11-26", announces=False),
    "us_senate_votes": Case(us_senate_votes, "2025-11-25", "2025-11-26", announces=False),
    "us_court_opinions": Case(us_court_opinions, "2026-11-25", "2026-11-26", announces=False),
    "us_bills": Case(us_bills, "2022-06-01", "2022-06-02", announces=False),
    "us_federal_register": Case(us_federal_register, "2024-01-20", "2024-01-21", announces=True),
    # three weeks later, when each session's total is requested again
    "us_states": Case(us_states, "2025-06-01", "2025-06-20", announces=True),
    "ca_bills": Case(ca_bills, "2026-11-25", "2026-11-26", announces=False),
    "uk_bills": Case(uk_bills, "2026-11-25", "2026-11-26", announces=True),
    "us_states_legiscan": Case(us_states_legiscan, "2023-06-01", "2023-06-02", announces=False),
    "us_local_legistar": Case(us_local_legistar, "2026-11-25", "2026-11-26", False, {"cities": "nyc"}),
    "us_courts": Case(us_courts, "2026-01-01", "2026-01-01", announces=True),
    "us_regulations": Case(us_regulations, "2018-05-28", "2018-05-29", announces=True),
    "us_congress_api": Case(us_congress_api, "2026-11-25", "2026-11-25", announces=True),
    "us_bill_text": Case(
        us_bill_text,
        "2026-11-25",
        "2026-11-26",
        announces=False,
        arguments={"tagged": "no", "congress": "113"},
        seed=stored_bills,
    ),
    "us_state_text": Case(
        us_state_text,
        "2026-11-25",
        "2026-11-26",
        announces=False,
        arguments={"tagged": "no", "jurisdiction": "us-mn"},
        seed=stored_state_bills,
    ),
}
