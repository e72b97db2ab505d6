"""What is in deploy/ works: units verify and are tight, nginx keeps what it may and shows nothing it must not, commands exist."""

from __future__ import annotations

import fnmatch
import json
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
from dataclasses import fields
from ipaddress import ip_address, ip_network
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
from configuration import Configuration, load
from crawlers.sources import load_sources
from desk.asking import is_proxy
from operations.folder import read_only

DEPLOY = ROOT / "deploy"
UNITS = DEPLOY / "systemd"
LOOSEST = 11  # tenths, as docs/operations.md says; systemd calls anything below 3.0 OK


def needs(program: str) -> pytest.MarkDecorator:
    """Skipped where the program is not installed, except in CI (the environment variable CI), where it must be."""
    there = shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")
    return pytest.mark.skipif(not there and not os.environ.get("CI"), reason=f"{program} is not installed")


def test_in_ci_no_test_is_skipped_for_a_program_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    assert needs("no-such-program").args == (True,)
    monkeypatch.setenv("CI", "true")
    assert needs("no-such-program").args == (False,)
    wanted = re.findall(r'(?m)^@needs\("([^"]+)"\)', Path(__file__).read_text(encoding="utf-8"))
    ci = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert {"nginx", "logrotate", "systemd-analyze", "openssl"} == set(wanted)
    assert not [name for name in {*wanted, "chromium", "npm"} if not re.search(rf"(?m)^{name} [a-z-]+$", ci)]
    assert re.search(r"pip\" install .*'uv==[\d.]+'", ci)


# --------------------------------------------------------------------- commands


def called() -> Iterator[tuple[str, str]]:
    """Every call of our command in deploy/ and in the page about running it, with the file it stands in."""
    for path in [*sorted(UNITS.glob("infopolicy-*.service")), DEPLOY / "timer.sh", ROOT / "docs/operations.md"]:
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


# --------------------------------------------------------------------- by hand, and by cron

PAGE = (ROOT / "docs/operations.md").read_text(encoding="utf-8")


@pytest.fixture
def as_service(tmp_path: Path) -> Iterator[Any]:
    """The script for commands by hand on a machine made up of a few files: what the command saw, as a dictionary."""
    code, settings = tmp_path / "code", tmp_path / "settings.env"
    program = code / ".venv/bin/infopolicy"
    program.parent.mkdir(parents=True)
    program.write_text(
        f'#!/bin/sh\n{sys.executable} -c "import json, os, sys; was = os.umask(0); '
        'print(json.dumps(dict(os.environ, umask=was, cwd=os.getcwd(), words=sys.argv[1:])))" "$@"\n'
    )
    (tmp_path / "runuser").write_text('#!/bin/sh\nexport RUNUSER="$1 $2 $3"; shift 3; exec "$@"\n')
    for path in (program, tmp_path / "runuser"):
        path.chmod(0o755)
    text = (DEPLOY / "infopolicy-as-service").read_text(encoding="utf-8")
    for old, new in (("/etc/infopolicy.env", str(settings)), ("/opt/infopolicy", str(code))):
        assert old in text
        text = text.replace(old, new)

    def run(content: str, *words: str, **environment: str) -> dict[str, Any]:
        settings.write_text(content)
        path = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
        done = subprocess.run(["sh", "-c", text, "infopolicy", *words], env=path | environment, capture_output=True)
        assert (done.returncode, done.stderr) == (0, b"")
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    return run


def test_a_command_by_hand_runs_as_the_units_run_it(as_service: Any, tmp_path: Path) -> None:
    settings = (
        "# settings\n; more\n\nINFOPOLICY_DATA=/var/lib/infopolicy\nINFOPOLICY_SECRET='with blanks & more'\n"
        'INFOPOLICY_MAIL_POSTAL="50 E. Huron"\nINFOPOLICY_MAIL_FROM=Digest <digest@example.org> $(touch /tmp/no)\n'
        "CHANNEL_URL=https://example.org/?a=b=c"
    )
    found = as_service(settings, "restore", "two words", "--only", "staff.db")
    assert found["RUNUSER"] == "-u infopolicy --"
    assert (found["umask"], found["cwd"]) == (0o077, str(tmp_path / "code"))
    assert found["words"] == ["restore", "two words", "--only", "staff.db"]
    assert found["INFOPOLICY_DATA"] == "/var/lib/infopolicy"
    assert found["INFOPOLICY_SECRET"] == "with blanks & more"
    assert found["INFOPOLICY_MAIL_POSTAL"] == "50 E. Huron"
    assert found["INFOPOLICY_MAIL_FROM"] == "Digest <digest@example.org> $(touch /tmp/no)", "nothing in it is run"
    assert found["CHANNEL_URL"] == "https://example.org/?a=b=c"
    assert as_service(settings, "check", INFOPOLICY_DATA="/tmp/trial")["INFOPOLICY_DATA"] == "/tmp/trial"


def test_a_command_by_hand_says_when_it_may_not_read_the_settings() -> None:
    script = (DEPLOY / "infopolicy-as-service").read_text(encoding="utf-8").replace("/etc/infopolicy.env", "/none")
    done = subprocess.run(["sh", "-c", script, "infopolicy", "status"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "run this as root" in done.stderr


def recipes() -> list[str]:
    return re.findall(r"```(?:sh)?\n(.*?)```", PAGE, re.DOTALL)


def test_every_recipe_installs_the_whole_and_uses_the_folder_of_the_units() -> None:
    for recipe in recipes():
        assert not re.search(r"(?<![\w/.-])data/", recipe), f"a path below the wrong folder: {recipe}"
        if "requirements.txt" in recipe:
            assert "pip install --no-deps -e ." in recipe, "new modules would not be found"
            assert "install -m 0755 deploy/infopolicy-as-service /usr/local/sbin/infopolicy" in recipe
            assert "rm -r /etc/systemd/system/infopolicy-replica.*" in recipe
    assert os.access(DEPLOY / "infopolicy-as-service", os.X_OK)


def test_whoever_restores_or_upgrades_stops_everything_and_starts_it_again() -> None:
    stopping = [recipe for recipe in recipes() if "systemctl stop" in recipe]
    assert len(stopping) == 2
    ours = {path.name for path in UNITS.iterdir() if path.is_file() and "replica" not in path.name}
    for recipe in stopping:
        pattern = re.findall(r"systemctl stop '([^']+)'", recipe)[0]
        assert {name for name in ours if fnmatch.fnmatch(name, pattern)} == ours
        started = set(re.findall(r"systemctl start (.+)", recipe)[0].split())
        assert started == {name for name in ours if name.endswith(".timer")} | {"infopolicy-site.service"}
        assert recipe.index("systemctl stop") < recipe.index("infopolicy re") < recipe.index("systemctl start")


def test_cron_does_what_the_units_do_also_after_a_failure(tmp_path: Path) -> None:
    [table] = [recipe for recipe in recipes() if "* * root " in recipe]
    first, *others = [line.split(" root ", 1)[1] for line in table.splitlines() if line]
    program = tmp_path / "infopolicy"
    program.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\nexit 3\n')
    program.chmod(0o755)
    for command in (first, *others):
        subprocess.run(["sh", "-c", command.replace("/usr/local/sbin", str(tmp_path))], check=False)
    units = [UNITS / f"infopolicy-{name}.service" for name in ("run", "mail", "mail-daily")]
    theirs = [words for unit in units for words in re.findall(r"(?m)^Exec\w+=-?\S+infopolicy (.*)$", unit.read_text())]
    calls = [words.removeprefix("--quiet ") for words in (tmp_path / "calls").read_text().splitlines()]
    assert calls == [words.removeprefix("--quiet ") for words in theirs]


# --------------------------------------------------------------------- containers


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yml").read_text(encoding="utf-8"))
    return found


def in_container(service: str, file: dict[str, str]) -> dict[str, str]:
    """What a container's environment is when `file` stands in deploy/.env: the lines of the file, then `environment`."""
    entry = compose()["services"][service]
    assert [each["path"] for each in entry["env_file"]] == [".env"]

    def filled(value: str) -> str:
        return re.sub(r"\$\{(\w+):-([^}]*)\}", lambda found: file.get(found[1]) or found[2], value)

    return file | {name: filled(str(value)) for name, value in entry["environment"].items()}


#: What the containers fix: the folder that is a volume, the port that the proxy asks, the relay that takes the mail.
FIXED = {"data", "host", "port", "smtp_host", "smtp_port", "smtp_security", "smtp_user"}


@pytest.mark.parametrize("service", ["site", "timer"])
def test_every_setting_and_key_reaches_the_containers(service: str) -> None:
    settings = {f"INFOPOLICY_{field.name.upper()}" for field in fields(Configuration) if field.name not in FIXED}
    keys = {source.key for source in load_sources().values() if source.key}
    others = {"INFOPOLICY_CONFIG", "INFOPOLICY_SMTP_PASSWORD", "CHANNEL_OF_ALERTS", "LEGISTAR_TOKEN"}
    file = {name: f"value of {name}" for name in settings | keys | others}
    got = in_container(service, file)
    assert {name: got.get(name) for name in file} == file
    assert not {name for name, value in got.items() if name.startswith("INFOPOLICY_") and not value} - {
        "INFOPOLICY_SMTP_USER", "INFOPOLICY_SECRET"
    }  # fmt: skip


def test_only_the_site_has_its_secret_and_only_the_relay_its_password() -> None:
    file = {"INFOPOLICY_SECRET": "s" * 32, "RELAYHOST_PASSWORD": "p"}
    assert in_container("site", file) | file == in_container("site", file) | {"RELAYHOST_PASSWORD": "p"}
    assert in_container("timer", file)["INFOPOLICY_SECRET"] == ""
    assert {in_container(name, file)["RELAYHOST_PASSWORD"] for name in ("site", "timer")} == {""}
    assert "RELAYHOST_PASSWORD" in compose()["services"]["relay"]["environment"]


def test_the_containers_own_settings_are_good_and_know_the_gateway() -> None:
    [network] = compose()["networks"]["default"]["ipam"]["config"]
    found = load({name: value for name, value in in_container("site", {}).items() if name.startswith("INFOPOLICY_")})
    assert is_proxy(network["gateway"], found), "nginx on the machine is seen as the gateway"
    assert ip_address(network["gateway"]) in ip_network(network["subnet"])
    assert network["gateway"] in found.metrics_from.split(",")
    assert compose()["services"]["site"]["ports"] == ["127.0.0.1:8001:8001"], "only a proxy reaches the site"
    given = in_container("site", {"INFOPOLICY_PROXIES": "10.0.0.0/8"})
    assert given["INFOPOLICY_PROXIES"] == "10.0.0.0/8"


def test_images_are_named_by_version() -> None:
    named = re.findall(r"(?m)^ARG PYTHON=(\S+)$", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"))
    assert re.findall(r"(?m)^FROM (\S+)", (DEPLOY / "Dockerfile").read_text(encoding="utf-8")) == ["${PYTHON}"] * 2
    named.append(compose()["services"]["relay"]["image"])
    assert [name for name in named if not re.search(r":v?\d+\.\d+\.\d+", name)] == []
    assert all(name in PAGE for name in named), "the page tells how to pin these"


IN_GIT = pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a clone: git cannot be asked")
SECRETS = [".env", "deploy/.env", "deploy/.env.local", "deploy/production.env", "infopolicy.env", "deploy/dkim.pem"]


@IN_GIT
@pytest.mark.parametrize("path", [*SECRETS, "data/corpus.db", "fuzz-findings/one.json", "tests/browser/node_modules/x"])
def test_secrets_and_findings_get_into_no_commit_and_no_image(path: str) -> None:
    done = subprocess.run(["git", "check-ignore", "-q", "--no-index", path], cwd=ROOT, check=False)
    assert done.returncode == 0, "git would take it"
    parts = path.split("/")
    above = ["/".join(parts[: end + 1]) for end in range(len(parts))]
    patterns = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    # As Docker reads it: from the top of the project, `*` within one name, `**/` for any folder or none.
    left_out = [
        each for each in above for pattern in patterns
        if (fnmatch.fnmatchcase(each.rpartition("/")[2], pattern[3:]) and pattern.startswith("**/"))
        or (each.count("/") == pattern.count("/") and fnmatch.fnmatchcase(each, pattern))
    ]  # fmt: skip
    assert left_out, "the image would have it"


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


def effective(name: str) -> dict[str, list[str]]:
    """The settings of a unit with its drop-ins, merged as systemd does (systemd.unit(5), “drop-in”).

    The more of the name a folder has, the sooner its file is taken where two have the same name; the files are read in the order
    of their names, after the unit. Later values win; an empty one clears.
    """
    chosen: dict[str, Path] = {}
    parts = name.removesuffix(".service").split("-")
    folders = ["-".join(parts[:end]) + "-.service.d" for end in range(1, len(parts))] + [f"{name}.d"]
    for folder in folders:
        chosen |= {path.name: path for path in (UNITS / folder).glob("*.conf")}
    found: dict[str, list[str]] = {}
    for path in [UNITS / name, *(chosen[each] for each in sorted(chosen))]:
        for key, value in re.findall(r"(?m)^(\w+)=(.*)$", path.read_text(encoding="utf-8")):
            found[key] = [*found.get(key, []), value] if value else []
    return found


@needs("systemd-analyze")
def test_what_restarts_the_site_of_a_reader_may_do_so(machine: Path) -> None:
    """Root with the right that systemd asks for, and not locked into a world of users of its own: both by our own merging and
    by systemd's."""
    unit = effective("infopolicy-replica.service")
    assert unit["User"][-1] == "root"
    assert unit["CapabilityBoundingSet"] == ["CAP_SYS_ADMIN"]
    assert "PrivateUsers" not in unit
    assert "AF_UNIX" in unit["RestrictAddressFamilies"][-1]
    command = ["systemd-analyze", "security", "--offline=true", f"--root={machine}", "--json=short", "--no-pager"]
    told = {}
    for name in ("replica", "site"):
        done = subprocess.run([*command, f"infopolicy-{name}.service"], capture_output=True, text=True, check=False)
        told[name] = {each["json_field"]: each["set"] for each in json.loads(done.stdout)}
    rules = ("UserOrDynamicUser", "PrivateUsers", "CapabilityBoundingSet_CAP_SYS_ADMIN")
    assert [told["replica"][rule] for rule in rules] == [False, False, False]
    assert [told["site"][rule] for rule in rules] == [True, True, True]


@pytest.mark.parametrize("name", ["site", "run", "mail", "mail-daily"])
def test_the_others_run_as_the_service_user(name: str) -> None:
    unit = effective(f"infopolicy-{name}.service")
    assert unit["User"] == ["infopolicy"]
    assert unit["CapabilityBoundingSet"] == []
    assert unit["EnvironmentFile"] == ["/etc/infopolicy.env"]
    assert unit["UMask"] == ["0077"]


def test_what_follows_a_run_is_not_cut_off() -> None:
    unit = effective("infopolicy-run.service")
    assert len(unit["ExecStopPost"]) == 3
    assert unit["TimeoutStopSec"] == ["infinity"], "systemd's 90 seconds hold for each of them"


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
        ("listen 443 ssl http2;", f"listen 127.0.0.1:{tls} ssl http2;"), ("listen [::]:443 ssl http2;", ""),
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
        "INFOPOLICY_SITE": "https://policy.example.org",
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
        for path in ("/areas", "/desk/login", "/static/site.css", "/corpus", "/-/health", "/none"):
            answer = asked.get(f"{proxy}{path}")
            assert answer.headers.get_list("strict-transport-security") == ["max-age=31536000"], path
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
