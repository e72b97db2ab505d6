"""A copy of the project, to follow a recipe of CONTRIBUTING.md in: the files that it names are the files that change."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, clean_environment

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
SKIPPED = shutil.ignore_patterns(
    ".venv",
    ".git",
    "node_modules",
    "*.pyc.*",  # one that is being written
    "data",
    "build",
    "*.egg-info",
    ".*_cache",
    ".hypothesis",
    "ci-output",
)
PLACEHOLDERS = {"<id>": "us_vt_bills", "<publisher>": "vermont", "<area>": "literacy"}


def section(heading: str) -> str:
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"CONTRIBUTING.md has no heading {heading!r}"
    return found[1]


def steps(heading: str) -> list[str]:
    """Return the path that each numbered step of a recipe is about."""
    found = re.findall(r"^\d+\. \*\*`([^`]+)`\*\*", section(heading), re.MULTILINE)
    assert found
    return [filled(path) for path in found]


def filled(path: str) -> str:
    for placeholder, value in PLACEHOLDERS.items():
        path = path.replace(placeholder, value)
    return path


class Checkout:
    """A copy of the project to follow a recipe in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(ROOT, folder, ignore=SKIPPED)
        self.before = self.files()

    def files(self) -> dict[str, bytes]:
        made = {"__pycache__", ".hypothesis"}
        paths = (path for path in self.folder.rglob("*") if path.is_file() and made.isdisjoint(path.parts))
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in paths}

    def insert(self, name: str, text: str, before: str | None = None) -> None:
        """Insert text before a line of a file, or at its end; create a file that is not there."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        present = path.read_text(encoding="utf-8") if path.exists() else ""
        if before:
            assert present.count(before) == 1, (name, before)
            present = present.replace(before, text + before)
        else:
            present += text
        path.write_text(present, encoding="utf-8")

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env=clean_environment() | environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def passes(self, *arguments: str, **environment: str) -> str:
        done = self.run(*arguments, **environment)
        assert done.returncode == 0, done.stdout[-4_000:] + done.stderr[-4_000:]
        return done.stdout

    def tests(self, *arguments: str) -> str:
        return self.passes("-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments)

    def touched(self, heading: str) -> None:
        """Check that the files that changed are those the recipe names, and no step is left out."""
        changed = {name for name, content in self.files().items() if self.before.get(name) != content}
        named = steps(heading)
        place = {name: next((step for step in named if fits(name, step)), None) for name in changed}
        assert {name for name, step in place.items() if step is None} == set(), "files the recipe does not name"
        assert set(named) - set(place.values()) == set(), "steps that changed nothing"


def fits(name: str, step: str) -> bool:
    return name.startswith(step) if step.endswith("/") else name == step


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    made = Checkout(tmp_path / "checkout")
    assert made.passes("-c", "import crawlers; print(crawlers.__file__)").startswith(str(made.folder))
    yield made
    shutil.rmtree(made.folder)
