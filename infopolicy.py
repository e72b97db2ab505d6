"""The command where it is installed: every folder of the project lies in this one package, beside nobody else's.

Names such as `text`, `store` or `settings` are not ours alone. In a wheel, the project is therefore one package, `infopolicy`,
with the folders of the repository in it (deploy/wheel.py), and this file is its `__init__.py` and its `__main__.py`. The folder
comes first on the path of this program only, so that a package of the same name does no harm, and takes none.
"""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    """Run the `infopolicy` command."""
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    _leave_pandas_to_who_asks()
    from cli import main as command

    command(prog_name="infopolicy")


def _leave_pandas_to_who_asks() -> None:
    """sqlite-utils reads pandas, if it is there, to know its time stamps, which nothing here gives it: two fifths of the
    processor time of `infopolicy --help`. The few commands that need pandas read it themselves."""
    if "pandas" in sys.modules:
        return
    sys.modules["pandas"] = None  # type: ignore[assignment]  # Python's way to say that it is not there
    import sqlite_utils  # noqa: F401

    del sys.modules["pandas"]


if __name__ == "__main__":
    main()
