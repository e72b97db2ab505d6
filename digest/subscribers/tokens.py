"""Links that only we can make: signed with a key that lives in mail.db, each for one purpose, expiring where it should."""

from __future__ import annotations

import time

from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer
from sqlite_utils import Database

from store.errors import InvalidInput
from store.schema.mail import keyed_hash

CONFIRM_SECONDS = 3 * 24 * 3600
MANAGE_SECONDS = 120 * 24 * 3600


class BadLink(InvalidInput):
    """A link that is not ours, was changed, is too old (``expired``), or is of somebody who left the list since (``left``)."""

    def __init__(self, message: str, *, expired: bool = False, left: bool = False):
        super().__init__(message)
        self.expired, self.left = expired, left


class Links:
    """Makes and reads the tokens of mails. A confirming and a managing link grow old, a leaving link never does."""

    def __init__(self, key: str):
        self._key = key.encode()

    @classmethod
    def of(cls, db: Database) -> Links:
        return cls(db.execute("select value from secrets where name = 'links'").fetchone()[0])

    def confirm(self, handle: str, nonce: str) -> str:
        return self._timed("confirm").dumps([handle, nonce])

    def read_confirm(self, token: str) -> tuple[str, str]:
        """The handle and the nonce.

        Raises:
            BadLink: forged, cut off, made for another purpose, or older than three days.
        """
        handle, nonce = self._read_timed("confirm", token, CONFIRM_SECONDS)
        return handle, nonce

    def manage(self, handle: str) -> str:
        return self._timed("manage").dumps([handle])

    def read_manage(self, token: str) -> str:
        return self._read_timed("manage", token, MANAGE_SECONDS)[0]

    def leave(self, handle: str) -> str:
        return URLSafeSerializer(self._key, salt="leave").dumps([handle])

    def read_leave(self, token: str) -> str:
        try:
            return URLSafeSerializer(self._key, salt="leave").loads(token)[0]
        except BadSignature as error:
            raise BadLink("this link is not one of ours") from error

    def hash(self, text: str, purpose: str = "address") -> str:
        return keyed_hash(self._key.decode(), text, purpose)

    def _timed(self, purpose: str) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self._key, salt=purpose)

    def _read_timed(self, purpose: str, token: str, seconds: int) -> list[str]:
        try:
            value, signed_at = self._timed(purpose).loads(token, return_timestamp=True)
        except BadSignature as error:
            raise BadLink("this link is not one of ours") from error
        # Not by `max_age`: it also takes a link for expired that was signed a second ahead of a clock that was set back.
        if time.time() - signed_at.timestamp() > seconds:
            raise BadLink("this link has expired", expired=True)
        return value
