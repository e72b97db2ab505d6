"""A database whose transactions wait for other writers from their first statement on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlite_utils import Database


class Writable(Database):
    """A database for writing.

    SQLite's plain transaction takes the lock with its first write. If it has read before and another process has committed
    since, SQLite refuses that write at once, whatever the timeout.
    """

    @contextmanager
    def atomic(self) -> Iterator[Database]:
        if self.conn.in_transaction:
            with super().atomic():
                yield self
            return
        self.execute("begin immediate")
        try:
            yield self
            self.execute("commit")
        except BaseException:  # as in store.connect.writing
            self.rollback()
            raise
