CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
insert into "_sqlite_migrations" values (1, 'digest', 'create_subscribers', '2026-11-26 09:37:57.475586+00:00');
insert into "_sqlite_migrations" values (2, 'digest', 'create_issues', '2026-11-26 09:37:57.479545+00:00');
insert into "_sqlite_migrations" values (3, 'digest', 'create_alerts', '2026-11-26 09:37:57.483337+00:00');
CREATE TABLE subscribers (
            id text primary key, list text not null, address text, address_key text, state text not null,
            frequency text not null, language text not null, preferences text not null, handle text not null unique,
            nonce text, created_at text not null, confirmed_at text, left_at text
        ) without rowid;
insert into "subscribers" values ('b4d9307ecd9231d5', 'public', 'one@example.org', 'one@example.org', 'confirmed', 'weekly', 'en', '{}', 'ny9P_0_lxIPtDeYktbWzHhrB', NULL, '2026-11-20T09:00:00Z', '2026-11-20T09:00:00Z', NULL);
CREATE TABLE suppressions (address_hash text primary key, reason text not null, added_at text not null);
insert into "suppressions" values ('abc', 'left', '2026-11-20T09:00:00Z');
CREATE TABLE requests (asked_at text not null, address_hash text not null, origin_hash text);
insert into "requests" values ('2026-11-20T09:00:00Z', '7259598cd1fd113426ce10e5565d59754e639473', NULL);
CREATE TABLE secrets (name text primary key, value text not null) without rowid;
insert into "secrets" values ('links', '12ccf020b5ae94b3ae88d54c970d87134f55b0f346c018f6fe1548e770dd5fd5');
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
insert into "deliveries" values ('confirm-2026-11-20T09:00:00Z', 'b4d9307ecd9231d5', 'superseded', 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE alert_channels (name text primary key, since integer not null, added_at text not null);
CREATE TABLE alerts (
            channel text not null, event text not null, document_id text not null, state text not null,
            attempts integer not null, claimed_at text not null, settled_at text, primary key (channel, event)
        ) without rowid;
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE UNIQUE INDEX subscribers_by_address on subscribers (address_key, list);
CREATE INDEX subscribers_by_list on subscribers (list, frequency, state);
CREATE INDEX requests_by_time on requests (asked_at);
CREATE INDEX ledger_by_time on ledger (seen_at);
CREATE INDEX deliveries_by_subscriber on deliveries (subscriber_id, state, through);
CREATE INDEX deliveries_by_message on deliveries (message_id);
