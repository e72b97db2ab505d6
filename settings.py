"""Every setting of the project: from the environment, else from a TOML file, else the default. docs/settings.md lists them.

Keys and passwords come from the environment only, and are read where they are used: they are no part of this record, so
that nothing prints or stores them.
"""

from __future__ import annotations

import ipaddress
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from store.errors import InvalidInput

ROOT = Path(__file__).resolve().parent


class BadSetting(InvalidInput):
    """A setting that cannot be used; the message names it, its value and what it should be."""


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """`data` is the folder of the databases; `mirror` sends https://HOST/PATH to MIRROR/HOST/PATH for every source."""

    data: Path = ROOT / "data"
    mirror: str | None = None
    contact: str = "https://github.com/ala-infopolicy/infopolicy"
    host: str = "127.0.0.1"
    port: int = 8001
    workers: int = 2
    notice: str | None = None
    site: str = "http://127.0.0.1:8001"
    smtp_host: str | None = None
    smtp_port: int = 587
    smtp_security: str = "starttls"
    smtp_user: str | None = None
    mail_from: str | None = None
    mail_bounces: str | None = None
    mail_rate: float = 10
    mail_postal: str | None = None
    dkim_file: str | None = None
    dkim_selector: str | None = None
    sso_header: str | None = None
    sso_proxy: str | None = None
    proxies: str = "127.0.0.1,::1"
    log_format: str = "text"
    log_file: str | None = None
    metrics_from: str = "127.0.0.1,::1"
    stale_hours: int = 48
    keep_rejects_days: int = 180
    keep_answers_days: int = 400
    backup_keep: int = 14
    backup_days: int = 30
    backup_copy: str | None = None

    @property
    def corpus(self) -> Path:
        return self.data / "corpus.db"

    @property
    def ops(self) -> Path:
        return self.data / "ops.db"

    @property
    def staff(self) -> Path:
        return self.data / "staff.db"

    @property
    def partners(self) -> Path:
        return self.data / "partners.db"

    @property
    def mail(self) -> Path:
        return self.data / "mail.db"


def load(environment: Mapping[str, str] = os.environ, file: Path | None = None) -> Configuration:
    """Read the settings. A file named by INFOPOLICY_CONFIG must exist; `infopolicy.toml` in this folder may.

    Raises:
        BadSetting: a file that cannot be read, an unknown name in it, or a value of the wrong form.
    """
    named = environment.get("INFOPOLICY_CONFIG")
    path = file or (Path(named) if named else Path("infopolicy.toml"))
    values: dict[str, Any] = _read(path) if file or named or path.exists() else {}
    known = {field.name for field in fields(Configuration)}
    if unknown := sorted(set(values) - known):
        raise BadSetting(f"{path}: no setting is called {unknown[0]!r}; there are: {', '.join(sorted(known))}")
    for name in known:
        if text := environment.get(f"INFOPOLICY_{name.upper()}"):
            values[name] = text
    return Configuration(**{name: _convert(name, value) for name, value in values.items()})


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadSetting(f"{path}: cannot be read ({error.strerror}); check INFOPOLICY_CONFIG") from error
    except (ValueError, RecursionError) as error:  # not UTF-8, not TOML, or a number too long to be one
        raise BadSetting(f"{path}: is not TOML: {error}") from error


def _convert(name: str, value: object) -> Any:
    if not isinstance(value, str | int):
        raise BadSetting(f"{name} = {value!r}: must be a text or a whole number")
    text = str(value)
    if name == "data":
        return Path(text).expanduser().absolute()
    if name == "mirror":
        return mirror_address(text)
    if name == "site":
        return _site(text)
    if name in ("port", "workers", "smtp_port"):
        top = 64 if name == "workers" else 65535
        if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= top:
            raise BadSetting(f"{name} = {text!r}: must be a whole number from 1 to {top} (INFOPOLICY_{name.upper()})")
        return int(text)
    if name == "mail_rate":
        if not text.replace(".", "", 1).isdecimal():
            raise BadSetting(f"mail_rate = {text!r}: must be mails a second, or 0 for no limit (INFOPOLICY_MAIL_RATE)")
        return float(text)
    if name in ("stale_hours", "backup_keep", "backup_days") or name.startswith("keep_"):
        least = 0 if name == "backup_days" else 1
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= 100_000:
            raise BadSetting(
                f"{name} = {text!r}: must be a whole number from {least} to 100000 (INFOPOLICY_{name.upper()})"
            )
        return int(text)
    if name == "proxies":
        networks(text)
    if name == "log_format" and text not in ("text", "json"):
        raise BadSetting(f"log_format = {text!r}: must be text or json (INFOPOLICY_LOG_FORMAT)")
    if name == "smtp_security" and text not in ("starttls", "tls", "none"):
        raise BadSetting(f"smtp_security = {text!r}: must be starttls, tls or none (INFOPOLICY_SMTP_SECURITY)")
    return text


def networks(text: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Addresses and networks with commas, such as `127.0.0.1,10.0.0.0/8`; one address is a network of one.

    Raises:
        BadSetting: one of them is neither.
    """
    try:
        return [ipaddress.ip_network(each.strip()) for each in text.split(",") if each.strip()]
    except ValueError as error:
        raise BadSetting(
            f"proxies = {text!r}: must be addresses or networks with commas, like 127.0.0.1,10.0.0.0/8: {error} "
            "(INFOPOLICY_PROXIES)"
        ) from error


def _parts(text: str) -> SplitResult:
    """An address in its parts; nothing where it has none, such as with a bracket that is never closed."""
    try:
        return urlsplit(text)
    except ValueError:
        return SplitResult("", "", "", "", "")


def _site(text: str) -> str:
    parts = _parts(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise BadSetting(
            f"site = {text!r}: must be the public address, like https://policy.example.org (INFOPOLICY_SITE)"
        )
    return text.rstrip("/")


def mirror_address(text: str) -> str:
    """A mirror's address without a slash at its end: http, https or a folder of recordings (file).

    Raises:
        BadSetting: not such an address.
    """
    parts = _parts(text)
    if (parts.scheme in ("http", "https") and parts.hostname) or (parts.scheme == "file" and parts.path):
        return text.rstrip("/")
    raise BadSetting(f"mirror = {text!r}: must look like http://127.0.0.1:8900 or file:///folder (INFOPOLICY_MIRROR)")
