"""From responses to rows: what is checked, stored, rejected, marked as missing, and what a second run does."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from conftest import Command, Recording, bill_xml

from crawlers.items import BadRecord, Bill, Reject
from crawlers.parsers import xmltree
from crawlers.parsers.billstatus import parse_bill
from crawlers.storage.validation import validate
from pipelines import ValidatePipeline
from store.connect import open_corpus
from store.errors import StorageError

pytestmark = pytest.mark.slow

Collect = Callable[..., dict[str, Any]]
SITEMAP = Path("www.govinfo.gov/sitemap/bulkdata/BILLSTATUS/117hr/sitemap.xml")


def bill(**changes: Any) -> Bill:
    made = parse_bill(
        xmltree.parse(bill_xml(1).encode(), root="billStatus"), source_url="https://www.govinfo.gov/x.xml"
    )
    return replace(made, **changes)


def query(tmp_path: Path, sql: str, file: str = "corpus.db") -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"{(tmp_path / 'data' / file).as_uri()}?mode=ro", uri=True)) as db:
        return db.execute(sql).fetchall()


def documents(tmp_path: Path) -> set[str]:
    return {key for (key,) in query(tmp_path, "select id from documents")}


# --------------------------------------------------------------------- one document


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": ""}, "title is empty"),
        ({"url": ""}, "url is empty"),
        ({"status": "lost"}, "'lost' is none of"),
        ({"id": "us-117-hr2"}, "should be 'us-117-hr1'"),
        ({"introduced_on": "2021"}, "'2021' is not a date"),
        ({"status_on": "2021-02-30T00"}, "is not a date"),
        ({"kind": "poem"}, "'poem' is none of"),
    ],
)
def test_document_that_cannot_be_is_a_reject_with_its_reason(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(BadRecord, match=words):
        validate(bill(**changes))
    item = ValidatePipeline().process_item(bill(**changes))
    assert isinstance(item, Reject)
    assert words in item.reason


def test_document_that_is_in_order_passes() -> None:
    whole = bill()
    assert ValidatePipeline().process_item(whole) is whole


# --------------------------------------------------------------------- a crawl


def test_second_run_writes_nothing_but_its_own_row(collect: Collect, recording: Recording, tmp_path: Path) -> None:
    for number in range(1, 56):
        recording.add(number)
    recording.publish().pack()
    first = collect(recording.mirror)
    assert (first["added"], first["rejected"], first["requests"]) == (55, 0, 4)

    def everything(file: str) -> dict[str, list[tuple[Any, ...]]]:
        names = [name for (name,) in query(tmp_path, "select name from sqlite_master where type = 'table'", file)]
        return {name: query(tmp_path, f"select * from {name}", file) for name in names if name != "runs"}

    before = everything("corpus.db"), everything("ops.db")
    second = collect(recording.mirror)
    assert (second["added"], second["changed"], second["unchanged"], second["requests"]) == (0, 0, 0, 3)
    after = everything("corpus.db"), everything("ops.db")
    assert before[0] == after[0]
    assert query(tmp_path, "select count(*) from runs") == [(2,)]


def test_only_what_changed_is_asked_for_and_told_as_news(
    collect: Collect, recording: Recording, tmp_path: Path
) -> None:
    for number in range(1, 4):
        recording.add(number)
    collect(recording.publish().mirror)
    assert query(tmp_path, "select count(*) from changes") == [(0,)], "the first contact is no news"
    recording.add(
        2, stamp="2021-05-05T00:00:00Z", actions=(("2021-05-05", "Referred to the House Committee on Rules."),)
    )
    recording.add(4, stamp="2021-05-05T00:00:00Z")
    run = collect(recording.publish().mirror)
    assert (run["added"], run["changed"], run["unchanged"]) == (1, 1, 0)
    assert set(query(tmp_path, "select document_id, kind, happened_on from changes")) == {
        ("us-117-hr2", "action", "2021-05-05"),
        ("us-117-hr2", "status", "2021-05-05"),
        ("us-117-hr4", "introduced", "2021-03-01"),
    }


def test_what_a_whole_listing_no_longer_names_is_marked_never_deleted(
    collect: Collect, recording: Recording, tmp_path: Path
) -> None:
    for number in range(1, 31):
        recording.add(number)
    collect(recording.publish().mirror)
    del recording.listed[117, "hr"][30]
    assert collect(recording.publish().mirror)["missing"] == 1
    gone = query(tmp_path, "select id from documents where missing_since is not null")
    assert gone == [("us-117-hr30",)]
    recording.add(30)
    collect(recording.publish().mirror)
    assert query(tmp_path, "select count(*) from documents where missing_since is not null") == [(0,)]


def test_cut_off_listing_makes_nothing_go_missing(collect: Collect, recording: Recording, tmp_path: Path) -> None:
    for number in range(1, 6):
        recording.add(number)
    collect(recording.publish().mirror)
    sitemap = recording.folder / SITEMAP
    sitemap.write_bytes(sitemap.read_bytes()[:300])
    run = collect(recording.mirror)
    assert run["state"] == "failed"
    assert query(tmp_path, "select count(*) from documents where missing_since is not null") == [(0,)]


def test_source_that_lists_nothing_the_first_time_is_told(
    collect: Collect, recording: Recording, tmp_path: Path
) -> None:
    recording.add(1)
    sitemap = recording.publish().folder / SITEMAP
    whole = sitemap.read_text()
    sitemap.write_text(whole[: whole.index("<url>")] + "</urlset>")
    assert collect(recording.mirror)["note"] == "the source lists nothing at all: it may have moved, or be down"
    assert collect(recording.mirror, since="2021-01-01")["note"] is None, "of some days there may be nothing"
    sitemap.write_text(whole)
    assert collect(recording.mirror)["note"] is None


def test_repaired_record_is_taken_up_by_the_next_run(collect: Collect, recording: Recording, tmp_path: Path) -> None:
    recording.add(1)
    recording.add(2, title=None)
    assert collect(recording.publish().mirror)["rejected"] == 1
    recording.add(2, title="Now with a title")
    assert collect(recording.mirror)["rejected"] == 0
    assert documents(tmp_path) == {"us-117-hr1", "us-117-hr2"}


def test_stored_bill_that_comes_without_its_actions_stays_as_it_is(
    collect: Collect, recording: Recording, tmp_path: Path
) -> None:
    for number in (1, 2):
        recording.add(
            number, actions=(("2021-03-01", "Introduced in House"), ("2021-05-05", "Became Public Law No: 117-3."))
        )
    collect(recording.publish().mirror)
    before = query(tmp_path, "select id, status, changed_at from documents order by id")
    recording.add(1, stamp="2021-06-01T00:00:00Z", actions=())
    recording.add(3, actions=())
    run = collect(recording.publish().mirror)
    assert (
        query(tmp_path, "select id, status, changed_at from documents where id <> 'us-117-hr3' order by id") == before
    )
    assert (run["rejected"], run["added"]) == (1, 1), "a new bill may have none"
    assert run["note"] == "1 of 2 records could not be read (limit 1%)"
    [(reason,)] = query(tmp_path, "select reason from rejects", "ops.db")
    assert reason == "us-117-hr1 comes without an action, and 2 are stored: taken for cut off, it stays as it is"
    assert collect(recording.mirror, believe="yes")["changed"] == 1


def test_one_unreadable_record_does_not_silence_the_news_of_the_others(
    collect: Collect, recording: Recording, tmp_path: Path
) -> None:
    recording.add(1)
    recording.add(2, title=None)
    collect(recording.publish().mirror)
    recording.add(1, stamp="2021-05-05T00:00:00Z", actions=(("2021-05-05", "Committee Hearings Held."),))
    collect(recording.publish().mirror)
    told = query(tmp_path, "select kind from changes where document_id = 'us-117-hr1' order by kind")
    assert told == [("action",), ("status",)]


def test_damaged_zip_loses_nothing(collect: Collect, recording: Recording, tmp_path: Path) -> None:
    for number in range(1, 56):
        recording.add(number)
    archive = recording.publish().pack()
    body = archive.read_bytes()
    archive.write_bytes(body[: len(body) // 2])
    run = collect(recording.mirror)
    assert run["state"] == "finished"
    assert not run["note"]
    assert len(documents(tmp_path)) == 55
    assert "one by one" in run["log"]


def test_source_that_does_not_answer_is_a_failed_run(collect: Collect, tmp_path: Path) -> None:
    run = collect("http://127.0.0.1:1")
    assert run["state"] == "failed"
    [(url, reason)] = query(tmp_path, "select url, reason from rejects", "ops.db")
    assert url.endswith("sitemapindex.xml")
    assert "refused" in reason


class Endless(BaseHTTPRequestHandler):
    """Says robots.txt, then sends far more than anyone should take."""

    def do_GET(self) -> None:
        self.send_response(200)
        if "sitemapindex" in self.path:
            self.send_header("Content-Length", str(300 * 1024 * 1024))
        self.end_headers()
        if "robots" in self.path:
            return
        try:
            for _ in range(300 * 16):
                self.wfile.write(b"x" * 65536)
        except OSError:
            self.server.cut_off = True  # type: ignore[attr-defined]

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def endless() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Endless)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


UNMEASURED = (
    "import crawlers.settings as s, crawlers.spiders.us_bills as b;"
    "s.DOWNLOAD_MAXSIZE = 2**20; b.INDEX = b.HOST + '/unmeasured.xml'"
)


@pytest.mark.parametrize("before", ["", UNMEASURED], ids=["said to be 300 MB", "of no said length"])
def test_body_of_300_megabytes_is_cut_off(
    collect: Collect, endless: ThreadingHTTPServer, tmp_path: Path, before: str
) -> None:
    run = collect(f"http://127.0.0.1:{endless.server_port}", before=before)
    assert run["state"] == "failed"
    assert "larger than" in query(tmp_path, "select reason from rejects", "ops.db")[0][0]
    assert getattr(endless, "cut_off", False), "the whole body was taken"


def test_a_transfer_that_breaks_off_is_repeated_without_a_line_of_scrapy(
    infopolicy: Command, recording: Recording, tmp_path: Path
) -> None:
    for number in (1, 2, 3):
        recording.add(number)
    recording.publish()
    seen: set[str] = set()

    class Breaking(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            path = Path(self.translate_path(self.path))
            if self.path in seen or not path.is_file():
                return super().do_GET()
            seen.add(self.path)
            self.send_response(200)
            self.send_header("Content-Length", str(path.stat().st_size))
            self.end_headers()
            self.wfile.write(path.read_bytes()[:-9])
            self.close_connection = True
            return None

        def log_message(self, *args: object) -> None:
            pass

    folder = partial(Breaking, directory=recording.folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), folder)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    done = infopolicy("--quiet", "crawl", "us_bills", "--congress", "117", mirror=address)
    server.shutdown()
    server.server_close()
    assert done.returncode == 0, done.stderr
    assert len(seen) > 3
    assert "data loss" not in done.stderr
    assert query(tmp_path, "select count(*) from documents") == [(3,)]


# --------------------------------------------------------------------- storage


def test_storage_errors_name_the_file_and_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "corpus.db"
    file.write_bytes(b"no database at all" * 100)
    with pytest.raises(StorageError, match=r"corpus\.db.*restore"):
        open_corpus(file)
    with pytest.raises(StorageError, match="INFOPOLICY_DATA"):
        open_corpus(file / "below" / "corpus.db")


def test_locked_file_is_told_before_any_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_corpus(tmp_path / "corpus.db").close()
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda path, **options: connect(path, **options | {"timeout": 0.1}))
    with closing(connect(tmp_path / "corpus.db")) as other:
        other.execute("begin immediate")
        with pytest.raises(StorageError, match="another process is writing"):
            open_corpus(tmp_path / "corpus.db")


_SIGNALS = """
import signal, settings
from operations.crawl import crawl
before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
[run] = crawl(settings.load(), ["us_bills"], {"today": "2022-06-01"})
assert run.state == "finished", run
assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
"""


def test_what_follows_a_crawl_can_be_stopped(infopolicy: Command, recording) -> None:
    recording.add(1)
    done = infopolicy(python=_SIGNALS, mirror=recording.publish().mirror)
    assert done.returncode == 0, done.stderr
