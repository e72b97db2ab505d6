"""The writer of JSON Feed 1.1 (jsonfeed.org): the same entries as in the Atom feed of the same address."""

from __future__ import annotations

import json
from collections.abc import Sequence

from pages.export.atom import RIGHTS, Entry, moment

VERSION = "https://jsonfeed.org/version/1.1"
TYPE = "application/feed+json"


def write_json_feed(
    title: str, site: str, page: str, own: str, entries: Sequence[Entry], key: str | None = None, about: str = ""
) -> bytes:
    """Return a feed.

    Args:
        page, own: the addresses, on this site, of the page that shows the same and of the feed.
        about: a sentence on the feed.
        key: as in `pages.export.atom.write_atom`; JSON Feed has no identity but its address.
    """
    feed = {
        "version": VERSION,
        "title": title,
        **({"description": about} if about else {}),
        "home_page_url": site + page,
        "feed_url": site + own,
        "language": "en",
        "authors": [{"name": "Information policy monitor"}],
        "_rights": RIGHTS,
        "items": [_item(entry) for entry in entries],
    }
    return json.dumps(feed, ensure_ascii=False).encode("utf-8", "replace")


def _item(entry: Entry) -> dict[str, object]:
    return {
        "id": entry.id,
        "url": entry.link,
        "title": entry.title,
        "content_text": entry.summary or entry.title,
        "date_modified": moment(entry.on),
        "tags": [label for _term, label in entry.categories],
    }
