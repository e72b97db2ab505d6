"""The recipes of CONTRIBUTING.md, each followed in a copy of the checkout: the files they name are the files it takes."""

from __future__ import annotations

import importlib
import re

import pytest
import yaml
from checkout import PAGE, Checkout, checkout  # noqa: F401
from conftest import ROOT

pytestmark = pytest.mark.slow

# --------------------------------------------------------------------- the recipes themselves


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`([a-z_]+/[^`\s]*)`", PAGE))))
def test_paths_in_the_recipes_exist(path: str) -> None:
    examples = {"<id>": "uk_bills", "<publisher>": "uk_parliament", "<area>": "literacy"}
    for placeholder, value in examples.items():
        path = path.replace(placeholder, value)
    assert (ROOT / path).exists()


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(crawlers\.[\w.]+)`", PAGE))))
def test_names_in_the_recipes_exist(name: str) -> None:
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for attribute in parts[length:]:
            found = getattr(found, attribute)
        return
    pytest.fail(f"no module for {name}")


# --------------------------------------------------------------------- a policy area, a rule, a position

AREA = """
  makerspaces:
    title: Makerspaces
    description: Workshops with tools that the public may use.
    threshold: 0.5
    labeled: false
    rules:
      - id: makerspace-word
        weight: 0.8
        phrases: [makerspace, maker space, fabrication laboratory]
    examples:
      - Community Makerspace Act
      - An act to fund fabrication laboratories
    counterexamples:
      - Space Exploration Act
      - An act relating to the makers of furniture

"""
SPANISH = """
msgid "Makerspaces"
msgstr "Talleres abiertos"

msgid "Workshops with tools that the public may use."
msgstr "Talleres con herramientas que el público puede usar."
"""
AFTER_AREAS = "# Context: rules that tag nothing."


def test_a_policy_area_takes_the_files_its_recipe_names(checkout: Checkout) -> None:
    checkout.insert("classify/areas.yml", AREA, before=AFTER_AREAS)
    site = "pages/http/messages/es.po"
    checkout.insert(site, SPANISH)
    checkout.passes("infopolicy.py", "check")
    files = ("areas", "digest_issues", "language", "positions")
    chosen = "makerspaces or every_entry or labeled or spanish or every_message or areas_that"
    checkout.tests(*(f"tests/test_{name}.py" for name in files), "-k", chosen)
    checkout.touched("Add a policy area")


RULE = """      - id: bookmobile-word
        weight: 0.9
        phrases: [bookmobile, traveling library]
"""


def test_a_rule_takes_the_files_its_recipe_names(checkout: Checkout) -> None:
    path = checkout.folder / "classify/areas.yml"
    text = path.read_text(encoding="utf-8")
    start = text.index("\n  library-funding:")
    rules = text.index("    rules:\n", start) + len("    rules:\n")
    examples = text.index("    examples:\n", start) + len("    examples:\n")
    example = "      - Bookmobile Renewal Act\n"
    path.write_text(text[:rules] + RULE + text[rules:examples] + example + text[examples:], encoding="utf-8")
    areas = yaml.safe_load(path.read_text(encoding="utf-8"))["areas"]
    assert "Bookmobile Renewal Act" in areas["library-funding"]["examples"]
    checkout.passes("infopolicy.py", "check")
    checkout.tests("tests/test_areas.py", "-k", "library-funding or entry or labeled")
    checkout.touched("Add a rule to a policy area")


POSITION = """
- id: lt-story-time
  title: Story time for every child
  areas: [literacy]
  confidence: verified
  source_url: "https://www.ala.org/story-time"
  source_read: true
  versions:
    - document: Statement on story time
      body: ALA Council
      adopted: "2026"
      confidence: verified
      grade: adopted
      address: "https://www.ala.org/story-time"
      passage: Each library should be able to read to children.
      place: First sentence of the statement
      statement: "Each library should be able to read to children."
  scope:
    levels: [federal, state, local]
    library_matter: true
    about: [story time, storytime]
  triggers:
    support:
      - id: funds-story-time
        says: pays for story time
        reversed: cuts or ends story time
        weight: 0.8
        any: [story time, storytime]
  examples:
    - text: The act funds story time in public libraries.
      stance: support
    - text: The bill eliminates story time.
      stance: oppose
    - text: The time of the story is the year 1900.
      stance: none
"""
MESSAGE = (
    "{audience} {number}: a child who hears a story each week learns new words and learns to love books. The library can do this "
    "for all, at low cost, in any town. It needs a room, a reader and some good books. Please help to keep it going so that each "
    "child can come."
)


def test_a_position_takes_the_files_its_recipe_names(checkout: Checkout) -> None:
    checkout.insert("positions/catalog/entries/literacy.yml", POSITION)
    paragraphs = {
        audience: MESSAGE.format(audience=audience.split("_")[0].title(), number=number)
        for number, audience in enumerate(("members", "decision_makers", "press", "public"))
    }
    checkout.insert("positions/catalog/messages/literacy.yml", "\n" + yaml.safe_dump({"lt-story-time": paragraphs}))
    checkout.passes("infopolicy.py", "positions", "check")
    chosen = "lt-story-time or every_position or the_catalog or areas or plain_words or shipped or published or for_each_area"
    checkout.tests("tests/test_positions.py", "tests/test_messages.py", "-k", chosen)
    checkout.touched("Add a position")
