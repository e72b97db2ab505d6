"""The addresses below /api: their OpenAPI description holds, and nothing that is sent to them breaks anything."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import GenerationMode
from site_corpus import BROADBAND, TODAY, build, serving

import serve
from crawlers.items import KINDS
from pages.answers.arguments import DateKind, Kind
from pages.answers.questions import QUESTIONS
from pages.browse.filters import PLACE_GROUPS
from pages.http import formatting

pytestmark = pytest.mark.slow

#: Requests for each address; 500 were tried by hand (INFOPOLICY_EXAMPLES=500).
EXAMPLES = int(os.environ.get("INFOPOLICY_EXAMPLES", "25"))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    corpus: Path = build(tmp_path_factory.mktemp("questions"), states=True)
    yield from serving(serve.build(corpus, today=TODAY))


@pytest.fixture(scope="module")
def description(served: str) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(f"{served}/api/openapi.json").raise_for_status().json()
    return found


def test_the_description_is_valid_openapi(description: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(description).validate()
    assert description["openapi"].startswith("3.1")


def test_it_describes_every_question_with_every_argument(description: dict[str, Any]) -> None:
    assert list(description["paths"]) == [f"/api/{name}" for name in QUESTIONS]
    for name, question in QUESTIONS.items():
        described = description["paths"][f"/api/{name}"]["get"]["parameters"]
        assert [each["name"] for each in described] == list(question.signature.parameters)
        assert all(each["description"] for each in described)


def test_the_kinds_that_can_be_asked_for_are_those_there_are() -> None:
    assert get_args(get_args(get_args(Kind)[0])[0]) == KINDS
    assert set(get_args(get_args(get_args(DateKind)[0])[0])) == set(formatting.glossary()["events"])


@pytest.fixture(scope="module")
def api(served: str) -> schemathesis.BaseSchema:
    schema = schemathesis.openapi.from_url(f"{served}/api/openapi.json")
    schema.config.update(base_url=served)
    return schema


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("name", list(QUESTIONS))
def test_nothing_that_is_sent_breaks_an_address(api: schemathesis.BaseSchema, name: str, mode: GenerationMode) -> None:
    """What the description allows is answered by it, what it does not allow is refused by it, and nothing is an error of ours."""
    seen: Counter[int] = Counter()

    @given(case=api[f"/api/{name}"]["GET"].as_strategy(generation_mode=mode))
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    def hold(case: schemathesis.Case) -> None:
        seen[case.call_and_validate().status_code] += 1

    hold()
    print(f"{name}, {mode.value}: {sum(seen.values()):,} requests, {dict(seen)}")
    # Schemathesis has judged each answer; this is that questions were answered, and false ones refused, at all.
    assert set(seen) <= {200, 400, 405, 409}
    assert (200 if mode is GenerationMode.POSITIVE else 400) in seen
    assert sum(seen.values()) >= EXAMPLES / 2


def ask(served: str, name: str, status: int = 200, **given: Any) -> dict[str, Any]:
    answer = httpx.get(f"{served}/api/{name}", params=given)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["access-control-allow-origin"] == "*"
    found: dict[str, Any] = answer.json()
    return found


def test_an_argument_is_used_or_refused(served: str) -> None:
    assert "jurisdiction" in ask(served, "search", 400, jurisdiction="us-tx")["error"]
    assert ask(served, "document", 400)["ok"] is False, "as every other error of the site"
    assert "document" in ask(served, "document", 400)["error"]
    assert "limit" in ask(served, "changes", 400, limit="many")["error"]
    for since in ("0", "1751328000", "2022-03-01T00:00:00"):
        assert "a day is YYYY-MM-DD" in ask(served, "changes", 400, since=since)["error"]
    became_law = httpx.get(f"{served}/api/search", params={"status": "became_law"})
    assert became_law.status_code == 400
    assert "status has no value “became_law”. It takes: introduced, " in became_law.json()["error"]
    assert "It takes: federal, states, " in ask(served, "changes", 400, place="us-zz")["error"]
    assert "broadband" in ask(served, "positions", 400, area="nope")["error"]
    for name in ("changes", "positions"):
        assert "The filter area has no value “tagged”." in ask(served, name, 400, area="tagged")["error"]
    for name, more in (("coverage", {}), ("people", {}), ("document", {"document": "HB 1"})):
        assert "The filter place has no value “states”." in ask(served, name, 400, place="states", **more)["error"]
    assert ask(served, "deadlines", area="all")["state"] == "answered"
    assert ask(served, "search", place="us-tx-austin")["state"] == "not_collected"
    twice = httpx.get(f"{served}/api/search", params=[("place", "us"), ("place", "us-tx")])
    assert (twice.status_code, twice.json()["error"]) == (400, "place: give it once")
    assert httpx.post(f"{served}/api/search").status_code == 405
    assert httpx.get(f"{served}/api/everything").status_code == 404


@pytest.mark.parametrize("group", PLACE_GROUPS)
def test_a_group_of_places_is_no_place_of_which_nothing_is_collected(served: str, group: str) -> None:
    for name, asked in (("search", {"q": "broadband"}), ("search", {"q": "HB 99"}), ("deadlines", {}), ("changes", {})):
        answer = ask(served, name, place=group, **asked)
        assert group.upper() not in answer["says"]
        assert all(each["place"] not in PLACE_GROUPS for each in answer["covers"]["not_collected"])
    assert ask(served, "search", q="HB1", place=group)["result"].get("total") == {"states": 2}.get(group, 0)
    assert {each["jurisdiction"] for each in ask(served, "search", place=group)["result"]["documents"]} == {
        "federal": {"us"},
        "states": {"us-gu", "us-oh", "us-tx"},
    }.get(group, set())


def test_an_answer_that_a_program_has_is_not_sent_again(served: str) -> None:
    address = f"{served}/api/document?document={BROADBAND}"
    first = httpx.get(address)
    again = httpx.get(address, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
