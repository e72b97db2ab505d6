"""What strangers send to the site: searches, the parts of addresses, forms, links of mails, cookies and headers."""

from __future__ import annotations

import asyncio
import datetime
import functools
import itertools
import json
import random
import sqlite3
from contextlib import closing
from urllib.parse import quote, urlencode

import desk_fixtures
import httpx
import site_corpus
from digest_fixtures import reader
from fuzz_local import folder
from fuzz_targets import Target
from fuzzing import TEXTS, change_bytes, change_text

from digest.subscribers.tokens import BadLink, Links
from pages.browse import asked, numbers
from pages.browse import browse as browsing
from pages.browse import search as searching
from pages.browse.filters import Filters
from store.connect import open_mail

# --------------------------------------------------------------------- without the web


@functools.cache
def _site() -> sqlite3.Connection:
    db = sqlite3.connect(site_corpus.build(folder()), check_same_thread=False)
    db.row_factory = sqlite3.Row
    return db


#: Documents of the site that `site_corpus` builds.
DOCUMENTS = 4


def search(text: str) -> int:
    """Return how many documents a typed search finds. SQLite must accept its expression and the looser ones."""
    found = searching.parse(text)
    where, values = found.where()
    number = _site().execute(f"select count(distinct document_id) from listing where {where}", values).fetchone()[0]
    numbers.find_number(_site(), text)
    looser = [each.expression for each in found.relaxed()]
    for words in (asked.any_of(found.terms), asked.all_of(found.terms), *looser):
        if words:
            _site().execute("select count(*) from documents_fts where documents_fts match ?", [words]).fetchone()
    return int(number)


def browse(args: dict[str, str]) -> browsing.Browse:
    """Return the list for the arguments of an address, whatever they are."""
    filters = Filters.of(args)
    return browsing.browse(_site(), filters, datetime.date.fromisoformat(site_corpus.TODAY))


def _search(body: bytes) -> None:
    search(body.decode("utf-8", "replace"))


@functools.cache
def _links() -> Links:
    with closing(open_mail(folder() / "links.db")) as db:
        return Links.of(db)


def _token(body: bytes) -> None:
    """A link says what we made it say, or is refused: no change of it opens anything else."""
    text, links = body.decode("utf-8", "replace"), _links()
    says = ((links.read_confirm, ("handle", "nonce")), (links.read_manage, "handle"), (links.read_leave, "handle"))
    for read, said in says:
        try:
            assert read(text) == said, "a changed link was taken"
        except BadLink:
            continue


@functools.cache
def link_seeds() -> tuple[bytes, ...]:
    links = _links()
    return links.confirm("handle", "nonce").encode(), links.manage("handle").encode(), links.leave("handle").encode()


# --------------------------------------------------------------------- over HTTP, in this process


@functools.cache
def _world() -> tuple[asyncio.Runner, desk_fixtures.Browser, desk_fixtures.Browser, tuple[str, ...]]:
    """A loop, a stranger's browser, one of a person who has signed in, and addresses with a good link in them."""
    place = folder() / "world"
    place.mkdir()
    config = desk_fixtures.build(place)
    with closing(open_mail(config.mail)) as db:
        person = reader(db, "reader@example.org")
        links = Links.of(db)
        good = (f"/subscribe/manage/{links.manage(person.handle)}", f"/subscribe/leave/{links.leave('nobody')}")
    application = desk_fixtures.site_of(config, mail=config).app()
    runner = asyncio.Runner()
    stranger, staff = desk_fixtures.Browser(application), desk_fixtures.Browser(application)
    runner.run(staff.sign_in())
    runner.run(stranger.token())
    return runner, stranger, staff, good


_ORIGINS = itertools.count()


def _answered(answer: httpx.Response) -> None:
    assert answer.status_code < 500, (answer.request.url, answer.status_code, answer.text[:300])
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def _form(body: bytes) -> None:
    """A form of any bytes at every address that takes one."""
    runner, stranger, staff, good = _world()
    kind = {"content-type": "application/x-www-form-urlencoded"}
    # A new sender each time, so that the limit for one is not all that answers.
    elsewhere = {"x-forwarded-for": f"2001:db8::{next(_ORIGINS) % 65_536:x}"}
    places = [(stranger, path) for path in ("/subscribe", "/desk/login", *good)]
    places += [(staff, path) for path in _STAFF_FORMS]
    for browser, path in places:
        headers = kind | elsewhere | {"x-csrftoken": runner.run(browser.token())}
        _answered(runner.run(browser.http.post(path, content=body, headers=headers)))


_STAFF_FORMS = (
    f"/desk/documents/{site_corpus.BROADBAND}",
    f"/desk/documents/{site_corpus.BROADBAND}/keep",
    f"/desk/documents/{site_corpus.BROADBAND}/follow",
    "/desk/bulk",
    "/desk/undo",
    "/desk/filters",
    "/desk/areas",
)


def _address(body: bytes) -> None:
    """A path and its question, changed: pages, feeds, calendars, tables, SQL, links of mails."""
    runner, stranger, _, _ = _world()
    asked = quote(body.decode("utf-8", "replace"), safe="/?&=%~+:,;@!$'()*.-_")
    try:
        request = stranger.http.build_request("GET", asked if asked.startswith("/") else f"/{asked}")
    except httpx.InvalidURL:  # no browser could request it
        return
    if request.url.host != "localhost":
        return
    answer = runner.run(stranger.http.send(request))
    _answered(answer)


def _headers(body: bytes) -> None:
    """Cookies and headers of any kind open nothing and break nothing."""
    runner, stranger, _, _ = _world()
    value = bytes(each for each in body if each >= 32 and each != 127)
    for name in (
        b"cookie",
        b"if-none-match",
        b"if-modified-since",
        b"accept-language",
        b"authorization",
        b"x-forwarded-for",
    ):
        sent = b"infopolicy_desk=" + value + b"; ds_actor=" + value if name == b"cookie" else value
        for path in ("/browse.atom?q=library", "/desk/trail"):
            request = httpx.Request("GET", f"http://localhost{path}", headers=[(name, sent)])
            answer = runner.run(stranger.http.send(request))
            _answered(answer)
            assert path == "/browse.atom?q=library" or answer.status_code in (302, 400, 403), "the desk opened"


# --------------------------------------------------------------------- seeds and changes

_SEARCHES = (
    b'"net neutrality" OR (title:librar* -sponsor:"Smith, A" NOT number:hr1) AND text:e-book',
    b"title:broadband OR school*",
    "bibliothèque -número:²".encode(),
)
_FORMS = tuple(
    urlencode(form, doseq=True).encode()
    for form in (
        {
            "email": "a@example.org",
            "area": ["privacy", "copyright"],
            "jurisdiction": "us",
            "searches": "net neutrality\nlibrary",
            "documents": "us-117-hr1783",
            "frequency": "weekly",
            "language": "en",
            "step": "save",
            "must_see": "1",
        },
        {"name": "Ana Reader", "password": "x", "next": "/desk", "step": "save"},
        {
            "subject": "stance",
            "verdict": "confirm",
            "value": "oppose",
            "reason": "because",
            "note": "n",
            "position": "x",
            "seen": "1",
            "step": "save",
            "stance": "support",
            "document": ["us-117-hr1783"],
            "to": "Ana",
            "due": "2022-04-01",
        },
    )
)
_ADDRESSES = (
    b"/browse?q=library&area=privacy&kind=bill&jurisdiction=us-tx&status=enacted&year=2022&must_see=1&sort=new&page=2",
    b"/browse.json?size=10&after=2022-03-01/us-117-hr1783",
    b"/browse.atom?q=%22net+neutrality%22",
    b"/deadlines.ics?area=broadband",
    b"/deadlines.csv?past=1&month=2022-03",
    b"/calendar?month=2022-03&area=privacy",
    b"/documents/us-117-hr1783.atom",
    b"/areas/broadband.csv",
    b"/compare?a=us&b=us-tx&year=2022",
    b"/scorecard?area=privacy&year=2022&level=federal",
    b"/corpus?sql=select+id,title+from+documents+where+id+like+:x&x=us%25",
    b"/corpus/documents.json?_size=5&kind__exact=bill&_facet=status",
    b"/corpus/documents?_search=library&_sort=id&_next=x",
    b"/embed/documents/us-117-hr1783",
    b"/positions/tc-hotspot-lending?page=2",
    b"/es/browse?q=biblioteca",
    b"/subscribe?area=privacy&searches=x&documents=us-117-hr1783",
    b"/digest/public-weekly-2022-w10?language=es",
    b"/sitemap-pages.xml",
    b"/glossary",
    b"/documents/us-117-hr1783/similar",
    b"/families",
    b"/scorecard.csv?by=area&value=privacy",
    b"/documents/us-117-hr1783/versions?from=0&to=1&view=inline",
)


def change_form(body: bytes, rng: random.Random) -> bytes:
    """Some of the values and names of a form replaced; now and then its bytes, or far too many fields."""
    chance = rng.random()
    if chance < 0.2:
        return change_bytes(body, rng)
    if chance < 0.23:
        return rng.choice(
            (b"a=1&" * 20_000, b"area=privacy&" * 6_000, b"email=" + b"a" * 300_000, b"%", b"&&&===", b"\xff=\xfe")
        )
    pairs = [list(map(str, pair)) for pair in _pairs(body)]
    for _ in range(rng.randint(1, 4)):
        pair = rng.choice(pairs)
        pair[rng.random() < 0.85] = rng.choice(TEXTS) if rng.random() < 0.7 else change_text(pair[1], rng)
    return "&".join("=".join(quote(part.encode("utf-8", "surrogatepass")) for part in pair) for pair in pairs).encode()


def _pairs(body: bytes) -> list[tuple[str, str]]:
    return [tuple(part.split("=", 1)) for part in body.decode().replace("+", " ").split("&")]  # type: ignore[misc]


def change_address(body: bytes, rng: random.Random) -> bytes:
    """A value, or a piece of the path, replaced or changed."""
    path, _, question = body.decode().partition("?")
    parts = question.split("&") if question else []
    if not parts or rng.random() < 0.3:
        return (change_text(path, rng) + ("?" + question if question else "")).encode("utf-8", "replace")
    for _ in range(rng.randint(1, 3)):
        place = rng.randrange(len(parts))
        name, _, value = parts[place].partition("=")
        value = (
            quote(rng.choice(TEXTS)[:3000].encode("utf-8", "replace"))
            if rng.random() < 0.7
            else change_text(value, rng)
        )
        parts[place] = f"{name}={value}"
    return f"{path}?{'&'.join(parts)}".encode("utf-8", "replace")


def change_words(body: bytes, rng: random.Random) -> bytes:
    text = body.decode("utf-8", "replace")
    for _ in range(rng.randint(1, 5)):
        text = change_text(text, rng)
    return text.encode("utf-8", "replace")


def visitors() -> tuple[Target, ...]:
    cookie = json.dumps({"token": "x"}).encode()
    return (
        Target("search", _SEARCHES, change_words, _search, ()),
        Target("links", link_seeds(), change_words, _token, ()),
        Target("forms", _FORMS, change_form, _form, ()),
        Target("web_addresses", _ADDRESSES, change_address, _address, ()),
        Target("headers", (cookie, b'W/"x"', b"Wed, 09 Mar 2022 08:00:00 GMT"), change_words, _headers, ()),
    )
