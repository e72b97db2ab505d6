"""What readers of the public site ask for in a soak: pages of every kind, files to take away, their own SQL, and hostile SQL."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote_plus, urlencode

WORDS = (
    "library",
    '"school library"',
    "broadband OR hotspots",
    "privacy",
    "copyright NOT patent",
    "census",
    "reading",
    "title:library",
    "sponsor:wyden",
    "libary",
    "e-books",
    "net neutrality",
    "student data",
)
GOOD = frozenset({200})
#: What a limit answers: a query that is not allowed or took too long, or too many at once (with Retry-After).
LIMITED = frozenset({400, 403, 503})


@dataclass(frozen=True)
class Visit:
    """One address; `good` are the answers that it should have, `refused` those by which a limit may turn it away."""

    kind: str
    path: str
    good: frozenset[int] = GOOD
    refused: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Known:
    """What there is to ask for in a corpus.db."""

    documents: list[str]
    areas: list[str]
    positions: list[str]
    places: list[str]
    combinations: list[tuple[str, str, str]]

    @classmethod
    def of(cls, corpus: Path) -> Known:
        with closing(sqlite3.connect(f"{corpus.absolute().as_uri()}?mode=ro", uri=True)) as db:

            def column(sql: str) -> list[str]:
                return [row[0] for row in db.execute(sql)]

            return cls(
                # Most readers come for documents on information policy.
                documents=column("select document_id from listing where area_id = 'tagged'")
                + column("select id from documents order by id limit 5000"),
                areas=column("select id from policy_areas order by id"),
                positions=column("select id from positions order by id"),
                places=column("select distinct jurisdiction from facet_counts order by 1"),
                combinations=db.execute(
                    "select distinct area_id, jurisdiction, status from facet_counts where area_id not in ('any', 'tagged')"
                ).fetchall(),
            )


Maker = Callable[[Known, random.Random], Visit]


def _plain(kind: str, path: str) -> Maker:
    return lambda known, dice: Visit(kind, path)


def _one(kind: str, pattern: str, names: str) -> Maker:
    return lambda known, dice: Visit(kind, pattern.format(dice.choice(getattr(known, names))))


def _browse(known: Known, dice: random.Random) -> Visit:
    area, place, status = dice.choice(known.combinations)
    chosen = {"area": area, "jurisdiction": place, "status": status, "sort": "latest"}
    left = {name: chosen[name] for name in chosen if dice.random() < 0.6}
    return Visit("browse", f"/browse?{urlencode(left | {'page': dice.choice(('1', '1', '2', '3'))})}")


def _search(known: Known, dice: random.Random) -> Visit:
    more = f"&area={dice.choice(known.areas)}" if dice.random() < 0.3 else ""
    return Visit("search", f"/browse?q={quote_plus(dice.choice(WORDS))}{more}")


def _taken(form: str) -> Maker:
    def make(known: Known, dice: random.Random) -> Visit:
        area, place, _ = dice.choice(known.combinations)
        return Visit(form, f"/browse.{form}?area={area}&jurisdiction={place}")

    return make


def _feed(known: Known, dice: random.Random) -> Visit:
    where = (
        f"/areas/{dice.choice(known.areas)}.atom",
        f"/positions/{dice.choice(known.positions)}.atom",
        f"/browse.atom?q={quote_plus(dice.choice(WORDS))}",
    )
    return Visit("feed", dice.choice(where))


def _table(known: Known, dice: random.Random) -> Visit:
    rows = f"/corpus/listed_documents?_sort_desc=latest_on&_size=25&area_id={dice.choice(known.areas)}"
    return Visit(
        "table", dice.choice((rows, f"{rows}&_facet=kind", f"/corpus/documents/{dice.choice(known.documents)}"))
    )


def _missing(known: Known, dice: random.Random) -> Visit:
    gone = (
        f"/documents/us-1-hr{dice.randrange(10**6)}",
        "/wp-login.php",
        "/areas/none",
        "/corpus/secrets",
        "/-/config",
    )
    return Visit("not there", dice.choice(gone), frozenset({404}))


#: How often of a hundred or so, and what.
MIX: tuple[tuple[float, Maker], ...] = (
    (8, _plain("home", "/")),
    (14, _browse),
    (14, _search),
    (20, _one("document", "/documents/{}", "documents")),
    (6, _one("area", "/areas/{}", "areas")),
    (6, _one("position", "/positions/{}", "positions")),
    (2, _plain("positions", "/positions")),
    (4, _one("place", "/jurisdictions/{}", "places")),
    (2, _plain("places", "/jurisdictions")),
    (4, _plain("deadlines", "/deadlines")),
    (2, _plain("calendar", "/calendar")),
    (2, _one("versions", "/documents/{}/similar", "documents")),
    (1, _plain("scorecard", "/scorecard")),
    (1, _plain("sources", "/sources")),
    (5, _feed),
    (1, _plain("ical", "/deadlines.ics")),
    (2, _taken("csv")),
    (0.5, _taken("xlsx")),
    (2, _taken("json")),
    (3, _table),
    (2, _one("Spanish", "/es/areas/{}", "areas")),
    (3, _missing),
)


def visit(known: Known, dice: random.Random) -> Visit:
    [(_, make)] = dice.choices(MIX, weights=[weight for weight, _ in MIX])
    return make(known, dice)


#: What a reporter asks in SQL.
QUERIES = (
    "select jurisdiction, count(*) n from documents group by 1 order by 2 desc",
    "select area_id, count(*) n from tags group by 1 order by 2 desc",
    "select substr(sort_on, 1, 7) month, count(*) from listing where area_id = 'privacy' group by 1 order by 1",
    "select d.id, d.title from documents d join tags t on t.document_id = d.id where t.area_id = 'broadband' "
    "order by d.id limit 50",
    "select d.jurisdiction, t.area_id, count(*) from documents d join tags t on t.document_id = d.id group by 1, 2",
    "select d.id, d.title from documents_fts f join documents d on d.rowid = f.rowid where documents_fts match 'library' "
    "limit 20",
    "select kind, status, count(*) from documents group by 1, 2 order by 3 desc",
    "select area_id, document_id, rank() over (partition by area_id order by probability desc) from tags limit 100",
)


def query(known: Known, dice: random.Random) -> Visit:
    asked = urlencode({"sql": dice.choice(QUERIES)})
    facets = f"/corpus/listed_documents.json?_facet=kind&_facet=status&area_id={dice.choice(known.areas)}&_size=10"
    path = dice.choice((f"/corpus.json?_shape=array&{asked}", f"/corpus.csv?{asked}", f"/corpus?{asked}", facets))
    return Visit("SQL", path, refused=LIMITED)


_BLOB = "randomblob(20000000)"
#: Each would hold a processor or fill the memory; two are only malformed.
HOSTILE = (
    "with recursive c(i) as (select 1 union all select i + 1 from c) select count(*) from c",
    "select count(*) from documents a, documents b, documents c where a.title || b.title like c.title",
    "select " + " + ".join([f"length({_BLOB})"] * 100),
    "select max(" + ", ".join([_BLOB] * 120) + ")",
    "with recursive c(i) as (select 1 union all select i + 1 from c where i < 100) "
    "select printf('%.*c', 19000000, 'a') || i, count(*) from c group by 1",
    "select unhex(replace(hex(zeroblob(5000000)), '0', '-'), printf('%.*c', 10000000, 'x') || '-')",
    "attach '/etc/passwd' as other",
)
MALFORMED = ("/corpus/documents.json?_where=1=1;drop", "/corpus/documents.json?" + "&".join(["_facet=kind"] * 100))


def attack(known: Known, dice: random.Random) -> Visit:
    """Any answer will do but an error of the server; the other readers' answers tell whether it was harmless."""
    number = dice.randrange(len(HOSTILE) + len(MALFORMED))
    if number >= len(HOSTILE):
        return Visit("hostile", MALFORMED[number - len(HOSTILE)], refused=frozenset({400}))
    return Visit("hostile SQL", f"/corpus.json?{urlencode({'sql': HOSTILE[number]})}", refused=LIMITED)
