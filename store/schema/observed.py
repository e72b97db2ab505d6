"""corpus.db, what was observed: documents and their parts, changes, runs.

These tables only ever gain columns: what was seen once cannot be crawled again. Their writer is crawlers/storage/.
"""

from __future__ import annotations

import re

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

observed = Migrations("crawlers")

#: Part tables of a document: name -> columns after (document_id, ordinal). One writer: crawlers.storage.record.
PARTS: dict[str, tuple[str, ...]] = {
    "titles": ("kind", "title"),
    "summaries": ("acted_on", "action", "text"),
    "actions": ("acted_on", "description", "classification", "chamber", "code"),
    "sponsors": (
        "name",
        "role",
        "party",
        "state",
        "district",
        "person_id",
        "joined_on",
        "withdrawn_on",
        "original",
    ),
    "committees": ("name", "chamber", "code", "activity", "active_on"),
    "versions": ("name", "issued_on", "url", "media_type"),
    "laws": ("kind", "number"),
    "links": ("linked_id", "kind", "said_by", "title"),
    "events": ("kind", "starts_at", "timezone", "description"),
    "terms": ("kind", "term"),
    "status_history": ("status", "reached_on"),
}


@observed()
def create_documents(db: Database) -> None:
    db.execute("""
        create table documents (
            id text primary key,
            kind text not null, source text not null, jurisdiction text not null, level text not null,
            session text not null, identifier text not null, document_type text, chamber text,
            title text not null, abstract text, text text, url text not null,
            status text not null, status_on text, published_on text, policy_area text,
            latest_action text, latest_action_on text,
            comments_close_on text, effective_on text, corrects text, presidential_number text,
            first_seen_at text not null, changed_at text not null, missing_since text,
            text_hash text not null, record_hash text not null
        )""")
    db.execute("create index documents_by_session on documents (source, session, document_type)")
    db.execute("create index documents_by_status on documents (status, status_on)")
    db.execute("create index documents_by_latest_action on documents (latest_action_on)")
    for table, columns in PARTS.items():
        db.execute(
            f"create table {table} (document_id text not null references documents(id), ordinal integer not null, "
            f"{', '.join(columns)}, primary key (document_id, ordinal)) without rowid"
        )
    db.execute("create index terms_by_term on terms (kind, term)")
    db.execute("create index links_by_linked on links (linked_id)")
    db.execute("create index events_by_start on events (starts_at)")
    # Both ways: the sitemap's mark decides what a crawl must ask for, so it is committed with the document itself.
    db.execute("""
        create table provenance (
            document_id text not null references documents(id), source text not null, source_url text not null,
            stamp text, fetched_at text not null, primary key (document_id, source)
        ) without rowid""")


@observed()
def create_changes_and_runs(db: Database) -> None:
    # The key is a hash of what happened, so that an event told twice is one row, however the crawl was interrupted.
    db.execute("""
        create table changes (
            id text primary key, document_id text not null references documents(id), seen_at text not null,
            happened_on text, kind text not null, summary text not null
        )""")
    db.execute("create index changes_by_document on changes (document_id)")
    db.execute("create index changes_by_day on changes (happened_on)")
    db.execute("create index changes_by_seen on changes (seen_at)")
    db.execute("""
        create table runs (
            id integer primary key, source text not null, started_at text not null, finished_at text,
            state text not null, requests integer, listed integer, added integer, changed integer, unchanged integer,
            missing integer, rejected integer, coverage text, note text
        )""")
    db.execute("create index runs_by_source on runs (source, state)")


@observed()
def create_full_text_search(db: Database) -> None:
    db.table("documents").enable_fts(
        ["title", "abstract", "text"], create_triggers=True, tokenize="porter unicode61 remove_diacritics 2"
    )


@observed()
def create_observations(db: Database) -> None:
    # What each source said, whole, of a document that more than one source knows; of all others the tables above tell.
    db.execute("""
        create table observations (
            document_id text not null references documents(id), source text not null, seen_at text not null,
            record text not null, primary key (document_id, source)
        ) without rowid""")
    db.execute("""
        create table field_provenance (
            document_id text not null references documents(id), field text not null, source text not null,
            seen_at text not null, primary key (document_id, field, source)
        ) without rowid""")


@observed()
def create_derivations(db: Database) -> None:
    # By which version of our own rules a whole column was last derived.
    db.execute("create table derivations (name text primary key, version text not null) without rowid")


@observed()
def create_attachments(db: Database) -> None:
    # Every version's text; documents.text holds that of the newest one (crawlers.storage.attachments).
    db.execute("""
        create table version_texts (
            document_id text not null references documents(id), version text not null, url text not null, text text,
            fetched_at text not null, primary key (document_id, url)
        )""")
    # Meetings, hearings and amendments name bills that may not be stored yet, hence no foreign key.
    db.execute("""
        create table proceedings (
            id text primary key, source text not null, session text not null, kind text not null, stamp text not null,
            title text not null, url text not null, starts_at text, timezone text, state text, committee text,
            meeting_id text, document_ids text not null, fetched_at text not null
        )""")


@observed()
def index_documents_by_place(db: Database) -> None:
    # Every listing of a crawl asks what is stored of its session; with 56 sessions of states that was two minutes a run.
    db.execute(
        "create index documents_by_place on documents "
        "(jurisdiction, session, document_type, published_on, missing_since, id)"
    )


@observed()
def add_waiting_to_runs(db: Database) -> None:
    # Requests that a spent daily budget held back: no fault of the run, but it is not done either.
    db.execute("alter table runs add column waiting integer")


@observed()
def add_unknown_to_runs(db: Database) -> None:
    # Fields of the source's records that nobody here knew (crawlers/completeness/fields.yml), as a JSON list.
    db.execute("alter table runs add column unknown text")


@observed()
def create_sessions(db: Database) -> None:
    # Sessions of legislatures as their sources state them (writer: crawlers.storage.sessions). `bills`, `latest_action_on`
    # and `checked_at` are what the source said of the session's bills and when; `left_out` why none are collected.
    db.execute("""
        create table sessions (
            source text not null, jurisdiction text not null, session text not null, title text,
            special integer not null, starts_on text, ends_on text, bills integer, latest_action_on text,
            checked_at text, left_out text, seen_at text not null, primary key (jurisdiction, session, source)
        ) without rowid""")


@observed()
def create_session_ends(db: Database) -> None:
    # Derived from `sessions` and the actions by crawlers.storage.session_ends: when anything last moved in a session, and
    # the day it ended; null while it can still move. A bill that ended with it has the reason
    # 'session_ended'.
    db.execute("""
        create table session_ends (
            jurisdiction text not null, session text not null, starts_on text, ends_on text, moved_on text,
            ended_on text, primary key (jurisdiction, session)
        ) without rowid""")
    # The source's own status is kept beside it.
    for column in ("status_reason", "source_status", "source_status_on"):
        db.execute(f"alter table documents add column {column} text")
    db.execute("create index documents_by_reason on documents (status_reason) where status_reason is not null")


@observed()
def add_marks_to_version_texts(db: Database) -> None:
    # What a version changes, as JSON lists of start, end and "added" or "struck", offsets into `text`; null where nobody has
    # looked, "[]" where the file shows no marks. `note` says why there is no text: "forbidden" (robots.txt) or "unreadable".
    db.execute("alter table version_texts add column marks text")
    db.execute("alter table version_texts add column note text")


@observed()
def number_changes(db: Database) -> None:
    # The order in which changes were committed, for those who read them one after another. SQLite lets one transaction write at a
    # time and gives no number twice, so whoever has read up to a number never meets a smaller one later. `seen_at` has no such
    # order: it is the beginning of a run, and runs overlap. A trigger, so that no writer of `changes` can forget it.
    db.execute("create table change_log (position integer primary key autoincrement, change_id text not null unique)")
    db.execute("insert into change_log (change_id) select id from changes order by seen_at, rowid")
    db.execute(
        "create trigger changes_are_numbered after insert on changes "
        "begin insert into change_log (change_id) values (new.id); end"
    )


@observed()
def keep_meetings_of_states(db: Database) -> None:
    # Meetings are listed by place; one that its list names no longer is marked, never deleted.
    db.execute("alter table proceedings add column jurisdiction text not null default 'us'")
    db.execute("alter table proceedings add column place text")
    db.execute("alter table proceedings add column missing_since text")
    # When a place's meetings were first and last listed to their end, how many there were, and the day on which a list that
    # names less than half of them was first seen (writer: crawlers.storage.meetings).
    db.execute("""
        create table meeting_lists (
            jurisdiction text not null, source text not null, first_at text not null, listed_on text not null,
            meetings integer not null, doubted_on text, primary key (jurisdiction, source)
        ) without rowid""")
    # A date that a meeting sets is a row of its own with a negative ordinal, which no writing of the document touches. Where a
    # meeting says more of a date of the document's record, that row shows the meeting's words, and `recorded` keeps its own.
    db.execute("alter table events add column meeting_id text")
    db.execute("alter table events add column recorded text")
    db.execute("create index events_by_meeting on events (meeting_id) where meeting_id is not null")


#: What an address of a source begins with, and ends with after the key of a document.
_ADDRESSES = (
    ("federal_register", "https://www.federalregister.gov/api/v1/documents/", ".json"),
    ("legiscan", "https://api.legiscan.com/?op=getBill&id=", ""),
    ("regulations_gov", "https://api.regulations.gov/v4/documents/", ""),
)


@observed()
def show_document_ids(db: Database) -> None:
    # The names that other systems give to a document, as far as they follow from its own id or from the address at which a
    # source gave it: a view, so that no writer can forget them. A key holds letters, digits, hyphens and underscores only.
    # The plus keeps SQLite from reading all bills of Congress where a few documents are asked for by id.
    of_addresses = [
        f"""select document_id, '{scheme}' as scheme,
            substr(source_url, {len(start) + 1}, length(source_url) - {len(start) + len(end)}) as value from provenance
            where source_url glob '{start.replace("?", "[?]")}?*{end}'
            and substr(source_url, {len(start) + 1}, length(source_url) - {len(start) + len(end)}) not glob '*[^0-9A-Za-z_-]*'"""
        for scheme, start, end in _ADDRESSES
    ]
    of_open_states = """select document_id, 'ocd', substr(source_url, instr(source_url, 'ocd-bill/'), 45) from provenance
            where source_url glob '*ocd-bill/????????-????-????-????-????????????'"""
    of_congress = [
        f"""select id, '{scheme}', session || '/' || substr(id, length(session) + 5) from documents
            where +jurisdiction = 'us' and document_type in ('hr', 's', 'hres', 'sres', 'hjres', 'sjres', 'hconres', 'sconres')
            and id glob 'us-' || session || '-' || document_type || '[0-9]*'"""
        for scheme in ("congress_gov", "govtrack")
    ]
    db.execute("create view document_ids as " + " union all ".join([*of_addresses, of_open_states, *of_congress]))


@observed()
def say_that_rules_are_no_longer_recorded(db: Database) -> None:
    # Rules of a company that the archive no longer has were called withdrawn: whether the company did that, nobody here knows.
    rules = "(select id from documents where jurisdiction = 'corp' and source = 'corp_terms')"
    for table, key in (("documents", "id"), ("status_history", "document_id")):
        db.execute(f"update {table} set status = 'unrecorded' where status = 'withdrawn' and {key} in {rules}")
    db.execute(f"update provenance set stamp = 'unrecorded' where stamp = 'withdrawn' and document_id in {rules}")


@observed()
def forget_the_heading_of_subjects(db: Database) -> None:
    # Florida's heading of its list of subjects was stored as one (crawlers/parsers/openstates.py); ended sessions are not read
    # again.
    db.execute("delete from terms where kind = 'subject' and term = 'subject index'")


@observed()
def give_subjects_their_spaces(db: Database) -> None:
    # Open States gives California's without (crawlers/parsers/openstates.py): they are as the title of their bill has them. Ended
    # sessions are not read again.
    rows = db.execute(
        "select t.term, t.document_id, t.ordinal, d.title from documents d join terms t on t.document_id = d.id "
        "where d.jurisdiction = 'us-ca' and d.source = 'us_states' and t.kind = 'subject' and t.term not like '% %'"
    ).fetchall()
    for term, *key, title in rows:
        letters = r"\s*".join(map(re.escape, term))
        found = re.search(rf"(?<!\w){letters}(?!\w)", title, re.IGNORECASE)
        if found and " " in found.group():
            db.execute("update terms set term = ? where document_id = ? and ordinal = ?", [found.group(), *key])


@observed()
def read_the_days_of_british_bills_again(db: Database) -> None:
    # The day on which Parliament last touched a record was stored as that of a stage (crawlers/parsers/uk_parliament.py). The
    # list names every bill, so the next crawl asks for each of them.
    db.execute("update provenance set stamp = null where source = 'uk_bills'")


@observed()
def date_bills_of_montana_from_their_introduction(db: Database) -> None:
    # The first day of those who wrote a bill was stored as that of its introduction, and drafts that nobody introduced as bills
    # (crawlers/parsers/openstates.py). Ended sessions are not read again.
    bills = "jurisdiction = 'us-mt' and source = 'us_states'"
    db.execute(f"update documents set document_type = 'draft' where {bills} and identifier glob 'LC*[0-9]'")
    first = """(select min(acted_on) from actions a where a.document_id = {} and a.description not like '(LC) %')"""
    drafted = (
        f"select id from documents where {bills} and exists "
        "(select 1 from actions a where a.document_id = documents.id and a.description like '(LC) %')"
    )
    db.execute(
        f"update documents set published_on = {first.format('documents.id')}, status_on = "
        f"case when status = 'introduced' then {first.format('documents.id')} else status_on end where id in ({drafted})"
    )
    db.execute(
        f"update status_history set reached_on = coalesce({first.format('status_history.document_id')}, '') "
        f"where status = 'introduced' and document_id in ({drafted})"
    )
    db.execute(
        f"delete from status_history where status = 'introduced' and reached_on = '' and document_id in ({drafted})"
    )


@observed()
def date_laws_of_new_york_from_its_charter(db: Database) -> None:
    # The day on which the mayor returned a bill unsigned was stored as that of the law; it is one a day or two later
    # (crawlers/status/local.py). What has ended is not read again.
    law = """(select max(a.acted_on) from actions a where a.document_id = {} and a.description = 'City Charter Rule Adopted')"""
    late = (
        "select id from documents where source = 'us_local_legistar' and status = 'enacted' and status_on < "
        + law.format("documents.id")
    )
    db.execute(
        f"update status_history set reached_on = {law.format('status_history.document_id')} "
        f"where status = 'enacted' and document_id in ({late})"
    )
    db.execute(f"update documents set status_on = {law.format('documents.id')} where id in ({late})")


@observed()
def read_untitled_documents_again(db: Database) -> None:
    # Their titles are in the excerpts, for which earlier versions did not ask (crawlers/parsers/federal_register_excerpt.py).
    untitled = "select id from documents where source = 'us_federal_register' and title like 'Untitled %'"
    db.execute(
        f"update provenance set stamp = null where source = 'us_federal_register' and document_id in ({untitled})"
    )


@observed()
def date_actions_of_alabama_a_day_later(db: Database) -> None:
    # Its days come as midnights of the East, which were taken for the evenings before (crawlers/parsers/openstates.py). Ended
    # sessions are not read again. Its legislature meets from Tuesdays to Thursdays: where its days are right, Mondays are few.
    bills = "select id from documents where jurisdiction = 'us-al' and source = 'us_states'"
    mondays, thursdays = db.execute(
        f"""select sum(strftime('%w', acted_on) = '1'), sum(strftime('%w', acted_on) = '4') from actions
        where document_id in ({bills})"""
    ).fetchone()
    if (mondays or 0) <= (thursdays or 0):
        return
    columns = ("status_on", "published_on", "latest_action_on", "source_status_on")
    later = ", ".join(f"{column} = date({column}, '+1 day')" for column in columns)
    db.execute(f"update documents set {later} where id in ({bills})")
    for table, column in (("actions", "acted_on"), ("status_history", "reached_on"), ("changes", "happened_on")):
        db.execute(f"update {table} set {column} = date({column}, '+1 day') where document_id in ({bills})")
