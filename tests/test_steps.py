"""The steps of a document as its page lists them."""

from __future__ import annotations

import pytest

from pages.documents.progress import steps

HEARING, BEGUN, REPORTED = (
    {"status": "in_committee", "reached_on": "2025-04-29"},
    {"status": "introduced", "reached_on": "2025-07-10"},
    {"status": "reported", "reached_on": "2025-07-10"},
)


@pytest.mark.parametrize(
    ("history", "shown"),
    [
        ([HEARING, BEGUN, REPORTED], [BEGUN, REPORTED]),
        ([HEARING, REPORTED], [HEARING, REPORTED]),
        ([BEGUN, HEARING], [BEGUN, HEARING]),
        ([REPORTED, BEGUN], [REPORTED, BEGUN]),
        ([], []),
    ],
)
def test_a_bill_is_in_no_committee_before_it_exists(history: list[dict[str, str]], shown: list[dict[str, str]]) -> None:
    """Congress lists "hearings held on the subject prior to" an original measure with the measure (S. 2257, 119th)."""
    assert steps({"level": "federal"}, history) == shown
