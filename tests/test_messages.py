"""Why each position matters to whom: complete, short, in plain words, checked with file and line, shown on the page."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import site_corpus
from site_corpus import TODAY
from sqlite_utils import Database

import serve
from positions.catalog import messages
from positions.catalog.catalog import HOME, check, load_catalog
from positions.catalog.messages import load_messages
from positions.catalog.readability import HIGHEST, grade
from positions.catalog.records import AUDIENCES
from positions.catalog.yaml_file import BadFile
from publish.reference import write_reference
from store.connect import connect, migrate

pytestmark = pytest.mark.slow

POSITIONS = load_catalog().positions
MESSAGES = load_messages(POSITIONS)


def test_every_position_speaks_to_every_audience() -> None:
    assert set(MESSAGES) == {position.id for position in POSITIONS}
    assert all(set(of_one) == set(AUDIENCES) for of_one in MESSAGES.values())
    texts = [text for of_one in MESSAGES.values() for text in of_one.values()]
    assert len(texts) == len(set(texts)), "two positions share a message"


@pytest.mark.parametrize("audience", AUDIENCES)
def test_a_message_is_one_paragraph_in_plain_words(audience: str) -> None:
    for key, of_one in MESSAGES.items():
        text = of_one[audience]
        assert messages.FEWEST <= len(text.split()) <= messages.MOST, key
        assert "\n" not in text
        assert grade(text) <= messages.HARDEST, (key, grade(text))


@pytest.mark.parametrize("position", POSITIONS, ids=lambda position: position.id)
def test_every_statement_is_in_words_of_the_eighth_grade(position: Any) -> None:
    assert grade(position.statement) <= HIGHEST


def test_the_grade_tells_hard_from_easy() -> None:
    hard = "Notwithstanding antecedent jurisprudential considerations, institutional beneficiaries necessitate appropriations."
    assert grade("A cat sat on a mat.") < 2 < 12 < grade(hard)
    assert grade("An e-book by Ngozi, ebooks and wifi: words that no list knows.") < 12


# --------------------------------------------------------------------- what is wrong is said with file and line


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the catalog with its messages; gives the folder of both."""
    for home in (HOME, messages.HOME):
        shutil.copytree(home, tmp_path / home.name)
    return tmp_path


def test_what_is_shipped_is_whole(folder: Path) -> None:
    assert check(folder / HOME.name) == check() == []


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("  press: >-", "  papers: >-", 5, "has no press"),
        ("  press: >-", "  papers: >-", 13, "unknown key 'papers'"),
        ("pr-library-records:", "pr-library:", 4, "no position of this id"),
        ("pr-library-records:", "lf-lsta:", 4, "no position of this id stands in the catalog's privacy.yml"),
        ("pr-library-records:", "pr-library-records: words\nx:", 4, "must be a mapping"),
        ("pr-library-records:", "pr-library-records: [", 1, "not readable YAML"),
        ("  members: >-", "  members: 7\n  x: >-", 5, "members is 7"),
        ("  members: >-", '  members: ""\n  x: >-', 5, "has no members"),
    ],
)
def test_an_error_names_file_line_and_position(folder: Path, old: str, new: str, line: int, said: str) -> None:
    file = folder / messages.HOME.name / "privacy.yml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    problems = check(folder / HOME.name)
    place = f"privacy.yml:{line}:" if said != "not readable YAML" else "privacy.yml:"
    assert any(place in problem and said in problem for problem in problems), problems
    with pytest.raises(BadFile):
        load_messages(POSITIONS, folder / messages.HOME.name)


def test_a_position_without_messages_is_named(folder: Path) -> None:
    (folder / messages.HOME.name / "literacy.yml").unlink()
    problems = check(folder / HOME.name)
    silent = [position.id for position in POSITIONS if position.areas[0] == "literacy"]
    assert len(problems) == len(silent) > 0
    for key, problem in zip(silent, problems, strict=True):
        assert f"literacy.yml: {key}: has no messages: add members" in problem


def test_a_file_that_is_no_mapping_is_refused(folder: Path) -> None:
    (folder / messages.HOME.name / "literacy.yml").write_text("- id: lt-ial\n", encoding="utf-8")
    assert any("holds list, not a mapping" in problem for problem in check(folder / HOME.name))


def test_a_statement_that_is_hard_to_read_is_named_with_its_grade(folder: Path) -> None:
    file = folder / HOME.name / "literacy.yml"
    text = file.read_text(encoding="utf-8")
    [(number, old)] = [
        (n, line)
        for n, line in enumerate(text.splitlines(), 1)
        if line.strip().startswith("statement:") and "Innovative Approaches" in line
    ]
    hard = '      statement: "Congressional appropriations should consistently prioritize educational initiatives."'
    rest = text.partition(old)[2]
    whole = old + rest[: rest.index("\n      rationale:")]  # a statement may go on in the next line
    file.write_text(text.replace(whole, hard), encoding="utf-8")
    [problem] = check(folder / HOME.name)
    assert f"literacy.yml:{number}: lt-ial: the statement has reading grade" in problem
    assert load_catalog(folder / HOME.name), "it can still be used"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Please help.", ["has 2 words: write 40 to 70"]),
        ("help " * 71, ["has 71 words: write 40 to 70", "reading grade"]),
        ("Institutional beneficiaries necessitate appropriations. " * 11, ["reading grade"]),
        ("We can help.\\n\\n" + "We can help you. " * 11, ["holds an empty line"]),
        (
            "It helps all of us. Tell us what you need. " + "We can help you. " * 9,
            ["speaks as the organization (“Tell us”)"],
        ),
    ],
)
def test_a_message_that_is_not_well_written_is_named(folder: Path, words: str, said: list[str]) -> None:
    file = folder / messages.HOME.name / "privacy.yml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("  members: >-", f'  members: "{words}"\n  x: >-', 1), encoding="utf-8")
    lines = file.read_text(encoding="utf-8").splitlines()
    first = lines.index("  x: >-")
    last = next(n for n, line in enumerate(lines) if n > first and line.startswith("  decision_makers"))
    file.write_text("\n".join(lines[:first] + lines[last:]) + "\n", encoding="utf-8")
    problems = check(folder / HOME.name)
    assert len(problems) == len(said), problems
    for problem, part in zip(problems, said, strict=True):
        assert f"privacy.yml:{first}: pr-library-records: members" in problem
        assert part in problem
    assert load_messages(POSITIONS, folder / messages.HOME.name), "they can still be used"


def test_a_position_without_one_of_its_three_examples_is_named(folder: Path) -> None:
    file = folder / HOME.name / "privacy.yml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("stance: none", "stance: watch"), encoding="utf-8")
    problems = check(folder / HOME.name)
    assert len(problems) == sum(position.areas[0] == "privacy" for position in POSITIONS)
    assert all("lacks an example with stance none: add one of each" in problem for problem in problems)
    assert load_catalog(folder / HOME.name), "it can still be used"


# --------------------------------------------------------------------- on the site


@pytest.mark.parametrize(
    "position", [each for each in POSITIONS if each.authority.grade == "tracked"], ids=lambda each: each.id
)
def test_a_message_takes_no_side_where_none_was_taken(position: Any) -> None:
    """A division that keeps a bill on its watch list has not spoken, and ALA even less."""
    side = re.compile(
        r"\bALA(?: has| have)? (?:supports?|opposes?|asks?|asked|wants?|backs?|fights|stands|speaks|holds)\b"
    )
    assert [words for words in MESSAGES[position.id].values() if side.search(words)] == []


@pytest.fixture
def corpus(tmp_path: Path) -> Database:
    db = connect(tmp_path / "corpus.db")
    migrate(db, "corpus.db")
    return db


def test_messages_and_grades_are_published(corpus: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    assert write_reference(corpus)
    published = corpus.execute("select position_id, audience, message from position_messages").fetchall()
    assert sorted(published) == sorted((key, *each) for key, of_one in MESSAGES.items() for each in of_one.items())
    [(low, high)] = corpus.execute("select min(grade), max(grade) from positions").fetchall()
    assert low > -3
    assert high <= HIGHEST
    monkeypatch.setattr("publish.reference.grade", lambda _: pytest.fail("a statement was measured again"))
    assert not write_reference(corpus), "nothing differs"


async def test_the_page_of_a_position_shows_them(tmp_path: Path) -> None:
    file = site_corpus.build(tmp_path)
    db = Database(file)
    db.execute("update positions set grade = 6.4 where id = 'tc-hotspot-lending'")
    db.table("position_messages").insert_all(
        {"position_id": "tc-hotspot-lending", "audience": audience, "message": f"<b>Words for {audience}.</b>"}
        for audience in AUDIENCES
    )
    db.close()
    site = serve.build(file, today=TODAY)
    page = (await site.client.get("/positions/tc-hotspot-lending")).text
    assert "Reading grade of the summary above, not of the quotation: 6.4" in page
    places = [
        page.index(heading)
        for heading in ("If you use a library", "If you work in one", "If you make the rules", "If you report on it")
    ]
    assert places == sorted(places)
    assert all(f"&lt;b&gt;Words for {audience}." in page for audience in AUDIENCES)
    spanish = (await site.client.get("/es/positions/tc-hotspot-lending")).text
    assert "Por qué le importa" in spanish
    assert "Nivel de lectura del resumen de arriba, no de la cita: 6.4" in spanish
    other = (await site.client.get("/positions/cp-fair-ebook-terms")).text
    assert "Why it matters" not in other
    assert "Reading grade" not in other


def test_messages_have_a_file_for_each_area_with_positions() -> None:
    assert {file.stem for file in messages.HOME.glob("*.yml")} == {position.areas[0] for position in POSITIONS}
