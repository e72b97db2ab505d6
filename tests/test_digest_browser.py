"""The digest's pages and the mail itself in a real Chromium: axe in both themes, 320 and 700 pixels, pictures in ci-output/."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from digest_fixtures import FIRST, FIRST_DAY, HEAD, corpus, reader
from site_corpus import TODAY, serving
from test_browser import AXE, PICTURES, chromium, pytestmark  # noqa: F401  (the mark skips where there is no browser)

import serve
from digest import service
from digest.issues import editing, issues
from digest.subscribers.preferences import Preferences
from digest.subscribers.subscribers import subscribe
from digest.subscribers.tokens import Links
from settings import Configuration
from store.connect import open_mail

THEMES = ("light", "dark")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Names of pages -> addresses on a running site with one public issue, one reader and one who has yet to confirm."""
    folder = tmp_path_factory.mktemp("digest")
    config = Configuration(data=folder, site=HEAD.site, mail_from=HEAD.sender)
    corpus_file = corpus(folder)
    db = open_mail(config.mail)
    person = reader(db, "reader@example.org", Preferences(areas=("broadband",), searches=("hotspots",)))
    subscribe(db, "new@example.org", Preferences(), now=FIRST)
    waiting = next(db.query("select handle, nonce from subscribers where state = 'pending'"))
    with closing(service.corpus(corpus_file)) as source:
        issue = issues.prepare(db, source, list_="public", frequency="weekly", now=FIRST, day=FIRST_DAY)
    editing.write_note(
        db, issue.id, "The E-Rate comment period is the one to act on this week.\n\nOur draft is on its way."
    )
    issues.release(db, issues.load(db, issue.id), now=FIRST)
    mails = {
        f"mail-{language}": service.preview(db, config, issue.id, language=language, areas=())
        for language in ("en", "es")
    }
    for name, html in mails.items():
        (folder / f"{name}.html").write_text(html, encoding="utf-8")
    links = Links.of(db)
    db.close()
    for root in serving(serve.build(corpus_file, today=TODAY, mail=config)):
        yield {
            "subscribe": f"{root}/subscribe",
            "confirm": f"{root}/subscribe/confirm/{links.confirm(waiting['handle'], waiting['nonce'])}",
            "manage": f"{root}/subscribe/manage/{links.manage(person.handle)}",
            "leave": f"{root}/subscribe/leave/{links.leave(person.handle)}",
            "old-link": f"{root}/subscribe/confirm/{links.confirm('nobody', 'x')}",
            "archive": f"{root}/digest",
            "issue": f"{root}/digest/{issue.id}",
            "issue-es": f"{root}/digest/{issue.id}?language=es",
            **{name: (folder / f"{name}.html").as_uri() for name in mails},
        }


def opened(chromium, url: str, **options):
    context = chromium.new_context(**({"viewport": {"width": 1100, "height": 900}} | options))
    page = context.new_page()
    page.goto(url)
    return page


NAMES = ("subscribe", "confirm", "manage", "leave", "old-link", "archive", "issue", "issue-es", "mail-en", "mail-es")


def violations(page) -> list[tuple[str, str]]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    return [(rule["id"], rule["nodes"][0]["html"][:200]) for rule in page.evaluate("axe.run(document)")["violations"]]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing(chromium, world: dict[str, str], name: str, theme: str) -> None:
    with closing(opened(chromium, world[name], color_scheme=theme)) as page:
        # A mail is shown inside the page of a mail program, which brings the landmarks.
        found = [
            each
            for each in violations(page)
            if not (name.startswith("mail") and each[0] in ("region", "landmark-one-main"))
        ]
        assert found == []
        PICTURES.mkdir(exist_ok=True)
        page.screenshot(path=PICTURES / f"digest-{name}-{theme}.png", full_page=True)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", [320, 700])
@pytest.mark.parametrize("name", ["mail-en", "mail-es", "issue", "subscribe"])
def test_nothing_scrolls_sideways(chromium, world: dict[str, str], name: str, width: int, theme: str) -> None:
    view = {"width": width, "height": 900}
    with closing(opened(chromium, world[name], color_scheme=theme, viewport=view)) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.screenshot(path=PICTURES / f"digest-{name}-{width}-{theme}.png", full_page=True)


def test_the_mail_loads_nothing(chromium, world: dict[str, str]) -> None:
    asked: list[str] = []
    context = chromium.new_context()
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(world["mail-en"])
    assert asked == [world["mail-en"]]
    context.close()


def test_the_mail_survives_a_program_that_drops_its_style_sheet(
    chromium, world: dict[str, str], tmp_path: Path
) -> None:
    import re

    html = Path(world["mail-en"].removeprefix("file://")).read_text(encoding="utf-8")
    bare = tmp_path / "bare.html"
    bare.write_text(re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL), encoding="utf-8")
    with closing(opened(chromium, bare.as_uri(), viewport={"width": 320, "height": 900})) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        assert page.evaluate("getComputedStyle([...document.querySelectorAll('h2')].pop()).color") == "rgb(13, 85, 103)"


def test_subscribing_by_keyboard_without_script(chromium, world: dict[str, str]) -> None:
    with closing(opened(chromium, world["subscribe"], java_script_enabled=False)) as page:
        page.get_by_label("Your email address").fill("keys@example.org")
        page.get_by_text("Policy areas all").press("Enter")
        page.get_by_label("Broadband").press("Space")
        page.get_by_role("button", name="Count again").press("Enter")
        page.get_by_text("policy areas: Broadband").wait_for()
        page.get_by_role("button", name="Subscribe").press("Enter")
        page.get_by_role("heading", name="Check your email").wait_for()
