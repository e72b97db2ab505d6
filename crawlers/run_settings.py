"""Scrapy's settings for one run: those of crawlers/settings.py, laid over with a data folder and a mirror."""

from __future__ import annotations

from typing import Any

from scrapy.settings import Settings

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
