"""Every file of rules that the crawlers go by: a mistake in one is ours, and ends a crawl before it asks a source anything."""

from __future__ import annotations

from collections.abc import Callable

from crawlers import agencies, companies, corp_pages, live_check, sources
from crawlers.completeness import fields
from crawlers.markup import formats
from crawlers.parsers import (
    courtlistener,
    effective_days,
    federal_register,
    govinfo_courts,
    hearings,
    legisinfo,
    legistar,
    regulations_gov,
    states,
    vote_words,
)
from crawlers.status import ceremonial, federal, latest_action, parliament, rules, session_end
from crawlers.status import states as of_states
from store.errors import InvalidInput
from text.yaml_config import mistakes

#: What loads each file, by its place below `crawlers/`.
LOADERS: dict[str, Callable[[], object]] = {
    "agencies.yml": agencies.load_agencies,
    "companies.yml": companies.load_companies,
    "completeness/fields.yml": fields.load_fields,
    "corp_pages.yml": corp_pages.load_pages,
    "markup/formats.yml": formats.hosts,
    "parsers/cities.yml": legistar.load_cities,
    "parsers/court_opinions.yml": govinfo_courts.load_choice,
    "parsers/court_queries.yml": courtlistener.load_queries,
    "parsers/effective_days.yml": effective_days.load_rules,
    "parsers/federal_register.yml": federal_register.load_choice,
    "parsers/hearings.yml": hearings.load_rules,
    "parsers/legisinfo.yml": legisinfo.ended_sessions,
    "parsers/regulations_agencies.yml": regulations_gov.agency_names,
    "parsers/sessions.yml": states.load_aliases,
    "parsers/states.yml": states.load_states,
    "parsers/votes.yml": vote_words.load_words,
    "probes.yml": live_check.load_probes,
    "sources.yml": sources.load_sources,
    "status/actions.yml": lambda: (of_states.load_rules(), of_states.load_telling()),
    "status/ceremonial.yml": ceremonial.load_rules,
    "status/federal.yml": lambda: rules.load_rules(federal.FILE),
    "status/latest_action.yml": latest_action.load_orders,
    "status/parliament.yml": lambda: rules.load_rules(parliament.FILE),
    "status/passage.yml": of_states.load_passages,
    "status/session_end.yml": session_end.load_rules,
}


class BadRules(InvalidInput):
    """Rules that do not load; the message names file and mistake."""

    exit_code = 1


def load_all() -> None:
    """Load every file of rules.

    Raises:
        BadRules: one cannot be used; otherwise each record that it concerns would look like a bad record of the source.
    """
    if found := mistakes(LOADERS):
        raise BadRules("\n".join(found))
