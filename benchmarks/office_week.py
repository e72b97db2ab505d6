"""A policy office's week on a corpus of everything recorded, in Chromium, by new users, with times; nothing is written to it.

    python -m benchmarks.office_week DATA [--chromium /usr/bin/chromium] [--documents 50] [--seed 1]

DATA holds a published corpus.db and staff.db; they are copied first (2 GB). Fifty documents are cleared with the keyboard, ten
stances drafted, approved by another person and compared with the public page, a tracker of twenty rows imported, a letter and a
hearing recorded, the weekly report printed, and a digest edited and sent to a mail server on this machine. Exit code 1 when a
step fails. The seconds are those of the machine: a person adds the reading.
"""

from __future__ import annotations

import argparse
import datetime
import email
import email.policy
import os
import random
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from aiosmtpd.controller import Controller
from playwright.sync_api import Page, sync_playwright

from benchmarks.running import ROOT, free_port
from desk.accounts import accounts
from settings import Configuration
from store.clock import utc_now
from store.connect import open_staff

PASSWORD = "a password for the week of an office"
WRITER, APPROVER = "Ben Writer", "Ana Approver"
#: How often a suggestion is wrong in the eyes of the scripted reviewer.
WRONG = 0.3
#: A tracker as offices write it: one bill is not collected, one column is not read.
TRACKER = """State,Bill #,Session,Our Position,Priority,Staff lead,Hearing,Notes,Fiscal note
US,H.J. Res. 33,119th,Strongly oppose,High,Ben,,E-Rate hotspots,
Iowa,SF113,2025,Oppose,High,Ben,{soon},,none
GA,SB74,2025,Strongly Oppose,Tier 1,BW,,"Exemption, librarians",
Illinois,SB 77,104th,Support,,Zoe,,,
MD,HB 415,2025,Support,Medium,,,,
Tennessee,SB313,2025,Monitor,,,,,
Minnesota,S.F. 232,2025,Watch,,,,,
MA,H.3124,194th,Support,,,,,
Michigan,HB4250,2025,Support,,,,,
Nebraska,LB 390,2025,Oppose,,,,,
New Hampshire,HB 273,2025,Oppose,High,,,,
Ohio,H.B. 137,2025,Oppose,,,,,
Oklahoma,HB 2625,2025,Neutral,,,,,
Pennsylvania,HB215,2025,Support if amended,,,,,
SC,H. 3850,2025,Watch,,,,,
Washington,SB5365,2025-26,Support,,,,,
Idaho,S1244,2026,Oppose,,,,,
Utah,H.B. 364,2026,TBD,,,,,
WY,HB 10,2026,Oppose unless amended,,,,,
Texas,HB 9999,89R,Oppose,,,,,
"""


class Letters:
    """A mail server on this machine that keeps what it accepts."""

    def __init__(self) -> None:
        self.got: list[EmailMessage] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.got.append(email.message_from_bytes(envelope.content, policy=email.policy.default))  # type: ignore[arg-type]
        return "250 taken"

    def text(self, number: int) -> str:
        """The text of a letter, once it has come."""
        for _ in range(300):
            if len(self.got) > number:
                part = self.got[number].get_body(("plain",))
                return part.get_content() if part else ""
            time.sleep(0.1)
        raise SystemExit(f"letter {number + 1} never came")


class Week:
    """What the steps share, and what they took."""

    def __init__(self, site: str, data: Path, letters: Letters, seed: int):
        self.site, self.data, self.letters, self.luck = site, data, letters, random.Random(seed)
        self.lines: list[str] = []

    @contextmanager
    def step(self, name: str, page: Page, said: dict[str, Any]) -> Iterator[None]:
        """One step, with the pages that were opened and the seconds; `said` is filled by the step."""
        opened: list[str] = []
        note = lambda frame: opened.append(frame.url)  # noqa: E731
        page.on("framenavigated", note)
        began = time.monotonic()
        yield
        page.remove_listener("framenavigated", note)
        words = ", ".join(f"{key} {value}" for key, value in said.items())
        self.lines.append(f"| {name} | {words} | {len(opened)} | {time.monotonic() - began:.0f} s |")
        print(self.lines[-1], flush=True)


def sign_in(page: Page, site: str, name: str) -> None:
    page.goto(f"{site}/desk")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def press(page: Page, key: str) -> None:
    with page.expect_navigation():
        page.keyboard.press(key)


def clear(week: Week, page: Page, documents: int) -> dict[str, Any]:
    """Documents from the head of the queue: what is wrong is marked by its number, Shift-Y does the rest."""
    keys, seen = 0, []
    page.goto(f"{week.site}/desk/next?n=0")
    while len(seen) < documents:
        address = page.url.split("?")[0]
        marks = page.locator("input[name=wrong][data-key]").count()
        wrong = [number for number in range(1, marks + 1) if week.luck.random() < WRONG]
        for number in wrong:
            page.keyboard.press(str(number))
        if page.locator('button[data-key="Y"]').count():
            press(page, "Y")
            keys += len(wrong) + 1
        while page.url.split("?")[0] == address and page.locator(".item[data-open]").count():
            first = page.locator(".item[data-open]").first
            press(page, "y" if first.locator('[data-key="y"]').count() else "n")
            keys += 1
        if page.url.split("?")[0] == address:  # nothing is open, and the page stayed: after an outcome
            print(f"stayed on {address}", file=sys.stderr)
            press(page, "d")
            keys += 1
        seen.append(address)
    return {"documents": len(set(seen)), "keys": keys, "a document": f"{keys / len(seen):.1f}"}


def draft(week: Week, page: Page, number: int) -> tuple[dict[str, str], dict[str, Any]]:
    """Stances on the first documents of the list of priorities; returns what was drafted, by document."""
    page.goto(f"{week.site}/desk?must_see=1")
    found = re.findall(r"/desk/documents/([a-z0-9-]+)", page.content())
    drafted: dict[str, str] = {}
    for document in list(dict.fromkeys(found))[:number]:
        page.goto(f"{week.site}/desk/documents/{document}")
        page.get_by_text("Set a stance", exact=True).click()
        value = week.luck.choice(["support", "oppose", "watch"])
        page.locator("#stance-value").select_option(value)
        page.locator("#stance-reason").fill(f"What the office says of {document}.")
        page.locator("#stance-source").fill("https://www.example.org/statement")
        with page.expect_navigation():
            page.get_by_role("button", name="Save as a draft").click()
        drafted[document] = (page.locator(f"#stance-value option[value={value}]").text_content() or "").strip()
    return drafted, {"drafts": len(drafted)}


def publish(week: Week, page: Page, drafted: dict[str, str]) -> dict[str, Any]:
    """Another person publishes each draft from the list of what waits; the public page must say the same."""
    page.goto(f"{week.site}/desk/ours?waiting=1&ended=1")
    waiting = set(re.findall(r"/desk/documents/([a-z0-9-]+)#ala", page.content()))
    wrong = sorted(set(drafted) - waiting)
    for document, stance in drafted.items():
        page.goto(f"{week.site}/desk/documents/{document}#ala")
        page.get_by_role("link", name="Publish this draft").first.click()
        with page.expect_navigation():
            page.get_by_role("button", name=re.compile(f"^Publish “{stance}”$")).click()
        page.goto(f"{week.site}/documents/{document}")
        shown = page.inner_text("main")
        if not (stance.casefold() in shown.casefold() and f"What the office says of {document}." in shown):
            wrong.append(document)
    assert not wrong, f"the public page says something else: {wrong}"
    return {"published": len(drafted), "wrong": len(wrong)}


def take_in(week: Week, page: Page) -> dict[str, Any]:
    """The tracker: preview, what is not read, import, and the hearing as a date."""
    soon = datetime.date.today() + datetime.timedelta(days=6)
    file = {"name": "tracker.csv", "mimeType": "text/csv", "buffer": TRACKER.format(soon=f"{soon:%m/%d/%Y}").encode()}
    page.goto(f"{week.site}/desk/import")
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    with page.expect_navigation():
        page.get_by_role("button", name="Preview").click()
    assert "Fiscal note" in page.inner_text("main"), "a column that is not read is named"
    matched = page.locator("input[name=row]:checked").count()
    states = page.locator("tbody tr").all_inner_texts()
    matched += sum("Already here" in each for each in states)
    missing = sum("Not found" in each for each in states)
    with page.expect_navigation():
        page.get_by_role("button", name="Import what is checked").click()
    page.goto(f"{week.site}/desk/ours?jurisdiction=us-ia&ended=1")
    assert f"{soon:%B} {soon.day}" in page.inner_text("main"), "the hearing is a date of the bill"
    return {"rows": len(TRACKER.strip().splitlines()) - 1, "matched": matched, "not found": missing}


def record(week: Week, page: Page, documents: list[str]) -> dict[str, Any]:
    """A sign-on letter that left, and a hearing to come."""
    soon = datetime.date.today() + datetime.timedelta(days=9)
    for kind, title, field, day in (
        ("letter", "Letter to the committee", "happened_on", datetime.date.today()),
        ("hearing", "Hearing of the committee", "due_on", soon),
    ):
        page.goto(f"{week.site}/desk/advocacy?document={documents[0]}")
        page.locator("#kind").select_option(kind)
        page.locator("#title").fill(title)
        page.locator(f"#{field}").fill(day.isoformat())
        with page.expect_navigation():
            page.get_by_role("button", name="Save", exact=True).click()
    return {"records": 2}


def report(week: Week, page: Page) -> dict[str, Any]:
    """The weekly report as it is printed."""
    page.goto(f"{week.site}/desk/weekly")
    words = page.inner_text("main")
    assert "Letter to the committee" in words, "what we did"
    assert "Hearing" in words, "what is next"
    sheet = page.pdf(format="Letter")
    return {"pages": len(re.findall(rb"/Type\s*/Page\b", sheet)), "kB": len(sheet) // 1000}


def digest(week: Week, page: Page, editor: Page, drafted: dict[str, str]) -> dict[str, Any]:
    """A reader subscribes in the browser and confirms; the issue is edited at the desk, and sent."""
    page.goto(f"{week.site}/subscribe?must_see=0")
    page.get_by_label("Your email address").fill("reader@example.org")
    with page.expect_navigation():
        page.get_by_role("button", name="Subscribe").click()
    found = re.search(r"http\S+/subscribe/confirm/\S+", week.letters.text(0))
    assert found, "the letter has a link"
    page.goto(found[0])
    with page.expect_navigation():
        page.get_by_role("button", name="Yes, send it to me").click()
    publish_again()
    key = command("digest", "prepare").split()[0]
    editor.goto(f"{week.site}/desk/digest")
    items = editor.locator("section tbody tr").count()
    # One of two companions stands for both.
    hidden, *_, first = [each for each in drafted if editor.locator(f"input[name=place-{each}]").count()]
    editor.locator(f"input[name=place-{first}]").fill("1")
    editor.locator(f"input[name=hide][value={hidden}]").check()
    editor.locator("textarea[name=note]").first.fill("A note from the editor.")
    with editor.expect_navigation():
        editor.get_by_role("button", name="Save").first.click()
    command("digest", "send", key)
    text = week.letters.text(1)
    assert "A note from the editor." in text
    assert f"/documents/{first}" in text
    assert f"/documents/{hidden}\n" not in text, "what was hidden is not in it"
    addresses = re.findall(r"/documents/([a-z0-9-]+)", text)
    assert addresses[0] == first, "what was put first leads"
    return {
        "items in the issue": items,
        "stances in it": sum(f"/documents/{each}" in text for each in drafted),
        "subject": f"“{week.letters.got[1]['subject']}”",
    }


def publish_again() -> None:
    """What the timer of a deployment does; nothing new may come of it."""
    command("publish")


def command(*words: str) -> str:
    done = subprocess.run(
        [sys.executable, str(ROOT / "infopolicy.py"), *words], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(words)} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


@contextmanager
def office(source: Path, folder: Path, letters: Letters) -> Iterator[str]:
    """The site on a copy of the data, with two people and a mail server; yields its address."""
    for name in ("corpus.db", "staff.db", "ops.db"):
        shutil.copy(source / name, folder / name)
    config = Configuration(data=folder)
    with closing(open_staff(config.staff, config.corpus)) as db:
        for name, role in ((WRITER, "reviewer"), (APPROVER, "approver")):
            accounts.add(db, name, role=role, password=PASSWORD, now=utc_now())
    port, smtp = free_port(), Controller(letters, hostname="127.0.0.1", port=free_port())
    site = f"http://127.0.0.1:{port}"
    os.environ |= {
        "INFOPOLICY_DATA": str(folder),
        "INFOPOLICY_SITE": site,
        "INFOPOLICY_SECRET": secrets.token_urlsafe(48),
        "INFOPOLICY_MAIL_FROM": "Policy digest <digest@example.org>",
        "INFOPOLICY_SMTP_HOST": "127.0.0.1",
        "INFOPOLICY_SMTP_PORT": str(smtp.port),
        "INFOPOLICY_SMTP_SECURITY": "none",
    }
    smtp.start()
    log = (folder / "serve.log").open("w")
    server = subprocess.Popen(
        [sys.executable, str(ROOT / "infopolicy.py"), "serve", "--port", str(port)], stdout=log, stderr=log
    )
    try:
        for _ in range(240):
            time.sleep(0.5)
            try:
                urlopen(site, timeout=30).close()
                break
            except OSError:
                assert server.poll() is None, (folder / "serve.log").read_text()
        yield site
    finally:
        server.terminate()
        server.wait(60)
        smtp.stop(no_assert=True)
        log.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--chromium", default=shutil.which("chromium") or shutil.which("chromium-browser"))
    parser.add_argument("--documents", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    letters = Letters()
    with (
        tempfile.TemporaryDirectory() as folder,
        office(args.data, Path(folder), letters) as site,
        sync_playwright() as play,
    ):
        week = Week(site, Path(folder), letters, args.seed)
        browser = play.chromium.launch(executable_path=args.chromium, args=["--no-sandbox"])
        ben, ana, reader = (browser.new_context().new_page() for _ in range(3))
        for page in (ben, ana, reader):
            page.set_default_timeout(60_000)
        sign_in(ben, site, WRITER)
        sign_in(ana, site, APPROVER)
        print("| step | what came of it | pages opened | time |\n|---|---|---:|---:|")
        steps: list[tuple[str, Page, Any]] = [
            ("clear documents by keyboard", ben, lambda: clear(week, ben, args.documents)),
        ]
        drafted: dict[str, str] = {}

        def write() -> dict[str, Any]:
            found, said = draft(week, ben, 10)
            drafted.update(found)
            return said

        steps += [
            ("draft stances", ben, write),
            ("approve and publish them", ana, lambda: publish(week, ana, drafted)),
            ("import a tracker", ben, lambda: take_in(week, ben)),
            ("record a letter and a hearing", ben, lambda: record(week, ben, list(drafted))),
            ("print the weekly report", ana, lambda: report(week, ana)),
            ("edit a digest and send it", ben, lambda: digest(week, reader, ben, drafted)),
        ]
        for name, page, act in steps:
            said: dict[str, Any] = {}
            with week.step(name, page, said):
                said.update(act())
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
