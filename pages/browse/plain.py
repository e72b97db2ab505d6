"""A search for words alone: names with what documents call them, the places that are meant, no words that say nothing."""

from __future__ import annotations

import itertools

from pages.browse import names
from pages.browse.asked import NOT_IN_TEXTS, NamedPlace, Renamed, Search, Tie, quoted, spelt
from text.tokens import fold

#: So many words or names say enough to leave out the light words.
ENOUGH = 1


def plain(tokens: list[tuple[str, str]], ties: list[Tie], note: str | None) -> Search:
    """A search for words without operators: names with what they stand for, without words that say nothing."""
    asked = Search(None, note, ties=ties)
    weak: list[tuple[str, str]] = []
    light: list[tuple[str, str]] = []
    asked_tokens, tokens = tokens, _take_topic(asked, tokens)
    at = 0
    while at < len(tokens):
        kind, text = tokens[at]
        words = [word for kind_, word in itertools.takewhile(lambda token: token[0] == "word", tokens[at:])]
        if kind == "word" and (name := names.longest_name(words)) and not _covers_another(words, name):
            number, typed, stands_for = name
            _add_name(asked, typed, stands_for)
            if says := _more(typed, stands_for):
                asked.renamed.append(Renamed(tuple(words[:number]), says, stands_for.instead))
            at += number
            continue
        if kind == "word" and (place := names.place_at(words)):
            number, key = place
            asked.named_places.append(NamedPlace(tuple(words[:number]), key))
            at += number
            continue
        if kind == "word" and names.says_nothing(text):
            weak.append((kind, text))
        elif kind == "word" and names.folded(text) in names.question_words("light"):
            light.append((kind, text))
        else:
            _add(asked, kind, text)
        at += 1
    if len(asked.groups) < ENOUGH and not asked.named_places:
        for kind, text in light:
            _add(asked, kind, text)
    if not asked.groups and not asked.named_places:
        for kind, text in weak:
            _add(asked, kind, text)
    if len(asked.groups) > 1:  # one word is no row of words
        asked.typed = [typed for typed in asked.typed if " " in typed]
    of_places = {word for place in asked.named_places for word in place.words}
    row = [text for _kind, text in asked_tokens if text not in of_places]
    if len(row) > 1:
        asked.typed.append(quoted(" ".join(row)))
    expression = " AND ".join(asked.groups)
    asked.expression = f"({expression})" if len(asked.groups) > 1 else expression or None
    return asked


def _take_topic(asked: Search, tokens: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Add what a whole question is about, and leave the words that say something else."""
    if any(kind != "word" for kind, _text in tokens) or not (found := names.topic_of([text for _, text in tokens])):
        return tokens
    called, name, told = found
    _add_name(asked, called, name, typed=False)
    asked.topic = called
    return [token for at, token in enumerate(tokens) if at not in told]


def _add_name(asked: Search, called: str, name: names.Name, *, typed: bool = True) -> None:
    asked.groups.append(_either_name(called, name))
    asked.named += asked.groups[-1:] if name.positions else []
    asked.abbreviated += asked.groups[-1:] if names.folded(called) in name.abbreviations else []
    asked.terms.append(called)
    asked.phrases += map(_said, name.says)
    asked.typed += [quoted(called)] if typed and not name.instead else []
    asked.positions += name.positions
    asked.subjects += map(_said, name.says if name.positions else ())


def _more(typed: str, name: names.Name) -> tuple[str, ...]:
    """The phrases by which a name finds more than the words that were typed: whatever holds those in a row is found by them."""
    own = _stems(typed)
    return tuple(said for said in name.says if name.instead or own not in _stems(said))


def _stems(words: str) -> str:
    """Words in the singular, with a blank around each: the index knows no plurals either."""
    return f" {' '.join(map(fold, names.folded(words).split()))} "


def _covers_another(words: list[str], found: tuple[int, str, names.Name]) -> bool:
    """Whether a name of which no position speaks would cut one in two of which one does: "public library funding"."""
    number, _typed, name = found
    later = [(at, names.longest_name(words[at:])) for at in range(1, number)] if not name.positions else []
    return any(other and other[2].positions and at + other[0] > number for at, other in later)


def _add(asked: Search, kind: str, text: str) -> None:
    asked.terms.append(text.rstrip("*"))
    if kind == "word" and not text.endswith("*"):
        asked.groups.append(spelt(text))
    else:
        asked.groups.append(quoted(text.rstrip("*")) + ("*" if kind == "word" else ""))


def _either_name(typed: str, name: names.Name) -> str:
    ways = ([] if name.instead else [spelt(typed)]) + [_said(phrase) for phrase in name.says]
    return f"({' OR '.join(ways)})" if len(ways := list(dict.fromkeys(ways))) > 1 else ways[0]


def _said(phrase: str) -> str:
    """A phrase of names.yml: words in a row, or several such runs in one title or summary.

    Not FTS5's NEAR: joined to others by OR, it makes snippet() and bm25() of SQLite 3.46 read the places of another row.
    """
    runs = [quoted(run.strip()) for run in phrase.split("+")]
    return f"{NOT_IN_TEXTS}({' AND '.join(runs)})" if len(runs) > 1 else runs[0]
