"""Addresses by which somebody might reach what is private, each tried on a served site, and each refused.

The data folder holds staff.db, partners.db, mail.db and ops.db, all filled; what is in them is marked by words that must
never come back, whatever the answer is. Requests go over a socket as they are written here: nothing tidies the paths.
"""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from desk_fixtures import NOW, PASSWORD, PRIVATE, SECRET, build, clock, open_desk, person
from private_paths import DESK, EVERYTHING, FEEDS, FILES, MACHINERY, SHAPES, SQL, TRICKS, sql
from site_corpus import BROADBAND, RULE, TODAY, serving

import serve
from desk.accounts import sessions
from desk.intake import reports
from desk.partners.partners import add_partner, moderate, publish_statement
from desk.queue import collaboration
from desk.reviews import reviews
from desk.reviews.reviews import Verdict
from publish.at_once import publish_decisions
from settings import Configuration
from store.connect import connect, migrate, open_mail, open_partners

pytestmark = pytest.mark.slow

WORDS = (
    *PRIVATE,
    "axolotl-partner",
    "axolotl-reason",
    "Dana Axolotl",
    "ocelot-coalition",
    "heron-report",
    "heron@example.org",
    "ibex@example.net",
    "ocelot-reject",
    "pbkdf2_sha256",
    "tc-hotspot-lending-oppose",
)
STAFF = "staff.db"


@dataclass(frozen=True)
class Site:
    port: int
    folder: Path
    cookies: dict[str, str]

    def ask(
        self, path: str, method: str = "GET", headers: dict[str, str] | None = None, body: str | None = None
    ) -> tuple[int, str, str]:
        """(status, headers and body as text, Location)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in (headers or {}).items():
                connection.putheader(name, value)
            connection.putheader("Content-Length", str(len((body or "").encode())))
            connection.endheaders((body or "").encode())
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
            return answer.status, f"{answer.headers}\n{text}", answer.headers.get("Location") or ""
        finally:
            connection.close()


def _fill(config: Configuration) -> dict[str, str]:
    """Put something private into every private file; returns cookies that must open nothing, by name."""
    with closing(open_desk(config)) as db:
        ana = person(db)
        db.execute("update suggested_stances set stance = 'oppose', reason = 'tc-hotspot-lending-oppose'")
        given = [
            Verdict(document_id=BROADBAND, subject="area:broadband", verdict="confirm", note="zyzzyva-note"),
            Verdict(document_id=BROADBAND, subject="stance", verdict="confirm", value="oppose", reason="quokka-draft"),
        ]
        reviews.record(db, ana, given, now=NOW)
        collaboration.add_note(db, ana, BROADBAND, "zyzzyva-note", NOW)
        collaboration.save_filter(db, ana, "Marginalia", "q=zyzzyva-note")
        publish_decisions(config.corpus, db, [BROADBAND])
        expired = sessions.start(db, ana, now="2020-01-01T00:00:00Z")
        reports.file(db, f"/documents/{BROADBAND}", "heron-report", "heron@example.org", origin="a", now=NOW)
        revoked = sessions.start(db, ana, now=clock())
        sessions.revoke(db, revoked, now=NOW)
    with closing(open_mail(config.mail)) as mail:
        mail.execute(
            "insert into subscribers values ('1', 'public', 'ibex@example.net', 'ibex@example.net', 'active', 'weekly', 'en', "
            "'{}', 'handle', null, ?, ?, null, null)",
            [NOW, NOW],
        )
    with closing(open_partners(config.partners, config.corpus)) as partners:
        dana = add_partner(partners, "Dana Axolotl", "ocelot-coalition", password=PASSWORD, now=NOW)
        # One that is hidden, and one that the partner has withdrawn: neither may be read any more.
        for number, (document, note) in enumerate(((BROADBAND, "axolotl-partner"), (RULE, "axolotl-partner")), 1):
            publish_statement(partners, dana, document, "oppose", note, seen=0, now=NOW)
            if document == BROADBAND:
                moderate(partners, ana, number, hidden=True, reason="axolotl-reason", seen=0, now=NOW)
            else:
                publish_statement(partners, dana, document, "", "", seen=number, now=NOW)
        partner = sessions.start(partners, dana, now=clock())
    with closing(connect(config.ops)) as ops:
        migrate(ops, "ops.db")
        ops.execute("insert into rejects values (1, 's', 'u', 'ocelot-reject', ?, 1, 'ocelot-reject')", [NOW])
    site = serve.build(config.corpus, secret=SECRET, today=TODAY)
    other = serve.build(config.corpus, secret="another secret of at least 32 characters", today=TODAY)
    return {
        "expired": site.sign({"token": expired}, "desk"),
        "revoked": site.sign({"token": revoked}, "desk"),
        "for another purpose": site.sign({"token": expired}, "actor"),
        "signed with another secret": other.sign({"token": revoked}, "desk"),
        "unsigned": "eyJ0b2tlbiI6InJvb3QifQ",
        "an id instead of a token": site.sign({"token": "1"}, "desk"),
        "a partner's, as staff's": site.sign({"token": partner}, "desk"),
        "a partner's": site.sign({"token": partner}, "partner"),
    }


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    config = build(tmp_path_factory.mktemp("private"))
    cookies = _fill(config)
    application = serve.build(config.corpus, secret=SECRET, today=TODAY, mail=config, desk=config)
    for address in serving(application):
        yield Site(int(address.rpartition(":")[2]), config.data, cookies)


def clean(answer: str) -> list[str]:
    return [word for word in WORDS if word in answer]


def test_enough_is_tried() -> None:
    assert len(set(EVERYTHING)) == len(EVERYTHING) >= 60


def test_what_is_looked_for_is_there(site: Site) -> None:
    """The words would be found if they came back: they are in the files."""
    private = [path for path in site.folder.iterdir() if path.is_file() and not path.name.startswith("corpus")]
    everything = b"".join(path.read_bytes() for path in private)
    assert [word for word in WORDS if word.encode() not in everything] == []


@pytest.mark.parametrize("path", [*FILES, *TRICKS, *MACHINERY])
def test_no_file_trick_or_page_of_the_machinery_answers(site: Site, path: str) -> None:
    status, answer, _ = site.ask(path)
    assert status in (301, 302, 400, 403, 404), answer[:500]
    assert clean(answer) == []


@pytest.mark.parametrize("path", DESK)
def test_no_page_of_the_desk_answers_without_a_session(site: Site, path: str) -> None:
    status, answer, location = site.ask(path)
    assert status in (302, 400, 403, 404, 405), answer[:500]
    assert _leads_to_the_login(site, status, location)
    assert clean(answer) == []


def _leads_to_the_login(site: Site, status: int, location: str) -> bool:
    """Whether an answer is no redirect, or one to the login; Datasette sends encoded paths to another spelling first."""
    if status != 302 or location.startswith("/desk/login"):
        return True
    return "~" in location and site.ask(location)[0] == 404


@pytest.mark.parametrize("query", SQL)
@pytest.mark.parametrize("shape", ["", ".json", ".csv"])
def test_no_query_reaches_another_file(site: Site, query: str, shape: str) -> None:
    status, answer, _ = site.ask(sql(query, shape))
    # Datasette answers a refused query as CSV with an empty file.
    assert status in (400, 403, 404) or (shape == ".csv" and not answer.partition("\n\n")[2].strip()), answer[:500]
    assert clean(answer) == []


@pytest.mark.parametrize("path", [*SHAPES, *FEEDS])
def test_no_shape_and_no_feed_carries_a_private_word(site: Site, path: str) -> None:
    status, answer, _ = site.ask(path)
    assert status < 500 or "Invalid _through" in answer, answer[:500]
    # The question itself may be shown again.
    asked = [word for word in WORDS if word in path or quote(word) in path]
    assert [word for word in clean(answer) if word not in asked] == []
    assert "oppose</" not in answer.lower()


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
def test_other_methods_reach_no_more(site: Site, method: str) -> None:
    for path in EVERYTHING:
        status, answer, location = site.ask(path, method, {"Content-Type": "application/x-www-form-urlencoded"})
        assert status < 500 or "_through" in path, (method, path, answer[:300])
        assert clean(answer) == [] or any(word in path for word in WORDS), (method, path)
        if path.startswith("/desk"):
            allowed = (302, 400, 403, 404, 405, 415) + ((200,) if method == "OPTIONS" else ())
            assert status in allowed, (method, path)
            assert _leads_to_the_login(site, status, location), (method, path)


@pytest.mark.parametrize(
    "which",
    [
        "a partner's, as staff's",
        "expired",
        "revoked",
        "for another purpose",
        "signed with another secret",
        "unsigned",
        "an id instead of a token",
    ],
)
def test_no_such_cookie_opens_the_desk(site: Site, which: str) -> None:
    for path in DESK:
        value = site.cookies[which]
        cookie = f"infopolicy_desk={value}; ds_actor={value}"
        status, answer, location = site.ask(path, headers={"Cookie": cookie})
        assert status in (302, 400, 403, 404, 405), path
        assert _leads_to_the_login(site, status, location), path
        assert clean(answer) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Basic QW5hIFJlYWRlcjpjb3JyZWN0IGhvcnNlIGJhdHRlcnkgc3RhcGxl"},
        {"Authorization": "Bearer dstok_x"},
        {"X-Remote-User": "ana@example.org"},
        {"X-Forwarded-User": "Ana Reader"},
        {"X-Original-URL": "/desk/trail", "X-Rewrite-URL": "/desk/trail"},
        {"X-HTTP-Method-Override": "POST"},
        {"X-Forwarded-For": "127.0.0.1", "Forwarded": "for=127.0.0.1"},
        {"Host": "localhost"},
        {"Accept": "application/json"},
        {"Range": "bytes=0-99999"},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_no_header_opens_the_desk(site: Site, headers: dict[str, str]) -> None:
    for path in ("/", "/desk", "/desk/trail", f"/desk/documents/{BROADBAND}", "/staff.db", "/corpus.db"):
        status, answer, location = site.ask(path, headers=headers)
        assert clean(answer) == []
        if path != "/":
            assert status in (302, 400, 403, 404), path
            assert status != 302 or location.startswith("/desk/login")


@pytest.mark.parametrize(
    "path", ["/desk/login", "/desk/account", f"/desk/documents/{BROADBAND}", "/desk/bulk", "/desk/logout"]
)
def test_a_right_password_without_the_token_of_the_form_opens_nothing(site: Site, path: str) -> None:
    body = urlencode({"name": "Ana Reader", "password": PASSWORD, "step": "save", "verdict": "confirm"})
    for kind in (
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain",
        "application/json",
    ):
        status, answer, _ = site.ask(path, "POST", {"Content-Type": kind}, body)
        assert status in (302, 400, 403, 415)
        assert "infopolicy_desk=ey" not in answer
        assert clean(answer) == []


def test_a_partner_who_is_signed_in_opens_no_page_of_staff(site: Site) -> None:
    """With their own cookie under every name it could have; their own pages open, and tell nothing of staff or of others."""
    mine, theirs = site.cookies["a partner's"], site.cookies["a partner's, as staff's"]
    of_staff = [word for word in WORDS if not word.startswith(("axolotl", "Dana", "ocelot-coalition"))]
    for value in (mine, theirs):
        headers = {"Cookie": f"infopolicy_partner={mine}; infopolicy_desk={value}; ds_actor={value}"}
        for path in DESK:
            status, answer, location = site.ask(path, headers=headers)
            assert [word for word in of_staff if word in answer] == [], path
            if "partner" in path and status == 200:
                continue
            assert status in (302, 400, 403, 404, 405), path
            assert _leads_to_the_login(site, status, location), path
            body = urlencode({"step": "save", "verdict": "confirm", "subject": "area:broadband", "seen": "0"})
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            status, answer, _ = site.ask(path, "POST", headers | kind, body)
            assert status in (302, 400, 403, 404, 405, 415), path
    status, answer, _ = site.ask("/partner", headers={"Cookie": f"infopolicy_partner={mine}"})
    assert (status, "ocelot-coalition" in answer) == (200, True)


def test_an_error_tells_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from desk.web import sign_in

    def broken(*_: Any) -> None:
        raise RuntimeError("zyzzyva-note of Ana Reader in staff.db")

    monkeypatch.setattr(sign_in, "Page", broken)
    status, answer, _ = site.ask("/desk/login")
    assert status == 500
    assert clean(answer) == []
    assert "staff.db" not in answer
