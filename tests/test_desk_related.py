"""Twins and related documents on the desk: the same bill under another number, with what is decided on it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from desk_fixtures import Browser, change, document, say
from desk_fixtures import application as application
from desk_fixtures import browser as browser
from desk_fixtures import config as config
from desk_fixtures import db as db
from desk_fixtures import made as made
from site_corpus import BROADBAND, HOSTILE_BILL, PLAIN, RULE

from desk.reviews import review_items
from desk.reviews.related_documents import related_documents
from settings import Configuration


def linked(config: Configuration, kind: str, to: str = HOSTILE_BILL) -> None:
    sql = "insert into links (document_id, ordinal, linked_id, kind) values (?, 90, ?, ?)"
    change(config, sql, to, BROADBAND, kind)


def found(db: Any) -> tuple[dict[str, str], list[str]]:
    [row] = db.query("select * from corpus.documents where id = ?", [BROADBAND])
    twins, others = related_documents(db, row, review_items.titles(db))
    return {each["id"]: each["related"] for each in twins}, [each["id"] for each in others]


@pytest.mark.parametrize(
    ("kind", "twin"),
    [("Identical bill", True), ("companion", True), ("Related bill", False), ("amendment", False)],
)
def test_a_twin_is_the_same_bill_and_not_what_is_only_related(
    config: Configuration, db: Any, kind: str, twin: bool
) -> None:
    linked(config, kind)
    twins, others = found(db)
    assert (list(twins), others) == (([HOSTILE_BILL], [PLAIN]) if twin else ([], [PLAIN, HOSTILE_BILL]))


def test_a_bill_of_another_session_is_none_and_a_rule_as_it_was_published_is(config: Configuration, db: Any) -> None:
    linked(config, "companion")
    change(config, "update documents set session = '116' where id = ?", HOSTILE_BILL)
    linked(config, "published as", RULE)
    assert found(db) == ({RULE: "this one, where comments are filed"}, [PLAIN, HOSTILE_BILL])


@pytest.mark.parametrize(("basis", "twins"), [("words", [PLAIN]), ("title", [])])
def test_the_same_words_make_a_twin_and_the_same_title_does_not(
    config: Configuration, db: Any, basis: str, twins: list[str]
) -> None:
    change(config, "insert into look_alike_groups values ('g', 'companion', 'Libraries', 2, 1, ?)", basis)
    for ordinal, key in enumerate((BROADBAND, PLAIN)):
        change(config, "insert into look_alikes values ('g', ?, ?, 1.0)", key, ordinal)
    assert list(found(db)[0]) == twins


async def test_the_page_names_a_twin_and_what_is_decided_on_it(
    browser: Browser, config: Configuration, db: Any
) -> None:
    linked(config, "Identical bill")
    await browser.sign_in()

    async def says() -> str:
        page = (await browser.get(document())).text.partition('class="twins"')[2].partition("</div>")[0]
        return " ".join(re.sub("<[^>]+>", " ", page).split()).partition("number: ")[2]

    assert await says() == "S. 42 identical bill, In committee : nothing is decided; 1 decision open"
    say(db, "reject", "area:library-funding", document_id=HOSTILE_BILL, who="Ben Writer")
    say(db, subject="stance", value="watch", document_id=HOSTILE_BILL)
    page = (await browser.get(document())).text
    assert f'<a href="/desk/documents/{HOSTILE_BILL}">S. 42</a>' in page
    assert "Ana Reader drafted the stance “Watch”; Ben Writer rejected the area “Library funding”" in await says()
    assert "open" not in await says()
    assert f'<a href="/desk/documents/{PLAIN}">' in page.partition("1 related document<")[2].partition("</details>")[0]
