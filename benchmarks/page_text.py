"""Compare libraries that take the readable text out of a page: how much of the text comes, and how much of the frame with it.

    uv run --with trafilatura --with readability-lxml python -m benchmarks.page_text [--server http://127.0.0.1:8900]

Measured on pages in the form of companies' sites (tests/support/company_pages.py), whose text and frame are known, and, with a
server of recordings (../shared/upstream), on the HTML of state bills, nearly all of which is text.
"""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable
from typing import Any

import lxml.html

from benchmarks.running import SERVER

sys.path.insert(0, "tests/support")
import company_pages as pages

_WORD = re.compile(r"\w+")


def with_trafilatura(page: str) -> str:
    import trafilatura

    return trafilatura.extract(page, include_comments=False, include_tables=True, favor_recall=True) or ""


def with_readability(page: str) -> str:
    from readability import Document

    return str(lxml.html.fromstring(Document(page).summary()).text_content())


def everything(page: str) -> str:
    """All words of the body: what there is to find."""
    tree: Any = lxml.html.fromstring(page)
    for each in tree.xpath("//script | //style | //head"):
        each.drop_tree()
    return " ".join(tree.itertext())


def words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.lower()))


def share(found: Counter[str], wanted: Counter[str]) -> float:
    """How much of what is wanted is found, 0 to 1."""
    return sum((found & wanted).values()) / max(1, sum(wanted.values()))


def bills(server: str, most: int) -> list[str]:
    listed = subprocess.run([sys.executable, str(SERVER.parent / "state_texts.py")], capture_output=True, text=True)
    found = re.findall(r"https?://\S+", listed.stdout)
    found = [each for each in found if not each.lower().endswith((".pdf", ".xml"))]
    got = []
    for address in found[:: max(1, len(found) // most)]:
        try:
            with urllib.request.urlopen(f"{server}/{address.partition('://')[2]}", timeout=20) as answer:
                if "html" in answer.headers.get("Content-Type", ""):
                    got.append(answer.read().decode("utf-8", "replace"))
        except OSError:
            continue
    return got


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server")
    parser.add_argument("--most", type=int, default=100)
    given = parser.parse_args()
    texts = words(" ".join(pages.TEXT))
    noise = words(" ".join(pages.NOISE)) - texts
    recorded = bills(given.server, given.most) if given.server else []
    extractors: tuple[Callable[[str], str], ...] = (with_trafilatura, with_readability)
    for extract in extractors:
        try:
            extract(pages.article())
        except ImportError as error:
            print(f"{extract.__name__}: {error}")
            continue
        for name, form in pages.FORMS.items():
            found = words(extract(form()))
            print(f"{extract.__name__:18} {name:10} text {share(found, texts):.2f}, frame {share(found, noise):.2f}")
        began, shares = time.process_time(), []
        for page in recorded:
            try:
                shares.append(share(words(extract(page)), words(everything(page))))
            except Exception as error:  # what a library raises on a page is part of the comparison
                print(f"{extract.__name__:18} {type(error).__name__}")
                shares.append(0.0)
        if shares:
            took = 1000 * (time.process_time() - began) / len(shares)
            low = sum(each < 0.9 for each in shares)
            print(
                f"{extract.__name__:18} {len(shares)} bills: text {statistics.mean(shares):.3f}, "
                f"{low} below 0.9, {took:.0f} ms each"
            )


if __name__ == "__main__":
    main()
