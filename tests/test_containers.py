"""The containers get every setting and no secret that is not theirs, and their timer calls everything."""

from __future__ import annotations

import fnmatch
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT
from waiting import until

from crawlers.sources import load_sources
from desk.web.request_parsing import is_proxy
from settings import Configuration, load

DEPLOY = ROOT / "deploy"


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
        "INFOPOLICY_SMTP_USER",
        "INFOPOLICY_SECRET",
    }


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


def test_containers_write_to_their_volume_alone_and_have_no_rights_of_root() -> None:
    for service in ("site", "timer"):
        entry = compose()["services"][service]
        assert (entry["read_only"], entry["tmpfs"], entry["volumes"]) == (True, ["/tmp"], ["data:/data"])
        assert (entry["cap_drop"], entry["security_opt"]) == (["ALL"], ["no-new-privileges:true"])
        assert not {"privileged", "cap_add", "user"} & entry.keys()
    users = re.findall(r"(?m)^USER (\S+)$", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"))
    assert users[-1] != "root"


def test_images_are_named_by_version() -> None:
    named = re.findall(r"(?m)^ARG PYTHON=(\S+)$", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"))
    assert re.findall(r"(?m)^FROM (\S+)", (DEPLOY / "Dockerfile").read_text(encoding="utf-8")) == ["${PYTHON}"]
    named.append(compose()["services"]["relay"]["image"])
    assert [name for name in named if not re.search(r":v?\d+\.\d+\.\d+", name)] == []
    page = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    assert all(name in page for name in named), "the page tells how to pin these"


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
        each
        for each in above
        for pattern in patterns
        if (fnmatch.fnmatchcase(each.rpartition("/")[2], pattern[3:]) and pattern.startswith("**/"))
        or (each.count("/") == pattern.count("/") and fnmatch.fnmatchcase(each, pattern))
    ]
    assert left_out, "the image would have it"


class Timer:
    """deploy/timer.sh among programs of our own: `calls` is what it called, the clock tells what the file `clock` says."""

    def __init__(self, folder: Path):
        self.folder, self.calls, self.log = folder, folder / "calls", folder / "log"
        self.script("date", f'case "$*" in *%s) cat {folder}/clock;; *%F) echo 2026-11-25;; *) echo 0859;; esac')
        self.clock(1795600000)

    def script(self, name: str, text: str) -> None:
        (self.folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (self.folder / name).chmod(0o755)

    def clock(self, seconds: int) -> None:
        (self.folder / "clock").write_text(str(seconds))

    def start(self, **settings: str) -> None:
        path = {"PATH": f"{self.folder}:/usr/bin:/bin"}
        with self.log.open("wb") as log:
            command = ["sh", str(DEPLOY / "timer.sh")]
            self.process = subprocess.Popen(command, env=path | settings, stderr=log, start_new_session=True)

    def called(self, least: int) -> list[str]:
        """What it has called, once that are so many and it has had time for one more."""
        until(lambda: self.calls.exists() and len(self.calls.read_text().splitlines()) >= least)
        time.sleep(0.3)
        return self.calls.read_text().splitlines()


@pytest.fixture
def timer(tmp_path: Path) -> Iterator[Timer]:
    made = Timer(tmp_path)
    yield made
    with suppress(ProcessLookupError):
        os.killpg(made.process.pid, signal.SIGKILL)
    made.process.wait(timeout=90)


@pytest.mark.parametrize("mail", [True, False])
def test_timer_of_the_container_calls_everything_once_a_round(timer: Timer, mail: bool) -> None:
    timer.script("infopolicy", f'echo "$@" >> {timer.calls}; [ "$2" != run ] || exit 3')
    timer.start(**({"INFOPOLICY_SMTP_HOST": "relay"} if mail else {}))
    expected = ["run", "digest deliver at-once", "alerts send", "backup", "digest letters", "notices"]
    expected += ["webhooks send", "notices --morning"]
    expected += [f"digest deliver {each} --patience 60" for each in ("daily", "weekly")]
    expected = [*(expected if mail else [each for each in expected if "digest" not in each]), "export --all"]
    # Quiet: the log says it already, and Docker would show both.
    assert timer.called(len(expected)) == [f"--quiet {each}" for each in expected], "also after a run that failed"
    assert "run ended with 3" in timer.log.read_text()


@pytest.mark.parametrize(("later", "again"), [(-150_000_000, True), (14_000, False), (14_400, True)])
def test_timer_of_the_container_goes_by_a_clock_that_was_set_back(timer: Timer, later: int, again: bool) -> None:
    timer.script("sleep", "exec /bin/sleep 0.05")
    record = f'[ "$2" = notices ] || [ "$2" = webhooks ] || echo "$@" >> {timer.calls}'
    timer.script("infopolicy", f"{record}; echo {1795600000 + later} > {timer.folder}/clock")
    timer.start()
    round_, dump = ["--quiet run", "--quiet alerts send", "--quiet backup"], "--quiet export --all"
    assert timer.called(7 if again else 4) == [*round_, dump, *(round_ if again else [])], "a dump once a day"


def test_a_container_that_is_stopped_tells_the_run_to_end_and_begins_nothing_more(timer: Timer) -> None:
    """The run's own processes are told as well; what they still write is waited for."""
    child = f'trap "/bin/sleep 0.5; echo written >> {timer.calls}; exit" TERM; while true; do /bin/sleep 0.1; done'
    timer.script("child", child)
    timer.script("infopolicy", f'echo "$@" >> {timer.calls}; child & exec /bin/sleep 60')
    timer.start()
    assert timer.called(1) == ["--quiet run"]
    timer.process.terminate()
    assert timer.process.wait(timeout=90) == 0
    assert timer.calls.read_text().splitlines() == ["--quiet run", "written"]


def test_a_container_that_is_stopped_finishes_a_backup(timer: Timer) -> None:
    timer.script(
        "infopolicy", f'echo "$@" >> {timer.calls}; [ "$2" != backup ] || {{ sleep 1; echo whole >> {timer.calls}; }}'
    )
    timer.start(INFOPOLICY_SMTP_HOST="relay")
    timer.called(4)
    timer.process.terminate()
    assert timer.process.wait(timeout=90) == 0
    assert timer.calls.read_text().splitlines()[3:] == ["--quiet backup", "whole"], (
        "letters are left for the next start"
    )
    assert compose()["services"]["timer"]["stop_grace_period"] == "15m"
