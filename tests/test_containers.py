"""The containers get every setting and no secret that is not theirs, and their timer calls everything."""

from __future__ import annotations

import fnmatch
import os
import re
import signal
import subprocess
import time
from dataclasses import fields
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT

from configuration import Configuration, load
from crawlers.sources import load_sources
from desk.asking import is_proxy

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
