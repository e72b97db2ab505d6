"""How large a machine: write docs/sizing.md, every number of which is computed from the inputs that benchmarks/sizing.yml names.

    python -m benchmarks.sizing           # writes the page
    python -m benchmarks.sizing --check   # only says whether it is what the inputs give; exit code 1 if not

To be run after `python -m benchmarks`. The words of the page stand in benchmarks/sizing_page.md, with fields of str.format.
"""

from __future__ import annotations

import re
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from crawlers.sources import load_sources

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
RESULTS, WORDS, PAGE = HERE / "results", HERE / "sizing_page.md", ROOT / "docs" / "sizing.md"
GB = 1e9
#: What is asked: bills of 50 states for ten years, documents of the Federal Register, page views a month.
STATES, REGISTER, VIEWS = 2_000_000, 1_000_000, 10_000_000
#: Memory that machines are sold with, in GB.
SOLD = (2, 4, 8, 16, 32, 64, 128, 256)
#: Rows of the last table: documents, cores (assumed), whole backups kept.
SCALES = ((250_000, 2, 14), (1_000_000, 2, 5), (3_000_000, 4, 3), (10_000_000, 8, 3))


class NoInput(ValueError):
    """A result does not hold what the page is computed from."""


def number(cell: str) -> float:
    """The first number of a cell: "23 / 29" is 23, "**1,063**" is 1063."""
    found = re.search(r"\d[\d,]*(\.\d+)?", cell)
    if not found:
        raise NoInput(f"no number in {cell!r}")
    return float(found[0].replace(",", ""))


def rows(text: str) -> list[dict[str, str]]:
    """The rows of all Markdown tables of a text, by column; the first cell also under "". Bold marks are dropped."""
    found: list[dict[str, str]] = []
    head: list[str] = []
    for line in text.splitlines():
        cells = [cell.strip().strip("*") for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            head = []
        elif not head:
            head = cells
        elif not set(line) <= set("|-: "):
            found.append(dict(zip(head, cells, strict=False)) | {"": cells[0]})
    return found


def result(part: str, results: Path) -> str:
    try:
        return (results / f"{part}.md").read_text(encoding="utf-8").partition("\n")[2]
    except FileNotFoundError:
        raise NoInput(f"{results.name}/{part}.md is not there: python -m benchmarks {part}") from None


def measured(entry: dict[str, Any], results: Path) -> float:
    text, where = result(entry["part"], results), f"{results.name}/{entry['part']}.md"
    if "find" in entry:
        match = re.search(entry["find"], text)
        if not match:
            raise NoInput(f"{where} has nothing like {entry['find']!r} ({entry['name']} in benchmarks/sizing.yml)")
        return number(match[1])
    for row in rows(text):
        if row[""] == entry["row"] and entry["column"] in row:
            return number(row[entry["column"]])
    raise NoInput(f"{where} has no {entry['column']!r} of {entry['row']!r} ({entry['name']} in benchmarks/sizing.yml)")


def peaks(results: Path) -> list[tuple[float, float]]:
    """Documents and MB at the peak of a rebuild, from the part `growth`, fewest first; two at least."""
    found = sorted(
        (number(row["documents"]), number(row["peak MB"]))
        for row in rows(result("growth", results))
        if "peak MB" in row
    )
    if len(found) < 2:
        raise NoInput(f"{results.name}/growth.md needs two sizes: python -m benchmarks growth")
    return found


def rebuild_mb(documents: float, points: list[tuple[float, float]]) -> float:
    """Memory of a rebuild: on the line between the two measured sizes around it, or past the last two, never falling."""
    for (fewer, low), (more, high) in pairwise(points):
        if documents <= more or (more, high) == points[-1]:
            return max(low, low + (documents - fewer) * (high - low) / (more - fewer))
    raise AssertionError("unreachable: the last pair always answers")


def load(results: Path = RESULTS) -> list[dict[str, Any]]:
    """The entries of sizing.yml, each with its `value` and the words for where it is `from`."""
    sources = load_sources()
    entries = yaml.safe_load((HERE / "sizing.yml").read_text(encoding="utf-8"))
    titles = {each["id"]: each["title"] for each in yaml.safe_load((HERE / "parts.yml").read_text(encoding="utf-8"))}
    for entry in entries:
        if "part" in entry:
            title = titles[entry["part"]]
            anchor = re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-")
            entry |= {"value": measured(entry, results), "from": f"[{title}](benchmarks.md#{anchor})"}
        elif "limit" in entry:
            limit = f"`crawlers/sources.yml`, `{entry['source']}`"
            entry |= {"value": getattr(sources[entry["source"]], entry["limit"]), "from": limit}
    return entries


def disk(documents: float, keep: int, of: dict[str, float]) -> dict[str, float]:
    """GB by purpose: two of three documents are state bills; what is recorded of other sources comes on top."""
    times = documents / of["documents"]
    found = {
        "states_gb": documents * 2 / 3 * of["state_bytes"] / GB,
        "fr_gb": documents / 3 * of["fr_bytes"] / GB,
        "other_gb": of["corpus_mb"] / 1e3 - (of["states"] * of["state_bytes"] + of["fr"] * of["fr_bytes"]) / GB,
    }
    found["corpus_gb"] = sum(found.values())
    found["texts"] = documents * 2 / 3 * of["tagged"] / of["documents"]
    found["texts_gb"] = found["texts"] * of["text_kb"] / 1e6
    found["ops_gb"] = times * of["ops_mb"] / 1e3
    found["people_gb"] = (times * of["staff_mb"] + of["mail_mb"]) / 1e3
    found["used_gb"] = found["corpus_gb"] + found["texts_gb"] + found["ops_gb"] + found["people_gb"] + of["runs_gb"]
    found["backups_gb"] = keep * found["used_gb"]
    found["older_gb"] = 30 * found["people_gb"]
    found["wal_gb"] = found["corpus_gb"] / 10
    found["filled_gb"] = 2 * found["used_gb"] + found["backups_gb"] + found["older_gb"] + found["wal_gb"]
    found["disk_gb"] = -(-found["filled_gb"] * 1.5 // 10) * 10
    return found


def memory(documents: float, workers: int, corpus_gb: float, of: dict[str, float], points: Any) -> dict[str, float]:
    """GB by purpose, and the smallest machine that leaves a quarter free."""
    found = {
        "site_gb": of["site_mb"] / 1e3,
        "cache_gb": corpus_gb * of["hot"] / 100,
        "rebuild_gb": rebuild_mb(documents, points) / 1e3,
        "workers_gb": workers * of["worker_mb"] / 1e3,
    }
    found["needed_gb"] = sum(found.values())
    found["memory_gb"] = next((size for size in SOLD if size * 3 / 4 >= found["needed_gb"]), SOLD[-1])
    return found


def figures(of: dict[str, float], points: list[tuple[float, float]]) -> dict[str, float]:
    """Everything that the words of the page name."""
    documents = STATES + REGISTER
    _, cores, keep = next(each for each in SCALES if each[0] == documents)
    found = of | disk(documents, keep, of)
    found |= memory(documents, cores, found["corpus_gb"], of, points)
    found |= {
        "cores": cores,
        "keep": keep,
        "all": documents,
        "STATES": STATES,
        "REGISTER": REGISTER,
        "VIEWS": VIEWS,
        "default_backups_gb": 14 * found["used_gb"],
        "times": documents / of["documents"],
        "last_documents": points[-1][0],
        "last_mb": points[-1][1],
        "states_rate": of["states"] / of["states_s"],
        "fr_rate": of["fr"] / of["fr_s"],
        "derive_rate": of["documents"] / of["derive_s"],
        "states_each": of["states"] / of["states_asked"],
        "fr_each": of["fr"] / of["fr_asked"],
        "legiscan_each": of["legiscan_asked"] / of["legiscan"],
    }
    found |= {
        "states_h": STATES / found["states_rate"] / 3600,
        "fr_h": REGISTER / found["fr_rate"] / 3600,
        "derive_h": documents / found["derive_rate"] / 3600,
        "day_min": documents / 100 * (1 / found["fr_rate"] + 1 / found["derive_rate"]) / 60,
        "backup_min": found["used_gb"] * 1e3 / of["backup_mb_s"] / 60,
        "states_requests": STATES / found["states_each"],
        "fr_requests": REGISTER / found["fr_each"],
        "legiscan_requests": STATES * found["legiscan_each"],
    }
    found["hours"] = found["states_h"] + found["fr_h"] + found["derive_h"]
    found["states_days"] = found["states_requests"] / of["openstates_day"]
    found["current_days"] = of["states_asked"] / of["openstates_day"]
    found["legiscan_years"] = found["legiscan_requests"] / of["legiscan_day"] / 365
    found["fr_hours"] = found["fr_requests"] * 0.5 / 4 / 3600
    found["congress_hours"] = of["congress_asked"] / of["congress_minute"] / 60
    found["regulations_minutes"] = of["regulations_asked"] / of["regulations_minute"]
    found["views_s"] = VIEWS / 30 / 86_400
    found["busy"] = 100 * 10 * found["views_s"] / of["answers"]
    found["views_gb"] = VIEWS * of["page_bytes"] / GB
    found["peak_mb_s"] = 10 * found["views_s"] * of["page_bytes"] / 1e6
    found["search_s"] = of["search_ms"] * found["times"] / 1e3
    found["searches"] = 2 / found["search_s"]
    found["copy_min"] = found["corpus_gb"] * 8e3 / 100 / 60
    return found


def inputs_table(entries: list[dict[str, Any]], points: list[tuple[float, float]]) -> str:
    lines = ["| Input | Figure | From |", "|---|---:|---|"]
    for entry in entries:
        figure = f"{entry['value']:,} {entry.get('unit', '')}".replace(".0 ", " ").replace(" %", "%").strip()
        lines.append(f"| {entry['what']} | {figure} | {entry['from']} |")
    sizes = ", ".join(f"{peak:,.0f} MB at {count:,.0f}" for count, peak in points)
    lines.append(
        f"| memory of a rebuild, by documents | {sizes} | [Growth](benchmarks.md#growth-to-a-million-documents) |"
    )
    return "\n".join(lines)


def scales_table(of: dict[str, float], points: list[tuple[float, float]]) -> str:
    lines = ["| Documents | Cores | Memory | Disk | Whole backups kept |", "|---:|---:|---:|---:|---|"]
    for documents, cores, keep in SCALES:
        space = disk(documents, keep, of)
        needed = memory(documents, cores, space["corpus_gb"], of, points)
        kept = "14, the default" if keep == 14 else f"`infopolicy backup --keep {keep}`"
        lines.append(f"| {documents:,} | {cores} | {needed['memory_gb']} GB | {space['disk_gb']:,.0f} GB | {kept} |")
    return "\n".join(lines)


def page(results: Path = RESULTS) -> str:
    """docs/sizing.md, from the results as they stand."""
    entries, points = load(results), peaks(results)
    of = {entry["name"]: float(entry["value"]) for entry in entries}
    tables = {"inputs": inputs_table(entries, points), "scales": scales_table(of, points)}
    return WORDS.read_text(encoding="utf-8").format(**figures(of, points), **tables)


def main() -> int:
    try:
        made = page()
    except NoInput as problem:
        print(problem, file=sys.stderr)
        return 1
    if "--check" in sys.argv:
        return 0 if PAGE.read_text(encoding="utf-8") == made else 1
    PAGE.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
