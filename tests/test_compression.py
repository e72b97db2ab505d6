"""Scripts and style sheets are compressed by the site itself; pages are not, because they repeat what visitors type."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from site_corpus import TODAY, build

import serve

PLOT = "/static/vendor/plot.js"


@pytest.fixture
def site(tmp_path: Path) -> serve.Site:
    return serve.build(build(tmp_path), today=TODAY)


async def test_a_script_is_a_third_of_its_size_and_the_same(site: serve.Site) -> None:
    packed = await site.client.get(PLOT, headers={"accept-encoding": "br, gzip;q=0.8"})
    plain = await site.client.get(PLOT, headers={"accept-encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.headers["vary"] == plain.headers["vary"] == "accept-encoding"
    assert packed.content == plain.content == (serve.SITE / PLOT[1:]).read_bytes()
    assert int(packed.headers["content-length"]) < 0.36 * len(plain.content)
    assert int(packed.headers["content-length"]) == len(gzip.compress(plain.content, mtime=0))


@pytest.mark.parametrize("accepted", ["gzip;q=0", "identity", "", "gzipped"])
async def test_who_cannot_read_it_gets_it_plain(site: serve.Site, accepted: str) -> None:
    answer = await site.client.get("/static/site.css", headers={"accept-encoding": accepted})
    assert "content-encoding" not in answer.headers
    assert answer.content == (serve.SITE / "static/site.css").read_bytes()


@pytest.mark.parametrize("path", ["/", "/browse?q=hotspots", "/static/embed-card.js", "/static/no-such.js"])
async def test_pages_small_files_and_errors_are_left_alone(site: serve.Site, path: str) -> None:
    answer = await site.client.get(path, headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in answer.headers
