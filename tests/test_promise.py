"""The promise of the page of accuracy, on data small enough to count by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from classify.evaluation.judged import Judged
from classify.evaluation.promise import SURE_NO, SURE_YES, SURE_YES_OF, lower_bound, promise
from classify.evaluation.public import public_readings
from classify.training.unseen import cut_lines


def judged(truth: np.ndarray, likely: np.ndarray, natural: list[bool]) -> Judged:
    return Judged(truth, likely, likely >= 0.5, np.array(natural))


def test_lower_bound_by_hand() -> None:
    # all of n right: the share that would bring this about once in twenty tries is 0.05 ** (1 / n)
    assert lower_bound(10, 10) == pytest.approx(0.05 ** (1 / 10), abs=1e-3)
    assert lower_bound(0, 10) == 0.0
    assert lower_bound(0, 0) is None
    assert lower_bound(95, 100) < 0.95 < lower_bound(995, 1000) + 0.01


def test_promise_counts_what_is_decided_and_what_is_left_to_a_person() -> None:
    sure, unsure, never = SURE_YES, (SURE_YES + SURE_NO) / 2, SURE_NO / 2
    likely = np.array([[sure, never], [sure, never], [unsure, never], [never, sure]])
    truth = np.array([[True, False], [False, False], [True, True], [False, True]])
    report = promise(judged(truth, likely, [True, True, False, False]), ["privacy", "copyright"])
    privacy = report["areas"]["privacy"]
    assert (privacy["tags"], privacy["right"], privacy["undecided"], privacy["wanted"]) == (2, 1, 1, 1)
    assert (privacy["decided"], privacy["precision"], privacy["missed"]) == (0.75, 0.5, 0)
    assert report["areas"]["copyright"]["missed"] == 1
    assert (report["all"]["tags"], report["all"]["right"], report["all"]["labels"]) == (3, 2, 4)
    assert (report["random"]["tags"], report["random"]["right"], report["whole"]) == (2, 1, 1.0)


@pytest.mark.parametrize("area", [area for area, cut in SURE_YES_OF.items() if cut > SURE_YES])
def test_promise_asks_more_of_an_area_with_wide_edges(area: str) -> None:
    likely = np.full((2, 2), SURE_YES)
    report = promise(judged(np.ones((2, 2), bool), likely, [True, True]), [area, "copyright"])
    assert (report["areas"][area]["tags"], report["areas"]["copyright"]["tags"]) == (0, 2)
    assert (report["all"]["tags"], report["all"]["undecided"], report["whole"]) == (2, 2, 0.0)
    assert report["sure_yes_of"] == {area: SURE_YES_OF[area]}


def test_readings_of_what_the_public_sees_count_from_the_cut_of_each_area(tmp_path: Path) -> None:
    folder = tmp_path / "readings"
    folder.mkdir()
    [wide, cut] = next(iter(SURE_YES_OF.items()))
    rows = [
        ("copyright", SURE_YES, "right", "right"),
        ("copyright", SURE_YES - 0.01, "wrong", "wrong"),
        (wide, cut, "right", "doubtful"),
        (wide, SURE_YES, "wrong", "wrong"),
        ("accessibility", 0.99, "wrong", "wrong"),
    ]
    keys = ("area", "probability", "first", "second")
    lines = [json.dumps(dict(zip(keys, row, strict=True))) for row in rows]
    (folder / "public_tags.jsonl").write_text("\n".join(lines[:2]), encoding="utf-8")
    (folder / "public_again_tags.jsonl").write_text("\n".join(lines[2:]), encoding="utf-8")
    assert public_readings({"copyright", wide}, tmp_path) == {
        "areas": 2,
        "first": {"right": 2, "doubtful": 0, "wrong": 0},
        "second": {"right": 1, "doubtful": 1, "wrong": 0},
    }


def test_promise_of_an_area_without_tags_says_nothing_of_precision() -> None:
    report = promise(judged(np.zeros((3, 1), bool), np.zeros((3, 1)), [False] * 3), ["copyright"])
    row = report["areas"]["copyright"]
    assert row["precision"] is None
    assert row["at_least"] is None
    assert row["decided"] == 1.0
    assert report["random"]["decided"] is None
    assert report["whole"] is None


def test_cuts_are_counted_on_documents_that_nothing_learned_from() -> None:
    lines = cut_lines(np.array([[True, False], [True, False]]), np.array([[0.92, 0.87], [0.01, 0.2]]))
    assert lines[0] == "2 documents, 2 labels"
    [high] = [line for line in lines if "at least 0.90" in line]
    assert "    1 tags, 1.000 right (at least 0.05), 0.500 of the labels" in high
    [low] = [line for line in lines if "below 0.02" in line]
    assert low.endswith("0.500 of the labels")
