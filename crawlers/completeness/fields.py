"""Which fields the records of each source are known to have (fields.yml): a changed schema must be noticed."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from text.yaml_config import rules_of

FILE = Path(__file__).with_name("fields.yml")
#: How a run's note begins to tell of them.
TOLD = "the source sends fields nobody here knows"


@cache
def load_fields(path: Path = FILE) -> dict[str, dict[str, frozenset[str]]]:
    """The known fields by source and kind of record.

    Raises:
        ValueError: the file is not source -> kind of record -> list of names.
    """
    with rules_of(path) as entries:
        try:
            return {
                source: {record: frozenset(map(str, names)) for record, names in records.items()}
                for source, records in entries.items()
            }
        except (AttributeError, TypeError) as error:
            raise ValueError(
                f"{path.name}: must map each source to its kinds of record, and these to lists of names"
            ) from error


def unknown(source: str, record: str, names: Iterable[str]) -> list[str]:
    """Which of a record's fields nobody here knows, as `record.field`, sorted."""
    known = load_fields().get(source, {}).get(record, frozenset())
    return sorted(f"{record}.{name}" for name in set(map(str, names)) - known)


def still_unknown(source: str, found: Iterable[str]) -> list[str]:
    """Which of the fields noted by earlier runs are not known by now either."""
    known = {f"{record}.{name}" for record, names in load_fields().get(source, {}).items() for name in names}
    return sorted(set(found) - known)
