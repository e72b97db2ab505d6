"""A source that turns hostile: it leads elsewhere, or sends little that becomes very much. Nothing of ours follows or drowns."""

from __future__ import annotations

import ast
import gzip
import io
import json
import resource
import sqlite3
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import scrapy
from conftest import HOST, bill_xml
from fuzz_sources import _bills_spider
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.utils.test import get_crawler

from crawlers import settings
from crawlers.download.middlewares import OwnHostMiddleware
from crawlers.download.mirror import recorded
from crawlers.items import Unreadable
from crawlers.parsers.bill_text import parse_text
from crawlers.parsers.federal_register import parse_text as parse_page
from crawlers.parsers.json_reader import read_json
from crawlers.sources import load_sources
from crawlers.spiders.us_states import UsStatesSpider
from digest.alerts.channels import _post_signed

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
Collect = Callable[..., dict[str, Any]]


@dataclass
class Hostile:
    """A server that answers `answers[path]` with (status, headers, body), and notes what it was asked."""

    port: int = 0
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def says(self, path: str, body: str | bytes = b"", status: int = 200, **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[path] = status, named, body if isinstance(body, bytes) else body.encode()


@pytest.fixture
def hostile() -> Iterator[Hostile]:
    made = Hostile()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append((self.path, dict(self.headers)))
            status, headers, body = made.answers.get(self.path, (404, {}, b""))
            self.send_response(status)
            for name, value in (headers | {"Content-Length": str(len(body))}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


def rejects(folder: Path) -> list[str]:
    """The reason of each."""
    with closing(sqlite3.connect(folder / "data" / "ops.db")) as db:
        return [reason for (reason,) in db.execute("select reason from rejects")]


def reasons(folder: Path) -> set[str]:
    return set(rejects(folder))


# --------------------------------------------------------------------- leading elsewhere

INDEX = f"/{HOST}/sitemap/bulkdata/BILLSTATUS/sitemapindex.xml"
ELSEWHERE = (
    "http://127.0.0.1:22/",
    "http://169.254.169.254/latest/meta-data/",
    "http://localhost/",
    "http://[::1]/",
    "http://0/",
    "https://evil.example/x",
    "https://www.govinfo.gov.evil.example/x",
    "https://www.govinfo.gov:8443/x",
    "http://www.govinfo.gov/x",
    "https://user@www.govinfo.gov/x",
    "https://evil.example@www.govinfo.gov/",
    "https://www.govinfo.gov@evil.example/x",
    "//evil.example/x",
    "file:///etc/passwd",
    "ftp://www.govinfo.gov/x",
    "s3://bucket/x",
    "data:text/xml,<urlset/>",
    "gopher://127.0.0.1:11211/",
)


def index_of(locations: list[str]) -> str:
    return "<sitemapindex>" + "".join(f"<sitemap><loc>{each}</loc></sitemap>" for each in locations) + "</sitemapindex>"


def test_a_redirect_to_another_place_is_not_followed(collect: Collect, hostile: Hostile, tmp_path: Path) -> None:
    kinds = "abcdefghijklmnopqrstuvwxyz"[: len(ELSEWHERE)]
    paths = [f"/sitemap/bulkdata/BILLSTATUS/117{kind}/sitemap.xml" for kind in kinds]
    hostile.says(INDEX, index_of([f"https://{HOST}{path}" for path in paths]))
    for path, place in zip(paths, ELSEWHERE, strict=True):
        hostile.says(f"/{HOST}{path}", status=302, Location=place)
    collect(hostile.address, congress="117")
    assert {path.split("/")[1] for path, _ in hostile.asked} == {HOST}, "another host was asked"
    assert [path for path, _ in hostile.asked if path.endswith("/x")] == []
    assert len(rejects(tmp_path)) >= len(ELSEWHERE) - 1
    assert any("refused: not an address of www.govinfo.gov" in reason for reason in reasons(tmp_path))


def test_a_redirect_on_the_same_host_is_followed(collect: Collect, hostile: Hostile) -> None:
    first, second = (f"/sitemap/bulkdata/BILLSTATUS/117{kind}/sitemap.xml" for kind in ("hr", "moved"))
    hostile.says(INDEX, index_of([f"https://{HOST}{first}"]))
    hostile.says(f"/{HOST}{first}", status=301, Location=second)
    hostile.says(f"/{HOST}{second}", "<urlset></urlset>")
    collect(hostile.address, congress="117")
    assert f"/{HOST}{second}" in [path for path, _ in hostile.asked]


def test_an_address_that_an_answer_names_is_believed_as_little(
    collect: Collect, hostile: Hostile, tmp_path: Path
) -> None:
    place = f"{hostile.address}/bulkdata/BILLSTATUS/117/hr/BILLSTATUS-117hr1.xml"
    hostile.says(INDEX, index_of([f"https://{HOST}/sitemap/bulkdata/BILLSTATUS/117hr/sitemap.xml"]))
    hostile.says(
        f"/{HOST}/sitemap/bulkdata/BILLSTATUS/117hr/sitemap.xml",
        f"<urlset><url><loc>{place}</loc><lastmod>2021-03-02T00:00:00Z</lastmod></url></urlset>",
    )
    run = collect(hostile.address, congress="117")
    assert run["rejected"] == 1
    assert {path.split("/")[1] for path, _ in hostile.asked} == {HOST}


def _middleware(name: str) -> OwnHostMiddleware:
    crawler = get_crawler(scrapy.Spider)
    crawler.spider = crawler._create_spider(name)
    return OwnHostMiddleware(crawler)


@pytest.mark.parametrize("name", load_sources())
def test_every_source_is_asked_at_its_own_host_alone(name: str) -> None:
    middleware = _middleware(name)
    middleware.process_request(scrapy.Request(load_sources()[name].url))
    for place in ELSEWHERE:
        if place.startswith("//"):
            continue
        with pytest.raises(IgnoreRequest):
            middleware.process_request(scrapy.Request(place))
    assert settings.DOWNLOADER_MIDDLEWARES["crawlers.download.middlewares.OwnHostMiddleware"] < 100, (
        "before anything is asked"
    )


def test_no_key_goes_to_another_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scrapy sends headers of ours along when it follows a redirect; this one never gets that far."""
    monkeypatch.setenv(load_sources()["us_states"].key or "", "hush")
    spider = UsStatesSpider.from_crawler(get_crawler(UsStatesSpider), today="2026-11-25")
    request = scrapy.Request("https://evil.example/bills", headers=spider.headers)
    assert "hush" in str(request.headers)
    with pytest.raises(IgnoreRequest):
        _middleware("us_states").process_request(request)


def test_a_folder_of_recordings_gives_nothing_from_outside_it(tmp_path: Path) -> None:
    (tmp_path / "mirror" / "h").mkdir(parents=True)
    (tmp_path / "secret").write_text("hush")
    for url in (
        "https://h/../../secret",
        "https://h/%2e%2e/%2e%2e/secret",
        "https://../secret",
        "https://h/..%2f..%2fsecret",
        "https:///etc/passwd",
    ):
        answer = recorded(tmp_path / "mirror", url)
        assert answer.status == 404, url
        assert b"hush" not in answer.body


def test_a_webhook_that_leads_elsewhere_is_not_followed(hostile: Hostile) -> None:
    hostile.says("/hook", status=307, Location=f"{hostile.address}/inner")
    assert not _post_signed(f"{hostile.address}/hook", "secret", "title", "body")
    assert [path for path, _ in hostile.asked] == ["/hook"]


def test_the_site_and_the_desk_ask_for_no_address() -> None:
    """Addresses that people type at the desk are kept and shown, never opened: no module there can open one."""
    clients = {
        "httpx",
        "requests",
        "urllib3",
        "aiohttp",
        "http",
        "scrapy",
        "twisted",
        "socket",
        "ftplib",
        "apprise",
        "urllib.request",
    }
    for folder in ("desk", "pages", "datasette/plugins", "comparison"):
        for file in (ROOT / folder).rglob("*.py"):
            if file == ROOT / "pages/people/geocoder.py":
                continue  # asks the one service of INFOPOLICY_GEOCODER, after a reader agreed (test_geocoder.py)
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                assert [name for name in names if name in clients or name.split(".")[0] in clients] == [], file


# --------------------------------------------------------------------- little that becomes much


def _gzip(megabytes: int) -> bytes:
    """So many megabytes of spaces, in a thousandth of the size: members one behind the other."""
    return gzip.compress(b" " * 2**20) * megabytes


def _brotli(megabytes: int) -> bytes:
    import brotli

    packer = brotli.Compressor(quality=5)
    return b"".join(packer.process(b" " * 2**20) for _ in range(megabytes)) + bytes(packer.finish())


#: No more memory and processor time than this for the whole crawl: what is unpacked whole needs two gigabytes.
LESS = (
    "import resource; resource.setrlimit(resource.RLIMIT_DATA, (700_000_000,) * 2); "
    "resource.setrlimit(resource.RLIMIT_CPU, (60, 60))"
)


@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", _gzip), ("br", _brotli), ("gzip, gzip", lambda n: gzip.compress(_gzip(n)))]
)
def test_an_answer_that_unpacks_to_gigabytes_is_given_up(
    collect: Collect, hostile: Hostile, tmp_path: Path, encoding: str, pack: Callable[[int], bytes]
) -> None:
    body = pack(2000)
    assert len(body) < 10_000_000
    hostile.says(INDEX, body, Content_Encoding=encoding)
    run = collect(hostile.address, before=LESS)
    assert run["state"] == "failed"
    [reason] = reasons(tmp_path)
    assert "exceeded DOWNLOAD_MAXSIZE" in reason


def test_a_zip_that_unpacks_to_gigabytes_costs_no_memory() -> None:
    """A member that says how large it is is not read; one that lies is read as far as it said."""
    honest, lying = io.BytesIO(), io.BytesIO()
    with (
        zipfile.ZipFile(honest, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("BILLSTATUS-117hr1.xml", "w") as member,
    ):
        for _ in range(300):
            member.write(b" " * 2**20)
    with zipfile.ZipFile(lying, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("BILLSTATUS-117hr1.xml", b" " * 300 * 2**20)
    lies = lying.getvalue().replace((300 * 2**20).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    for body in (honest.getvalue(), lies):
        spider, before = _bills_spider(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        row = ("us-117-hr1", f"https://{HOST}/x/BILLSTATUS-117hr1.xml", "2021-01-01T00:00:00Z")
        request = spider.ask("https://x/x.zip", spider.parse_zip, cb_kwargs={"rows": [row]})
        [again] = spider.parse_zip(Response(request.url, body=body, request=request), [row])
        assert again.url == row[1], "asked for singly"
        assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < 100


_BILL = bill_xml().replace('<?xml version="1.0" encoding="utf-8"?>', "")
_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
XML_BOMBS = {
    "billion laughs": f'<!DOCTYPE b [<!ENTITY l0 "haha">{_LAUGHS}]><billStatus>&l11;</billStatus>',
    "quadratic": f'<!DOCTYPE b [<!ENTITY a "{"a" * 100_000}">]><billStatus>{"&a;" * 100_000}</billStatus>',
    "in an attribute": f'<!DOCTYPE b [<!ENTITY l0 "haha">{_LAUGHS}]><billStatus a="&l11;"/>',
    "parameter entities": "<!DOCTYPE b [<!ENTITY % a \"<!ENTITY b 'x'>\"> %a;]>" + _BILL,
    "an outer file": '<!DOCTYPE b [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    + _BILL.replace("public libraries", "&x;"),
    "an outer address": '<!DOCTYPE b [<!ENTITY x SYSTEM "http://127.0.0.1:1/">]>'
    + _BILL.replace("public libraries", "&x;"),
    "an outer DTD": '<!DOCTYPE billStatus SYSTEM "file:///etc/passwd">' + _BILL,
    "XInclude": '<billStatus xmlns:x="http://www.w3.org/2001/XInclude"><x:include href="/etc/passwd" parse="text"/></billStatus>',
    "depth": "<billStatus>" + "<a>" * 1_000_000 + "</a>" * 1_000_000 + "</billStatus>",
    "a name of a megabyte": f"<{'a' * 20_000_000}/>",
    "a million attributes": "<billStatus " + " ".join(f'a{n}=""' for n in range(300_000)) + "/>",
}
_CHILD = """
import json, resource, sys
resource.setrlimit(resource.RLIMIT_DATA, (600_000_000,) * 2)
resource.setrlimit(resource.RLIMIT_CPU, (15, 15))
sys.path[:0] = [{root!r}]
from crawlers.parsers import xmltree, bill_text
from crawlers.parsers.billstatus import parse_bill
from crawlers.items import BadRecord
from crawlers.items import Unreadable
body = sys.stdin.buffer.read()
said = []
for read in (lambda: parse_bill(xmltree.parse(body, root="billStatus"), source_url="u", stamp="s"),
             lambda: bill_text.parse_text(body.replace(b"billStatus", b"bill"), "us-117-hr1")):
    try:
        said.append(repr(read()))
    except (BadRecord, Unreadable) as error:
        said.append("refused: " + str(error)[:200])
print(json.dumps(said))
"""


@pytest.mark.parametrize("what", XML_BOMBS)
def test_an_xml_bomb_does_not_go_off(what: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _CHILD.format(root=str(ROOT))],
        input=XML_BOMBS[what].encode(),
        capture_output=True,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr[-500:]
    said = json.loads(done.stdout)
    # Texts of bills name a DTD. It is not read.
    assert all(each.startswith("refused") for each in said[: 1 if what == "an outer DTD" else 2]), said
    assert "root:" not in str(said)


def test_the_recorded_bill_is_no_bomb() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _CHILD.format(root=str(ROOT))],
        input=bill_xml().encode(),
        capture_output=True,
        cwd=ROOT,
    )
    assert "public libraries" in json.loads(done.stdout)[0]


JSON_BOMBS = (
    b"[" * 5_000_000,
    b'{"a":' * 1_000_000,
    b"9" * 10_000_000,
    b'{"a": ' + b"9" * 5_000_000 + b"}",
    b'"' + b"\\u0000" * 100_000,
    b"{" + b",".join(b'"%d": 1' % n for n in range(300_000)),
    b"-" * 1_000_000,
)


@pytest.mark.parametrize("body", JSON_BOMBS, ids=range(len(JSON_BOMBS)))
def test_json_without_bounds_is_refused_quickly(body: bytes) -> None:
    began = time.process_time()
    with pytest.raises(Unreadable):
        read_json(body)
    assert time.process_time() - began < 30


def test_numbers_larger_than_any_are_no_numbers_for_the_database() -> None:
    """1e400 is infinite and 10**30 no integer of SQLite; both are read, and refused where they stand for something."""
    assert read_json(b"[1e400]") == [float("inf")]


@pytest.mark.parametrize(
    "inside", ["<b>" * 100_000, "<a " + "x " * 300_000, "&amp;" * 1_000_000, "<!--" * 200_000, "\n" * 3_000_000]
)
def test_a_page_without_bounds_is_read_or_refused_quickly(inside: str) -> None:
    began = time.process_time()
    with suppress(ValueError):
        parse_page(f"<html><body><pre>{inside}</pre></body></html>".encode())
    assert time.process_time() - began < 60


def test_a_text_of_a_bill_names_nothing_outside() -> None:
    body = b'<!DOCTYPE bill PUBLIC "-//US Congress//DTDs/bill.dtd//EN" "http://127.0.0.1:1/bill.dtd"><bill>%s</bill>'
    with pytest.raises(Unreadable):
        parse_text(body % b"<form><legis-num>H. R. 2</legis-num></form>", "us-117-hr1")
