"""Handing mails to a server so that every person ends with exactly one, or with a recorded reason.

A delivery is claimed on disk before its mail leaves. What the server answered decides the rest: 4xx is tried again later,
5xx never. When the connection is lost after the mail began to flow, nobody can know whether it arrived: the delivery
becomes `unknown`, is reported to a person, and is never sent again by itself.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from typing import Any

import aiosmtplib
from sqlite_utils import Database

from digest.delivery.claims import nobody_sends, sending
from digest.subscribers.subscribers import Subscriber, get, is_suppressed, suppress
from store.clock import ago, shift
from store.errors import PartialResult

BACKOFF_MINUTES = (1, 5, 15, 60, 240)
#: No pause before another try is longer.
LONGEST_PAUSE = BACKOFF_MINUTES[-1]
#: A claim older than this belongs to a process that died, also while another one sends.
CLAIM_MINUTES = 15
PER_CONNECTION = 100
_CONNECT_TRIES = 3

Make = Callable[[dict[str, Any], Subscriber], tuple[EmailMessage, int] | None]


class ServerUnavailable(PartialResult):
    """No mail can be sent now: nobody answers, or the login or sender is refused. What waits, waits."""


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
    """Sends what waits of one digest. `clock` gives the UTC timestamp, `sleep` waits seconds; tests bring their own.

    `sign` makes of a mail's bytes those that are sent (digest.delivery.dkim).
    """

    db: Database
    server: Server
    envelope: str
    make: Make
    clock: Callable[[], str]
    sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep
    sign: Callable[[bytes], bytes] = bytes
    done: Counter[str] = field(default_factory=Counter)
    _slot: float = 0.0

    async def send(self, digest_id: str, *, patience: float = 0) -> Counter[str]:
        """Send everything that waits and is due; with patience (seconds) also wait for what is to be tried again.

        Returns:
            state -> number of deliveries that came to it in this call.

        Raises:
            ServerUnavailable: the server cannot be reached or does not let us send at all.
        """
        with sending(self.db):
            return await self._send(digest_id, patience)

    async def _send(self, digest_id: str, patience: float) -> Counter[str]:
        waited = 0.0
        while True:
            waiting = self._due(digest_id)
            if waiting:
                queue = iter(waiting)
                workers = [self._work(queue) for _ in range(min(self.server.connections, len(waiting)))]
                # One worker's end must not leave another's claim in the air: all come to rest, then the first error is told.
                ends = await asyncio.gather(*workers, return_exceptions=True)
                for end in ends:
                    if isinstance(end, BaseException):
                        raise end
            pause = self._until_next(digest_id)
            if pause is None or waited + pause > patience:
                return self.done
            await self.sleep(pause)
            waited += pause

    def _due(self, digest_id: str) -> list[dict[str, Any]]:
        return list(
            self.db.query(
                "select * from deliveries where digest_id = ? and state in ('queued', 'retry') "
                "and (coalesce(next_try_at, '') <= ? or next_try_at > ?) order by subscriber_id",
                # Later than any pause of ours: it was set while the clock was ahead.
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
                person = get(self.db, row["subscriber_id"])
                made = self._made(row, person)
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

    def _made(self, row: dict[str, Any], person: Subscriber | None) -> tuple[EmailMessage, int] | None:
        """The mail, or None after recording why there is none."""
        if person is None or person.address is None:
            self._settle(row, "superseded", "left the list")
        elif is_suppressed(self.db, person.address):
            self._settle(row, "refused", "on the list of addresses not to write to")
        elif made := self.make(row, person):
            return made
        else:
            self._settle(row, "nothing", None)
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
                    raise ServerUnavailable(f"{server.host}:{server.port} cannot be used: {_words(error)}") from error
                await self.sleep(2.0**patience)
        raise AssertionError("unreachable")

    async def _transmit(self, connection: aiosmtplib.SMTP, address: str, mail: EmailMessage) -> tuple[str, str | None]:
        """One mail over one connection: (state, what the server said). The address is never part of the words kept."""
        try:
            await connection.mail(self.envelope)
            await connection.rcpt(address)
        except aiosmtplib.SMTPSenderRefused as error:
            await _reset(connection)
            return ("sender", _words(error)) if error.code >= 500 else ("retry", _words(error))
        except aiosmtplib.SMTPResponseException as error:
            await _reset(connection)
            return "refused" if error.code >= 500 else "retry", _hide(_words(error), address)
        except (aiosmtplib.SMTPException, OSError) as error:
            connection.close()
            return "retry", f"the connection was lost before the mail began: {_hide(_words(error), address)}"
        try:
            await connection.data(self.sign(mail.as_bytes()))
        except aiosmtplib.SMTPResponseException as error:
            await _reset(connection)
            return "refused" if error.code >= 500 else "retry", _hide(_words(error), address)
        except (aiosmtplib.SMTPException, OSError) as error:
            connection.close()
            return "unknown", f"the connection was lost while the mail was under way: {_hide(_words(error), address)}"
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
        """Ours alone, on disk, before anything leaves; False when somebody else has it or the person has just left."""
        claimed = self.db.execute(
            "update deliveries set state = 'claimed', claimed_at = ?, message_id = ?, attempts = attempts + 1 "
            "where digest_id = ? and subscriber_id = ? and state in ('queued', 'retry')",
            [self.clock(), message, row["digest_id"], row["subscriber_id"]],
        )
        return claimed.rowcount == 1

    def _record(self, row: dict[str, Any], person: Subscriber, state: str, error: str | None, *, items: int) -> None:
        now = self.clock()
        if state == "sender":
            self._settle(row, "queued", error, count=False)
            raise ServerUnavailable(f"{self.server.host} does not accept mail from our address: {error}")
        attempts = row["attempts"] + 1
        if state == "retry" and attempts > len(BACKOFF_MINUTES):
            state, error = "failed", f"given up after {attempts} tries: {error}"
        again = None
        if state == "retry":
            again = shift(now, minutes=BACKOFF_MINUTES[attempts - 1])
        if state == "refused" and person.address and " 5.1." in f" {error}":
            suppress(self.db, person.address, f"the server refused it: {error}", now=now)
        self._settle(row, state, error, next_try_at=again, sent_at=now if state == "sent" else None, items=items)

    def _settle(self, row: dict[str, Any], state: str, error: str | None, *, count: bool = True, **values: Any) -> None:
        names = {"state": state, "error": error, **values}
        # Need not reach the disk at once: what a power cut undoes leaves a claim, which a person is told of.
        self.db.execute("pragma synchronous = normal")
        self.db.execute(
            f"update deliveries set {', '.join(f'{name} = ?' for name in names)} where digest_id = ? and subscriber_id = ?",
            [*names.values(), row["digest_id"], row["subscriber_id"]],
        )
        self.db.execute("pragma synchronous = full")
        self.done[state] += count


def give_up_dead_claims(db: Database, now: str) -> int:
    """Claims of a process that died become `unknown`: the mail may have left or not, and a person must look.

    Where nobody sends, every claim is one of a dead process; while somebody does, only those that are too old to be theirs.
    """
    with nobody_sends(db) as dead:
        return db.execute(
            "update deliveries set state = 'unknown', error = 'the sender stopped while this mail was under way' "
            "where state = 'claimed' and (? or claimed_at < ? or claimed_at > ?)",
            [
                dead,
                ago(now, minutes=CLAIM_MINUTES),
                shift(now, minutes=CLAIM_MINUTES),
            ],  # or claimed while the clock was ahead
        ).rowcount


def settle(db: Database, digest_id: str, subscriber_id: str, *, arrived: bool) -> bool:
    """A person has looked: an unknown delivery arrived, or did not and may be sent once more. False if there is none."""
    state, error = ("sent", "arrived, says a person") if arrived else ("queued", None)
    return (
        db.execute(
            "update deliveries set state = ?, error = ?, next_try_at = null "
            "where digest_id = ? and subscriber_id = ? and state = 'unknown'",
            [state, error, digest_id, subscriber_id],
        ).rowcount
        == 1
    )


def _words(error: BaseException) -> str:
    code, message = getattr(error, "code", None), getattr(error, "message", None) or str(error) or type(error).__name__
    return " ".join(f"{code or ''} {message}".split())[:300]


def _hide(words: str, address: str) -> str:
    return words.replace(address, "the address").replace(address.casefold(), "the address")


async def _reset(connection: aiosmtplib.SMTP) -> None:
    """Ready for the next mail; a connection that cannot be, is closed and made anew."""
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
