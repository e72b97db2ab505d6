"""Answers that the services publish themselves, or that public clients recorded from them: does our reading know their form?

    git clone https://github.com/usgpo/bill-status
    python -m benchmarks.published bill-status legiscanrr scrapers-lametro api.congress.gov

Each argument is a clone: usgpo/bill-status holds BILLSTATUS records in three forms that govinfo has had since 2015,
fanghuiz/legiscanrr bills of LegiScan's datasets, Metro-Records/scrapers-lametro matters of Legistar, and
LibraryOfCongress/api.congress.gov answers about H.R. 21 and its parts. Prints a line for each record that is refused, and a
table; exit code 1 if one ends as anything else than a document or a stated reason.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from crawlers.items import BadRecord, Document, Unreadable
from crawlers.parsers import billstatus, congress_gov, legiscan, legistar, xmltree
from crawlers.parsers.json_reader import read_object, read_objects
from crawlers.storage.validation import validate


def _billstatus(body: bytes) -> Iterator[Document]:
    yield billstatus.parse_bill(xmltree.parse(body, root="billStatus"), source_url="https://example.org", stamp="s")


def _legiscan(body: bytes) -> Iterator[Document]:
    yield legiscan.parse_bill(read_object(body)["bill"])  # as in a dataset, without the frame of an answer


def _legistar(body: bytes) -> Iterator[Document]:
    city = next(iter(legistar.load_cities().values()))
    for row in read_objects(body):
        yield legistar.parse_matter(city, row, histories=[], sponsors=[], text=None, stamp="s")


def _congress(body: bytes) -> Iterator[Document]:
    bill = json.loads(body)["bill"]
    yield congress_gov.parse_bill(bill, {}, proceedings=(), source_url="https://example.org", stamp="s")


def _congress_part(body: bytes) -> Iterator[Document]:
    """One part of H.R. 21, which must hold as many rows as it announces."""
    page = read_object(body)
    part, name = next((part, name) for part, name in congress_gov.PARTS.items() if name in page)
    total, rows = congress_gov.read_rows(body, name)
    if len(rows) != total:
        raise Unreadable(f"{total} {name} announced, {len(rows)} came")
    bill = {"congress": 117, "type": "HR", "number": "21", "title": "H.R. 21", "introducedDate": "2021-01-04"}
    yield congress_gov.parse_bill(bill, {part: rows}, proceedings=(), source_url="https://example.org", stamp="s")


#: Form -> (which files of a clone have it, how it is read).
FORMS: dict[str, tuple[re.Pattern[str], Callable[[bytes], Iterator[Document]]]] = {
    "BILLSTATUS (govinfo)": (re.compile(r"BILLSTATUS-\w+\.xml$"), _billstatus),
    "bills of datasets (LegiScan)": (re.compile(r"extdata/bill/\w+\.json$"), _legiscan),
    "matters (Legistar)": (re.compile(r"matter_candidates\.json$"), _legistar),
    "bill (api.congress.gov)": (re.compile(r"sample_output/bill_117_hr_21\.txt$"), _congress),
    "parts of a bill (api.congress.gov)": (re.compile(r"sample_output/bill_117_hr_21_\w+\.txt$"), _congress_part),
}


def published(clone: Path) -> Iterator[tuple[str, str, bytes]]:
    """The form, path and content of each file of a clone that has one of the forms."""

    def git(*arguments: str) -> bytes:
        return subprocess.run(["git", "-C", str(clone), *arguments], check=True, capture_output=True).stdout

    for path in git("ls-tree", "-r", "--name-only", "HEAD").decode().splitlines():
        for form, (files, _) in FORMS.items():
            if files.search(path):
                yield form, path, git("show", f"HEAD:{path}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clones", nargs="+", type=Path)
    counts: dict[str, Counter[str]] = {}
    for clone in parser.parse_args().clones:
        for form, path, body in published(clone):
            of_form = counts.setdefault(form, Counter())
            try:
                for document in FORMS[form][1](body):
                    validate(document)
                    of_form["documents"] += 1
            except (BadRecord, Unreadable) as error:
                of_form["refused"] += 1
                print(f"{path}: {error}")
            except Exception as error:  # what this is here to find
                of_form["other"] += 1
                print(f"{path}: {type(error).__name__}: {error}")
    print("\n| form | documents | refused with a reason | other |\n|---|---:|---:|---:|")
    for form, found in counts.items():
        print(f"| {form} | {found['documents']} | {found['refused']} | {found['other']} |")
    return 1 if not counts or any(found["other"] for found in counts.values()) else 0


if __name__ == "__main__":
    raise SystemExit(main())
