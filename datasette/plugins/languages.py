"""Pages in other languages: `/es/areas` is `/areas` in Spanish. The address carries the language, so it can be passed on.

The page is asked for under its own address and said in the other language; its links to pages that exist in that language
stay in it. A page without one answers with its English address.
"""

import re
from urllib.parse import quote

from markupsafe import Markup, escape

from datasette import hookimpl
from pages.http import language
from pages.http.headers import headers_for
from pages.http.names import names
from pages.http.redirects import own

OTHERS = [each for each in language.LANGUAGES if each != language.ENGLISH]
#: The pages whose messages are all there (tests/test_language.py). Others, feeds and tables have an English address only.
SPOKEN = re.compile(
    r"/|/browse/map|/(browse|areas|positions|stances|jurisdictions|trackers|companies|deadlines|calendar|compare|glossary|about)"
    r"|/(chapters|subscribe|tour|people|find-my-legislators)|/scorecard/members(/method)?"
    r"|/(areas|positions|jurisdictions|trackers|companies|documents|people|committees|votes)/[a-z0-9-]+"
    r"|/(places|states)(/[A-Za-z0-9 _.-]+)?"
    r"|/embed/(browse/map|(jurisdictions|trackers)/[a-z0-9-]+)"
    r"|/positions/[a-z0-9-]+/(brief|companies)|/subscribe/(confirm|manage|leave)/[A-Za-z0-9_.-]+"
)
_PREFIX = re.compile(rf"/({'|'.join(OTHERS)})(/.*)?")
#: Attributes that lead to another page of ours, but for links that say that they lead to the English one. Text of others
#: cannot make one: its quotation marks are escaped.
_LINK = re.compile(r'(?<!hreflang="en")(\s(?:href|action)=")(/[^"?#]*)')


def in_language(body, spoken):
    """A page with its links to pages that exist in this language leading to those."""

    def lead(match):
        return match[1] + (f"/{spoken}{match[2]}" if SPOKEN.fullmatch(match[2]) else match[2])

    return _LINK.sub(lead, body)


@hookimpl(trylast=True)
def asgi_wrapper(datasette):
    """The outermost of all, so that every other sees the page's own address."""

    def wrap(app):
        async def with_language(scope, receive, send):
            match = _PREFIX.fullmatch(scope.get("path", "")) if scope["type"] == "http" else None
            if not match:
                return await app(scope, receive, send)
            spoken, path = match[1], match[2] or "/"
            if not SPOKEN.fullmatch(path):
                return await _lead_to(path, scope, send)
            inner = {**scope, "path": path, "raw_path": path.encode()}
            with language.speaking(spoken):
                await app(inner, receive, _Rewriter(send, spoken))

        return with_language

    return wrap


async def _lead_to(path, scope, send):
    query = scope.get("query_string") or b""
    # The path has been decoded: a question mark in it is a part of it.
    location = own(quote(path)).encode() + (b"?" + query if query else b"")
    headers = [(b"location", location), *headers_for("", tls=False).items()]
    await send({"type": "http.response.start", "status": 302, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


class _Rewriter:
    """Sends a page on once it is whole, with its links changed."""

    def __init__(self, send, spoken):
        self.send, self.spoken = send, spoken
        self.start, self.body = None, b""

    async def __call__(self, message):
        if message["type"] == "http.response.start":
            self.start = message
            return
        self.body += message.get("body", b"")
        if message.get("more_body"):
            return
        headers = [pair for pair in self.start["headers"] if pair[0].lower() != b"content-length"]
        kind = dict(headers).get(b"content-type", b"")
        body = self.body
        if kind.startswith(b"text/html"):
            body = in_language(body.decode(), self.spoken).encode()
            headers.append((b"content-language", self.spoken.encode()))
        headers.append((b"content-length", str(len(body)).encode()))
        await self.send({**self.start, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})


@hookimpl
def prepare_jinja2_environment(env):
    env.add_extension("jinja2.ext.i18n")
    env.policies["ext.i18n.trimmed"] = True
    # The messages of templates are HTML; the names in them are not.
    env.install_gettext_callables(
        lambda message: language.gettext(message, escape),
        lambda *forms: language.ngettext(*forms, escape),
        newstyle=True,
    )
    env.filters["said"] = language.gettext
    # For text that stays in the language of its source: the mark of its language, where the page's is another.
    env.globals.update(
        original=lambda: Markup(' lang="en"') if language.current() != language.ENGLISH else "",
        languages=language.LANGUAGES,
        language_prefix=language.prefix,
    )


@hookimpl
def extra_template_vars(request):
    """The language of the page, whether it exists in others, and whose positions the site shows (pages.http.names)."""
    translated = request is not None and bool(SPOKEN.fullmatch(request.path))
    return {"language": language.current(), "translated": translated, **names(language.current())}
