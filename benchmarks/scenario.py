"""The scenario of `benchmarks.freeze`: collect documents, make decisions, send two weekly issues.

Every step uses public entry points only (the `infopolicy` command, addresses of the site, tables of corpus.db), so that moving
or renaming a module does not break it. time-machine stops the clock in each step, so that the steps write the same on any day.
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import os
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch
from urllib.parse import urlencode

import httpx
import time_machine
from aiosmtpd.controller import Controller
from click.testing import CliRunner

from benchmarks.running import KEYS, ROOT, free_port, run, upstream
from benchmarks.whole import CALLS

#: When each step happens. All pages are read on the day of the last issue.
COLLECTED, DECIDED = "2026-11-25T06:00:00Z", "2026-11-26T10:00:00Z"
NEWS = ("2026-11-28T07:00:00Z", "2026-12-05T07:00:00Z")
ISSUES = ("2026-11-30T08:00:00Z", "2026-12-07T08:00:00Z")
TODAY = ISSUES[-1][:10]
SITE = "http://127.0.0.1:8001"
SECRET = "a secret of the freeze, long enough to be one"
PASSWORD = "a long password for the freeze"
PEOPLE = {"Ana Approver": "approver", "Ben Reviewer": "reviewer"}
PARTNER, ORGANIZATION = "Pat Partner", "Example Library Association"
READERS: dict[str, tuple[str, ...]] = {
    "reader@example.org": (),
    "lectora@example.org": ("--area", "privacy", "--area", "broadband", "--search", "library", "--language", "es"),
}
SAMPLE_CALLS = (
    ("us_bills", "--congress", "all"),
    ("us_federal_register", "--since", "2025-01-01", "--until", "2025-12-31"),
    ("us_states",),
)
#: Decisions of each kind, and changes a week.
DECISIONS, CHANGES = 12, 300
#: Columns with the time of collecting, which differs between two loads of the same documents.
_READ_AT = ("first_seen_at", "changed_at", "seen_at", "fetched_at", "started_at", "finished_at")
T = TypeVar("T")


def spread(rows: Sequence[T], number: int) -> list[T]:
    """Pick at most `number` rows, evenly spread."""
    return list(rows[:: max(1, len(rows) // number)][:number])


def query(data: Path, sql: str, *values: Any, file: str = "corpus.db") -> list[Any]:
    """Read rows of a database in the folder; a single column gives its values."""
    with closing(sqlite3.connect(f"{(data / file).as_uri()}?mode=ro", uri=True)) as db:
        rows = db.execute(sql, values).fetchall()
    return [row[0] for row in rows] if rows and len(rows[0]) == 1 else rows


# --------------------------------------------------------------------- documents


def collect_sample(data: Path) -> dict[str, str]:
    """Collect the bundled sample; return the summary of each source."""
    mirror = (ROOT / "crawlers" / "sample").as_uri()
    return {call[0]: _crawl(data, mirror, call) for call in SAMPLE_CALLS}


def collect_whole(data: Path) -> dict[str, str]:
    """Collect everything that is recorded. The result names a source that failed, and the others continue."""
    with upstream() as mirror:
        return {call[0]: _crawl(data, mirror, call) for _, call in CALLS}


def _crawl(data: Path, mirror: str, call: Sequence[str]) -> str:
    # The clock must run here, because a crawl waits for responses. `at_one_moment` sets the times afterwards.
    with patch.dict(os.environ, KEYS):
        ended = run(data, mirror, "crawl", "--collect-only", "--budget", "off", "--today", COLLECTED[:10], *call)
    words = re.findall(rf"^{call[0]}: .*documents?.*$|^{call[0]}: [\d,]+ new.*$", ended.output, re.MULTILINE)
    return f"exit code {ended.code}: {words[-1] if words else ended.output.strip()[-300:]}"


def at_one_moment(data: Path) -> None:
    """Set every time of collecting in corpus.db to one moment, because pages and digests show it."""
    with closing(sqlite3.connect(data / "corpus.db")) as db, db:
        # Without its trigger the update does not index every text again.
        triggers = db.execute("select name, sql from sqlite_master where type = 'trigger'").fetchall()
        for name, _ in triggers:
            db.execute(f'drop trigger "{name}"')
        for (table,) in db.execute("select name from sqlite_master where type = 'table'").fetchall():
            names = [row[0] for row in db.execute("select name from pragma_table_info(?)", [table])]
            for name in (name for name in names if name in _READ_AT):
                db.execute(f'update "{table}" set "{name}" = ? where "{name}" is not null', [COLLECTED])
        for _, sql in triggers:
            db.execute(sql)


def command(data: Path, moment: str, *arguments: str, said: str = "", **settings: str) -> str:
    """Run `infopolicy` in this process with the clock stopped at a moment; return its output.

    Raises:
        SystemExit: the command failed; the message holds its output.
    """
    import cli

    ours: dict[str, str | None] = dict.fromkeys(name for name in os.environ if name.startswith("INFOPOLICY_"))
    ours |= {"INFOPOLICY_DATA": str(data), "INFOPOLICY_SITE": SITE} | settings
    with time_machine.travel(moment, tick=False):
        done = CliRunner().invoke(cli.main, list(arguments), input=said, env=ours)
    if done.exit_code:
        problem = f"infopolicy {' '.join(arguments)}: exit code {done.exit_code}\n{done.output}"
        raise SystemExit(problem) from done.exception
    return done.stdout


# --------------------------------------------------------------------- visitors of the site


class Visitor:
    """A minimal browser: keeps cookies, adds the CSRF token to forms, follows no redirects."""

    def __init__(self, data: Path) -> None:
        import serve
        from settings import load

        config = load({"INFOPOLICY_DATA": str(data), "INFOPOLICY_SITE": SITE})
        site = serve.build(config.corpus, secret=SECRET, today=TODAY, site=SITE, mail=config, desk=config)
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app=site.app()), base_url=SITE, timeout=600)

    async def get(self, path: str) -> httpx.Response:
        return await self.http.get(path)

    async def send(self, path: str, **form: str) -> httpx.Response:
        """Send a form and stop if the site refuses it.

        Raises:
            SystemExit: the site refused the form.
        """
        if "ds_csrftoken" not in self.http.cookies:
            await self.http.get("/desk/login")
        token = self.http.cookies.get("ds_csrftoken", "")
        kind = {"content-type": "application/x-www-form-urlencoded"}
        answer = await self.http.post(path, content=urlencode({"csrftoken": token} | form), headers=kind)
        if answer.status_code >= 400:
            raise SystemExit(f"{path} refused {form}: {answer.status_code}\n{re.sub('<[^>]+>', ' ', answer.text)}")
        return answer

    async def fill(self, path: str, to: str | None = None, **form: str) -> None:
        """Open a page and send its form with the number of the last change on it (`seen`)."""
        found = re.search(r'name="seen" value="(\d+)"', (await self.get(path)).text)
        await self.send(to or path, seen=found[1] if found else "0", **form)

    async def sign_in(self, name: str) -> None:
        await self.send("/desk/login", name=name, password=PASSWORD)


# --------------------------------------------------------------------- decisions


def open_accounts(data: Path) -> None:
    for name, role in PEOPLE.items():
        mail = f"{name.split()[0].lower()}@example.org"
        command(data, DECIDED, "user", "add", name, "--role", role, "--email", mail, said=PASSWORD + "\n")
    command(
        data, DECIDED, "user", "add", PARTNER, "--role", "partner", "--organization", ORGANIZATION, said=PASSWORD + "\n"
    )


async def decide(data: Path) -> None:
    """Act as staff, a partner and a reader: every kind of verdict, on documents picked from the tables."""
    people = {name: Visitor(data) for name in (*PEOPLE, PARTNER)}
    for name, visitor in people.items():
        await visitor.sign_in(name)
    ana, ben = people["Ana Approver"], people["Ben Reviewer"]
    await _areas(data, ben)
    await _positions(data, ben, ana)
    await _work(data, ana, ben)
    await _partner(data, people[PARTNER])


def paper(document: str) -> str:
    return f"/desk/documents/{document}"


async def _areas(data: Path, ben: Visitor) -> None:
    tags = query(data, "select document_id, area_id from tags order by document_id, area_id")
    for number, (document, area) in enumerate(spread(tags, DECISIONS)):
        verdict = ("confirm", "confirm", "reject", "defer")[number % 4]
        await ben.fill(paper(document), subject=f"area:{area}", verdict=verdict, note=f"note {number}")
    lists = query(data, "select document_id from taggings where priority > 0 order by document_id")
    for number, document in enumerate(spread(lists, DECISIONS // 3)):
        await ben.fill(paper(document), subject="priority", verdict="confirm", value=str(number % 3))
    page = (await ben.get(paper(document))).text
    if found := re.search(r'name="review" value="(\d+)"', page):
        await ben.send("/desk/undo", review=found[1])


async def _positions(data: Path, ben: Visitor, ana: Visitor) -> None:
    matches = query(
        data, "select distinct document_id, position_id from position_matches order by document_id, position_id"
    )
    stances = ("support", "oppose", "watch", "support_if_amended")
    for number, (document, position) in enumerate(spread(matches, DECISIONS)):
        subject, stance = f"position:{position}", stances[number % 4]
        if number % 4 == 3:
            await ben.fill(paper(document), subject=subject, verdict="reject")
        else:
            await ben.fill(paper(document), subject=subject, verdict="confirm", value=stance)
        if number % 2:
            public = {"reason": f"Reason {number} for the public.", "source": "https://example.org/letter"}
            await ben.fill(paper(document), subject="stance", verdict="confirm", value=stance, **public)
            if number % 4 // 2:
                page = f"{paper(document)}/publish"
                [draft] = re.findall(r'name="draft" value="(\d+)"', (await ana.get(f"{page}?subject=stance")).text)
                await ana.fill(f"{page}?subject=stance", page, subject="stance", draft=draft, step="publish", **public)
    ended = query(
        data,
        "select distinct m.document_id, m.position_id from position_matches m join documents d on d.id = m.document_id "
        "where d.status in ('enacted', 'failed', 'vetoed', 'final') order by 1, 2",
    )
    for number, (document, position) in enumerate(spread(ended, DECISIONS // 3)):
        value = ("incorporated", "partly", "rejected", "untouched")[number % 4]
        form = {"subject": "outcome", "outcome": position, "verdict": "confirm", "value": value, "sure": "1"}
        await ana.fill(paper(document), **form)


async def _work(data: Path, ana: Visitor, ben: Visitor) -> None:
    """Add a note, assign, snooze, follow, reassign an area, add a document by hand, report an error."""
    one, two, three = spread(query(data, "select document_id from taggings order by document_id"), 3)
    await ben.send(paper(one) + "/keep", step="note", words="A note of the freeze")
    await ben.send(paper(one) + "/keep", step="assign", name="Ana Approver")
    await ben.send(paper(two) + "/keep", step="snooze", until_on="2027-01-15")
    await ben.send(paper(three) + "/follow", on="1")
    await ana.send("/desk/areas", area="privacy", name="Ben Reviewer", note="for the freeze")
    await ben.fill(
        "/desk/added/form",
        step="save",
        kind="bill",
        title="A bill added by hand about public libraries and privacy",
        url="https://example.org/bills/1",
        jurisdiction="us",
        session="118",
        identifier="H.R. 9999",
        status="introduced",
        published_on="2023-02-01",
        note="",
        abstract="",
        new_place="1",
        text="A library may not disclose the records of its readers without a warrant.",
    )
    proof = re.search(r'name="proof" value="([^"]+)"', (await ben.get("/report")).text)
    words = {"page": f"/documents/{one}", "words": "The title is wrong.", "email": "", "website": ""}
    await ben.send("/report", proof=proof[1] if proof else "", **words)


async def _partner(data: Path, partner: Visitor) -> None:
    documents = query(data, "select distinct document_id from position_matches order by document_id")
    for number, document in enumerate(spread(documents, 3)):
        path = f"/partner/documents/{document}"
        stance = ("support", "oppose", "watch")[number]
        await partner.fill(path, step="say", stance=stance, note=f"We hold this, number {number}.")
    await partner.fill(path, step="withdraw")


# --------------------------------------------------------------------- the digest


class Mailbox:
    """Collects emails as (address, message), in order of arrival."""

    def __init__(self) -> None:
        self.got: list[tuple[str, EmailMessage]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        self.got.append((envelope.rcpt_tos[0], mail))
        return "250 taken"


@contextmanager
def mail_server(box: Mailbox) -> Iterator[dict[str, str]]:
    """Run a mail server; yield the settings with which `infopolicy` sends to it."""
    port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield {
            "INFOPOLICY_SMTP_HOST": "127.0.0.1",
            "INFOPOLICY_SMTP_PORT": str(port),
            "INFOPOLICY_SMTP_SECURITY": "none",
            "INFOPOLICY_MAIL_FROM": "Policy digest <digest@example.org>",
            "INFOPOLICY_MAIL_RATE": "0",
        }
    finally:
        controller.stop()


def subscribe(data: Path, box: Mailbox, settings: dict[str, str]) -> None:
    """Subscribe two people, who confirm with the link in the email they receive."""
    for address, choice in READERS.items():
        command(data, DECIDED, "subscribe", address, *choice, **settings)
        text = box.got.pop()[1].get_body(("plain",)).get_content()  # type: ignore[union-attr]
        link = re.search(r"/subscribe/confirm/[A-Za-z0-9_.-]+", text)
        with time_machine.travel(DECIDED, tick=False):
            asyncio.run(Visitor(data).send(link[0] if link else "/subscribe/confirm/none"))


def news_of_a_week(data: Path, week: int) -> None:
    """Add rows to `changes` as a crawl does: a status, an action or an introduction of a document worth listing."""
    rows = query(
        data,
        "select d.id, d.status, d.status_on, d.latest_action, d.latest_action_on, d.title from documents d "
        "join taggings t on t.document_id = d.id where t.priority > 0 order by d.id",
    )
    found = []
    for number, (key, status, status_on, action, acted_on, title) in enumerate(spread(rows[week::2], CHANGES)):
        kinds = [("status", status, status_on), ("action", action or title, acted_on), ("introduced", title, status_on)]
        kind, words, day = kinds[number % 3]
        found.append((f"freeze-{week}-{number}", key, NEWS[week], day, kind, words))
    with closing(sqlite3.connect(data / "corpus.db")) as db, db:
        insert = "insert into changes (id, document_id, seen_at, happened_on, kind, summary) values (?, ?, ?, ?, ?, ?)"
        db.executemany(insert, found)


def send_issue(data: Path, week: int, settings: dict[str, str]) -> None:
    """Prepare the public issue of a week, add a note, and send it."""
    moment = ISSUES[week]
    key = command(data, moment, "digest", "prepare", "--day", moment[:10]).split()[0]
    command(data, moment, "digest", "note", key, said=f"A note on issue {week}.\n\nIts second paragraph.")
    command(data, moment, "digest", "send", key, **settings)


# --------------------------------------------------------------------- all of it


def play(data: Path) -> list[tuple[str, EmailMessage]]:
    """Derive everything again in a collected folder, make decisions, send two issues; return the emails sent."""
    at_one_moment(data)
    command(data, COLLECTED, "rebuild", "--all")
    open_accounts(data)
    box = Mailbox()
    with mail_server(box) as settings:
        with time_machine.travel(DECIDED, tick=False):
            asyncio.run(decide(data))
        subscribe(data, box, settings)
        command(data, DECIDED, "rebuild")  # includes the document added by hand
        for week in range(len(ISSUES)):
            news_of_a_week(data, week)
            send_issue(data, week, settings)
    command(data, ISSUES[-1], "publish")
    return box.got
