"""The `infopolicy` command. Each command is a few lines around one function of another package: see commands/.

Exit codes: 0 all is well; 1 some input could not be used, or a check found something; 2 the call itself is wrong; 3 a
source failed, gave too little or too much that cannot be read, or a file of what people made is lost; 4 the data folder
cannot be used.
"""

from __future__ import annotations

import click

import settings
from commands import (
    alerts,
    collecting,
    demo,
    desk,
    digest,
    maintenance,
    publishing,
    reading,
    subscribers,
    tagging,
    training,
    webhooks,
)
from commands.session import Session, Stop
from operations import logs, sqlite_version
from store.errors import OperationError

# Scrapy, spaCy, pandas and Datasette take seconds to import: each command imports only what it runs.


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="infopolicy")
@click.option("--quiet", is_flag=True, help="No progress and no summary: only errors.")
@click.option("--verbose", is_flag=True, help="Log what happens, request by request.")
@click.pass_context
def main(context: click.Context, quiet: bool, verbose: bool) -> None:
    """Collect bills and regulations, tag them by policy area, and publish them next to the positions of an organization.

    \b
    Just to look:     infopolicy demo            a site of its own with a small sample, and a tour
    A first time:     infopolicy check --live    does every source answer, and take our key?
                      infopolicy collect --quick   collect, tag, match and publish the last 30 days
                      infopolicy serve             open the site on http://127.0.0.1:8001
    Then everything:  infopolicy collect
    Each day after:   infopolicy run               only what changed
    Is all well?      infopolicy status

    Settings come from the environment (INFOPOLICY_DATA, INFOPOLICY_MIRROR, …) or infopolicy.toml: docs/settings.md.
    """
    try:
        config = settings.load()
    except settings.BadSetting as error:
        raise Stop(str(error), 2) from error
    try:
        sqlite_version.refuse_too_old()
    except OperationError as error:
        raise Stop(str(error), 4) from error
    try:
        logs.begin(config, verbose=verbose)
    except OSError as error:
        raise Stop(f"{config.log_file}: cannot be written ({error.strerror}): see INFOPOLICY_LOG_FILE", 2) from error
    context.obj = Session(config, quiet, verbose)


for command in (
    demo.demo,
    collecting.crawl,
    collecting.collect,
    collecting.run,
    collecting.merge,
    publishing.rebuild,
    publishing.publish,
    publishing.serve,
    maintenance.summary,
    maintenance.status,
    maintenance.check,
    maintenance.doctor,
    maintenance.backup,
    maintenance.restore,
    maintenance.accept,
    maintenance.snapshot,
    maintenance.prune,
    maintenance.export,
    tagging.tag,
    tagging.match,
    reading.read,
    tagging.evaluate,
    training.train,
    tagging.gold,
    tagging.positions,
    subscribers.subscribe,
    subscribers.subscribers,
    digest.digest,
    alerts.alerts,
    alerts.notices,
    webhooks.webhooks,
    desk.user,
):
    main.add_command(command)


if __name__ == "__main__":
    main()
