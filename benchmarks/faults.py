"""A source that misbehaves leaves no trace: crawl it with faults, and compare every table with a faultless crawl's.

    python benchmarks/faults.py --share 0.5 --seeds 1,2,3                                  whole Congress, ZIP files
    python benchmarks/faults.py --share 0.1 --seeds 1,2,3 --bulk never --types hconres,sjres   file by file

Exit code 1 if one row differs or one crawl does not end well.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from compare import differences
from running import run, upstream


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--share", default="0.5", help="share of requests that misbehave")
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--congress", default="117")
    parser.add_argument("--types", help="only these types of bill, with commas")
    parser.add_argument("--bulk", default="auto")
    args = parser.parse_args()
    call = ["crawl", "us_bills", "--congress", args.congress, "--bulk", args.bulk]
    call += ["--types", args.types] if args.types else []
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        calm = Path(folder, "calm")
        with upstream() as mirror:
            ended = run(calm, mirror, *call)
        print(f"no faults: exit code {ended.code}, {ended.seconds:.0f} s, {last_line(ended.output)}")
        for seed in args.seeds.split(","):
            stormy = Path(folder, f"seed{seed}")
            with upstream("--faults", args.share, "--seed", seed) as mirror:
                ended = run(stormy, mirror, *call)
            found = [line for name in ("corpus.db", "staff.db") for line in differences(calm / name, stormy / name)]
            print(
                f"faults {args.share}, seed {seed}: exit code {ended.code}, {ended.seconds:.0f} s, {last_line(ended.output)}"
            )
            print("\n".join(f"  {line}" for line in found) or "  every table equal")
            wrong += bool(found) + bool(ended.code)
            print(ended.output if ended.code else "", end="", flush=True)
    return 1 if wrong else 0


def last_line(output: str) -> str:
    return next((line for line in reversed(output.splitlines()) if "requests" in line), "no summary")


if __name__ == "__main__":
    sys.exit(main())
