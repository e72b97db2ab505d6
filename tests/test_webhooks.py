"""Webhooks over real HTTP: signed as Standard Webhooks says, everything at least once, and to nothing inside."""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import test_change_feed as feed
from site_corpus import build
from sqlite_utils import Database

from operations.status import status, warning_lines
from operations.webhooks import delivery, public_network
from operations.webhooks.receivers import BadReceiver, Receiver, load_receivers
from pages.answers.answer import At
from settings import Configuration
from store.clock import shift
from store.connect import connect, open_ops

DAY = datetime.date(2022, 3, 9)
NOON = "2022-03-09T12:00:00Z"
SECRET = "whsec_" + base64.b64encode(b"a secret of twenty-four!").decode()
OTHER = "whsec_" + base64.b64encode(b"another one, of 24 bytes").decode()
KNOWN: dict[str, dict[str, str]] = {"areas": {"broadband": ""}, "jurisdictions": {"us": "", "us-tx": ""}}


class Service(HTTPServer):
    """A receiver that checks signatures as docs/programs.md says; `answers` are its next status codes, then 204."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.taken: list[tuple[str, dict[str, Any]]] = []
        self.seen: list[tuple[str, bytes]] = []
        self.hosts: list[str] = []
        self.answers: list[int] = []

    @property
    def changes(self) -> list[str]:
        """The ids of the changes of all messages that were taken, each message once."""
        messages = {key: body["data"]["result"]["changes"] for key, body in self.taken}
        return [each["id"] for listed in messages.values() for each in listed]


class Handler(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        key, moment = self.headers["webhook-id"], self.headers["webhook-timestamp"]
        self.server.seen.append((key, body))
        self.server.hosts.append(self.headers["host"])
        signed = f"{key}.{moment}.".encode() + body
        made = hmac.new(base64.b64decode(SECRET.removeprefix("whsec_")), signed, hashlib.sha256).digest()
        good = f"v1,{base64.b64encode(made).decode()}" in self.headers["webhook-signature"].split()
        status = self.server.answers.pop(0) if self.server.answers else 204
        if status == 204 and good:
            self.server.taken.append((key, json.loads(body)))
        self.send_response(status if good else 401)
        if status in (302, 503):
            self.send_header("Location" if status == 302 else "Retry-After", "7200")
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def service() -> Iterator[Service]:
    server = Service()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return build(tmp_path)


@pytest.fixture
def ops(tmp_path: Path) -> Iterator[Database]:
    with closing(open_ops(tmp_path / "ops.db")) as db:
        yield db


def receiver(service: Service, **choice: str) -> Receiver:
    url = f"http://hooks.example.org:{service.server_port}/in?key=1"
    secrets = tuple(base64.b64decode(each.removeprefix("whsec_")) for each in (OTHER, SECRET))
    return Receiver(name="archive", url=url, secrets=secrets, choice=choice)


def post(url: str, body: bytes, headers: dict[str, str]) -> public_network.Reply:
    """The real one, but for the name service and the rule: the receiver of the tests is on this machine."""
    return public_network.post(
        url, body, headers, resolve=lambda host, port: ["127.0.0.1"], permitted=lambda number: True
    )


def send(ops: Database, file: Path, to: Receiver, now: str = NOON, post: delivery.Post = post) -> delivery.Outcome:
    with closing(feed.reader(file)) as db:
        [done] = delivery.send(ops, At(db, DAY, "https://policy.example.org", now), [to], clock=lambda: now, post=post)
    return done


def add(file: Path, *keys: str) -> None:
    with closing(connect(file)) as db:
        feed.add(db, *keys)


def test_a_receiver_gets_what_is_new_once_with_a_good_signature(
    service: Service, ops: Database, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "CHANGES", 2)
    to = receiver(service)
    assert send(ops, file, to) == delivery.Outcome("archive", 0, 0)  # a new one is not flooded
    add(file, "a", "b", "c")
    assert send(ops, file, to) == delivery.Outcome("archive", 2, 3)
    assert service.changes == ["a", "b", "c"]
    first, second = (body for _, body in service.taken)
    assert (first["type"], first["timestamp"]) == ("changes.recorded", NOON)
    assert second["after"] == first["data"]["result"]["next"]
    assert first["data"]["quoted"] == ["changes[].title", "changes[].summary"]
    assert set(service.hosts) == {f"hooks.example.org:{service.server_port}"}
    assert send(ops, file, to).messages == 0


def test_what_is_refused_comes_again_as_it_was_later_and_later(service: Service, ops: Database, file: Path) -> None:
    to = receiver(service)
    send(ops, file, to)
    add(file, "a")
    service.answers = [500, 302, 503, 204]
    assert send(ops, file, to).problem == "it answered with the status 500"
    add(file, "b")
    assert len(service.seen) == 1
    send(ops, file, to)  # at the same moment: it waits
    assert len(service.seen) == 1
    send(ops, file, to, shift(NOON, seconds=6))
    send(ops, file, to, shift(NOON, seconds=310))
    send(ops, file, to, shift(NOON, seconds=3_000))  # sooner than Retry-After
    assert len(service.seen) == 3
    assert service.changes == []
    assert send(ops, file, to, shift(NOON, hours=3)) == delivery.Outcome("archive", 2, 2)
    assert len(set(service.seen[:4])) == 1, "the same bytes under the same id"
    assert service.changes == ["a", "b"]


def test_a_receiver_that_never_answers_needs_a_person_and_loses_nothing(
    service: Service, ops: Database, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    to = receiver(service)
    send(ops, file, to)
    add(file, "a")
    service.answers = [500] * 20
    now = NOON
    for _ in range(12):
        now = shift(now, days=1, seconds=1)
        send(ops, file, to, now)
    _lines, [problem] = delivery.status(ops, [to])
    assert problem.startswith("archive: it answered with the status 500, 12 times; next attempt 2022-03-22")
    config = Configuration(data=file.parent)
    assert status(config, now)["failing_webhooks"] == [], "webhooks.yml names no receiver (any more)"
    monkeypatch.setenv("ARCHIVE_SECRET", SECRET)
    named = "webhooks: {archive: {url: https://hooks.example.org/in, secret: 'env:ARCHIVE_SECRET'}}"
    (file.parent / "webhooks.yml").write_text(named)
    found = status(config, now)
    assert found["failing_webhooks"] == [f"webhook {problem}"]
    assert f"webhook {problem}" in list(warning_lines(found))
    assert f"webhook {problem}" in found["warnings"], "which gives exit code 3"
    (file.parent / "webhooks.yml").write_text("webhooks: {archive: {url: https://hooks.example.org/in}}")
    assert "needs a `url` and a `secret`" in status(config, now)["failing_webhooks"][0]
    assert "waits until" in (send(ops, file, to, now).problem or "")
    service.answers = []
    assert send(ops, file, to, shift(now, days=2)).changes == 1
    assert delivery.status(ops, [to])[1] == []


def test_who_is_killed_between_sending_and_noting_sends_the_same_again(
    service: Service, ops: Database, file: Path
) -> None:
    class Killed(BaseException):
        pass

    def post_and_die(url: str, body: bytes, headers: dict[str, str]) -> public_network.Reply:
        post(url, body, headers)
        raise Killed

    to = receiver(service)
    send(ops, file, to)
    for number in range(4):
        add(file, f"n{number}")
        with pytest.raises(Killed):
            send(ops, file, to, post=post_and_die)
    assert send(ops, file, to) == delivery.Outcome("archive", 2, 4)
    assert service.changes == ["n0", "n1", "n2", "n3"]
    assert len({key for key, _ in service.seen}) == len(set(service.seen)) == 2


def test_a_choice_leaves_out_the_rest_and_keeps_its_place(service: Service, ops: Database, file: Path) -> None:
    to = receiver(service, place="us-tx")
    send(ops, file, to)
    add(file, "a", "b")
    assert send(ops, file, to).messages == 0
    before, _ = delivery.status(ops, [to])
    assert send(ops, file, receiver(service)).messages == 0, "the cursor went on without a message"
    assert before == delivery.status(ops, [to])[0]


def test_a_corpus_that_was_put_back_needs_a_person_and_starts_again(
    service: Service, ops: Database, file: Path
) -> None:
    to = receiver(service)
    add(file, "a")
    send(ops, file, to)
    with closing(connect(file)) as db:
        db.execute("delete from change_log where change_id = 'a'")
    add(file, "b")
    assert "webhooks start archive --since DAY" in (send(ops, file, to).problem or "")
    assert delivery.status(ops, [to])[1]
    with closing(feed.reader(file)) as db:
        delivery.begin(ops, db, to, datetime.date(2022, 1, 1))
        everything = [row[0] for row in db.execute("select change_id from change_log order by position")]
    assert send(ops, file, to).problem is None
    assert service.changes == everything


# --------------------------------------------------------------------- where it may lead


INSIDE = [
    *("127.0.0.1", "10.1.2.3", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"),
    *("255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:10.0.0.1", "192.0.2.1"),
    *("64:ff9b::a00:1", "2002:a00:1::", "2001:0:a00:1::", "64:ff9b:1::a00:1"),
]


@pytest.mark.parametrize("number", INSIDE)
def test_nothing_inside_is_dialed_whatever_the_name_is(number: str) -> None:
    assert not public_network.is_public(number)
    for found in ([number], ["93.184.216.34", number], []):
        with pytest.raises(public_network.Refusal, match="not in the public internet"):
            public_network.post("https://hooks.example.org/", b"", {}, resolve=lambda host, port, f=found: f)
    written = f"[{number}]" if ":" in number else number
    with pytest.raises(ValueError, match=r"public internet|no address"):
        public_network.check_address(f"https://{written}/")


def test_what_is_dialed_is_the_number_that_was_checked(service: Service) -> None:
    """Another answer of the name service a moment later changes nothing."""
    numbers = iter([["127.0.0.1"], ["10.0.0.1"]])
    port = service.server_port
    reply = public_network.post(
        f"http://nowhere.invalid:{port}/",
        b"{}",
        {"webhook-id": "1", "webhook-timestamp": "1", "webhook-signature": ""},
        resolve=lambda host, port: next(numbers),
        permitted=lambda number: number == "127.0.0.1",
    )
    assert reply.status == 401
    assert service.hosts == [f"nowhere.invalid:{port}"]


def test_public_numbers_are_public() -> None:
    assert all(
        map(public_network.is_public, ("93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34"))
    )


# --------------------------------------------------------------------- webhooks.yml


def loaded(folder: Path, entry: str) -> list[Receiver]:
    (folder / "webhooks.yml").write_text(f"webhooks:\n  archive:\n{entry}")
    (folder / "secret").write_text(f"{OTHER}\n")
    return load_receivers(
        folder, {"HOOK": SECRET, "URL": "https://hooks.example.org/key", "SHORT": "whsec_c2hvcnQ="}, KNOWN
    )


def test_receivers_with_their_secrets_and_choices(tmp_path: Path) -> None:
    assert load_receivers(tmp_path, {}, KNOWN) == []
    [one] = loaded(
        tmp_path, "    url: env:URL\n    secret: [env:HOOK, file:secret]\n    place: states\n    area: broadband\n"
    )
    assert one.url == "https://hooks.example.org/key"
    assert [len(each) for each in one.secrets] == [24, 24]
    assert one.choice == {"place": "states", "area": "broadband"}
    assert repr(one) == "Receiver(archive)"


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ("    url: https://a.example/\n", "needs a `url` and a `secret`"),
        ("    url: http://a.example/\n    secret: env:HOOK\n", "must be an https"),
        ("    url: https://me:pw@a.example/\n    secret: env:HOOK\n", "must have no name"),
        ("    url: https://10.0.0.1/\n    secret: env:HOOK\n", "public internet"),
        ("    url: https://a.example/\n    secret: whsec_abc\n", "does not belong in this file"),
        ("    url: https://a.example/\n    secret: env:NONE\n", "NONE is not in the environment"),
        ("    url: https://a.example/\n    secret: env:SHORT\n", "24 to 64 bytes"),
        ("    url: https://a.example/\n    secret: file:none\n", "cannot be read"),
        ("    url: https://a.example/\n    secret: []\n", "there is none"),
        ("    url: https://a.example/\n    secret: env:HOOK\n    area: privcy\n", "nothing is stored of 'privcy'"),
        ("    url: https://a.example/\n    secret: env:HOOK\n    place: Texas!\n", "place"),
        ("    url: https://a.example/\n    secret: env:HOOK\n    topic: x\n", "'topic' is none of"),
        ("   - [\n", "is not readable YAML"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, entry: str, why: str) -> None:
    with pytest.raises(BadReceiver, match=why) as error:
        loaded(tmp_path, entry)
    assert "archive" in str(error.value) or "webhooks.yml" in str(error.value)
    assert SECRET not in str(error.value)


def test_the_verifier_of_the_docs_takes_what_is_sent(service: Service, ops: Database, file: Path) -> None:
    """Ten lines of Python that a reader copies."""
    from conftest import ROOT

    text = (ROOT / "docs" / "programs.md").read_text(encoding="utf-8")
    [code] = [block.split("```")[0] for block in text.split("```python\n")[1:] if "def verified" in block]
    names: dict[str, Any] = {}
    exec(code, names)
    kept: list[tuple[bytes, dict[str, str]]] = []

    def keep(url: str, body: bytes, headers: dict[str, str]) -> public_network.Reply:
        kept.append((body, headers))
        return public_network.Reply(200)

    to = receiver(service)
    send(ops, file, to)
    add(file, "a")
    send(ops, file, to, post=keep)
    [(body, headers)] = kept
    now = datetime.datetime.fromisoformat(NOON).timestamp()
    assert names["verified"](SECRET, headers, body, now)
    assert names["verified"](OTHER, headers, body, now)
    assert not names["verified"](SECRET, headers, body + b" ", now)
    assert not names["verified"](SECRET, headers | {"webhook-id": "msg_x"}, body, now)
    assert not names["verified"](SECRET, headers, body, now + 600)
