"""Whose positions and by whom: names come from the catalog and the settings, and nothing is signed without approval."""

from __future__ import annotations

import email
import email.policy
from pathlib import Path

import pytest
import site_corpus
from click.testing import CliRunner
from conftest import ROOT
from digest_fixtures import FIRST_DAY, corpus, reader
from site_corpus import TODAY
from sqlite_utils import Database
from voice import speaks_as

import cli
import serve
from digest.issues.words import Words, sentences
from pages.http.names import named, names
from positions.catalog import yaml_file
from positions.catalog.organization import FILE, organization
from positions.catalog.records import STANCES
from settings import Configuration
from store.connect import open_mail

HOME = ROOT / "positions" / "catalog"


@pytest.fixture
def other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalog of somebody whose name is fit for trouble."""
    folder = tmp_path / "catalog"
    folder.mkdir()
    (folder / FILE).write_text(
        "name: Books & <b>Readers</b>\nshort: B&R\nin_text: Books & <b>Readers</b>\nspanish: {short: el B&R}\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("INFOPOLICY_CATALOG", str(folder))
    monkeypatch.setenv("INFOPOLICY_PUBLISHER", 'Anna\'s "Press" & Co')
    return folder


def test_every_default_is_neutral() -> None:
    config = Configuration()
    for said in (config.publisher, config.imprint, config.mail_from, config.mail_postal, config.notice):
        assert "ALA" not in (said or "")
        assert "Library Association" not in (said or "")
    assert names()["publisher"] == "Information policy monitor"
    assert [key for key, said in sentences().items() if "American Library" in str(said)] == []


def test_names_stand_in_messages_and_begin_a_sentence_with_a_capital() -> None:
    assert named("Positions of %(org)s.", "es") == "Positions of la ALA."
    assert (
        named("%(org)s waits. %(organization)s waits.", "es") == "La ALA waits. La American Library Association waits."
    )
    assert named("100 % of %(other)s") == "100 % of %(other)s"
    assert Words("es").section("stance") == "Posturas de la ALA"


async def test_another_name_is_everywhere_and_is_text_only(other: Path, tmp_path: Path) -> None:
    assert organization().short == "B&R"
    site = serve.build(site_corpus.build(tmp_path), today=TODAY)
    for path in (
        "/",
        "/about",
        "/positions",
        "/positions/tc-hotspot-lending",
        "/es/positions",
        "/es/about",
        "/scorecard",
        "/api",
    ):
        page = (await site.client.get(path)).text
        assert "ALA" not in page, path
        assert "American Library" not in page, path
        assert "<b>Readers" not in page, path
        assert "B&amp;R" in page or "Books &amp; &lt;b&gt;" in page, path
        assert "Anna&#39;s &#34;Press&#34; &amp; Co" in page, path
    assert "Positions of B&R" in (await site.client.get("/llms.txt")).text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("short: X\n", "has no name"),
        ("name: X\nshort: 100 %\n", "holds %"),
        ("name: X\nshort: Y\nspanish: [a]\n", "spanish must be a mapping"),
        ("name: X\nshort: Y\ncolor: red\n", "unknown key 'color'"),
        ("- name: X\n", "not a mapping"),
    ],
)
def test_a_wrong_organization_is_refused_with_its_file(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(yaml_file.BadFile) as refused:
        organization(tmp_path)
    assert said in str(refused.value)
    assert str(tmp_path / FILE) in str(refused.value)


async def test_the_banner_goes_when_everything_shown_is_approved(tmp_path: Path) -> None:
    file = site_corpus.build(tmp_path)
    site = serve.build(file, today=TODAY)
    banner = "The American Library Association has not approved them."
    position = "/positions/tc-hotspot-lending"
    for path in ("/", "/browse", position):
        assert banner in (await site.client.get(path)).text, path
    assert "no los ha aprobado" in (await site.client.get("/es/positions")).text
    assert 'content="Draft summary: ' in (await site.client.get(position)).text
    db = Database(file)
    db.execute("update positions set standing = 'approved' where id = 'tc-hotspot-lending'")
    assert banner in (await site.client.get("/")).text, "another one is still a draft"
    db.execute("update positions set standing = 'approved'")
    db.close()
    for path in ("/", "/browse", position):
        assert banner not in (await site.client.get(path)).text, path
    assert "Draft summary: " not in (await site.client.get(position)).text


def test_no_email_speaks_as_the_organization(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus(tmp_path)
    for name, value in (("DATA", str(tmp_path)), ("MAIL_FROM", "Policy digest <digest@example.org>")):
        monkeypatch.setenv(f"INFOPOLICY_{name}", value)
    monkeypatch.setattr("commands.digest.utc_now", lambda: "2022-03-09T08:00:00Z")
    db = open_mail(tmp_path / "mail.db")
    for language in ("en", "es"):
        reader(db, f"{language}@example.org", language=language)
    db.close()

    def call(*words: str) -> str:
        done = CliRunner().invoke(cli.main, list(words))
        assert done.exit_code == 0, done.output
        return done.output

    issue = call("digest", "prepare", "--day", FIRST_DAY.isoformat()).splitlines()[0]
    call("digest", "send", issue, "--dry-run", str(tmp_path / "out"))
    mails = [
        email.message_from_bytes(each.read_bytes(), policy=email.policy.default)
        for each in (tmp_path / "out").iterdir()
    ]
    assert len(mails) == 2
    for mail in mails:
        parts = [
            f"From: {mail['From']}\nSubject: {mail['Subject']}",
            *(part.get_content() for part in mail.iter_parts()),
        ]
        assert [found for part in parts for found in speaks_as(part)] == []
        assert all("Information policy monitor" in part for part in parts[1:])
        assert "ALA" not in mail["Subject"]


@pytest.mark.parametrize(
    "text",
    [
        "From: ALA digest <a@example.org>",
        "<p>Published by the American Library Association.</p>",
        "<p>ALA opposes this bill.</p>",
        "On behalf of ALA, we write",
    ],
)
def test_the_scan_finds_who_speaks(text: str) -> None:
    assert speaks_as(text)
    assert not speaks_as(text.replace("ALA opposes", "Whether ALA opposes")) or "opposes" not in text


def test_the_glossary_gives_the_side_to_whoever_takes_it() -> None:
    from pages.http.formatting import glossary

    assert [key for key in STANCES if "ALA" in glossary()["stances"][key]["means"]] == []
