"""Run the benchmarks and write docs/benchmarks.md.

    python -m benchmarks [PART…] [--work FOLDER]

Without PART: all of benchmarks/parts.yml, in their order, some two hours on two cores. What a part printed is kept in
benchmarks/results/, with its day and machine, so that the page can be written again when only one part was measured anew.
FOLDER keeps the data of the part `whole`, which later parts read. Exit code 1 if an aim is not met.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from text.yaml_config import read_yaml

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
RESULTS, PAGE = HERE / "results", ROOT / "docs" / "benchmarks.md"
PACKAGES = ("scrapy", "spacy", "datasette", "sqlite-utils", "numpy")


@dataclass(frozen=True)
class Part:
    """`says` and `unmet` are Markdown; `unmet` gives the reason and the next step where the aim is not met."""

    id: str
    title: str
    command: str
    says: str
    aim: str = ""
    unmet: str = ""
    plain: bool = False

    @property
    def file(self) -> Path:
        return RESULTS / f"{self.id}.md"


def load(path: Path = HERE / "parts.yml") -> list[Part]:
    return [Part(**entry) for entry in read_yaml(path)]


def machine() -> str:
    """Processor, memory and versions in one line."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    cores = len(os.sched_getaffinity(0))
    python = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    return f"{cores} cores ({model}), {memory:.0f} GB, {python}, {packages}"


def measure(part: Part, work: Path) -> bool:
    """Run one part and keep what it printed; whether its aim is met."""
    command = part.command.format(work=work)
    arguments = [sys.executable if word == "python" else word for word in shlex.split(command)]
    print(f"{part.id}: {command}", file=sys.stderr, flush=True)
    began = time.monotonic()
    done = subprocess.run(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    facts = {
        "day": datetime.now(UTC).strftime("%-d %B %Y"),
        "machine": machine(),
        "seconds": round(time.monotonic() - began),
        "code": done.returncode,
    }
    RESULTS.mkdir(exist_ok=True)
    part.file.write_text(f"<!-- {json.dumps(facts)} -->\n{done.stdout.strip()}\n", encoding="utf-8")
    return done.returncode == 0


def kept(part: Part) -> tuple[dict[str, Any], str]:
    """The facts of the last run and what it printed; nothing where it never ran."""
    if not part.file.exists():
        return {}, ""
    head, _, printed = part.file.read_text(encoding="utf-8").partition("\n")
    return json.loads(head.removeprefix("<!-- ").removesuffix(" -->")), printed.strip()


def page(parts: list[Part]) -> str:
    """docs/benchmarks.md: what the last run of each part gave."""
    found = [(part, *kept(part)) for part in parts]
    lines = [
        (HERE / "page.md").read_text(encoding="utf-8").strip(),
        "",
        "| part | aim | met | measured |",
        "|---|---|---|---|",
    ]
    for part, facts, _ in found:
        met = "not measured yet" if not facts else "yes" if facts["code"] == 0 else "**no**, see there"
        anchor = part.title.lower().replace(" ", "-").replace(",", "").replace("'", "")
        name = f"[{part.title}](#{anchor})" if facts else part.title  # what never ran has no section
        lines.append(f"| {name} | {part.aim} | {met} | {facts.get('day', '')} |")
    for part, facts, printed in found:
        if facts:
            lines += ["", *section(part, facts, printed)]
    lines += ["", (HERE / "page_end.md").read_text(encoding="utf-8").strip()]
    return "\n".join(lines) + "\n"


def section(part: Part, facts: dict[str, Any], printed: str) -> list[str]:
    body = f"```text\n{printed}\n```" if part.plain else printed
    about = f"`{part.command.format(work='FOLDER')}`, {facts['day']}, {facts['seconds']} s; {facts['machine']}."
    unmet = ["", part.unmet.strip()] if facts["code"] and part.unmet else []
    return [f"## {part.title}", "", part.says.strip(), "", about, "", body, *unmet]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help="ids in benchmarks/parts.yml; “page” only writes the page"
    )
    parser.add_argument("--work", type=Path, default=ROOT / "data" / "benchmarks", metavar="FOLDER")
    options = parser.parse_args()
    parts = load()
    known = {part.id for part in parts}
    if unknown := [name for name in options.parts if name not in known | {"page"}]:
        parser.error(f"no part is called {unknown[0]!r}; there are: {', '.join(part.id for part in parts)}")
    options.work.mkdir(parents=True, exist_ok=True)
    chosen = [part for part in parts if not options.parts or part.id in options.parts]
    met = []
    for part in chosen:
        met.append(measure(part, options.work.resolve()))
        PAGE.write_text(page(parts), encoding="utf-8")
    PAGE.write_text(page(parts), encoding="utf-8")
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
