"""What is in deploy/ works: units verify and are tight, nginx keeps what it may and shows nothing it must not, commands exist."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import desk_world
import httpx
import pytest
import yaml
from click.testing import Result
from conftest import ROOT, clean_environment
from test_docs import ALL

import serve
from configuration import Configuration
from operations.folder import read_only

DEPLOY = ROOT / "deploy"
UNITS = DEPLOY / "systemd"
LOOSEST = 20  # tenths: systemd calls anything below 3.0 OK


def needs(program: str) -> pytest.MarkDecorator:
    there = shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")
    return pytest.mark.skipif(not there, reason=f"{program} is not installed")


# --------------------------------------------------------------------- commands


def called() -> Iterator[tuple[str, str]]:
    """Every call of our command in deploy/ and in the page about running it, with the file it stands in."""
    for path in [*sorted(UNITS.glob("*.service")), DEPLOY / "timer.sh", ROOT / "docs/operations.md"]:
        for words in re.findall(r"\binfopolicy ((?:--quiet )?[a-z][^`\n|&;#]*)", path.read_text(encoding="utf-8")):
            yield path.name, words.strip()


@pytest.mark.parametrize(("file", "words"), sorted(set(called())))
def test_every_command_exists_with_its_options(file: str, words: str) -> None:
    parts = words.removeprefix("--quiet ").split()
    name = " ".join(parts[:2]) if " ".join(parts[:2]) in ALL else parts[0]
    if name not in ALL and file.endswith(".md"):
        assert not re.match(r"^[a-z]+ --", words), words  # prose such as “infopolicy process”
        return
    options = {option for each in ALL[name].params for option in each.opts}
    assert {part.partition("=")[0] for part in parts if part.startswith("--")} <= options, words


def test_settings_that_containers_get_are_settings() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yml").read_text(encoding="utf-8"))
    documented = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    for service in ("site", "timer"):
        for entry in compose["services"][service]["environment"]:
            name = entry.partition("=")[0]
            assert not name.startswith("INFOPOLICY_") or f"`{name}`" in documented, name
    assert compose["services"]["site"]["ports"] == ["127.0.0.1:8001:8001"], "only a proxy reaches the site"


@pytest.mark.parametrize("mail", [True, False])
def test_timer_of_the_container_calls_everything_once_a_round(tmp_path: Path, mail: bool) -> None:
    program, calls = tmp_path / "infopolicy", tmp_path / "calls"
    program.write_text(f'#!/bin/sh\necho "$@" >> {calls}\n[ "$1" != run ] || exit 3\n')
    program.chmod(0o755)
    (tmp_path / "date").write_text(
        '#!/bin/sh\ncase "$*" in *%s) echo 1795600000;; *%F) echo 2026-11-25;; *) echo 0859;; esac\n'
    )
    (tmp_path / "date").chmod(0o755)
    settings = {"PATH": f"{tmp_path}:/usr/bin:/bin"} | ({"INFOPOLICY_SMTP_HOST": "relay"} if mail else {})
    timer = subprocess.Popen(
        ["sh", str(DEPLOY / "timer.sh")], env=settings, stderr=subprocess.PIPE, start_new_session=True
    )
    expected = ["run", "digest deliver at-once", "alerts send", "backup", "--quiet digest letters"]
    expected += ["--quiet digest deliver daily --patience 60"]
    expected = expected if mail else ["run", "alerts send", "backup"]
    for _ in range(100):
        if calls.exists() and len(calls.read_text().splitlines()) >= len(expected):
            break
        time.sleep(0.1)
    time.sleep(0.3)
    os.killpg(timer.pid, signal.SIGTERM)
    _, told = timer.communicate(timeout=10)
    assert calls.read_text().splitlines() == expected, "also after a run that failed"
    assert b"run ended with 3" in told


# --------------------------------------------------------------------- systemd


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A root folder with our units and as much of a machine as they name."""
    units = tmp_path / "etc/systemd/system"
    shutil.copytree(UNITS, units)
    for name in ("opt/infopolicy/.venv/bin/infopolicy", "usr/bin/systemctl"):
        program = tmp_path / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    there = tmp_path / "usr/lib/systemd/system"
    there.mkdir(parents=True)
    for unit in [*Path("/usr/lib/systemd/system").glob("*.target"), *Path("/usr/lib/systemd/system").glob("*.slice")]:
        if unit.is_file() and not unit.is_symlink():
            shutil.copy(unit, there)
    return tmp_path


@needs("systemd-analyze")
def test_units_are_what_systemd_understands(machine: Path) -> None:
    units = [str(path) for path in (machine / "etc/systemd/system").glob("infopolicy-*.*") if path.is_file()]
    command = ["systemd-analyze", "verify", f"--root={machine}", "--man=no", "--recursive-errors=no", *units]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, [line for line in done.stderr.splitlines() if "infopolicy" in line]) == (0, []), (
        done.stderr
    )


@needs("systemd-analyze")
@pytest.mark.parametrize("name", ["site", "run", "mail", "mail-daily"])
def test_units_are_tight(machine: Path, name: str) -> None:
    command = [
        "systemd-analyze",
        "security",
        "--offline=true",
        f"--root={machine}",
        f"--threshold={LOOSEST}",
        "--no-pager",
    ]
    done = subprocess.run([*command, f"infopolicy-{name}.service"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-300:]


@needs("logrotate")
def test_logrotate_takes_its_file(tmp_path: Path) -> None:
    text = (DEPLOY / "logrotate").read_text(encoding="utf-8").replace("infopolicy infopolicy", "root root")
    (tmp_path / "rotate").write_text(text)
    (tmp_path / "rotate").chmod(0o644)
    command = [
        shutil.which("logrotate") or "/usr/sbin/logrotate",
        "-d",
        "-s",
        str(tmp_path / "state"),
        str(tmp_path / "rotate"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "error" not in done.stderr, done.stderr


# --------------------------------------------------------------------- nginx


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert process.poll() is None, "it ended before it answered"
        time.sleep(0.1)
    pytest.fail("nobody answers")


@pytest.fixture
def behind_nginx(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The site and nginx with the example's configuration on free ports; gives the addresses of nginx and of the site."""
    data = tmp_path / "data"
    data.mkdir()
    desk_world.build(data)
    site, plain, tls = free_port(), free_port(), free_port()
    certificate = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    made = [*certificate, "-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "cert.pem")]
    subprocess.run(made, check=True, capture_output=True)
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    for old, new in (
        ("127.0.0.1:8001", f"127.0.0.1:{site}"), ("listen 80;", f"listen 127.0.0.1:{plain};"), ("listen [::]:80;", ""),
        ("listen 443 ssl;", f"listen 127.0.0.1:{tls} ssl;"), ("listen [::]:443 ssl;", ""),
        ("/etc/letsencrypt/live/policy.example.org/fullchain.pem", str(tmp_path / "cert.pem")),
        ("/etc/letsencrypt/live/policy.example.org/privkey.pem", str(tmp_path / "key.pem")),
        ("/var/cache/nginx", str(tmp_path / "cache")), ("/var/log/nginx", str(tmp_path)),
    ):  # fmt: skip
        assert old in text, old
        text = text.replace(old, new)
    (tmp_path / "cache").mkdir()
    whole = (
        f"{'user root; ' if os.geteuid() == 0 else ''}pid {tmp_path}/pid; error_log {tmp_path}/error.log; "
        "worker_processes 1; daemon off; "
        f"events {{}} http {{ client_body_temp_path {tmp_path}/b; proxy_temp_path {tmp_path}/p; fastcgi_temp_path {tmp_path}/f; "
        f"uwsgi_temp_path {tmp_path}/u; scgi_temp_path {tmp_path}/s; {text} }}"
    )
    (tmp_path / "nginx.conf").write_text(whole)
    nginx = [
        shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin") or "nginx",
        "-c",
        str(tmp_path / "nginx.conf"),
    ]
    checked = subprocess.run([*nginx, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    settings = {
        "INFOPOLICY_DATA": str(data),
        "INFOPOLICY_SECRET": desk_world.SECRET,
        "INFOPOLICY_STALE_HOURS": "100000",
    }
    ours = subprocess.Popen(
        [sys.executable, "cli.py", "serve", "--port", str(site)], cwd=ROOT, env=clean_environment() | settings,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    theirs = subprocess.Popen(nginx, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(site, ours)
        wait_for(tls, theirs)
        yield f"https://127.0.0.1:{tls}", f"http://127.0.0.1:{site}"
    finally:
        for process in (theirs, ours):
            process.terminate()
            process.wait(timeout=20)


@needs("nginx")
@needs("openssl")
def test_nginx_keeps_public_pages_and_nothing_else(behind_nginx: tuple[str, str], tmp_path: Path) -> None:
    proxy, direct = behind_nginx
    with httpx.Client(verify=False, timeout=30) as asked:
        first, second = (asked.get(f"{proxy}/areas") for _ in range(2))
        assert (first.headers["x-cache"], second.headers["x-cache"]) == ("MISS", "HIT")
        assert second.text == first.text
        assert second.headers["strict-transport-security"].startswith("max-age=")
        with_cookie = asked.get(f"{proxy}/areas", headers={"Cookie": "ds_actor=x"})
        assert with_cookie.headers["x-cache"] == "BYPASS"
        for _ in range(2):
            login = asked.get(f"{proxy}/desk/login", headers={"Cookie": ""})
            assert login.status_code == 200
            assert "x-cache" not in login.headers
            assert "no-store" in login.headers["cache-control"]
        # The numbers are shut twice: by nginx, and by the site for whatever came through a proxy.
        assert asked.get(f"{proxy}/-/metrics").status_code == 404
        assert asked.get(f"{direct}/-/metrics").status_code == 200
        assert asked.get(f"{direct}/-/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404
        assert asked.get(f"{proxy}/-/health").json()["status"] == "ok"
        assert asked.post(f"{proxy}/areas").status_code == 403
        assert asked.get(f"{proxy}/corpus/documents.json?_size=1").status_code == 200
        asked.get(f"{proxy}/browse?q=zyzzyva")
    log = (tmp_path / "infopolicy.log").read_text()
    assert log.count("\n") >= 8
    assert "zyzzyva" not in log
    assert "127.0.0.1" not in log


# --------------------------------------------------------------------- replicas


@pytest.fixture
def config(tmp_path: Path) -> Configuration:
    (tmp_path / "data").mkdir()
    return desk_world.build(tmp_path / "data")


async def test_a_snapshot_is_all_that_a_reader_needs_and_nothing_private(
    config: Configuration, call: Any, tmp_path: Path
) -> None:
    target = tmp_path / "reader" / "corpus.db"
    done: Result = call("snapshot", str(target))
    assert (done.exit_code, [path.name for path in target.parent.iterdir()]) == (0, ["corpus.db"])
    with closing(read_only(target)) as db:
        assert db.execute("pragma journal_mode").fetchone()[0] == "delete"
        names = {name for (name,) in db.execute("select name from sqlite_master")}
    assert not names & {"accounts", "reviews", "subscribers", "statements"}
    site = serve.build(target, today="2022-03-09")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=site.app()), base_url="http://localhost") as asked:
        assert (await asked.get("/areas")).status_code == 200
    assert call("snapshot", str(target)).exit_code == 0, "an older one is replaced"
    assert [path.name for path in target.parent.iterdir() if not path.name.endswith(("-wal", "-shm"))] == ["corpus.db"]


def test_a_snapshot_of_damage_leaves_the_older_one(config: Configuration, call: Any, tmp_path: Path) -> None:
    target = tmp_path / "reader" / "corpus.db"
    call("snapshot", str(target))
    before = target.read_bytes()
    for suffix in ("-wal", "-shm"):
        config.corpus.with_name("corpus.db" + suffix).unlink(missing_ok=True)
    with config.corpus.open("r+b") as file:
        file.seek(8192)
        file.write(b"\xff" * 100_000)
    assert call("snapshot", str(target)).exit_code == 4
    assert target.read_bytes() == before
    assert not list(target.parent.glob("*.part"))
