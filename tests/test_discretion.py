"""Within `discreet` nothing that is printed or raised tells its values, and each stream stays what it was."""

from __future__ import annotations

import sys

import pytest

from operations.discretion import discreet, story
from text.yaml_config import BadYaml


def test_each_stream_goes_where_it_went(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = sys.stdout, sys.stderr
    with discreet():
        assert (sys.stdout.real, sys.stderr.real) == (out, err)  # type: ignore[attr-defined]
    assert (sys.stdout, sys.stderr) == (out, err)


def raised(how: str) -> BaseException:
    try:
        try:
            raise KeyError("secret")
        except KeyError as error:
            if how == "from":
                raise ValueError("secret") from error
            if how == "from none":
                raise ValueError("secret") from None
            raise ValueError("secret")  # noqa: B904
    except ValueError as error:
        return error


@pytest.mark.parametrize(("how", "kinds"), [("from", 2), ("while", 2), ("from none", 1)])
def test_the_story_of_an_error_names_what_it_came_from_and_no_values(how: str, kinds: int) -> None:
    told = story(raised(how))
    assert told.count("builtins.") == kinds
    assert told.rindex("builtins.ValueError") == told.rindex("builtins.")
    assert "secret" not in told.replace('"secret"', "")


def test_the_story_tells_what_is_wrong_with_a_file_of_ours() -> None:
    told = story(BadYaml("glossary.yml:3: is not readable YAML"))
    assert told == "BadYaml: glossary.yml:3: is not readable YAML"
    assert "secret" not in story(ValueError("secret"))
