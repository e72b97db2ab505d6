"""The YAML that maintainers keep beside the code: whatever is wrong with a file is one sentence that names it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import yaml

#: libyaml takes a tenth of the time: all of ours took a second of every command. PyYAML can be built without it.
QuickLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class BadYaml(ValueError):
    """A file of ours that cannot be used: a mistake of a maintainer, never of a source or a visitor."""


class _StrictLoader(QuickLoader):
    """A key that stands twice is an error: YAML itself would silently drop what stood there before."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if (key.tag, key.value) in seen:
                    raise twice(key)
                seen.add((key.tag, key.value))
        return cast(dict[Any, Any], super().construct_mapping(node, deep))


def twice(key: yaml.ScalarNode) -> yaml.YAMLError:
    """The error of a key that stands in a mapping already."""
    said = f"the key {key.value!r} stands twice: keep one"
    return yaml.constructor.ConstructorError(None, None, said, cast(Any, key.start_mark))


def load_yaml(text: str) -> Any:
    """`yaml.safe_load`, by libyaml, where no key may stand twice."""
    return yaml.load(text, Loader=_StrictLoader)


def load_plain(text: str, loader: Any = _StrictLoader) -> Any:
    """The same, where no place may refer to another (``*name``): nested, a few lines of that are more text than memory holds.

    Args:
        loader: a kind of `QuickLoader`.

    Raises:
        yaml.YAMLError: one does, or it is no YAML.
    """
    for event in yaml.parse(text, Loader=QuickLoader):
        if isinstance(event, yaml.AliasEvent):
            said, place = f"'*{event.anchor}' refers to another place: write it out", cast(Any, event.start_mark)
            raise yaml.composer.ComposerError(None, None, said, place)
    return yaml.load(text, Loader=loader)


def read_yaml(path: Path) -> Any:
    """What a file holds that comes with the code.

    Raises:
        BadYaml: it is no YAML, or a key stands twice; with file and line.
    """
    try:
        return load_yaml(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise BadYaml(problem(path, error)) from error


def texts(value: object) -> tuple[str, ...]:
    """The texts of a list. A single word where a list belongs is an error: taken for one, it would be a list of its letters.

    Raises:
        ValueError: it is no list, or one of its entries is no text.
    """
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ValueError(f"{value!r} must be a list of texts: [one, another]")
    return tuple(value)


def problem(path: Path | str, error: Exception) -> str:
    """One sentence on a file that is no YAML: where it is, and what to look at."""
    mark = getattr(error, "problem_mark", None)
    place = f"{path}:{mark.line + 1}" if mark else str(path)
    said = getattr(error, "problem", None) or str(error)
    return f"{place}: is not readable YAML ({said}): check quotes, colons and indentation there"


@contextmanager
def rules_of(path: Path, refuse: type[ValueError] = BadYaml) -> Iterator[Any]:
    """What a file holds, to be given the form it should have inside; an error there that names the file stays as it is.

    Raises:
        BadYaml: it is no YAML (with the line), or not of the form that was asked for; or another error of that kind, where
            `refuse` says so.
    """
    try:
        yield load_plain(path.read_text(encoding="utf-8"))
    except re.error as error:
        raise refuse(f"{path.name}: {error.pattern!r} is no pattern: {error}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise refuse(problem(path.name, error)) from error
    except (KeyError, TypeError, AttributeError, ValueError, IndexError, OverflowError) as error:
        if isinstance(error, BadYaml | refuse):
            raise
        if path.name in str(error):
            raise refuse(str(error)) from error
        raise refuse(f"{path.name}: is not of the form it should have ({type(error).__name__}: {error})") from error


def mistakes(loaders: Mapping[str, Callable[[], object]]) -> list[str]:
    """What is wrong in some files of ours, one sentence each: each is loaded, and read whole by its own reader.

    Args:
        loaders: by the file that a sentence names where the reader does not.
    """
    found: dict[str, None] = {}
    for name, load in loaders.items():
        try:
            load()
        except (KeyError, TypeError, AttributeError, ValueError, IndexError, OSError, re.error) as error:
            said = str(error)
            if not isinstance(error, BadYaml) and Path(name).name not in said:
                said = f"{name}: is not of the form it should have ({type(error).__name__}: {said})"
            found[said] = None
    return list(found)
