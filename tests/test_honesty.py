"""Sixty-four questions that are asked to mislead, asked through the tools for assistants: each answer is right, or honest."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from benchmarks.honesty import Known, Question, ask_all, at, judge, load, served
from pages.answers.questions import QUESTIONS

ASKED = load()


@pytest.fixture(scope="module")
def asked() -> Iterator[tuple[dict[str, dict[str, Any] | str], Known]]:
    with served() as (address, known):
        yield asyncio.run(ask_all(address, ASKED)), known


@pytest.mark.parametrize("question", ASKED, ids=lambda each: each.id)
def test_an_answer_is_right_or_says_that_it_is_not_known(
    asked: tuple[dict[str, dict[str, Any] | str], Known], question: Question
) -> None:
    answers, known = asked
    assert judge(question, answers[question.id], known) == [], question.question


def test_there_are_sixty_four_questions_of_every_kind_for_every_tool() -> None:
    assert len(ASKED) == 64
    assert set(QUESTIONS) - {each.ask for each in ASKED} <= {"issues", "lookalikes"}
    assert min(Counter(each.kind for each in ASKED).values()) >= 3


FRAME: dict[str, Any] = dict.fromkeys(("says", "address", "as_of", "covers", "automatic", "confirmed", "quoted"), "x")
WRONG: list[tuple[dict[str, Any], dict[str, Any] | str, str]] = [
    ({"state": "candidates"}, FRAME | {"state": "answered", "result": {}}, "state answered"),
    ({"state": "answered", "says": ["dead"]}, FRAME | {"state": "answered", "result": {}}, "does not say 'dead'"),
    (
        {"state": "answered", "has": {"result.a[].b": [1]}},
        FRAME | {"state": "answered", "result": {"a": []}},
        "result.a[].b is []",
    ),
    ({"state": "answered", "never": ["xyz"]}, FRAME | {"state": "answered", "result": {"a": "wxyz"}}, "holds 'xyz'"),
    ({"state": "answered"}, FRAME | {"state": "answered", "result": "axolotl"}, "private: axolotl"),
    ({"state": "answered"}, FRAME | {"state": "answered", "result": "a\u200bb"}, "characters that nobody sees"),
    ({"state": "answered"}, {"state": "answered", "result": {}}, "lacks covers"),
    ({"state": "answered"}, "it broke", "an error: it broke"),
    ({"error": "refused"}, FRAME | {"state": "answered", "result": {}}, "an answer where an error is right"),
    (
        {"state": "answered"},
        FRAME | {"state": "answered", "result": {"documents": [{"id": "d", "confirmed": {"stance": "support"}}]}},
        "a stance on d",
    ),
    (
        {"state": "answered"},
        FRAME | {"state": "answered", "result": {"position": {"id": "draft", "statement": "We hold."}}},
        "gives the draft",
    ),
    (
        {"state": "nothing_found"},
        FRAME | {"state": "nothing_found", "result": {"documents": [{"id": "d"}]}},
        "names documents although nothing was found",
    ),
]


@pytest.mark.parametrize(("right", "answer", "wrong"), WRONG, ids=[each[2] for each in WRONG])
def test_the_judge_sees_what_is_wrong(right: dict[str, Any], answer: dict[str, Any] | str, wrong: str) -> None:
    question = Question("q", "kind", "?", "search", {}, right)
    assert any(wrong in each for each in judge(question, answer, Known(private=["axolotl"], drafts=["draft"])))


def test_a_path_leads_to_all_that_is_there() -> None:
    assert at({"a": {"b": [{"c": 1}, {"d": 2}, {"c": 3}]}}, "a.b[].c") == [1, 3]
    assert at({"a": None}, "a.b[].c") == []
    assert at({"a": 3}, "a[].b") == [], "a count is no list"
