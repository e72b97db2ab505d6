"""The texts of state bills that carry a tag, or come near one, from the legislatures' own sites."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from crawlers.composite_spider import GatheringSpider, Work
from crawlers.download.middlewares import ForeignAddress
from crawlers.items import Document, ExpectedCount, Listing, Unreadable
from crawlers.markup.formats import hosts
from crawlers.markup.limited import NoWords, read_limited
from crawlers.parsers.state_text import NamedText, kind_of_answer, to_fetch
from crawlers.storage import stored_state
from crawlers.storage.attachments import VersionText
from crawlers.storage.stored_texts import COLUMNS, bill_as_stored, had_before, stored_text, usual_share
from text.changes import Mark

_BILLS = """
    select {columns} from documents d where d.level = 'state' and d.kind = 'bill' {tagged} order by d.id"""
#: What carries a tag, and what the trained model would list although no single area is sure.
_TAGGED = """and (d.id in (select document_id from tags)
    or d.id in (select document_id from taggings where model_priority > 0))"""
FORBIDDEN, UNREADABLE = "forbidden", "unreadable"
#: Processes that read files at the same time.
_READERS = 2


@dataclass(frozen=True)
class Found:
    """What was found at an address."""

    text: str | None
    marks: tuple[Mark, ...] | None = None
    note: str | None = None


@dataclass
class Stored:
    """What is stored of a bill: its row, the texts to fetch by address, and when each was asked for before."""

    row: dict[str, Any]
    texts: dict[str, NamedText] = field(default_factory=dict)
    answered: dict[str, tuple[str, bool, str | None]] = field(default_factory=dict)  # when, whether it has a text, note

    def lacking(self) -> list[NamedText]:
        """What to ask for: never asked for; or the bill has changed since, where there was no text or the address stands."""
        return [text for text in self.texts.values() if self._lacks(text)]

    def _lacks(self, text: NamedText) -> bool:
        if text.url not in self.answered:
            return True
        when, there, note = self.answered[text.url]
        assert text.host is not None
        if note == FORBIDDEN:
            return not text.host.forbidden and self.row["changed_at"] > when
        stands = text.host.standing is not None and text.host.standing.search(text.url) is not None
        return (not there or stands) and self.row["changed_at"] > when


class UsStateTextSpider(GatheringSpider):
    """`tagged`: "no" asks for the texts of all stored bills; `jurisdiction`: of this state only ("us-mn").

    A host whose robots.txt asks us not to fetch its texts is not asked; that is kept with the text's address.
    """

    name = "us_state_text"

    def __init__(self, today: str, tagged: str = "yes", jurisdiction: str | None = None, **kwargs: Any):
        super().__init__(today, **kwargs)
        if tagged not in ("yes", "no"):
            raise ValueError(f'tagged={tagged}: must be "yes" or "no"')
        self.tagged, self.jurisdiction = tagged == "yes", jurisdiction
        self.bills: dict[str, Stored] = {}
        self.usual: float | None = None
        self.asked: dict[tuple[str, str], list[bool]] = defaultdict(list)
        self.readers = asyncio.Semaphore(_READERS)
        self.read: dict[str, Found | Unreadable] = {}  # by address, from the answer until its part is read

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Each host waits as long as it asks for, whatever the others do."""
        super().update_settings(settings)
        if not (settings.get("INFOPOLICY_MIRROR") and settings.getbool("INFOPOLICY_BUDGET_OFF")):
            slots = {name: {"concurrency": 1, "delay": host.delay, "jitter": 0} for name, host in hosts().items()}
            settings.set("DOWNLOAD_SLOTS", slots, "spider")

    def should_list(self, jurisdiction: str, session: str) -> bool:
        return self.jurisdiction in (None, jurisdiction)

    async def start(self) -> AsyncIterator[Any]:
        """The stored bills, then their texts; no source lists them, so the list is ours."""
        corpus = Path(self.settings["INFOPOLICY_CORPUS"])
        self.bills = stored_bills(corpus, tagged=self.tagged, jurisdiction=self.jurisdiction)
        self.usual = usual_share(corpus, "state")
        sessions: dict[tuple[str, str], set[str]] = defaultdict(set)
        for key, bill in self.bills.items():
            sessions[bill.row["jurisdiction"], bill.row["session"]].add(key)
        for jurisdiction, session, key in had_before(corpus, self.name):
            if self.should_list(jurisdiction, session):
                sessions[jurisdiction, session].add(key)
        for (jurisdiction, session), keys in sorted(sessions.items()):
            yield Listing(
                source=self.name, jurisdiction=jurisdiction, session=session, part="", document_ids=tuple(sorted(keys))
            )
        wanted = [(key, bill, texts) for key, bill in self.bills.items() if (texts := bill.lacking())]
        for key, bill, texts in self.take(wanted):
            work = Work(key=key, record=bill.row, stamp=None, waiting=[])
            for text in texts:
                if text.host and text.host.forbidden:
                    work.got[text.url] = Found(None, note=FORBIDDEN)
                else:
                    work.waiting.append((text.url, text.url))
            for each in self.gather(work):
                yield each

    async def parse_part(self, response: Response, work: Work) -> AsyncIterator[Any]:  # type: ignore[override]
        """Reads the file in a process of its own first, without holding up the other hosts."""
        url = work.waiting[0][0]
        if response.status == 200:
            async with self.readers:
                self.read[url] = await asyncio.to_thread(self.read_answer, self.bills[work.key].texts[url], response)
        for each in super().parse_part(response, work):
            yield each

    @staticmethod
    def read_answer(text: NamedText, response: Response) -> Found | Unreadable:
        """What an answer holds, or what is wrong with it."""
        try:
            content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
            kind, charset = kind_of_answer(text, content_type, response.body)
            words, marks = read_limited(response.body, urlsplit(text.url).netloc.lower(), kind, charset)
        except NoWords:
            return Found(None, note=UNREADABLE)
        except Unreadable as error:
            return error
        return Found(words, tuple(marks))

    def read_part(self, work: Work, name: str, body: bytes) -> Found:
        found = self.read.pop(name)
        if isinstance(found, Unreadable):
            raise found
        return found

    async def part_failed(self, failure: Failure) -> AsyncIterator[Any]:
        """A text that robots.txt forbids is known to be so, and is no gap."""
        if (
            failure.check(IgnoreRequest)
            and not failure.check(ForeignAddress)
            and "robots.txt" in failure.getErrorMessage()
        ):
            work: Work = failure.request.meta["work"]  # type: ignore[attr-defined]
            work.got[work.waiting.pop(0)[0]] = Found(None, note=FORBIDDEN)
            for each in self.gather(work):
                yield each
            return
        async for each in super().part_failed(failure):
            yield each

    def document(self, work: Work) -> Document:
        """The bill as it is stored, with the text of its newest version; all other fields other sources say better."""
        bill, row = self.bills[work.key], work.record
        newest = self._newest(work)
        text = None
        if newest:
            found = work.got.get(newest.url)
            text = found.text if found else stored_text(Path(self.settings["INFOPOLICY_CORPUS"]), work.key, newest.url)
        source = newest or next(iter(bill.texts.values()))
        stamp = source.url if work.whole else None
        return bill_as_stored(row, source=self.name, source_url=source.url, text=text, stamp=stamp)

    def _newest(self, work: Work) -> NamedText | None:
        """The last version whose text came now or before."""
        bill = self.bills[work.key]
        there = {url for url, (_, text, _) in bill.answered.items() if text and url not in work.got}
        there |= {url for url, found in work.got.items() if found and found.text}
        return max(
            (text for text in bill.texts.values() if text.url in there), key=lambda text: text.rank, default=None
        )

    def attachments(self, work: Work) -> Iterator[VersionText | ExpectedCount]:
        row, texts = work.record, self.bills[work.key].texts
        place = row["jurisdiction"], row["session"]
        for url, found in work.got.items():
            found = found or Found(None)
            yield VersionText(
                document_id=work.key,
                version=texts[url].name,
                url=url,
                text=found.text,
                marks=found.marks,
                note=found.note,
            )
            if found.note != FORBIDDEN:
                self.asked[place].append(found.text is not None)
        if (asked := self.asked[place]) and self.usual is not None:
            yield ExpectedCount(
                jurisdiction=place[0],
                session=place[1],
                expected=max(round(self.usual * len(asked)), sum(asked)),
                received=sum(asked),
                what="texts",
            )


# --------------------------------------------------------------------- what is stored


def stored_bills(corpus: Path, *, tagged: bool, jurisdiction: str | None) -> dict[str, Stored]:
    """The bills of states by id that have texts to fetch; only those that carry a tag or come near one if so wanted."""
    rows = stored_state.rows(corpus, _BILLS.format(columns=COLUMNS, tagged=_TAGGED if tagged else ""))
    bills = {row["id"]: Stored(dict(row)) for row in rows if jurisdiction in (None, row["jurisdiction"])}
    named: dict[str, list[NamedText]] = defaultdict(list)
    sql = "select document_id, name, issued_on, url, media_type, ordinal from versions where url is not null"
    for row in stored_state.rows(corpus, sql):
        if row["document_id"] in bills:
            named[row["document_id"]].append(NamedText(**{key: row[key] for key in row.keys()[1:]}))
    for key, texts in named.items():
        bills[key].texts = {text.url: text for text in to_fetch(texts)}
    sql = "select document_id, url, fetched_at, text is not null as there, note from version_texts"
    for row in stored_state.rows(corpus, sql):
        if bill := bills.get(row["document_id"]):
            bill.answered[row["url"]] = (row["fetched_at"], bool(row["there"]), row["note"])
    return {key: bill for key, bill in bills.items() if bill.texts}
