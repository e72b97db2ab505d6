"""Where the page of a document says that it found the words of an area."""

from __future__ import annotations

from pages.documents.document import _tag

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
