"""The form of a subscription in words: what was chosen as one sentence, and what there is to choose from by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from digest.subscribers.form import Form
from pages.browse.trackers import Tracker, issue_of, load_trackers
from pages.http import formatting
from pages.http.language import gettext

#: What of a form the sentence names, in its order.
_SAID = ("areas", "jurisdictions", "kinds", "positions", "stances", "searches", "documents")
#: Whose names are in the language of the page.
SPOKEN = frozenset(("areas", "jurisdictions", "kinds", "stances", "issues"))


def _issue(issue: Tracker, place: str) -> str:
    return ", ".join([gettext(issue.title), *([formatting.place(place)] if place else [])])


def words_of(form: Form, known: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """What the template shows: ``said``, the choice as (field, names); and the choices, each as (key, name).

    Args:
        known: the areas, jurisdictions, and positions there are, by key (`digest.subscribers.estimate.choices`).
    """
    kinds = [(key, formatting.plural(key).capitalize()) for key in formatting.glossary()["kinds"]]
    places = [(key, formatting.place(key)) for key in known["jurisdictions"]]
    places.sort(key=lambda each: formatting.alphabetical(each[1]))
    states = [each for each in places if each[0].startswith("us-") and each[0].count("-") == 1]
    nation = [each for each in places if each[0] == "us"] + states
    names = {
        "areas": {key: gettext(title) for key, title in known["areas"].items()},
        "jurisdictions": dict(places),
        "kinds": dict(kinds),
        "positions": known["positions"],
        "stances": {key: formatting.word("stances", key) for key in form.stances},
    }
    said = []
    for field in _SAID:
        value = getattr(form, field)
        chosen = [line for line in value.splitlines() if line.strip()] if isinstance(value, str) else list(value)
        if field == "searches":
            issues = {line: _issue(*found) for line in chosen if (found := issue_of(line.strip()))}
            if issues:
                said.append(("issues", list(issues.values())))
            chosen = [line for line in chosen if line not in issues]
        if chosen:
            said.append((field, [names.get(field, {}).get(key, key) for key in chosen]))
    return {
        "said": said,
        "spoken": SPOKEN,
        "areas": list(names["areas"].items()),
        "kinds": kinds,
        "states": states,
        "nation": nation,
        "elsewhere": [each for each in places if each not in nation],
        "trackers": list(load_trackers().values()),
    }
