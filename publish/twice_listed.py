"""Bills that a source lists in two sessions: Oklahoma's of 2025 are all in 2026, too, and New Hampshire's retained ones.

One bill counts once, so lists leave one of the two records out. It keeps its page, and each page leads to the other.
"""

from __future__ import annotations

#: Where a bill goes no further; what is decided before the later session begins does not belong to that.
_OVER = ("enacted", "adopted", "vetoed", "failed", "withdrawn", "replaced")

#: Pairs (left out, listed) for the table `twice_listed`. The same bill has its number and the day of its introduction in both
#: sessions, and that day is before the later one began: a special session counts anew, and its bills come with it. The record
#: of the later session is listed, since it goes on, unless the bill was decided before. Where staff decided about one record
#: only, that one is listed: what they said would leave the lists with it. Where there are three records, the two that are left
#: out lead to the one that lists have. No session is three years old when a bill of it is introduced: without that, each bill
#: filed before its session began is looked for in all sessions of its state.
TWICE_LISTED = f"""
    with pairs (left_out, listed) as materialized (
        select case when stays then later_id else earlier_id end, case when stays then earlier_id else later_id end from (
            select b.id as later_id, a.id as earlier_id,
                case exists (select 1 from decisions where document_id = a.id)
                    - exists (select 1 from decisions where document_id = b.id)
                when 1 then 1 when -1 then 0
                else b.status in ({", ".join(f"'{each}'" for each in _OVER)}) and b.status_on < later.starts_on end as stays
            from session_ends later
            cross join documents b on b.jurisdiction = later.jurisdiction and b.session = later.session
                and b.published_on < later.starts_on
            cross join session_ends earlier on earlier.jurisdiction = later.jurisdiction
                and earlier.starts_on < later.starts_on and earlier.starts_on > date(b.published_on, '-3 years')
            cross join documents a on a.published_on = b.published_on
                and a.id = id_of(b.id, b.jurisdiction, b.session, earlier.session)
        )
    )
    select left_out, max(listed) from pairs where listed not in (select left_out from pairs) group by 1"""
