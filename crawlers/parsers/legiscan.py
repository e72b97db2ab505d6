"""LegiScan's API read into bills: pure functions from its JSON to records, no requests.

LegiScan answers errors with status 200, and where a thing is missing it sends `{}`, `[]`, `""`, `"0000-00-00"` or 0 as it
likes; all of that is None here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from crawlers.items import (
    Action,
    BadRecord,
    Bill,
    Committee,
    Event,
    Link,
    Sponsor,
    TextVersion,
    Unreadable,
    clean,
    document_id,
)
from crawlers.parsers.json_reader import read_json, readable
from crawlers.parsers.states import canonical_session, link, load_states, web_address
from crawlers.status.federal import classify_action
from crawlers.status.governor import handed_over
from crawlers.status.states import classify, most_telling, state_history, with_passage
from store.errors import InvalidInput

HOST = "https://api.legiscan.com"
SOURCE = "us_states_legiscan"
EMPTY_SESSION = "Unknown or empty session"
Record = dict[str, Any]

_CHAMBERS = {"H": "lower", "A": "lower", "S": "upper", "L": "legislature", "J": "joint"}
#: LegiScan's bill types -> Open States' words.
_TYPES = {
    "B": "bill",
    "R": "resolution",
    "CR": "concurrent resolution",
    "JR": "joint resolution",
    "M": "memorial",
    "JM": "joint memorial",
    "CA": "constitutional amendment",
    "SB": "bill",
    "A": "appropriation",
    "C": "commemoration",
    "JRCA": "constitutional amendment",
    "P": "proclamation",
}
#: Where a stage of its `progress` puts a bill; what only a chamber's own resolution reaches is told apart in `_history`.
_STAGES = {
    1: "introduced",
    2: "passed_first_chamber",
    3: "passed",
    4: "enacted",
    5: "vetoed",
    6: "failed",
    8: "enacted",
    9: "in_committee",
    10: "reported",
    11: "reported",
}
_RANK = ("introduced", "in_committee", "reported", "passed_first_chamber", "passed", "vetoed", "enacted", "adopted")
#: Ends that LegiScan's `progress` leaves out, and its history tells.
_ENDS = ("failed", "withdrawn", "replaced")
_UNDECIDED = ("introduced", "in_committee", "reported", "passed_first_chamber")
#: Its "same as / similar to" ties. Not "Carry Over": that names a number of an earlier session and not the session.
_TIES = {
    "same as": "identical",
    "similar to": "related",
    "replaced by": "replaced-by",
    "replaces": "replaces",
    "crossfiled": "companion",
    "crossfiled as": "companion",
    "enabling for": "related",
    "enabled by": "related",
    "related": "related",
}
#: What it calls the types of Congress -> how Congress writes them: its HR is a resolution of the House, its HB an H.R.
_FEDERAL = {
    "HB": "H.R.",
    "SB": "S.",
    "HR": "H.Res.",
    "SR": "S.Res.",
    "HJR": "H.J.Res.",
    "SJR": "S.J.Res.",
    "HCR": "H.Con.Res.",
    "SCR": "S.Con.Res.",
}
_DAY = re.compile(r"^(?!0000)\d{4}-\d\d-\d\d$")


class Refused(InvalidInput):
    """LegiScan's own error, sent with status 200; the message is its sentence."""


@dataclass(frozen=True, kw_only=True)
class Session:
    """A session of one state: `id` is LegiScan's number for it, `name` the one name among all sources."""

    id: int
    jurisdiction: str
    name: str
    ends_in: int


def read_answer(body: bytes, part: str) -> Any:
    """The part of an answer that was asked for.

    Raises:
        Refused: LegiScan says that it will not or cannot answer.
        Unreadable: not an answer of LegiScan at all: broken, cut off, a maintenance page.
    """
    answer = read_json(body)
    if not isinstance(answer, dict) or "status" not in answer:
        raise Unreadable("not an answer of LegiScan")
    status = answer["status"]
    if status == "ERROR":
        alert = answer.get("alert")
        raise Refused(str(alert.get("message") if isinstance(alert, dict) else alert))
    if status != "OK" or part not in answer:
        raise Unreadable(f"an answer without {part!r}")
    return answer[part]


def read_sessions(rows: Any, jurisdiction: str) -> list[Session]:
    """The sessions of a state.

    Raises:
        Unreadable: not a list of sessions.
    """
    with readable("a session", Unreadable):
        return [
            Session(
                id=int(row["session_id"]),
                jurisdiction=jurisdiction,
                name=session_name(row, jurisdiction),
                ends_in=int(row["year_end"] or row["year_start"]),
            )
            for row in rows
        ]


def session_name(row: Record, jurisdiction: str) -> str:
    """The session's one name; a special session nobody has named yet is not mixed up with the regular one."""
    said = row.get("session_name") or row["session_title"]
    years = {"year": int(row["year_start"]), "end": int(row["year_end"] or row["year_start"])}
    return canonical_session(jurisdiction, said, **years)


def read_master_list(listing: Any) -> tuple[dict[int, tuple[str, str]], list[Any]]:
    """Bill number and change hash by LegiScan's id of the bill, and rows that have none of these.

    Raises:
        Unreadable: not a list of bills.
    """
    with readable("a list of bills", Unreadable):
        rows = [row for key, row in listing.items() if key != "session"]
    bills: dict[int, tuple[str, str]] = {}
    bad = []
    for row in rows:
        try:
            bills[int(row["bill_id"])] = str(row["number"]), str(row["change_hash"])
        except (KeyError, TypeError, ValueError, OverflowError):
            bad.append(row)
    if bad and not bills:
        raise Unreadable("a list of bills without one that can be read")
    return bills, bad


def jurisdiction_of(state: str) -> str:
    """`us-tx` for TX, `us` for US.

    Raises:
        BadRecord: no state of that code.
    """
    code = state.lower()
    if code not in load_states():
        raise BadRecord(f"no state has the code {state!r}")
    return "us" if code == "us" else f"us-{code}"


def bill_number(jurisdiction: str, number: str) -> str:
    """The number as the legislature writes it: H.Res. 115 for LegiScan's HR115 of Congress."""
    found = re.fullmatch(r"([A-Z]+)(\d+)", number) if jurisdiction == "us" else None
    kind = _FEDERAL.get(found[1]) if found else None
    return f"{kind} {found[2]}" if found and kind else number


def day(value: Any) -> str | None:
    """An ISO day, None for LegiScan's many ways of saying none."""
    return value if isinstance(value, str) and _DAY.match(value) else None


# --------------------------------------------------------------------- a bill


def parse_bill(row: Record) -> Bill:
    """The bill of a getBill answer.

    Raises:
        BadRecord: a part of it is missing or not of the form that is documented.
    """
    if not isinstance(row, dict):
        raise BadRecord("the bill is no record")
    with readable(f"bill {row.get('bill_id')}"):
        return _bill(row)


def _bill(row: Record) -> Bill:
    jurisdiction = jurisdiction_of(row["state"])
    session = session_name(row["session"], jurisdiction)
    number = bill_number(jurisdiction, row["bill_number"])
    key = document_id(jurisdiction, session, number)
    document_type = _document_type(row["bill_type"], key)
    title, abstract = clean(row["title"]), clean(row.get("description"))
    actions = tuple(_actions(row.get("history") or (), jurisdiction))
    began = [action.acted_on for action in actions] or [
        on for each in row.get("progress") or () if (on := day(each["date"]))
    ]
    introduced_on = min(began, default=None)
    history = _history(row.get("progress") or (), document_type, introduced_on)
    bill = Bill(
        id=key,
        source=SOURCE,
        jurisdiction=jurisdiction,
        level="federal" if jurisdiction == "us" else "state",
        session=session,
        identifier=number,
        title=title or abstract or "",
        abstract=abstract if abstract != title else None,
        url=web_address(row.get("state_link"), row["url"]) or "",
        source_url=f"{HOST}/?op=getBill&id={row['bill_id']}",
        status=history[-1][0] if history else "introduced",
        status_on=history[-1][1] if history else None,
        status_history=history,
        published_on=introduced_on,
        introduced_on=introduced_on,
        chamber=_CHAMBERS.get(row.get("body") or ""),
        document_type=document_type,
        actions=actions,
        sponsors=tuple(_sponsors(row.get("sponsors") or ())),
        committees=tuple(_committees(row.get("referrals") or ())),
        subjects=tuple(
            dict.fromkeys(name for each in row.get("subjects") or () if (name := clean(each["subject_name"])))
        ),
        versions=tuple(_versions(row.get("texts") or ())),
        links=tuple(_links(row.get("sasts") or (), jurisdiction, session, key)),
        events=tuple(_events(row.get("calendar") or (), row["state"].lower())),
        stamp=row["change_hash"],
    )
    return with_end(bill)


def with_end(bill: Bill) -> Bill:
    """A state's bill with the classes that passage.yml gives its actions, and with the end that they tell: killed in committee,
    withdrawn, replaced by another bill. LegiScan's `progress` often leaves a dead bill where it was last."""
    if bill.jurisdiction == "us":
        return bill
    classified = [
        (
            each,
            with_passage(
                (each.classification,) if each.classification else classify(each.description), each.description
            ),
        )
        for each in bill.actions
    ]
    actions = tuple(replace(each, classification=most_telling(classes)) for each, classes in classified)
    told = state_history(
        classified,
        document_type=bill.document_type or "",
        introduced_on=bill.introduced_on,
        chamber=bill.chamber,
        number=bill.identifier,
    )
    history = handed_over(bill.status_history, actions)
    furthest, day_of_it = history[-1] if history else ("introduced", "")
    if told and told[-1][0] in _ENDS and furthest in _UNDECIDED and told[-1][1] >= day_of_it:
        history = (*history, told[-1])
    return replace(
        bill,
        actions=actions,
        status=history[-1][0] if history else bill.status,
        status_on=history[-1][1] if history else bill.status_on,
        status_history=history,
    )


def _document_type(bill_type: str, key: str) -> str:
    """Open States' word for a state's bill, Congress's own (hr, sjres …) for a federal one."""
    federal = re.match(r"us-\d+-([a-z]+)\d", key)
    return federal.group(1) if federal else _TYPES.get(bill_type, "bill")


def _history(progress: Iterable[Record], document_type: str, introduced_on: str | None) -> tuple[tuple[str, str], ...]:
    """The steps of a bill by LegiScan's own account, oldest first; a step backwards is none."""
    steps = [("introduced", introduced_on)] if introduced_on else []
    for each in progress:
        step, on = _STAGES.get(int(each["event"])), day(each.get("date"))
        if step == "enacted" and document_type.endswith(
            ("resolution", "memorial", "commemoration", "proclamation", "res")
        ):
            step = "adopted"
        if not step or not on or any(step == earlier for earlier, _ in steps):
            continue
        furthest = max((_RANK.index(name) for name, _ in steps if name in _RANK), default=-1)
        if step == "failed" or _RANK.index(step) > furthest:
            steps.append((step, on))
    return tuple(steps)


def _actions(rows: Iterable[Record], jurisdiction: str) -> Iterator[Action]:
    for row in rows:
        acted_on, description = day(row.get("date")), clean(row.get("action"))
        if acted_on and description:
            federal = classify_action(description) if jurisdiction == "us" else None
            known = federal or next(iter(classify(description)), None)
            chamber = _CHAMBERS.get(row.get("chamber") or "")
            yield Action(acted_on=acted_on, description=description, classification=known, chamber=chamber)


def _sponsors(rows: Iterable[Record]) -> Iterator[Sponsor]:
    for row in rows:
        if name := clean(row.get("name")):
            yield Sponsor(
                name=name,
                role="sponsor" if row.get("sponsor_type_id") in (0, 1, "0", "1") else "cosponsor",
                party=clean(row.get("party")),
                district=clean(row.get("district")),
                person_id=str(row["people_id"]) if row.get("people_id") else None,
            )


def _committees(rows: Iterable[Record]) -> Iterator[Committee]:
    for row in rows:
        if name := clean(row.get("name")):
            chamber = _CHAMBERS.get(row.get("chamber") or "")
            yield Committee(name=name, chamber=chamber, activity="Referred to", active_on=day(row.get("date")))


def _versions(rows: Iterable[Record]) -> Iterator[TextVersion]:
    for row in rows:
        url = web_address(row.get("state_link"), row.get("url"))
        yield TextVersion(
            name=clean(row.get("type")) or "text",
            issued_on=day(row.get("date")),
            url=url,
            media_type=row.get("mime") or None,
        )


def _links(rows: Iterable[Record], jurisdiction: str, session: str, key: str) -> Iterator[Link]:
    found = set()
    for row in rows:
        kind = _TIES.get((row.get("type") or "").lower())
        number = bill_number(jurisdiction, row["sast_bill_number"]) if kind else ""
        tie = kind and link(jurisdiction, session, number, kind=kind, said_by=SOURCE, own_id=key)
        if tie and tie not in found:
            found.add(tie)
            yield tie


#: LegiScan gives a meeting in which a committee votes the type of a hearing, too.
_NO_HEARING = re.compile(r"\b(executive|work) session\b", re.I)


def _events(rows: Iterable[Record], state: str) -> Iterator[Event]:
    """Hearings; a time of 00:00 or none means that only the day is known."""
    for row in rows:
        on, time = day(row.get("date")), (row.get("time") or "")[:5]
        if on and "hearing" in (row.get("type") or "").lower():
            starts_at = f"{on}T{time}" if re.fullmatch(r"(?!00:00)\d\d:\d\d", time) else on
            timezone = load_states()[state]["timezone"]
            words = clean(row.get("description"))
            kind = "committee_meeting" if _NO_HEARING.search(words or "") else "hearing"
            yield Event(kind=kind, starts_at=starts_at, timezone=timezone, description=words)
