"""The desk on the web: what a form may do, what the second of two people is told, what the public then sees."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from desk_fixtures import (
    NOW,
    PRIVATE,
    Browser,
    change,
    corpus_of,
    document,
    field,
    person,
    say,
    site_of,
)
from desk_fixtures import application as application
from desk_fixtures import browser as browser
from desk_fixtures import config as config
from desk_fixtures import db as db
from desk_fixtures import made as made
from site_corpus import BROADBAND, HOSTILE_BILL, RULE

from desk.accounts import accounts
from desk.queue import collaboration
from desk.reviews import publishing, reviews
from desk.reviews.drafts import draft_of
from publish.at_once import publish_decisions
from settings import Configuration

pytestmark = pytest.mark.slow

# --------------------------------------------------------------------- deciding


async def test_a_document_is_cleared_and_the_next_one_comes(browser: Browser) -> None:
    await browser.sign_in()
    answer = await browser.get("/desk/next")
    assert answer.headers["location"] == f"/desk/documents/{RULE}?n=0"
    page = (await browser.get(answer.headers["location"])).text
    here = f"/desk/documents/{RULE}?n=0"
    assert "E-Rate" in page
    form = {"verdict": "confirm", "seen": field(page, "seen")}
    answer = await browser.send(here, subject="area:broadband", **form)
    assert answer.headers["location"] == here + "#open"
    answer = await browser.send(here, subject="priority", value="2", **form)
    assert answer.headers["location"] == "/desk/next?n=0"
    answer = await browser.get("/desk/next?n=0")
    assert answer.headers["location"] == f"/desk/documents/{BROADBAND}?n=0"
    page = (await browser.get(answer.headers["location"])).text
    assert "2022-04567 is cleared." in page
    assert "You confirmed the priority “Priority” (2022-04567)" in page


async def test_the_second_person_is_told(application: Any, db: Any) -> None:
    ana, ben = Browser(application), Browser(application)
    await ana.sign_in()
    await ben.sign_in("Ben Writer")
    seen = field((await ben.get(document())).text, "seen")
    await ana.send(document(), subject="area:broadband", verdict="reject", seen=seen, note="about roads")
    answer = await ben.send(document(), subject="area:broadband", verdict="confirm", seen=seen, note="my reasons")
    assert answer.status_code == 409
    assert "Ana Reader has already decided this" in answer.text
    assert "about roads" in answer.text
    assert "my reasons" in answer.text, "what Ben typed is not lost"
    assert len(reviews.history(db, BROADBAND)) == 1
    again = field(answer.text, "seen")
    assert (await ben.send(document(), subject="area:broadband", verdict="confirm", seen=again)).status_code == 302
    assert [row["verdict"] for row in reviews.history(db, BROADBAND)] == ["confirm", "reject"]
    seen = field((await ben.get(document())).text, "seen")
    stance = {"subject": "stance", "verdict": "confirm", "seen": seen, "published": "0"}
    await ana.send(document(), **stance, value="oppose", reason="It harms.")
    answer = await ben.send(document(), **stance, value="support", reason="It helps.")
    assert "Ana Reader drafted the stance “Oppose” on" in answer.text, "a draft is not confirmed"
    assert "Ben Writer confirmed the area “Broadband” on" in answer.text


async def test_a_verdict_that_is_sent_twice_is_saved_once(browser: Browser, db: Any) -> None:
    await browser.sign_in()
    form = {"seen": "0", "subject": "stance", "verdict": "confirm", "value": "oppose", "published": "0"}
    first, again = [await browser.send(document(), **form, reason="It harms.") for _ in range(2)]
    assert (first.status_code, again.status_code) == (302, 302)
    assert len(reviews.history(db, BROADBAND)) == 1
    other = await browser.send(document(), **form, reason="It harms libraries.")
    assert other.status_code == 409, "other words of an old page"
    assert "You have already decided this" in other.text
    assert "You drafted the stance “Oppose” on" in other.text


async def test_the_public_sees_a_decision_at_once_and_nothing_private(
    browser: Browser, config: Configuration, db: Any
) -> None:
    public = f"/documents/{BROADBAND}"
    before = (await browser.get(public)).text
    assert "confirmed by staff" not in before
    await browser.sign_in()
    seen = "0"
    await browser.send(document(), subject="area:broadband", verdict="confirm", seen=seen, note="zyzzyva-note")
    await browser.send(document(), subject="area:library-funding", verdict="reject", seen=seen)
    await browser.send(document(), subject="position:tc-hotspot-lending", verdict="change", value="oppose", seen=seen)
    await browser.send(document(), subject="stance", verdict="confirm", value="watch", reason="quokka-draft", seen=seen)
    page = (await browser.get(public)).text
    assert page.count("confirmed by staff") == 2
    assert 'href="/areas/library-funding"' not in page
    assert "Stance of ALA" not in page
    latest = field((await browser.get(document())).text, "seen")
    stance = {"subject": "stance", "verdict": "confirm", "value": "support", "reason": "It puts <b>readers</b> first."}
    await browser.send(document(), **stance, source="https://example.org/letter", seen=latest)
    assert "Stance of ALA" not in (await browser.get(public)).text
    draft = draft_of(db, BROADBAND, "stance")
    seen = reviews.last_id(db, BROADBAND)
    words = {"reason": draft["reason"], "source": draft["source"]}
    publishing.publish(db, person(db), draft, **words, seen=seen, now=NOW, own_drafts=True)
    assert publish_decisions(config.corpus, db, [BROADBAND])
    page = (await browser.get(public)).text
    assert "Stance of ALA" in page
    assert "It puts &lt;b&gt;readers&lt;/b&gt; first." in page
    assert not [word for word in PRIVATE if word in page]
    for path in ("/corpus/decisions.json?_shape=objects", "/corpus/shown_tags.csv", "/corpus.db", "/"):
        answer = await browser.get(path)
        assert not [word for word in PRIVATE if word in answer.text], path


async def test_undo_on_the_web(browser: Browser, db: Any) -> None:
    await browser.sign_in()
    await browser.send(document(), subject="area:broadband", verdict="reject", seen="0")
    assert 'href="/areas/broadband"' not in (await browser.get(f"/documents/{BROADBAND}")).text
    page = (await browser.get(document())).text
    answer = await browser.send("/desk/undo?n=2&kind=bill", review=field(page, "review"))
    assert answer.headers["location"] == f"/desk/documents/{BROADBAND}?n=2&kind=bill"
    assert 'href="/areas/broadband"' in (await browser.get(f"/documents/{BROADBAND}")).text
    assert (await browser.send("/desk/undo", review="1")).status_code == 409
    assert (await browser.send("/desk/undo", review="999")).status_code == 409


async def test_a_document_is_pinned_and_unpinned_with_one_button(browser: Browser, db: Any) -> None:
    await browser.sign_in()
    page = (await browser.get(document(RULE))).text
    pinned = "Unpin: not a priority" in page
    for value, public in ((str(1 + (not pinned)), not pinned), (str(1 + pinned), pinned)):
        seen = field((await browser.get(document(RULE))).text, "seen")
        sent = await browser.send(document(RULE), subject="priority", verdict="change", value=value, seen=seen)
        assert sent.status_code == 302
        page = (await browser.get(document(RULE))).text
        assert ("Unpin: not a priority" in page) is public
        assert ("Pin as a priority" in page) is not public
        assert ("priorities-must_see" in (await browser.get(f"/documents/{RULE}")).text) is public
    assert db.execute("select count(*) from reviews where subject = 'priority'").fetchone()[0] == 2


async def test_the_desk_shows_the_progress_of_a_document_as_its_public_page_does(
    browser: Browser, config: Configuration
) -> None:
    change(
        config,
        "insert into versions (document_id, ordinal, name, issued_on) values (?, 0, 'Engrossed in House', '2022-03-07')",
        BROADBAND,
    )

    def part(page: str, name: str) -> str:
        found = re.search(rf'<section aria-labelledby="{name}">.*?</section>', page, re.DOTALL)
        return re.sub(r"\s+", "", found[0]) if found else ""

    await browser.sign_in()
    for name, key in (("sponsors", BROADBAND), ("timeline", BROADBAND), ("dates", RULE), ("versions", BROADBAND)):
        public, desk = [(await browser.get(path)).text for path in (f"/documents/{key}", document(key))]
        assert part(public, name) == part(desk, name) != "", name


async def test_a_pin_and_its_line_reach_the_home_page_and_the_line_needs_an_approver(browser: Browser, db: Any) -> None:
    pin = {"subject": "priority", "verdict": "change", "value": "2"}
    await browser.sign_in("Ben Writer")
    assert (await browser.send(document(RULE), **pin, reason="It pays for hotspots.", seen="0")).status_code == 403
    assert (await browser.send(document(RULE), **pin, seen="0")).status_code == 302
    assert "Why it matters:" not in (await browser.get("/")).text
    await browser.send("/desk/logout")
    await browser.sign_in()
    seen = field((await browser.get(document(RULE))).text, "seen")
    assert (await browser.send(document(RULE), **pin, reason="It pays for hotspots.", seen=seen)).status_code == 302
    page = (await browser.get("/")).text
    assert "It pays for hotspots." in page
    seen = field((await browser.get(document(RULE))).text, "seen")
    await browser.send(document(RULE), subject="priority", verdict="change", value="1", seen=seen)
    assert "It pays for hotspots." not in (await browser.get("/")).text


async def test_adding_what_was_missed_by_the_form(browser: Browser, db: Any) -> None:
    await browser.sign_in()
    form = {"subject": "area", "area": "library-funding", "verdict": "confirm", "seen": "0"}
    wrong = await browser.send(document(RULE), **form, words="words that are nowhere")
    assert wrong.status_code == 400
    assert "words that are nowhere" in wrong.text, "what was typed stays in the form"
    assert (await browser.send(document(RULE), **form, words="schools and libraries")).status_code == 302
    page = (await browser.get(f"/documents/{RULE}")).text
    assert 'href="/areas/library-funding"' in page
    assert re.search(r"<mark[^>]*>schools and libraries</mark>", page)
    form = {
        "subject": "position",
        "position": "cp-fair-ebook-terms",
        "verdict": "confirm",
        "value": "oppose",
        "seen": "0",
    }
    assert (await browser.send(document(RULE), **form)).status_code == 302
    assert "Fair deals for e-books" in (await browser.get(f"/documents/{RULE}")).text


async def test_bulk_is_shown_first_and_recorded_as_shown(application: Any, db: Any) -> None:
    ana, ben = Browser(application), Browser(application)
    await ana.sign_in()
    await ben.sign_in("Ben Writer")
    page = (await ana.send("/desk/bulk", document=[RULE, HOSTILE_BILL], action="confirm")).text
    assert db.execute("select count(*) from reviews").fetchone()[0] == 0
    lines = [line.replace("&#34;", '"') for line in re.findall(r'name="line" value="([^"]*)"', page)]
    assert len(lines) == 3
    await ben.send(document(RULE), subject="priority", verdict="confirm", value="0", seen="0")
    answer = await ana.send("/desk/bulk", step="save", line=lines)
    assert answer.headers["location"] == "/desk?"
    page = (await ana.get("/desk")).text
    assert "2 verdicts recorded on 2 documents." in page
    assert "1 was skipped: decided, or no longer suggested, since you opened the page" in page
    in_force = reviews.current(db, RULE, "priority")
    assert in_force
    assert in_force["name"] == "Ben Writer"
    await ana.send("/desk/undo", batch=field(page, "batch"))
    assert reviews.current(db, HOSTILE_BILL, "area:library-funding") is None
    page = (await ana.send("/desk/bulk", document=[HOSTILE_BILL], action="confirm")).text
    await ana.send("/desk/bulk", step="save", line=field(page, "line").replace("&#34;", '"'))
    assert "1 verdict recorded on 1 document." in (await ana.get("/desk")).text


@pytest.mark.parametrize(
    "line", ["", "x", "[]", '["a", 1, "confirm", null, 0]', '["us-117-s42", "area:nonsense", "confirm", null, 0]']
)
async def test_a_damaged_bulk_form_records_nothing(browser: Browser, db: Any, line: str) -> None:
    await browser.sign_in()
    assert (await browser.send("/desk/bulk", step="save", line=[line])).status_code == 400
    assert db.execute("select count(*) from reviews").fetchone()[0] == 0


# --------------------------------------------------------------------- the work around it


async def test_notes_assignments_sleep_and_following(browser: Browser) -> None:
    await browser.sign_in()
    keep = document(BROADBAND, "/keep")
    await browser.send(keep, step="note", words="zyzzyva-note <script>alert(1)</script>")
    await browser.send(keep, step="assign", name="Ben Writer")
    await browser.send(keep, step="snooze", until_on="2099-01-01", until_change="")
    await browser.send(document(BROADBAND, "/follow"), on="1")
    page = (await browser.get(document())).text
    assert "zyzzyva-note &lt;script&gt;" in page
    assert "Assigned to <strong>Ben Writer</strong>" in page
    assert "Snoozed until January 1, 2099" in page
    assert "Library Broadband Act" in (await browser.get("/desk/following")).text
    assert "2 documents wait" in (await browser.get("/desk")).text
    assert "1 document waits" in (await browser.get("/desk?asleep=1")).text
    await browser.send(keep, step="assign", name="")
    assert "Assigned to nobody." in (await browser.get(document())).text
    await browser.send(keep, step="wake")
    assert "3 documents wait" in (await browser.get("/desk")).text
    for form in (
        {"step": "note", "words": " "},
        {"step": "assign", "name": "Nobody"},
        {"step": "snooze"},
        {"step": "x"},
        {"step": "snooze", "until_on": "soon"},
        {"step": "snooze", "until_change": "rain"},
    ):
        assert (await browser.send(keep, **form)).status_code == 400
    assert (await browser.send("/desk/documents/us-1-hr1/keep", step="note", words="x")).status_code == 400
    assert (await browser.get("/desk/documents/us-1-hr1")).status_code == 404


async def test_a_note_is_withdrawn_by_its_author_alone_and_stays_in_the_trail(application: Any, db: Any) -> None:
    ana, ben, keep = Browser(application), Browser(application), document(BROADBAND, "/keep")
    await ana.sign_in()
    await ben.sign_in("Ben Writer")
    await ana.send(keep, step="note", words="zyzzyva-note")
    [number] = [row[0] for row in db.execute("select id from notes").fetchall()]
    assert 'value="withdraw"' not in (await ben.get(document())).text
    assert (await ben.send(keep, step="withdraw", number=str(number))).status_code == 400
    assert 'value="withdraw"' in (await ana.get(document())).text
    assert (await ana.send(keep, step="withdraw", number=str(number))).status_code == 302
    assert (await ana.send(keep, step="withdraw", number=str(number))).status_code == 302, "sent twice"
    assert "zyzzyva-note" not in (await ana.get(document())).text
    trail = (await ben.get(f"/desk/trail?document={BROADBAND}")).text
    assert trail.count("note withdrawn") == 1
    assert trail.count("zyzzyva-note") == 2
    assert [row[0] for row in db.execute("select words from notes")] == ["zyzzyva-note"]


async def test_filters_are_saved_per_person(application: Any) -> None:
    ana, ben = Browser(application), Browser(application)
    await ana.sign_in()
    await ben.sign_in("Ben Writer")
    await ana.send("/desk/filters?area=broadband&must_see=1", step="save", name="My broadband")
    assert 'href="/desk?area=broadband&amp;must_see=1">My broadband' in (await ana.get("/desk")).text
    assert "My broadband" not in (await ben.get("/desk")).text
    await ana.send("/desk/filters", step="drop", name="My broadband")
    assert ">My broadband<" not in (await ana.get("/desk")).text


async def test_the_keys_can_be_turned_off_and_on(browser: Browser) -> None:
    await browser.sign_in()
    for state in ("off", "on"):
        await browser.send("/desk/account", step="shortcuts")
        assert f'data-shortcuts="{state}"' in (await browser.get("/desk")).text


async def test_new_since_my_last_visit(browser: Browser, db: Any) -> None:
    await browser.sign_in()
    assert "Your last visit" not in (await browser.get("/desk")).text
    db.execute("update visits set last_at = '2022-03-09T07:59:00Z'")
    page = (await browser.get("/desk?new=1")).text
    assert "Your last visit ended on March 9, 2022, 07:59 UTC" in page
    assert "1 document waits" in page


async def test_news_of_what_one_follows_stands_on_the_first_page(
    browser: Browser, config: Configuration, db: Any
) -> None:
    await browser.sign_in()
    await browser.send(document(BROADBAND, "/follow"), on="1")
    assert "you follow" not in (await browser.get("/desk")).text
    # The last visit ended yesterday, the document was followed before, and something has happened since.
    ana = person(db)
    db.execute("update follows set since = '2022-01-01T00:00:00Z'")
    db.execute("update visits set since = '2022-02-01T00:00:00Z' where account_id = ?", [ana.id])
    with closing(corpus_of(config)) as corpus:
        corpus.execute("insert into changes values ('n', ?, ?, '2022-03-01', 'action', 'Passed.')", [BROADBAND, NOW])
    page = (await browser.get("/desk")).text
    assert '<a href="/desk/following">1 document you follow</a> has news' in page
    assert "Passed." in (await browser.get("/desk/following")).text


async def test_areas_have_owners_and_hand_overs_stay_visible(browser: Browser, db: Any) -> None:
    await browser.sign_in()
    await browser.send("/desk/areas", area="broadband", name="Ana Reader", note="")
    await browser.send("/desk/areas", area="broadband", name="Ben Writer", note="on leave until June")
    page = (await browser.get("/desk/areas")).text
    assert "<strong>Ben Writer</strong>, Marginalia Office" in page
    assert "Ana Reader assigned it to Ben Writer: “on leave until June”" in page
    # Also where the work is: beside a document of that area, and when the owner is gone.
    beside = (await browser.get(document())).text
    assert re.search(
        r"Broadband: <strong>Ben Writer</strong>, Marginalia Office .*from Ana Reader: on leave until June", beside
    )
    assert 'Library funding: <span class="quiet">no owner.' in beside
    accounts.set_disabled(db, person(db, "Ben Writer"), True, now=NOW)
    assert "the account is closed" in (await browser.get(document())).text
    assert "The account is closed: reassign the area" in (await browser.get("/desk/areas")).text
    assert (await browser.send("/desk/areas", area="nonsense", name="Ana Reader")).status_code == 400


async def test_the_trail_tells_who_saw_what(browser: Browser) -> None:
    await browser.sign_in()
    await browser.send(document(), subject="area:broadband", verdict="confirm", seen="0", note="zyzzyva-note")
    await browser.send(document(BROADBAND, "/keep"), step="note", words="another")
    page = (await browser.get(f"/desk/trail?document={BROADBAND}&person=Ana+Reader")).text
    assert "confirmed the area “Broadband" in page
    assert "Note: zyzzyva-note" in page
    assert '<blockquote class="passage">Broadband</blockquote>' in page
    assert f"<code>{BROADBAND}</code>" in page
    assert "signed in" in (await browser.get("/desk/trail")).text
    assert "confirmed" not in (await browser.get("/desk/trail?person=Ben+Writer")).text


async def test_hostile_text_is_shown_as_text(browser: Browser) -> None:
    await browser.sign_in()
    for path in ("/desk", document(HOSTILE_BILL), "/desk?q=%3Cscript%3E", "/desk/trail?document=%22%3E%3Cscript%3E"):
        page = (await browser.get(path)).text
        assert "<script>alert" not in page
        assert '"><script>' not in page
        assert "javascript:alert" not in page
    page = (await browser.send("/desk/bulk", document=[HOSTILE_BILL], action="confirm")).text
    assert "<script>alert" not in page


@pytest.mark.parametrize("path", ["/desk", "/desk/login", document(), "/desk/trail", "/desk/nothing"])
async def test_pages_of_the_desk_carry_a_strict_policy(browser: Browser, path: str) -> None:
    await browser.sign_in()
    answer = await browser.get(path)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert not re.search(r"<script(?! src=\"/static/)|<style|\son[a-z]+=|\sstyle=", answer.text)
    assert "script-src" not in (await browser.get("/glossary")).headers["content-security-policy"]


async def test_the_queue_says_what_else_waits_for_a_person(
    browser: Browser, application: Any, config: Configuration, db: Any
) -> None:
    say(db, subject="stance", value="support", reason="It helps.", who="Ben Writer")
    say(db, "defer", "area:broadband", document_id=RULE)
    collaboration.assign(db, person(db, "Ben Writer"), BROADBAND, "Ana Reader", NOW)
    await browser.sign_in()
    page = (await browser.get("/desk")).text
    assert '<a class="chip" href="/desk?mine=1">1 document assigned to you waits for a decision</a>' in page
    assert '<a class="chip" href="/desk/ours?waiting=1&amp;ended=1">1 document with a draft to publish</a>' in page
    assert '<a class="chip" href="/desk?put_off=1">1 document with a postponed decision</a>' in page
    page = (await browser.get("/desk?sort=action")).text
    assert '<option value="action" selected>Latest action</option>' in page
    assert "wait for a decision. They are sorted by latest action." in page
    assert f'href="/desk/documents/{BROADBAND}?sort=action&amp;n=' in page, "the order stays in the address"
    page = (await browser.get("/desk")).text
    assert '<option value="tc-hotspot-lending">' in page, "the positions of the queue are a filter"
    assert "<option>Cleo Looker</option>" not in page, "a viewer cannot decide"
    assert "Least sure area: " in page
    reviewer = Browser(application)
    await reviewer.sign_in("Ben Writer")
    assert "draft to publish" not in (await reviewer.get("/desk")).text
    say(db, subject="stance", value="support", reason="It helps.", document_id=RULE)
    assert "1 document with a draft to publish" in (await browser.get("/desk")).text, (
        "another approver publishes their own"
    )
    alone = Browser(site_of(replace(config, publish_own_drafts="yes")).app())
    await alone.sign_in()
    assert "2 documents with a draft to publish" in (await alone.get("/desk")).text
    viewer = Browser(application)
    await viewer.sign_in("Cleo Looker")
    page = (await viewer.get("/desk")).text
    assert 'href="/desk/import"' not in page
    assert "assigned to you" not in page


async def test_nothing_is_chosen_beforehand_of_what_the_program_missed(browser: Browser, db: Any) -> None:
    await browser.sign_in()
    sent = {"verdict": "confirm", "seen": "0", "subject": "area", "area": "", "position": ""}
    answer = await browser.send(document(), **sent)
    assert (answer.status_code, "choose the area" in answer.text) == (400, True)
    assert db.execute("select count(*) from reviews").fetchone()[0] == 0
    page = (await browser.get(document())).text
    for name in ("area", "position"):
        assert f'name="{name}"><option value="">Choose one</option>' in page
    assert ('data-key="P"' in page) == ("Unpin: not a priority" in page) is True


@pytest.mark.parametrize(
    "path",
    [
        "/desk/find?q=act",
        "/desk/following",
        "/desk/ours?ended=1",
        "/desk?ended=1",
        f"/desk/targets?document={BROADBAND}",
    ],
)
async def test_a_title_in_capitals_is_in_sentence_case_in_every_list(
    browser: Browser, config: Configuration, db: Any, path: str
) -> None:
    change(config, "update documents set title = 'AN ACT RELATING TO LIBRARY EBOOK CONTRACTS' where id = ?", BROADBAND)
    collaboration.follow(db, person(db), BROADBAND, True, NOW)
    await browser.sign_in()
    page = (await browser.get(path)).text
    assert "AN ACT RELATING" not in page
    if "find" not in path:
        assert "An act relating to library ebook contracts" in page.replace("Ebook", "ebook").replace("eBook", "ebook")
