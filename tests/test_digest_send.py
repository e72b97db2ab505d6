"""Every subscriber ends with exactly one mail or a recorded reason, whatever the server does; tried on a real one."""

from __future__ import annotations

import asyncio
import base64
import mailbox
import time
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from digest_fixtures import (
    FIRST,
    FIRST_DAY,
    HEAD,
    SECOND,
    SECOND_DAY,
    Postbox,
    a_week_later,
    post_office,
    reader,
)
from issue_fixtures import corpus_file, db  # noqa: F401
from sqlite_utils import Database

from digest import service
from digest.delivery import send
from digest.delivery.bounces import read_bounces
from digest.delivery.claims import give_up_dead_claims, sending, settle
from digest.delivery.dkim import BadKey, signer
from digest.delivery.send import Sender, Server, ServerUnavailable
from digest.issues import issues
from digest.issues.issues import Issue
from digest.subscribers import subscribers
from digest.subscribers.preferences import Preferences


class Clock:
    """Stands still but for what is slept."""

    def __init__(self, start: str = FIRST):
        self.at = datetime.fromisoformat(start)

    def __call__(self) -> str:
        return self.at.strftime("%Y-%m-%dT%H:%M:%SZ")

    async def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def frozen(db: Database, corpus_file: Path, now: str = FIRST, day: Any = FIRST_DAY) -> Issue:
    with closing(service.corpus(corpus_file)) as source:
        issue = issues.prepare(db, source, list_="public", frequency="weekly", now=now, day=day)
    issues.release(db, issue, now=now)
    return issue


def sender(db: Database, issue: Issue, port: int, clock: Clock, **values: Any) -> Sender:
    server = Server(**{"host": "127.0.0.1", "port": port, "security": "none", "rate": 0, "timeout": 1.0} | values)
    make = service.issue_maker(db, issue, HEAD, clock)
    return Sender(db=db, server=server, envelope="bounces@example.org", make=make, clock=clock, sleep=clock.sleep)


def states(db: Database, key: str) -> dict[str, tuple[str, str | None]]:
    return {
        row["address"] or "": (row["state"], row["error"])
        for row in db.query(
            "select s.address, d.state, d.error from deliveries d join subscribers s on s.id = d.subscriber_id "
            "where d.digest_id = ?",
            [key],
        )
    }


HABITS = {
    "fine@example.org": ["ok"],
    "refused@example.org": ["refuse"],
    "nobody@example.org": ["unknown-user"],
    "grey@example.org": ["later", "later", "ok"],
    "always-grey@example.org": ["later"],
    "dropped@example.org": ["drop"],
    "dropped-early@example.org": ["drop-early", "ok"],
    "stalled@example.org": ["stall"],
    "late@example.org": ["late-refuse"],
}


async def test_a_server_that_refuses_greylists_drops_and_stalls(db, corpus_file: Path, caplog) -> None:
    for address in HABITS:
        reader(db, address)
    issue = frozen(db, corpus_file)
    postbox = Postbox(HABITS)
    with post_office(postbox) as port:
        await sender(db, issue, port, Clock()).send(issue.id, patience=6 * 3600)
        again = await sender(db, issue, port, Clock()).send(issue.id, patience=6 * 3600)
    found = states(db, issue.id)
    assert {address: state for address, (state, _) in found.items()} == {
        "fine@example.org": "sent",
        "refused@example.org": "refused",
        "nobody@example.org": "refused",
        "grey@example.org": "sent",
        "always-grey@example.org": "failed",
        "dropped@example.org": "unknown",
        "dropped-early@example.org": "sent",
        "stalled@example.org": "unknown",
        "late@example.org": "refused",
    }
    got = Counter(address for address, _ in postbox.got)
    assert max(got.values()) == 1
    assert {address for address, (state, _) in found.items() if state == "sent"} == set(got) - {"stalled@example.org"}
    assert all(reason for state, reason in found.values() if state != "sent")
    assert not again, "a second call sends nothing"
    assert postbox.tries.count("dropped@example.org") == 1, "what may have arrived is never sent again by itself"
    reasons = " ".join(reason or "" for _, reason in found.values()) + caplog.text
    assert not [address for address in HABITS if address in reasons], "no address in a reason or a log"


async def test_mails_leave_no_faster_than_the_rate(db, corpus_file: Path) -> None:
    for number in range(4):
        reader(db, f"reader-{number}@example.org")
    issue = frozen(db, corpus_file)
    with post_office(Postbox({})) as port:
        began = time.monotonic()
        await sender(db, issue, port, Clock(), rate=10).send(issue.id)
    assert {state for state, _ in states(db, issue.id).values()} == {"sent"}
    assert time.monotonic() - began >= 0.3


async def test_an_unknown_user_is_not_written_to_again(db, corpus_file: Path) -> None:
    reader(db, "nobody@example.org")
    issue = frozen(db, corpus_file)
    with post_office(Postbox(HABITS)) as port:
        await sender(db, issue, port, Clock()).send(issue.id)
    assert subscribers.is_suppressed(db, "Nobody@example.org")
    assert not subscribers.subscribe(db, "nobody@example.org", Preferences(), now=SECOND)[0]


async def test_what_was_refused_is_told_by_the_next_issue_and_what_was_sent_is_not(db, corpus_file: Path) -> None:
    reader(db, "fine@example.org")
    reader(db, "grey@example.org")
    issue = frozen(db, corpus_file)
    postbox = Postbox({"grey@example.org": ["later", "ok"]})
    with post_office(postbox) as port:
        await sender(db, issue, port, Clock()).send(issue.id)
        a_week_later(corpus_file)
        second = frozen(db, corpus_file, SECOND, SECOND_DAY)
        assert states(db, issue.id)["grey@example.org"][0] == "superseded"
        await sender(db, second, port, Clock(SECOND)).send(second.id)
    mails: dict[str, list[str]] = {}
    for address, mail in postbox.got:
        mails.setdefault(address, []).append(mail.get_body(("plain",)).get_content())
    assert len(mails["fine@example.org"]) == 2
    assert "Hotspot lending" in mails["fine@example.org"][0]
    assert "Hotspot lending" not in mails["fine@example.org"][1]
    assert len(mails["grey@example.org"]) == 1
    assert "Hotspot lending" in mails["grey@example.org"][0]
    assert "Public Law 117-98" in mails["grey@example.org"][0]


async def test_a_claim_that_died_is_reported_and_never_sent_again(db, corpus_file: Path) -> None:
    person = reader(db, "fine@example.org")
    issue = frozen(db, corpus_file)
    db.execute("update deliveries set state = 'claimed', claimed_at = ? where digest_id = ?", [FIRST, issue.id])
    clock = Clock("2022-03-09T08:10:00Z")
    with sending(db):
        assert give_up_dead_claims(db, clock()) == 0, "it may still be under way"
    clock.at += timedelta(minutes=10)
    postbox = Postbox()
    with post_office(postbox) as port:
        lines, problems = service.status(db, now=clock())
        assert not await sender(db, issue, port, clock).send(issue.id)
        assert postbox.got == []
        assert len(problems) == 1
        assert person.id in problems[0]
        assert "fine@example.org" not in " ".join([*lines, *problems])
        assert settle(db, issue.id, person.id, arrived=False)
        assert not settle(db, issue.id, person.id, arrived=False)
        await sender(db, issue, port, clock).send(issue.id)
    assert len(postbox.got) == 1


async def test_two_senders_at_once_send_one_mail_each(db, corpus_file: Path) -> None:
    for number in range(20):
        reader(db, f"reader@domain{number}.example.org")
    issue = frozen(db, corpus_file)
    postbox = Postbox()
    with post_office(postbox) as port:
        both = [sender(db, issue, port, Clock()).send(issue.id) for _ in range(2)]
        await asyncio.gather(*both)
    assert sorted(Counter(address for address, _ in postbox.got).values()) == [1] * 20


async def test_nobody_answers(db, corpus_file: Path) -> None:
    reader(db, "fine@example.org")
    issue = frozen(db, corpus_file)
    with pytest.raises(ServerUnavailable, match="cannot be used"):
        await sender(db, issue, 1, Clock()).send(issue.id)
    assert states(db, issue.id)["fine@example.org"][0] == "queued"


async def test_a_server_that_starts_anew_is_waited_for(db, corpus_file: Path) -> None:
    reader(db, "fine@example.org")
    issue = frozen(db, corpus_file)
    postbox = Postbox()
    with post_office(postbox) as port:
        waiting = sender(db, issue, 1, Clock())

        async def comes_back(seconds: float) -> None:
            if seconds == send._UNREACHABLE_PAUSE:
                waiting.server = replace(waiting.server, port=port)

        waiting.sleep = comes_back
        done = await waiting.send(issue.id, patience=3600)
    assert done["sent"] == 1
    assert states(db, issue.id)["fine@example.org"][0] == "sent"


async def test_no_tls_where_it_is_asked_for_means_no_mail(db, corpus_file: Path) -> None:
    reader(db, "fine@example.org")
    issue = frozen(db, corpus_file)
    postbox = Postbox()
    with post_office(postbox) as port, pytest.raises(ServerUnavailable):
        await sender(db, issue, port, Clock(), security="starttls").send(issue.id)
    assert postbox.got == []
    assert states(db, issue.id)["fine@example.org"][0] == "queued"


async def test_who_leaves_before_their_turn_gets_nothing(db, corpus_file: Path) -> None:
    person = reader(db, "fine@example.org")
    issue = frozen(db, corpus_file)
    subscribers.leave(db, person, now=FIRST)
    postbox = Postbox()
    with post_office(postbox) as port:
        await sender(db, issue, port, Clock()).send(issue.id)
    assert postbox.got == []


async def test_headers_say_what_it_is_and_how_to_leave(db, corpus_file: Path) -> None:
    reader(db, "fine@example.org")
    issue = frozen(db, corpus_file)
    postbox = Postbox()
    with post_office(postbox) as port:
        await sender(db, issue, port, Clock()).send(issue.id)
    mail = postbox.got[0][1]
    raw = dict(
        line.split(": ", 1)
        for line in postbox.raw[0].decode("ascii").split("\r\n\r\n")[0].split("\r\n")
        if ": " in line
    )
    assert raw["List-Unsubscribe"] == f"<{mail['List-Unsubscribe'][1:-1]}>", (
        "one line, as it is: a folded link is a dead one"
    )
    assert raw["Message-ID"] == mail["Message-ID"]
    assert max(map(len, postbox.raw[0].split(b"\r\n"))) < 998
    assert mail["List-Id"].endswith("<public-weekly.infopolicy.example.org>")
    assert mail["List-Unsubscribe"].startswith("<https://policy.example.org/subscribe/leave/")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].startswith("<public-weekly-2022-w10.")
    assert mail["Subject"].startswith("Passed one chamber: H.R. 1783")
    kinds = [part.get_content_type() for part in mail.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "text/html"]
    assert "<img" not in mail.get_body(("html",)).get_content(), "no tracking, nothing to load"


def test_reports_of_mail_that_came_back(db, corpus_file: Path, tmp_path: Path) -> None:
    person = reader(db, "gone@example.org")
    issue = frozen(db, corpus_file)
    db.execute(
        "update deliveries set state = 'sent', message_id = '<public.0123456789@example.org>' where digest_id = ?",
        [issue.id],
    )

    def report(message_id: str, status: str) -> str:
        return (
            "From: postmaster@example.net\nMIME-Version: 1.0\n"
            'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
            "--b\nContent-Type: text/plain\n\nSorry.\n"
            f"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@b\n"
            f"Action: failed\nStatus: {status}\n\n"
            f"--b\nContent-Type: message/rfc822\n\nMessage-ID: {message_id}\nSubject: x\n\nbody\n--b--\n"
        )

    box = mailbox.mbox(tmp_path / "bounces")
    box.add("From: spam@example.com\nSubject: buy\n\nno report")
    box.add(report("<guessed.9999999999@example.org>", "5.1.1"))
    box.add(report("<public.0123456789@example.org>", "4.2.2"))
    box.close()
    done = read_bounces(db, tmp_path / "bounces", now=SECOND)
    assert (done.permanent, done.passing, done.other) == (0, 1, 2)
    assert not subscribers.is_suppressed(db, "gone@example.org")
    box = mailbox.mbox(tmp_path / "bounces")
    box.add(report("<public.0123456789@example.org>", "5.1.1"))
    box.close()
    assert read_bounces(db, tmp_path / "bounces", now=SECOND).permanent == 1
    assert subscribers.is_suppressed(db, "gone@example.org")
    assert states(db, issue.id)[person.address or ""][0] == "bounced"


def test_dry_run_writes_files_for_the_owner_only(db, corpus_file: Path, tmp_path: Path) -> None:
    from settings import Configuration

    reader(db, "fine@example.org")
    with closing(service.corpus(corpus_file)) as source:
        issue = issues.prepare(db, source, list_="public", frequency="weekly", now=FIRST, day=FIRST_DAY)
    config = Configuration(data=tmp_path, site=HEAD.site, mail_from=HEAD.sender)
    assert service.dry_run(db, config, issue.id, tmp_path / "out", now=FIRST) == 1
    (file,) = (tmp_path / "out").iterdir()
    assert file.suffix == ".eml"
    assert file.stat().st_mode & 0o077 == 0
    assert issues.load(db, issue.id).state == "draft"
    assert db.execute("select count(*) from deliveries where digest_id = ?", [issue.id]).fetchone()[0] == 0


# --------------------------------------------------------------------- a signature where the server adds none


def a_key(folder: Path) -> tuple[Path, bytes]:
    """A private key's file, and its public half as it stands in the DNS."""
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = made.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    (folder / "dkim.pem").write_bytes(pem)
    return folder / "dkim.pem", b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)


def test_a_signed_mail_verifies_and_a_changed_one_does_not(db: Database, corpus_file: Path, tmp_path: Path) -> None:
    key, public = a_key(tmp_path)
    reader(db, "reader@example.org")
    issue = frozen(db, corpus_file)
    postbox = Postbox()
    with post_office(postbox) as port:
        sender = Sender(
            db=db,
            server=Server(host="127.0.0.1", port=port, security="none", rate=0),
            envelope=HEAD.envelope,
            make=service.issue_maker(db, issue, HEAD, lambda: FIRST),
            clock=lambda: FIRST,
            sign=signer(key, "policy", HEAD.domain),
        )
        assert asyncio.run(sender.send(issue.id))["sent"] == 1
    [raw] = postbox.raw
    known = lambda name, timeout=5: public if name == b"policy._domainkey.example.org." else None  # noqa: E731
    assert dkim.verify(raw, dnsfunc=known)
    assert not dkim.verify(
        raw.replace(b"List-Unsubscribe: <https://policy", b"List-Unsubscribe: <https://forged"), dnsfunc=known
    )
    assert not dkim.verify(raw.replace(b"Passed one", b"Passed two", 1), dnsfunc=known)


@pytest.mark.parametrize("text", [b"", b"no key", None])
def test_a_key_that_cannot_sign_is_told_before_anything_is_sent(tmp_path: Path, text: bytes | None) -> None:
    file = tmp_path / "dkim.pem"
    if text is not None:
        file.write_bytes(text)
    with pytest.raises(BadKey, match="INFOPOLICY_DKIM_FILE"):
        signer(file, "policy", "example.org")
