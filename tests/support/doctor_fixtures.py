"""A deployment in good order, as the doctor sees it, for tests that break one thing at a time."""

from __future__ import annotations

import os
import shutil
import socketserver
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import desk_fixtures
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlite_utils import Database

from crawlers.sources import load_sources
from desk.accounts import accounts
from desk.partners import partners
from operations.backup import backup
from operations.doctor.findings import Answer, Host
from settings import ROOT, Configuration
from store.connect import open_mail, open_partners, open_staff

NOW = datetime(2022, 3, 9, 12, tzinfo=UTC)
STAMP = "2022-03-09T12:00:00Z"
SECRET = "9f2b7c1de8a4563f" * 4
SITE = "https://policy.library.test"
PASSWORD = "correct horse battery staple"
_PEM = (serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
UNITS = {
    "infopolicy-site.service": {
        "LoadState": "loaded",
        "ActiveState": "active",
        "MemoryMax": "1073741824",
        "LimitNOFILESoft": "4096",
        "MainPID": "77",
        "NoNewPrivileges": "yes",
        "ProtectSystem": "strict",
        "PrivateTmp": "yes",
        "UMask": "0077",
    },
    "infopolicy-run.service": {"LoadState": "loaded", "ActiveState": "inactive", "Result": "success"},
    **{
        f"infopolicy-{name}.timer": {"LoadState": "loaded", "ActiveState": "active"}
        for name in ("run", "mail", "mail-daily", "dump")
    },
}


class Machine:
    """What programs and web addresses answer; a test changes it."""

    def __init__(self) -> None:
        self.units = {name: dict(values) for name, values in UNITS.items()}
        self.synchronized = "yes"
        self.headers = {"strict-transport-security": "max-age=31536000"}
        self.health, self.harmless, self.huge = 200, 200, 400
        self.until = NOW + timedelta(days=60)

    def run(self, words: Sequence[str]) -> str | None:
        if words[0] == "timedatectl":
            return f"{self.synchronized}\n"
        values = self.units.get(words[-1], {"LoadState": "not-found"})
        return "".join(f"{name}={value}\n" for name, value in values.items())

    def fetch(self, address: str) -> Answer:
        if address.endswith("/-/health"):
            return Answer(self.health, self.headers)
        return Answer(self.huge if "zeroblob" in address else self.harmless, {})


def build(folder: Path) -> Path:
    """A data folder with everything that may be in one, a root folder, and a folder of code."""
    data = folder / "data"
    data.mkdir(mode=0o700)
    desk_fixtures.build(data)
    config = Configuration(data=data)
    with closing(open_partners(config.partners)) as db:
        partners.add_partner(db, "Dana Partner", "A Coalition", password=PASSWORD, now=STAMP)
    with closing(open_staff(config.staff)) as db:
        for account in accounts.all_accounts(db):
            accounts.set_password(db, account, PASSWORD, now=STAMP)
    open_mail(config.mail).close()
    with closing(Database(config.corpus)) as db:
        db.execute("delete from runs")
        for name in load_sources():
            _finished(db, name)
    backup(config, None, now="2022-03-09T08:00:00Z", keep=2)
    (folder / "copied").touch()
    os.utime(folder / "copied", (NOW.timestamp(), NOW.timestamp() - 3600))
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    (data / "dkim.pem").write_bytes(key.private_bytes(*_PEM))
    (data / "dkim.pem").chmod(0o600)
    for path in data.glob("*.db*"):
        path.chmod(0o600)
    _machine(folder / "root", data)
    (folder / "code").mkdir()
    for name in ("cli.py", "requirements.txt"):
        shutil.copy(ROOT / name, folder / "code")
    for path in (folder / "code", *(folder / "code").iterdir()):
        path.chmod(0o755)
    return folder


def _finished(db: Database, source: str) -> None:
    db.table("runs").insert(
        {
            "source": source,
            "started_at": "2022-03-09T07:00:00Z",
            "finished_at": "2022-03-09T08:00:00Z",
            "state": "finished",
        }
    )


def _machine(root: Path, data: Path) -> None:
    for name in ("etc/cron.d", "etc/logrotate.d", "proc/self", "proc/77/task/77", "proc/78"):
        (root / name).mkdir(parents=True)
    (root / "etc/logrotate.d/infopolicy").write_text(f"{data}/log/*.log {{\n    daily\n}}\n")
    (root / "proc/self/mountinfo").write_text("22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n")
    (root / "proc/77/task/77/children").write_text("78 ")
    (root / "proc/78/cmdline").write_text("python\0-c\0from public_sql.worker import main\0")


def host(folder: Path, machine: Machine, *, smtp_port: int, **settings: str) -> Host:
    config = Configuration(
        data=folder / "data",
        site=SITE,
        contact="mailto:policy@library.test",
        smtp_host="127.0.0.1",
        smtp_port=smtp_port,
        smtp_security="none",
        mail_from="Policy digest <digest@library.test>",
        mail_postal="1 Street, Town",
        backup_copy=str(folder / "copied"),
        dkim_file=str(folder / "data/dkim.pem"),
        dkim_selector="mail",
    )
    keys = {source.key: "k" * 32 for source in load_sources().values() if source.key}
    return Host(
        config=config,
        now=NOW,
        environment={"INFOPOLICY_SECRET": SECRET, **keys, **settings},
        root=folder / "root",
        code=folder / "code",
        run=machine.run,
        fetch=machine.fetch,
        certificate_until=lambda _: machine.until,
    )


def certificate(folder: Path) -> tuple[Path, datetime]:
    """A file with a key and a certificate for 127.0.0.1 that it has signed itself, and when it ends."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    until = datetime(2049, 1, 1, tzinfo=UTC)
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(until)
        .add_extension(alternative, critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    file.write_bytes(key.private_bytes(*_PEM) + made.public_bytes(serialization.Encoding.PEM))
    return file, until


@contextmanager
def encrypted(file: Path) -> Iterator[int]:
    """A server on a free port that ends TLS with this certificate, and says nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError), context.wrap_socket(self.request, server_side=True) as link:
                link.recv(1)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()
