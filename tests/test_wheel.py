"""The wheel holds all that the program needs, as one package, and a demo runs from it in an environment with nothing else."""

from __future__ import annotations

import email
import os
import resource
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import httpx
import installed
import pytest
from conftest import ROOT, clean_environment
from test_imports import PROJECT, SETUP

pytestmark = pytest.mark.slow

VERSION = PROJECT["project"]["version"]
#: Seconds of processor time that a demo may take until it is up: then it is up in less on a machine with nothing else to do.
SECONDS = 60


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sdist")
    return installed.build("sdist", installed.clone(folder / "clone"), folder / "dist")


@pytest.fixture(scope="module")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from the sdist, so that this one is known to be whole."""
    folder = tmp_path_factory.mktemp("wheel")
    return installed.build("wheel", installed.unpacked(sdist, folder / "unpacked"), folder / "dist")


def test_the_sdist_has_every_file_that_git_has(sdist: Path, tmp_path: Path) -> None:
    folder = installed.unpacked(sdist, tmp_path)
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert sorted(set(installed.tracked()) - there) == []


def test_the_wheel_is_one_package_with_every_file_of_the_program(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    folders = {each.partition(".")[0] for each in SETUP["packages"]} | {"datasette"}
    needed = {
        f"infopolicy/{name}"
        for name in installed.tracked()
        if name.partition("/")[0] in folders and not name.startswith("datasette/charts/")
    }
    assert sorted(needed - names) == []
    assert {name.partition("/")[0] for name in names} == {"infopolicy", f"infopolicy-{VERSION}.dist-info"}, (
        "no name of others"
    )
    assert not [name for name in names if name.endswith(".pyc") or "node_modules" in name]
    assert {"infopolicy/__init__.py", "infopolicy/__main__.py"} <= names
    assert "infopolicy/datasette/__init__.py" not in names, "it would hide the real one"


def test_the_wheel_says_what_it_needs_and_whose_it_is(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        [place] = [name for name in archive.namelist() if name.endswith("/METADATA")]
        about = email.message_from_bytes(archive.read(place))
    assert (about["Name"], about["Version"], about["License-Expression"]) == ("infopolicy", VERSION, "Apache-2.0")
    required = [each for each in about.get_all("Requires-Dist", []) if "extra ==" not in each]
    assert len(required) == len(PROJECT["project"]["dependencies"])
    assert about["Requires-Python"] == "<3.14,>=3.11"


@pytest.fixture(scope="module")
def command(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command in an environment of its own, into which pip or uv has put the wheel and what it asks for."""
    place = tmp_path_factory.mktemp("environment") / "venv"
    python = place / "bin" / "python"
    if shutil.which("uv"):
        steps = [["uv", "venv", "-q", "-p", sys.executable, str(place)]]
        steps += [["uv", "pip", "install", "-q", "--compile-bytecode", "-p", str(python), str(wheel)]]
    else:
        steps = [[sys.executable, "-m", "venv", str(place)], [str(python), "-m", "pip", "install", "-q", str(wheel)]]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("INFOPOLICY_")}
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True, env=environment, check=False)
        if done.returncode and not os.environ.get("CI"):
            pytest.skip(f"the registry of packages cannot be reached: {done.stderr[-300:]}")
        assert done.returncode == 0, done.stderr
    return place / "bin" / "infopolicy"


def run(command: Path, cwd: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = clean_environment() | {"HOME": str(cwd)} | more
    return subprocess.run([command, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def test_the_installed_command_works_from_any_folder(command: Path, tmp_path: Path) -> None:
    assert run(command, tmp_path, "--version").stdout == f"infopolicy, version {VERSION}\n"
    checked = run(command, tmp_path, "check")
    assert (checked.returncode, checked.stdout) == (0, "all is in order\n"), checked.stderr
    shadow = "raise SystemExit('a file of somebody else was taken')"
    for name in ("settings.py", "text.py", "cli.py"):
        (tmp_path / name).write_text(shadow)
    assert run(command, tmp_path, "positions", "check").returncode == 0
    inside = [str(path) for path in command.parents[1].rglob("site-packages/infopolicy/data")]
    assert inside == [], "no data where pip installs"


def test_data_go_to_the_users_home_and_not_where_pip_installs(command: Path, tmp_path: Path) -> None:
    code = "import infopolicy, sys; sys.path.insert(0, infopolicy.__path__[0]); import settings; print(settings.load().data)"
    python = command.with_name("python")
    for more, place in (
        ({}, tmp_path / ".local/share/infopolicy"),
        ({"XDG_DATA_HOME": "/srv/x"}, Path("/srv/x/infopolicy")),
    ):
        environment = clean_environment() | {"HOME": str(tmp_path)} | more
        done = subprocess.run(
            [python, "-c", code], env=environment, cwd=tmp_path, capture_output=True, text=True, check=True
        )
        assert Path(done.stdout.strip()) == place


def test_demo_is_up_in_a_minute_and_leaves_nothing_behind(command: Path, tmp_path: Path) -> None:
    here, temporary = tmp_path / "here", tmp_path / "temporary"
    here.mkdir()
    temporary.mkdir()
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    with installed.demo([str(command)], here, temporary, HOME=str(here)) as demo:
        up = time.monotonic() - began
        with httpx.Client(base_url=demo.site, timeout=300, follow_redirects=True) as visitor:
            pages = ("/", "/tour", "/browse?q=library", "/static/site.css", "/scorecard", "/corpus/documents.json")
            assert {page: visitor.get(page).status_code for page in pages} == dict.fromkeys(pages, 200)
        assert [path.name for path in temporary.iterdir() if path.name.startswith("infopolicy-demo-")]
        assert demo.stop() == 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"up after {up:.0f} s; {used:.0f} s of processor time until its end")
    assert used < SECONDS
    assert list(temporary.iterdir()) == [], "nothing stays"
    assert list(here.iterdir()) == [], "and nothing where it was called"
    assert ROOT not in here.parents
