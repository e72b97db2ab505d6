"""Six tasks of people who see the site for the first time, in Chromium, with clicks and seconds; and how soon pages show.

    python -m benchmarks.newcomer http://127.0.0.1:8001 [--chromium /usr/bin/chromium] [--before http://127.0.0.1:8002]

Run it against a site with the whole corpus (`infopolicy serve`). The seconds are those of the machine: a person adds the reading.
A click is a link, a button, or a search that is sent. The largest contentful paint (LCP) of each page is the best of four
visits with an empty cache, with the sum of layout shifts. With `--before`, an older version of the site is visited in turns,
and the last column says how many times as long the page takes now. Exit code 1 when a task fails or a page takes longer than
AIM.
"""

from __future__ import annotations

import argparse
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from playwright.sync_api import Browser, Page, sync_playwright

#: Seconds within which the largest part of a page shows.
AIM = 0.8
PAGES = {
    "home": "/",
    "browse": "/browse",
    "search": "/browse?q=book+bans",
    "list map": "/browse/map?area=privacy&status=alive",
    "issues": "/trackers",
    "issue": "/trackers/book-bans",
    "places": "/jurisdictions",
    "state": "/jurisdictions/us-ia",
    "area": "/areas/privacy",
    "position": "/positions/cp-fair-ebook-terms",
    "compare": "/compare?jurisdiction=us-ia&jurisdiction=us-nj",
    "deadlines": "/deadlines",
}
_WATCH = """
window.shifts = 0; window.largest = 0;
new PerformanceObserver((found) => { for (const each of found.getEntries()) window.largest = each.startTime; })
  .observe({ type: "largest-contentful-paint", buffered: true });
new PerformanceObserver((found) => { for (const each of found.getEntries()) window.shifts += each.value; })
  .observe({ type: "layout-shift", buffered: true });
"""


class Visit:
    """One newcomer; counts the clicks."""

    def __init__(self, page: Page, site: str):
        self.page, self.site, self.clicks = page, site, 0
        page.goto(site)

    def click(self, name: str, *, role: str = "link") -> None:
        self.clicks += 1
        self.page.get_by_role(role, name=name, exact=True).first.click()  # type: ignore[arg-type]
        self.page.wait_for_load_state()

    def search(self, words: str) -> str:
        """Type words into the search box; gives the first result."""
        self.clicks += 1
        self.page.get_by_role("searchbox").first.fill(words)
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector(".card")
        return self.page.locator(".card").first.inner_text()

    def sees(self, *words: str) -> None:
        shown = self.page.inner_text("main")
        places = [shown.find(each) for each in words]
        assert -1 not in places, f"{words[places.index(-1)]!r} is not on {self.page.url}"
        assert places == sorted(places), f"{words} come in another order on {self.page.url}"


@contextmanager
def other_site(body: str) -> Iterator[str]:
    """A site of somebody else with one page. A real one: browsers keep made-up hosts away from this machine."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def ebooks_and_deadlines(visit: Visit) -> None:
    visit.click("Issues")
    visit.click("Library e-books")
    visit.sees("can still move", "Place by place")
    visit.click("Deadlines")
    visit.sees("Deadlines")


def book_map(visit: Visit) -> None:
    visit.click("Issues")
    visit.click("Book bans and removals")
    assert "Not collected" in visit.page.locator(".citation").inner_text()
    assert "As of" in visit.page.get_by_label("The card").input_value()
    frame = visit.page.get_by_label("The frame").input_value()
    other = visit.page.context.new_page()
    with other_site(frame) as address:
        other.goto(address)
        other.frame_locator("iframe").locator("svg").first.wait_for()


def texas(visit: Visit) -> None:
    visit.click("Places")
    visit.click("Texas")
    visit.sees("Not collected", "Library bills")
    visit.sees("Next session")


def iowa(visit: Visit) -> None:
    visit.click("Places")
    visit.click("Iowa")
    visit.sees("Library bills", "Other documents")
    visit.sees("What you can do", "Sponsors of these bills")


def privacy_as_csv(visit: Visit) -> None:
    visit.click("Browse")
    visit.click("State privacy bills that can still move")
    with visit.page.expect_download() as download:
        visit.click("Spreadsheet (CSV)")
    assert download.value.path().read_text(encoding="utf-8").count("\n") > 1


def how_good(visit: Visit) -> None:
    visit.click("How good are the tags?")
    visit.sees("Precision")


def three_bills(visit: Visit) -> None:
    for words, answer in (
        ("KOSA", "kids online safety"),
        ("Right to Read Act", "right to read"),
        ("hb7606 rhode island", "7606"),
    ):
        visit.page.goto(visit.site)
        assert answer in visit.search(words).lower(), words


TASKS: dict[str, Callable[[Visit], None]] = {
    "e-books and deadlines": ebooks_and_deadlines,
    "the book-bill map, embedded and cited": book_map,
    "a Texas librarian": texas,
    "an Iowa librarian": iowa,
    "state privacy bills that can still move, as CSV": privacy_as_csv,
    "how good are the tags": how_good,
    "KOSA, Right to Read Act, hb7606 rhode island": three_bills,
}


def tasks(browser: Browser, site: str) -> bool:
    print("| task | clicks | seconds |\n|---|---:|---:|")
    done = True
    for name, task in TASKS.items():
        context, began = browser.new_context(accept_downloads=True), time.monotonic()
        visit = Visit(context.new_page(), site)
        try:
            task(visit)
            result = f"{time.monotonic() - began:.0f}"
        except Exception as error:  # a task that fails is a result, and the others still count
            done, result = False, f"failed: {str(error).splitlines()[0]}"
        print(f"| {name} | {visit.clicks} | {result} |", flush=True)
        context.close()
    return done


def paint(browser: Browser, address: str) -> tuple[float, float] | None:
    """Seconds until the largest part of a page shows, and its layout shifts; none if there is no such page."""
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(_WATCH)
    answer = page.goto(address, wait_until="load")
    page.wait_for_timeout(500)
    seen = page.evaluate("window.largest") / 1000, page.evaluate("window.shifts")
    context.close()
    return seen if answer and answer.ok else None


def paints(browser: Browser, site: str, before: str | None) -> bool:
    print("\n| page | LCP, s | layout shift | before, s | times |\n|---|---:|---:|---:|---:|")
    fast = True
    for name, path in PAGES.items():
        seen, older = [], []
        for _visit in range(4):
            seen.append(paint(browser, site + path))
            older.append(paint(browser, before + path) if before else None)
        seconds, shift = min(each or (AIM, 0.0) for each in seen)
        fast = fast and seconds < AIM
        past = min((each[0] for each in older if each), default=None)
        compared = f"{past:.2f} | {seconds / past:.2f}" if past else "– | –"
        print(f"| {name} | {seconds:.2f} | {shift:.3f} | {compared} |", flush=True)
    return fast


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--before", help="the address of an older version with the same corpus")
    options = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=["--no-sandbox"])
        done, fast = tasks(browser, options.site), paints(browser, options.site, options.before)
        browser.close()
    return 0 if done and fast else 1


if __name__ == "__main__":
    raise SystemExit(main())
