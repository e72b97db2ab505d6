CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
insert into "_sqlite_migrations" values (1, 'crawlers', 'create_documents', '2026-11-26 09:37:51.308073+00:00');
insert into "_sqlite_migrations" values (2, 'crawlers', 'create_changes_and_runs', '2026-11-26 09:37:51.308486+00:00');
insert into "_sqlite_migrations" values (3, 'crawlers', 'create_full_text_search', '2026-11-26 09:37:51.309545+00:00');
insert into "_sqlite_migrations" values (4, 'crawlers', 'create_observations', '2026-11-26 09:37:51.309758+00:00');
insert into "_sqlite_migrations" values (5, 'crawlers', 'create_derivations', '2026-11-26 09:37:51.309886+00:00');
insert into "_sqlite_migrations" values (6, 'crawlers', 'create_attachments', '2026-11-26 09:37:51.310038+00:00');
insert into "_sqlite_migrations" values (7, 'crawlers', 'index_documents_by_place', '2026-11-26 09:37:51.310169+00:00');
insert into "_sqlite_migrations" values (8, 'crawlers', 'add_waiting_to_runs', '2026-11-26 09:37:51.310495+00:00');
insert into "_sqlite_migrations" values (9, 'crawlers', 'add_unknown_to_runs', '2026-11-26 09:37:51.310758+00:00');
insert into "_sqlite_migrations" values (10, 'classify', 'create_tags', '2026-11-26 09:37:51.315240+00:00');
insert into "_sqlite_migrations" values (11, 'classify', 'create_agreement', '2026-11-26 09:37:51.315417+00:00');
insert into "_sqlite_migrations" values (12, 'positions', 'create_positions', '2026-11-26 09:37:51.315831+00:00');
insert into "_sqlite_migrations" values (13, 'positions', 'add_reasons', '2026-11-26 09:37:51.316633+00:00');
insert into "_sqlite_migrations" values (14, 'positions', 'create_outcomes', '2026-11-26 09:37:51.316818+00:00');
insert into "_sqlite_migrations" values (15, 'publish', 'create_listing', '2026-11-26 09:37:55.239219+00:00');
insert into "_sqlite_migrations" values (16, 'publish', 'create_listing_with_ceremonial', '2026-11-26 09:37:55.239681+00:00');
insert into "_sqlite_migrations" values (17, 'publish', 'create_position_search', '2026-11-26 09:37:55.240060+00:00');
insert into "_sqlite_migrations" values (18, 'publish', 'create_source_index', '2026-11-26 09:37:55.240235+00:00');
insert into "_sqlite_migrations" values (19, 'publish', 'create_ceremonial', '2026-11-26 09:37:55.240360+00:00');
insert into "_sqlite_migrations" values (20, 'publish', 'create_activity', '2026-11-26 09:37:55.240543+00:00');
insert into "_sqlite_migrations" values (21, 'decisions', 'create_decisions', '2026-11-26 09:37:55.241225+00:00');
insert into "_sqlite_migrations" values (22, 'decisions', 'add_places_and_what_is_shown', '2026-11-26 09:37:55.242229+00:00');
insert into "_sqlite_migrations" values (23, 'vocabulary', 'create_search_words', '2026-11-26 09:37:55.242930+00:00');
insert into "_sqlite_migrations" values (24, 'holdings', 'create_coverage', '2026-11-26 09:37:55.243430+00:00');
insert into "_sqlite_migrations" values (25, 'comparison', 'create_look_alikes', '2026-11-26 09:37:55.244537+00:00');
insert into "_sqlite_migrations" values (26, 'comparison', 'create_shared_passages', '2026-11-26 09:37:55.244845+00:00');
insert into "_sqlite_migrations" values (27, 'comparison', 'create_version_provisions', '2026-11-26 09:37:55.245036+00:00');
insert into "_sqlite_migrations" values (28, 'threads', 'create_threads', '2026-11-26 09:37:55.245462+00:00');
CREATE TABLE documents (
            id text primary key,
            kind text not null, source text not null, jurisdiction text not null, level text not null,
            session text not null, identifier text not null, document_type text, chamber text,
            title text not null, abstract text, text text, url text not null,
            status text not null, status_on text, published_on text, policy_area text,
            latest_action text, latest_action_on text,
            comments_close_on text, effective_on text, corrects text, presidential_number text,
            first_seen_at text not null, changed_at text not null, missing_since text,
            text_hash text not null, record_hash text not null
        );
insert into "documents" values ('us-117-sres177', 'bill', 'us_bills', 'us', 'federal', '117', 'S.Res. 177', 'sres', 'upper', 'A resolution designating April 2021 as "Financial Literacy Month".', 'Names April 2021 as a month to promote financial literacy education.', NULL, 'https://www.congress.gov/bill/117th-congress/senate-resolution/177', 'adopted', '2021-04-22', '2021-04-22', 'Finance and Financial Sector', 'Submitted in the Senate, considered, and agreed to without amendment and with a preamble by Voice Vote. (consideration: CR S2182; text: CR S2179-2180)', '2021-04-22', NULL, NULL, NULL, NULL, '2026-11-26T09:37:53Z', '2026-11-26T09:37:53Z', NULL, '6bd24af272daca0fe818986fc5ebf8b0', '16c31cd14017f61a20e2525cefa41a18');
insert into "documents" values ('us-117-sconres29', 'bill', 'us_bills', 'us', 'federal', '117', 'S.Con.Res. 29', 'sconres', 'upper', 'A concurrent resolution recognizing the need to improve physical access to many federally funded facilities for all people of the United States, particularly people with disabilities.', 'States that people with disabilities still meet barriers in buildings paid for with federal money, and that universal, accessible design should guide infrastructure work.', NULL, 'https://www.congress.gov/bill/117th-congress/senate-concurrent-resolution/29', 'in_committee', '2022-02-17', '2022-02-17', 'Civil Rights and Liberties, Minority Issues', 'Referred to the Committee on Health, Education, Labor, and Pensions. (text: CR S796)', '2022-02-17', NULL, NULL, NULL, NULL, '2026-11-26T09:37:53Z', '2026-11-26T09:37:53Z', NULL, '2333b3c8129716b5dd903e7d1958243a', 'a14a4c0a678e5dd6ac7313c591b594d2');
insert into "documents" values ('us-117-hres693', 'bill', 'us_bills', 'us', 'federal', '117', 'H.Res. 693', 'hres', 'lower', 'Recognizing the 25th anniversary of Radio Free Asia and its mission to provide an independent source of news to closed societies in Asia.', 'Honors 25 years of Radio Free Asia as a source of uncensored news in countries without a free press, and the journalists who work for it in spite of threats and arrests.', NULL, 'https://www.congress.gov/bill/117th-congress/house-resolution/693', 'adopted', '2022-12-21', '2021-09-29', 'International Affairs', 'Pursuant to the provisions of H. Res. 1529, H. Res. 693 is considered passed House.', '2022-12-21', NULL, NULL, NULL, NULL, '2026-11-26T09:37:53Z', '2026-11-26T09:37:53Z', NULL, '9158358aa09039cce296c26494764d7c', 'a55dc36df1e652167cd6170f9213f758');
insert into "documents" values ('us-117-hres1392', 'bill', 'us_bills', 'us', 'federal', '117', 'H.Res. 1392', 'hres', 'lower', 'Recognizing "Banned Books Week" and the sweeping attacks on books in the United States today, acknowledging the central role books play in promoting democratic and civil discourse, and urging recognition of the illegitimate tactics being used to ban books in K-12 classrooms, universities, prisons, and libraries.', NULL, NULL, 'https://www.congress.gov/bill/117th-congress/house-resolution/1392', 'in_committee', '2022-09-22', '2022-09-22', 'Civil Rights and Liberties, Minority Issues', 'Referred to the Subcommittee on the Constitution, Civil Rights, and Civil Liberties.', '2022-11-01', NULL, NULL, NULL, NULL, '2026-11-26T09:37:53Z', '2026-11-26T09:37:53Z', NULL, '2c15cb4515ea01cb068fbeb823524814', 'e3c15e9eb26d90a9ef4b64feecf6b677');
insert into "documents" values ('us-117-hjres17', 'bill', 'us_bills', 'us', 'federal', '117', 'H.J.Res. 17', 'hjres', 'lower', 'Removing the deadline for the ratification of the equal rights amendment.', 'As passed by the House. The Equal Rights Amendment, which bars denial of equal rights on account of sex, becomes part of the Constitution when three fourths of the states have ratified it, whatever the date.', NULL, 'https://www.congress.gov/bill/117th-congress/house-joint-resolution/17', 'passed_first_chamber', '2021-03-17', '2021-01-21', 'Civil Rights and Liberties, Minority Issues', 'Read the second time. Placed on Senate Legislative Calendar under General Orders. Calendar No. 12.', '2021-03-23', NULL, NULL, NULL, NULL, '2026-11-26T09:37:53Z', '2026-11-26T09:37:53Z', NULL, '5eed489c08331e0704676b6961330a79', 'aace46422693be886de7de054b8bcf08');
insert into "documents" values ('us-117-hconres88', 'bill', 'us_bills', 'us', 'federal', '117', 'H.Con.Res. 88', 'hconres', 'lower', 'Authorizing the use of the Capitol Grounds for the Greater Washington Soap Box Derby.', 'As passed by the House. Allows the Greater Washington Soap Box Derby to race down Capitol Hill on the third Saturday of June 2022.', NULL, 'https://www.congress.gov/bill/117th-congress/house-concurrent-resolution/88', 'adopted', '2022-06-16', '2022-05-10', 'Congress', 'Message on Senate action sent to the House.', '2022-06-21', NULL, NULL, NULL, NULL, '2026-11-26T09:37:53Z', '2026-11-26T09:37:53Z', NULL, 'b0342b3817a3044d96c9f4fe57d429c6', '4030ffaa6c91d81155ab76793caef2f3');
insert into "documents" values ('us-117-hconres33', 'bill', 'us_bills', 'us', 'federal', '117', 'H.Con.Res. 33', 'hconres', 'lower', 'Supporting the Local Radio Freedom Act.', 'Takes the side of local radio in the dispute about performance royalties: Congress should not put a new fee, royalty or tax on stations for playing sound recordings over the air.', NULL, 'https://www.congress.gov/bill/117th-congress/house-concurrent-resolution/33', 'in_committee', '2021-05-04', '2021-05-04', 'Science, Technology, Communications', 'Referred to the Subcommittee on Courts, Intellectual Property, and the Internet.', '2021-11-09', NULL, NULL, NULL, NULL, '2026-11-26T09:37:53Z', '2026-11-26T09:37:53Z', NULL, '1b2e921d7787d99d23496b3fddbedffe', '42c4455b8fd8dd1b95f1c42689804d5f');
CREATE TABLE titles (document_id text not null references documents(id), ordinal integer not null, kind, title, primary key (document_id, ordinal)) without rowid;
insert into "titles" values ('us-117-hconres33', 0, 'Display Title', 'Supporting the Local Radio Freedom Act.');
insert into "titles" values ('us-117-hconres33', 1, 'Official Title as Introduced', 'Supporting the Local Radio Freedom Act.');
insert into "titles" values ('us-117-hconres88', 0, 'Display Title', 'Authorizing the use of the Capitol Grounds for the Greater Washington Soap Box Derby.');
insert into "titles" values ('us-117-hconres88', 1, 'Official Title as Introduced', 'Authorizing the use of the Capitol Grounds for the Greater Washington Soap Box Derby.');
insert into "titles" values ('us-117-hconres88', 2, 'Official Title as Introduced', 'Authorizing the use of the Capitol Grounds for the Greater Washington Soap Box Derby.');
insert into "titles" values ('us-117-hjres17', 0, 'Display Title', 'Removing the deadline for the ratification of the equal rights amendment.');
insert into "titles" values ('us-117-hjres17', 1, 'Official Title as Introduced', 'Removing the deadline for the ratification of the equal rights amendment.');
insert into "titles" values ('us-117-hres1392', 0, 'Display Title', 'Recognizing "Banned Books Week" and the sweeping attacks on books in the United States today, acknowledging the central role books play in promoting democratic and civil discourse, and urging recognition of the illegitimate tactics being used to ban books in K-12 classrooms, universities, prisons, and libraries.');
insert into "titles" values ('us-117-hres1392', 1, 'Official Title as Introduced', 'Recognizing "Banned Books Week" and the sweeping attacks on books in the United States today, acknowledging the central role books play in promoting democratic and civil discourse, and urging recognition of the illegitimate tactics being used to ban books in K-12 classrooms, universities, prisons, and libraries.');
insert into "titles" values ('us-117-hres693', 0, 'Display Title', 'Recognizing the 25th anniversary of Radio Free Asia and its mission to provide an independent source of news to closed societies in Asia.');
insert into "titles" values ('us-117-hres693', 1, 'Official Title as Introduced', 'Recognizing the 25th anniversary of Radio Free Asia and its mission to provide an independent source of news to closed societies in Asia.');
insert into "titles" values ('us-117-sconres29', 0, 'Display Title', 'A concurrent resolution recognizing the need to improve physical access to many federally funded facilities for all people of the United States, particularly people with disabilities.');
insert into "titles" values ('us-117-sconres29', 1, 'Official Title as Introduced', 'A concurrent resolution recognizing the need to improve physical access to many federally funded facilities for all people of the United States, particularly people with disabilities.');
insert into "titles" values ('us-117-sres177', 0, 'Official Title as Introduced', 'A resolution designating April 2021 as "Financial Literacy Month".');
insert into "titles" values ('us-117-sres177', 1, 'Display Title', 'A resolution designating April 2021 as "Financial Literacy Month".');
CREATE TABLE summaries (document_id text not null references documents(id), ordinal integer not null, acted_on, action, text, primary key (document_id, ordinal)) without rowid;
insert into "summaries" values ('us-117-hconres33', 0, '2021-05-04', 'Introduced in House', 'Takes the side of local radio in the dispute about performance royalties: Congress should not put a new fee, royalty or tax on stations for playing sound recordings over the air.');
insert into "summaries" values ('us-117-hconres88', 0, '2022-05-10', 'Introduced in House', 'Allows a soap box derby on the Capitol grounds in June 2022.');
insert into "summaries" values ('us-117-hconres88', 1, '2022-06-07', 'Passed House', 'As passed by the House. Allows the Greater Washington Soap Box Derby to race down Capitol Hill on the third Saturday of June 2022.');
insert into "summaries" values ('us-117-hjres17', 0, '2021-01-21', 'Introduced in House', 'Strikes the deadline by which the states had to ratify the Equal Rights Amendment.');
insert into "summaries" values ('us-117-hjres17', 1, '2021-03-17', 'Passed House', 'As passed by the House. The Equal Rights Amendment, which bars denial of equal rights on account of sex, becomes part of the Constitution when three fourths of the states have ratified it, whatever the date.');
insert into "summaries" values ('us-117-hres693', 0, '2021-09-29', 'Introduced in House', 'Honors 25 years of Radio Free Asia as a source of uncensored news in countries without a free press, and the journalists who work for it in spite of threats and arrests.');
insert into "summaries" values ('us-117-sconres29', 0, '2022-02-17', 'Introduced in Senate', 'States that people with disabilities still meet barriers in buildings paid for with federal money, and that universal, accessible design should guide infrastructure work.');
insert into "summaries" values ('us-117-sres177', 0, '2021-04-22', 'Introduced in Senate', 'Names April 2021 as a month to promote financial literacy education.');
insert into "summaries" values ('us-117-sres177', 1, '2021-04-22', 'Passed Senate', 'Names April 2021 as Financial Literacy Month and asks schools, governments and businesses to mark it with programs that teach people to handle money.');
CREATE TABLE actions (document_id text not null references documents(id), ordinal integer not null, acted_on, description, classification, chamber, code, primary key (document_id, ordinal)) without rowid;
insert into "actions" values ('us-117-hconres33', 0, '2021-05-04', 'Introduced in House', 'introduction', NULL, '1000');
insert into "actions" values ('us-117-hconres33', 1, '2021-05-04', 'Introduced in House', 'introduction', NULL, 'Intro-H');
insert into "actions" values ('us-117-hconres33', 2, '2021-05-04', 'Referred to the House Committee on the Judiciary.', 'referral-committee', 'lower', 'H11100');
insert into "actions" values ('us-117-hconres33', 3, '2021-11-09', 'Referred to the Subcommittee on Courts, Intellectual Property, and the Internet.', 'referral-committee', 'lower', NULL);
insert into "actions" values ('us-117-hconres88', 0, '2022-05-10', 'Introduced in House', 'introduction', NULL, '1000');
insert into "actions" values ('us-117-hconres88', 1, '2022-05-10', 'Introduced in House', 'introduction', NULL, 'Intro-H');
insert into "actions" values ('us-117-hconres88', 2, '2022-05-10', 'Referred to the House Committee on Transportation and Infrastructure.', 'referral-committee', 'lower', 'H11100');
insert into "actions" values ('us-117-hconres88', 3, '2022-05-11', 'Referred to the Subcommittee on Economic Development, Public Buildings, and Emergency Management.', 'referral-committee', 'lower', NULL);
insert into "actions" values ('us-117-hconres88', 4, '2022-06-07', 'Mr. DeFazio moved to suspend the rules and agree to the resolution.', NULL, 'lower', 'H30300');
insert into "actions" values ('us-117-hconres88', 5, '2022-06-07', 'Passed/agreed to in House: On motion to suspend the rules and agree to the resolution Agreed to by voice vote.', 'passage', NULL, '8000');
insert into "actions" values ('us-117-hconres88', 6, '2022-06-07', 'On motion to suspend the rules and agree to the resolution Agreed to by voice vote. (text: CR H5296-5297)', NULL, 'lower', 'H37300');
insert into "actions" values ('us-117-hconres88', 7, '2022-06-08', 'Received in the Senate.', 'message', 'upper', NULL);
insert into "actions" values ('us-117-hconres88', 8, '2022-06-16', 'Passed/agreed to in Senate: Resolution agreed to in Senate without amendment by Unanimous Consent.', 'passage', NULL, '17000');
insert into "actions" values ('us-117-hconres88', 9, '2022-06-16', 'Resolution agreed to in Senate without amendment by Unanimous Consent.', NULL, 'upper', NULL);
insert into "actions" values ('us-117-hconres88', 10, '2022-06-21', 'Message on Senate action sent to the House.', 'message', 'upper', NULL);
insert into "actions" values ('us-117-hjres17', 0, '2021-01-21', 'Introduced in House', 'introduction', NULL, '1000');
insert into "actions" values ('us-117-hjres17', 1, '2021-01-21', 'Introduced in House', 'introduction', NULL, 'Intro-H');
insert into "actions" values ('us-117-hjres17', 2, '2021-01-21', 'Referred to the House Committee on the Judiciary.', 'referral-committee', 'lower', 'H11100');
insert into "actions" values ('us-117-hjres17', 3, '2021-03-17', 'Passed/agreed to in House: On passage Passed by the Yeas and Nays: 222 - 204 (Roll no. 82).(text: CR H1419)', 'passage', NULL, '8000');
insert into "actions" values ('us-117-hjres17', 4, '2021-03-18', 'Received in the Senate.', 'message', 'upper', NULL);
insert into "actions" values ('us-117-hjres17', 5, '2021-03-23', 'Read the second time. Placed on Senate Legislative Calendar under General Orders. Calendar No. 12.', NULL, 'upper', NULL);
insert into "actions" values ('us-117-hres1392', 0, '2022-09-22', 'Introduced in House', 'introduction', NULL, '1000');
insert into "actions" values ('us-117-hres1392', 1, '2022-09-22', 'Introduced in House', 'introduction', NULL, 'Intro-H');
insert into "actions" values ('us-117-hres1392', 2, '2022-09-22', 'Referred to the Committee on Education and Labor, and in addition to the Committee on the Judiciary, for a period to be subsequently determined by the Speaker, in each case for consideration of such provisions as fall within the jurisdiction of the committee concerned.', 'referral-committee', 'lower', 'H11100');
insert into "actions" values ('us-117-hres1392', 3, '2022-09-22', 'Referred to the Committee on Education and Labor, and in addition to the Committee on the Judiciary, for a period to be subsequently determined by the Speaker, in each case for consideration of such provisions as fall within the jurisdiction of the committee concerned.', 'referral-committee', 'lower', 'H11100');
insert into "actions" values ('us-117-hres1392', 4, '2022-11-01', 'Referred to the Subcommittee on the Constitution, Civil Rights, and Civil Liberties.', 'referral-committee', 'lower', NULL);
insert into "actions" values ('us-117-hres693', 0, '2021-09-29', 'Introduced in House', 'introduction', NULL, '1000');
insert into "actions" values ('us-117-hres693', 1, '2021-09-29', 'Introduced in House', 'introduction', NULL, 'Intro-H');
insert into "actions" values ('us-117-hres693', 2, '2021-09-29', 'Referred to the House Committee on Foreign Affairs.', 'referral-committee', 'lower', 'H11100');
insert into "actions" values ('us-117-hres693', 3, '2022-02-22', 'Referred to the Subcommittee on Asia, the Pacific, Central Asia and Nonproliferation.', 'referral-committee', 'lower', NULL);
insert into "actions" values ('us-117-hres693', 4, '2022-12-21', 'Passed/agreed to in House: Pursuant to the provisions of H. Res. 1529, H. Res. 693 is considered passed House.', 'passage', NULL, '8000');
insert into "actions" values ('us-117-hres693', 5, '2022-12-21', 'Pursuant to the provisions of H. Res. 1529, H. Res. 693 is considered passed House.', NULL, 'lower', 'H1B000');
insert into "actions" values ('us-117-sconres29', 0, '2022-02-17', 'Introduced in Senate', 'introduction', NULL, '10000');
insert into "actions" values ('us-117-sconres29', 1, '2022-02-17', 'Referred to the Committee on Health, Education, Labor, and Pensions. (text: CR S796)', 'referral-committee', 'upper', NULL);
insert into "actions" values ('us-117-sres177', 0, '2021-04-22', 'Introduced in Senate', 'introduction', NULL, '10000');
insert into "actions" values ('us-117-sres177', 1, '2021-04-22', 'Passed/agreed to in Senate: Submitted in the Senate, considered, and agreed to without amendment and with a preamble by Voice Vote.(consideration: CR S2182; text: CR S2179-2180)', 'passage', NULL, '17000');
insert into "actions" values ('us-117-sres177', 2, '2021-04-22', 'Submitted in the Senate, considered, and agreed to without amendment and with a preamble by Voice Vote. (consideration: CR S2182; text: CR S2179-2180)', 'introduction', 'upper', NULL);
CREATE TABLE sponsors (document_id text not null references documents(id), ordinal integer not null, name, role, party, state, district, person_id, joined_on, withdrawn_on, original, primary key (document_id, ordinal)) without rowid;
insert into "sponsors" values ('us-117-hconres33', 0, 'Rep. Kathy Castor', 'sponsor', 'D', 'FL', '14', 'C001066', NULL, NULL, 0);
insert into "sponsors" values ('us-117-hconres33', 1, 'Rep. Steve Womack', 'cosponsor', 'R', 'AR', '3', 'W000809', '2021-05-04', NULL, 1);
insert into "sponsors" values ('us-117-hconres33', 2, 'Rep. Michael T. McCaul', 'cosponsor', 'R', 'TX', '10', 'M001157', '2021-10-12', '2021-10-19', 0);
insert into "sponsors" values ('us-117-hconres33', 3, 'Rep. Brad Finstad', 'cosponsor', 'R', 'MN', '1', 'F000475', '2022-08-26', NULL, 0);
insert into "sponsors" values ('us-117-hconres88', 0, 'Rep. Steny H. Hoyer', 'sponsor', 'D', 'MD', '5', 'H000874', NULL, NULL, 0);
insert into "sponsors" values ('us-117-hconres88', 1, 'Rep. Donald S., Jr. Beyer', 'cosponsor', 'D', 'VA', '8', 'B001292', '2022-05-10', NULL, 1);
insert into "sponsors" values ('us-117-hconres88', 2, 'Rep. Jamie Raskin', 'cosponsor', 'D', 'MD', '8', 'R000606', '2022-05-10', NULL, 1);
insert into "sponsors" values ('us-117-hjres17', 0, 'Rep. Jackie Speier', 'sponsor', 'D', 'CA', '14', 'S001175', NULL, NULL, 0);
insert into "sponsors" values ('us-117-hjres17', 1, 'Rep. Tom Reed', 'cosponsor', 'R', 'NY', '23', 'R000585', '2021-01-21', NULL, 1);
insert into "sponsors" values ('us-117-hjres17', 2, 'Del. Gregorio Kilili Camacho Sablan', 'cosponsor', 'D', 'MP', '0', 'S001177', '2021-03-17', NULL, 0);
insert into "sponsors" values ('us-117-hres1392', 0, 'Rep. Jamie Raskin', 'sponsor', 'D', 'MD', '8', 'R000606', NULL, NULL, 0);
insert into "sponsors" values ('us-117-hres1392', 1, 'Rep. Suzanne Bonamici', 'cosponsor', 'D', 'OR', '1', 'B001278', '2022-09-22', NULL, 1);
insert into "sponsors" values ('us-117-hres1392', 2, 'Rep. Judy Chu', 'cosponsor', 'D', 'CA', '27', 'C001080', '2022-12-21', NULL, 0);
insert into "sponsors" values ('us-117-hres693', 0, 'Rep. James P. McGovern', 'sponsor', 'D', 'MA', '2', 'M000312', NULL, NULL, 0);
insert into "sponsors" values ('us-117-hres693', 1, 'Rep. Steve Chabot', 'cosponsor', 'R', 'OH', '1', 'C000266', '2021-09-29', NULL, 1);
insert into "sponsors" values ('us-117-sconres29', 0, 'Sen. Richard Blumenthal', 'sponsor', 'D', 'CT', NULL, 'B001277', NULL, NULL, 0);
insert into "sponsors" values ('us-117-sconres29', 1, 'Sen. Sherrod Brown', 'cosponsor', 'D', 'OH', NULL, 'B000944', '2022-02-17', NULL, 1);
insert into "sponsors" values ('us-117-sconres29', 2, 'Sen. Patty Murray', 'cosponsor', 'D', 'WA', NULL, 'M001111', '2022-02-17', NULL, 1);
insert into "sponsors" values ('us-117-sres177', 0, 'Sen. Jack Reed', 'sponsor', 'D', 'RI', NULL, 'R000122', NULL, NULL, 0);
insert into "sponsors" values ('us-117-sres177', 1, 'Sen. Tim Scott', 'cosponsor', 'R', 'SC', NULL, 'S001184', '2021-04-22', NULL, 1);
insert into "sponsors" values ('us-117-sres177', 2, 'Sen. Gary C. Peters', 'cosponsor', 'D', 'MI', NULL, 'P000595', '2021-04-22', NULL, 1);
CREATE TABLE committees (document_id text not null references documents(id), ordinal integer not null, name, chamber, code, activity, active_on, primary key (document_id, ordinal)) without rowid;
insert into "committees" values ('us-117-hconres33', 0, 'Judiciary Committee', 'lower', 'hsju00', 'Referred to', '2021-05-04');
insert into "committees" values ('us-117-hconres33', 1, 'Judiciary Committee: Courts, Intellectual Property, and the Internet Subcommittee', 'lower', 'hsju03', 'Referred to', '2021-11-09');
insert into "committees" values ('us-117-hconres88', 0, 'Transportation and Infrastructure Committee', 'lower', 'hspw00', 'Referred to', '2022-05-10');
insert into "committees" values ('us-117-hconres88', 1, 'Transportation and Infrastructure Committee: Economic Development, Public Buildings, and Emergency Management Subcommittee', 'lower', 'hspw13', 'Referred to', '2022-05-11');
insert into "committees" values ('us-117-hjres17', 0, 'Judiciary Committee', 'lower', 'hsju00', 'Referred to', '2021-01-21');
insert into "committees" values ('us-117-hres1392', 0, 'Judiciary Committee', 'lower', 'hsju00', 'Referred to', '2022-09-22');
insert into "committees" values ('us-117-hres1392', 1, 'Judiciary Committee: Constitution, Civil Rights, and Civil Liberties Subcommittee', 'lower', 'hsju10', 'Referred to', '2022-11-01');
insert into "committees" values ('us-117-hres1392', 2, 'Education and Labor Committee', 'lower', 'hsed00', 'Referred to', '2022-09-22');
insert into "committees" values ('us-117-hres693', 0, 'Foreign Affairs Committee', 'lower', 'hsfa00', 'Referred to', '2021-09-29');
insert into "committees" values ('us-117-hres693', 1, 'Foreign Affairs Committee: Asia, the Pacific, Central Asia, and Nonproliferation', 'lower', 'hsfa05', 'Referred to', '2022-02-22');
insert into "committees" values ('us-117-sconres29', 0, 'Health, Education, Labor, and Pensions Committee', 'upper', 'sshr00', 'Referred to', '2022-02-17');
CREATE TABLE versions (document_id text not null references documents(id), ordinal integer not null, name, issued_on, url, media_type, primary key (document_id, ordinal)) without rowid;
insert into "versions" values ('us-117-hconres33', 0, 'Introduced in House', '2021-05-04', 'https://www.govinfo.gov/content/pkg/BILLS-117hconres33ih/xml/BILLS-117hconres33ih.xml', 'text/xml');
insert into "versions" values ('us-117-hconres88', 0, 'Enrolled Bill', NULL, 'https://www.govinfo.gov/content/pkg/BILLS-117hconres88enr/xml/BILLS-117hconres88enr.xml', 'text/xml');
insert into "versions" values ('us-117-hconres88', 1, 'Received in Senate', '2022-06-08', 'https://www.govinfo.gov/content/pkg/BILLS-117hconres88rds/xml/BILLS-117hconres88rds.xml', 'text/xml');
insert into "versions" values ('us-117-hconres88', 2, 'Engrossed in House', '2022-06-07', 'https://www.govinfo.gov/content/pkg/BILLS-117hconres88eh/xml/BILLS-117hconres88eh.xml', 'text/xml');
insert into "versions" values ('us-117-hconres88', 3, 'Introduced in House', '2022-05-10', 'https://www.govinfo.gov/content/pkg/BILLS-117hconres88ih/xml/BILLS-117hconres88ih.xml', 'text/xml');
insert into "versions" values ('us-117-hjres17', 0, 'Placed on Calendar Senate', '2021-03-23', 'https://www.govinfo.gov/content/pkg/BILLS-117hjres17pcs/xml/BILLS-117hjres17pcs.xml', 'text/xml');
insert into "versions" values ('us-117-hjres17', 1, 'Engrossed in House', '2021-03-17', 'https://www.govinfo.gov/content/pkg/BILLS-117hjres17eh/xml/BILLS-117hjres17eh.xml', 'text/xml');
insert into "versions" values ('us-117-hjres17', 2, 'Introduced in House', '2021-01-21', 'https://www.govinfo.gov/content/pkg/BILLS-117hjres17ih/xml/BILLS-117hjres17ih.xml', 'text/xml');
insert into "versions" values ('us-117-hres1392', 0, 'Introduced in House', '2022-09-22', 'https://www.govinfo.gov/content/pkg/BILLS-117hres1392ih/xml/BILLS-117hres1392ih.xml', 'text/xml');
insert into "versions" values ('us-117-hres693', 0, 'Engrossed in House', '2022-12-21', 'https://www.govinfo.gov/content/pkg/BILLS-117hres693eh/xml/BILLS-117hres693eh.xml', 'text/xml');
insert into "versions" values ('us-117-hres693', 1, 'Introduced in House', '2021-09-29', 'https://www.govinfo.gov/content/pkg/BILLS-117hres693ih/xml/BILLS-117hres693ih.xml', 'text/xml');
insert into "versions" values ('us-117-sconres29', 0, 'Introduced in Senate', '2022-02-17', 'https://www.govinfo.gov/content/pkg/BILLS-117sconres29is/xml/BILLS-117sconres29is.xml', 'text/xml');
insert into "versions" values ('us-117-sres177', 0, 'Agreed to Senate', '2021-04-22', 'https://www.govinfo.gov/content/pkg/BILLS-117sres177ats/xml/BILLS-117sres177ats.xml', 'text/xml');
CREATE TABLE laws (document_id text not null references documents(id), ordinal integer not null, kind, number, primary key (document_id, ordinal)) without rowid;
CREATE TABLE links (document_id text not null references documents(id), ordinal integer not null, linked_id, kind, said_by, title, primary key (document_id, ordinal)) without rowid;
insert into "links" values ('us-117-hconres33', 0, 'us-117-sconres9', 'Related bill', 'CRS', 'A concurrent resolution supporting the Local Radio Freedom Act.');
insert into "links" values ('us-117-hjres17', 0, 'us-117-sjres1', 'Identical bill', 'CRS', 'A joint resolution removing the deadline for the ratification of the equal rights amendment.');
insert into "links" values ('us-117-hjres17', 1, 'us-117-hres233', 'Related bill', 'House', 'Providing for consideration of the bill (H.R. 1620) to reauthorize the Violence Against Women Act of 1994, and for other purposes; providing for consideration of the bill (H.R. 6) to authorize the cancellation of removal and adjustment of status of certain aliens, and for other purposes; providing for consideration of the bill (H.R. 1603) to amend the Immigration and Nationality Act to provide for terms and conditions for nonimmigrant workers performing agricultural labor or services, and for other purposes; providing for consideration of the bill (H.R. 1868) to prevent across-the-board direct spending cuts, and for other purposes; providing for consideration of the joint resolution (H.J. Res. 17) removing the deadline for the ratification of the equal rights amendment; and for other purposes.');
insert into "links" values ('us-117-hjres17', 2, 'us-117-hres233', 'Procedurally-related', 'House', 'Providing for consideration of the bill (H.R. 1620) to reauthorize the Violence Against Women Act of 1994, and for other purposes; providing for consideration of the bill (H.R. 6) to authorize the cancellation of removal and adjustment of status of certain aliens, and for other purposes; providing for consideration of the bill (H.R. 1603) to amend the Immigration and Nationality Act to provide for terms and conditions for nonimmigrant workers performing agricultural labor or services, and for other purposes; providing for consideration of the bill (H.R. 1868) to prevent across-the-board direct spending cuts, and for other purposes; providing for consideration of the joint resolution (H.J. Res. 17) removing the deadline for the ratification of the equal rights amendment; and for other purposes.');
insert into "links" values ('us-117-hres1392', 0, 'us-117-sres838', 'Related bill', 'CRS', 'A resolution expressing concern about the spreading problem of book banning and the proliferation of threats to freedom of expression in the United States.');
insert into "links" values ('us-117-hres693', 0, 'us-117-sres394', 'Identical bill', 'CRS', 'A resolution recognizing the 25th anniversary of Radio Free Asia and its mission to provide an independent source of news to closed societies in Asia.');
insert into "links" values ('us-117-hres693', 1, 'us-117-hres1529', 'Procedurally-related', 'House', 'Providing for consideration of the bill (H.R. 9640) to amend the Internal Revenue Code of 1986 to provide for examination and disclosure with respect to Presidential income tax returns; providing for consideration of the bill (S. 1942) to standardize the designation of National Heritage Areas, and for other purposes; and for other purposes.');
insert into "links" values ('us-117-sconres29', 0, 'us-117-hconres73', 'Identical bill', 'CRS', 'Recognizing the need to improve physical access to many federally funded facilities for all people of the United States, particularly people with disabilities.');
insert into "links" values ('us-117-sres177', 0, 'us-117-hres285', 'Related bill', 'CRS', 'Supporting the goals and ideals of "Financial Literacy Month".');
insert into "links" values ('us-117-sres177', 1, 'us-117-sres588', 'Related bill', 'CRS', 'A resolution designating April 2022 as "Financial Literacy Month".');
CREATE TABLE events (document_id text not null references documents(id), ordinal integer not null, kind, starts_at, timezone, description, primary key (document_id, ordinal)) without rowid;
CREATE TABLE terms (document_id text not null references documents(id), ordinal integer not null, kind, term, primary key (document_id, ordinal)) without rowid;
insert into "terms" values ('us-117-hres693', 0, 'subject', 'Asia');
insert into "terms" values ('us-117-hconres33', 0, 'subject', 'Broadcasting, cable, digital technologies');
insert into "terms" values ('us-117-hres693', 1, 'subject', 'Broadcasting, cable, digital technologies');
insert into "terms" values ('us-117-sconres29', 0, 'subject', 'Building construction');
insert into "terms" values ('us-117-hres693', 2, 'subject', 'Commemorative events and holidays');
insert into "terms" values ('us-117-sres177', 0, 'subject', 'Commemorative events and holidays');
insert into "terms" values ('us-117-hres693', 3, 'subject', 'Congressional tributes');
insert into "terms" values ('us-117-hjres17', 0, 'subject', 'Constitution and constitutional amendments');
insert into "terms" values ('us-117-sconres29', 1, 'subject', 'Disability and paralysis');
insert into "terms" values ('us-117-hjres17', 1, 'subject', 'Due process and equal protection');
insert into "terms" values ('us-117-sres177', 1, 'subject', 'Financial literacy');
insert into "terms" values ('us-117-sconres29', 2, 'subject', 'Government buildings, facilities, and property');
insert into "terms" values ('us-117-hres693', 4, 'subject', 'Human rights');
insert into "terms" values ('us-117-sconres29', 3, 'subject', 'Infrastructure development');
insert into "terms" values ('us-117-hres693', 5, 'subject', 'International exchange and broadcasting');
insert into "terms" values ('us-117-hconres33', 1, 'subject', 'Music');
insert into "terms" values ('us-117-hres693', 6, 'subject', 'News media and reporting');
insert into "terms" values ('us-117-hjres17', 2, 'subject', 'Sex, gender, sexual orientation discrimination');
insert into "terms" values ('us-117-hconres33', 2, 'subject', 'Sound recording');
insert into "terms" values ('us-117-sconres29', 4, 'subject', 'State and local government operations');
insert into "terms" values ('us-117-hconres33', 3, 'subject', 'Tax administration and collection, taxpayers');
insert into "terms" values ('us-117-hconres33', 4, 'subject', 'Telecommunication rates and fees');
insert into "terms" values ('us-117-hconres33', 5, 'subject', 'User charges and fees');
insert into "terms" values ('us-117-hjres17', 3, 'subject', 'Women''s rights');
CREATE TABLE status_history (document_id text not null references documents(id), ordinal integer not null, status, reached_on, primary key (document_id, ordinal)) without rowid;
insert into "status_history" values ('us-117-hconres33', 0, 'introduced', '2021-05-04');
insert into "status_history" values ('us-117-hconres33', 1, 'in_committee', '2021-05-04');
insert into "status_history" values ('us-117-hconres88', 0, 'introduced', '2022-05-10');
insert into "status_history" values ('us-117-hconres88', 1, 'in_committee', '2022-05-10');
insert into "status_history" values ('us-117-hconres88', 2, 'passed_first_chamber', '2022-06-07');
insert into "status_history" values ('us-117-hconres88', 3, 'adopted', '2022-06-16');
insert into "status_history" values ('us-117-hjres17', 0, 'introduced', '2021-01-21');
insert into "status_history" values ('us-117-hjres17', 1, 'in_committee', '2021-01-21');
insert into "status_history" values ('us-117-hjres17', 2, 'passed_first_chamber', '2021-03-17');
insert into "status_history" values ('us-117-hres1392', 0, 'introduced', '2022-09-22');
insert into "status_history" values ('us-117-hres1392', 1, 'in_committee', '2022-09-22');
insert into "status_history" values ('us-117-hres693', 0, 'introduced', '2021-09-29');
insert into "status_history" values ('us-117-hres693', 1, 'in_committee', '2021-09-29');
insert into "status_history" values ('us-117-hres693', 2, 'adopted', '2022-12-21');
insert into "status_history" values ('us-117-sconres29', 0, 'introduced', '2022-02-17');
insert into "status_history" values ('us-117-sconres29', 1, 'in_committee', '2022-02-17');
insert into "status_history" values ('us-117-sres177', 0, 'introduced', '2021-04-22');
insert into "status_history" values ('us-117-sres177', 1, 'adopted', '2021-04-22');
CREATE TABLE provenance (
            document_id text not null references documents(id), source text not null, source_url text not null,
            stamp text, fetched_at text not null, primary key (document_id, source)
        ) without rowid;
insert into "provenance" values ('us-117-hconres33', 'us_bills', 'https://www.govinfo.gov/bulkdata/BILLSTATUS/117/hconres/BILLSTATUS-117hconres33.xml', '2022-12-31T11:28:45Z', '2026-11-26T09:37:53Z');
insert into "provenance" values ('us-117-hconres88', 'us_bills', 'https://www.govinfo.gov/bulkdata/BILLSTATUS/117/hconres/BILLSTATUS-117hconres88.xml', '2022-12-29T23:48:34Z', '2026-11-26T09:37:53Z');
insert into "provenance" values ('us-117-hjres17', 'us_bills', 'https://www.govinfo.gov/bulkdata/BILLSTATUS/117/hjres/BILLSTATUS-117hjres17.xml', '2022-12-16T14:07:40Z', '2026-11-26T09:37:53Z');
insert into "provenance" values ('us-117-hres1392', 'us_bills', 'https://www.govinfo.gov/bulkdata/BILLSTATUS/117/hres/BILLSTATUS-117hres1392.xml', '2022-12-29T12:48:47Z', '2026-11-26T09:37:53Z');
insert into "provenance" values ('us-117-hres693', 'us_bills', 'https://www.govinfo.gov/bulkdata/BILLSTATUS/117/hres/BILLSTATUS-117hres693.xml', '2022-12-30T11:33:13Z', '2026-11-26T09:37:53Z');
insert into "provenance" values ('us-117-sconres29', 'us_bills', 'https://www.govinfo.gov/bulkdata/BILLSTATUS/117/sconres/BILLSTATUS-117sconres29.xml', '2022-12-29T21:33:29Z', '2026-11-26T09:37:53Z');
insert into "provenance" values ('us-117-sres177', 'us_bills', 'https://www.govinfo.gov/bulkdata/BILLSTATUS/117/sres/BILLSTATUS-117sres177.xml', '2022-04-11T15:15:26Z', '2026-11-26T09:37:53Z');
CREATE TABLE changes (
            id text primary key, document_id text not null references documents(id), seen_at text not null,
            happened_on text, kind text not null, summary text not null
        );
CREATE TABLE runs (
            id integer primary key, source text not null, started_at text not null, finished_at text,
            state text not null, requests integer, listed integer, added integer, changed integer, unchanged integer,
            missing integer, rejected integer, coverage text, note text
        , waiting integer, unknown text);
insert into "runs" values (1, 'us_bills', '2026-11-26T09:37:51Z', '2026-11-26T09:37:53Z', 'finished', 14, 7, 7, 0, 0, 0, 0, '[{"jurisdiction": "us", "session": "117", "part": "hconres", "listed": 2, "stored": 2, "expected": 2, "received": 2, "complete": true}, {"jurisdiction": "us", "session": "117", "part": "hjres", "listed": 1, "stored": 1, "expected": 1, "received": 1, "complete": true}, {"jurisdiction": "us", "session": "117", "part": "hres", "listed": 2, "stored": 2, "expected": 2, "received": 2, "complete": true}, {"jurisdiction": "us", "session": "117", "part": "sconres", "listed": 1, "stored": 1, "expected": 1, "received": 1, "complete": true}, {"jurisdiction": "us", "session": "117", "part": "sres", "listed": 1, "stored": 1, "expected": 1, "received": 1, "complete": true}]', NULL, 0, '[]');
CREATE VIRTUAL TABLE "documents_fts" USING FTS5 (
    "title", "abstract", "text",
    tokenize='porter unicode61 remove_diacritics 2',
    content="documents"
);
CREATE TABLE observations (
            document_id text not null references documents(id), source text not null, seen_at text not null,
            record text not null, primary key (document_id, source)
        ) without rowid;
CREATE TABLE field_provenance (
            document_id text not null references documents(id), field text not null, source text not null,
            seen_at text not null, primary key (document_id, field, source)
        ) without rowid;
CREATE TABLE derivations (name text primary key, version text not null) without rowid;
insert into "derivations" values ('look-alikes', 'b646bf44f547-4-7-452f201c');
insert into "derivations" values ('status', '5e048adc2d1cf239e572e855');
CREATE TABLE version_texts (
            document_id text not null references documents(id), version text not null, url text not null, text text,
            fetched_at text not null, primary key (document_id, url)
        );
CREATE TABLE proceedings (
            id text primary key, source text not null, session text not null, kind text not null, stamp text not null,
            title text not null, url text not null, starts_at text, timezone text, state text, committee text,
            meeting_id text, document_ids text not null, fetched_at text not null
        );
CREATE TABLE policy_areas (id text primary key, title text not null, description text, ordinal integer);
insert into "policy_areas" values ('intellectual-freedom', 'Intellectual freedom', 'The freedom to read, view, speak, teach and inquire: removal and review of books, obscenity and "harmful to minors" rules, content filters, age checks for content, rules on what may be taught, moderation of online speech, press freedom, campus speech.', 0);
insert into "policy_areas" values ('privacy', 'Privacy', 'Collecting, sharing, protecting and watching personal information: of consumers, students, patients, children and library users; biometrics, location, surveillance by government, breaches, identity theft, encryption.', 1);
insert into "policy_areas" values ('civil-liberties', 'Civil liberties', 'Constitutional and civil rights of persons: due process, search and seizure, voting, assembly, religion, speech, equal protection and laws against discrimination, detention. Not criminal law in general.', 2);
insert into "policy_areas" values ('telecommunications', 'Telecommunications', 'Rules and money for telephone, wireless, broadcast, cable, satellite, spectrum and internet service: the FCC, net neutrality, universal service, robocalls, emergency calls.', 3);
insert into "policy_areas" values ('broadband', 'Broadband', 'Access to the internet: building, mapping, price and adoption of service; E-Rate; lending of hotspots; digital equity.', 4);
insert into "policy_areas" values ('education-research-funding', 'Education and research funding', 'Public money for education or research: grants, appropriations, student aid and loan terms, scholarships, research programs, teacher pay and training grants. Not a mere request for a study.', 5);
insert into "policy_areas" values ('library-funding', 'Library funding', 'Public money, buildings, staff and programs for libraries, archives and museums: LSTA, IMLS, school librarians, state aid, construction.', 6);
insert into "policy_areas" values ('copyright', 'Copyright', 'Copyright, fair use, exceptions for libraries, e-book licenses, the DMCA, royalties, piracy of works, the Copyright Office, training of artificial intelligence on works.', 7);
insert into "policy_areas" values ('open-access', 'Open access', 'Public access to publicly funded research, open textbooks and educational resources, open data and formats, open-source mandates, public access to law and standards.', 8);
insert into "policy_areas" values ('government-information', 'Government information', 'People''s access to what government knows: open-records law, publishing of records, data and reports, declassification, the depository libraries, CRS reports, archives, official statistics and the census, open meetings.', 9);
insert into "policy_areas" values ('literacy', 'Literacy', 'Teaching people to read, and adult, family, digital, media, health, civic and financial literacy; adult basic education.', 10);
insert into "policy_areas" values ('accessibility', 'Accessibility', 'Equal use of information, buildings and services by people with disabilities: accessible formats, websites, captions, braille, talking books, assistive technology.', 11);
CREATE TABLE taggings (
            document_id text primary key references documents(id), text_hash text not null, version text not null,
            priority integer not null, priority_score real not null
        ) without rowid;
insert into "taggings" values ('us-117-hconres33', '1b2e921d7787d99d23496b3fddbedffe', '94f224b52b67-c3c97b977a30', 1, 0.0468);
insert into "taggings" values ('us-117-hconres88', 'b0342b3817a3044d96c9f4fe57d429c6', '94f224b52b67-c3c97b977a30', 0, 0.0016);
insert into "taggings" values ('us-117-hjres17', '5eed489c08331e0704676b6961330a79', '94f224b52b67-c3c97b977a30', 1, 0.048);
insert into "taggings" values ('us-117-hres1392', '2c15cb4515ea01cb068fbeb823524814', '94f224b52b67-c3c97b977a30', 2, 0.9734);
insert into "taggings" values ('us-117-hres693', '9158358aa09039cce296c26494764d7c', '94f224b52b67-c3c97b977a30', 1, 0.0449);
insert into "taggings" values ('us-117-sconres29', '2333b3c8129716b5dd903e7d1958243a', '94f224b52b67-c3c97b977a30', 0, 0.0012);
insert into "taggings" values ('us-117-sres177', '6bd24af272daca0fe818986fc5ebf8b0', '94f224b52b67-c3c97b977a30', 1, 0.0484);
CREATE TABLE tags (
            document_id text not null references documents(id), area_id text not null, probability real not null,
            primary key (document_id, area_id)
        ) without rowid;
insert into "tags" values ('us-117-hjres17', 'civil-liberties', 0.878);
insert into "tags" values ('us-117-hconres33', 'copyright', 0.8369);
insert into "tags" values ('us-117-hres693', 'intellectual-freedom', 0.8045);
insert into "tags" values ('us-117-hres1392', 'intellectual-freedom', 0.898);
insert into "tags" values ('us-117-sres177', 'literacy', 0.9896);
insert into "tags" values ('us-117-hconres33', 'telecommunications', 0.8163);
CREATE TABLE evidence (
            document_id text not null references documents(id), area_id text not null, ordinal integer not null,
            field text not null, start integer not null, "end" integer not null, words text not null, rule text not null,
            primary key (document_id, area_id, ordinal)
        ) without rowid;
insert into "evidence" values ('us-117-hconres33', 'copyright', 0, 'abstract', 51, 72, 'performance royalties', 'royalties');
insert into "evidence" values ('us-117-hconres33', 'copyright', 1, 'title', 15, 34, 'Local Radio Freedom', 'royalties');
insert into "evidence" values ('us-117-hconres33', 'copyright', 2, 'abstract', 148, 164, 'sound recordings', 'royalties');
insert into "evidence" values ('us-117-hconres33', 'copyright', 3, 'title', 11, 20, 'the Local', 'model');
insert into "evidence" values ('us-117-hconres33', 'copyright', 4, 'abstract', 98, 116, 'a new fee, royalty', 'model');
insert into "evidence" values ('us-117-hconres33', 'copyright', 5, 'abstract', 51, 89, 'performance royalties: Congress should', 'model');
insert into "evidence" values ('us-117-hconres33', 'telecommunications', 0, 'abstract', 165, 177, 'over the air', 'spectrum');
insert into "evidence" values ('us-117-hconres33', 'telecommunications', 1, 'title', 15, 26, 'Local Radio', 'spectrum');
insert into "evidence" values ('us-117-hconres33', 'telecommunications', 2, 'title', 15, 38, 'Local Radio Freedom Act', 'model');
insert into "evidence" values ('us-117-hconres33', 'telecommunications', 3, 'abstract', 117, 139, 'or tax on stations for', 'model');
insert into "evidence" values ('us-117-hconres33', 'telecommunications', 4, 'abstract', 18, 29, 'local radio', 'spectrum');
insert into "evidence" values ('us-117-hconres33', 'telecommunications', 5, 'abstract', 18, 29, 'local radio', 'model');
insert into "evidence" values ('us-117-hjres17', 'civil-liberties', 0, 'abstract', 28, 50, 'Equal Rights Amendment', 'named-rights-acts');
insert into "evidence" values ('us-117-hjres17', 'civil-liberties', 1, 'abstract', 79, 103, 'rights on account of sex', 'model');
insert into "evidence" values ('us-117-hjres17', 'civil-liberties', 2, 'title', 50, 62, 'equal rights', 'model');
insert into "evidence" values ('us-117-hjres17', 'civil-liberties', 3, 'title', 50, 72, 'equal rights amendment', 'named-rights-acts');
insert into "evidence" values ('us-117-hjres17', 'civil-liberties', 4, 'abstract', 28, 40, 'Equal Rights', 'model');
insert into "evidence" values ('us-117-hres1392', 'intellectual-freedom', 0, 'title', 13, 30, 'Banned Books Week', 'book-removal');
insert into "evidence" values ('us-117-hres1392', 'intellectual-freedom', 1, 'title', 259, 288, 'K-12 classrooms, universities', 'model');
insert into "evidence" values ('us-117-hres1392', 'intellectual-freedom', 2, 'title', 243, 258, 'to ban books in', 'model');
insert into "evidence" values ('us-117-hres1392', 'intellectual-freedom', 3, 'title', 57, 68, 'on books in', 'model');
insert into "evidence" values ('us-117-hres693', 'intellectual-freedom', 0, 'title', 36, 46, 'Radio Free', 'press-freedom');
insert into "evidence" values ('us-117-hres693', 'intellectual-freedom', 1, 'abstract', 89, 99, 'free press', 'press-freedom');
insert into "evidence" values ('us-117-hres693', 'intellectual-freedom', 2, 'title', 36, 51, 'Radio Free Asia', 'model');
insert into "evidence" values ('us-117-hres693', 'intellectual-freedom', 3, 'abstract', 109, 120, 'journalists', 'press-freedom');
insert into "evidence" values ('us-117-hres693', 'intellectual-freedom', 4, 'abstract', 19, 29, 'Radio Free', 'press-freedom');
insert into "evidence" values ('us-117-hres693', 'intellectual-freedom', 5, 'abstract', 19, 34, 'Radio Free Asia', 'model');
insert into "evidence" values ('us-117-hres693', 'intellectual-freedom', 6, 'abstract', 89, 99, 'free press', 'model');
insert into "evidence" values ('us-117-sres177', 'literacy', 0, 'title', 50, 58, 'Literacy', 'literacy-word');
insert into "evidence" values ('us-117-sres177', 'literacy', 1, 'title', 40, 64, 'Financial Literacy Month', 'financial-education');
insert into "evidence" values ('us-117-sres177', 'literacy', 2, 'abstract', 39, 67, 'financial literacy education', 'model');
insert into "evidence" values ('us-117-sres177', 'literacy', 3, 'title', 40, 58, 'Financial Literacy', 'model');
insert into "evidence" values ('us-117-sres177', 'literacy', 4, 'title', 36, 38, 'as', 'model');
insert into "evidence" values ('us-117-sres177', 'literacy', 5, 'abstract', 49, 57, 'literacy', 'literacy-word');
CREATE TABLE tag_agreement (
            month text not null, area_id text not null, right integer not null, wrong integer not null,
            missed integer not null, drawn integer not null, primary key (month, area_id)
        ) without rowid;
CREATE TABLE positions (
            id text primary key, title text not null, statement text not null, area_id text not null, areas text not null,
            owner_units text, partners text, core_values text, source_url text, confidence text, ordinal integer
        , related text);
insert into "positions" values ('if-no-viewpoint-removal', 'No removal because of ideas', 'A library should keep a book even if some people do not like its ideas or who wrote it.', 'intellectual-freedom', 'intellectual-freedom; civil-liberties', 'Office for Intellectual Freedom; Intellectual Freedom Committee; Public Policy & Advocacy Office', 'Freedom to Read Foundation; Unite Against Book Bans; EveryLibrary; PEN America; American Booksellers Association; Association of American Publishers (ally on censorship); Authors Guild', 'Intellectual freedom; Social responsibility and the public good', 'https://www.ala.org/news/2024/06/american-library-association-council-strongly-reaffirms-freedom-all-read-freely', 'verified', 0, 'if-minors-access; if-no-criminal-liability; if-rooms-and-programs; if-freedom-to-join; if-staff-safety; pr-library-records');
insert into "positions" values ('if-minors-access', 'Young readers may use the library', 'Young people may use the library as other readers do. Parents guide their own child''s reading and leave the choices of other families alone.', 'intellectual-freedom', 'intellectual-freedom', 'Office for Intellectual Freedom; Intellectual Freedom Committee; American Association of School Librarians (AASL)', 'Freedom to Read Foundation; Unite Against Book Bans; EveryLibrary', 'Intellectual freedom; Extending and expanding library services', 'https://www.ala.org/advocacy/intfreedom/librarybill/interpretations', 'memory', 1, 'if-no-viewpoint-removal; if-rooms-and-programs; pr-library-records');
insert into "positions" values ('if-no-criminal-liability', 'No jail or fines for lending lawful books', 'Lending a lawful book is not a crime. Library workers must not face jail, fines or lawsuits for it.', 'intellectual-freedom', 'intellectual-freedom; civil-liberties', 'Public Policy & Advocacy Office; Office for Intellectual Freedom; Chapter Relations Office; Committee on Legislation', 'EveryLibrary; Freedom to Read Foundation; Unite Against Book Bans; ALA state chapters', 'Intellectual freedom; All librarians, library staff, trustees and others working to improve library services; Ethics, professionalism and integrity', 'https://www.ala.org/advocacy/adverse-legislation-states', 'verified', 2, 'if-no-viewpoint-removal; if-freedom-to-join; if-staff-safety');
insert into "positions" values ('if-fair-challenge-process', 'A fair, written review process', 'Every library needs a written way to hear complaints. While a work is read and judged as a whole, it stays on the shelf.', 'intellectual-freedom', 'intellectual-freedom', 'Office for Intellectual Freedom; Intellectual Freedom Committee', 'Freedom to Read Foundation; AASL; ALA state chapters', 'Intellectual freedom; Ethics, professionalism and integrity', 'https://www.ala.org/news/member-news/2019/02/revised-library-bill-rights-interpretations-adopted', 'verified', 3, NULL);
insert into "positions" values ('if-no-labels-ratings', 'No warning labels or forced ratings', 'Warning labels push readers away from a book and are a kind of bias. Nor may the law make sellers rate books.', 'intellectual-freedom', 'intellectual-freedom', 'Office for Intellectual Freedom; Intellectual Freedom Committee', 'Freedom to Read Foundation; American Booksellers Association; Association of American Publishers (ally on censorship)', 'Intellectual freedom', 'https://www.ala.org/advocacy/intfreedom/librarybill/interpretations', 'memory', 4, NULL);
CREATE TABLE position_versions (
            position_id text not null references positions(id), ordinal integer not null, name text, section text,
            body text, adopted text, revised text, statement text, confidence text, rationale text, ended text, primary key (position_id, ordinal)
        ) without rowid;
insert into "position_versions" values ('ac-digital-access', 0, 'Services to People with Disabilities (interpretation)', NULL, 'ALA Council', '2009', '2018-06-26', NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('ac-digital-access', 1, 'ACRL Legislative Agenda', 'AIM HIGH Act', 'ACRL, a division of ALA', '2021-06-30', '2022-06', 'Web sites, e-books and class works should work for everyone, people with a disability too.', 'verified', 'A page that a screen reader cannot read is a locked door.', NULL);
insert into "position_versions" values ('ac-disability-service', 0, 'Services to People with Disabilities (interpretation)', NULL, 'ALA Council', '2009', '2018-06-26', NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('ac-disability-service', 1, 'Tribute resolution on 25 years of the ADA', NULL, 'ALA Council', '2015-06-30', NULL, 'A library is for people with a disability as much as for anyone: its rooms, its books, its events and its jobs.', 'verified', 'A right that stops at the stairs is no right.', NULL);
insert into "position_versions" values ('ac-marrakesh', 0, 'ALA statement on Marrakesh', NULL, 'ALA', '2018-06-29', NULL, 'Libraries should be free to make braille, audio and other copies for people who cannot read print. They should be free to share them abroad, too.', 'verified', 'Few books come out in a form that blind readers can use.', NULL);
insert into "position_versions" values ('cl-equal-access', 0, 'Diversity', 'B.3; B.3.1 Policy Objectives', 'ALA Council', NULL, NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('cl-equal-access', 1, 'Equity, Diversity, Inclusion, and Belonging (interpretation)', NULL, 'ALA Council', '2017-06-27', NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('cl-equal-access', 2, 'Code of Ethics', 'Principle IX', 'ALA Council', '2021-06-29', NULL, 'A library serves everyone fairly and takes down what keeps people out.', 'verified', 'Access on paper is not enough where some never get through the door.', NULL);
insert into "position_versions" values ('cl-fees-and-poverty', 0, 'Addressing Poverty, Economic Inequality, and the Responsibilities of Libraries', 'B.8.10', 'ALA Council', NULL, NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('cl-fees-and-poverty', 1, 'Economic Barriers to Information Access (interpretation)', NULL, 'ALA Council', '1993-06-30', '2019-06-25', NULL, 'memory', NULL, NULL);
insert into "position_versions" values ('cl-fees-and-poverty', 2, 'Resolution on Monetary Library Fines as a Form of Social Inequity', 'CD#38', 'ALA Council', '2019-01-28', NULL, 'A late fine can shut a poor family out. Libraries should find ways to do without fines and fees.', 'memory', 'A small fine can cost a family its library card, and with it books, job help and the web.', NULL);
insert into "position_versions" values ('cl-immigrant-access', 0, 'Immigrants'' Rights to Free Public Library Access', 'B.8.5.3', 'ALA Council', NULL, NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('cl-immigrant-access', 1, 'Support of Immigrant Rights', 'B.8.5.5', 'ALA Council', NULL, NULL, 'The library is for all, no matter where you were born or what papers you have.', 'verified', 'A library that asks for papers loses the people who need it most.', NULL);
insert into "position_versions" values ('cp-ai', 0, 'LCA Principles for Copyright and Artificial Intelligence', NULL, 'ALA', '2023-07-10', NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('cp-ai', 1, 'AI cross-divisional working group', 'CD#30.1', 'ALA', '2025-06-29', NULL, 'Fair use covers learning from works by machine. Whether an output copies a work is for the courts.', 'verified', 'Scholars mine texts to find what no one can read alone. New licences would end that.', NULL);
insert into "position_versions" values ('cp-dmca-1201', 0, 'LCA statement on film clip exemption', NULL, 'ALA', '2015-10-27', NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('cp-dmca-1201', 1, 'LCA statement on Section 1201 exemptions', NULL, 'ALA', '2021-10-27', NULL, 'A lawful use may need a digital lock to be opened, say to study a work or to save it. The law should allow that.', 'verified', 'A right to use a work is worth little when a lock may stop it.', NULL);
insert into "position_versions" values ('cp-fair-ebook-terms', 0, 'ALA statement on New York veto', NULL, 'ALA', '2022-01-03', NULL, 'Libraries should pay a fair price for e-books and get fair terms.', 'verified', 'Some licences cost many times the shop price and end after two years.', NULL);
insert into "position_versions" values ('cp-fair-use', 0, 'Copyright: An Interpretation of the Code of Ethics', 'B.1.4', 'ALA Council', NULL, '2019', NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('cp-fair-use', 1, 'LCA/ALA amicus briefs', NULL, 'ALA', '2013-06-03', '2020', 'Fair use lets people quote, teach, search and save works, and it must stay strong.', 'verified', 'Without it, every quote and every lesson would need a licence.', NULL);
insert into "position_versions" values ('cp-law-is-public', 0, 'Amicus support in Georgia v. Public.Resource.Org', NULL, 'ALA', '2019-10', NULL, 'No one owns the law. Anyone should be able to read and share laws and rulings for free.', 'memory', 'People must obey the law, so they must be able to read it.', NULL);
insert into "position_versions" values ('cp-lending-first-sale', 0, 'LCA amicus, Kirtsaeng v. Wiley', NULL, 'ALA', '2012', NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('cp-lending-first-sale', 1, 'ALA-ARL amicus, Hachette v. Internet Archive', NULL, 'ALA', '2023-12', NULL, 'A library may lend the copy that it has bought, on paper or in new forms.', 'verified', 'Lending is what a library is for. A copy that cannot be lent is only rented.', NULL);
insert into "position_versions" values ('cp-no-site-blocking', 0, 'ALA letter on PROTECT IP', NULL, 'ALA', '2011-05', NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('cp-no-site-blocking', 1, 'ALA statement on SOPA and PIPA', NULL, 'ALA', '2012-01-18', NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('cp-no-site-blocking', 2, 'Coalition letter on the SMART Copyright Act', NULL, 'coalition that ALA joined', '2022-03-29', NULL, 'A law against piracy must not block whole sites, or cut people off before they are heard.', 'verified', 'A block meant for one bad page takes many lawful pages with it.', NULL);
insert into "position_versions" values ('cp-office-in-library', 0, 'LCA statement on S. 1010 / H.R. 1695', NULL, 'ALA', '2017-03', NULL, 'The Copyright Office should stay in the Library of Congress. Its head should report to the Librarian.', 'verified', 'The office serves readers as well as owners, and the Library''s collection grows by deposit.', NULL);
insert into "position_versions" values ('cp-orphan-works', 0, 'LCA comments on orphan works', NULL, 'ALA', '2013-01-14', NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('cp-orphan-works', 1, 'LCA response on mass digitization pilot', NULL, 'ALA', '2015-10-09', NULL, 'A library should be able to share an old work when nobody can find its owner.', 'verified', 'Many works sit unread because no one is left to ask.', NULL);
insert into "position_versions" values ('cp-preservation', 0, 'Preservation', 'B.8.3', 'ALA', NULL, NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('cp-preservation', 1, 'ALA amicus, Allen v. Cooper', NULL, 'ALA', '2019-09-27', NULL, 'A library must be free to copy a work to save it. A state library must not have to pay huge sums for that.', 'verified', 'Film rots and files die. What is not copied is lost.', NULL);
insert into "position_versions" values ('cp-small-claims', 0, 'LCA letter on the CASE Act', NULL, 'ALA', '2018-01-10', NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('cp-small-claims', 1, 'LCA comments on opt-out rules', NULL, 'ALA', '2021-09-30', NULL, 'The small claims board for copyright can hurt people who do not know how to opt out. For a library and its staff, leaving it must be easy.', 'verified', 'A letter that nobody understood should not cost thirty thousand dollars.', NULL);
insert into "position_versions" values ('ed-research-humanities', 0, 'COL report to Council', 'CD#20', 'ALA', '2018-02-13', NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('ed-research-humanities', 1, 'ACRL Legislative Agenda', 'Federal funding for higher education', 'ACRL, a division of ALA', '2021-06-30', '2022-06', 'When Congress funds research, history and the arts, libraries and their readers gain.', 'verified', 'What scholars find with these grants ends up on library shelves for all.', NULL);
insert into "position_versions" values ('ed-school-librarians', 0, 'School Library Media Programs', 'B.8.4', 'ALA', NULL, NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('ed-school-librarians', 1, 'ALA/AASL statement on the Right to Read Act', NULL, 'ALA', '2023-04-26', NULL, 'Each pupil should have a good school library and a trained school librarian who runs it.', 'verified', 'Pupils with a librarian at school read more and read better.', NULL);
insert into "position_versions" values ('ed-workforce', 0, 'ALA comments on WIA', NULL, 'ALA', '2011-06', NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('ed-workforce', 1, 'ALA letter on WIOA', NULL, 'ALA', '2014-05-22', NULL, 'Laws on job training should count libraries as partners.', 'verified', 'For many people the library is the nearest place with a computer and someone who helps.', NULL);
insert into "position_versions" values ('gi-crs-reports', 0, 'ALA letters on S. Res. 118', NULL, 'ALA', '2009-05-04', NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('gi-crs-reports', 1, 'ALA statement on the Equal Access to CRS Reports Act', NULL, 'ALA', '2016-03', NULL, 'Reports that Congress orders and the public pays for should be free for all to read.', 'verified', 'These reports explain the law in plain words, and lobbyists have long had copies.', NULL);
insert into "position_versions" values ('gi-fdlp', 0, 'ALA government information page', NULL, 'ALA', NULL, NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('gi-fdlp', 1, 'ALA comments to GPO', NULL, 'ALA', '2014-08-26', NULL, 'Federal documents should be free for all and for good. Depository libraries help to keep them so.', 'verified', 'Files vanish when one office holds the only copy. Many libraries keep them safe.', NULL);
insert into "position_versions" values ('gi-foia', 0, 'Coalition letters on the FOIA Improvement Act', NULL, 'coalition that ALA joined', '2016-03-14', '2016-03-16', 'People should get government records quickly and at little cost.', 'verified', 'A record that comes too late or costs too much is as good as hidden.', NULL);
insert into "position_versions" values ('gi-library-of-congress', 0, 'COL report on subject heading dispute', 'CD#20.3-20.7', 'ALA', '2016-06-28', NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('gi-library-of-congress', 1, 'Washington Office report on Hayden confirmation', 'EBD#12.3', 'ALA', '2016-09-30', NULL, 'Congress and the people both rely on the Library of Congress. Experts free from political pressure should lead it.', 'verified', 'Its catalog is used by libraries all over, so its rules must not bend to a party.', NULL);
insert into "position_versions" values ('gi-open-data', 0, 'C&RL News: ALA support since 2016', NULL, 'ALA', '2018-02', NULL, 'What the government counts and collects should be free to use, simple to find, and in a form that machines can read.', 'verified', 'Data that people have paid for helps them most when anyone can use it.', NULL);
insert into "position_versions" values ('gi-preserve-no-deletion', 0, 'Disinformation, Media Manipulation and the Destruction of Public Information', 'B.8.9', 'ALA Council', '2005', NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('gi-preserve-no-deletion', 1, 'Resolution on access to accurate government information', NULL, 'ALA Council', '2017-02', NULL, 'Public data and web pages must not be hidden or wiped out by the government.', 'memory', 'A record that is wiped out cannot be checked, and history goes with it.', NULL);
insert into "position_versions" values ('if-fair-challenge-process', 0, 'Challenged Resources (interpretation)', 'B.2.1.1', 'ALA Council', '1971', '2019-01-29', 'Every library needs a written way to hear complaints. While a work is read and judged as a whole, it stays on the shelf.', 'verified', 'A complaint deserves an answer, and so do the other readers. A clear process gives both.', NULL);
insert into "position_versions" values ('if-freedom-to-join', 0, 'Council resolution reaffirming the freedom for all to read freely', NULL, 'ALA Council', '2024-06-30', NULL, 'Libraries and staff may join ALA, pay its dues and go to its events. No state should punish them for it.', 'verified', 'People learn their trade from one another. A law against joining a group is a law against speech.', NULL);
insert into "position_versions" values ('if-minors-access', 0, 'Library Bill of Rights', 'Article V; Policy Manual B.2.1', 'ALA Council', '1939-06-19', '2019-01-29', NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('if-minors-access', 1, 'Access to Library Resources and Services for Minors (interpretation)', 'B.2.1 sub-number not confirmed', 'ALA Council', '1972-06-30', '2019-06-25', NULL, 'memory', NULL, NULL);
insert into "position_versions" values ('if-minors-access', 2, 'Access to Resources and Services in the School Library (interpretation)', NULL, 'ALA Council', '1986-07-02', NULL, 'Young people may use the library as other readers do. Parents guide their own child''s reading and leave the choices of other families alone.', 'memory', 'Families differ. A rule made for every child by one parent takes the choice from all the other parents.', NULL);
insert into "position_versions" values ('if-no-criminal-liability', 0, 'ALA page: Adverse Legislation in the States', NULL, 'ALA', NULL, NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('if-no-criminal-liability', 1, 'Council resolution reaffirming the freedom for all to read freely', NULL, 'ALA Council', '2024-06-30', NULL, 'Lending a lawful book is not a crime. Library workers must not face jail, fines or lawsuits for it.', 'verified', 'Fear of a trial empties shelves faster than any ban. Staff who follow the law need its shield.', NULL);
insert into "position_versions" values ('if-no-forced-filters', 0, 'Internet Filtering (interpretation)', NULL, 'ALA Council', '2015-06-30', NULL, 'Filters hide much that is lawful. Whether to use one is for each library, not for the law.', 'verified', 'No filter can tell a health page from a harmful one every time, and the poorest readers have no other screen.', NULL);
insert into "position_versions" values ('if-no-funding-penalty', 0, 'ALA page: Adverse Legislation in the States', NULL, 'ALA', NULL, NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('if-no-funding-penalty', 1, 'ALA statement on H.R. 7661', NULL, 'ALA', '2026-02', NULL, 'No library should lose public money for what it lends or says.', 'verified', 'Money is the softest way to censor. Aid must follow need, not taste.', NULL);
insert into "position_versions" values ('if-no-labels-ratings', 0, 'Restricted Access to Library Materials (interpretation)', NULL, 'ALA Council', '1973-02-02', NULL, NULL, 'memory', NULL, NULL);
insert into "position_versions" values ('if-no-labels-ratings', 1, 'Labeling Systems (interpretation)', NULL, 'ALA Council', '2015-06-30', NULL, NULL, 'memory', NULL, NULL);
insert into "position_versions" values ('if-no-labels-ratings', 2, 'Rating Systems (interpretation)', NULL, 'ALA Council', '2015-06-30', '2019-06-25', 'Warning labels push readers away from a book and are a kind of bias. Nor may the law make sellers rate books.', 'memory', 'A label made by the state says what to think before the first page is read.', NULL);
insert into "position_versions" values ('if-no-viewpoint-removal', 0, 'Library Bill of Rights', 'Articles I-III; Policy Manual B.2.1', 'ALA Council', '1939-06-19', '2019-01-29', NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('if-no-viewpoint-removal', 1, 'Freedom to Read Statement', NULL, 'ALA Council', '1953-06-25', '2004-06-30', NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('if-no-viewpoint-removal', 2, 'Council resolution reaffirming the freedom for all to read freely', NULL, 'ALA Council', '2024-06-30', NULL, 'A library should keep a book even if some people do not like its ideas or who wrote it.', 'verified', 'A shelf that holds only what nobody minds serves nobody. Readers can pass a book by; they cannot read one that is gone.', NULL);
insert into "position_versions" values ('if-online-speech', 0, 'Universal Right to Free Expression (interpretation)', 'B.2.1.13', 'ALA Council', '1991-01-16', NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('if-online-speech', 1, 'Coalition letter on the Kids Online Safety Act', NULL, 'coalition that ALA joined', '2022-11-28', NULL, 'Rules for web sites must not lead them to hide lawful speech or to check the age of everyone.', 'verified', 'A site that may be sued for what people say will take down too much, and an age check is an identity check.', NULL);
insert into "position_versions" values ('if-professional-selection', 0, 'ALA page: Adverse Legislation in the States', NULL, 'ALA', NULL, NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('if-professional-selection', 1, 'Evaluating Library Collections (interpretation)', NULL, 'ALA Council', '1973-02-02', NULL, NULL, 'memory', NULL, NULL);
insert into "position_versions" values ('if-professional-selection', 2, 'ALA statement on H.R. 7661', NULL, 'ALA', '2026-02', NULL, 'What a library holds is for trained staff and local boards to choose, not for politicians.', 'verified', 'Staff know the collection and answer to a board in the open. A list from the capital knows neither town nor reader.', NULL);
insert into "position_versions" values ('if-readers-in-prison', 0, 'Service to Detention Facilities and Jails', 'B.8.2', 'ALA', NULL, NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('if-readers-in-prison', 1, 'Prisoners'' Right to Read (interpretation)', NULL, 'ALA Council', '2010', '2019-01-29', 'People in jail keep the right to read and need a library.', 'verified', 'Books help people keep up with the world they go back to. Blanket bans take that away for no gain in safety.', NULL);
insert into "position_versions" values ('if-right-to-read-laws', 0, 'ALA Right to Read Legislation Tracker', NULL, 'ALA', NULL, NULL, 'States and Congress should pass laws that end book bans and shield library staff.', 'verified', 'Where the law is clear, fewer books are pulled and fewer staff are threatened.', NULL);
insert into "position_versions" values ('if-rooms-and-programs', 0, 'Library Bill of Rights', 'Article VI; Policy Manual B.2.1', 'ALA Council', '1939-06-19', '2019-01-29', NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('if-rooms-and-programs', 1, 'Library-Initiated Programs as a Resource (interpretation)', NULL, 'ALA Council', '1982', '2018-06-26', NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('if-rooms-and-programs', 2, 'Meeting Rooms (interpretation)', NULL, 'ALA Council', '1991-07-02', '2019-01-29', 'Meeting rooms, shows and events are for everyone on the same terms, whatever their beliefs.', 'verified', 'A public room that opens for one view and shuts for another is no longer public.', NULL);
insert into "position_versions" values ('if-staff-safety', 0, 'Council resolution reaffirming the freedom for all to read freely', NULL, 'ALA Council', '2024-06-30', NULL, 'No library worker should be threatened, stalked or fired for doing the job.', 'verified', 'Staff who are afraid leave, and the doors they kept open close.', NULL);
insert into "position_versions" values ('lf-buildings', 0, 'ALA statement on H.R. 1581', NULL, 'ALA', '2021-08-27', NULL, 'Federal and state money should help build and repair library buildings, first where need is high.', 'verified', 'Many library buildings are old, hard to enter and costly to heat.', NULL);
insert into "position_versions" values ('lf-emergency-role', 0, 'The Role of Libraries in Providing E-Government and Emergency Services', 'B.8.11', 'ALA', NULL, NULL, 'After a disaster, or when a form is only online, people turn to the library. Whoever plans or budgets for such needs should include it.', 'verified', 'After a storm the library is where people find power, news and help with claims.', NULL);
insert into "position_versions" values ('lf-federal-libraries', 0, 'ALA appropriations page', NULL, 'ALA', NULL, NULL, 'The national libraries and the GPO serve all of us. Congress should fund them in full, the Library of Congress first of all.', 'verified', 'They keep the nation''s record, and no one else can.', NULL);
insert into "position_versions" values ('lf-lsta', 0, 'ALA library funding page', NULL, 'ALA', NULL, NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('lf-lsta', 1, 'ALA #FundLibraries FY2026', NULL, 'ALA', '2025-04-17', NULL, 'Congress should pay for LSTA grants every year and let each state decide where its libraries need them.', 'verified', 'LSTA is the main federal money for libraries, and the states plan its use.', NULL);
insert into "position_versions" values ('lf-no-privatization', 0, 'Privatization of Publicly Funded Libraries', 'B.8.8', 'ALA Council', '2001', NULL, 'The public should run its public library, and no private firm should own it or rule it.', 'verified', 'A library answers to its readers. A firm answers to its owners.', NULL);
insert into "position_versions" values ('lf-save-imls', 0, 'ALA v. Sonderling complaint', NULL, 'ALA', '2025-04-07', NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('lf-save-imls', 1, 'ALA statement on injunction', NULL, 'ALA', '2025-05-15', NULL, 'The country needs IMLS. It is the one federal agency for libraries and museums.', 'verified', 'IMLS carries the grants that reach every state. Without it the law stays on paper.', NULL);
insert into "position_versions" values ('lt-ial', 0, 'ALA #FundLibraries FY2026', 'IAL request of $50 million', 'ALA', '2025-04-17', NULL, 'Congress should pay for the IAL grants. They buy books for children in need.', 'verified', 'A child with books at home and at school learns to read sooner.', NULL);
insert into "position_versions" values ('lt-information-literacy', 0, 'Education and Information Literacy (interpretation)', NULL, 'ALA Council', NULL, '2019-06-25', NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('lt-information-literacy', 1, 'Instruction in the Use of Libraries', 'B.8.7', 'ALA', NULL, NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('lt-information-literacy', 2, 'Disinformation, Media Manipulation and the Destruction of Public Information', 'B.8.9', 'ALA Council', '2005', NULL, 'To find facts and to judge what one reads and sees must be learned. The library is a place to learn it.', 'verified', 'False stories spread fast. The best guard is a reader who asks who says so.', NULL);
insert into "position_versions" values ('lt-lifelong-literacy', 0, 'Literacy', 'B.8.1; B.8.1.1; B.8.1.2', 'ALA Council', NULL, NULL, 'Everyone should get help to learn to read, at any age.', 'verified', 'Who cannot read cannot vote, work or care for a child as others can.', NULL);
insert into "position_versions" values ('oa-funded-research', 0, 'ALA page on FASTR', NULL, 'ALA', NULL, NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('oa-funded-research', 1, 'ACRL Legislative Agenda', 'Public access to federally funded research', 'ACRL, a division of ALA', '2015', '2022-06', 'Research paid for with taxes should be free for the public to read.', 'verified', 'Patients, teachers and small firms cannot pay for journals that they have paid for once.', NULL);
insert into "position_versions" values ('oa-oer-textbooks', 0, 'ALA-ACRL comments on open licensing rule', NULL, 'ACRL, a division of ALA', '2015-12', NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('oa-oer-textbooks', 1, 'ACRL Legislative Agenda', 'Affordable College Textbook Act', 'ACRL, a division of ALA', '2018', '2022-06', 'Grants for free and open textbooks save students money and help them learn.', 'verified', 'The price of books makes some students drop a class or do without the book.', NULL);
insert into "position_versions" values ('pr-consumer-data', 0, 'Coalition letter for a broadband privacy rule', NULL, 'coalition that ALA joined', '2016-03-08', NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('pr-consumer-data', 1, 'ACRL Legislative Agenda (ALA division)', 'Consumer data privacy', 'ACRL, a division of ALA', '2020-03-17', '2022-06', 'People should decide how firms gather and use their data. Children and students need the most care.', 'verified', 'Data taken today is used for years, by people nobody chose.', NULL);
insert into "position_versions" values ('pr-cyber-sharing-limits', 0, 'Coalition letters on CISA', NULL, 'coalition that ALA joined', '2014-06-26', '2014-07-15', 'A bill on cyber safety must not let firms pass on private data without limits.', 'verified', 'Threat reports can work with the names taken out. Without limits they turn into a way round the warrant.', NULL);
insert into "position_versions" values ('pr-encryption', 0, 'Coalition letters on encryption', NULL, 'coalition that ALA joined', '2015-05-19', '2016-04-11', 'Strong encryption protects everyone. No law should force a hidden way in.', 'verified', 'A door built for the police is a door for thieves.', NULL);
insert into "position_versions" values ('pr-library-records', 0, 'Confidentiality of Library Records', 'B.8.5', 'ALA Council', NULL, NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('pr-library-records', 1, 'Confidentiality of Personally Identifiable Information about Library Users', 'B.8.5.2', 'ALA Council', NULL, NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('pr-library-records', 2, 'Retention of Library Records', 'B.8.5.4', 'ALA Council', NULL, NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('pr-library-records', 3, 'Code of Ethics', 'Principle III', 'ALA Council', '1939', '2021-06-29', NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('pr-library-records', 4, 'Privacy (interpretation)', 'B.2.1.17', 'ALA Council', '2002-06-19', '2019-06-24', NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('pr-library-records', 5, 'Library Bill of Rights', 'Article VII', 'ALA Council', '2019-01-29', NULL, 'What you read, borrow or search at the library is your own business. Only a valid court order should open those records.', 'verified', 'People read freely when nobody looks over their shoulder.', NULL);
insert into "position_versions" values ('pr-no-facial-recognition', 0, 'Resolution in Opposition to Facial Recognition Software in Libraries', 'CD#19.1-19.3 (report)', 'ALA Council', '2021-01-26', NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('pr-no-facial-recognition', 1, 'Resolution on the Misuse of Behavioral Data Surveillance in Libraries', 'CD#19.1-19.3 (report)', 'ALA Council', '2021-01-26', NULL, 'No face-scan tools in libraries, and no sale of data about what users do there.', 'memory', 'Face scans make mistakes, most of all with some groups, and they end the freedom to come and go unknown.', NULL);
insert into "position_versions" values ('pr-no-gag-orders', 0, 'The Rights of Library Users and the USA PATRIOT Act', 'B.8.5.1', 'ALA Council', NULL, NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('pr-no-gag-orders', 1, 'ALA statement on the USA FREEDOM Act of 2014', NULL, 'ALA', '2014-07-29', NULL, 'A person who gets a secret demand for records must be free to ask a lawyer and to fight it in court.', 'verified', 'A demand that nobody may speak of is one that nobody can check.', NULL);
insert into "position_versions" values ('pr-surveillance-reform', 0, 'The Rights of Library Users and the USA PATRIOT Act', 'B.8.5.1', 'ALA Council', NULL, NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('pr-surveillance-reform', 1, 'Resolution on the USA PATRIOT Act and Related Measures that Infringe on the Rights of Library Users', NULL, 'ALA Council', '2003-01-29', NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('pr-surveillance-reform', 2, '2016 Midwinter COL report on the surveillance resolution', 'CD#20-20.2', 'ALA', '2016-01-12', NULL, 'The government must not gather records on everyone. Spying needs limits, a judge and reports to the public.', 'verified', 'Mass spying chills what people read, ask and say, and it hides from the courts.', NULL);
insert into "position_versions" values ('pr-warrant-for-content', 0, 'Federal Legislative Policy', 'B.5.6', 'ALA Council', NULL, NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('pr-warrant-for-content', 1, 'ALA statement on the Email Privacy Act', NULL, 'ALA', '2016-04-13', NULL, 'Police should get a warrant before they read the email, texts or files that people keep online.', 'verified', 'A letter at home needs a warrant. A letter on a server should too.', NULL);
insert into "position_versions" values ('tc-affordable-internet', 0, 'Coalition letters on Lifeline', NULL, 'coalition that ALA joined', '2016-06-21', '2017-11-08', NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('tc-affordable-internet', 1, 'Op-ed by the ALA President on the ACP', NULL, 'ALA', '2024', NULL, 'Families with little money need help with the internet bill, so these programs must last.', 'verified', 'A wire to the house is no use to a family that cannot pay the bill.', NULL);
insert into "position_versions" values ('tc-broadband-right', 0, 'Resolution declaring broadband a human right', NULL, 'ALA Council', '2021-01', NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('tc-broadband-right', 1, 'ALA statement on Digital Equity Act grants', NULL, 'ALA', '2025-05-15', NULL, 'Everyone has a right to fast internet at a low price. At the library, people get online and learn how.', 'verified', 'Work, school and care have moved online. Those who cannot follow are shut out.', NULL);
insert into "position_versions" values ('tc-erate', 0, 'ALA amicus brief, FCC v. Consumers'' Research', NULL, 'ALA', '2025-01', NULL, 'E-Rate helps libraries and schools pay for the internet. It needs sound funding and simple rules.', 'verified', 'Without the discount, many small libraries could not be online at all.', NULL);
insert into "position_versions" values ('tc-hotspot-lending', 0, 'ALA statement on FCC vote', NULL, 'ALA', '2024-07-18', NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('tc-hotspot-lending', 1, 'ALA statement on FCC reversal', NULL, 'ALA', '2025-09-30', NULL, 'Libraries should be free to use E-Rate money to lend hotspots to people who have no internet at home.', 'verified', 'Homework, job forms and health visits are online at night too, when the library is shut.', NULL);
insert into "position_versions" values ('tc-net-neutrality', 0, 'ALA amicus brief, Mozilla v. FCC', NULL, 'ALA', '2018-08-27', NULL, NULL, 'verified', NULL, NULL);
insert into "position_versions" values ('tc-net-neutrality', 1, 'ALA statement on FCC remand order', NULL, 'ALA', '2020-10-28', NULL, 'An internet firm must not block, slow down or charge more for lawful sites.', 'verified', 'Small sites and libraries cannot pay for a fast lane.', NULL);
insert into "position_versions" values ('tc-tribal-rural', 0, 'ALA-ATALM statement', NULL, 'ALA', '2023-07-20', NULL, 'Rules must be simple enough for a Tribal, small or rural library. Each of them must get its share of help.', 'verified', 'Rules made for large systems shut out a library with one worker.', NULL);
CREATE TABLE matchings (
            document_id text primary key references documents(id), text_hash text not null, version text not null,
            areas text not null
        ) without rowid;
insert into "matchings" values ('us-117-hconres33', '1b2e921d7787d99d23496b3fddbedffe', '7cfc88f9ca8a03c8', 'copyright telecommunications');
insert into "matchings" values ('us-117-hjres17', '5eed489c08331e0704676b6961330a79', '7cfc88f9ca8a03c8', 'civil-liberties');
insert into "matchings" values ('us-117-hres1392', '2c15cb4515ea01cb068fbeb823524814', '7cfc88f9ca8a03c8', 'intellectual-freedom');
insert into "matchings" values ('us-117-hres693', '9158358aa09039cce296c26494764d7c', '7cfc88f9ca8a03c8', 'intellectual-freedom');
insert into "matchings" values ('us-117-sres177', '6bd24af272daca0fe818986fc5ebf8b0', '7cfc88f9ca8a03c8', 'literacy');
CREATE TABLE position_matches (
            document_id text not null references documents(id), position_id text not null, ordinal integer not null,
            score real not null, field text not null, start integer not null, "end" integer not null,
            words text not null, primary key (document_id, position_id, ordinal)
        ) without rowid;
insert into "position_matches" values ('us-117-hjres17', 'cl-equal-access', 0, 0.445, 'title', 0, 73, 'Removing the deadline for the ratification of the equal rights amendment.');
insert into "position_matches" values ('us-117-hres1392', 'if-no-viewpoint-removal', 2, 0.7, 'title', 0, 313, 'Recognizing "Banned Books Week" and the sweeping attacks on books in the United States today, acknowledging the central role books play in promoting democratic and civil discourse, and urging recognition of the illegitimate tactics being used to ban books in K-12 classrooms, universities, prisons, and libraries.');
insert into "position_matches" values ('us-117-hres1392', 'if-readers-in-prison', 1, 0.75, 'title', 0, 313, 'Recognizing "Banned Books Week" and the sweeping attacks on books in the United States today, acknowledging the central role books play in promoting democratic and civil discourse, and urging recognition of the illegitimate tactics being used to ban books in K-12 classrooms, universities, prisons, and libraries.');
insert into "position_matches" values ('us-117-hres1392', 'if-right-to-read-laws', 0, 0.85, 'title', 0, 313, 'Recognizing "Banned Books Week" and the sweeping attacks on books in the United States today, acknowledging the central role books play in promoting democratic and civil discourse, and urging recognition of the illegitimate tactics being used to ban books in K-12 classrooms, universities, prisons, and libraries.');
insert into "position_matches" values ('us-117-sres177', 'lt-lifelong-literacy', 0, 0.49, 'title', 0, 66, 'A resolution designating April 2021 as "Financial Literacy Month".');
CREATE TABLE outcomes (
            document_id text not null references documents(id), position_id text not null,
            outcome text not null, went text, status text not null, ended_on text, words text, decided_on text not null,
            primary key (document_id, position_id)
        ) without rowid;
CREATE TABLE scorecard (
            dimension text not null, value text not null, decided integer not null, yes integer not null,
            partly integer not null, no integer not null, untold integer not null, share real,
            primary key (dimension, value)
        ) without rowid;
CREATE TABLE position_listing (
            position_id text not null, sort_on text not null, document_id text not null, score real not null,
            must_see integer not null, primary key (position_id, sort_on, document_id)
        ) without rowid;
insert into "position_listing" values ('cl-equal-access', '2021-03-23', 'us-117-hjres17', 0.445, 0);
insert into "position_listing" values ('if-no-viewpoint-removal', '2022-11-01', 'us-117-hres1392', 0.7, 1);
insert into "position_listing" values ('if-readers-in-prison', '2022-11-01', 'us-117-hres1392', 0.75, 1);
insert into "position_listing" values ('if-right-to-read-laws', '2022-11-01', 'us-117-hres1392', 0.85, 1);
insert into "position_listing" values ('lt-lifelong-literacy', '2021-04-22', 'us-117-sres177', 0.49, 0);
CREATE TABLE published (what text primary key, hash text not null, published_at text not null);
insert into "published" values ('views', '-- Views of corpus.db for people who take data away: Datasette serves them as JSON and CSV with filters and search.
-- `infopolicy publish` (publish.py) makes them anew whenever this file changes.

-- One row per document and policy area, and one with area_id `any` for every document.
create view listed_documents as
select
    listing.area_id, documents.id, documents.identifier, documents.title, documents.kind, documents.document_type,
    documents.jurisdiction, documents.session, documents.status, documents.status_on, listing.year, listing.must_see, listing.ceremonial,
    listing.sort_on as latest_on, documents.latest_action, documents.published_on, documents.url, listing.document_rowid
from listing join documents on documents.rowid = listing.document_rowid;

-- Which position touches which document, and the sentence that says so. Automatic until a person has confirmed it.
create view position_documents as
select
    shown_matches.position_id, positions.title as position, positions.area_id, documents.id as document_id,
    documents.identifier, documents.title, documents.jurisdiction, documents.status, shown_matches.field,
    shown_matches.words, shown_matches.score, documents.url
from shown_matches
join positions on positions.id = shown_matches.position_id
join documents on documents.id = shown_matches.document_id;
', '2026-11-26T09:37:55Z');
CREATE TABLE listing (
            area_id text not null, sort_on text not null, document_id text not null, document_rowid integer not null,
            kind text not null, jurisdiction text not null, status text not null, year text not null,
            must_see integer not null, ceremonial integer not null, number text not null, cell integer not null,
            primary key (area_id, sort_on, document_id)
        ) without rowid;
insert into "listing" values ('any', '2021-03-23', 'us-117-hjres17', 5, 'bill', 'us', 'passed_first_chamber', '2021', 0, 0, 'hjres17', 15158412214224734);
insert into "listing" values ('any', '2021-04-22', 'us-117-sres177', 1, 'bill', 'us', 'adopted', '2021', 0, 1, 'sres177', 15865587317480020);
insert into "listing" values ('any', '2021-11-09', 'us-117-hconres33', 7, 'bill', 'us', 'in_committee', '2021', 0, 0, 'hconres33', 39092826386122529);
insert into "listing" values ('any', '2022-02-17', 'us-117-sconres29', 2, 'bill', 'us', 'in_committee', '2022', 0, 1, 'sconres29', 60755215127744389);
insert into "listing" values ('any', '2022-06-21', 'us-117-hconres88', 6, 'bill', 'us', 'adopted', '2022', 0, 0, 'hconres88', 18259237627471583);
insert into "listing" values ('any', '2022-11-01', 'us-117-hres1392', 4, 'bill', 'us', 'in_committee', '2022', 1, 0, 'hres1392', 55293092260092196);
insert into "listing" values ('any', '2022-12-21', 'us-117-hres693', 3, 'bill', 'us', 'adopted', '2021', 0, 1, 'hres693', 15865587317480020);
insert into "listing" values ('civil-liberties', '2021-03-23', 'us-117-hjres17', 5, 'bill', 'us', 'passed_first_chamber', '2021', 0, 0, 'hjres17', 14616385912603519);
insert into "listing" values ('copyright', '2021-11-09', 'us-117-hconres33', 7, 'bill', 'us', 'in_committee', '2021', 0, 0, 'hconres33', 4970337780613675);
insert into "listing" values ('intellectual-freedom', '2022-11-01', 'us-117-hres1392', 4, 'bill', 'us', 'in_committee', '2022', 1, 0, 'hres1392', 56375252767123393);
insert into "listing" values ('intellectual-freedom', '2022-12-21', 'us-117-hres693', 3, 'bill', 'us', 'adopted', '2021', 0, 1, 'hres693', 26056154473763455);
insert into "listing" values ('literacy', '2021-04-22', 'us-117-sres177', 1, 'bill', 'us', 'adopted', '2021', 0, 1, 'sres177', 5139714356727914);
insert into "listing" values ('tagged', '2021-03-23', 'us-117-hjres17', 5, 'bill', 'us', 'passed_first_chamber', '2021', 0, 0, 'hjres17', 45507589208723479);
insert into "listing" values ('tagged', '2021-04-22', 'us-117-sres177', 1, 'bill', 'us', 'adopted', '2021', 0, 1, 'sres177', 63933331019165469);
insert into "listing" values ('tagged', '2021-11-09', 'us-117-hconres33', 7, 'bill', 'us', 'in_committee', '2021', 0, 0, 'hconres33', 35571963004003965);
insert into "listing" values ('tagged', '2022-11-01', 'us-117-hres1392', 4, 'bill', 'us', 'in_committee', '2022', 1, 0, 'hres1392', 60084765326507643);
insert into "listing" values ('tagged', '2022-12-21', 'us-117-hres693', 3, 'bill', 'us', 'adopted', '2021', 0, 1, 'hres693', 63933331019165469);
insert into "listing" values ('telecommunications', '2021-11-09', 'us-117-hconres33', 7, 'bill', 'us', 'in_committee', '2021', 0, 0, 'hconres33', 22358256556597742);
CREATE TABLE facet_counts (
            area_id text not null, kind text not null, jurisdiction text not null, status text not null,
            year text not null, must_see integer not null, ceremonial integer not null, documents integer not null,
            cell integer not null unique, primary key (area_id, kind, jurisdiction, status, year, must_see, ceremonial)
        ) without rowid;
insert into "facet_counts" values ('any', 'bill', 'us', 'adopted', '2021', 0, 1, 2, 15865587317480020);
insert into "facet_counts" values ('any', 'bill', 'us', 'adopted', '2022', 0, 0, 1, 18259237627471583);
insert into "facet_counts" values ('any', 'bill', 'us', 'in_committee', '2021', 0, 0, 1, 39092826386122529);
insert into "facet_counts" values ('any', 'bill', 'us', 'in_committee', '2022', 0, 1, 1, 60755215127744389);
insert into "facet_counts" values ('any', 'bill', 'us', 'in_committee', '2022', 1, 0, 1, 55293092260092196);
insert into "facet_counts" values ('any', 'bill', 'us', 'passed_first_chamber', '2021', 0, 0, 1, 15158412214224734);
insert into "facet_counts" values ('civil-liberties', 'bill', 'us', 'passed_first_chamber', '2021', 0, 0, 1, 14616385912603519);
insert into "facet_counts" values ('copyright', 'bill', 'us', 'in_committee', '2021', 0, 0, 1, 4970337780613675);
insert into "facet_counts" values ('intellectual-freedom', 'bill', 'us', 'adopted', '2021', 0, 1, 1, 26056154473763455);
insert into "facet_counts" values ('intellectual-freedom', 'bill', 'us', 'in_committee', '2022', 1, 0, 1, 56375252767123393);
insert into "facet_counts" values ('literacy', 'bill', 'us', 'adopted', '2021', 0, 1, 1, 5139714356727914);
insert into "facet_counts" values ('tagged', 'bill', 'us', 'adopted', '2021', 0, 1, 2, 63933331019165469);
insert into "facet_counts" values ('tagged', 'bill', 'us', 'in_committee', '2021', 0, 0, 1, 35571963004003965);
insert into "facet_counts" values ('tagged', 'bill', 'us', 'in_committee', '2022', 1, 0, 1, 60084765326507643);
insert into "facet_counts" values ('tagged', 'bill', 'us', 'passed_first_chamber', '2021', 0, 0, 1, 45507589208723479);
insert into "facet_counts" values ('telecommunications', 'bill', 'us', 'in_committee', '2021', 0, 0, 1, 22358256556597742);
CREATE VIRTUAL TABLE position_search using fts5(
            position_id unindexed, title, statement, about, tokenize="porter unicode61 remove_diacritics 2");
CREATE TABLE ceremonial (document_id text primary key) without rowid;
insert into "ceremonial" values ('us-117-hres693');
insert into "ceremonial" values ('us-117-sconres29');
insert into "ceremonial" values ('us-117-sres177');
CREATE TABLE activity (
            area_id text not null, month text not null, jurisdiction text not null, documents integer not null,
            must_see integer not null, primary key (area_id, month, jurisdiction)
        ) without rowid;
insert into "activity" values ('civil-liberties', '2021-03', 'us', 1, 0);
insert into "activity" values ('copyright', '2021-11', 'us', 1, 0);
insert into "activity" values ('intellectual-freedom', '2022-11', 'us', 1, 1);
insert into "activity" values ('tagged', '2021-03', 'us', 1, 0);
insert into "activity" values ('tagged', '2021-11', 'us', 1, 0);
insert into "activity" values ('tagged', '2022-11', 'us', 1, 1);
insert into "activity" values ('telecommunications', '2021-11', 'us', 1, 0);
CREATE TABLE decisions (
            document_id text not null references documents(id), subject text not null, verdict text not null, value text,
            reason text, field text, words text, decided_on text not null, "start" integer, "end" integer, primary key (document_id, subject)
        ) without rowid;
CREATE VIRTUAL TABLE search_words using fts5(word, documents unindexed, tokenize='trigram');
CREATE VIRTUAL TABLE sponsor_names using fts5(name, tokenize='unicode61 remove_diacritics 2', prefix='2 3');
CREATE TABLE coverage (
            source text not null, jurisdiction text not null, session text not null, documents integer not null,
            missing integer not null, with_abstract integer not null, with_text integer not null,
            with_actions integer not null, first_on text, newest_on text, latest_action_on text,
            primary key (source, jurisdiction, session)
        ) without rowid;
insert into "coverage" values ('us_bills', 'us', '117', 7, 0, 6, 0, 7, '2021-01-21', '2022-09-22', '2022-12-21');
CREATE TABLE coverage_months (
            source text not null, jurisdiction text not null, month text not null, documents integer not null,
            primary key (source, jurisdiction, month)
        ) without rowid;
insert into "coverage_months" values ('us_bills', 'us', '2021-01', 1);
insert into "coverage_months" values ('us_bills', 'us', '2021-04', 1);
insert into "coverage_months" values ('us_bills', 'us', '2021-05', 1);
insert into "coverage_months" values ('us_bills', 'us', '2021-09', 1);
insert into "coverage_months" values ('us_bills', 'us', '2022-02', 1);
insert into "coverage_months" values ('us_bills', 'us', '2022-05', 1);
insert into "coverage_months" values ('us_bills', 'us', '2022-09', 1);
CREATE TABLE word_frequencies (word text primary key, wordings integer not null) without rowid;
insert into "word_frequencies" values ('', 4);
insert into "word_frequencies" values (' ', 7);
insert into "word_frequencies" values ('as', 2);
insert into "word_frequencies" values ('by', 2);
insert into "word_frequencies" values ('for', 3);
insert into "word_frequencies" values ('house', 2);
insert into "word_frequencies" values ('in', 2);
insert into "word_frequencies" values ('of', 4);
insert into "word_frequencies" values ('on', 4);
insert into "word_frequencies" values ('passed', 2);
insert into "word_frequencies" values ('state', 2);
insert into "word_frequencies" values ('the', 4);
insert into "word_frequencies" values ('to', 2);
CREATE TABLE signatures (
            document_id text primary key references documents(id), text_hash text not null, version text not null,
            wording integer, minhash blob, prints blob, compared integer not null default 0
        );
insert into "signatures" values ('us-117-sres177', '6bd24af272daca0fe818986fc5ebf8b0', 'b646bf44f547-4-7', NULL, NULL, NULL, 1);
insert into "signatures" values ('us-117-sconres29', '2333b3c8129716b5dd903e7d1958243a', 'b646bf44f547-4-7', NULL, NULL, NULL, 1);
insert into "signatures" values ('us-117-hres693', '9158358aa09039cce296c26494764d7c', 'b646bf44f547-4-7', NULL, NULL, NULL, 1);
insert into "signatures" values ('us-117-hres1392', '2c15cb4515ea01cb068fbeb823524814', 'b646bf44f547-4-7', 8034389351213230195, X'AF0577004DE57F021BE48C00AE1286015D7C9700322CBF017D33D800EA799801BB2D1E03286B360208DD510166E5B90011958B00B024F90146D3FE007BB8470101E3DA00526E110123606C00EC4D5703777EEC006F4F32006C590A00B8891F02A3A8120032F19E01DA7F020000ED970036A92502FACACC0070C66901BA3C0D02F6C662009ABBEC00068CA4038B7EB601A266C0029819AB019AE8ED0137650101F19851012B9A3301EAD2F7003A253F00308D31014D04050011CE9902D440B603EAC238007982FE00A2A85500B413A301D847F801D20656005B1277008298F90108E742005F4821014621EB019AF81303918402015E167300B3D6060077708C02', NULL, 1);
insert into "signatures" values ('us-117-hjres17', '5eed489c08331e0704676b6961330a79', 'b646bf44f547-4-7', 4067332635275744237, X'A618FA0058FDA6003E6726009F806D001C70B900CA8F4001C1A28301BBA85804401FDD000E6E2A008100110304CF6A053BFC070348B7400150806001D8274404F0262A02A9EF290080467500996C5D02700DD0017EF62C068AFF8A011E7161015E525302DE596F0005662601997BBE0399B4F305F43F11016FB1300077E45500A933EE0149356E0256811602025D50003FEB0500D79D4000A83887008F0700026A49C101128C0C018A3D98014355FB02FF3B3900DBB4BF01CF5DA000F352F901348474007EA97A00029AB0005449140016CCE70453EDB802F7EF130014C5EE030BA8C00185B477042C1C5200C0C88C04DF86E900B103EE0139A45201545E4800', NULL, 1);
insert into "signatures" values ('us-117-hconres88', 'b0342b3817a3044d96c9f4fe57d429c6', 'b646bf44f547-4-7', -524657012870596606, X'8D598B05F67A6C003E67260068848103FF8C9906336B090674E576015B67AC0064444400537A570BCB1787004017A1043D7D4000CA34FA00DE43BD01D19A4301A000F2002FB6A800817A1403826A260420B101021DFF1300D1088B01D0A41D04D8FEE30070BA4F042E7C80018E39EF02F12ACE0237EF82006FB13000783C7E058708AD001F101403D926370227F415008233EB0041F19D003B0B17026C1E5C019952530048B6D60342AB4100EC80DA0250EA0B01CA961C033FB7F4028FED42018B2D0402771D34014A82740087497B05AB43AE0105B87F0504833100EA0B210066C2C20252C73E0059831801002FBC003F1C0500B103EE01AFADE301F0C02C03', NULL, 1);
insert into "signatures" values ('us-117-hconres33', '1b2e921d7787d99d23496b3fddbedffe', 'b646bf44f547-4-7', 10130144572096503, X'6F7F19024E6C4C006B179C001CCBBC01648C670253AB9F019099160004C04A010F6EE803AA4EBE01A71F270172989A002D01C402BCAB1A03CD20840179DA39023C23CC05C0860100329EC606DD4D3C00C4E3580488925F031276CE013348C7010E6F0500F9D2B2028414AB00BC48710129627B017A774500956249003CA9570034899B00C71A0D02DC964901C32605027E2E4E02E3E036017D4A4F02EF89A900FF33910119231B03E67E5002C2D47D00E4A5270385EF480455319B00623E08035B912801EB5B5B02195EB900984F68008DECB400102B31019A977D01754E86004872D0005ECA4B017FCD8600040C2A0011460B00CC8026049E7168083FE34101', NULL, 1);
CREATE TABLE wording_pairs (
            first integer not null, second integer not null, kind text not null, likeness real not null,
            primary key (first, second)
        ) without rowid;
CREATE TABLE look_alike_groups (
            id text primary key, kind text not null, title text not null, documents integer not null,
            jurisdictions integer not null, basis text not null
        ) without rowid;
CREATE TABLE look_alikes (
            group_id text not null references look_alike_groups(id), document_id text not null references documents(id),
            ordinal integer not null, likeness real not null, primary key (group_id, document_id)
        ) without rowid;
CREATE TABLE shared_passages (
            document_id text not null references documents(id), other_id text not null references documents(id),
            ordinal integer not null, start integer not null, "end" integer not null, other_start integer not null,
            other_end integer not null, words integer not null, same real not null,
            primary key (document_id, other_id, ordinal)
        ) without rowid;
CREATE TABLE shared_texts (
            document_id text not null references documents(id), other_id text not null references documents(id),
            words integer not null, share real not null, primary key (document_id, other_id)
        ) without rowid;
CREATE TABLE version_readings (
            document_id text primary key references documents(id), read_from text not null
        ) without rowid;
CREATE TABLE version_provisions (
            document_id text not null references documents(id), url text not null, position_id text not null,
            ordinal integer not null, start integer not null, "end" integer not null, words text not null,
            primary key (document_id, url, position_id, ordinal)
        ) without rowid;
CREATE TABLE threads (
            id text primary key, title text not null, documents integer not null, first_on text, last_on text,
            status text not null, status_on text, comments_close_on text, effective_on text
        ) without rowid;
CREATE TABLE thread_documents (
            document_id text primary key, thread_id text not null, ordinal integer not null
        ) without rowid;
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX documents_by_session on documents (source, session, document_type);
CREATE INDEX documents_by_status on documents (status, status_on);
CREATE INDEX documents_by_latest_action on documents (latest_action_on);
CREATE INDEX terms_by_term on terms (kind, term);
CREATE INDEX links_by_linked on links (linked_id);
CREATE INDEX events_by_start on events (starts_at);
CREATE INDEX changes_by_document on changes (document_id);
CREATE INDEX changes_by_day on changes (happened_on);
CREATE INDEX changes_by_seen on changes (seen_at);
CREATE INDEX runs_by_source on runs (source, state);
CREATE TRIGGER "documents_ai" AFTER INSERT ON "documents" BEGIN
  INSERT INTO "documents_fts" (rowid, "title", "abstract", "text") VALUES (new.rowid, new."title", new."abstract", new."text");
END;
CREATE TRIGGER "documents_ad" AFTER DELETE ON "documents" BEGIN
  INSERT INTO "documents_fts" ("documents_fts", rowid, "title", "abstract", "text") VALUES('delete', old.rowid, old."title", old."abstract", old."text");
END;
CREATE TRIGGER "documents_au" AFTER UPDATE ON "documents" BEGIN
  INSERT INTO "documents_fts" ("documents_fts", rowid, "title", "abstract", "text") VALUES('delete', old.rowid, old."title", old."abstract", old."text");
  INSERT INTO "documents_fts" (rowid, "title", "abstract", "text") VALUES (new.rowid, new."title", new."abstract", new."text");
END;
CREATE INDEX documents_by_place on documents (jurisdiction, session, document_type, published_on, missing_since, id);
CREATE INDEX taggings_by_priority on taggings (priority_score);
CREATE INDEX tags_by_area on tags (area_id, probability);
CREATE INDEX position_matches_by_position on position_matches (position_id, score);
CREATE INDEX outcomes_by_position on outcomes (position_id);
CREATE INDEX listing_by_rowid on listing (document_rowid, area_id, cell);
CREATE INDEX listing_by_number on listing (number);
CREATE INDEX listing_must_see on listing (area_id, sort_on) where must_see = 1;
CREATE INDEX listing_by_jurisdiction on listing (area_id, jurisdiction, sort_on);
CREATE INDEX listing_by_status on listing (area_id, status, sort_on);
CREATE INDEX listing_by_year on listing (area_id, year, sort_on);
CREATE INDEX documents_by_source on documents (source, published_on, missing_since);
CREATE INDEX facet_counts_by_year on facet_counts (area_id, ceremonial, year, must_see, documents);
CREATE INDEX facet_counts_by_jurisdiction on facet_counts (area_id, jurisdiction, documents, must_see);
CREATE INDEX decisions_by_subject on decisions (subject, decided_on);
CREATE VIEW shown_tags as
        select t.document_id, t.area_id, t.probability, d.verdict is not null as confirmed from tags t
        left join decisions d on d.document_id = t.document_id and d.subject = 'area:' || t.area_id
        where d.verdict is null or d.verdict = 'confirm'
        union all select d.document_id, substr(d.subject, 6), 1.0, 1 from decisions d
        where d.subject like 'area:%' and d.verdict = 'confirm' and not exists (
            select 1 from tags t where t.document_id = d.document_id and t.area_id = substr(d.subject, 6)
        );
CREATE VIEW shown_positions as
        select m.document_id, m.position_id, max(m.score) as score, max(d.verdict is not null) as confirmed
        from position_matches m
        left join decisions d on d.document_id = m.document_id and d.subject = 'position:' || m.position_id
        where d.verdict is null or d.verdict = 'confirm' group by m.document_id, m.position_id
        union all select d.document_id, substr(d.subject, 10), 1.0, 1 from decisions d
        where d.subject like 'position:%' and d.verdict = 'confirm' and not exists (
            select 1 from position_matches m
            where m.document_id = d.document_id and m.position_id = substr(d.subject, 10)
        );
CREATE VIEW shown_matches as
        select m.* from position_matches m where not exists (
            select 1 from decisions d where d.document_id = m.document_id and d.verdict = 'reject'
            and d.subject = 'position:' || m.position_id
        )
        union all
        select d.document_id, substr(d.subject, 10), 0, 1.0, d.field, d.start, d."end", d.words from decisions d
        where d.subject like 'position:%' and d.verdict = 'confirm' and d.words is not null and not exists (
            select 1 from position_matches m
            where m.document_id = d.document_id and m.position_id = substr(d.subject, 10)
        );
CREATE VIEW shown_priorities as
        select t.document_id, coalesce((
            select cast(d.value as integer) from decisions d where d.document_id = t.document_id and d.subject = 'priority'
        ), t.priority) as priority from taggings t;
CREATE INDEX sponsors_by_name on sponsors (name);
CREATE INDEX signatures_by_wording on signatures (wording);
CREATE INDEX signatures_to_compare on signatures (document_id) where compared = 0;
CREATE INDEX wording_pairs_by_second on wording_pairs (second);
CREATE INDEX look_alikes_by_document on look_alikes (document_id);
CREATE INDEX shared_passages_by_other on shared_passages (other_id);
CREATE INDEX shared_texts_by_other on shared_texts (other_id);
CREATE INDEX thread_documents_by_thread on thread_documents (thread_id, ordinal);
CREATE VIEW listed_documents as
select
    listing.area_id, documents.id, documents.identifier, documents.title, documents.kind, documents.document_type,
    documents.jurisdiction, documents.session, documents.status, documents.status_on, listing.year, listing.must_see, listing.ceremonial,
    listing.sort_on as latest_on, documents.latest_action, documents.published_on, documents.url, listing.document_rowid
from listing join documents on documents.rowid = listing.document_rowid;
CREATE VIEW position_documents as
select
    shown_matches.position_id, positions.title as position, positions.area_id, documents.id as document_id,
    documents.identifier, documents.title, documents.jurisdiction, documents.status, shown_matches.field,
    shown_matches.words, shown_matches.score, documents.url
from shown_matches
join positions on positions.id = shown_matches.position_id
join documents on documents.id = shown_matches.document_id;
insert into documents_fts (documents_fts) values ('rebuild');
