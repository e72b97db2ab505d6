"""The tagged documents as one flat table, for spreadsheets and programs: those that the lists of the site have."""

from __future__ import annotations

import sys
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd

from pages.export.exports import cell
from store.connect import read_only
from store.constants import TAGGED
from store.errors import InvalidInput

_QUERY = """
    select d.id, d.kind, d.jurisdiction, d.session, d.identifier, d.title, d.status, d.status_on, d.published_on,
           d.latest_action_on, d.latest_action, p.priority, t.priority_score,
           (select group_concat(area_id, '; ' order by area_id) from shown_tags where document_id = d.id) as areas,
           (select group_concat(distinct position_id) from shown_positions where document_id = d.id) as positions, d.url
    from listing l join documents d on d.id = l.document_id left join taggings t on t.document_id = d.id
    left join shown_priorities p on p.document_id = d.id
    where l.area_id = :area and l.ceremonial = 0
    order by t.priority_score desc, d.id"""


def export(corpus: Path, *, area: str | None, kind: str, output: Path | None) -> int:
    """Write the rows and return how many there are. A file appears under its name when it is whole.

    Raises:
        OperationError: there is no corpus.
        InvalidInput: no area has that name.
        OSError: the file cannot be written.
    """
    with closing(read_only(corpus)) as db:
        known = {row[0] for row in db.execute("select id from policy_areas")}
        if area is not None and area not in known:
            raise InvalidInput(f"no policy area is called {area!r}; there are: {', '.join(sorted(known))}")
        frame = pd.read_sql_query(_QUERY, db, params={"area": area or TAGGED})
    if output is None or (output.exists() and not output.is_file()):  # such as /dev/null, which nothing may replace
        _write(frame, kind, output or sys.stdout)
        return len(frame)
    if not output.parent.is_dir():
        raise InvalidInput(f"{output.parent}: there is no such folder")
    part = output.with_name(output.name + ".part")
    try:
        _write(frame, kind, part)
        part.replace(output)
    except OSError as error:
        error.filename = str(output)  # a full disk names no file
        raise
    finally:
        part.unlink(missing_ok=True)
    return len(frame)


def _write(frame: pd.DataFrame, kind: str, target: Any) -> None:
    if kind == "csv":
        frame.map(cell).to_csv(target, index=False)
    elif kind == "jsonl":
        frame.to_json(target, orient="records", lines=True, force_ascii=False)
    else:
        # Whole in memory first: a workbook that cannot be closed on a full disk ends in tracebacks that nobody can catch.
        body = BytesIO()
        options = {"strings_to_formulas": False, "in_memory": True}
        frame.to_excel(body, index=False, engine="xlsxwriter", engine_kwargs={"options": options})
        target.write_bytes(body.getvalue())
