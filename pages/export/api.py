"""What programs can ask for, from datasette/api.yml: for the page about it, llms.txt, and the test that asks for all of it."""

from __future__ import annotations

import sqlite3
from functools import cache

from pages.answers.openapi import example, parameters
from pages.answers.questions import QUESTIONS
from pages.database import Row
from pages.http.names import named_tree
from settings import SITE
from store.constants import ANY_AREA
from text.yaml_config import read_yaml


@cache
def _read() -> Row:
    return read_yaml(SITE / "api.yml")


def described() -> Row:
    """The file, with the names of whose positions the site shows."""
    found: Row = named_tree(_read())
    return found


def sections(db: sqlite3.Connection) -> list[Row]:
    """The sections with their addresses; each has its ``parameters`` (name -> meaning) and an ``example`` that answers.

    First the questions, which describe themselves.
    """
    shared, there = described()["shared"], examples(db)
    return [_questions(there)] + [
        section
        | {
            "addresses": [
                address
                | {
                    "parameters": {
                        name: told for part in address.get("parameters", ()) for name, told in shared[part].items()
                    },
                    "example": address["example"].format(**there),
                }
                for address in section["addresses"]
            ]
        }
        for section in described()["sections"]
    ]


def examples(db: sqlite3.Connection) -> dict[str, str]:
    """One of each kind that this corpus holds, or the name of an example where it holds none."""
    named = {"document": "us-117-hr1", "area": "broadband", "position": "tc-hotspot-lending", "place": "us"}
    for name, sql in _ONE_OF_EACH.items():
        if row := db.execute(sql, {"any": ANY_AREA}).fetchone():
            named[name] = row[0]
    return named


def _questions(there: dict[str, str]) -> Row:
    return described()["questions"] | {
        "addresses": [
            {
                "path": question.path,
                "what": " ".join(question.about.partition("\n\n")[0].split()).rstrip("."),
                "parameters": {each["name"]: each["description"] for each in parameters(question, there)},
                "example": example(question, there),
            }
            for question in QUESTIONS.values()
        ]
        + [
            {
                "path": "/api/openapi.json",
                "parameters": {},
                "example": "/api/openapi.json",
                "what": described()["openapi"],
            }
        ]
    }


_ONE_OF_EACH = {
    "document": "select document_id from listing where area_id = :any order by must_see desc, sort_on desc limit 1",
    "area": "select area_id from facet_counts where area_id in (select id from policy_areas) and :any > '' group by 1 "
    "order by sum(documents) desc limit 1",
    "position": "select position_id from position_listing where :any > '' limit 1",
    "place": "select jurisdiction from facet_counts where area_id = :any group by 1 order by sum(documents) desc limit 1",
}


def llms(found: list[Row], site: str) -> str:
    """The same as Markdown for language models (llmstxt.org): what the site is, and where its data are."""
    about = described()["about"]
    lines = [
        "# Information policy monitor",
        "",
        f"> {about['what'].strip()}",
        "",
        about["care"].strip(),
        "",
        about["assistants"].strip().format(site=site),
        "",
        "## Pages",
        "",
    ]
    lines += [f"- [{page['title']}]({site}{page['path']}): {page['what']}" for page in about["pages"]]
    for section in found:
        lines += ["", f"## {section['title']}", ""] + ([section["about"].strip(), ""] if section["about"] else [])
        lines += [f"- [{each['path']}]({site}{each['example']}): {each['what']}" for each in section["addresses"]]
    return "\n".join([*lines, ""])
