"""Scrapy's settings for one run: those of crawlers/settings.py, laid over with a data folder and a mirror; and its spiders."""

from __future__ import annotations

from typing import Any

from scrapy import Spider
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader

from settings import Configuration


def scrapy_settings(config: Configuration, **more: Any) -> Settings:
    """The settings for a data folder and a mirror; `more` are Scrapy's own names and win."""
    found = Settings()
    found.setmodule("crawlers.settings", priority="project")
    ours = {
        "INFOPOLICY_MIRROR": config.mirror,
        "INFOPOLICY_DATA": str(config.data),
        "INFOPOLICY_CORPUS": str(config.corpus),
        "INFOPOLICY_OPS": str(config.ops),
        "INFOPOLICY_WORKERS": config.workers,
        "INFOPOLICY_TERMS_VERSIONS": config.terms_versions,
    }
    found.update(ours | more, priority="cmdline")
    return found


def spider_class(name: str) -> type[Spider]:
    """The spider of a source.

    Raises:
        KeyError: there is none of that name.
    """
    found = Settings()
    found.setmodule("crawlers.settings", priority="project")
    return SpiderLoader.from_settings(found).load(name)
