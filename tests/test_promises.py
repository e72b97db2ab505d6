"""Every promise on the pages for operators names the test that holds it, and their figures are those of the code."""

from __future__ import annotations

import ast
import re
import sqlite3
from collections.abc import Iterator
from functools import cache

import pytest
from conftest import ROOT

from crawlers import settings as crawl_settings
from crawlers.download import worker_process
from crawlers.parsers import archive
from crawlers.spiders import us_bills
from desk.accounts import limits as account_limits
from desk.accounts import passwords, sessions
from desk.intake import reports, tracker, workbook
from desk.queue import collaboration, queue
from desk.web import request_parsing
from digest.subscribers import limits as digest_limits
from operations import connections, health, integrity, probe, retention, server
from public_sql import limits as sql_limits
from settings import Configuration

PAGES = ("security", "operations", "desk", "commands", "settings")
#: Words and figures of a bound or a guarantee.
PROMISE = re.compile(
    r"\b(?:never|always|at most|at least|no more than|up to(?! date)|only|cannot|nobody|nothing|no one|refuse[sd]?|stays?|every|"
    r"no \w+ (?:can|may|is|are)|exit code \d|"
    r"\d[\d.,]* ?(?:%|[kMG]?B|m?s|seconds?|minutes?|hours?|days?|characters|rows|rounds))\b",
    re.IGNORECASE,
)
REFERENCE = re.compile(r"`(test_\w+\.py)(?:::(test_\w+))?`")
#: Page and heading -> why its sentences promise nothing.
SECTIONS = {
    ("security", "Remaining risks"): "says what the site does not guarantee",
    ("operations", "What ran with Docker"): "reports a measurement",
    ("desk", "Measured"): "reports a measurement",
    ("desk", "A policy office's week"): "reports a measurement",
}
#: Page -> beginnings of sentences -> why they promise nothing.
SENTENCES = {
    "security": {
        "It gave 34 targets": "reports a measurement",
        "Eleven newer targets": "reports a measurement",
    },
    "operations": {
        "One small server is enough": "sizing.md derives it",
    },
}


def text_of(page: str) -> str:
    """Return a page without its code blocks."""
    text = (ROOT / f"docs/{page}.md").read_text(encoding="utf-8")
    return re.sub(r"^(```.*?^```|<!--.*?-->|    .*?)$", "", text, flags=re.MULTILINE | re.DOTALL)


def blocks(page: str, text: str) -> Iterator[str]:
    """Yield each paragraph, list item, and table row outside the exempt sections."""
    heading = ""
    for part in re.split(r"\n\s*\n|\n(?=- |\d\. |\|)", text):
        if part.lstrip().startswith("#"):
            heading = part.strip("# \n")
        elif (page, heading) not in SECTIONS and not re.match(r"\|[-|]+$", part.strip()):
            yield " ".join(part.split())


def unheld(page: str, text: str) -> Iterator[str]:
    """Yield the promises that name no test: a name holds its row, or the sentences before it in its paragraph or item."""
    exempt = tuple(SENTENCES.get(page, {}))
    for block in blocks(page, text):
        names = list(REFERENCE.finditer(block))
        if names and block.startswith("|"):
            continue
        rest = block[names[-1].end() :] if names else block
        for sentence in re.split(r"(?<=[.!?])[)*]* (?=[*`]*[A-Z])", rest):
            if PROMISE.search(re.sub(r"`[^`]*`", "", sentence)) and not (exempt and sentence.startswith(exempt)):
                yield sentence


@pytest.mark.parametrize("page", PAGES)
def test_each_promise_names_its_test(page: str) -> None:
    assert list(unheld(page, text_of(page))) == []


@pytest.mark.parametrize("page", PAGES)
def test_a_promise_without_a_test_is_found(page: str) -> None:
    text = text_of(page)
    names = list(REFERENCE.finditer(text))
    assert len(names) > 5
    assert len(list(unheld(page, REFERENCE.sub("", text)))) > 5


@cache
def functions(file: str) -> frozenset[str]:
    """Return the names of the tests in a file."""
    tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
    return frozenset(each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("page", PAGES)
def test_each_name_is_that_of_a_test(page: str) -> None:
    missing = [
        found[0]
        for found in REFERENCE.finditer(text_of(page))
        if not (ROOT / "tests" / found[1]).exists() or (found[2] and found[2] not in functions(found[1]))
    ]
    assert missing == []


def test_exemptions_are_needed() -> None:
    for page, heading in SECTIONS:
        assert f"\n## {heading}\n" in text_of(page)
    for page, sentences in SENTENCES.items():
        words = " ".join(text_of(page).split())
        assert [each for each in sentences if each not in words] == []


@pytest.mark.parametrize(
    ("sentence", "promises"),
    [
        ("The site never logs a query.", True),
        ("At most 40 wait.", True),
        ("No page can be framed.", True),
        ("A larger file is refused.", True),
        ("It ends within 10 seconds.", True),
        ("The rest stays.", True),
        ("A reviewer proposes another wording.", False),
        ("Run it monthly.", False),
    ],
)
def test_promises_are_recognized(sentence: str, promises: bool) -> None:
    assert bool(PROMISE.search(sentence)) == promises


# --------------------------------------------------------------------- figures

MB, MIB = 1_000_000, 1024 * 1024
UNIT, NGINX = (
    (ROOT / f"deploy/{name}").read_text(encoding="utf-8") for name in ("systemd/infopolicy-site.service", "nginx.conf")
)


def number(pattern: str, text: str) -> int:
    """Return the number in a configuration file."""
    return int(re.findall(pattern + r"[= ](\d+)", text)[0])


_SQLITE = sql_limits._LIMITS
#: Page -> words around a figure -> the figures in the code.
FIGURES: dict[str, dict[str, tuple[float, ...]]] = {
    "security": {
        "A member over {} MB is not unpacked": (archive.MEMBER_MAXSIZE / MIB,),
        "at most {} MB of work waiting": (worker_process.AHEAD_BYTES / MIB,),
        "A response may have at most {} MB": (crawl_settings.DOWNLOAD_MAXSIZE / MIB,),
        "{} MB for the ZIP file": (us_bills.BULK_MAXSIZE / MIB,),
        "{} kB to subscribe": (request_parsing.SMALLEST_FORM / 1000,),
        "{} kB at the desk and for reports": (request_parsing.LARGEST_FORM / 1000,),
        "{} MB with a text, {} MB with a file": (request_parsing.LARGEST_TEXT / MB, request_parsing.LARGEST_FILE / MB),
        "within {} seconds and the body within {} more": (connections.HEAD_SECONDS, connections.BODY_SECONDS),
        "Above {} unfinished requests": (connections.MOST_WAITING,),
        "{} confirmation emails a day and {} in 30 days": tuple(most for _, most in digest_limits.PER_PERSON),
        "one sender can make at most {} requests an hour": (digest_limits.PER_ORIGIN_HOUR,),
        "At most {} confirmation emails an hour go to one domain, and {} in all": (
            digest_limits.PER_DOMAIN_HOUR,
            digest_limits.EVERYBODY_HOUR,
        ),
        "It expires after {} hours": (sessions.HOURS,),
        "{} reports in {} minutes and {} in a day": (
            account_limits.REPORTS_PER_ORIGIN,
            account_limits.MINUTES,
            account_limits.REPORTS_PER_DAY,
        ),
        "At most {} reports are open; above {} only": (reports.MOST_OPEN_AT_ALL, reports.MOST_OPEN),
        "unpacks anything: at most {} MB": (workbook.LARGEST_UNPACKED / MB,),
        "with {} MB of memory and {} seconds of processor time": (workbook.MEMORY / MB, workbook.PROCESSOR_SECONDS),
        "not answered {} second later is killed": (sql_limits.GRACE,),
        "{} queries run and {} wait, for at most {} seconds": (
            sql_limits.WORKERS,
            sql_limits.WAITING,
            sql_limits.PATIENCE,
        ),
        "may allocate {} MB": (sql_limits.HEAP / MB,),
        "has {} MB of memory for itself": (sql_limits.MEMORY / MB,),
        "can write at most {} MB": (sql_limits.WRITTEN / MB,),
        "{} characters of SQL, values of {} MB, answers of {} MB": (
            sql_limits.LONGEST_SQL,
            sql_limits.LONGEST_VALUE / MB,
            sql_limits.LARGEST_ANSWER / MB,
        ),
        "{} columns, {} arguments of a function, {} parts of a compound SELECT": (
            _SQLITE[sqlite3.SQLITE_LIMIT_COLUMN],
            _SQLITE[sqlite3.SQLITE_LIMIT_FUNCTION_ARG],
            _SQLITE[sqlite3.SQLITE_LIMIT_COMPOUND_SELECT],
        ),
        "expressions {} deep, patterns of {} characters, and {} facets": (
            _SQLITE[sqlite3.SQLITE_LIMIT_EXPR_DEPTH],
            _SQLITE[sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH],
            sql_limits.MOST_FACETS,
        ),
        "SIGTERM ends the server within {} seconds": (server.LAST,),
    },
    "operations": {
        "how many it may have open: {}": (number("limit_conn infopolicy_open", NGINX),),
        "does not arrive within {} seconds": (number("client_header_timeout", NGINX),),
        "`INFOPOLICY_BACKUP_KEEP` ({})": (Configuration.backup_keep,),
        "`INFOPOLICY_BACKUP_DAYS` ({})": (Configuration.backup_days,),
        "`INFOPOLICY_STALE_HOURS` ({})": (Configuration.stale_hours,),
        "less than {} MB of free disk": (health.LEAST_FREE / MIB,),
        "do not answer within {} seconds": (probe.SECONDS,),
        "reports every {} seconds": (number("WatchdogSec", UNIT) / 2,),
        "systemd waits for {} seconds": (number("WatchdogSec", UNIT),),
        "reads {} documents in full": (integrity.SAMPLE,),
        "`INFOPOLICY_KEEP_REJECTS_DAYS` ({} days)": (Configuration.keep_rejects_days,),
        "`INFOPOLICY_KEEP_ANSWERS_DAYS` ({} days)": (Configuration.keep_answers_days,),
        "requests for email | {} days": (retention.ENDED_DAYS,),
        "attempts to sign in | {} day": (retention.TRIES_DAYS,),
    },
    "desk": {
        "One place in {}": (queue.SAMPLE_INTERVAL,),
        "{} minutes without a page end a visit": (collaboration.IDLE_MINUTES,),
        "{} days after the report is closed": (reports.FORGET_DAYS,),
        "{} reports in {} minutes and {} in a day": (
            account_limits.REPORTS_PER_ORIGIN,
            account_limits.MINUTES,
            account_limits.REPORTS_PER_DAY,
        ),
        "When {} reports are open, only a sender's first is accepted; when {} are": (
            reports.MOST_OPEN,
            reports.MOST_OPEN_AT_ALL,
        ),
        "at most {} rows and {} MB": (tracker.MOST_ROWS, request_parsing.LARGEST_FILE / MB),
        "may unpack to at most {} MB": (workbook.LARGEST_UNPACKED / MB,),
        "with {} MB of memory, {} seconds of processor time, {} seconds in all": (
            workbook.MEMORY / MB,
            workbook.PROCESSOR_SECONDS,
            workbook.SECONDS,
        ),
        "valid for {} hours": (sessions.HOURS,),
        "at least {} characters and": (passwords.SHORTEST,),
        "PBKDF2, {} rounds": (passwords.ITERATIONS,),
        "In {} minutes it permits {} for a name from one sender, {} for a name, {} from a sender, and {} in all": (
            account_limits.MINUTES,
            account_limits.PER_NAME_AND_ORIGIN,
            account_limits.PER_NAME,
            account_limits.PER_ORIGIN,
            account_limits.TOTAL,
        ),
        "for `/desk/login` only, {} days": (account_limits.DEVICE_DAYS,),
        "has {} attempts of its own in {} minutes": (account_limits.PER_NAME_AND_ORIGIN, account_limits.MINUTES),
    },
}


@pytest.mark.parametrize("page", FIGURES)
def test_figures_are_those_of_the_code(page: str) -> None:
    text = " ".join(text_of(page).split())
    said = [words.format(*(f"{value:,.10g}" for value in values)) for words, values in FIGURES[page].items()]
    assert [each for each in said if each not in text] == []
