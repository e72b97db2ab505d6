"""Does mail leave, signed and encrypted, and is it known what became of each. Nothing is ever sent from here."""

from __future__ import annotations

import smtplib
import sqlite3
import ssl
from collections.abc import Iterator
from contextlib import closing

from digest import service
from operations.doctor.findings import PATIENCE, Finding, Host, ok, problem, warning
from operations.doctor.site import is_local
from settings import NOBODY, Configuration
from store.connect import read_only
from store.errors import OperationError


def sender(host: Host) -> Iterator[Finding]:
    config = host.config
    if not config.smtp_host:
        yield ok("mail", "No mail server is set: the digest sends nothing.")
        return
    try:
        head = service.letterhead(config)
    except service.NotSetUp as error:
        yield problem("mail", str(error), "No digest and no confirmation email can leave.", "Set INFOPOLICY_MAIL_FROM.")
        return
    if head.domain in NOBODY:
        yield problem(
            "mail",
            f"The sender is at {head.domain}, which is nobody's.",
            "Every mail server refuses such mail.",
            "Set INFOPOLICY_MAIL_FROM.",
        )
    else:
        yield ok("mail", f"Mail goes out as {head.address} through {config.smtp_host}:{config.smtp_port}.")
    if not config.mail_postal:
        yield warning(
            "postal address",
            "The mails show no postal address.",
            "U.S. law (CAN-SPAM) wants one in bulk mail.",
            "Set INFOPOLICY_MAIL_POSTAL.",
        )
    else:
        yield ok("postal address", "Every mail shows the postal address.")
    yield _signature(config)


def _signature(config: Configuration) -> Finding:
    try:
        service.signature(config, service.letterhead(config))
    except service.NotSetUp as error:
        return problem(
            "DKIM", str(error), "No mail can leave.", "Set both INFOPOLICY_DKIM_FILE and INFOPOLICY_DKIM_SELECTOR."
        )
    if config.dkim_file:
        return ok("DKIM", f"Mails are signed with the selector {config.dkim_selector}.")
    return warning(
        "DKIM",
        "This software does not sign mails.",
        "Unless your mail server does, they end up as spam.",
        "Ask whoever runs the mail server, or set INFOPOLICY_DKIM_FILE (docs/digest.md).",
    )


def relay(host: Host) -> Iterator[Finding]:
    """The mail server takes the connection and the password; no message is begun."""
    config = host.config
    if not config.smtp_host:
        return
    password = host.environment.get(service.PASSWORD)
    if config.smtp_user and not password:
        yield problem(
            "mail server",
            f"INFOPOLICY_SMTP_USER is set, and {service.PASSWORD} is not.",
            "The server refuses the login.",
            f"Add {service.PASSWORD} to the environment.",
        )
        return
    if config.smtp_security == "none" and not is_local(config.smtp_host) and not host.in_docker:
        yield problem(
            "mail server",
            f"Mail to {config.smtp_host} is not encrypted.",
            "Links that change a subscription can be read on the way.",
            "Set INFOPOLICY_SMTP_SECURITY to starttls or tls.",
        )
        return
    if not host.online:
        yield ok("mail server", "Not checked: --offline.")
        return
    try:
        _greet(config, password)
    except (OSError, smtplib.SMTPException) as error:
        yield problem(
            "mail server",
            f"{config.smtp_host}:{config.smtp_port} does not take our mail ({_words(error)}).",
            "Digests and confirmation emails wait.",
            "Compare the INFOPOLICY_SMTP_ settings with your provider's.",
        )
    else:
        yield ok(
            "mail server",
            f"{config.smtp_host}:{config.smtp_port} takes the connection" + (" and the login." if password else "."),
        )


def _greet(config: Configuration, password: str | None) -> None:
    """Connect, encrypt, sign in, and leave.

    Raises:
        OSError, smtplib.SMTPException: one of these does not work.
    """
    assert config.smtp_host
    context = ssl.create_default_context()
    if config.smtp_security == "tls":
        link: smtplib.SMTP = smtplib.SMTP_SSL(config.smtp_host, config.smtp_port, timeout=PATIENCE, context=context)
    else:
        link = smtplib.SMTP(config.smtp_host, config.smtp_port, timeout=PATIENCE)
    with link:
        if config.smtp_security == "starttls":
            link.starttls(context=context)
        if config.smtp_user and password:
            link.login(config.smtp_user, password)
        link.noop()


def _words(error: Exception) -> str:
    """What went wrong, without anything that the server repeated of our login."""
    code = getattr(error, "smtp_code", None)
    return (
        f"{type(error).__name__} {code}"
        if code
        else type(error).__name__
        if not isinstance(error, OSError)
        else error.strerror or type(error).__name__
    )


def waiting(host: Host) -> Iterator[Finding]:
    """Mails of which nobody knows what became."""
    try:
        with closing(read_only(host.config.mail)) as db:
            unknown = db.execute("select count(*) from deliveries where state in ('unknown', 'failed')").fetchone()[0]
    except (OperationError, sqlite3.Error):
        return
    if unknown:
        yield warning(
            "deliveries",
            f"{unknown:,} mails failed or have an unknown outcome.",
            "These readers may have received nothing.",
            "infopolicy digest status",
        )
    else:
        yield ok("deliveries", "Every mail has a known outcome.")


CHECKS = (sender, relay, waiting)
