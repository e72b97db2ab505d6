"""Every setting of the project: from the environment, else from a TOML file, else the default. docs/settings.md lists them.

Keys and passwords come from the environment only, and are read where they are used: they are no part of this record, so
that nothing prints or stores them.
"""

from __future__ import annotations

import ipaddress
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from email.utils import parseaddr
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, get_type_hints
from urllib.parse import SplitResult, urlsplit

from store.errors import InvalidInput

#: The folder with the code and its files of data: a checkout, or the installed package.
ROOT = Path(__file__).resolve().parent
#: Datasette's configuration directory: plugins, templates, static files, words.
SITE = ROOT / "datasette"
#: Whether this is a clone or an unpacked sdist, which has tests and docs, and not what pip installed.
CHECKOUT = (ROOT / "pyproject.toml").exists()
#: Where data go by themselves: in a checkout, else (what pip installed is not ours to fill) in the user's home.
_HOME = Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share").expanduser()
DATA = ROOT / "data" if CHECKOUT else _HOME.absolute() / "infopolicy"
_MAIL = re.compile(r"[^\s@<>()]+@[^\s@<>()]+\.[a-zA-Z]{2,}")


#: Names in the environment that are no part of the record: where the file is, secrets, the number that lines of the log share
#: across processes (operations/logs.py), and how much a test tries (docs/programs.md).
_APART = {f"INFOPOLICY_{name}" for name in ("CONFIG", "SECRET", "SMTP_PASSWORD", "RUN", "EXAMPLES")}
#: Two names so much alike are one with a slip: PROT and PORT, WORKRES and WORKERS.
_SLIP = 0.75


class BadSetting(InvalidInput):
    """A setting that cannot be used; the message names it, its value and what it should be."""


# Each rule converts the text of a setting to its value, or raises a ValueError that says what it must be.


def _line(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError("must be text on one line, without line breaks")
    return text.strip()


def _folder(text: str) -> Path:
    folder = Path(_line(text)).expanduser().absolute()
    if os.path.exists(folder) and not os.path.isdir(folder):
        raise ValueError("must be a folder, and is a file")
    return folder


def _catalog(text: str) -> Path:
    """A folder that is not there, or any other, would leave the site without its positions."""
    folder = _folder(text)
    if not os.path.isfile(folder / "organization.yml"):
        raise ValueError("must be the folder of a catalog, with organization.yml: infopolicy positions start makes one")
    return folder


def _place(text: str) -> str:
    """A file or folder that need not be there now, such as a disk that is not mounted; a relative one would differ by command."""
    path = Path(_line(text)).expanduser()
    if not path.is_absolute():
        raise ValueError("must be a whole path, like /mnt/backups")
    return str(path)


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(text)

    return read


def _one_of(*choices: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in choices:
            raise ValueError(f"must be {', '.join(choices[:-1])} or {choices[-1]}")
        return text

    return read


def _number(least: float, most: float, what: str) -> Callable[[str], float]:
    def read(text: str) -> float:
        if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{0,12})?|\.[0-9]{1,12}", text) or not least <= float(text) <= most:
            raise ValueError(f"must be {what}")
        return float(text)

    return read


_NO_ADDRESS = SplitResult("", "", "", "", "")


def _parts(text: str) -> SplitResult:
    """An address in its parts; nothing where it has none, such as with a bracket that is never closed, or a port of 99999.

    Line breaks and blanks are refused here, because `urlsplit` leaves some of them out.
    """
    try:
        parts = urlsplit(text)
        return parts if text.split() == [text] and text.isprintable() and parts.port != 0 else _NO_ADDRESS
    except ValueError:
        return _NO_ADDRESS


def _site(text: str) -> str:
    parts = _parts(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be the public address, like https://policy.example.org")
    return text.rstrip("/")


def _mirror(text: str) -> str:
    """A mirror's address without a slash at its end: http, https or a folder of recordings (file)."""
    parts = _parts(text)
    if (parts.scheme in ("http", "https") and parts.hostname) or (parts.scheme == "file" and parts.path):
        return text.rstrip("/")
    raise ValueError("must look like http://127.0.0.1:8900 or file:///folder")


def networks(text: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Addresses and networks with commas, such as `127.0.0.1,10.0.0.0/8`; one address is a network of one.

    Raises:
        BadSetting: one of them is neither.
    """
    try:
        return [ipaddress.ip_network(each.strip()) for each in text.split(",") if each.strip()]
    except ValueError as error:
        raise BadSetting(f"must be addresses or networks with commas, like 127.0.0.1,10.0.0.0/8: {error}") from error


def _versions(text: str) -> str:
    if text != "all" and not (text.isascii() and text.isdigit() and 1 <= int(text) <= 10_000):
        raise ValueError("must be how many versions to load of a company's terms, or all")
    return text


def _price(text: str) -> str:
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]+)?/[0-9]{1,9}(\.[0-9]+)?", text):
        raise ValueError("must be US dollars for a million tokens in and out, like 0.40/1.60")
    return text


def _name(text: str) -> str:
    if set(text) & set("%{}"):
        raise ValueError("must be a name on one line, without %, { or }")
    return _line(text)


def _word(text: str) -> str:
    if not text.isprintable() or not text.split() == [text]:
        raise ValueError("must be one word without blanks")
    return text


def _addresses(text: str) -> str:
    try:
        for each in text.split(","):
            ipaddress.ip_address(each.strip())
    except ValueError as error:
        raise ValueError(f"must be addresses with commas, like 127.0.0.1,::1: {error}") from error
    return text


def _networks(text: str) -> str:
    networks(text)
    return text


def _mail(text: str) -> str:
    """An address, with or without a name before it; a line break would begin another line of the message's head."""
    if not _MAIL.fullmatch(parseaddr(text)[1]) or not text.isprintable():
        raise ValueError("must be an email address on one line, like alerts@example.org")
    return text


def _header(text: str) -> str:
    """The name of a header; with a colon or a blank it would never come, and nobody could sign in."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,100}", text):
        raise ValueError("must be the name of a header, like X-Remote-User")
    return text


def _geocoder(text: str) -> str:
    return text if text == "none" else _site(text)


#: Addresses of examples and of the project itself: nobody answers there.
NOBODY = ("example.org", "example.com", "example.net", "localhost", "github.com/ala-infopolicy")
CONTACT_WANTED = (
    "publishers block crawlers that do not say whom to write to. Set INFOPOLICY_CONTACT to an email address or a page of yours, "
    "such as mailto:policy@your-library.org: it is sent with every request"
)


def reachable(contact: str | None) -> str:
    """The address that publishers may write to, as it is sent: `mailto:` and an email address, or a web page.

    Raises:
        BadSetting: there is none, it is no address, or one where nobody answers.
    """
    text = (contact or "").strip()
    mail, parts = text.removeprefix("mailto:"), _parts(text)
    page = parts.scheme in ("http", "https") and "." in (parts.hostname or "")
    if not text:
        raise BadSetting(f"INFOPOLICY_CONTACT is not set: {CONTACT_WANTED}")
    if not (page or _MAIL.fullmatch(mail)) or not text.isascii() or not text.isprintable():
        raise BadSetting(f"INFOPOLICY_CONTACT={text!r} is no address: {CONTACT_WANTED}")
    if any(each in text.lower() for each in NOBODY):
        raise BadSetting(f"INFOPOLICY_CONTACT={text}: nobody answers there; {CONTACT_WANTED}")
    return text if page else f"mailto:{mail}"


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """`data` is the folder of the databases; `catalog` that of the positions; `publisher` signs the site and its emails, and
    `imprint` says who answers for them; `mirror` sends https://HOST/PATH to MIRROR/HOST/PATH for every source;
    `clock` is how many times faster than real time a mirror keeps limits by the minute."""

    data: Annotated[Path, _folder] = DATA
    catalog: Annotated[Path, _catalog] = ROOT / "positions" / "catalog"
    publisher: Annotated[str, _name] = "Information policy monitor"
    imprint: Annotated[str | None, _line] = None
    mirror: Annotated[str | None, _mirror] = None
    clock: Annotated[float, _number(1, 10_000, "a number from 1 to 10000")] = 1
    contact: str | None = None
    host: Annotated[str, _word] = "127.0.0.1"
    port: Annotated[int, _whole(1, 65_535)] = 8001
    workers: Annotated[int, _whole(1, 64)] = 2
    notice: Annotated[str | None, _line] = None
    site: Annotated[str, _site] = "http://127.0.0.1:8001"
    smtp_host: Annotated[str | None, _word] = None
    smtp_port: Annotated[int, _whole(1, 65_535)] = 587
    smtp_security: Annotated[str, _one_of("starttls", "tls", "none")] = "starttls"
    smtp_user: Annotated[str | None, _word] = None
    mail_from: Annotated[str | None, _mail] = None
    mail_bounces: Annotated[str | None, _mail] = None
    mail_rate: Annotated[float, _number(0, 1e6, "emails a second, or 0 for no limit")] = 10
    mail_postal: Annotated[str | None, _line] = None
    digest_hours: Annotated[int, _whole(0, 168)] = 24
    dkim_file: Annotated[str | None, _line] = None
    dkim_selector: Annotated[str | None, _word] = None
    publish_own_drafts: Annotated[str, _one_of("no", "yes")] = "no"
    sso_header: Annotated[str | None, _header] = None
    sso_proxy: Annotated[str | None, _addresses] = None
    proxies: Annotated[str, _networks] = "127.0.0.1,::1"
    log_format: Annotated[str, _one_of("text", "json")] = "text"
    log_file: Annotated[str | None, _line] = None
    metrics_from: Annotated[str, _networks] = "127.0.0.1,::1"
    mcp_calls: Annotated[int, _whole(1, 100_000)] = 120
    geocoder: Annotated[str, _geocoder] = "https://geocoding.geo.census.gov/geocoder"
    terms_versions: Annotated[str, _versions] = "10"
    stale_hours: Annotated[int, _whole(1, 100_000)] = 48
    keep_rejects_days: Annotated[int, _whole(1, 100_000)] = 180
    keep_answers_days: Annotated[int, _whole(1, 100_000)] = 400
    backup_keep: Annotated[int, _whole(1, 100_000)] = 14
    backup_days: Annotated[int, _whole(0, 100_000)] = 30
    backup_copy: Annotated[str | None, _place] = None
    reader_model: Annotated[str | None, _line] = None
    reader_price: Annotated[str | None, _price] = None
    reader_daily_use: Annotated[int, _whole(0, 10**12)] = 2_000_000
    reader_daily_dollars: Annotated[float, _number(0, 1e6, "US dollars a day, like 5 or 0.50")] = 5
    reader_parallel: Annotated[int, _whole(1, 64)] = 4
    reader_timeout: Annotated[int, _whole(1, 3_600)] = 120

    @property
    def corpus(self) -> Path:
        return self.data / "corpus.db"

    @property
    def ops(self) -> Path:
        return self.data / "ops.db"

    @property
    def opinions(self) -> Path:
        return self.data / "opinions.db"

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
        BadSetting: a file that cannot be read, an unknown name in it, a slip in a name of the environment, or a value of the
            wrong form.
    """
    named = environment.get("INFOPOLICY_CONFIG")
    path = file or (Path(named) if named else Path("infopolicy.toml"))
    values: dict[str, Any] = _read(path) if file or named or path.exists() else {}
    hints = get_type_hints(Configuration, include_extras=True)
    known = {name: getattr(hint, "__metadata__", (str,))[0] for name, hint in hints.items()}
    if unknown := sorted(set(values) - set(known)):
        raise BadSetting(f"{path}: no setting is called {unknown[0]!r}; there are: {', '.join(sorted(known))}")
    values = {name: value for name, value in values.items() if value != ""}
    _refuse_slips([name for name, text in environment.items() if text], known)
    values |= {name: text for name in known if (text := environment.get(f"INFOPOLICY_{name.upper()}"))}
    return Configuration(**{name: _convert(name, value, known[name]) for name, value in values.items()})


def current() -> Configuration:
    """The settings of this process, read again when the environment has changed: for code that is handed none."""
    return _current(tuple(sorted(item for item in os.environ.items() if item[0].startswith("INFOPOLICY_"))), Path.cwd())


@lru_cache(maxsize=4)
def _current(environment: tuple[tuple[str, str], ...], _folder: Path) -> Configuration:
    return load(dict(environment))


def _refuse_slips(names: Iterable[str], known: Iterable[str]) -> None:
    """Stop at a name that is nearly that of a setting; others may be those that `env:` names, or of another program."""
    settings = [name.upper() for name in known]
    for name in sorted(names):
        ours = name.removeprefix("INFOPOLICY_")
        if ours in (name, *settings) or name in _APART:
            continue
        if like := get_close_matches(ours, settings, 1, _SLIP):
            raise BadSetting(f"no setting is called {name}; is it INFOPOLICY_{like[0]}? See docs/settings.md")


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadSetting(f"{path}: cannot be read ({error.strerror}); check INFOPOLICY_CONFIG") from error
    except (ValueError, RecursionError) as error:  # not UTF-8, not TOML, or a number too long to be one
        raise BadSetting(f"{path}: is not TOML: {error}") from error


def _convert(name: str, value: object, rule: Callable[[str], Any]) -> Any:
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise BadSetting(f'{name} = {value!r}: must be a text or a number, such as "yes" or 5')
    try:
        return rule(str(value))
    except ValueError as error:
        raise BadSetting(f"{name} = {str(value)!r}: {error} (INFOPOLICY_{name.upper()})") from error
