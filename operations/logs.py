"""Log lines for programs: one JSON object a line, with the id of the request or of the run it belongs to.

No line contains an email address, a key or a password: they are masked here for every logger and every handler,
Scrapy and the web server too. What visitors looked for and where they came from is not logged at all.
"""

from __future__ import annotations

import json
import logging
import os
import time
import uuid
from collections.abc import Mapping
from contextvars import ContextVar
from logging.handlers import WatchedFileHandler
from typing import Any

from settings import Configuration
from store.redaction import blot

#: The request that is being answered; "" between requests.
REQUEST: ContextVar[str] = ContextVar("request", default="")
#: The kind of page of the current request: the only part of its address that may be logged.
PLACE: ContextVar[str] = ContextVar("place", default="")
#: The variable by which a run hands its id on to the processes it starts.
RUN = "INFOPOLICY_RUN"
_STATE = {"structured": False}


def begin(config: Configuration, *, verbose: bool = False) -> None:
    """Set up the log as the settings want it. Where they want plain text and name no file, who shows a line stays the same.

    Raises:
        OSError: the log file cannot be written.
    """
    os.environ.setdefault(RUN, uuid.uuid4().hex[:12])
    keep_secrets()
    _STATE["structured"] = config.log_format == "json" or config.log_file is not None
    if not structured():
        return
    # Reopens a file that logrotate has moved; several processes may write to one file, a line at a time.
    handler: logging.Handler = (
        WatchedFileHandler(config.log_file, encoding="utf-8") if config.log_file else logging.StreamHandler()
    )
    handler.setFormatter(JsonLines() if config.log_format == "json" else PlainLines())
    handler.addFilter(_wanted(verbose))
    root = logging.getLogger()
    for old in root.handlers[:]:
        if getattr(old, "_ours", False):
            root.removeHandler(old)
            old.close()
    handler._ours = True  # type: ignore[attr-defined]
    root.addHandler(handler)
    root.setLevel(logging.INFO)


def keep_secrets() -> None:
    """From now on no log line of this process holds a secret, whichever handler shows it."""
    if logging.getLogRecordFactory() is logging.LogRecord:  # else there is one of ours, or one that is built on it
        logging.setLogRecordFactory(Blotted)


def structured() -> bool:
    """Whether the log is ours: then Scrapy and the web server add no handlers of their own."""
    return _STATE["structured"]


def _wanted(verbose: bool) -> logging.Filter:
    """Our own lines and everybody's warnings; with --verbose everybody's lines."""

    class Wanted(logging.Filter):
        def filter(self, record: logging.LogRecord) -> bool:
            least = logging.INFO if verbose or record.name.partition(".")[0] == "infopolicy" else logging.WARNING
            return record.levelno >= least

    return Wanted()


class Blotted(logging.LogRecord):
    """A record that gives its words out blotted only. Handlers that are not ours, such as Scrapy's, show these as well."""

    def getMessage(self) -> str:  # noqa: N802
        return blot(super().getMessage())

    @property
    def exc_text(self) -> str | None:
        """The traceback, which the formatter stores here before it is shown."""
        return self._traceback

    @exc_text.setter
    def exc_text(self, text: str | None) -> None:
        self._traceback = text and blot(text)


class PlainLines(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%SZ")
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        return blot(super().format(record))


class JsonLines(logging.Formatter):
    """`at` (UTC), `level`, `logger`, `message`, `run`, `request` where there is one, `error` with the traceback, and the
    values that the line was given as `extra={"facts": …}`."""

    def format(self, record: logging.LogRecord) -> str:
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line: dict[str, Any] = {
            "at": f"{at}.{int(record.msecs):03}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "run": os.environ.get(RUN, ""),
        }
        if request := REQUEST.get():
            line["request"] = request
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        if record.exc_text:
            line["error"] = record.exc_text
        # Before it is JSON: there a secret with a quotation mark in it is spelt otherwise.
        return json.dumps(_blotted(line | getattr(record, "facts", {})), ensure_ascii=False)


def _blotted(value: Any) -> Any:
    """A value as JSON can hold it, every text in it blotted."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {blot(str(name)): _blotted(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_blotted(each) for each in value]
    return blot(str(value))
