"""`infopolicy check --live`: each source asked once; what is wrong is named with what to do; nothing is stored but the count."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import scrapy
from conftest import Command
from scrapy.exceptions import DownloadTimeoutError
from scrapy.http import TextResponse
from twisted.python.failure import Failure

from crawlers.live_check import Finding, LiveCheck, Probe, judge, load_probes, probes
from crawlers.pace import in_words, seconds
from crawlers.sources import load_sources
from operations.live import lines

KEYS = {source.key: "a-secret-key" for source in load_sources().values() if source.key} | {"COURTLISTENER_AGREED": "1"}
FEDERAL_REGISTER = dict.fromkeys(load_probes()["us_federal_register"]["fields"], "x")


def probe(source: str, place: str = "") -> Probe:
    return next(each for each in probes(KEYS) if each.source.id == source and place in ("", each.place))


def answer(probe: Probe, content: Any, status: int = 200, **headers: str) -> TextResponse:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return TextResponse(probe.url, status=status, headers=headers, body=body)


# --------------------------------------------------------------------- what is asked


@pytest.mark.parametrize("name", load_sources())
def test_every_source_has_a_probe_on_its_own_host(name: str) -> None:
    mine = [each for each in probes(KEYS | {"LEGISTAR_NYC_TOKEN": "t"}) if each.source.id == name]
    assert mine
    for each in mine:
        own = load_sources()[name]
        assert each.url.split("/")[2] in {own.url.split("/")[2], *own.hosts}
        assert seconds(each.source, round(each.first_load["requests"]), each.first_load.get("pace")) > 0
        assert bool(each.secret) == bool(each.key)
    if load_sources()[name].key:
        assert not [each for each in probes({}) if each.source.id == name], "not asked without its key"


def test_city_is_asked_only_with_its_token() -> None:
    assert "New York City" not in {each.place for each in probes({})}
    assert "New York City" in {each.place for each in probes({"LEGISTAR_NYC_TOKEN": "t"})}
    assert {"Seattle", "King County, Washington"} <= {each.place for each in probes({})}


def test_meetings_of_state_committees_are_asked_for_with_the_same_key() -> None:
    bills, meetings = (each for each in probes(KEYS) if each.source.id == "us_states")
    assert (bills.place, meetings.place) == ("", "meetings")
    assert (meetings.secret, meetings.key, meetings.records) == (bills.secret, bills.key, bills.records)
    record = {
        "id": "ocd-event/1",
        "name": "Education",
        "jurisdiction": {},
        "start_date": "2026-02-03",
        "status": "passed",
    }
    assert judge(meetings, answer(meetings, {"results": [record]})).state == "ok"
    del record["start_date"]
    assert judge(meetings, answer(meetings, {"results": [record]})).words == ["the records lack start_date"]


def test_time_limits_of_sources_that_hang_do_not_add_up() -> None:
    """All are asked at the same time: robots.txt, answer, and the pauses between requests to one host are under a minute."""
    asked, limits = probes(KEYS | {"LEGISTAR_NYC_TOKEN": "t"}), LiveCheck.custom_settings
    assert limits["CONCURRENT_REQUESTS"] >= limits["CONCURRENT_REQUESTS_PER_DOMAIN"] >= len(asked)
    [(_, busiest)] = Counter(each.url.split("/")[2] for each in asked).most_common(1)
    longest = 2 * limits["DOWNLOAD_TIMEOUT"] + 1.5 * limits["DOWNLOAD_DELAY"] * (busiest + 1)
    assert longest < limits["CLOSESPIDER_TIMEOUT"] < 60


# --------------------------------------------------------------------- what an answer says


def test_answer_in_good_order_tells_limits_and_the_first_load() -> None:
    congress = probe("us_congress_api")
    record = dict.fromkeys(congress.fields, "x")
    headers = {"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "4998"}
    found = judge(congress, answer(congress, {"bills": [record]}, **headers))
    assert found.state == "ok"
    assert found.words[:3] == ["key accepted", "form as expected", "4,998 of 5,000 requests left"]
    assert found.words[3].startswith("first load: about 23 hours (109,000 requests)")


def test_total_of_the_answer_counts_towards_the_first_load() -> None:
    uk = probe("uk_bills")
    found = judge(uk, answer(uk, {"items": [dict.fromkeys(uk.fields, 1)], "totalResults": 4_000}))
    assert found.words[-1] == "first load: about 13 minutes (4,002 requests)"


def test_field_that_is_lacking_is_named() -> None:
    register = probe("us_federal_register")
    record = {name: value for name, value in FEDERAL_REGISTER.items() if name != "publication_date"}
    found = judge(register, answer(register, {"count": 1, "results": [record]}))
    assert (found.state, found.words) == ("changed", ["the records lack publication_date"])


def test_field_that_nobody_knows_is_named_and_no_fault() -> None:
    register = probe("us_federal_register")
    found = judge(register, answer(register, {"count": 1, "results": [FEDERAL_REGISTER | {"shape": 1}]}))
    assert found.state == "ok"
    assert "new fields that nobody here has looked at: document.shape" in found.words


def test_fields_within_fields_and_xml_are_looked_for_too() -> None:
    rules, bills = probe("us_regulations"), probe("us_bills")
    found = judge(rules, answer(rules, {"data": [{"id": "A", "attributes": {"title": "T"}}]}))
    assert found.words[0].startswith("the records lack attributes.documentType")
    good = b"<sitemapindex><sitemap><loc>https://www.govinfo.gov/1.xml</loc></sitemap></sitemapindex>"
    assert judge(bills, answer(bills, good)).state == "ok"
    assert judge(bills, answer(bills, good.replace(b"loc>", b"place>"))).words == ["the records lack loc"]


@pytest.mark.parametrize(
    ("source", "content", "status", "headers", "state", "words"),
    [
        ("us_congress_api", b"", 403, {}, "refused", "HTTP status 403: is CONGRESS_GOV_KEY right?"),
        ("uk_bills", b"", 403, {}, "refused", "it may block this network or our user agent"),
        ("us_states", b"", 429, {"Retry-After": "90"}, "refused", "no requests are left; ask again in 90 seconds"),
        ("us_states_legiscan", {"status": "ERROR", "alert": {"message": "Bad key"}}, 200, {}, "refused", "Bad key"),
        ("us_bill_text", b"", 302, {"Location": "https://x/error"}, "changed", "redirected to https://x/error"),
        ("us_courts", b"<html>", 200, {"Content-Type": "text/html"}, "changed", "the answer is not JSON but text/html"),
        (
            "us_regulations",
            b'{"data": [',
            200,
            {"Content-Type": "application/json"},
            "changed",
            "the answer is not JSON though it says application/json: cut off or garbled",
        ),
        ("us_bills", b"<urlset/>", 200, {}, "changed", "the answer holds no sitemap"),
        ("us_federal_register", {"results": []}, 200, {}, "changed", "the answer holds no results"),
        ("us_local_legistar", b"LegistarConnectionString", 500, {}, "refused", "Legistar has no client 'seattle'"),
        ("us_regulations", b"busy", 503, {}, "unreachable", "HTTP status 503"),
    ],
)
def test_what_is_wrong_is_said(
    source: str, content: Any, status: int, headers: dict[str, str], state: str, words: str
) -> None:
    asked = probe(source, "Seattle" if source == "us_local_legistar" else "")
    found = judge(asked, answer(asked, content, status, **headers))
    assert found.state == state
    assert words in found.words[0]


@pytest.mark.parametrize(
    ("duration", "words"),
    [(20, "less than a minute"), (60, "about 1 minute"), (5_400, "about 2 hours"), (86_400 * 27, "about 27 days")],
)
def test_durations_are_said_in_words(duration: float, words: str) -> None:
    assert in_words(duration) == words


def test_first_load_takes_days_where_a_day_has_a_limit() -> None:
    states = load_sources()["us_states"]
    assert in_words(seconds(states, 7_500)) == "about 30 days"
    assert in_words(seconds(states, 250)) == "about 25 minutes"


def test_cities_that_answered_alike_share_a_line() -> None:
    found = [Finding("us_local_legistar", "ok", ["form as expected"], place) for place in ("Seattle", "Boston")]
    found += [Finding("us_local_legistar", "refused", ["HTTP status 404"], "Mesa")]
    first, second, last = lines(found)
    assert first == "us_local_legistar  ok           Seattle, Boston: form as expected"
    assert second == "us_local_legistar  refused      Mesa: HTTP status 404"
    assert last == "2 answers as they should be, 1 that need a person, 0 left out for want of a key"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            DownloadTimeoutError("Getting https://x/?key=a-secret%2Fkey took longer than 15.0 seconds."),
            "no answer within 15",
        ),
        (OSError("https://x/?key=a-secret%2Fkey: refused"), "https://x/?key=***: refused"),
    ],
)
def test_no_key_is_said_of_a_source_that_does_not_answer(error: Exception, words: str) -> None:
    asked, found = replace(probe("us_states_legiscan"), secret="a-secret/key"), []
    failure = Failure(error)
    failure.request = scrapy.Request("https://x", cb_kwargs={"probe": asked})  # type: ignore[attr-defined]
    LiveCheck([asked], found).failed(failure)
    moved = judge(asked, answer(asked, b"", 302, Location="https://y/?key=a-secret%2Fkey"))
    assert found[0].words[0].startswith(words)
    assert moved.words[0].startswith("redirected to https://y/?key=***")


# --------------------------------------------------------------------- the command


@pytest.fixture
def mirror(tmp_path: Path) -> Callable[[str, str], str]:
    """A mirror that holds one answer to a probe."""
    from crawlers.download.mirror import file_name

    def write(url: str, body: str) -> str:
        path = tmp_path / "mirror" / file_name(url)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body)
        return (tmp_path / "mirror").as_uri()

    return write


def test_command_asks_once_counts_the_request_and_says_what_a_person_must_do(
    infopolicy: Command, mirror: Callable[[str, str], str], tmp_path: Path
) -> None:
    states = probe("us_states")
    address = mirror(states.url, json.dumps({"results": [dict.fromkeys(states.fields, "x")]}))
    done = infopolicy("check", "--live", mirror=address, env={"OPENSTATES_KEY": "a-secret-key"})
    assert done.returncode == 3, "no other source is in this mirror"
    assert re.search(r"us_states +ok +key accepted; form as expected; first load: about 30 days", done.stdout)
    assert re.search(r"us_states +changed +meetings: HTTP status 404", done.stdout)
    assert "248 of 250 requests left today" in done.stdout
    assert re.search(r"us_bills +changed +HTTP status 404", done.stdout)
    assert re.search(r"us_congress_api +no key +CONGRESS_GOV_KEY is not set: free, 2 minutes; https://", done.stdout)
    assert "a-secret-key" not in done.stdout + done.stderr
    with closing(sqlite3.connect(tmp_path / "data/ops.db")) as db:
        assert db.execute("select source, used from budgets").fetchall() == [("us_states", 2)]


def test_backup_and_live_are_two_different_checks(infopolicy: Command, tmp_path: Path) -> None:
    assert infopolicy("check", str(tmp_path), "--live").returncode == 2
