"""Dumps: every public table and nothing else, whole or not at all, described, and readable by DuckDB over HTTP in parts."""

from __future__ import annotations

import datetime
import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import fsspec
import httpx
import pytest
import yaml
from click.testing import CliRunner
from conftest import ROOT
from site_corpus import build

import cli
import serve
from benchmarks import dump as measured
from operations.dumps import dump as dumping
from operations.dumps import parquet
from operations.dumps.places import latest
from operations.dumps.tables import public_tables
from pages.export.byte_ranges import Unsatisfiable, wanted
from settings import Configuration
from store.data_folder import FILES
from store.errors import InvalidInput, StorageError

pytestmark = pytest.mark.slow

NOW = "2022-03-09T03:40:00Z"


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Configuration:
    corpus = build(tmp_path_factory.mktemp("dumps"))
    with closing(sqlite3.connect(corpus)) as db:
        odd = "tab\tquote\" 'line\nbreak \u2028 \x00 é 書"
        db.execute(
            "insert into titles (document_id, ordinal, kind, title) select id, 99, 'odd', ? from documents limit 1",
            [odd],
        )
        db.commit()
    return Configuration(data=corpus.parent, site="https://policy.example.org")


@pytest.fixture(scope="module")
def made(config: Configuration) -> dumping.Dump:
    return dumping.dump(config, now=NOW)


def rows(db: Any, sql: str) -> list[tuple[Any, ...]]:
    return sorted((tuple(row) for row in db.execute(sql).fetchall()), key=repr)


def test_every_row_of_every_public_table_is_there_as_it_was(config: Configuration, made: dumping.Dump) -> None:
    with closing(sqlite3.connect(config.corpus)) as db, duckdb.connect() as duck:
        for table in public_tables(db):
            names = ", ".join(f'"{column.name}"' for column in table.columns)
            file = f"'{made.folder}/{table.name}.parquet'"
            assert rows(duck, f"select {names} from {file}") == rows(db, f'select {names} from "{table.name}"'), (
                table.name
            )
        total = sum(db.execute(f'select count(*) from "{table.name}"').fetchone()[0] for table in public_tables(db))
    assert made.rows == total > 50


def test_the_tables_are_those_that_visitors_see_and_no_other(config: Configuration, made: dumping.Dump) -> None:
    told = yaml.safe_load((ROOT / "datasette/metadata.yml").read_text(encoding="utf-8"))["databases"]["corpus"][
        "tables"
    ]
    shown = {name for name, each in told.items() if not each.get("hidden")}
    assert {path.stem for path in made.folder.glob("*.parquet")} == shown
    assert {path.name for path in made.folder.iterdir() if path.suffix != ".parquet"} == {
        "datapackage.json",
        "DATASHEET.md",
        "SHA256SUMS",
    }
    assert not {f"{Path(name).stem}.parquet" for name in FILES} & {path.name for path in made.folder.iterdir()}


def test_the_package_describes_each_column_and_its_checksums_are_right(made: dumping.Dump) -> None:
    package = json.loads((made.folder / "datapackage.json").read_text(encoding="utf-8"))
    assert package["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert package["created"] == NOW
    assert package["licenses"][0]["name"] == "Apache-2.0"
    assert {each["title"] for each in package["sources"]} >= {"Bills and resolutions of the U.S. Congress"}
    kinds = {"VARCHAR": "string", "BIGINT": "integer", "DOUBLE": "number"}
    for each in package["resources"]:
        body = (made.folder / each["path"]).read_bytes()
        assert (each["bytes"], each["hash"]) == (len(body), f"sha256:{hashlib.sha256(body).hexdigest()}")
        assert len(each["description"]) > 10
        described = duckdb.execute(f"describe select * from '{made.folder / each['path']}'").fetchall()
        fields = each["schema"]["fields"]
        assert [(field["name"], field["type"]) for field in fields] == [(row[0], kinds[row[1]]) for row in described]
        assert [field["name"] for field in fields if not field["description"]] == []
        assert set(each["schema"].get("primaryKey", [])) <= {field["name"] for field in fields}
    assert "ALA" not in (ROOT / "operations/dumps/datasheet.md").read_text(encoding="utf-8"), (
        "the name is that of the catalog"
    )
    for line in (made.folder / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((made.folder / name).read_bytes()).hexdigest() == digest


def test_the_datasheet_says_how_labels_and_tags_were_made_with_its_own_numbers(made: dumping.Dump) -> None:
    sheet = (made.folder / "DATASHEET.md").read_text(encoding="utf-8")
    assert "4 documents" in sheet
    assert "not by staff of ALA" in sheet
    assert "| library-funding |" in sheet
    assert not [sign for sign in ("{", "%(") if sign in sheet]


#: What somebody may want to know, and the same asked of corpus.db. {0} is the folder of the files, or nothing.
QUESTIONS = {
    "Which areas have most documents?": "select area_id, count(*) n from {shown_tags} group by 1 order by 2 desc, 1",
    "Which documents can library staff not miss?": """select d.identifier, d.title from {documents} d join {shown_priorities} p
        on p.document_id = d.id where p.priority = 2 order by 1""",
    "Who sponsors bills on broadband?": """select s.name, count(distinct s.document_id) n from {sponsors} s join {shown_tags} t
        on t.document_id = s.document_id where t.area_id = 'broadband' group by 1 order by 2 desc, 1""",
    "Which positions are at stake, and in which words?": """select p.title, m.words from {shown_matches} m join {positions} p
        on p.id = m.position_id order by 1, 2""",
    "What happened last in each place?": """select d.jurisdiction, max(a.acted_on) from {documents} d join {actions} a
        on a.document_id = d.id group by 1 order by 1""",
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_duckdb_alone_answers(question: str, config: Configuration, made: dumping.Dump) -> None:
    class Names(dict[str, str]):
        def __missing__(self, table: str) -> str:
            return f"'{made.folder}/{table}.parquet'"

    class Plain(dict[str, str]):
        def __missing__(self, table: str) -> str:
            return table

    answer = duckdb.execute(QUESTIONS[question].format_map(Names())).fetchall()
    with closing(sqlite3.connect(config.corpus)) as db:
        assert answer == db.execute(QUESTIONS[question].format_map(Plain())).fetchall()
    assert answer


# --------------------------------------------------------------------- whole or not at all


def test_a_dump_that_fails_leaves_the_one_before_and_nothing_of_itself(
    config: Configuration, made: dumping.Dump, monkeypatch: Any
) -> None:
    before = sorted(path.name for path in (config.data / "dumps").iterdir())

    def full(*_: Any) -> Any:
        raise StorageError("the disk is full")

    monkeypatch.setattr(parquet, "write", full)
    with pytest.raises(StorageError):
        dumping.dump(config, now="2022-03-10T03:40:00Z")
    assert sorted(path.name for path in (config.data / "dumps").iterdir()) == before
    assert latest(config.data) == made.folder.resolve()


def test_two_dumps_stay_and_others_things_are_left_alone(
    config: Configuration, tmp_path: Path, monkeypatch: Any
) -> None:
    def quick(db: sqlite3.Connection, part: Path, now: str, site: str, tell: Any) -> dict[Any, Any]:
        (part / "datapackage.json").write_text("{}")
        return {}

    monkeypatch.setattr(dumping, "_fill", quick)
    for day in range(10, 14):
        dumping.dump(config, tmp_path / "home", now=f"2022-03-{day}T03:40:00Z")
    left = {path.name: path.is_symlink() for path in (tmp_path / "home").iterdir()}
    assert left == {"20220312T034000Z": False, "20220313T034000Z": False, "latest": True}
    assert (tmp_path / "home/latest").resolve().name == "20220313T034000Z"
    (tmp_path / "photos/2022").mkdir(parents=True)
    with pytest.raises(InvalidInput, match="other things"):
        dumping.dump(config, tmp_path / "photos", now=NOW)


def test_a_column_in_which_text_and_numbers_are_mixed_is_text(tmp_path: Path) -> None:
    from operations.dumps.tables import Column, Table, _types

    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("create table t (a integer, b, c float, d integer)")
        db.executemany(
            "insert into t values (?, ?, ?, null)", [(1, 2.5, 3), ("one", b"\x01", 1e300), (None, None, 0.1)]
        )
        types = _types(db, "t", {"a": "INTEGER", "b": "", "c": "FLOAT", "d": "INTEGER"})
        assert types == {"a": "VARCHAR", "b": "VARCHAR", "c": "DOUBLE", "d": "BIGINT"}
        table = Table("t", "", tuple(Column(name, kind, "") for name, kind in types.items()), ())
        parquet.write(db, table, tmp_path / "t.parquet")
    found = duckdb.execute(f"select * from '{tmp_path}/t.parquet'").fetchall()
    assert found == [("1", "2.5", 3.0, None), ("one", "01", 1e300, None), (None, None, 0.1, None)]
    assert [path.name for path in tmp_path.iterdir()] == ["t.parquet"]


def test_the_command_refuses_what_does_not_go_together(tmp_path: Path) -> None:
    for arguments in (["--all", "--area", "copyright"], ["--all", "--format", "xlsx"]):
        assert CliRunner().invoke(cli.main, ["export", *arguments]).exit_code == 2


# --------------------------------------------------------------------- over HTTP


@pytest.mark.parametrize(
    ("header", "part"),
    [
        (None, None),
        ("bytes=0-0", (0, 1)),
        ("bytes=90-", (90, 100)),
        ("bytes=90-1000", (90, 100)),
        ("bytes=-8", (92, 100)),
        ("bytes=-800", (0, 100)),
        ("bytes=0-1,5-6", None),
        ("bytes=9-2", None),
        ("rows=1-2", None),
        ("bytes=-", None),
        ("bytes=٣-", None),
    ],
)
def test_ranges_are_those_of_the_standard(header: str | None, part: tuple[int, int] | None) -> None:
    assert wanted(header, 100) == part


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=-0", "bytes=999999999999999999-"])
def test_a_range_past_the_end_cannot_be_answered(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        wanted(header, 100)


@pytest.fixture
def site(config: Configuration, made: dumping.Dump) -> Any:
    return serve.build(config.corpus, today="2022-03-09", site=config.site)


async def test_files_are_given_whole_and_in_parts(site: Any, made: dumping.Dump) -> None:
    body = (made.folder / "documents.parquet").read_bytes()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=site.app()), base_url="http://localhost") as reader:
        led = await reader.get("/dumps/latest/documents.parquet")
        assert (led.status_code, led.headers["location"]) == (302, f"/dumps/{made.folder.name}/documents.parquet")
        where = led.headers["location"]
        whole = await reader.get(where)
        assert (whole.content, whole.headers["accept-ranges"]) == (body, "bytes")
        part = await reader.get(where, headers={"Range": "bytes=-8"})
        assert (part.status_code, part.content) == (206, body[-8:])
        assert part.headers["content-range"] == f"bytes {len(body) - 8}-{len(body) - 1}/{len(body)}"
        stale = await reader.get(where, headers={"Range": "bytes=0-3", "If-Range": '"older"'})
        assert (stale.status_code, stale.content) == (200, body)
        again = await reader.get(where, headers={"If-None-Match": whole.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        past = await reader.get(where, headers={"Range": f"bytes={len(body)}-"})
        assert (past.status_code, past.headers["content-range"]) == (416, f"bytes */{len(body)}")
        head = await reader.head(where)
        assert (head.content, head.headers["content-length"]) == (b"", str(len(body)))
        for other in ("../../staff.db", "..%2f..%2fcorpus.db", "documents.jsonl", "nothing.parquet"):
            answer = await reader.get(f"/dumps/{made.folder.name}/{other}", follow_redirects=True)
            assert answer.status_code in (400, 404), other
        assert (await reader.get("/dumps/20200101T000000Z/documents.parquet")).status_code == 404
        page = (await reader.get("/dumps")).text
        assert "none has been made" not in (await reader.get("/api")).text
        assert f"https://policy.example.org/dumps/{made.folder.name}/documents.parquet" in page
        assert "One row per bill, regulation or other document." in page


def test_duckdb_answers_the_questions_of_the_docs(config: Configuration, made: dumping.Dump) -> None:
    """The same that `python -m benchmarks.dump` asks."""
    block = (ROOT / "docs/feeds.md").read_text(encoding="utf-8").partition("```sql\n")[2].partition("```")[0]
    asked = {}
    for one in block.split(";"):
        name, _, sql = one.strip().removeprefix("-- ").partition("\n")
        if name:
            asked[name] = " ".join(sql.split()).replace("https://policy.example.org/dumps/latest", "{0}")
    assert asked == measured.QUESTIONS
    answers = {name: rows(duckdb, sql.format(made.folder)) for name, sql in measured.QUESTIONS.items()}
    with closing(sqlite3.connect(config.corpus)) as db:
        assert answers["documents by area"] == rows(db, "select area_id, count(*) from shown_tags group by 1") != []


async def test_a_site_without_a_dump_says_so(config: Configuration, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.db"
    corpus.write_bytes(config.corpus.read_bytes())
    bare = serve.build(corpus, today="2022-03-09", site=config.site)
    said = (await bare.client.get("/dumps")).text
    assert "No dump has been made" in said
    assert "<code>infopolicy export --all</code>" in said
    assert "none has been made on this site yet" in (await bare.client.get("/api")).text
    assert (await bare.client.get("/dumps/latest/documents.parquet")).status_code == 404


class Ranges(fsspec.AbstractFileSystem):  # type: ignore[misc]
    """What DuckDB's extension httpfs does, which is no part of the package: asks for parts of a file by HTTP."""

    protocol = "site"
    cachable = False

    def __init__(self, client: httpx.Client):
        super().__init__()
        self.client, self.asked = client, []

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        answer = self.client.head(self._strip_protocol(path))
        return {"name": path, "size": int(answer.headers["content-length"]), "type": "file"}

    def modified(self, path: str) -> datetime.datetime:
        return datetime.datetime(2022, 3, 9, tzinfo=datetime.UTC)

    def _open(self, path: str, mode: str = "rb", **_: Any) -> Any:
        return Part(self, self._strip_protocol(path), mode, cache_type="none")


class Part(fsspec.spec.AbstractBufferedFile):  # type: ignore[misc]
    def _fetch_range(self, start: int, end: int) -> bytes:
        answer = self.fs.client.get(self.path, headers={"Range": f"bytes={start}-{end - 1}"})
        assert answer.status_code == 206
        self.fs.asked.append(len(answer.content))
        return answer.content


def test_duckdb_reads_a_column_of_a_large_file_over_http_and_not_the_file(
    config: Configuration, made: dumping.Dump, tmp_path: Path
) -> None:
    import subprocess
    import sys

    from conftest import clean_environment
    from waiting import until_it_answers

    from benchmarks.running import free_port

    large = made.folder / "large.parquet"
    content = "select range i, md5(range::varchar) || md5((range * 7)::varchar) t from range(200000)"
    duckdb.execute(f"copy ({content}) to '{large}' (format parquet)")
    port = free_port()
    environment = clean_environment() | {"INFOPOLICY_DATA": str(config.data)}
    command = [sys.executable, str(ROOT / "infopolicy.py"), "serve", "--port", str(port)]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=log, stderr=log)
    try:
        until_it_answers(port, process)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client, duckdb.connect() as duck:
            files = Ranges(client)
            duck.register_filesystem(files)
            found = duck.execute(f"select sum(i) from 'site://dumps/{made.folder.name}/large.parquet'").fetchone()
        assert found == (200000 * 199999 // 2,)
        assert 0 < sum(files.asked) < large.stat().st_size / 4
    finally:
        process.terminate()
        process.wait(timeout=90)
        large.unlink()
