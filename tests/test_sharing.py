"""What others show, print and cite: citations, the card to embed, structured data, what a link to a page looks like."""

from __future__ import annotations

import datetime
import html
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from site_corpus import BROADBAND, HOSTILE, HOSTILE_BILL, PLAIN, RULE, TODAY, build

import serve
from pages.documents import citation
from pages.export import linked_data
from store.connect import connect

SITE = "https://policy.example.org"
DAY = datetime.date.fromisoformat(TODAY)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory):
    return serve.build(build(tmp_path_factory.mktemp("sharing")), today=TODAY, site=SITE)


async def page(site, path: str) -> str:
    answer = await site.client.get(path)
    assert answer.status_code == 200, path
    return answer.text


# --------------------------------------------------------------------- citations


def bill(**values: Any) -> dict[str, Any]:
    row = {
        "id": "us-117-hr1783",
        "kind": "bill",
        "jurisdiction": "us",
        "session": "117",
        "identifier": "H.R. 1783",
        "title": "Library Broadband Act",
        "document_type": "hr",
        "status": "in_committee",
        "status_on": "2021-03-12",
        "published_on": "2021-03-11",
        "latest_action_on": "2021-03-12",
        "url": "https://www.congress.gov/bill/117th-congress/house-bill/1783",
    }
    return row | values


RULES = {
    "id": "corp-contrib-goodreads-privacy-policy",
    "kind": "corporate_policy",
    "jurisdiction": "corp",
    "session": "contrib",
    "identifier": "Goodreads Privacy Policy",
    "title": "Goodreads: Privacy Policy",
    "document_type": "Privacy Policy",
    "status": "changed",
    "status_on": "2024-03-01",
    "published_on": "2020-12-09",
    "url": "https://www.goodreads.com/about/privacy",
    "changed_at": "2024-03-02T00:00:00Z",
}


def test_rules_of_a_company_are_cited_by_the_day_of_their_newest_text_and_have_no_number() -> None:
    found = cited(bill(**RULES))
    assert found["plain"].startswith("Goodreads: Privacy Policy. In force, changed (March 1, 2024). ")
    assert found["apa"] == "Goodreads. (2024, March 1). Privacy Policy. https://www.goodreads.com/about/privacy"
    assert "number = " not in found["bibtex"]
    assert "year = {2024}" in found["bibtex"]
    assert "bluebook" not in found


def test_rules_of_a_company_are_no_legislation_for_programs() -> None:
    found = json.loads(linked_data.legislation(RULES, [], [], ["Privacy"], SITE).replace("\\u0026", "&"))
    assert (found["@type"], found["publisher"]["name"]) == ("DigitalDocument", "Goodreads")
    assert found["datePublished"] == "2024-03-01"
    assert not any(name.startswith("legislation") for name in found)


def cited(row: dict[str, Any], *laws: str) -> dict[str, str]:
    tied = [{"kind": "Public Law", "number": number} for number in laws]
    return {each.style: each.text for each in citation.citations(row, tied, DAY, SITE)}


@pytest.mark.parametrize(
    ("session", "published_on", "year"),
    [
        ("2026", "2025-11-20", "2026"),
        ("20252026", "2024-12-05", "2025"),
        ("2025-2026", "2026-02-02", "2026"),
        ("57th-2nd-regular", "2025-12-20", "2025"),
        ("2026", "2025-02-03", "2025"),  # carried over from the session of 2025
        ("2026", None, "2026"),
    ],
)
def test_a_bill_that_was_filed_before_its_session_is_of_its_first_year(
    session: str, published_on: str | None, year: str
) -> None:
    day = published_on or "2026-03-01"
    found = cited(bill(jurisdiction="us-fl", session=session, published_on=published_on, latest_action_on=day))
    assert f"({year})" in found["apa"]
    assert f"year = {{{year}}}" in found["bibtex"]


@pytest.mark.parametrize(
    ("kind", "number", "expected"),
    [
        ("hr", "H.R. 1783", "H.R. 1783"),
        ("hres", "H.Res. 12", "H.R. Res. 12"),
        ("hjres", "H.J.Res. 3", "H.R.J. Res. 3"),
        ("hconres", "H.Con.Res. 4", "H.R. Con. Res. 4"),
        ("s", "S. 42", "S. 42"),
        ("sres", "S.Res. 5", "S. Res. 5"),
        ("sjres", "S.J.Res. 6", "S.J. Res. 6"),
        ("sconres", "S.Con.Res. 7", "S. Con. Res. 7"),
    ],
)
def test_bluebook_number_of_every_type_of_congress(kind: str, number: str, expected: str) -> None:
    found = cited(bill(document_type=kind, identifier=number))
    assert found["bluebook"] == f"Library Broadband Act, {expected}, 117th Cong. (2021)."


def test_a_law_is_cited_as_a_law_in_the_year_it_became_one() -> None:
    found = cited(bill(status="enacted", status_on="2022-01-05"), "117-99")
    assert found["bluebook"] == "Library Broadband Act, Pub. L. No. 117-99 (2022)."
    assert found["apa"].startswith("Library Broadband Act, Pub. L. No. 117-99 (2022). https://www.congress.gov/")
    assert "Public Law 117-99. Became law (January 5, 2022)." in found["plain"]


def test_a_long_title_is_no_name_to_the_bluebook() -> None:
    found = cited(bill(title="To require a report on libraries, and for other purposes."))
    assert found["bluebook"] == "H.R. 1783, 117th Cong. (2021)."
    assert found["apa"].startswith("To require a report on libraries, and for other purposes, H.R. 1783, 117th Cong.")


def test_what_we_cannot_cite_surely_after_the_bluebook_is_left_out() -> None:
    state = bill(id="us-tx-88r-hb900", jurisdiction="us-tx", session="88R", identifier="HB 900", document_type="bill")
    assert "bluebook" not in cited(state)
    assert "Texas, Session 88R" in cited(state)["apa"]
    rule = bill(
        id="us-fr-2022-04567",
        kind="regulation",
        session="fr",
        identifier="2022-04567",
        document_type="Rule",
        title="Hotspots",
        published_on="2022-03-02",
        url="https://www.federalregister.gov/d/2022-04567",
    )
    assert "bluebook" not in cited(rule)
    assert cited(rule)["apa"] == (
        "Hotspots [Rule] (FR Doc. 2022-04567). (2022, March 2). Federal Register. https://www.federalregister.gov/d/2022-04567"
    )


FILED = {
    "id": "us-regs-colc-2021-0001-0002",
    "kind": "regulation",
    "session": "regs",
    "identifier": "COLC-2021-0001-0002",
    "document_type": "Proposed Rule",
    "status": "proposed",
    "status_on": "2021-03-11",
    "title": "Small Copyright Claims",
    "url": "https://www.regulations.gov/document/COLC-2021-0001-0002",
}
TERMS = {"agency": ["Copyright Office, Library of Congress (COLC)"], "docket": ["COLC-2021-0001"]}
AGENCIES = {"Copyright Office, Library of Congress (COLC)": "copyright-office"}


def filed(*numbers: str, **values: Any) -> dict[str, str]:
    tied = [{"id": f"us-fr-{number}", "kind": "published as", "named_here": 1} for number in numbers]
    found = citation.citations(bill(**FILED | values), [], DAY, SITE, TERMS, AGENCIES, tied)
    return {each.style: each.text for each in found}


def test_a_rule_at_regulations_gov_is_cited_by_its_agency_and_its_number_in_the_federal_register() -> None:
    found = filed("2021-04567")
    assert found["apa"] == (
        "Copyright Office. (2021, March 11). Small Copyright Claims [Proposed Rule] "
        "(FR Doc. 2021-04567, Docket COLC-2021-0001). Regulations.gov. "
        "https://www.regulations.gov/document/COLC-2021-0001-0002"
    )
    assert found["plain"].startswith(
        "Small Copyright Claims. FR Doc. 2021-04567, Docket COLC-2021-0001, Copyright Office. Proposed"
    )
    assert "author = {{Copyright Office}}" in found["bibtex"]
    assert "type = {Proposed Rule}" in found["bibtex"]


@pytest.mark.parametrize("numbers", [(), ("2021-04567", "2021-04568"), ("2012-04567",)])
def test_a_number_in_the_federal_register_that_is_not_sure_is_left_out(numbers: tuple[str, ...]) -> None:
    """Agencies type it by hand: one names the number of another year, and one two numbers."""
    assert "(COLC-2021-0001-0002). Regulations.gov." in filed(*numbers)["apa"]


def test_the_older_numbers_of_the_federal_register_name_no_year_that_could_be_checked() -> None:
    assert "(FR Doc. E8-1234, Docket" in filed("e8-1234")["apa"]


def test_a_rule_is_cited_by_the_agencies_themselves_not_by_their_departments() -> None:
    rule = bill(**FILED | {"id": "us-fr-2021-04567", "session": "fr", "identifier": "2021-04567"})
    names = ["Commerce Department", "National Telecommunications and Information Administration", "RISC", "An Office"]
    keys = {names[0]: "department-of-commerce", names[1]: "national-telecommunications-and-information-administration"}
    found = {c.style: c.text for c in citation.citations(rule, [], DAY, SITE, {"agency": names}, keys)}
    assert found["apa"].startswith(
        "National Telecommunications and Information Administration & An Office. (2021, March 11)."
    )
    assert " (FR Doc. 2021-04567). Federal Register. " in found["apa"]


def test_a_rule_is_cited_by_its_page_of_the_federal_register_where_that_is_known() -> None:
    rule = bill(**FILED | {"id": "us-fr-2021-04567", "session": "fr", "identifier": "2021-04567"})
    found = {c.style: c.text for c in citation.citations(rule, [], DAY, SITE, {"citation": ["86 FR 4310"]})}
    assert " (86 FR 4310, FR Doc. 2021-04567). " in found["apa"]
    assert all("86 FR 4310" in found[style] for style in ("plain", "bibtex"))


def test_a_plain_citation_says_where_and_when_it_was_read() -> None:
    assert cited(bill())["plain"] == (
        "Library Broadband Act. H.R. 1783, 117th Congress. In committee (March 12, 2021). "
        f"Information policy monitor, {SITE}/documents/us-117-hr1783 (read on March 9, 2022)."
    )


def test_a_title_that_ends_with_a_quoted_name_has_one_period() -> None:
    """New Jersey's A4527 was cited with two: … provisions of the "Local Public Contracts Law."."""
    quoted = 'Exempts libraries from certain provisions of the "Local Public Contracts Law."'
    found = cited(bill(title=quoted))
    assert found["plain"].startswith(f"{quoted} H.R. 1783, 117th Congress.")
    assert found["apa"].startswith(f'{quoted[:-2]}", H.R. 1783')
    assert cited(bill(title="Relating to libraries."))["plain"].startswith("Relating to libraries. H.R. 1783")


def test_bibtex_escapes_what_latex_would_run() -> None:
    text = cited(bill(title="50% of \\input{x} & #1_a ~^$ {"))["bibtex"]
    assert r"50\% of \textbackslash{}input\{x\} \& \#1\_a \textasciitilde{}\textasciicircum{}\$ \{" in text
    assert text.startswith("@misc{us-117-hr1783,\n")
    plain = re.sub(r"\\[{}]", "", text)
    assert plain.count("{") == plain.count("}")


def test_no_day_at_all_is_no_error() -> None:
    found = cited(bill(published_on=None, status_on=None, latest_action_on=None, url="javascript:alert(1)"))
    assert "(n.d.)" in found["apa"]
    assert f"{SITE}/documents/us-117-hr1783" in found["apa"]


def test_what_a_source_writes_in_capitals_is_cited_in_sentence_case() -> None:
    row = bill(title="AN ACT RELATING TO COMMERCIAL LAW -- E-RATE IN TEXAS.")
    assert all(
        "An act relating to commercial law -- E-Rate in Texas" in text
        for name, text in cited(row).items()
        if name != "bluebook"
    )
    assert "An%20act%20relating%20to%20commercial%20law" in citation.mail_address(row, SITE)


def test_the_subject_of_an_email_ends_with_a_word() -> None:
    subject = unquote(
        citation.mail_address(bill(title="library " * 60), SITE).partition("subject=")[2].partition("&")[0]
    )
    assert re.fullmatch(r"H\.R\. 1783.*(library )+…", subject)
    assert 190 < len(subject) <= 200


def test_a_letter_cannot_be_given_other_headers() -> None:
    address = citation.mail_address(bill(title="A&bcc=x@example.org\r\nBcc: y"), SITE)
    assert re.fullmatch(r"mailto:\?subject=[\w%.~/-]+&body=[\w%.~/-]+", address)


# --------------------------------------------------------------------- the page


def test_what_has_no_number_of_its_own_is_cited_by_its_title() -> None:
    act = "Renters’ Rights Act 2025"
    values = {
        "id": "uk-bills-3764",
        "jurisdiction": "uk",
        "session": "bills",
        "document_type": None,
        "published_on": None,
    }
    found = cited(bill(**values, identifier=act, title=act, status="enacted", latest_action_on="2025-10-27"))
    assert found["plain"].startswith(f"{act}. United Kingdom. ")
    assert found["apa"].startswith(f"{act}, United Kingdom (2025). ")
    assert "number =" not in found["bibtex"]


def test_a_case_is_cited_by_the_court_and_number_at_the_end_of_its_title() -> None:
    title = "Doe v. Roe (D.D.C., 1:26-cv-00576)"
    values = {"id": "us-court-docket7", "kind": "case", "session": "court", "document_type": "docket"}
    found = cited(bill(**values, identifier="1:26-cv-00576", title=title))
    assert found["plain"].startswith(f"{title}. ")
    assert "United States" not in found["plain"]
    assert found["apa"].startswith(f"{title} (2021). ")


async def test_the_page_of_a_document_offers_citations_sharing_and_a_card(site) -> None:
    text = html.unescape(await page(site, f"/documents/{BROADBAND}"))
    assert "Library Broadband Act, H.R. 1783, 117th Cong. (2021)." in text
    assert f"{SITE}/documents/{BROADBAND}" in text
    assert f'<iframe src="{SITE}/embed/documents/{BROADBAND}"' in text
    assert f'<script src="{SITE}/static/embed.js" async></script>' in text
    for form in ("atom", "ics", "json"):
        assert f'href="/documents/{BROADBAND}.{form}"' in text


def blocks(text: str) -> list[dict[str, Any]]:
    return [
        json.loads(found) for found in re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.S)
    ]


async def test_structured_data_is_that_of_the_document(site) -> None:
    [found] = blocks(await page(site, f"/documents/{BROADBAND}"))
    assert found["@type"] == "Legislation"
    assert found["@id"] == f"{SITE}/documents/{BROADBAND}"
    assert found["legislationIdentifier"] == "H.R. 1783"
    assert found["legislationDate"] == "2021-03-11"
    assert found["creator"] == [{"@type": "Person", "name": "Rep. Reader, Ada [D-ME-1]"}]
    assert found["sameAs"][-2:] == [
        "https://www.congress.gov/bill/117th-congress/house-bill/1783",
        "https://www.govtrack.us/congress/bills/117/hr1783",
    ]
    assert found["legislationJurisdiction"]["identifier"] == "ocd-jurisdiction/country:us/government"
    assert found["keywords"] == "Broadband, Library funding"
    [law] = blocks(await page(site, f"/documents/{PLAIN}"))
    assert law["alternateName"] == ["Public Law 117-99"]


async def test_hostile_titles_end_no_element(site) -> None:
    text = await page(site, f"/documents/{HOSTILE_BILL}")
    [found] = blocks(text)
    assert found["name"] == HOSTILE
    assert all(each.startswith("https://www.") for each in found["sameAs"]), (
        "by its number alone, not by its hostile address"
    )
    assert "<script>alert" not in text
    assert "</script" not in linked_data.as_block({"name": "</script><script>alert(1)</script><!--"})


async def test_a_link_to_a_page_shows_what_it_is(site) -> None:
    text = await page(site, f"/documents/{RULE}")
    seen = dict(re.findall(r'<meta property="(og:\w+)" content="([^"]*)">', text))
    assert seen["og:title"] == "2022-04567: Hotspot lending under the E-Rate program"
    assert seen["og:url"] == f"{SITE}/documents/{RULE}"
    assert seen["og:type"] == "article"
    assert (serve.SITE / "static" / seen["og:image"].removeprefix(f"{SITE}/static/")).stat().st_size > 10_000


@pytest.mark.parametrize(
    ("asked", "one"),
    [
        ("/browse?utm_source=x&area=broadband", "/browse?area=broadband"),
        ("/areas", "/areas"),
        (f"/documents/{BROADBAND}?fbclid=1", f"/documents/{BROADBAND}"),
    ],
)
async def test_every_page_has_one_address(site, asked: str, one: str) -> None:
    said = await page(site, asked)
    assert f'<link rel="canonical" href="{SITE}{html.escape(one)}">' in said
    assert f"The address of this page: {SITE}{html.escape(one)}</p>" in said, "for who prints it"


async def test_pages_of_data_and_of_errors_name_no_address_of_their_own(site) -> None:
    for path in ("/corpus/documents", "/no-such-page"):
        assert 'rel="canonical"' not in (await site.client.get(path)).text


# --------------------------------------------------------------------- the card


async def test_a_card_may_be_framed_and_nothing_else_may(site) -> None:
    card = await site.client.get(f"/embed/documents/{BROADBAND}")
    policy = card.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors *" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "x-frame-options" not in card.headers
    assert 'name="robots" content="noindex"' in card.text
    for path in (f"/documents/{BROADBAND}", "/embed", "/embedded", f"/x/embed/documents/{BROADBAND}"):
        other = await site.client.get(path)
        assert "frame-ancestors 'none'" in other.headers["content-security-policy"]
        assert other.headers["x-frame-options"] == "DENY"


async def test_a_card_tells_where_a_document_stands(site) -> None:
    text = await page(site, f"/embed/documents/{RULE}")
    assert "Hotspot lending under the E-Rate program" in text
    assert "March 31, 2022" in re.sub(r"<[^>]+>", "", text)
    links = re.findall(r'<a href="([^"]+)" target="_blank" rel="noopener">', text)
    assert links == [f"{SITE}/documents/{RULE}", f"{SITE}/"]
    hostile = await page(site, f"/embed/documents/{HOSTILE_BILL}")
    assert "<script>alert" not in hostile
    assert "<img src=x" not in hostile
    assert (await site.client.get("/embed/documents/us-117-hr0")).status_code == 404


async def test_a_card_says_how_old_what_it_says_is(tmp_path: Path) -> None:
    file = build(tmp_path, states=True)
    with connect(file).conn as db:
        db.execute(
            "insert into session_ends (jurisdiction, session, ends_on, moved_on) values ('us-oh', '134', '2021-12-31', ?)",
            ["2021-06-30"],
        )
        db.execute("update documents set latest_action_on = '2021-06-30' where id = 'us-oh-134-hb1'")
        db.execute("update listing set sort_on = '2021-06-30' where document_id = 'us-oh-134-hb1'")
    shared = serve.build(file, today=TODAY, site=SITE)
    bill = re.sub(r"<[^>]+>", "", await page(shared, "/embed/documents/us-oh-134-hb1"))
    assert "Data through June 30, 2021. As of March 9, 2022." in bill
    assert "news collected through June 30, 2021, session to December 31, 2021" in bill, "as on cards of its pages"
    rule = re.sub(r"<[^>]+>", "", await page(shared, f"/embed/documents/{RULE}"))
    assert "Data through March 2, 2022. As of March 9, 2022." in rule
    assert "news collected" not in rule


async def test_a_card_has_the_title_in_sentence_case(tmp_path: Path) -> None:
    file = build(tmp_path)
    connect(file).execute("update documents set title = 'AN ACT RELATING TO LIBRARIES' where id = ?", [PLAIN])
    text = await page(serve.build(file, today=TODAY, site=SITE), f"/embed/documents/{PLAIN}")
    assert "An act relating to libraries" in text
    assert "AN ACT" not in text


# --------------------------------------------------------------------- the sheet


async def test_a_position_on_one_sheet(site) -> None:
    text = re.sub(r"<[^>]+>", " ", await page(site, "/positions/tc-hotspot-lending/brief"))
    shown = " ".join(html.unescape(text).split())
    for fact in (
        "Libraries may lend internet hotspots",
        "H.R. 1783",
        "Passed one chamber",
        "A library may lend hotspots",
        "Comments on E-Rate",
        "March 9, 2022",
        f"{SITE}/positions/tc-hotspot-lending",
    ):
        assert fact in shown
    assert (await site.client.get("/positions/nothing/brief")).status_code == 404


def test_every_style_of_citation_has_a_name() -> None:
    assert set(cited(bill())) == set(citation.STYLES)


def test_the_scripts_of_the_card_send_nothing_home() -> None:
    for name in ("embed.js", "embed-card.js"):
        text = Path(serve.SITE / "static" / name).read_text(encoding="utf-8")
        assert not re.search(r"fetch|XMLHttpRequest|sendBeacon|cookie|localStorage|innerHTML|eval", text)
