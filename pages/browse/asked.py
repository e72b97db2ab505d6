"""What is asked of the corpus: an expression for the index of words, and what else narrows a search.

`pages.browse.search` makes it of what a person typed.
"""

from __future__ import annotations

import itertools
import json
import re
import sqlite3
from dataclasses import dataclass, field, replace
from functools import cache

from pages.browse import names
from pages.browse.filters import OF_AGENCY
from pages.browse.trackers import load_trackers
from pages.database import marks
from settings import SITE
from text.yaml_config import read_yaml

MAX_TERMS = 24
#: Before an expression: in a title or summary. Two words somewhere in a long text say little about each other.
NOT_IN_TEXTS = "{title abstract} : "
#: The words of titles that speak of libraries, as the index has them.
LIBRARIES = ('"library"', '"librarian"')


@dataclass(frozen=True)
class Docket:
    """The number under which an agency files documents, in capitals; ``bureau`` the one of the FCC that was named with it."""

    number: str
    bureau: str = ""

    @property
    def condition(self) -> tuple[str, list[str]]:
        """A condition on rows of ``terms``, and its values. A source may give two in one ("15-91 and 15-94"), and no bureau."""
        return _OF_DOCKET, [f"%{self.number}%", f" {self.number} ", f"{self.bureau} DOCKET"]

    def having(self, db: sqlite3.Connection) -> dict[str, tuple[str, str]]:
        """The documents with the number: its kind, "docket", "rin", or "citation", and how the source writes it."""
        condition, values = self.condition
        found = db.execute(f"select document_id, kind, term from terms where {condition}", values)
        return {row[0]: (row[1], row[2]) for row in found}


@dataclass(frozen=True)
class Renamed:
    """A name of names.yml that was typed: its words, and the phrases of documents that were looked for.

    ``instead``: they were looked for in the place of the name, which means something else in most documents.
    """

    words: tuple[str, ...]
    says: tuple[str, ...]
    instead: bool = False

    @property
    def typed(self) -> str:
        return " ".join(self.words)


@dataclass(frozen=True)
class NamedPlace:
    """The words of a search that are the name of a place, and its jurisdiction."""

    words: tuple[str, ...]
    key: str


@dataclass
class Search:
    """``expression`` is for FTS5, or None when there is nothing to look for; ``note`` says what was left out.

    ``terms`` are the words and phrases that must or may be there; ``ties`` what else a document must have or must not.
    """

    expression: str | None
    note: str | None = None
    terms: list[str] = field(default_factory=list)
    ties: list[Tie] = field(default_factory=list)
    #: Whether some of the words are looked for in one column of the index of documents only.
    in_columns: bool = False
    #: Where only words were typed: an expression for each word or name. All of them make ``expression``.
    groups: list[str] = field(default_factory=list)
    #: Expressions for words in a row as they were typed, and for what documents say for the names among them.
    typed: list[str] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)
    #: Those of ``phrases`` that say a name of which a position speaks: what a library's question is about.
    subjects: list[str] = field(default_factory=list)
    #: The positions that speak of a name that was typed.
    positions: list[str] = field(default_factory=list)
    #: What a whole question was taken to be about, as names.yml calls it.
    topic: str | None = None
    #: The names that were typed and found more than their own words, and the query that looks for those words alone.
    renamed: list[Renamed] = field(default_factory=list)
    exactly: str | None = None
    #: The places that were named, in the order of the words: their own documents come first.
    named_places: list[NamedPlace] = field(default_factory=list)
    #: The query without their names, and with the names as words to look for.
    without_places: str = ""
    places_as_words: str = ""
    #: The rows of ``documents`` that the expression finds, where they are few and were looked up already.
    rowids: list[int] | None = None
    #: Whether only documents of the places, or that name one of them, are found.
    only_place: bool = True
    #: Whether those that name one of them are found, too.
    naming_place: bool = True
    #: Those of ``groups`` that are an abbreviation: without IMLS, the other words are about something else.
    abbreviated: list[str] = field(default_factory=list)
    #: Those of ``groups`` that are a name of which a position speaks.
    named: list[str] = field(default_factory=list)
    #: Whether only the abbreviations are left of it, so that it is for where nothing else is found.
    last_resort: bool = False
    #: The number that was typed, and nothing else: what has it is found besides what has the words, and comes first.
    docket: Docket | None = None

    def __bool__(self) -> bool:
        return bool(self.expression or self.ties or self.named_places)

    @property
    def places(self) -> list[str]:
        """The jurisdictions of the places that were named."""
        return list(dict.fromkeys(each.key for each in self.named_places))

    @property
    def only_places(self) -> bool:
        """Whether nothing but places is asked for."""
        return bool(self.named_places) and not (self.expression or self.ties)

    def where(self, *, ties_only: bool = False) -> tuple[str, list[str]]:
        """All of it, or all but the words, as SQL conditions on rows of ``listing``."""
        conditions, values = ["1"], list[str]()
        if self.expression and not ties_only:
            looked_up = self.rowids is not None
            conditions.append(f"document_rowid in ({_LOOKED_UP if looked_up else self._with_words})")
            values += [json.dumps(self.rowids)] if looked_up else self._looked_for
        for tie in self.ties:
            condition, tied = tie.where()
            conditions.append(("" if tie.wanted else "not ") + condition)
            values += tied
        if self.places and self.only_place:
            of_places = f"jurisdiction in ({marks(self.places)})"
            naming = bool(self.expression) and self.naming_place
            conditions.append(f"({of_places} or {_NAMING_PLACE})" if naming else of_places)
            values += [*self.places, *([self._naming_places] if naming else [])]
        return " and ".join(conditions), values

    def looked_up(self, db: sqlite3.Connection, most: int) -> Search:
        """The same search with the rows that it finds, if they are at most so many: no count need look for its words again."""
        if not self.expression or self.rowids is not None:
            return self
        found = [row[0] for row in db.execute(f"{self._with_words} limit ?", [*self._looked_for, most + 1])]
        return self if len(found) > most else replace(self, rowids=found)

    @property
    def indexes(self) -> list[str]:
        """The indexes to look in: with a NOT only that of documents, for other titles lack what the document may have."""
        return ["documents_fts"] if " NOT " in (self.expression or "") else ["documents_fts", "other_titles"]

    @property
    def _with_words(self) -> str:
        parts = [f"select rowid from {index} where {index} match ?" for index in self.indexes]
        if self.docket:
            having = f"select document_id from terms where {self.docket.condition[0]}"
            parts.append(f"select rowid from documents where id in ({having})")
        return " union ".join(parts)

    @property
    def _looked_for(self) -> list[str]:
        """The values of `_with_words`."""
        return [*[self.expression or ""] * len(self.indexes), *(self.docket.condition[1] if self.docket else ())]

    @property
    def _naming_places(self) -> str:
        return " OR ".join(quoted(names.place_word(place)) for place in self.places)

    @property
    def of_libraries(self) -> bool:
        """Whether one of the words or names speaks of libraries."""
        return any("librar" in term.casefold() for term in self.terms)

    @property
    def within(self) -> str | None:
        """The place outside of which nothing is found."""
        return next((tie.value for tie in self.ties if tie.field == "place" and tie.wanted), None)

    @property
    def by_sponsor(self) -> bool:
        """Whether it asks for what somebody sponsored."""
        return any(tie.field == "sponsor" for tie in self.ties)

    @property
    def about(self) -> list[str]:
        """Expressions for what the search is about, whatever else it says."""
        return [*(self.subjects or self.phrases), *(LIBRARIES if self.places and self.of_libraries else ())]

    def in_titles(self) -> Search:
        """The same search for documents whose title or summary has all the words."""
        if not self.expression:
            return self
        return replace(self, expression=f"{NOT_IN_TEXTS}({self.expression})", rowids=None)

    def of_places(self) -> Search:
        """The same search for the documents of the places that were named, without those that only name one."""
        return replace(self, naming_place=False)

    def relaxed(self) -> list[Search]:
        """The same search with further documents: those with all words but one in title or summary, then all but two, and so on.

        The last are for half of the words, then for any of them anywhere, or any name where one was typed; where a place was
        named, then for other places too. An abbreviation is in all of them.
        """
        if not self.expression:
            return []
        if self.abbreviated and len(self.groups) > len(self.abbreviated):
            return self._relaxed_around(" AND ".join(self.abbreviated))
        groups = self.groups[:MOST_RELAXED]
        least = max(2, -(-len(groups) // 2))
        # A name says what a question is about, whatever else it says: titles that speak of it are always among the answers.
        # So does the word library where a place is named, of which few documents speak of libraries.
        named = f" OR title : ({' OR '.join(self.about)})" if self.about else ""
        expressions = []
        for number in range(len(groups) - 1, least - 1, -1):
            some = " OR ".join(f"({' AND '.join(chosen)})" for chosen in itertools.combinations(groups, number))
            expressions.append(f"({self.expression} OR {NOT_IN_TEXTS}({some}){named})")
        if len(groups) == 2 and self.subjects:
            expressions.append(f"({self.expression}{named})")
        if len(groups) > 1:
            expressions.append(f"({' OR '.join(self.named or groups)}{named})")
        return self._anywhere_too(expressions)

    def _relaxed_around(self, kept: str) -> list[Search]:
        """The same for documents that all have an expression."""
        others = [group for group in self.groups[:MOST_RELAXED] if group not in self.abbreviated]
        some = f"{kept} AND ({' OR '.join(others)})"
        alone = replace(self, expression=f"({kept})", rowids=None, last_resort=True)
        return self._anywhere_too([f"({self.expression} OR {NOT_IN_TEXTS}({some}))", f"({some})"], alone)

    def _anywhere_too(self, expressions: list[str], *others: Search) -> list[Search]:
        """The search for each expression, and other searches, in the places that were named and then in all."""
        found = [*(replace(self, expression=each, rowids=None) for each in expressions), *others]
        anywhere = [replace(self, only_place=False)] if self.places else []
        return [*found, *anywhere, *(replace(each, only_place=False) for each in (found if self.places else []))]


@dataclass(frozen=True)
class Tie:
    """What a document has, or must not have: a sponsor, a number, a place, an agency, or an issue. No document has ``NOTHING``.

    ``value`` of a sponsor is an expression for the index of names.
    """

    field: str
    value: str
    wanted: bool = True

    def where(self) -> tuple[str, list[str]]:
        """A condition on rows of ``listing``, and its values."""
        if self.field == "tracker":
            tracker = load_trackers().get(self.value)
            return tracker.where() if tracker else NOTHING.where()
        if self.field == "nothing":
            return "0", []
        if self.field == "agency":
            return OF_AGENCY, [f" {self.value} "]
        return _TIED[self.field], [self.value]


NOTHING = Tie("nothing", "")
#: A relaxed search tries so many words at most: six of eight in any choice are 28 expressions.
MOST_RELAXED = 8
#: Numbers are few and short: reading all of them takes some ten milliseconds.
_OF_DOCKET = """kind in ('docket', 'rin', 'citation') and term like ? and instr(' ' || upper(replace(term, ',', ' ')) || ' ', ?)
    and (instr(upper(term), ?) or term not glob '*[A-Z][A-Z] Docket [0-9]*')"""
_LOOKED_UP = "select value from json_each(?)"
_NAMING_PLACE = "document_rowid in (select rowid from documents_fts where documents_fts match ?)"
#: The condition of each on rows of ``listing``.
_TIED = {
    "sponsor": "document_rowid in (select d.rowid from sponsors s join documents d on d.id = s.document_id "
    "where s.name in (select name from sponsor_names where sponsor_names match ?))",
    "number": "number = ?",
    "place": "jurisdiction = ?",
}


def quoted(words: str) -> str:
    return '"' + words.replace('"', '""') + '"'


@cache
def spellings() -> dict[str, list[str]]:
    """Each spelling of `datasette/spellings.yml` -> all spellings of its word."""
    groups = read_yaml(SITE / "spellings.yml")
    return {spelling: group for group in groups for spelling in group}


def spelt(word: str) -> str:
    """A word as FTS5 wants it, with its other spellings."""
    typed = word.casefold().replace("‑", "-").replace("–", "-")
    group = spellings().get(typed) or spellings().get(typed.removesuffix("s")) or [word]
    return f"({' OR '.join(map(quoted, group))})" if len(group) > 1 else quoted(word)


def any_of(terms: list[str]) -> str | None:
    """An expression that one of the words is enough for; for a small table where the best match comes first."""
    words = [word for term in terms for word in re.findall(r"\w+", term) if len(word) > 2]
    return " OR ".join(f'"{word}"' for word in words[:MAX_TERMS]) or None


def all_of(terms: list[str]) -> str | None:
    """Return an expression that requires every term, in any place."""
    return " AND ".join(map(spelt, terms)) or None
