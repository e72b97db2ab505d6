"""Pages as companies publish their terms, written by us: frames, menus and cookie notices around a text that we know."""

from __future__ import annotations

from pathlib import Path

from crawlers.corp_pages import Page, load_pages
from crawlers.download.mirror import file_name

TEXT = (
    "Terms of the Reading Room",
    "Last updated: March 1, 2026",
    "1. Loans",
    "A library lends each copy to one reader at a time. A copy ends after 26 loans or two years, whichever comes first.",
    "You may not rent, lend, or sell a book to any third party.",
    "2. What we know about you",
    "We collect the titles you view and the search terms you enter.",
    "We do not sell your personal information.",
    "We may share your information with law enforcement if we believe in good faith that it prevents harm.",
    "3. Ending",
    "We may remove a title from your device when our license ends.",
    "You may not use the content to train an artificial intelligence model.",
)
NOISE = (
    "Browse titles", "Sign in", "Our careers", "We use cookies on this site. Accept all cookies", "Follow us everywhere",
    "Subscribe to our newsletter", "Copyright 2026 Reading Room Inc.",
)  # fmt: skip


def _frame(main: str, head: str = "") -> str:
    menu = "".join(f'<li><a href="/{n}">{words}</a></li>' for n, words in enumerate(NOISE[:3]))
    foot = "".join(f"<p>{words}</p>" for words in NOISE[4:])
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Reading Room</title>{head}'
        "<style>p {color: black}</style><script>var tracker = 'tracking words';</script></head><body>"
        f'<header><nav class="menu"><ul>{menu}</ul></nav></header>'
        f'<div id="cookie-banner" class="cookie">{NOISE[3]}</div>{main}'
        f'<footer class="footer"><div>{foot}</div></footer></body></html>'
    )


def _is_heading(words: str) -> bool:
    return len(words) < 40 and not words.endswith(".")


def article(text: tuple[str, ...] = TEXT) -> str:
    """Headings and paragraphs in one article."""
    parts = (f"<h2>{words}</h2>" if _is_heading(words) else f"<p>{words}</p>" for words in text)
    return _frame(f"<main><article>{''.join(parts)}</article></main>")


def soup(text: tuple[str, ...] = TEXT) -> str:
    """Divisions in divisions, without a single paragraph."""
    parts = "".join(f'<div class="row"><div class="col"><span>{words}</span></div></div>' for words in text)
    return _frame(f'<div class="wrapper"><div class="content">{parts}</div></div>')


def accordion(text: tuple[str, ...] = TEXT) -> str:
    """Sections that a reader must open: details and buttons."""
    parts, open_ = [], False
    for words in text:
        if _is_heading(words):
            parts.append(f"{'</div></details>' if open_ else ''}<details><summary>{words}</summary><div>")
            open_ = True
        else:
            parts.append(f"<p>{words}</p>")
    return _frame(f"<main>{''.join(parts)}</div></details></main>")


def table(text: tuple[str, ...] = TEXT) -> str:
    """A table of two columns, as privacy policies have them, and a list."""
    rows = "".join(f"<tr><td>{n}</td><td>{words}</td></tr>" for n, words in enumerate(text[2:8]))
    items = "".join(f"<li>{words}</li>" for words in text[8:])
    return _frame(f"<main><h1>{text[0]}</h1><p>{text[1]}</p><table>{rows}</table><ul>{items}</ul></main>")


def old(text: tuple[str, ...] = TEXT) -> str:
    """A page of twenty years ago: a table for the layout, lines by breaks."""
    menu = "<br>".join(f'<a href="/{n}">{words}</a>' for n, words in enumerate(NOISE[:3]))
    body = "<br><br>".join(f"<b>{words}</b>" if _is_heading(words) else words for words in text)
    return (
        "<html><head><title>Reading Room</title></head><body bgcolor=white><table width=100%><tr>"
        f"<td width=150>{menu}</td><td><font face=Arial>{body}</font></td></tr>"
        f"<tr><td colspan=2><center>{NOISE[6]}</center></td></tr></table></body></html>"
    )


FORMS = {"article": article, "soup": soup, "accordion": accordion, "table": table, "old": old}


def text_of(page: Page) -> tuple[str, ...]:
    """The text of a page, which names its service."""
    return (f"Terms of {page.service}", *TEXT[1:])


def write(folder: Path, count: int = 999, changed: str = "") -> None:
    """A mirror (HOST/PATH) of the first `count` pages that are read, in turn in all forms; `changed` words stand in each."""
    for n, page in enumerate([page for page in load_pages() if not page.not_read][:count]):
        form = list(FORMS.values())[n % len(FORMS)]
        text = text_of(page)
        put(folder, page, form((*text, changed) if changed else text))


def put(folder: Path, page: Page, html: str) -> None:
    path = folder / file_name(page.url)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(html, encoding="utf-8")
