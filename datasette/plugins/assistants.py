"""The ten questions as tools for assistants, by the Model Context Protocol at /-/mcp, which datasette-mcp serves.

Nothing is kept between two calls: no session, no stream, no name. Whoever asks is counted for a minute, and nothing else.
"""

import asyncio
import functools
import logging
import time

from mcp.server.mcpserver.exceptions import ToolError
from mcp.shared.exceptions import MCPError
from mcp.types import INVALID_PARAMS, METHOD_NOT_FOUND, ToolAnnotations

from datasette import Response, hookimpl
from desk.web import request_parsing
from operations import logs
from pages.answers.answer import BadArgument, asked_at
from pages.answers.questions import INSTRUCTIONS, QUESTIONS
from pages.http.names import named
from pages.http.rates import Rates
from pages.http.site import read
from settings import current
from store.network import network_of

log = logging.getLogger("infopolicy.assistants")

ADDRESS = "/-/mcp"
READ_ONLY = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
#: Bytes of a question. The longest that can be asked has a tenth of it.
LARGEST = 20_000
#: Questions that are answered at one time; others wait so many seconds for their turn.
AT_ONCE, PATIENCE = 4, 5
#: What may be asked of the protocol: no resources, no prompts, no streams.
METHODS = {"initialize", "server/discover", "ping", "tools/list", "tools/call"}


@hookimpl(trylast=True)
def register_mcp_tools(datasette, mcp):
    """Put our tools in the place of those of datasette-mcp, and keep to what a public site can hold open."""
    for tool in ("list_databases", "get_database_schema", "execute_sql"):
        mcp.remove_tool(tool)
    turns = asyncio.Semaphore(AT_ONCE)  # for all questions together
    for question in QUESTIONS.values():
        mcp.add_tool(
            tool_of(datasette, question, turns),
            name=question.name,
            title=question.title,
            description=question.about,
            annotations=READ_ONLY,
            structured_output=True,
        )
    mcp.middleware.append(only_questions)
    # Datasette-mcp would keep a session for each caller, up to ten thousand, for half an hour.
    mcp.streamable_http_app = functools.partial(
        mcp.streamable_http_app, stateless_http=True, max_request_body_size=LARGEST
    )


def tool_of(datasette, question, turns):
    async def tool(**given):
        def ask(db):
            return question.reply(asked_at(datasette, db), given)

        try:
            async with asyncio.timeout(PATIENCE):
                await turns.acquire()
        except TimeoutError:
            raise ToolError("Too many questions are being answered. Please ask again soon.") from None
        try:
            return await read(datasette, ask)
        except BadArgument as error:
            raise ToolError(str(error)) from error
        except Exception as error:
            log.error("%s: the question %s failed", logs.PLACE.get(), question.name, exc_info=error)
            raise ToolError("Something went wrong on our side. Please ask again soon.") from None
        finally:
            turns.release()

    tool.__name__ = question.name
    tool.__signature__ = question.signature
    return tool


async def only_questions(call, go_on):
    """Refuse what is no question, and arguments that nobody reads: a filter that is passed over would make an answer false."""
    if call.request_id is not None and call.method not in METHODS:
        raise MCPError(code=METHOD_NOT_FOUND, message="This server has tools and nothing else")
    if call.method == "tools/call":
        given = (call.params or {}).get("arguments") or {}
        question = QUESTIONS.get((call.params or {}).get("name"))
        unknown = sorted(set(given) - set(question.signature.parameters)) if question else []
        if unknown:
            known = ", ".join(question.signature.parameters)
            raise MCPError(code=INVALID_PARAMS, message=f"{question.name} takes {known}, and not {unknown[0][:60]!r}")
    found = await go_on(call)
    if call.method in ("initialize", "server/discover"):
        return found | {"instructions": named(INSTRUCTIONS)}
    return found


@hookimpl(tryfirst=True)
def asgi_wrapper(datasette):
    """Inside of what security.py adds to every answer."""
    rates = Rates(current().mcp_calls)

    def wrap(app):
        async def limited(scope, receive, send):
            if scope["type"] != "http" or scope.get("path") != ADDRESS:
                return await app(scope, receive, send)
            if scope["method"] != "POST":
                answer = Response.text(
                    "Programs send their questions here by POST (Model Context Protocol).", status=405
                )
                answer.headers["Allow"] = "POST"
                return await answer.asgi_send(send)
            wait = rates.wait(sender(datasette, scope), time.monotonic())
            if wait:
                error = {"code": -32000, "message": f"Too many questions: please wait {wait:.0f} seconds"}
                answer = Response.json({"jsonrpc": "2.0", "id": None, "error": error}, status=429)
                answer.headers["Retry-After"] = str(int(wait) + 1)
                return await answer.asgi_send(send)
            await app(scope, receive, send)

        return limited

    return wrap


def sender(datasette, scope):
    config = getattr(datasette, "desk_configuration", None) or current()
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    return network_of(request_parsing.who_asks((scope.get("client") or ("",))[0], headers, config))
