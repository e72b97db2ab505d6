"""How often areas that the public sees are right: of documents drawn at random, judged by two readers apart."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from classify.evaluation.promise import sure_yes

FOLDER, FILES = Path(__file__).resolve().parents[1] / "gold", "readings/public*_tags.jsonl"
#: What readers say of an area: careful ones may differ about the second.
VERDICTS = ("right", "doubtful", "wrong")


def public_readings(labeled: set[str], folder: Path = FOLDER) -> dict[str, Any]:
    """The verdicts on areas that are public by their probability.

    Args:
        labeled: the areas that the guide of the readers has; the others are left out.

    Returns:
        ``areas`` that were judged, and for ``first`` and ``second`` reader how many of each of VERDICTS.

    Raises:
        ValueError: a file holds something else.
    """
    read = []
    for path in sorted(folder.glob(FILES)):
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            if row["area"] in labeled and row["probability"] >= sure_yes(row["area"]):
                read.append((row["first"], row["second"]))
    return {
        "areas": len(read),
        **{
            name: {verdict: sum(each[place] == verdict for each in read) for verdict in VERDICTS}
            for place, name in enumerate(("first", "second"))
        },
    }
