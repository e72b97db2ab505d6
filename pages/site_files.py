"""Every file of words and data in datasette/ that the pages read, and what loads it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from pages.browse import asked, names, trackers
from pages.export import api
from pages.http import captions, formatting, titles
from pages.people import names as people_names
from pages.people import roll_call
from pages.places import map as state_map
from settings import SITE
from text.yaml_config import read_yaml

#: What loads each file, by its place in the project.
LOADERS: dict[str, Callable[[], object]] = {
    "datasette/api.yml": api.described,
    "datasette/captions.yml": captions.load_captions,
    "datasette/glossary.yml": formatting.glossary,
    "datasette/map.yml": state_map.layout,
    "datasette/metadata.yml": partial(read_yaml, SITE / "metadata.yml"),
    "datasette/names.yml": titles.acronyms,
    "datasette/one_role.yml": people_names.of_one_role,
    "datasette/proper_words.yml": titles.load_proper,
    "datasette/question_topics.yml": names.topics,
    "datasette/question_words.yml": names.first_names,
    "datasette/seats.yml": roll_call.seats,
    "datasette/spellings.yml": asked.spellings,
    "datasette/trackers.yml": trackers.load_trackers,
}
