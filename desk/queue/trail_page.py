"""The trail: everything that people decided and did, newest first."""

from __future__ import annotations

import json
import re

from desk.queue import collaboration
from desk.reviews import review_items
from desk.reviews.in_words import did, value_in_words, without_keys
from desk.web.context import Answer, Page, RequestContext
from desk.web.routing import staff_page
from pages.browse import finding

TRAIL = 50

_EVERYTHING = """
    select *, (select d.identifier from corpus.documents d where d.id = document_id) as identifier,
        case what when 'verdict' then (select o.source from reviews o where o.id = cast(substr(said.id, 2) as integer))
        end as source, said.id in (select 'r' || o.id from reviews o where o.draft = 1) as draft
    from (
        select 'r' || r.id as id, r.reviewed_at as at, a.name, 'verdict' as what, r.document_id, r.subject, r.verdict,
            r.value, r.note, r.reason, r.published, r.passage, r.text_hash, r.suggestion, r.undoes
        from reviews r join accounts a on a.id = r.reviewer
        union all select 'n' || n.id, n.written_at, a.name, 'note', n.document_id, null, null, null, n.words, null, 0,
            null, null, null, null from notes n join accounts a on a.id = n.written_by
        union all select 't' || n.id, t.taken_back_at, a.name, 'note withdrawn', n.document_id, null, null, null, n.words,
            null, 0, null, null, null, null
        from notes_taken_back t join notes n on n.id = t.note_id join accounts a on a.id = t.taken_back_by
        union all select 's' || s.id, s.assigned_at, a.name,
            case when s.assigned_to is null then 'unassigned' else 'assigned' end, s.document_id, null, null, b.name, null, null,
            0, null, null, null, null
        from assignments s join accounts a on a.id = s.assigned_by left join accounts b on b.id = s.assigned_to
        union all select 'z' || z.id, z.asked_at, a.name,
            case when coalesce(z.until_on, z.until_change) is null then 'ended the snooze' else 'snoozed' end,
            z.document_id, null, null,
            coalesce(z.until_on, z.until_change), null, null, 0, null, null, null, null
        from snoozes z join accounts a on a.id = z.asked_by
        union all select 'v' || v.id, v.added_at, a.name, case when v.public and not v.gone and (
            select not o.public from advocacy o where o.record_id = v.record_id and o.id < v.id order by o.id desc limit 1
            ) then 'made a record public' else
            case when v.gone then 'withdrew' when exists (
            select 1 from advocacy o where o.record_id = v.record_id and o.id < v.id) then 'corrected' else 'added' end
            || ' a record' || case when v.public then ' that the public may read' else '' end end, v.document_id, null, null,
            v.title || ', ' || coalesce(v.happened_on, v.due_on), v.note, null, 0, null, null, null, null
        from advocacy v join accounts a on a.id = v.added_by
        union all select 'a' || u.id, u.happened_at, coalesce(a.name, 'command line'), u.what, null, null, null, u.about,
            null, null, 0, null, null, null, null from audit u left join accounts a on a.id = u.account_id
    ) said where (:document = '' or coalesce(document_id, value) in (select value from json_each(:documents)))
        and (:person = '' or name = :person) and (at, id) < (:before, :than)
    order by at desc, id desc limit :most"""


#: Entries of the audit whose words hold keys. What people typed themselves (names of files, units, accounts) stays as it is.
_WITH_KEYS = re.compile(
    "area reassigned|report |proposed an edit|proposal |read a stance|.*document|published a st|withdrew a st"
)


def _in_words(context: RequestContext, what: str, about: str, titles: review_items.Titles) -> str:
    """What an entry of the audit is about, the part before a name or an address without keys."""
    key, colon, rest = about.partition(": ")
    return without_keys(context.db, key, titles) + colon + rest if _WITH_KEYS.match(what) else about


@staff_page(r"/trail", methods="GET")
def trail(context: RequestContext) -> Answer:
    """Show all decisions and actions, newest first; `document`, `person` and `before` (a time, and `than`, of those of that
    time, an entry) filter them: all of a bulk action have the same time."""
    document, person, before = context.arg("document")[:100], context.arg("person")[:100], context.arg("before")[:40]
    values = {"document": document, "person": person, "before": before or "9999", "most": TRAIL + 1}
    values["than"] = context.arg("than")[:40]
    named = finding.named(context.db.conn, document)
    values["documents"] = json.dumps(named or [document])
    rows = list(context.db.query(_EVERYTHING, values))
    titles = review_items.titles(context.db)
    for row in rows:
        row["did"] = did(row, titles) if row["what"] == "verdict" else ""
        if row["subject"] is None and row["document_id"] is None and row["value"]:
            row["value"] = _in_words(context, row["what"], row["value"], titles)
        row["said"] = json.loads(row["suggestion"]) if row["suggestion"] else {}
        row["said_word"] = value_in_words(row["subject"], row["said"].get("value")) if row["subject"] else ""
        row["seen_words"] = json.loads(row["passage"])["words"] if row["passage"] else None
    more = {"before": rows[TRAIL - 1]["at"], "than": rows[TRAIL - 1]["id"]} if len(rows) > TRAIL else None
    view = {
        "rows": rows[:TRAIL],
        "more": more,
        "document": document,
        "person": person,
        "named": finding.labels(context.db.conn, named),
    }
    return Page("desk/trail.html", view | {"people": collaboration.active_account_names(context.db)})
