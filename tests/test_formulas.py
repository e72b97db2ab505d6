"""No CSV address of the site gives a cell that a spreadsheet would run: ours, Datasette's, and what the command exports."""

from __future__ import annotations

import csv
import html
import io
import itertools
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import hostile_fixtures
import people_fixtures
import pytest
from desk_fixtures import site_of

from datasette.plugins import pm
from operations.exports import export
from pages.export.exports import cell
from settings import Configuration

#: Independent of `cell`: what Excel, LibreOffice and Google Sheets take for the start of a formula.
FORMULA = re.compile(r"[\t\r\n]|\s*[=+@-]|\s*[＝＋－＠]")
NUMBER = re.compile(r"-\d+(\.\d+)?(e[+-]?\d+)?")
#: The addresses of ours that end with .csv, by the pattern of their route.
OURS = {
    r"^/browse/map\.csv$": ["/browse/map.csv", "/browse/map.csv?kind=bill"],
    r"^/browse\.(?P<form>atom|feed|ics|csv|xlsx|json)$": ["/browse.csv", "/browse.csv?kind=bill"],
    r"^/(?P<list>areas|jurisdictions|positions)/(?P<id>[a-z0-9-]+)\.(?P<form>atom|feed|ics|csv|xlsx|json)$": [
        "/areas/broadband.csv",
        "/jurisdictions/us.csv",
        "/positions/tc-hotspot-lending.csv",
    ],
    r"^/(deadlines|calendar)\.(?P<form>atom|feed|ics|csv|xlsx|json)$": [
        "/deadlines.csv",
        "/deadlines.csv?past=1",
        "/calendar.csv",
    ],
    r"^/scorecard\.csv$": ["/scorecard.csv"],
    r"^/stances\.(?P<form>atom|feed|csv|xlsx|json)$": ["/stances.csv", "/stances.csv?ended=0"],
    r"^/votes/(?P<id>[a-z0-9-]+)\.csv$": [f"{people_fixtures.OHIOS_VOTE}.csv"],
    r"^/positions/(?P<id>[a-z0-9-]+)/companies\.csv$": ["/positions/tc-hotspot-lending/companies.csv"],
}
#: For staff alone; they are written by the same code (pages.export.exports.csv_lines), or hold nothing of anybody's.
STAFF = {
    r"^/desk/ours\.(?P<form>csv|xlsx|ics)$",
    r"^/desk/import/template\.csv$",
    r"^/desk/targets\.(?P<form>csv|xlsx)$",
}
OPTIONS = ("", "_stream=1", "_dl=1", "_header=off", "_labels=on", "_size=2&_stream=on", "_trace=1", "_shape=objects")
SIGNS = (
    "=1+1",
    "+1",
    "-x",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "\xa0=1",
    "\u3000@x",
    "\uff1d1",
    "-2+3",
    "=cmd|' /C calc'!A0",
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Configuration:
    return hostile_fixtures.build(tmp_path_factory.mktemp("formulas"))[0]


@pytest.fixture(scope="module")
def site(world: Configuration) -> Any:
    return site_of(world, mail=world)


def tables(config: Configuration) -> list[str]:
    with closing(sqlite3.connect(config.corpus)) as db:
        rows = db.execute("select name from sqlite_master where type in ('table', 'view')").fetchall()
    return [name for (name,) in rows if "_fts" not in name and "search_" not in name]


def cells_of(text: str) -> list[str]:
    return [each for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")) for each in row]


def csv_of(answer: Any) -> str:
    """The CSV of an answer; with `_trace` Datasette puts it into a page."""
    if not answer.headers["content-type"].startswith("text/html"):
        return answer.text
    return html.unescape(answer.text.partition('70vh">')[2].partition("</textarea>")[0])


def formulas(text: str) -> list[str]:
    return [each for each in cells_of(text) if FORMULA.match(each) and not NUMBER.fullmatch(each)]


def test_every_csv_route_of_ours_is_scanned(site: Any) -> None:
    patterns = {route[0] for routes in pm.hook.register_routes(datasette=site) for route in routes or ()}
    assert {each for each in patterns if "csv" in each} == set(OURS) | STAFF, (
        "name the addresses of a new route in OURS"
    )


@pytest.mark.slow
async def test_no_csv_address_gives_a_formula(site: Any, world: Configuration) -> None:
    own = [each for addresses in OURS.values() for each in addresses]
    datasettes = [f"/corpus/{table}.csv?{options}" for table, options in itertools.product(tables(world), OPTIONS)]
    row = f"/corpus/documents/{hostile_fixtures.BILL}.csv"
    found, guarded = {}, 0
    for path in (*own, *datasettes, row):
        answer = await site.client.get(path)
        assert answer.status_code == 200, path
        text = csv_of(answer)
        guarded += text.count("'=HYPERLINK")
        if bad := formulas(text):
            found[path] = bad[0]
    assert len(datasettes) > 100
    assert found == {}
    assert guarded > 100, "the corpus must be full of formulas"


@pytest.mark.parametrize("sign", SIGNS)
async def test_no_query_makes_a_formula(site: Any, sign: str) -> None:
    """Values and the names of columns, through the page of queries with parameters too."""
    name = '"' + sign.replace('"', '""') + '"'
    literal = "'" + sign.replace("'", "''") + "'"
    query = quote_plus(f"select {literal} as {name}, :p as p, -5 as number, -2.5 as part, null as missing")
    for options in ("", "&_dl=1", "&_stream=1", "&_header=off"):
        answer = await site.client.get(f"/corpus.csv?sql={query}&p={quote_plus(sign)}{options}")
        assert answer.status_code == 200, answer.text
        rows = list(csv.reader(io.StringIO(answer.text, newline="")))
        assert rows[-1] == [f"'{sign}", f"'{sign}", "-5", "-2.5", ""]
        assert formulas(answer.text) == []


def test_what_the_command_exports_holds_no_formula(world: Configuration, tmp_path: Path) -> None:
    target = tmp_path / "all.csv"
    assert export(world.corpus, area=None, kind="csv", output=target) > 3
    text = target.read_text(encoding="utf-8")
    assert "'=HYPERLINK" in text
    assert formulas(text) == []


@pytest.mark.parametrize("sign", SIGNS)
def test_the_guard_itself(sign: str) -> None:
    assert cell(sign) == f"'{sign}"
    assert cell(["=1", "x"]) == "'=1; x"
    assert [cell(value) for value in (-5, -2.5, None, "", "a=b", "'=1")] == [-5, -2.5, None, "", "a=b", "'=1"]
