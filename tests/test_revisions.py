"""An edit of rules or positions touches the documents it must, and no others: the rows are those of a rebuild from nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database
from test_derive import DERIVED, dump, filled  # noqa: F401

import derive.update as module
from classify.areas import AREAS_FILE, load_areas
from classify.rules import RuleMatcher
from classify.tagger import Tagger
from derive import pool
from derive.incremental import changed, holds, matcher_edition, needs_of_rule, needs_of_trigger, tagger_edition
from derive.update import Derived, derive, forget
from positions.catalog.catalog import HOME, load_catalog
from positions.matching.matcher import Matcher
from positions.outcomes import BECAME, suggest
from text.phrases import pattern
from text.tokens import fold_words

pytestmark = pytest.mark.slow

Edit = Callable[[dict[str, Any]], Any]


def edited(folder: Path, edit: Edit) -> Tagger:
    values = yaml.safe_load(AREAS_FILE.read_text(encoding="utf-8"))
    edit(values)
    file = folder / "areas.yml"
    file.write_text(yaml.safe_dump(values, sort_keys=False), encoding="utf-8")
    return Tagger(file)


def new_area(values: dict[str, Any]) -> None:
    values["areas"]["roads"] = {
        "title": "Roads",
        "description": "Roads and bridges.",
        "threshold": 0.5,
        "labeled": False,
        "rules": [{"id": "roads", "weight": 0.9, "phrases": ["derby", "medicare"]}],
        "examples": ["A highway bill"],
        "counterexamples": ["A library bill"],
    }


def without(values: dict[str, Any]) -> None:
    del values["areas"]["intellectual-freedom"]["rules"][0]


#: An edit, and which share of the documents may be tagged again: none, some, all.
EDITS: dict[str, tuple[Edit, str]] = {
    "a description": (lambda v: v["areas"]["privacy"].update(description="What is whose business."), "none"),
    "a phrase more": (lambda v: v["areas"]["privacy"]["rules"][0]["phrases"].append("soap box derby"), "some"),
    "a phrase that stands nowhere": (
        lambda v: v["areas"]["privacy"]["rules"][0]["phrases"].append("zebra crossing"),
        "none",
    ),
    "a rule less": (without, "some"),
    "a weight": (lambda v: v["areas"]["intellectual-freedom"]["rules"][0].update(weight=0.11), "some"),
    "a rule that holds": (lambda v: v["areas"]["intellectual-freedom"]["rules"][0].update(holds=True), "some"),
    "an exclusion": (lambda v: v["areas"]["privacy"].setdefault("exclusions", []).append("privacy of zebra"), "none"),
    "a new area": (new_area, "some"),
    "the weight of a field": (lambda v: v["field_weights"].update(abstract=0.5), "all"),
    "another order": (lambda v: v["areas"]["privacy"]["rules"].reverse(), "all"),
}


def derived(corpus: Database, staff: Database) -> tuple[Derived, list[list[object]]]:
    done = derive(corpus, staff, workers=1)
    return done, dump(corpus, staff)


def test_a_tagger_of_some_areas_is_another_edition() -> None:
    bases = [tagger_edition(Tagger(model_dir=None, only=only)).basis for only in ((), ["privacy"], ["broadband"])]
    assert len(set(bases)) == 3


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_of_rules_touches_what_it_must(
    filled: Database,
    staff: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    edit, share = EDITS[name]
    monkeypatch.setattr(pool, "_tagger", Tagger())
    derive(filled, staff, workers=1)
    documents = filled.table("documents").count
    monkeypatch.setattr(pool, "_tagger", edited(tmp_path, edit))
    done, rows = derived(filled, staff)
    assert {0: "none", documents: "all"}.get(done.tagged, "some") == share, done
    forget(filled)
    assert derived(filled, staff)[1] == rows
    assert derive(filled, staff, workers=1) == Derived(0, 0)
    assert filled.execute("select count(*) from editions").fetchone() == (2,), "old editions are not kept"


def test_two_edits_before_the_next_run_are_one(
    filled: Database,
    staff: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A run that dies between two batches leaves two versions; the next edit finds both."""
    monkeypatch.setattr(pool, "_tagger", Tagger())
    derive(filled, staff, workers=1)
    monkeypatch.setattr(pool, "_tagger", edited(tmp_path, EDITS["a weight"][0]))
    monkeypatch.setattr(module, "BATCH", 1)
    original, calls = module._write_tags, []

    def dies(*arguments: Any) -> None:
        calls.append(1)
        if len(calls) > 1:
            raise KeyboardInterrupt
        original(*arguments)

    monkeypatch.setattr(module, "_write_tags", dies)
    with suppress(KeyboardInterrupt):
        derive(filled, staff, workers=1)
    monkeypatch.setattr(module, "_write_tags", original)
    monkeypatch.setattr(pool, "_tagger", edited(tmp_path, EDITS["a new area"][0]))
    _, rows = derived(filled, staff)
    forget(filled)
    assert derived(filled, staff)[1] == rows


def catalog(folder: Path, old: str, new: str) -> Matcher:
    copy = folder / "catalog"
    shutil.copytree(HOME, copy, dirs_exist_ok=True)
    touched = [file for file in copy.glob("*.yml") if old in file.read_text(encoding="utf-8")]
    assert touched, f"{old!r} stands nowhere in the catalog any more"
    for file in touched:
        file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    return Matcher(load_catalog(copy))


def outcomes(corpus: Database, staff: Database) -> tuple[int, list[Any]]:
    """How many ended documents were read for what became of positions, and what was suggested."""
    read = suggest(corpus, staff, pool._matcher)
    outcomes = staff.execute("select * from suggested_outcomes order by document_id, position_id")
    return read, [tuple(row) for row in outcomes]


@pytest.fixture
def ended(filled: Database, staff: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Everything has become law with its summary as the text, is matched, and was read for outcomes and versions."""
    filled.execute(
        "update documents set kind = 'regulation', status = ?, text = coalesce(abstract, title)", [BECAME[0]]
    )
    monkeypatch.setattr(pool, "_matcher", Matcher())
    derive(filled, staff, workers=1)
    assert outcomes(filled, staff)[0] > 1
    return filled


def test_the_reasons_of_a_position_touch_no_document(
    ended: Database, staff: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "_matcher", catalog(tmp_path, "rationale: ", "rationale: Because. "))
    done, rows = derived(ended, staff)
    assert done == Derived(0, 0)
    assert outcomes(ended, staff)[0] == 0
    forget(ended)
    assert derived(ended, staff)[1] == rows


def test_a_trigger_touches_the_documents_that_hold_its_words(
    ended: Database, staff: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_read = staff.table("outcome_readings").count
    reason = staff.execute("select reason from suggested_stances order by score desc limit 1").fetchone()[0]
    says = next(trigger.says for _, trigger in Matcher().owners if reason.startswith(trigger.says))
    monkeypatch.setattr(pool, "_matcher", catalog(tmp_path, f"says: {says}", f"says: indeed {says}"))
    done, rows = derived(ended, staff)
    assert done.tagged == 0
    assert 0 < done.matched < ended.table("matchings").count
    read, suggested = outcomes(ended, staff)
    assert 0 < read < all_read
    forget(ended)
    staff.execute("delete from outcome_readings")
    assert derived(ended, staff)[1] == rows
    assert outcomes(ended, staff)[1] == suggested


def test_more_changes_than_are_worth_a_search_touch_everything(tmp_path: Path) -> None:
    tagger = Tagger()
    many = edited(
        tmp_path, lambda v: v["areas"]["privacy"]["rules"][0]["phrases"].extend(f"word{n}" for n in range(200))
    )
    assert changed(tagger_edition(tagger), tagger_edition(many)) is None
    assert changed(tagger_edition(tagger), tagger_edition(tagger)) == []
    assert changed(matcher_edition(Matcher()), matcher_edition(Matcher())) == []


# --------------------------------------------------------------------- the search never leaves a document out

_PHRASES = sorted({phrase for area in load_areas().areas for each in area.rules for phrase in each.phrases})
_PATTERNS = sorted({each.source for _, trigger in Matcher().owners for each in trigger.any})
_ENDINGS = st.sampled_from(["", "s", "’s", "'s", "es", "ies", "S", "s’"])
_BETWEEN = st.sampled_from([" ", "-", "\n", "  ", ", ", "“"])


@st.composite
def written(draw: st.DrawFn, phrase: str) -> str:
    """A phrase as somebody may have written it: other endings, cases and signs between."""
    text = ""
    for word in phrase.split():
        for part in word.replace("*", "").replace("|", "_").split("_")[:1]:
            ending = draw(_ENDINGS)
            stem = part.removesuffix("y") if ending == "ies" else part
            text += draw(st.sampled_from([str.lower, str.upper, str.title]))(stem) + ending + draw(_BETWEEN)
    return text


@given(data=st.data())
def test_no_document_that_a_rule_finds_is_left_out(data: st.DataObject) -> None:
    phrase = data.draw(st.sampled_from(_PHRASES))
    text = data.draw(written(phrase))
    found = fold_words(text)
    wanted = fold_words(phrase)
    if any(found[n : n + len(wanted)] == wanted for n in range(len(found))):
        assert holds(needs_of_rule(phrase), text.lower().replace("’", "'")), (phrase, text)


@given(data=st.data())
def test_no_document_that_a_trigger_finds_is_left_out(data: st.DataObject) -> None:
    source = data.draw(st.sampled_from(_PATTERNS))
    text = data.draw(written(source))
    found = fold_words(text)
    if pattern(source).occurs_in(found, 0, len(found)):
        assert holds(needs_of_trigger(source), text.lower().replace("’", "'")), (source, text)


def test_every_rule_finds_its_own_phrases_again() -> None:
    matcher = RuleMatcher(load_areas())
    for phrase in _PHRASES:
        assert holds(needs_of_rule(phrase), phrase.lower())
    assert matcher.rules
