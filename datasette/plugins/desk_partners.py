"""What coalition partners hold, on the page of a document: read from partners.db here, a file that Datasette does not know."""

import asyncio

from datasette import hookimpl
from desk.partners import partners


@hookimpl
def extra_template_vars(datasette, template):
    """For the page of a document alone: a function that gives what partners say about it."""
    config = getattr(datasette, "desk_configuration", None)
    if template != "document.html" or config is None:
        return {}

    async def partners_on(document_id):
        return await asyncio.to_thread(partners.shown, config.partners, document_id)

    return {"partners_on": partners_on}
