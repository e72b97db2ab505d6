"""Twenty people before the site of a soak: each asks, thinks, asks again; what they are told is kept is noted."""

from __future__ import annotations

import html
import random
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from benchmarks.soaking import visits
from benchmarks.soaking.records import GOOD, REFUSED, WRONG, QueueViewer, Records
from benchmarks.soaking.visits import Known, Visit

TIMEOUT = 60  # seconds without a byte
STAFF, PARTNER = ("Soak One", "Soak Two"), "Soak Partner"
PASSWORD = "a password for the soak, long enough"
#: What may come back when two people decide the same thing, or a limit on what is sent is reached.
OVERTAKEN, TOO_OFTEN = frozenset({409}), frozenset({429})
SENT = frozenset({302})
DESK = ("/desk", "/desk?area=privacy", "/desk?must_see=1", "/desk/areas", "/desk/trail", "/desk/reports")


class Person(threading.Thread):
    """Somebody with an address and cookies of their own. `think` is the mean time between two requests, in seconds."""

    think = 3.0

    def __init__(self, number: int, site: str, known: Known, records: Records, stop: threading.Event):
        super().__init__(name=f"person {number}", daemon=True)
        self.number, self.site, self.known, self.records, self.stop = number, site, known, records, stop
        self.dice = random.Random(number)
        self.written = 0
        self.http = self._browser()

    def _browser(self) -> httpx.Client:
        # As nginx passes it on: the limits on what is sent count by this address.
        headers = {"X-Forwarded-For": f"198.18.{self.number}.{self.dice.randrange(250)}", "Origin": self.site}
        # The server closes a connection that was idle for five seconds.
        limits = httpx.Limits(max_connections=2, keepalive_expiry=3)
        return httpx.Client(base_url=self.site, headers=headers, timeout=TIMEOUT, limits=limits)

    def run(self) -> None:
        self.stop.wait(self.dice.uniform(0, self.think))
        while not self.stop.is_set():
            self.act()
            self.stop.wait(self.dice.expovariate(1 / self.think))

    def act(self) -> None:
        self.ask(visits.visit(self.known, self.dice))

    def ask(self, visit: Visit, form: dict[str, Any] | None = None, **more: Any) -> httpx.Response | None:
        """The answer, if it was one that should come; it is recorded in any case."""
        at, begun = time.time(), time.perf_counter()
        status, why, answer = 0, "", None
        try:
            answer = self.http.request("GET" if form is None else "POST", visit.path, data=form, **more)
            status = answer.status_code
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            why = f"{type(error).__name__}: {error}"
            self.http.close()
            cookies, self.http = self.http.cookies, self._browser()
            self.http.cookies = cookies
        outcome = GOOD if status in visit.good else REFUSED if _is_refused(visit, answer) else WRONG
        if outcome == WRONG and answer is not None:
            why = " ".join(re.sub(r"<[^>]*>", " ", answer.text).split())
        self.records.asked(QueueViewer(at, visit.kind, time.perf_counter() - begun, status, outcome), visit.path, why)
        return answer if outcome == GOOD else None

    def say(self, what: str, words: str) -> None:
        """Somebody was told that this is kept: from here on it must be there."""
        self.records.line("said", at=time.time(), what=what, words=words)

    def next_words(self) -> str:
        self.written += 1
        return f"soak-{self.number}-{self.written}-{self.dice.randrange(10**9)}"


def _is_refused(visit: Visit, answer: httpx.Response | None) -> bool:
    """Refused as a limit does it: a 503 is one only when it says when to come back."""
    if answer is None or answer.status_code not in visit.refused:
        return False
    return answer.status_code != 503 or "retry-after" in answer.headers


class Reporter(Person):
    """Asks in SQL."""

    think = 8.0

    def act(self) -> None:
        self.ask(visits.query(self.known, self.dice))


class Attacker(Person):
    think = 45.0

    def act(self) -> None:
        self.ask(visits.attack(self.known, self.dice))


class Machine(Person):
    """A feed reader that asks what changed, and a probe of health."""

    think = 10.0

    def __init__(self, *args: Any):
        super().__init__(*args)
        self.mark = ""

    def act(self) -> None:
        self.ask(Visit("health", "/-/health"))
        path = f"/areas/{self.known.areas[0]}.atom"
        again = frozenset({200, 304})
        answer = self.ask(Visit("feed, again", path, again), headers={"If-None-Match": self.mark} if self.mark else {})
        if answer is not None:
            self.mark = answer.headers.get("etag", self.mark)


class Signed(Person):
    """Somebody with an account."""

    think = 12.0
    who, door = "", "/desk"

    def send(self, visit: Visit, **form: Any) -> httpx.Response | None:
        """Send a form with its token; None also when the answer leads back to the door."""
        answer = self.ask(visit, {"csrftoken": self.http.cookies.get("ds_csrftoken", "")} | form)
        return None if answer is None or answer.headers.get("location", "").startswith("/desk/login") else answer

    def sign_in(self) -> bool:
        if self.ask(Visit("sign in", "/desk/login")) is None:
            return False
        form = {"name": self.who, "password": PASSWORD, "next": self.door}
        return self.send(Visit("sign in", "/desk/login", SENT), **form) is not None

    def sign_out(self) -> None:
        away = "/desk/logout" if self.door == "/desk" else "/partner/logout"
        self.send(Visit("sign out", away, SENT))

    def run(self) -> None:
        while not self.stop.is_set():
            if self.sign_in():
                for _ in range(25):
                    if self.stop.wait(self.dice.expovariate(1 / self.think)):
                        return
                    self.act()
                self.sign_out()
            self.stop.wait(self.think)


class Staff(Signed):
    def __init__(self, *args: Any):
        super().__init__(*args)
        self.who = STAFF[self.number % len(STAFF)]

    def act(self) -> None:
        self.ask(Visit("desk", self.dice.choice(DESK)))
        # Each takes documents from a part of the queue of their own, as people who work side by side do.
        turn = 40 * (self.number % len(STAFF)) + self.dice.randrange(40)
        answer = self.ask(Visit("desk", f"/desk/next?n={turn}", SENT))
        place = answer.headers["location"] if answer is not None else ""
        if place.startswith("/desk/documents/") and (page_ := self.ask(Visit("desk document", place))) is not None:
            self._decide(place, page_.text)

    def _decide(self, place: str, page: str) -> None:
        seen = re.search(r'name="seen" value="(\d+)"', page)
        open_ = re.findall(r'name="subject" value="((?:area|position):[^"]*)"', page)
        if seen and open_:
            form = {
                "subject": html.unescape(open_[0]),
                "seen": seen[1],
                "verdict": self.dice.choice(("confirm", "reject")),
            }
            words = self.next_words()
            if self.send(Visit("verdict", place, SENT, OVERTAKEN), note=words, **form) is not None:
                self.say("review", words)


class Partner(Signed):
    think = 30.0
    who, door = PARTNER, "/partner"

    def act(self) -> None:
        self.ask(Visit("partner", f"/partner?q={self.dice.choice(('library', 'privacy', 'hr1'))}"))
        place = f"/partner/documents/{self.dice.choice(self.known.documents)}"
        page = self.ask(Visit("partner", place))
        seen = re.search(r'name="seen" value="(\d+)"', page.text) if page is not None else None
        if seen:
            words = self.next_words()
            form = {"stance": self.dice.choice(("support", "oppose")), "seen": seen[1], "note": words}
            if self.send(Visit("statement", place, SENT, OVERTAKEN), **form) is not None:
                self.say("statement", words)


class Visitor(Person):
    """Reports errors, subscribes, confirms by the link of the letter when it has come."""

    think = 25.0

    def __init__(self, letters: Path, *args: Any):
        super().__init__(*args)
        self.letters = letters

    def act(self) -> None:
        # Each time somebody else: one address may send only so much.
        self.http.headers["X-Forwarded-For"] = f"198.19.{self.dice.randrange(250)}.{self.dice.randrange(250)}"
        self.dice.choice((self._report, self._subscribe))()
        for letter in self.letters.iterdir():
            self._confirm(letter)

    def _report(self) -> None:
        about = f"/documents/{self.dice.choice(self.known.documents)}"
        page = self.ask(Visit("report", f"/report?page={about}"))
        proof = re.search(r'name="proof" value="([^"]*)"', page.text) if page is not None else None
        if proof:
            words = self.next_words()
            form = {"page": about, "words": words, "proof": html.unescape(proof[1]), "email": "", "website": ""}
            if self.ask(Visit("report", "/report", refused=TOO_OFTEN), form) is not None:
                self.say("report", words)

    def _subscribe(self) -> None:
        self.written += 1
        # The most mails an hour to one domain are limited; the address is never seen by anybody but our own mail server.
        to = f"soak{int(time.time() * 1000)}@visitors{self.written % 50}.example"
        form = {
            "email": to,
            "step": "save",
            "area": self.dice.choice(self.known.areas),
            "frequency": "weekly",
            "language": "en",
        }
        if self.ask(Visit("subscribe", "/subscribe"), form) is not None:
            self.say("asked", to)  # no promise: the page says that a letter comes if the address can get one

    def _confirm(self, letter: Path) -> None:
        link = letter.read_text()
        if self.ask(Visit("confirm", link)) is not None and self.ask(Visit("confirm", link), {}) is not None:
            self.say("confirmed", letter.name)
        letter.unlink()


def everybody(letters: Path, *common: Any) -> list[Person]:
    """Twenty: twelve who read, two who ask in SQL, one who attacks, one program, two of staff, a partner, a visitor who writes.

    Args:
        letters: the folder of the links that the mail server found.
        common: the site's address, what is known of the corpus, the records, and the event that ends it.
    """
    kinds: list[Callable[..., Person]] = [
        *[Person] * 12,
        *[Reporter] * 2,
        Attacker,
        Machine,
        *[Staff] * 2,
        Partner,
        lambda *args: Visitor(letters, *args),
    ]
    return [kind(number, *common) for number, kind in enumerate(kinds)]
