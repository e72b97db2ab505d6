"""Pages in another language: every message has its text, no text is unmarked, addresses carry the language."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jinja2
import pytest
from babel.messages.pofile import read_po
from conftest import ROOT
from jinja2 import nodes
from site_corpus import TODAY, build

import serve
from classify.areas import load_areas
from digest.issues.effects import says
from digest.issues.words import sentences
from pages.browse.trackers import load_trackers
from pages.http import formatting, language
from positions.matching.company_provisions import load_kinds

OTHERS = [each for each in language.LANGUAGES if each != language.ENGLISH]
TEMPLATES = serve.SITE / "templates"
#: The pages of `languages.SPOKEN` and what they include. A page that is not here is in English only.
PUBLIC = [
    f"{name}.html"
    for name in (
        "_became_law",
        "_charts",
        "_compared",
        "_cite",
        "_decides",
        "_document_parts",
        "_feeds",
        "_left_out",
        "_macros",
        "_named_places",
        "_renamed",
        "_brief",
        "_partners",
        "_people",
        "_place",
        "_sharing",
        "_tracker",
        "about",
        "area",
        "areas",
        "base",
        "brief",
        "browse",
        "calendar",
        "committee",
        "chapters",
        "compare",
        "deadlines",
        "document",
        "embed_map",
        "embed_place",
        "embed_tracker",
        "error",
        "find_my_legislators",
        "glossary",
        "home",
        "jurisdiction",
        "jurisdictions",
        "list_map",
        "not_collected",
        "people",
        "person",
        "position",
        "positions",
        "stances",
        "roll_call",
        "scorecard_members",
        "scorecard_method",
        "subscribe",
        "subscribe_message",
        "tour",
        "tracker",
        "trackers",
        "companies",
        "company",
        "position_companies",
        "_archive_credit",
        "_own_page_credit",
        "_company_change",
        "_company_says",
    )
]
#: Modules whose words those pages show.
CODE = [
    *sorted((ROOT / "pages").rglob("*.py")),
    *sorted((serve.SITE / "plugins").glob("*.py")),
    *sorted((ROOT / "digest" / "subscribers").glob("*.py")),
    ROOT / "desk" / "web" / "request_parsing.py",
]
SITE = "https://policy.example.org"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return serve.build(build(tmp_path_factory.mktemp("language")), today=TODAY, site=SITE)


# --------------------------------------------------------------------- what is said


ENVIRONMENT = jinja2.Environment(extensions=["jinja2.ext.i18n"], trim_blocks=True, lstrip_blocks=True)
ENVIRONMENT.policies["ext.i18n.trimmed"] = True
ENVIRONMENT.install_null_translations(newstyle=True)  # type: ignore[attr-defined]


def tree(name: str) -> nodes.Template:
    return ENVIRONMENT.parse((TEMPLATES / name).read_text(encoding="utf-8"))


def of_template(name: str) -> Iterator[str]:
    """The messages of a template: what it translates (the first of two forms), and what it counts (`count(n, "bill")`)."""
    for call in tree(name).find_all(nodes.Call):
        if not isinstance(call.node, nodes.Name):
            continue
        if call.node.name in ("_", "gettext"):
            [message] = call.args
            assert isinstance(message, nodes.Const), f"{name}: what is not known before is said with |said"
            yield message.value
        elif call.node.name == "ngettext":
            yield call.args[0].value
        elif call.node.name == "count" and len(call.args) > 1 and isinstance(call.args[1], nodes.Const):
            yield call.args[1].value


def of_code(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        marks = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "N_")
        if marks and isinstance(node.args[0], ast.Constant):
            yield node.args[0].value


def of_glossary() -> Iterator[str]:
    for section in (*formatting.SECTIONS, "motions"):
        for entry in formatting.glossary()[section].values():
            yield from (entry[name] for name in ("word", "plural", "means") if name in entry)
    for section in ("area_notes", "jurisdictions"):
        yield from formatting.glossary()[section].values()


def of_mails(found: object) -> Iterator[str]:
    """The sentences of emails; of a pair of forms, the first is the message."""
    if isinstance(found, dict):
        for value in found.values():
            yield from of_mails(value)
    else:
        yield found[0] if isinstance(found, list) else str(found)


def translated(spoken: str, *, pages_only: bool = False) -> dict[str, list[tuple[str, str]]]:
    """Message -> its English forms with those of a language; without what is empty or fuzzy, which the site does not use.

    With `pages_only`, without what only emails say in that way.
    """
    with (language.FOLDER / f"{spoken}.po").open("rb") as file:
        catalog = read_po(file, locale=spoken)
    found: dict[str, list[tuple[str, str]]] = {}
    for message in catalog:
        english = (message.id,) if isinstance(message.id, str) else message.id
        forms = (message.string,) if isinstance(message.string, str) else message.string
        if message.id and all(forms) and not message.fuzzy and not (pages_only and message.context):
            found.setdefault(english[0], []).extend(zip(english, forms, strict=True))
    return found


def everything() -> dict[str, str]:
    """Message -> where it is said: on pages, if both they and emails say it."""
    said: dict[str, str] = dict.fromkeys(of_mails(sentences()), "sentences.yml")
    for name in PUBLIC:
        said |= dict.fromkeys(of_template(name), name)
    for path in CODE:
        said |= dict.fromkeys(of_code(path), path.name)
    said |= dict.fromkeys(of_glossary(), "glossary.yml") | dict.fromkeys(formatting.SECTIONS.values(), "formatting.py")
    said |= dict.fromkeys(says().values(), "bill_families.yml")
    for tracker in load_trackers().values():
        said |= dict.fromkeys(filter(None, (tracker.title, tracker.about, tracker.note)), "trackers.yml")
    for kind in load_kinds().values():
        said |= dict.fromkeys([kind.title, *(way.says for way in kind.ways)], "company_provisions.yml")
    for area in load_areas().areas:
        said |= {area.title: "areas.yml", area.description: "areas.yml"}
    return said


@pytest.mark.slow
@pytest.mark.parametrize("spoken", OTHERS)
def test_every_message_is_there_in_every_language(spoken: str) -> None:
    said, there, on_pages = everything(), translated(spoken), translated(spoken, pages_only=True)
    lacking = {
        message: where
        for message, where in said.items()
        if message not in (there if where == "sentences.yml" else on_pages)
    }
    assert lacking == {}, f"pages/http/messages/{spoken}.po lacks {len(lacking)} of {len(said)}"
    assert sorted(set(there) - set(said)) == [], "nobody says these any more"


@pytest.mark.parametrize("spoken", OTHERS)
def test_a_translation_keeps_what_is_filled_in_and_the_tags(spoken: str) -> None:
    """A name too many is an error on the page, a tag too many or another address breaks it."""
    names, parts = re.compile(r"%\(\w+\)s"), re.compile(r"\{\w*\}")
    tags = re.compile(r"<[^>]+>")
    for pairs in translated(spoken).values():
        for message, form in pairs:
            assert sorted(names.findall(form)) == sorted(names.findall(message)), form
            assert set(parts.findall(form)) <= set(parts.findall(message)), form
            assert sorted(tags.findall(form)) == sorted(tags.findall(message)), form
            assert form == form.strip() or message != message.strip(), form


#: Spanish words with the English that they stand for: a stance is no position, and "must see" is more than a priority.
ONE_MEANING = {
    r"\bposturas?\b": r"stance|\bside\b|\bstand\b",
    r"(debe|tiene que) ver": r"\bmust\b",
    r"sin efecto": r"void",
}


@pytest.mark.parametrize("word", ONE_MEANING)
def test_a_spanish_word_says_what_the_english_does(word: str) -> None:
    pairs = [pair for pairs in translated("es").values() for pair in pairs]
    said = [(english, form) for english, form in pairs if re.search(word, form, re.IGNORECASE)]
    assert [pair for pair in said if not re.search(ONE_MEANING[word], pair[0], re.IGNORECASE)] == []


def test_what_is_dead_is_called_in_sentences_as_in_the_glossary() -> None:
    pairs = [pair for pairs in translated("es").values() for pair in pairs]
    said = [form for english, form in pairs if "%(dead)s" in english]
    with language.speaking("es"):
        dead = formatting.word("status_groups", "dead").lower()
    assert len(said) >= 4
    assert [form for form in said if dead not in form] == []


def test_numbers_in_sentences_are_written_as_those_that_are_filled_in() -> None:
    """Spanish in the United States writes 1,000 and 108.4, as the pages do."""
    forms = [form for pairs in translated("es").values() for _english, form in pairs]
    assert [form for form in forms if re.search(r"\d\.\d{3}\b", form)] == []


def test_months_have_no_article_in_spanish() -> None:
    said = [form for pairs in translated("es").values() for english, form in pairs if "from %(since)s to" in english]
    assert len(said) == 2
    assert all("de %(since)s a %(until)s" in form for form in said)


def test_what_died_without_a_vote_is_not_called_voted_down_in_spanish() -> None:
    with language.speaking("es"):
        assert formatting.word("statuses", "failed") == "No prosperó"


# --------------------------------------------------------------------- what is not marked


class Text(HTMLParser):
    """The words of a template that a reader would see and that no message holds."""

    READ = ("aria-label", "title", "placeholder", "alt")

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.inside = [*self.inside, tag] if tag in ("script", "style", "code") else self.inside
        self.found += [value for name, value in attributes if name in self.READ and value and worded(value)]

    def handle_endtag(self, tag: str) -> None:
        if self.inside[-1:] == [tag]:
            self.inside = self.inside[:-1]

    def handle_data(self, data: str) -> None:
        if not self.inside and worded(data):
            self.found.append(" ".join(data.split()))


def worded(text: str) -> bool:
    return bool(re.search(r"[A-Za-zÀ-ÿ]{2}", text))


def skeleton(node: nodes.Node) -> Iterator[str]:
    """The text of a template in order, with a sign for whatever is put in."""
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.Output):
            for part in child.nodes:
                yield part.data if isinstance(part, nodes.TemplateData) else "\u25a1"
        elif isinstance(child, nodes.Block) and child.name in ("body_class", "og_type"):
            continue
        else:
            yield from skeleton(child)


#: Names, and forms that are the same in every language.
SAME = {"ALA", "JSON", "CSV", "F1"}


@pytest.mark.parametrize("name", PUBLIC)
def test_no_template_has_text_that_is_not_marked(name: str) -> None:
    parser = Text()
    parser.feed("".join(skeleton(tree(name))))
    assert [found for found in parser.found if found.strip(" \u25a1.,:;") not in SAME] == []


def test_a_template_with_unmarked_text_would_be_found() -> None:
    parser = Text()
    tree = jinja2.Environment().parse('<p title="Hidden words">{{ x }} Bare words <code>code</code></p>')
    parser.feed("".join(skeleton(tree)))
    assert parser.found == ["Hidden words", "\u25a1 Bare words"]
