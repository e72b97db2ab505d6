"""Why the program suggests something, in words without codes, at the desk."""

from __future__ import annotations

import re
from typing import Any

import pytest
from desk_fixtures import change
from desk_fixtures import config as config
from desk_fixtures import db as db
from desk_fixtures import made as made
from site_corpus import BROADBAND

from derive.priority import priority_rules
from desk.reviews import plain_reasons
from desk.reviews.suggestions import suggestions
from positions.outcomes import without_effect
from settings import Configuration
from text.yaml_config import read_yaml

TITLES = {"gi-foia": "Strong open records law", "gi-open-data": "Open government data", "pr-encryption": "Encryption"}


@pytest.mark.parametrize(
    ("reason", "plain"),
    [
        ("opens records to the public: support, gi-foia", "It opens records to the public"),
        ("touches, direction unclear: names meetings: watch, gi-foia", "It names meetings; which way is unclear"),
        (
            "touches, direction unclear: spying by law: watch, gi-foia",
            "It is about spying by law; which way is unclear",
        ),
        ("only studies the fund: watch, gi-foia", "It only studies the fund"),
        (
            "touches, its sentences point both ways (gi-foia): keeps, or opens, records: watch, gi-foia",
            "It keeps, or opens, records; its sentences point both ways",
        ),
        (
            "touches, other words of the document point the other way (gi-foia): puts data online: watch, gi-open-data",
            "It puts data online; what it says on “Strong open records law” points the other way",
        ),
        (
            "puts data online; gi-foia, pr-encryption the other way: support, gi-open-data",
            "It puts data online; what it says on “Strong open records law” and “Encryption” points the other way",
        ),
        (
            "puts data online; gi-foia, pr-encryption, gi-open-data, x-y, x-z the other way: support, gi-open-data",
            "It puts data online; what it says on “Strong open records law”, “Encryption”, “Open government data” and 2 more "
            "points the other way",
        ),
        (
            "touches, says both sides: struck from the law: cuts aid: watch, gi-foia",
            "It takes out of the law what cuts aid; a sentence can be read both ways",
        ),
        (
            "nearest in words: watch, gi-foia",
            "No rule fits; of all positions, its words are nearest to this one",
        ),
        ("allows lending", "allows lending"),
    ],
)
def test_the_reason_of_a_direction_has_no_codes(reason: str, plain: str) -> None:
    assert plain_reasons.of_position(reason, TITLES) == plain


@pytest.mark.parametrize(
    ("reason", "plain"),
    [
        (
            "the final text serves it: opens data: support, gi-open-data",
            "The final text serves the position: it opens data",
        ),
        (
            "the final text has sentences for and against it, first opens data: support, gi-open-data",
            "The final text has sentences for and against the position; first, it opens data",
        ),
        (without_effect("gi-foia", "failed").reason, "It failed, so what the law says about this stays as it is"),
        (
            without_effect("gi-foia", "vetoed").reason,
            "It was vetoed, so what the law says about this stays as it is",
        ),
        (
            "only a sentence in passing touches it; which way, a person must say",
            "Only a sentence in passing touches it; a person must say which way",
        ),
    ],
)
def test_the_reason_of_an_outcome_has_no_codes(reason: str, plain: str) -> None:
    assert plain_reasons.of_outcome(reason, TITLES) == plain


def test_every_rule_of_a_priority_has_a_sentence() -> None:
    rules = priority_rules()
    ids = {rule.id for rule in (*rules.never, *rules.must_see)}
    sentences = read_yaml(plain_reasons.FILE)["rules"]
    assert set(sentences) == ids
    for key in (*ids, "position", "model", "ceremonial", "corporate", "companion"):
        said = plain_reasons.of_priority(key)
        assert said, key
        assert re.match("[A-Z]", said), key
        assert not said.endswith("."), key
    assert plain_reasons.of_priority(None) is None
    assert plain_reasons.of_priority("new-rule") == "The rule “new rule”"


def test_the_page_has_them(config: Configuration, db: Any) -> None:
    change(config, "update taggings set why = 'e-rate' where document_id = ?", BROADBAND)
    code = "touches, its sentences point both ways (tc-hotspot-lending): allows lending: support, tc-hotspot-lending"
    db.execute("update suggested_stances set reason = ?", [code])
    said = suggestions(db, BROADBAND)
    assert said["priority"].reason == "It is about E-Rate, hotspots, or the homework gap"
    assert said["position:tc-hotspot-lending"].reason == "It allows lending; its sentences point both ways"
