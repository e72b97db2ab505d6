"""A word that a visitor puts wherever one can be put is in no line of the log; as JSON, every line is JSON."""

# ruff: noqa: E501 (what is sent is shown whole)

from __future__ import annotations

import base64
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import desk_fixtures
import httpx
import pytest
from conftest import ROOT, clean_environment
from site_corpus import BROADBAND
from waiting import until_it_answers

from benchmarks.running import free_port

pytestmark = pytest.mark.slow

WORD, PLACE = "zyzzyvaqux", "203.0.113.77"
FORMS = [
    WORD,
    WORD.upper(),
    WORD[::-1],
    quote(WORD),
    base64.b64encode(WORD.encode()).decode()[:12],
    WORD.encode().hex(),
]
FIND = "/find-my-legislators"
MODES = {
    "text": {},
    "json": {"INFOPOLICY_LOG_FORMAT": "json"},
    "json in a file": {"INFOPOLICY_LOG_FORMAT": "json", "INFOPOLICY_LOG_FILE": "site.log"},
}
#: Places of an address; %s is the word.
ADDRESSES = (
    "/%s",
    "/%s/",
    "/areas/%s",
    "/documents/%s",
    f"/documents/{BROADBAND}/%s",
    "/positions/%s.csv",
    "/people?q=%s",
    "/people/%s",
    "/find-my-legislators?zip=%s",
    "/browse?q=%s",
    "/browse?q=%s:%s",
    '/browse?q="%s',
    "/browse?area=%s",
    "/browse.csv?q=%s",
    "/browse/map?q=%s",
    "/browse.atom?q=%s",
    "/browse.json?after=%s/%s",
    "/deadlines?month=%s",
    "/calendar?month=%s",
    "/calendar.ics?area=%s",
    "/compare?a=%s",
    "/areas?%s=%s",
    "/es/%s",
    "/es/browse?q=%s",
    "/embed/documents/%s",
    "/subscribe/manage/%s",
    "/subscribe?area=%s&searches=%s",
    "/report?page=/%s",
    "/desk/%s?q=%s",
    "/desk/login?next=/desk/%s",
    "/partner/%s",
    "/-/%s",
    "/-/metrics?%s",
    "/static/%s",
    "/sitemap-%s.xml",
    "/corpus/%s",
    "/corpus/documents/%s",
    "/corpus/documents?q=%s",
    "/corpus/documents?_search=%s",
    '/corpus/documents?_search=%s"(',
    "/corpus/documents?_facet=%s",
    "/corpus/documents?_facet_array=%s",
    "/corpus/documents?_facet_date=%s",
    "/corpus/documents?_sort=%s",
    "/corpus/documents?_where=%s",
    "/corpus/documents?_where=title='%s'",
    "/corpus/documents?title__%s=1",
    "/corpus/documents?title__like=%s",
    "/corpus/documents?%s=%s",
    "/corpus/documents?_next=%s",
    "/corpus/documents?_size=%s",
    "/corpus/documents?_col=%s",
    "/corpus/documents?_nocol=%s",
    "/corpus/documents.csv?_stream=1&_sort=%s",
    "/corpus/documents.json?_shape=%s",
    "/corpus/documents.json?_shape=object&_where=id=%s",
    "/corpus/documents.%s",
    "/corpus/documents?_trace=%s",
    "/corpus?sql=select+%s",
    "/corpus?sql=%s",
    "/corpus.json?sql=select+'%s'+from+nothing",
    "/corpus.json?sql=select+:a+from+x&a=%s",
    "/corpus.csv?sql=select+abs('%s')+from+x",
    "/corpus.json?sql=select+json('%s')",
    "/corpus?sql=select+:%s&%s=1",
    "/corpus/-/%s",
    "/corpus.json?sql=with+recursive+%s(n)+as+(select+1+union+all+select+n%%2B1+from+%s)+select+max(n)+from+%s",
    "/corpus.json?sql=attach+'%s'+as+x",
    "/corpus.json?sql=select+printf('%%s',+'%s')+union+select",
    "/corpus.json?sql=select+1;select+'%s'",
    '/corpus.json?sql=select+"%s"',
    "/corpus.json?sql=select+title+from+documents+where+title+match+'%s'",
    "/corpus.json?sql=select+*+from+documents_fts+where+documents_fts+match+'\"%s'",
    "/corpus/documents/%%00%s",
    "/%%ff%s",
    "/corpus?%%00=%s",
    '/corpus/documents?_facet={"%s":1}',
    "/corpus.jsono?sql=select+%s",
)
HEADERS = (
    "User-Agent",
    "Referer",
    "Cookie",
    "Accept",
    "Accept-Language",
    "Authorization",
    "X-Forwarded-For",
    "X-Request-ID",
    "Forwarded",
    "Origin",
    "If-None-Match",
    "If-Modified-Since",
    "Range",
    "Content-Type",
    "X-Remote-User",
    "Via",
    "Host",
    "X-Custom",
    "Expect",
    "Upgrade",
)
#: Requests that are none; `%s` is the word.
BROKEN = (
    "%s",
    "GET %s HTTP/1.1\r\n\r\n",
    "%s / HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\n%s\r\n\r\n",
    "GET / HTTP/%s\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: %s\r\n\r\n",
    "GET /\x01%s HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: %s\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: %s\r\n\r\n",
    "GET /\\%s/ HTTP/1.1\r\nHost: x\r\n\r\n",
    "POST /subscribe HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n%s",
    "POST /desk/login HTTP/1.1\r\nHost: x\r\nCookie: ds_csrftoken=%s\r\nContent-Type: multipart/form-data; boundary=%s\r\nContent-Length: 9\r\n\r\n%s",
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return desk_fixtures.build(tmp_path_factory.mktemp("canary")).data


class Site(NamedTuple):
    """A mode of the log, the address, the folder with all that is written, and the server itself."""

    mode: str
    address: str
    folder: Path
    process: subprocess.Popen[bytes]


@pytest.fixture(params=MODES)
def site(request: pytest.FixtureRequest, made: Path, tmp_path: Path) -> Iterator[Site]:
    """A real server in one of the modes of the log."""
    port = free_port()
    settings = MODES[request.param] | {
        "INFOPOLICY_DATA": str(made),
        "INFOPOLICY_SECRET": desk_fixtures.SECRET,
        "INFOPOLICY_SITE": "https://policy.example.org",
        "PYTHONFAULTHANDLER": "1",
    }
    if "INFOPOLICY_LOG_FILE" in settings:
        settings["INFOPOLICY_LOG_FILE"] = str(tmp_path / settings["INFOPOLICY_LOG_FILE"])
    with (tmp_path / "out").open("wb") as out, (tmp_path / "err").open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, "infopolicy.py", "serve", "--port", str(port)],
            cwd=ROOT,
            env=clean_environment() | settings,
            stdout=out,
            stderr=err,
        )
        try:
            until_it_answers(port, process)
            yield Site(request.param, f"http://127.0.0.1:{port}", tmp_path, process)
        finally:
            process.terminate()
            process.wait(timeout=90)


def ask_everywhere(address: str) -> int:
    """Put the word into every place of a request; gives how many answers there were."""
    with httpx.Client(base_url=address, timeout=300, headers={"X-Forwarded-For": PLACE}) as client:
        answers = [client.get(each.replace("%%", "\0").replace("%s", WORD).replace("\0", "%")) for each in ADDRESSES]
        for name in HEADERS:
            for path in ("/browse", "/corpus/documents.json?_size=1"):
                answers.append(client.get(path, headers={name: f"ds_actor={WORD}" if name == "Cookie" else WORD}))
        for method in ("OPTIONS", "PUT", "DELETE", WORD.upper()):
            answers.append(client.request(method, f"/areas/{WORD}"))
        csrf = {"Cookie": "ds_csrftoken=x"}
        for path in (
            "/desk/login",
            "/desk/import",
            "/partner/account",
            "/report",
            "/subscribe",
            "/corpus",
            "/areas",
            FIND,
        ):
            for headers in ({}, csrf, {"Content-Type": f"text/{WORD}"} | csrf):
                answers.append(
                    client.post(
                        path,
                        data={"name": WORD, "email": WORD, "zip": WORD, WORD: "x", "next": f"//{WORD}"},
                        headers=headers,
                    )
                )
            answers.append(client.post(path, files={WORD: (f"{WORD}.csv", WORD.encode())}, headers=csrf))
            answers.append(client.post(path, content=WORD.encode() + b"\xff" * 10, headers=csrf))
    return len(answers)


def send_broken(address: str) -> None:
    host, _, port = address.removeprefix("http://").partition(":")
    for each in BROKEN:
        with socket.create_connection((host, int(port)), timeout=5) as connection:
            connection.sendall(each.replace("%s", WORD).encode("latin-1"))
            connection.shutdown(socket.SHUT_WR)
            try:
                connection.recv(65536)
            except OSError:
                continue


def test_nothing_that_is_asked_is_logged(site: Site) -> None:
    mode, address, folder, process = site
    assert ask_everywhere(address) > 150
    send_broken(address)
    process.terminate()
    process.wait()  # what it still had to say is written
    written = {
        name: (folder / name).read_text("utf-8") for name in ("out", "err", "site.log") if (folder / name).exists()
    }
    found = [line for text in written.values() for line in text.splitlines() if any(form in line for form in FORMS)]
    assert found == []
    assert not [name for name, text in written.items() if PLACE in text], "nor where it came from"
    lines = [line for text in written.values() for line in text.splitlines()]
    assert lines, "the log says that something was asked"
    assert not [line for line in lines if "printed" in line], "a query that fails is no error of the site"
    if mode.startswith("json"):
        assert not [line for line in lines if not isinstance(_json(line), dict)]
        kinds = {_json(line).get("path") for line in lines}
        assert {"/corpus/…", "/browse", "/documents/…", "/…"} <= kinds


def _json(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None


_STRANGERS = """
import asyncio, logging, sys, threading, warnings
from pathlib import Path
import settings
from operations import logs
from operations.discretion import discreet
WORD = sys.argv[1]
logs.begin(settings.load(), verbose=True)
if not logs.structured():
    logging.basicConfig()
def broken():
    raise ValueError(WORD) from KeyError(WORD)
async def forgotten():
    task = asyncio.create_task(asyncio.sleep(0, WORD))
    await task
    asyncio.get_running_loop().call_soon(int, WORD)
    asyncio.get_running_loop().create_task(fails())
    await asyncio.sleep(0.05)
async def fails():
    raise OSError(28, WORD)
with discreet():
    print(WORD); print(WORD, file=sys.stderr); sys.stderr.write("part " + WORD)
    warnings.warn(WORD)
    logging.getLogger("stranger").error("said " + WORD)
    logging.getLogger("stranger").error("said %s", WORD)
    logging.getLogger("stranger").error("said %d", WORD)
    for name in ("stranger", "infopolicy.site", "uvicorn.error"):
        try:
            broken()
        except ValueError:
            logging.getLogger(name).exception("it failed")
    threading.Thread(target=broken).start()
    asyncio.run(forgotten())
    class Late:
        def __del__(self): raise ValueError(WORD)
    Late()
    sys.excepthook(ValueError, ValueError(WORD), None)
"""


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_libraries_say_is_logged_without_values(tmp_path: Path, form: str) -> None:
    settings = clean_environment() | {
        "INFOPOLICY_LOG_FORMAT": form,
        "INFOPOLICY_DATA": str(tmp_path),
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-c", _STRANGERS, WORD], env=settings, cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    said = done.stdout + done.stderr
    lines = said.splitlines()
    assert "said %s" in said
    assert said.count("ValueError") >= 5
    assert "OSError ENOSPC" in said
    assert "in broken" in said, "where an error came up stays"
    assert [line for line in lines if WORD in line] == []
    if form == "json":
        assert not [line for line in lines if not isinstance(_json(line), dict)]
