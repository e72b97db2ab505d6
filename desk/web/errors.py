"""The error of a request that gets no page."""

from __future__ import annotations


class HTTPError(Exception):
    """A request that is refused; `status` is the HTTP status, the message is for the reader."""

    def __init__(self, status: int, message: str):
        super().__init__(message)
        self.status = status
