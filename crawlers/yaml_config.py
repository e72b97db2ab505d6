"""The YAML that maintainers keep beside the code: whatever is wrong with a file is one sentence that names it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml


class PlainLoader(yaml.SafeLoader):
    """No place of a file may refer to another (``*name``): nested, a few lines of that are more text than memory holds."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()
            raise yaml.composer.ComposerError(
                None, None, f"'*{event.anchor}' refers to another place: write it out", event.start_mark
            )
        return super().compose_node(parent, index)


@contextmanager
def rules_of(path: Path, refuse: type[ValueError] = ValueError) -> Iterator[Any]:
    """What a file holds, to be given the form it should have inside; an error there that names the file stays as it is.

    Raises:
        ValueError: it is no YAML (with the line), or not of the form that was asked for; or another error of that kind,
            where `refuse` says so.
    """
    try:
        yield yaml.load(path.read_text(encoding="utf-8"), Loader=PlainLoader)
    except re.error as error:
        raise refuse(f"{path.name}: {error.pattern!r} is no pattern: {error}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise refuse(f"{path.name}: is not YAML: {error}") from error
    except (KeyError, TypeError, AttributeError, ValueError, IndexError, OverflowError) as error:
        if path.name in str(error):
            raise
        raise refuse(f"{path.name}: is not of the form it should have ({type(error).__name__}: {error})") from error
