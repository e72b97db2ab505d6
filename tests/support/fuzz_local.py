"""What people and programs hand in: YAML and TOML that maintainers keep, JSON lines, mailboxes, addresses, searches."""

from __future__ import annotations

import functools
import json
import random
import re
import tempfile
from pathlib import Path
from typing import Any

import yaml
from fuzz_targets import NOW, Target
from fuzzing import change_bytes, change_json, change_text, change_tree

import settings
from classify.areas import AREAS_FILE, BadAreas, load_areas
from classify.jsonl import BadLine, read_record
from desk.queue.notices import channel_names
from digest.alerts.channels import BadChannel, load_channels
from digest.delivery.bounces import read_bounces
from digest.subscribers import addresses
from operations.webhooks.receivers import BadReceiver, load_receivers
from positions.catalog import catalog, stances
from positions.catalog.yaml_file import BadFile
from store.connect import open_mail

ROOT = Path(__file__).resolve().parents[2]


@functools.cache
def folder() -> Path:
    """A folder for the files of this process's tests; gone with it."""
    made = tempfile.TemporaryDirectory(prefix="infopolicy-fuzz-")
    rooms.append(made)
    return Path(made.name)


rooms: list[tempfile.TemporaryDirectory[str]] = []


def _file(name: str, body: bytes) -> Path:
    path = folder() / name
    path.write_bytes(body)
    return path


def change_yaml(body: bytes, rng: random.Random) -> bytes:
    """A changed YAML file: its tree, its characters, its bytes, or aliases and tags that must do nothing."""
    chance = rng.random()
    if chance < 0.15:
        return change_bytes(body, rng)
    if chance < 0.5:
        return change_text(body.decode(), rng).encode("utf-8", "replace")
    if chance < 0.55:
        return rng.choice(YAML_TRICKS) + body
    return yaml.safe_dump(change_tree(yaml.safe_load(body), rng), allow_unicode=True).encode("utf-8", "replace")


YAML_TRICKS = (
    b"!!python/object/apply:os.system ['true']\n",
    b"a: &a [*a]\n",
    b"{" * 3000,
    b"- " * 3000,
    b"? " * 900,
    b"%YAML 9.9\n---\n",
    b"a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b]\n",
    b"<<: {<<: {<<: {a: 1}}}\n",
    b"\xef\xbb\xbf",
)


# --------------------------------------------------------------------- files


def _catalog(body: bytes) -> None:
    # Alone, because the check also reads stances and messages next to the folder.
    home = folder() / "alone" / "catalog"
    home.mkdir(parents=True, exist_ok=True)
    (home / "privacy.yml").write_bytes(body)
    style = ("reading grade", "lacks an example", "the scope lacks")  # usable, if not well written
    problems = [each for each in catalog.check(home) if not any(words in each for words in style)]
    assert all("privacy.yml" in problem or "catalog" in problem for problem in problems)
    try:
        catalog.load_catalog(home)
        usable = True
    except BadFile:
        usable = False
    assert usable is not bool(problems), "what `infopolicy positions check` says is what the matcher finds"


def _stances(body: bytes) -> None:
    stances.load_stances(_position_ids(), _file("stances.yml", body))


@functools.cache
def _position_ids() -> frozenset[str]:
    return frozenset(catalog.load_catalog().by_id)


def _areas(body: bytes) -> None:
    load_areas.__wrapped__(_file("areas.yml", body))


_KNOWN = {"areas": ["privacy"], "jurisdictions": ["us", "us-tx"], "positions": []}


def _channels(body: bytes) -> None:
    file = _file("alerts.yml", body)
    assert all(isinstance(name, str) for name in channel_names(file.parent))
    for channel in load_channels(file, {"TEAM": "json://localhost", "SECRET": "hush"}, _KNOWN):
        if channel.quiet:
            channel.quiet.holds(NOW)


def _webhooks(body: bytes) -> None:
    file = _file("webhooks.yml", body)
    secret = "whsec_" + "c2VjcmV0" * 4
    known = {name: dict.fromkeys(keys, "") for name, keys in _KNOWN.items()}
    for receiver in load_receivers(file.parent, {"HOOK": secret, "URL": "https://example.org/hook"}, known):
        assert receiver.url.startswith("https://")
        assert receiver.secrets


def _settings(body: bytes) -> None:
    settings.load({}, _file("infopolicy.toml", body))


def _mailbox(body: bytes) -> None:
    db = open_mail(folder() / "mail.db")
    read_bounces(db, _file("bounces.mbox", body), now=NOW)
    assert db.execute("select count(*) from suppressions").fetchone()[0] == 0, (
        "no report on a mail of ours was among them"
    )
    db.close()


def json_line(body: bytes) -> None:
    read_record(body.decode("utf-8", "replace"))


def _address(body: bytes) -> None:
    whole = addresses.address(body.decode("utf-8", "replace"))
    assert "\n" not in whole
    assert whole.count("@") == 1
    addresses.key(whole), addresses.person(whole)


# --------------------------------------------------------------------- targets

_CHANNELS = b"""channels:
  team:
    address: env:TEAM
    tell: [must_see, deadlines]
    areas: [privacy]
    jurisdictions: [us, us-tx]
    language: en
    quiet: {from: "20:00", to: "07:00", timezone: America/New_York, weekends: true}
  hook:
    address: signed+https://example.org/hook
    secret: env:SECRET
"""
_WEBHOOKS = b"""webhooks:
  newsroom:
    url: env:URL
    secret: [env:HOOK, env:HOOK]
    place: us-tx
    area: privacy
  archive:
    url: https://example.org:8443/in?key=1
    secret: env:HOOK
"""
_TOML = b"""data = "somewhere"
contact = "mailto:policy@example.org"
port = 8080
workers = 2
site = "https://policy.example.org"
mail_rate = 5
smtp_security = "tls"
"""
_LINES = tuple(
    json.dumps(line).encode()
    for line in (
        {"id": 1, "title": "Library Services and Technology Act", "abstract": None, "text": "Libraries.\n\nLibraries."},
        {"id": "us-117-hr1", "text": "x"},
    )
)


#: A report (RFC 3464) on a mail that was never ours, as an mbox.
_REPORT = b"""From MAILER-DAEMON Wed Nov 25 00:00:00 2026
From: MAILER-DAEMON@example.org
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=b"

--=b
Content-Type: text/plain

It came back.
--=b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; reader@example.org
Action: failed
Status: 5.1.1

--=b
Content-Type: text/rfc822-headers; charset=utf-8

Message-ID: <0123456789abcdef@example.org>
Subject: x

--=b--

"""


def change_line(body: bytes, rng: random.Random) -> bytes:
    return change_text(body.decode(), rng).encode("utf-8", "replace")


def _first(path: Path, entries: int = 3) -> bytes:
    """The first entries of a file that is a list: a whole file takes too long to read a thousand times."""
    head, *rest = path.read_text(encoding="utf-8").split("\n- id:")
    return "\n- id:".join([head, *rest[:entries]]).encode() + b"\n"


def some_positions() -> bytes:
    """Return a catalog file of a few positions, without links to positions of other files, so that it loads by itself."""
    return re.sub(rb"\n  related:[^\n]*(\n    [^\n]*)*", b"", _first(ROOT / "positions/catalog/entries/privacy.yml"))


def _small_areas() -> bytes:
    whole = yaml.load(AREAS_FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    chosen = ("copyright", "privacy")
    for name in chosen:
        whole["areas"][name].pop("implies", None)
    small = whole | {"areas": {name: whole["areas"][name] for name in chosen}}
    return yaml.safe_dump(small, allow_unicode=True).encode()


def local_files() -> tuple[Target, ...]:
    table: tuple[tuple[Any, ...], ...] = (
        ("catalog", (some_positions(),), change_yaml, _catalog, ()),
        ("stances", (_first(stances.FILE),), change_yaml, _stances, (BadFile,)),
        ("areas", (_small_areas(),), change_yaml, _areas, (BadAreas,)),
        ("alerts", (_CHANNELS,), change_yaml, _channels, (BadChannel,)),
        ("webhooks", (_WEBHOOKS,), change_yaml, _webhooks, (BadReceiver,)),
        ("settings", (_TOML,), change_line, _settings, (settings.BadSetting,)),
        ("mailbox", (_REPORT, _REPORT * 2), change_bytes, _mailbox, ()),
        ("json_lines", _LINES, change_json, json_line, (BadLine,)),
        (
            "address",
            (b"Reader.Name+x@library.example.org", "r@bücher.example".encode()),
            change_line,
            _address,
            (addresses.BadAddress,),
        ),
    )
    return tuple(Target(*row) for row in table)
