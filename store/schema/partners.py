"""partners.db: accounts of coalition partners, what they say about documents, and what of it staff have hidden.

A file of its own: a request of a partner opens this one and never staff.db.
"""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from store.schema.accounts import create_account_tables, only_added_to

partners = Migrations("partners")

#: Tables whose rows nothing may change or remove.
APPEND_ONLY = ("audit", "statements", "moderations")


@partners()
def create_accounts(db: Database) -> None:
    create_account_tables(db)
    only_added_to(db, "audit")


@partners()
def create_statements(db: Database) -> None:
    # One organization speaks with one voice: its newest row on a document counts. Withdrawn is a row without a stance.
    db.execute("""
        create table statements (
            id integer primary key, document_id text not null, organisation text not null, stance text, note text,
            written_by integer not null references accounts(id), written_at text not null
        )""")
    db.execute("create index statements_by_document on statements (document_id, organisation, id)")
    # `moderated_by` is the number of the account in staff.db: no name of staff is in this file.
    db.execute("""
        create table moderations (
            id integer primary key, statement_id integer not null references statements(id), hidden integer not null,
            reason text not null, moderated_by integer not null, moderated_at text not null
        )""")
    db.execute("create index moderations_by_statement on moderations (statement_id, id)")
    # What counts now; `closed` where the account of who wrote it is closed.
    db.execute("""
        create view current_statements as
        select s.*, a.disabled_at is not null as closed, coalesce(m.hidden, 0) as hidden, m.reason, m.id as moderation_id
        from statements s join accounts a on a.id = s.written_by
        left join moderations m on m.id = (select max(o.id) from moderations o where o.statement_id = s.id)
        where s.id = (
            select max(o.id) from statements o where o.document_id = s.document_id and o.organisation = s.organisation
        )""")
    only_added_to(db, "statements", "moderations")


@partners()
def keep_hidden_what_is_sent_again(db: Database) -> None:
    # Staff decide on what an organization says about a document, not on one row of it: what it sends later stays hidden until
    # staff show it. `moderated_id` is the statement that they looked at.
    db.execute("drop view current_statements")
    db.execute("""
        create view current_statements as
        select s.*, a.disabled_at is not null as closed, coalesce(m.hidden, 0) as hidden, m.reason, m.id as moderation_id,
            m.statement_id as moderated_id
        from statements s join accounts a on a.id = s.written_by
        left join moderations m on m.id = (
            select max(o.id) from moderations o join statements p on p.id = o.statement_id
            where p.document_id = s.document_id and p.organisation = s.organisation
        )
        where s.id = (
            select max(o.id) from statements o where o.document_id = s.document_id and o.organisation = s.organisation
        )""")
