"""YAML read with line numbers, so that an error in the catalog can say where it is."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import yaml

from store.errors import InvalidInput
from text.yaml_config import QuickLoader, load_plain, problem, twice


class BadFile(InvalidInput):
    """A file of the catalog that cannot be used: ``problems`` are sentences that name file, line and entry."""

    exit_code = 1

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Entry(dict[str, Any]):
    """A mapping that knows the line (from 1) it starts on and the line of each of its keys."""

    line: int = 0
    lines: dict[str, int]


class _Loader(QuickLoader):
    """Dates stay text: the catalog holds partial ones ("2004", "2014-06") and compares them as text."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> Entry:
    entry = Entry()
    entry.line = node.start_mark.line + 1
    entry.lines = {}
    for key_node, value_node in node.value:
        # The text of a mapping in a mapping in a mapping doubles with each level, as the key of the next.
        if not isinstance(key_node, yaml.ScalarNode):
            raise yaml.constructor.ConstructorError(None, None, "a key that is more than a word", key_node.start_mark)
        key = str(loader.construct_object(key_node, deep=True))
        if key in entry:
            raise twice(key_node)
        entry[key] = loader.construct_object(value_node, deep=True)
        entry.lines[key] = key_node.start_mark.line + 1
    return entry


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(path: Path) -> list[Entry]:
    """The entries of a file that holds one list of mappings.

    Raises:
        BadFile: the file cannot be read, is not YAML, or holds anything but a list of mappings.
    """
    raw = _raw(path)
    if not isinstance(raw, list):
        raise BadFile([f"{path}:1: holds {type(raw).__name__}, not a list: start each entry with '- id: ...'"])
    wrong = [number for number, item in enumerate(raw, 1) if not isinstance(item, Entry)]
    if wrong:
        raise BadFile([f"{path}: entry {number} is not a mapping: start it with '- id: ...'" for number in wrong])
    return raw


def read_mapping(path: Path) -> Entry:
    """The one mapping that a file holds.

    Raises:
        BadFile: the file cannot be read, is not YAML, or holds anything but a mapping.
    """
    raw = _raw(path)
    if not isinstance(raw, Entry):
        raise BadFile([f"{path}:1: holds {type(raw).__name__}, not a mapping: start each part with 'name:'"])
    return raw


def _raw(path: Path) -> Any:
    try:
        return load_plain(path.read_text(encoding="utf-8"), _Loader)
    except OSError as error:
        raise BadFile([f"{path}: cannot be read ({error.strerror}): check the folder and its rights"]) from None
    except UnicodeDecodeError as error:
        raise BadFile([f"{path}: is not UTF-8 at byte {error.start}: save it as UTF-8"]) from None
    except yaml.YAMLError as error:
        raise BadFile([problem(path, error)]) from None
    except ValueError as error:
        raise BadFile([f"{path}: holds a number or date that cannot be one ({error})"]) from None
    except RecursionError:
        raise BadFile([f"{path}: is nested too deeply to be a catalog file"]) from None


def is_date(value: object) -> bool:
    """Whether ``value`` is a whole or partial ISO date: ``2004``, ``2014-06`` or ``2019-01-29``."""
    if not isinstance(value, str):
        return False
    try:
        date.fromisoformat(value + "-01-01"[len(value) - 4 :] if len(value) in (4, 7) else value)
    except ValueError:
        return False
    return len(value) in (4, 7, 10) and value[:4].isdigit()
