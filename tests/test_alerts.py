"""Alerts over real HTTP: one message per document and event, quiet hours, services that refuse, claims that died."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from digest_fixtures import FIRST, FIRST_DAY, SECOND, SECOND_DAY, a_week_later, corpus
from site_corpus import BROADBAND
from sqlite_utils import Database

from digest.alerts import alerts
from digest.alerts.channels import BadChannel, Channel, load_channels, signature
from store.connect import open_mail

SITE = "https://policy.example.org"
KNOWN: dict[str, Any] = {"areas": {"broadband": "", "privacy": ""}, "jurisdictions": {"us": ""}, "positions": {}}
BEFORE = "2022-03-07T08:00:00Z"


class Service(HTTPServer):
    """A service that keeps what it is sent; `answers` are its next status codes, then 200."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.got]


class Handler(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        status = self.server.answers.pop(0) if self.server.answers else 200
        if status == 200:
            self.server.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(status)
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def service() -> Iterator[Service]:
    server = Service()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[tuple[Database, Path]]:
    file = corpus(tmp_path)
    db = open_mail(tmp_path / "mail.db")
    yield db, file
    db.close()


def channel(service: Service, tmp_path: Path, text: str = "") -> Channel:
    """A signed webhook; `text` is more of its entry."""
    file = tmp_path / "alerts.yml"
    address = f"signed+http://127.0.0.1:{service.server_port}/hook"
    file.write_text(f"channels:\n  team:\n    address: env:TEAM\n    secret: env:SECRET\n{text}")
    [made] = load_channels(file, {"TEAM": address, "SECRET": "hush"}, KNOWN)
    return made


def told(world: tuple[Database, Path], channels: list[Channel], now: str, day: Any) -> dict[str, int]:
    db, file = world
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as source:
        waiting = alerts.prepare(db, source, channels, site=SITE, now=now, day=day)
        return dict(alerts.send(db, waiting, site=SITE, clock=lambda: now))


def begin(world: tuple[Database, Path], channels: list[Channel]) -> None:
    """The channels are added before the first changes are seen."""
    db, _ = world
    for each in channels:
        db.execute("insert into alert_channels values (?, 0, ?)", [each.name, BEFORE])


def test_a_new_channel_is_not_flooded(world: Any, service: Service, tmp_path: Path) -> None:
    assert told(world, [channel(service, tmp_path)], FIRST, FIRST_DAY) == {}
    a_week_later(world[1])
    assert told(world, [channel(service, tmp_path)], SECOND, SECOND_DAY)["sent"] == len(service.got) > 0


def test_an_event_is_told_once_signed_and_in_words(world: Any, service: Service, tmp_path: Path) -> None:
    team = channel(service, tmp_path, "    tell: [must_see]\n")
    begin(world, [team])
    assert told(world, [team], FIRST, FIRST_DAY) == {"sent": len(service.got)}
    [message] = [each for each in service.bodies if BROADBAND in each["body"]]
    assert "Library Broadband Act" in message["title"]
    assert "Passed" in message["body"] and f"{SITE}/documents/{BROADBAND}" in message["body"]  # noqa: PT018
    headers, body = service.got[0]
    assert headers["x-infopolicy-signature"] == signature("hush", headers["x-infopolicy-time"], body)
    assert headers["x-infopolicy-signature"] != signature("guess", headers["x-infopolicy-time"], body)
    assert told(world, [team], FIRST, FIRST_DAY) == {}
    a_week_later(world[1])
    assert told(world, [team], SECOND, SECOND_DAY) == {"sent": 1}
    assert "Became law" in service.bodies[-1]["body"]
    assert "Passed" not in service.bodies[-1]["body"]


def test_a_deadline_is_told_when_it_is_near_and_only_then(world: Any, service: Service, tmp_path: Path) -> None:
    import datetime

    team = channel(service, tmp_path, "    tell: [deadlines]\n")
    begin(world, [team])
    assert told(world, [team], FIRST, FIRST_DAY) == {}  # known since the 8th, due on the 31st
    near = datetime.date(2022, 3, 25)
    assert told(world, [team], "2022-03-25T12:00:00Z", near) == {"sent": 1}
    assert "6 days left" in service.bodies[0]["title"]
    assert told(world, [team], "2022-03-26T12:00:00Z", near) == {}


def test_quiet_hours_put_off_and_lose_nothing(world: Any, service: Service, tmp_path: Path) -> None:
    text = '    quiet: {from: "20:00", to: "07:00", timezone: America/New_York, weekends: true}\n'
    team = channel(service, tmp_path, text)
    begin(world, [team])
    assert told(world, [team], "2022-03-09T02:00:00Z", FIRST_DAY) == {}  # nine in the evening of the 8th
    assert told(world, [team], "2022-03-12T17:00:00Z", FIRST_DAY) == {}  # a Saturday
    assert told(world, [team], "2022-03-09T15:00:00Z", FIRST_DAY)["sent"] > 0


def test_a_service_that_refuses_is_asked_again_and_given_up_in_the_end(
    world: Any, service: Service, tmp_path: Path
) -> None:
    team = channel(service, tmp_path, "    tell: [must_see]\n")
    begin(world, [team])
    service.answers = [500] * 100
    for _ in range(alerts.ATTEMPTS - 1):
        assert set(told(world, [team], FIRST, FIRST_DAY)) == {"failed"}
    assert set(told(world, [team], FIRST, FIRST_DAY)) == {"given up"}
    service.answers = []
    assert told(world, [team], FIRST, FIRST_DAY) == {}
    _, problems = alerts.status(world[0])
    assert any("given up" in each for each in problems)


def test_a_claim_that_died_is_told_to_a_person_and_never_sent_again(
    world: Any, service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = channel(service, tmp_path, "    tell: [must_see]\n")
    begin(world, [team])
    with monkeypatch.context() as patch:
        patch.setattr(Channel, "send", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            told(world, [team], FIRST, FIRST_DAY)
    assert alerts.give_up_dead_claims(world[0], "2022-03-09T09:00:00Z") == 2
    before = len(service.got)
    told(world, [team], FIRST, FIRST_DAY)
    assert not [each for each in service.bodies[before:] if BROADBAND in each["body"]]
    assert any("unknown" in each for each in alerts.status(world[0])[1])


def test_many_at_once_are_summed_up(
    world: Any, service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts, "MOST", 1)
    team = channel(service, tmp_path)
    begin(world, [team])
    a_week_later(world[1])
    with closing(sqlite3.connect(world[1])) as db, db:
        db.execute("update taggings set priority = 2")
    done = told(world, [team], SECOND, SECOND_DAY)
    assert done["sent"] == 1
    assert done["in sum"] >= 1
    assert f"{SITE}/browse?must_see=1" in service.bodies[-1]["body"]
    assert len(service.got) == 2
    assert told(world, [team], SECOND, SECOND_DAY) == {}


@pytest.mark.slow
def test_services_that_the_library_knows_are_reached_through_it(world: Any, service: Service, tmp_path: Path) -> None:
    file = tmp_path / "alerts.yml"
    file.write_text(f"channels:\n  chat:\n    address: json://127.0.0.1:{service.server_port}/in\n")
    [chat] = load_channels(file, {}, KNOWN)
    begin(world, [chat])
    assert told(world, [chat], FIRST, FIRST_DAY)["sent"] == len(service.got) > 0
    assert any("Library Broadband Act" in each["title"] for each in service.bodies)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("channels: [", "is not readable YAML"),
        ("- a", "must be YAML"),
        ("channels:\n  team: 5", "needs an `address`"),
        ("channels:\n  team: {address: env:NOWHERE}", "NOWHERE is not in the environment"),
        ("channels:\n  team: {address: 'json://h', tell: [news]}", "'news' is none of"),
        ("channels:\n  team: {address: 'json://h', areas: [cheese]}", "there is no “cheese”"),
        ("channels:\n  team: {address: 'json://h', color: red}", "'color' is none of"),
        ("channels:\n  team: {address: 'json://h', language: tlh}", "'tlh' is none of"),
        ("channels:\n  team: {address: 'json://h', quiet: {from: late}}", "quiet: write"),
        (
            "channels:\n  team: {address: 'json://h', quiet: {from: '20:00', to: '07:00', timezone: Mars}}",
            "quiet: write",
        ),
        ("channels:\n  team: {address: 'signed+https://h/x'}", "needs a `secret`"),
    ],
)
def test_a_channel_that_cannot_be_is_named(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "alerts.yml"
    file.write_text(text)
    with pytest.raises(BadChannel, match=says) as told_:
        load_channels(file, {}, KNOWN)
    assert str(file) in str(told_.value)


def test_without_a_file_there_is_no_channel(tmp_path: Path) -> None:
    assert load_channels(tmp_path / "alerts.yml", {}, KNOWN) == []
