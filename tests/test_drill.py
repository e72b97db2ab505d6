"""The fault drill: killed in the middle of anything, power lost between two files, a file damaged or gone.

What people made is never lost, what is collected and derived heals, and whoever runs the site is told what to do.

Each kill is aimed: the process ends itself with SIGKILL when it comes to a named place. `benchmarks/kill.py` does the same
at random moments on a whole Congress.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import desk_world
import digest_world
import httpx
import pytest
from click.testing import Result
from conftest import ROOT, clean_environment
from desk_world import NOW
from digest_world import FIRST_DAY, Postbox, post_office, reader

import serve
from configuration import Configuration
from desk import reviews
from desk.reviews import Verdict
from desk.tables import open_staff
from digest.tables import open_mail
from operations import people
from operations.folder import read_only

sys.path.insert(0, str(ROOT))
from benchmarks.compare import differences

SAMPLE = (ROOT / "crawlers" / "sample").as_uri()
CRAWL = ("--quiet", "crawl", "us_bills", "--congress", "117", "--today", "2025-06-01")
Call = Callable[..., Result]

#: Runs the real command and kills the process at the n-th call of MODULE NAME N.
_FATAL = """
import importlib, os, signal, sys
module, name, times = sys.argv.pop(1), sys.argv.pop(1), int(sys.argv.pop(1))
owner = importlib.import_module(module)
*path, last = name.split(".")
for each in path:
    owner = getattr(owner, each)
usual, calls = getattr(owner, last), 0
def fatal(*args, **named):
    global calls
    calls += 1
    if calls == times:
        os.kill(os.getpid(), signal.SIGKILL)
    return usual(*args, **named)
setattr(owner, last, fatal)
"""
_COMMAND = _FATAL + "import cli; cli.main()"


def start(data: Path, *arguments: str, code: str | None = None, **environment: str) -> int:
    command = [sys.executable, *(["-c", code] if code else ["cli.py"]), *arguments]
    settings = {"INFOPOLICY_DATA": str(data), "INFOPOLICY_MIRROR": SAMPLE, "INFOPOLICY_WORKERS": "1"}
    done = subprocess.run(
        command, cwd=ROOT, env=clean_environment() | settings | environment, capture_output=True, text=True, timeout=120
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode in (0, 3, 4, -signal.SIGKILL), done.stderr
    return done.returncode


def killed_at(place: str, times: int, data: Path, *arguments: str, **environment: str) -> None:
    module, name = place.split(":")
    assert start(data, module, name, str(times), *arguments, code=_COMMAND, **environment) == -signal.SIGKILL


def human(folder: Path) -> dict[str, list[Any]]:
    """Every row that people made."""
    found = {}
    for name in people.DERIVED:
        if (folder / name).exists():
            with closing(read_only(folder / name)) as db:
                for table in people.tables_of(db, name):
                    found[f"{name} {table}"] = sorted(db.execute(f"select * from {table}").fetchall(), key=repr)
    return found


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What an undisturbed crawl makes, with people who have decided and subscribed."""
    data = tmp_path_factory.mktemp("calm")
    assert start(data, *CRAWL) == 0
    with closing(open_staff(data / "staff.db", data / "corpus.db")) as db:
        ana = desk_world.add(db, "Ana Reader", "approver")
        for document_id in some(data, 3):
            wanted = Verdict(document_id=document_id, subject="area:literacy", verdict="confirm", note="for us")
            reviews.record(db, ana, [wanted], now=NOW)
    with closing(open_mail(data / "mail.db")) as mail:
        reader(mail, "one@example.org")
    assert start(data, "--quiet", "rebuild") == 0
    assert start(data, "--quiet", "backup") == 0
    return data


def some(data: Path, number: int) -> list[str]:
    with closing(read_only(data / "corpus.db")) as db:
        return [key for (key,) in db.execute("select id from documents order by id limit ?", [number])]


@pytest.fixture
def data(calm: Path, tmp_path: Path) -> Path:
    shutil.copytree(calm, tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def untouched(data: Path) -> Iterator[None]:
    """Whatever happens in the test, what people made is in the data folder afterwards, row for row."""
    before = human(data)
    before = human(data)
    assert len(before["staff.db reviews"]) == 3
    assert len(before["mail.db subscribers"]) == 1
    yield
    assert human(data) == before


def same(data: Path, calm: Path) -> None:
    assert [line for name in ("corpus.db", "staff.db") for line in differences(calm / name, data / name)] == []


def forget(data: Path, *names: str) -> None:
    for name in names:
        for suffix in ("", "-wal", "-shm"):
            (data / (name + suffix)).unlink(missing_ok=True)


# --------------------------------------------------------------------- killed


def test_killed_while_it_collects_derives_and_publishes(data: Path, calm: Path, untouched: None) -> None:
    """One folder, killed again and again, each time a step further; then it ends by itself and equals the calm one.

    It begins without corpus.db, while ops.db remembers every answer: what is stored of them must not hide what is lacking.
    """
    forget(data, "corpus.db")
    killed_at("crawlers.record:_write_provenance", 1, data, *CRAWL)  # within the transaction of a batch
    killed_at("pipelines:RecordPipeline._close_listings", 1, data, *CRAWL)  # documents stored, the run still open
    killed_at("derive:_write_tags", 1, data, "rebuild")
    killed_at("derive:_write_matches", 1, data, "rebuild")  # staff.db has the batch, corpus.db not yet
    killed_at("publish:_make_views", 1, data, "rebuild")
    assert start(data, *CRAWL) == 0
    same(data, calm)
    with closing(read_only(data / "corpus.db")) as db:
        states = [state for (state,) in db.execute("select state from runs order by id")]
    assert states[:1] == ["interrupted"]
    assert states[-1] == "finished"


def test_killed_while_everything_is_derived_anew(data: Path, calm: Path, untouched: None) -> None:
    killed_at("derive:_write_matches", 1, data, "rebuild", "--all")
    killed_at("publish:write_scorecard", 1, data, "publish")
    assert start(data, "--quiet", "rebuild") == 0
    same(data, calm)


_DECIDE = (
    _FATAL
    + """
from pathlib import Path
from desk import accounts, reviews
from desk.tables import open_staff
from publish import publish_decisions
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
    code = start(data, "desk.standing", "settle", "1", str(data), document, code=_DECIDE)
    assert code == -signal.SIGKILL


def test_killed_between_a_decision_and_its_publishing(data: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    [document] = some(data, 1)
    before = len(human(data)["staff.db reviews"])
    code = start(data, "publish", "_relist", "1", str(data), document, code=_DECIDE)
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


def test_killed_while_mail_is_sent_nobody_gets_it_twice(
    tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    digest_world.corpus(data)
    with closing(open_mail(data / "mail.db")) as db:
        for number in range(3):
            reader(db, f"reader{number}@example.org")
    monkeypatch.setattr("commands.mail.now", lambda: "2022-03-09T08:00:00Z")
    postbox = Postbox()
    with post_office(postbox) as port:
        settings = {
            "INFOPOLICY_MAIL_FROM": "digest@example.org", "INFOPOLICY_SMTP_SECURITY": "none",
            "INFOPOLICY_SMTP_HOST": "127.0.0.1", "INFOPOLICY_SMTP_PORT": str(port),
        }  # fmt: skip
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        key = call("digest", "prepare", "--day", FIRST_DAY.isoformat()).output.splitlines()[0]
        killed_at("digest.send:Sender._record", 2, data, "digest", "send", key, **settings)
        assert 1 <= len(postbox.got) < 4
        call("digest", "send", key)
    addresses = [address for address, _ in postbox.got]
    assert len(addresses) == len(set(addresses))
    with closing(read_only(data / "mail.db")) as db:
        states = dict(db.execute("select state, count(*) from deliveries where digest_id = ? group by state", [key]))
        assert db.execute("select count(*) from subscribers").fetchone()[0] == 3
    assert sum(states.values()) == 3
    assert states["sent"] >= 1
    assert set(states) <= {"sent", "claimed", "unknown"}, states


def test_killed_while_it_backs_up(data: Path, call: Call, untouched: None) -> None:
    before = sorted(path.name for path in (data / "backups").iterdir())
    killed_at("operations.backup:write_lines", 1, data, "backup")
    left = [path for path in (data / "backups").iterdir() if path.name not in before]
    assert [path.suffix for path in left] == [".part"]
    done = call("restore", str(left[0]))
    assert (done.exit_code, "half a backup" in done.output) == (4, True)
    assert call("backup").exit_code == 0


# --------------------------------------------------------------------- power lost between two files


def test_killed_between_the_files_of_a_restore(
    data: Path, calm: Path, call: Call, tmp_path: Path, untouched: None
) -> None:
    [place] = [path for path in (data / "backups").iterdir() if path.is_dir()]
    killed_at("operations.backup:_settle", 3, data, "restore", str(place))
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


# --------------------------------------------------------------------- damaged


def overwrite(path: Path, where: str) -> None:
    size = path.stat().st_size
    with path.open("r+b") as file:
        if where == "half":
            file.truncate(size // 2 // 512 * 512 + 100)
        else:
            file.seek(0 if where == "head" else 4096)
            file.write(os.urandom(4096 if where == "head" else size - 4096))


@pytest.mark.parametrize("where", ["head", "middle", "half"])
@pytest.mark.parametrize("name", ["corpus.db", "ops.db", "staff.db", "mail.db"])
def test_a_damaged_file_is_named_and_comes_back(
    data: Path, calm: Path, call: Call, untouched: None, name: str, where: str
) -> None:
    for suffix in ("-wal", "-shm"):
        (data / (name + suffix)).unlink(missing_ok=True)
    overwrite(data / name, where)
    checked = call("check")
    assert (checked.exit_code, str(data / name) in checked.output) == (1, True), checked.output
    refused = call("backup")
    assert refused.exit_code == 4, "a backup of damage would push the whole ones out"
    assert name in refused.output
    if where == "head":
        told = call("status")
        assert told.exit_code == (4 if name == "corpus.db" else 3)
        assert f"{data / name}: " in told.output
        assert "infopolicy restore" in told.output
    if name in ("corpus.db", "staff.db"):
        done = call("publish")
        assert done.exit_code == 4
        assert "infopolicy restore" in done.output
        assert where != "head" or f"{data / name}: " in done.output
    if name == "corpus.db" and where == "head":
        with pytest.raises(serve.CannotServe, match=r"corpus\.db"):
            serve.build(Configuration(data=data).corpus)
    [place] = [path for path in (data / "backups").iterdir() if path.is_dir()]
    restored = call("restore", str(place), "--only", name)
    assert restored.exit_code == 0, restored.output
    assert call("check").exit_code == 0
    same(data, calm)


async def test_the_site_lives_on_beside_a_damaged_file(data: Path) -> None:
    """The public pages stay; the desk and the subscriptions say that they are closed, and nothing is made in their place."""
    config = Configuration(data=data, site="http://localhost")
    site = serve.build(config.corpus, mail=config, desk=config, secret=desk_world.SECRET, today="2025-06-01")
    for name in ("staff.db", "mail.db"):
        for suffix in ("-wal", "-shm"):
            (data / (name + suffix)).unlink(missing_ok=True)
        overwrite(data / name, "head")
    before = {name: (data / name).read_bytes() for name in ("staff.db", "mail.db")}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=site.app()), base_url="http://localhost") as asked:
        for page in ("/", "/browse", "/areas/literacy"):
            assert (await asked.get(page)).status_code == 200
        closed = await asked.get("/desk/login")
        assert (closed.status_code, "cannot be read at present" in closed.text) == (503, True)
        archive = await asked.get("/digest")
        assert (archive.status_code, "cannot be read at present" in archive.text) == (503, True)
        assert (await asked.get("/-/health")).status_code == 503
    assert {name: (data / name).read_bytes() for name in before} == before


def test_lost_altogether(data: Path, calm: Path, call: Call, untouched: None) -> None:
    """corpus.db and ops.db are made again by running; of staff.db and mail.db only the backup is left."""
    [place] = [path for path in (data / "backups").iterdir() if path.is_dir()]
    forget(data, "corpus.db", "ops.db", "staff.db", "mail.db")
    done = call("status")
    assert done.exit_code == 4
    assert "infopolicy crawl" in done.output
    assert call("restore", str(place), "--only", "staff.db", "--only", "mail.db").exit_code == 0
    assert start(data, *CRAWL) == 0
    same(data, calm)
