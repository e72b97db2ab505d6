"""What the words of roll calls mean: the choice of a member, the kind of a motion (votes.yml). Parsing only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from crawlers.people import CHOICES
from text.yaml_config import rules_of

FILE = Path(__file__).with_name("votes.yml")


@dataclass(frozen=True)
class Words:
    """`choices` maps a word to one of CHOICES; of `motions` and `results`, (meaning, pattern), the first that fits is meant."""

    choices: dict[str, str]
    motions: tuple[tuple[str, re.Pattern[str]], ...]
    results: tuple[tuple[bool, re.Pattern[str]], ...]


@cache
def load_words(path: Path = FILE) -> Words:
    """The words of votes.yml.

    Raises:
        ValueError: a choice is none of CHOICES, or the file has another form.
    """
    with rules_of(path) as entries:
        choices = {str(word): str(choice) for choice, words in entries["choices"].items() for word in words}
        if wrong := set(choices.values()) - set(CHOICES):
            raise ValueError(f"{path.name}: {', '.join(sorted(wrong))}: a choice is one of {', '.join(CHOICES)}")
        motions = tuple((str(kind), re.compile(pattern, re.IGNORECASE)) for kind, pattern in entries["motions"])
        results = tuple((bool(carried), re.compile(pattern, re.IGNORECASE)) for carried, pattern in entries["results"])
        return Words(choices, motions, results)


def choice_of(word: str) -> str:
    """What a member's word means."""
    return load_words().choices.get(word.casefold(), "other")


def motion_of(question: str) -> str | None:
    """The kind of a motion by the words of its question; None where they do not say."""
    return next((kind for kind, pattern in load_words().motions if pattern.search(question)), None)


def carried(result: str) -> bool | None:
    """Whether a motion carried by the words of its result; None where they do not say."""
    return next((each for each, pattern in load_words().results if pattern.search(result)), None)


#: The bare words that Open States has for every result. What is said of them is `roll_calls.passed`, as `passed_of` finds it.
BARE = {"pass": True, "fail": False}
#: A vote that failed though more than this share was for it, or passed though more were against it, is a slip of the source
#: or needed more than anybody here knows.
_FAILED_WITH = 0.75
#: A question that is a result: Ohio's committees have "Reported" what the source says failed, and in Nebraska "Rountree AM1176"
#: was "adopted" and "Hallstrom MO41 prevailed".
_CARRIED = re.compile(r"(?:reported|adopted)\b|.*\b(?:am|fa|mo)\d+ (?:adopted|prevailed)\b", re.IGNORECASE)
#: A question that tells of a failure, where the source counts only more votes for than against: most of all members were needed,
#: or two thirds (Arizona, Michigan, Tennessee's committees, Utah, Wyoming). Who fails to concur has voted for that.
_FAILED = re.compile(
    r"(?:[hs] |senate/ ?|house/ ?|[^:\[]*committee: )?(?:failed(?! to concur)|defeated|not adopted|not passed)\b(?!.*reconsider)",
    re.IGNORECASE,
)


def passed_of(passed: bool | None, yes: int | None, no: int | None, question: str = "") -> bool | None:
    """Whether a motion carried, as the source says; None where its counts cannot be squared with it, and False where its question
    says so.

    Without a count, what the source calls a failure is what it did not find: Virginia's bills are "presented" and "failed".
    """
    if passed is None:
        return None
    if _FAILED.match(question) and (passed or not (yes or no)):
        return False
    if passed and (yes is None or no is None):
        return True
    yes, no = yes or 0, no or 0
    if passed:
        return True if yes >= no else None
    most = 0.5 if _CARRIED.match(question) else _FAILED_WITH
    return None if yes > most * (yes + no) or yes == no == 0 else False
