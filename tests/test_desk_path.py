"""How many files a request for the review page passes between Datasette's route and the template (docs/desk.md lists them)."""

from __future__ import annotations

import ast
import sys
import threading
from types import FrameType
from typing import Any

import pytest
from conftest import ROOT
from desk_fixtures import Browser, document
from desk_fixtures import application as application
from desk_fixtures import browser as browser
from desk_fixtures import config as config
from desk_fixtures import made as made

from operations import loss
from settings import Configuration

pytestmark = pytest.mark.slow

#: A stop is the first call of a function in another file than the call before; reading a property is none.
MOST_STOPS = 46


def properties() -> set[tuple[str, str]]:
    """The file and name of every property."""
    return {
        (str(path), each.name)
        for path in ROOT.rglob("*.py")
        if ".venv" not in path.parts
        for each in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(each, ast.FunctionDef) and "property" in map(ast.unparse, each.decorator_list)
    }


async def test_the_review_page_is_reached_in_few_stops(
    browser: Browser, config: Configuration, monkeypatch: pytest.MonkeyPatch
) -> None:
    loss.record_state(config.data)
    ours, known, entered = str(ROOT), properties(), []

    def watch(frame: FrameType, event: str, _: Any) -> None:
        file, name = frame.f_code.co_filename, frame.f_code.co_name
        inside = event == "call" and file.startswith(ours) and not {".venv", "tests"} & set(file.split("/"))
        if inside and "<" not in name and (file, name) not in known:
            entered.append((file, name))

    threading.setprofile(watch)
    try:
        await browser.sign_in()
        sys.setprofile(watch)
        entered.clear()
        assert (await browser.get(document())).status_code == 200
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    begin = next(n for n, (file, _) in enumerate(entered) if file.endswith("plugins/desk.py"))
    end = next(n for n, (file, _) in enumerate(entered) if n > begin and "/plugins/" in file and "desk.py" not in file)
    functions = list(dict.fromkeys(entered[begin:end]))
    stops = [file for n, (file, _) in enumerate(functions) if not n or functions[n - 1][0] != file]
    assert any(file.endswith("review_page.py") for file in stops)
    assert len(stops) <= MOST_STOPS, "\n".join(str(each) for each in functions)
