"""The tools for assistants over a real server, with the client of the protocol's own Python package."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import ROOT
from mcp import Client
from mcp.shared.exceptions import MCPError
from site_corpus import BROADBAND, TODAY, build, serving

import serve
from pages.answers.questions import QUESTIONS
from pages.http.rates import MOST_SENDERS, Rates

ARGUMENTS: dict[str, dict[str, Any]] = {
    "search": {"q": "broadband"},
    "document": {"document": BROADBAND, "text_from": 0},
    "changes": {"since": "2022-03-01"},
    "deadlines": {"days": 60},
    "positions": {"position": "tc-hotspot-lending"},
    "people": {"place": "us"},
    "issues": {"issue": "book-bans"},
    "versions": {"document": BROADBAND},
    "lookalikes": {"document": BROADBAND},
    "coverage": {"place": "us"},
}
CALL = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {"name": "search", "arguments": {"q": "broadband"}},
}
HEADERS = {"accept": "application/json, text/event-stream", "content-type": "application/json"}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("assistants"), states=True)


@pytest.fixture(scope="module")
def served(corpus: Path) -> Iterator[str]:
    yield from serving(serve.build(corpus, today=TODAY))


def post(served: str, message: dict[str, Any] | str, **headers: str) -> httpx.Response:
    body = message if isinstance(message, str) else json.dumps(message)
    return httpx.post(f"{served}/-/mcp", content=body, headers=HEADERS | headers)


async def test_a_client_goes_through_all_tools(served: str) -> None:
    async with Client(f"{served}/-/mcp") as client:
        assert "not_collected" in (client.instructions or "")
        tools = (await client.list_tools()).tools
        assert [tool.name for tool in tools] == list(QUESTIONS) == list(ARGUMENTS)
        assert len(tools) == 10
        for tool in tools:
            assert tool.annotations is not None
            assert tool.annotations.read_only_hint
            answer = await client.call_tool(tool.name, ARGUMENTS[tool.name])
            assert not answer.is_error, answer.content
            found = answer.structured_content
            assert found is not None
            assert json.loads(answer.content[0].text) == found  # type: ignore[union-attr]
            assert found["says"]
            assert found["address"].startswith("http")
            assert found["as_of"] == TODAY


def test_the_client_of_the_docs_gets_an_answer(served: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = (ROOT / "docs/programs.md").read_text(encoding="utf-8")
    [code] = [block.split("```")[0] for block in text.split("```python\n")[1:] if "from mcp import" in block]
    exec(code.replace("http://127.0.0.1:8001", served), {})
    assert "documents that are collected fit" in capsys.readouterr().out


async def test_assistants_and_programs_get_the_same_answers(served: str) -> None:
    async with Client(f"{served}/-/mcp") as client:
        for name, given in ARGUMENTS.items():
            answer = (await client.call_tool(name, given)).structured_content
            assert answer == httpx.get(f"{served}/api/{name}", params=given).json()


async def test_an_argument_that_nobody_reads_is_refused(served: str) -> None:
    async with Client(f"{served}/-/mcp") as client:
        with pytest.raises(MCPError, match="jurisdiction"):
            await client.call_tool("search", {"q": "library", "jurisdiction": "us-tx"})
        wrong = await client.call_tool("search", {"place": "Texas!"})
        assert wrong.is_error
        assert "place" in wrong.content[0].text  # type: ignore[union-attr]
        unknown = await client.call_tool("search", {"area": "nope"})
        assert unknown.is_error
        assert "It takes: " in unknown.content[0].text  # type: ignore[union-attr]
        unusable = await client.call_tool("changes", {"cursor": "999-00000000"})
        assert unusable.is_error
        assert "Begin again" in unusable.content[0].text  # type: ignore[union-attr]


async def test_there_is_no_sql_and_nothing_to_read_or_to_listen_to(served: str) -> None:
    async with Client(f"{served}/-/mcp") as client:
        for tool in ("execute_sql", "list_databases", "get_database_schema"):
            answer = await client.call_tool(tool, {})
            assert answer.is_error
            assert "Unknown tool" in answer.content[0].text  # type: ignore[union-attr]
        for asked in (client.list_resources, client.list_prompts):
            with pytest.raises(MCPError):
                await asked()
    for method in ("GET", "DELETE", "PUT", "OPTIONS"):
        assert httpx.request(method, f"{served}/-/mcp", headers=HEADERS).status_code == 405


@pytest.mark.parametrize("path", ["/-/mcp/x", "/-/mcpx", "/-/plugins.json", "/-/mcp.json", "/-/versions"])
def test_nothing_else_below_it_is_open(served: str, path: str) -> None:
    assert httpx.get(f"{served}{path}").status_code == 404
    assert httpx.post(f"{served}{path}", json=CALL).status_code in (400, 403, 404, 405)


def test_nothing_is_kept_between_two_questions(served: str) -> None:
    """No session and no cookie: a question without any greeting is answered, and leaves nothing with the client."""
    answer = post(served, CALL)
    assert answer.status_code == 200
    assert answer.json()["result"]["structuredContent"]["state"] == "answered"
    assert not {"mcp-session-id", "set-cookie"} & set(answer.headers)


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", "[" * 5000, '{"jsonrpc": "2.0", "id": 1, "method": "tools/call"}', "\0"]
)
def test_what_cannot_be_read_is_an_error_of_the_asker(served: str, body: str) -> None:
    answer = post(served, body)
    assert answer.status_code < 500
    assert "Traceback" not in answer.text


def test_a_question_that_is_too_large_is_not_read(served: str) -> None:
    assert post(served, CALL | {"more": "x" * 30_000}).status_code == 413


def test_a_sender_may_ask_so_often_in_a_minute(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFOPOLICY_MCP_CALLS", "3")
    running = serving(serve.build(corpus, today=TODAY))
    address = next(running)
    try:
        # The connection is that of a proxy of ours, which names the sender.
        statuses = [post(address, CALL, **{"x-forwarded-for": "192.0.2.1"}).status_code for _ in range(4)]
        assert statuses == [200, 200, 200, 429]
        refused = post(address, CALL, **{"x-forwarded-for": "192.0.2.1"})
        assert 1 <= int(refused.headers["retry-after"]) <= 21
        assert refused.json()["error"]["message"].startswith("Too many questions")
        assert post(address, CALL, **{"x-forwarded-for": "192.0.2.2"}).status_code == 200
        assert httpx.get(f"{address}/api/coverage").status_code == 200
    finally:
        next(running, None)


def test_calls_come_back_over_a_minute_and_senders_are_forgotten() -> None:
    rates = Rates(2)
    assert [rates.wait("a", 0.0) for _ in range(3)] == [0, 0, 30]
    assert rates.wait("a", 29.0) == pytest.approx(1)
    assert rates.wait("a", 30.0) == 0
    for number in range(MOST_SENDERS + 5):
        rates.wait(f"sender {number}", 31.0)
    assert len(rates._left) == MOST_SENDERS


def test_an_error_of_ours_tells_nothing_and_is_in_the_log(
    served: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("/srv/secret/corpus.db")

    monkeypatch.setattr("pages.answers.searching.browse.browse", broken)
    with caplog.at_level(logging.ERROR):
        answer = post(served, CALL)
    assert "went wrong on our side" in answer.text
    assert "secret" not in answer.text
    assert "secret" in caplog.text


def test_questions_are_not_logged(served: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        asked = CALL | {"params": {"name": "search", "arguments": {"q": "axolotlquery"}}}
        assert post(served, asked).status_code == 200
        asked = CALL | {"params": {"name": "search", "arguments": {"q": "library", "axolotlname": 1}}}
        assert post(served, asked).status_code < 500
    shown = [each for each in caplog.records if each.levelno >= logging.INFO]
    assert "axolotl" not in "\n".join(each.getMessage() for each in shown)


def test_the_log_of_the_program_is_not_set_up_by_a_library(corpus: Path) -> None:
    """The package of MCP puts a handler of its own on the root where there is none, with everything from INFO on."""
    root = logging.getLogger()
    before = list(root.handlers), root.level
    try:
        root.handlers[:] = []
        serve.build(corpus, today=TODAY).app()
        assert root.handlers == [logging.lastResort]
        assert root.level == before[1]
    finally:
        root.handlers[:], _ = before
