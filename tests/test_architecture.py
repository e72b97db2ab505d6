"""docs/architecture.md is a whole map: every package has its place on it, and everything that it names is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from conftest import ROOT
from test_imports import MODULES, ORDER, PACKAGES, SETUP

PAGE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
#: Folders at the top that hold no code of the project: made by tools, or by running it.
MADE = {"build", "data", "ci-output", "node_modules", "__pycache__"}
NAME = re.compile(r"`([^`\s]+)`")
SUBPACKAGES = sorted(
    path.parent.relative_to(ROOT).as_posix() for package in PACKAGES for path in (ROOT / package).rglob("__init__.py")
)


def rows(heading: str) -> list[str]:
    """The names in the first column of the table below a heading."""
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"docs/architecture.md has no heading {heading!r}"
    return [
        name for line in found[1].splitlines() if line.startswith("| `") for name in NAME.findall(line.split(" | ")[0])
    ]


def test_every_package_and_file_at_the_top_is_on_the_map() -> None:
    folders = {
        path.name
        for path in ROOT.iterdir()
        if path.is_dir() and not path.name.startswith(".") and path.name not in MADE and path.suffix != ".egg-info"
    }
    named = rows("The map")
    assert len(named) == len(set(named)), "named twice"
    assert set(named) == {f"{name}.py" for name in SETUP["py-modules"]} | {
        f"{name}/" for name in folders | set(SUBPACKAGES)
    }


@pytest.mark.parametrize("package", SUBPACKAGES)
def test_a_package_says_what_it_is_for(package: str) -> None:
    assert ast.get_docstring(ast.parse((ROOT / package / "__init__.py").read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", MODULES)
def test_a_module_says_what_it_is_for(name: str) -> None:
    assert ast.get_docstring(ast.parse(MODULES[name].read_text(encoding="utf-8")))


def test_the_chain_of_imports_is_the_one_that_is_tested() -> None:
    [chain] = [line for line in PAGE.splitlines() if "←" in line]
    assert chain.split(" ← ") == [", ".join(line) for line in ORDER]


def test_files_in_the_text_are_there() -> None:
    words = [word for word in NAME.findall(PAGE) if re.fullmatch(r"[a-z_]+(/[\w.]+)*(/|\.py|\.yml)", word)]
    whole = [word for word in words if "/" in word.rstrip("/")]
    assert len(whole) > 5
    assert not [word for word in whole if not (ROOT / word).exists()]


def test_the_picture_is_there() -> None:
    [picture] = re.findall(r"^!\[.+\]\((.+)\)$", PAGE, re.MULTILINE)
    assert Path(ROOT / "docs" / picture).read_text(encoding="utf-8").startswith("<svg")
