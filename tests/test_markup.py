"""What a bill adds and strikes, read from every kind of marking; hostile files; the recorded versions."""

from __future__ import annotations

import pytest
from pdf_writer import line, pdf, words

from crawlers.items import Unreadable, clean
from crawlers.markup import pixels
from crawlers.markup.formats import hosts, read
from crawlers.markup.limited import read_limited
from crawlers.markup.marked_text import ADDED, STRUCK, MarkedText


def shown(text: MarkedText) -> str:
    """The text with +added+ and -struck- words."""
    pieces, last = [], 0
    for start, end, mark in text.marks:
        sign = {ADDED: "+", STRUCK: "-"}[mark]
        pieces += [text.text[last:start], sign, text.text[start:end], sign]
        last = end
    return "".join([*pieces, text.text[last:]])


def page(host: str, body: str, charset: str = "utf-8") -> str:
    text = read(body.encode(charset), hosts()[host].kinds["html"])
    assert clean(text.text) == text.text
    return shown(text)


# --------------------------------------------------------------------- HTML


@pytest.mark.parametrize(
    ("style", "right"),
    [("", 35.85), ("font-size:9.75pt", 35.85), ("font-size:4.875pt", 17.925), ("font-size:20pt", 35.85)],
)
def test_a_word_that_is_placed_by_pixel_is_as_wide_as_its_letters(style: str, right: float) -> None:
    word = f"<span class='t' style='left:100px;{style}'>shall</span>"
    [sheet] = pixels.sheets(f"<html><body><div class='p'><span style='top:50px'>{word}</span></div></body></html>")
    [glyph] = sheet.glyphs
    assert (glyph.text, glyph.left, glyph.right - glyph.left) == ("shall", 100, pytest.approx(right))


def test_underlined_is_added_and_a_line_through_is_struck() -> None:
    body = (
        '<body><p>A library <span style="text-decoration:underline">shall</span> '
        '((<span style="text-decoration:line-through;">may (6)</span>)) lend.</p></body>'
    )
    assert page("lawfilesext.leg.wa.gov", body) == "A library +shall+ -may (6)- lend."


def test_a_control_character_between_spaces_leaves_one_space() -> None:
    body = "<body><p>A library <u>\x07 shall </u> \x07 lend.</p></body>"
    assert page("data.capitol.hawaii.gov", body) == "A library +shall+ lend."


def test_brackets_around_struck_words_go_and_brackets_of_the_law_stay() -> None:
    body = "<body><p>The [<s>clerk [of court]</s>] <u>librarian</u> keeps records [in paper].</p></body>"
    assert page("data.capitol.hawaii.gov", body) == "The -clerk [of court]- +librarian+ keeps records [in paper]."


def test_a_struck_phrase_may_open_its_bracket_at_each_line() -> None:
    rows = ("may [<s>sell or </s>", "<s>give</s>] <u>lend</u> books.")
    body = "<body><table>" + "".join(f"<tr><td>&#xA0;</td><td>{row}</td></tr>" for row in rows) + "</table></body>"
    assert page("capitol.texas.gov", body) == "may -sell or give- +lend+ books."


def test_bold_brackets_alone_strike_and_raised_numbers_are_no_text() -> None:
    body = (
        "<body><p>a <b>[</b>county<b>]</b> <u>public</u><b><sup> 1</sup></b><b>[</b><u>state</u><b>]</b> library [sic]</p>"
        "<p>STATEMENT</p><p>See <u>Doe v. Roe</u>.</p></body>"
    )
    assert page("pub.njleg.state.nj.us", body, "cp1252").startswith(
        "a -county- +public+ -state- library [sic]\nSTATEMENT\n"
    )
    assert "+Doe" not in page("pub.njleg.state.nj.us", body, "cp1252")


def test_brackets_of_any_style_strike_where_struck_text_is_plain() -> None:
    body = (
        '<body><div id="draftOverlay"><pre><p><span class=unselectable>01</span> a <B><U>school</U></B> [PUBLIC]\n'
        "<span class=unselectable>02</span> library</p></pre></div></body>"
    )
    assert page("www.akleg.gov", body) == "a +school+ -PUBLIC- library"


def test_classes_of_a_style_sheet_in_the_page() -> None:
    body = (
        "<head><style>.cs1{color:#000;text-decoration: underline;} span.scstrike{text-decoration:line-through}</style></head>"
        "<body><p>May <span class='cs1'>not</span> <span class='scstrike'>ever</span> sell data.</p></body>"
    )
    assert page("www.scstatehouse.gov", body) == "May +not+ -ever- sell data."


def test_struck_words_that_the_page_hides_are_read() -> None:
    body = (
        "<body><p>The <b>&nbsp;*&nbsp;*&nbsp;*</b><s><span style='display:none'>old board</span></s> <u>director</u> decides.</p>"
        "<p><u>SECTION 2.</u> A new section.</p></body>"
    )
    assert (
        page("billstatus.ls.state.ms.us", body, "cp1252")
        == "The -old board- +director+ decides.\nSECTION 2. A new section."
    )


def test_words_for_screen_readers_and_the_key_are_no_text() -> None:
    body = (
        '<body><div>KEY: <s>stricken</s></div><div id="document"><p><span class="sr-only">new text begin </span>'
        '<ins style="text-decoration: underline">(2)</ins><span class="sr-only">new text end </span> books</p></div></body>'
    )
    assert page("www.revisor.mn.gov", body) == "+(2)+ books"


def test_lines_of_preformatted_text_lose_their_numbers() -> None:
    body = (
        '<body><pre>   12  a <u class="Insert">school</u> <s class="Remove">public</s>\n'
        '   13  <u class="Insert">library</u> may\n   14         (b)\u2003lend</pre></body>'
    )
    assert page("flsenate.gov", body) == "a +school+ -public- +library+ may\n(b) lend"


def test_words_and_lines_placed_by_pixel() -> None:
    body = (
        "<html><body><div class='p'><span class='t' style='top:57px;'>"
        "<span class='t' style='left:100px;'>may</span><span class='t' style='left:129px;'>shall</span>"
        "<span class='t' style='left:172px;'>lend</span></span>"
        "<span class='l' style='left:100px;top:65px;width:22px;'></span>"
        "<span class='l' style='left:129px;top:71px;width:36px;'></span></div></body></html>"
    )
    assert page("www.legis.iowa.gov", body) == "-may- +shall+ lend"


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b"\xef\xbb\xbf<body><p>reader\xe2\x80\x99s</p></body>", None),
        (b"<body><p>reader\xe2\x80\x99s</p></body>", "utf-8"),
        (b"<body><p>reader\x92s</p></body>", None),
        (b"<body><p>reader\x92s</p></body>", "no-such-charset"),
    ],
)
def test_charsets(body: bytes, named: str | None) -> None:
    assert read(body, hosts()["www.wvlegislature.gov"].kinds["html"], named).text == "reader’s"


# --------------------------------------------------------------------- XML


def test_xml_that_names_a_wrong_encoding() -> None:
    body = (
        b'<?xml version="1.0" encoding="UTF-16"?><leg><info>x</info><section><secline>Section 1. <bold>Fees.</bold></secline>'
        b'<subsection><display>(1)</display>A library <amendoutstart/><amend ea="erase" style="2">shall</amend><amendoutend/>'
        b'<amend ea="amend" space="true">may</amend>charge.</subsection></section></leg>'
    )
    assert (
        shown(read(body, hosts()["le.utah.gov"].kinds["xml"]))
        == "Section 1. Fees.\n(1) A library -shall- +may+ charge."
    )


# --------------------------------------------------------------------- PDF


def test_lines_below_and_through_words_of_a_pdf() -> None:
    body = pdf(
        words("1", 40, 700) + words("A library may", 72, 700) + line(72 + 60, 700, 3, through=True)
        + words("shall lend", 72 + 84, 700) + line(72 + 84, 700, 5, through=False)
        + words("2", 40, 688) + words("books.", 72, 688) + words("3", 40, 676) + words("(b) The end.", 84, 676),
    )  # fmt: skip
    assert shown(read(body, hosts()["ndlegis.gov"].kinds["pdf"])) == "A library -may- +shall+ lend books.\n(b) The end."


def test_a_phrase_goes_on_over_the_page_without_header_and_foot() -> None:
    def sheet(number: int, text: str) -> str:
        return (
            words(f"AS INTRODUCED Page {number} of 2", 72, 760)
            + words(text, 72, 700)
            + line(72, 700, len(text), through=False)
            + words("LC 4711", 300, 30)
        )

    found = read(
        pdf(sheet(1, "the readers of"), sheet(2, "any library.")), hosts()["legislature.vermont.gov"].kinds["pdf"]
    )
    assert shown(found) == "+the readers of any library.+"


def test_colors_tell_added_words_from_headings() -> None:
    body = pdf(
        words("Introduced By:", 72, 700) + line(72, 700, 14, through=False)
        + words("may", 72, 680, color="0 0 1") + line(72, 680, 3, through=False)
        + words("shall", 96, 680, color="1 0 0") + line(96, 680, 5, through=True)
    )  # fmt: skip
    assert shown(read(body, hosts()["webserver.rilegislature.gov"].kinds["pdf"])) == "Introduced By: +may+ -shall-"


def test_struck_brackets_and_bold_italic_additions() -> None:
    body = pdf(
        words("[judge]", 72, 700) + line(72, 700, 7, through=True)
        + words("person", 120, 700, font="F3") + line(120, 700, 6, through=False)
    )  # fmt: skip
    assert shown(read(body, hosts()["apps.legislature.ky.gov"].kinds["pdf"])) == "-judge- +person+"


def test_words_divided_at_the_end_of_a_line() -> None:
    body = pdf(words("the direc-", 72, 700) + words("tor of the library", 72, 688))
    assert read(body, hosts()["legislature.idaho.gov"].kinds["pdf"]).text == "the director of the library"


# --------------------------------------------------------------------- hostile and damaged files


def test_read_in_a_process_of_its_own() -> None:
    text, marks = read_limited(pdf(words("may", 72, 700) + line(72, 700, 3, through=True)), "ndlegis.gov", "pdf")
    assert (text, marks) == ("may", [(0, 3, STRUCK)])


@pytest.mark.parametrize(
    ("host", "kind", "body", "problem"),
    [
        ("ndlegis.gov", "pdf", b"%PDF-1.4\nnothing", "damaged"),
        ("ndlegis.gov", "pdf", b"", "damaged"),
        ("ndlegis.gov", "pdf", pdf(""), "without words"),
        ("www.nmlegis.gov", "html", b"", "not a page of HTML"),
        ("www.revisor.mn.gov", "html", b"<body><p>Maintenance</p></body>", "nothing at #document"),
        ("www.legis.iowa.gov", "html", b"<body><p>We will be back soon</p></body>", "without a word of a bill"),
        ("www.nmlegis.gov", "html", b"<body>" + b"<div>" * 5000 + b"x", "nested|without a word|damaged"),
        ("le.utah.gov", "xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "document type"),
        ("le.utah.gov", "xml", b"<leg><a>", "not XML"),
    ],
)
def test_a_damaged_file_is_one_clear_error(host: str, kind: str, body: bytes, problem: str) -> None:
    with pytest.raises(Unreadable, match=problem):
        read_limited(body, host, kind)


def test_a_file_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawlers.markup.limited.SECONDS", 0.01)
    with pytest.raises(Unreadable, match="more memory or time"):
        read_limited(pdf(words("x", 72, 700)), "ndlegis.gov", "pdf")


# --------------------------------------------------------------------- the recorded versions


def test_marked_words_of_the_recorded_versions() -> None:
    from benchmarks import state_texts

    if not (state_texts.UPSTREAM / "markup.jsonl").exists():
        pytest.skip("../shared is not there")
    totals = state_texts.marked(("mn", "nj", "ky", "tx", "ia"))
    for host, (same, either) in totals.items():
        assert same >= 0.98 * either, host
