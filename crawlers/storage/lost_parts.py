"""What a record must not lose between two sightings: a legislature adds actions and takes none of its record back.

A service that is half up gives a record whole in form and without its lists. Stored like that, a law would be a bill that was
just introduced.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from sqlite_utils import Database

from crawlers.items import Document

#: What the source itself has said before: kept by itself where another source knows the document, too.
_STORED = """
    select d.id, case when o.record is not null then json_array_length(o.record, '$.actions')
        else (select count(*) from actions a where a.document_id = d.id and d.source = given.value ->> 1) end
    from json_each(?) given join documents d on d.id = given.value ->> 0
    left join observations o on o.document_id = d.id and o.source = given.value ->> 1"""


def without_their_actions(db: Database, documents: Iterable[Document]) -> dict[str, int]:
    """How many actions are stored of each document that now comes without any, as the same source told it before."""
    bare = [[document.id, document.source] for document in documents if not document.actions]
    if not bare:
        return {}
    return {key: count for key, count in db.execute(_STORED, [json.dumps(bare)]).fetchall() if count}
