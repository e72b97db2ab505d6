"""What is stored of each source, jurisdiction and session, counted once at publish: too slow to count when a page asks.

Derived from the documents and by no clock, so that publishing twice writes nothing. What was to be expected stands with
the runs (crawlers.completeness.completeness).
"""

from __future__ import annotations

#: Table -> the query that fills it. A document counts with every source that has given it.
HOLDINGS = {
    "coverage": """
        select p.source, d.jurisdiction, d.session, count(*), sum(d.missing_since is not null),
            sum(d.abstract is not null), sum(d.text is not null),
            sum(exists (select 1 from actions a where a.document_id = d.id)),
            min(d.published_on), max(d.published_on), max(d.latest_action_on)
        from provenance p join documents d on d.id = p.document_id group by 1, 2, 3""",
    "coverage_months": """
        select p.source, d.jurisdiction, substr(d.published_on, 1, 7), count(*)
        from provenance p join documents d on d.id = p.document_id where d.published_on is not null group by 1, 2, 3""",
}
