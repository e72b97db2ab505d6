"""From words to a mail: headers that say what it is and how to leave, the same content as text and as HTML."""

from __future__ import annotations

import binascii
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, parseaddr

from sqlite_utils import Database

from digest.issues.compose import compose, render
from digest.issues.issues import Issue
from digest.issues.lines import plain
from digest.issues.words import Words
from digest.subscribers.subscribers import KNOWN, Subscriber
from digest.subscribers.tokens import Links
from pages.http.language import ENGLISH


@dataclass(frozen=True, kw_only=True)
class Letterhead:
    """`site` is the public address without a slash at its end, `sender` ``Name <address>``, `bounces` where reports go."""

    site: str
    sender: str
    bounces: str | None = None
    postal: str | None = None

    @property
    def address(self) -> str:
        return parseaddr(self.sender)[1]

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]

    @property
    def envelope(self) -> str:
        return self.bounces or self.address

    def pages(self, language: str) -> str:
        return pages_in(self.site, language)

    def manage(self, links: Links, handle: str, language: str) -> str:
        return f"{self.pages(language)}/subscribe/manage/{links.manage(handle)}"

    def leave(self, links: Links, handle: str, language: str) -> str:
        return f"{self.pages(language)}/subscribe/leave/{links.leave(handle)}"


def pages_in(site: str, language: str) -> str:
    """What the addresses of pages in a language begin with."""
    return site if language == ENGLISH else f"{site}/{language}"


def message_id(links: Links, digest_id: str, subscriber_id: str, domain: str) -> str:
    """The same for every attempt at one mail, so that mailboxes drop a second copy, and nobody can guess it."""
    return f"<{digest_id.lower().replace(':', '')}.{links.hash(f'{digest_id} {subscriber_id}', 'message')}@{domain}>"


def issue_message(
    db: Database, issue: Issue, person: Subscriber, head: Letterhead, *, since: int, now: str
) -> tuple[EmailMessage, int] | None:
    """Return the issue for one person and its number of items; None when there is nothing new for them."""
    links = Links.of(db)
    leave = head.leave(links, person.handle, person.language)
    web = f"{head.site}/digest/{issue.id}" if issue.list == "public" and issue.frequency == "weekly" else ""
    if web and person.language != ENGLISH:
        web += f"?language={person.language}"
    addresses = {
        "manage": head.manage(links, person.handle, person.language),
        "leave": leave,
        "web": web,
        "postal": head.postal or "",
    }
    pages = head.pages(person.language)
    made = compose(issue, person.preferences, person.language, site=pages, since=since, links=addresses)
    if made is None or person.address is None:
        return None
    reading, html, text = made
    mail = mail_of(reading.subject, html, text, person.address, head, now)
    mail["Message-ID"] = message_id(links, issue.id, person.id, head.domain)
    name = Words(person.language).messages["name"]
    mail["List-Id"] = f"{name} <{issue.list}-{issue.frequency}.infopolicy.{head.domain}>"
    mail["List-Unsubscribe"] = f"<{leave}>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail["Precedence"] = "list"
    return mail, reading.total


def letter(db: Database, digest_id: str, person: Subscriber, head: Letterhead, *, now: str) -> EmailMessage | None:
    """What answers a wish to subscribe: the confirming link, or the managing one for who reads already."""
    if person.address is None:
        return None
    links, words = Links.of(db), Words(person.language)
    kind = digest_id.partition("-")[0]
    url = head.manage(links, person.handle, person.language)
    if kind != KNOWN:
        url = f"{head.pages(person.language)}/subscribe/confirm/{links.confirm(person.handle, person.nonce or '')}"
    frequency = words.messages["frequencies"][person.frequency]
    body = words(f"{kind}_text", url=url, leave=head.leave(links, person.handle, person.language), frequency=frequency)
    subject = words.messages[f"{kind}_subject"]
    html, text = render("letter", person.language, subject=subject, parts=[part.strip() for part in body.split("\n\n")])
    mail = mail_of(subject, html, text, person.address, head, now)
    mail["Message-ID"] = message_id(links, digest_id, person.id, head.domain)
    return mail


def mail_of(subject: str, html: str, text: str, to: str, head: Letterhead, now: str) -> EmailMessage:
    """The same content as HTML and as text, with the headers that every mail of ours has."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = formataddr(parseaddr(plain(head.sender)))
    mail["To"] = to
    mail["Subject"] = plain(subject)
    mail["Date"] = format_datetime(datetime.fromisoformat(now))
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["MIME-Version"] = "1.0"
    mail.make_alternative()
    mail.attach(_part("plain", text))
    mail.attach(_part("html", html))
    # The body is in short lines by now. Headers stay whole: a link folded in the middle is a dead link.
    mail.policy = SMTP.clone(max_line_length=900)
    return mail


def _part(subtype: str, words: str) -> EmailMessage:
    """A part in quoted-printable. By the C codec: the library's own is a fifth of the time of a whole issue."""
    part = EmailMessage(policy=SMTP)
    part["Content-Type"] = f'text/{subtype}; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "quoted-printable"
    part.set_payload(binascii.b2a_qp(words.encode()).decode("ascii"))
    return part
