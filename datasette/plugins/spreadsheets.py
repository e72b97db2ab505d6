"""What Datasette's own CSV lacks: no cell is a formula, and a file is whole or breaks off.

No cell is a formula, as in every other file of this site (`pages.export.exports.cell`). Datasette has no hook for its CSV: its
view writes each line with `csv.writer`. That name gets a writer that looks at the cells first. tests/test_formulas.py asks
every CSV address there is, so that an upgrade that writes in another way fails there.

When a query of a stream (`_stream=on`) fails, or the file would be too large, that view writes the error after the last row
and ends the file as if it were whole. Here the connection breaks off instead, which every program notices.
"""

import csv
from functools import wraps
from types import SimpleNamespace

from datasette.utils import LimitedWriter
from datasette.utils.asgi import Request
from datasette.views import base
from datasette.views.base import DatasetteError

from pages.export.exports import cell


class TextOnly:
    """A CSV writer whose cells are text and numbers."""

    def __init__(self, target):
        self._writer = csv.writer(target)

    def writerow(self, row):
        return self._writer.writerow([cell(value) for value in row])


class WholeOrBroken(LimitedWriter):
    """Takes the rows; what the view writes past it is an error, and breaks the connection off."""

    def __init__(self, writer, limit_mb):
        super().__init__(SimpleNamespace(write=writer.write), limit_mb)
        writer.write = self.break_off

    async def break_off(self, error):
        raise DatasetteError(error)  # the answer has begun: no page can say so any more


def in_large_batches(as_csv):
    """Read views a thousand rows at a time, not fifty: their batches go by number, each counts through all that went before."""

    @wraps(as_csv)
    async def read(self, request, database):
        args, table = request.args, request.url_vars.get("table")
        streams = args.get("_stream") and not args.get("_size") and table
        if streams and await self.ds.get_database(database).get_view_definition(table):
            scope = dict(request.scope, query_string=request.scope["query_string"] + b"&_size=max")
            request = Request(scope, request.receive)
        return await as_csv(self, request, database)

    return read


base.csv = SimpleNamespace(writer=TextOnly)
base.LimitedWriter = WholeOrBroken
if not hasattr(base.DataView.as_csv, "__wrapped__"):
    base.DataView.as_csv = in_large_batches(base.DataView.as_csv)
