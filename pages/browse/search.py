"""What a person types into the search box -> one expression that SQLite's FTS5 accepts, whatever was typed.

Words and "phrases in quotes" must all be there; OR, NOT (or a minus), brackets and a star at the end of a word mean what
people expect, and so does title:, summary: or text: before any of them. sponsor:, agency:, number:, tracker: and place: ask
for other things than words and narrow the whole search. Everything else is quoted, so that no input can be a syntax error.

Where only words were typed, what people call a thing also finds what documents call it (pages.browse.names), the words of
a question that say nothing are left out, and the name of a place finds the documents of that place.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from crawlers.agencies import load_agencies
from pages.browse import cases, docket_numbers, law_numbers, names
from pages.browse.asked import MAX_TERMS, NOTHING, NamedPlace, Search, Tie, quoted, spelt
from pages.browse.plain import plain
from pages.browse.trackers import load_trackers
from pages.http.language import _

#: The words allowed before a colon, and the column of the index that each searches.
COLUMNS = {"title": "title", "summary": "abstract", "text": "text"}
_TOKEN = re.compile(
    r"""
    (?P<field>(?i:title|summary|text)):(?=["(\w])
    | (?P<tie>(?i:sponsor|agency|number|tracker|place):(?:"[^"]*(?:"|$)|[^\s()"]+))
    | "(?P<phrase>[^"]*)(?:"|$)          # a phrase; the closing quote may be missing
    | (?P<paren>[()])
    | (?P<minus>-)(?=["(\w])           # -word, only where a word begins
    | (?P<word>[^\s()"]+)
    """,
    re.VERBOSE,
)
_LETTERS = re.compile(r"\w", re.UNICODE)
MAX_LENGTH = 300


class _Parser:
    """Recursive descent over FTS5's own precedence: NOT binds closest, then AND, then OR."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens = tokens
        self.at = 0
        self.terms: list[str] = []
        self.note: str | None = None
        self.in_columns = False

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def either(self, depth: int = 0) -> str | None:
        parts = [self.all(depth)]
        while self.peek() == ("operator", "OR"):
            self.at += 1
            parts.append(self.all(depth))
        found = [part for part in parts if part]
        return f"({' OR '.join(found)})" if len(found) > 1 else (found[0] if found else None)

    def all(self, depth: int) -> str | None:
        wanted: list[str] = []
        unwanted: list[str] = []
        while (kind := self.peek()) not in (("end", ""), ("paren", ")"), ("operator", "OR")):
            if kind == ("operator", "AND"):
                self.at += 1
                continue
            target = wanted
            while self.peek() == ("operator", "NOT"):
                self.at += 1
                target = unwanted
            known = len(self.terms)
            if part := self.one(depth):
                target.append(part)
            if target is unwanted:
                del self.terms[known:]
        if not wanted:
            if unwanted:
                self.note = _("NOT needs something to look for before it: that part was left out.")
            return None
        joined = " AND ".join(wanted)
        for part in unwanted:
            joined = f"({joined}) NOT {part}"
        return f"({joined})" if len(wanted) + len(unwanted) > 1 else joined

    def one(self, depth: int) -> str | None:
        kind, text = self.peek()
        if kind == "field":
            self.at += 1
            while self.peek()[0] == "field":  # of several in a row the last counts: the index takes one
                text = self.peek()[1]
                self.at += 1
            inside = self.one(depth)
            self.in_columns = True
            return f"{COLUMNS[text]} : {inside}" if inside else None
        if (kind, text) == ("paren", ")") or kind in ("end", "operator"):
            return None
        self.at += 1
        if kind == "paren":
            inside = self.either(depth + 1) if depth < 10 else None
            if self.peek() == ("paren", ")"):
                self.at += 1
            return inside
        self.terms.append(text.rstrip("*"))
        if kind == "word" and not text.endswith("*"):
            return spelt(text)
        return quoted(text.rstrip("*")) + ("*" if kind == "word" else "")


def _tokens(query: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    for match in _TOKEN.finditer(query):
        kind, text = match.lastgroup or "", match.group(match.lastgroup or 0)
        if kind == "minus":
            tokens.append(("operator", "NOT"))
        elif kind == "word" and text in ("AND", "OR", "NOT"):
            tokens.append(("operator", text))
        elif kind == "field":
            tokens.append((kind, text.lower()))
        elif kind == "paren" or _LETTERS.search(text):
            tokens.append((kind, text))
    return tokens


def _ties(tokens: list[tuple[str, str]]) -> tuple[list[tuple[str, str]], list[Tie]]:
    """Part what asks for a sponsor, a number, an issue or a place, with a NOT before it, from the words to look for."""
    left: list[tuple[str, str]] = []
    found: list[Tie] = []
    for kind, text in tokens:
        if kind != "tie":
            left.append((kind, text))
            continue
        name, _, value = text.partition(":")
        excluded = bool(left) and left[-1] == ("operator", "NOT")
        if excluded:
            left.pop()
        if tie := _tie(name.lower(), value, not excluded):
            found.append(tie)
    return left, found


def _tie(name: str, value: str, wanted: bool) -> Tie | None:
    words = re.findall(r"\w+", value)
    if name in ("tracker", "agency"):
        return Tie(name, value.strip('"').lower(), wanted)
    if name == "place":
        return Tie(name, names.place_key(value.strip('"')) or value, wanted)
    if name == "number":
        # As in the last part of a document's id: "H.R. 1" is hr1, while 2025-01234 keeps its dash.
        number = value.strip('"').lower() if re.fullmatch(r'"?\d{4}-\d+"?', value) else "".join(words).lower()
        return Tie(name, number, wanted) if number else None
    return Tie(name, " AND ".join(f'"{word}"*' for word in words[:MAX_TERMS]), wanted) if words else None


def parse(query: str | None) -> Search:
    """Parse a query. Leave out what cannot be used and say so in the note; never raise.

    Where that leaves nothing to look for, nothing is found: everything would be an answer to another question.
    """
    asked = _parse(query)
    if asked or not (query or "").strip():
        return asked
    no_word = _("There is no word to look for in “{query}”.").format(query=(query or "").strip()[:MAX_LENGTH])
    return replace(asked, ties=[NOTHING], note=" ".join(filter(None, [asked.note, no_word])))


def parse_words(query: str | None) -> Search:
    """The same where a place and nothing else is a word to look for."""
    asked = parse(query)
    return parse(asked.places_as_words) if asked.only_places else asked


def _as_words(query: str, named: Iterable[Sequence[str]]) -> str:
    """The query with some of its names in quotation marks: their own words alone are looked for then."""
    for words in named:
        query = _in_a_row(words).sub(quoted(" ".join(words)).replace("\\", r"\\"), query, count=1)
    return query


def _without_places(query: str, places: Iterable[NamedPlace]) -> str:
    """The query without the names of places, and without the words that join them to the others: "bans in Texas and Ohio"."""
    for place in places:
        query = _in_a_row(
            place.words, before=r"(?:(?<!\S)(?:in|of|for|from|at|and|or|vs\.?|versus|&|en|de|y)\s+)*"
        ).sub("", query, count=1)
    words = query.split()
    return "" if all(map(names.says_nothing, words)) else " ".join(words)


def _in_a_row(words: Sequence[str], before: str = "") -> re.Pattern[str]:
    return re.compile(before + r"(?<!\S)" + r"\s+".join(map(re.escape, words)) + r"(?!\S)", re.IGNORECASE)


def _without_operators_of_places(tokens: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Leave out the OR and AND between two places: documents of either are meant, whatever else must be in them."""
    left: list[tuple[str, str]] = []
    for at, token in enumerate(tokens):
        joins = token in (("operator", "OR"), ("operator", "AND"))
        if not (joins and _ends_in_place(tokens[:at]) and names.place_at(_words_of(tokens[at + 1 :]))):
            left.append(token)
    return tokens if any(kind == "operator" for kind, _text in left) else left


def _ends_in_place(tokens: list[tuple[str, str]]) -> bool:
    words = list(reversed(_words_of(tokens[::-1])))
    return any((found := names.place_at(words[at:])) and at + found[0] == len(words) for at in range(len(words)))


def _place_as_word(tokens: list[tuple[str, str]]) -> str | None:
    """A sentence where a search with operators has the name of a place, which is a word there."""
    for at in range(len(tokens)):
        in_a_part = at > 0 and tokens[at - 1][0] == "field"  # "title:Texas" means the word
        words = [] if in_a_part else _words_of(tokens[at:])
        if found := names.place_at(words):
            said = _("“{name}” is looked for as a word here. For the documents of that place, write {place} instead.")
            return said.format(name=" ".join(words[: found[0]]), place=f"place:{found[1]}")
    return None


def _words_of(tokens: Iterable[tuple[str, str]]) -> list[str]:
    """The words with which some tokens begin."""
    return [text for _kind, text in itertools.takewhile(lambda token: token[0] == "word", tokens)]


def caveats(query: str | None) -> str:
    """What must stand beside the numbers of the issues that a query names."""
    issues = (load_trackers().get(tie.value) for tie in parse(query).ties if tie.field == "tracker" and tie.wanted)
    return " ".join(issue.caveat for issue in issues if issue and issue.note)


def _parse(query: str | None) -> Search:
    query = (
        (query or "").encode("utf-8", "replace").decode().replace("\0", " ").replace("“", '"').replace("”", '"').strip()
    )
    note = None
    if len(query) > MAX_LENGTH:
        query, note = query[:MAX_LENGTH], _("Only the first {n} characters were used.").format(n=MAX_LENGTH)
    tokens = _tokens(query)
    if len(tokens) > MAX_TERMS:
        tokens, note = tokens[:MAX_TERMS], _("Only the first {n} words were used.").format(n=MAX_TERMS)
    tokens, ties = _ties(_without_operators_of_places(tokens))
    only_words = not ties and all(kind == "word" for kind, _text in tokens)
    if only_words and (numbered := law_numbers.parse(query) or docket_numbers.parse(query)):
        return replace(numbered, note=note)
    if unknown := [tie.value for tie in ties if tie.field == "tracker" and tie.value not in load_trackers()]:
        note = _("There is no issue “{issue}”.").format(issue=unknown[0])
    if unknown := [tie.value for tie in ties if tie.field == "place" and not names.place_key(tie.value)]:
        note = _("There is no place “{place}”.").format(place=unknown[0])
    if unknown := [tie.value for tie in ties if tie.field == "agency" and tie.value not in load_agencies()]:
        note = _("There is no agency “{agency}”.").format(agency=unknown[0])
    if tokens and all(kind in ("word", "phrase") for kind, _text in tokens):
        asked = plain(tokens, ties, note)
        if asked.named_places and cases.is_case(query):  # a party: "New York Times v. OpenAI"
            return _parse(_as_words(query, [place.words for place in asked.named_places]))
        if asked.named_places:
            asked.without_places = _without_places(query, asked.named_places)
            asked.places_as_words = _as_words(query, [place.words for place in asked.named_places])
        return (
            replace(asked, exactly=_as_words(query, [name.words for name in asked.renamed])) if asked.renamed else asked
        )
    note = note or _place_as_word(tokens)
    parser = _Parser(tokens)
    parts: list[str] = []
    while parser.at < len(tokens):
        if part := parser.either():
            parts.append(part)
        if parser.peek() == ("paren", ")"):  # a bracket that was never opened
            parser.at += 1
    return Search(" AND ".join(parts) or None, parser.note or note, parser.terms, ties, parser.in_columns)
