"""The districts of a street address: sent to the Census Bureau only after a yes, and whatever comes back is survived.

The service is a local server that answers in the documented form.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import people_fixtures as made
import pytest
from people_fixtures import HOSTILE_NAME
from site_corpus import TODAY

import serve
from pages.http.rates import Rates
from pages.people import geocoder
from pages.people.geocoder import NoAnswer, Seats

FIND, ADDRESS = "/find-my-legislators", "12 Quiet Lane, Lima, OH"


def match(state: str = "OH", congress: str = "4", upper: str = "12", lower: str = "012") -> dict[str, Any]:
    """A place as the Bureau gives it."""
    layers = {
        "119th Congressional Districts": [
            {"GEOID": "3904", "NAME": f"Congressional District {congress}", "BASENAME": congress}
        ],
        "2024 State Legislative Districts - Upper": [{"SLDU": "012", "BASENAME": upper}],
        "2024 State Legislative Districts - Lower": [{"SLDL": "012", "BASENAME": lower}],
        "States": [{"STATE": "39", "BASENAME": "Ohio"}],
    }
    return {
        "matchedAddress": "12 QUIET LN, LIMA, OH, 45801",
        "coordinates": {"x": -84.1, "y": 40.7},
        "addressComponents": {"city": "LIMA", "state": state, "zip": "45801"},
        "geographies": layers,
    }


def answer(*matches: dict[str, Any]) -> bytes:
    return json.dumps({"result": {"input": {}, "addressMatches": list(matches)}}).encode()


class Bureau(ThreadingHTTPServer):
    """Answers with `status` and `body` as soon as `open` is set, and keeps what it was asked."""

    status, body = 200, b""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.open = Event()
        self.open.set()


class _Handler(BaseHTTPRequestHandler):
    server: Bureau

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))
        self.server.open.wait(60)
        try:
            self.send_response(self.server.status)
            self.send_header("Location", "http://127.0.0.1:1/")
            self.end_headers()
            self.wfile.write(self.server.body)
        except OSError:
            return  # who asked has gone

    def log_message(self, *_given: Any) -> None:
        return


@pytest.fixture
def bureau(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bureau]:
    server = Bureau()
    server.body = answer(match())
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    monkeypatch.setattr(Rates, "wait", lambda self, sender, now: 0.0)  # else a minute's worth is soon spent
    monkeypatch.setenv("INFOPOLICY_GEOCODER", f"http://127.0.0.1:{server.server_port}/geocoder")
    yield server
    server.open.set()
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made.build(tmp_path_factory.mktemp("geocoder"))


@pytest.fixture(scope="module")
def site(corpus: Path) -> Any:
    return serve.build(corpus, secret="a secret of the tests", today=TODAY)


async def test_an_address_gives_all_legislators_and_only_the_address_is_sent(site: Any, bureau: Bureau) -> None:
    status, shown = await made.found(site, address=f"  {ADDRESS} ", send="yes")
    assert status == 200
    assert "U.S. House, Ohio 4 Ada Reader" in shown
    assert HOSTILE_NAME in shown, "the member of the state's district 12"
    [(path, headers)] = bureau.asked
    assert urlsplit(path).path == "/geocoder/geographies/onelineaddress"
    assert parse_qs(urlsplit(path).query) == {
        "address": [ADDRESS],
        "benchmark": ["Public_AR_Current"],
        "vintage": ["Current_Current"],
        "layers": ["all"],
        "format": ["json"],
    }
    assert not {"cookie", "referer", "x-forwarded-for", "forwarded"} & {name.lower() for name in headers}


async def test_the_address_is_in_no_answer_and_no_log(
    site: Any, bureau: Bureau, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="infopolicy")
    shown = await site.client.post(FIND, data={"address": ADDRESS, "send": "yes"})
    assert "Quiet" not in shown.text
    assert shown.headers["cache-control"] == "no-store"
    assert "set-cookie" not in shown.headers
    assert not [each for each in caplog.records if each.name.startswith("infopolicy") and "Quiet" in each.getMessage()]


@pytest.mark.parametrize(
    ("form", "status", "words"),
    [
        ({"address": ADDRESS}, 400, "The address was not sent. Check the box"),
        ({"address": ADDRESS, "send": ""}, 400, "The address was not sent."),
        ({"address": "", "send": "yes"}, 400, "This is not a street address."),
        ({"address": "x" * 201, "send": "yes"}, 400, "This is not a street address."),
    ],
)
async def test_without_a_yes_and_an_address_nothing_is_sent(
    form: dict[str, str], status: int, words: str, site: Any, bureau: Bureau
) -> None:
    answered, shown = await made.found(site, **form)
    assert answered == status
    assert words in shown
    assert bureau.asked == []


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, answer(match())),
        (302, answer(match())),
        (200, b""),
        (200, b"<html>Down for maintenance</html>"),
        (200, b'{"result": {"addressMatches": [1, null]}}'),
        (200, b'{"errors": ["Specify address"], "status": "400"}'),
        (200, b'{"result": {"addressMatches": {"a": 1}}}'),
        (200, b"[" * 200_000),
        (200, b"x" * (geocoder.LARGEST + 1)),
        (200, b"\xff\xfe"),
    ],
)
async def test_garbage_is_no_answer(status: int, body: bytes, site: Any, bureau: Bureau) -> None:
    bureau.status, bureau.body = status, body
    answered, shown = await made.found(site, address=ADDRESS, send="yes")
    assert answered == 502
    assert "The Census Bureau gave no answer that we can use." in shown
    assert len(bureau.asked) == 1


async def test_a_service_that_is_slow_or_away_is_given_up(
    site: Any, bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(geocoder, "PATIENCE", 0.1)
    bureau.open.clear()
    assert (await made.found(site, address=ADDRESS, send="yes"))[0] == 502
    assert not bureau.open.is_set(), "an answer before the Bureau gave any"
    bureau.open.set()
    monkeypatch.setenv("INFOPOLICY_GEOCODER", "http://127.0.0.1:9/geocoder")
    assert (await made.found(site, address=ADDRESS, send="yes"))[0] == 502


@pytest.mark.parametrize(
    ("matches", "words"),
    [
        ([], "does not know this address"),
        ([match("ZZ")], "does not know this address"),
        ([match(), match(congress="9")], "fits several places"),
    ],
)
async def test_an_address_of_no_place_or_of_several_says_so(
    matches: list[dict[str, Any]], words: str, site: Any, bureau: Bureau
) -> None:
    bureau.body = answer(*matches)
    status, shown = await made.found(site, address=ADDRESS, send="yes")
    assert status == 200
    assert words in shown
    assert "Ada Reader" not in shown


async def test_a_sender_has_few_addresses_looked_up(site: Any, bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Rates, "wait", lambda self, sender, now: 9.0)
    status, shown = await made.found(site, address=ADDRESS, send="yes")
    assert status == 429
    assert "Too many addresses were sent" in shown
    assert bureau.asked == []


async def test_the_form_is_left_out_where_the_setting_says_so(
    site: Any, bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 'name="address"' in (await site.client.get(FIND)).text
    monkeypatch.setenv("INFOPOLICY_GEOCODER", "none")
    assert 'name="address"' not in (await site.client.get(FIND)).text
    await made.found(site, address=ADDRESS, send="yes")
    assert bureau.asked == []


def test_districts_are_read_from_layers_of_any_year() -> None:
    assert geocoder.read(answer(match(), match())) == [Seats("OH", 4, "12", "012")]
    assert geocoder.read(answer(match("VT", "(at Large)", "Addison", ""))) == [Seats("VT", 0, "Addison", None)]
    bare = match() | {"geographies": {}}
    assert geocoder.read(answer(bare)) == [Seats("OH", None, None, None)]
    with pytest.raises(NoAnswer):
        geocoder.read(b'{"result": {"addressMatches": [{"addressComponents": 3}]}}')
