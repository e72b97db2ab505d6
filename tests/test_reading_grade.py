"""How hard our own words are to read: every public page at most at the grade of a reader of fourteen.

Measured over the sentences of a page's template, the words of its data files, and what emails say; never over titles, texts, or
positions, which are their sources' words, and not over the descriptions of policy areas, which are lists of terms. Labels and
headings are no sentences and do not count, or every page would be easy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import textstat
from test_language import TEMPLATES, Text, of_code, of_mails, of_template

from digest.issues.words import sentences
from pages.browse.trackers import load_trackers
from pages.http import formatting
from pages.http.names import named

#: The highest Flesch-Kincaid grade of a page (docs/site.md).
GRADE = 9.0
#: With fewer words of sentences a page shows data, and the measure would go by one word.
FEW_WORDS = 40
PAGES = sorted(path.name for path in TEMPLATES.glob("*.html"))
ROOT = TEMPLATES.parents[1]


def plain(message: str) -> str:
    """A message as a reader sees it: names filled in, no tags, no code."""
    text = re.sub(r"<code>.*?</code>", "it", named(message))
    text = re.sub(r"%\(\w+\)s|\{\w+\}", "it", re.sub(r"<[^>]+>", " ", text))
    return " ".join(text.split())


def prose(messages: Iterator[str] | list[str]) -> str:
    """The sentences among some messages, as one text."""
    said = dict.fromkeys(map(plain, messages))
    return " ".join(each for each in said if re.search(r"[.?!]$", each) and len(each.split()) > 3)


def of_page(name: str) -> list[str]:
    """The sentences of a template, whether marked for translation or not."""
    source = (TEMPLATES / name).read_text(encoding="utf-8")
    shown = re.sub(r"\{%\s*trans\b.*?%\}.*?\{%\s*endtrans\s*%\}", " ", source, flags=re.S)
    text = Text()
    text.feed(re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", shown, flags=re.S))
    return [*of_template(name), *text.found]


def grade(text: str) -> float:
    return float(textstat.flesch_kincaid_grade(text))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_easy_to_read(name: str) -> None:
    text = prose(of_page(name))
    if len(text.split()) >= FEW_WORDS:
        assert grade(text) <= GRADE, text


@pytest.mark.parametrize("what", ["code", "statuses and kinds", "issues", "emails"])
def test_the_words_of_data_are_easy_to_read(what: str) -> None:
    found: dict[str, list[str]] = {
        "code": [each for path in sorted((ROOT / "pages").rglob("*.py")) for each in of_code(Path(path))],
        "statuses and kinds": [
            entry["means"]
            for section in formatting.SECTIONS
            for entry in formatting.glossary()[section].values()
            if "means" in entry
        ],
        "issues": [each.about for each in load_trackers().values()],
        "emails": list(of_mails(sentences())),
    }
    text = prose(found[what])
    assert len(text.split()) >= FEW_WORDS
    assert grade(text) <= GRADE, text


def test_the_measure_tells_hard_from_easy() -> None:
    assert grade("The bill is in committee. It may change. You can read it here.") < 5
    assert (
        grade(
            "Notwithstanding constitutional considerations, intergovernmental harmonization necessitates deliberation."
        )
        > 12
    )
