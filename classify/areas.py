"""Policy areas as data: load and check ``areas.yml``, the file maintainers edit."""

from __future__ import annotations

import hashlib
import re
import reprlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from store.errors import InvalidInput
from text import boilerplate, plain_words
from text.spans import FIELDS
from text.yaml_config import BadYaml, read_yaml

AREAS_FILE = Path(__file__).with_name("areas.yml")
#: What the code does with the rules: raise it when the same rules and model tag otherwise than before, so that all is tagged.
METHOD = "6"

_ID = re.compile(r"^[a-z0-9]+(?:-[a-z0-9]+)*$")
_RULE_KEYS = {"id", "weight", "phrases", "near", "within", "holds"}
_AREA_KEYS = {"title", "description", "implies", "labeled", "threshold", "rules", "exclusions", "never"}
_AREA_KEYS |= {"examples", "counterexamples"}
_FILE_KEYS = {"areas", "field_weights", "nothing", "priority", "context"}
_PRIORITY_KEYS = {"threshold", "rules"}


class BadAreas(InvalidInput):
    """areas.yml cannot be used as it stands: the message names the file and the entry."""

    exit_code = 1


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Phrases that speak for an area. With ``near``, one of those must stand within ``within`` words of the phrase.

    ``weight`` (0 to 1) is how likely the area is when the rule fires once in a title and nothing else is known. A rule that
    ``holds`` speaks for itself, whatever the models make of the document; any other is only one of the signs they weigh.
    """

    id: str
    weight: float
    phrases: tuple[str, ...]
    near: tuple[str, ...] = ()
    within: int = 8
    holds: bool = False


@dataclass(frozen=True, kw_only=True)
class PolicyArea:
    """``labeled`` is False for an area with rules but no labeled documents: it is tagged, and never scored. ``never`` are
    phrases that keep the area away from a document, with those under ``nothing`` of the file, which hold for all areas."""

    id: str
    title: str
    description: str
    threshold: float
    rules: tuple[Rule, ...]
    implies: tuple[str, ...] = ()
    labeled: bool = True
    exclusions: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    counterexamples: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AreaFile:
    """All of areas.yml. ``field_weights`` scale a rule by where it fired; ``priority`` are the must-see rules; ``context``
    rules tag nothing and only inform the trained model."""

    areas: tuple[PolicyArea, ...]
    field_weights: Mapping[str, float]
    priority: tuple[Rule, ...]
    priority_threshold: float
    context: tuple[Rule, ...] = ()


@lru_cache(maxsize=4)
def load_areas(path: Path = AREAS_FILE) -> AreaFile:
    """Read and check the file.

    Raises:
        BadAreas: the file is missing, is not YAML, or an entry lacks a key, has an unknown one or refers to nothing.
    """
    try:
        data = read_yaml(path)
    except BadYaml as error:
        raise BadAreas(str(error)) from error
    except OSError as error:
        raise BadAreas(f"{path}: cannot be read: {error}") from error
    if not isinstance(data, dict) or not isinstance(data.get("areas"), dict):
        raise BadAreas(f"{path}: needs a mapping with the key 'areas'")
    _mapping(str(path), data, _FILE_KEYS)
    nothing = _texts(str(path), "nothing", data.get("nothing"))
    areas = tuple(_area(f"{path}, area {name!r}", name, entry, nothing) for name, entry in data["areas"].items())
    priority = _mapping(f"{path}, priority", data.get("priority") or {}, _PRIORITY_KEYS)
    loaded = AreaFile(
        areas=areas,
        field_weights=_field_weights(path, data.get("field_weights")),
        priority=_rules(f"{path}, priority", priority.get("rules")),
        context=_rules(f"{path}, context", data["context"]) if "context" in data else (),
        priority_threshold=_share(f"{path}, priority", "threshold", priority.get("threshold")),
    )
    _check_references(path, loaded)
    return loaded


def rules_hash(path: Path = AREAS_FILE) -> str:
    """Twelve hexadecimal digits that change whenever areas.yml does, one of the lists of what says nothing, or `METHOD`."""
    files = (path, boilerplate.FILE, plain_words.FILE)
    return hashlib.sha256(b"".join(file.read_bytes() for file in files) + METHOD.encode()).hexdigest()[:12]


def _area(where: str, name: object, entry: object, nothing: tuple[str, ...]) -> PolicyArea:
    if not isinstance(name, str) or not _ID.match(name):
        raise BadAreas(f"{where}: an area's key is lower-case letters, digits and hyphens")
    data = _mapping(where, entry, _AREA_KEYS)
    for key in ("title", "description"):
        if not isinstance(data.get(key), str) or not data[key].strip():
            raise BadAreas(f"{where}: {key!r} must be text")
    return PolicyArea(
        id=name,
        title=data["title"].strip(),
        description=" ".join(data["description"].split()),
        threshold=_share(where, "threshold", data.get("threshold")),
        rules=_rules(where, data.get("rules"), of_area=True),
        labeled=data.get("labeled", True) is True,
        never=nothing + _texts(where, "never", data.get("never")),
        **{key: _texts(where, key, data.get(key)) for key in ("implies", "exclusions", "examples", "counterexamples")},
    )


def _rules(where: str, entries: object, *, of_area: bool = False) -> tuple[Rule, ...]:
    if not isinstance(entries, list) or not entries:
        raise BadAreas(f"{where}: 'rules' must be a list with at least one rule")
    rules = tuple(_rule(f"{where}, rule {number}", entry) for number, entry in enumerate(entries, 1))
    if strange := [rule.id for rule in rules if rule.holds and not of_area]:
        raise BadAreas(f"{where} ({strange[0]}): only a rule of an area can hold")
    return rules


def _rule(where: str, entry: object) -> Rule:
    data = _mapping(where, entry, _RULE_KEYS)
    if not isinstance(data.get("id"), str) or not _ID.match(data["id"]):
        raise BadAreas(
            f"{where}: 'id' must be lower-case letters, digits and hyphens, not {reprlib.repr(data.get('id'))}"
        )
    where = f"{where} ({data['id']})"
    within = data.get("within", 8)
    if not isinstance(within, int) or not 1 <= within <= 50:
        raise BadAreas(f"{where}: 'within' is a number of words from 1 to 50, not {reprlib.repr(within)}")
    phrases = _texts(where, "phrases", data.get("phrases"))
    if not phrases:
        raise BadAreas(f"{where}: 'phrases' must be a list with at least one phrase")
    near = _texts(where, "near", data.get("near"))
    weight = _share(where, "weight", data.get("weight"))
    holds = data.get("holds", False)
    if not isinstance(holds, bool):
        raise BadAreas(f"{where}: `holds` must be true or false")
    return Rule(id=data["id"], weight=weight, phrases=phrases, near=near, within=within, holds=holds)


def _mapping(where: str, entry: object, known: set[str]) -> dict[str, Any]:
    if not isinstance(entry, dict):
        raise BadAreas(f"{where}: must be a mapping, not {type(entry).__name__}")
    if unknown := sorted(str(key) for key in entry if key not in known):
        raise BadAreas(f"{where}: unknown key {unknown[0]!r}; known are {', '.join(sorted(known))}")
    return entry


def _texts(where: str, key: str, value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
        raise BadAreas(f"{where}: {key!r} must be a list of texts (put numbers and yes/no in quotes)")
    return tuple(value)


def _share(where: str, key: str, value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= 1:
        raise BadAreas(f"{where}: {key!r} must be a number above 0 and at most 1, not {reprlib.repr(value)}")
    return float(value)


def _field_weights(path: Path, entry: object) -> dict[str, float]:
    where = f"{path}, field_weights"
    data = _mapping(where, entry, set(FIELDS))
    return {field: _share(where, field, data.get(field)) for field in FIELDS}


def _check_references(path: Path, loaded: AreaFile) -> None:
    known = {area.id for area in loaded.areas}
    for area in loaded.areas:
        if missing := [name for name in area.implies if name not in known]:
            raise BadAreas(f"{path}, area {area.id!r}: implies {missing[0]!r}, which is not an area")
    seen: set[str] = set()
    for rule in [rule for area in loaded.areas for rule in area.rules] + [*loaded.priority, *loaded.context]:
        if rule.id in seen:
            raise BadAreas(f"{path}: two rules are called {rule.id!r}; evidence must name one")
        seen.add(rule.id)
