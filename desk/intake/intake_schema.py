"""Tables of staff.db for what is handed in: reports of errors, documents added by hand, imports, proposals.

Facts about what somebody did are only ever added to, as everywhere on the desk.
"""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

staff = Migrations("filed")

#: Tables whose rows nothing may change or remove.
APPEND_ONLY = [
    "reports",
    "report_answers",
    "hand_documents",
    "imports",
    "import_lines",
    "imports_undone",
    "notes_taken_back",
    "proposals",
    "proposal_answers",
]


def only_added_to(db: Database, *tables: str) -> None:
    """Let nothing change or remove a row of these tables."""
    for table in tables:
        for action in ("update", "delete"):
            db.execute(f"""
                create trigger {table}_never_{action} before {action} on {table}
                begin select raise(abort, 'what was said stays: {table} is only added to'); end""")


@staff()
def create_reports(db: Database) -> None:
    # `page` is an address of this site without its host.
    db.execute(
        "create table reports (id integer primary key, page text not null, words text not null, reported_at text not null)"
    )
    # The newest answer counts; without one, or after "open", a report is open.
    db.execute("""
        create table report_answers (
            id integer primary key, report_id integer not null references reports(id), state text not null, note text,
            answered_by integer not null references accounts(id), answered_at text not null
        )""")
    db.execute("create index report_answers_by_report on report_answers (report_id, id)")
    # Apart from the report, because it is forgotten a while after the report is closed.
    db.execute(
        "create table report_senders (report_id integer primary key references reports(id), email text not null)"
    )
    # Short hashes only, and only of the last day (desk.accounts.limits).
    db.execute("create table report_tries (tried_at text not null, origin_hash text not null)")
    db.execute("""
        create view current_reports as
        select r.*, s.email, a.id as answer_id, coalesce(a.state, 'open') as state, a.note, a.answered_by, a.answered_at
        from reports r left join report_senders s on s.report_id = r.id
        left join report_answers a on a.id = (select max(o.id) from report_answers o where o.report_id = r.id)""")
    only_added_to(db, "reports", "report_answers")


@staff()
def create_hand_documents(db: Database) -> None:
    # `record` is a document as crawlers.storage.merge.to_json writes it; the newest row of a document counts, `gone` withdraws it.
    db.execute("""
        create table hand_documents (
            id integer primary key, document_id text not null, record text not null, gone integer not null, note text,
            added_by integer not null references accounts(id), added_at text not null
        )""")
    db.execute("create index hand_documents_by_document on hand_documents (document_id, id)")
    db.execute("""
        create view current_hand_documents as select * from hand_documents r
        where r.id = (select max(o.id) from hand_documents o where o.document_id = r.document_id)""")
    only_added_to(db, "hand_documents")


@staff()
def create_imports(db: Database) -> None:
    # The stances of an import are reviews with its batch; here is what else it wrote, so that all can be taken back.
    db.execute("""
        create table imports (
            id integer primary key, batch text not null unique, name text not null,
            done_by integer not null references accounts(id), done_at text not null
        )""")
    db.execute("""
        create table import_lines (
            id integer primary key, batch text not null references imports(batch), document_id text not null,
            note_id integer references notes(id), followed integer not null
        )""")
    db.execute("create index import_lines_by_batch on import_lines (batch)")
    for table, key in (
        ("imports_undone", "batch text primary key references imports(batch)"),
        ("notes_taken_back", "note_id integer primary key references notes(id)"),
    ):
        who = "undone_by" if table == "imports_undone" else "taken_back_by"
        at = who.replace("_by", "_at")
        db.execute(f"create table {table} ({key}, {who} integer not null references accounts(id), {at} text not null)")
    only_added_to(db, "imports", "import_lines", "imports_undone", "notes_taken_back")


@staff()
def create_proposals(db: Database) -> None:
    # `change` is a desk.intake.catalog_patch.Change as JSON, `diff` what it made of the catalogue on that day.
    db.execute("""
        create table proposals (
            id integer primary key, position_id text not null, change text not null, diff text not null, why text,
            proposed_by integer not null references accounts(id), proposed_at text not null
        )""")
    db.execute("""
        create table proposal_answers (
            id integer primary key, proposal_id integer not null references proposals(id), state text not null, note text,
            answered_by integer not null references accounts(id), answered_at text not null
        )""")
    db.execute("create index proposal_answers_by_proposal on proposal_answers (proposal_id, id)")
    db.execute("""
        create view current_proposals as
        select p.*, a.id as answer_id, coalesce(a.state, 'open') as state, a.note, a.answered_by, a.answered_at
        from proposals p
        left join proposal_answers a on a.id = (select max(o.id) from proposal_answers o where o.proposal_id = p.id)""")
    only_added_to(db, "proposals", "proposal_answers")


@staff()
def add_turn_of_reports(db: Database) -> None:
    # How many reports their sender had filed within a day, this one included: the order in which staff read them.
    db.execute("alter table reports add column turn integer not null default 1")
