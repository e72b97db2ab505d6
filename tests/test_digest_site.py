"""The digest's pages through Datasette's client: subscribe, confirm, manage, leave, public issues; nothing private shows."""

from __future__ import annotations

import re
import sqlite3
import xml.etree.ElementTree as ET
from contextlib import closing
from pathlib import Path

import pytest
from digest_fixtures import FIRST, FIRST_DAY, HEAD, JOINED, Postbox, corpus, post_office, reader
from site_corpus import BROADBAND, TODAY

import serve
from digest import service
from digest.delivery.send import Server
from digest.issues import editing, issues
from digest.subscribers import limits, subscribers
from digest.subscribers.preferences import Preferences
from digest.subscribers.tokens import Links
from pages.browse.filters import Filters
from settings import Configuration
from store.connect import open_mail

pytestmark = pytest.mark.slow


@pytest.fixture
def config(tmp_path: Path) -> Configuration:
    corpus(tmp_path)
    return Configuration(data=tmp_path, site="https://policy.example.org", mail_from=HEAD.sender)


@pytest.fixture
def site(config: Configuration):
    return serve.build(config.corpus, secret="a secret of the tests", today=TODAY, mail=config)


@pytest.fixture
def db(config: Configuration):
    opened = open_mail(config.mail)
    yield opened
    opened.close()


def release(db, config: Configuration, note: str | None = None) -> str:
    with closing(service.corpus(config.corpus)) as source:
        issue = issues.prepare(db, source, list_="public", frequency="weekly", now=FIRST, day=FIRST_DAY)
    if note:
        editing.write_note(db, issue.id, note)
    issues.release(db, issue, now=FIRST)
    return issue.id


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"email": "reader"}, "no podemos escribir a esta dirección"),
        ({"email": "a@b.org", "area": "cheese"}, "no se puede elegir «cheese»"),
        ({"email": "a@b.org", "frequency": "yearly"}, "no existe «yearly»; elija una de estas opciones"),
        ({"email": "a@b.org", "documents": "<b>"}, "«&lt;b&gt;» no es un documento de este sitio"),
    ],
)
async def test_what_is_wrong_in_a_spanish_form_is_said_in_spanish(site, sent: dict[str, str], said: str) -> None:
    form = {"frequency": "weekly", "language": "es", "step": "save"}
    page = await site.client.post("/es/subscribe", data=form | sent)
    assert page.status_code == 400
    assert said in page.text
    assert "there is no" not in page.text


async def test_from_the_form_to_the_first_letter_to_leaving(site, db, config: Configuration) -> None:
    form = {
        "email": "reader@example.org",
        "area": ["broadband", "library-funding"],
        "frequency": "weekly",
        "language": "es",
    }
    page = await site.client.post("/subscribe", data=form)
    assert "How much email to expect" in page.text
    assert 'value="reader@example.org"' in page.text
    assert db.execute("select count(*) from subscribers").fetchone()[0] == 0, "an estimate saves nothing"
    page = await site.client.post("/es/subscribe", data={**form, "step": "save"})
    assert "Revise su correo" in page.text
    assert "Check your email" in (await site.client.post("/subscribe", data={**form, "step": "save"})).text
    assert "set-cookie" not in page.headers
    postbox = Postbox()
    with post_office(postbox) as port:
        host = Server(host="127.0.0.1", port=port, security="none", rate=0)
        assert (await service.send_letters(db, config, clock=lambda: "2999-01-01T00:00:00Z", host=host))["sent"] == 1
    text = postbox.got[0][1].get_body(("plain",)).get_content()
    path = re.search(r"https://policy\.example\.org(/es/subscribe/confirm/\S+)", text)[1]
    assert "Sí, envíenmelo" in (await site.client.get(path)).text
    assert "Yes, send it to me" in (await site.client.get(path.removeprefix("/es"))).text
    assert db.execute("select state from subscribers").fetchone()[0] == "pending", "opening a link confirms nothing"
    assert "Recibirá el boletín" in (await site.client.post(path)).text
    row = next(db.query("select * from subscribers"))
    assert (row["state"], row["language"]) == ("confirmed", "es")
    assert Preferences.load(row["preferences"]).areas == ("broadband", "library-funding")

    manage = f"/subscribe/manage/{Links.of(db).manage(row['handle'])}"
    page = await site.client.get(manage)
    assert page.text.count(" checked>") == 4
    assert "reader@example.org" not in page.text
    assert "The address of this page" not in page.text, "a key is for no printer"
    assert page.headers["cache-control"] == "no-store"
    page = await site.client.post(
        manage, data={"area": "broadband", "must_see": "1", "frequency": "daily", "step": "save"}
    )
    assert "Saved." in page.text
    row = next(db.query("select * from subscribers"))
    assert row["frequency"] == "daily"
    assert Preferences.load(row["preferences"]) == Preferences(areas=("broadband",), must_see=True)

    leave = re.search(r'href="(/subscribe/leave/[^"]+)"', page.text)[1]
    assert "Yes, leave" in (await site.client.get(leave)).text
    assert db.execute("select state from subscribers").fetchone()[0] == "confirmed", "opening a link leaves nothing"
    one_click = await site.client.post(
        leave,
        content="List-Unsubscribe=One-Click",
        headers={"content-type": "application/x-www-form-urlencoded", "cookie": "ds_csrftoken=other; x=y"},
    )
    assert one_click.status_code == 200
    assert db.execute("select state, address from subscribers").fetchone() == ("left", None)
    again = await site.client.post(leave)
    assert (again.status_code, "You are not on the list" in again.text) == (200, True)
    assert (await site.client.get(manage)).status_code == 410


async def test_an_old_leaving_link_tells_the_truth_and_leaves(site, db) -> None:
    link = f"/subscribe/leave/{Links.of(db).leave(reader(db, 'a@example.org').handle)}"
    assert "You have left the list" in (await site.client.post(link)).text
    assert "You are not on the list" in (await site.client.get(link)).text
    reader(db, "a@example.org", now=FIRST)
    page = (await site.client.get(link)).text
    assert "Leave the list?" in page
    assert "You have left" not in page
    one_click = await site.client.post(
        link, content="List-Unsubscribe=One-Click", headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert "You have left the list" in one_click.text
    assert {row[0] for row in db.execute("select state from subscribers")} == {"left"}


async def test_who_asks_is_told_that_a_letter_waits_and_what_was_not_taken(
    site, db, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def said(address: str) -> tuple[int, str]:
        answer = await site.client.post("/subscribe", data={"email": address, "step": "save"})
        return answer.status_code, answer.text

    monkeypatch.setattr(limits, "PER_DOMAIN_HOUR", 2)
    reader(db, "known@example.org", now="2020-01-01T00:00:00Z")
    subscribers.suppress(db, "never@example.org", "asked for it", now=JOINED)
    assert "because many people" not in (await said("a@example.org"))[1]
    for n in range(3):
        await said(f"b{n}@example.org")
    pages = [await said(f"{name}@example.org") for name in ("known", "never")]
    assert pages[0] == pages[1]
    assert "It can take 2 hours, because many people are subscribing." in pages[0][1]
    assert "because many people" not in (await said("new@elsewhere.example"))[1]
    monkeypatch.setattr(limits, "LONGEST_WAIT", 1)
    monkeypatch.setattr(limits, "LONGEST_WAIT_AT_ALL", 1)
    status, page = await said("c@example.org")
    assert (status, "Your subscription was not saved:</strong> more people" in page) == (429, True)


async def test_the_answer_does_not_tell_who_reads(site, db) -> None:
    reader(db, "known@example.org", now="2020-01-01T00:00:00Z")
    pages = [
        (await site.client.post("/subscribe", data={"email": each, "step": "save"})).text
        for each in ("known@example.org", "new@example.org")
    ]
    assert pages[0] == pages[1]


@pytest.mark.parametrize(
    "data",
    [
        {"email": "no address", "step": "save"},
        {"email": "a@b.org\r\nBcc: c@d.org", "step": "save"},
        {"step": "save"},
        {"email": "a@example.org", "area": "<script>alert(1)</script>", "step": "save"},
        {"email": "a@example.org", "frequency": "hourly", "step": "save"},
        {"email": '"><script>alert(1)</script>', "step": "save"},
        {"email": "a@example.org", "searches": "x" * 40_000},
        {"email": "a@example.org", "area": ["x"] * 2000},
    ],
)
async def test_what_cannot_be_used_is_told_on_the_form(site, db, data) -> None:
    page = await site.client.post("/subscribe", data=data)
    assert page.status_code == 400
    assert "This cannot be used yet" in page.text
    assert "<script>" not in page.text
    assert db.execute("select count(*) from subscribers").fetchone()[0] == 0


async def test_a_wrong_address_is_told_at_its_field(site) -> None:
    page = (await site.client.post("/subscribe", data={"email": "foo", "step": "save"})).text
    [field] = re.findall(r'<input id="email"[^>]*>', page)
    assert 'aria-describedby="email-help email-error" aria-invalid="true" autofocus' in field
    assert page.count('role="alert"') == page.count('<p class="field-error" id="email-error" role="alert">') == 1
    right = (await site.client.get("/subscribe")).text
    assert "aria-invalid" not in right
    assert "email-error" not in right


async def test_positions_are_chosen_one_by_one(site) -> None:
    page = (await site.client.get("/subscribe")).text
    assert "<select" not in page
    assert '<input type="checkbox" name="position" value="' in page


@pytest.mark.parametrize("kind", ["confirm", "manage", "leave"])
@pytest.mark.parametrize("token", ["WyJhIl0.forged-forged", "a" * 399, "..........", "WyJhIl0.aaaa.bbbbbbbbbbbb"])
async def test_forged_links_open_nothing(site, db, kind: str, token: str) -> None:
    reader(db, "a@example.org")
    for method in ("GET", "POST"):
        answer = await site.client.request(method, f"/subscribe/{kind}/{token}")
        assert answer.status_code == 404
    assert db.execute("select state from subscribers").fetchone()[0] == "confirmed"


async def test_public_issues_and_their_feed(site, db, config: Configuration) -> None:
    assert "No issue has come out yet" in (await site.client.get("/digest")).text
    key = release(db, config, "Two things.\n\nThe <b>second</b>.")
    page = (await site.client.get(f"/digest/{key}")).text
    for fact in (
        "Hotspot lending under the E-Rate program",
        "22 days left",
        "S. 900",
        "Two things.",
        "The &lt;b&gt;second",
        "Passed one chamber March 7, 2022",
        "Lend hotspots",
        "no stance has been confirmed",
    ):
        assert fact in page
    assert "<script>alert" not in page
    assert "quedan 22 días" in (await site.client.get(f"/digest/{key}?language=es")).text
    assert key in (await site.client.get("/digest")).text
    feed = ET.fromstring((await site.client.get("/digest.atom")).text)
    ids = [each.text for each in feed.iter("{http://www.w3.org/2005/Atom}id")]
    reach = "How far the data of each place reach: https://policy.example.org/jurisdictions"
    assert [each.text for each in feed.iter("{http://www.w3.org/2005/Atom}subtitle")] == [reach]
    assert ids == ["https://policy.example.org/digest", f"https://policy.example.org/digest/{key}"]
    assert (await site.client.get(f"/digest/{key}?language=xx")).status_code == 404


async def test_issues_of_staff_and_drafts_are_not_public(site, db, config: Configuration) -> None:
    with closing(service.corpus(config.corpus)) as source:
        staff = issues.prepare(db, source, list_="staff", frequency="weekly", now=FIRST, day=FIRST_DAY)
        draft = issues.prepare(db, source, list_="public", frequency="weekly", now=FIRST, day=FIRST_DAY)
    issues.release(db, staff, now=FIRST)
    for key in (staff.id, draft.id):
        assert (await site.client.get(f"/digest/{key}")).status_code == 404


async def test_mail_db_is_out_of_reach_of_datasette(site, db, config: Configuration) -> None:
    reader(db, "hidden@example.org")
    assert set(site.databases) == {"_internal", "corpus"}
    paths = [
        "/mail",
        "/mail.json",
        "/mail/subscribers",
        "/corpus/subscribers",
        "/corpus.json?sql=select+*+from+subscribers",
        "/corpus.json?sql=select+name+from+pragma_database_list",
        "/-/databases.json",
        "/-/metadata.json",
        "/digest",
        "/subscribe",
        "/static/../mail.db",
        "/mail.db",
    ]
    for path in paths:
        answer = await site.client.get(path)
        assert "hidden@example.org" not in answer.text, path
        assert "mail.db" not in answer.text.replace("/mail.db", ""), path
        assert str(config.data) not in answer.text, path


async def test_a_site_without_mail_has_none_of_these_pages(config: Configuration) -> None:
    bare = serve.build(config.corpus, secret="x", today=TODAY)
    for path in ("/subscribe", "/digest", "/digest.atom"):
        assert (await bare.client.get(path)).status_code == 404
    assert "/subscribe" not in (await bare.client.get("/")).text


def shown(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


async def test_the_choice_is_a_sentence_with_how_much_mail_it_means(site) -> None:
    page = (await site.client.get("/subscribe")).text
    assert "Only priority documents ; Weekly; English ." in shown(page)
    assert "items a week" in shown(page)
    assert page.index("Your choice") < page.index("Ready-made lists") < page.index("Change the choice")
    assert page.count('value="save"') == 1
    state = re.search(r'href="(/subscribe\?jurisdiction=us-[a-z]{2}&amp;must_see=0)"', page)
    issue = re.search(r'href="(/subscribe\?[^"]+)">E-Rate and broadband</a>', page)
    assert issue
    assert f'href="{issue[1]}"' in (await site.client.get("/trackers/broadband")).text, "one list, wherever one starts"
    page = shown((await site.client.get(issue[1].replace("&amp;", "&"))).text)
    assert "Everything on the issues you follow ; issues: E-Rate and broadband ; Weekly" in page
    assert "Saved searches are not counted" not in page
    listed = (await site.client.get("/browse?q=tracker:broadband")).text
    link = re.search(r'href="(/subscribe\?[^"]+)" rel="nofollow">Get this search by email</a>', listed)
    assert link
    page = shown((await site.client.get(link[1].replace("&amp;", "&"))).text)
    assert "Everything on the issues you follow ; issues: E-Rate and broadband ; Weekly" in page
    page = shown((await site.client.get("/subscribe?searches=tracker:broadband")).text)
    assert "Only priority documents ; also these issues: E-Rate and broadband ; Weekly" in page
    place = (await site.client.get("/jurisdictions/us")).text
    assert place.count('href="/subscribe?jurisdiction=us&amp;must_see=0"') == 2, "as “My state” on the form"
    if state:
        page = shown((await site.client.get(state[1].replace("&amp;", "&"))).text)
        assert "Everything on information policy ; places: " in page
    gone = (await site.client.get("/subscribe?position=no-such-position")).text
    assert "Your choice" in gone
    assert "This cannot be used yet" in gone, "what a subscription cannot hold is named"
    spanish = (await site.client.get("/es/subscribe?area=broadband")).text
    assert "Solo lo prioritario" in spanish
    assert "áreas: " in spanish
    assert re.search(r'name="language" value="es"[^>]* checked', spanish), (
        "who comes from a Spanish page gets Spanish emails"
    )


async def test_subscribing_from_a_document_or_an_area(site) -> None:
    page = (await site.client.get("/subscribe?area=broadband&documents=us-117-hr1783")).text
    assert re.search(r'value="broadband" checked', page)
    assert ">H.R. 1783, 117th Congress</textarea>" in page


async def test_documents_to_follow_are_named_and_entered_as_people_call_them(site, db) -> None:
    page = shown((await site.client.get("/subscribe?documents=us-117-hr1783")).text)
    assert "documents: H.R. 1783, 117th Congress ; Weekly" in page
    assert BROADBAND not in page
    form = {"email": "a@b.org", "frequency": "weekly", "step": "save"}
    lines = "H.R. 1783, 117th Congress\nhttps://policy.example.org/documents/us-117-hr9\ns 42\nus-1-gone"
    await site.client.post("/subscribe", data=form | {"documents": lines})
    [kept] = [Preferences.load(row[0]) for row in db.execute("select preferences from subscribers")]
    assert kept.documents == ("us-117-hr1783", "us-117-hr9", "us-117-s42", "us-1-gone")
    [handle] = db.execute("select handle from subscribers").fetchone()
    db.execute("update subscribers set state = 'confirmed'")
    manage = f"/subscribe/manage/{Links.of(db).manage(handle)}"
    page = (await site.client.get(manage)).text
    assert ">H.R. 1783, 117th Congress\nH.R. 9, 117th Congress\nS. 42, 117th Congress\nus-1-gone</textarea>" in page
    wrong = await site.client.post(manage, data=form | {"documents": "the bill of today"})
    assert (wrong.status_code, "“the bill of today” is not a document of this site: enter its" in wrong.text) == (
        400,
        True,
    )


async def test_a_number_of_several_documents_is_not_followed_by_chance(site, config: Configuration, db) -> None:
    with closing(sqlite3.connect(config.corpus)) as corpus, corpus:
        corpus.execute("update documents set id = 'us-118-hr1783', session = '118' where id = 'us-117-hr9'")
        corpus.execute(
            "update listing set document_id = 'us-118-hr1783', number = 'hr1783' where document_id = 'us-117-hr9'"
        )
        corpus.execute("update documents set identifier = 'H.R. 1783' where id = 'us-118-hr1783'")
    form = {"email": "a@b.org", "frequency": "weekly", "step": "save", "documents": "HR 1783"}
    refused = await site.client.post("/es/subscribe", data=form)
    assert refused.status_code == 400
    assert "varios documentos tienen el número «HR 1783»: escriba uno de estos: H.R. 1783" in refused.text
    assert db.execute("select count(*) from subscribers").fetchone()[0] == 0


async def test_following_a_document_from_its_page_sends_that_document_alone(site) -> None:
    page = (await site.client.get(f"/documents/{BROADBAND}")).text
    link = re.search(r'href="(/subscribe\?[^"]+)" rel="nofollow"[^>]*>Follow it by email</a>', page)
    assert link
    page = shown((await site.client.get(link[1].replace("&amp;", "&"))).text)
    assert "Only the documents you follow ; documents: H.R. 1783, 117th Congress ; Weekly" in page
    assert "items a week" in page


async def test_subscribing_from_the_list_of_an_issue_follows_that_issue_alone(site) -> None:
    asked = Filters.of({"q": "tracker:broadband"}).subscription()
    assert asked == ("Get this search by email", "/subscribe?must_see=0&searches=tracker%3Abroadband")
    assert "Everything on the issues you follow" in (await site.client.get(asked[1])).text
    several = {"jurisdiction": "us-tx,us-oh"}
    for chosen in (
        {"must_see": "1"},
        several,
        {"jurisdiction": "states"},
        {"jurisdiction": "us-tx", "status": "alive"},
    ):
        wider = Filters.of({"q": "tracker:broadband", **chosen}).subscription()
        assert wider == ("Get the whole issue by email", asked[1]), "a subscription narrows an issue to one place alone"
    assert Filters.of({"q": "tracker:broadband", "area": "tagged"}).subscription() == asked


async def test_subscribing_from_the_list_of_an_issue_in_one_place_follows_it_there(site) -> None:
    """The link of Iowa's library bills led to those of all states."""
    words, asked = Filters.of({"q": "tracker:broadband", "jurisdiction": "us", "area": "tagged"}).subscription()
    assert (words, asked) == (
        "Get this search by email",
        "/subscribe?must_see=0&searches=tracker%3Abroadband+place%3Aus",
    )
    assert Filters.of({"q": "tracker:broadband place:us"}).subscription() == (words, asked)
    page = shown((await site.client.get(asked)).text)
    assert "Everything on the issues you follow ; issues: E-Rate and broadband, United States ; Weekly" in page
    assert "Saved searches are not counted" not in page
    place = (await site.client.get("/jurisdictions/us")).text
    link = re.search(r'href="([^"]+)">Get an email when a library bill moves in United States</a>', place)
    assert link
    page = shown((await site.client.get(link[1].replace("&amp;", "&"))).text)
    assert "issues: All library bills, United States ; Weekly" in page


@pytest.mark.parametrize("chosen", [{}, {"jurisdiction": "us-tx"}, {"area": "tagged", "status": "failed"}])
async def test_subscribing_from_a_search_says_that_priority_documents_come_too(site, chosen: dict[str, str]) -> None:
    words, asked = Filters.of({"q": "broadband", **chosen}).subscription()
    assert words == "Get all documents with these words, and priority documents, by email"
    page = shown((await site.client.get(asked)).text)
    assert "Only priority documents ; also these words: broadband ; Weekly" in page


@pytest.mark.parametrize(
    ("chosen", "words", "asked"),
    [
        ({"area": "broadband"}, "Get this search by email", "area=broadband&must_see=0"),
        ({"jurisdiction": "us", "area": "tagged"}, "Get this search by email", "jurisdiction=us&must_see=0"),
        ({"jurisdiction": "us", "must_see": "1"}, "Get this search by email", "jurisdiction=us&must_see=1"),
        (
            {"area": "broadband", "status": "alive"},
            "Get these by email, whatever their status or year",
            "area=broadband&must_see=0",
        ),
        (
            {"area": "broadband", "year": "2022"},
            "Get these by email, whatever their status or year",
            "area=broadband&must_see=0",
        ),
    ],
)
def test_a_subscription_is_to_the_documents_of_its_list(chosen: dict[str, str], words: str, asked: str) -> None:
    assert Filters.of(chosen).subscription() == (words, f"/subscribe?{asked}")


async def test_a_list_that_no_subscription_can_hold_offers_none(site) -> None:
    for chosen in (
        {"jurisdiction": "us"},
        {"area": "any"},
        {"area": "broadband", "ceremonial": "any"},
        {"must_see": "0"},
    ):
        assert Filters.of(chosen).subscription() is None, chosen
    assert 'class="by-mail"' not in (await site.client.get("/browse?jurisdiction=us")).text


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/areas/broadband", "area=broadband"),
        ("/positions/tc-hotspot-lending", "position=tc-hotspot-lending"),
        ("/deadlines?jurisdiction=us", "jurisdiction=us"),
        ("/calendar?area=broadband", "area=broadband"),
    ],
)
async def test_subscribing_from_a_list_means_all_of_it(site, path: str, asked: str) -> None:
    assert f'href="/subscribe?{asked}&amp;must_see=0"' in (await site.client.get(path)).text


async def test_the_dates_of_every_subject_have_no_subscription(site) -> None:
    for path in ("/deadlines", "/calendar"):
        assert "news and deadlines by email" in (await site.client.get(path)).text
        assert "news and deadlines by email" not in (await site.client.get(f"{path}?area=all")).text


async def test_subscribing_from_a_list_of_several_places_means_those_places(site, config: Configuration) -> None:
    with closing(sqlite3.connect(config.corpus)) as corpus, corpus:
        corpus.execute("update documents set jurisdiction = 'us-tx' where id = 'us-117-s42'")
    _, asked = Filters.of({"area": "broadband", "jurisdiction": "us,us-tx", "kind": "bill,regulation"}).subscription()
    assert asked == "/subscribe?area=broadband&jurisdiction=us&jurisdiction=us-tx&kind=bill&kind=regulation&must_see=0"
    known = re.findall(r'name="jurisdiction" value="([^"]+)"', (await site.client.get("/subscribe")).text)
    states = ["us-tx"]
    assert set(known) == {"us", *states}
    for group, expected in (
        (",".join(known), known),
        ("federal", ["us"]),
        ("states", states),
        (f"us,{states[0]},states", ["us", *states]),
    ):
        page = (await site.client.get(f"/subscribe?jurisdiction={group}")).text
        assert re.findall(r'name="jurisdiction" value="([^"]+)" checked', page) == expected, group


async def test_a_person_far_away_is_counted_and_a_proxy_is_not(site, db) -> None:
    for number in range(12):
        await site.client.post(
            "/subscribe",
            data={"email": f"p@d{number}.example", "step": "save"},
            headers={"x-forwarded-for": "1.1.1.1, 198.51.100.7"},
        )
    assert db.execute("select count(*) from subscribers").fetchone()[0] == 8
