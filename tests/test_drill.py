"""The fault drill: killed in the middle of anything, power lost between two files, a file damaged or gone.

What people made is never lost, what is collected and derived heals, and whoever runs the site is told what to do.

Each kill is aimed: the process ends itself with SIGKILL when it comes to a named place.
"""

from __future__ import annotations

import shutil
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import digest_fixtures
import pytest
from conftest import ROOT
from crash_helpers import FATAL, killed_at, start
from digest_fixtures import FIRST, FIRST_DAY, Postbox, post_office, reader
from drill import CRAWL, Call, calm, data, forget, human, same, some, untouched  # noqa: F401
from test_alerts import BEFORE, Service, service  # noqa: F401

from desk.partners import partners
from store.connect import open_mail, open_partners, read_only

sys.path.insert(0, str(ROOT))
from benchmarks.compare import differences, fingerprints

pytestmark = pytest.mark.slow

# --------------------------------------------------------------------- killed


def test_killed_while_it_collects_derives_and_publishes(data: Path, calm: Path, untouched: None) -> None:
    """One folder, killed again and again, each time a step further; then it ends by itself and equals the calm one.

    It begins without corpus.db, while ops.db remembers every answer: what is stored of them must not hide what is lacking.
    """
    forget(data, "corpus.db")
    killed_at("crawlers.storage.record:_write_provenance", 1, data, *CRAWL)  # within the transaction of a batch
    killed_at("crawlers.storage.run_end:RunEnd.close_listings", 1, data, *CRAWL)  # documents stored, the run still open
    killed_at("derive.update:_write_tags", 1, data, "rebuild")
    killed_at("derive.update:_write_matches", 1, data, "rebuild")  # staff.db has the batch, corpus.db not yet
    killed_at("publish.listing:_make_views", 1, data, "rebuild")
    assert start(data, *CRAWL) == 0
    same(data, calm)
    with closing(read_only(data / "corpus.db")) as db:
        states = [state for (state,) in db.execute("select state from runs order by id")]
    assert states[:1] == ["interrupted"]
    assert states[-1] == "finished"


def test_killed_while_everything_is_derived_anew(data: Path, calm: Path, untouched: None) -> None:
    killed_at("derive.update:_write_matches", 1, data, "rebuild", "--all")
    killed_at("publish.listing:write_scorecard", 1, data, "publish")
    assert start(data, "--quiet", "rebuild") == 0
    same(data, calm)


_DECIDE = (
    FATAL
    + """
from pathlib import Path
from desk.accounts import accounts
from desk.reviews import reviews
from store.connect import open_staff
from publish.at_once import publish_decisions
folder, document = Path(sys.argv[1]), sys.argv[2]
db = open_staff(folder / "staff.db", folder / "corpus.db")
ana = accounts.find(db, "Ana Reader")
given = reviews.Verdict(document_id=document, subject="area:privacy", verdict="confirm")
reviews.record(db, ana, [given], now="2026-11-25T00:00:00Z")
publish_decisions(folder / "corpus.db", db, [document])
"""
)


def test_killed_while_a_decision_is_written(data: Path, untouched: None) -> None:
    """Before the commit nothing is decided: half a decision would be worse than none."""
    [document] = some(data, 1)
    code = start(data, "desk.reviews.verdict_validity", "settle", "1", str(data), document, code=_DECIDE)
    assert code == -signal.SIGKILL


def test_killed_between_a_decision_and_its_publishing(data: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    [document] = some(data, 1)
    before = len(human(data)["staff.db reviews"])
    code = start(data, "publish.at_once", "relist", "1", str(data), document, code=_DECIDE)
    assert code == -signal.SIGKILL
    assert len(human(data)["staff.db reviews"]) == before + 1, "what was decided is on the disk before it counts"
    assert call("publish").exit_code == 0
    with closing(read_only(data / "corpus.db")) as db:
        found = db.execute(
            "select verdict from decisions where document_id = ? and subject = 'area:privacy'", [document]
        )
        assert found.fetchall() == [("confirm",)]
        listed = "select count(*) from listing where document_id = ? and area_id = 'privacy'"
        assert db.execute(listed, [document]).fetchone()[0] == 1


_PARTNER = (
    FATAL
    + """
import datetime
from pathlib import Path
from settings import Configuration
from desk.accounts import accounts
from desk.partners import partner_moderation, partners
from desk.web.context import RequestContext
from desk.web.context import RequestContext
from desk.web.routing import PARTNERS
from store.connect import open_staff
config, document = Configuration(data=Path(sys.argv[1])), sys.argv[2]
now = "2026-11-25T00:00:00Z"
with_partners = PARTNERS.open(config)
if document == "hide":
    db = open_staff(config.staff, config.corpus)
    form = {"statement": ["1"], "hide": ["1"], "reason": ["a mistake"], "seen": ["0"]}
    context = RequestContext(db, accounts.find(db, "Ana Reader"), now, datetime.date(2026, 11, 25), form=form,
                             partners=lambda: with_partners)
    partner_moderation.listed(context)
else:
    dana = accounts.find(with_partners, "Dana")
    partners.publish_statement(with_partners, dana, document, "support", "For us.", seen=0, now=now)
"""
)


def test_killed_while_a_partner_says_something(data: Path, untouched: None) -> None:
    """The statement is written and its line in the trail not yet: then neither is there, and it can be said again."""
    document = some(data, 3)[2]
    assert start(data, "desk.accounts.accounts", "log", "1", str(data), document, code=_PARTNER) == -signal.SIGKILL
    with closing(open_partners(data / "partners.db", data / "corpus.db")) as db:
        assert partners.statements_on(db, document) == []


def test_killed_after_a_partner_said_something(data: Path) -> None:
    before, document = human(data), some(data, 3)[2]
    again = 'partners.current_statement(with_partners, accounts.find(with_partners, "Dana"), document)'
    code = start(
        data, "desk.partners.partners", "current_statement", "2", str(data), document, code=f"{_PARTNER}\n{again}"
    )
    assert code == -signal.SIGKILL
    after = human(data)
    assert len(after.pop("partners.db statements")) == len(before.pop("partners.db statements")) + 1
    assert len(after.pop("partners.db audit")) == len(before.pop("partners.db audit")) + 1
    assert after == before


def test_killed_while_staff_hide_what_a_partner_said(data: Path) -> None:
    """It is hidden, and says why and by whom, though the line in the trail of staff is lacking."""
    before, document = human(data), some(data, 1)[0]
    assert [each["stance"] for each in partners.public_statements(data / "partners.db", document)] == ["oppose"]
    assert start(data, "desk.accounts.accounts", "log", "1", str(data), "hide", code=_PARTNER) == -signal.SIGKILL
    assert partners.public_statements(data / "partners.db", document) == []
    after = human(data)
    [new] = set(after.pop("partners.db moderations")) - set(before.pop("partners.db moderations"))
    assert new[1:4] == (1, 1, "a mistake")
    assert after == before


def test_killed_while_an_issue_is_prepared(tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing half frozen is left, and the issue is the one that would have been."""
    data, calm = tmp_path / "data", tmp_path / "calm"
    data.mkdir()
    digest_fixtures.corpus(data)
    with closing(open_mail(data / "mail.db")) as db:
        reader(db, "one@example.org")
    shutil.copytree(data, calm)
    before = human(data)["mail.db subscribers"]
    monkeypatch.setattr("commands.digest.utc_now", lambda: FIRST)
    prepare = ("digest", "prepare", "--day", FIRST_DAY.isoformat())
    clock = f"import commands.digest; commands.digest.utc_now = lambda: {FIRST!r}"
    killed_at("digest.issues.ledger:due", 1, data, *prepare, before=clock)  # within what gives each change its place
    killed_at("digest.issues.issues:frozen", 2, data, *prepare, before=clock)  # the issue and one entry are written
    assert [human(data)[f"mail.db {table}"] for table in ("digests", "digest_items")] == [[], []]
    keys = {call(*prepare).output.splitlines()[0]}
    monkeypatch.setenv("INFOPOLICY_DATA", str(calm))
    keys.add(call(*prepare).output.splitlines()[0])
    assert len(keys) == 1
    assert human(data)["mail.db digest_items"] == human(calm)["mail.db digest_items"] != []
    assert human(data)["mail.db subscribers"] == before


def test_killed_while_alerts_are_sent_nobody_is_told_twice(
    tmp_path: Path,
    call: Call,
    monkeypatch: pytest.MonkeyPatch,
    service: Service,
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    digest_fixtures.corpus(data)
    (data / "alerts.yml").write_text("channels:\n  team:\n    address: env:TEAM\n    secret: env:SECRET\n")
    with closing(open_mail(data / "mail.db")) as db:
        reader(db, "one@example.org")
        db.execute("insert into alert_channels values ('team', 0, ?)", [BEFORE])
    before = human(data)["mail.db subscribers"]
    settings = {"TEAM": f"signed+http://127.0.0.1:{service.server_port}/hook", "SECRET": "hush"}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    # The day of the bills: today they are over, and what they did before is no news.
    monkeypatch.setattr("commands.alerts.date", SimpleNamespace(today=lambda: FIRST_DAY))
    clock = (
        "import commands.alerts, datetime, types\n"
        f"commands.alerts.date = types.SimpleNamespace(today=lambda: {FIRST_DAY!r})"
    )
    begin = ("alerts", "send")
    killed_at("digest.alerts.alerts:_key", 1, data, *begin, before=clock, **settings)  # what is news is being gathered
    assert service.got == []
    wanted = [line for line in call("alerts", "send", "--dry-run").output.splitlines() if line.startswith("team: ")]
    killed_at("digest.alerts.alerts:_settle", 1, data, *begin, before=clock, **settings)  # told, and not yet noted
    assert len(service.got) == 1 < len(wanted)
    call("alerts", "send")
    assert sorted(f"team: {each['title']}" for each in service.bodies) == sorted(wanted), "each once, none left out"
    monkeypatch.setattr("commands.alerts.utc_now", lambda: "2099-01-01T00:00:00Z")
    told = call("alerts", "status")
    assert (told.exit_code, told.output.count("unknown")) == (3, 2), "whoever runs the site is asked about that one"
    call("alerts", "send")
    assert len(service.got) == len(wanted)
    assert human(data)["mail.db subscribers"] == before


def test_killed_while_it_prunes(data: Path, call: Call, untouched: None) -> None:
    corpus = fingerprints(data / "corpus.db")
    old = {
        "ops.db": ["budgets values ('us_states', '2020-01-01', 9)"],
        "staff.db": ["sessions (token_hash, account_id, started_at, expires_at) values ('x', 1, '2020', '2020')"],
        "partners.db": [
            "sessions (token_hash, account_id, started_at, expires_at) values ('x', 1, '2020', '2020')",
            "attempts values ('2020-01-01T00:00:00Z', 'x', 'y')",
        ],
    }
    for name, rows in old.items():
        with closing(sqlite3.connect(data / name)) as db, db:
            for row in rows:
                db.execute(f"insert into {row}")
    killed_at("operations.retention:_run", 5, data, "prune")  # ops.db is done, the others are not
    told = call("prune", "--dry-run").output
    # The reader of the calm folder asked for mail years ago: those requests are the fourth.
    assert ("budgets" in told, told.count("would remove ")) == (False, 4), told
    assert call("prune").exit_code == 0
    assert call("prune").output == "nothing is old enough\n"
    assert fingerprints(data / "corpus.db") == corpus


def test_killed_while_it_writes_a_snapshot(data: Path, calm: Path, call: Call, untouched: None) -> None:
    """A machine that shows the site never gets half a file: the old one stays until the new one is whole."""
    target = data.parent / "public" / "corpus.db"
    assert call("snapshot", str(target)).exit_code == 0
    before = target.read_bytes()
    with closing(sqlite3.connect(data / "corpus.db")) as db, db:
        db.execute("update documents set changed_at = '2030-01-01T00:00:00Z'")
    killed_at("operations.snapshot:Path.chmod", 1, data, "snapshot", str(target))
    assert target.read_bytes() == before
    assert call("snapshot", str(target)).exit_code == 0
    assert [path.name for path in target.parent.iterdir()] == ["corpus.db"]
    assert target.read_bytes() != before
    assert differences(target, calm / "corpus.db") == []


def test_killed_while_mail_is_sent_nobody_gets_it_twice(
    tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    digest_fixtures.corpus(data)
    with closing(open_mail(data / "mail.db")) as db:
        for number in range(3):
            reader(db, f"reader{number}@example.org")
    monkeypatch.setattr("commands.digest.utc_now", lambda: "2022-03-09T08:00:00Z")
    postbox = Postbox()
    with post_office(postbox) as port:
        settings = {
            "INFOPOLICY_MAIL_FROM": "digest@example.org",
            "INFOPOLICY_SMTP_SECURITY": "none",
            "INFOPOLICY_SMTP_HOST": "127.0.0.1",
            "INFOPOLICY_SMTP_PORT": str(port),
        }
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        key = call("digest", "prepare", "--day", FIRST_DAY.isoformat()).output.splitlines()[0]
        killed_at("digest.delivery.send:Sender._record", 2, data, "digest", "send", key, **settings)
        assert 1 <= len(postbox.got) < 4
        told = call("status")
        assert (told.exit_code, "mails may have arrived or not" in told.output) == (3, True), (
            "at once, not minutes later"
        )
        assert call("digest", "send", key).exit_code == 3
        told = call("digest", "status")
        assert (told.exit_code, "the sender stopped" in told.output) == (3, True)
    addresses = [address for address, _ in postbox.got]
    assert len(addresses) == len(set(addresses))
    with closing(read_only(data / "mail.db")) as db:
        states = dict(db.execute("select state, count(*) from deliveries where digest_id = ? group by state", [key]))
        assert db.execute("select count(*) from subscribers").fetchone()[0] == 3
    assert sum(states.values()) == 3
    assert states["sent"] >= 1
    assert set(states) <= {"sent", "unknown"}, states


def test_killed_while_it_backs_up(data: Path, call: Call, untouched: None) -> None:
    before = sorted(path.name for path in (data / "backups").iterdir())
    killed_at("operations.backup:write_lines", 1, data, "backup")
    left = [path for path in (data / "backups").iterdir() if path.name not in before]
    assert [path.suffix for path in left] == [".part"]
    done = call("restore", str(left[0]))
    assert (done.exit_code, "not a complete backup" in done.output) == (4, True)
    assert call("backup").exit_code == 0


# --------------------------------------------------------------------- power lost between two files


def test_killed_between_the_files_of_a_restore(
    data: Path, calm: Path, call: Call, tmp_path: Path, untouched: None
) -> None:
    [place] = [path for path in (data / "backups").iterdir() if path.is_dir()]
    killed_at("operations.backup:_checkpoint", 3, data, "restore", str(place))
    [aside] = data.glob("replaced-*")
    assert (aside / "staff.db").exists(), "the old files are kept, whatever happened to the new ones"
    assert call("restore", str(place)).exit_code == 0
    assert not (data / "restoring").exists()
    same(data, calm)


def test_the_end_of_the_write_ahead_log_is_missing(data: Path, calm: Path, untouched: None) -> None:
    with closing(sqlite3.connect(data / "corpus.db")) as db:
        db.execute("pragma wal_autocheckpoint = 0")
        for table in ("matchings", "position_matches", "taggings", "tags"):
            db.execute(f"delete from {table}")
            db.commit()
        log = (data / "corpus.db-wal").read_bytes()
        shutil.copytree(data, data.with_name("cut"))
    cut = data.with_name("cut")
    (cut / "corpus.db-shm").unlink(missing_ok=True)
    (cut / "corpus.db-wal").write_bytes(log[: len(log) * 2 // 3])
    assert start(cut, "--quiet", "rebuild") == 0
    same(cut, calm)
    assert human(cut) == human(calm)
