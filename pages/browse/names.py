"""What people call a thing, and what documents call it: nicknames, acronyms, topics (datasette/names.yml), and places."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pages.http import language
from pages.http.formatting import alphabetical, glossary, place
from settings import SITE
from text.tokens import fold
from text.yaml_config import BadYaml, read_yaml

_WORDS = re.compile(r"\w+")
_POSSESSIVE = re.compile(r"[’']s?$")
LONGEST = 7
#: So many words make a question.
QUESTION = 4
#: A name of fewer letters is found in a question only as it stands.
LONG = 12


@dataclass(frozen=True)
class Name:
    """One entry of names.yml: the words in which documents say it, and the positions that speak of it."""

    says: tuple[str, ...]
    positions: tuple[str, ...] = ()
    instead: bool = False
    #: Its names that are one word in capitals, folded.
    abbreviations: frozenset[str] = frozenset()


@cache
def question_words(kind: str) -> frozenset[str]:
    """The words of one section of datasette/question_words.yml, such as ``stop``."""
    return frozenset(map(str, question_data()[kind]))


def says_nothing(word: str) -> bool:
    """Whether a word of a question says nothing about what a document must hold."""
    return folded(word) in question_words("stop") | question_words("noise")


@cache
def question_data() -> dict[str, Any]:
    found: dict[str, Any] = read_yaml(SITE / "question_words.yml")
    return found


@cache
def first_names() -> dict[str, frozenset[str]]:
    """A first name -> all that people call who has it, itself among them."""
    found: dict[str, set[str]] = {}
    for group in question_data()["first_names"]:
        for name in group:
            found.setdefault(name, set()).update(group)
    return {name: frozenset(others) for name, others in found.items()}


def folded(text: str) -> str:
    """Lower-case words with single spaces: "E-Rate" and "e rate" are one name."""
    return " ".join(_WORDS.findall(text.casefold().replace("’s", "s").replace("'s", "s")))


@cache
def names() -> dict[str, Name]:
    """Every name, folded, with what it stands for.

    Raises:
        BadYaml: a name stands in the file twice.
    """
    path = SITE / "names.yml"
    found: dict[str, Name] = {}
    for entry in read_yaml(path):
        capitals = frozenset(folded(called) for called in entry["names"] if called.isupper() and called.isalpha())
        name = Name(tuple(entry["says"]), tuple(entry.get("positions", ())), bool(entry.get("instead")), capitals)
        for called in map(folded, entry["names"]):
            if called in found:
                raise BadYaml(f"{path}: {called!r} stands there twice")
            found[called] = name
    return found


def longest_name(words: Sequence[str]) -> tuple[int, str, Name] | None:
    """The longest name that the first of some words make, with or without the words that say nothing between them.

    Returns:
        how many words it takes, the name as it was typed, and what it stands for; None where no name begins there.
    """
    telling = [at for at, word in enumerate(words) if folded(word) not in question_words("stop")]
    for number in range(min(LONGEST, len(words)), 0, -1):
        ways = [words[:number]]
        if telling[:1] == [0] and number <= len(telling) and telling[number - 1] < LONGEST:
            ways.append([words[at] for at in telling[:number]])
        for way in ways:
            key = "" if any("*" in word for word in way) else folded(" ".join(way))
            if key and (name := names().get(key) or (names().get(key.removesuffix("s")))):
                taken = number if way is ways[0] else telling[number - 1] + 1
                return taken, " ".join(way), name
    return None


@dataclass(frozen=True)
class Topic:
    """What an everyday question asks for: ``asks`` are lists of words, of each of which it has one; ``like`` is a name."""

    asks: tuple[re.Pattern[str], ...]
    like: str


@cache
def topics() -> list[Topic]:
    """Those of datasette/question_topics.yml.

    Raises:
        BadYaml: one is like no name of names.yml.
    """
    path = SITE / "question_topics.yml"
    found = []
    for entry in read_yaml(path):
        like = folded(entry["like"])
        if like not in names():
            raise BadYaml(f"{path}: {entry['like']!r} is no name of names.yml")
        found.append(Topic(tuple(map(_one_of, entry["asks"])), entry["like"]))
    return found


def _one_of(words: list[str]) -> re.Pattern[str]:
    ways = (re.escape(folded(str(word))) + (r"\w*" if str(word).endswith("*") else "") for word in words)
    return re.compile(rf"\b(?:{'|'.join(ways)})\b")


def _exact(words: Sequence[str]) -> int:
    """How many words the name has that some words begin with, if it says more exactly what is asked than a topic; else 0."""
    found = longest_name(words)
    return found[0] if found and found[0] > 1 and (found[2].positions or found[0] > 2) else 0


def topic_of(words: Sequence[str]) -> tuple[str, Name, frozenset[int]] | None:
    """What a question is about, its name as in names.yml, and which of its words say so; None for any other search."""
    if len(words) < QUESTION:
        return None
    question = [folded(word) for word in words]
    line = " ".join(question)
    found = [topic for topic in topics() if all(asked.search(line) for asked in topic.asks)]
    best = max(found, key=lambda topic: len(topic.asks), default=None)
    exact = {at + more for at in range(len(words)) for more in range(_exact(words[at:]))}
    if best is None:
        return None if exact else _all_there(question)
    told = {at for at, word in enumerate(question) if any(asked.fullmatch(word) for asked in best.asks)}
    return (best.like, names()[folded(best.like)], frozenset(told)) if not exact or len(told - exact) > 1 else None


@cache
def _scattered() -> list[tuple[frozenset[str], str]]:
    """The telling words of each name that has two or more, and of which a position speaks; the longest name first.

    Without names that a question may hold by chance: short ones, and those with a word that says little or names a place.
    """
    little = question_words("noise") | question_words("light") | {word for name in places() for word in name.split()}
    found = [
        (_root_words(called), called)
        for called, name in names().items()
        if name.positions and little.isdisjoint(called.split()) and sum(map(len, _root_words(called))) >= LONG
    ]
    return sorted((each for each in found if len(each[0]) > 1), key=lambda each: (-len(each[0]), -len(each[1])))


def _root_words(called: str) -> frozenset[str]:
    return frozenset(fold(word) for word in called.split() if word not in question_words("stop"))


def _all_there(question: Sequence[str]) -> tuple[str, Name, frozenset[int]] | None:
    """The longest name whose words a question has in any order: "can I get a passport at my library" for "library passports"."""
    words = [fold(word) for word in question]
    there = frozenset(words)
    called = next((called for name, called in _scattered() if name <= there), None)
    if called is None:
        return None
    name = _root_words(called)
    return called, names()[called], frozenset(at for at, word in enumerate(words) if word in name)


@cache
def places() -> dict[str, str]:
    """The names of states, countries and cities, folded -> jurisdiction; also in the other languages of the site."""
    keys = [key for key in glossary()["jurisdictions"] if key != "uk"]
    named = {said: key for spoken in language.LANGUAGES for key in keys for said in _called(key, spoken)}
    named |= {folded(glossary()["jurisdictions"][key]): key for key in keys}
    of_dc = dict.fromkeys(("washington dc", "washington d c", "d c"), "us-dc")
    return named | of_dc | {"federal": "us", "congress": "us", "nyc": "us-ny-nyc", "puerto rico": "us-pr"}


def _called(key: str, spoken: str) -> set[str]:
    """The name of a place in a language, folded, as written and without its accents: "nuevo méxico", "nuevo mexico"."""
    with language.speaking(spoken):
        return {folded(place(key)), folded(alphabetical(place(key)))}


def place_key(name: str) -> str | None:
    """The jurisdiction of a place by its key, that of a city too, or its name: ``us-ia``, ``Iowa``."""
    key = name.lower()
    is_city = key.startswith("us-") and place(key) != key.upper()
    return key if is_city or key in glossary()["jurisdictions"] else places().get(folded(name))


def place_typed(name: str) -> str | None:
    """The jurisdiction that people mean by the end of an address: ``ohio``, ``OH``, ``new-york``; ``ca`` is California."""
    words = folded(name.replace("_", " "))
    state = state_of_letters(words, beside_number=True)
    return state or places().get(words) or place_key(words.replace(" ", "-"))


def longest_place(words: Sequence[str]) -> tuple[int, str] | None:
    """The longest name of a place that the first of some words make, and its jurisdiction: "Florida's" names Florida.

    Companies are a place of lists, but a word of searches: "tech companies privacy".
    """
    for number in range(min(4, len(words)), 0, -1):
        name = " ".join(words[:number])
        key = places().get(folded(name)) or places().get(folded(_POSSESSIVE.sub("", name)))
        if key and key != "corp":
            return number, key
    return None


def place_at(words: Sequence[str]) -> tuple[int, str] | None:
    """The place that some words begin with, by its name or the letters of a state: how many words, and its jurisdiction."""
    if found := longest_place(words):
        return found
    state = state_of_letters(words[0].strip(",.;?!")) if words else None
    return (1, state) if state else None


def state_of_letters(word: str, *, beside_number: bool = False) -> str | None:
    """The state that two letters mean: in capitals, or in any form beside the number of a bill."""
    key = f"us-{word.lower()}"
    if len(word) != 2 or key not in glossary()["jurisdictions"]:
        return None
    return (
        key if beside_number or (word.isupper() and word.lower() not in question_words("letters_also_words")) else None
    )


def place_word(jurisdiction: str) -> str:
    """The name of a place in the language of documents."""
    return glossary()["jurisdictions"].get(jurisdiction) or place(jurisdiction)
