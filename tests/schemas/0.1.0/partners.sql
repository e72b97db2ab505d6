CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
insert into "_sqlite_migrations" values (1, 'partners', 'create_accounts', '2026-11-26 09:37:57.540125+00:00');
insert into "_sqlite_migrations" values (2, 'partners', 'create_statements', '2026-11-26 09:37:57.543548+00:00');
CREATE TABLE accounts (
            id integer primary key, name text not null, name_key text not null unique, email text unique,
            role text not null, unit text, password text, created_at text not null, disabled_at text,
            shortcuts integer not null default 1
        );
insert into "accounts" values (1, 'Pia Partner', 'pia partner', 'pia@example.org', 'viewer', NULL, NULL, '2026-11-20T09:00:00Z', NULL, 1);
CREATE TABLE sessions (
            token_hash text primary key, account_id integer not null references accounts(id), started_at text not null,
            expires_at text not null, revoked_at text
        ) without rowid;
CREATE TABLE attempts (tried_at text not null, name_hash text not null, origin_hash text not null);
CREATE TABLE audit (
            id integer primary key, happened_at text not null, account_id integer references accounts(id),
            what text not null, about text not null
        );
insert into "audit" values (1, '2026-11-20T09:00:00Z', NULL, 'account added', 'Pia Partner: viewer');
CREATE TABLE statements (
            id integer primary key, document_id text not null, organisation text not null, stance text, note text,
            written_by integer not null references accounts(id), written_at text not null
        );
insert into "statements" values (1, 'us-117-hres1', 'Pia', 'support', 'because', 1, '2026-11-20T09:00:00Z');
CREATE TABLE moderations (
            id integer primary key, statement_id integer not null references statements(id), hidden integer not null,
            reason text not null, moderated_by integer not null, moderated_at text not null
        );
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX sessions_by_account on sessions (account_id, expires_at);
CREATE INDEX attempts_by_time on attempts (tried_at);
CREATE TRIGGER audit_never_update before update on audit
                begin select raise(abort, 'what was said stays: audit is only added to'); end;
CREATE TRIGGER audit_never_delete before delete on audit
                begin select raise(abort, 'what was said stays: audit is only added to'); end;
CREATE INDEX statements_by_document on statements (document_id, organisation, id);
CREATE INDEX moderations_by_statement on moderations (statement_id, id);
CREATE VIEW current_statements as
        select s.*, a.disabled_at is not null as closed, coalesce(m.hidden, 0) as hidden, m.reason, m.id as moderation_id
        from statements s join accounts a on a.id = s.written_by
        left join moderations m on m.id = (select max(o.id) from moderations o where o.statement_id = s.id)
        where s.id = (
            select max(o.id) from statements o where o.document_id = s.document_id and o.organisation = s.organisation
        );
CREATE TRIGGER statements_never_update before update on statements
                begin select raise(abort, 'what was said stays: statements is only added to'); end;
CREATE TRIGGER statements_never_delete before delete on statements
                begin select raise(abort, 'what was said stays: statements is only added to'); end;
CREATE TRIGGER moderations_never_update before update on moderations
                begin select raise(abort, 'what was said stays: moderations is only added to'); end;
CREATE TRIGGER moderations_never_delete before delete on moderations
                begin select raise(abort, 'what was said stays: moderations is only added to'); end;
