"""Send emails through a server so that every person gets exactly one, or none for a recorded reason.

A delivery is claimed on disk before its email leaves. The server's answer decides the rest: 4xx is tried again later,
5xx never. When the connection is lost during the transfer, the email may have arrived or not: the delivery
becomes `unknown`, is reported to a person, and is never sent again automatically.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from typing import Any, Protocol

import aiosmtplib
from sqlite_utils import Database

from digest.delivery.claims import sending
from digest.subscribers.subscribers import get, is_suppressed, suppress
from store.clock import shift
from store.errors import PartialResult

BACKOFF_MINUTES = (1, 5, 15, 60, 240)
#: No pause before another try is longer.
LONGEST_PAUSE = BACKOFF_MINUTES[-1]
PER_CONNECTION = 100
_CONNECT_TRIES = 3
#: Seconds until a server that does not answer is asked again, as long as the patience of the call lasts.
_UNREACHABLE_PAUSE = 60.0


class Recipient(Protocol):
    """Who gets an email: a subscriber, or somebody of the office. No address: nothing is to be sent any more."""

    @property
    def address(self) -> str | None: ...


Make = Callable[[dict[str, Any], Any], tuple[EmailMessage, int] | None]


class ServerUnavailable(PartialResult):
    """No email can be sent now: the server does not answer, or refuses the login or the sender. Emails keep waiting."""


class ServerUnreachable(ServerUnavailable):
    """The server does not answer; it may be starting anew."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """`security` is starttls, tls or none; `rate` the most mails a second, 0 for no limit; `timeout` in seconds."""

    host: str
    port: int = 587
    security: str = "starttls"
    user: str | None = None
    password: str | None = None
    rate: float = 10
    timeout: float = 60
    connections: int = 2
    context: ssl.SSLContext | None = None


@dataclass
class Sender:
    """Sends the waiting deliveries of one digest. `clock` gives the UTC timestamp, `sleep` waits seconds; tests replace both.

    `sign` returns an email's bytes with its signature (digest.delivery.dkim); `find` whom the id of a delivery means.
    """

    db: Database
    server: Server
    envelope: str
    make: Make
    clock: Callable[[], str]
    sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep
    sign: Callable[[bytes], bytes] = bytes
    find: Callable[[Database, str], Recipient | None] = get
    done: Counter[str] = field(default_factory=Counter)
    _slot: float = 0.0

    async def send(self, digest_id: str, *, patience: float = 0) -> Counter[str]:
        """Send every delivery that is due; with patience (seconds), also wait for those to be tried again.

        Returns:
            state -> number of deliveries that reached it in this call.

        Raises:
            ServerUnavailable: the server cannot be reached or does not accept our emails at all.
        """
        with sending(self.db):
            return await self._send(digest_id, patience)

    async def _send(self, digest_id: str, patience: float) -> Counter[str]:
        waited = 0.0
        while True:
            waiting = self._due_deliveries(digest_id)
            if waiting:
                queue = iter(waiting)
                workers = [self._work(queue) for _ in range(min(self.server.connections, len(waiting)))]
                # An error of one worker must not leave another's claim open: all workers finish, then the first error is raised.
                ends = await asyncio.gather(*workers, return_exceptions=True)
                errors = [end for end in ends if isinstance(end, BaseException)]
                if errors and (waited >= patience or not all(isinstance(each, ServerUnreachable) for each in errors)):
                    raise errors[0]
                if errors:  # a server that starts anew is soon back
                    again = min(_UNREACHABLE_PAUSE, patience - waited)
                    await self.sleep(again)
                    waited += again
                    continue
            pause = self._until_next(digest_id)
            if pause is None or waited + pause > patience:
                return self.done
            await self.sleep(pause)
            waited += pause

    def _due_deliveries(self, digest_id: str) -> list[dict[str, Any]]:
        return list(
            self.db.query(
                "select * from deliveries where digest_id = ? and state in ('queued', 'retry') "
                "and (coalesce(next_try_at, '') <= ? or next_try_at > ?) order by subscriber_id",
                # Later than our longest pause: it was set while the clock was ahead.
                [digest_id, self.clock(), shift(self.clock(), minutes=LONGEST_PAUSE)],
            )
        )

    def _until_next(self, digest_id: str) -> float | None:
        moment = self.db.execute(
            "select min(next_try_at) from deliveries where digest_id = ? and state = 'retry'", [digest_id]
        ).fetchone()[0]
        if moment is None:
            return None
        return max(1.0, (datetime.fromisoformat(moment) - datetime.fromisoformat(self.clock())).total_seconds())

    async def _work(self, queue: Any) -> None:
        connection: aiosmtplib.SMTP | None = None
        sent = 0
        try:
            for row in queue:
                person = self.find(self.db, row["subscriber_id"])
                made = self._message_for(row, person)
                if made is None or person is None or person.address is None:
                    continue
                if connection is None or not connection.is_connected or sent >= PER_CONNECTION:
                    await _quit(connection)
                    connection, sent = await self._connect(), 0
                await self._pace()
                if self._claim(row, made[0]["Message-ID"]):
                    outcome = await self._transmit(connection, person.address, made[0])
                    self._record(row, person, *outcome, items=made[1])
                    sent += 1
        finally:
            await _quit(connection)

    def _message_for(self, row: dict[str, Any], person: Recipient | None) -> tuple[EmailMessage, int] | None:
        """Return the email, or None after recording why there is none."""
        if person is None or person.address is None:
            self._set_state(row, "superseded", "left the list")
        elif is_suppressed(self.db, person.address):
            self._set_state(row, "refused", "on the list of addresses not to write to")
        elif made := self.make(row, person):
            return made
        else:
            self._set_state(row, "nothing", None)
        return None

    # ------------------------------------------------------------- the server

    async def _connect(self) -> aiosmtplib.SMTP:
        for patience in range(1, _CONNECT_TRIES + 1):
            server = self.server
            connection = aiosmtplib.SMTP(
                hostname=server.host,
                port=server.port,
                timeout=server.timeout,
                use_tls=server.security == "tls",
                start_tls=server.security == "starttls",
                tls_context=server.context,
                username=server.user,
                password=server.password,
            )
            try:
                await connection.connect()
                return connection
            except aiosmtplib.SMTPAuthenticationError as error:
                raise ServerUnavailable(
                    f"{server.host} refuses the login ({error.code}): check the user and password"
                ) from error
            except (aiosmtplib.SMTPException, OSError) as error:
                connection.close()
                if patience == _CONNECT_TRIES:
                    raise ServerUnreachable(
                        f"{server.host}:{server.port} cannot be used: {_error_text(error)}"
                    ) from error
                await self.sleep(2.0**patience)
        raise AssertionError("unreachable")

    async def _transmit(self, connection: aiosmtplib.SMTP, address: str, mail: EmailMessage) -> tuple[str, str | None]:
        """Send one email. Return (state, the server's answer); the answer never contains the address."""
        try:
            await connection.mail(self.envelope)
            await connection.rcpt(address)
        except aiosmtplib.SMTPSenderRefused as error:
            await _reset(connection)
            return ("sender", _error_text(error)) if error.code >= 500 else ("retry", _error_text(error))
        except aiosmtplib.SMTPResponseException as error:
            await _reset(connection)
            return "refused" if error.code >= 500 else "retry", _hide(_error_text(error), address)
        except (aiosmtplib.SMTPException, OSError) as error:
            connection.close()
            return "retry", f"the connection was lost before the mail began: {_hide(_error_text(error), address)}"
        try:
            await connection.data(self.sign(mail.as_bytes()))
        except aiosmtplib.SMTPResponseException as error:
            await _reset(connection)
            return "refused" if error.code >= 500 else "retry", _hide(_error_text(error), address)
        except (aiosmtplib.SMTPException, OSError) as error:
            connection.close()
            return (
                "unknown",
                f"the connection was lost while the mail was under way: {_hide(_error_text(error), address)}",
            )
        return "sent", None

    async def _pace(self) -> None:
        if self.server.rate:
            now = asyncio.get_running_loop().time()
            wait = self._slot - now
            self._slot = max(now, self._slot) + 1 / self.server.rate
            if wait > 0:
                await asyncio.sleep(wait)

    # ------------------------------------------------------------- the record

    def _claim(self, row: dict[str, Any], message: str) -> bool:
        """Claim a delivery on disk before anything is sent. Return False when another process has it or the person has left."""
        claimed = self.db.execute(
            "update deliveries set state = 'claimed', claimed_at = ?, message_id = ?, attempts = attempts + 1 "
            "where digest_id = ? and subscriber_id = ? and state in ('queued', 'retry')",
            [self.clock(), message, row["digest_id"], row["subscriber_id"]],
        )
        return claimed.rowcount == 1

    def _record(self, row: dict[str, Any], person: Recipient, state: str, error: str | None, *, items: int) -> None:
        now = self.clock()
        if state == "sender":
            self._set_state(row, "queued", error, count=False)
            raise ServerUnavailable(f"{self.server.host} does not accept mail from our address: {error}")
        attempts = row["attempts"] + 1
        if state == "retry" and attempts > len(BACKOFF_MINUTES):
            state, error = "failed", f"given up after {attempts} tries: {error}"
        again = None
        if state == "retry":
            again = shift(now, minutes=BACKOFF_MINUTES[attempts - 1])
        if state == "refused" and person.address and " 5.1." in f" {error}":
            suppress(self.db, person.address, f"the server refused it: {error}", now=now)
        self._set_state(row, state, error, next_try_at=again, sent_at=now if state == "sent" else None, items=items)

    def _set_state(
        self, row: dict[str, Any], state: str, error: str | None, *, count: bool = True, **values: Any
    ) -> None:
        names = {"state": state, "error": error, **values}
        # Need not reach the disk at once: after a power failure the claim is left, and a person is informed.
        self.db.execute("pragma synchronous = normal")
        self.db.execute(
            f"update deliveries set {', '.join(f'{name} = ?' for name in names)} where digest_id = ? and subscriber_id = ?",
            [*names.values(), row["digest_id"], row["subscriber_id"]],
        )
        self.db.execute("pragma synchronous = full")
        self.done[state] += count


def _error_text(error: BaseException) -> str:
    code, message = getattr(error, "code", None), getattr(error, "message", None) or str(error) or type(error).__name__
    return " ".join(f"{code or ''} {message}".split())[:300]


def _hide(words: str, address: str) -> str:
    return words.replace(address, "the address").replace(address.casefold(), "the address")


async def _reset(connection: aiosmtplib.SMTP) -> None:
    """Reset a connection for the next email, or close it, so that the next email opens another."""
    try:
        await connection.rset()
    except (aiosmtplib.SMTPException, OSError):
        connection.close()


async def _quit(connection: aiosmtplib.SMTP | None) -> None:
    if connection is not None and connection.is_connected:
        try:
            await connection.quit()
        except (aiosmtplib.SMTPException, OSError):
            connection.close()
