"""A local server that speaks the form of OpenAI's chat completions, streamed, and misbehaves on request."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml

#: What a question is about, as the title of its document.
_TITLE = re.compile(r'"title": "((?:[^"\\]|\\.)*)"')
PRIORITY_ONLY = '{"areas": [], "priority": 0, "positions": []}'
Answer = str | tuple[int, dict[str, Any]]


class Provider:
    """The server and what it was asked. ``answer`` maps a title to the words of the model, or to a status and its body."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.requests: list[dict[str, Any]] = []
        self.keys: set[str | None] = set()
        self.answer: Callable[[str], Answer] = lambda title: PRIORITY_ONLY
        self.usage: dict[str, int] | None = {"prompt_tokens": 1_000, "completion_tokens": 50, "total_tokens": 1_050}
        self.wait = 0.0
        self.cut = False
        self.now, self.peak = 0, 0
        self.base = ""

    def models(self, folder: Path) -> Path:
        """A folder for LLM_USER_PATH that makes the library know this server as the model "reader"."""
        entry = {"model_id": "reader", "model_name": "reader-1", "api_base": self.base, "supports_schema": True}
        entry |= {"api_key_name": "reader-key"}
        (folder / "extra-openai-models.yaml").write_text(yaml.safe_dump([entry]), encoding="utf-8")
        (folder / "keys.json").write_text(json.dumps({"reader-key": "sk-of-the-tests"}), encoding="utf-8")
        return folder


@contextmanager
def provider() -> Iterator[Provider]:
    """Run the server on a free port of this machine."""
    ours = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            found = _TITLE.search(asked["messages"][-1]["content"])
            title = json.loads(f'"{found[1]}"') if found else ""
            ours.asked.append(title)
            ours.requests.append(asked)
            ours.keys.add(self.headers.get("authorization"))
            ours.now += 1
            ours.peak = max(ours.peak, ours.now)
            time.sleep(ours.wait)
            ours.now -= 1
            answer = ours.answer(title)
            if isinstance(answer, str):
                self._stream(answer)
            else:
                self._send(answer[0], json.dumps(answer[1]).encode(), "application/json")

        def _stream(self, words: str) -> None:
            half = len(words) // 2
            chunks: list[dict[str, Any]] = [_chunk({"content": part}) for part in (words[:half], words[half:]) if part]
            chunks += [_chunk({}, "stop"), {"choices": [], "usage": ours.usage}]
            lines = [f"data: {json.dumps(_head() | chunk)}\n\n" for chunk in chunks]
            body = "".join(lines[:1] if ours.cut else [*lines, "data: [DONE]\n\n"]).encode()
            self._send(200, body, "text/event-stream", promised=len(body) + 100 * ours.cut)

        def _send(self, status: int, body: bytes, kind: str, promised: int | None = None) -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(promised or len(body)))
            self.send_header("retry-after-ms", "1")
            self.end_headers()
            with suppress(ConnectionError):  # who asked has gone
                self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    ours.base = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield ours
    finally:
        server.shutdown()
        server.server_close()


def _head() -> dict[str, Any]:
    return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "reader-1"}


def _chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
