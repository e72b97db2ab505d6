"""A hostile answer as the JSON object it should be."""

from __future__ import annotations

import json
from typing import Any

from crawlers.middlewares import Unreadable


def read_object(body: bytes) -> dict[str, Any]:
    """An answer's JSON object.

    Raises:
        Unreadable: it is no JSON, or no object: worth asking again.
    """
    try:
        found = json.loads(body)
    except ValueError as error:
        raise Unreadable(f"not JSON: {error}") from error
    if not isinstance(found, dict):
        raise Unreadable("not a JSON object")
    return found
