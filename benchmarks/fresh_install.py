"""The package in new environments: built from what git has, installed with pip, and the demo opened from an empty folder.

    python -m benchmarks.fresh_install [--python 3.11] [--python 3.13]

Needs uv, which builds both files and finds each Python. Wheel and sdist are installed for every Python, each into an environment
of its own. Seconds are those of the clock: `pip` for the installation, `demo` from there until the first page is there.
Exit code 1 if a demo takes more than a minute, a page is missing, or anything is left behind.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from benchmarks.running import ROOT, free_port

MOST = 60.0
PAGES = ("/tour", "/browse?q=library", "/positions", "/static/site.css", "/api/openapi.json", "/corpus/documents.json")


def packages(folder: Path) -> list[Path]:
    """The wheel and the sdist, built from a clone, so that only committed files are in them."""
    subprocess.run(["git", "clone", "-q", str(ROOT), str(folder / "clone")], check=True)
    subprocess.run(["uv", "build", "-q", str(folder / "clone"), "-o", str(folder / "dist")], check=True)
    return [*folder.glob("dist/*.whl"), *folder.glob("dist/*.tar.gz")]


def install(package: Path, python: str, place: Path) -> float:
    """Seconds that pip takes to install a package, with all that it needs, into a new environment."""
    subprocess.run(["uv", "venv", "-q", "--seed", "-p", python, str(place)], check=True)
    began = time.monotonic()
    subprocess.run([place / "bin" / "pip", "install", "-q", str(package)], cwd=place, check=True)
    return time.monotonic() - began


def demo(command: Path, here: Path, temporary: Path) -> tuple[float, list[str]]:
    """Seconds until the first page of a demo is there, and what is wrong with it."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("INFOPOLICY_", "PYTHON"))}
    environment = inherited | {"HOME": str(here), "TMPDIR": str(temporary)}
    port = free_port()
    began = time.monotonic()
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
    return taken, wrong + [f"left behind: {path.name}" for path in (*here.iterdir(), *temporary.iterdir())]


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
        built = packages(Path(folder))
        print("| Python | installed from | MB | pip, s | demo, s | wrong |\n|---|---|---:|---:|---:|---|")
        for number, (python, package) in enumerate((python, package) for python in pythons for package in built):
            place = Path(folder) / str(number)
            (place / "here").mkdir(parents=True)
            (place / "temporary").mkdir()
            pip = install(package, python, place / "venv")
            up, wrong = demo(place / "venv" / "bin" / "infopolicy", place / "here", place / "temporary")
            good = good and up <= MOST and not wrong
            version = subprocess.run(
                [place / "venv" / "bin" / "python", "-V"], capture_output=True, text=True, check=True
            )
            size = package.stat().st_size / 1e6
            name = "wheel" if package.suffix == ".whl" else "sdist"
            print(
                f"| {version.stdout.split()[1]} | {name} | {size:.1f} | {pip:.0f} | {up:.0f} | {', '.join(wrong)} |",
                flush=True,
            )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
