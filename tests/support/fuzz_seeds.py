"""Answers that are put together from several recordings before they are spoilt."""

from __future__ import annotations

import io
import json
import zipfile

from conftest import bill_xml
from fuzz_targets import HERE, recordings

from crawlers.parsers import congress_gov


def congress_seeds() -> tuple[bytes, ...]:
    """A bill's answers put together in one, as the spider gathers them."""
    home = HERE / "sources/us_congress_api/api.congress.gov/v3/bill/119"
    found = []
    for bill in ("hr/1", "hr/22", "s/146"):
        whole = {"bill": json.loads((home / f"{bill}@format=json").read_bytes())["bill"]}
        for name, field in congress_gov.PARTS.items():
            path = home / bill / f"{name}@format=json&limit=250&offset=0"
            if path.exists():
                rows = json.loads(path.read_bytes())[field]
                whole[name] = rows["legislativeSubjects"] if isinstance(rows, dict) else rows
        found.append(json.dumps(whole).encode())
    return tuple(found)


def zip_seed() -> tuple[bytes, ...]:
    """A ZIP of nine records, packed and unpacked."""
    made = []
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", method) as archive:
            for number in range(9):
                archive.writestr(f"BILLSTATUS-117hr{number}.xml", bill_xml(number))
        made.append(target.getvalue())
    return tuple(made)


def dataset_seed() -> tuple[bytes, ...]:
    """The recorded bills of LegiScan in one ZIP, packed and unpacked."""
    bodies = recordings("us_states_legiscan/**/@*getBill*")
    made = []
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", method) as archive:
            for number, body in enumerate(bodies):
                archive.writestr(f"TX/2023-2024_88th_Legislature/bill/HB{number}.json", body)
        made.append(target.getvalue())
    return tuple(made)
