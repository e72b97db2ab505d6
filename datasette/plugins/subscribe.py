"""Subscribing, managing and leaving; the archive of public issues with its feed.

mail.db is opened here, by these functions, and never known to Datasette: no table page, no query can reach it. Links carry
their own proof, so there is no session, no cookie and nothing for a forged request to ride on.
"""

import asyncio
import logging
import sqlite3
from contextlib import closing

from datasette.utils.asgi import NotFound
from datasette.views.base import DatasetteError

from datasette import Response, hookimpl
from desk.web import request_parsing
from desk.web.errors import HTTPError
from digest import service
from digest.issues import compose, issues
from digest.issues.feed import feed as issue_feed
from digest.issues.words import Words
from digest.subscribers import estimate, followed, form_words, limits, subscribers
from digest.subscribers.addresses import BadAddress
from digest.subscribers.form import Form
from digest.subscribers.preferences import FREQUENCIES, BadPreferences
from digest.subscribers.tokens import BadLink
from operations.loss import FileLost, record_state_while_serving, refuse_lost
from pages.browse.filters import PLACE_GROUPS, place_group
from pages.http import formatting
from pages.http.language import LANGUAGES, N_, _, current
from pages.http.site import read, today
from store.clock import utc_now
from store.connect import open_mail

log = logging.getLogger("infopolicy.digest")

#: The fields of the form that the address may fill in: pages about an area, a place or a search lead there.
PREFILLED = ("area", "jurisdiction", "kind", "position", "stance", "must_see", "searches", "documents")
#: The same words for every address, so true for each: also for one that reads already, or never wants to hear from us.
ASKED = N_(
    "If this address can get the digest, we send it an email with a link. You get the digest only after you open that link and "
    "confirm; the link works for three days. We send at most two such emails to one address in a day, and five in a month. "
    "Nothing came? Look in your spam folder, and try again tomorrow."
)
NOT_ON_LIST = N_(
    "The subscription of this link has ended, and we send nothing for it. Do you still get our emails? Use the link at the end "
    "of the newest one."
)
_PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
_ARCHIVED = {"Cache-Control": "max-age=300"}
_letters = set()


def settings(datasette):
    """The settings of this site's mail; a site without mail has none of these pages."""
    return datasette.found(getattr(datasette, "mail_configuration", None))


async def with_mail(datasette, function, *args, **values):
    """Run a function of `digest` on mail.db, off the event loop."""
    config = settings(datasette)

    def work():
        refuse_lost(config.data, ["mail.db"])
        with closing(open_mail(config.mail)) as db:
            done = function(db, *args, **values)
        record_state_while_serving(config.data, "mail.db")
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
        title="Not at present",
        status=503,
    )


async def message(datasette, request, title, text, *more, status=200, button="", link=None):
    """A page of one sentence, in the language of the page."""
    context = {"title": _(title), "text": " ".join(map(_, [text, *more])), "button": _(button), "link": link}
    return await datasette.page(request, "subscribe_message.html", context, status=status, headers=_PRIVATE)


async def form_of(request):
    """The form that was posted; fields left empty count as not sent."""
    sent = (await request_parsing.read_form(request, files=False)).values
    return Form.of({name: filled for name, values in sent.items() if (filled := [each for each in values if each])})


def origin(request, config):
    """Who asks; None where a proxy does not say for whom: one limit for everybody would shut out all but the first."""
    client = (request.scope.get("client") or ("",))[0]
    found = request_parsing.who_asks(client, request.headers, config)
    return None if found == client and request_parsing.is_proxy(client, config) else found


async def show_form(datasette, request, form, *, known, status=200, **more):
    form = await read(datasette, followed.in_words, form)
    context = form_words.words_of(form, known) | {
        "v": form,
        "known": known,
        "stances": formatting.glossary()["stances"],
        "frequencies": FREQUENCIES,
        "languages": LANGUAGES,
        "volume": None,
        "problem": None,
        "bad_address": None,
        "manage": False,
        "saved": False,
        "heading": N_("This cannot be used yet:"),
        "leave": None,
    }
    return await datasette.page(request, "subscribe.html", context | more, status=status, headers=_PRIVATE)


# --------------------------------------------------------------------- subscribing


def _places(chosen, known):
    """The places of a list, several of which may stand in one value, and a group for all of its places."""
    names = [name for value in chosen for name in value.split(",")]
    groups = [place for place in known if place_group(place) in names]
    return list(dict.fromkeys([*(name for name in names if name not in PLACE_GROUPS), *groups]))


async def subscribe(datasette, request):
    config = settings(datasette)
    known = await read(datasette, estimate.choices)
    if request.method != "POST":
        # Priority documents only, until a person asks for more: who gets too much reads nothing.
        start = {"must_see": ["1"], "language": [current()]} | {
            name: found for name in PREFILLED if (found := request.args.getlist(name))
        }
        if "jurisdiction" in start:
            start["jurisdiction"] = _places(start["jurisdiction"], known["jurisdictions"])
        form = Form.of(start)
        volume, problem = None, None
        try:
            chosen = await read(datasette, followed.by_id, form)
            volume = await read(datasette, estimate.estimate, chosen.preferences(known), today(datasette))
        except BadPreferences as error:
            # An old link, to a place or position that is gone: the form shows the rest, and says so.
            problem = str(error).rstrip(".")
        return await show_form(datasette, request, form, known=known, volume=volume, problem=problem)
    form = Form()
    try:
        form = await form_of(request)
        choice = (await read(datasette, followed.by_id, form)).preferences(known)
        if form.step != "save":
            volume = await read(datasette, estimate.estimate, choice, today(datasette))
            return await show_form(datasette, request, form, known=known, volume=volume)
        details = {"frequency": form.frequency, "language": form.language, "origin": origin(request, config)}
        queued, hours = await with_mail(datasette, subscribers.subscribe, form.email, choice, now=utc_now(), **details)
    except limits.TooMany as error:
        problem = {"heading": N_("Your subscription was not saved:"), "problem": str(error), "status": 429}
        return await show_form(datasette, request, form, known=known, **problem)
    except BadAddress as error:
        wrong = {"bad_address": str(error).rstrip("."), "status": 400}
        return await show_form(datasette, request, form, known=known, **wrong)
    except (BadPreferences, HTTPError) as error:
        status = getattr(error, "status", 400)
        return await show_form(datasette, request, form, known=known, problem=str(error).rstrip("."), status=status)
    if queued and config.smtp_host:
        post_letters(config)
    one = _("It can take an hour, because many people are subscribing.")
    wait = (
        one if hours == 1 else _("It can take %(hours)s hours, because many people are subscribing.") % {"hours": hours}
    )
    return await message(datasette, request, N_("Check your email"), ASKED, *([wait] if hours else []))


def post_letters(config):
    """Send waiting letters behind the visitor's back, so that the answer is as quick for a known address as for a new one."""

    async def work():
        with closing(open_mail(config.mail)) as db:  # `with_mail` has just seen that it is the right one
            try:
                await service.send_letters(db, config, clock=utc_now)
            except (service.NotSetUp, service.ServerUnavailable, sqlite3.Error) as error:
                log.warning("letters wait: %s", error)

    task = asyncio.get_running_loop().create_task(work())
    _letters.add(task)
    task.add_done_callback(_letters.discard)


async def bad_link(datasette, request, error):
    if error.left:
        return await not_on_list(datasette, request, status=410)
    title = N_("This link is too old") if error.expired else N_("This link does not work")
    status, link = 410 if error.expired else 404, ("/subscribe", _("Subscribe"))
    return await message(datasette, request, title, N_("Subscribe again to get a new one."), status=status, link=link)


async def not_on_list(datasette, request, status=200):
    link = ("/subscribe", _("Subscribe"))
    return await message(datasette, request, N_("You are not on the list"), NOT_ON_LIST, status=status, link=link)


async def confirm(datasette, request):
    token = request.url_vars["token"]
    try:
        if request.method != "POST":
            person = await with_mail(datasette, subscribers.for_confirm, token)
            if person.state == "pending":
                # A button, because programs that check mail open every link in it.
                text = N_(
                    "Press the button and you will get the digest. Each email has a link to change it and one to leave."
                )
                return await message(datasette, request, N_("Get the digest?"), text, button=N_("Yes, send it to me"))
        else:
            await with_mail(datasette, subscribers.confirm, token, now=utc_now())
    except BadLink as error:
        return await bad_link(datasette, request, error)
    return await message(
        datasette,
        request,
        N_("You get the digest"),
        N_("You get an email only when there is something new for you."),
        link=("/digest", _("Read earlier issues")),
    )


async def manage(datasette, request):
    try:
        person = await with_mail(datasette, subscribers.for_manage, request.url_vars["token"])
    except BadLink as error:
        return await bad_link(datasette, request, error)
    known = await read(datasette, estimate.choices)
    leave_link = await with_mail(datasette, lambda db: subscribers.Links.of(db).leave(person.handle))
    more = {"known": known, "manage": True, "leave": f"/subscribe/leave/{leave_link}"}
    if request.method != "POST":
        volume = await read(datasette, estimate.estimate, person.preferences, today(datasette))
        return await show_form(datasette, request, Form.of_subscriber(person), volume=volume, **more)
    form = Form()
    try:
        form = await form_of(request)
        choice = (await read(datasette, followed.by_id, form)).preferences(known)
        volume = await read(datasette, estimate.estimate, choice, today(datasette))
        saved = form.step == "save"
        if saved:
            details = {"frequency": form.frequency, "language": form.language}
            await with_mail(datasette, subscribers.change, person, choice, **details)
    except (BadPreferences, HTTPError) as error:
        status = getattr(error, "status", 400)
        return await show_form(datasette, request, form, problem=str(error).rstrip("."), status=status, **more)
    return await show_form(datasette, request, form, volume=volume, saved=saved, **more)


async def leave(datasette, request):
    """A button for people, RFC 8058's one click (a POST without a page) for mail programs. A second time is no error.

    The link of an old mail works for who has left and subscribed again: a mail program shows its owner that it is done.
    """

    def find_or_forget(db, token):
        person = subscribers.for_leave(db, token)
        if person and request.method == "POST":
            subscribers.leave(db, person, now=utc_now())
        return person

    try:
        person = await with_mail(datasette, find_or_forget, request.url_vars["token"])
    except BadLink as error:
        return await bad_link(datasette, request, error)
    if person is None:
        return await not_on_list(datasette, request)
    if request.method != "POST":
        text = N_("You will get no more email from this list, and we forget your address.")
        return await message(datasette, request, N_("Leave the list?"), text, button=N_("Yes, leave"))
    return await message(
        datasette,
        request,
        N_("You have left the list"),
        N_("Your address and your choices are forgotten."),
        link=("/subscribe", _("Subscribe again")),
    )


# --------------------------------------------------------------------- public issues


def archived(db, datasette, limit=100):
    """The issues of the archive; how many items each shows is counted once for as long as the site runs."""
    if not hasattr(datasette, "issue_sizes"):
        datasette.issue_sizes = {}
    return compose.archive(db, datasette.issue_sizes, limit)


async def archive(datasette, request):
    found = await with_mail(datasette, archived, datasette)
    return await datasette.page(request, "digest.html", {"issues": found}, headers=_ARCHIVED)


async def feed(datasette):
    body = issue_feed(await with_mail(datasette, archived, datasette, 20), settings(datasette).site)
    return Response(body, content_type="application/atom+xml; charset=utf-8", headers=_ARCHIVED)


async def issue(datasette, request):
    language = request.args.get("language") or "en"
    if language not in LANGUAGES:
        raise NotFound("There is no page at this address")

    def load(db):
        if request.url_vars["id"] not in {each["id"] for each in issues.archive(db, 10_000)}:
            return None
        found = issues.load(db, request.url_vars["id"])
        return found, compose.read(found, None, Words(language), site="", since=found.news_since, most=10_000)

    found = await with_mail(datasette, load)
    one, reading = datasette.found(found)
    datasette.found(reading)
    w = Words(language)
    context = {"i": one, "r": reading, "w": w, "m": w.messages, "language": language}
    context["paragraphs"] = compose.paragraphs(one.note)
    return await datasette.page(request, "digest_issue.html", context, headers=_ARCHIVED)


@hookimpl
def extra_template_vars(datasette):
    """Whether the archive holds an issue: nothing leads to an empty page. Once it does, it always will."""

    async def found():
        config = getattr(datasette, "mail_configuration", None)
        if config and not getattr(datasette, "has_issues", False) and config.mail.exists():
            try:
                datasette.has_issues = bool(await with_mail(datasette, archived, datasette))
            except DatasetteError:  # mail.db is lost: the pages about it say so
                return {"has_issues": True}
        return {"has_issues": getattr(datasette, "has_issues", False)}

    return found


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
