"""Requests that never arrive whole: each is closed after its time, and many of them keep nobody else waiting."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import site_corpus
import uvicorn

import serve
from operations import connections
from operations.connections import PatientProtocol

pytestmark = pytest.mark.slow

GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST / HTTP/1.1\r\nHost: localhost\r\n"
#: How long half a request is waited for in these tests.
SECONDS = 1.0
#: What is sent, before the connection goes quiet; whether an answer comes before it is closed.
HALVES = {
    "nothing": (b"", False),
    "a line": (b"GET / HT", False),
    "a head": (GET + b"X-Half: ", False),
    "a body of a length": (POST + b"Content-Length: 100\r\n\r\nhalf", False),
    "no body": (POST + b"Content-Length: 100\r\n\r\n", False),
    "a body in chunks": (POST + b"Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n", False),
    "a second head": (GET + b"\r\n" + GET, True),
    "a second body": (GET + b"\r\n" + POST + b"Content-Length: 9\r\n\r\nhalf", True),
    "a second head, later": (GET + b"\r\n", True),
}


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Reads the body whole, waits where the address says so, and answers with its length."""
    if scope["type"] != "http":
        return
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size, more = size + len(message["body"]), message.get("more_body", False)
    await asyncio.sleep(1.5 if scope["path"] == "/slow" else 0)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(str(size)))]})
    await send({"type": "http.response.body", "body": str(size).encode()})


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, int]]:
    listener = serve._listen("127.0.0.1", 0)
    config = uvicorn.Config(
        echo, http=PatientProtocol, log_level="critical", lifespan="off", timeout_keep_alive=600
    )  # who closes a quiet connection in these tests is never uvicorn
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield listener.getsockname()
    server.should_exit = True
    thread.join(10)
    listener.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", SECONDS)
    monkeypatch.setattr(connections, "BODY_SECONDS", SECONDS)


def opened(server: tuple[str, int], sent: bytes) -> socket.socket:
    connection = socket.create_connection(server, timeout=60)
    connection.sendall(sent)
    return connection


def until_closed(connection: socket.socket) -> bytes:
    """What comes until the other side ends the connection; fails when it does not."""
    with connection:
        found = b""
        while True:
            try:
                part = connection.recv(65536)
            except ConnectionResetError:
                return found
            if not part:
                return found
            found += part


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("half", HALVES)
def test_half_a_request_is_closed_after_its_time(server: tuple[str, int], half: str) -> None:
    sent, answered = HALVES[half]
    began = time.monotonic()
    connection = opened(server, sent)
    if half == "a second head, later":
        time.sleep(0.1)
        connection.sendall(GET)
    found = until_closed(connection)
    assert found.startswith(b"HTTP/1.1 200") == answered
    assert time.monotonic() - began > SECONDS / 2


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("start", [GET + b"X: ", POST + b"Content-Length: 1000\r\n\r\n"])
def test_a_byte_now_and_then_does_not_prolong_it(server: tuple[str, int], start: bytes) -> None:
    with opened(server, start) as connection:
        assert _fails_within(connection, 3_600)


def _fails_within(connection: socket.socket, most: int) -> bool:
    """Whether the other side ends the connection before so many bytes are sent, one every 50 ms."""
    try:
        for _ in range(most):
            time.sleep(0.05)
            connection.sendall(b"x")
    except OSError:
        return True
    return False


@pytest.mark.usefixtures("impatient")
def test_a_whole_request_is_answered_however_long_that_takes(server: tuple[str, int]) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{server[1]}") as client:
        for _ in range(2):
            assert client.get("/slow").text == "0"
        assert client.post("/", content=b"x" * 3_000_000).text == "3000000"
        time.sleep(
            SECONDS * 1.2
        )  # longer than a head may take: a connection between two requests is uvicorn's business
        assert client.get("/").text == "0"


def test_many_half_requests_shut_nobody_out(server: tuple[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Long before their time is over, so that it is their number that closes the oldest."""
    monkeypatch.setattr(connections, "MOST_WAITING", 50)
    monkeypatch.setattr(connections, "HEAD_SECONDS", 600)
    monkeypatch.setattr(connections, "BODY_SECONDS", 600)
    half = [opened(server, HALVES["a head" if number % 2 else "a body of a length"][0]) for number in range(400)]
    for _ in range(20):  # in far less time than a half request is waited for
        assert httpx.get(f"http://127.0.0.1:{server[1]}/", timeout=60).status_code == 200
    assert 40 <= len(connections._waiting) <= 50
    for connection in half[:300]:
        assert until_closed(connection) == b""
    for connection in half[300:]:
        connection.close()


def test_the_site_is_served_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[uvicorn.Server] = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda self, sockets=None: made.append(self))
    serve.run(site_corpus.build(tmp_path), port=0)
    [server] = made
    assert server.config.http is PatientProtocol
    assert connections.HEAD_SECONDS <= 10
    assert connections.BODY_SECONDS <= 60
