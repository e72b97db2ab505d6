"""A mirror of Open Terms Archive made to order: a tarball, lists of commits, texts and declarations, all written by us."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

from crawlers.download.mirror import file_name
from crawlers.parsers import open_terms as ot

NEW, CHANGED, TECHNICAL = "First record of", "Record new changes of", "Apply technical or declaration upgrade on"


@dataclass
class Archive:
    """`records` are the commits of each file, oldest first: (number, time, subject, text); a text of None takes the file out."""

    records: dict[ot.Terms, list[tuple[str, str, str, str | None]]] = field(default_factory=dict)

    def record(self, service: str, kind: str, day: str, text: str | None, words: str = CHANGED) -> None:
        """One more commit on a day (ISO); its number follows from what it holds."""
        terms = ot.Terms(service, kind)
        rows = self.records.setdefault(terms, [])
        sha = hashlib.sha1(f"{terms.path} {day} {len(rows)} {text}".encode()).hexdigest()
        rows.append((sha, f"{day}T06:{len(rows) % 60:02}:00Z", f"{words} {terms.identifier}", text))

    def write(self, folder: Path) -> Path:
        """The mirror as a folder of recordings (HOST/PATH)."""
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for terms, rows in sorted(self.records.items()):
                if (text := rows[-1][3]) is not None:
                    entry = tarfile.TarInfo(f"contrib-versions-main/{terms.path}")
                    entry.size = len(text.encode())
                    tar.addfile(entry, io.BytesIO(text.encode()))
        _put(folder, ot.ARCHIVE, gzip.compress(buffer.getvalue(), mtime=0))
        for terms, rows in self.records.items():
            listed = [
                {
                    "sha": sha,
                    "commit": {"author": {"date": stamp}, "message": f"{subject}\n\nA note of the archive"},
                    "url": f"https://api.github.com/{sha}",
                    "html_url": f"https://github.com/{sha}",
                    "parents": [],
                }
                for sha, stamp, subject, _ in reversed(rows)
            ]
            _put(folder, ot.commits_url(terms, 1), json.dumps(listed, indent=1).encode())
            for sha, _, _, text in rows:
                if text is not None:
                    _put(folder, ot.text_url(terms, sha), text.encode())
            kinds = {each.type: {"fetch": f"https://example.com/{each.service}/{each.type}".replace(" ", "-")}
                     for each in self.records if each.service == terms.service}  # fmt: skip
            _put(folder, ot.declaration_url(terms), json.dumps({"name": terms.service, "terms": kinds}).encode())
        return folder


def _put(folder: Path, url: str, body: bytes) -> None:
    path = folder / file_name(url)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)


LICENSE = """Kindle-like Store Terms
=======================

**Effective {day}**

**1\\. License.** Books are licensed, not sold. See our [notice](https://example.com/notice).

**2\\. Lending.** {lending}

*   You keep {devices} devices.
*   {data}
"""


def license_text(
    day: str = "March 1, 2024",
    lending: str = "You may not lend a book.",
    devices: str = "six",
    data: str = "We record which pages you read.",
) -> str:
    """The terms of a store of e-books that does not exist."""
    return LICENSE.format(day=day, lending=lending, devices=devices, data=data)


def example() -> Archive:
    """What tests/sources/corp_terms holds: every way in which a recorded text may differ from the one before."""
    archive = Archive()
    store = ("Amazon Kindle Store", "Terms of Service")
    archive.record(*store, "2023-01-10", license_text("January 1, 2023"), NEW)
    archive.record(*store, "2023-05-02", license_text("January 1, 2023").replace("notice)", "notice?from=here)"))
    archive.record(*store, "2023-06-11", license_text("June 1, 2023", lending="You may lend a book once, for 14 days."))
    archive.record(*store, "2023-06-11", "Enter the characters you see below")
    archive.record(*store, "2023-06-12", license_text("June 1, 2023", lending="You may lend a book once, for 14 days."))
    archive.record(
        *store,
        "2024-02-01",
        "Menu\n\n" + license_text("June 1, 2023", lending="You may lend a book once, for 14 days."),
        TECHNICAL,
    )
    archive.record(*store, "2024-03-01", "Menu\n\n" + license_text("March 1, 2024"))
    archive.record(
        "LibraryThing", "Privacy Policy", "2025-07-07", "Privacy\n=======\n\nWe never sell what you read.\n", NEW
    )
    for day, words in (("2026-01-03", "new"), ("2026-01-09", "old"), ("2026-01-11", "new"), ("2026-02-02", "newest")):
        archive.record(
            "Goodreads",
            "Privacy Policy",
            day,
            f"Privacy\n\nThis is the {words} page about what we keep.\n",
            NEW if day == "2026-01-03" else CHANGED,
        )
    archive.record("A service nobody asked for", "Terms of Service", "2026-01-01", "Nothing to see.", NEW)
    return archive
