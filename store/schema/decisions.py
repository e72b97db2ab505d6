"""corpus.db, what the public may know of what staff decided, and the views that show machine and staff together.

The module of the same name in publish/ writes each table; `infopolicy publish` makes them again.
"""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from store.constants import SAME_BILL, SHOWN_FROM, SHOWN_TAG

decisions = Migrations("decisions")


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


@decisions()
def show_accessibility_that_a_title_names(db: Database) -> None:
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
