"""The catalog of all data as JSON-LD: DCAT 3 for data portals and programs, schema.org for search engines.

DCAT: https://www.w3.org/TR/vocab-dcat-3/, with what the profile DCAT-AP 3.0 makes mandatory. The names of the datasets are in
datasette/api.yml.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crawlers.sources import Source, load_sources
from pages.export.api import described
from pages.export.feeds import TYPES
from pages.export.json_feed import TYPE
from pages.export.linked_data import as_block
from pages.http.names import names

Node = dict[str, Any]

PATH = "/catalog.jsonld"
LICENSE = {
    "name": "Apache-2.0",
    "path": "https://www.apache.org/licenses/LICENSE-2.0",
    "title": "Apache License 2.0, for descriptions, tags, and all else that the software adds",
}
PARQUET = "application/vnd.apache.parquet"
_MEDIA = TYPES | {"feed": TYPE}
_IANA = "https://www.iana.org/assignments/media-types/"
_LANGUAGE = "http://publications.europa.eu/resource/authority/language/ENG"
_ADDRESSES = (
    *("dcat:accessURL", "dcat:downloadURL", "dcat:mediaType", "dcat:landingPage", "dcat:endpointURL"),
    *("dcat:endpointDescription", "dcat:servesDataset", "dct:isPartOf", "dct:language", "prov:wasDerivedFrom"),
    *("foaf:homepage", "spdx:algorithm"),
)
#: Prefixes, and the terms whose values are days, numbers or addresses; nothing has to be fetched to read the catalog.
CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "prov": "http://www.w3.org/ns/prov#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dct:title": {"@language": "en"},
    "dct:description": {"@language": "en"},
    "dcat:keyword": {"@language": "en"},
    "dcat:byteSize": {"@type": "xsd:nonNegativeInteger"},
    "spdx:checksumValue": {"@type": "xsd:hexBinary"},
    **{term: {"@type": "xsd:date"} for term in ("dct:issued", "dcat:startDate", "dcat:endDate")},
    **{term: {"@type": "@id"} for term in _ADDRESSES},
}


@dataclass(frozen=True)
class Dump:
    """The newest dump: where its files are, and the content of its datapackage.json."""

    where: str
    package: Mapping[str, Any]


def catalog(db: sqlite3.Connection, site: str, dump: Dump | None) -> Node:
    """The dcat:Catalog: lists of documents and dates, changes, tables of the newest dump, each source with its terms, the API.

    Args:
        site: the public address of the site.
        dump: the newest dump; None where none has been made.
    """
    about = described()["catalog"]
    lists = [_list(each, site) for each in about["datasets"]]
    tables = [_tables(about["tables"], site, dump)] if dump else []
    sources = [_source(*each, about["source"], site) for each in _collected(db)]
    served = {"dcat:servesDataset": [each["@id"] for each in (*lists, *tables)]}
    services = [_service(each, site) | served for each in about["services"]]
    return {
        "@context": CONTEXT,
        "@id": f"{site}{PATH}",
        "@type": "dcat:Catalog",
        "foaf:homepage": f"{site}/",
        **_common(about["title"], about["what"], site),
        "dct:license": _license(LICENSE["path"]),
        "dcat:dataset": [*lists, *tables, *sources],
        "dcat:service": services,
    }


def _common(title: str, what: str, site: str) -> Node:
    return {
        "dct:title": title,
        "dct:description": " ".join(what.split()),
        "dct:publisher": {"@id": f"{site}/#publisher", "@type": "foaf:Agent", "foaf:name": names()["publisher"]},
        "dct:language": _LANGUAGE,
    }


def _license(address: str) -> Node:
    return {"@id": address, "@type": "dct:LicenseDocument"}


def _list(listed: Mapping[str, Any], site: str) -> Node:
    """A list of the site in all of its forms."""
    return {
        "@id": f"{site}{PATH}#{listed['id']}",
        "@type": "dcat:Dataset",
        **_common(listed["title"], listed["what"], site),
        "dcat:keyword": listed["keywords"],
        "dcat:landingPage": f"{site}{listed['page']}",
        "dcat:distribution": [
            _distribution(f"{site}{path}", f"{listed['title']}: {path}", _media(path), f"{site}{path}")
            for path in listed["files"]
        ],
    }


def _media(path: str) -> str:
    return _MEDIA.get(path.partition("?")[0].rpartition(".")[2], "application/json")


def _distribution(download: str, title: str, media: str, access: str) -> Node:
    return {
        "@type": "dcat:Distribution",
        "dct:title": title,
        "dcat:accessURL": access,
        "dcat:downloadURL": download,
        "dcat:mediaType": _IANA + media,
        "dct:license": _license(LICENSE["path"]),
    }


def _tables(told: Mapping[str, Any], site: str, dump: Dump) -> Node:
    """Every public table as a Parquet file, with its length and checksum."""
    return {
        "@id": f"{site}{PATH}#tables",
        "@type": "dcat:Dataset",
        **_common(told["title"], told["what"], site),
        "dct:issued": dump.package["created"][:10],
        "dcat:version": dump.package["version"],
        "dcat:landingPage": f"{site}/dumps",
        "foaf:page": {"@id": f"{dump.where}/DATASHEET.md", "@type": "foaf:Document"},
        "dcat:distribution": [
            _distribution(f"{dump.where}/{each['path']}", each["name"], PARQUET, f"{site}/dumps")
            | {
                "dct:description": each["description"],
                "dcat:byteSize": str(each["bytes"]),
                "spdx:checksum": {
                    "@type": "spdx:Checksum",
                    "spdx:algorithm": "spdx:checksumAlgorithm_sha256",
                    "spdx:checksumValue": each["hash"].removeprefix("sha256:"),
                },
            }
            for each in dump.package["resources"]
        ],
    }


def _collected(db: sqlite3.Connection) -> Iterator[tuple[Source, tuple[str | None, str | None], bool]]:
    """Each source that anything was collected from, with the days of its first and its newest document, and whether it has
    documents of its own: some sources give only texts of what others list."""
    days = {
        row[0]: (row[1], row[2])
        for row in db.execute("select source, min(first_on), max(newest_on) from coverage group by 1")
    }
    asked = {row[0] for row in db.execute("select distinct source from runs")}
    for name, source in load_sources().items():
        if name in days or name in asked:
            own = db.execute("select 1 from documents where source = ? limit 1", [name]).fetchone() is not None
            yield source, days.get(name, (None, None)), own


def _source(source: Source, days: tuple[str | None, str | None], own: bool, told: Mapping[str, str], site: str) -> Node:
    """What was collected from one source, whose terms are not those of this site."""
    rows = f"{site}/corpus/documents.csv?source={source.id}&_nocol=text&_stream=on"
    page = f"{site}/corpus/documents?source={source.id}"
    terms = _license(source.terms.url)
    rights = {"@type": "dct:RightsStatement", "rdfs:label": " ".join(source.terms.allows.split())}
    known = {name: day[:10] for name, day in zip(("dcat:startDate", "dcat:endDate"), days, strict=True) if day}
    node = {
        "@id": f"{site}{PATH}#source-{source.id}",
        "@type": "dcat:Dataset",
        **_common(source.title, told["what"].format(title=source.title, publisher=source.publisher), site),
        "dct:creator": {"@type": "foaf:Agent", "foaf:name": source.publisher},
        "prov:wasDerivedFrom": source.url,
        "dct:rights": rights,
        "dcat:landingPage": f"{site}/sources",
    }
    if known:
        node["dct:temporal"] = {"@type": "dct:PeriodOfTime"} | known
    if own:
        node["dct:isPartOf"] = f"{site}{PATH}#documents"
        given = _distribution(rows, source.title, "text/csv", page)
        node["dcat:distribution"] = [given | {"dct:license": terms, "dct:rights": rights}]
    return node


def _service(told: Mapping[str, str], site: str) -> Node:
    return {
        "@id": f"{site}{PATH}#{told['id']}",
        "@type": "dcat:DataService",
        **_common(told["title"], told["what"], site),
        "dcat:endpointURL": f"{site}{told['endpoint']}",
        "dcat:endpointDescription": f"{site}{told['description']}",
        "dct:license": _license(LICENSE["path"]),
    }


def search_engines(site: str, dump: Dump | None) -> str:
    """The Dataset of schema.org for the page about dumps, as JSON for a script element of an HTML page."""
    about = described()["catalog"]
    lists: Sequence[Mapping[str, Any]] = about["datasets"]
    files = [(f"{site}{path}", _media(path)) for each in lists for path in each["files"]]
    tables = [(f"{dump.where}/{each['path']}", PARQUET) for each in dump.package["resources"]] if dump else []
    return as_block(
        {
            "@context": "https://schema.org",
            "@type": "Dataset",
            "@id": f"{site}/dumps",
            "url": f"{site}/dumps",
            "name": about["title"],
            "description": " ".join(about["what"].split()),
            "keywords": sorted({word for each in lists for word in each["keywords"]}),
            "license": LICENSE["path"],
            "creator": {"@type": "Organization", "name": names()["publisher"], "url": f"{site}/"},
            "isAccessibleForFree": True,
            "version": dump.package["version"] if dump else None,
            "dateModified": dump.package["created"] if dump else None,
            "includedInDataCatalog": {"@type": "DataCatalog", "name": about["title"], "url": f"{site}{PATH}"},
            "distribution": [
                {"@type": "DataDownload", "contentUrl": address, "encodingFormat": media}
                for address, media in (*tables, *files)
            ],
        }
    )
