"""How long the desk takes on a real corpus: its pages, and a verdict from the key to the public page.

    python benchmarks/desk.py DATA [--today 2026-11-25]

DATA holds a published corpus.db and staff.db. Both are copied first, so nothing is decided there.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import serve  # noqa: E402
from desk.accounts import accounts  # noqa: E402
from desk.reviews import verdict_validity  # noqa: E402
from settings import Configuration  # noqa: E402
from store.connect import open_staff  # noqa: E402

NAME, PASSWORD = "Bench Mark", "a password for the benchmark"
PAGES = (
    "/desk",
    "/desk?area=privacy",
    "/desk?must_see=1",
    "/desk?q=library",
    "/desk?new=1",
    "/desk/next?n=5",
    "/desk/areas",
    "/desk/trail",
)
TIMES = 15
DOCUMENTS = 20


async def timed(ask: Callable[[], Any]) -> tuple[float, httpx.Response]:
    start = time.perf_counter()
    answer = await ask()
    return 1000 * (time.perf_counter() - start), answer


def line(name: str, found: list[float]) -> str:
    ordered = sorted(found)
    return f"{name:28} median {statistics.median(ordered):6.0f} ms, worst of {len(ordered)} {ordered[-1]:6.0f} ms"


async def measure(config: Configuration, today: str) -> None:
    site = serve.build(config.corpus, secret="s" * 40, today=today, desk=config)
    http = httpx.AsyncClient(transport=httpx.ASGITransport(app=site.app()), base_url="http://127.0.0.1:8001")
    await http.get("/desk/login")
    token = http.cookies["ds_csrftoken"]

    async def send(path: str, **form: Any) -> httpx.Response:
        headers = {"content-type": "application/x-www-form-urlencoded"}
        answer = await http.post(path, content=urlencode({"csrftoken": token} | form), headers=headers)
        assert answer.status_code == 302, answer.text[:500]
        return answer

    await send("/desk/login", name=NAME, password=PASSWORD)
    for path in PAGES:
        found = [(await timed(lambda path=path: http.get(path)))[0] for _ in range(TIMES)]
        print(line(path, found))
    shown, said = [], []
    for _ in range(DOCUMENTS):
        place = (await http.get("/desk/next?n=0")).headers["location"]
        milliseconds, page = await timed(lambda place=place: http.get(place))
        shown.append(milliseconds)
        seen = re.search(r'name="seen" value="(\d+)"', page.text)
        for subject in re.findall(r'name="subject" value="((?:area|position):[^"]*)"', page.text)[:2]:
            form = {"subject": subject, "verdict": "reject", "seen": seen[1] if seen else "0"}
            said.append((await timed(lambda place=place, form=form: send(place, **form)))[0])
    print(line("a document", shown))
    print(line("a verdict, made public", said))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--today", default=datetime.now(UTC).date().isoformat())
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name in ("corpus.db", "staff.db"):
            shutil.copy(options.data / name, folder)
        config = Configuration(data=Path(folder))
        with closing(open_staff(config.staff, config.corpus)) as db:
            now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            accounts.add(db, NAME, role="approver", password=PASSWORD, now=now)
            start = time.perf_counter()
            verdict_validity.settle_all(db, now)
            print(f"{'what waits, made anew':28} {time.perf_counter() - start:.1f} s")
            documents = db.execute("select count(*) from corpus.documents").fetchone()[0]
            waiting = db.execute("select count(*) from waiting").fetchone()[0]
            print(f"{documents:,} documents, {waiting:,} wait for staff")
        asyncio.run(measure(config, options.today))


if __name__ == "__main__":
    main()
