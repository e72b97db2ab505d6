"""How the wheel is built: the folders of the repository inside one package, `infopolicy`, with their files of data.

An editable installation (`pip install -e .`) takes none of this: it finds the packages where they are.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools.command.build_py import build_py

#: Datasette's configuration directory is no package, and the doctor compares with the list of versions.
MORE = ("datasette", "requirements.txt")
#: What tools made, and the sources of a file that is in datasette/static.
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", "node_modules", "charts")


class OnePackage(build_py):
    """Setuptools' step that gathers the files of a wheel."""

    def run(self) -> None:
        if self.editable_mode:
            super().run()
            return
        target = Path(self.build_lib) / "infopolicy"
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        modules = [f"{name}.py" for name in self.py_modules if name != "infopolicy"]
        for name in [*sorted({each.partition(".")[0] for each in self.packages}), *modules, *MORE]:
            if Path(name).is_dir():
                shutil.copytree(name, target / name, ignore=LEFT_OUT)
            else:
                shutil.copy(name, target / name)
        for name in ("__init__.py", "__main__.py"):
            shutil.copy("infopolicy.py", target / name)
