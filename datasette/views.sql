-- Views of corpus.db for people who take data away: Datasette serves them as JSON and CSV with filters and search.
-- `infopolicy publish` (publish.py) makes them anew whenever this file changes.

-- One row per document and policy area, and one with area_id `any` for every document.
create view listed_documents as
select
    listing.area_id, documents.id, documents.identifier, documents.title, documents.kind, documents.document_type,
    documents.jurisdiction, documents.session, documents.status, documents.status_on, documents.status_reason,
    listing.status as listed_as, listing.year, listing.must_see, listing.ceremonial,
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
