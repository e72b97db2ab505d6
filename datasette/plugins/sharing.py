"""What others show, print and cite: the card of a document for other sites, a position on one sheet, citations."""

from urllib.parse import parse_qsl, urlencode

from markupsafe import escape

from datasette import hookimpl
from pages.browse import cards, filters
from pages.documents import citation, decisions, rulemaking
from pages.export import linked_data
from pages.http import language
from pages.http.site import KEY, public_address, read, today
from pages.positions import handout


def card(db, document_id, day):
    found = cards.cards(db, [document_id], day)
    if not found:
        return None
    stances = decisions.stances(decisions.decided(db, document_id))
    return {"c": found[0], "next_event": rulemaking.next_event(db, [document_id], day), "stances": stances}


async def embedded(datasette, request):
    view = await read(datasette, card, request.url_vars["id"], today(datasette))
    return await datasette.page(request, "embed.html", view)


async def one_sheet(datasette, request):
    view = await read(datasette, handout.handout, request.url_vars["id"], today(datasette))
    return await datasette.page(request, "handout.html", view)


@hookimpl
def register_routes():
    return [(rf"^/embed/documents/{KEY}$", embedded), (rf"^/positions/{KEY}/handout$", one_sheet)]


@hookimpl
def prepare_jinja2_environment(env, datasette):
    def embed_code(row):
        site = escape(public_address(datasette))
        address = f"{site}/embed/documents/{escape(row['id'])}"
        frame = f'<iframe src="{address}" title="{escape(row["identifier"])}" width="100%" height="240" loading="lazy"'
        return f'{frame} style="border:0"></iframe>\n<script src="{site}/static/embed.js" async></script>'

    def legislation(row, laws, sponsors, tags):
        return linked_data.legislation(row, laws, sponsors, [tag.title for tag in tags], public_address(datasette))

    env.globals.update(
        cite=lambda row, laws: citation.citations(row, laws, today(datasette), public_address(datasette)),
        mail_address=citation.mail_address,
        embed_code=embed_code,
        legislation=legislation,
    )


#: The parts of an address that choose what a page shows; others make no page of their own.
SHOWING = {"q", *filters.TITLES, "sort", "page", "past", "month"}


@hookimpl
def extra_template_vars(datasette, request):
    """Give templates the public address of the site, and the canonical address of the page."""
    site = public_address(datasette)
    if request is None or request.path.startswith("/corpus"):
        return {"site_address": site}
    kept = [(name, value) for name, value in parse_qsl(request.query_string) if name in SHOWING]
    path = request.path + (f"?{urlencode(kept)}" if kept else "")
    return {"site_address": site, "canonical": site + language.prefix() + path, "page_path": path}
