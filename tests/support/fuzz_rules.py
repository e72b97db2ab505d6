"""Fuzz targets for the YAML files of maintainers: sources, rules of crawlers, families of bills, comparison, messages.

The catalog, the stances and the areas are in fuzz_local.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from fuzz_local import YAML_TRICKS, folder
from fuzz_targets import Target
from fuzzing import change_bytes, change_text, change_tree

from comparison import rules as compared
from comparison.similarity import families
from crawlers import agencies, companies, corp_pages, live_check, sources
from crawlers.completeness import fields
from crawlers.parsers import (
    courtlistener,
    effective_days,
    federal_register,
    hearings,
    legisinfo,
    legistar,
    states,
    vote_words,
)
from crawlers.status import ceremonial, latest_action, session_end
from crawlers.status import rules as status_rules
from crawlers.status import states as status_states
from positions.catalog import briefs, chapters, messages
from positions.catalog.catalog import load_catalog
from positions.catalog.yaml_file import BadFile
from positions.matching import company_provisions, quotes

ROOT = Path(__file__).resolve().parents[2]

#: File -> its reader. A reader may raise ValueError, and nothing else.
READERS: dict[str, Callable[[Path], Any]] = {
    "crawlers/sources.yml": sources.load_sources.__wrapped__,
    "crawlers/completeness/fields.yml": fields.load_fields.__wrapped__,
    "crawlers/parsers/states.yml": states.load_states.__wrapped__,
    "crawlers/parsers/sessions.yml": states.load_aliases.__wrapped__,
    "crawlers/parsers/votes.yml": vote_words.load_words.__wrapped__,
    "crawlers/parsers/effective_days.yml": effective_days.load_rules.__wrapped__,
    "crawlers/parsers/hearings.yml": hearings.load_rules.__wrapped__,
    "crawlers/status/latest_action.yml": latest_action.load_orders.__wrapped__,
    "positions/matching/weak_quotes.yml": quotes.weak_phrases.__wrapped__,
    "crawlers/status/session_end.yml": session_end.load_rules.__wrapped__,
    "crawlers/status/ceremonial.yml": ceremonial.load_rules.__wrapped__,
    "crawlers/status/actions.yml": status_states.load_rules.__wrapped__,
    "crawlers/status/federal.yml": status_rules.load_rules.__wrapped__,
    "crawlers/status/parliament.yml": status_rules.load_rules.__wrapped__,
    "crawlers/parsers/federal_register.yml": federal_register.load_choice.__wrapped__,
    "crawlers/parsers/legisinfo.yml": legisinfo.ended_sessions.__wrapped__,
    "crawlers/parsers/court_queries.yml": courtlistener.load_queries.__wrapped__,
    "crawlers/parsers/cities.yml": legistar.load_cities.__wrapped__,
    "crawlers/probes.yml": live_check.load_probes.__wrapped__,
    "comparison/similarity/families.yml": families.load_families.__wrapped__,
    "comparison/rules.yml": compared.load_rules.__wrapped__,
    "positions/matching/company_provisions.yml": company_provisions.load_kinds.__wrapped__,
    "crawlers/agencies.yml": agencies.load_agencies.__wrapped__,
    "crawlers/companies.yml": companies.load_companies.__wrapped__,
    "crawlers/corp_pages.yml": corp_pages.load_pages.__wrapped__,
}


def _small(tree: Any, most: int = 6) -> Any:
    """A file's tree with the first entries of its long lists and mappings: a whole one takes too long to read often."""
    if isinstance(tree, dict):
        kept = list(tree.items())[: most if len(tree) > 15 else None]
        return {key: _small(value) for key, value in kept}
    if isinstance(tree, list):
        return [_small(value) for value in (tree if all(isinstance(each, str) for each in tree) else tree[:most])]
    return tree


def _seed(name: str) -> bytes:
    """The file cut short, below a first line that says which it is."""
    tree = _small(yaml.load((ROOT / name).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))
    return f"# {name}\n".encode() + yaml.safe_dump(tree, allow_unicode=True).encode()


def change_rules(body: bytes, rng: random.Random) -> bytes:
    """A changed file, the line with its name left as it is: mostly its tree, else its characters, bytes, or tricks of YAML."""
    name, _, rest = body.partition(b"\n")
    chance = rng.random()
    if chance < 0.1:
        rest = change_bytes(rest, rng)
    elif chance < 0.3:
        rest = change_text(rest.decode(), rng).encode("utf-8", "replace")
    elif chance < 0.35:
        rest = rng.choice(YAML_TRICKS) + rest
    else:
        rest = yaml.safe_dump(change_tree(yaml.load(rest, Loader=yaml.CSafeLoader), rng), allow_unicode=True).encode(
            "utf-8", "replace"
        )
    return name + b"\n" + rest


def _rules(body: bytes) -> None:
    """Read, or a ValueError that names the file."""
    name = body.partition(b"\n")[0].removeprefix(b"# ").decode("utf-8", "replace")
    if name not in READERS:
        return
    path = folder() / Path(name).name
    path.write_bytes(body)
    told = path.name
    try:
        READERS[name](path)
    except ValueError as error:
        told = str(error)
    assert path.name in told, f"{name}: an error that does not name its file: {told}"


def _messages(body: bytes) -> None:
    place = folder() / "messages"
    place.mkdir(exist_ok=True)
    (place / "privacy.yml").write_bytes(body)
    positions = [each for each in load_catalog().positions if each.areas[0] == "privacy"][:3]
    messages.load_messages(positions, place)


def _message_seed() -> bytes:
    tree = yaml.load((messages.HOME / "privacy.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    wanted = [each.id for each in load_catalog().positions if each.areas[0] == "privacy"][:3]
    return yaml.safe_dump({key: tree[key] for key in wanted}, allow_unicode=True).encode()


def _briefs(body: bytes) -> None:
    place = folder() / "briefs"
    place.mkdir(exist_ok=True)
    (place / "privacy.yml").write_bytes(body)
    briefs.load_briefs(load_catalog().positions, place)


def _chapters(body: bytes) -> None:
    (place := folder() / "chapters.yml").write_bytes(body)
    chapters.load_chapters(place)


def change_messages(body: bytes, rng: random.Random) -> bytes:
    return change_rules(b"#\n" + body, rng)


def rules() -> tuple[Target, ...]:
    of_crawlers = tuple(_seed(name) for name in READERS if name.startswith("crawlers/"))
    of_comparison = tuple(_seed(name) for name in READERS if name.startswith(("comparison/", "positions/")))
    return (
        Target("crawler_rules", of_crawlers, change_rules, _rules, ()),
        Target("comparison_rules", of_comparison, change_rules, _rules, ()),
        Target("messages", (_message_seed(),), change_messages, _messages, (BadFile,)),
        Target("briefs", ((briefs.HOME / "privacy.yml").read_bytes(),), change_messages, _briefs, (BadFile,)),
        Target("chapters", (chapters.FILE.read_bytes(),), change_messages, _chapters, (BadFile,)),
    )
