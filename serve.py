"""The site: Datasette built in code from corpus.db and the `datasette/` configuration directory.

Built in code because `datasette serve datasette/ corpus.db` fails, and because only what is named here can ever be
served: corpus.db, opened read-only. ops.db, staff.db and mail.db are never among the files.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import socket
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from datasette.app import Datasette
from datasette.utils.asgi import NotFound, Response
from sqlite_utils import Database

from operations.logs import structured
from pages.http.names import named_tree
from pages.http.site import Result, cache_headers, public_address
from pages.site_files import LOADERS
from public_sql.database import PublicDatabase
from publish.listing import is_published
from settings import SITE, Configuration
from store.errors import OperationError
from store.network import from_here
from text.yaml_config import mistakes, read_yaml


class Site(Datasette):
    """Datasette with what all of our plugins share; plugins cannot import each other."""

    def absolute_url(self, request: object, path: str) -> str:
        """Begin whole addresses with the `site` setting.

        Datasette takes their beginning from the header Host. A visitor chooses that, and a cache shows the answer to others.
        """
        return f"{public_address(self)}/{path.lstrip('/')}"

    def _table_permission_allows(self, database: str, table: str) -> list[Any]:
        """Say once and not at each look who may see a table: Datasette copies all the metadata to find out.

        That copy took half the time of the page of a small table. Our plugins add no metadata, so the answer cannot change.
        """
        known: dict[tuple[str, str], list[Any]] = self.__dict__.setdefault("_table_permissions", {})
        if len(known) > 1000:  # what visitors type must not fill the memory
            known.clear()
        if (database, table) not in known:
            known[database, table] = super()._table_permission_allows(database, table)
        return known[database, table]

    async def page(
        self, request: object, template: str, view: Any, *, status: int = 200, headers: Any = None, **more: Any
    ) -> Response:
        """Answer with a page.

        Args:
            view: what the template shows, a dataclass or a dictionary; None where there is no such page.
            headers: those of the answer; None for those of a public page, which may be cached.
            more: what else the template needs.

        Raises:
            NotFound: there is nothing to show.
        """
        shown = self.found(view)
        context = {**(shown if isinstance(shown, Mapping) else vars(shown)), **more}
        body = await self.render_template(template, context, request=request)
        return Response.html(body, status=status, headers=cache_headers(self) if headers is None else headers)

    @staticmethod
    def found(value: Result | None) -> Result:
        """Return what was looked up.

        Raises:
            NotFound: it is None.
        """
        if value is None:
            raise NotFound("There is no page at this address")
        return value


class CannotServe(OperationError):
    """Why the site cannot start, and what to do about it, in one sentence for the person who started it."""


def build(
    corpus: Path,
    *,
    secret: str | None = None,
    today: str | None = None,
    notice: str | None = None,
    mail: Configuration | None = None,
    desk: Configuration | None = None,
    site: str = "http://127.0.0.1:8001",
) -> Datasette:
    """The whole site as a Datasette application.

    Args:
        corpus: the file corpus.db; its name without the ending is the first part of the addresses of tables.
        secret: signs cookies; None takes that of the environment, or makes a new one at each start: the staff pages then
            stay closed.
        today: an ISO date to use instead of the clock, for tests and recorded data.
        notice: a sentence that every page shows at its top, such as "This is a sample".
        mail: the settings for the digest's pages, which open mail.db themselves; None leaves those pages out.
        desk: the settings for the staff pages, which open staff.db themselves; None leaves those pages out.
        site: the public address, without a slash at its end: feeds and quotations need whole addresses.

    Raises:
        CannotServe: there is no such file, it is no database, nothing has been published into it yet, or a file in datasette/
            cannot be used.
    """
    _check(corpus)
    _check_files()
    metadata = named_tree(read_yaml(SITE / "metadata.yml"))
    metadata["plugins"] = {"infopolicy": {"today": today, "notice": notice, "site": site}}
    secret = secret or fixed_secret()
    # The package of MCP would set up the log of the whole program where nothing has yet; this is how it is without any.
    if not logging.getLogger().handlers and logging.lastResort:
        logging.getLogger().addHandler(logging.lastResort)
    application = Site(
        files=[str(corpus)],
        metadata=metadata,
        settings=json.loads((SITE / "settings.json").read_text(encoding="utf-8")),
        plugins_dir=str(SITE / "plugins"),
        template_dir=str(SITE / "templates"),
        static_mounts=[("static", str(SITE / "static"))],
        secret=secret,
    )
    # In place of Datasette's own, which runs visitors' SQL in this process.
    application.remove_database("corpus")
    application.add_database(PublicDatabase(application, corpus), name="corpus")
    # Attributes and not settings: settings are what Datasette might show.
    application.mail_configuration = mail
    application.desk_configuration, application.fixed_secret = desk, secret
    return application


def fixed_secret() -> str | None:
    """The secret of the environment, with which a cookie is still good after the next start; None when there is none."""
    return os.environ.get("INFOPOLICY_SECRET") or os.environ.get("DATASETTE_SECRET") or None


def _check(corpus: Path) -> None:
    if corpus.name != "corpus.db":
        raise CannotServe(
            f"{corpus}: the public file must be called corpus.db, so that no other file is served by mistake"
        )
    if not corpus.exists():
        raise CannotServe(f"{corpus} does not exist yet: collect documents first with `infopolicy crawl`")
    try:
        db = sqlite3.connect(f"file:{corpus}?mode=ro", uri=True)
        try:
            published = is_published(Database(db))
        finally:
            db.close()
    except sqlite3.Error as error:
        raise CannotServe(f"{corpus} cannot be read as a database ({error})") from error
    if not published:
        raise CannotServe(f"{corpus} has nothing published in it yet, or by an older version: run `infopolicy publish`")


def _check_files() -> None:
    """Pages read them one by one: a site that starts with a broken one would answer every request with an error."""
    if wrong := mistakes(LOADERS):
        raise CannotServe("; ".join(wrong))


def run(
    corpus: Path,
    host: str = "127.0.0.1",
    port: int = 8001,
    *,
    notice: str | None = None,
    mail: Configuration | None = None,
    desk: Configuration | None = None,
    address: str | None = None,
    started: Callable[[], object] = lambda: None,
) -> None:
    """Serve the site until interrupted; ``address`` is its public one, if it is not simply that of host and port.

    ``started`` is called once nothing that can be foreseen keeps the site from answering.

    Raises:
        CannotServe: as in ``build``, or the port is taken or not allowed.
    """
    import uvicorn

    from operations.connections import PatientProtocol
    from operations.discretion import discreet
    from operations.server import Server, lifecycle

    site = build(corpus, notice=notice, mail=mail, desk=desk, site=address or f"http://{from_here(host)}:{port}")
    listener = _listen(host, port)
    try:
        config = uvicorn.Config(
            site.app(),
            http=PatientProtocol,
            log_level="warning",
            lifespan="on",
            proxy_headers=False,
            server_header=False,
            access_log=False,
            log_config=None if structured() else uvicorn.config.LOGGING_CONFIG,
            **lifecycle(site),
        )
        started()
        with discreet():
            Server(config).run(sockets=[listener])
    finally:
        listener.close()
        site.get_database("corpus").close()


def _listen(host: str, port: int) -> socket.socket:
    """Bind a socket, so that a port in use is reported before anything starts."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except (OSError, OverflowError) as error:
        raise CannotServe(f"{host}:{port} is no address this machine can listen on ({error})") from error
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise CannotServe(
                f"port {port} is taken by another program: choose another one, e.g. `--port {port + 1}`"
            ) from error
        raise CannotServe(f"cannot listen on {host}:{port} ({error.strerror})") from error
    return listener
