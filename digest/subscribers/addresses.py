"""What is a mail address, and when two are the same person's."""

from __future__ import annotations

import re
from email.utils import parseaddr

from pages.http.language import gettext as _
from store.errors import InvalidInput

LONGEST = 254
_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}\Z")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}\Z")


class BadAddress(InvalidInput):
    """Not an address we can write to. The message never repeats it: addresses appear in no log."""


def address(text: str) -> str:
    """The address as we write to it: one plain address, its domain in lower case and in the form the DNS knows.

    Raises:
        BadAddress: anything else, such as a name, a list of addresses, or a line break.
    """
    text = text.strip()
    local, at, domain = text.rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise BadAddress(_("the part after the @ is not the name of a mail domain")) from error
    whole = f"{local}@{domain}"
    dots = local.startswith(".") or local.endswith(".") or ".." in local
    if not at or dots or not _LOCAL.match(local) or not _DOMAIN.match(domain) or len(whole) > LONGEST:
        raise BadAddress(_("we cannot write to this address: it should look like name@example.org"))
    return whole


def key(whole: str) -> str:
    """What makes two addresses the same: capitals do not count."""
    return whole.casefold()


def person(whole: str) -> str:
    """Whose mailbox it is likely to be: what follows a plus sign, and dots, do not make another person."""
    local, _, domain = whole.casefold().rpartition("@")
    return f"{local.split('+')[0].replace('.', '')}@{domain}"


def bare(header: str) -> str:
    """The address inside ``Name <address>``."""
    return parseaddr(header)[1]
