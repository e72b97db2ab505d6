"""corpus.db, what the site reads: listings, counts, search words, rulemakings, and what is covered.

`infopolicy publish` makes them again.
"""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

listings = Migrations("publish")
search_words = Migrations("vocabulary")
rulemakings = Migrations("threads")
coverage = Migrations("holdings")


@listings(name="create_listing")
def create_position_listing(db: Database) -> None:
    db.execute("""
        create table position_listing (
            position_id text not null, sort_on text not null, document_id text not null, score real not null,
            must_see integer not null, primary key (position_id, sort_on, document_id)
        ) without rowid""")
    db.execute("create table published (what text primary key, hash text not null, published_at text not null)")


@listings(name="create_listing_with_ceremonial")
def create_listing(db: Database) -> None:
    db.execute("drop table if exists listing")
    db.execute("drop table if exists facet_counts")
    # `number` is the last part of a document's id ("hr1234"), so that a reader can type it; `sort_on` its latest news;
    # `cell` its combination of facets as one number, by which the matches of a search are counted quickly.
    db.execute("""
        create table listing (
            area_id text not null, sort_on text not null, document_id text not null, document_rowid integer not null,
            kind text not null, jurisdiction text not null, status text not null, year text not null,
            must_see integer not null, ceremonial integer not null, number text not null, cell integer not null,
            primary key (area_id, sort_on, document_id)
        ) without rowid""")
    db.execute("create index listing_by_rowid on listing (document_rowid, area_id, cell)")
    db.execute("create index listing_by_number on listing (number)")
    db.execute("create index listing_must_see on listing (area_id, sort_on) where must_see = 1")
    db.execute("create index listing_by_jurisdiction on listing (area_id, jurisdiction, sort_on)")
    db.execute("create index listing_by_status on listing (area_id, status, sort_on)")
    db.execute("create index listing_by_year on listing (area_id, year, sort_on)")
    # Counts of every combination that occurs (a cell): any choice of filters is a sum over a few thousand rows at most.
    db.execute("""
        create table facet_counts (
            area_id text not null, kind text not null, jurisdiction text not null, status text not null,
            year text not null, must_see integer not null, ceremonial integer not null, documents integer not null,
            cell integer not null unique, primary key (area_id, kind, jurisdiction, status, year, must_see, ceremonial)
        ) without rowid""")


@listings()
def create_position_search(db: Database) -> None:
    db.execute("""
        create virtual table position_search using fts5(
            position_id unindexed, title, statement, about, tokenize="porter unicode61 remove_diacritics 2")""")


@listings()
def create_source_index(db: Database) -> None:
    db.execute("create index if not exists documents_by_source on documents (source, published_on, missing_since)")


@listings()
def create_ceremonial(db: Database) -> None:
    # Resolutions that honour or mourn and decide nothing: lists, queues and digests leave them out unless asked.
    db.execute("create table ceremonial (document_id text primary key) without rowid")


@listings()
def create_activity(db: Database) -> None:
    # Where something moves: documents by the month of their latest news, for maps. Ceremonial ones are left out.
    db.execute("""
        create table activity (
            area_id text not null, month text not null, jurisdiction text not null, documents integer not null,
            must_see integer not null, primary key (area_id, month, jurisdiction)
        ) without rowid""")
    # For the years of an area and the totals of a page without a look at every combination of everything.
    db.execute("create index facet_counts_by_year on facet_counts (area_id, ceremonial, year, must_see, documents)")
    db.execute("create index facet_counts_by_jurisdiction on facet_counts (area_id, jurisdiction, documents, must_see)")


@listings()
def create_twice_listed(db: Database) -> None:
    # The record of a bill that its source lists in two sessions which lists leave out, and the one that they have.
    # It was called relisted for a while, between two versions.
    db.execute("drop table if exists relisted")
    db.execute("create table twice_listed (document_id text primary key, listed_as text not null) without rowid")
    db.execute("create index twice_listed_by_other on twice_listed (listed_as)")


@listings()
def add_agencies(db: Database) -> None:
    # Who publishes a rule or notice, by the keys of crawlers/agencies.yml with blanks between: most name a bureau and its
    # department.
    db.execute("alter table listing add column agency text not null default ''")
    db.execute("drop index listing_by_rowid")
    db.execute("create index listing_by_rowid on listing (document_rowid, area_id, cell, agency)")
    db.execute("create index listing_by_agency on listing (area_id, agency, sort_on) where agency <> ''")
    db.execute("""
        create table agency_counts (
            area_id text not null, kind text not null, jurisdiction text not null, status text not null,
            year text not null, must_see integer not null, ceremonial integer not null, agency text not null,
            documents integer not null,
            primary key (area_id, kind, jurisdiction, status, year, must_see, ceremonial, agency)
        ) without rowid""")


@listings()
def add_standing_to_position_search(db: Database) -> None:
    # A full-text table takes no further column: it is made again, and the next publishing fills it.
    db.execute("drop table position_search")
    db.execute("""
        create virtual table position_search using fts5(
            position_id unindexed, title, statement, about, standing unindexed,
            tokenize="porter unicode61 remove_diacritics 2")""")


@search_words()
def create_search_words(db: Database) -> None:
    # Trigrams: a mistyped word shares most of its runs of three letters with the one that was meant.
    db.execute("create virtual table search_words using fts5(word, documents unindexed, tokenize='trigram')")
    db.execute(
        "create virtual table sponsor_names using fts5(name, tokenize='unicode61 remove_diacritics 2', prefix='2 3')"
    )
    db.execute("create index if not exists sponsors_by_name on sponsors (name)")


@search_words()
def create_other_titles(db: Database) -> None:
    # Under the rowid of its document, with the columns and the words of documents_fts, so that its expressions fit.
    db.execute("""
        create virtual table other_titles using fts5(
            title, abstract, text, tokenize="porter unicode61 remove_diacritics 2")""")


@rulemakings()
def create_threads(db: Database) -> None:
    db.execute("""
        create table threads (
            id text primary key, title text not null, documents integer not null, first_on text, last_on text,
            status text not null, status_on text, comments_close_on text, effective_on text
        ) without rowid""")
    db.execute("""
        create table thread_documents (
            document_id text primary key, thread_id text not null, ordinal integer not null
        ) without rowid""")
    db.execute("create index thread_documents_by_thread on thread_documents (thread_id, ordinal)")


@coverage()
def create_coverage(db: Database) -> None:
    db.execute("""
        create table coverage (
            source text not null, jurisdiction text not null, session text not null, documents integer not null,
            missing integer not null, with_abstract integer not null, with_text integer not null,
            with_actions integer not null, first_on text, newest_on text, latest_action_on text,
            primary key (source, jurisdiction, session)
        ) without rowid""")
    db.execute("""
        create table coverage_months (
            source text not null, jurisdiction text not null, month text not null, documents integer not null,
            primary key (source, jurisdiction, month)
        ) without rowid""")


@coverage()
def create_session_last_days(db: Database) -> None:
    # A view, because staff.db and partners.db have sessions of their own: signed-in people's.
    db.execute("""
        create view session_last_days as
        select s.jurisdiction, s.session, coalesce(e.ended_on, s.ends_on) as ends_on from sessions s
        left join session_ends e on e.jurisdiction = s.jurisdiction and e.session = s.session""")


@coverage()
def date_session_last_days_by_the_rules(db: Database) -> None:
    # A two-year session does not end with its first year, whatever its source says, and some bills go on in the next session.
    db.execute("drop view session_last_days")
    db.execute("""
        create view session_last_days as
        select s.jurisdiction, s.session,
            case when e.session is null then s.ends_on else coalesce(e.ended_on, e.ends_on) end as ends_on
        from sessions s
        left join session_ends e on e.jurisdiction = s.jurisdiction and e.session = s.session""")


@coverage()
def date_the_last_days_of_a_congress_too(db: Database) -> None:
    # Which no source lists among the sessions: what was sent to the president in its last days would seem to wait for ever.
    db.execute("drop view session_last_days")
    db.execute("""
        create view session_last_days as
        select s.jurisdiction, s.session,
            case when e.session is null then s.ends_on else coalesce(e.ended_on, e.ends_on) end as ends_on
        from sessions s
        left join session_ends e on e.jurisdiction = s.jurisdiction and e.session = s.session
        union all select e.jurisdiction, e.session, coalesce(e.ended_on, e.ends_on) from session_ends e
        where e.jurisdiction in ('us', 'ca') and not exists (
            select 1 from sessions s where s.jurisdiction = e.jurisdiction and s.session = e.session
        )""")


@coverage()
def date_the_last_days_of_a_council_too(db: Database) -> None:
    # What a council left undecided when its term ended would seem to wait for ever.
    db.execute("drop view session_last_days")
    db.execute("""
        create view session_last_days as
        select s.jurisdiction, s.session,
            case when e.session is null then s.ends_on else coalesce(e.ended_on, e.ends_on) end as ends_on
        from sessions s
        left join session_ends e on e.jurisdiction = s.jurisdiction and e.session = s.session
        union all select e.jurisdiction, e.session, coalesce(e.ended_on, e.ends_on) from session_ends e
        where not exists (
            select 1 from sessions s where s.jurisdiction = e.jurisdiction and s.session = e.session
        )""")


@coverage()
def create_session_titles(db: Database) -> None:
    # A view for the same reason: the desk and the partners' pages would ask signed-in people's sessions for a title.
    db.execute("create view session_titles as select jurisdiction, session, title from sessions")


@listings()
def create_index_of_downloads(db: Database) -> None:
    # A table that is sent whole is read in the order of its key, a thousand rows at a time: without this, each of these reads
    # sorts all documents of the source anew (pages/export/data_catalog.py).
    db.execute("create index if not exists documents_by_source_and_id on documents (source, id)")
