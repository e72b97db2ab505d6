"""What is in deploy/ works: commands exist, recipes are whole, units verify and are tight."""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT, needs
from test_docs import ALL

DEPLOY = ROOT / "deploy"
UNITS = DEPLOY / "systemd"
LOOSEST = 11  # tenths, as docs/operations.md says; systemd calls anything below 3.0 OK


def test_in_ci_no_test_is_skipped_for_a_program_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    assert needs("no-such-program").args == (True,)
    monkeypatch.setenv("CI", "true")
    assert needs("no-such-program").args == (False,)
    tests = "".join(file.read_text(encoding="utf-8") for file in sorted(Path(__file__).parent.glob("test_*.py")))
    wanted = re.findall(r'(?m)^@needs\("([^"]+)"\)', tests)
    ci = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert {"nginx", "logrotate", "systemd-analyze", "openssl", "node"} == set(wanted)
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
            assert "pip install --no-deps --no-build-isolation -e ." in recipe, "new modules would not be found"
            assert "install -m 0755 deploy/infopolicy-as-service /usr/local/sbin/infopolicy" in recipe
            assert "cp -r deploy/systemd/* /etc/systemd/system/\n" in recipe, "on a reader none of its own may go"
            assert "replica" not in recipe, "what is not enabled does nothing"
    assert os.access(DEPLOY / "infopolicy-as-service", os.X_OK)


def test_whoever_restores_or_upgrades_stops_everything_and_starts_it_again() -> None:
    stopping = [recipe for recipe in recipes() if "systemctl stop" in recipe]
    assert len(stopping) == 2
    ours = {path.name for path in UNITS.iterdir() if path.is_file() and "replica" not in path.name}
    for recipe in stopping:
        pattern = re.findall(r"systemctl stop '([^']+)'", recipe)[0]
        assert {name for name in ours if fnmatch.fnmatch(name, pattern)} == ours
        started = set(re.findall(r"systemctl start (.+)", recipe)[0].split())
        assert started == {name for name in ours if name.endswith((".timer", ".path"))} | {"infopolicy-site.service"}
        assert recipe.index("systemctl stop") < recipe.index("infopolicy re") < recipe.index("systemctl start")


def test_with_docker_the_timer_is_stopped_before_a_restore_or_an_upgrade() -> None:
    services = set(yaml.safe_load((DEPLOY / "compose.yml").read_text(encoding="utf-8"))["services"])
    found = [recipe.splitlines() for recipe in recipes() if "run --rm timer" in recipe]
    assert len(found) == 2
    for lines in found:
        ours = [line.removeprefix("docker compose -f deploy/compose.yml ") for line in lines if "compose.yml" in line]
        assert (ours[0], ours[-1]) == ("stop site timer", "up -d"), (
            "the lock is free, and nobody reads what is exchanged"
        )
        assert {line.split()[2] for line in ours if line.startswith("run --rm")} <= services


def test_cron_does_what_the_units_do_also_after_a_failure(tmp_path: Path) -> None:
    [table] = [recipe for recipe in recipes() if "* * root " in recipe]
    first, *others = [line.split(" root ", 1)[1] for line in table.splitlines() if line]
    program = tmp_path / "infopolicy"
    program.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\nexit 3\n')
    program.chmod(0o755)
    for command in (first, *others):
        subprocess.run(["sh", "-c", command.replace("/usr/local/sbin", str(tmp_path))], check=False)
    units = [UNITS / f"infopolicy-{name}.service" for name in ("run", "mail", "mail-daily", "dump")]
    theirs = [words for unit in units for words in re.findall(r"(?m)^Exec\w+=-?\S+infopolicy (.*)$", unit.read_text())]
    calls = [words.removeprefix("--quiet ") for words in (tmp_path / "calls").read_text().splitlines()]
    assert calls == [words.removeprefix("--quiet ") for words in theirs]


def test_a_daily_mail_that_fails_does_not_keep_the_weekly_issue_from_its_morning() -> None:
    unit = (UNITS / "infopolicy-mail-daily.service").read_text(encoding="utf-8")
    starts = re.findall(r"(?m)^ExecStart=(-?)\S+infopolicy (.*)$", unit)
    assert [words.split()[1:4] for _, words in starts][1:] == [
        ["digest", "deliver", each] for each in ("daily", "weekly")
    ]
    assert [minus for minus, _ in starts] == ["-", "", ""]
    assert "\nSuccessExitStatus=3\n" in unit, "systemd goes on with the next command only after a success"


def test_timers_come_as_often_as_the_cron_table_and_the_page_say() -> None:
    due = {
        name: re.findall(r"(?m)^OnCalendar=(.+)$", (UNITS / f"infopolicy-{name}.timer").read_text(encoding="utf-8"))
        for name in ("run", "mail", "mail-daily", "dump")
    }
    assert due == {
        "run": ["*-*-* 01/4:17:00"],
        "mail": ["*:0/5"],
        "mail-daily": ["*-*-* 06:30"],
        "dump": ["*-*-* 03:40"],
    }
    assert [line[:14].split(" * ")[0] for line in PAGE.splitlines() if "* * root " in line] == [
        "17 1-23/4",
        "*/5",
        "30 6",
        "40 3",
    ]
    assert "a run every four hours" in PAGE
    assert re.search(r"confirmation emails and .*, every five minutes", PAGE)


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
@pytest.mark.parametrize("name", ["site", "run", "mail", "mail-daily", "dump"])
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


@pytest.mark.parametrize("name", ["site", "run", "mail", "mail-daily", "dump"])
def test_the_others_run_as_the_service_user(name: str) -> None:
    unit = effective(f"infopolicy-{name}.service")
    assert unit["User"] == ["infopolicy"]
    assert unit["CapabilityBoundingSet"] == []
    assert unit["EnvironmentFile"] == ["/etc/infopolicy.env"]
    assert unit["UMask"] == ["0077"]


def test_what_follows_a_run_is_not_cut_off() -> None:
    unit = effective("infopolicy-run.service")
    assert len(unit["ExecStopPost"]) == 3
    assert unit["TimeoutStopSec"] == ["2h"], "systemd's 90 seconds hold for each of them; one that hangs ends some day"


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
