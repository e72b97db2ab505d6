"""corpus.db, who decides and how they voted: office holders, committees, roll calls.

People, terms, offices and committees are observed: a term that its source no longer names is closed with a day, never
deleted. Their writer is crawlers/storage/people.py; that of roll calls crawlers/storage/roll_calls.py. `sponsor_people` and
`voters.person` are derived from them (crawlers/storage/person_links.py) and can be made again.

Persons are named by text in small tables (`people.id`: a Bioguide id such as "B001234", or Open States' "ocd-person/…"), and
by number (`people.key`, `voters.key`, `roll_calls.key`) where there are millions of rows; the views `votes` and
`person_of_sponsor` show those with the names.
"""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

people = Migrations("people")


@people()
def create_people(db: Database) -> None:
    # What a person is now; the history is in person_terms. `is_current` is 0 for who holds no office (any more), and for who
    # is known from sponsorships and votes alone. `record_hash` is of everything the source said, so that a second run writes
    # nothing.
    db.execute("""
        create table people (
            key integer primary key, id text not null unique, name text not null, given_name text, family_name text,
            jurisdiction text not null, party text, chamber text, district text, title text, image_url text, website text,
            email text, contact_form text, is_current integer not null, updated_on text, source text not null,
            source_url text not null, record_hash text not null, first_seen_at text not null, changed_at text not null
        )""")
    db.execute("create index people_by_place on people (jurisdiction, is_current, chamber, district)")
    db.execute("create index people_by_name on people (name)")
    db.execute("""
        create table person_ids (
            person text not null references people(id), scheme text not null, value text not null,
            primary key (person, scheme, value)
        ) without rowid""")
    db.execute("create index person_ids_by_value on person_ids (scheme, value)")
    # Every name under which a source writes of a person, `name` too.
    db.execute("""
        create table person_names (
            person text not null references people(id), name text not null, primary key (person, name)
        ) without rowid""")
    # `starts` and `ends` are the source's days, empty where it gives none; `seen_from` and `seen_until` are ours: when the
    # source first said it, and when it no longer did (empty: it still does).
    db.execute("""
        create table person_terms (
            person text not null references people(id), chamber text, state text, district text, party text, title text,
            starts text, ends text, seen_from text not null, seen_until text
        )""")
    db.execute("create index person_terms_by_person on person_terms (person, starts)")
    db.execute("create index person_terms_by_seat on person_terms (state, chamber, district)")
    db.execute("""
        create table offices (
            person text not null references people(id), ordinal integer not null, kind text not null, name text,
            address text, phone text, fax text, primary key (person, ordinal)
        ) without rowid""")


@people()
def create_legislative_committees(db: Database) -> None:
    # `id` is the code with which documents name the committee (committees.code): "hsju00", "hsju10" for its subcommittee.
    db.execute("""
        create table legislative_committees (
            id text primary key, jurisdiction text not null, chamber text, name text not null, parent text, url text,
            phone text, source text not null, seen_from text not null, seen_until text
        ) without rowid""")
    db.execute("""
        create table committee_members (
            committee text not null references legislative_committees(id), person text not null, role text,
            rank integer, party text, seen_from text not null, seen_until text, primary key (committee, person, seen_from)
        ) without rowid""")
    db.execute("create index committee_members_by_person on committee_members (person)")


@people()
def create_roll_calls(db: Database) -> None:
    # `held_at` has its zone or is a bare day, `held_on` is the day there. `passed` is empty where the source does not say, or
    # where its word and its counts cannot both be right. Roll calls may be about bills that are not stored (yet), hence no
    # foreign key.
    db.execute("""
        create table roll_calls (
            key integer primary key, id text not null unique, jurisdiction text not null, session text not null,
            chamber text, number text, held_at text not null, held_on text not null, question text not null,
            description text, motion text, requirement text, result text, passed integer, document_id text, version text,
            amendment text, yes integer, no integer, present integer, not_voting integer, other integer,
            source text not null, source_url text not null, record_hash text not null, first_seen_at text not null,
            changed_at text not null, missing_since text
        )""")
    db.execute("create index roll_calls_by_document on roll_calls (document_id, held_on) where document_id is not null")
    db.execute("create index roll_calls_by_place on roll_calls (jurisdiction, held_on)")
    db.execute("create index roll_calls_by_session on roll_calls (source, jurisdiction, session)")
    # Who votes under one name in one session and chamber. `identifier` is the key of the person that the source gives, `nth`
    # tells people apart whom one roll call lists under one name (0: nobody else has it there).
    db.execute("""
        create table voters (
            key integer primary key, jurisdiction text not null, session text not null, chamber text not null,
            name text not null, nth integer not null, identifier text not null, party text not null, state text not null,
            person text, how text,
            unique (jurisdiction, session, chamber, name, identifier, party, state, nth)
        )""")
    db.execute("create index voters_by_person on voters (person) where person is not null")
    # `word` is the source's own, `choice` yes, no, present, not_voting or other.
    db.execute("create table vote_words (key integer primary key, word text not null unique, choice text not null)")
    db.execute("""
        create table ballots (
            roll_call integer not null references roll_calls(key), voter integer not null references voters(key),
            word integer not null references vote_words(key), primary key (roll_call, voter)
        ) without rowid""")
    db.execute("create index ballots_by_voter on ballots (voter, roll_call)")
    db.execute("""
        create view votes as
        select r.id as roll_call, v.person, v.name, v.party, v.state, w.choice, w.word, v.how
        from ballots b join roll_calls r on r.key = b.roll_call join voters v on v.key = b.voter
        join vote_words w on w.key = b.word""")


@people()
def create_sponsor_people(db: Database) -> None:
    # `how` is "identifier" (the source's key of the person) or "name" (name, chamber, state and day leave one person).
    db.execute("""
        create table sponsor_people (
            document_id text not null, ordinal integer not null, person integer not null references people(key),
            how text not null, primary key (document_id, ordinal)
        ) without rowid""")
    db.execute("create index sponsor_people_by_person on sponsor_people (person, document_id)")
    db.execute("""
        create view person_of_sponsor as
        select l.document_id, l.ordinal, s.name, s.role, p.id as person, l.how
        from sponsor_people l join people p on p.key = l.person
        join sponsors s on s.document_id = l.document_id and s.ordinal = l.ordinal""")


@people()
def index_committees_of_documents(db: Database) -> None:
    # A committee's page looks up the documents that name it.
    db.execute("create index committees_by_code on committees (code, document_id) where code is not null")


@people()
def link_sponsors_anew(db: Database) -> None:
    # Links made before a family name's key could be doubted (crawlers/storage/person_links.py) would stay for as long as their
    # documents do not change. The next update makes them all again.
    db.execute("delete from sponsor_people")
