"""The commands of the digest as a person types them: what they print, what they write, and their exit codes."""

from __future__ import annotations

import email
import json
import re
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from digest_fixtures import BROADBAND, FIRST_DAY, RULE, Postbox, corpus, post_office, reader

import cli
from digest import service
from digest.service import MOST_LISTED
from store.connect import open_mail


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    corpus(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INFOPOLICY_DATA", str(tmp_path))
    monkeypatch.setenv("INFOPOLICY_MAIL_FROM", "Policy digest <digest@example.org>")
    monkeypatch.setenv("INFOPOLICY_SMTP_SECURITY", "none")
    for module in ("digest", "subscribers"):
        monkeypatch.setattr(f"commands.{module}.utc_now", lambda: "2022-03-09T08:00:00Z")

    def run(*words: str, **values) -> Result:
        return CliRunner().invoke(cli.main, list(words), **values)

    return run


def test_an_issue_from_start_to_end(call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    db = open_mail(tmp_path / "mail.db")
    reader(db, "reader@example.org")
    db.close()
    prepared = call("digest", "prepare", "--day", FIRST_DAY.isoformat())
    key = prepared.output.splitlines()[0]
    assert (prepared.exit_code, key) == (0, "public-weekly-2022-w10")
    assert call("digest", "note", key, input="Read this.\n").exit_code == 0
    assert call("digest", "preview", key, "--output", "page.html", "--area", "broadband").exit_code == 0
    assert "Read this." in Path("page.html").read_text(encoding="utf-8")
    assert call("digest", "send", key, "--dry-run", "out").output == "1 email written to out\n"
    refused = call("digest", "send", key)
    assert refused.exit_code == 2
    assert "INFOPOLICY_SMTP_HOST" in refused.output
    postbox = Postbox()
    with post_office(postbox) as port:
        monkeypatch.setenv("INFOPOLICY_SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("INFOPOLICY_SMTP_PORT", str(port))
        assert call("digest", "send", key).output == "1 sent\n"
        assert call("digest", "send", key).output == "nothing waits\n"
    assert len(postbox.got) == 1
    (file,) = Path("out").iterdir()
    assert email.message_from_bytes(file.read_bytes())["Subject"].startswith("Passed one chamber: H.R. 1783")
    status = call("digest", "status")
    assert status.exit_code == 0
    assert "public-weekly-2022-w10: released; 1 sent" in status.output
    assert "reader@example.org" not in status.output


def test_a_mail_that_may_have_arrived_needs_a_person(call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    db = open_mail(tmp_path / "mail.db")
    person = reader(db, "reader@example.org")
    db.close()
    key = call("digest", "prepare", "--day", FIRST_DAY.isoformat()).output.splitlines()[0]
    with post_office(Postbox({"reader@example.org": ["drop"]})) as port:
        monkeypatch.setenv("INFOPOLICY_SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("INFOPOLICY_SMTP_PORT", str(port))
        sent = call("digest", "send", key)
    assert (sent.exit_code, sent.output) == (3, "1 unknown\n")
    assert call("digest", "status").exit_code == 3
    assert call("digest", "settle", key, person.id, "--arrived").exit_code == 0
    assert call("digest", "settle", key, person.id, "--arrived").exit_code == 2
    assert call("digest", "status").exit_code == 0


def test_all_mails_of_an_issue_or_a_day_are_settled_at_once(call, tmp_path: Path) -> None:
    db = open_mail(tmp_path / "mail.db")
    begun = [("weekly-1", "2026-12-02"), ("weekly-1", "2026-12-03"), ("confirm-9", "2026-12-03")]
    db.table("deliveries").insert_all(
        {
            "digest_id": key,
            "subscriber_id": f"{number}-{day}",
            "state": "unknown",
            "since": 0,
            "through": 0,
            "claimed_at": f"{day}T09:00:00Z",
        }
        for key, day in begun
        for number in range(MOST_LISTED)
    )

    def states() -> dict[tuple[str, str], int]:
        sql = "select digest_id, state, count(*) from deliveries group by 1, 2"
        return {(key, state): number for key, state, number in db.execute(sql).fetchall()}

    before, number = states(), MOST_LISTED
    status = call("digest", "status").output
    assert f"weekly-1: {2 * number} subscribers: unknown: infopolicy digest settle weekly-1 --all --dry-run" in status
    assert "confirm-9, subscriber 0-2026-12-03: unknown" in status
    for wrong in (["weekly-1"], [], ["--all"], ["weekly-1", "x", "--all"], ["weekly-1", "x", "--day", "2026-12-03"]):
        assert call("digest", "settle", *wrong, "--arrived").exit_code == 2
    tried = call("digest", "settle", "--day", "2026-12-03", "--not-arrived", "--dry-run")
    assert tried.output.splitlines() == [
        f"{key}: {number} would be recorded as not arrived, to be sent again" for key in ("confirm-9", "weekly-1")
    ]
    assert states() == before
    assert call("digest", "settle", "--day", "2026-12-03", "--not-arrived").exit_code == 0
    assert states() == {
        ("confirm-9", "queued"): number,
        ("weekly-1", "queued"): number,
        ("weekly-1", "unknown"): number,
    }
    done = call("digest", "settle", "weekly-1", "--all", "--arrived")
    assert done.output == f"weekly-1: {number} recorded as arrived\n"
    assert call("digest", "settle", "weekly-1", "--all", "--arrived").exit_code == 2
    assert states()["weekly-1", "sent"] == number
    db.close()


def test_daily_issues_leave_without_a_person(call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    db = open_mail(tmp_path / "mail.db")
    reader(db, "reader@example.org", frequency="daily")
    db.close()
    postbox = Postbox()
    with post_office(postbox) as port:
        monkeypatch.setenv("INFOPOLICY_SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("INFOPOLICY_SMTP_PORT", str(port))
        done = call("digest", "deliver", "daily")
        key = done.output.partition(":")[0]
        assert (done.exit_code, done.output) == (0, f"{key}: 1 sent\n")
        assert key.startswith("public-daily-")
        assert call("digest", "deliver", "weekly").output == ""  # nobody reads it: no issue is made
        assert call("digest", "deliver", "daily").output == f"{key}: nothing waits\n"
    assert len(postbox.got) == 1


def test_a_weekly_issue_waits_for_its_editor_and_then_leaves(
    call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = open_mail(tmp_path / "mail.db")
    reader(db, "reader@example.org")
    db.close()
    postbox = Postbox()
    with post_office(postbox) as port:
        monkeypatch.setenv("INFOPOLICY_SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("INFOPOLICY_SMTP_PORT", str(port))
        waits = call("digest", "deliver", "weekly").output
        key = waits.split()[0]
        assert f"{key} waits for its editor until " in waits
        assert call("digest", "deliver", "weekly").output == waits, "a second call changes nothing"
        listed = call("digest", "edit", key, "--first", RULE, "--hide", BROADBAND).output.splitlines()
        assert [line.split()[0] for line in listed[:1]] == ["1"]
        assert any(line.startswith("hidden") and BROADBAND in line for line in listed)
        assert call("digest", "edit", key, "--hide", "us-1-hr1").exit_code == 2
        assert postbox.got == []
        with open_mail(tmp_path / "mail.db").conn as conn:
            # A week later by its name: the next one waits until it has left.
            conn.execute("update digests set leaves_at = '2022-01-01T00:00:00Z', period = '2021-w52'")
        assert call("digest", "deliver", "weekly").output == f"{key}: 1 sent\n"
        assert call("digest", "edit", key, "--hide", RULE).exit_code == 2
    text = postbox.got[0][1].get_body(("plain",)).get_content()
    assert "CHOSEN BY THE EDITOR" in text
    assert BROADBAND not in text


@pytest.mark.slow
def test_alerts_name_what_is_wrong_and_print_what_would_be_sent(call, tmp_path: Path) -> None:
    assert "no channel is named" in call("alerts", "send").output
    file = tmp_path / "alerts.yml"
    file.write_text("channels:\n  team: {address: env:TEAM}\n")
    done = call("alerts", "send")
    assert done.exit_code == 2
    assert "TEAM is not in the environment" in done.stderr
    file.write_text("channels:\n  team: {address: 'json://127.0.0.1:9/'}\n")
    assert call("alerts", "test", "nobody").exit_code == 2
    assert "did not take" in call("alerts", "test", "team").stderr
    assert call("alerts", "send", "--dry-run").exit_code == 0
    told = call("alerts", "status")
    assert told.exit_code == 0
    assert told.output, "a command that finds nothing says so"


def test_subscribe_export_and_erase(call, monkeypatch: pytest.MonkeyPatch) -> None:
    postbox = Postbox()
    with post_office(postbox) as port:
        monkeypatch.setenv("INFOPOLICY_SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("INFOPOLICY_SMTP_PORT", str(port))
        done = call("subscribe", "new@example.org", "--area", "broadband", "--language", "es")
    assert done.exit_code == 0
    assert re.search(r"about \d+ items? a week", done.output)
    assert "1 items" not in done.output
    assert postbox.got[0][1]["Subject"].startswith("Confirme que quiere")
    assert "/subscribe/confirm/" in postbox.got[0][1].get_body(("plain",)).get_content()
    held = json.loads(call("subscribers", "export", "new@example.org").output)
    assert held["subscriptions"][0]["language"] == "es"
    assert call("subscribers", "erase", "new@example.org").output == "1 subscription forgotten\n"
    assert json.loads(call("subscribers", "export", "new@example.org").output)["subscriptions"] == []


def test_a_document_is_followed_by_its_number(call) -> None:
    assert call("subscribe", "new@example.org", "--document", "H.R. 1783, 117th Congress").exit_code == 0
    [held] = json.loads(call("subscribers", "export", "new@example.org").output)["subscriptions"]
    assert BROADBAND in str(held)


def test_a_wrong_address_is_named_before_anything_is_counted(call) -> None:
    assert call("subscribe", "no address").output.startswith("Error: ")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("subscribe", "no address"), 2),
        (("subscribe", "a@example.org", "--area", "nonsense"), 2),
        (("subscribers", "export", "nobody"), 2),
        (("digest", "send", "public-weekly-1999-w01"), 2),
        (("digest", "preview", "nothing", "--output", "x.html"), 2),
        (("digest", "bounces", "no-such-box"), 2),
        (("digest", "settle", "a", "b", "--arrived"), 2),
    ],
)
def test_a_wrong_call_is_one_sentence(call, words: tuple[str, ...], code: int) -> None:
    done = call(*words)
    assert done.exit_code == code
    assert "Traceback" not in done.output
    assert done.output.splitlines()[-1].startswith("Error: ")


def test_nobody_answers_is_told_and_nothing_is_lost(call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    db = open_mail(tmp_path / "mail.db")
    reader(db, "reader@example.org")
    db.close()
    key = call("digest", "prepare", "--day", FIRST_DAY.isoformat()).output.splitlines()[0]
    monkeypatch.setenv("INFOPOLICY_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("INFOPOLICY_SMTP_PORT", "1")
    monkeypatch.setattr("digest.delivery.send._CONNECT_TRIES", 1)
    done = call("digest", "send", key)
    assert done.exit_code == 3
    assert "What waits, waits" in done.output


def test_a_damaged_mail_db_is_one_sentence(call, tmp_path: Path) -> None:
    (tmp_path / "mail.db").write_bytes(b"no database " * 1000)
    done = call("digest", "status")
    assert done.exit_code == 4
    assert "Traceback" not in done.output


def test_without_a_desk_nothing_is_proposed(tmp_path: Path) -> None:
    assert service._drafts(tmp_path / "staff.db") == []
    sqlite3.connect(tmp_path / "staff.db").close()
    (tmp_path / "staff.db").touch()
    assert service._drafts(tmp_path / "staff.db") == []


def test_a_refusal_that_ends_with_a_period_gets_no_second_one(call, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise service.ServerUnavailable(
            "smtp.example.org:587 cannot be used: STARTTLS extension not supported by server."
        )

    monkeypatch.setattr(service, "send_issue", refused)
    assert "by server. What waits, waits" in call("digest", "send", "public-weekly-2022-w10").output


def test_a_status_of_nothing_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFOPOLICY_DATA", str(tmp_path))
    open_mail(tmp_path / "mail.db").close()
    done = CliRunner().invoke(cli.main, ["digest", "status"])
    assert (done.exit_code, done.output.splitlines()) == (
        0,
        ["nobody has subscribed yet", "no issue has been prepared yet (infopolicy digest prepare)"],
    )
