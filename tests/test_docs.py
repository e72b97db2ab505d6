"""The documentation is true: every command, setting, source, area and status it should name is named, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest

import cli
from crawlers.sources import load_sources
from settings import ROOT, Configuration

COMMANDS = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
SETTINGS = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
SOURCES = (ROOT / "docs/sources/README.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def commands(group: click.Group, prefix: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{prefix}{name} ")
        else:
            yield prefix + name, command


ALL = dict(commands(cli.main))


@pytest.mark.parametrize("name", ALL)
def test_docs_name_every_command_with_its_options(name: str) -> None:
    row = next((line for line in COMMANDS.splitlines() if re.match(rf"\| `{name}[ `]", line)), None)
    assert row, f"docs/commands.md has no row for {name}"
    options = {
        option
        for each in ALL[name].params
        if isinstance(each, click.Option)
        for option in [*each.opts, *each.secondary_opts]
        if option.startswith("--")
    }
    missing = sorted(option for option in options if f"`{option}`" not in row)
    assert not missing, f"the row of {name} does not name {missing}"


def test_docs_name_no_command_that_is_gone() -> None:
    rows = re.findall(r"^\| `([a-z]+(?: [a-z]+)?)[ `]", COMMANDS, re.MULTILINE)
    assert sorted(rows) == sorted(ALL)


def test_every_command_teaches_itself() -> None:
    silent = [name for name, command in ALL.items() if not command.help or len(command.help) < 30]
    assert not silent


def test_docs_name_every_setting() -> None:
    documented = set(re.findall(r"^\| `INFOPOLICY_(\w+)` \|", SETTINGS, re.MULTILINE))
    assert documented == {field.name.upper() for field in fields(Configuration)} | {"CONFIG"}


def test_docs_name_every_source_with_its_page_and_key() -> None:
    rows = re.findall(r"^\| \[`(\w+)`\]\((\w+)\.md\) \| .+ \| (?:`?(\w+)`?) \|$", SOURCES, re.MULTILINE)
    keys = {name: each.key or "none" for name, each in load_sources().items()}
    assert {name: key for name, _, key in rows} == keys, "give each source its row in docs/sources/README.md"
    assert all(name == page for name, page, _ in rows)
    pages = {path.stem for path in (ROOT / "docs/sources").glob("*.md")}
    assert pages == set(load_sources()) | {"README"}, "each source needs its page in docs/sources/, and no other page"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    broken = [
        target
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text)
        if not target.startswith(("http:", "https:", "mailto:")) and not (page.parent / target).exists()
    ]
    assert not broken


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_named_with_their_folder_are_there(page: Path) -> None:
    named = re.findall(
        r"`((?:[a-z]\w*/)+[\w.-]+\.(?:py|yml|json|html|js|css|po|sql|md|xz))`", page.read_text(encoding="utf-8")
    )
    assert [name for name in named if not any((top / name).exists() for top in (ROOT, ROOT / "datasette"))] == []


def anchors(page: Path) -> set[str]:
    """What a link to a heading of a page may name after its #, as GitHub makes it: small, hyphens for spaces, no signs."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    found: dict[str, int] = {}
    for heading in re.findall(r"^#{1,6} +(.+?)(?: +#+)?$", text, re.MULTILINE):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)  # of a link only its words
        name = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
        found[name] = found.get(name, -1) + 1
        if found[name]:
            found[f"{name}-{found[name]}"] = 0
    return set(found) | set(re.findall(r'<a (?:id|name)="([^"]+)"', text))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_to_a_heading_find_it(page: Path) -> None:
    dead = []
    for target, anchor in re.findall(r"\]\(([^)#]*)#([^)]+)\)", page.read_text(encoding="utf-8")):
        other = page.parent / target if target else page
        local = not target.startswith(("http:", "https:", "mailto:"))
        if local and other.suffix == ".md" and other.exists() and anchor not in anchors(other):
            dead.append(f"{target}#{anchor}")
    assert not dead


def test_anchors_are_those_of_the_code_host(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# `a_b/` & C, d!\n\n## Twice\n\n```sh\n# no heading\n```\n\n## Twice\n\n### See [the list](x.md)\n", "utf-8"
    )
    assert anchors(page) == {"a_b--c-d", "twice", "twice-1", "see-the-list"}


def test_docs_tell_nothing_of_one_machine() -> None:
    private = re.compile(r"(?<![\w.])/(?:work|root|home)/")
    assert not [page.name for page in PAGES if private.search(page.read_text(encoding="utf-8"))]


def test_readme_commands_exist() -> None:
    used = {words.strip() for words in re.findall(r"^infopolicy ([a-z]+)", README, re.MULTILINE)}
    assert used <= {name.split()[0] for name in ALL}
    targets = set(re.findall(r"^make ([a-z]+)", README, re.MULTILINE))
    rules = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert targets <= rules
