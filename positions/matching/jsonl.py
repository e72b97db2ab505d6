"""`infopolicy match`: JSON lines in as `infopolicy tag` takes them, the provisions that touch a position out."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import Any, TextIO

from classify.jsonl import BadLine, read_record
from classify.tagger import Tagger
from positions.catalog.yaml_file import BadFile
from positions.matching.company_matches import is_company
from positions.matching.matcher import Match, Matcher
from positions.matching.similar_positions import first_words, nearest
from positions.relevance.relevance import matched
from text.spans import FIELDS


def match_lines(lines: Iterable[str], out: TextIO, err: TextIO | None = None) -> int:
    """Match each line and write one JSON object a line to ``out``, in the same order, best match first.

    Returns the exit code: 1 when a line was refused, 2 when the catalog is not in order. A refused line is named on
    ``err`` and the others are unharmed. Offsets count characters of the text as it was given. Only positions of the
    areas the tagger gives a document are considered; where fewer than three are found, the nearest in words follow, and
    their reason says so. ``shown`` tells what the public sees from what only staff see; the id of a document tells its level
    of government (positions.relevance).
    """
    err = err or sys.stderr
    try:
        matcher = Matcher()
    except BadFile as error:
        print("\n".join(error.problems), file=err)
        return 2
    tagger, code = Tagger(), 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = read_record(line)
        except BadLine as error:
            code = 1
            print(f"line {number}: {error}; this line was left out", file=err)
            continue
        for document_id, tagging in tagger.tag_batch([record]):
            areas = {tag.area for tag in tagging.areas if tag.tagged}
            fields = dict(zip(FIELDS, record[1:], strict=True))
            matches = matched(matcher, str(document_id), fields, areas)
            if areas and not is_company(str(document_id)) and (words := first_words(fields)):
                matches = nearest().fill(matches, words, fields.get("title"), areas)
            out.write(
                json.dumps({"id": document_id, "matches": list(map(as_json, matches))}, ensure_ascii=False) + "\n"
            )
    out.flush()
    return code


def as_json(match: Match) -> dict[str, Any]:
    """One match as ``infopolicy match`` gives it."""
    provision = match.provision
    return {
        "position": match.position_id,
        "stance": match.stance,
        "score": match.score,
        "provision": {
            "field": provision.field,
            "start": provision.start,
            "end": provision.end,
            "words": provision.words,
        }
        | ({"section": provision.section} if provision.section else {}),
        "reason": match.reason,
        "shown": match.shown,
    } | ({"conflicts_with": list(match.conflicts_with)} if match.conflicts_with else {})
