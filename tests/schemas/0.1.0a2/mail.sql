CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
insert into "_sqlite_migrations" values (1, 'digest', 'create_subscribers', '2026-11-26 09:37:56.711603+00:00');
insert into "_sqlite_migrations" values (2, 'digest', 'create_issues', '2026-11-26 09:37:56.715518+00:00');
CREATE TABLE subscribers (
            id text primary key, list text not null, address text, address_key text, state text not null,
            frequency text not null, language text not null, preferences text not null, handle text not null unique,
            nonce text, created_at text not null, confirmed_at text, left_at text
        ) without rowid;
insert into "subscribers" values ('0c183b7114693104', 'public', 'one@example.org', 'one@example.org', 'confirmed', 'weekly', 'en', '{}', 'mEXXUbxj5Kxi45iT0mnkHG4w', NULL, '2026-11-20T09:00:00Z', '2026-11-20T09:00:00Z', NULL);
CREATE TABLE suppressions (address_hash text primary key, reason text not null, added_at text not null);
insert into "suppressions" values ('abc', 'left', '2026-11-20T09:00:00Z');
CREATE TABLE requests (asked_at text not null, address_hash text not null, origin_hash text);
insert into "requests" values ('2026-11-20T09:00:00Z', '4c5ac83a843e6c816ded049d7cb74cb321b58155', NULL);
CREATE TABLE secrets (name text primary key, value text not null) without rowid;
insert into "secrets" values ('links', 'f8892d4dd7dfff96f56422b2976c835123027d75e3033ced7404a609ca510d8a');
CREATE TABLE ledger (
            position integer primary key autoincrement, change_id text not null unique, document_id text not null,
            seen_at text not null
        );
CREATE TABLE digests (
            id text primary key, list text not null, frequency text not null, period text not null, day text not null,
            since integer not null, through integer not null, news_since integer not null, state text not null,
            note text, prepared_at text not null, released_at text
        ) without rowid;
CREATE TABLE digest_items (
            digest_id text not null references digests(id), ordinal integer not null, document_id text not null,
            entry text not null, primary key (digest_id, ordinal)
        ) without rowid;
CREATE TABLE deliveries (
            digest_id text not null, subscriber_id text not null, state text not null, since integer not null,
            through integer not null, attempts integer not null default 0, next_try_at text, claimed_at text,
            sent_at text, error text, message_id text, items integer, primary key (digest_id, subscriber_id)
        ) without rowid;
insert into "deliveries" values ('confirm-2026-11-20T09:00:00Z', '0c183b7114693104', 'superseded', 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE UNIQUE INDEX subscribers_by_address on subscribers (address_key, list);
CREATE INDEX subscribers_by_list on subscribers (list, frequency, state);
CREATE INDEX requests_by_time on requests (asked_at);
CREATE INDEX ledger_by_time on ledger (seen_at);
CREATE INDEX deliveries_by_subscriber on deliveries (subscriber_id, state, through);
CREATE INDEX deliveries_by_message on deliveries (message_id);
