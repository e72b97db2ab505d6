"""What a page of the desk gets and returns. Pages know neither HTTP nor Datasette, so tests can call them as functions.

A page is a function of a `RequestContext` that returns a `Page`, a `Redirect` or an `Attachment`. The decorators in
desk.web.routing give it an address and the role it needs.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode

from sqlite_utils import Database

from desk.accounts.accounts import Account
from desk.web.errors import HTTPError
from desk.web.request_parsing import Upload
from pages.http.redirects import is_own
from second_reader.opinions import Reading


@dataclass
class Page:
    """A template with its variables: a dictionary, or a dataclass whose fields they are."""

    template: str
    view: Any = field(default_factory=dict)
    status: int = 200

    @property
    def variables(self) -> dict[str, Any]:
        return self.view if isinstance(self.view, dict) else vars(self.view)


@dataclass
class Redirect:
    """To another page, which shows `message` once. `token` starts a session, "" ends it, None keeps it.

    `portal` is the prefix of the portal whose session it is. The browser remembers `device` (desk.accounts.limits).
    """

    to: str
    message: str | None = None
    token: str | None = None
    portal: str = "/desk"
    device: str | None = None


@dataclass
class Attachment:
    """A file to download."""

    name: str
    body: str | bytes
    type: str = "text/plain; charset=utf-8"


#: The message where the public file is busy.
PUBLISHED_LATER = "The public pages will show it after the next update: their data is being written right now."
#: No row of ours has a larger number; the database takes none above 2^63.
LARGEST_NUMBER = 10**12
Answer = Page | Redirect | Attachment


@dataclass
class RequestContext:
    """One request.

    `db` is staff.db with corpus.db attached read-only; `origin` the address the request came from; `device` what the browser
    has kept since somebody signed in with it (desk.accounts.limits), "" for none; `path` the parts that
    the address's pattern names; `args` and `form` name -> values; `files` what came with a form, by the name of its field.
    `site` is the public address of the site; `own_drafts` says whether approvers may publish what they drafted themselves.
    `publish` makes public at once what of the decisions on some documents is public, and says whether it could;
    `take_in` does so with a document that was added by hand. `partners` opens partners.db, if there is one; whoever calls
    it closes it. `second_reading` gives what a second reader says of a document, by its id and the hash of its text. `digest`
    has the drafts of the digest (digest.issues.editing.EditorsDesk); None on a site without mail. `notice_channels` names the
    channels beyond email that may take a person's notices. `models` is the folder of trained models (classify.models).
    """

    db: Database
    account: Account | None
    now: str
    today: datetime.date
    portal: str = "/desk"
    origin: str = ""
    device: str = ""
    token: str | None = None
    path: Mapping[str, str] = field(default_factory=dict)
    args: Mapping[str, Sequence[str]] = field(default_factory=dict)
    form: Mapping[str, Sequence[str]] | None = None
    files: Mapping[str, Upload] = field(default_factory=dict)
    site: str = ""
    own_drafts: bool = False
    publish: Callable[[Database, Sequence[str]], bool] = lambda db, documents: False
    take_in: Callable[[Database, str, str], bool] = lambda db, document_id, now: False
    partners: Callable[[], Database | None] = lambda: None
    second_reading: Callable[[str, str], Reading | None] = lambda document_id, text_hash: None
    digest: Any = None
    notice_channels: Callable[[], Sequence[str]] = tuple
    models: Path | None = None

    @property
    def me(self) -> Account:
        """Who is signed in.

        Raises:
            HTTPError: nobody is.
        """
        if self.account is None:
            raise HTTPError(403, "Sign in first.")
        return self.account

    def ask_partners(self, read: Callable[[Database], Any], otherwise: Any) -> Any:
        """Read something from partners.db, or return something else where nobody has made that file."""
        opened = self.partners()
        if opened is None:
            return otherwise
        with closing(opened) as db:
            return read(db)

    def arg(self, name: str, default: str = "") -> str:
        return (self.args.get(name) or [default])[0]

    def typed(self, name: str, default: str = "") -> str:
        return ((self.form or {}).get(name) or [default])[0].strip()

    def number(self, name: str) -> int:
        """A whole number of the form or the address; 0 where there is none."""
        text = self.typed(name) or self.arg(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0


@dataclass(frozen=True)
class AddressFilters:
    """The base of a list's filters: every field of a subclass is text; those that are yes or no are "" or "1"."""

    @classmethod
    def of(cls, args: Mapping[str, Sequence[str]]) -> Self:
        """Return the filters in the arguments of an address."""
        return cls(**{each.name: (args.get(each.name) or [""])[0].strip()[:200] for each in fields(cls)})

    def query(self, **more: str | int | None) -> str:
        """Return the filters as the query of an address; "" when there are none."""
        values = vars(self) | more
        return urlencode({name: value for name, value in values.items() if value not in ("", None)})


def parts_of(line: str, kinds: Sequence[Any]) -> list[Any]:
    """What a hidden field carries back, a JSON list with one value of each of these types.

    Raises:
        ValueError: it is anything else, and so not what a page of ours held.
    """
    try:
        parts = json.loads(line)
    except RecursionError as error:
        raise ValueError("brackets without end") from error
    fits = isinstance(parts, list) and len(parts) == len(kinds) and all(map(isinstance, parts, kinds))
    if not fits or any(isinstance(part, int) and not -LARGEST_NUMBER < part < LARGEST_NUMBER for part in parts):
        raise ValueError("not what the page held")
    return list(parts)


#: A step up in a path, also where its dots are encoded.
_UPWARD = re.compile(r"/(\.|%2e){1,2}(/|$)", re.IGNORECASE)


def local(address: str, default: str = "/desk", portal: str = "/desk") -> str:
    """An address to go back to, if it is one of the desk's own (or of another `portal`); else the default."""
    path = re.split(r"[?#]", address, maxsplit=1)[0]
    if not is_own(address) or _UPWARD.search(path):
        return default
    return address if path == portal or path.startswith(f"{portal}/") else default
