"""Connections of the site whose request does not arrive: they are closed after a while, and many of them shut nobody out.

uvicorn has a limit for connections between two requests, and none for a request that was begun. A visitor who opens a thousand
connections and sends half a request on each would hold them, and their file handles, forever.
"""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

#: Seconds from the first byte (or the opening of the connection) to the end of the headers, and from there to that of the body.
HEAD_SECONDS = 10.0
BODY_SECONDS = 60.0
#: Unfinished requests at one time; above it the one that has waited longest is closed.
MOST_WAITING = 200
_SECONDS = {h11.IDLE: lambda: HEAD_SECONDS, h11.SEND_BODY: lambda: BODY_SECONDS}
_waiting: dict[PatientProtocol, None] = {}


class PatientProtocol(H11Protocol):
    """uvicorn's own protocol, with an end to its patience."""

    _awaited: Any = None  # what the connection waits for: h11.IDLE is a head, h11.SEND_BODY a body
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        # The next request may lie there in part already: then no byte has to come for it to be under way.
        if self.conn.their_state is not h11.IDLE or self.conn.trailing_data[0]:
            self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._rest()
        super().connection_lost(exc)

    def _watch(self) -> None:
        """Start the time that the part which is under way may take; more bytes of the same part do not prolong it."""
        state = self.conn.their_state
        if state is self._awaited:
            return
        self._rest()
        if state in _SECONDS and not self.transport.is_closing():
            self._awaited = state
            self._timer = self.loop.call_later(_SECONDS[state](), self._close)
            _waiting[self] = None
            if len(_waiting) > MOST_WAITING:
                next(iter(_waiting))._close()

    def _close(self) -> None:
        self._rest()
        self.transport.abort()

    def _rest(self) -> None:
        """The request is whole, or the connection gone."""
        _waiting.pop(self, None)
        self._awaited = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
