"""The docs are plain American English: no words of the old dialect, no British spelling, no day-first dates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from conftest import ROOT

from cli import main

#: Pages not yet rewritten. A page leaves this list when it is.
NOT_YET = frozenset(f"docs/{name}.md" for name in ("architecture", "benchmarks"))
PAGES = [
    path
    for path in (
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "NOTICE")),
        *sorted((ROOT / "docs").rglob("*.md")),
        *sorted((ROOT / "tests/sources").glob("*/README.md")),
        ROOT / "tests/schemas/README.md",
        ROOT / "crawlers/sample/README.md",
    )
    if path.relative_to(ROOT).as_posix() not in NOT_YET
]
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
#: What must not be written -> what to write instead.
BANNED = {
    r"told|tells": "says, reports, shows",
    r"anew": "again",
    r"whoever": "the person who; anyone who",
    r"mend(?:s|ed|ing)?": "fix",
    r"stands?(?! for\b)|stood": "is, appears",
    r"lately": "recently",
    r"hands? over|handed over|hand-overs?": "pass, transfer, reassign",
    r"(?:takes?|taken|took) (?:it |them )?(?:out|away)": "remove, download",
    r"must be seen": "priority",
    r"asked for|asks? for": "requested; requires",
    r"letters? (?:with a link|that asks?)": "confirmation email",
    r"mails?(?!\.db)": "email",
    r"beside": "next to, with",
    r"till|whilst|amongst|hitherto|whereof|thereof": "until, while, among ...",
    r"learnt|spoilt|burnt": "learned, spoiled, burned",
    r"look-alikes?": "similar documents",
    r"labell\w+|licence[sd]?|catalogues?|colours?|honours?|behaviours?|neighbour\w*|programmes?": "US spelling",
    r"\w*(?:normal|organ|author|recogn|random|summar|regular|categor|general|minim|optim)is(?:e[sd]?|ing|ations?)": "-ize",
    r"judgements?|grey|centres?|cancelled": "US spelling",
    rf"\d{{1,2}} (?:{MONTHS})(?: \d{{4}})?": "Month day, year",
    r"[\d.]+ %": "94%",
}
#: Where a banned word is a name or a quotation: of a file, a table, a service, a title.
QUOTED = re.compile(
    r"^```.*?^```$|^    .*?$|`[^`\n]*`|“[^”]*”|\"[^\"\n]*\"|\]\([^)]*\)"
    r"|Must be seen:[^|]*|library mail|Open Parliament Licence",
    re.MULTILINE | re.DOTALL,
)


def prose(text: str) -> str:
    """Return the text without code, addresses, and quotations; line breaks stay."""
    return QUOTED.sub(lambda found: "\n" * found[0].count("\n"), text)


def problems(text: str) -> list[str]:
    found = []
    for line, words in enumerate(prose(text).splitlines(), 1):
        for pattern, instead in BANNED.items():
            for match in re.finditer(rf"(?<![\w-])(?:{pattern})(?![\w-])", words, re.IGNORECASE):
                found.append(f"line {line}: {match[0]!r}: write {instead}")
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_docs_use_plain_american_english(page: Path) -> None:
    assert problems(page.read_text(encoding="utf-8")) == []


def test_pages_to_rewrite_exist_and_need_it() -> None:
    for name in NOT_YET:
        assert problems((ROOT / name).read_text(encoding="utf-8")), f"{name} is clean: remove it from NOT_YET"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It was told on 8 March 2022.", 2),
        ("Accuracy is 94 % on labelled data.", 2),
        ("What stands here is mended.", 2),
        ("US stands for United States.", 0),
        ('`told` and "94 %" are quoted.', 0),
        ("On March 8, 2022, 94%.", 0),
        ("```\ntold anew\n```\n", 0),
        ("The staff understands it.", 0),
        ("Whoever reads mail", 2),
    ],
)
def test_banned_words_are_found_outside_quotations(text: str, found: int) -> None:
    assert len(problems(text)) == found


def _commands(command: click.Command, path: str) -> Iterator[tuple[str, str]]:
    """Each command -> what --help says of it."""
    yield path, command.get_help(click.Context(command, info_name=path))
    if isinstance(command, click.Group):
        for name, each in command.commands.items():
            yield from _commands(each, f"{path} {name}")


@pytest.mark.parametrize(("path", "text"), [*_commands(main, "infopolicy")], ids=lambda each: each[:40])
def test_the_help_of_commands_is_plain_english(path: str, text: str) -> None:
    # What is indented is code in the docs only. A command, a file, and a test are called what they are called.
    said = "\n".join(line.strip() for line in text.splitlines())
    assert problems(said) == [], path
