"""Words and helpers for the templates, so that no template formats a date or a state by itself."""

from datasette import hookimpl
from pages import words
from pages.language import N_

NAVIGATION = [
    ("/browse", N_("Browse")),
    ("/areas", N_("Areas")),
    ("/positions", N_("Positions")),
    ("/deadlines", N_("Deadlines")),
    ("/jurisdictions", N_("Places")),
]


@hookimpl
def prepare_jinja2_environment(env):
    env.filters.update(
        words=words.date_in_words,
        month=words.month_in_words,
        place=words.place,
        safe_url=words.safe_url,
        host=words.host,
        number_in_words=words.number_in_words,
        sureness=words.sureness,
        number=lambda value: f"{value or 0:,}",
    )
    env.globals.update(word=words.word, plural=words.plural, count=words.count, navigation=NAVIGATION)
    env.trim_blocks = True
    env.lstrip_blocks = True


@hookimpl
def extra_template_vars(datasette):
    return {
        "notice": (datasette.plugin_config("infopolicy") or {}).get("notice"),
        # A site without mail has no pages about it, so nothing may link to them.
        "sends_mail": getattr(datasette, "mail_configuration", None) is not None,
    }
