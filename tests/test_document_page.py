"""What the page of a document leaves out: places of words that it does not show, and steps that are none."""

from __future__ import annotations

from pages.documents.document import _steps, _tag

ROW = {"area_id": "broadband", "title": "Broadband", "probability": 0.97, "confirmed": 0}


def test_only_the_places_of_the_words_that_are_shown_are_named() -> None:
    evidence = [
        {"field": "title", "words": "American Buildout", "rule": "model"},
        {"field": "abstract", "words": "Broadband  access", "rule": "access"},
    ]
    found = _tag(ROW, evidence)
    assert found.words == ["Broadband access"], "what a rule found, and no fragment that the model weighed"
    assert found.fields == ["summary"]
    again = _tag(ROW, [*evidence, {"field": "title", "words": "broadband access", "rule": "access"}])
    assert again.fields == ["title", "summary"]


def test_the_enrolling_of_what_both_chambers_passed_is_no_step_of_its_own() -> None:
    def steps(*statuses: str) -> list[str]:
        return [row["status"] for row in _steps([{"status": status} for status in statuses])]

    assert steps("introduced", "passed_second_chamber", "passed", "enacted") == [
        "introduced",
        "passed_second_chamber",
        "enacted",
    ]
    assert steps("introduced", "passed_first_chamber", "passed") == ["introduced", "passed_first_chamber", "passed"]
    assert steps("introduced", "passed_second_chamber") == ["introduced", "passed_second_chamber"]
