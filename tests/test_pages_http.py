"""What all pages share: the day in UTC, page numbers of addresses, conditional requests."""

from __future__ import annotations

import datetime
import os
import time
from pathlib import Path
from typing import Any

import pytest
import time_machine

from pages.http.conditional import is_current, validators
from pages.http.site import cache_headers, now, page_number, today


class FakeSite:
    def __init__(self, **settings: str) -> None:
        self.settings = settings

    def plugin_config(self, plugin_name: str) -> dict[str, str]:
        return self.settings

    def setting(self, key: str) -> int:
        return 60

    def get_database(self, name: str) -> Any:
        raise AssertionError(name)


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Pacific/Auckland"])
def test_the_day_is_that_of_utc_wherever_the_server_is(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        with time_machine.travel("2026-03-09T23:30:00Z", tick=False):
            assert today(FakeSite()) == datetime.date(2026, 3, 9)
            assert now(FakeSite()) == "2026-03-09T23:30:00Z"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_site_built_for_a_day_keeps_to_it() -> None:
    site = FakeSite(today="2022-03-09")
    assert (today(site), now(site)) == (datetime.date(2022, 3, 9), "2022-03-09T23:59:59Z")
    assert cache_headers(site) == {"Cache-Control": "max-age=60"}


@pytest.mark.parametrize(
    ("text", "number"), [("2", 2), ("0", 1), ("-3", 1), ("", 1), ("x", 1), ("²", 1), ("9" * 6, 999_999), ("9" * 7, 1)]
)
def test_an_address_asks_for_a_page(text: str, number: int) -> None:
    assert page_number(text) == number


def test_an_answer_is_current_until_the_file_or_the_question_changes(tmp_path: Path) -> None:
    file = tmp_path / "corpus.db"
    file.write_bytes(b"x")
    answer = validators(file, "/browse.atom")
    assert validators(file, "/browse.atom") == answer
    assert validators(file, "/other.atom")["ETag"] != answer["ETag"]
    assert is_current({"if-none-match": f'"other", {answer["ETag"]}'}, answer)
    assert not is_current({"if-none-match": '"other"', "if-modified-since": answer["Last-Modified"]}, answer)
    assert is_current({"if-modified-since": answer["Last-Modified"]}, answer)
    for text in ("yesterday", "", "Mon, 01 Jan 1990 00:00:00 GMT"):
        assert not is_current({"if-modified-since": text}, answer)
    assert not is_current({}, answer)
    (tmp_path / "corpus.db-wal").write_bytes(b"y")
    os.utime(tmp_path / "corpus.db-wal", (2_000_000_000, 2_000_000_000))
    assert not is_current({"if-modified-since": answer["Last-Modified"]}, validators(file, "/browse.atom"))
