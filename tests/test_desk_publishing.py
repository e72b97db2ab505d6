"""Publishing a stance: what was drafted, by a second person, with a reason and a source, seen before it is public."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from desk_fixtures import LATER, NOW, Browser, change, corpus_of, decisions, document, field, person, say, site_of
from desk_fixtures import application as application
from desk_fixtures import browser as browser
from desk_fixtures import config as config
from desk_fixtures import db as db
from desk_fixtures import made as made
from site_corpus import BROADBAND

from desk.reviews import publishing, review_items, reviews
from desk.reviews.drafts import draft_of, touched_by_others, waiting_drafts
from desk.reviews.public_change import public_words
from desk.reviews.reviews import EditConflict, NotAllowed
from desk.reviews.subjects import BadVerdict
from publish.at_once import publish_decisions
from settings import Configuration

SOURCE = "https://example.org/letter"


def drafted(db: Any, who: str = "Ben Writer", value: str = "oppose") -> dict[str, Any]:
    say(db, subject="stance", value=value, reason="It closes libraries.", source=SOURCE, who=who)
    found = draft_of(db, BROADBAND, "stance")
    assert found
    return found


def publish(db: Any, draft: dict[str, Any], who: str = "Ana Reader", **more: Any) -> int:
    given = {"reason": draft["reason"], "source": draft["source"], "seen": reviews.last_id(db, BROADBAND), "now": NOW}
    return publishing.publish(db, person(db, who), draft, **(given | more))


def test_the_draft_is_published_and_nothing_else(db: Any) -> None:
    publish(db, drafted(db))
    newest = reviews.history(db, BROADBAND)[0]
    assert (newest["value"], newest["published"], newest["source"], newest["name"]) == (
        "oppose",
        1,
        SOURCE,
        "Ana Reader",
    )
    assert draft_of(db, BROADBAND, "stance") is None, "no draft waits any more"
    shown = review_items.stances(reviews.history(db, BROADBAND), {})
    assert [(each["value"], each["published"]) for each in shown] == [("oppose", 1)]


def test_a_newer_draft_waits_beside_what_is_public(db: Any) -> None:
    publish(db, drafted(db))
    drafted(db, value="watch")
    shown = review_items.stances(reviews.history(db, BROADBAND), {})
    assert [(each["value"], each["published"]) for each in shown] == [("watch", 0), ("oppose", 1)]
    assert [row["value"] for row in waiting_drafts(db)] == ["watch"]


def test_who_drafted_does_not_publish_but_in_a_small_office(db: Any) -> None:
    draft = drafted(db, "Ana Reader")
    with pytest.raises(NotAllowed, match="another approver"):
        publish(db, draft)
    with pytest.raises(NotAllowed, match="approver"):
        publish(db, draft, "Ben Writer")
    publish(db, draft, own_drafts=True)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"reason": " "}, "a reason"),
        ({"source": ""}, "a source"),
        ({"source": "http://"}, "cannot open"),
        ({"source": "JavaScript:alert(1)"}, "cannot open"),
    ],
)
def test_the_public_gets_a_reason_and_a_source(db: Any, more: dict[str, str], why: str) -> None:
    with pytest.raises(BadVerdict, match=why):
        publish(db, drafted(db), **more)


def test_a_source_may_be_the_name_of_a_document(db: Any) -> None:
    publish(db, drafted(db), source="Letter: ALA to the House, March 1, 2022")


def test_what_somebody_decided_since_is_not_overwritten(db: Any) -> None:
    draft = drafted(db)
    seen = reviews.last_id(db, BROADBAND)
    say(db, subject="stance", value="watch", reason="New facts.", source=SOURCE, who="Ben Writer", now=LATER)
    with pytest.raises(EditConflict):
        publish(db, draft, seen=seen)


@pytest.mark.slow
async def test_the_page_shows_what_will_be_public_and_the_difference(
    browser: Browser, config: Configuration, db: Any
) -> None:
    await browser.sign_in()
    page = (await browser.get(document())).text
    assert '<option value="">Choose a stance</option>' in page, "no stance is chosen beforehand"
    assert "selected" not in page.partition('id="stance-value"')[2].partition("</select>")[0]
    drafted(db)
    page = (await browser.get(document())).text
    assert f'href="/desk/documents/{BROADBAND}/publish?subject=stance">Publish this draft' in page
    address = document(BROADBAND, "/publish")
    page = (await browser.get(f"{address}?subject=stance")).text
    assert "ALA has no public stance here" in page
    form = {name: field(page, name) for name in ("subject", "draft", "seen", "source")}
    preview = (await browser.send(address, **form, reason="It <b>ends</b> service.", step="preview")).text
    assert "It &lt;b&gt;ends&lt;/b&gt; service." in preview
    assert decisions(config) == {}
    lacking = await browser.send(address, **(form | {"source": ""}), reason="It ends service.", step="publish")
    assert (lacking.status_code, "name a source" in lacking.text) == (409, True)
    done = await browser.send(address, **form, reason="It ends service.", step="publish")
    assert done.status_code == 302
    again = await browser.send(address, **form, reason="It ends service.", step="publish")
    assert again.status_code == 302, "sent twice, it says that it is published, and not that the page is gone"
    assert decisions(config)[BROADBAND, "stance"][:3] == ("confirm", "oppose", "It ends service.")
    public = (await browser.get(f"/documents/{BROADBAND}")).text
    assert f'<a href="{SOURCE}"' in public
    drafted(db, value="watch")
    page = (await browser.get(f"{address}?subject=stance")).text
    assert "<del>Oppose</del>" in page
    assert "<ins>Watch</ins>" in page
    stale = await browser.send(address, **form, reason="x", step="publish")
    assert stale.status_code == 409
    assert (await browser.get(f"{address}?subject=stance:pr-library-records")).status_code == 404


@pytest.mark.slow
async def test_correcting_a_draft_begins_with_what_it_holds(browser: Browser, db: Any) -> None:
    await browser.sign_in()
    given = {"verdict": "confirm", "published": "0"}
    said = {"reason": "It ends service.", "source": SOURCE, "note": "Ask <Bea> first."}
    await browser.send(document(), subject="stance", value="oppose", **given, **said)
    page = (await browser.get(document())).text
    form = page.partition("Correct this draft")[2].partition("</form>")[0]
    assert 'value="oppose" selected' in form
    assert f'value="{SOURCE}"' in form
    assert ">It ends service.</textarea>" in form
    assert ">Ask &lt;Bea&gt; first.</textarea>" in form
    assert "the document as a whole" not in page.partition("Set a stance")[2], "nothing takes its place unseen"
    conflict = {"seen": "0", "subject": "stance", "value": "watch", "reason": "Another reason."}
    refused = await browser.send(document(), **given, **conflict)
    assert refused.status_code == 409
    again = refused.text.partition("Correct this draft")[2].partition("</form>")[0]
    assert 'value="watch" selected' in again
    assert ">Another reason.</textarea>" in again
    on_position = {"about": "tc-hotspot-lending", "subject": "stance", "value": "support", "seen": field(page, "seen")}
    assert (await browser.send(document(), **given, **on_position)).status_code == 302
    page = (await browser.get(document())).text
    assert page.count("Correct this draft") == 2
    assert 'name="subject" value="stance:tc-hotspot-lending"' in page
    assert "Set a stance" not in page


@pytest.mark.slow
async def test_a_withdrawal_leaves_the_draft_of_a_colleague(browser: Browser, config: Configuration, db: Any) -> None:
    """What replaces a stance is somebody's work: it waits, and its page says what happened to the stance."""
    await browser.sign_in()
    publish(db, drafted(db))
    assert "stays and waits for an approver" not in (await browser.get(document())).text
    draft = drafted(db, value="watch")
    page = (await browser.get(document())).text
    assert "The draft of Ben Writer stays and waits for an approver." in page
    form = {"subject": "stance", "published": "1", "verdict": "reject", "seen": field(page, "seen")}
    assert (await browser.send(document(), **form, sure="1")).status_code == 302
    assert (BROADBAND, "stance") not in decisions(config)
    assert [row["value"] for row in waiting_drafts(db)] == ["watch"]
    (said,) = touched_by_others(db, BROADBAND)
    assert (said["id"], said["by"], said["withdrawn"]) == (draft["id"], "Ana Reader", 1)
    assert "Ana Reader withdrew the published stance on" in (await browser.get(document())).text
    publish(db, draft)
    assert decisions(config) == {}, "nothing else is public before it is"
    assert (waiting_drafts(db), touched_by_others(db)) == ([], [])
    say(db, "reject", "stance", published=True)
    assert waiting_drafts(db) == [], "what was published does not come back as a draft"


@pytest.mark.slow
async def test_an_approver_drops_the_draft_of_a_colleague_who_left(
    browser: Browser, config: Configuration, db: Any
) -> None:
    await browser.sign_in()
    publish(db, drafted(db))
    draft = drafted(db, value="watch")
    page = (await browser.get(document())).text
    assert "Drop the draft of Ben Writer" in page
    assert "Ben Writer wrote it on March 9, 2022, and will read here that you dropped it" in page
    form = {
        "subject": "stance",
        "verdict": "reject",
        "value": "watch",
        "seen": field(page, "seen"),
        "note": "She left.",
    }
    assert (await browser.send(document(), **form)).status_code == 302
    assert (await browser.send(document(), **form)).status_code == 302, "a form that was sent twice"
    assert waiting_drafts(db) == []
    shown = review_items.stances(reviews.history(db, BROADBAND), {})
    assert [(each["value"], each["published"]) for each in shown] == [("oppose", 1)], "what is public stays"
    newest, before = reviews.history(db, BROADBAND)[:2]
    assert (newest["did"], newest["name"]) == ("dropped the draft of the stance “Watch”", "Ana Reader")
    assert (before["id"], before["reason"]) == (draft["id"], "It closes libraries."), "the draft is kept"
    author = Browser(site_of(config).app())
    await author.sign_in("Ben Writer")
    assert "draft of yours" not in (await author.get("/desk")).text, "at the first visit, nothing is new"
    db.execute("update visits set since = '2022-03-01T00:00:00Z'")
    assert "1 draft of yours on H.R. 1783: Ana Reader dropped it" in (await author.get("/desk")).text
    page = (await author.get(document())).text
    assert "Ana Reader dropped the draft “Watch” of Ben Writer on" in page
    assert "“She left.”" in page
    reviews.undo(db, person(db), newest["id"], now=LATER)
    assert [row["value"] for row in waiting_drafts(db)] == ["watch"]


def test_only_the_author_or_an_approver_drops_a_draft(db: Any) -> None:
    with pytest.raises(BadVerdict, match="no draft"):
        say(db, "reject", "stance")
    drafted(db, "Ana Reader")
    with pytest.raises(NotAllowed, match="only Ana Reader, who wrote the draft, or an approver"):
        say(db, "reject", "stance", who="Ben Writer")
    drafted(db, "Ben Writer")
    say(db, "reject", "stance", who="Ben Writer")
    assert (waiting_drafts(db), touched_by_others(db)) == ([], [])


@pytest.mark.slow
async def test_the_setting_for_small_offices(config: Configuration, db: Any) -> None:
    draft = drafted(db, "Ana Reader")
    form = {
        "subject": "stance",
        "draft": draft["id"],
        "seen": draft["id"],
        "reason": "x",
        "source": "y",
        "step": "publish",
    }
    for own, status in (("no", 403), ("yes", 302)):
        browser = Browser(site_of(replace(config, publish_own_drafts=own)).app())
        await browser.sign_in()
        page = (await browser.get(document(BROADBAND, "/publish?subject=stance"))).text
        assert ("Another approver must publish it" in page) is (own == "no")
        assert (await browser.send(document(BROADBAND, "/publish"), **form)).status_code == status


async def test_the_trail_and_the_record_for_programs_name_the_source(
    browser: Browser, config: Configuration, db: Any
) -> None:
    publish(db, drafted(db), source="Letter of March 8 <to the chair>")
    assert publish_decisions(config.corpus, db, [BROADBAND])
    await browser.sign_in()
    trail = (await browser.get(f"/desk/trail?document={BROADBAND}")).text
    assert "<p>Source: Letter of March 8 &lt;to the chair&gt;</p>" in trail, "of the publication"
    assert f'<p>Source: <a href="{SOURCE}" rel="external noopener">{SOURCE}</a></p>' in trail, "of the draft"
    [stance] = (await browser.get(f"/documents/{BROADBAND}.json")).json()["stances"]
    assert (stance["value"], stance["source"]) == ("oppose", "Letter of March 8 <to the chair>")


OUTCOME = "outcome:tc-hotspot-lending"
PROPOSED = {
    "subject": "outcome",
    "outcome": "tc-hotspot-lending",
    "verdict": "confirm",
    "value": "rejected",
    "draft": "1",
}


def ended(config: Configuration, db: Any) -> None:
    change(config, "update documents set status = 'failed' where id = ?", BROADBAND)
    say(db, subject="position:tc-hotspot-lending", value="support")
    publish_decisions(config.corpus, db, [BROADBAND])


def outcomes(config: Configuration) -> list[tuple[Any, ...]]:
    """What the public reads: the decision, and what the scorecard counts."""
    with closing(corpus_of(config)) as corpus:
        return [
            *corpus.execute("select value from decisions where subject = ?", [OUTCOME]).fetchall(),
            *corpus.execute("select outcome from outcomes").fetchall(),
        ]


async def test_a_reviewer_proposes_an_outcome_and_an_approver_publishes_it(
    browser: Browser, application: Any, config: Configuration, db: Any
) -> None:
    ended(config, db)
    await browser.sign_in("Ben Writer")
    page = (await browser.get(document())).text
    sent = await browser.send(document(), **PROPOSED, note="zyzzyva-note", seen=field(page, "seen"))
    assert sent.status_code == 302
    publish_decisions(config.corpus, db, [BROADBAND])
    assert outcomes(config) == [], "nothing is public before an approver says so"
    page = (await browser.get(document())).text
    assert "Ben Writer</strong> proposed the outcome for “Lend hotspots”: Rejected" in page
    assert "Drop your proposal" in page
    assert (await browser.get(document(more=f"/publish?subject={OUTCOME}"))).status_code == 403

    ana = Browser(application)
    await ana.sign_in()
    assert "document with a draft to publish" in (await ana.get("/desk")).text
    assert "Draft: outcome “Rejected”" in (await ana.get("/desk/ours?waiting=1&ended=1")).text
    assert f"/publish?subject={OUTCOME.replace(':', '%3A')}" in (await ana.get(document())).text
    page = (await ana.get(document(more=f"/publish?subject={OUTCOME}"))).text
    assert "Publish an outcome" in page
    assert "Nothing: no outcome for this position." in page
    form = {name: field(page, name) for name in ("subject", "draft", "seen")}
    assert (await ana.send(document(more="/publish"), **form, step="publish")).status_code == 302
    assert outcomes(config) == [("rejected",), ("rejected",)]
    assert draft_of(db, BROADBAND, OUTCOME) is None
    newest = reviews.history(db, BROADBAND)[0]
    assert (newest["name"], newest["draft"], newest["reason"]) == ("Ana Reader", 0, None)


async def test_a_proposed_outcome_changes_nothing_of_one_that_is_public(config: Configuration, db: Any) -> None:
    ended(config, db)
    say(db, subject=OUTCOME, value="incorporated")
    say(db, subject=OUTCOME, value="rejected", draft=True, who="Ben Writer")
    publish_decisions(config.corpus, db, [BROADBAND])
    assert outcomes(config) == [("incorporated",), ("incorporated",)]
    assert reviews.current(db, BROADBAND, OUTCOME)["value"] == "incorporated"
    assert public_words(db, BROADBAND, OUTCOME)["value"] == "incorporated"
    assert [row["value"] for row in waiting_drafts(db)] == ["rejected"]
    assert next(item for item in items(db) if item.subject == OUTCOME).review["value"] == "incorporated"
    say(db, subject=OUTCOME, value="partly")
    assert waiting_drafts(db) == [], "what an approver decides since ends the proposal"


def test_only_its_author_or_an_approver_drops_a_proposed_outcome_and_both_can_be_undone(
    config: Configuration, db: Any
) -> None:
    ended(config, db)
    say(db, subject=OUTCOME, value="incorporated")
    made = say(db, subject=OUTCOME, value="rejected", draft=True, who="Ben Writer")
    assert last(db, "Ben Writer") == made, "undo, and its key, take back what was said last, and nothing before it"
    dropped = say(db, "reject", OUTCOME, draft=True)
    assert (last(db, "Ana Reader"), last(db, "Ben Writer")) == (dropped, None)
    assert draft_of(db, BROADBAND, OUTCOME) is None
    assert [(row["value"], row["by"], row["draft"]) for row in touched_by_others(db)] == [("rejected", "Ana Reader", 1)]
    reviews.undo(db, person(db), dropped, now=NOW)
    assert draft_of(db, BROADBAND, OUTCOME)["id"] == made
    reviews.undo(db, person(db, "Ben Writer"), made, now=NOW)
    assert draft_of(db, BROADBAND, OUTCOME) is None
    assert reviews.current(db, BROADBAND, OUTCOME)["value"] == "incorporated", "what is public stays through all of it"
    say(db, subject=OUTCOME, value="rejected", draft=True)
    with pytest.raises(NotAllowed, match="only Ana Reader"):
        say(db, "reject", OUTCOME, draft=True, who="Ben Writer")


@pytest.mark.parametrize(
    ("subject", "verdict", "value", "more"),
    [
        ("area:broadband", "confirm", None, {}),
        ("position:tc-hotspot-lending", "confirm", "support", {}),
        ("stance", "confirm", "support", {}),
        ("priority", "confirm", "2", {}),
        (OUTCOME, "defer", None, {}),
        (OUTCOME, "confirm", "rejected", {"published": True}),
    ],
)
def test_nothing_but_an_outcome_is_proposed_as_one(
    db: Any, subject: str, verdict: str, value: str | None, more: dict[str, Any]
) -> None:
    with pytest.raises(BadVerdict, match="only an outcome"):
        say(db, verdict, subject, value=value, draft=True, **more)


def items(db: Any) -> list[review_items.Item]:
    return review_items.items(db, BROADBAND, review_items.titles(db))


def last(db: Any, who: str) -> int | None:
    found = reviews.last_of(db, person(db, who))
    return found and found["id"]
