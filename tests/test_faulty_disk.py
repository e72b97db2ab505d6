"""Every command on a disk that is full, and on one that is read-only: a sentence and a documented exit code, never a
traceback, never the advice to restore a file that is healthy; and nothing is lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import desk_fixtures
import pytest
from conftest import ROOT, clean_environment
from crash_helpers import SAMPLE, start
from desk_fixtures import PASSWORD
from digest_fixtures import reader
from test_docs import ALL

from benchmarks.compare import fingerprints
from settings import Configuration
from store.connect import open_mail, open_partners
from store.data_folder import damage, present

pytestmark = pytest.mark.slow

#: The exit codes of docs/commands.md.
CODES = {0, 1, 2, 3, 4}
#: What only reads ends well, or says what it cannot read. Everything else needs to write and must say that it could not.
READS = {
    "read",
    "digest edit",
    "digest deliver",  # the issue waits for its editor here
    "doctor",
    "summary",
    "status",
    "check",
    "tag",
    "match",
    "evaluate",
    "train",
    "positions check",
    "positions proposals",
    "positions patch",
    "positions directions",
    "positions evaluate",
    "positions stances",
    "serve",
    "user list",
    "digest status",
    "alerts status",
    "alerts test",
    "notices",  # nobody has chosen any here
    "webhooks status",
    "subscribers export",
    "digest preview",
    "digest bounces",
    "digest letters",
    "digest settle",
}
WORDS = {"full": ("make room",), "readonly": ("read-only", "may be written", "may write", "cannot be written")}
LINE = json.dumps({"id": 1, "title": "Library Services and Technology Act"}) + "\n"


def calls(data: Path, key: str) -> dict[str, tuple[list[str], str]]:
    """Command -> its arguments and what is typed."""
    [copy] = [path for path in (data / "backups").iterdir() if path.is_dir()]
    person, password = "Ben Writer", PASSWORD + "\n"
    given: dict[str, tuple[list[str], str]] = {
        "demo": ([str(data / "demo"), "--no-serve"], ""),
        "crawl": (["us_bills", "--congress", "117", "--limit", "1"], ""),
        "collect": (["--sources", "uk_bills"], ""),
        "run": ([], ""),
        "merge": ([str(data.parent / "spool")], ""),
        "rebuild": (["--all"], ""),
        "publish": ([], ""),
        "serve": (["--port", "18475"], ""),
        "summary": ([], ""),
        "status": ([], ""),
        "check": ([], ""),
        "backup": ([], ""),
        "restore": ([str(copy)], ""),
        "doctor": (["--offline"], ""),
        "accept": (["mail.db"], ""),
        "snapshot": ([str(data / "public" / "corpus.db")], ""),
        "prune": ([], ""),
        "export": (["--format", "xlsx", "--output", str(data / "out.xlsx")], ""),
        "tag": ([], LINE),
        "match": ([], LINE),
        "read": (["--dry-run"], ""),
        "evaluate": ([str(data / "none.jsonl")], ""),
        "train": ([str(data / "none.jsonl")], ""),
        "gold fetch": ([], ""),
        "positions check": ([], ""),
        "positions start": ([str(data / "prairie")], ""),
        "positions proposals": ([], ""),
        "positions patch": (["1"], ""),
        "positions directions": ([], ""),
        "positions evaluate": ([], ""),
        "positions stances": ([], ""),
        "subscribe": (["new@example.org"], ""),
        "subscribers export": (["one@example.org"], ""),
        "subscribers erase": (["one@example.org"], ""),
        "digest prepare": (["--list", "partners"], ""),
        "digest note": ([key], "A note.\n"),
        "digest preview": ([key, "--output", str(data / "page.html")], ""),
        "digest send": ([key], ""),
        "digest deliver": (["weekly"], ""),
        "digest edit": ([key], ""),
        "digest letters": ([], ""),
        "digest status": ([], ""),
        "digest settle": ([key, "nobody", "--arrived"], ""),
        "digest bounces": ([str(data / "bounced.mbox")], ""),
        "alerts send": ([], ""),
        "alerts test": (["team"], ""),
        "alerts status": ([], ""),
        "notices": (["--morning"], ""),
        "webhooks send": ([], ""),
        "webhooks start": (["archive", "--since", "2026-01-01"], ""),
        "webhooks status": ([], ""),
        "user add": (["Eve New"], password),
        "user list": ([], ""),
        "user disable": ([person], ""),
        "user password": ([person], password),
        "user email": ([person, "ben.new@example.org"], ""),
        "user role": ([person, "viewer"], ""),
    }
    assert set(given) == set(ALL), "each command has its call here"
    return given


SETTINGS = {
    "INFOPOLICY_MIRROR": SAMPLE,
    "INFOPOLICY_WORKERS": "1",
    "INFOPOLICY_MAIL_FROM": "digest@example.org",
    "INFOPOLICY_SMTP_HOST": "127.0.0.1",
    "INFOPOLICY_SMTP_PORT": "1",
    "INFOPOLICY_SMTP_SECURITY": "none",
    "TEAM": "signed+http://127.0.0.1:1/hook",
    "SECRET": "hush",
    "HOOK": "whsec_" + "c2lnbmVk" * 4,
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    data = desk_fixtures.build(tmp_path_factory.mktemp("world")).data
    config = Configuration(data=data)
    open_partners(config.partners).close()
    with closing(open_mail(config.mail)) as db:
        reader(db, "one@example.org")
    (data / "alerts.yml").write_text("channels:\n  team:\n    address: env:TEAM\n    secret: env:SECRET\n")
    (data / "webhooks.yml").write_text(
        "webhooks:\n  archive:\n    url: https://hooks.example.org/policy\n    secret: env:HOOK\n"
    )
    (data / "bounced.mbox").write_text("From somebody\nSubject: none of ours\n\nx\n")
    for command in (["publish"], ["digest", "prepare", "--day", "2022-03-09"], ["backup"]):
        assert start(data, "--quiet", *command) == 0
    with closing(open_mail(config.mail)) as db:
        [(key,)] = db.execute("select id from digests").fetchall()
    return data, key


def on(fault: str, data: Path, key: str) -> dict[str, dict[str, Any]]:
    """What each command did on the faulty disk."""
    listed = [[name, [*name.split(), *words], typed] for name, (words, typed) in calls(data, key).items()]
    # Root passes over permissions unless this right is taken away.
    bound = ["setpriv", "--bounding-set=-dac_override"] if os.getuid() == 0 and fault == "readonly" else []
    if bound and not shutil.which(bound[0]) and not os.environ.get("CI"):
        pytest.skip("setpriv is not installed")
    done = subprocess.run(
        [*bound, sys.executable, str(ROOT / "tests" / "support" / "faulty_disk.py"), fault, str(data.parent)],
        env=clean_environment() | SETTINGS | {"INFOPOLICY_DATA": str(data)},
        input=json.dumps(listed),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize("fault", ["full", "readonly"])
def test_every_command_ends_with_a_sentence_and_nothing_is_lost(
    world: tuple[Path, str], tmp_path: Path, fault: str
) -> None:
    made, key = world
    data = tmp_path / "disk" / "data"
    shutil.copytree(made, data)
    (data.parent / "spool").mkdir()
    areas = "".join(f"39,OH,{number:05},4\n" for number in range(30_000))
    (data.parent / "zccd.csv").write_text(f"state_fips,state_abbr,zcta,cd\n{areas}")
    shutil.copy(made / "corpus.db", data.parent / "spool" / "corpus.db")
    before = {path.name: fingerprints(path) for path in present(data)}
    found = on(fault, data, key)
    for path in [data.parent, *data.parent.rglob("*")]:
        path.chmod(0o700 if path.is_dir() else 0o600)
    wrong = []
    for name, each in found.items():
        said = each["said"]
        if each["code"] not in CODES or "Traceback" in said or (each["code"] and not said.strip()):
            wrong.append(f"{name}: {each['code']}: {said[-600:]}")
        elif "infopolicy restore" in said or "is damaged" in said:
            wrong.append(f"{name} advises to restore a healthy file: {said}")
        elif name not in READS and (each["code"] not in (3, 4) or not any(words in said for words in WORDS[fault])):
            wrong.append(f"{name} does not say that it could not write: {each['code']}: {said}")
    assert not wrong, "\n\n".join(wrong)
    assert {path.name: fingerprints(path) for path in present(data)} == before
    assert [damage(path) for path in present(data)] == [[]] * len(before)
