"""Fuzz targets for what people hand in: trackers' workbooks and CSV, proposals for the catalog, forms with files, addresses."""

from __future__ import annotations

import functools
import io
import json
import logging
import random
import zipfile
from typing import Any
from unittest import mock

import desk_fixtures
import xlsxwriter
import yaml
from desk_fixtures import NOW, open_desk, person
from fuzz_local import change_yaml, folder, some_positions
from fuzz_targets import Target
from fuzzing import change_bytes, change_json, change_text, change_tree, change_xml
from openpyxl import Workbook
from site_corpus import BROADBAND

from desk.intake import catalog_patch, importing, proposals, tracker, workbook
from desk.intake.catalog_patch import CannotAmend
from desk.intake.proposals import BadProposal
from desk.reviews import bulk, reviews
from desk.reviews.reviews import EditConflict
from desk.reviews.subjects import BadVerdict
from desk.web import request_parsing
from desk.web.errors import HTTPError
from desk.web.request_parsing import Upload
from pages.people import geocoder
from positions.catalog import catalog
from positions.catalog.yaml_file import BadFile


@functools.cache
def _desk() -> Any:
    """staff.db with corpus.db attached, open for as long as this process."""
    place = folder() / "handed-in"
    place.mkdir()
    return open_desk(desk_fixtures.build(place))


# --------------------------------------------------------------------- trackers

_SHEET = (
    ("State", "Session", "Bill number", "Position", "Notes", "Link"),
    ("Federal", "117th Congress", "H.R. 1783", "Support", "Ask the whip", ""),
    ("", "", "", "Monitor", "", "https://www.federalregister.gov/documents/2022/03/02/2022-04567/hotspots"),
    ("US", 117, "S. 42", "oppose", "=1+1", None),
    ("TX", "2021-22", "HB 1", 2.5, True, "https://example.org/x"),
)


def workbooks() -> tuple[bytes, ...]:
    """The same small tracker as two programs write it: with shared texts and styles, and with its texts in the cells."""
    book, first = Workbook(), io.BytesIO()
    for line in _SHEET:
        book.active.append(line)
    book.create_sheet("Other").append(["x"])
    book.save(first)
    second = io.BytesIO()
    with xlsxwriter.Workbook(second, {"constant_memory": True, "in_memory": True}) as other:
        sheet = other.add_worksheet("Rows")
        for number, line in enumerate(_SHEET):
            sheet.write_row(number, 0, [value if value is not None else "" for value in line])
    return first.getvalue(), second.getvalue()


def change_workbook(body: bytes, rng: random.Random) -> bytes:
    """The bytes of the ZIP, or the XML of one of its parts changed, the rest packed again as it was."""
    if rng.random() < 0.25:
        return change_bytes(body, rng)
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    # The sheet and its texts are what is read most.
    likely = [name for name in parts if "sheet1" in name or "sharedStrings" in name]
    name = rng.choice(likely if rng.random() < 0.6 else list(parts))
    way = rng.random()
    if way < 0.75:
        parts[name] = change_xml(parts[name], rng)
    elif way < 0.85:
        parts[name] = change_text(parts[name].decode(), rng).encode("utf-8", "replace")
    elif way < 0.93:
        del parts[name]
    else:
        parts[name] = parts[rng.choice(list(parts))]
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as made:
        for each, content in parts.items():
            made.writestr(each, content)
    return target.getvalue()


def change_csv(body: bytes, rng: random.Random) -> bytes:
    if rng.random() < 0.3:
        return change_bytes(body, rng)
    text = body.decode()
    for _ in range(rng.randint(1, 4)):
        text = change_text(text, rng)
    return text.encode(rng.choice(("utf-8", "utf-8-sig", "utf-16", "cp1252")), "replace")


def _tracker(body: bytes) -> None:
    """Read within its limits, and every row of the preview says what it is; nothing is written."""
    # Here in this process: to start one for each input would leave time for few.
    with mock.patch.object(workbook, "read", workbook.lines_of):
        read = tracker.read(Upload("tracker", body))
    assert 0 < len(read.rows) <= tracker.MOST_ROWS
    for row in read.rows:
        for value in (*row.cells.values(), *read.headers.values()):
            value.encode()
            assert len(value) <= tracker.LONGEST_CELL + 1
    for shown in importing.preview(_desk(), person(_desk()), read.rows[:20]):
        assert shown.state in importing.STATES
        for _, token in shown.choices:
            assert importing.Taken.of(token).token == token


_CSV = "\n".join(",".join(str(cell or "") for cell in line) for line in _SHEET).encode()
_LINES = (
    json.dumps([2, BROADBAND, "support", "Ask the whip", 0]).encode(),
    json.dumps([BROADBAND, "area:broadband", "confirm", None, 0]).encode(),
    json.dumps([BROADBAND, "stance", "confirm", "oppose", 0]).encode(),
)


def _form_line(body: bytes) -> None:
    """What the hidden fields of the preview and of the queue carry back: taken as it was made, or refused."""
    text = body.decode("utf-8", "replace")
    db = _desk()
    for read in (importing.Taken.of, bulk._verdict):
        try:
            made = read(text)
            if read is bulk._verdict:
                reviews.record(db, person(db), [made], now=NOW, batch="x")
        except (ValueError, BadVerdict, EditConflict):
            continue


# --------------------------------------------------------------------- proposals

_POSITION = some_positions()


def _proposal_seed() -> bytes:
    first = yaml.load(_POSITION, Loader=yaml.CSafeLoader)[0]["id"]
    typed = {"statement": "People may read without being watched.", "rationale": "Because reading is private."}
    new = typed | {
        "document": "Resolution on reading",
        "body": "ALA Council",
        "adopted": "2022-01-25",
        "confidence": "verified",
    }
    wording = {"position": first, "kind": "wording", "typed": typed, "file": _POSITION.decode()}
    return json.dumps([wording, wording | {"kind": "version", "typed": new}]).encode()


def proposal_seeds() -> tuple[bytes, ...]:
    return tuple(json.dumps(each).encode() for each in json.loads(_proposal_seed()))


def change_proposal(body: bytes, rng: random.Random) -> bytes:
    """What was typed changed, or the lines of the file as another hand would have written them."""
    asked = json.loads(body)
    if rng.random() < 0.5:
        asked["typed"] = change_tree(asked["typed"], rng)
    else:
        asked["file"] = change_yaml(asked["file"].encode(), rng).decode("utf-8", "replace")
    return json.dumps(asked).encode()


def _proposal(body: bytes) -> None:
    """A change says what was typed and leaves every other position as it was, or it is refused in a sentence."""
    try:
        asked = json.loads(body)
        typed = {name: value for name, value in asked["typed"].items() if isinstance(value, str)}
        file, key, kind = asked["file"].encode("utf-8", "surrogatepass"), asked["position"], asked["kind"]
    except (ValueError, TypeError, AttributeError, KeyError):
        return
    home = folder() / "proposed" / "catalog"
    home.mkdir(parents=True, exist_ok=True)
    (home / "privacy.yml").write_bytes(file)
    if (position := proposals.position_of(key, home)) is None:
        return
    change = proposals.change_of(position, kind, typed)
    made = catalog_patch.outcome(change, home)
    if made.problems:
        return
    before = catalog.load_catalog(home)
    (home / "privacy.yml").write_text(catalog_patch.amended((home / "privacy.yml").read_text("utf-8"), change), "utf-8")
    after = catalog.load_catalog(home)
    if "statement" in change.values:
        assert after.by_id[key].statement == change.values["statement"]
    others = [[each for each in found.positions if each.id != key] for found in (before, after)]
    assert others[0] == others[1], "another position was changed too"


# --------------------------------------------------------------------- forms with a file

_PART = (
    b'--=b\r\nContent-Disposition: form-data; name="step"\r\n\r\nread\r\n'
    b'--=b\r\nContent-Disposition: form-data; name="file"; filename="tracker.csv"\r\nContent-Type: text/csv\r\n\r\n'
    b"a,b\r\n--=b--\r\n"
)


def _multipart(body: bytes) -> None:
    logging.getLogger("python_multipart").setLevel(logging.CRITICAL)  # it logs every broken byte
    kind, _, sent = body.partition(b"\n")
    form = request_parsing.parse_form(sent, kind.decode("latin-1"))
    for name, values in form.values.items():
        "".join((name, *values)).encode("utf-8", "surrogatepass")
    assert all(len(each.name) <= 200 for each in form.files.values())


_PLACE = {"addressComponents": {"state": "OH"}, "geographies": {"119th Congressional Districts": [{"BASENAME": "4"}]}}
_PLACES = json.dumps({"result": {"addressMatches": [_PLACE, _PLACE]}}).encode()


def _geocoder(body: bytes) -> None:
    for seats in geocoder.read(body):
        assert len(seats.state) == 2
        assert seats.congress is None or 0 <= seats.congress <= 99


def handed_in() -> tuple[Target, ...]:
    kinds = (b"multipart/form-data; boundary==b\n", b'multipart/form-data; boundary="=b"\n')
    return (
        Target("workbook", workbooks(), change_workbook, _tracker, (tracker.BadTracker,)),
        Target("tracker_csv", (_CSV, _CSV.replace(b",", b";")), change_csv, _tracker, (tracker.BadTracker,)),
        Target("geocoder", (_PLACES,), change_json, _geocoder, (geocoder.NoAnswer,)),
        Target("form_lines", _LINES, change_json, _form_line, ()),
        Target("proposal", proposal_seeds(), change_proposal, _proposal, (BadFile, BadProposal, CannotAmend)),
        Target("multipart", tuple(kind + _PART for kind in kinds), change_bytes, _multipart, (HTTPError,)),
    )
