"""An undecided bill whose identical one became law: it keeps its status, and lists count it as replaced."""

from __future__ import annotations

from crawlers.storage.session_ends import UNDECIDED_NATIONAL

#: SQL: the statuses of a bill that nobody has decided yet.
UNDECIDED = ", ".join(f"'{each}'" for each in UNDECIDED_NATIONAL)
#: SQL: the number of the law that the source calls identical with an undecided bill ``d`` of its session; null where none is.
#: A cross join keeps SQLite from reading all laws for each bill.
IDENTICAL_LAW = f"""(select o.identifier from (
            select linked_id as id, kind from links where document_id = d.id
            union all select document_id, kind from links where linked_id = d.id
        ) l cross join documents o on o.id = l.id
        where d.status in ({UNDECIDED}) and lower(l.kind) in ('identical bill', 'identical')
            and o.status = 'enacted' and o.jurisdiction = d.jurisdiction and o.session = d.session
        order by o.status_on, o.id limit 1)"""
