"""docs/architecture.md is a whole map: every module has its place on it, and everything on it is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import ROOT
from test_imports import ORDER, ROOMS, SETUP

PAGE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
#: Folders at the top that hold no code of the project: made by tools, or by running it.
MADE = {"build", "data", "ci-output", "node_modules", "__pycache__"}
NAME = re.compile(r"`([^`\s]+)`")


def first_cells(text: str) -> list[str]:
    """The names in the first column of the tables of a piece of the page."""
    return [name for line in text.splitlines() if line.startswith("| ") for name in NAME.findall(line.split(" | ")[0])]


def section(heading: str) -> str:
    """What stands under a heading, up to the next one."""
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"docs/architecture.md has no heading {heading!r}"
    return found[1]


def files(room: Path, name: str) -> list[Path]:
    """What a name of the map stands for: a folder, a file, or all files that a pattern fits."""
    if name.endswith("/"):
        return [room / name] if (room / name).is_dir() else []
    return sorted(room.glob(name if "." in name else f"{name}.py"))


def on_page(room: Path, text: str) -> list[Path]:
    found = []
    for name in first_cells(text):
        assert files(room, name), f"docs/architecture.md names {name} in {room.name}/, which is not there"
        found += files(room, name)
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_every_module_of_a_room_has_one_place(room: str) -> None:
    named = [path for path in on_page(ROOT / room, section(f"`{room}/`")) if path.suffix == ".py"]
    there = {path for path in (ROOT / room).rglob("*.py") if path.name != "__init__.py"}
    missing = sorted(str(path.relative_to(ROOT)) for path in there - set(named))
    assert not missing, f"docs/architecture.md does not say what these are for: {missing}"
    assert len(named) == len(set(named)), (
        f"named twice: {sorted({path.name for path in named if named.count(path) > 1})}"
    )


def test_the_top_folder_is_on_the_map() -> None:
    named = [path.relative_to(ROOT).as_posix() for path in on_page(ROOT, section("The map: the top folder"))]
    folders = {
        path.name
        for path in ROOT.iterdir()
        if path.is_dir() and not path.name.startswith(".") and path.name not in MADE and path.suffix != ".egg-info"
    }
    assert set(named) == {f"{name}.py" for name in SETUP["py-modules"]} | folders
    assert len(named) == len(set(named))


def test_no_section_is_about_a_room_that_is_gone() -> None:
    assert set(re.findall(r"^### `(\w+)/`", PAGE, re.MULTILINE)) == set(ROOMS)


def test_the_chain_of_imports_is_the_one_that_is_tested() -> None:
    [chain] = [line for line in PAGE.splitlines() if "←" in line]
    assert tuple(chain.split(" ← ")) == ORDER


def test_files_in_the_text_are_there() -> None:
    words = [word for word in NAME.findall(PAGE) if re.fullmatch(r"[a-z_]+(/[\w.]+)*(/|\.py|\.yml)", word)]
    whole = [word for word in words if "/" in word.rstrip("/")]
    assert len(whole) > 5
    assert not [word for word in whole if not (ROOT / word).exists()]


def test_it_stays_a_page() -> None:
    assert len(PAGE.splitlines()) < 220, "a map is read at a glance: details belong on the page of the room"
