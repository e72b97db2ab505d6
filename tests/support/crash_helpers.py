"""A process that ends itself by SIGKILL when it comes to a named place: for every test of what a kill leaves behind."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from conftest import ROOT, clean_environment

SAMPLE = (ROOT / "crawlers" / "sample").as_uri()

#: Kills the process at the n-th call of MODULE NAME N; the rest of the arguments is for what comes after.
FATAL = """
import importlib, os, signal, sys
module, name, times = sys.argv.pop(1), sys.argv.pop(1), int(sys.argv.pop(1))
owner = importlib.import_module(module)
*path, last = name.split(".")
for each in path:
    owner = getattr(owner, each)
usual, calls = getattr(owner, last), 0
def fatal(*args, **named):
    global calls
    calls += 1
    if calls == times:
        os.kill(os.getpid(), signal.SIGKILL)
    return usual(*args, **named)
setattr(owner, last, fatal)
"""


def start(data: Path, *arguments: str, code: str | None = None, **environment: str) -> int:
    """Run the command, or some code, on a data folder and the bundled sample; its exit code. It shows no traceback."""
    command = [sys.executable, *(["-c", code] if code else ["infopolicy.py"]), *arguments]
    settings = {"INFOPOLICY_DATA": str(data), "INFOPOLICY_MIRROR": SAMPLE, "INFOPOLICY_WORKERS": "1"}
    done = subprocess.run(
        command, cwd=ROOT, env=clean_environment() | settings | environment, capture_output=True, text=True, timeout=600
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode in (0, 3, 4, -signal.SIGKILL), done.stderr
    return done.returncode


def killed_at(place: str, times: int, data: Path, *arguments: str, before: str = "", **environment: str) -> None:
    """Run the command until it comes to `place` (MODULE:NAME) for the n-th time; `before` is code that runs first."""
    code = f"{before}\n{FATAL}\nimport infopolicy; infopolicy.main()"
    ended = start(data, *place.split(":"), str(times), *arguments, code=code, **environment)
    assert ended == -signal.SIGKILL, f"{place} was not reached {times} times"
