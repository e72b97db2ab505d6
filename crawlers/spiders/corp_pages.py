"""Pages of companies that no archive records: each is one document, and its text is kept whenever its words change."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import scrapy
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from twisted.python.failure import Failure

from crawlers.companies import JURISDICTION
from crawlers.company_document import action, as_it_stands, stored, with_history
from crawlers.corp_pages import COLLECTION, Page, load_pages
from crawlers.download.middlewares import reject
from crawlers.items import Listing, TextVersion, Unreadable
from crawlers.parsers import open_terms as ot
from crawlers.parsers.web_page import page_text
from crawlers.spider import SourceSpider
from crawlers.storage import stored_state
from crawlers.storage.attachments import VersionText

_GONE = (404, 410)


class CorpPagesSpider(SourceSpider):
    """`service`: the pages of this service only, by its name in companies.yml."""

    name = "corp_pages"

    def __init__(self, today: str, service: str | None = None, **kwargs: Any):
        super().__init__(today, **kwargs)
        self.pages = [page for page in load_pages() if not page.not_read]
        if service:
            self.pages, self.partial = [page for page in self.pages if page.service == service], True
            if not self.pages:
                raise ValueError(f"service={service}: crawlers/corp_pages.yml has no page of it that is read")
        self.waiting: set[str] = set()
        self.listed: list[str] = []

    @property
    def corpus(self) -> Path:
        return Path(self.settings["INFOPOLICY_CORPUS"])

    async def start(self) -> AsyncIterator[scrapy.Request]:
        asked = self.take(self.pages)
        self.have = stored_state.stamps(self.corpus, source=self.name, session=COLLECTION)
        self.waiting = {page.key for page in asked}
        for page in asked:
            request = self.ask(page.url, self.parse_page, document_id=page.key, cb_kwargs={"page": page})
            yield request.replace(errback=self.page_failed)

    def parse_page(self, response: Response, page: Page) -> Iterator[Any]:
        """The document where its words are not those that are stored; what is odd about the page is noted."""
        if _place(response.url) != _place(page.url):
            self.notes.append(
                f"{page.identifier}: moved to {response.url}: correct its address in crawlers/corp_pages.yml"
            )
        try:
            text = page_text(response.body)
        except Unreadable as error:
            if not self.last_try(response):
                raise  # asked for again (crawlers.download.middlewares)
            self.notes.append(f"{page.identifier}: {error}")
            yield reject(self.name, response, str(error))
            yield from self.done(page, listed=True)
            return
        stamp = hashlib.sha256(ot.words(text).encode()).hexdigest()[:16]
        if self.have.get(page.key) != stamp:
            yield from self.record(page, text, stamp)
        yield from self.done(page, listed=True)

    def record(self, page: Page, text: str, stamp: str) -> Iterator[Any]:
        """The document with one more version; a text that is less than a fifth of the one before is no change, but a warning."""
        known, before = stored(self.corpus, page.key) if page.key in self.have else (None, [])
        commit = ot.Commit("", f"{self.today}T00:00:00Z", ot.CHANGE if known else ot.FIRST)
        [judged] = ot.judge([(commit, text)], before)
        if judged.judged == "partial":
            self.notes.append(
                f"{page.identifier}: came with {len(text):,} letters, a fifth of what it had: kept as it was"
            )
            return
        versions, actions = known.versions if known else (), known.actions if known else ()
        if judged.judged != "same":
            name = ot.version_name(judged.judged, self.today, {each.name for each in versions})
            again = sum((each.url or "").partition("#/")[2].startswith(self.today) for each in versions)
            url = f"{page.url}#/{self.today}{f'-{again + 1}' if again else ''}"
            versions = (*versions, TextVersion(name=name, issued_on=self.today, url=url, media_type="text/html"))
            actions = (*actions, *filter(None, [action(judged.judged, self.today)]))
        standing = as_it_stands(
            page, source=self.name, session=COLLECTION, url=page.url, source_url=page.url, text=text
        )
        began = (known.published_on if known else None) or self.today
        yield replace(with_history(standing, began, versions, actions), stamp=stamp)
        if judged.judged != "same":
            yield VersionText(document_id=page.key, version=name, url=url, text=text)

    async def page_failed(self, failure: Failure) -> AsyncIterator[Any]:
        """A page that is not there, blocked, or moved to another site: a warning, and what was stored stays."""
        page = failure.request.cb_kwargs["page"]  # type: ignore[attr-defined]
        status = getattr(getattr(failure.value, "response", None), "status", None)
        words = failure.getErrorMessage()
        if status in _GONE:
            reason = (
                f"the page is not there any more (HTTP status {status}): correct its address in crawlers/corp_pages.yml"
            )
        elif failure.check(IgnoreRequest) and "robots.txt" in words:
            reason = "robots.txt asks programs not to read it: say so as its `not_read` in crawlers/corp_pages.yml"
        elif failure.check(IgnoreRequest) and "not an address" in words:
            reason = "moved to another site: correct its address in crawlers/corp_pages.yml"
        else:
            reason = f"not to be had: HTTP status {status}" if status else f"not to be had: {words[:120]}"
        self.notes.append(f"{page.identifier}: {reason}")
        for each in () if status in _GONE else self.rejects(failure):
            yield each
        for listing in self.done(page, listed=status not in _GONE):
            yield listing

    def done(self, page: Page, *, listed: bool) -> Iterator[Listing]:
        """The listing, once the last page is done: what is gone is not on it, what could not be read is."""
        self.waiting.discard(page.key)
        self.listed += [page.key] if listed else []
        if not self.waiting:
            keys = tuple(sorted(self.listed))
            yield Listing(source=self.name, jurisdiction=JURISDICTION, session=COLLECTION, part="", document_ids=keys)


def _place(url: str) -> tuple[str, str]:
    """Host and path of an address: http and https, with and without "www." and a slash at the end, are one place."""
    parts = urlsplit(url)
    return parts.netloc.lower().removeprefix("www."), parts.path.rstrip("/").lower()
