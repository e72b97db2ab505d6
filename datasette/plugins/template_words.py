"""Words and helpers for the templates, so that no template formats a date or a state by itself."""

from datasette import hookimpl
from pages.documents import court, look_alikes
from pages.documents.highlight import reasons
from pages.documents.session_status import ended_with
from pages.http import formatting
from pages.http.captions import said_by_summary
from pages.http.language import N_
from pages.http.site import read_once
from pages.http.titles import readable, titled
from pages.people import people
from pages.positions import positions, scorecard, stances

NAVIGATION = [
    ("/browse", N_("Browse")),
    ("/trackers", N_("Issues")),
    ("/areas", N_("Areas")),
    ("/positions", N_("Positions")),
    ("/deadlines", N_("Deadlines")),
    ("/jurisdictions", N_("Places")),
]


@hookimpl
def prepare_jinja2_environment(env):
    env.filters.update(
        repeats=formatting.repeats,
        words=formatting.date_in_words,
        clock=lambda event: formatting.time_in_words(event["starts_at"], event["timezone"]),
        said_by_summary=said_by_summary,
        readable=readable,
        titled=titled,
        month=formatting.month_in_words,
        place=formatting.place,
        listed=formatting.listed,
        reasons=reasons,
        safe_url=formatting.safe_url,
        host=formatting.host,
        number_in_words=formatting.number_in_words,
        sureness=formatting.sureness,
        number=lambda value: f"{value or 0:,}",
    )
    env.globals.update(
        word=formatting.word,
        plural=formatting.plural,
        count=formatting.count,
        navigation=NAVIGATION,
        session_in_words=formatting.session_in_words,
        ended_with=ended_with,
        status_in_words=court.status_in_words,
    )
    env.trim_blocks = True
    env.lstrip_blocks = True


def held(db):
    """What of the corpus every page says or leads to, in one look: nothing leads to a page that holds nothing yet."""
    return {
        "drafts": positions.drafts(db),
        "has_stances": stances.has_stances(db),
        "has_outcomes": scorecard.has_outcomes(db),
        "has_families": look_alikes.has_families(db),
        "has_people": people.has_people(db),
    }


@hookimpl
def extra_template_vars(datasette):
    async def found():
        return {
            "notice": (datasette.plugin_config("infopolicy") or {}).get("notice"),
            # A site without mail has no pages about it, so nothing may link to them.
            "sends_mail": getattr(datasette, "mail_configuration", None) is not None,
            **await read_once(datasette, held),
        }

    return found
