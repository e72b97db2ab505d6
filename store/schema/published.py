"""corpus.db, what the site reads: listings, counts, search words, what the public may know of decisions.

`infopolicy publish` makes them again.
"""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from store.constants import SAME_BILL, SHOWN_FROM, SHOWN_TAG

listings = Migrations("publish")
decisions = Migrations("decisions")
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


@decisions()
def create_decisions(db: Database) -> None:
    # What the public may know of what staff decided. No name, no note, nothing unpublished: publish.decisions is its only writer.
    db.execute("""
        create table decisions (
            document_id text not null references documents(id), subject text not null, verdict text not null, value text,
            reason text, field text, words text, decided_on text not null, primary key (document_id, subject)
        ) without rowid""")
    db.execute("create index decisions_by_subject on decisions (subject, decided_on)")
    # The areas as the public sees them: what the machine found less what staff rejected, and what staff added.
    db.execute("""
        create view shown_tags as
        select t.document_id, t.area_id, t.probability, d.verdict is not null as confirmed from tags t
        left join decisions d on d.document_id = t.document_id and d.subject = 'area:' || t.area_id
        where d.verdict is null or d.verdict = 'confirm'
        union all select d.document_id, substr(d.subject, 6), 1.0, 1 from decisions d
        where d.subject like 'area:%' and d.verdict = 'confirm' and not exists (
            select 1 from tags t where t.document_id = d.document_id and t.area_id = substr(d.subject, 6)
        )""")
    db.execute("""
        create view shown_positions as
        select m.document_id, m.position_id, max(m.score) as score, max(d.verdict is not null) as confirmed
        from position_matches m
        left join decisions d on d.document_id = m.document_id and d.subject = 'position:' || m.position_id
        where d.verdict is null or d.verdict = 'confirm' group by m.document_id, m.position_id
        union all select d.document_id, substr(d.subject, 10), 1.0, 1 from decisions d
        where d.subject like 'position:%' and d.verdict = 'confirm' and not exists (
            select 1 from position_matches m
            where m.document_id = d.document_id and m.position_id = substr(d.subject, 10)
        )""")


@decisions()
def add_places_and_what_is_shown(db: Database) -> None:
    for column in ("start", "end"):
        db.execute(f'alter table decisions add column "{column}" integer')
    # Sentences that touch a position, less those of positions that staff rejected, and those that staff picked.
    db.execute("""
        create view shown_matches as
        select m.* from position_matches m where not exists (
            select 1 from decisions d where d.document_id = m.document_id and d.verdict = 'reject'
            and d.subject = 'position:' || m.position_id
        )
        union all
        select d.document_id, substr(d.subject, 10), 0, 1.0, d.field, d.start, d."end", d.words from decisions d
        where d.subject like 'position:%' and d.verdict = 'confirm' and d.words is not null and not exists (
            select 1 from position_matches m
            where m.document_id = d.document_id and m.position_id = substr(d.subject, 10)
        )""")
    # One table and a subquery, so that SQLite can look up one document in it within a join.
    db.execute("""
        create view shown_priorities as
        select t.document_id, coalesce((
            select cast(d.value as integer) from decisions d where d.document_id = t.document_id and d.subject = 'priority'
        ), t.priority) as priority from taggings t""")


@decisions()
def hide_what_staff_rejected_elsewhere(db: Database) -> None:
    # A position that staff rejected for some words is not shown beside the same words elsewhere, unless they confirmed it.
    db.execute("create index decisions_by_words on decisions (subject, verdict, lower(words))")
    rejected = """exists (
            select 1 from decisions o where o.subject = 'position:' || m.position_id and o.verdict = 'reject'
            and lower(o.words) = lower(m.words)
        )"""
    for view in ("shown_matches", "shown_positions"):
        db.execute(f"drop view {view}")
    db.execute(f"""
        create view shown_positions as
        select m.document_id, m.position_id, max(m.score) as score, max(d.verdict is not null) as confirmed
        from position_matches m
        left join decisions d on d.document_id = m.document_id and d.subject = 'position:' || m.position_id
        where (d.verdict is null and not {rejected}) or d.verdict = 'confirm' group by m.document_id, m.position_id
        union all select d.document_id, substr(d.subject, 10), 1.0, 1 from decisions d
        where d.subject like 'position:%' and d.verdict = 'confirm' and not exists (
            select 1 from position_matches m
            where m.document_id = d.document_id and m.position_id = substr(d.subject, 10)
        )""")
    db.execute(f"""
        create view shown_matches as
        select m.* from position_matches m
        left join decisions d on d.document_id = m.document_id and d.subject = 'position:' || m.position_id
        where (d.verdict is null and not {rejected}) or d.verdict = 'confirm'
        union all
        select d.document_id, substr(d.subject, 10), 0, 1.0, d.field, d.start, d."end", d.words from decisions d
        where d.subject like 'position:%' and d.verdict = 'confirm' and d.words is not null and not exists (
            select 1 from position_matches m
            where m.document_id = d.document_id and m.position_id = substr(d.subject, 10)
        )""")


@listings()
def add_standing_to_position_search(db: Database) -> None:
    # A full-text table takes no further column: it is made again, and the next publishing fills it.
    db.execute("drop table position_search")
    db.execute("""
        create virtual table position_search using fts5(
            position_id unindexed, title, statement, about, standing unindexed,
            tokenize="porter unicode61 remove_diacritics 2")""")


@decisions()
def add_sources_of_stances(db: Database) -> None:
    db.execute("alter table decisions add column source text")


@decisions()
def create_chapters(db: Database) -> None:
    # The organization's chapter in each state: from staff.db where `source` is null, else from the catalog (publish.chapters).
    db.execute("""
        create table chapters (
            jurisdiction text primary key, name text not null, url text, contact text, source text,
            checked_on text not null
        ) without rowid""")


@decisions()
def create_engagements(db: Database) -> None:
    # Records of advocacy that staff made public: what the organization did and when. Never a meeting, a note or who signed.
    db.execute("""
        create table engagements (
            record_id integer primary key, kind text not null, title text not null, document_id text, position_id text,
            happened_on text not null, link text
        )""")
    db.execute("create index engagements_by_document on engagements (document_id)")


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


@decisions()
def create_counted_votes(db: Database) -> None:
    # Votes that count on the scorecard of members: named by an approver, on a stance that was public before the vote.
    db.execute("""
        create table counted_votes (
            position_id text not null, roll_call text not null, document_id text not null, wanted text not null,
            stance text not null, stance_on text not null, version text not null, reason text not null, decided_on text not null,
            primary key (position_id, roll_call)
        ) without rowid""")


@decisions()
def keep_doubtful_tags_for_staff(db: Database) -> None:
    # The public sees an area that is likely enough, one of a document for which something else speaks too (a position that is
    # shown, priority), and what staff decided. The desk sees all others.
    db.execute("drop view shown_tags")
    db.execute(f"""
        create view shown_tags as
        select t.document_id, t.area_id, t.probability, d.verdict is not null as confirmed from tags t
        left join decisions d on d.document_id = t.document_id and d.subject = 'area:' || t.area_id
        where d.verdict = 'confirm' or d.verdict is null and (
            t.probability >= {SHOWN_TAG}
            or exists (select 1 from shown_matches m where m.document_id = t.document_id)
            or exists (select 1 from shown_priorities p where p.document_id = t.document_id and p.priority = 2)
        )
        union all select d.document_id, substr(d.subject, 6), 1.0, 1 from decisions d
        where d.subject like 'area:%' and d.verdict = 'confirm' and not exists (
            select 1 from tags t where t.document_id = d.document_id and t.area_id = substr(d.subject, 6)
        )""")


@decisions()
def look_up_shown_tags_by_document(db: Database) -> None:
    # As before, but by the tables themselves: in the union `shown_matches`, SQLite looks through all matches. A published stance
    # speaks for all areas, a position that left the catalog for none.
    _show_tags(db, str(SHOWN_TAG))


@decisions()
def show_areas_with_wide_edges_from_a_surer_probability(db: Database) -> None:
    _show_tags(db, SHOWN_FROM)


@decisions()
def show_telecommunications_from_a_surer_probability(db: Database) -> None:
    # Whoever changes SHOWN_TAG or SHOWN_TAG_OF makes this view again in another migration.
    _show_tags(db, SHOWN_FROM)


@decisions()
def show_areas_of_companions(db: Database) -> None:
    # Two bills of which a source says that they are the same have the same areas: one that the public sees with the one, by its
    # own probability or because staff confirmed it, it sees with the other, where software found it, too.
    _show_tags(db, SHOWN_FROM)


def _show_tags(db: Database, least: str) -> None:
    db.execute("drop view shown_tags")
    db.execute(f"""
        create view shown_tags as
        select t.document_id, t.area_id, t.probability, d.verdict is not null as confirmed from tags t
        left join decisions d on d.document_id = t.document_id and d.subject = 'area:' || t.area_id
        where d.verdict = 'confirm' or d.verdict is null and (
            t.probability >= {least}
            or exists (
                select 1 from position_matches m join positions q on q.id = m.position_id
                left join decisions j on j.document_id = m.document_id and j.subject = 'position:' || m.position_id
                where m.document_id = t.document_id and (j.verdict = 'confirm' or j.verdict is null and not exists (
                    select 1 from decisions o where o.subject = 'position:' || m.position_id and o.verdict = 'reject'
                    and lower(o.words) = lower(m.words)
                ))
            )
            or exists (
                select 1 from decisions p join positions q on p.subject = 'position:' || q.id
                where p.document_id = t.document_id and p.verdict = 'confirm'
            )
            or exists (
                select 1 from decisions s where s.document_id = t.document_id and s.verdict = 'confirm'
                and (s.subject = 'stance' or s.subject like 'stance:%')
            )
            or exists (select 1 from shown_priorities p where p.document_id = t.document_id and p.priority = 2)
            or exists (
                select 1 from (
                    select l.linked_id as id from links l where l.document_id = t.document_id and lower(l.kind) in ({SAME_BILL})
                    union all
                    select l.document_id from links l where l.linked_id = t.document_id and lower(l.kind) in ({SAME_BILL})
                ) same left join tags c on c.document_id = same.id and c.area_id = t.area_id
                left join decisions e on e.document_id = same.id and e.subject = 'area:' || t.area_id
                where e.verdict = 'confirm' or e.verdict is null and c.probability >= {least}
            )
        )
        union all select d.document_id, substr(d.subject, 6), 1.0, 1 from decisions d
        where d.subject like 'area:%' and d.verdict = 'confirm' and not exists (
            select 1 from tags t where t.document_id = d.document_id and t.area_id = substr(d.subject, 6)
        )""")


@listings()
def create_index_of_downloads(db: Database) -> None:
    # A table that is sent whole is read in the order of its key, a thousand rows at a time: without this, each of these reads
    # sorts all documents of the source anew (pages/export/data_catalog.py).
    db.execute("create index if not exists documents_by_source_and_id on documents (source, id)")
