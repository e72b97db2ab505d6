"""A file of the data folder is damaged or gone: it is named, whoever runs the site is told what to do, and nothing is lost."""

from __future__ import annotations

import os
from pathlib import Path

import desk_fixtures
import httpx
import pytest
from crash_helpers import start
from drill import CRAWL, Call, calm, data, forget, same, some, untouched  # noqa: F401

import serve
from operations import human_data_export
from settings import Configuration

pytestmark = pytest.mark.slow


def overwrite(path: Path, where: str) -> None:
    size = path.stat().st_size
    with path.open("r+b") as file:
        if where == "half":
            file.truncate(size // 2 // 512 * 512 + 100)
        else:
            file.seek(0 if where == "head" else 4096)
            file.write(os.urandom(4096 if where == "head" else size - 4096))


@pytest.mark.parametrize("where", ["head", "middle", "half"])
@pytest.mark.parametrize("name", ["corpus.db", "ops.db", "staff.db", "partners.db", "mail.db"])
def test_a_damaged_file_is_named_and_comes_back(
    data: Path, calm: Path, call: Call, untouched: None, name: str, where: str
) -> None:
    for suffix in ("-wal", "-shm"):
        (data / (name + suffix)).unlink(missing_ok=True)
    overwrite(data / name, where)
    checked = call("check")
    assert (checked.exit_code, str(data / name) in checked.output) == (1, True), checked.output
    refused = call("backup")
    assert refused.exit_code == 4, "a backup of damage would push the whole ones out"
    assert name in refused.output
    if where == "head":
        told = call("status")
        assert told.exit_code == (4 if name == "corpus.db" else 3)
        assert f"{data / name}: " in told.output
        assert "infopolicy restore" in told.output
    if name in ("corpus.db", "staff.db"):
        done = call("publish")
        assert done.exit_code == 4
        assert "infopolicy restore" in done.output
        assert where != "head" or f"{data / name}: " in done.output
    if name == "corpus.db" and where == "head":
        with pytest.raises(serve.CannotServe, match=r"corpus\.db"):
            serve.build(Configuration(data=data).corpus)
    [place] = [path for path in (data / "backups").iterdir() if path.is_dir()]
    restored = call("restore", str(place), "--only", name)
    assert restored.exit_code == 0, restored.output
    assert call("check").exit_code == 0
    same(data, calm)


async def test_the_site_lives_on_beside_a_damaged_file(data: Path) -> None:
    """The public pages stay; the desk and the subscriptions say that they are closed, and nothing is made in their place."""
    config = Configuration(data=data, site="http://localhost")
    site = serve.build(config.corpus, mail=config, desk=config, secret=desk_fixtures.SECRET, today="2025-06-01")
    broken = ("staff.db", "partners.db", "mail.db")
    for name in broken:
        for suffix in ("-wal", "-shm"):
            (data / (name + suffix)).unlink(missing_ok=True)
        overwrite(data / name, "head")
    before = {name: (data / name).read_bytes() for name in broken}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=site.app()), base_url="http://localhost") as asked:
        [document] = some(data, 1)
        for page in ("/", "/browse", "/areas/literacy", f"/documents/{document}"):
            assert (await asked.get(page)).status_code == 200
        for house in ("/desk/login", "/partner"):
            closed = await asked.get(house)
            assert (closed.status_code, "cannot be read" in closed.text) == (503, True)
        archive = await asked.get("/digest")
        assert (archive.status_code, "cannot be read" in archive.text) == (503, True)
        assert (await asked.get("/-/health")).status_code == 503
    assert {name: (data / name).read_bytes() for name in before} == before


def test_lost_altogether(data: Path, calm: Path, call: Call, untouched: None) -> None:
    """corpus.db and ops.db are made again by running; of what people made only the backup is left."""
    [place] = [path for path in (data / "backups").iterdir() if path.is_dir()]
    forget(data, "corpus.db", "ops.db", *human_data_export.DERIVED)
    done = call("status")
    assert done.exit_code == 4
    assert "infopolicy crawl" in done.output
    only = [word for name in human_data_export.DERIVED for word in ("--only", name)]
    assert call("restore", str(place), *only).exit_code == 0
    assert start(data, *CRAWL) == 0
    same(data, calm)
