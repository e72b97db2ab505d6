"""Mutation testing: do the tests notice when a condition, an operator, a sign or a constant is wrong?

    python -m pytest -m "not browser" --cov=. --cov-context=test --cov-report= --durations=0 > data/suite.log
    python -m benchmarks.mutants --seed 1 --count 100 [--module classify/rules.py] [--jobs 2] [--seconds 300]
        [--coverage .coverage data/suite.log]

The command draws places in the code at random, by seed. It makes one change at a time in a copy of the checkout, and runs
the test files that belong to the module there, the nearest first, until a test fails that passes without the change. A file
of JSON lines (data/mutants.jsonl) keeps the outcomes: a run that was stopped continues where it ended, and a module that has
changed since is tried again. The report shows the line of each mutant that survived: add a test, or explain why no test can
tell the difference. With `--coverage`, the result of the first command (pytest-cov), only the tests that run the changed line
are run, the quickest first: ten times as fast. Lines that run at import, such as tables, have no test of their own and are
tried the other way. A mutant for which the time did not even allow the nearest tests is undecided, and tried again by the next
run. Exit code 1 if any mutant was not noticed.

mutmut 3.8 and cosmic-ray 8.7 are well maintained but do not fit. Neither draws a random sample by seed, and a suite of 16
minutes with 9,000 places to change leaves time for a sample only. cosmic-ray runs one command for every mutant, not the tests
of its module. mutmut runs the whole suite first to learn which tests call a function, and changes code inside functions only;
this project has rules, tables and limits at the top of modules.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import queue
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.mutations import Mutation, mutations
from benchmarks.running import ROOT

OUTSIDE = ("tests", "benchmarks", "docs", "build")
#: Seconds for one test: a mutation can make a loop endless.
LONGEST_TEST = 120
#: Test files in one run of pytest: fewer in the first run, where a failure is most likely.
FIRST, CHUNK = 3, 8
#: The same for tests that are known to run the line.
FIRST_COVERING, CHUNK_COVERING = 40, 200
#: Folders whose files no module imports by name, and the module that loads them.
LOADED_BY = {"datasette/plugins": "serve", "crawlers/spiders": "pipelines"}


def files(root: Path) -> list[Path]:
    """List the files of the checkout: tracked by git, or new and not ignored. Without git, list all files."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    listed = [root / name for name in done.stdout.split("\0") if name]
    return sorted(path for path in (listed if done.returncode == 0 else root.rglob("*")) if path.is_file())


def drawn(root: Path, seed: int, count: int, module: str | None = None) -> list[Mutation]:
    """Draw mutations by seed. A larger count starts with the same ones."""
    found: list[Mutation] = []
    for path in files(root):
        name = path.relative_to(root).as_posix()
        if path.suffix == ".py" and name.partition("/")[0] not in OUTSIDE and module in (None, name):
            found += mutations(name, path.read_bytes())
    if not found:
        raise SystemExit(f"{module or root}: there is nothing to change; name a file such as classify/rules.py")
    random.Random(seed).shuffle(found)
    return found[:count]


# --------------------------------------------------------------------- which tests belong to a module


class Tests:
    """Which test files import a module, directly or through other modules."""

    def __init__(self, root: Path) -> None:
        self.imports: dict[str, set[str]] = {}
        self.words: dict[str, set[str]] = {}
        for path in files(root):
            if path.suffix == ".py":
                name = path.relative_to(root).as_posix()
                self.imports[name] = self._imported(path, root)
                self.words[name] = set(re.findall(r"\w+", path.read_text(encoding="utf-8")))
        for folder, loader in LOADED_BY.items():
            loaded = {name for name in self.imports if name.startswith(folder + "/")}
            self.imports.setdefault(f"{loader}.py", set()).update(loaded)

    @staticmethod
    def _imported(path: Path, root: Path) -> set[str]:
        """Find the files of the project that a file imports, inside functions too."""
        names: set[str] = set()
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        if path.name.startswith("test_") and re.search(r"\b(infopolicy|call|collect)\(", text):
            names.add("conftest")  # by its fixtures, which nobody imports
        places = [f"{'tests/' if folder else ''}{name.replace('.', '/')}.py" for name in names for folder in (0, 1)]
        return {place for place in places if (root / place).is_file()}

    def of(self, module: str) -> list[str]:
        """List the test files that import a module, nearest first; at equal distance, those sharing more of its words."""
        found = []
        for name in self.imports:
            if name.startswith("tests/") and Path(name).name.startswith("test_"):
                stem = Path(module).stem
                named = Path(name).stem in (f"test_{stem}", f"test_{stem}s")
                near = 0 if named else self._steps(name).get(module)
                if near is not None:
                    shared = self.words[module] & self.words[name]
                    found.append((near, -len(shared) / len(self.words[name]) ** 0.5, name))
        return [name for *_, name in sorted(found)]

    def _steps(self, start: str) -> dict[str, int]:
        steps, edge = {start: 0}, [start]
        while edge:
            following = {name for each in edge for name in self.imports.get(each, ()) if name not in steps}
            steps |= dict.fromkeys(following, steps[edge[0]] + 1)
            edge = sorted(following)
        return steps


class Covering:
    """Which tests run a line, by a recorded run of the suite; the quickest first."""

    def __init__(self, root: Path, coverage_file: Path, suite_log: Path) -> None:
        from coverage import CoverageData

        self.data = CoverageData(str(coverage_file))
        self.data.read()
        self.root = root
        found = re.findall(
            r"^([\d.]+)s (?:call|setup) +(\S+::.+)$", suite_log.read_text(encoding="utf-8"), re.MULTILINE
        )
        self.seconds: Counter[str] = Counter()
        for seconds, test in found:
            self.seconds[test] += float(seconds)  # type: ignore[assignment]

    def of(self, mutation: Mutation) -> list[str]:
        """List tests by pytest's names; none for a line that only runs at import."""
        by_line = self.data.contexts_by_lineno(str(self.root / mutation.path))
        tests = {context.partition("|")[0] for context in by_line.get(mutation.line, ())} - {""}
        return sorted(tests, key=lambda test: (self.seconds[test], test))


# --------------------------------------------------------------------- running them


def failed(output: str) -> str | None:
    """Return the first test that a run of pytest names as failed; the name of a case may have spaces and brackets."""
    found = re.search(r"^(?:FAILED|ERROR) (\S+\.py(?:::\w+)*(?:\[.*?\])?)(?: - |$)", output, re.MULTILINE)
    return found[1] if found else None


@dataclass
class Bench:
    """A copy of the checkout in which one mutation at a time is made."""

    root: Path
    python: str = sys.executable
    #: Test -> whether it passes without a change.
    sound: dict[str, bool] = field(default_factory=dict)

    @contextmanager
    def changed(self, mutation: Mutation) -> Iterator[None]:
        path = self.root / mutation.path
        source, stat = path.read_bytes(), path.stat()
        path.write_bytes(mutation.applied(source))
        # Python checks compiled files by size and whole seconds: without another time it could run the old code.
        os.utime(path, (stat.st_atime, stat.st_mtime + 10 + mutation.start % 1000))
        try:
            yield
        finally:
            path.write_bytes(source)
            os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))

    def failure(self, tests: Sequence[str], seconds: float, without: Sequence[str] = ()) -> tuple[str | None, bool]:
        """Run tests; return the first that failed, if any, and whether the time ran out."""
        options = ["-x", "-q", "-m", "not browser", "-p", "no:cacheprovider", "--no-header", "--tb=no", "-rfE"]
        options += [f"--timeout={LONGEST_TEST}", *(f"--deselect={name}" for name in without)]
        process = subprocess.Popen(
            [self.python, "-m", "pytest", *options, *tests],
            cwd=self.root,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=os.environ | {"PYTHONPATH": str(self.root)},
        )
        try:
            output, _ = process.communicate(timeout=max(1.0, seconds))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return None, True
        if process.returncode in (0, 5):  # all passed; none was there to run
            return None, False
        return failed(output) or tests[0], False

    def is_sound(self, test: str) -> bool:
        """Check that a test passes without a change. One that always fails notices nothing."""
        if test not in self.sound:
            self.sound[test] = self.failure([test], 2 * LONGEST_TEST) == (None, False)
        return self.sound[test]

    def outcome(self, mutation: Mutation, tests: Sequence[str], seconds: float) -> dict[str, Any]:
        """Run the tests that belong to a mutation until one notices it or the time runs out."""
        began, ran, unsound = time.monotonic(), 0, []
        first, size = (FIRST_COVERING, CHUNK_COVERING) if tests and "::" in tests[0] else (FIRST, CHUNK)
        chunks = [tests[:first], *(tests[start : start + size] for start in range(first, len(tests), size))]
        noticed, late = None, False
        for chunk in filter(None, chunks):
            while not noticed and not late:
                with self.changed(mutation):
                    found, late = self.failure(chunk, seconds - (time.monotonic() - began), unsound)
                if found is None:
                    break
                if self.is_sound(found):
                    noticed = found
                else:
                    unsound.append(found)
            ran += 0 if late else len(chunk)
            if noticed or late:
                break
        undecided = late and ran < min(first, len(tests))
        said = "noticed" if noticed else "undecided" if undecided else "survived"
        return {
            "key": mutation.key,
            "outcome": said,
            "path": mutation.path,
            "line": mutation.line,
            "kind": mutation.kind,
            "before": mutation.before,
            "after": mutation.after,
            "test": noticed,
            "files": ran,
            "of": len(tests),
            "failing_anyway": unsound,
            "seconds": round(time.monotonic() - began, 1),
        }


@contextmanager
def benches(root: Path, number: int) -> Iterator[queue.Queue[Bench]]:
    """Make copies of the checkout, with a link to the recorded data (../shared) where the checkout has it."""
    ready: queue.Queue[Bench] = queue.Queue()
    with tempfile.TemporaryDirectory() as folder:
        for each in range(number):
            place = Path(folder) / str(each) / root.name
            for path in files(root):
                (target := place / path.relative_to(root)).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, target, follow_symlinks=False)
            if (shared := root.parent / "shared").exists():
                (place.parent / "shared").symlink_to(shared)
            ready.put(Bench(place))
        yield ready


def tried(
    root: Path,
    chosen: Sequence[Mutation],
    kept: Path,
    *,
    jobs: int = 1,
    seconds: float = 300,
    covering: Covering | None = None,
) -> list[dict[str, Any]]:
    """Return the outcome of each mutation: from the file of earlier runs, or by trying it now."""
    earlier = [json.loads(line) for line in kept.read_text().splitlines()] if kept.exists() else []
    known = {row["key"]: row for row in earlier if row["outcome"] != "undecided"}
    belonging, lock = Tests(root), threading.Lock()
    kept.parent.mkdir(parents=True, exist_ok=True)
    with benches(root, jobs) as ready, ThreadPoolExecutor(jobs) as pool:

        def attempt(mutation: Mutation) -> dict[str, Any]:
            if mutation.key in known:
                return known[mutation.key]
            bench = ready.get()
            try:
                tests = (covering.of(mutation) if covering else []) or belonging.of(mutation.path)
                row = bench.outcome(mutation, tests, seconds)
            finally:
                ready.put(bench)
            with lock, kept.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
            print(f"{row['outcome']}: {row['path']}:{row['line']} ({row['seconds']} s) {row['test'] or ''}", flush=True)
            return row

        return list(pool.map(attempt, chosen))


def report(rows: Sequence[dict[str, Any]]) -> str:
    """Format how many were noticed, by package, and the line of each survivor."""
    by_package: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        by_package[row["path"].rpartition("/")[0] or "(top)"][row["outcome"]] += 1
    lines = ["| package | drawn | noticed |", "|---|---:|---:|"]
    lines += [f"| {name} | {each.total()} | {each['noticed']} |" for name, each in sorted(by_package.items())]
    lines += [f"| **all** | {len(rows)} | {sum(row['outcome'] == 'noticed' for row in rows)} |"]
    for row in (row for row in rows if row["outcome"] != "noticed"):
        where = f"{row['path']}:{row['line']} {row['outcome']}"
        lines += ["", f"{where} after {row['files']} of {row['of']} test files ({row['kind']})"]
        lines += [f"- {row['before']}", f"+ {row['after']}"]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--module", metavar="PATH", help="only this file, such as classify/rules.py")
    parser.add_argument("--jobs", type=int, default=1, help="mutants tried at once, each in its own copy")
    parser.add_argument("--seconds", type=float, default=300, help="time limit for one mutant")
    parser.add_argument("--kept", type=Path, default=ROOT / "data" / "mutants.jsonl", help="file of outcomes")
    parser.add_argument(
        "--coverage",
        type=Path,
        nargs=2,
        metavar=("FILE", "LOG"),
        help="a run of the suite: pytest-cov's file, pytest's output",
    )
    options = parser.parse_args()
    covering = Covering(ROOT, *options.coverage) if options.coverage else None
    chosen = drawn(ROOT, options.seed, options.count, options.module)
    rows = tried(ROOT, chosen, options.kept, jobs=options.jobs, seconds=options.seconds, covering=covering)
    print(report(rows))
    return 1 if any(row["outcome"] != "noticed" for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
