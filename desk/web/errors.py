"""Errors in what people send."""

from __future__ import annotations

from store.errors import InvalidInput


class HTTPError(Exception):
    """A request that is refused; `status` is the HTTP status, the message is for the reader."""

    def __init__(self, status: int, message: str):
        super().__init__(message)
        self.status = status


class InvalidForm(InvalidInput):
    """A form that cannot be accepted; `fields` says what is wrong with each field, "" for the whole."""

    def __init__(self, fields: dict[str, str]):
        super().__init__("; ".join(fields.values()))
        self.fields = fields
