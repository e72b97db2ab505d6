"""An issue that is prepared from a small corpus, and what a reader finds in it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from digest_fixtures import (
    BROADBAND,
    FIRST,
    FIRST_DAY,
    corpus,
    mail_db,
)

from digest import service
from digest.issues import compose, issues
from digest.issues.issues import Issue
from digest.issues.words import Words
from digest.subscribers.preferences import Preferences


@pytest.fixture
def corpus_file(tmp_path: Path) -> Path:
    return corpus(tmp_path)


@pytest.fixture
def db(tmp_path: Path):
    with mail_db(tmp_path) as opened:
        yield opened


def prepared(db, file: Path, now=FIRST, day=FIRST_DAY, frequency="weekly") -> Issue:
    with closing(service.corpus(file)) as source:
        return issues.prepare(db, source, list_="public", frequency=frequency, now=now, day=day)


def reading(issue: Issue, choice: Preferences | None = None, since: int = 0, language: str = "en"):
    return compose.read(issue, choice, Words(language), site="https://s.example", since=since)


def told(issue: Issue, choice: Preferences | None = None, since: int = 0) -> dict[str, list[str]]:
    found = reading(issue, choice, since)
    return {key: [line.url.rsplit("/", 1)[1] for line in lines] for key, lines in found.sections} if found else {}


def line_of(issue: Issue, choice: Preferences | None = None, since: int = 0):
    found = reading(issue, choice, since)
    lines = [line for _, each in found.sections for line in each] if found else []
    return next((line for line in lines if line.url.endswith(BROADBAND)), None)
