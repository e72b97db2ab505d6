"""What comes in by HTTP, before any page sees it: the body of a form, where it was sent from, who asks.

Knows the request as Datasette gives it (headers, cookies, scope, receive), and nothing else of Datasette.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from python_multipart import FormParser
from python_multipart.exceptions import FormParserError

from desk.web.errors import HTTPError
from pages.http.language import gettext as _
from settings import BadSetting, Configuration, networks

#: What a form holds at most, in bytes; that of a subscription, and any other address; one with a whole text in it; with a file.
LARGEST_FORM = 400_000
SMALLEST_FORM = 50_000
LARGEST_TEXT = 2_000_000
LARGEST_FILE = 4_000_000
MOST_FIELDS = 5_000
PLAIN = "application/x-www-form-urlencoded"
WITH_FILES = "multipart/form-data"
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class Upload:
    """A file that came with a form: its name as its sender said it (only ever shown), and what is in it."""

    name: str
    body: bytes


@dataclass(frozen=True)
class Form:
    """A form: name -> values, and its files by the name of their field; a field left empty has none."""

    values: dict[str, list[str]]
    files: dict[str, Upload]


async def read_form(request: Any, *, files: bool = True) -> Form:
    """Read a form. The plugin datasette/plugins/forms.py limits its size while it is read.

    Args:
        request: the request of Datasette.
        files: whether the page takes files.

    Raises:
        HTTPError: the form is too large, cannot be read, or no page here takes one of its kind.
    """
    content_type = request.headers.get("content-type", "")
    if content_type.partition(";")[0].strip() not in ((PLAIN, WITH_FILES) if files else (PLAIN,)):
        raise HTTPError(415, _("This page cannot read a form of this kind."))
    try:
        body = await request.post_body()
    except ValueError as error:
        raise HTTPError(413, str(error)) from error
    except AssertionError as error:  # the browser has closed the connection
        raise HTTPError(400, _("The form cannot be read.")) from error
    return parse_form(body, content_type)


def parse_form(body: bytes, content_type: str) -> Form:
    """Parse the body of a form.

    Raises:
        HTTPError: it cannot be read.
    """
    try:
        if content_type.startswith(WITH_FILES):
            return _with_files(body, content_type)
        return Form(parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS), {})
    except (ValueError, FormParserError) as error:
        raise HTTPError(400, _("The form cannot be read.")) from error


def _with_files(body: bytes, content_type: str) -> Form:
    values: dict[str, list[str]] = {}
    files: dict[str, Upload] = {}

    def on_field(field: Any) -> None:
        if len(values) >= MOST_FIELDS:
            raise ValueError("too many fields")
        values.setdefault(_name(field.field_name), []).append((field.value or b"").decode("utf-8"))

    def on_file(file: Any) -> None:
        file.file_object.seek(0)
        content = file.file_object.read()
        name = (file.file_name or b"").decode("utf-8", "replace")
        if name or content:
            files[_name(file.field_name)] = Upload(name[:200], content)

    boundary = content_type.partition("boundary=")[2].partition(";")[0].strip().strip('"').encode("latin-1", "replace")
    parser = FormParser(WITH_FILES, on_field, on_file, boundary=boundary)
    parser.write(body)
    parser.finalize()
    return Form(values, files)


def _name(field: bytes | None) -> str:
    return (field or b"").decode("utf-8")


def check_cookie(cookies: Mapping[str, str]) -> None:
    """The token of a form is only checked where cookies come along, so there must be one, also before anybody signs in.

    Raises:
        HTTPError: it came without the cookie of its page.
    """
    if "ds_csrftoken" not in cookies:
        raise HTTPError(403, _("This form came without its cookie. Allow cookies, reload the page and try again."))


def check_origin(headers: Mapping[str, str], site: str) -> None:
    """Check the page that a form was sent from, in addition to the form's token: it must be one of ours.

    Raises:
        HTTPError: it came from another site.
    """
    origin = headers.get("origin")
    ours = {f"{urlsplit(site).scheme}://{urlsplit(site).netloc}"}
    ours |= {f"{scheme}://{headers.get('host', '')}" for scheme in ("http", "https")}
    if origin is not None and origin not in ours:
        raise HTTPError(403, _("This form was sent from another site."))
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise HTTPError(403, _("This form was sent from another site."))


def who_asks(peer: str, headers: Mapping[str, str], config: Configuration) -> str:
    """Return the sender for the limits: the connection's address, or the one that a trusted proxy reports.

    The one place that reads X-Forwarded-For. Each proxy adds at its end whom it was asked by, so it is read from there up to
    the first address that is not one of our proxies: a visitor may have invented the ones before it.

    Args:
        peer: the address of the connection; empty where it has none, as within the program.
        config: `proxies`, and `sso_proxy`, which is a proxy too.
    """
    if not is_proxy(peer, config):
        return peer
    said = [each.strip()[:45] for each in headers.get("x-forwarded-for", "").split(",") if each.strip()]
    return next((each for each in reversed(said) if not is_proxy(each, config)), (said or [peer])[0])


def is_proxy(address: str, config: Configuration) -> bool:
    """Whether an address may say for whom it asks. No address at all is this program itself."""
    return not address or is_among(address, _trusted(config))


def is_among(address: str, allowed: Sequence[Network]) -> bool:
    """Whether an address is in one of these networks, also as a server on IPv6 writes it: ::ffff:10.0.0.1 is 10.0.0.1."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    plain = getattr(found, "ipv4_mapped", None) or found
    return any(plain in network for network in allowed)


def _trusted(config: Configuration) -> list[Network]:
    try:
        return networks(f"{config.proxies},{config.sso_proxy or ''}")
    except BadSetting:  # sso_proxy may not be an address: then no request comes from it
        return networks(config.proxies)
