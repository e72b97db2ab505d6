"""Training from the desk: requested by an approver, done by another process, shown before anybody accepts it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from click.testing import CliRunner
from desk_fixtures import NOW, Browser
from desk_fixtures import application as application
from desk_fixtures import browser as browser
from desk_fixtures import config as config
from desk_fixtures import made as made
from site_corpus import BROADBAND
from test_models import PACKAGED, candidate

from classify import models
from classify.training import request
from cli import main
from commands import training
from settings import Configuration
from store.connect import read_only

pytestmark = pytest.mark.slow

REPORT = {
    "made_at": "2022-03-09T10:00:00Z",
    "verdicts": {"area confirm": 1200},
    "kept_back": {
        "documents": 300,
        "changed": 4,
        "counts": {"right: broadband": 4},
        "named": {"right: broadband": ["x"]},
    },
    "queue": {
        "documents": 50,
        "changed": 2,
        "counts": {
            "tag broadband comes": 2,
            "position tc-hotspot-lending goes": 1,
            "model's priority 2 becomes 0": 1,
        },
        "named": {"tag broadband comes": [BROADBAND]},
    },
}


@pytest.fixture
def folder(config: Configuration, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("INFOPOLICY_DATA", str(config.data))
    return config.data / "models"


def trained(report: dict[str, Any]) -> None:
    candidate()
    part = models.begin()
    models.finish(part, report, PACKAGED)


async def test_an_approver_sees_what_would_change_then_accepts_and_goes_back(
    browser: Browser, folder: Path, config: Configuration
) -> None:
    trained(REPORT)
    await browser.sign_in()
    page = (await browser.get("/desk/training")).text
    for words in (
        "1,200 areas confirmed",
        "300 documents compared; 4 would change",
        "The area “Broadband” becomes right",
        "none of them is collected here",
        "The area “Broadband” is suggested, and was not before",
        "The position “Lend hotspots” is no longer suggested",
        "The suggested priority “Priority” becomes “Neither”",
        f'<a href="/desk/documents/{BROADBAND}">H.R. 1783, ',
    ):
        assert words in page, words
    for key in ("tc-hotspot-lending", "area confirm", "tag broadband"):
        assert key not in page, key
    assert f'href="/desk/documents/{BROADBAND}"' in page
    assert "came with the program" in page
    trained(REPORT | {"made_at": "2022-03-09T11:00:00Z"})
    late = await browser.send("/desk/training", step="accept", seen=REPORT["made_at"])
    assert (late.status_code, "Read it first" in late.text) == (409, True), "another was trained since"
    sent = await browser.send("/desk/training", step="accept", seen="2022-03-09T11:00:00Z")
    assert sent.status_code == 302
    assert set(models.reports(folder)) == {models.IN_USE}
    assert "Go back to the models of the program" in (await browser.get("/desk/training")).text
    assert (await browser.send("/desk/training", step="revert")).status_code == 302
    assert set(models.reports(folder)) == {models.CANDIDATE}
    assert (await browser.send("/desk/training", step="revert")).status_code == 409
    with closing(read_only(config.staff)) as db:
        done = [row[0] for row in db.execute("select what from audit where what like 'models%' order by id")]
    assert done == ["models: accept", "models: revert"]


async def test_a_candidate_that_is_worse_says_so(browser: Browser, folder: Path) -> None:
    trained(REPORT | {"worse": True})
    await browser.sign_in()
    assert "It is worse" in (await browser.get("/desk/training")).text


@pytest.mark.parametrize("name", ["Ben Writer", "Cleo Looker"])
async def test_others_read_and_decide_nothing(browser: Browser, folder: Path, name: str) -> None:
    trained(REPORT)
    await browser.sign_in(name)
    page = (await browser.get("/desk/training")).text
    assert "is suggested, and was not before" in page
    assert "Use this candidate" not in page
    for step in ("train", "accept", "revert"):
        assert (await browser.send("/desk/training", step=step)).status_code == 403


async def test_a_training_is_requested_done_elsewhere_and_seen_on_the_page(
    browser: Browser, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await browser.sign_in()
    assert CliRunner().invoke(main, ["train", "--requested"]).exit_code == 0, "nothing was requested"
    assert (await browser.send("/desk/training", step="train")).status_code == 302
    assert "It has not begun" in (await browser.get("/desk/training")).text
    assert (await browser.send("/desk/training", step="train")).status_code == 409
    seen = []

    def train(session: Any, gold: Any, step: Any) -> int:
        step("learns areas and priorities")
        seen.append(request.state(folder))
        return 0

    monkeypatch.setattr(training, "_train", train)
    assert CliRunner().invoke(main, ["train", "--requested"]).exit_code == 0
    [state] = seen
    assert (state["state"], state["step"], state["who"]) == (
        request.RUNNING,
        "learns areas and priorities",
        "Ana Reader",
    )
    assert request.state(folder)["outcome"] == request.DONE
    assert "Train a new candidate" in (await browser.get("/desk/training")).text


def test_a_file_that_is_lost_ends_the_training_and_not_only_this_try(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def lost(*_: Any) -> Iterator[None]:
        raise ValueError("staff.db is lost")
        yield

    request.request(folder, "Ana Reader", NOW)
    monkeypatch.setattr(training, "private_files", lost)
    with pytest.raises(ValueError, match="is lost"):
        training._train_requested(cast(Any, None), None)
    assert request.state(folder)["outcome"] == "staff.db is lost"
    assert not (folder / request.REQUEST).exists()


def test_an_error_and_a_kill_are_told_apart(folder: Path) -> None:
    request.request(folder, "Ana Reader", NOW)
    with pytest.raises(ValueError, match="too few"), request.requested(folder):
        raise ValueError("too few labels")
    assert request.state(folder)["outcome"] == "too few labels"
    request.request(folder, "Ana Reader", NOW)
    with pytest.raises(KeyboardInterrupt), request.requested(folder):
        raise KeyboardInterrupt
    assert request.state(folder)["state"] == request.KILLED
    request.request(folder, "Ana Reader", NOW)
    (folder / request.REQUEST).write_text("{", "utf-8")
    with request.requested(folder) as step:
        assert step is None
    assert not (folder / request.REQUEST).exists(), "or it would be tried forever"
    request.request(folder, "Ana Reader", NOW)
    with request.requested(folder) as first, request.requested(folder) as second:
        assert first
        assert second is None, "it was taken"
    assert request.state(folder)["state"] == request.ENDED
