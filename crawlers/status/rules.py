"""Rules of classification in YAML, and the ranks of the steps that all governments share."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from text.yaml_config import rules_of

Rules = tuple[tuple[str, re.Pattern[str]], ...]
History = tuple[tuple[str, str], ...]

#: How far along a step is. A later step counts only when it goes further, except for the two ends that can be undone.
RANK = {
    "introduced": 0,
    "in_committee": 1,
    "reported": 2,
    "passed_first_chamber": 3,
    "passed_second_chamber": 4,
    "passed": 5,
    "to_executive": 6,
    "vetoed": 7,
    "adopted": 9,
    "enacted": 9,
}


@cache
def load_rules(path: Path) -> dict[str, Rules]:
    """Read the ordered lists of a file, each a list of pairs of a word and a pattern.

    Raises:
        BadYaml: a list is not of this form, or a pattern is not valid or fits everything.
    """
    with rules_of(path) as entries:
        return {name: compiled(pairs) for name, pairs in entries.items()}


def compiled(pairs: Iterable[tuple[str, str]]) -> Rules:
    """Pairs of a word and a pattern, in their order."""
    return tuple((str(word), any_of([pattern])) for word, pattern in pairs)


def any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """One pattern that fits where one of these does.

    Raises:
        re.error: one is no pattern.
        ValueError: one fits every sentence, such as an empty one or `a|`.
    """
    listed = [str(each) for each in patterns]
    for each in listed or [""]:
        by_itself = re.compile(each)  # before they are joined, so that an error names this one alone
        # One that says what must not stand there ("^(?!motion)") does fit an empty sentence, and not every one.
        if "(?!" not in each and by_itself.search(""):
            raise ValueError(f"the pattern {each!r} fits every sentence")
    return re.compile("|".join(f"(?:{each})" for each in listed), re.IGNORECASE)


def first_match(rules: Rules, words: str) -> str | None:
    """Return the word of the first rule whose pattern is in the words, or None."""
    return next((word for word, pattern in rules if pattern.search(words)), None)


def history_of(introduced_on: str | None, steps: Iterable[tuple[str | None, str]]) -> History:
    """Return the steps that go further than those before them, as (status, ISO date) pairs.

    ``failed``, ``withdrawn``, and ``replaced`` hold until something goes further than what was reached before them. Once both
    chambers have passed a bill, none of them counts; and what was replaced is then only tidied away as failed or withdrawn.
    """
    history = [("introduced", introduced_on)] if introduced_on else []
    reached = 0
    for step, day in steps:
        if step in ("failed", "withdrawn", "replaced"):
            if reached < RANK["passed"] and (not history or history[-1][0] not in (step, "replaced")):
                history.append((step, day))
        elif step and RANK[step] > reached:
            reached = RANK[step]
            history.append((step, day))
    return tuple(history)
