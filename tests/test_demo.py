"""`infopolicy demo`: the sample as a site with a tour and accounts, apart from every real folder and setting."""

from __future__ import annotations

import os
import re
import signal
import sys
from pathlib import Path
from typing import Any

import httpx
import installed
import pytest
from click.testing import CliRunner, Result
from conftest import ROOT

import cli
from commands import demo
from commands.session import Session
from operations.server import LAST
from settings import Configuration

pytestmark = pytest.mark.slow

COMMAND = [sys.executable, str(ROOT / "infopolicy.py")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that a demo has filled."""
    place = tmp_path_factory.mktemp("demo") / "filled"
    before = dict(os.environ)
    try:
        done = CliRunner().invoke(cli.main, ["demo", str(place), "--no-serve"])
    finally:
        os.environ.clear()
        os.environ.update(before)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    assert done.exit_code == 0, done.output
    return place


def signed_in(client: httpx.Client, door: str, name: str, password: str) -> httpx.Response:
    form = client.get("/desk/login")
    token = re.search(r'name="csrftoken" value="([^"]+)"', form.text)
    assert token
    sent = {"name": name, "password": password, "csrftoken": token[1]}
    client.post("/desk/login", data=sent)
    return client.get(door)


def test_a_filled_folder_opens_with_a_tour_whose_links_all_lead_somewhere(folder: Path, tmp_path: Path) -> None:
    """No setting of the caller's gets in, such as a real data folder or a mail server, but the host, which a container needs."""
    real = {"INFOPOLICY_DATA": str(tmp_path / "real"), "INFOPOLICY_SMTP_HOST": "mail.example.org"}
    real["INFOPOLICY_HOST"] = "0.0.0.0"
    with (
        installed.demo(COMMAND, tmp_path, tmp_path, str(folder), **real) as open_demo,
        httpx.Client(base_url=open_demo.site, timeout=300, follow_redirects=True) as visitor,
    ):
        own = httpx.URL(open_demo.site).netloc.decode()
        other_way = visitor.get(f"http://127.0.0.2:{own.partition(':')[2]}/tour", headers={"Host": own})
        assert other_way.status_code == 200
        assert visitor.get("/api/coverage").json()["address"].startswith(open_demo.site), "nobody can open 0.0.0.0"
        page = visitor.get("/tour").text
        tour = page[page.index("<main") : page.index("</main>")]
        steps = re.findall(r'<li><h3><a href="([^"]+)">', tour)
        assert len(steps) == 15
        assert "This is the small sample" in page
        assert "documents that a language model read one by one" in tour, "as the page on accuracy says"
        private = [step for step in steps if step.startswith(("/desk", "/partner"))]
        assert [step for step in steps if step not in private and visitor.get(step).status_code != 200] == []
        assert any(re.fullmatch(r"/documents/us-[a-z0-9-]+", step) for step in steps), "a document that is there"
        assert signed_in(visitor, "/desk", demo.STAFF, open_demo.staff).status_code == 200
        for step in [step for step in private if step.startswith("/desk")]:
            shown = visitor.get(step)
            assert (shown.status_code, shown.url.path) == (200, step.partition("?")[0])
        with httpx.Client(base_url=open_demo.site, timeout=300, follow_redirects=True) as other:
            assert "Example Partners" in signed_in(other, "/partner", demo.PARTNER, open_demo.partner).text
        assert not (tmp_path / "real").exists()
        assert open_demo.stop(signal.SIGTERM) == 0
    assert (folder / "corpus.db").exists(), "a folder that was named stays"


def refused(*arguments: str) -> Result:
    return CliRunner().invoke(cli.main, ["demo", *arguments])


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    (tmp_path / "corpus.db").write_bytes(b"what somebody collected")
    done = refused(str(tmp_path), "--no-serve")
    assert (done.exit_code, "was not made by a demo" in done.output) == (2, True)
    (tmp_path / "infopolicy.toml").write_text("data = '/srv/real'\n")
    assert refused(str(tmp_path), "--no-serve").exit_code == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["corpus.db", "infopolicy.toml"]
    assert refused("--no-serve").exit_code == 2


def test_a_port_that_is_taken_is_avoided(monkeypatch: Any) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setattr(demo.settings.Configuration, "port", taken.getsockname()[1])
        assert demo._free_port() != taken.getsockname()[1]


def test_the_server_does_not_end_a_demo_before_its_folder_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server ends its process ten seconds after the signal to stop; the removal of a folder may take longer."""

    def stopped(*_: Any, **__: Any) -> None:
        signal.alarm(LAST)
        raise KeyboardInterrupt

    monkeypatch.setattr("serve.run", stopped)
    monkeypatch.setattr(demo, "_accounts", lambda config: {demo.STAFF: "x", demo.PARTNER: "y"})
    try:
        with pytest.raises(KeyboardInterrupt):
            demo._serve(Session(Configuration(), quiet=False, verbose=False))
    finally:
        left = signal.alarm(0)
    assert left > 10 * LAST
