"""What others show, print and cite: the card of a document for other sites, a position on one sheet, citations."""

from urllib.parse import parse_qsl, urlencode

from markupsafe import escape

from datasette import Response, hookimpl
from pages.browse import cards, filters
from pages.documents import citation, decisions, rulemaking, session_status
from pages.export import embeds, linked_data
from pages.http import language
from pages.http.site import KEY, public_address, read, read_once, today
from pages.places import places
from pages.positions import brief


def card(db, document_id, day):
    found = cards.cards(db, [document_id], day)
    if not found:
        return None
    stances = decisions.stances(decisions.decided(db, document_id))
    return {
        "c": found[0],
        "next_event": rulemaking.next_event(db, [document_id], day),
        "stances": stances,
        "until": session_status.collected_through(db, document_id, day),
        "today": day.isoformat(),
    }


async def embedded(datasette, request):
    view = await read(datasette, card, request.url_vars["id"], today(datasette))
    return await datasette.page(request, "embed.html", view)


async def embedded_place(datasette, request):
    view = await read_once(datasette, places.jurisdiction, request.url_vars["id"], today(datasette))
    return await datasette.page(request, "embed_place.html", view)


async def one_sheet(datasette, request):
    state = request.args.get("state") or ""
    view = await read(datasette, brief.sheet, request.url_vars["id"], today(datasette), state)
    return await datasette.page(request, "brief.html", view)


async def former_address(datasette, request):
    return Response.redirect(f"/positions/{request.url_vars['id']}/brief", status=301)


@hookimpl
def register_routes():
    return [
        (rf"^/embed/documents/{KEY}$", embedded),
        (rf"^/positions/{KEY}/brief$", one_sheet),
        (rf"^/positions/{KEY}/handout$", former_address),
        (rf"^/embed/jurisdictions/{KEY}$", embedded_place),
    ]


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
        cite=lambda row, laws, *more: citation.citations(row, laws, today(datasette), public_address(datasette), *more),
        mail_address=citation.mail_address,
        embed_code=embed_code,
        frame=embeds.frame,
        plain_card=embeds.plain_card,
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
