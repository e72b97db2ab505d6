"""Find my legislators: by ZIP code and by state district, without a cookie, an address or a log that holds what was typed."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import people_fixtures as made
import pytest
from people_fixtures import HOSTILE_NAME, ONE_DISTRICT, SEVERAL
from site_corpus import TODAY

import serve

FIND = "/find-my-legislators"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made.build(tmp_path_factory.mktemp("find"))


@pytest.fixture(scope="module")
def site(corpus: Path) -> Any:
    return serve.build(corpus, secret="a secret of the tests", today=TODAY)


async def test_a_zip_code_of_one_district_has_one_representative_and_the_senators(site: Any) -> None:
    status, shown = await made.found(site, zip=ONE_DISTRICT)
    assert status == 200
    assert "U.S. House, Ohio 4 Ada Reader" in shown
    assert "José Núñez Independent, U.S. Senate, Ohio" in shown
    assert "districts." not in shown
    assert "Cora Chair" not in shown


async def test_a_zip_code_of_several_districts_shows_all_and_says_so(site: Any) -> None:
    status, shown = await made.found(site, zip=f" {SEVERAL}-1234 ")
    assert status == 200
    assert f"ZIP code {SEVERAL} lies in 3 districts. 50% of all ZIP codes lie in more than one." in shown
    assert "Ada Reader" in shown
    assert "Cora Chair" in shown
    assert "U.S. House, Ohio 9 Vacant, or not collected." in shown


@pytest.mark.parametrize("typed", ["4300", "ABCDE", "43001; drop table people", "٤٣٠٠١", "<script>"])
async def test_what_is_no_zip_code_gets_a_clear_answer(site: Any, typed: str) -> None:
    status, shown = await made.found(site, zip=typed)
    assert status == 400
    assert "This is not a ZIP code. Enter five digits" in shown


async def test_a_zip_code_without_an_area_leads_to_the_states(site: Any) -> None:
    status, shown = await made.found(site, zip="99999")
    assert status == 200
    assert "The list of ZIP code areas has no 99999." in shown


async def test_state_legislators_come_by_the_district_that_is_chosen(site: Any) -> None:
    _, shown = await made.found(site, state="OH")
    assert "Ohio: state legislature" in shown
    assert HOSTILE_NAME not in shown
    for form in ({"state": "OH"}, {"zip": ONE_DISTRICT}):
        _, shown = await made.found(site, **form, **{"us-oh-lower": "12"})
        assert HOSTILE_NAME in shown
    _, shown = await made.found(site, state="OH", **{"us-oh-lower": "no such district"})
    assert HOSTILE_NAME not in shown


@pytest.mark.parametrize("form", [{"state": "ZZ"}, {"state": "O'"}, {"zip": ""}])
async def test_anything_else_shows_the_form(site: Any, form: dict[str, str]) -> None:
    status, shown = await made.found(site, **form)
    assert status == 200
    assert "Congress" not in shown.partition("Find")[2]


async def test_what_is_typed_is_in_no_address_no_cookie_and_no_cache(site: Any) -> None:
    answer = await site.client.get(f"{FIND}?zip={ONE_DISTRICT}")
    assert ONE_DISTRICT not in answer.text.split("<main")[1].split("</main>")[0]
    assert "Ada Reader" not in answer.text
    posted = await site.client.post(FIND, data={"zip": ONE_DISTRICT})
    for each in (answer, posted):
        assert "set-cookie" not in each.headers
        assert each.headers["cache-control"] == "no-store"
        assert each.headers["referrer-policy"] == "no-referrer"
    assert not re.findall(rf'(?:href|action|src)="[^"]*{ONE_DISTRICT}', posted.text)
    assert re.findall(r'<form method="(\w+)" action="([^"#]*)', posted.text) == [("post", FIND)] * 4
    assert "<script" not in posted.text


async def test_nothing_that_is_typed_is_stored(site: Any, corpus: Path) -> None:
    with closing(sqlite3.connect(corpus)) as db:
        before = list(db.iterdump())
        files = {path.name for path in corpus.parent.iterdir()}
        await made.found(site, zip="94110", state="OH")
        assert list(db.iterdump()) == before
    assert {path.name for path in corpus.parent.iterdir()} == files


async def test_a_body_that_cannot_be_read_shows_the_form(site: Any) -> None:
    answer = await site.client.post(FIND, content=b"zip=%ff", headers={"content-type": "text/plain"})
    assert answer.status_code == 415
    assert "ZIP code" in answer.text


async def test_without_zip_codes_there_is_still_the_choice_of_a_state(corpus: Path, tmp_path: Path) -> None:
    copy = tmp_path / "corpus.db"
    with closing(sqlite3.connect(corpus)) as db, closing(sqlite3.connect(copy)) as other:
        db.backup(other)
        other.execute("delete from zip_districts")
        other.commit()
    bare = serve.build(copy, secret="a secret of the tests", today=TODAY)
    page = (await bare.client.get(FIND)).text
    assert 'name="zip"' not in page
    assert 'name="state"' in page
