"""Pages of this site that answer some questions better than a list of documents: when the hearings are, who my senator is."""

from __future__ import annotations

import re

from pages.browse.names import question_data
from pages.browse.translated import Lead
from pages.http.language import _


def asked(query: str) -> list[Lead]:
    """The pages whose words (``site_pages`` of question_words.yml) a search has, to offer above what it finds."""
    words = " ".join(re.findall(r"[^\W_]+", query.casefold()))
    return [
        Lead(_(page["title"]), href)
        for href, page in question_data()["site_pages"].items()
        if any(f" {each} " in f" {words} " for each in page["asked"])
    ]
