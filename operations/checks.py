"""Is the project in order: every source has its spider and recordings, every file of data can be read, no database is damaged."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from crawlers.sources import load_sources
from operations import integrity
from settings import CHECKOUT, ROOT, Configuration
from store.data_folder import damage, present
from text.yaml_config import mistakes


def check_project(root: Path = ROOT) -> list[str]:
    """What is missing or wrong in the files people keep, one sentence each."""
    from operations.rule_files import LOADERS
    from positions.catalog.catalog import check

    problems = []
    for name in load_sources():
        recorded = (f"tests/sources/{name}/expected.json", f"the first run of tests/test_{name}.py writes it")
        kept = (recorded, (f"docs/sources/{name}.md", "describe the source")) if CHECKOUT else ()
        for needed, how in ((f"crawlers/spiders/{name}.py", "write the spider"), *kept):
            if not (root / needed).exists():
                problems.append(f"crawlers/sources.yml: {name}: {needed} is missing: {how}")
    for spider in sorted((root / "crawlers/spiders").glob("[!_]*.py")):
        if spider.stem not in load_sources():
            problems.append(f"{spider.relative_to(root)}: has no entry in crawlers/sources.yml")
    if (root / "datasette/__init__.py").exists():
        problems.append("datasette/__init__.py: must not exist, it hides the real package")
    return problems + mistakes(LOADERS) + check() + _issues()


def _issues() -> list[str]:
    """What the issues of the site name in vain; nothing where a file that this rests on cannot be read, which is told already."""
    from classify.areas import load_areas
    from pages.browse import trackers
    from positions.catalog.catalog import HOME, load_catalog

    try:
        ours = load_catalog(HOME)  # the file names positions of the catalog beside it, whichever is in force
        positions = {each.id for each in (*ours.positions, *ours.unlisted)}
        return trackers.problems(positions, {area.id for area in load_areas().areas})
    except ValueError:
        return []


def check_data(config: Configuration, now: str) -> list[str]:
    """Problems found in the data folder's databases: damage, and a search index that differs from the documents.

    What is found in each file is kept for the site's health.
    """
    problems = []
    for path in present(config.data):
        found = damage(path)
        integrity.record(config.data, path.name, found[0] if found else None, now=now)
        problems += found
        if path != config.corpus and path.stat().st_mode & 0o077:
            problems.append(f"{path}: others on this machine can read it: chmod 600 {path}")
    if config.corpus.exists() and not problems:
        with closing(sqlite3.connect(config.corpus, timeout=10)) as db:
            try:
                db.execute("insert into documents_fts (documents_fts, rank) values ('integrity-check', 1)")
            except sqlite3.DatabaseError as error:
                problems.append(
                    f"{config.corpus}: the search index differs from the documents ({error}): infopolicy rebuild"
                )
    return problems
