"""What `infopolicy check --live` finds out: one small request to each source, and what its answer says.

Nothing is stored and nothing is tried again, so that it ends in under a minute. What is asked is in probes.yml.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

import scrapy
from lxml import etree
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.exceptions import DownloadTimeoutError, IgnoreRequest
from scrapy.http import Response
from twisted.python.failure import Failure

from crawlers.completeness import fields
from crawlers.keys import lacking
from crawlers.pace import in_words, seconds
from crawlers.parsers import legistar
from crawlers.run_settings import scrapy_settings
from crawlers.sources import Source, load_sources
from settings import Configuration, reachable
from text.yaml_config import rules_of

FILE = Path(__file__).with_name("probes.yml")
SECONDS = 15  # that an answer may take, and as long the robots.txt before it
MOST = 1_000  # requests at the same time: more than there are probes
LONGEST = 400  # characters of a sentence
#: What a finding may be. Only these need a person: the source cannot be reached, refuses us, or has another form.
OK, NO_KEY, BAD = "ok", "no key", ("unreachable", "refused", "changed")

Tell = Callable[[int], object]


@dataclass(frozen=True, kw_only=True)
class Probe:
    """One request. `place` is the city or the part of a source that it is about; the rest is explained in probes.yml."""

    source: Source
    url: str
    records: str
    fields: tuple[str, ...]
    first_load: Mapping[str, float]
    accept: str = "application/json"
    key: Mapping[str, str] = field(default_factory=dict)
    secret: str = ""
    robots: bool = True
    known_as: str | None = None
    total: str | None = None
    place: str = ""


@dataclass
class Finding:
    """What is known of a source (or one of its cities): `state`, and sentences about it."""

    source: str
    state: str
    words: list[str]
    place: str = ""


@cache
def load_probes(path: Path = FILE) -> dict[str, dict[str, Any]]:
    """The entries of probes.yml by source.

    Raises:
        ValueError: the file does not have an entry of the right form for each source.
    """
    with rules_of(path) as entries:
        for source in load_sources().values():
            _probes(source, entries[source.id])
        return dict(entries)


def _probes(source: Source, entry: Mapping[str, Any], **more: Any) -> list[Probe]:
    """The request of an entry, and one for each further part of the source."""
    own = {name: value for name, value in entry.items() if name != "also"}
    parts = [{**own, **part, "place": place} for place, part in entry.get("also", {}).items()]
    return [Probe(source=source, **{**each, "fields": tuple(each["fields"]), **more}) for each in (own, *parts)]


def probes(environment: Mapping[str, str] = os.environ) -> list[Probe]:
    """What can be asked with the keys there are: one request for each source, and one for each city or part."""
    left_out = {each.source for each in lacking(environment) if each.whole}
    tokenless = legistar.without_token(environment)
    found = []
    for name, entry in load_probes().items():
        source = load_sources()[name]
        if name in left_out:
            continue
        if name != legistar.SOURCE:
            found += _probes(source, entry, secret=environment.get(source.key or "", ""))
            continue
        for city in legistar.load_cities().values():
            url, token = entry["url"].format(client=city.client), environment.get(city.token or "", "")
            key = {"query": "token"} if token else {}
            if city not in tokenless:
                found += _probes(source, entry, url=url, key=key, secret=token, place=city.name)
    return found


def check(config: Configuration, begin: Callable[[int], Tell] = lambda number: lambda heard: None) -> list[Finding]:
    """Ask every source that has its key, and say what came; in the order of sources.yml.

    Args:
        begin: gets how many are asked; what it returns gets how many more have been heard of, as they answer.

    Raises:
        BadSetting: there is no mirror, and no address for publishers to write to.
    """
    if not config.mirror:
        reachable(config.contact)
    asked = probes()
    found: list[Finding] = []
    process = AsyncCrawlerProcess(scrapy_settings(config, LOG_LEVEL="CRITICAL"))
    process.crawl(LiveCheck, asked=asked, found=found, tell=begin(len(asked)))
    process.start()
    heard = {(each.source, each.place) for each in found}
    silent = [each for each in asked if (each.source.id, each.place) not in heard]
    found += [Finding(each.source.id, "unreachable", ["no answer in time"], each.place) for each in silent]
    found += [
        Finding(each.source, NO_KEY, [f"{each.variable} is not set: {each.get}"], each.place) for each in lacking()
    ]
    order = {name: place for place, name in enumerate(load_sources())}
    return sorted(found, key=lambda each: (order[each.source], each.place))


class LiveCheck(scrapy.Spider):
    """Sends the probes and judges what comes."""

    name = "live_check"
    custom_settings = {  # noqa: RUF012
        "ITEM_PIPELINES": {},
        "HTTPCACHE_ENABLED": False,
        "RETRY_ENABLED": False,
        "REDIRECT_ENABLED": False,
        "AUTOTHROTTLE_ENABLED": False,
        # All at the same time, and no more than four a second to one host: where many hang, their time limits must not add up.
        "CONCURRENT_REQUESTS": MOST,
        "CONCURRENT_REQUESTS_PER_DOMAIN": MOST,
        "DOWNLOAD_DELAY": 0.25,
        "DOWNLOAD_TIMEOUT": SECONDS,
        "CLOSESPIDER_TIMEOUT": 50,
    }

    def __init__(self, asked: list[Probe], found: list[Finding], tell: Tell = lambda heard: None, **kwargs: Any):
        super().__init__(**kwargs)
        self.asked, self.found, self.tell = asked, found, tell

    async def start(self) -> AsyncIterator[scrapy.Request]:
        for probe in self.asked:
            headers = {"Accept": probe.accept}
            url = probe.url
            if name := probe.key.get("header"):
                headers[name] = probe.key.get("form", "{}").format(probe.secret)
            elif name := probe.key.get("query"):
                url += ("&" if "?" in url else "?") + urlencode({name: probe.secret})
            meta = {"handle_httpstatus_all": True, "dont_obey_robotstxt": not probe.robots}
            yield scrapy.Request(
                url,
                self.answered,
                errback=self.failed,
                headers=headers,
                dont_filter=True,
                meta=meta,
                cb_kwargs={"probe": probe},
            )

    def answered(self, response: Response, probe: Probe) -> None:
        self._heard(judge(probe, response))

    def failed(self, failure: Failure) -> None:
        probe: Probe = failure.request.cb_kwargs["probe"]  # type: ignore[attr-defined]
        state, words = "unreachable", failure.getErrorMessage() or "no answer"
        if failure.check(IgnoreRequest):
            state, words = "refused", "robots.txt forbids this address"
        elif failure.check(DownloadTimeoutError):  # its own words repeat the address, key and all
            words = f"no answer within {SECONDS} seconds"
        self._heard(Finding(probe.source.id, state, [_shown(probe, words)], probe.place))

    def _heard(self, finding: Finding) -> None:
        self.found.append(finding)
        self.tell(1)


# --------------------------------------------------------------------- what an answer says


def judge(probe: Probe, response: Response) -> Finding:
    """Whether an answer is what it should be, and what it says of limits and of a first load."""

    def finding(state: str, *words: str) -> Finding:
        return Finding(probe.source.id, state, [_shown(probe, each) for each in words], probe.place)

    if refused := _refused(probe, response):
        return finding(*refused)
    parser = next((each for each in ("csv", *_PARSERS) if each in probe.accept), None)
    try:
        content = _content(parser, response.body)
    except (ValueError, SyntaxError, RecursionError, csv.Error):  # lxml's errors of syntax are Python's
        kind = (response.headers.get("Content-Type") or b"no type").decode("latin-1")
        wanted = (parser or "json").upper()
        found = f"but {kind}" if wanted.lower() not in kind.lower() else f"though it says {kind}: cut off or garbled"
        return finding("changed", f"the answer is not {wanted} {found}")
    if isinstance(content, dict) and content.get("status") == "ERROR":  # LegiScan's errors come with status 200
        return finding("refused", str(content.get("alert") or content.get("error") or content)[:200])
    record = _first(content, probe.records)
    if record is None:
        return finding("changed", f"the answer holds no {probe.records}" if probe.records != "." else "an empty list")
    if missing := [name for name in probe.fields if not _has(record, name)]:
        return finding("changed", f"the records lack {', '.join(missing)}")
    words = ["key accepted"] if probe.secret else []
    words += ["form as expected", *_new_fields(probe, record), *_budget(response), _first_load(probe, content)]
    return finding(OK, *words)


def _shown(probe: Probe, words: str) -> str:
    """A sentence for a terminal or a log: errors and redirects repeat the address, which may hold the key."""
    for secret in {probe.secret, quote(probe.secret, safe=""), quote_plus(probe.secret)} - {""}:
        words = words.replace(secret, "***")
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"


def _content(parser: str | None, body: bytes) -> Any:
    """An answer as JSON, as the root of a tree, or as the rows of a table."""
    if parser == "csv":
        return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
    return etree.fromstring(body, _PARSERS[parser]) if parser else json.loads(body)


#: By a word of the Accept header; a table is read by its rows, and anything else is JSON.
_PARSERS: dict[str, Any] = {
    "xml": etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False),
    "html": etree.HTMLParser(no_network=True, huge_tree=False),
}


def _refused(probe: Probe, response: Response) -> tuple[str, str] | None:
    """The state and a sentence where the answer is none of the data asked for."""
    city = next((each for each in legistar.load_cities().values() if each.name == probe.place), None)
    if response.status == 200:
        return None
    if response.status in (301, 302, 303, 307, 308):
        target = (response.headers.get("Location") or b"").decode("latin-1")[:100]
        return "changed", f"redirected to {target}: has the source moved, or is this an error page?"
    if city is not None:
        return "refused", legistar.refusal(city, response.status, response.body).removeprefix(f"{city.name}: ")
    if response.status in (401, 403):
        why = f"is {probe.source.key} right?" if probe.secret else "it may block this network or our user agent"
        return "refused", f"HTTP status {response.status}: {why}"
    if response.status == 429:
        wait = (response.headers.get("Retry-After") or b"").decode("latin-1")
        return "refused", "no requests are left" + (f"; ask again in {wait} seconds" if wait else "")
    return ("unreachable" if response.status >= 500 else "changed"), f"HTTP status {response.status}"


def _first(content: Any, records: str) -> Any:
    """The first record at a place of the answer; None if there is none."""
    if isinstance(content, etree._Element):
        return next(content.iter(f"{{*}}{records}"), None)
    for name in records.split("."):
        content = content.get(name) if name and isinstance(content, dict) else content
    if isinstance(content, dict):  # LegiScan numbers its records
        content = list(content.values())
    return content[0] if isinstance(content, list) and content and isinstance(content[0], dict) else None


def _has(record: Any, name: str) -> bool:
    if isinstance(record, etree._Element):
        return record.find(f"{{*}}{name}") is not None
    for part in name.split("."):
        if not isinstance(record, dict) or part not in record:
            return False
        record = record[part]
    return True


def _new_fields(probe: Probe, record: Any) -> Iterator[str]:
    if probe.known_as and (new := fields.unknown(probe.source.id, probe.known_as, record)):
        yield f"new fields that nobody here has looked at: {', '.join(new[:5])}"


def _budget(response: Response) -> Iterator[str]:
    left, most = (response.headers.get(f"X-RateLimit-{name}") for name in ("Remaining", "Limit"))
    if left and most and left.isdigit() and most.isdigit():
        yield f"{int(left):,} of {int(most):,} requests left"


def _first_load(probe: Probe, content: Any) -> str:
    """How long a first load takes at the pace we keep, for the requests it needs."""
    total = content
    for name in (probe.total or "").split("."):
        total = total.get(name) if name and isinstance(total, dict) else None
    count = round(
        probe.first_load["requests"] + probe.first_load.get("each", 0) * (total if isinstance(total, int) else 0)
    )
    return f"first load: {in_words(seconds(probe.source, count, probe.first_load.get('pace')))} ({count:,} requests)"
