"""What every public page needs from the running site: the day, its public address, corpus.db, cache headers.

Nothing here imports Datasette: `serve.Site` is the application, and turns what a page shows into an answer.
"""

from __future__ import annotations

import datetime
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pages.http import language
from pages.http.conditional import validators
from store.clock import utc_now

DATABASE = "corpus"
#: The regular expression of a key in an address.
KEY = r"(?P<id>[a-z0-9-]+)"
#: Answers that ``read_once`` keeps: what visitors type must not fill the memory.
MOST_KEPT = 200
Result = TypeVar("Result")


class Site(Protocol):
    """The part of Datasette that pages use."""

    def plugin_config(self, plugin_name: str) -> Any: ...

    def setting(self, key: str) -> Any: ...

    def get_database(self, name: str) -> Any: ...


def settings(site: Site) -> dict[str, Any]:
    return site.plugin_config("infopolicy") or {}


def public_address(site: Site) -> str:
    """Return the address under which readers reach the site, without a slash at its end."""
    address: str = settings(site)["site"]
    return address


def now(site: Site) -> str:
    """Return the time in UTC: the clock's, or the end of the day that the site was built for."""
    fixed = settings(site).get("today")
    return f"{fixed}T23:59:59Z" if fixed else utc_now()


def today(site: Site) -> datetime.date:
    """Return the day in UTC from which pages count deadlines."""
    return datetime.date.fromisoformat(now(site)[:10])


def cache_headers(site: Site) -> dict[str, str]:
    return {"Cache-Control": f"max-age={site.setting('default_cache_ttl')}"}


def data_headers(site: Site, *parts: object) -> dict[str, str]:
    """Return the headers of an answer for programs, which depends on corpus.db, the day and ``parts``, such as its address.

    Public data, and no cookie gives any right here: any page may read it.
    """
    path = Path(site.get_database(DATABASE).path)
    return {
        **cache_headers(site),
        **validators(path, today(site), *parts),
        "Access-Control-Allow-Origin": "*",
    }


async def read(site: Site, function: Callable[..., Result], *args: Any) -> Result:
    """Run a function of `pages` on a read-only connection to corpus.db, off the event loop, in the language of the page."""
    run = language.carried(lambda db: function(db, *args))
    found: Result = await site.get_database(DATABASE).execute_fn(run)
    return found


async def read_once(site: Site, function: Callable[..., Result], *args: Any) -> Result:
    """Return what ``read`` would, read again only once corpus.db or the day is another one.

    For what every visitor gets alike, such as the home page. What is returned is shared: nobody may change it.
    """
    kept: OrderedDict[tuple[Any, ...], tuple[str, Any]] = site.__dict__.setdefault("_read_once", OrderedDict())
    asked = function, language.current(), *args
    as_of = validators(Path(site.get_database(DATABASE).path), today(site))["ETag"]
    if asked not in kept or kept[asked][0] != as_of:
        kept[asked] = as_of, await read(site, function, *args)
    kept.move_to_end(asked)
    found: Result = kept[asked][1]
    while len(kept) > MOST_KEPT:
        kept.popitem(last=False)
    return found


def arguments(request: Any) -> dict[str, str]:
    """Return the parts of a request's query; of a part that is repeated, the first."""
    return {name: request.args.get(name) or "" for name in request.args}


def page_number(text: str) -> int:
    """Return the page that an address asks for; 1 for anything that is not a number."""
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else 1
