"""Health, metrics and the log: they tell whoever runs the site what is wrong, and nobody else anything."""

from __future__ import annotations

import io
import json
import logging
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import desk_fixtures
import httpx
import pytest
from click.testing import Result
from conftest import Command, Recording
from digest_fixtures import reader
from prometheus_client.parser import text_string_to_metric_families
from site_corpus import BROADBAND, RULE

from desk.partners import partners
from operations import health, logs
from settings import Configuration
from store.connect import connect, open_mail, open_partners

NOW, PARTNER = "2026-11-25T00:00:00Z", "Dana Partner"
FORWARDED = {"X-Forwarded-For": "203.0.113.9"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = desk_fixtures.build(tmp_path_factory.mktemp("world"))
    with closing(connect(made.corpus)) as db:
        db.execute("delete from runs")
        row = {
            "source": "us_bills",
            "started_at": NOW,
            "finished_at": NOW,
            "state": "finished",
            "added": 3,
            "changed": 2,
            "rejected": 1,
        }
        db.table("runs").insert(row)
    with closing(open_mail(made.mail)) as db:
        reader(db, "one@example.org")
    with closing(open_partners(made.partners, made.corpus)) as db:
        eff = partners.add_partner(db, PARTNER, "Axolotl Foundation", password=desk_fixtures.PASSWORD, now=NOW)
        partners.publish_statement(db, eff, BROADBAND, "oppose", "It goes too far.", seen=0, now=NOW)
        partners.publish_statement(db, eff, RULE, "support", "", seen=0, now=NOW)
        partners.moderate(db, eff, 2, hidden=True, reason="a mistake", seen=0, now=NOW)
    return made.data


@pytest.fixture
def config(world: Path, tmp_path: Path) -> Configuration:
    shutil.copytree(world, tmp_path / "data")
    return Configuration(data=tmp_path / "data", site="http://localhost", stale_hours=100_000)


def client(config: Configuration, peer: str = "127.0.0.1", **more: Any) -> httpx.AsyncClient:
    site = desk_fixtures.site_of(config, mail=config, **more)
    transport = httpx.ASGITransport(app=site.app(), client=(peer, 1234))
    return httpx.AsyncClient(transport=transport, base_url="http://localhost")


# --------------------------------------------------------------------- health


async def test_a_site_that_is_well_says_so(config: Configuration) -> None:
    answer = await client(config, peer="203.0.113.9").get("/-/health", headers=FORWARDED)
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "reasons": []})
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_what_is_wrong_is_told_without_a_path(config: Configuration) -> None:
    asked = client(config)
    for path in (config.staff, config.partners, config.mail):
        path.write_bytes(b"no database at all" * 500)
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
    answer = await asked.get("/-/health")
    assert answer.status_code == 503
    assert answer.json()["reasons"] == [
        "the database of the staff pages cannot be read",
        "the database of the partners' pages cannot be read",
        "the database of the digest cannot be read",
    ]
    assert str(config.data) not in answer.text


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("2026-11-25T03:00:00Z", None),
        ("2026-11-27T01:00:00Z", "ended 49 hours ago"),
        ("2026-11-24T00:00:00Z", "from now: the clock"),
    ],
)
def test_age_of_the_last_run(config: Configuration, now: str, words: str | None) -> None:
    found = health.reasons(config.corpus, now=now, stale_hours=48)
    assert [words in each for each in found] == ([True] if words else [])


def test_an_empty_or_missing_corpus_and_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert health.reasons(tmp_path / "corpus.db", now=NOW, stale_hours=48) == ["the public database cannot be read"]
    monkeypatch.setattr(health, "LEAST_FREE", 1 << 62)
    assert "MB left" in health.reasons(tmp_path / "corpus.db", now=NOW, stale_hours=48)[-1]


# --------------------------------------------------------------------- metrics


def values(text: str) -> dict[str, float]:
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            label = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{label}}}" if label else sample.name] = sample.value
    return found


async def test_metrics_count_answers_and_what_is_stored(config: Configuration) -> None:
    asked = client(config)
    for path in ("/", "/areas", "/areas", "/nowhere/zyzzyva", "/browse?q=zyzzyva"):
        await asked.get(path)
    found = values((await asked.get("/-/metrics")).text)
    assert found["infopolicy_requests_total{method=GET,page=areas,status=200}"] == 2
    assert found["infopolicy_requests_total{method=GET,page=other,status=404}"] == 1
    assert found["infopolicy_request_seconds_count{page=home}"] == 1
    assert found["infopolicy_last_run_added{source=us_bills}"] == 3
    assert found["infopolicy_last_run_timestamp_seconds{source=us_bills}"] == 1795564800
    assert found["infopolicy_subscribers{state=confirmed}"] == 1
    assert found["infopolicy_partner_statements"] == 1, "the one that is hidden does not count"
    for name in ("staff.db", "partners.db", "mail.db"):
        assert found[f"infopolicy_file_readable{{file={name}}}"] == 1
        assert found[f"infopolicy_file_bytes{{file={name}}}"] > 0
    assert found["infopolicy_last_backup_timestamp_seconds"] == 0
    assert found["infopolicy_desk_waiting"] >= 0


async def test_metrics_name_nobody_and_nothing_that_was_looked_for(config: Configuration) -> None:
    asked = client(config)
    await asked.get("/browse?q=zyzzyva")
    text = (await asked.get("/-/metrics")).text
    assert not [
        word for word in (*desk_fixtures.PRIVATE, "one@example.org", "zyzzyva", PARTNER, "Axolotl") if word in text
    ]


@pytest.mark.parametrize(
    ("peer", "headers", "allowed", "status"),
    [
        ("127.0.0.1", {}, "127.0.0.1,::1", 200),
        ("::1", {}, "127.0.0.1,::1", 200),
        ("203.0.113.9", {}, "127.0.0.1,::1", 404),
        ("127.0.0.1", FORWARDED, "127.0.0.1,::1", 404),
        ("127.0.0.1", {"X-Real-IP": "203.0.113.9"}, "127.0.0.1", 404),
        ("10.0.0.7", {}, "127.0.0.1, 10.0.0.7", 200),
        ("10.0.0.7", {}, "10.0.0.0/24", 200),
        ("::ffff:10.0.0.7", {}, "10.0.0.0/24", 200),
        ("10.0.1.7", {}, "10.0.0.0/24", 404),
        ("127.0.0.1", {}, "", 404),
    ],
)
async def test_who_may_read_the_metrics(
    config: Configuration, peer: str, headers: dict[str, str], allowed: str, status: int
) -> None:
    config = Configuration(data=config.data, site=config.site, metrics_from=allowed)
    answer = await client(config, peer=peer).get("/-/metrics", headers=headers)
    assert answer.status_code == status


@pytest.mark.parametrize("name", ["staff.db", "partners.db", "mail.db"])
async def test_a_broken_private_file_leaves_the_other_numbers(config: Configuration, name: str) -> None:
    asked = client(config)
    (config.data / name).write_bytes(b"no database" * 900)
    for suffix in ("-wal", "-shm"):
        (config.data / (name + suffix)).unlink(missing_ok=True)
    found = values((await asked.get("/-/metrics")).text)
    assert found[f"infopolicy_file_readable{{file={name}}}"] == 0
    assert found["infopolicy_last_run_added{source=us_bills}"] == 3


@pytest.mark.parametrize("path", ["/-/health/x", "/-/healthy", "/-/metrics/", "/-/versions", "/-/"])
async def test_everything_else_there_stays_closed(config: Configuration, path: str) -> None:
    assert (await client(config).get(path)).status_code in (404, 302)


# --------------------------------------------------------------------- the log


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    kept: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            kept.append(self.format(record))

    handler, root = Keep(), logging.getLogger("infopolicy")
    handler.setFormatter(logs.JsonLines())
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in kept]
    root.removeHandler(handler)
    root.setLevel(before)


async def test_a_request_has_one_id_in_the_answer_and_in_the_log(config: Configuration, lines: Any) -> None:
    answer = await client(config).get("/areas?q=zyzzyva", headers=FORWARDED)
    [line] = lines()
    assert line["request"] == answer.headers["x-request-id"]
    assert (line["logger"], line["path"], line["status"], line["method"]) == ("infopolicy.access", "/areas", 200, "GET")
    assert not [word for word in ("zyzzyva", "203.0.113.9", "127.0.0.1") if word in json.dumps(line)]


async def test_an_id_that_a_proxy_gave_is_kept_and_a_forged_one_is_not(config: Configuration) -> None:
    asked = client(config)
    given = {"X-Request-ID": "0123456789abcdef"}
    assert (await asked.get("/areas", headers=given)).headers["x-request-id"] == "0123456789abcdef"
    for forged in ('x" injected', "a" * 65, "short", "a-word-of-a-visitor"):
        assert (await asked.get("/areas", headers={"X-Request-ID": forged})).headers["x-request-id"] != forged
    stranger = client(config, peer="203.0.113.9")
    assert (await stranger.get("/areas", headers=given)).headers["x-request-id"] != given["X-Request-ID"]


async def test_the_link_of_a_mail_is_not_logged(config: Configuration, lines: Any) -> None:
    await client(config).get("/subscribe/leave/axolotl-token-of-somebody")
    assert lines()[-1]["path"] == "/subscribe/…"
    assert "axolotl" not in json.dumps(lines())


def test_addresses_and_secrets_are_blotted_out(lines: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENSTATES_KEY", "axolotl-key-1234")
    try:
        raise ValueError("550 no such user one.two+x@mail.example.org")
    except ValueError:
        logging.getLogger("infopolicy.digest").exception("https://x/?apikey=axolotl-key-1234 for one@example.org")
    [line] = lines()
    assert "example.org" not in json.dumps(line)
    assert "axolotl" not in json.dumps(line)
    assert "ValueError" in line["error"]


def test_a_secret_that_json_spells_otherwise_is_blotted_out(lines: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = 'pa"ss\\word1'
    monkeypatch.setenv("INFOPOLICY_SMTP_PASSWORD", secret)
    facts = {"facts": {"path": secret, "tried": [{"with": secret}], "status": 535}}
    logging.getLogger("infopolicy.digest").error("%s was refused", secret, extra=facts)
    [line] = lines()
    assert line["message"] == "*** was refused"
    assert (line["path"], line["tried"], line["status"]) == ("***", [{"with": "***"}], 535)


def test_a_handler_that_is_not_ours_shows_no_secret_either(monkeypatch: pytest.MonkeyPatch) -> None:
    """As Scrapy's and the web server's do by default: words, their values, and a traceback."""
    monkeypatch.setenv("LEGISCAN_KEY", "axolotl/key 1234")
    shown = io.StringIO()
    handler, usual = logging.StreamHandler(shown), logging.getLogRecordFactory()
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    stranger = logging.Logger("stranger")
    stranger.addHandler(handler)
    logging.setLogRecordFactory(logging.LogRecord)
    try:
        logs.keep_secrets()
        try:
            raise ValueError("550 no such user one.two+x@mail.example.org, axolotl/key 1234")
        except ValueError:
            stranger.exception("gave up on %s for %s", "https://x/?key=axolotl%2Fkey+1234&op=a", ["axolotl/key 1234"])
    finally:
        logging.setLogRecordFactory(usual)
    assert "gave up on https://x/?key=***&op=a for ['***']" in shown.getvalue()
    assert "ValueError: 550 no such user ***@***, ***" in shown.getvalue()


class Overloaded(BaseHTTPRequestHandler):
    """A source that has no robots.txt and answers everything else with 503."""

    def do_GET(self) -> None:
        self.send_error(404 if self.path.endswith("/robots.txt") else 503)

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def overloaded() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Overloaded)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


_KEY = "SECRETKEY1234"
_BY_SCRAPY = "from scrapy.cmdline import execute; execute(['scrapy', 'crawl', 'us_states_legiscan', '-a', 'states=UT'])"


@pytest.mark.parametrize("how", ["by default", "every line", "in a file", "as JSON", "scrapy crawl"])
def test_a_source_that_fails_takes_no_key_into_the_log(
    infopolicy: Command, overloaded: str, tmp_path: Path, how: str
) -> None:
    """LegiScan's key stands in the address, and Scrapy names the address when it gives up."""
    file = tmp_path / "infopolicy.log"
    settings = {
        "in a file": {"INFOPOLICY_LOG_FILE": str(file)},
        "as JSON": {"INFOPOLICY_LOG_FORMAT": "json"},
    }.get(how, {}) | {"LEGISCAN_KEY": _KEY}
    call = ("crawl", "us_states_legiscan", "-a", "states=UT", "--collect-only")
    (tmp_path / "data").mkdir()
    if how == "scrapy crawl":
        done = infopolicy(mirror=overloaded, env=settings, python=_BY_SCRAPY)
    else:
        done = infopolicy(*(["--verbose"] if how == "every line" else []), *call, mirror=overloaded, env=settings)
    said = done.stdout + done.stderr + (file.read_text() if file.exists() else "")
    assert "Gave up retrying <GET https://api.legiscan.com/?key=***&op=getSessionList" in said
    assert _KEY not in said


def test_every_line_of_a_run_names_the_run(infopolicy: Command, recording: Recording, tmp_path: Path) -> None:
    """The log of a real crawl as JSON, in a file that is moved away between two runs, as logrotate does."""
    recording.add(1, title="Public library act")
    recording.add(2, "<html>Scheduled maintenance</html>")
    file = tmp_path / "infopolicy.log"
    settings = {"INFOPOLICY_LOG_FORMAT": "json", "INFOPOLICY_LOG_FILE": str(file)}
    call = ("crawl", "us_bills", "--congress", "117", "--collect-only")
    infopolicy(*call, mirror=recording.publish().mirror, env=settings)
    file.rename(file.with_suffix(".1"))
    infopolicy(*call, mirror=recording.mirror, env=settings)
    runs = []
    for each in (file.with_suffix(".1"), file):
        found = [json.loads(line) for line in each.read_text().splitlines()]
        assert any("us_bills: " in line["message"] for line in found), found
        assert {re.fullmatch(r"[0-9a-f]{12}", line["run"]) is not None for line in found} == {True}
        runs.append({line["run"] for line in found})
    assert [len(run) for run in runs] == [1, 1]
    assert runs[0] != runs[1]


def test_what_is_about_people_is_said_and_not_logged(
    infopolicy: Command, recording: Recording, tmp_path: Path, config: Configuration
) -> None:
    file = tmp_path / "infopolicy.log"
    settings = {"INFOPOLICY_LOG_FORMAT": "json", "INFOPOLICY_LOG_FILE": str(file)}
    assert "Ana Reader" in infopolicy("user", "list", env=settings).stdout
    assert infopolicy("user", "disable", "Zyzzyva Nobody", env=settings).returncode == 2
    assert infopolicy("backup", env=settings).returncode == 0
    (config.data / "staff.db").write_bytes(b"x" * 5000)
    assert infopolicy("backup", env=settings).returncode == 4
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert (lines[0]["level"], lines[0]["message"].split()[0]) == ("info", "backed")
    assert (lines[-1]["level"], lines[-1]["exit"]) == ("error", 4)
    assert not [line for line in lines if "Ana" in line["message"] or "Zyzzyva" in line["message"]]


def test_a_log_that_cannot_be_written_stops_the_command(
    call: Callable[..., Result], monkeypatch: Any, tmp_path: Path
) -> None:
    monkeypatch.setenv("INFOPOLICY_LOG_FILE", str(tmp_path / "nowhere" / "x.log"))
    done = call("status")
    assert done.exit_code == 2
    assert "INFOPOLICY_LOG_FILE" in done.output
