"""What other sites may take: a frame that stays up to date, and a card of plain HTML with its date."""

from __future__ import annotations

from markupsafe import Markup, escape


def frame(address: str, title: str, height: int = 560) -> str:
    """The HTML that shows the page at an address in a frame."""
    return (
        f'<iframe src="{escape(address)}" title="{escape(title)}" width="100%" height="{height}" loading="lazy" '
        'style="border:0"></iframe>'
    )


def plain_card(address: str, title: str, said: str) -> str:
    """The same numbers as HTML without a frame or script; ``said`` may have markup, which is taken out."""
    text = " ".join(Markup(said).striptags().split())
    return f'<p><a href="{escape(address)}">{escape(title)}</a>: {escape(text)}</p>'
