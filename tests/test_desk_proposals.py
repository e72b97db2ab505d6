"""An edit of a position becomes a change of the lines of its file: nothing else moves, it passes the check, people apply it."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT
from desk_fixtures import NOW, PASSWORD, Browser, build, copy, field, open_desk, person, site_of
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.intake import catalog_patch, proposals
from desk.intake.catalog_patch import Approval, CannotAmend, Change
from positions.catalog.catalog import HOME, check, load_catalog
from settings import Configuration

pytestmark = pytest.mark.slow

KEY = "pr-library-records"
NEW = "Your reading is \"yours\": nobody else's # business – not even the café's."
FILE = """\
# Positions whose first area is privacy.  A comment with "quotes".

- id: one   # the id
  versions:
    - document: A
      confidence: low
      statement: >-
        a block
    - document: B          # a comment beside it
      statement: plain words
        over two lines     # and one here
      confidence: low
  triggers: {}  # stays
    # a comment in an odd place

- id: two
  versions:
  - {document: C, statement: on one line}
- id: three
  versions:
  - document: D
    statement: |
      a block
- id: four
  versions:
  - document: E
    statement: 'single ''quotes'''
    rationale: "because"
    note: last"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("proposals")).data


@pytest.fixture
def config(made: Path, tmp_path: Path) -> Configuration:
    return copy(made, tmp_path)


@pytest.fixture
def db(config: Configuration) -> Iterator[Any]:
    with closing(open_desk(config)) as opened:
        yield opened


@pytest.fixture
async def browser(config: Configuration) -> Browser:
    made = Browser(site_of(config).app())
    await made.sign_in()
    return made


def wording(key: str, was: str, **values: str) -> Change:
    return Change("wording", key, values, was)


def changed(before: str, after: str) -> tuple[list[str], list[str]]:
    """Lines that are gone, lines that are new."""
    old, new = before.splitlines(), after.splitlines()
    return [line for line in old if line not in new], [line for line in new if line not in old]


# --------------------------------------------------------------------- lines


def test_a_wording_changes_its_own_characters_and_nothing_else() -> None:
    after = catalog_patch.amended(FILE, wording("one", "plain words over two lines", statement=NEW, rationale="So."))
    quoted = yaml.safe_dump(NEW, default_style='"', width=9_999, allow_unicode=True).strip()
    assert changed(FILE, after) == (
        ["      statement: plain words", "        over two lines     # and one here"],
        [f"      statement: {quoted}     # and one here", '      rationale: "So."'],
    )
    assert yaml.safe_load(after)[0]["versions"][1]["statement"] == NEW


def test_one_that_is_there_already_is_replaced_and_the_end_of_the_file_stays() -> None:
    after = catalog_patch.amended(FILE, wording("four", "single 'quotes'", statement="New.", rationale="Why: so"))
    assert changed(FILE, after) == (
        ["    statement: 'single ''quotes'''", '    rationale: "because"'],
        ['    statement: "New."', '    rationale: "Why: so"'],
    )
    assert not after.endswith("\n")


@pytest.mark.parametrize(
    ("key", "was", "below", "indent"),
    [
        ("one", "plain words over two lines", "      confidence: low\n", 4),
        ("four", "single 'quotes'", "note: last\n", 2),
    ],
)
def test_a_version_goes_below_the_last(key: str, was: str, below: str, indent: int) -> None:
    values = {"document": "Resolution: on #1", "adopted": "2004", "confidence": "verified", "statement": "New."}
    after = catalog_patch.amended(FILE, Change("version", key, values, was))
    block = (
        f'{" " * indent}- document: "Resolution: on #1"\n{" " * indent}  adopted: "2004"\n'
        f'{" " * indent}  confidence: "verified"\n{" " * indent}  statement: "New."\n'
    )
    assert below + block in after
    assert after.replace(block, "") == FILE + ("\n" if key == "four" else "")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (wording("nine", "x", statement="y"), "no position called nine"),
        (wording("one", "something else", statement="y"), "has been changed since"),
        (wording("two", "on one line", statement="y"), "on one line"),
        (wording("three", "a block\n", statement="y"), "block of lines"),
        (Change("version", "two", {"document": "x"}, "on one line"), "on one line"),
    ],
)
def test_what_cannot_be_kept_as_it_is_is_left_to_a_person(change: Change, says: str) -> None:
    with pytest.raises(CannotAmend, match=says):
        catalog_patch.amended(FILE, change)


@settings(max_examples=150, deadline=None)
@given(st.text(min_size=1, max_size=60).map(lambda text: " ".join(text.split())).filter(bool))
def test_any_words_come_back_as_they_were_meant(words: str) -> None:
    try:
        after = catalog_patch.amended(FILE, wording("one", "plain words over two lines", statement=words))
    except CannotAmend:
        assert not words.isprintable()
    else:
        assert yaml.safe_load(after)[0]["versions"][1]["statement"] == words


@pytest.mark.parametrize("position", load_catalog().positions, ids=lambda position: position.id)
def test_every_position_of_the_catalog_can_be_edited(position: Any) -> None:
    file = HOME / f"{position.areas[0]}.yml"
    before = file.read_text(encoding="utf-8")
    after = catalog_patch.amended(before, wording(position.id, position.statement, statement=NEW))
    gone, new = changed(before, after)
    assert len(new) == 1
    assert len(gone) <= 4
    comments = [line for line in before.splitlines() if line.lstrip().startswith("#")]
    assert [line for line in after.splitlines() if line.lstrip().startswith("#")] == comments
    version = Change("version", position.id, {"document": "X", "confidence": "low"}, position.statement)
    assert len(changed(before, catalog_patch.amended(before, version))[1]) <= 2


def test_the_outcome_is_a_patch_that_git_takes_and_the_check_passes(tmp_path: Path) -> None:
    position = load_catalog().by_id[KEY]
    made = catalog_patch.outcome(wording(KEY, position.statement, statement=NEW))
    assert (made.file, made.problems) == ("positions/catalog/entries/privacy.yml", [])
    shutil.copytree(HOME, tmp_path / "positions" / "catalog" / "entries")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "apply"], cwd=tmp_path, input=made.diff, text=True, check=True)
    assert check(tmp_path / "positions" / "catalog" / "entries") == []
    assert load_catalog(tmp_path / "positions" / "catalog" / "entries").by_id[KEY].statement == NEW


# --------------------------------------------------------------------- proposals


def form(**more: str) -> dict[str, str]:
    return {"kind": "wording", "statement": NEW, "rationale": "", "why": "clearer", "step": "propose"} | more


@pytest.fixture
def one_approver(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small office, where approvers may sign what they proposed."""
    monkeypatch.setenv("INFOPOLICY_PUBLISH_OWN_DRAFTS", "yes")


async def test_from_the_form_to_the_patch(browser: Browser, db: Any, one_approver: None) -> None:
    before = (HOME / "privacy.yml").read_bytes()
    assert "There are no proposals yet" in (await browser.get("/desk/positions")).text
    page = (await browser.get(f"/desk/positions/{KEY}")).text
    assert load_catalog().by_id[KEY].statement in page
    shown = (await browser.send(f"/desk/positions/{KEY}", **form(step="show"))).text
    assert "+      statement: &#34;Your reading" in shown
    assert "check passes" in shown
    assert db.execute("select count(*) from proposals").fetchone()[0] == 0
    answer = await browser.send(f"/desk/positions/{KEY}", **form())
    assert answer.headers["location"] == "/desk/proposals/1"
    page = (await browser.get("/desk/proposals/1")).text
    assert "clearer" in page
    assert (await browser.get("/desk/proposals/1.patch")).status_code == 404
    await browser.send("/desk/proposals/1", state="accepted", note="Yes.", seen=field(page, "seen"))
    patch = await browser.get("/desk/proposals/1.patch")
    assert patch.headers["content-disposition"] == f'attachment; filename="{KEY}-1.patch"'
    assert patch.headers["content-type"].startswith("text/plain")
    assert patch.text.startswith(
        "--- a/positions/catalog/entries/privacy.yml\n+++ b/positions/catalog/entries/privacy.yml\n"
    )
    assert "infopolicy positions patch 1" in (await browser.get("/desk/proposals/1")).text
    trail = (await browser.get("/desk/trail")).text
    assert "proposed an edit of a position" in trail
    assert "proposal accepted" in trail
    # The installed catalog is as it was.
    assert (HOME / "privacy.yml").read_bytes() == before


async def test_a_new_version(browser: Browser, db: Any) -> None:
    version = {"document": "Resolution on reading", "confidence": "verified", "adopted": "2026-06", "statement": ""}
    answer = await browser.send(f"/desk/positions/{KEY}", **form(kind="version", **version))
    assert answer.status_code == 302
    diff = db.execute("select diff from proposals").fetchone()[0]
    assert '+    - document: "Resolution on reading"\n+      adopted: "2026-06"\n' in diff
    assert not [line for line in diff.splitlines()[2:] if line.startswith("-")]


@pytest.mark.parametrize(
    ("values", "name", "says"),
    [
        ({"statement": ""}, "statement", "Enter the position in plain language"),
        ({"statement": "x" * 601}, "statement", "At most 600 characters"),
        ({"kind": "version", "confidence": "low"}, "document", "Enter the document"),
        ({"kind": "version", "document": "x", "confidence": "sure"}, "confidence", "Choose one of"),
        (
            {"kind": "version", "document": "x", "confidence": "low", "adopted": "June 2026"},
            "adopted",
            "Enter a date such as",
        ),
    ],
)
async def test_what_is_wrong_stands_beside_its_field(
    browser: Browser, db: Any, values: dict[str, str], name: str, says: str
) -> None:
    answer = await browser.send(f"/desk/positions/{KEY}", **form(**values))
    assert answer.status_code == 400
    assert f'id="{name}-error">{says}' in answer.text
    assert db.execute("select count(*) from proposals").fetchone()[0] == 0


async def test_nothing_changed_and_nothing_there(browser: Browser) -> None:
    same = load_catalog().by_id[KEY].statement
    assert "Nothing is changed." in (await browser.send(f"/desk/positions/{KEY}", **form(statement=same))).text
    for path in ("/desk/positions/no-such", "/desk/proposals/9", "/desk/proposals/9.patch"):
        assert (await browser.get(path)).status_code == 404


async def test_who_may_propose_and_who_may_answer(config: Configuration, db: Any) -> None:
    ben = Browser(site_of(config).app())
    await ben.sign_in("Ben Writer")
    await ben.send(f"/desk/positions/{KEY}", **form())
    assert "Accept" not in (await ben.get("/desk/proposals/1")).text
    refused = await ben.send("/desk/proposals/1", state="accepted", seen="0")
    assert (refused.status_code, "only an approver" in refused.text) == (409, True)
    with pytest.raises(proposals.BadProposal, match="only its author"):
        proposals.answer(db, person(db), 1, "withdrawn", "", seen=0, now=NOW)
    await ben.send("/desk/proposals/1", state="withdrawn", seen="0")
    with pytest.raises(proposals.BadProposal, match="answered since"):
        proposals.answer(db, person(db), 1, "accepted", "", seen=0, now=NOW)
    with pytest.raises(proposals.BadProposal, match="already withdrawn"):
        proposals.answer(db, person(db), 1, "accepted", "", seen=1, now=NOW)
    proposals.answer(db, person(db), 1, "open", "", seen=1, now=NOW)
    assert [row["state"] for row in proposals.listed(db)] == ["open"]
    cleo = Browser(site_of(config).app())
    await cleo.sign_in("Cleo Looker")
    assert (await cleo.get("/desk/positions")).status_code == 200
    assert (await cleo.get(f"/desk/positions/{KEY}")).status_code == 403
    assert (await cleo.send("/desk/proposals/1", state="accepted", seen="2")).status_code == 403


def test_a_proposal_knows_whether_the_catalog_has_moved_on(tmp_path: Path) -> None:
    home = tmp_path / "catalog"
    shutil.copytree(HOME, home)
    position = load_catalog(home).by_id[KEY]
    change = wording(KEY, position.statement, statement=NEW)
    version = Change("version", KEY, {"document": "X", "confidence": "low"}, position.statement)
    assert [proposals.standing(each, home)[0] for each in (change, version)] == ["fits", "fits"]
    file = home / "privacy.yml"
    before = file.read_text(encoding="utf-8")
    file.write_text(catalog_patch.amended(before, change), encoding="utf-8")
    assert [proposals.standing(each, home)[0] for each in (change, version)] == ["done", "stale"]
    other = wording(KEY, position.statement, statement="Another.")
    assert proposals.standing(other, home) == ("stale", None)
    file.write_text(catalog_patch.amended(before, version), encoding="utf-8")
    assert [proposals.standing(each, home)[0] for each in (change, version)] == ["fits", "done"]


def test_what_would_not_pass_the_check_is_not_proposed(db: Any, tmp_path: Path) -> None:
    home = tmp_path / "catalog"
    shutil.copytree(HOME, home)
    change = wording(KEY, load_catalog(home).by_id[KEY].statement, statement=NEW)
    broken = home / "literacy.yml"
    broken.write_text(
        broken.read_text(encoding="utf-8").replace("confidence: verified", "confidence: sure"), encoding="utf-8"
    )
    with pytest.raises(proposals.BadProposal, match=r"literacy\.yml:\d+: .*confidence is 'sure'"):
        proposals.propose(db, person(db), change, "", now=NOW, home=home)


def test_the_command_line_gives_the_patch(infopolicy: Callable[..., Any], tmp_path: Path, one_approver: None) -> None:
    infopolicy("user", "add", "Ana Reader", "--role", "approver", input=PASSWORD)
    config = Configuration(data=tmp_path / "data")
    from store.connect import open_staff

    with closing(open_staff(config.staff)) as db:
        ana = person(db)
        change = wording(KEY, load_catalog().by_id[KEY].statement, statement=NEW)
        proposals.propose(db, ana, change, "", now=NOW)
        waits = infopolicy("positions", "patch", "1")
        assert (waits.returncode, waits.stdout) == (2, "")
        assert "no accepted proposal" in waits.stderr
        proposals.answer(db, ana, 1, "accepted", "", seen=0, now=NOW)
    done = infopolicy("positions", "patch", "1")
    assert done.returncode == 0, done.stderr
    assert done.stdout == catalog_patch.outcome(change, approval=Approval("Ana Reader", NOW[:10])).diff
    assert f'+      approved_by: "Ana Reader"\n+      approved_on: "{NOW[:10]}"\n' in done.stdout
    assert "1\taccepted\tpr-library-records\tAna Reader" in infopolicy("positions", "proposals").stdout
    assert (
        subprocess.run(["git", "apply", "--check"], cwd=ROOT, input=done.stdout, text=True, check=False).returncode == 0
    )


def test_another_person_signs_and_the_patch_names_them(db: Any, tmp_path: Path) -> None:
    home = tmp_path / "catalog"
    shutil.copytree(HOME, home)
    position = load_catalog(home).by_id[KEY]
    ana = person(db)
    ben = person(db, "Ben Writer")
    change = proposals.change_of(position, "approval", {})
    proposals.propose(db, ana, change, "", now=NOW, home=home)
    with pytest.raises(proposals.BadProposal, match="someone other than its author"):
        proposals.answer(db, ana, 1, "accepted", "", seen=0, now=NOW)
    proposals.propose(db, ben, change, "", now=NOW, home=home)
    proposals.answer(db, ana, 2, "accepted", "", seen=0, now=NOW)
    name, body = proposals.patch(db, 2, home)
    assert name == f"{KEY}-2.patch"
    added = [line[1:].strip() for line in body.splitlines() if line.startswith("+") and not line.startswith("+++")]
    assert added == ['approved_by: "Ana Reader"', f'approved_on: "{NOW[:10]}"']
    file = home / "privacy.yml"
    file.write_text(
        catalog_patch.signed(file.read_text(encoding="utf-8"), KEY, Approval("Ana Reader", NOW[:10])), "utf-8"
    )
    assert check(home) == []
    assert load_catalog(home).by_id[KEY].approved
    assert proposals.standing(change, home) == ("done", None)
    with pytest.raises(proposals.BadProposal, match="approved this statement already"):
        proposals.change_of(load_catalog(home).by_id[KEY], "approval", {})


POSITION = {
    "title": "Open meetings of library boards",
    "id": "gi-open-board-meetings",
    "area": "government-information",
    "statement": "Library boards should meet in the open.",
    "document": "Resolution on open meetings",
    "grade": "proposed",
    "words": "library board meeting, open meetings of library boards",
    "step": "propose",
}


async def test_a_new_position_waits_in_the_catalog(browser: Browser, db: Any) -> None:
    assert "Propose a new position" in (await browser.get("/desk/positions")).text
    shown = (await browser.send("/desk/new-position", **(POSITION | {"step": "show"}))).text
    assert "+- id: gi-open-board-meetings" in shown
    assert "check passes" in shown
    answer = await browser.send("/desk/new-position", **POSITION)
    assert answer.headers["location"] == "/desk/proposals/1"
    page = (await browser.get("/desk/proposals/1")).text
    assert "New position" in page
    assert "Another approver must sign" in page
    change = proposals.one(db, 1)["made"]
    made = catalog_patch.outcome(change)
    assert (made.file, made.problems) == ("positions/catalog/entries/government-information.yml", [])
    done = subprocess.run(["git", "apply", "--check"], cwd=ROOT, input=made.diff, text=True, check=False)
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("values", "name", "says"),
    [
        ({"id": KEY}, "id", "Enter an id that is not used"),
        ({"id": "Two Words"}, "id", "Enter an id"),
        ({"area": "gardening"}, "area", "Choose one of"),
        ({"words": " "}, "words", "Enter words"),
        ({"adopted": "soon"}, "adopted", "Enter a date"),
    ],
)
async def test_a_new_position_that_cannot_be_is_said_beside_its_field(
    browser: Browser, values: dict[str, str], name: str, says: str
) -> None:
    answer = await browser.send("/desk/new-position", **(POSITION | values))
    assert answer.status_code == 400
    assert f'id="{name}-error">{says}' in answer.text


@pytest.mark.parametrize("table", ["proposals", "proposal_answers"])
def test_what_was_proposed_stays(db: Any, table: str) -> None:
    change = wording(KEY, load_catalog().by_id[KEY].statement, statement=NEW)
    proposals.propose(db, person(db), change, "", now=NOW)
    proposals.answer(db, person(db), 1, "refused", "", seen=0, now=NOW)
    with pytest.raises(sqlite3.IntegrityError, match="only added to"):
        db.execute(f"delete from {table}")
