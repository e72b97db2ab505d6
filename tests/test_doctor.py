"""`infopolicy doctor`: a good deployment is in order, each thing that is broken changes its own line, no secret is shown."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import doctor_fixtures
import httpx
import pytest
from aiosmtpd.controller import Controller
from doctor_fixtures import NOW, SECRET, SITE, Machine

from benchmarks.running import free_port
from operations import sqlite_version
from operations.doctor import data, limits, report
from operations.doctor import machine as machine_checks
from operations.doctor.findings import OK, PROBLEM, WARNING, Finding, Host, certificate_until, run_program
from settings import ROOT, Configuration

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return doctor_fixtures.build(tmp_path_factory.mktemp("doctor"))


class Mailbox:
    """Counts what must never happen: the beginning of a message."""

    begun = 0

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        self.begun += 1
        return "250 OK"


@pytest.fixture(scope="module")
def relay() -> Iterator[Controller]:
    server = Controller(Mailbox(), hostname="127.0.0.1", port=free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def host(made: Path, tmp_path: Path, machine: Machine, relay: Controller, monkeypatch: pytest.MonkeyPatch) -> Host:
    # A copy, with times and rights as they are; what the tests run with has faults of its own.
    folder = shutil.copytree(made, tmp_path / "d", copy_function=shutil.copy2)
    monkeypatch.setattr(sqlite_version, "warnings", lambda: [])
    return doctor_fixtures.host(folder, machine, smtp_port=relay.port)


def level(found: list[Finding], check: str) -> str:
    """The worst level of the lines of a check."""
    levels = {each.level for each in found if each.check == check}
    return next(each for each in (PROBLEM, WARNING, OK) if each in levels)


def test_a_good_deployment_is_in_order(host: Host, relay: Controller) -> None:
    found = report.examine(host)
    assert [each for each in found if each.level != OK] == []
    assert len({each.check for each in found}) >= 30
    assert report.is_safe(found)
    assert relay.handler.begun == 0, "no message may be begun"


# --------------------------------------------------------------------- one thing broken at a time


def setting(**values: Any) -> Callable[[Host, Machine], Host]:
    return lambda host, machine: replace(host, config=replace(host.config, **values))


def variable(**values: str) -> Callable[[Host, Machine], Host]:
    return lambda host, machine: replace(host, environment={**host.environment, **values})


def unit(name: str, **values: str) -> Callable[[Host, Machine], None]:
    return lambda host, machine: machine.units[f"infopolicy-{name}"].update(values)


def answers(**values: Any) -> Callable[[Host, Machine], None]:
    return lambda host, machine: machine.__dict__.update(values)


def rights(name: str, mode: int) -> Callable[[Host, Machine], None]:
    return lambda host, machine: (host.config.data / name).chmod(mode)


def sql(name: str, *statements: str) -> Callable[[Host, Machine], None]:
    def change(host: Host, machine: Machine) -> None:
        with closing(sqlite3.connect(host.config.data / name)) as db:
            for each in statements:
                db.execute(each)
            db.commit()

    return change


def files(change: Callable[[Path], object]) -> Callable[[Host, Machine], None]:
    """Change something below the folder that holds data, root and code."""
    return lambda host, machine: change(host.config.data.parent) and None


def write(name: str, text: str) -> Callable[[Host, Machine], None]:
    return files(lambda folder: (folder / name).write_text(text))


def later(**distance: float) -> Callable[[Host, Machine], Host]:
    def wait(host: Host, machine: Machine) -> Host:
        machine.until += timedelta(**distance)
        return replace(host, now=host.now + timedelta(**distance))

    return wait


def copied_beside(host: Host, machine: Machine) -> Host:
    return replace(host, config=replace(host.config, backup_copy=str(host.config.data / "backups")))


LONG_AGO = "update accounts set created_at = '2021-01-01T00:00:00Z'"
MOUNTED = "22 1 0:5 / / rw shared:1 - {} {} rw\n"
BROKEN: tuple[tuple[str, Callable[[Host, Machine], Host | None], str, str], ...] = (
    ("no secret", variable(INFOPOLICY_SECRET=""), "secret", PROBLEM),
    ("a short secret", variable(INFOPOLICY_SECRET="a" * 20), "secret", PROBLEM),
    ("a secret of few characters", variable(INFOPOLICY_SECRET="abcd" * 10), "secret", PROBLEM),
    ("no public address", setting(site="http://127.0.0.1:8001"), "public address", WARNING),
    ("no encryption", setting(site="http://policy.library.test"), "public address", PROBLEM),
    ("listening to everybody", setting(host="0.0.0.0", proxies="10.0.0.5"), "listening", WARNING),
    ("believing everybody", setting(proxies="0.0.0.0/0"), "proxies", PROBLEM),
    ("believing every IPv6 address", setting(proxies="127.0.0.1,::/0"), "proxies", PROBLEM),
    ("no proxy for https", setting(proxies=""), "proxies", PROBLEM),
    ("a proxy elsewhere that is not named", setting(host="10.0.0.6"), "proxies", WARNING),
    ("numbers for everybody", setting(metrics_from="0.0.0.0/0"), "metrics", WARNING),
    ("sign-on without its proxy", setting(sso_header="X-User"), "single sign-on", PROBLEM),
    ("sign-on from anywhere", setting(sso_header="X-User", sso_proxy="0.0.0.0/0"), "single sign-on", PROBLEM),
    ("sign-on from a name", setting(sso_header="X-User", sso_proxy="proxy.local"), "single sign-on", PROBLEM),
    ("a certificate that ends", answers(until=NOW + timedelta(days=10)), "TLS", WARNING),
    ("a certificate that ends now", answers(until=NOW + timedelta(days=2)), "TLS", PROBLEM),
    ("no HSTS", answers(headers={}), "HSTS", WARNING),
    ("a site in trouble", answers(health=503), "health", PROBLEM),
    ("debugging", variable(PYTHONDEVMODE="1"), "debugging", WARNING),
    ("a mirror", setting(mirror="http://127.0.0.1:8900"), "mirror", WARNING),
    ("the project's contact", setting(contact="https://github.com/ala-infopolicy/infopolicy"), "contact", PROBLEM),
    ("no key", variable(LEGISCAN_KEY=""), "source keys", WARNING),
    ("half a key", variable(LEGISCAN_KEY="abc"), "source keys", WARNING),
    ("no approver", sql("staff.db", "update accounts set role = 'viewer'"), "staff accounts", PROBLEM),
    (
        "an account called admin",
        sql("staff.db", "update accounts set name = 'Admin' where id = 3"),
        "staff accounts",
        WARNING,
    ),
    (
        "an old password",
        sql("staff.db", "update accounts set password = 'pbkdf2_sha256$999$s$h'"),
        "staff accounts",
        WARNING,
    ),
    ("forgotten staff", sql("staff.db", LONG_AGO), "staff accounts", WARNING),
    ("a forgotten partner", sql("partners.db", LONG_AGO), "partner accounts", WARNING),
    ("a folder that others list", rights(".", 0o755), "data folder", WARNING),
    ("a folder that others write to", rights(".", 0o777), "data folder", PROBLEM),
    ("no folder", setting(data=Path("/no/such/folder")), "data folder", PROBLEM),
    ("staff.db for everybody", rights("staff.db", 0o644), "private files", PROBLEM),
    ("a backup for everybody", rights("backups/20220309T080000Z", 0o755), "private files", PROBLEM),
    ("settings for everybody", write("root/etc/infopolicy.env", "INFOPOLICY_SECRET=x"), "private files", PROBLEM),
    ("a public file that all write", rights("corpus.db", 0o666), "private files", PROBLEM),
    ("code that all write", files(lambda folder: (folder / "code/cli.py").chmod(0o777) or True), "programs", PROBLEM),
    ("a network disk", write("root/proc/self/mountinfo", MOUNTED.format("nfs4", "nas:/x")), "disk", PROBLEM),
    (
        "a container's own disk",
        write("root/proc/self/mountinfo", MOUNTED.format("overlay", "overlay")),
        "disk",
        PROBLEM,
    ),
    ("a damaged database", write("data/mail.db", "this is no database" * 100), "databases", PROBLEM),
    ("a lost database", files(lambda folder: (folder / "data/staff.db").unlink() or True), "databases", PROBLEM),
    ("no backup", files(lambda folder: shutil.rmtree(folder / "data/backups") or True), "backup", PROBLEM),
    ("an old backup", later(days=4), "backup", PROBLEM),
    ("a backup that was changed", files(lambda folder: _spoil(folder / "data/backups")), "backup whole", PROBLEM),
    ("no copy elsewhere", setting(backup_copy=None), "backup elsewhere", WARNING),
    ("a copy that is gone", setting(backup_copy="/no/such/file"), "backup elsewhere", PROBLEM),
    ("a copy on the same disk", copied_beside, "backup elsewhere", PROBLEM),
    ("an old copy", files(lambda folder: os.utime(folder / "copied", (0, 0)) or True), "backup elsewhere", PROBLEM),
    (
        "a run that failed",
        sql("corpus.db", "update runs set state = 'failed' where source = 'uk_bills'"),
        "runs",
        WARNING,
    ),
    ("a reader that nobody knows", setting(reader_model="no-such-model"), "second reader", PROBLEM),
    ("a clock that nobody sets", answers(synchronized="no"), "clock", WARNING),
    (
        "a clock that was ahead",
        sql("corpus.db", "update runs set finished_at = '2031-01-01T00:00:00Z'"),
        "clock",
        PROBLEM,
    ),
    (
        "another package",
        write("code/requirements.txt", "datasette==0.60 \\\n    --hash=sha256:00\n"),
        "packages",
        PROBLEM,
    ),
    ("a package that is missing", write("code/requirements.txt", "no-such-package==1.0\n"), "packages", PROBLEM),
    (
        "no list of packages",
        files(lambda folder: (folder / "code/requirements.txt").unlink() or True),
        "packages",
        WARNING,
    ),
    ("memory without bound", unit("site.service", MemoryMax="infinity"), "memory limit", WARNING),
    ("a unit without its rules", unit("site.service", NoNewPrivileges="no", ProtectSystem="no"), "hardening", PROBLEM),
    ("few open files", unit("site.service", LimitNOFILESoft="256"), "open files", WARNING),
    ("SQL without limits", answers(huge=200), "public SQL", PROBLEM),
    ("SQL in the site's process", write("root/proc/78/cmdline", "python\0cli.py"), "public SQL", PROBLEM),
    ("no SQL", answers(harmless=503), "public SQL", WARNING),
    ("a site that is down", unit("site.service", ActiveState="failed"), "site", PROBLEM),
    ("a timer that is off", unit("run.timer", ActiveState="inactive"), "timers", PROBLEM),
    ("a unit that failed", unit("run.service", Result="exit-code"), "last run", WARNING),
    ("neither systemd nor cron", answers(units={}), "timers", WARNING),
    ("a log without end", setting(log_file="/var/log/elsewhere.log"), "log", WARNING),
    ("no sender", setting(mail_from=None), "mail", PROBLEM),
    ("an example as sender", setting(mail_from="digest@example.org"), "mail", PROBLEM),
    ("no postal address", setting(mail_postal=None), "postal address", WARNING),
    ("half of DKIM", setting(dkim_file=None), "DKIM", PROBLEM),
    ("no DKIM", setting(dkim_file=None, dkim_selector=None), "DKIM", WARNING),
    ("a DKIM key that all can read", rights("dkim.pem", 0o644), "private files", PROBLEM),
    ("a DKIM key that is none", write("data/dkim.pem", "no key"), "DKIM", PROBLEM),
    ("a mail password that is missing", setting(smtp_user="digest"), "mail server", PROBLEM),
    ("mail in the clear", setting(smtp_host="mail.library.test"), "mail server", PROBLEM),
    ("a mail server that is down", setting(smtp_port=1), "mail server", PROBLEM),
    ("a mail server without TLS", setting(smtp_security="starttls"), "mail server", PROBLEM),
    (
        "mails of unknown fate",
        sql(
            "mail.db",
            "insert into deliveries (digest_id, subscriber_id, state, since, through) "
            "values ('d', 's', 'unknown', 0, 0)",
        ),
        "deliveries",
        WARNING,
    ),
)


def _spoil(backups: Path) -> bool:
    [copy] = backups.glob("2*/staff.jsonl")
    copy.write_bytes(copy.read_bytes() + b"\n")
    return True


@pytest.mark.parametrize(
    ("change", "check", "expected"), [each[1:] for each in BROKEN], ids=[each[0] for each in BROKEN]
)
def test_what_is_broken_changes_its_line(
    change: Callable[[Host, Machine], Host | None], check: str, expected: str, host: Host, machine: Machine
) -> None:
    found = report.examine(change(host, machine) or host)
    assert level(found, check) == expected
    assert report.is_safe(found) == all(each.level != PROBLEM for each in found)
    for each in found:
        assert each.level == OK or (each.means and each.do), f"{each.check}: says neither what it means nor what to do"
    assert not any("This check failed" in each.says for each in found)


def test_a_copy_on_the_same_disk_is_told_from_one_that_holds_nothing(
    host: Host, machine: Machine, tmp_path: Path
) -> None:
    (tmp_path / "nothing").mkdir()
    empty = replace(host, config=replace(host.config, backup_copy=str(tmp_path / "nothing")))
    for changed, says in ((copied_beside(host, machine), "is on the same disk"), (empty, "holds no backup")):
        [found] = [each for each in report.examine(changed) if each.check == "backup elsewhere"]
        assert says in found.says


def test_each_check_that_can_fail_was_broken(host: Host) -> None:
    broken = {check for _, _, check, _ in BROKEN}
    assert {each.check for each in report.examine(host)} - broken == {"Python", "SQLite", "room"}, (
        "these have tests of their own"
    )


def test_a_site_that_cannot_be_reached_is_a_problem(host: Host) -> None:
    def refuse(_: str) -> Any:
        raise httpx.ConnectError("refused")

    found = report.examine(replace(host, fetch=refuse))
    assert (level(found, "TLS"), level(found, "public SQL")) == (WARNING, PROBLEM)


def test_a_certificate_is_read_from_a_real_server(host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, until = doctor_fixtures.certificate(tmp_path)
    with doctor_fixtures.encrypted(file) as port:
        here = f"https://127.0.0.1:{port}"
        real = replace(host, config=replace(host.config, site=here), certificate_until=certificate_until)
        assert level(report.examine(real), "TLS") == PROBLEM, "nobody has signed it"
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        assert certificate_until(here) == until
        assert level(report.examine(real), "TLS") == OK


def test_a_known_fault_of_sqlite_is_a_warning(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_version, "warnings", lambda: ["SQLite 3.44.0: has a fault"])
    assert level(report.examine(host), "SQLite") == WARNING


def test_a_python_that_was_never_tried_is_a_problem(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_checks, "PYTHON", ((3, 99), (3, 100)))
    assert level(report.examine(host), "Python") == PROBLEM


def test_little_room_is_a_problem(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    used = shutil.disk_usage("/")
    monkeypatch.setattr(data.shutil, "disk_usage", lambda _: used._replace(free=1_000_000))
    assert level(report.examine(host), "room") == PROBLEM


def test_offline_asks_nobody(host: Host) -> None:
    def ask(_: str) -> Any:
        raise AssertionError("asked")

    found = report.examine(replace(host, online=False, fetch=ask, config=replace(host.config, smtp_port=1)))
    assert report.is_safe(found)
    assert sum("--offline" in each.says for each in found) == 3


def test_a_check_that_breaks_is_a_problem_and_the_others_are_made(host: Host) -> None:
    def broken(_: Host) -> Iterator[Finding]:
        raise ValueError(SECRET)
        yield

    found = report.examine(host, (broken, *report.CHECKS))
    assert found[0].level == PROBLEM
    assert len(found) > 30
    assert SECRET not in "\n".join(report.lines(found))


def test_no_secret_is_shown(host: Host) -> None:
    secrets = {
        "INFOPOLICY_SECRET": "tooshort!",
        "INFOPOLICY_SMTP_PASSWORD": "letmein-letmein",
        "LEGISCAN_KEY": "key-abc",
    }
    shown = replace(host, environment={**host.environment, **secrets}, config=replace(host.config, smtp_user="digest"))
    found = report.examine(shown)
    printed = "\n".join(report.lines(found)) + json.dumps(report.as_json(found))
    assert not [name for name, value in {**host.environment, **secrets}.items() if value in printed]


def test_programs_that_hang_or_do_not_exist_say_nothing() -> None:
    assert run_program(["no-such-program"]) is None
    assert run_program(["false"]) is None
    assert run_program(["echo", "here"]) == "here\n"


# --------------------------------------------------------------------- the command and the page


def test_the_command_reports_and_exits_with_3(call: Any, tmp_path: Path) -> None:
    done = call("doctor", "--offline")
    assert done.exit_code == 3
    assert re.search(r"^problem +data folder|^problem +contact", done.output, re.MULTILINE)
    assert re.search(r"^\d+ problems?, \d+ warnings?, \d+ in order$", done.output, re.MULTILINE)
    found = json.loads(call("doctor", "--offline", "--json").output)
    assert found["safe"] is False
    assert {each["level"] for each in found["findings"]} <= {OK, WARNING, PROBLEM}


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("memory.max", "1073741824\n", "1.1 GB"),
        ("memory.max", "max\n", "Nothing bounds"),
        ("memory/memory.limit_in_bytes", "1073741824\n", "1.1 GB"),
        ("memory/memory.limit_in_bytes", "9223372036854771712\n", "Nothing bounds"),
    ],
)
def test_the_limit_of_a_container_is_found_in_both_versions_of_control_groups(
    name: str, value: str, says: str, tmp_path: Path
) -> None:
    file = tmp_path / "sys/fs/cgroup" / name
    file.parent.mkdir(parents=True)
    file.write_text(value)
    container = Host(Configuration(), NOW, root=tmp_path, run=lambda _: None)
    [found] = [each for each in limits.limits(container) if each.check == "memory limit"]
    assert says in found.says


def sample(host: Host) -> str:
    """The report of the page: a deployment that has been running for a while, with three things to do."""
    environment = {**host.environment, "LEGISCAN_KEY": ""}
    config = replace(host.config, backup_copy=None)
    (host.config.data / "alerts.yml").touch(0o644)
    text = "\n".join(report.lines(report.examine(replace(host, environment=environment, config=config))))
    folder = host.config.data.parent
    text = text.replace(str(folder / "data"), "/var/lib/infopolicy").replace(str(folder / "code"), "/opt/infopolicy")
    return text.replace(SITE, "https://policy.example.org").replace("library.test", "example.org")


def test_the_sample_of_the_page_is_what_the_command_prints(host: Host) -> None:
    """But for numbers: versions, sizes, ports."""
    page = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    shown = page.partition("<!-- doctor: kept equal to the command by tests/test_doctor.py -->\n```text\n")[
        2
    ].partition("\n```")[0]
    plain = lambda text: [re.sub(r"[\d.]*\d", "0", line) for line in text.splitlines()]  # noqa: E731
    assert plain(shown) == plain(sample(host)), f"docs/operations.md should show:\n{sample(host)}"
