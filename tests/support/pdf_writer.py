"""Write small PDF files for tests: words and lines at given places of pages, in given fonts and colors."""

from __future__ import annotations

FONTS = {"F1": "Courier", "F2": "Courier-Bold", "F3": "Courier-BoldOblique"}
#: Of Courier: the width of every letter, in heights.
WIDTH = 0.6


def words(text: str, x: float, y: float, *, font: str = "F1", color: str = "0 0 0") -> str:
    """Drawing commands for words of 10 points; `color` is red, green and blue from 0 to 1."""
    escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT {color} rg /{font} 10 Tf {x} {y} Td ({escaped}) Tj ET\n"


def line(x: float, y: float, letters: int, *, through: bool) -> str:
    """A thin line below (or through) so many letters that begin at x on the baseline y."""
    return f"{x} {y + (2.5 if through else -1.5)} {letters * 10 * WIDTH} 0.5 re f\n"


def pdf(*pages: str) -> bytes:
    """A file of pages, each a string of drawing commands."""
    kids = " ".join(f"{3 + 2 * n} 0 R" for n in range(len(pages)))
    fonts = " ".join(f"/{key} << /Type /Font /Subtype /Type1 /BaseFont /{name} >>" for key, name in FONTS.items())
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode()]
    for n, page in enumerate(pages):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {4 + 2 * n} 0 R "
            f"/Resources << /Font << {fonts} >> >> >>".encode()
        )
        body = page.encode("latin-1")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(body), body))
    out, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        table,
        len(objects) + 1,
        len(out),
    )
