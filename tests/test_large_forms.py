"""A form that is larger than its own address takes is refused before it is read: by its length, or when it passes the limit."""

from __future__ import annotations

from typing import Any

import pytest
from desk_fixtures import address_of, build, is_fallback, site_of

from desk.web.routes import ROUTES
from settings import Configuration

PART = b"x" * 16_384
LARGE = 5_000_000
KINDS = ("application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "text/plain")


def addresses() -> list[tuple[str, int]]:
    """Every address with a form, and some without, with the bytes that each takes."""
    found = [("/report", 400_000), *((path, 50_000) for path in ("/subscribe", "/areas", "/", "/about", "/nothing"))]
    found += [("/desk/nothing", 50_000), ("/partner/nothing", 50_000)]
    return found + [(address_of(route), route.max_bytes) for route in ROUTES if not is_fallback(route)]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Any:
    config = build(tmp_path_factory.mktemp("large"))
    return site_of(Configuration(data=config.data, site=config.site), mail=config).app()


async def send(app: Any, path: str, parts: int, headers: dict[str, str]) -> tuple[int, int]:
    """Send a body in parts: the status of the answer, and how much of the body the site has asked for."""
    sent = {"host": "localhost", "cookie": "ds_csrftoken=x", "content-type": KINDS[0]} | headers
    read, status = 0, 0

    async def receive() -> dict[str, Any]:
        nonlocal read
        read += len(PART)
        return {"type": "http.request", "body": PART, "more_body": read < parts * len(PART)}

    async def keep(message: dict[str, Any]) -> None:
        nonlocal status
        status = message.get("status", status)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    await app(scope, receive, keep)
    return status, read


def test_all_the_forms_are_tried() -> None:
    tried = dict(addresses())
    assert len(tried) > 25
    assert {50_000, 400_000, 2_000_000, 4_000_000} == set(tried.values())


@pytest.mark.parametrize(("path", "most"), addresses())
async def test_a_length_above_the_limit_is_refused_unread(app: Any, path: str, most: int) -> None:
    for kind in KINDS:
        for length in (most + 1, LARGE, 10**15):
            assert await send(app, path, 1, {"content-length": str(length), "content-type": kind}) == (413, 0)


@pytest.mark.parametrize(("path", "most"), addresses())
async def test_a_body_in_chunks_is_read_up_to_the_limit(app: Any, path: str, most: int) -> None:
    for kind in KINDS[:2]:
        for cookie in ("ds_csrftoken=x", ""):
            status, read = await send(app, path, LARGE // len(PART), {"content-type": kind, "cookie": cookie})
            assert read <= most + len(PART), (kind, cookie)
            assert status in (413, 400, 403, 415) if read else status < 500, (kind, cookie, status)


async def test_subscriptions_and_reports_say_how_much_they_take(app: Any) -> None:
    for path in ("/subscribe", "/report"):
        assert (await send(app, path, LARGE // len(PART), {"cookie": ""}))[0] == 413, path


@pytest.mark.parametrize(("path", "most"), addresses())
async def test_a_body_within_the_limit_is_taken(app: Any, path: str, most: int) -> None:
    parts = most // len(PART)
    status, _ = await send(app, path, parts, {"content-length": str(parts * len(PART))})
    assert status != 413
