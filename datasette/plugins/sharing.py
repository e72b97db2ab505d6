"""What others show, print and cite: the card of a document for other sites, a position on one sheet, citations."""

import datetime
from urllib.parse import parse_qsl, urlencode

from datasette.utils.asgi import NotFound
from markupsafe import escape

from datasette import Response, hookimpl
from pages.browse import cards
from pages.documents import citation, decisions, rulemaking
from pages.export import linked_data
from pages.http import language
from pages.positions import handout

DATABASE = "corpus"
NOT_HERE = "There is no page at this address"


def site_of(datasette):
    return datasette.plugin_config("infopolicy")["site"]


def today(datasette):
    fixed = datasette.plugin_config("infopolicy").get("today")
    return datetime.date.fromisoformat(fixed) if fixed else datetime.date.today()


async def page(datasette, request, template, function, *args):
    """Run a function on a read-only connection and show what it found."""
    found = await datasette.get_database(DATABASE).execute_fn(language.carried(lambda db: function(db, *args)))
    if found is None:
        raise NotFound(NOT_HERE)
    body = await datasette.render_template(template, found, request=request)
    return Response.html(body, headers={"Cache-Control": f"max-age={datasette.setting('default_cache_ttl')}"})


def card(db, document_id, day):
    found = cards.cards(db, [document_id], day)
    if not found:
        return None
    stances = decisions.stances(decisions.decided(db, document_id))
    return {"c": found[0], "next_event": rulemaking.next_event(db, [document_id], day), "stances": stances}


async def embedded(datasette, request):
    return await page(datasette, request, "embed.html", card, request.url_vars["id"], today(datasette))


async def one_sheet(datasette, request):
    return await page(datasette, request, "handout.html", handout.handout, request.url_vars["id"], today(datasette))


@hookimpl
def register_routes():
    key = r"(?P<id>[a-z0-9-]+)"
    return [(rf"^/embed/documents/{key}$", embedded), (rf"^/positions/{key}/handout$", one_sheet)]


@hookimpl
def prepare_jinja2_environment(env, datasette):
    def embed_code(row):
        site = escape(site_of(datasette))
        address = f"{site}/embed/documents/{escape(row['id'])}"
        frame = f'<iframe src="{address}" title="{escape(row["identifier"])}" width="100%" height="240" loading="lazy"'
        return f'{frame} style="border:0"></iframe>\n<script src="{site}/static/embed.js" async></script>'

    def legislation(row, laws, sponsors, tags):
        return linked_data.legislation(row, laws, sponsors, [tag.title for tag in tags], site_of(datasette))

    env.globals.update(
        cite=lambda row, laws: citation.citations(row, laws, today(datasette), site_of(datasette)),
        mail_address=citation.mail_address,
        embed_code=embed_code,
        legislation=legislation,
    )


#: The parts of an address that choose what a page shows; others make no page of their own.
SHOWING = {
    "q",
    "area",
    "kind",
    "jurisdiction",
    "status",
    "year",
    "must_see",
    "ceremonial",
    "sort",
    "page",
    "past",
    "month",
}


@hookimpl
def extra_template_vars(datasette, request):
    """The public address of the site, and of the page: one for all ways in which it can be asked for."""
    if request is None or request.path.startswith("/corpus"):
        return {"site_address": site_of(datasette)}
    kept = [(name, value) for name, value in parse_qsl(request.query_string) if name in SHOWING]
    path = request.path + (f"?{urlencode(kept)}" if kept else "")
    spoken = language.current()
    prefix = "" if spoken == language.ENGLISH else f"/{spoken}"
    return {"site_address": site_of(datasette), "canonical": site_of(datasette) + prefix + path, "page_path": path}
