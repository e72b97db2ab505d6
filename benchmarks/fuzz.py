"""Feed every parser spoilt input for as long as you like: what broke is kept, with the number that makes it again.

    nice -n 15 python benchmarks/fuzz.py --minutes 60 --out /tmp/fuzz

Each target gets the same share of the time. A finding is the input as a file, `TARGET-SEED`, and a line on the screen; the same
kind of error at the same place is kept once. Ends with 1 when anything was found. `--seed` repeats a run, `--only` takes targets.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import time
import traceback
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "support")]

from fuzz_handed_in import handed_in  # noqa: E402
from fuzz_local import local_files  # noqa: E402
from fuzz_rules import rules  # noqa: E402
from fuzz_sources import first_answers, sources  # noqa: E402
from fuzz_targets import Target  # noqa: E402
from fuzz_visitors import visitors  # noqa: E402

#: An input of a few kilobytes that takes longer than this is a finding too.
TOO_LONG = 5.0


def place(error: BaseException) -> str:
    """The kind of an error and where in our code it arose."""
    frames = [
        f
        for f in traceback.extract_tb(error.__traceback__)
        if f.filename.startswith(str(ROOT)) and ".venv" not in f.filename
    ]
    where = f"{Path(frames[-1].filename).relative_to(ROOT)}:{frames[-1].lineno}" if frames else "?"
    return f"{type(error).__name__} at {where}"


def fuzz(target: Target, seconds: float, seed: int, out: Path) -> tuple[int, float, Counter[str]]:
    """Inputs tried, the longest processor time for one in seconds, and how often each kind of finding came."""
    end, tried, slowest, found = time.monotonic() + seconds, 0, 0.0, Counter[str]()
    while time.monotonic() < end:
        rng = random.Random(f"{target.name}-{seed + tried}")
        body = target.change(rng.choice(target.seeds), rng)
        # Of the processor: a machine that does other things as well is no finding.
        began, problem = time.process_time(), ""
        try:
            target.run(body)
        except target.allowed:
            pass
        except Exception as error:
            problem = f"{place(error)}: {error}"[:300]
        took = time.process_time() - began
        slowest = max(slowest, took)
        problem = problem or (f"took more than {TOO_LONG:.0f} seconds" if took > TOO_LONG else "")
        if problem:
            kind = problem.partition(": ")[0]
            if not found[kind]:
                (out / f"{target.name}-{seed + tried}").write_bytes(body)
                print(f"FOUND {target.name} {seed + tried}: {problem}", flush=True)
            found[kind] += 1
        tried += 1
    return tried, slowest, found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--out", type=Path, default=Path("fuzz-findings"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    every = (*sources(), *first_answers(), *local_files(), *rules(), *handed_in(), *visitors())
    targets = [each for each in every if not options.only or each.name in options.only]
    findings = total = 0
    for target in targets:
        tried, slowest, found = fuzz(target, options.minutes * 60 / len(targets), options.seed, options.out)
        print(
            f"{target.name:24} {tried:9,} inputs, slowest {slowest:6.2f} s, {len(found)} kinds of findings", flush=True
        )
        findings, total = findings + len(found), total + tried
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(targets)} targets, {total:,} inputs, {findings} kinds of findings, peak memory {peak:,.0f} MB")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
