"""Documents whose parts have addresses of their own: each document is stored once, whole, when its last part has come.

The parts of one document are asked for one after the other, those of different documents at the same time. A part that is
not there (404) is an answer, final until the source's stamp moves. A part that cannot be had or read on any try is a gap,
and a reject. A new document is kept without it and without its stamp, so that the next run asks for it again. One that is
stored loses nothing: it keeps what that part gave it (`kept`), or stays as it is, because a bill without its actions would be
introduced again.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

from scrapy.http import Response
from sqlite_utils import Database
from twisted.python.failure import Failure

from crawlers.download.budget import BudgetSpent
from crawlers.download.middlewares import reject
from crawlers.items import Document, Reject, Unreadable
from crawlers.spider import SourceSpider
from crawlers.storage.record import load_document
from store.connect import read_only


@dataclass
class Work:
    """A document being put together: `waiting` are the (name, address) of the parts still to be had, `got` what has come.

    A part that is not there is None in `got`; `failed` are the parts that are gaps. `known`: this source has given the
    document before. `last_try`: the part that is being read will not be asked for again in this run.
    """

    key: str
    record: dict[str, Any]
    stamp: str | None
    waiting: list[tuple[str, str]]
    got: dict[str, Any] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    known: bool = False
    last_try: bool = False

    @property
    def whole(self) -> bool:
        """Whether there is no gap."""
        return not self.failed


class GatheringSpider(SourceSpider):
    """A spider that asks for the parts of its documents; `headers` go with each request.

    `kept`: the fields that come from a part alone, by its name; where it is a gap, a stored document keeps its own.
    """

    kept: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    def headers(self) -> dict[str, str]:
        """What the source wants with each request, such as a key."""
        return {}

    @abstractmethod
    def read_part(self, work: Work, name: str, body: bytes) -> Any:
        """The content of a part; it may put further parts first into `work.waiting`.

        Raises:
            Unreadable: this is not the part that was asked for.
        """

    def absent(self, work: Work, name: str) -> None:
        """A part is not there (404).

        Raises:
            Unreadable: the source itself has said that it is.
        """

    @abstractmethod
    def document(self, work: Work) -> Document:
        """The document, from its record and the parts that came.

        Raises:
            BadRecord: it lacks what a document must have.
        """

    def address_of(self, work: Work) -> str:
        """Where people look when the document cannot be made."""
        return self.source.url

    def attachments(self, work: Work) -> Iterable[Any]:
        """What is stored beside the document, after it (crawlers.storage.attachments)."""
        return ()

    def gather(self, work: Work) -> Iterator[Any]:
        """The request for the next part, or the document when there is none left."""
        if work.waiting:
            yield self.ask(
                work.waiting[0][1],
                self.parse_part,
                document_id=work.key,
                headers=self.headers(),
                cb_kwargs={"work": work},
                meta={"handle_httpstatus_list": [404], "dont_cache": True, "work": work},
            ).replace(errback=self.part_failed)
            return
        if work.known and not work.failed <= self.kept.keys():
            return  # what is stored stays as it is; the gap's reject says so
        try:
            document = self.document(work)
        except ValueError as error:
            yield Reject(source=self.name, url=self.address_of(work), reason=str(error), document_id=work.key)
            return
        yield self.with_stored(document, work.failed) if work.known and work.failed else document
        yield from self.attachments(work)

    def with_stored(self, document: Document, failed: Iterable[str]) -> Document:
        """The document with what is stored of the parts that cannot be had."""
        with closing(read_only(Path(self.settings["INFOPOLICY_CORPUS"]))) as connection:
            stored = load_document(Database(connection), document.id)
        return replace(document, **{name: getattr(stored, name) for part in failed for name in self.kept[part]})

    def parse_part(self, response: Response, work: Work) -> Iterator[Any]:
        name, _ = work.waiting[0]
        rest, found = work.waiting[1:], None
        try:
            work.waiting, work.last_try = rest, self.last_try(response)
            if response.status == 200:
                found = self.read_part(work, name, response.body)
            else:
                self.absent(work, name)
        except Unreadable as error:
            work.waiting = [(name, response.url), *rest]
            if not self.last_try(response):
                raise  # asked for again (crawlers.download.middlewares)
            yield reject(self.name, response, f"{name}: {error}")
            yield from self.go_on_without(work)
            return
        work.got[name] = found
        yield from self.gather(work)

    async def part_failed(self, failure: Failure) -> AsyncIterator[Any]:
        """The end of a request for a part that went wrong on every try."""
        if failure.check(BudgetSpent):
            return  # the document waits for tomorrow, whole
        for each in self.rejects(failure):
            yield each
        for each in self.go_on_without(failure.request.meta["work"]):  # type: ignore[attr-defined]
            yield each

    def go_on_without(self, work: Work) -> Iterator[Any]:
        work.failed.add(work.waiting.pop(0)[0])
        yield from self.gather(work)
