"""Subscribing, managing and leaving; the archive of public issues with its feed.

mail.db is opened here, by these functions, and never known to Datasette: no table page, no query can reach it. Links carry
their own proof, so there is no session, no cookie and nothing for a forged request to ride on.
"""

import asyncio
import logging
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from urllib.parse import parse_qs

from datasette.utils.asgi import NotFound
from datasette.views.base import DatasetteError

from datasette import Response, hookimpl
from desk.web import request_parsing
from digest import service
from digest.issues import compose, issues
from digest.issues.words import Words
from digest.subscribers import estimate, limits, subscribers
from digest.subscribers.addresses import BadAddress
from digest.subscribers.preferences import FREQUENCIES, LANGUAGES, BadPreferences, preferences
from digest.subscribers.tokens import BadLink
from operations.loss import FileLost, note_while_serving, refuse_lost
from pages.http import formatting
from store.connect import open_mail

log = logging.getLogger("infopolicy.digest")

#: The fields of the form that the address may fill in: pages about an area, a place or a search lead there.
PREFILLED = ("area", "jurisdiction", "kind", "position", "stance", "must_see", "searches", "documents")
#: The same words for every address, so true for each: also for one that reads already, or never wants to hear from us.
ASKED = (
    "If this address can get the digest, we send it an email with a link. You get the digest only after you open that link and "
    "confirm; the link works for three days. We send at most two such emails to one address in a day, and five in a month. "
    "Nothing came? Look in your spam folder, and try again tomorrow."
)
NOT_ON_LIST = (
    "The subscription of this link has ended, and we send nothing for it. Do you still get our emails? Use the link at the end "
    "of the newest one."
)
_PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
_letters = set()


def now():
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def today(datasette):
    fixed = (datasette.plugin_config("infopolicy") or {}).get("today")
    return datetime.fromisoformat(fixed).date() if fixed else datetime.now(UTC).date()


def settings(datasette):
    """The settings of this site's mail; a site without mail has none of these pages."""
    config = getattr(datasette, "mail_configuration", None)
    if config is None:
        raise NotFound("There is no page at this address")
    return config


async def with_mail(datasette, function, *args, **values):
    """Run a function of `digest` on mail.db, off the event loop."""
    config = settings(datasette)

    def work():
        refuse_lost(config.data, ["mail.db"])
        with closing(open_mail(config.mail)) as db:
            done = function(db, *args, **values)
        note_while_serving(config.data, "mail.db")
        return done

    try:
        return await asyncio.to_thread(work)
    except FileLost as error:
        raise _closed(error) from error
    except sqlite3.DatabaseError as error:
        if type(error) is not sqlite3.DatabaseError:
            raise
        raise _closed(error) from error


def _closed(error):
    log.error("mail.db: %s: docs/operations.md says how to restore it", error)
    return DatasetteError(
        "Subscriptions cannot be read at present. Nothing was changed: please try again tomorrow.",
        title="Not at present", status=503,
    )  # fmt: skip


async def with_corpus(datasette, function, *args):
    return await datasette.get_database("corpus").execute_fn(lambda db: function(db, *args))


async def page(datasette, request, template, context, *, status=200, headers=_PRIVATE):
    body = await datasette.render_template(template, context, request=request)
    return Response.html(body, status=status, headers=headers)


async def message(datasette, request, title, text, *, status=200, button=None, link=None):
    context = {"title": title, "text": text, "button": button, "link": link}
    return await page(datasette, request, "subscribe_message.html", context, status=status)


async def form_of(request):
    """The posted form as name -> list of values. The plugin `forms` has seen to its size.

    Raises:
        BadPreferences: it has more fields than any form of ours.
    """
    body, more = b"", True
    while more:
        part = await request.receive()
        body += part.get("body", b"")
        more = part.get("more_body", False)
    try:
        return parse_qs(body.decode("utf-8", "replace"), max_num_fields=1000)
    except ValueError as error:
        raise BadPreferences("the form has too many fields") from error


def origin(request, config):
    """Who asks; None where a proxy does not say for whom: one limit for everybody would shut out all but the first."""
    client = (request.scope.get("client") or ("",))[0]
    found = request_parsing.who_asks(client, request.headers, config)
    return None if found == client and request_parsing.is_proxy(client, config) else found


def chosen(form, known):
    lines = {name: (form.get(name) or [""])[0].splitlines() for name in ("searches", "documents")}
    return preferences(
        areas=form.get("area", ()), jurisdictions=form.get("jurisdiction", ()), kinds=form.get("kind", ()),
        positions=form.get("position", ()), stances=form.get("stance", ()), must_see="must_see" in form, known=known,
        searches=[each for each in lines["searches"] if each.strip()],
        documents=[each for each in lines["documents"] if each.strip()],
    )  # fmt: skip


def typed(form):
    """What the form shows again after a mistake or an estimate."""
    one = lambda name, default: (form.get(name) or [default])[0]  # noqa: E731
    return {
        "areas": form.get("area", []), "jurisdictions": form.get("jurisdiction", []), "kinds": form.get("kind", []),
        "positions": form.get("position", []), "stances": form.get("stance", []), "must_see": "must_see" in form,
        "searches": one("searches", ""), "documents": one("documents", ""), "frequency": one("frequency", "weekly"),
        "language": one("language", "en"), "email": one("email", ""),
    }  # fmt: skip


def of_person(person):
    choice = person.preferences
    return {
        "areas": choice.areas, "jurisdictions": choice.jurisdictions, "kinds": choice.kinds, "must_see": choice.must_see,
        "positions": choice.positions, "stances": choice.stances, "searches": "\n".join(choice.searches),
        "documents": "\n".join(choice.documents),
        "frequency": person.frequency, "language": person.language, "email": "",
    }  # fmt: skip


async def show_form(datasette, request, values, *, known, status=200, **more):
    context = {
        "v": values, "known": known, "kinds": formatting.glossary()["kinds"],
        "stances": formatting.glossary()["stances"], "frequencies": FREQUENCIES,
        "languages": {"en": "English", "es": "Español"}, "volume": None, "problem": None, "manage": False, "saved": False,
        "heading": "This cannot be used yet:", "leave": None,
    }  # fmt: skip
    return await page(datasette, request, "subscribe.html", context | more, status=status)


# --------------------------------------------------------------------- subscribing


async def subscribe(datasette, request):
    config = settings(datasette)
    known = await with_corpus(datasette, estimate.choices)
    if request.method != "POST":
        start = {name: request.args.getlist(name) for name in PREFILLED}
        return await show_form(
            datasette, request, typed({key: value for key, value in start.items() if value}), known=known
        )
    form = {}
    try:
        form = await form_of(request)
        choice = chosen(form, known)
        values = typed(form)
        if (form.get("step") or ["check"])[0] != "save":
            volume = await with_corpus(datasette, estimate.estimate, choice, today(datasette))
            return await show_form(datasette, request, values, known=known, volume=volume)
        queued, hours = await with_mail(
            datasette, subscribers.subscribe, values["email"], choice, now=now(), frequency=values["frequency"],
            language=values["language"], origin=origin(request, config),
        )  # fmt: skip
    except limits.TooMany as error:
        return await show_form(
            datasette,
            request,
            typed(form),
            known=known,
            problem=str(error),
            heading="Your subscription was not taken:",
            status=429,
        )
    except (BadAddress, BadPreferences) as error:
        return await show_form(datasette, request, typed(form), known=known, problem=str(error), status=400)
    if queued and config.smtp_host:
        post_letters(config)
    when = f"It can take {hours} hour{'s' * (hours > 1)}, because many people are subscribing." if hours else ""
    return await message(datasette, request, "Look into your mailbox", " ".join(f"{ASKED} {when}".split()))


def post_letters(config):
    """Send waiting letters behind the visitor's back, so that the answer is as quick for a known address as for a new one."""

    async def work():
        with closing(open_mail(config.mail)) as db:  # `with_mail` has just seen that it is the right one
            try:
                await service.send_letters(db, config, clock=now)
            except (service.NotSetUp, service.ServerUnavailable, sqlite3.Error) as error:
                log.warning("letters wait: %s", error)

    task = asyncio.get_running_loop().create_task(work())
    _letters.add(task)
    task.add_done_callback(_letters.discard)


async def bad_link(datasette, request, error):
    title = "This link is too old" if error.expired else "This is not one of our links"
    return await message(
        datasette, request, title, "Subscribe again to get a new one.", status=410 if error.expired else 404,
        link=("/subscribe", "Subscribe"),
    )  # fmt: skip


async def confirm(datasette, request):
    token = request.url_vars["token"]
    try:
        if request.method != "POST":
            person = await with_mail(datasette, subscribers.for_confirm, token)
            if person.state == "pending":
                # A button, because programs that check mail open every link in it.
                text = (
                    "Press the button and you will get the digest. Each mail has a link to change it and one to leave."
                )
                return await message(datasette, request, "Get the digest?", text, button="Yes, send it to me")
        else:
            await with_mail(datasette, subscribers.confirm, token, now=now())
    except BadLink as error:
        return await bad_link(datasette, request, error)
    return await message(
        datasette, request, "You get the digest", "It comes when there is something new for you, and not otherwise.",
        link=("/digest", "Read earlier issues"),
    )  # fmt: skip


async def manage(datasette, request):
    try:
        person = await with_mail(datasette, subscribers.for_manage, request.url_vars["token"])
    except BadLink as error:
        return await bad_link(datasette, request, error)
    known = await with_corpus(datasette, estimate.choices)
    leave_link = await with_mail(datasette, lambda db: subscribers.Links.of(db).leave(person.handle))
    more = {"known": known, "manage": True, "leave": f"/subscribe/leave/{leave_link}"}
    if request.method != "POST":
        volume = await with_corpus(datasette, estimate.estimate, person.preferences, today(datasette))
        return await show_form(datasette, request, of_person(person), volume=volume, **more)
    form = {}
    try:
        form = await form_of(request)
        choice = chosen(form, known)
        values = typed(form)
        volume = await with_corpus(datasette, estimate.estimate, choice, today(datasette))
        saved = (form.get("step") or ["check"])[0] == "save"
        if saved:
            await with_mail(
                datasette,
                subscribers.change,
                person,
                choice,
                frequency=values["frequency"],
                language=values["language"],
            )
    except BadPreferences as error:
        return await show_form(datasette, request, typed(form), problem=str(error), status=400, **more)
    return await show_form(datasette, request, values, volume=volume, saved=saved, **more)


async def leave(datasette, request):
    """A button for people, RFC 8058's one click (a POST without a page) for mail programs. A second time is no error.

    The link of an old mail works for who has left and subscribed again: a mail program shows its owner that it is done.
    """

    def find_or_forget(db, token):
        person = subscribers.for_leave(db, token)
        if person and request.method == "POST":
            subscribers.leave(db, person, now=now())
        return person

    try:
        person = await with_mail(datasette, find_or_forget, request.url_vars["token"])
    except BadLink as error:
        return await bad_link(datasette, request, error)
    if person is None:
        return await message(
            datasette, request, "You are not on the list", NOT_ON_LIST, link=("/subscribe", "Subscribe")
        )
    if request.method != "POST":
        text = "You will get no more mail from this list, and we forget your address."
        return await message(datasette, request, "Leave the list?", text, button="Yes, leave")
    return await message(
        datasette, request, "You have left the list", "Your address and your choices are forgotten.",
        link=("/subscribe", "Subscribe again"),
    )  # fmt: skip


# --------------------------------------------------------------------- public issues


async def archive(datasette, request):
    found = await with_mail(datasette, issues.archive)
    return await page(datasette, request, "digest.html", {"issues": found}, headers={"Cache-Control": "max-age=300"})


async def feed(datasette, request):
    found = await with_mail(datasette, issues.archive, 20)
    context = {
        "issues": found,
        "site": settings(datasette).site,
        "updated": found[0]["released_at"] if found else now(),
    }
    body = await datasette.render_template("digest_feed.html", context, request=request)
    return Response(body, content_type="application/atom+xml; charset=utf-8", headers={"Cache-Control": "max-age=300"})


async def issue(datasette, request):
    language = request.args.get("language") or "en"
    if language not in LANGUAGES:
        raise NotFound("There is no page at this address")

    def load(db):
        if request.url_vars["id"] not in {each["id"] for each in issues.archive(db, 10_000)}:
            return None
        found = issues.load(db, request.url_vars["id"])
        return found, compose.read(found, None, Words(language), site="", since=found.news_since, detailed=10_000)

    found = await with_mail(datasette, load)
    if found is None or found[1] is None:
        raise NotFound("There is no page at this address")
    one, reading = found
    w = Words(language)
    context = {
        "i": one, "r": reading, "w": w, "m": w.messages, "language": language, "paragraphs": compose.paragraphs(one.note)
    }  # fmt: skip
    return await page(datasette, request, "digest_issue.html", context, headers={"Cache-Control": "max-age=300"})


@hookimpl
def skip_csrf(scope):
    """No cookie gives any right on these pages, and a mail program's one click carries no token of a form."""
    return scope["path"] == "/subscribe" or scope["path"].startswith("/subscribe/")


@hookimpl
def register_routes():
    token = r"(?P<token>[A-Za-z0-9_.-]{10,400})"
    return [
        (r"^/subscribe$", subscribe),
        (rf"^/subscribe/confirm/{token}$", confirm),
        (rf"^/subscribe/manage/{token}$", manage),
        (rf"^/subscribe/leave/{token}$", leave),
        (r"^/digest$", archive),
        (r"^/digest\.atom$", feed),
        (r"^/digest/(?P<id>[a-z0-9-]+)$", issue),
    ]
