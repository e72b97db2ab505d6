"""The catalog of all data: valid DCAT by the rules of its profile, every address in it answers, and each source has its terms."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import sqlite3
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from rdflib import DCAT, DCTERMS, FOAF, PROV, RDF, Graph, Namespace, URIRef
from site_corpus import PLAIN, TODAY, build

import serve
from crawlers.sources import load_sources
from operations.dumps import dump as dumping
from operations.dumps.tables import public_tables
from settings import Configuration

SITE = "https://policy.example.org"
SPDX = Namespace("http://spdx.org/rdf/terms#")
#: What DCAT-AP 3.0 makes mandatory (https://semiceu.github.io/DCAT-AP/releases/3.0.0/).
MANDATORY = {
    DCAT.Catalog: (DCTERMS.title, DCTERMS.description, DCTERMS.publisher),
    DCAT.Dataset: (DCTERMS.title, DCTERMS.description),
    DCAT.Distribution: (DCAT.accessURL,),
    DCAT.DataService: (DCTERMS.title, DCAT.endpointURL),
    FOAF.Agent: (FOAF.name,),
    SPDX.Checksum: (SPDX.algorithm, SPDX.checksumValue),
}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("catalog"))


@pytest.fixture(scope="module")
def folder(corpus: Path) -> Path:
    """A dump of a few tables, which is enough here: test_dumps.py makes the whole."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dumping, "public_tables", lambda db: islice(public_tables(db), 3))
        return dumping.dump(Configuration(data=corpus.parent, site=SITE), now="2022-03-09T03:40:00Z").folder


@pytest.fixture(scope="module")
def site(corpus: Path, folder: Path) -> Any:
    return serve.build(corpus, today=TODAY, site=SITE)


@pytest.fixture
async def graph(site: Any) -> Graph:
    answer = await site.client.get("/catalog.jsonld")
    assert answer.headers["content-type"] == "application/ld+json; charset=utf-8"
    return Graph().parse(data=answer.text, format="json-ld")


def test_every_thing_has_what_the_profile_makes_mandatory(graph: Graph) -> None:
    assert [str(each) for each in graph.subjects(RDF.type, DCAT.Catalog)] == [f"{SITE}/catalog.jsonld"]
    for kind, wanted in MANDATORY.items():
        things = list(graph.subjects(RDF.type, kind))
        assert things, kind
        lacking = [(thing, each) for thing in things for each in wanted if not list(graph.objects(thing, each))]
        assert lacking == []
    listed = set(graph.objects(predicate=DCAT.dataset))
    assert listed == set(graph.subjects(RDF.type, DCAT.Dataset)), "none lies outside of the catalog"
    terms = {str(each) for each in (*graph.predicates(), *graph.objects(predicate=RDF.type))}
    ours = ("http://www.w3.org/", "http://purl.org/dc/terms/", "http://xmlns.com/foaf/", "http://spdx.org/rdf/terms#")
    assert [each for each in terms if not each.startswith(ours)] == [], "a prefix that the context does not explain"


async def test_every_address_of_the_site_in_it_answers(site: Any, graph: Graph) -> None:
    told = [DCAT.accessURL, DCAT.downloadURL, DCAT.landingPage, DCAT.endpointURL, DCAT.endpointDescription, FOAF.page]
    addresses = {each for predicate in told for each in graph.objects(predicate=predicate)}
    assert len(addresses) > 20
    assert all(isinstance(each, URIRef) and each.startswith(SITE) for each in addresses)
    for address in addresses:
        answer = await site.client.get(address.removeprefix(SITE))
        # Without a query, the address of SQL leads to the page of the database.
        assert answer.status_code == 200, address


def test_each_source_has_its_own_terms_and_days(graph: Graph, corpus: Path) -> None:
    with closing(sqlite3.connect(corpus)) as db:
        collected = {row[0] for row in db.execute("select source from coverage union select source from runs")}
    assert collected
    for name in collected:
        source = load_sources()[name]
        thing = URIRef(f"{SITE}/catalog.jsonld#source-{name}")
        [given] = graph.objects(thing, DCAT.distribution)
        assert list(graph.objects(given, DCTERMS.license)) == [URIRef(source.terms.url)]
        assert list(graph.objects(thing, PROV.wasDerivedFrom)) == [URIRef(source.url)]
        [rights] = graph.objects(thing, DCTERMS.rights)
        assert " ".join(source.terms.allows.split()) in {str(each) for each in graph.objects(rights)}
        assert list(graph.objects(thing, DCTERMS.temporal))


def test_files_have_their_length_and_checksum(graph: Graph, folder: Path) -> None:
    address = URIRef(f"{SITE}/dumps/{folder.name}/documents.parquet")
    [given] = graph.subjects(DCAT.downloadURL, address)
    body = (folder / "documents.parquet").read_bytes()
    assert [int(each) for each in graph.objects(given, DCAT.byteSize)] == [len(body)]
    [checksum] = graph.objects(given, SPDX.checksum)
    assert [str(each) for each in graph.objects(checksum, SPDX.checksumValue)] == [hashlib.sha256(body).hexdigest()]
    files = {str(each).rpartition("/")[2] for each in graph.objects(predicate=DCAT.downloadURL)}
    assert {path.name for path in folder.glob("*.parquet")} <= files


async def test_the_page_about_dumps_tells_search_engines_the_same(site: Any, folder: Path) -> None:
    page = (await site.client.get("/dumps")).text
    assert 'type="application/ld+json" title="Catalog of all data (DCAT)" href="/catalog.jsonld"' in page
    [block] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    found = json.loads(block)
    assert found["@type"] == "Dataset"
    assert 50 <= len(found["description"]) <= 5_000, "what Google's Dataset Search takes"
    assert found["includedInDataCatalog"]["url"] == f"{SITE}/catalog.jsonld"
    given = {each["contentUrl"] for each in found["distribution"]}
    assert {f"{SITE}/dumps/{folder.name}/documents.parquet", f"{SITE}/browse.csv"} <= given


async def test_the_catalog_has_a_validator_and_other_programs_may_read_it(site: Any) -> None:
    first = await site.client.get("/catalog.jsonld")
    assert first.headers["access-control-allow-origin"] == "*"
    again = await site.client.get("/catalog.jsonld", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_without_a_dump_there_is_a_catalog_without_tables(corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "corpus.db").write_bytes(corpus.read_bytes())
    bare = serve.build(tmp_path / "corpus.db", today=TODAY, site=SITE)
    found = json.loads((await bare.client.get("/catalog.jsonld")).text)
    ids = [each["@id"].partition("#")[2] for each in found["dcat:dataset"]]
    assert {"documents", "dates", "changes"} <= set(ids)
    assert "tables" not in ids


async def test_the_documents_of_a_source_come_whole_and_each_read_of_them_is_short(
    graph: Graph, site: Any, corpus: Path
) -> None:
    [given] = graph.objects(URIRef(f"{SITE}/catalog.jsonld#source-us_bills"), DCAT.distribution)
    [address] = graph.objects(given, DCAT.downloadURL)
    answer = await site.client.get(str(address).removeprefix(SITE))
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    with closing(sqlite3.connect(corpus)) as db:
        assert [(row["id"],) for row in rows] == db.execute(
            "select id from documents where source = 'us_bills' order by id"
        ).fetchall()
        plan = db.execute(
            "explain query plan select * from documents where source = 'us_bills' and id > 'a' order by id limit 1001"
        ).fetchall()
    assert "text" not in rows[0], "texts are in the dump"
    assert [row[3] for row in plan] == ["SEARCH documents USING INDEX documents_by_source_and_id (source=? AND id>?)"]


async def test_only_a_source_of_texts_alone_has_no_documents_to_download(tmp_path: Path) -> None:
    corpus = build(tmp_path)
    with closing(sqlite3.connect(corpus)) as db:
        # Texts have days, which are those of what others list; bills of the United Kingdom have none.
        db.execute("update documents set source = 'uk_bills' where id = ?", [PLAIN])
        db.execute("delete from coverage where source in ('uk_bills', 'us_bill_text')")
        db.executemany(
            "insert into coverage values (?, 'us', 'any', 1, 0, 0, 0, 0, ?, ?, null)",
            [("us_bill_text", "2025-01-03", "2026-05-29"), ("uk_bills", None, None)],
        )
        db.commit()
    answer = await serve.build(corpus, today=TODAY, site=SITE).client.get("/catalog.jsonld")
    graph = Graph().parse(data=answer.text, format="json-ld")
    given = {
        name: len(list(graph.objects(URIRef(f"{SITE}/catalog.jsonld#source-{name}"), DCAT.distribution)))
        for name in ("us_bill_text", "uk_bills", "us_bills")
    }
    assert given == {"us_bill_text": 0, "uk_bills": 1, "us_bills": 1}
