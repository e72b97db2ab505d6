"""What a stranger types into the address, a cookie, or the search box: an answer or a refusal, never a failure."""

from __future__ import annotations

import random

import fuzz_visitors
import httpx
import pytest
from fuzzing import change_text
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.slow

FAST = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
chances = st.integers(0, 2**48).map(random.Random)


@pytest.mark.parametrize(
    "path",
    [
        "/corpus/documents.json?_facet={}",
        "/corpus/documents?_sort=nothing",
        "/corpus/documents.json?_through={}",
        "/corpus/documents?_facet=a%00b",
        "/browse%00",
    ],
)
def test_an_address_that_cannot_be_read_is_the_askers_mistake(path: str) -> None:
    runner, stranger, _, _ = fuzz_visitors._world()
    assert runner.run(stranger.get(path)).status_code in (400, 404)


def test_a_cookie_that_is_no_text_is_refused_and_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    runner, stranger, _, _ = fuzz_visitors._world()
    request = httpx.Request("GET", "http://localhost/browse", headers=[(b"cookie", b"hush=\x80")])
    answer = runner.run(stranger.http.send(request))
    assert answer.status_code == 400
    assert "cannot be read" in caplog.text
    assert "hush" not in caplog.text + answer.text


@pytest.mark.parametrize(
    "text", ["text:title:library", "title:title:summary:(a b)", "title:(text:a OR summary:b)", "title:-text:a"]
)
def test_fields_in_a_row_or_inside_one_another_are_a_search(text: str) -> None:
    assert 0 <= fuzz_visitors.search(text) <= fuzz_visitors.DOCUMENTS


@FAST
@given(st.text(max_size=400))
def test_the_search_box_takes_anything(text: str) -> None:
    assert 0 <= fuzz_visitors.search(text) <= fuzz_visitors.DOCUMENTS


@FAST
@given(chances)
def test_the_search_box_takes_anything_that_looks_like_a_search(rng: random.Random) -> None:
    good = '"net neutrality" OR (title:librar* -sponsor:"Smith, A" NOT number:hr1) AND text:e-book'
    for _ in range(5):
        good = change_text(good, rng)
    assert 0 <= fuzz_visitors.search(good) <= fuzz_visitors.DOCUMENTS


@FAST
@given(
    st.dictionaries(
        st.sampled_from(
            [
                "q",
                "area",
                "kind",
                "jurisdiction",
                "status",
                "year",
                "agency",
                "must_see",
                "ceremonial",
                "sort",
                "page",
                "x",
            ]
        ),
        st.one_of(
            st.text(max_size=40), st.sampled_from(["1", "any", "0", "-1", "9" * 30, "us-tx", "bill", "2025", "²"])
        ),
    )
)
def test_any_address_of_the_list_is_answered(args: dict[str, str]) -> None:
    found = fuzz_visitors.browse(args)
    assert len(found.results) == found.total <= fuzz_visitors.DOCUMENTS, "all fit on one page"
