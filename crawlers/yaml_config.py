"""The YAML that maintainers keep beside the code: whatever is wrong with a file is one sentence that names it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import yaml

#: libyaml takes a tenth of the time: all of ours took a second of every command. PyYAML can be built without it.
QuickLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_yaml(text: str) -> Any:
    """`yaml.safe_load`, by libyaml."""
    return yaml.load(text, Loader=QuickLoader)


def load_plain(text: str, loader: Any = QuickLoader) -> Any:
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


@contextmanager
def rules_of(path: Path, refuse: type[ValueError] = ValueError) -> Iterator[Any]:
    """What a file holds, to be given the form it should have inside; an error there that names the file stays as it is.

    Raises:
        ValueError: it is no YAML (with the line), or not of the form that was asked for; or another error of that kind,
            where `refuse` says so.
    """
    try:
        yield load_plain(path.read_text(encoding="utf-8"))
    except re.error as error:
        raise refuse(f"{path.name}: {error.pattern!r} is no pattern: {error}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise refuse(f"{path.name}: is not YAML: {error}") from error
    except (KeyError, TypeError, AttributeError, ValueError, IndexError, OverflowError) as error:
        if path.name in str(error):
            raise
        raise refuse(f"{path.name}: is not of the form it should have ({type(error).__name__}: {error})") from error
