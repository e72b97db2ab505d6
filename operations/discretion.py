"""While the site runs, no line of its log holds what a visitor asked, whoever writes the line and however.

Our own loggers ("infopolicy.…") say nothing of a request but the kind of page. Of every other line only what its author wrote
into the code is kept: a template without its values, the name of an error without its words. Libraries print too (Datasette
each failed query with its parameters); of that the log says where it happened and how long it was.
"""

from __future__ import annotations

import errno
import io
import logging
import os
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from operations.logs import Blotted
from text.yaml_config import BadYaml

log = logging.getLogger("infopolicy.site")
_OUR = "infopolicy"
#: Loggers whose lines without values are fixed sentences; others put values into their sentences before they log them.
_FIXED = ("uvicorn",)
_LEFT_OUT = "left out, because it may hold what a visitor asked"


class Discreet(Blotted):
    """A log record that keeps the text from the code and drops values from outside."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if self.name.partition(".")[0] != _OUR:
            fixed = self.args or self.name.startswith(_FIXED)
            said = str(self.msg).strip() if fixed else f"a line of {self.name} is {_LEFT_OUT}"
            self.msg, self.args = f"{said} ({self.module}, line {self.lineno})", None
        if self.exc_info and self.exc_info[1]:
            self.exc_text, self.exc_info = story(self.exc_info[1]), None


def story(error: BaseException) -> str:
    """The traceback of an error and of those it came from, without what they say."""
    told: list[str] = []
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        told.insert(0, "".join(traceback.format_tb(following.__traceback__)) + _name(following))
        following = following.__cause__ or (None if following.__suppress_context__ else following.__context__)
    return "\n\n".join(told)


def _name(error: BaseException) -> str:
    """The type of an error and, where the system or SQLite gave it one, the name of its kind; of a file of ours that cannot
    be used, which no visitor wrote, also what is wrong with it."""
    if isinstance(error, BadYaml):
        return f"{type(error).__qualname__}: {error}"
    kind = getattr(error, "sqlite_errorname", None) or errno.errorcode.get(getattr(error, "errno", None) or 0, "")
    return f"{type(error).__module__}.{type(error).__qualname__} {kind}".strip() + f" (its text is {_LEFT_OUT})"


class _Stream(io.TextIOBase):
    """Stands for standard output or error: lets lines of the log through, and turns what is printed into one."""

    def __init__(self, real: TextIO):
        self.real = real

    def write(self, text: str) -> int:
        caller = sys._getframe(1)
        name = caller.f_globals.get("__name__", "")
        if name == "logging":
            return self.real.write(text)
        if text.strip():
            log.warning("%s, line %d, printed %d characters: %s", name, caller.f_lineno, len(text), _LEFT_OUT)
        return len(text)

    def flush(self) -> None:
        self.real.flush()

    def fileno(self) -> int:
        return self.real.fileno()


def _warned(message: Warning | str, category: type[Warning], filename: str, lineno: int, *_: Any) -> None:
    log.warning("%s in %s, line %d (its text is %s)", category.__name__, os.path.basename(filename), lineno, _LEFT_OUT)


def _broken(kind: Any, error: BaseException | None, *_: Any) -> None:
    log.error("an error reached the end of the program or of a thread", exc_info=error)


@contextmanager
def discreet() -> Iterator[None]:
    """Within, all of this holds for the whole process."""
    factory, shown, raising = logging.getLogRecordFactory(), warnings.showwarning, logging.raiseExceptions
    streams, hooks = (sys.stdout, sys.stderr), (sys.excepthook, threading.excepthook, sys.unraisablehook)
    logging.setLogRecordFactory(Discreet)
    logging.raiseExceptions = False  # else a line that cannot be written is printed with its values
    warnings.showwarning = _warned  # type: ignore[assignment]
    sys.stdout, sys.stderr = _Stream(streams[0]), _Stream(streams[1])
    sys.excepthook = _broken
    threading.excepthook = lambda args: _broken(args.exc_type, args.exc_value)
    sys.unraisablehook = lambda args: _broken(args.exc_type, args.exc_value)
    try:
        yield
    finally:
        logging.setLogRecordFactory(factory)
        logging.raiseExceptions, warnings.showwarning = raising, shown
        sys.stdout, sys.stderr = streams
        sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
