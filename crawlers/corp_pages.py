"""Which pages of companies are read because no archive records them (corp_pages.yml), and which are not, and why."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from crawlers.companies import JURISDICTION, BadCompany, services, type_meanings
from crawlers.items import document_id
from text.yaml_config import rules_of

FILE = Path(__file__).with_suffix(".yml")
#: In the place of a session.
COLLECTION = "pages"


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page and what stands on it; `found` says where its address was read, `not_read` why it is not asked for."""

    service: str
    type: str
    url: str
    found: str
    not_read: str | None = None

    @property
    def identifier(self) -> str:
        return f"{self.service} {self.type}"

    @property
    def key(self) -> str:
        return document_id(JURISDICTION, COLLECTION, self.identifier)

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc.lower()


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:  # a bracket that is not closed, for one
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


@cache
def load_pages(path: Path = FILE) -> tuple[Page, ...]:
    """All pages in the file's order.

    Raises:
        BadCompany: a field is missing or unknown, a service or a kind of terms is not in companies.yml, or two entries are the
            same document.
    """
    with rules_of(path, BadCompany) as raw:
        found = tuple(Page(**{str(name): str(value) for name, value in entry.items()}) for entry in raw["pages"])
    seen: set[str] = set()
    for page in found:
        if page.service not in services() or page.type not in type_meanings():
            raise BadCompany(
                f"{path.name}: {page.identifier}: crawlers/companies.yml does not name the service or the kind"
            )
        if not _is_web_address(page.url):
            raise BadCompany(f"{path.name}: {page.identifier}: {page.url!r} is no address")
        if page.key in seen:
            raise BadCompany(f"{path.name}: {page.identifier} stands there twice")
        seen.add(page.key)
    return found
