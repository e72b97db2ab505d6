"""Rules that companies write for readers, from Open Terms Archive: the current state by tarball, the history by commits."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import scrapy
from scrapy.http import Response

from crawlers.companies import ACTIONS, JURISDICTION, services
from crawlers.company_document import action, as_it_stands, stored, with_history
from crawlers.completeness.completeness import lacks_much
from crawlers.composite_spider import GatheringSpider, Work
from crawlers.download.middlewares import reject
from crawlers.items import Action, BadRecord, Document, Listing, TextVersion, Unreadable
from crawlers.parsers import open_terms as ot
from crawlers.storage import stored_state
from crawlers.storage.attachments import VersionText

#: Bytes of the tarball: the whole archive, of which companies.yml wants a part.
TARBALL_MAXSIZE = 512 * 1024 * 1024
#: The stamp and the status of a text that the archive no longer has.
GONE = "unrecorded"
_GONE = "Open Terms Archive no longer has this text: the company withdrew it, or the archive stopped reading it"
_LAST = re.compile(r'[?&]page=(\d+)[^>]*>; rel="last"')


@dataclass
class Known:
    """What is stored of a document: how far its history was read (`sha`, newest commit), its versions and its latest texts."""

    fingerprint: str = ""
    sha: str = ""
    depth: int = 0
    document: Document | None = None
    texts: list[str] = field(default_factory=list)


class CorpTermsSpider(GatheringSpider):
    """`versions`: how many versions of each text to load when it is new here, or "all"; else INFOPOLICY_TERMS_VERSIONS.

    `service`: of these services only, by their names in companies.yml, with commas between them.
    """

    name = ot.SOURCE

    def __init__(self, today: str, versions: str | None = None, service: str | None = None, **kwargs: Any):
        super().__init__(today, **kwargs)
        self.versions, self.services = versions, set(services())
        if versions not in (None, "all") and not str(versions).isdigit():
            raise ValueError(f'versions={versions}: must be a number or "all"')
        if service:
            asked = {name.strip() for name in service.split(",")}
            if unknown := sorted(asked - self.services):
                raise ValueError(f"service={', '.join(unknown)}: crawlers/companies.yml does not name it")
            self.services, self.partial = asked, True

    @property
    def depth(self) -> int:
        """How many versions to load of what is new; -1 for all."""
        wanted = self.versions or self.settings.get("INFOPOLICY_TERMS_VERSIONS") or "10"
        return -1 if wanted == "all" else int(wanted)

    @property
    def corpus(self) -> Path:
        return Path(self.settings["INFOPOLICY_CORPUS"])

    async def start(self) -> AsyncIterator[scrapy.Request]:
        meta = {"download_maxsize": TARBALL_MAXSIZE, "download_warnsize": 0}
        yield self.ask(ot.ARCHIVE, self.parse_archive, meta=meta)

    def ask(self, url: str, callback: Any, **kwargs: Any) -> scrapy.Request:
        """As every spider; the token, where there is one, goes to the API alone."""
        if urlsplit(url).netloc == "api.github.com" and (token := os.environ.get("GITHUB_TOKEN")):
            kwargs["headers"] = {**kwargs.get("headers", {}), "Authorization": f"Bearer {token}"}
        return super().ask(url, callback, **kwargs)

    def parse_archive(self, response: Response) -> Iterator[Any]:
        """The listing, and the work on what differs from what is stored."""
        found = {terms.key: (terms, body) for terms, body in ot.read_archive(response.body, self.services).items()}
        have = stored_state.stamps(self.corpus, source=self.name, session=ot.COLLECTION)
        asked = have if not self.partial else {key: stamp for key, stamp in have.items() if key in found}
        gone = [key for key in asked if key not in found and not self.left_out(key)]
        cut = lacks_much(len(gone) + len(found), len(found)) and not self.believe
        listed = [*found, *(key for key in asked if key not in found and (not cut or key not in gone))]
        yield Listing(
            source=self.name, jurisdiction=JURISDICTION, session=ot.COLLECTION, part="", document_ids=tuple(listed)
        )
        if not cut:
            yield from (self.unrecorded(key) for key in gone if have[key] != GONE)
        wanted = [
            (terms, body, self.known(have.get(key)))
            for key, (terms, body) in sorted(found.items())
            if not self.is_current(have.get(key), body)
        ]
        for terms, body, known in self.take(wanted):
            yield from self.begin(terms, body, known, new=terms.key not in have)

    def left_out(self, key: str) -> bool:
        """Whether a stored document belongs to a service that companies.yml no longer names: nobody asks for it any more."""
        rows = stored_state.rows(self.corpus, "select title from documents where id = ?", [key])
        return not rows or rows[0]["title"].rpartition(": ")[0] not in self.services

    def known(self, stamp: str | None) -> Known:
        """What a stamp says of the history that was read."""
        parts = (stamp or "").split()
        if len(parts) != 3:
            return Known()
        known = Known(parts[0], parts[1], int(parts[2]))
        return Known() if self.depth == -1 and known.depth != -1 else known  # the whole history is loaded afresh

    def is_current(self, stamp: str | None, body: bytes) -> bool:
        return self.known(stamp).fingerprint == ot.fingerprint(body)

    def begin(self, terms: ot.Terms, body: bytes, known: Known, *, new: bool) -> Iterator[Any]:
        """A document that is new here is stored as it stands at once: its history may have to wait for another hour."""
        work = Work(
            key=terms.key,
            record={
                "terms": terms,
                "text": self.words_of_now(body),
                "known": known,
                "commits": [],
                "fingerprint": ot.fingerprint(body),
            },
            stamp=None,
            waiting=[("declaration", ot.declaration_url(terms)), ("commits 1", ot.commits_url(terms, 1))],
        )
        if new:
            yield self.as_it_stands(work, work.record["text"])
        if known.sha:
            known.document, known.texts = stored(self.corpus, terms.key)
        yield from self.gather(work)

    @staticmethod
    def words(body: bytes) -> str:
        """The words of a recorded text; nothing where a page was recorded that has none."""
        try:
            return ot.plain_text(body)
        except BadRecord:
            return ""

    def words_of_now(self, body: bytes) -> str:
        """The same of a text in the tarball: one that is damaged there keeps no other from being read."""
        try:
            return self.words(body)
        except Unreadable:
            return ""

    def as_it_stands(self, work: Work, text: str | None) -> Document:
        terms: ot.Terms = work.record["terms"]
        return as_it_stands(
            terms,
            source=self.name,
            session=ot.COLLECTION,
            url=work.got.get("declaration") or ot.page_url(terms),
            source_url=ot.text_url(terms, "main"),
            text=text or None,
        )

    def unrecorded(self, key: str) -> Document:
        """A document that a sound tarball no longer holds: whether the company withdrew it, nobody here knows."""
        document, _ = stored(self.corpus, key)
        actions = (*document.actions, Action(acted_on=self.today, description=_GONE))
        history = (*document.status_history, (GONE, self.today))
        return replace(document, status=GONE, status_on=self.today, actions=actions, status_history=history, stamp=GONE)

    # ----------------------------------------------------------------- the history of one document

    def parse_part(self, response: Response, work: Work) -> Iterator[Any]:
        what, _, rest = work.waiting[0][0].partition(" ")
        if what == "commits" and response.status == 404:
            yield reject(self.name, response, "the history is not there")
            yield from self.go_on_without(work)
            return
        if what == "text" and response.status == 404:  # the record of a day on which the file was taken out
            self.go_deeper(work, rest, "")
        if work.waiting[0][0] == "commits 1":
            last = _LAST.search((response.headers.get("Link") or b"").decode("latin-1"))
            work.record["pages"] = int(last[1]) if last else 1
        yield from super().parse_part(response, work)

    def read_part(self, work: Work, name: str, body: bytes) -> Any:
        terms: ot.Terms = work.record["terms"]
        what, _, rest = name.partition(" ")
        if what == "declaration":
            return ot.read_address(body, terms)
        if what == "commits":
            commits, names = ot.read_commits(body)
            self.audit("commit", names)
            return self.read_history(work, int(rest), commits)
        text = self.words(body)
        self.go_deeper(work, rest, text)
        return text

    def read_history(self, work: Work, page: int, commits: list[ot.Commit]) -> int:
        """Note a page of commits, and what to ask next: further pages, then the texts from the newest on."""
        record, known = work.record, work.record["known"]
        shas = [commit.sha for commit in commits]
        reached = bool(known.sha) and known.sha in shas
        if record.get("skipped"):
            record["oldest"] = commits[-1] if commits else None
        else:
            record["commits"] += commits[: shas.index(known.sha)] if reached else commits
        last = record["pages"]
        more = page < last and not reached
        if more and (known.sha or self.depth == -1):
            work.waiting.append((f"commits {page + 1}", ot.commits_url(record["terms"], page + 1)))
        elif more and page == 1:
            # Of a long history only the newest page is wanted, and the day on which it began.
            record["skipped"] = True
            work.waiting.append((f"commits {last}", ot.commits_url(record["terms"], last)))
        else:
            if known.sha and not reached:
                record["known"] = Known()  # the archive has written its history anew: read like a new document
            self.ask_texts(work)
        return len(commits)

    def ask_texts(self, work: Work) -> None:
        commits, known = work.record["commits"], work.record["known"]
        if not commits and not known.sha:
            self.notes.append(f"{work.record['terms'].path}: no history is listed")
        work.record.setdefault("oldest", commits[-1] if commits else None)
        first = commits if known.sha or self.depth == -1 else commits[:1]
        work.waiting += [(f"text {each.sha}", ot.text_url(work.record["terms"], each.sha)) for each in first]

    def go_deeper(self, work: Work, sha: str, text: str) -> None:
        """Of what is new here, ask for older texts until there are as many different ones as are wanted."""
        known, commits = work.record["known"], work.record["commits"]
        if known.sha or self.depth == -1:
            return
        texts = [*(each for name, each in work.got.items() if name.startswith("text ") and each), text]
        different = 1 + sum(ot.words(one) != ot.words(other) for one, other in pairwise(texts))
        place = next(n for n, each in enumerate(commits) if each.sha == sha) + 1
        if different <= self.depth and place < len(commits):
            work.waiting.append((f"text {commits[place].sha}", ot.text_url(work.record["terms"], commits[place].sha)))

    def document(self, work: Work) -> Document:
        """The document with its versions; its text is the newest that is whole."""
        record, known = work.record, work.record["known"]
        recorded, oldest = self.recorded(work), record.get("oldest")
        work.record["judged"] = recorded
        versions, actions = self.parts(work, recorded)
        whole = [each.text for each in recorded if each.judged != "partial"]
        text = (whole[-1] if whole else known.document.text if known.document else None) or record["text"]
        began = known.document.published_on if known.document else oldest and oldest.day
        sha = record["commits"][0].sha if record["commits"] else known.sha
        # What was deeper than now stays so; without any commit there is nothing to go on from.
        depth = known.depth or self.depth
        return replace(
            with_history(self.as_it_stands(work, text), began, versions, actions),
            stamp=f"{record['fingerprint']} {sha} {depth}" if work.whole and sha else None,
        )

    def recorded(self, work: Work) -> list[ot.Recorded]:
        """The texts that came, judged, oldest first; without the one more that was asked for only to compare."""
        record, known = work.record, work.record["known"]
        came = [(each, text) for each in reversed(record["commits"]) if (text := work.got.get(f"text {each.sha}"))]
        judged = [each for each in ot.judge(came, known.texts) if each.judged != "same"]
        return judged if known.sha or self.depth == -1 else judged[-self.depth :]

    def parts(self, work: Work, recorded: list[ot.Recorded]) -> tuple[tuple[TextVersion, ...], tuple[Action, ...]]:
        """The versions and actions with those that are stored, the oldest first."""
        terms, known = work.record["terms"], work.record["known"].document
        versions = list(known.versions) if known else []
        actions = [each for each in known.actions if each.description != _GONE] if known else []
        names = {each.name for each in versions}
        for each in recorded:
            name = ot.version_name(each.judged, each.commit.day, names)
            names.add(name)
            url = ot.text_url(terms, each.commit.sha)
            versions.append(TextVersion(name=name, issued_on=each.commit.day, url=url, media_type="text/markdown"))
            actions += filter(None, [action(each.judged, each.commit.day)])
        oldest = work.record.get("oldest")
        if not known and oldest and not any(each.description == ACTIONS["first"] for each in actions):
            actions.insert(0, Action(acted_on=oldest.day, description=ACTIONS["first"]))
        return tuple(versions), tuple(actions)

    def attachments(self, work: Work) -> Iterator[VersionText]:
        names = {version.url: version.name for version in self.parts(work, work.record["judged"])[0]}
        for each in work.record["judged"]:
            url = ot.text_url(work.record["terms"], each.commit.sha)
            yield VersionText(document_id=work.key, version=names[url], url=url, text=each.text)
