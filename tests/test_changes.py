"""A bill that reprints law is tagged and matched by what it changes; struck words turn the direction round."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from pathlib import Path

import pytest
from conftest import NOW
from sqlite_utils import Database

from crawlers.items import Bill
from crawlers.storage import attachments
from crawlers.storage.attachments import VersionText
from crawlers.storage.record import upsert
from derive.update import derive
from positions.catalog.records import OPPOSITE
from positions.matching.changes import every_change
from positions.matching.matcher import Match, Matcher
from positions.matching.provisions import Provision
from text.changes import ADDED, STRUCK, Mark, as_amended, as_it_was, changed, read_marks, standing

_SIGNED = re.compile(r"\+([^+]+)\+|~([^~]+)~")


def marked(signed: str) -> tuple[str, list[Mark]]:
    """A text in which +added+ and ~struck~ words are signed, as text and marks."""
    text, marks, last = "", [], 0
    for found in _SIGNED.finditer(signed):
        text += signed[last : found.start()]
        words = found[1] or found[2]
        marks.append((len(text), len(text) + len(words), ADDED if found[1] else STRUCK))
        text, last = text + words, found.end()
    return text + signed[last:], marks


def words(view: str) -> str:
    return " ".join(view.split())


TEXT, MARKS = marked(
    "AN ACT relating to libraries.\n"
    "SECTION 1. Section 4 is amended to read:\n"
    "(a) A library keeps its catalog open to all readers.\n"
    "(b) A library ~may~ +must not+ give a list of loans to any person.\n"
    "(c) The director reports ~his~ +the+ costs.\n"
    "SECTION 2. Section 5 is reenacted to read:\n"
    "A school keeps its own records.\n"
    "SECTION 3. A new section is added:\n"
    "A reader may ask for any list.\n"
    "SECTION 4. ~The board may ban any book.~"
)


def test_what_is_changed_keeps_its_place() -> None:
    for view in (changed(TEXT, MARKS), as_amended(TEXT, MARKS), as_it_was(TEXT, MARKS)):
        assert len(view) == len(TEXT)
        assert all(seen == stored or seen.isspace() for seen, stored in zip(view, TEXT, strict=True))


def test_sentences_that_only_reprint_law_are_left_out() -> None:
    view = words(changed(TEXT, MARKS))
    assert "catalog open" not in view
    assert "Section 4 is amended" in view
    assert "keeps its own records" not in view
    assert "A library may must not give a list of loans to any person." in view


def test_a_new_section_without_marks_counts_whole_and_so_does_the_title() -> None:
    assert "A reader may ask for any list." in words(changed(TEXT, MARKS))
    assert words(changed(TEXT, MARKS)).startswith("AN ACT relating to libraries.")


def test_a_change_of_small_words_is_no_change() -> None:
    text, marks = marked(
        "The director keeps ~his~ +the+ records.\nSECTION 1. Section 2 is amended to read:\n~or~ +and+ books."
    )
    assert "books" not in changed(text, marks)


def test_as_amended_reads_as_the_law_will() -> None:
    view = words(as_amended(TEXT, MARKS))
    assert "A library must not give a list of loans to any person." in view
    assert "ban any book" not in view


def test_what_stands_keeps_every_sentence_and_its_place() -> None:
    text, marks = marked("A library +must+ ~may~ keep loans. A road is wide.")
    assert words(standing(text, marks)) == "A library must keep loans. A road is wide."
    assert len(standing(text, marks)) == len(text)


def test_as_it_was_reads_as_the_law_does() -> None:
    assert (
        words(as_it_was(TEXT, MARKS))
        == "(b) A library may give a list of loans to any person. The board may ban any book."
    )


def test_an_item_of_a_list_keeps_the_words_that_lead_the_list() -> None:
    text, marks = marked("A library must not:\n(1) sell books;\n(2) lend films; or\n(3) ~keep~ +publish+ loans.")
    assert words(changed(text, marks)) == "A library must not: (3) keep publish loans."
    assert "\n\n" not in changed(text, marks)


def test_marks_are_read_as_they_are_stored() -> None:
    assert read_marks(json.dumps(MARKS)) == MARKS
    assert read_marks(None) == []


# --------------------------------------------------------------------- matching


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher()


PRIVATE = (
    "A library must not disclose the library records or personal information of a patron, including what the patron borrowed. "
    "The library shall protect the privacy and confidentiality of library patron records."
)
LAW = "A library shall keep the library records of every patron confidential."


def stances(matcher: Matcher, signed: str) -> dict[str, str]:
    text, marks = marked(signed)
    found = matcher.match({"title": "Libraries", "text": text}, {"privacy"}, marks=marks)
    for match in found:
        place = match.provision
        if place.field == "text":
            assert place.words == text[place.start : place.end]
    return {match.position_id: match.stance for match in found}


def test_struck_law_turns_the_direction_round(matcher: Matcher) -> None:
    added, struck = stances(matcher, f"SECTION 1. +{LAW}+"), stances(matcher, f"SECTION 1. ~{LAW}~")
    assert added
    assert added["pr-library-records"] == "support"
    assert struck == {key: OPPOSITE[stance] for key, stance in added.items()}


def test_law_that_is_only_reprinted_matches_nothing(matcher: Matcher) -> None:
    assert (
        stances(matcher, f"SECTION 1. Section 4 is amended to read:\n{LAW}\nA fee of ~ten~ +twenty+ dollars is due.")
        == {}
    )


def test_a_text_takes_nothing_from_what_the_title_names() -> None:
    text = "The act prohibits a company from selling the personal data of a consumer without consent."
    [found] = Matcher().match({"title": "Study of consumer data privacy", "text": text}, {"privacy"})
    assert found.provision.field == "text"
    assert found.named is not None
    assert found.named.field == "title"


def test_law_that_moves_to_another_place_is_not_struck(matcher: Matcher) -> None:
    moved = stances(matcher, f"SECTION 1. ~(a) {LAW}~ +(b) {LAW}+")
    assert moved == stances(matcher, f"SECTION 1. +{LAW}+")


@pytest.mark.parametrize(
    ("title", "sentences", "stance"),
    [
        ("watch", ["Libraries lend."], "watch"),
        ("watch", ["Libraries lend.", "Libraries rent."], "support"),
        ("watch", ["Libraries lend.", "Libraries never lend."], "watch"),
        ("support", ["Libraries lend."], "support"),
        (None, ["Libraries lend."], "support"),
    ],
)
def test_one_sentence_decides_no_direction_that_the_title_leaves_open(
    title: str | None, sentences: list[str], stance: str
) -> None:
    def every(fields: Mapping[str, str | None], areas: Collection[str]) -> list[Match]:
        found = [Match("p", title, 0.3, Provision("title", 0, 1, "L"), f"says: {title}, p")] if title else []
        for place in re.finditer(r"Libraries[^.]*\.", fields["text"] or ""):
            said = "oppose" if "never" in place[0] else "support"
            found.append(Match("p", said, 0.6, Provision("text", *place.span(), place[0]), f"says: {said}, p"))
        return found

    text, marks = marked("SECTION 1.\n" + "\n".join(f"+{each}+" for each in sentences))
    found = [each for each in every_change(every, {"text": text}, {"x"}, marks) if each.provision.field == "text"]
    assert {each.stance for each in found} == {stance}


def test_sponsors_and_committees_are_no_provision() -> None:
    text, marks = marked(
        "By Senator Reader\nReferred to Committee on Libraries.\nAN ACT relating to roads.\nSECTION 1. +A road is wide.+"
    )
    assert words(changed(text, marks)) == "AN ACT relating to roads. SECTION 1. A road is wide."


# --------------------------------------------------------------------- tags and matches of stored documents


def test_a_stored_bill_is_tagged_and_matched_by_what_it_changes(corpus: Database, staff: Database) -> None:
    law = "The department plans roads, bridges and drains of the county. " * 3
    texts = {
        "hb1": marked(
            f"SECTION 1. Section 4 is amended to read:\n{law}\n{PRIVATE}\nA road is ~ten~ +twenty+ feet wide."
        ),
        "hb2": marked(f"SECTION 1. Section 4 is amended to read:\n{law}\n+{PRIVATE}+"),
    }
    for key, (text, marks) in texts.items():
        bill = Bill(
            id=f"us-mn-1-{key}",
            source="us_states",
            jurisdiction="us-mn",
            level="state",
            session="1",
            identifier=key,
            title="Statutes amended",
            url="https://openstates.org/x",
            source_url="https://v3.openstates.org/x",
            text=text,
        )
        upsert(corpus, [bill], now=NOW, silent=True)
        version = VersionText(
            document_id=bill.id, version="Introduced", url="https://x/1", text=text, marks=tuple(marks)
        )
        attachments.store(corpus, [version], now=NOW)
    derive(corpus, staff, workers=1)
    tagged = {row[0] for row in corpus.execute("select distinct document_id from tags where area_id = 'privacy'")}
    assert tagged == {"us-mn-1-hb2"}
    text = texts["hb2"][0]
    for table in ("evidence", "position_matches"):
        rows = corpus.execute(f"select start, \"end\", words from {table} where field = 'text'").fetchall()
        assert rows
        assert all(text[start:end] == found for start, end, found in rows)


def test_files_from_before_marks_keep_their_texts(tmp_path: Path) -> None:
    from store.connect import connect, migrate

    db = connect(tmp_path / "corpus.db")
    migrate(db, "corpus.db")
    assert {"marks", "note"} <= {column.name for column in db.table("version_texts").columns}
