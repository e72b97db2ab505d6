"""The full text of every version of the federal bills that carry a tag or come near one, from govinfo's BILLS collection."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crawlers.composite_spider import GatheringSpider, Work
from crawlers.items import Document, ExpectedCount, Listing
from crawlers.parsers import bill_text as bt
from crawlers.storage import stored_state
from crawlers.storage.attachments import VersionText
from crawlers.storage.stored_texts import COLUMNS, bill_as_stored, had_before, stored_text, usual_share

_BILLS = """
    select {columns} from documents d
    where d.jurisdiction = 'us' and d.kind = 'bill' and d.level = 'federal' {tagged} order by d.id"""
#: What carries a tag, and what the trained model would list although no single area is sure: a terse title says little.
_TAGGED = """and (d.id in (select document_id from tags)
    or d.id in (select document_id from taggings where model_priority > 0))"""


@dataclass
class Stored:
    """What is stored of a bill: its row, its versions by package, and the texts of versions asked for before."""

    row: dict[str, Any]
    versions: dict[str, tuple[bt.Package, str, str | None]] = field(default_factory=dict)  # name -> package, name, day
    answered: dict[str, str] = field(default_factory=dict)  # address -> when it was asked for
    without: set[str] = field(default_factory=set)  # of these, the addresses that had no text

    def lacking(self) -> list[bt.Package]:
        """The versions to ask for: never asked for, or not there (404) and the bill has changed since."""
        return [
            package
            for package, _, _ in self.versions.values()
            if package.url not in self.answered
            or (package.url in self.without and self.row["changed_at"] > self.answered[package.url])
        ]


class UsBillTextSpider(GatheringSpider):
    """`tagged`: "no" asks for the texts of all stored bills; `congress`: of this Congress only; `ahead`: "yes" asks also for
    versions that no list names yet but that may follow those that are known: govinfo has some a day or two before."""

    name = "us_bill_text"

    def __init__(self, today: str, tagged: str = "yes", congress: str | None = None, ahead: str = "no", **kwargs: Any):
        super().__init__(today, **kwargs)
        for name, value in (("tagged", tagged), ("ahead", ahead)):
            if value not in ("yes", "no"):
                raise ValueError(f'{name}={value}: must be "yes" or "no"')
        self.tagged, self.congress, self.ahead = tagged == "yes", congress, ahead == "yes"
        self.bills: dict[str, Stored] = {}
        #: Which share of the texts asked for before was there; on first contact nobody knows what is usual.
        self.usual: float | None = None
        self.asked: dict[str, list[bool]] = defaultdict(list)  # session -> whether each text asked for now is there

    def should_list(self, jurisdiction: str, session: str) -> bool:
        return self.congress in (None, session)

    async def start(self) -> AsyncIterator[Any]:
        """The stored bills, then their texts; no source lists them, so the list is ours."""
        corpus = Path(self.settings["INFOPOLICY_CORPUS"])
        self.bills = stored_bills(corpus, tagged=self.tagged, congress=self.congress)
        self.usual = usual_share(corpus, "federal")
        if not self.ahead:
            self.bills = {key: bill for key, bill in self.bills.items() if bill.versions}
        sessions: dict[str, set[str]] = defaultdict(set)
        for key, bill in self.bills.items():
            sessions[bill.row["session"]].add(key)
        for _, session, key in had_before(corpus, self.name):
            if session in sessions or not self.congress:
                sessions[session].add(key)
        for session, keys in sorted(sessions.items() or [(self.congress or "none", set[str]())]):
            yield Listing(
                source=self.name, jurisdiction="us", session=session, part="", document_ids=tuple(sorted(keys))
            )
        wanted = [
            (key, bill, bill.lacking() + (self.next_versions(key) if self.ahead else []))
            for key, bill in self.bills.items()
        ]
        for key, bill, packages in self.take([each for each in wanted if each[2]]):
            parts = [(package.name, package.url) for package in packages]
            for each in self.gather(Work(key=key, record=bill.row, stamp=None, waiting=parts)):
                yield each

    def next_versions(self, key: str) -> list[bt.Package]:
        """The versions that may follow those that are known, or the first one where none is."""
        listed = [package for package, _, _ in self.bills[key].versions.values()] or [bt.first_version(key)]
        steps = [*listed, *(each for package in listed for each in bt.following(package))]
        return [each for each in dict.fromkeys(steps) if each.name not in self.bills[key].versions]

    def read_part(self, work: Work, name: str, body: bytes) -> str:
        text, versions = bt.parse_text(body, work.key), self.bills[work.key].versions
        package = bt.package(name)
        if package and name not in versions:
            versions[name] = (package, bt.version_name(package.code), None)
            asked = {*work.got, *versions, *(waiting for waiting, _ in work.waiting)}
            work.waiting += [(each.name, each.url) for each in bt.following(package) if each.name not in asked]
        return text

    def document(self, work: Work) -> Document:
        """The bill as it is stored, with the text of its newest version; all other fields other sources say better."""
        bill, row = self.bills[work.key], work.record
        newest = bt.newest(
            (package, day)
            for package, _, day in bill.versions.values()
            if work.got.get(package.name) or (package.url in bill.answered and package.url not in bill.without)
        )
        text = None
        if newest:
            text = work.got.get(newest.name) or stored_text(
                Path(self.settings["INFOPOLICY_CORPUS"]), work.key, newest.url
            )
        source = newest or next((package for package, _, _ in bill.versions.values()), bt.first_version(work.key))
        stamp = source.name if work.whole else None
        return bill_as_stored(row, source=self.name, source_url=source.url, text=text, stamp=stamp)

    def attachments(self, work: Work) -> Iterable[VersionText | ExpectedCount]:
        versions, session = self.bills[work.key].versions, work.record["session"]
        for name, text in work.got.items():
            if name in versions:  # what nobody has named and is not there is no version
                yield VersionText(document_id=work.key, version=versions[name][1], url=versions[name][0].url, text=text)
                self.asked[session].append(text is not None)
        asked = self.asked[session]
        if asked and self.usual is not None:
            expected = max(round(self.usual * len(asked)), sum(asked))
            yield ExpectedCount(
                jurisdiction="us", session=session, expected=expected, received=sum(asked), what="texts"
            )


# --------------------------------------------------------------------- what is stored


def stored_bills(corpus: Path, *, tagged: bool, congress: str | None) -> dict[str, Stored]:
    """The federal bills by id, each with its versions in govinfo; only those that carry a tag or come near one if so wanted."""
    bills = {
        row["id"]: Stored(dict(row))
        for row in stored_state.rows(corpus, _BILLS.format(columns=COLUMNS, tagged=_TAGGED if tagged else ""))
        if congress in (None, row["session"])
    }
    for row in stored_state.rows(
        corpus, "select document_id, name, issued_on, url from versions where url like '%BILLS-%'"
    ):
        package = bt.package(row["url"])
        if package and package.document_id == row["document_id"] and row["document_id"] in bills:
            bills[row["document_id"]].versions[package.name] = (package, row["name"], row["issued_on"])
    for row in stored_state.rows(
        corpus, "select document_id, url, fetched_at, text is null as none from version_texts"
    ):
        if bill := bills.get(row["document_id"]):
            bill.answered[row["url"]] = row["fetched_at"]
            bill.without |= {row["url"]} if row["none"] else set()
    return bills
