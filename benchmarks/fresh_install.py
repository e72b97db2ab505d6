"""The package in new environments: built from what git has, installed with pip, and the demo opened from an empty folder.

    python -m benchmarks.fresh_install [--python 3.11] [--python 3.13]

Needs uv, which builds both files and finds each Python. Each Python gets a new environment with the wheel and all that it needs;
then the sdist takes the place of the wheel there. Seconds of the clock: `pip` for the installation, `demo` from there until the
first page is there. `processor` is the processor time of the demo, which depends less on what else the machine does. `installed`
is the size of all files in the environment, with pip and compiled Python.
Exit code 1 if that is more than a minute, a page is missing, or anything is left behind.
"""

from __future__ import annotations

import argparse
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from itertools import product
from pathlib import Path

import httpx

from benchmarks.running import ROOT, free_port

MOST = 60.0
PAGES = ("/tour", "/browse?q=library", "/positions", "/static/site.css", "/api/openapi.json", "/corpus/documents.json")


def packages(folder: Path) -> tuple[Path, Path]:
    """The wheel and the sdist, built from a clone, so that only committed files are in them."""
    subprocess.run(["git", "clone", "-q", str(ROOT), str(folder / "clone")], check=True)
    subprocess.run(["uv", "build", "-q", str(folder / "clone"), "-o", str(folder / "dist")], check=True)
    return next(folder.glob("dist/*.whl")), next(folder.glob("dist/*.tar.gz"))


def install(package: Path, place: Path, *options: str) -> float:
    """Seconds that pip takes to install a package into an environment."""
    began = time.monotonic()
    subprocess.run([place / "bin" / "pip", "install", "-q", *options, str(package)], cwd=place, check=True)
    return time.monotonic() - began


def megabytes(place: Path) -> float:
    return sum(path.stat().st_size for path in place.rglob("*") if path.is_file() and not path.is_symlink()) / 1e6


def demo(command: Path, here: Path, temporary: Path) -> tuple[float, float, list[str]]:
    """Seconds until the first page of a demo is there, its processor time in seconds, and what is wrong with it."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("INFOPOLICY_", "PYTHON"))}
    environment = inherited | {"HOME": str(here), "TMPDIR": str(temporary)}
    port = free_port()
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen(
        [command, "demo", "--port", str(port)], cwd=here, env=environment, stdout=subprocess.DEVNULL
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, follow_redirects=True) as visitor:
            taken = until_first_page(visitor, process, began)
            wrong = [page for page in PAGES if visitor.get(page).status_code != 200]
        process.send_signal(signal.SIGINT)
        wrong += [f"exit code {code}"] if (code := process.wait(timeout=60)) else []
    finally:
        process.kill()
        process.wait()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return taken, used, wrong + [f"left behind: {path.name}" for path in (*here.iterdir(), *temporary.iterdir())]


def until_first_page(visitor: httpx.Client, process: subprocess.Popen[bytes], began: float) -> float:
    """Seconds since `began` once the first page is there.

    Raises:
        SystemExit: the demo ended, or nothing was there after ten minutes.
    """
    while process.poll() is None and time.monotonic() < began + 600:
        try:
            visitor.get("/").raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.2)
        else:
            return time.monotonic() - began
    raise SystemExit(f"the demo is not up; exit code {process.poll()}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", action="append")
    pythons, good = parser.parse_args().python or ["3.11", "3.13"], True
    with tempfile.TemporaryDirectory() as folder:
        wheel, sdist = packages(Path(folder))
        print(
            "| Python | installed from | MB | pip, s | installed, MB | demo, s | processor, s | wrong |\n"
            "|---|---|---:|---:|---:|---:|---:|---|"
        )
        for python, (package, *options) in product(pythons, ((wheel,), (sdist, "--no-deps", "--force-reinstall"))):
            place = Path(folder) / python
            if not place.exists():
                subprocess.run(["uv", "venv", "-q", "--seed", "-p", python, str(place / "venv")], check=True)
                (place / "here").mkdir()
                (place / "temporary").mkdir()
            pip = install(package, place / "venv", *options)
            up, used, wrong = demo(place / "venv" / "bin" / "infopolicy", place / "here", place / "temporary")
            good = good and used <= MOST and not wrong
            version = subprocess.run(
                [place / "venv" / "bin" / "python", "-V"], capture_output=True, text=True, check=True
            )
            size, whole = package.stat().st_size / 1e6, megabytes(place / "venv")
            name = "wheel" if package is wheel else "sdist"
            print(
                f"| {version.stdout.split()[1]} | {name} | {size:.1f} | {pip:.0f} | {whole:.0f} "
                f"| {up:.0f} | {used:.0f} | {', '.join(wrong)} |",
                flush=True,
            )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
