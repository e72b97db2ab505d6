"""Addresses of places as people type them lead to the page of the place."""

from __future__ import annotations

from pathlib import Path

import pytest
from site_corpus import TODAY, build

import serve
from pages.browse.names import place_typed


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("ohio", "us-oh"),
        ("OH", "us-oh"),
        ("us-oh", "us-oh"),
        ("US-OH", "us-oh"),
        ("new-york", "us-ny"),
        ("New York", "us-ny"),
        ("new_york_city", "us-ny-nyc"),
        ("washington-dc", "us-dc"),
        ("ca", "us-ca"),
        ("canada", "ca"),
        ("in", "us-in"),
        ("us", "us"),
        ("federal", "us"),
        ("united-kingdom", "gb"),
        ("nowhere", None),
        ("..", None),
    ],
)
def test_a_place_is_known_by_name_and_postal_code(typed: str, place: str | None) -> None:
    assert place_typed(typed) == place


@pytest.mark.parametrize(
    ("address", "leads_to"),
    [
        ("/places/texas", "/jurisdictions/us-tx"),
        ("/places/TX", "/jurisdictions/us-tx"),
        ("/states/New%20York", "/jurisdictions/us-ny"),
        ("/jurisdictions/texas", "/jurisdictions/us-tx"),
        ("/jurisdictions/TX", "/jurisdictions/us-tx"),
        ("/places", "/jurisdictions"),
        ("/places/", "/jurisdictions"),
        ("/es/places/texas", "/es/jurisdictions/us-tx"),
    ],
)
async def test_a_typed_address_leads_to_the_place(tmp_path: Path, address: str, leads_to: str) -> None:
    site = serve.build(build(tmp_path), today=TODAY)
    answer = await site.client.get(address)
    assert (answer.status_code, answer.headers["location"]) == (302, leads_to)


@pytest.mark.parametrize(
    "address", ["/places/nowhere", "/jurisdictions/nowhere", "/jurisdictions/ca", "/jurisdictions/gb"]
)
async def test_no_place_is_still_not_found(tmp_path: Path, address: str) -> None:
    site = serve.build(build(tmp_path), today=TODAY)
    assert (await site.client.get(address)).status_code == 404
