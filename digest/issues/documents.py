"""What an issue needs to know of some documents, as the public sees them: status, priority, areas, positions and stances."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from crawlers.storage.merge import BY_HAND
from digest.issues.clusters import chunks
from digest.issues.effects import effect
from digest.issues.ledger import pattern
from digest.issues.stances import of_documents
from pages.database import marks
from pages.documents import rulemaking
from pages.documents.session_status import SESSION_TITLE
from pages.http.formatting import shortened

Entry = dict[str, Any]


def documents_of(corpus: sqlite3.Connection, keys: list[str]) -> dict[str, Entry]:
    """What an issue needs to know of some documents, by their ids, as the public sees them now."""
    found: dict[str, Entry] = {}
    titles = dict(corpus.execute("select id, title from policy_areas").fetchall())
    for chunk in chunks(keys):
        listed = marks(chunk)
        for row in corpus.execute(
            f"""select d.id, d.kind, d.jurisdiction, d.session, d.identifier, d.title, d.status, d.status_on, d.url,
                d.document_type, d.comments_close_on, {SESSION_TITLE} as session_title,
                d.status_reason, d.abstract, coalesce(p.priority, 0) as priority, coalesce(t.priority_score, 0) as score,
                c.document_id is not null as ceremonial,
                d.source = '{BY_HAND}' and d.missing_since is not null as withdrawn,
                max(coalesce(d.status_on, ''), coalesce(d.published_on, ''), coalesce((
                    select max(a.acted_on) from actions a where a.document_id = d.id), '')) as last_on,
                exists (select 1 from decisions w where w.document_id = d.id and w.subject = 'pin') as pinned
            from documents d left join taggings t on t.document_id = d.id
            left join shown_priorities p on p.document_id = d.id
            left join ceremonial c on c.document_id = d.id where d.id in ({listed})""",
            chunk,
        ):
            private = bool(pattern("private").search(row["title"]))
            found[row["id"]] = {**dict(row), "private": private, "areas": {}, "positions": {}, "stances": {}}
        for key, stances in of_documents(corpus, chunk).items():
            found[key]["stances"] = stances
        _add_areas(corpus, found, chunk)
        not_so = f"select document_id, subject from decisions where verdict = 'reject' and document_id in ({listed})"
        rejected = {tuple(row) for row in corpus.execute(not_so, chunk)}
        for row in corpus.execute(
            f"""select m.document_id, m.position_id, p.title, p.areas from position_matches m
            join shown_positions s on s.document_id = m.document_id and s.position_id = m.position_id
            join positions p on p.id = m.position_id where m.document_id in ({listed}) order by m.score desc, m.ordinal""",
            chunk,
        ):
            document = found[row["document_id"]]
            document["positions"].setdefault(row["position_id"], {"title": row["title"]})
            # A position implies its areas: a reader of privacy gets the bill on library records, unless staff rejected one.
            for area in filter(titles.get, row["areas"].split("; ")):
                if (row["document_id"], f"area:{area}") in rejected:
                    continue
                document["areas"].setdefault(area, {"title": titles[area], "words": ""})
    for key in rulemaking.answered(corpus, [key for key, each in found.items() if each["status"] == "proposed"]):
        found[key]["answered"] = True
    for document in found.values():
        document["effect"] = effect(document["title"], document["abstract"], document["positions"])
    return found


def _add_areas(corpus: sqlite3.Connection, found: dict[str, Entry], chunk: Sequence[str]) -> None:
    """Each area with the words that show it; words that only a model found say nothing to a reader."""
    listed = marks(chunk)
    for row in corpus.execute(
        f"""select t.document_id, t.area_id, coalesce(a.title, t.area_id) as title from shown_tags t
        left join policy_areas a on a.id = t.area_id where t.document_id in ({listed})
        order by t.probability desc, t.area_id""",
        chunk,
    ):
        found[row["document_id"]]["areas"][row["area_id"]] = {"title": row["title"], "words": ""}
    for row in corpus.execute(
        f"""select document_id, area_id, words from evidence where document_id in ({listed}) and rule != 'model'
        order by field = 'title' desc, ordinal""",
        chunk,
    ):
        area = found[row["document_id"]]["areas"].get(row["area_id"])
        if area is not None and not area["words"]:
            area["words"] = shortened(row["words"], 80)
