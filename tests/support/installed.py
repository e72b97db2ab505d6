"""The wheel and the sdist as a release makes them, from what git has, and a demo that runs."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from conftest import ROOT, clean_environment
from waiting import until_it_answers

#: One step of the build, as pip and uv run it (PEP 517).
_STEP = "import sys; from setuptools import build_meta; print(getattr(build_meta, sys.argv[1])(sys.argv[2]))"


def tracked() -> list[str]:
    """Every file that git would commit."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return [name for name in names if name and (ROOT / name).is_file()]


def clone(target: Path) -> Path:
    """What git has, in a folder of its own."""
    for name in tracked():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target / name)
    return target


def build(kind: str, source: Path, target: Path) -> Path:
    """Build the `wheel` or the `sdist` of a folder with the packages of this environment."""
    target.mkdir(exist_ok=True)
    command = [sys.executable, "-c", _STEP, f"build_{kind}", str(target)]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, env=clean_environment(), check=False)
    assert done.returncode == 0, done.stderr
    return target / done.stdout.splitlines()[-1]


def unpacked(sdist: Path, target: Path) -> Path:
    with tarfile.open(sdist) as archive:
        archive.extractall(target, filter="data")
    [folder] = target.iterdir()
    return folder


@dataclass(frozen=True)
class Demo:
    """A demo that is open: where, the passwords that it printed, and how to end it."""

    site: str
    staff: str
    partner: str
    process: subprocess.Popen[str]

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(how)
        return self.process.wait(timeout=90)


@contextmanager
def demo(command: Sequence[str], cwd: Path, temporary: Path, *arguments: str, **more: str) -> Iterator[Demo]:
    """Open a demo in an empty folder, with another folder for what is temporary; killed at the end."""
    environment = clean_environment() | {"TMPDIR": str(temporary)} | more
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            [*command, "demo", *arguments], cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
        )
        assert process.stdout is not None
        try:
            told = []
            for line in process.stdout:
                told.append(line)
                if line.startswith("Stop it"):
                    break
            text = "".join(told)
            found = re.search(r"The tour: +(\S+)/tour\n", text)
            errors.seek(0)
            assert found, text + errors.read()
            staff, partner = re.findall(r"password (\S+)", text)
            until_it_answers(urlsplit(found[1]).port or 0, process)
            yield Demo(found[1], staff, partner, process)
        finally:
            if process.poll() is None:
                os.kill(process.pid, signal.SIGKILL)
            process.wait(timeout=90)
            process.stdout.close()
