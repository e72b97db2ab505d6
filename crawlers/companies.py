"""Whose rules for readers are collected (companies.yml): companies, their services, and why libraries care."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from crawlers.items import slug
from store.errors import InvalidInput
from text.yaml_config import rules_of

FILE = Path(__file__).with_name("companies.yml")
#: The jurisdiction, level and kind of what companies write.
JURISDICTION, LEVEL, KIND = "corp", "corporate", "corporate_policy"
#: What an action says, by how its recorded text was judged; the other texts are no action of the company.
ACTIONS = {"first": "First recorded", "changed": "The company changed the text"}


class BadCompany(InvalidInput):
    """An entry of companies.yml that cannot be used; the message names it."""


@dataclass(frozen=True, kw_only=True)
class Company:
    """`why` is one sentence; `areas` and `positions` are ids; `services` the archive's names of its services."""

    key: str
    name: str
    why: str
    areas: tuple[str, ...]
    positions: tuple[str, ...]
    services: tuple[str, ...]


@cache
def load_companies(path: Path = FILE) -> dict[str, Company]:
    """All companies by key, in the file's order.

    Raises:
        BadCompany: a field is missing or unknown, or two companies claim one service.
    """
    with rules_of(path, BadCompany) as raw:
        found = {key: _company(key, entry) for key, entry in raw["companies"].items()}
    owners: dict[str, str] = {}
    for company in found.values():
        for service in company.services:
            if owners.setdefault(service, company.key) != company.key:
                raise BadCompany(f"{path.name}: {service} belongs to {owners[service]} and to {company.key}")
    return found


def _company(key: str, entry: Mapping[str, object]) -> Company:
    lists = {name: tuple(map(str, entry[name])) for name in ("areas", "positions", "services")}  # type: ignore[call-overload]
    if slug(key) != key or not lists["services"] or set(entry) - {*lists, "name", "why"}:
        raise ValueError(
            f"{key}: needs a key of small letters, a name, why, areas, positions and services, and nothing else"
        )
    return Company(key=key, name=str(entry["name"]), why=str(entry["why"]), **lists)


@cache
def type_meanings(path: Path = FILE) -> dict[str, str]:
    """What each kind of terms settles, in plain words."""
    with rules_of(path, BadCompany) as raw:
        return {str(name): str(words) for name, words in raw["types"].items()}


def meaning(document_type: str | None) -> str:
    """What a text of this kind settles ("Community Guidelines - Spam" is one of Community Guidelines); "" where nobody says."""
    return type_meanings().get((document_type or "").partition(" - ")[0], "")


def services(path: Path = FILE) -> dict[str, Company]:
    """The company of each service, by the archive's name of the service."""
    return {service: company for company in load_companies(path).values() for service in company.services}


def company_of(title: str) -> Company | None:
    """The company of a document, by its title ("Goodreads: Privacy Policy")."""
    return services().get(title.rpartition(": ")[0])
