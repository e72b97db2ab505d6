"""The parser of every source, on its recorded answers."""

from __future__ import annotations

import base64
import logging
from typing import Any

import fuzz_people
from fuzz_seeds import congress_seeds, dataset_seed, zip_seed
from fuzz_targets import UNUSABLE, Target, each, recordings, stored
from fuzzing import change_bytes, change_json, change_xml
from scrapy.http import Response
from scrapy.settings import Settings
from scrapy.utils.test import get_crawler

from crawlers import live_check
from crawlers.items import BadRecord, Unreadable, clean, document_id
from crawlers.markup import limited
from crawlers.parsers import (
    bill_text,
    billstatus,
    congress_gov,
    courtlistener,
    federal_register,
    govinfo_courts,
    house_votes,
    legiscan,
    legiscan_dataset,
    legisinfo,
    legistar,
    open_terms,
    openstates,
    openstates_events,
    openstates_votes,
    regulations_gov,
    uk_parliament,
    web_page,
    xmltree,
)
from crawlers.parsers.json_reader import read_object, read_objects
from crawlers.spiders import us_federal_register
from crawlers.spiders.us_bills import UsBillsSpider


def _billstatus(body: bytes) -> None:
    stored([billstatus.parse_bill(xmltree.parse(body, root="billStatus"), source_url="https://x/1", stamp="s")])


def _sitemap(body: bytes) -> None:
    spider = _bills_spider()
    list(spider.rows(Response("https://www.govinfo.gov/sitemap.xml", body=body)))


def _zip(body: bytes) -> None:
    spider = _bills_spider()
    rows = [
        (f"us-117-hr{n}", f"https://www.govinfo.gov/x/BILLSTATUS-117hr{n}.xml", "2021-01-01T00:00:00Z")
        for n in range(9)
    ]
    request = spider.ask("https://www.govinfo.gov/x.zip", spider.parse_zip, cb_kwargs={"rows": rows})
    response = Response(request.url, body=body, request=request)
    made = list(spider.parse_zip(response, rows))
    assert len(made) == len(rows), "every record asked for is there or asked for again"
    stored(made)


def _bills_spider() -> UsBillsSpider:
    logging.getLogger("us_bills").setLevel(logging.ERROR)
    spider = UsBillsSpider.from_crawler(get_crawler(UsBillsSpider), today="2026-11-25")
    spider.settings = Settings({"INFOPOLICY_CORPUS": "/nowhere/corpus.db"})
    return spider


def _bill_text(body: bytes) -> None:
    bill_text.parse_text(body, "us-119-s146").encode()


def _state_text_html(body: bytes) -> None:
    _marked(limited.answer_of(body, "www.revisor.mn.gov", "html"))


def _state_text_xml(body: bytes) -> None:
    _marked(limited.answer_of(body, "le.utah.gov", "xml"))


def _state_text_pdf(body: bytes) -> None:
    _marked(limited.answer_of(body, "ndlegis.gov", "pdf"))


def _marked(answer: dict[str, Any]) -> None:
    """One clear problem, or a text as it is stored with marks inside it, in order."""
    if "problem" in answer:
        return
    assert clean(answer["text"]) == answer["text"]
    places = [place for start, end, _ in answer["marks"] for place in (start, end)]
    assert places == sorted(places)
    assert all(0 <= place <= len(answer["text"]) for place in places)


def _federal_register(body: bytes) -> None:
    count, records = us_federal_register.read_listing(body)
    us_federal_register.check_days(records, "2024-01-01", "2024-01-31")
    assert count >= 0
    keys = {document_id("us", "fr", federal_register.number_of(record)): record for record in records}
    parse = federal_register.parse_regulation
    stored(each(lambda row: parse(row, text=None, stamp=federal_register.stamp_of(row)), keys.values()))
    for record in records:
        federal_register.load_choice().wants_text(record)


def _federal_register_text(body: bytes) -> None:
    (federal_register.parse_text(body) or "").encode()


def _openstates(body: bytes) -> None:
    page = openstates.read_page(body, 1)
    for row in page.results:
        openstates.stamp(row)
    stored(each(openstates.parse_bill, page.results))
    for row in page.results:
        votes = openstates_votes.parse_roll_calls
        place = {"jurisdiction": "us-md", "session": "2025", "zone": house_votes.EASTERN, "source_url": "https://x"}
        stored(each(lambda row: votes(row, "us-md-2025-hb1", **place), [row]))  # noqa: B023
        for people in each(lambda row: list(openstates_votes.parse_people(row, "us-md")), [row]):
            stored(people)


def _openstates_sessions(body: bytes) -> None:
    for session in openstates.read_sessions(openstates.read_page(body, 1).results):
        openstates.changed_at(session)
        assert session.session


def _openstates_events(body: bytes) -> None:
    stored(each(openstates_events.parse_meeting, openstates.read_page(body, 1).results))


def _legiscan_bill(body: bytes) -> None:
    stored([legiscan.parse_bill(legiscan.read_answer(body, "bill"))])


def _legiscan_sessions(body: bytes) -> None:
    legiscan.read_sessions(legiscan.read_answer(body, "sessions"), "us-tx")


def _legiscan_list(body: bytes) -> None:
    for number, _ in legiscan.read_master_list(legiscan.read_answer(body, "masterlist"))[0].values():
        document_id("us-tx", "89R", number)


def _legiscan_dataset(body: bytes) -> None:
    archive = legiscan_dataset.archive_of({"zip": base64.b64encode(body).decode()})
    stored(each(legiscan.parse_bill, legiscan_dataset.bills(archive)))


_CITY = next(iter(legistar.load_cities().values()))


def _legistar(body: bytes) -> None:
    rows = read_objects(body)
    keys = legistar.keys_of(_CITY, {legistar.matter_number(row): row for row in rows})
    parse = legistar.parse_matter
    stored(each(lambda row: parse(_CITY, row, histories=rows, sponsors=rows, text=None, stamp="s"), keys.values()))


_MATTER = {
    "MatterId": 1,
    "MatterFile": "Int 1-2025",
    "MatterTitle": "A local law",
    "MatterIntroDate": "2025-01-01T00:00:00",
}


def _legistar_parts(body: bytes) -> None:
    rows = read_objects(body)
    stored(
        each(
            lambda row: legistar.parse_matter(_CITY, row, histories=rows, sponsors=rows, text=None, stamp="s"),
            [_MATTER],
        )
    )


def _courts(body: bytes) -> None:
    page = courtlistener.read_page(body)
    for kind in (courtlistener.OPINION, courtlistener.DOCKET):
        for row in page.results:
            try:
                courtlistener.case_id(row, kind)
            except BadRecord:
                continue
            courtlistener.stamp(row)
            stored(each(lambda row: courtlistener.parse_case(row, kind), [row, courtlistener.together(row, row)]))  # noqa: B023


def _regulations(body: bytes) -> None:
    _, rows, _ = regulations_gov.read_page(body)
    parse = regulations_gov.parse_document
    stored(each(lambda row: parse(row, docket=row["attributes"], stamp=regulations_gov.stamp_of(row)), rows))
    for row in rows:
        regulations_gov.key_of(row)


def _docket(body: bytes) -> None:
    regulations_gov.read_docket(body)


def _canada(body: bytes) -> None:
    parse = legisinfo.parse_bill
    bills = xmltree.parse(body, root="Bills").findall("Bill")
    stored(each(lambda bill: parse(bill, source_url="https://x", stamp="s"), bills))


def _court_opinions(body: bytes) -> None:
    root = xmltree.parse(body, root="mods")
    name = (root.findtext("{*}extension/{*}accessId") or "").removeprefix("USCOURTS-").strip()
    case = govinfo_courts.read_case(body, name)
    govinfo_courts.is_wanted(case)
    stored([govinfo_courts.parse_case(case, name, stamp="s")])


def _court_sitemaps(body: bytes) -> None:
    if b"<sitemapindex" in body:
        govinfo_courts.read_index(body, "2026-01-01")
    else:
        for row in govinfo_courts.read_sitemap(body):
            govinfo_courts.key_of(row.name)


def _canada_list(body: bytes) -> None:
    rows = legisinfo.read_list(body)
    for row in rows:
        legisinfo.stamp_of(row, "2026-11-25")
    stored(each(lambda row: legisinfo.parse_bill(legisinfo.listed(row), source_url="https://x", stamp="s"), rows))


def _terms_archive(body: bytes) -> None:
    for text in open_terms.read_archive(body, {"Goodreads", "LibraryThing"}).values():
        _terms_text(text)


def _terms_commits(body: bytes) -> None:
    for commit in open_terms.read_commits(body)[0]:
        open_terms.version_name("changed", commit.day, ())


def _terms_text(body: bytes) -> None:
    text = open_terms.plain_text(body)
    assert clean(text) == text
    open_terms.effective_event(text)


def _company_page(body: bytes) -> None:
    text = web_page.page_text(body)
    assert clean(text) == text


def _terms_address(body: bytes) -> None:
    address = open_terms.read_address(body, open_terms.Terms("Goodreads", "Privacy Policy"))
    assert address is None or address.startswith("http")


def _uk_list(body: bytes) -> None:
    for row in uk_parliament.read_page(body)[1]:
        uk_parliament.key_of(row)


def _uk_bill(body: bytes) -> None:
    number = read_object(body).get("billId")
    number = number if isinstance(number, int) else 1
    stored([uk_parliament.parse_bill(uk_parliament.read_bill(body, number), source_url="https://x", stamp="s")])


def _congress_list(body: bytes) -> None:
    _, rows = congress_gov.read_rows(body, "bills")
    keys = {congress_gov.key_of(row): row for row in rows}
    for row in keys.values():
        congress_gov.stamp_of(row), congress_gov.address(row)
    stored(each(congress_gov.listed_bill, keys.values()))


def _congress_bill(body: bytes) -> None:
    answer = read_object(body)
    parts = {name: answer.get(name) for name in congress_gov.PARTS}
    rows = {
        name: [row for row in part if isinstance(row, dict)] for name, part in parts.items() if isinstance(part, list)
    }
    detail = answer.get("bill")
    if not isinstance(detail, dict):
        raise Unreadable("no bill")
    congress_gov.key_of(detail)
    parse = congress_gov.parse_bill
    stored(each(lambda bill: parse(bill, rows, proceedings=(), source_url="https://x", stamp="s"), [detail]))


def _congress_proceedings(body: bytes) -> None:
    answer = read_object(body)
    for name, parse in (
        ("committeeMeeting", congress_gov.parse_meeting),
        ("hearing", congress_gov.parse_hearing),
        ("amendment", congress_gov.parse_amendment),
    ):
        record = answer.get(name)
        if isinstance(record, dict):
            stored([parse(record, congress="119", stamp="s", url="https://x")])
    for row in answer.get("rows") or ():
        if isinstance(row, dict):
            congress_gov.proceeding_id(row)


def _live_check(body: bytes) -> None:
    """Every probe that asks for JSON or XML, on the same answer: one finding in words that can be shown."""
    for probe in live_check.probes({}):
        accept = probe.accept.encode()
        found = live_check.judge(probe, Response(probe.url, body=body, headers={"Content-Type": accept}))
        assert found.state == live_check.OK or found.state in live_check.BAD
        assert found.words
        "".join(found.words).encode()


_LEGISTAR = "us_local_legistar/webapi.legistar.com/v1/nyc"
_CONGRESS = "us_congress_api/api.congress.gov/v3"
#: Name, recorded answers, how they are spoilt, what reads them, what that may raise.
TARGETS = (
    ("billstatus", "us_bills/**/BILLSTATUS-*.xml", change_xml, _billstatus, UNUSABLE),
    ("sitemap", "us_bills/**/sitemap.xml", change_xml, _sitemap, UNUSABLE),
    ("bill_text", "us_bill_text/**/BILLS-119s146*.xml", change_xml, _bill_text, UNUSABLE),
    ("state_text_html", "us_state_text/**/versions/0", change_bytes, _state_text_html, ()),
    ("state_text_xml", "us_state_text/**/*.xml", change_bytes, _state_text_xml, ()),
    ("state_text_pdf", "us_state_text/**/*.pdf", change_bytes, _state_text_pdf, ()),
    ("federal_register", "us_federal_register/**/documents.json@*", change_json, _federal_register, UNUSABLE),
    ("federal_register_text", "us_federal_register/**/*.txt", change_bytes, _federal_register_text, (ValueError,)),
    ("openstates", "us_states/v3.openstates.org/bills@*", change_json, _openstates, UNUSABLE),
    (
        "openstates_sessions",
        "us_states/v3.openstates.org/jurisdictions@*",
        change_json,
        _openstates_sessions,
        UNUSABLE,
    ),
    ("openstates_events", "us_states/v3.openstates.org/events@*", change_json, _openstates_events, UNUSABLE),
    ("legiscan", "us_states_legiscan/**/@*getBill*", change_json, _legiscan_bill, (*UNUSABLE, legiscan.Refused)),
    (
        "legiscan_sessions",
        "us_states_legiscan/**/@*getSessionList*",
        change_json,
        _legiscan_sessions,
        (*UNUSABLE, legiscan.Refused),
    ),
    (
        "legiscan_list",
        "us_states_legiscan/**/@*getMasterList*",
        change_json,
        _legiscan_list,
        (*UNUSABLE, legiscan.Refused),
    ),
    ("legistar", f"{_LEGISTAR}/matters@*", change_json, _legistar, UNUSABLE),
    ("legistar_parts", f"{_LEGISTAR}/matters/*/histories", change_json, _legistar_parts, UNUSABLE),
    ("courts", "us_courts/www.courtlistener.com/api/rest/v4/search@*", change_json, _courts, UNUSABLE),
    ("regulations", "us_regulations/**/documents@*", change_json, _regulations, UNUSABLE),
    ("docket", "us_regulations/**/dockets/*", change_json, _docket, UNUSABLE),
    ("court_opinions", "us_court_opinions/**/mods.xml", change_xml, _court_opinions, UNUSABLE),
    ("court_sitemaps", "us_court_opinions/**/sitemap/*.xml", change_xml, _court_sitemaps, UNUSABLE),
    ("canada", "ca_bills/www.parl.ca/legisinfo/en/bill/*/*/xml", change_xml, _canada, UNUSABLE),
    ("canada_list", "ca_bills/www.parl.ca/legisinfo/en/bills/json*", change_json, _canada_list, UNUSABLE),
    ("terms_archive", "corp_terms/codeload.github.com/**/main", change_bytes, _terms_archive, UNUSABLE),
    ("terms_commits", "corp_terms/**/commits@*", change_json, _terms_commits, UNUSABLE),
    ("terms_text", "corp_terms/**/*.md", change_bytes, _terms_text, UNUSABLE),
    ("terms_address", "corp_terms/**/*.json", change_json, _terms_address, UNUSABLE),
    ("company_page", "corp_pages/*.*/**/*", change_bytes, _company_page, UNUSABLE),
    ("uk_list", "uk_bills/**/Bills@*", change_json, _uk_list, UNUSABLE),
    ("uk_bill", "uk_bills/**/Bills/*", change_json, _uk_bill, UNUSABLE),
    ("congress_list", f"{_CONGRESS}/bill/119@*", change_json, _congress_list, UNUSABLE),
    ("congress_meeting", f"{_CONGRESS}/committee-meeting/119/house/*", change_json, _congress_proceedings, UNUSABLE),
    ("congress_hearing", f"{_CONGRESS}/hearing/119/house/*", change_json, _congress_proceedings, UNUSABLE),
    ("congress_amendment", f"{_CONGRESS}/amendment/119/samdt/*", change_json, _congress_proceedings, UNUSABLE),
)


def sources() -> tuple[Target, ...]:
    made = [Target(name, recordings(pattern), *rest) for name, pattern, *rest in (*TARGETS, *fuzz_people.TARGETS)]
    made.append(Target("congress_bill", congress_seeds(), change_json, _congress_bill, UNUSABLE))
    made.append(Target("zip", zip_seed(), change_bytes, _zip, ()))
    made.append(Target("legiscan_dataset", dataset_seed(), change_bytes, _legiscan_dataset, UNUSABLE))
    return tuple(made)


def first_answers() -> tuple[Target, ...]:
    """What `infopolicy check --live` is answered, by any source."""
    return (Target("live_check", recordings("*/**/*@*", largest=20_000), change_json, _live_check, ()),)


#: Source -> the targets that read its answers.
OF_SOURCE = {
    "us_bills": ("billstatus", "sitemap", "zip"),
    "us_federal_register": ("federal_register", "federal_register_text"),
    "us_states": ("openstates", "openstates_sessions", "openstates_events"),
    "ca_bills": ("canada", "canada_list"),
    "uk_bills": ("uk_list", "uk_bill"),
    "corp_terms": ("terms_archive", "terms_commits", "terms_text", "terms_address"),
    "corp_pages": ("company_page",),
    "us_states_legiscan": ("legiscan", "legiscan_sessions", "legiscan_list", "legiscan_dataset"),
    "us_local_legistar": ("legistar", "legistar_parts"),
    "us_courts": ("courts",),
    "us_court_opinions": ("court_opinions", "court_sitemaps"),
    "us_regulations": ("regulations", "docket"),
    "us_congress_api": (
        "congress_list",
        "congress_bill",
        "congress_meeting",
        "congress_hearing",
        "congress_amendment",
    ),
    "us_bill_text": ("bill_text",),
    "us_people": ("members", "committees", "seats"),
    "state_people": ("state_people",),
    "us_zip_districts": ("zip_districts",),
    "us_house_votes": ("house_index", "house_vote"),
    "us_senate_votes": ("senate_list", "senate_vote"),
    "us_state_text": ("state_text_html", "state_text_xml", "state_text_pdf"),
}
#: Parser or spider that reads bytes itself -> a target that goes through it.
PARSERS = {
    "crawlers/live_check.py": "live_check",
    "crawlers/markup/html.py": "state_text_html",
    "crawlers/markup/limited.py": "state_text_pdf",
    "crawlers/markup/xml.py": "state_text_xml",
    "crawlers/parsers/bill_text.py": "bill_text",
    "crawlers/parsers/billstatus.py": "zip",
    "crawlers/parsers/congress_gov.py": "congress_bill",
    "crawlers/parsers/congress_legislators.py": "members",
    "crawlers/parsers/courtlistener.py": "courts",
    "crawlers/parsers/federal_register.py": "federal_register",
    "crawlers/parsers/govinfo_courts.py": "court_sitemaps",
    "crawlers/parsers/house_votes.py": "house_vote",
    "crawlers/parsers/json_reader.py": "courts",
    "crawlers/parsers/legiscan.py": "legiscan",
    "crawlers/parsers/legiscan_dataset.py": "legiscan_dataset",
    "crawlers/parsers/legisinfo.py": "crawler_rules",
    "crawlers/parsers/legistar.py": "legistar",
    "crawlers/parsers/open_terms.py": "terms_text",
    "crawlers/parsers/openstates.py": "openstates",
    "crawlers/parsers/openstates_events.py": "openstates_events",
    "crawlers/parsers/openstates_people.py": "state_people",
    "crawlers/parsers/openstates_votes.py": "openstates",
    "crawlers/parsers/senate_votes.py": "senate_vote",
    "crawlers/parsers/vote_words.py": "crawler_rules",
    "crawlers/parsers/regulations_gov.py": "regulations",
    "crawlers/parsers/states.py": "crawler_rules",
    "crawlers/parsers/uk_parliament.py": "uk_bill",
    "crawlers/parsers/web_page.py": "company_page",
    "crawlers/parsers/xmltree.py": "canada",
    "crawlers/parsers/zip_districts.py": "zip_districts",
    "crawlers/spiders/us_bills.py": "zip",
    "crawlers/spiders/us_federal_register.py": "federal_register",
}
