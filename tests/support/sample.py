"""The bills of the bundled sample as `infopolicy crawl` collects them: once for all tests of a run, which copy the folder."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import ROOT, clean_environment

MIRROR = (ROOT / "crawlers" / "sample").as_uri()
CRAWL = ("crawl", "us_bills", "--congress", "all")


@dataclass(frozen=True)
class Sample:
    """A data folder that no test changes, and what the command said that made it."""

    data: Path
    said: str

    def copy(self, target: Path) -> Path:
        return shutil.copytree(self.data, target)


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """Processes that run tests side by side share it: the first makes it, the others wait (the recipe of pytest-xdist)."""
    folder = tmp_path_factory.getbasetemp()
    folder = (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "sample"
    folder.mkdir(exist_ok=True)
    data, said = folder / "data", folder / "said"
    with (folder / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if not said.exists():
            shutil.rmtree(data, ignore_errors=True)  # of a process that was stopped meanwhile
            said.write_text(crawled(data))
    return Sample(data, said.read_text())


def crawled(data: Path, *command: str) -> str:
    """Collect, tag, match and publish what is recorded, in a process of its own; what it said."""
    settings = {"INFOPOLICY_DATA": str(data), "INFOPOLICY_MIRROR": MIRROR}
    done = subprocess.run(
        [sys.executable, str(ROOT / "infopolicy.py"), *(command or CRAWL)],
        env=clean_environment() | settings,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    return done.stdout
