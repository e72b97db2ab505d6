"""How the site starts: what it refuses to serve, and what it says of a port that is taken."""

from __future__ import annotations

from pathlib import Path

import pytest
from site_corpus import TODAY, build

import serve
from commands.session import Stop, plain_errors
from pages.site_files import LOADERS
from text.yaml_config import read_yaml


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("site"))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("corpus.db", None, "infopolicy crawl"),
        ("corpus.db", b"this is no database at all, only words" * 50, "cannot be read"),
        ("corpus.db", b"", "infopolicy publish"),
        ("staff.db", b"", "must be called corpus.db"),
    ],
)
def test_a_corpus_that_cannot_be_served_is_told_plainly(
    tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(serve.CannotServe, match=words):
        serve.build(tmp_path / name)


def test_a_site_with_a_broken_file_of_words_does_not_start_and_names_it(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "glossary.yml"
    file.write_text("statuses:\n  a: [b\n", encoding="utf-8")
    monkeypatch.setitem(LOADERS, "datasette/glossary.yml", lambda: read_yaml(file))
    with pytest.raises(serve.CannotServe, match=r"glossary\.yml:3: is not readable YAML"):
        serve.build(corpus)


async def test_a_notice_stands_on_every_page(corpus: Path) -> None:
    noticed = serve.build(corpus, today=TODAY, notice="This is a <sample>.")
    for path in ("/", "/browse", "/corpus/documents"):
        assert "This is a &lt;sample&gt;." in (await noticed.client.get(path)).text


def test_a_taken_port_is_told_plainly(corpus: Path) -> None:
    taken = serve._listen("127.0.0.1", 0)
    taken.listen()
    port = taken.getsockname()[1]
    try:
        with pytest.raises(serve.CannotServe, match=f"port {port} is taken"):
            serve.run(corpus, "127.0.0.1", port)
        with pytest.raises(Stop) as stopped, plain_errors():
            serve.run(corpus, "127.0.0.1", port)
        assert str(stopped.value).startswith(f"port {port} is taken"), "and nothing about the data folder"
        assert str(stopped.value).endswith(f"`--port {port + 1}`")
    finally:
        taken.close()
