CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
insert into "_sqlite_migrations" values (1, 'staff', 'create_suggested_stances', '2026-11-26 09:37:29.283445+00:00');
insert into "_sqlite_migrations" values (2, 'desk', 'create_accounts', '2026-11-26 09:37:30.224952+00:00');
insert into "_sqlite_migrations" values (3, 'desk', 'create_reviews', '2026-11-26 09:37:30.225258+00:00');
insert into "_sqlite_migrations" values (4, 'desk', 'create_work', '2026-11-26 09:37:30.225683+00:00');
insert into "_sqlite_migrations" values (5, 'desk', 'forbid_changes', '2026-11-26 09:37:30.226029+00:00');
CREATE TABLE suggested_stances (
            document_id text not null, position_id text not null, ordinal integer not null, stance text not null,
            score real not null, reason text not null, field text not null, start integer not null,
            "end" integer not null, words text not null, primary key (document_id, position_id, ordinal)
        ) without rowid;
insert into "suggested_stances" values ('us-117-hres1392', 'if-no-viewpoint-removal', 2, 'oppose', 0.7, 'takes library or school materials away because of what they say: oppose, if-no-viewpoint-removal', 'title', 0, 313, 'Recognizing "Banned Books Week" and the sweeping attacks on books in the United States today, acknowledging the central role books play in promoting democratic and civil discourse, and urging recognition of the illegitimate tactics being used to ban books in K-12 classrooms, universities, prisons, and libraries.');
insert into "suggested_stances" values ('us-117-hres1392', 'if-readers-in-prison', 1, 'oppose', 0.75, 'bans books or mail in prison: oppose, if-readers-in-prison', 'title', 0, 313, 'Recognizing "Banned Books Week" and the sweeping attacks on books in the United States today, acknowledging the central role books play in promoting democratic and civil discourse, and urging recognition of the illegitimate tactics being used to ban books in K-12 classrooms, universities, prisons, and libraries.');
insert into "suggested_stances" values ('us-117-hres1392', 'if-right-to-read-laws', 0, 'support', 0.85, 'protects the right to read by law: support, if-right-to-read-laws', 'title', 0, 313, 'Recognizing "Banned Books Week" and the sweeping attacks on books in the United States today, acknowledging the central role books play in promoting democratic and civil discourse, and urging recognition of the illegitimate tactics being used to ban books in K-12 classrooms, universities, prisons, and libraries.');
insert into "suggested_stances" values ('us-117-sres177', 'lt-lifelong-literacy', 0, 'support', 0.49, 'teaches people to handle health or money matters in writing: support, lt-lifelong-literacy', 'title', 0, 66, 'A resolution designating April 2021 as "Financial Literacy Month".');
CREATE TABLE accounts (
            id integer primary key, name text not null, name_key text not null unique, email text unique,
            role text not null, unit text, password text, created_at text not null, disabled_at text,
            shortcuts integer not null default 1
        );
insert into "accounts" values (1, 'Ana Reader', 'ana reader', 'ana@example.org', 'approver', 'Office', 'pbkdf2_sha256$600000$400b19c60301a57099b7a76abef50e04$KBjFRYUJQkejOLTX9AN+oHqWajOxuEuzZsiE6ykU9QQ=', '2026-11-20T09:00:00Z', NULL, 1);
insert into "accounts" values (2, 'Ben Writer', 'ben writer', 'ben@example.org', 'reviewer', NULL, NULL, '2026-11-20T09:00:00Z', NULL, 1);
CREATE TABLE sessions (
            token_hash text primary key, account_id integer not null references accounts(id), started_at text not null,
            expires_at text not null, revoked_at text
        ) without rowid;
CREATE TABLE attempts (tried_at text not null, name_hash text not null, origin_hash text not null);
CREATE TABLE audit (
            id integer primary key, happened_at text not null, account_id integer references accounts(id),
            what text not null, about text not null
        );
insert into "audit" values (1, '2026-11-20T09:00:00Z', NULL, 'account added', 'Ana Reader: approver');
insert into "audit" values (2, '2026-11-20T09:00:00Z', NULL, 'account added', 'Ben Writer: reviewer');
CREATE TABLE reviews (
            id integer primary key autoincrement, document_id text not null, subject text not null, verdict text not null,
            value text, note text, reason text, published integer not null default 0, passage text,
            text_hash text not null, suggestion text not null, reviewer integer not null references accounts(id),
            reviewed_at text not null, undoes integer unique references reviews(id), batch text,
            sampled integer not null default 0
        );
insert into "reviews" values (1, 'us-117-hconres33', 'area:literacy', 'confirm', NULL, 'Zeile “é”', NULL, 0, NULL, '1b2e921d7787d99d23496b3fddbedffe', '{"suggested": false, "value": null, "sure": null, "words": []}', 1, '2026-11-20T09:00:00Z', NULL, NULL, 0);
insert into "reviews" values (2, 'us-117-hconres88', 'area:literacy', 'confirm', NULL, 'Zeile “é”', NULL, 0, NULL, 'b0342b3817a3044d96c9f4fe57d429c6', '{"suggested": false, "value": null, "sure": null, "words": []}', 1, '2026-11-20T09:00:00Z', NULL, NULL, 0);
insert into "reviews" values (3, 'us-117-hjres17', 'area:literacy', 'confirm', NULL, 'Zeile “é”', NULL, 0, NULL, '5eed489c08331e0704676b6961330a79', '{"suggested": false, "value": null, "sure": null, "words": []}', 1, '2026-11-20T09:00:00Z', NULL, NULL, 0);
insert into "reviews" values (4, 'us-117-hjres17', 'area:literacy', 'undo', NULL, NULL, NULL, 0, NULL, '5eed489c08331e0704676b6961330a79', '{"suggested": false, "value": null, "sure": null, "words": []}', 1, '2026-11-20T09:00:00Z', 3, NULL, 0);
CREATE TABLE standings (
            document_id text not null, subject text not null, review_id integer not null, state text not null,
            why text not null, since text not null, primary key (document_id, subject)
        ) without rowid;
insert into "standings" values ('us-117-hconres33', 'area:literacy', 1, 'holds', '', '2026-11-20T09:00:00Z');
insert into "standings" values ('us-117-hconres88', 'area:literacy', 2, 'holds', '', '2026-11-20T09:00:00Z');
CREATE TABLE notes (
            id integer primary key, document_id text not null, written_by integer not null references accounts(id),
            written_at text not null, words text not null
        );
insert into "notes" values (1, 'us-117-hconres33', 1, '2026-11-20T09:00:00Z', 'a note; with ''quotes''');
CREATE TABLE assignments (
            id integer primary key, document_id text not null, assigned_to integer references accounts(id),
            assigned_by integer not null references accounts(id), assigned_at text not null
        );
insert into "assignments" values (1, 'us-117-hconres88', 2, 1, '2026-11-20T09:00:00Z');
CREATE TABLE snoozes (
            id integer primary key, document_id text not null, until_on text, until_change text,
            asked_by integer not null references accounts(id), asked_at text not null
        );
insert into "snoozes" values (1, 'us-117-hjres17', '2027-01-01', NULL, 1, '2026-11-20T09:00:00Z');
CREATE TABLE area_owners (
            id integer primary key, area_id text not null, owner integer references accounts(id),
            handed_by integer not null references accounts(id), handed_at text not null, note text
        );
insert into "area_owners" values (1, 'privacy', 2, 1, '2026-11-20T09:00:00Z', NULL);
CREATE TABLE follows (
            account_id integer not null references accounts(id), document_id text not null, since text not null,
            primary key (account_id, document_id)
        ) without rowid;
insert into "follows" values (1, 'us-117-hconres33', '2026-11-20T09:00:00Z');
CREATE TABLE saved_filters (
            account_id integer not null references accounts(id), name text not null, query text not null,
            primary key (account_id, name)
        ) without rowid;
insert into "saved_filters" values (1, 'mine', 'area=privacy');
CREATE TABLE visits (
            account_id integer primary key references accounts(id), since text, last_at text not null
        );
insert into "visits" values (1, NULL, '2026-11-20T09:00:00Z');
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX sessions_by_account on sessions (account_id, expires_at);
CREATE INDEX attempts_by_time on attempts (tried_at);
CREATE INDEX reviews_by_document on reviews (document_id, subject, id);
CREATE INDEX reviews_by_reviewer on reviews (reviewer, id);
CREATE VIEW current_reviews as select * from reviews r where r.id = (
            select max(o.id) from reviews o where o.document_id = r.document_id and o.subject = r.subject
            and o.verdict != 'undo' and not exists (select 1 from reviews u where u.undoes = o.id)
        );
CREATE INDEX standings_by_state on standings (state);
CREATE INDEX notes_by_document on notes (document_id);
CREATE INDEX assignments_by_document on assignments (document_id, id);
CREATE INDEX snoozes_by_document on snoozes (document_id, id);
CREATE INDEX area_owners_by_area on area_owners (area_id, id);
CREATE VIEW current_assignments as select * from assignments r
            where r.id = (select max(o.id) from assignments o where o.document_id = r.document_id);
CREATE VIEW current_snoozes as select * from snoozes r
            where r.id = (select max(o.id) from snoozes o where o.document_id = r.document_id);
CREATE VIEW current_area_owners as select * from area_owners r
            where r.id = (select max(o.id) from area_owners o where o.area_id = r.area_id);
CREATE TRIGGER reviews_never_update before update on reviews
                begin select raise(abort, 'what was decided stays: reviews is only added to'); end;
CREATE TRIGGER reviews_never_delete before delete on reviews
                begin select raise(abort, 'what was decided stays: reviews is only added to'); end;
CREATE TRIGGER notes_never_update before update on notes
                begin select raise(abort, 'what was decided stays: notes is only added to'); end;
CREATE TRIGGER notes_never_delete before delete on notes
                begin select raise(abort, 'what was decided stays: notes is only added to'); end;
CREATE TRIGGER assignments_never_update before update on assignments
                begin select raise(abort, 'what was decided stays: assignments is only added to'); end;
CREATE TRIGGER assignments_never_delete before delete on assignments
                begin select raise(abort, 'what was decided stays: assignments is only added to'); end;
CREATE TRIGGER snoozes_never_update before update on snoozes
                begin select raise(abort, 'what was decided stays: snoozes is only added to'); end;
CREATE TRIGGER snoozes_never_delete before delete on snoozes
                begin select raise(abort, 'what was decided stays: snoozes is only added to'); end;
CREATE TRIGGER area_owners_never_update before update on area_owners
                begin select raise(abort, 'what was decided stays: area_owners is only added to'); end;
CREATE TRIGGER area_owners_never_delete before delete on area_owners
                begin select raise(abort, 'what was decided stays: area_owners is only added to'); end;
CREATE TRIGGER audit_never_update before update on audit
                begin select raise(abort, 'what was decided stays: audit is only added to'); end;
CREATE TRIGGER audit_never_delete before delete on audit
                begin select raise(abort, 'what was decided stays: audit is only added to'); end;
