"""What every command shares: the settings, how much to say, and how a command ends when something is wrong."""

from __future__ import annotations

import logging
import os
import shlex
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import click

import settings
from operations import logs
from store.errors import InfopolicyError, StorageError
from text.yaml_config import BadYaml

log = logging.getLogger("infopolicy.command")
#: From this exit code on it is a source or the data folder that failed.
_OPERATION = 3

DAY = click.DateTime(formats=["%Y-%m-%d"])


class Stop(click.ClickException):
    """The end of a command with a plain message and an exit code."""

    def __init__(self, message: str, code: int):
        super().__init__(message)
        self.exit_code = code  # type: ignore[misc]

    def show(self, file: IO[Any] | None = None) -> None:
        super().show(file)
        if logs.structured() and self.exit_code >= _OPERATION:  # a wrong call is between the caller and us
            log.error(self.message, extra={"facts": {"exit": self.exit_code}})


class Session:
    """What every command shares: the settings and how much to say."""

    def __init__(self, config: settings.Configuration, quiet: bool, verbose: bool):
        self.config, self.quiet, self.verbose = config, quiet, verbose

    def say(self, text: str = "") -> None:
        if not self.quiet:
            click.echo(text)

    def tell(self, text: str) -> None:
        """Say it, and write it to the log: for what a run did, never for what is about a person."""
        self.say(text)
        if logs.structured():
            log.info(text)

    def begin(self, text: str) -> None:
        """Say it, or write it to the log: for a program that runs on, all of whose lines are the log's then."""
        if logs.structured():
            log.info(text)
        else:
            self.say(text)

    def command(self, words: str) -> str:
        """A command to type next, with the data folder where the environment names it: `make run` names one for itself alone."""
        folder = os.environ.get("INFOPOLICY_DATA")
        return f"INFOPOLICY_DATA={shlex.quote(folder)} infopolicy {words}" if folder else f"infopolicy {words}"

    def warn(self, text: str) -> None:
        """Write to the log what has been said on standard error."""
        if logs.structured():
            log.warning(text)

    def caution(self, text: str) -> None:
        """Warn at the start of a server: on standard error, or as a line of the log where every line is one of the log's."""
        if logs.structured():
            log.warning(text)
        else:
            click.echo(f"warning: {text}", err=True)

    def bar(self, title: str, total: int | None = None, unit: str = "documents") -> Any:
        """A progress bar on standard error, silent where that is no terminal."""
        from tqdm import tqdm

        return tqdm(desc=title, total=total, unit=f" {unit}", disable=True if self.quiet else None, leave=False)


@contextmanager
def private_files(session: Session, *names: str) -> Iterator[None]:
    """Refuse to work where a private file (of all, or of these) is lost, and note afterwards how far each has come."""
    from operations.loss import PRIVATE, guard_private_files

    with guard_private_files(session.config.data, names or PRIVATE):
        yield


def _where(data: Path, error: Exception) -> str:
    """The database that is damaged; on a full or read-only disk, where all of them may fail, the folder."""
    from store.data_folder import present, unreadable
    from store.errors import is_damage

    damaged = (path for path in present(data) if unreadable(path)) if is_damage(error) else iter(())
    return str(next(damaged, data))


@contextmanager
def plain_errors() -> Iterator[None]:
    """End what can go wrong in the data folder or the project's own files with one sentence, never with a traceback."""
    try:
        yield
    except InfopolicyError as error:
        raise Stop(str(error), error.exit_code) from error
    except BadYaml as error:
        raise Stop(str(error), 1) from error
    except BrokenPipeError:
        # The reader of our output has closed it (| head): that is no error, and there is nothing more to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None
    except (OSError, sqlite3.Error) as error:
        session = click.get_current_context().find_object(Session)
        where = getattr(error, "filename", None) or (_where(session.config.data, error) if session else "")
        failure = StorageError.of(where, error)
        raise Stop(str(failure), failure.exit_code) from error
