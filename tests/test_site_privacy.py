"""What the public site never shows: private files, tables, and the words of errors."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from urllib.parse import quote_plus

import pytest
from site_corpus import BROADBAND
from test_site import corpus, site  # noqa: F401

import serve

PRIVATE = [
    "/-/databases",
    "/-/databases.json",
    "/-/plugins",
    "/-/plugins.json",
    "/-/threads",
    "/-/threads.json",
    "/-/metadata",
    "/-/metadata.json",
    "/-/settings",
    "/-/settings.json",
    "/-/versions",
    "/-/versions.json",
    "/-/allow-debug",
    "/-/permissions",
    "/-/messages",
    "/-/patterns",
    "/-/config.json",
    "/-/auth-token",
    "/-/logout",
    "/-/actor.json",
    "/-",
    "/-/",
    "/.json",
    "/.jsono",
    "/corpus.db",
    "/_internal",
    "/_internal.json",
    "/_internal.db",
    "/_internal/databases",
    "/_internal/databases.json",
    "/_internal?sql=select+*+from+databases",
    "/%5Finternal",
    "/~5Finternal/databases.json",
    "/_memory",
    "/_memory?sql=select+1",
    "/:memory:",
    "/staff",
    "/staff.db",
    "/staff.json",
    "/ops",
    "/ops.db",
    "/ops/rejects.json",
    "/mail",
    "/mail.db",
    "/partners.db",
    "/static/../metadata.yml",
    "/static/..%2fmetadata.yml",
    "/static/%2e%2e/settings.json",
    "/static/....//settings.json",
    "/documents/..%2f..%2fops.db",
    "/-/static/../app.py",
    "/%2D/databases",
]


@pytest.mark.parametrize("path", PRIVATE)
async def test_private_address_answers_as_if_it_did_not_exist(site, corpus: Path, path: str) -> None:
    answer = await site.client.get(path, follow_redirects=True)
    assert answer.status_code == 404
    _tells_nothing(answer.text, corpus)


SQL = [
    "select * from pragma_database_list",
    "select * from pragma_database_list()",
    "select file from pragma_database_list",
    "select 1 from documents where (select file from pragma_database_list) > ''",
    "pragma database_list",
    "attach database '/tmp/x.db' as x",
    "select * from pragma_function_list()",
    "select load_extension('x')",
    "explain pragma database_list",
    "with x as (select * from pragma_database_list) select * from x",
    "select * from pragma_compile_options",
    "select * from pragma_module_list",
    "detach database main",
    "select * from pragma_table_list",
    "vacuum into '/tmp/x.db'",
    "delete from documents",
    "update documents set id = 1",
    "select * from ops.rejects",
    "select * from staff.reviews",
    "select zeroblob(900000000)",
]


@pytest.mark.parametrize("form", ["", ".json", ".csv"])
@pytest.mark.parametrize("sql", SQL)
async def test_sql_of_visitors_learns_no_path_and_changes_nothing(site, corpus: Path, sql: str, form: str) -> None:
    answer = await site.client.get(f"/corpus{form}?sql={quote_plus(sql)}")
    # Datasette answers a refused query as CSV with an empty file.
    assert answer.status_code in (400, 403, 404) or (form == ".csv" and not answer.text.strip())
    _tells_nothing(answer.text, corpus)


def _tells_nothing(body: str, corpus: Path) -> None:
    for secret in (str(corpus), str(corpus.parent), "corpus.db", "site-packages", str(serve.SITE), "Traceback"):
        assert secret not in body


async def test_slow_sql_is_stopped_with_a_plain_message(site) -> None:
    sql = "with recursive n(x) as (select 1 union all select x + 1 from n) select count(*) from n"
    answer = await site.client.get(f"/corpus?sql={quote_plus(sql)}")
    assert answer.status_code == 400
    assert "took too long" in answer.text


async def test_writes_are_refused(site, corpus: Path) -> None:
    before = sqlite3.connect(corpus).execute("select count(*) from documents").fetchone()
    for path in ("/corpus", "/corpus/documents", f"/documents/{BROADBAND}"):
        await site.client.post(path, data={"sql": "delete from documents"})
    assert sqlite3.connect(corpus).execute("select count(*) from documents").fetchone() == before


async def test_broken_page_tells_nothing(site, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pages.places import places

    def broken(*args: object) -> None:
        raise OSError(f"cannot read {corpus}")

    monkeypatch.setattr(places, "jurisdictions", broken)
    answer = await site.client.get("/jurisdictions")
    assert answer.status_code == 500
    assert "Something went wrong" in answer.text
    _tells_nothing(answer.text, corpus)
