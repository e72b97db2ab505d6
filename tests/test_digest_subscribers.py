"""Asking twice, leaving by a link, forged and replayed links, bombing of a third person, forgetting a person."""

from __future__ import annotations

import sqlite3
from functools import partial
from pathlib import Path

import pytest
from digest_fixtures import FIRST, HEAD, JOINED, SECOND, mail_db, reader
from hypothesis import given
from hypothesis import strategies as st
from place_fixtures import DAY
from place_fixtures import file as file

from digest.delivery.message import letter
from digest.issues.lines import plain
from digest.subscribers import addresses, estimate, limits, subscribers
from digest.subscribers.addresses import BadAddress
from digest.subscribers.preferences import BadPreferences, Preferences, preferences
from digest.subscribers.tokens import BadLink, Links


@pytest.fixture
def db(tmp_path: Path):
    with mail_db(tmp_path) as opened:
        yield opened


def subscribe(*arguments, **values) -> bool:
    """Whether a letter is queued."""
    return subscribers.subscribe(*arguments, **values)[0]


def waiting(db) -> int:
    return db.execute("select count(*) from deliveries where state = 'queued'").fetchone()[0]


def token_of(db, address: str) -> str:
    row = next(db.query("select handle, nonce from subscribers where address_key = ?", [address]))
    return Links.of(db).confirm(row["handle"], row["nonce"])


def test_nobody_is_a_reader_before_they_confirm(db) -> None:
    assert subscribe(db, "New.Reader@Example.ORG", Preferences(), now=JOINED)
    row = next(db.query("select * from subscribers"))
    assert (row["state"], row["address"]) == ("pending", "New.Reader@example.org")
    person = subscribers.confirm(db, token_of(db, "new.reader@example.org"), now=FIRST)
    assert (person.state, person.confirmed_at) == ("confirmed", FIRST)
    assert waiting(db) == 0


def test_a_replayed_confirmation_changes_nothing(db) -> None:
    subscribe(db, "a@example.org", Preferences(), now=JOINED)
    token = token_of(db, "a@example.org")
    person = subscribers.confirm(db, token, now=JOINED)
    assert subscribers.confirm(db, token, now=FIRST).confirmed_at == JOINED
    subscribers.leave(db, person, now=FIRST)
    with pytest.raises(BadLink):
        subscribers.confirm(db, token, now=FIRST)
    subscribe(db, "a@example.org", Preferences(), now=FIRST)
    with pytest.raises(BadLink):
        subscribers.confirm(db, token, now=FIRST)
    assert {row["state"] for row in db.query("select state from subscribers")} == {"left", "pending"}


def test_a_newer_wish_replaces_an_older_link(db) -> None:
    subscribe(db, "a@example.org", Preferences(areas=("privacy",)), now=JOINED)
    old = token_of(db, "a@example.org")
    subscribe(db, "a@example.org", Preferences(areas=("copyright",)), now=JOINED)
    with pytest.raises(BadLink):
        subscribers.confirm(db, old, now=JOINED)
    assert waiting(db) == 1, "the older letter is not sent any more"


@pytest.mark.parametrize("purpose", ["confirm", "manage", "leave"])
def test_forged_and_borrowed_links_are_refused(db, purpose: str) -> None:
    person = reader(db, "a@example.org")
    links, stranger = Links.of(db), Links("another key")
    reads = {"confirm": links.read_confirm, "manage": links.read_manage, "leave": links.read_leave}
    made = {
        "confirm": links.confirm(person.handle, "x"),
        "manage": links.manage(person.handle),
        "leave": links.leave(person.handle),
    }
    forged = {
        "confirm": stranger.confirm(person.handle, "x"),
        "manage": stranger.manage(person.handle),
        "leave": stranger.leave(person.handle),
    }
    bad = [forged[purpose], made[purpose][:-1], "A" + made[purpose][1:], "", ".", "..", person.handle, "é", "x" * 4000]
    for token in [*bad, *(made[other] for other in made if other != purpose)]:
        with pytest.raises(BadLink):
            reads[purpose](token)


def test_links_grow_old_but_the_one_to_leave(db, monkeypatch: pytest.MonkeyPatch) -> None:
    links = Links.of(db)
    confirm, manage, leave = links.confirm("handle", "nonce"), links.manage("handle"), links.leave("handle")
    import itsdangerous.timed

    later = itsdangerous.timed.time.time() + 365 * 24 * 3600
    monkeypatch.setattr(itsdangerous.timed.time, "time", lambda: later)
    for read, token in ((links.read_confirm, confirm), (links.read_manage, manage)):
        with pytest.raises(BadLink) as caught:
            read(token)
        assert caught.value.expired
    assert links.read_leave(leave) == "handle"


@given(st.text(max_size=300))
def test_no_text_passes_for_a_link(token: str) -> None:
    links = Links("key")
    for read in (links.read_confirm, links.read_manage, links.read_leave):
        with pytest.raises(BadLink):
            read(token)


# --------------------------------------------------------------------- a third person's mailbox


def test_a_third_person_cannot_be_bombed(db) -> None:
    sent = 0
    for hour in range(24):
        for tag in ("", "+a", "+b", "+c"):
            dotted = "vic.tim" if hour % 2 else "victim"
            sent += subscribe(db, f"{dotted}{tag}@example.org", Preferences(), now=f"2022-03-07T{hour:02d}:00:00Z")
    assert sent == 2
    month = sum(
        subscribe(db, "victim@example.org", Preferences(), now=f"2022-03-{day:02d}T00:00:00Z") for day in range(8, 31)
    )
    assert sent + month == 5


def test_one_asker_cannot_ask_for_many_and_is_told(db) -> None:
    for n in range(limits.PER_ORIGIN_HOUR):
        # Another address each time, of the one network that a customer has.
        subscribe(db, f"p@domain{n}.example", Preferences(), now=JOINED, origin=f"2001:db8::{n}")
    with pytest.raises(limits.TooMany, match="Please try again in an hour"):
        subscribe(db, "q@example.net", Preferences(), now=JOINED, origin="2001:db8::abcd")
    assert subscribe(db, "q@example.net", Preferences(), now=JOINED, origin="2001:db8:0:1::1")


def test_the_limit_of_a_sender_does_not_tell_whose_address_is_known(db) -> None:
    reader(db, "reader@example.org", now="2022-01-01T00:00:00Z")
    subscribers.suppress(db, "never@example.org", "asked for it", now=JOINED)
    for _ in range(limits.PER_PERSON[0][1]):
        subscribe(db, "asked@example.org", Preferences(), now=JOINED)
    for number, address in enumerate(("reader", "never", "asked", "new")):
        wish = partial(subscribe, db, f"{address}@example.org", Preferences(), now=JOINED, origin=f"203.0.113.{number}")
        for _ in range(limits.PER_ORIGIN_HOUR):
            wish()
        with pytest.raises(limits.TooMany):
            wish()


def states(db) -> dict[str, int]:
    return dict(db.execute("select state, count(*) from deliveries group by 1").fetchall())


def test_what_is_too_much_for_a_domain_waits_and_leaves_later(db) -> None:
    for n in range(60):
        assert subscribe(db, f"p{n}@one.example", Preferences(), now=JOINED)
    assert states(db) == {"queued": limits.PER_DOMAIN_HOUR, "held": 60 - limits.PER_DOMAIN_HOUR}
    assert limits.release(db, JOINED) == 0
    assert limits.release(db, "2022-03-07T09:01:00Z") == 60 - limits.PER_DOMAIN_HOUR
    assert states(db) == {"queued": 60}


@pytest.mark.slow
def test_a_flood_of_all_domains_waits_too(db) -> None:
    for n in range(limits.EVERYBODY_HOUR + 50):
        assert subscribe(db, f"p@d{n}.example", Preferences(), now=JOINED)
    assert states(db) == {"queued": limits.EVERYBODY_HOUR, "held": 50}
    assert limits.release(db, "2022-03-07T09:01:00Z") == 50


def test_a_flood_keeps_nobody_of_that_domain_from_subscribing(db) -> None:
    for sender in range(30):
        for n in range(limits.PER_ORIGIN_HOUR):
            subscribe(db, f"x{sender}.{n}@mail.example", Preferences(), now=JOINED, origin=f"198.51.100.{sender}")
    late = "2022-03-07T08:30:00Z"
    # The longest it can take: 240 letters at 40 an hour, of which half an hour is over.
    assert subscribers.subscribe(db, "honest@mail.example", Preferences(), now=late, origin="203.0.113.7") == (True, 5)
    letter_of = "select deliveries.state from deliveries join subscribers on id = subscriber_id where address_key = ?"
    assert db.execute(letter_of, ["honest@mail.example"]).fetchone() == ("held",)
    # In the next hour, before the second letter of any of those who flood.
    limits.release(db, "2022-03-07T09:01:00Z")
    assert db.execute(letter_of, ["honest@mail.example"]).fetchone() == ("queued",)
    # Another domain did not wait at all.
    assert subscribers.subscribe(db, "b@library.example", Preferences(), now=late, origin="203.0.113.8") == (True, 0)
    assert db.execute(letter_of, ["b@library.example"]).fetchone() == ("queued",)


def test_when_very_many_wait_a_new_sender_is_still_taken(db, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PER_DOMAIN_HOUR", 1)
    monkeypatch.setattr(limits, "LONGEST_WAIT", 3)
    monkeypatch.setattr(limits, "LONGEST_WAIT_AT_ALL", 5)
    for n in range(4):
        subscribe(db, f"p{n}@one.example", Preferences(), now=JOINED, origin="198.51.100.1")
    with pytest.raises(limits.TooMany, match="Please try again tomorrow"):
        subscribe(db, "p9@one.example", Preferences(), now=JOINED, origin="198.51.100.1")
    for n in range(2):
        assert subscribe(db, f"q{n}@one.example", Preferences(), now=JOINED, origin=f"203.0.113.{n}")
    with pytest.raises(limits.TooMany, match="Please try again tomorrow"):
        subscribe(db, "r@one.example", Preferences(), now=JOINED, origin="203.0.113.9")
    assert subscribe(db, "r@two.example", Preferences(), now=JOINED, origin="198.51.100.1")


def test_the_wait_does_not_tell_whether_a_letter_is_sent(db, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PER_DOMAIN_HOUR", 1)
    reader(db, "reader@a.example", now="2022-01-01T00:00:00Z")
    subscribers.suppress(db, "never@a.example", "asked for it", now=JOINED)
    hours = [
        subscribers.subscribe(db, f"{name}@a.example", Preferences(), now=JOINED)
        for name in ("new", "reader", "never", "new", "new", "another")
    ]
    # One hour more for each wish, also for those that no letter answers.
    assert hours == [(True, 0), (True, 1), (False, 2), (True, 3), (False, 4), (True, 5)]


def test_limits_keep_no_address(db, tmp_path: Path) -> None:
    subscribe(db, "secret.name@example.org", Preferences(), now=JOINED, origin="203.0.113.9")
    rows = str(db.execute("select * from requests").fetchall())
    assert "secret" not in rows
    assert "203.0.113" not in rows
    assert (tmp_path / "mail.db").stat().st_mode & 0o077 == 0


def test_a_reader_who_asks_again_is_not_changed(db) -> None:
    person = reader(db, "a@example.org", Preferences(areas=("privacy",)))
    assert subscribe(db, "A@example.org", Preferences(areas=("copyright",)), now=FIRST)
    assert subscribers.get(db, person.id).preferences == Preferences(areas=("privacy",))
    key = db.execute("select digest_id from deliveries where state = 'queued'").fetchone()[0]
    mail = letter(db, key, person, HEAD, now=FIRST)
    assert "You already get it." in mail.get_body(("plain",)).get_content()


# --------------------------------------------------------------------- addresses, choices and headers

BAD = [
    "",
    "a",
    "a@",
    "@b.org",
    "a@b",
    "a b@c.org",
    "a@b.org, c@d.org",
    "a@b.org\nBcc: c@d.org",
    "a@b.org\r\nSubject: x",
    "<a@b.org>",
    "A <a@b.org>",
    "a@b..org",
    ".a@b.org",
    "a..b@c.org",
    "a@-b.org",
    "a" * 65 + "@b.org",
    "é@b.org",
    "a@" + "b." * 130 + "org",
    '"a b"@c.org',
    "a@b.org\x00",
    "a\u202e@b.org",
    "a@[127.0.0.1]",
]


@pytest.mark.parametrize("text", BAD)
def test_what_is_no_address_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(BadAddress) as caught:
        addresses.address(text)
    assert not text or len(text) < 3 or text not in str(caught.value)


def test_a_domain_in_another_script_becomes_what_the_dns_knows() -> None:
    assert addresses.address(" leser@bücherei.example ") == "leser@xn--bcherei-n2a.example"


@given(st.text())
def test_no_text_steers_a_header(text: str) -> None:
    from digest.delivery.message import mail_of

    made = mail_of(text, "<p>x</p>", "x", "a@example.org", HEAD, FIRST)
    head = made.as_bytes().split(b"\r\n\r\n")[0].decode("ascii")
    names = [line.partition(":")[0] for line in head.split("\r\n") if line[:1] not in (" ", "\t")]
    assert names == [
        "From",
        "To",
        "Subject",
        "Date",
        "Auto-Submitted",
        "X-Auto-Response-Suppress",
        "MIME-Version",
        "Content-Type",
    ]
    assert "\n" not in plain(text)


def test_choices_that_do_not_exist_are_named() -> None:
    known = {"areas": ["privacy"], "jurisdictions": ["us"], "positions": []}
    for values in (
        {"areas": ["nonsense"]},
        {"jurisdictions": ["xx"]},
        {"kinds": ["poem"]},
        {"positions": ["x"]},
        {"documents": ["' or 1=1"]},
        {"searches": ["word"] + [f"w{n}" for n in range(11)]},
        {"searches": ["x" * 101]},
    ):
        with pytest.raises(BadPreferences):
            preferences(**values, known=known)
    made = preferences(
        areas=["privacy", "privacy"], documents=["https://policy.example.org/documents/us-117-hr1"], known=known
    )
    assert made == Preferences(areas=("privacy",), documents=("us-117-hr1",))
    assert Preferences.load(made.dump()) == made


# --------------------------------------------------------------------- one person's data


def test_export_and_erase(db, tmp_path: Path) -> None:
    reader(db, "findme@example.org", Preferences(searches=("very private words",)))
    reader(db, "other@example.org")
    held = subscribers.export(db, "FindMe@example.org")
    assert held["subscriptions"][0]["preferences"] == '{"searches": ["very private words"]}'
    assert len(held["requests"]) == 1
    assert not {"handle", "nonce"} & set(held["subscriptions"][0]), "what opens doors is not part of it"
    assert subscribers.erase(db, "findme@example.org") == 1
    assert subscribers.export(db, "findme@example.org") == {"subscriptions": [], "suppressed": [], "requests": []}
    db.close()
    stored = b"".join(file.read_bytes() for file in tmp_path.glob("mail.db*"))
    assert b"findme" not in stored
    assert b"very private words" not in stored
    assert b"other@example.org" in stored


def test_leaving_forgets_address_and_choices(db) -> None:
    person = reader(db, "a@example.org", Preferences(areas=("privacy",)))
    token = Links.of(db).leave(person.handle)
    subscribers.leave(db, subscribers.for_leave(db, token), now=FIRST)
    row = next(db.query("select * from subscribers"))
    assert (row["address"], row["address_key"], row["preferences"], row["state"]) == (None, None, "{}", "left")
    assert subscribers.for_leave(db, token) is None, "a second click is no error"
    with pytest.raises(BadLink):
        subscribers.for_manage(db, Links.of(db).manage(person.handle))


def test_an_old_leaving_link_leaves_the_new_subscription(db) -> None:
    """RFC 8058: a mail program shows its owner that it is done, so it must be."""
    old = Links.of(db).leave(reader(db, "a@example.org").handle)
    other = reader(db, "b@example.org")
    subscribe(db, "a@example.org", Preferences(), now=JOINED, list_="staff")
    subscribers.leave(db, subscribers.for_leave(db, old), now=FIRST)
    assert subscribers.for_leave(db, old) is None
    again = reader(db, "A@example.org", now=FIRST)
    found = subscribers.for_leave(db, old)
    assert found.id == again.id
    subscribers.leave(db, found, now=SECOND)
    assert subscribers.for_leave(db, old) is None
    rows = db.execute("select list, state, count(*) from subscribers group by 1, 2 order by 1, 2").fetchall()
    assert rows == [("public", "confirmed", 1), ("public", "left", 2), ("staff", "pending", 1)]
    assert subscribers.get(db, other.id).state == "confirmed"
    # Also a wish that is not confirmed yet.
    subscribe(db, "a@example.org", Preferences(), now=SECOND)
    subscribers.leave(db, subscribers.for_leave(db, old), now=SECOND)
    assert [
        row[0] for row in db.execute("select state from subscribers where list = 'public' and state <> 'left'")
    ] == ["confirmed"]


def test_who_left_can_be_exported_and_erased(db) -> None:
    person = reader(db, "a@example.org")
    subscribers.leave(db, person, now=FIRST)
    assert [row["state"] for row in subscribers.export(db, "a@example.org")["subscriptions"]] == ["left"]
    assert subscribers.erase(db, "a@example.org") == 1
    assert subscribers.for_leave(db, Links.of(db).leave(person.handle)) is None
    assert db.execute("select count(*) from subscribers").fetchone()[0] == 0


def test_who_subscribed_before_this_version_leaves_by_an_old_link_too(db, tmp_path: Path) -> None:
    old = reader(db, "a@example.org")
    db.execute("drop index subscribers_by_hash")
    db.execute("alter table subscribers drop column address_hash")
    for index in ("deliveries_held", "deliveries_released"):
        db.execute(f"drop index {index}")
    for column in ("turn", "domain_hash", "released_at"):
        db.execute(f"alter table deliveries drop column {column}")
    db.execute("delete from _sqlite_migrations where name = 'add_turns_and_who_left'")
    with mail_db(tmp_path) as now:
        subscribers.leave(now, subscribers.get(now, old.id), now=FIRST)
        again = reader(now, "a@example.org", now=FIRST)
        assert subscribers.for_leave(now, Links.of(now).leave(old.handle)).id == again.id


def test_one_person_on_two_lists_leaves_one(db) -> None:
    reader(db, "a@example.org")
    subscribe(db, "a@example.org", Preferences(), now=JOINED, list_="staff")
    public = next(db.query("select * from subscribers where list = 'public'"))
    subscribers.leave(db, subscribers.person(public), now=FIRST)
    assert [row[0] for row in db.execute("select state from subscribers order by list")] == ["left", "pending"]


def test_a_damaged_file_is_an_error_of_sqlite(tmp_path: Path) -> None:
    (tmp_path / "mail.db").write_bytes(b"no database " * 1000)
    with pytest.raises(sqlite3.DatabaseError), mail_db(tmp_path):
        pass


IOWA = [Preferences(jurisdictions=("us-ia",)), Preferences(searches=("tracker:library-bills place:us-ia",))]


def _moved(corpus: sqlite3.Connection, day: str) -> None:
    corpus.execute("insert into session_ends values ('us-ia', '89', '2021-01-11', '2022-04-19', ?, null)", [day])
    corpus.execute("insert into coverage values ('us_states', 'us-ia', '89', 5, 0, 5, 5, 5, null, null, ?)", [day])


@pytest.mark.parametrize("choice", IOWA)
def test_the_weeks_of_one_state_end_with_its_own_news(file: Path, choice: Preferences) -> None:
    with sqlite3.connect(file) as corpus:
        corpus.row_factory = sqlite3.Row
        _moved(corpus, "2022-02-17")
        corpus.execute("update documents set published_on = '2022-03-08' where jurisdiction = 'us'")
        found = estimate.estimate(corpus, choice, DAY)
        assert (found.until, len(found.weeks), found.lacking) == ("2022-02-17", estimate.WEEKS, ())
        assert estimate.estimate(corpus, Preferences(), DAY).until == "2022-03-08"


def test_what_staff_added_by_hand_does_not_move_the_weeks_of_an_estimate(file: Path) -> None:
    """One bill of a day for which nothing is collected made "About 0 items a week" of every estimate."""
    with sqlite3.connect(file) as corpus:
        corpus.row_factory = sqlite3.Row
        before = estimate.estimate(corpus, Preferences(), DAY)
        corpus.execute(
            "update documents set published_on = '2022-03-08' where rowid = (select min(rowid) from documents)"
        )
        assert estimate.estimate(corpus, Preferences(), DAY).until == "2022-03-08" != before.until
        corpus.execute("update documents set source = 'by_hand' where published_on = '2022-03-08'")
        assert estimate.estimate(corpus, Preferences(), DAY).until == before.until


@pytest.mark.parametrize("choice", IOWA)
def test_of_a_state_that_is_not_collected_to_its_end_no_number_is_named(file: Path, choice: Preferences) -> None:
    with sqlite3.connect(file) as corpus:
        corpus.row_factory = sqlite3.Row
        _moved(corpus, "2021-01-20")
        found = estimate.estimate(corpus, choice, DAY)
        assert (found.until, found.weeks, found.lacking) == ("2021-01-20", (), ("Iowa",))
        both = estimate.estimate(corpus, Preferences(jurisdictions=("us-ia", "us")), DAY)
        assert (len(both.weeks), both.lacking) == (estimate.WEEKS, ("Iowa",))
