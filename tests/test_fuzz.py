"""Every parser, on input spoilt in a thousand ways: only the errors it documents, and nothing that cannot be stored.

A longer run: `python benchmarks/fuzz.py --minutes 60`.
"""

from __future__ import annotations

import json
import random
from contextlib import suppress
from pathlib import Path
from typing import Any

import fuzz_local
import fuzz_targets
import fuzz_visitors
import httpx
import pytest
from fuzz_local import local_files
from fuzz_sources import sources
from fuzz_targets import Target
from fuzz_visitors import visitors
from fuzzing import change_text
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import configuration
from crawlers.items import BadRecord, Bill, clean
from crawlers.jsonbody import read_json
from crawlers.middlewares import Unreadable
from crawlers.shape import check_shape, storable
from pages import ical

TARGETS = (*sources(), *local_files(), *visitors())
FAST = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
chances = st.integers(0, 2**48).map(random.Random)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_spoilt_input_raises_what_is_documented_and_nothing_else(target: Target) -> None:
    @FAST
    @given(chances)
    def spoil(rng: random.Random) -> None:
        with suppress(*target.allowed):
            target.run(target.change(rng.choice(target.seeds), rng))

    spoil()


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_any_bytes_at_all(target: Target) -> None:
    @FAST
    @given(st.binary(max_size=300))
    def read(body: bytes) -> None:
        with suppress(*target.allowed):
            target.run(body)

    read()


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_the_seeds_themselves_are_read(target: Target) -> None:
    """A target whose good input is refused would test nothing."""
    read = 0
    for seed in target.seeds:
        try:
            target.run(seed)
            read += 1
        except target.allowed:
            continue
    assert read


# --------------------------------------------------------------------- what the fuzzer found, by hand


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 50_000, b"", b"\xff", b"{"])
def test_no_depth_of_brackets_ends_a_crawl(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read_json(body)


def bill(**fields: Any) -> Bill:
    usual: dict[str, Any] = {
        "id": "us-117-hr1", "source": "us_bills", "jurisdiction": "us", "level": "federal", "session": "117",
        "identifier": "H.R. 1", "title": "A bill", "url": "https://x/1", "source_url": "https://x/1",
    }  # fmt: skip
    return Bill(**usual | fields)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("title", ["A", "bill"], "title is list"), ("chamber", {"name": "upper"}, "chamber is dict"),
        ("text", "half \ud83d of it", "text holds half a character"), ("subjects", ("a", 7), r"subjects\[1\] is int"),
        ("status_history", (("introduced", 1.5),), r"status_history\[0\]\[1\] is float"),
    ],
)  # fmt: skip
def test_what_no_database_takes_is_refused_by_name(field: str, value: Any, message: str) -> None:
    with pytest.raises(BadRecord, match=message):
        check_shape(bill(**{field: value}))
    check_shape(bill())


def test_one_bad_record_never_stops_the_batch_it_came_in() -> None:
    good = bill(id="us-117-hr99991", identifier="H.R. 99991")
    fuzz_targets.stored([good, bill(id="us-117-hr99992", identifier="H.R. 99992", chamber={"name": "upper"})])
    known = fuzz_targets.held("us-117-hr99991"), fuzz_targets.held("us-117-hr99992")
    assert known == (True, False)


@given(st.text())
def test_cleaning_twice_changes_nothing_and_can_always_be_stored(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    storable(text).encode()
    if once:
        once.encode()


@pytest.mark.parametrize("value", [7, True, ["a"], {"a": 1}, 1.5])
def test_what_is_no_text_is_said_to_be_none(value: Any) -> None:
    with pytest.raises(BadRecord, match=f"is {type(value).__name__}, not text"):
        clean(value)


def test_yes_or_no_stands_where_it_is_asked_for_alone() -> None:
    with pytest.raises(BadRecord, match="title is bool"):
        check_shape(bill(title=True))
    with pytest.raises(BadRecord, match=r"subjects\[0\] is bool"):
        check_shape(bill(subjects=(False,)))


def test_a_mail_in_an_alphabet_that_nobody_knows_stops_nothing() -> None:
    for name in (b"utf-9", b"utf\xff8", b""):
        fuzz_local._mailbox(fuzz_local._REPORT.replace(b"charset=utf-8", b"charset=" + name))


@pytest.mark.parametrize("name", ["site", "mirror"])
def test_an_address_with_an_open_bracket_is_told_in_a_sentence(name: str, tmp_path: Path) -> None:
    (tmp_path / "infopolicy.toml").write_text(f'{name} = "http://[::1"')
    with pytest.raises(configuration.BadSetting, match=f"{name} = 'http"):
        configuration.load({}, tmp_path / "infopolicy.toml")


def test_a_time_zone_longer_than_a_file_may_be_called_is_none() -> None:
    channels = fuzz_local._CHANNELS.replace(b"America/New_York", b"x" * 5000)
    with pytest.raises(fuzz_local.BadChannel, match="quiet"):
        fuzz_local._channels(channels)
    assert ical.start("2025-01-01T10:00:00", "x" * 5000).isoformat() == "2025-01-01"


@pytest.mark.parametrize(
    "path",
    ["/corpus/documents.json?_facet={}", "/corpus/documents?_sort=nothing", "/corpus/documents.json?_through={}",
     "/corpus/documents?_facet=a%00b", "/browse%00"],
)  # fmt: skip
def test_an_address_that_cannot_be_read_is_the_askers_mistake(path: str) -> None:
    runner, stranger, _, _ = fuzz_visitors._world()
    assert runner.run(stranger.get(path)).status_code in (400, 404)


def test_a_cookie_that_is_no_text_is_refused_and_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    runner, stranger, _, _ = fuzz_visitors._world()
    request = httpx.Request("GET", "http://localhost/browse", headers=[(b"cookie", b"hush=\x80")])
    answer = runner.run(stranger.http.send(request))
    assert answer.status_code == 400
    assert "cannot be read" in caplog.text
    assert "hush" not in caplog.text + answer.text


@pytest.mark.parametrize(
    "text", ["text:title:library", "title:title:summary:(a b)", "title:(text:a OR summary:b)", "title:-text:a"]
)
def test_fields_in_a_row_or_inside_one_another_are_a_search(text: str) -> None:
    fuzz_visitors.search(text)


@FAST
@given(st.text(max_size=400))
def test_the_search_box_takes_anything(text: str) -> None:
    fuzz_visitors.search(text)


@FAST
@given(chances)
def test_the_search_box_takes_anything_that_looks_like_a_search(rng: random.Random) -> None:
    good = '"net neutrality" OR (title:librar* -sponsor:"Smith, A" NOT number:hr1) AND text:e-book'
    for _ in range(5):
        good = change_text(good, rng)
    fuzz_visitors.search(good)


@FAST
@given(
    st.dictionaries(
        st.sampled_from(["q", "area", "kind", "jurisdiction", "status", "year", "must_see", "ceremonial", "sort", "page", "x"]),
        st.one_of(st.text(max_size=40), st.sampled_from(["1", "any", "0", "-1", "9" * 30, "us-tx", "bill", "2025", "²"])),
    )
)  # fmt: skip
def test_any_address_of_the_list_is_answered(args: dict[str, str]) -> None:
    fuzz_visitors.browse(args)


def test_json_lines_are_refused_one_by_one() -> None:
    for line in (b'{"id": 1, "title": {}}', b"[]", b"7", json.dumps({"id": [], "title": "x"}).encode()):
        with pytest.raises(fuzz_local.BadLine):
            fuzz_local.json_line(line)
