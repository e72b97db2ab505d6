"""The spider of companies' rules: a golden replay, what a recorded text is, history that comes later, limits, and bad answers."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path
from string import ascii_lowercase
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import LATER, NOW, SOURCES, replay
from golden import NOWHERE, agreed, made
from scrapy import Request
from scrapy.http import Headers, Response, TextResponse
from scrapy.utils.test import get_crawler
from sqlite_utils import Database
from terms_archive import CHANGED, NEW, TECHNICAL, Archive, example, license_text

from crawlers.companies import BadCompany, company_of, load_companies, services
from crawlers.composite_spider import Work
from crawlers.download.budget import BudgetMiddleware, BudgetSpent
from crawlers.download.middlewares import RetryAfterMiddleware
from crawlers.items import Document, Listing, Reject, Unreadable
from crawlers.parsers import open_terms as ot
from crawlers.sources import load_sources
from crawlers.spiders.corp_terms import CorpTermsSpider
from crawlers.storage import attachments
from crawlers.storage.attachments import VersionText
from crawlers.storage.record import upsert

RECORDED = SOURCES / "corp_terms"
STORE = "corp-contrib-amazon-kindle-store-terms-of-service"


@pytest.fixture(scope="module")
def items() -> list[Any]:
    return replay(made(CorpTermsSpider), RECORDED, NOWHERE)


@pytest.fixture(scope="module")
def documents(items: list[Any]) -> dict[str, Document]:
    return {item.id: item for item in items if isinstance(item, Document)}


def crawl(
    corpus: Database, tmp_path: Path, archive: Archive, *, silent: bool = False, now: str = NOW, **more: Any
) -> list[Any]:
    """Crawl an archive into a corpus, as the record pipeline does; return what the spider gave."""
    found = replay(
        made(CorpTermsSpider, **more), archive.write(tmp_path / f"mirror-{now[:10]}"), tmp_path / "corpus.db"
    )
    upsert(corpus, [each for each in found if isinstance(each, Document)], now=now, silent=silent)
    attachments.store(corpus, [each for each in found if isinstance(each, VersionText)], now=now)
    return found


def events(corpus: Database) -> list[tuple[str, str, str]]:
    return corpus.execute("select kind, happened_on, summary from changes order by happened_on, kind").fetchall()


# --------------------------------------------------------------------- what is made of the recordings


def test_golden_replay_gives_the_records_that_were_read_and_agreed_to(items: list[Any]) -> None:
    agreed(RECORDED, items)


def test_only_services_of_companies_yml_are_collected(items: list[Any]) -> None:
    [listing] = [item for item in items if isinstance(item, Listing)]
    assert sorted(listing.document_ids) == [
        STORE,
        "corp-contrib-goodreads-privacy-policy",
        "corp-contrib-librarything-privacy-policy",
    ]


def test_versions_are_texts_that_say_something_else_and_are_named_by_what_they_are(
    documents: dict[str, Document],
) -> None:
    assert [version.name for version in documents[STORE].versions] == [
        "First record, January 10, 2023",
        "Text of June 11, 2023",
        "Text of June 11, 2023, incomplete",
        "Text of June 12, 2023, as before",
        "Text of February 1, 2024, extracted again",
        "Text of March 1, 2024",
    ]


def test_only_the_company_s_changes_are_actions(documents: dict[str, Document]) -> None:
    said = [(each.acted_on, each.description) for each in documents[STORE].actions]
    changed = "The company changed the text"
    assert said == [("2023-01-10", "First recorded"), ("2023-06-11", changed), ("2024-03-01", changed)]
    assert (documents[STORE].status, documents[STORE].status_on) == ("changed", "2024-03-01")
    assert documents["corp-contrib-librarything-privacy-policy"].status == "in_force"


def test_address_is_the_company_s_own_page_and_the_day_it_counts_from_is_an_event(
    documents: dict[str, Document],
) -> None:
    document = documents[STORE]
    assert document.url == "https://example.com/Amazon-Kindle-Store/Terms-of-Service"
    assert [(each.kind, each.starts_at) for each in document.events] == [("effective", "2024-03-01")]


def test_text_has_the_words_without_addresses_and_marks(documents: dict[str, Document]) -> None:
    text = documents[STORE].text or ""
    assert text.startswith(
        "Menu\n\nKindle-like Store Terms\n\nEffective March 1, 2024\n\n1. License. Books are licensed"
    )
    assert "See our notice.\n\n2. Lending. You may not lend a book.\n\n- You keep six devices." in text


def test_a_shorter_history_begins_with_the_newest_texts_and_knows_the_first_day(tmp_path: Path) -> None:
    found = replay(made(CorpTermsSpider, versions="2"), RECORDED, NOWHERE)
    document = [each for each in found if isinstance(each, Document) and each.id == STORE][-1]
    assert [each.name for each in document.versions] == [
        "Text of February 1, 2024, extracted again",
        "Text of March 1, 2024",
    ]
    assert document.published_on == "2023-01-10"
    assert [each.description for each in document.actions] == ["First recorded", "The company changed the text"]


def test_links_and_headings_that_the_archive_tore_apart_leave_only_words() -> None:
    torn = b"Choose\n\n*   [\n    \n    Google Books](https://example.com/books?hl=en)\n*   ### Reader\n"
    torn += b"\n| a | b |\n|---|---|\n| c | d |\n"
    assert ot.plain_text(torn) == "Choose\n\nGoogle Books\n\n- Reader\n\na | b\n\nc | d"


# --------------------------------------------------------------------- what a recorded text is


def commit(kind: str, number: int = 1) -> ot.Commit:
    return ot.Commit(f"{number:040}", f"2024-01-{number:02}T00:00:00Z", kind)


LONG = "A text of some length, of which every word counts for those who read it. "
JUDGED = [
    ([("first", LONG)], ["first"]),
    ([("first", LONG), ("change", LONG + "More.")], ["first", "changed"]),
    ([("first", LONG), ("change", LONG.replace(" ", "  "))], ["first", "same"]),
    ([("first", LONG), ("technical", LONG + "Menu")], ["first", "technical"]),
    ([("first", LONG), ("unknown", LONG + "Menu")], ["first", "technical"]),
    ([("first", LONG), ("first", LONG + "Menu")], ["first", "technical"]),
    ([("first", LONG), ("change", "Error"), ("change", LONG)], ["first", "partial", "back"]),
    ([("first", LONG), ("change", LONG + "B"), ("change", LONG), ("change", LONG + "B")], ["first", "changed", "back", "back"]),
    ([("change", LONG), ("change", LONG * 9)], ["changed", "changed"]),
]  # fmt: skip


@pytest.mark.parametrize(("recorded", "judged"), JUDGED)
def test_what_a_recorded_text_is(recorded: list[tuple[str, str]], judged: list[str]) -> None:
    commits = [(commit(kind, n), text) for n, (kind, text) in enumerate(recorded, 1)]
    assert [each.judged for each in ot.judge(commits)] == judged
    if len(commits) > 1:
        first, *rest = commits
        assert [each.judged for each in ot.judge(rest, [first[1]])] == judged[1:], "the same when it comes in two runs"


def test_days_with_two_texts_have_two_names() -> None:
    taken = {"Text of March 1, 2024", "Text of March 1, 2024 (2)"}
    assert ot.version_name("changed", "2024-03-01", taken) == "Text of March 1, 2024 (3)"


SUBJECTS = [
    ("First record of X Terms", ot.FIRST),
    ("Start tracking X Terms", ot.FIRST),
    ("Record new changes of X Terms", ot.CHANGE),
    ("Update X Terms", ot.CHANGE),
    ("Refilter X Terms", ot.TECHNICAL),
    ("Apply technical or declaration upgrade on X Terms", ot.TECHNICAL),
    ("Rewrite the README", ot.UNKNOWN),
]


@pytest.mark.parametrize(("subject", "kind"), SUBJECTS)
def test_kinds_of_commits(subject: str, kind: str) -> None:
    body = (
        f'[{{"sha": "{"a" * 40}", "commit": {{"author": {{"date": "2024-01-01T00:00:00Z"}}, "message": "{subject}"}}}}]'
    )
    assert [each.kind for each in ot.read_commits(body.encode())[0]] == [kind]


EFFECTIVE = [
    ("Effective: January 15, 2026. Hello", "2026-01-15"),
    ("These terms are effective as of December 1 2025", "2025-12-01"),
    ("This takes effect on\nMay 2, 2026", None),
    ("Last updated: March 1, 2024", None),
    ("Effective January 45, 2026", None),
    ("x" * 3000 + "Effective January 15, 2026", None),
]


@pytest.mark.parametrize(("text", "day"), EFFECTIVE)
def test_day_that_a_text_counts_from(text: str, day: str | None) -> None:
    event = ot.effective_event(text)
    assert (event and event.starts_at) == day


# --------------------------------------------------------------------- one run after the other


def test_first_contact_and_history_are_no_news_and_a_change_is(corpus: Database, tmp_path: Path) -> None:
    archive = example()
    crawl(corpus, tmp_path, archive, versions="1")
    assert {kind for kind, _, _ in events(corpus)} == {"introduced"}
    store = ("Amazon Kindle Store", "Terms of Service")
    archive.record(*store, "2024-04-01", license_text("April 1, 2024").replace("notice)", "other)"))
    archive.record(*store, "2024-04-02", "Menu\n\n" + license_text("March 1, 2024"))
    archive.record(*store, "2024-04-03", license_text("April 1, 2024") + "A new promise.", TECHNICAL)
    archive.record(*store, "2024-04-04", license_text("April 1, 2024", devices="two") + "A new promise.")
    crawl(corpus, tmp_path, archive, now=LATER)
    told = [each for each in events(corpus) if each[0] == "action"]
    assert [day for _, day, _ in told] == ["2024-04-01", "2024-04-04"]
    document = corpus.table("documents").get(STORE)
    assert "two devices" in document["text"]
    assert (document["latest_action_on"], document["status_on"]) == ("2024-04-04", "2024-04-04")


def test_whole_history_loaded_later_is_no_news(corpus: Database, tmp_path: Path) -> None:
    crawl(corpus, tmp_path, example(), versions="1", silent=True)
    crawl(corpus, tmp_path, example(), versions="all", now=LATER)
    assert events(corpus) == []
    assert corpus.execute("select count(*) from versions where document_id = ?", [STORE]).fetchone() == (6,)
    assert corpus.execute("select count(*) from version_texts where document_id = ?", [STORE]).fetchone() == (6,)


def test_second_run_asks_for_the_tarball_alone_and_writes_nothing(corpus: Database, tmp_path: Path) -> None:
    crawl(corpus, tmp_path, example(), silent=True)
    before = corpus.conn.total_changes
    found = crawl(corpus, tmp_path, example())
    assert [type(each) for each in found] == [Listing]
    assert corpus.conn.total_changes == before


def test_text_that_the_archive_no_longer_has_is_said_to_be_so_once(corpus: Database, tmp_path: Path) -> None:
    archive = Archive()
    for letter in ascii_lowercase:
        archive.record("Goodreads", f"Terms {letter}", "2024-01-01", f"Terms with the letter {letter} of readers.", NEW)
    crawl(corpus, tmp_path, archive, silent=True)
    archive.record("Goodreads", "Terms g", "2024-05-01", None)
    found = crawl(corpus, tmp_path, archive, now=LATER)
    [gone] = [each for each in found if isinstance(each, Document)]
    assert (gone.id, gone.status, gone.status_on) == ("corp-contrib-goodreads-terms-g", "unrecorded", "2026-11-25")
    assert ("status", "2026-11-25", "unrecorded") in events(corpus)
    [listing] = [each for each in found if isinstance(each, Listing)]
    assert gone.id in listing.document_ids, "what is known to be gone is not missing"
    assert len(crawl(corpus, tmp_path, archive, now=LATER)) == 1, "told once"
    archive.record("Goodreads", "Terms g", "2024-06-01", "Terms with the letter g of readers, again.")
    crawl(corpus, tmp_path, archive, now="2026-11-27T00:00:00Z")
    assert corpus.table("documents").get(gone.id)["status"] != "unrecorded"


@pytest.mark.parametrize("damage", [b"\xff\xfe\0<<}{", b"\0", b"\xc3(", b""])
def test_text_that_was_damaged_on_its_way_is_asked_for_again(damage: bytes) -> None:
    """It would be kept as a change by the company; in the tarball, it keeps no other text from being read."""
    body = license_text().encode()
    damaged = body[:200] + damage + body[210:] if damage else b""
    one = spider()
    with pytest.raises(Unreadable):
        one.read_part(Work(key=STORE, record={"terms": None}, stamp=None, waiting=[]), "text abc", damaged)
    assert one.words_of_now(damaged) == ""
    assert "two devices" in one.words_of_now(license_text(devices="two").encode())


def test_of_half_an_archive_nothing_counts_as_gone(corpus: Database, tmp_path: Path) -> None:
    crawl(corpus, tmp_path, example(), silent=True)
    archive = example()
    for terms in [each for each in archive.records if each.service != "LibraryThing"]:
        archive.records[terms].append(("0" * 40, "2026-01-01T00:00:00Z", CHANGED, None))
    found = crawl(corpus, tmp_path, archive, now=LATER)
    assert [each for each in found if isinstance(each, Document)] == []


def test_service_that_companies_yml_no_longer_names_is_left_as_it_is(corpus: Database, tmp_path: Path) -> None:
    crawl(corpus, tmp_path, example(), silent=True)
    found = replay(made(CorpTermsSpider, service="LibraryThing"), RECORDED, tmp_path / "corpus.db")
    assert [type(each) for each in found] == [Listing]
    assert corpus.execute("select count(*) from documents where status = 'unrecorded'").fetchone() == (0,)


def test_history_written_anew_by_the_archive_is_read_like_a_new_one(corpus: Database, tmp_path: Path) -> None:
    crawl(corpus, tmp_path, example(), silent=True)
    archive = example()
    terms = ot.Terms("LibraryThing", "Privacy Policy")
    archive.records[terms] = []
    archive.record(*("LibraryThing", "Privacy Policy"), "2025-07-07", "We never sell what you read.", NEW)
    archive.record(*("LibraryThing", "Privacy Policy"), "2026-03-01", "We never sell what you read, ever.")
    crawl(corpus, tmp_path, archive, now=LATER)
    text = corpus.table("documents").get("corp-contrib-librarything-privacy-policy")["text"]
    assert text == "We never sell what you read, ever."


# --------------------------------------------------------------------- limits, keys, pages


def spider(**more: Any) -> CorpTermsSpider:
    return made(CorpTermsSpider, **more)


def test_token_goes_to_the_api_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "secret-token")
    terms = ot.Terms("Goodreads", "Privacy Policy")
    asked = [spider().ask(url, None) for url in (ot.commits_url(terms, 1), ot.text_url(terms, "a" * 40), ot.ARCHIVE)]
    assert [each.headers.get("Authorization") for each in asked] == [b"Bearer secret-token", None, None]


def test_only_requests_to_the_api_count_and_a_token_raises_their_number(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    source = load_sources()["corp_terms"]
    assert (source.hourly({}), source.hourly({"GITHUB_TOKEN": "t"})) == (60, 5000)
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    crawler = get_crawler(CorpTermsSpider, {"INFOPOLICY_OPS": str(tmp_path / "ops.db")})
    crawler.spider = spider()
    crawler.stats = (
        crawler.stats or crawler._create_crawler_stats() if hasattr(crawler, "_create_crawler_stats") else crawler.stats
    )
    budget = BudgetMiddleware(crawler)
    for _ in range(60):
        budget.process_request(Request(ot.COMMITS))
    for _ in range(9):
        budget.process_request(Request(f"{ot.RAW}/x"))
    with pytest.raises(BudgetSpent, match="the hour's 60 requests"):
        budget.process_request(Request(ot.COMMITS))


def test_github_s_refusal_past_its_limit_waits_for_another_hour() -> None:
    crawler = get_crawler(CorpTermsSpider)
    crawler.spider = spider()
    middleware = RetryAfterMiddleware.from_crawler(crawler)
    headers = Headers({"X-RateLimit-Remaining": "0"})
    with pytest.raises(BudgetSpent):
        middleware.process_response(Request(ot.COMMITS), Response(ot.COMMITS, status=403, headers=headers))
    assert middleware.shut == {"api.github.com"}
    other = middleware.process_response(Request(ot.COMMITS), Response(ot.COMMITS, status=403))
    assert other.status == 403, "a refusal for another reason is an error"  # type: ignore[union-attr]


def long_history(page: int, **more: Any) -> tuple[CorpTermsSpider, list[Any]]:
    """The requests after a page of a history of three pages."""
    terms = ot.Terms("Goodreads", "Privacy Policy")
    found = spider(**more)
    [stored, request] = found.begin(terms, b"Words", found.known(None), new=True)
    assert isinstance(stored, Document)
    work = request.cb_kwargs["work"]
    work.waiting.pop(0)
    rows = ",".join(
        f'{{"sha": "{number:040x}", "commit": {{"author": {{"date": "2024-01-01T00:00:00Z"}}, "message": "Update X"}}}}'
        for number in range(page * 100, page * 100 + 100)
    )
    headers = {"Link": '<https://api.github.com/x?page=2>; rel="next", <https://api.github.com/x?page=3>; rel="last"'}
    answer = TextResponse(ot.commits_url(terms, page), body=f"[{rows}]".encode(), headers=headers)
    answer.request = request
    return found, list(found.parse_part(answer, work))


def test_of_a_long_history_the_newest_page_and_the_oldest_are_read() -> None:
    _, [request] = long_history(1)
    assert request.url.endswith("page=3"), "where the day of the first record stands"
    _, [request] = long_history(1, versions="all")
    assert request.url.endswith("page=2")


# --------------------------------------------------------------------- bad answers


def tarball(members: dict[str, bytes], kind: bytes = tarfile.REGTYPE) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, body in members.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.type = len(body), kind
            tar.addfile(entry, io.BytesIO(body))
    return gzip.compress(buffer.getvalue(), mtime=0)


WHOLE = tarball({"r/Goodreads/Privacy Policy.md": b"Words " * 9000})


@pytest.mark.parametrize(
    "body", [b"", b"<html>", WHOLE[:-50], WHOLE[: len(WHOLE) // 2], gzip.compress(b"no tar", mtime=0), tarball({})]
)
def test_broken_tarball_is_asked_for_again(body: bytes) -> None:
    with pytest.raises(Unreadable):
        ot.read_archive(body, {"Goodreads"})


def test_tarball_gives_files_only(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {
        "r/Goodreads/Privacy Policy.md": b"Words",
        "r/Goodreads/x.txt": b"no",
        "r/README.md": b"no",
        "r/Other/A.md": b"no",
    }
    assert list(ot.read_archive(tarball(names), {"Goodreads"})) == [ot.Terms("Goodreads", "Privacy Policy")]
    assert ot.read_archive(tarball({"r/Goodreads/Link.md": b"x"}, tarfile.DIRTYPE), {"Goodreads"}) == {}
    whole = ot.read_archive(tarball(names), {"Goodreads"})
    monkeypatch.setattr(ot, "LARGEST", max(map(len, whole.values())))
    assert ot.read_archive(tarball(names), {"Goodreads"}) == whole
    monkeypatch.setattr(ot, "LARGEST", 3)
    with pytest.raises(Unreadable, match="bytes are no text"):
        ot.read_archive(tarball(names), {"Goodreads"})
    monkeypatch.setattr(ot, "LARGEST_OF_ALL", 3)
    with pytest.raises(Unreadable, match="unpacks to more"):
        ot.read_archive(tarball(names), {"Goodreads"})


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[1]", b'[{"sha": "x"}]', b'[{"sha": 1, "commit": {"author": {"date": 2}, "message": 3}}]']
)
def test_broken_list_of_commits_is_asked_for_again(body: bytes) -> None:
    with pytest.raises(Unreadable):
        ot.read_commits(body)


def test_declaration_may_name_no_page_and_never_one_that_is_no_page() -> None:
    terms = ot.Terms("X", "Terms")
    assert (
        ot.read_address(b'{"terms": {"Terms": {"combine": [{"fetch": "https://x.org/t"}]}}}', terms)
        == "https://x.org/t"
    )
    assert ot.read_address(b'{"documents": {"Terms": {"fetch": "javascript:alert(1)"}}}', terms) is None
    assert ot.read_address(b'{"terms": {"Terms": 5}}', terms) is None
    with pytest.raises(Unreadable):
        ot.read_address(b"[]", terms)


def test_history_that_is_not_there_is_told_and_the_text_stands(tmp_path: Path) -> None:
    archive = Archive()
    archive.record("Goodreads", "Privacy Policy", "2024-01-01", "What we keep.", NEW)
    folder = archive.write(tmp_path / "mirror")
    for file in (folder / "api.github.com").rglob("*"):
        if file.is_file():
            file.unlink()
    found = replay(spider(), folder, NOWHERE)
    assert [each.reason for each in found if isinstance(each, Reject)] == ["the history is not there"]
    last = [each for each in found if isinstance(each, Document)][-1]
    assert (last.text, last.stamp) == ("What we keep.", None), "asked for again by the next run"


# --------------------------------------------------------------------- companies.yml


def test_companies_name_what_exists() -> None:
    from classify.areas import load_areas
    from positions.catalog.catalog import load_catalog

    areas, positions = {area.id for area in load_areas().areas}, set(load_catalog().by_id)
    for company in load_companies().values():
        assert set(company.areas) <= areas, company.key
        assert set(company.positions) <= positions, company.key
        assert company.why.endswith("."), company.key
    assert company_of("Goodreads: Privacy Policy") == load_companies()["amazon"]
    assert company_of("Nobody: Terms") is None
    assert services()["YouTube"].name == "Google"


def test_two_companies_cannot_have_one_service(tmp_path: Path) -> None:
    entry = "{name: A, why: b., areas: [], positions: [], services: [S]}"
    file = tmp_path / "companies.yml"
    file.write_text(f"companies:\n  a: {entry}\n  b: {entry}\n")
    with pytest.raises(BadCompany, match="S belongs to a and to b"):
        load_companies(file)
    file.write_text("companies:\n  a: {name: A}\n")
    with pytest.raises(BadCompany, match=r"companies\.yml"):
        load_companies(file)


@pytest.mark.parametrize(
    ("older", "newest", "depth", "asks"),
    [("one two", "one  two", 1, True), ("one two", "one three", 1, False), ("one two", "one three", 2, True)],
)
def test_older_texts_are_asked_for_until_enough_of_them_differ(older: str, newest: str, depth: int, asks: bool) -> None:
    commits = [ot.Commit(sha, "2026-01-01T00:00:00Z", ot.CHANGE) for sha in "abc"]
    record = {"known": SimpleNamespace(sha=None), "commits": commits, "terms": ot.Terms("Goodreads", "Privacy Policy")}
    work = SimpleNamespace(record=record, got={"text a": older, "commits 1": "not a text"}, waiting=[])
    CorpTermsSpider.go_deeper(SimpleNamespace(depth=depth), work, "b", newest)  # type: ignore[arg-type]
    assert [name for name, _ in work.waiting] == (["text c"] if asks else [])
