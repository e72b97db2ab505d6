"""staff.db: what people file (documents, imports, reports, proposals, records of advocacy) and who works on it; append-only."""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from store.schema.accounts import only_added_to

intake = Migrations("filed")

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
    "advocacy",
    "work_batches",
    "work_lines",
    "work_undone",
    "counted_votes",
    "chapter_contacts",
    "stance_checks",
    "units",
    "unit_members",
    "area_units",
    "advocacy_files",
    "advocacy_files_removed",
]


@intake()
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


@intake()
def create_hand_documents(db: Database) -> None:
    # `record` is a document as crawlers.storage.merge.to_json writes it; its newest row counts, `gone` withdraws it.
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


@intake()
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


@intake()
def create_proposals(db: Database) -> None:
    # `change` is a desk.intake.catalog_patch.Change as JSON, `diff` what it made of the catalog on that day.
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


@intake()
def add_turn_of_reports(db: Database) -> None:
    # How many reports their sender had filed within a day, this one included: the order in which staff read them.
    db.execute("alter table reports add column turn integer not null default 1")


@intake()
def create_advocacy(db: Database) -> None:
    # What the office did, on a document, a position or both. `record_id` is the id of the first row of a record: a correction
    # or a withdrawal (`gone`) is a new row of the same record. `parties` are who signed or was met; `public` 1 allows the
    # public to read kind, title, days and link. Parties and notes are never public, and neither is a meeting.
    db.execute("""
        create table advocacy (
            id integer primary key, record_id integer not null, kind text not null, title text not null,
            document_id text, position_id text, happened_on text, due_on text, parties text, link text, note text,
            public integer not null default 0, gone integer not null default 0,
            added_by integer not null references accounts(id), added_at text not null,
            check (document_id is not null or position_id is not null),
            check (happened_on is not null or due_on is not null),
            check (public = 0 or kind != 'meeting')
        )""")
    db.execute("create index advocacy_by_record on advocacy (record_id, id)")
    db.execute("create index advocacy_by_document on advocacy (document_id)")
    db.execute("create index advocacy_by_position on advocacy (position_id)")
    db.execute("""
        create view current_advocacy as select * from advocacy r where r.gone = 0
        and r.id = (select max(o.id) from advocacy o where o.record_id = r.record_id)""")
    only_added_to(db, "advocacy")


@intake()
def create_work_batches(db: Database) -> None:
    # Assigning, following or snoozing many documents at once, and what was there before, so that all can be taken back.
    db.execute("""
        create table work_batches (
            id integer primary key, batch text not null unique, action text not null, value text not null,
            done_by integer not null references accounts(id), done_at text not null
        )""")
    db.execute("""
        create table work_lines (
            id integer primary key, batch text not null references work_batches(batch), document_id text not null,
            before text not null
        )""")
    db.execute("create index work_lines_by_batch on work_lines (batch)")
    db.execute("""
        create table work_undone (
            batch text primary key references work_batches(batch), undone_by integer not null references accounts(id),
            undone_at text not null
        )""")
    only_added_to(db, "work_batches", "work_lines", "work_undone")


@intake()
def create_counted_votes(db: Database) -> None:
    # Which roll call counts for a position on the scorecard of members: `wanted` is the vote that is with the position, `version`
    # the text that was voted on, `reason` for the public. A correction or a withdrawal (`gone`) is a new row.
    db.execute("""
        create table counted_votes (
            id integer primary key, roll_call text not null, document_id text not null, position_id text not null,
            wanted text not null check (wanted in ('yes', 'no')), version text not null, reason text not null,
            gone integer not null default 0, decided_by integer not null references accounts(id), decided_at text not null
        )""")
    db.execute("create index counted_votes_by_vote on counted_votes (roll_call, position_id, id)")
    db.execute("""
        create view current_counted_votes as select * from counted_votes c where c.gone = 0 and c.id = (
            select max(o.id) from counted_votes o where o.roll_call = c.roll_call and o.position_id = c.position_id
        )""")
    only_added_to(db, "counted_votes")


@intake()
def add_people_to_advocacy(db: Database) -> None:
    # Whom a meeting or a request was with: a legislator (people.id), for staff only.
    db.execute("alter table advocacy add column person_id text")
    db.execute("create index advocacy_by_person on advocacy (person_id) where person_id is not null")


@intake()
def create_chapter_contacts(db: Database) -> None:
    # Whom to contact in a state. The newest row of a state counts, `gone` withdraws it. `note` is for staff only.
    db.execute("""
        create table chapter_contacts (
            id integer primary key, jurisdiction text not null, name text not null, url text, contact text, note text,
            gone integer not null default 0, added_by integer not null references accounts(id), added_at text not null
        )""")
    db.execute("create index chapter_contacts_by_jurisdiction on chapter_contacts (jurisdiction, id)")
    db.execute("""
        create view current_chapter_contacts as select * from chapter_contacts r where r.gone = 0
        and r.id = (select max(o.id) from chapter_contacts o where o.jurisdiction = r.jurisdiction)""")
    only_added_to(db, "chapter_contacts")


@intake()
def create_stance_checks(db: Database) -> None:
    # Who read a stance on record (stances.yml) at which address. The newest row of a stance counts; `open` 1 takes it back.
    db.execute("""
        create table stance_checks (
            id integer primary key, stance_id text not null, address text not null, open integer not null,
            read_by integer not null references accounts(id), read_at text not null
        )""")
    db.execute("create index stance_checks_by_stance on stance_checks (stance_id, id)")
    db.execute("""
        create view current_stance_checks as select * from stance_checks r where r.open = 0
        and r.id = (select max(o.id) from stance_checks o where o.stance_id = r.stance_id)""")
    only_added_to(db, "stance_checks")


@intake()
def add_leads_of_imports(db: Database) -> None:
    # Whom an import assigned a document to, and who had it before; null where it assigned nobody.
    for column in ("lead", "lead_before"):
        db.execute(f"alter table import_lines add column {column} text")


@intake()
def create_units(db: Database) -> None:
    fill_units(db)


def fill_units(db: Database) -> None:
    """Units, their members and areas, beginning with what accounts said of their unit."""
    # A unit of the office, or a chapter of a place (`place`, a jurisdiction). The newest row of a pair says whether it holds.
    db.execute("""
        create table units (
            id integer primary key, name text not null unique, place text, added_by integer references accounts(id),
            added_at text not null
        )""")
    for table, key, kind in (
        ("unit_members", "account_id", "integer not null references accounts(id)"),
        ("area_units", "area_id", "text not null"),
    ):
        db.execute(f"""
            create table {table} (
                id integer primary key, unit_id integer not null references units(id), {key} {kind},
                holds integer not null, changed_by integer references accounts(id), changed_at text not null
            )""")
        db.execute(f"create index {table}_by_pair on {table} (unit_id, {key}, id)")
        db.execute(f"""
            create view current_{table} as select * from {table} r where r.holds and r.id = (
                select max(o.id) from {table} o where o.unit_id = r.unit_id and o.{key} = r.{key})""")
    db.execute("""
        insert into units (name, added_at) select unit, min(created_at) from accounts where unit != '' group by unit""")
    db.execute("""
        insert into unit_members (unit_id, account_id, holds, changed_at)
        select u.id, a.id, 1, a.created_at from accounts a join units u on u.name = a.unit""")
    only_added_to(db, "units", "unit_members", "area_units")


@intake()
def add_drafts_of_documents(db: Database) -> None:
    # 1: for staff only. The public reads the newest row of a document that is no draft.
    db.execute("alter table hand_documents add column draft integer not null default 0")
    db.execute("drop view current_hand_documents")
    for name, which in (("current_hand_documents", ""), ("public_hand_documents", "and o.draft = 0")):
        db.execute(f"""
            create view {name} as select * from hand_documents r
            where r.id = (select max(o.id) from hand_documents o where o.document_id = r.document_id {which})""")


@intake()
def create_advocacy_files(db: Database) -> None:
    # Small files of a record of advocacy (desk.queue.advocacy_files), for staff alone.
    db.execute("""
        create table advocacy_files (
            id integer primary key, record_id integer not null, name text not null, body blob not null,
            added_by integer not null references accounts(id), added_at text not null
        )""")
    db.execute("create index advocacy_files_by_record on advocacy_files (record_id)")
    db.execute("""
        create table advocacy_files_removed (
            file_id integer primary key references advocacy_files(id),
            removed_by integer not null references accounts(id), removed_at text not null
        )""")
    db.execute("""
        create view current_advocacy_files as select * from advocacy_files
        where id not in (select file_id from advocacy_files_removed)""")
    only_added_to(db, "advocacy_files", "advocacy_files_removed")


@intake()
def add_hearings_of_imports(db: Database) -> None:
    # The record of advocacy that keeps the date of a hearing which an import brought; null where it brought none.
    db.execute("alter table import_lines add column hearing_id integer")


@intake()
def add_proposed_records(db: Database) -> None:
    # A record of advocacy that its author would have the public read: an approver makes it public (desk.queue.advocacy).
    db.execute("alter table advocacy add column proposed integer not null default 0")
