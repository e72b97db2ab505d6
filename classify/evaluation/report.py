"""The report of `infopolicy evaluate` as lines that a person reads in a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def table(report: dict[str, Any]) -> str:
    """The report as a text a person reads in a terminal."""
    lines = [f"Rules and model {report['version']}, {report['documents']} documents of the split '{report['split']}'"]
    for name, heading in (("topic", "Drawn by topic"), ("natural", "Drawn at random")):
        if name in report:
            part = report[name]
            rows = [("all areas (micro)", part["micro"]), ("mean of areas (macro)", part["macro"])]
            rows += [row for kind in ("levels", "lengths", "areas") for row in part[kind].items()]
            lines += _score_lines(heading, rows)
    lines += _score_lines("All drawn at random", [("all areas (micro)", report["random"])])
    lines += ["", *_promise_lines(report["promise"])]
    return "\n".join([*lines, "", *_ranking_lines(report["ranking"]), "", *_calibration_lines(report)])


def _score_lines(heading: str, rows: Iterable[tuple[str, dict[str, Any]]]) -> list[str]:
    lines = [
        "",
        f"{heading:<28}{'documents':>10}{'labels':>8}{'precision':>11}{'recall':>8}{'F1':>7}   95 % interval of F1",
    ]
    for label, row in rows:
        low, high = row["intervals"]["f1"]
        lines.append(
            f"  {label:<26}{row['n']:>10}{row['positives']:>8}{row['precision']:>11.3f}{row['recall']:>8.3f}"
            f"{row['f1']:>7.3f}   {low:.3f} to {high:.3f}"
        )
    return lines


def _promise_lines(found: dict[str, Any]) -> list[str]:
    heading = f"Decided (at least {found['sure_yes']:.0%} or less than {found['sure_no']:.0%} sure)"
    lines = [f"{heading:<42}{'decided':>8}{'tags':>6}{'right':>6}{'at least':>9}{'undecided':>10}   missed"]
    areas = [(_cut(area, found), row) for area, row in found["areas"].items()]
    for name, row in [("all areas", found["all"]), ("drawn at random", found["random"]), *areas]:
        if row["n"]:
            bound = "–" if row["at_least"] is None else f"{row['at_least']:.3f}"
            lines.append(
                f"  {name:<40}{row['decided']:>8.1%}{row['tags']:>6}{row['right']:>6}{bound:>9}{row['undecided']:>10}"
                f"   {row['missed']} of {row['labels']}"
            )
    if found["whole"] is not None:
        lines.append(f"Of the documents drawn at random, {found['whole']:.1%} have no undecided area")
    return lines


def _cut(area: str, found: dict[str, Any]) -> str:
    """An area, with its own cut where it has one."""
    return f"{area}, from {found['sure_yes_of'][area]:.0%}" if area in found["sure_yes_of"] else area


def _ranking_lines(ranked: dict[str, Any]) -> list[str]:
    found = [
        f"{ranked[key]:.0%} in the first {times}n"
        for key, times in (("found_in_n", ""), ("found_in_2n", 2), ("found_in_3n", 3))
    ]
    lines = [f"Must-see documents (n = {ranked['n']}) found by rank: {', '.join(found)}"]
    if natural := ranked.get("natural"):
        bounds = {
            key: "{:.0%} to {:.0%}".format(*natural[f"{key}_interval"])
            for key in ("queue_precision", "queue_recall", "listed_recall")
        }
        lines += [
            f"Of {natural['n']} random documents {natural['wanted']} have priority 1 or 2. "
            f"A queue of {natural['queue']}: {natural['queue_precision']:.0%} are wanted ({bounds['queue_precision']}), "
            f"{natural['queue_recall']:.0%} of the wanted found ({bounds['queue_recall']}).",
            f"Listed under some area: {natural['listed_recall']:.0%} of the wanted ({bounds['listed_recall']}).",
        ]
    return lines


def _calibration_lines(report: dict[str, Any]) -> list[str]:
    lines = [f"{'Calibration, 0.05 to 0.95':<28}{'documents':>10}{'error':>14}   what chance alone would show"]
    for area, found in [("all areas", report["calibration_of_all"]), *report["calibration"].items()]:
        if found["error"] is None:
            lines.append(f"  {area:<26}{0:>10}{'not measured':>14}")
        else:
            lines.append(f"  {area:<26}{found['n']:>10}{found['error']:>14.3f}   {found['by_chance']:.3f}")
    return lines
