"""Run every check and print what they found. A check that cannot do its work is a problem of its own, never silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from operations.doctor import data, limits, machine, mailing, people, site
from operations.doctor.findings import OK, PROBLEM, WARNING, Check, Finding, Host, problem

CHECKS: tuple[Check, ...] = (
    *site.CHECKS,
    *people.CHECKS,
    *data.CHECKS,
    *machine.CHECKS,
    *limits.CHECKS,
    *mailing.CHECKS,
)
WIDTH = 18


def examine(host: Host, checks: Iterable[Check] = CHECKS) -> list[Finding]:
    return [finding for check in checks for finding in _safely(check, host)]


def _safely(check: Check, host: Host) -> Iterator[Finding]:
    try:
        yield from check(host)
    except Exception as error:  # the others must still be made
        yield problem(
            check.__name__.replace("_", " "),
            f"This check failed ({type(error).__name__}).",
            "Nobody knows whether this is safe.",
            "infopolicy --verbose doctor # and report it: https://github.com/ala-infopolicy/infopolicy",
        )


def is_safe(found: Iterable[Finding]) -> bool:
    return all(each.level != PROBLEM for each in found)


def lines(found: list[Finding]) -> Iterator[str]:
    """The report for a terminal: problems first, then warnings, then what is well."""
    for level in (PROBLEM, WARNING, OK):
        for each in found:
            if each.level == level:
                yield f"{each.level:<8}  {each.check:<{WIDTH}}  {each.says}"
                for label, words in (("", each.means), ("Do: ", each.do)):
                    if words:
                        yield f"{'':<{WIDTH + 12}}{label}{words}"
    count = Counter(each.level for each in found)
    said = [f"{count[level]} {level}{'' if count[level] == 1 else 's'}" for level in (PROBLEM, WARNING)]
    yield f"{', '.join(said)}, {count[OK]} in order"


def as_json(found: list[Finding]) -> dict[str, Any]:
    return {"safe": is_safe(found), "findings": [asdict(each) for each in found]}
