CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
insert into "_sqlite_migrations" values (1, 'staff', 'create_suggested_stances', '2026-11-26 09:37:22.311727+00:00');
CREATE TABLE suggested_stances (
            document_id text not null, position_id text not null, ordinal integer not null, stance text not null,
            score real not null, reason text not null, field text not null, start integer not null,
            "end" integer not null, words text not null, primary key (document_id, position_id, ordinal)
        ) without rowid;
insert into "suggested_stances" values ('us-117-hres1392', 'if-no-viewpoint-removal', 2, 'oppose', 0.7, 'takes library or school materials away because of what they say: oppose, if-no-viewpoint-removal', 'title', 0, 313, 'Recognizing "Banned Books Week" and the sweeping attacks on books in the United States today, acknowledging the central role books play in promoting democratic and civil discourse, and urging recognition of the illegitimate tactics being used to ban books in K-12 classrooms, universities, prisons, and libraries.');
insert into "suggested_stances" values ('us-117-hres1392', 'if-readers-in-prison', 1, 'support', 0.75, 'limits bans on books or mail in prison: support, if-readers-in-prison', 'title', 0, 313, 'Recognizing "Banned Books Week" and the sweeping attacks on books in the United States today, acknowledging the central role books play in promoting democratic and civil discourse, and urging recognition of the illegitimate tactics being used to ban books in K-12 classrooms, universities, prisons, and libraries.');
insert into "suggested_stances" values ('us-117-hres1392', 'if-right-to-read-laws', 0, 'support', 0.85, 'protects the right to read by law: support, if-right-to-read-laws', 'title', 0, 313, 'Recognizing "Banned Books Week" and the sweeping attacks on books in the United States today, acknowledging the central role books play in promoting democratic and civil discourse, and urging recognition of the illegitimate tactics being used to ban books in K-12 classrooms, universities, prisons, and libraries.');
insert into "suggested_stances" values ('us-117-sres177', 'lt-lifelong-literacy', 0, 'support', 0.49, 'teaches people to handle health or money matters in writing: support, lt-lifelong-literacy', 'title', 0, 66, 'A resolution designating April 2021 as "Financial Literacy Month".');
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
