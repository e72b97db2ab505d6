"""The public site through Datasette's own client: facts on every page, nothing private, nothing hostile."""

from __future__ import annotations

import html
import re
import sqlite3
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote_plus, urljoin, urlsplit

import pytest
import yaml
from site_corpus import BROADBAND, HOSTILE_BILL, PLAIN, RULE, TODAY, build

import serve
from crawlers.items import CHANGE_KINDS, KINDS, LEVELS, STATUSES
from pages.browse import browse
from pages.http import formatting as words
from positions.catalog.records import STANCES


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def site(corpus: Path):
    return serve.build(corpus, secret="a secret of the tests", today=TODAY)


def text_of(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


class Tags(HTMLParser):
    """Every attribute of a page as (tag, name, value), and (tag, "", "") for a tag without one."""

    @classmethod
    def of(cls, page: str) -> list[tuple[str, str, str]]:
        parser = cls()
        parser.found = []
        parser.feed(page)
        return parser.found

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found += [(tag, name, value or "") for name, value in attributes] or [(tag, "", "")]


PAGES = {
    "/": ["4", "Priorities", "Library Broadband Act", "March 31, 2022", "in 22 days", "Passed one chamber"],
    f"/documents/{BROADBAND}": [
        "H.R. 1783",
        "117th Congress",
        "Passed one chamber",
        "since March 8, 2022",
        "Received in the Senate.",
        "Passed House by voice vote.",
        "very likely (94%)",
        "Lend hotspots",
        "A library may lend hotspots to readers.",
        "Rep. Reader, Ada",
        "1 cosponsor",
        "Introduced March 11, 2021 Passed one chamber March 7, 2022",
        "Energy and Commerce Committee",
        "Libraries and archives",
        "H.R. 9",
        "Read it at www.congress.gov",
        "Last seen there March 9, 2022",
        "automatic",
    ],
    f"/documents/{RULE}": ["Proposed rule", "Next date: Comments close, March 31, 2022", "WC Docket 21-31"],
    f"/documents/{PLAIN}": ["Became law", "Public Law 117-99", "has not listed this document since March 7, 2022"],
    "/areas": ["Broadband", "2 documents", "Library funding"],
    "/areas/broadband": ["Access to the internet.", "Library Broadband Act", "Lend hotspots", "March 31, 2022"],
    "/positions": [
        "Lend hotspots",
        "1 document may touch it",
        "Fair deals for e-books",
        "No document found so far touches it",
    ],
    "/positions/tc-hotspot-lending": [
        "Libraries may lend internet hotspots",
        "A library may lend hotspots to readers.",
        "adopted June 1, 2021",
        "Unconfirmed",
        "www.ala.org",
        "Why A hotspot is a library shelf at home.",
        "At stake now",
        "Latest news March 8, 2022",
        "Related positions Fair deals for e-books",
    ],
    "/positions?order=name": ["A to Z", "F Fair deals for e-books", "No document found so far", "L Lend hotspots"],
    "/jurisdictions": ["United States", "3 on information policy", "4 documents collected"],
    "/jurisdictions/us": ["3 documents on information policy among 4", "Regulations and notices", "March 31, 2022"],
    "/deadlines": ["March 2022", "March 31, 2022", "Comments close", "end of the day, Eastern time"],
    "/deadlines?past=1": ["February 1, 2022", "10:00 a.m., Eastern time", "Room 2123"],
    "/deadlines?jurisdiction=us-tx": ["No upcoming date"],
    "/calendar": ["Calendar: March 2022", "1 date.", "March 31, 2022", "Comments close", "Previous month"],
    "/calendar?month=2022-02&kind=hearing": ["Calendar: February 2022", "10:00 a.m., Eastern time", "This month"],
    "/calendar?month=2031-01": [
        "No date that you chose is in January 2031",
        "The nearest months that have some: March 2022",
    ],
    "/calendar?month=nonsense": ["Calendar: March 2022"],
    "/compare": ["Compare two places or two areas"],
    "/compare?area=broadband": ["Choose what to compare Broadband with"],
    "/compare?area=broadband&area=library-funding": [
        "Broadband and Library funding, side by side",
        "Documents on information policy 2 2",
        "Priority documents 2 1",
        "Proposed rule 1 0",
    ],
    "/compare?jurisdiction=us&jurisdiction=us-zz": ["Nothing is collected under us-zz"],
    "/browse": ["3 documents", "what can still move first", "Library funding", "Priority"],
    "/browse?q=hotspots": ["2 documents", "In the summary: ", "lend hotspots", "In the text:"],
    "/browse?area=broadband&kind=regulation": ["1 document", "Hotspot lending", "Listed because of E-Rate"],
    "/glossary": ["Reported by committee", "Support if amended", "Who takes this stance follows the provision"],
    "/about": ["4 documents", "automatic"],
    "/tour": ["For librarians", "For staff", "For partners and reporters"],
    "/sources": [
        "Bills and resolutions of the U.S. Congress",
        "Requests held back",
        "March 9, 2022",
        "from March 2, 2022",
        "Needs attention",
        "lists only 1 of the 4 documents",
        "In order",
    ],
    "/corpus": ["documents", "The policy areas of a document", "Ask in SQL"],
    "/corpus/documents": ["4 rows", "Library Broadband Act"],
    f"/corpus/documents/{BROADBAND}": ["The page of this document", "H.R. 1783"],
    "/corpus?sql=select+id+from+documents+order+by+id": ["4 rows", "us-117-hr1783"],
}


@pytest.mark.parametrize("path", PAGES)
async def test_page_shows_its_facts(site, path: str) -> None:
    answer = await site.client.get(path)
    assert answer.status_code == 200
    shown = text_of(answer.text)
    assert [fact for fact in PAGES[path] if fact not in shown] == []


@pytest.mark.parametrize("path", [*PAGES, "/no-such-page", "/-/databases", "/static/site.css", "/corpus/tags.json"])
async def test_every_answer_carries_the_strict_policy(site, path: str) -> None:
    answer = await site.client.get(path)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "strict-origin-when-cross-origin"


async def test_scripts_run_only_where_there_is_one_and_only_ours(site) -> None:
    for path in (*PAGES, "/no-such-page", "/static/charts.js", "/corpus.json?sql=select+1"):
        answer = await site.client.get(path)
        brings = [value for tag, name, value in Tags.of(answer.text) if tag == "script" and name == "src"]
        policy = answer.headers["content-security-policy"]
        assert ("script-src 'self'" in policy) == bool(brings), path
        assert policy.count("script-src") == bool(brings), path


@pytest.mark.parametrize("path", [*PAGES, "/no-such-page"])
async def test_page_has_no_inline_script_or_style(site, path: str) -> None:
    page = (await site.client.get(path)).text
    # A block of data is no script: no browser runs it. Nothing in it can end it, so it holds no "<".
    page = re.sub(r'<script type="application/ld\+json">[^<]*</script>', "", page)
    tags = Tags.of(page)
    assert not {"style", "iframe", "object"} & {tag for tag, _, _ in tags}
    assert {(name, value) for tag, name, value in tags if tag == "script" and name != "defer"} <= {
        ("src", "/static/vendor/plot.js"),
        ("src", "/static/charts.js"),
    }
    assert re.findall(r"<script[^>]*>\s*[^\s<]", page) == []
    assert not [name for _, name, _ in tags if name == "style" or name.startswith("on")]
    assert page.count("<h1") == 1
    assert '<html lang="en">' in page


# --------------------------------------------------------------------- hostile text


async def test_hostile_title_is_shown_as_text(site) -> None:
    for path in (
        f"/documents/{HOSTILE_BILL}",
        "/browse",
        "/browse?q=reading",
        "/areas/library-funding",
        "/corpus/documents",
    ):
        page = (await site.client.get(path)).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert not [value for _, name, value in Tags.of(page) if name in ("href", "src") and "javascript:" in value]
    shown = text_of((await site.client.get(f"/documents/{HOSTILE_BILL}")).text)
    assert "alert('title')" in shown


@pytest.mark.parametrize("q", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}"])
async def test_hostile_question_is_shown_as_text(site, q: str) -> None:
    answer = await site.client.get(f"/browse?q={quote_plus(q)}&area={quote_plus(q)}")
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert "<img src=x" not in answer.text
    assert "49" not in text_of(answer.text).replace("2049", "")


@pytest.mark.parametrize(
    "q",
    [
        '"',
        '""',
        "*",
        "NOT",
        "NOT a",
        "a NOT",
        "AND OR NOT",
        "(",
        ")",
        "((((",
        "a)",
        "title:x",
        "^a",
        "a* b*",
        "-",
        "- -",
        "NEAR(a b)",
        "a+b",
        "{a}",
        "'; drop table documents --",
        "\x00",
        "é—“x”",
        "a OR OR b",
        "x" * 5000,
        "( OR )",
        '"a" "',
        "rowid:1",
        "NEAR/2",
        "AND(",
        "-a",
        "a -b",
        "::",
        "\\",
    ],
)
async def test_search_never_fails_whatever_is_typed(site, q: str) -> None:
    answer = await site.client.get(f"/browse?q={quote_plus(q)}")
    assert answer.status_code == 200


async def test_broken_numbers_in_an_address_are_page_one(site) -> None:
    for value in ("-1", "0", "abc", "1e9", "999999", "²", "1" * 50):
        assert (await site.client.get(f"/browse?page={quote_plus(value)}")).status_code == 200
        assert (await site.client.get(f"/positions/tc-hotspot-lending?page={quote_plus(value)}")).status_code == 200


# --------------------------------------------------------------------- evidence


async def test_marks_are_the_words_at_the_offsets(site, corpus: Path) -> None:
    db = sqlite3.connect(corpus)
    for key in (BROADBAND, HOSTILE_BILL, RULE):
        page = (await site.client.get(f"/documents/{key}")).text
        marked = {html.unescape(words) for words in re.findall(r"<mark[^>]*>(.*?)</mark>", page, re.S)}
        for field, start, end, stored in db.execute(
            'select field, start, "end", words from evidence where document_id = ?', [key]
        ):
            text = db.execute(f"select {field} from documents where id = ?", [key]).fetchone()[0]
            assert text[start:end] == stored
            assert stored in marked


async def test_no_word_of_a_stance_beside_a_document(site) -> None:
    shown = text_of((await site.client.get(f"/documents/{BROADBAND}")).text).lower()
    for entry in words.glossary()["stances"].values():
        if entry["word"] not in ("Support", "Oppose", "Watch"):
            assert entry["word"].lower() not in shown
    assert not re.search(r"ala (supports|opposes) (the|this) (bill|document)\b(?! is)", shown)


# --------------------------------------------------------------------- addresses


@pytest.mark.slow
async def test_every_internal_link_leads_somewhere(site) -> None:
    waiting, seen, broken = ["/", "/tour"], {"/", "/tour"}, []
    while waiting and len(seen) < 600:
        path = waiting.pop(0)
        answer = await site.client.get(path)
        if answer.status_code != 200:
            broken.append((path, answer.status_code))
        if "text/html" not in answer.headers["content-type"]:
            continue
        links = {value for tag, name, value in Tags.of(answer.text) if tag in ("a", "link") and name == "href"}
        for link in sorted(links):  # always the same 600
            target = urljoin(path, link)
            parts = urlsplit(target)
            if parts.scheme == "mailto":
                continue
            assert parts.scheme in ("", "http", "https"), (path, link)
            if parts.netloc and parts.netloc != "localhost":
                continue
            address = parts.path + (f"?{parts.query}" if parts.query else "")
            if parts.path.startswith("/corpus/") and (parts.query.count("&") > 2 or "_sort" in parts.query):
                continue  # Datasette's own sorting and paging links are endless
            if address not in seen:
                seen.add(address)
                waiting.append(address)
    assert broken == []
    assert len(seen) > 60


async def test_filters_live_in_the_address(site) -> None:
    page = (await site.client.get("/browse?area=broadband&q=hotspots")).text
    assert 'href="/browse?q=hotspots&amp;area=broadband&amp;kind=regulation"' in page
    shown = text_of((await site.client.get("/browse?area=broadband&q=hotspots&kind=regulation")).text)
    assert "1 document" in shown


async def test_json_and_csv_are_the_same_documents(site) -> None:
    page = (await site.client.get("/browse?area=broadband&q=hotspots")).text
    link = html.unescape(re.search(r'href="(/browse\.json[^"]*)"', page).group(1))
    rows = (await site.client.get(link)).json()["documents"]
    assert {row["id"] for row in rows} == {BROADBAND, RULE}
    csv_link = html.unescape(re.search(r'href="(/browse\.csv[^"]*)"', page).group(1))
    assert len((await site.client.get(csv_link)).text.strip().splitlines()) == 3


async def test_a_number_that_is_typed_leads_to_its_document(site) -> None:
    for q in ("H.R. 1783", "hr1783", "HR 1783", BROADBAND):
        page = (await site.client.get(f"/browse?q={quote_plus(q)}")).text
        assert "By its number" in page
        assert f'href="/documents/{BROADBAND}"' in page
    assert f'href="/documents/{RULE}"' in (await site.client.get("/browse?q=2022-04567")).text


async def test_search_finds_what_ala_holds(site) -> None:
    shown = text_of((await site.client.get("/browse?q=library+e-books")).text)
    assert "Fair deals for e-books" in shown


async def test_nothing_found_helps(site) -> None:
    shown = text_of((await site.client.get("/browse?q=xylophones&kind=bill")).text)
    assert "No document fits." in shown
    assert "without the filters" in shown
    assert "xylopho*" in shown


# --------------------------------------------------------------------- words for everything


async def test_every_table_and_column_is_described(corpus: Path) -> None:
    described = yaml.safe_load((serve.SITE / "metadata.yml").read_text(encoding="utf-8"))["databases"]["corpus"][
        "tables"
    ]
    db = sqlite3.connect(corpus)
    lacking = []
    for (table,) in db.execute("select name from sqlite_master where type in ('table', 'view') order by name"):
        if table.startswith(("documents_fts", "sqlite_")):
            continue
        about = described.get(table, {})
        if about.get("hidden") and "columns" not in about:
            continue
        columns = [row[1] for row in db.execute(f"pragma table_info([{table}])")]
        lacking += [table] if not about.get("description") else []
        lacking += [f"{table}.{column}" for column in columns if not about.get("columns", {}).get(column)]
        lacking += [f"{table}.{column} is no column" for column in about.get("columns", {}) if column not in columns]
    assert lacking == []


@pytest.mark.parametrize(
    "paths",
    [
        (
            "/browse",
            "/browse?area=broadband",
            "/browse?area=broadband&status=alive",
            "/browse?jurisdiction=us-tx",
            "/browse?area=broadband&jurisdiction=us-tx",
            "/browse?q=library",
            "/browse?q=library&status=alive",
            "/areas/broadband",
        ),
        ("/deadlines", "/deadlines?area=broadband", "/deadlines?jurisdiction=us-tx", "/deadlines?kind=hearing"),
    ],
)
async def test_lists_have_titles_of_their_own(site, paths: tuple[str, ...]) -> None:
    pages = [(await site.client.get(path)).text for path in paths]
    titles = [re.findall("<title>(.*?)</title>", page)[0] for page in pages]
    assert len(set(titles)) == len(titles), titles
    assert all(page.count("<h1") == 1 for page in pages)


async def test_a_sorted_column_is_told(site) -> None:
    for order, told in (("_sort", "ascending"), ("_sort_desc", "descending")):
        page = (await site.client.get(f"/corpus/documents?{order}=title")).text
        assert re.findall(r'<th scope="col" aria-sort="(\w+)"[^>]*><a [^>]*>(\w+)', page) == [(told, "title")]


@pytest.mark.parametrize("path", ["/corpus/documents", "/sources", "/accuracy"])
async def test_every_row_of_a_table_has_a_heading(site, path: str) -> None:
    rows = re.findall(r"<tr\b.*?</tr>", (await site.client.get(path)).text, re.DOTALL)
    assert rows
    assert [row for row in rows if '<th scope="row"' not in row and '<th scope="col"' not in row] == []


async def test_a_data_table_says_which_filters_are_chosen_and_which_fields_are_theirs(site) -> None:
    page = (await site.client.get("/corpus/documents?_facet=status&kind=bill&status=in_committee")).text
    [chosen] = re.findall(r'<li class="on"><a [^>]*>', page)
    assert 'aria-current="true"' in chosen
    assert "in_committee (chosen; choose again to remove)" in text_of(page)
    legends = re.findall("<fieldset><legend>(.*?)</legend>", page)
    assert legends == ["Filter 1: kind", "Filter 2: status", "Add a filter"]


def test_every_word_of_the_vocabularies_is_in_the_glossary() -> None:
    glossary = words.glossary()
    for section, keys in (("statuses", STATUSES), ("kinds", KINDS), ("levels", LEVELS), ("changes", CHANGE_KINDS)):
        assert set(keys) == set(glossary[section])
        assert all(entry["word"] and entry["means"] for entry in glossary[section].values())
    assert set(glossary["stances"]) == set(STANCES)


def test_datasette_folder_is_no_package() -> None:
    assert not (serve.SITE / "__init__.py").exists()


async def test_only_the_public_file_is_open(site) -> None:
    assert set(site.databases) == {"corpus", "_internal"}


# --------------------------------------------------------------------- documentation


def test_every_address_and_filter_is_documented() -> None:
    told = (serve.SITE.parent / "docs" / "site.md").read_text(encoding="utf-8")
    plugin = (serve.SITE / "plugins" / "site_pages.py").read_text(encoding="utf-8")
    addresses = {f"/{name}" for name in re.findall(r'r?f?"\^/([a-z]+)', plugin)}
    assert len(addresses) > 7
    assert [address for address in sorted(addresses) if f"`{address}" not in told] == []
    filters = [name for name in browse.Filters.__dataclass_fields__ if f"`{name}=" not in told]
    assert filters == []
    for file in (serve.SITE / "plugins").glob("*.py"):
        assert f"`{file.name}`" in told
