"""Words whose spaces were lost, written as another text has them."""

from __future__ import annotations

import re


def spaced(words: str, text: str) -> str:
    """Return ``words`` as ``text`` writes them, where it has them whole and only spaces and case differ; else as they are.

    ``spaced("Healthcarecoverage", "Health care coverage: naloxone")`` is ``"Health care coverage"``.
    """
    letters = r"\s*".join(map(re.escape, words))
    found = None if " " in words else re.search(rf"(?<!\w){letters}(?!\w)", text, re.IGNORECASE)
    return found.group() if found and " " in found.group() else words
