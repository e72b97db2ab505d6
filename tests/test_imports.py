"""Who may import whom, what is installed, and that the locks say the same as each other."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from conftest import ROOT

#: A package imports itself and what comes before it, never what comes after. Packages of one line import each other not at all.
ORDER = (
    ("store", "text"),
    ("settings",),
    ("crawlers",),
    ("classify",),
    ("positions",),
    ("comparison",),
    ("derive",),
    ("second_reader",),
    ("publish",),
    ("pages",),
    ("desk", "digest"),
    ("public_sql",),
    ("operations",),
    ("pipelines", "serve"),
    ("commands",),
    ("cli",),
    ("infopolicy",),
)
PACKAGES = tuple(name for line in ORDER for name in line if (ROOT / name).is_dir())
#: Other people's packages that a package must not import by itself.
FORBIDDEN = {
    "store": {"scrapy", "spacy", "datasette"},
    "text": {"scrapy", "spacy", "datasette"},
    "crawlers": {"spacy", "datasette"},
    "classify": {"scrapy", "datasette"},
    "positions": {"scrapy", "spacy", "datasette"},
    "comparison": {"scrapy", "spacy", "datasette"},
    "derive": {"scrapy", "datasette"},
    "second_reader": {"scrapy", "spacy", "datasette"},
    "publish": {"scrapy", "spacy", "datasette"},
    "pages": {"scrapy", "spacy", "datasette"},
    "digest": {"scrapy", "spacy", "datasette"},
    "desk": {"scrapy", "spacy", "datasette"},
}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SETUP = PROJECT["tool"]["setuptools"]


def modules() -> Iterator[tuple[str, Path]]:
    for path in [*ROOT.glob("*.py"), *(each for package in PACKAGES for each in (ROOT / package).rglob("*.py"))]:
        yield ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), path


def imports(path: Path) -> set[str]:
    """Every module the file imports, also inside functions: `from a import b` counts as a and a.b."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import hides who imports whom"
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


MODULES = dict(sorted(modules()))
USED = {name: imports(path) for name, path in MODULES.items()}


def place_of(name: str) -> int:
    """The line of ORDER in which a module of ours stands."""
    return next(n for n, line in enumerate(ORDER) if name.split(".")[0] in line)


def test_every_module_has_its_place() -> None:
    assert {name.split(".")[0] for name in MODULES} == {name for line in ORDER for name in line}


@pytest.mark.parametrize("name", MODULES)
def test_module_imports_only_what_comes_before_it(name: str) -> None:
    own, place = name.split(".")[0], place_of(name)
    for used in USED[name] & MODULES.keys():
        package = used.split(".")[0]
        assert package == own or place_of(used) < place, f"{name} imports {used}"
    for foreign in FORBIDDEN.get(own, ()):
        assert not [each for each in USED[name] if within(each, foreign)], f"{name} imports {foreign}"


def test_no_files_import_each_other_in_a_circle() -> None:
    graph = {
        name: {each for each in used & MODULES.keys() if MODULES[each].name != "__init__.py"} - {name}
        for name, used in USED.items()
    }
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_records_need_the_standard_library_only() -> None:
    for each in USED["crawlers.items"]:
        assert each.split(".")[0] in sys.stdlib_module_names, each


def test_spiders_are_imported_by_nobody_but_crawlers() -> None:
    for name, used in USED.items():
        if not within(name, "crawlers"):
            assert not [each for each in used if within(each, "crawlers.spiders")], name


def test_scrapy_is_imported_where_spiders_are_run_and_their_records_stored_only() -> None:
    users = {name for name, used in USED.items() if any(within(each, "scrapy") for each in used)}
    assert {name for name in users if not within(name, "crawlers")} == {"operations.crawl", "pipelines"}


def test_pipelines_is_imported_by_scrapy_and_the_command_line_only() -> None:
    users = {name for name, used in USED.items() if any(within(each, "pipelines") for each in used)}
    assert users == {"commands.publishing"}, users
    assert "pipelines.RecordPipeline" in (ROOT / "crawlers" / "settings.py").read_text(encoding="utf-8")


def test_datasette_folder_never_becomes_a_package() -> None:
    assert not (ROOT / "datasette" / "__init__.py").exists()
    import datasette

    assert not str(datasette.__file__).startswith(str(ROOT / "datasette"))


def test_every_package_and_module_is_installed_and_nothing_else() -> None:
    on_disk = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for package in PACKAGES
        for path in (ROOT / package).rglob("__init__.py")
    }
    assert set(SETUP["packages"]) == on_disk
    assert set(SETUP["py-modules"]) == {path.stem for path in ROOT.glob("*.py")}
    checked = PROJECT["tool"]["mypy"]
    assert set(checked["packages"]) == set(PACKAGES)
    assert set(checked["modules"]) == set(SETUP["py-modules"])


@pytest.mark.parametrize(("file", "options"), [("requirements.txt", ["--no-dev"]), ("requirements-dev.txt", [])])
def test_exported_requirements_are_those_of_the_lock(file: str, options: list[str]) -> None:
    if shutil.which("uv") is None and not os.environ.get("CI"):
        pytest.skip("uv is not installed: the export cannot be compared with uv.lock")
    command = ["uv", "export", "-q", "--frozen", "--offline", *options, "--no-emit-project"]
    fresh = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    def lines(text: str) -> list[str]:
        return [line for line in text.splitlines() if not line.lstrip().startswith("#")]

    assert lines((ROOT / file).read_text(encoding="utf-8")) == lines(fresh), "make lock renews them"


def test_no_page_installs_a_package_of_our_name() -> None:
    """Nobody has published one: whoever does could put anything on the machines of those who install it."""
    told = [ROOT / "README.md", *ROOT.glob("*.py"), *(ROOT / "docs").rglob("*.md")]
    by_name = re.compile(r"(?:pipx?|tool) install [^\n]*\binfopolicy\b(?=['\"\[\s]|$)")
    assert [path.name for path in told if by_name.search(path.read_text(encoding="utf-8"))] == []


def _packages(file: str) -> set[tuple[str, str]]:
    """Name and version, with a hash each."""
    text = (ROOT / file).read_text(encoding="utf-8")
    found = re.findall(r"(?m)^([a-z0-9.-]+)==(\S+)(.*\n(?:    .*\n)*)", text)
    assert [name for name, _, rest in found if "--hash=sha256:" not in rest] == []
    return {(name, version) for name, version, _ in found}


def test_lock_fits_the_project() -> None:
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    [project] = [each for each in lock["package"] if each["name"] == PROJECT["project"]["name"]]
    locked = {each["name"]: each.get("specifier") for each in project["metadata"]["requires-dist"]}
    for wanted in PROJECT["project"]["dependencies"]:
        name = re.split(r"[<>=\[]", wanted)[0]
        assert set(str(locked[name]).split(",")) == set(wanted.removeprefix(name).split(",")), wanted


def test_what_builds_the_project_is_pinned_too() -> None:
    """pip takes the installed one, whose hash is in the requirements (`--no-build-isolation`); uv is told its version."""
    pinned = {(name, version) for name, version in _packages("requirements.txt") if name == "setuptools"}
    [constraint] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["uv"][
        "build-constraint-dependencies"
    ]
    assert pinned == {tuple(constraint.split("=="))}
    for name in ("Makefile", "deploy/Dockerfile", "docs/operations.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert text.count("-e .") == text.count("--no-deps --no-build-isolation -e .") > 0, name


def test_a_command_begins_without_pandas_and_leaves_it_to_who_asks() -> None:
    began = """
import sys, infopolicy
sys.argv = ["infopolicy", "--help"]
try:
    infopolicy.main()
except SystemExit:
    pass
print("read:", "pandas" in sys.modules)
import pandas
print("still there:", pandas.DataFrame.__name__)
"""
    done = subprocess.run([sys.executable, "-c", began], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-2:] == ["read: False", "still there: DataFrame"]


@pytest.mark.parametrize(("module", "waits"), [("operations.status", "pages.answers"), ("comparison.update", "scipy")])
def test_what_takes_long_to_load_waits_for_a_command_that_needs_it(module: str, waits: str) -> None:
    code = f"import infopolicy, sys; infopolicy._leave_pandas_to_who_asks(); import {module}; print({waits!r} in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
