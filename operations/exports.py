"""The tagged documents as one flat table, for spreadsheets and programs."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

import pandas as pd

from operations.folder import OperationError, read_only
from pages.exports import cell

_QUERY = """
    select d.id, d.kind, d.jurisdiction, d.session, d.identifier, d.title, d.status, d.status_on, d.published_on,
           d.latest_action_on, d.latest_action, t.priority, t.priority_score,
           (select group_concat(area_id, '; ' order by area_id) from shown_tags where document_id = d.id) as areas,
           (select group_concat(distinct position_id) from shown_positions where document_id = d.id) as positions, d.url
    from documents d join taggings t on t.document_id = d.id
    where exists (select 1 from shown_tags where document_id = d.id and (:area is null or area_id = :area))
    order by t.priority_score desc, d.id"""


def export(corpus: Path, *, area: str | None, kind: str, output: Path | None) -> int:
    """Write the rows and return how many there are.

    Raises:
        OperationError: there is no corpus, or no area of that name.
    """
    with closing(read_only(corpus)) as db:
        known = {row[0] for row in db.execute("select id from policy_areas")}
        if area is not None and area not in known:
            raise OperationError(f"no policy area is called {area!r}; there are: {', '.join(sorted(known))}")
        frame = pd.read_sql_query(_QUERY, db, params={"area": area})
    target = output or sys.stdout
    if kind == "csv":
        frame.map(cell).to_csv(target, index=False)
    elif kind == "jsonl":
        frame.to_json(target, orient="records", lines=True, force_ascii=False)
    else:
        frame.to_excel(
            output, index=False, engine="xlsxwriter", engine_kwargs={"options": {"strings_to_formulas": False}}
        )
    return len(frame)
