CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
insert into "_sqlite_migrations" values (1, 'ops', 'create_rejects_and_responses', '2026-11-26 09:37:51.359551+00:00');
insert into "_sqlite_migrations" values (2, 'ops', 'create_budgets', '2026-11-26 09:37:51.359722+00:00');
insert into "_sqlite_migrations" values (3, 'ops', 'index_rejects', '2026-11-26 09:37:51.359814+00:00');
CREATE TABLE rejects (
            id integer primary key, source text not null, url text not null, reason text not null,
            rejected_at text not null, size integer not null, body blob
        );
CREATE TABLE responses (
            fingerprint text primary key, url text not null, status integer not null, headers text not null,
            body blob not null, stored_at text not null
        ) without rowid;
CREATE TABLE budgets (source text not null, day text not null, used integer not null, primary key (source, day)) without rowid;
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX rejects_by_url on rejects (source, url);
