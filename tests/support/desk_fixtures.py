"""A small corpus.db with suggestions, and a staff.db with people, for the tests of the desk."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import site_corpus
from click.testing import CliRunner, Result
from conftest import clean_environment
from site_corpus import BROADBAND, TODAY
from sqlite_utils import Database

import cli
import serve
from desk.accounts import accounts
from desk.accounts.accounts import Account
from desk.accounts.passwords import hash_password
from desk.reviews import review_items, reviews, verdict_validity
from desk.reviews.reviews import Verdict
from desk.web.routes import no_page
from desk.web.routing import Route
from settings import Configuration
from store.connect import connect, open_staff

NOW = "2022-03-09T09:00:00Z"
LATER = "2022-03-10T09:00:00Z"
SECRET = "a secret of the tests, long enough to be one"
PASSWORD = "correct horse battery staple"
#: Words that only staff may read; a page, feed or error that shows one of them is a leak.
PRIVATE = ("Marginalia", "zyzzyva-note", "quokka-draft", "Ana Reader", "Ben Writer", "ana@example.org")
#: Fewer rounds than in earnest: the tests sign in often.
HASH = hash_password(PASSWORD, "0123456789abcdef", 1_000)


def build(folder: Path) -> Configuration:
    """corpus.db and staff.db in a folder: three people, a suggested direction, nothing decided."""
    site_corpus.build(folder)
    config = Configuration(data=folder, site="http://localhost")
    with closing(open_staff(config.staff)) as db:
        db.table("suggested_stances").insert(
            {
                "document_id": BROADBAND,
                "position_id": "tc-hotspot-lending",
                "ordinal": 0,
                "stance": "support",
                "score": 0.9,
                "reason": "allows lending",
                "field": "abstract",
                "start": site_corpus.HOTSPOTS_AT,
                "end": site_corpus.HOTSPOTS_AT + len(site_corpus.HOTSPOTS),
                "words": site_corpus.HOTSPOTS,
            }
        )
        for name, role in (("Ana Reader", "approver"), ("Ben Writer", "reviewer"), ("Cleo Looker", "viewer")):
            add(db, name, role)
    with closing(open_desk(config)) as db:
        verdict_validity.settle_all(db, NOW)
    return config


def copy(made: Path, folder: Path) -> Configuration:
    """The same again, without building it."""
    for name in ("corpus.db", "staff.db"):
        shutil.copy(made / name, folder / name)
    return Configuration(data=folder, site="http://localhost")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that no test changes."""
    return build(tmp_path_factory.mktemp("desk")).data


@pytest.fixture
def config(made: Path, tmp_path: Path) -> Configuration:
    return copy(made, tmp_path)


@pytest.fixture
def db(config: Configuration) -> Iterator[Database]:
    with closing(open_desk(config)) as opened:
        yield opened


@pytest.fixture
def application(config: Configuration) -> Any:
    return site_of(config).app()


@pytest.fixture
def browser(application: Any) -> Browser:
    return Browser(application)


def address_of(route: Route) -> str:
    """The address of a page, with something for each part that its pattern names."""
    path = re.sub(
        r"\(\?P<id>[^)]*\)", "pr-library-records" if "/positions/" in route.pattern else BROADBAND, route.pattern
    )
    path = re.sub(r"\(\?P<form>[^)]*\)", "csv", path)
    path = re.sub(r"\(\?P<token>[^)]*\)", "x" * 43, path)
    return re.sub(r"\(\?P<number>[^)]*\)", "1", path).replace("\\", "").strip("^$")


def is_fallback(route: Route) -> bool:
    """Whether a route answers the addresses that no page has."""
    return route.page is no_page


def document(key: str = BROADBAND, more: str = "") -> str:
    return f"/desk/documents/{key}{more}"


def add(db: Database, name: str, role: str) -> Account:
    first = name.split()[0].lower()
    made = accounts.add(
        db, name, role=role, password=None, email=f"{first}@example.org", now=NOW, unit="Marginalia Office"
    )
    db.execute("update accounts set password = ? where id = ?", [HASH, made.id])
    return made


def open_desk(config: Configuration) -> Database:
    return open_staff(config.staff, config.corpus)


def person(db: Database, name: str = "Ana Reader") -> Account:
    found = accounts.find(db, name)
    assert found
    return found


def corpus_of(config: Configuration) -> Database:
    return connect(config.corpus)


def site_of(config: Configuration, **more: Any) -> Any:
    return serve.build(config.corpus, **({"secret": SECRET, "today": TODAY, "desk": config} | more))


class Browser:
    """A browser without a screen: cookies, and the token that every form of ours carries."""

    def __init__(self, application: Callable[..., Any]):
        transport = httpx.ASGITransport(app=application)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://localhost")

    async def get(self, path: str, **more: Any) -> httpx.Response:
        return await self.http.get(path, **more)

    async def send(self, path: str, headers: dict[str, str] | None = None, **form: Any) -> httpx.Response:
        form = {"csrftoken": await self.token()} | form
        sent = {"content-type": "application/x-www-form-urlencoded"} | (headers or {})
        return await self.http.post(path, content=urlencode(form, doseq=True), headers=sent)

    async def token(self) -> str:
        if "ds_csrftoken" not in self.http.cookies:
            await self.http.get("/desk/login")
        return self.http.cookies["ds_csrftoken"]

    async def sign_in(self, name: str = "Ana Reader", password: str = PASSWORD) -> httpx.Response:
        return await self.send("/desk/login", name=name, password=password, next="/desk")


def field(page: str, name: str) -> str:
    """The first value of a form field on a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no field {name}"
    return found[1]


def clock() -> str:
    """The time by which a served site judges a session: one that begins in the future counts for nothing there."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def say(
    db: Database, verdict: str = "confirm", subject: str = "area:broadband", who: str = "Ana Reader", **more: Any
) -> int:
    seen = more.pop("seen", reviews.last_id(db, more.get("document_id", BROADBAND)))
    now = more.pop("now", NOW)
    given = Verdict(**({"document_id": BROADBAND, "subject": subject, "verdict": verdict, "seen": seen} | more))
    return reviews.record(db, person(db, who), [given], now=now)[0]


def states(db: Database, document_id: str = BROADBAND) -> dict[str, str]:
    return {item.subject: item.state for item in review_items.items(db, document_id, review_items.titles(db))}


def decisions(config: Configuration) -> dict[tuple[str, str], tuple[Any, ...]]:
    found = corpus_of(config)
    rows = {
        (row[0], row[1]): row[2:]
        for row in found.execute("select document_id, subject, verdict, value, reason, words from decisions")
    }
    found.close()
    return rows


def change(config: Configuration, sql: str, *values: Any) -> None:
    corpus = corpus_of(config)
    with corpus.atomic():
        corpus.execute(sql, list(values))
    corpus.close()


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """`infopolicy user …` within this process, with something on standard input."""
    for name in set(os.environ) - set(clean_environment()):
        monkeypatch.delenv(name)
    monkeypatch.setenv("INFOPOLICY_DATA", str(tmp_path / "data"))

    def run(*arguments: str, typed: str = "") -> Result:
        done = CliRunner().invoke(cli.main, ["user", *arguments], input=typed)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
        return done

    return run
