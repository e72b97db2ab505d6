"""One document as a record for programs: what its page shows, under the same names, with what is automatic."""

from __future__ import annotations

import datetime
import sqlite3

from crawlers.people import as_people_say
from pages.database import Row, rows
from pages.documents import decisions
from pages.export.exports import document_rows
from pages.http import formatting

#: Part of the record -> its query; each has one parameter, the document.
_PARTS = {
    "steps": "select status, reached_on from status_history where document_id = ? order by reached_on, ordinal",
    "actions": "select acted_on, description, classification, chamber from actions where document_id = ? "
    "order by acted_on, ordinal",
    "sponsors": "select s.name, s.role, s.party, s.state, s.district, s.joined_on, s.withdrawn_on, p.id as person "
    "from sponsors s left join sponsor_people l on l.document_id = s.document_id and l.ordinal = s.ordinal "
    "left join people p on p.key = l.person where s.document_id = ? order by s.ordinal",
    "committees": "select name, chamber, activity, active_on from committees where document_id = ? order by ordinal",
    "versions": "select name, issued_on, url, media_type from versions where document_id = ? order by issued_on, ordinal",
    "laws": "select kind, number from laws where document_id = ? order by ordinal",
    "dates": "select kind, starts_at, timezone, description from events where document_id = ? order by starts_at, ordinal",
    "terms": "select kind, term from terms where document_id = ? order by kind, ordinal",
    "related": "select linked_id as id, kind, title from links where document_id = ? order by ordinal",
    "sources": "select source, source_url, fetched_at from provenance where document_id = ? order by source",
}


def record(db: sqlite3.Connection, document_id: str, today: datetime.date, site: str) -> Row | None:
    """Return the record, or None. ``stances`` holds what people published, ``automatic`` what software found."""
    found = document_rows(db, [document_id], today, site)
    if not found:
        return None
    head = rows(
        db,
        "select abstract, policy_area, first_seen_at, changed_at, missing_since from documents where id = ?",
        [document_id],
    )
    areas = _areas(db, document_id)
    parts = {name: rows(db, sql, [document_id]) for name, sql in _PARTS.items()}
    for sponsor in parts["sponsors"]:
        sponsor["name"] = as_people_say(sponsor["name"])
    for version in parts["versions"]:
        version["url"] = formatting.safe_url(version["url"])
    for source in parts["sources"]:
        source["source_url"] = formatting.safe_url(source["source_url"])
    return (
        found[0]
        | head[0]
        | parts
        | {
            "automatic": {
                "areas": areas,
                "doubtful": not areas and decisions.is_doubtful(db, document_id),
                "positions": _positions(db, document_id, site),
            },
            "stances": [
                {
                    "position": stance["key"] or None,
                    **{name: stance[name] for name in ("value", "reason", "source", "decided_on")},
                }
                for stance in decisions.stances(decisions.decided(db, document_id))
            ],
        }
    )


def _areas(db: sqlite3.Connection, document_id: str) -> list[Row]:
    found = rows(
        db,
        "select t.area_id as id, a.title, t.probability, t.confirmed from shown_tags t "
        "left join policy_areas a on a.id = t.area_id where t.document_id = ? order by t.probability desc, t.area_id",
        [document_id],
    )
    for area in found:
        area["evidence"] = rows(
            db,
            'select field, start, "end", words, rule from evidence where document_id = ? and area_id = ? order by ordinal',
            [document_id, area["id"]],
        )
    return found


def _positions(db: sqlite3.Connection, document_id: str, site: str) -> list[Row]:
    found = rows(
        db,
        'select m.position_id as id, p.title, m.field, m.start, m."end", m.words, m.score '
        "from shown_matches m join positions p on p.id = m.position_id where m.document_id = ? "
        "order by m.score desc, m.position_id, m.ordinal",
        [document_id],
    )
    return [row | {"address": f"{site}/positions/{row['id']}"} for row in found]
