"""LegiScan's weekly datasets: all bills of a session in one ZIP, which comes as base64 inside JSON.

LegiScan's API Crash Course says what a dataset holds: the getBill, getRollCall and getPerson answers of a session, made
anew each Sunday. That its address wants the `access_key` of the list of datasets, and how it is packed, follows what the
clients fanghuiz/legiscanrr and silas-wunder/LegiScan do.
"""

from __future__ import annotations

import base64
import binascii
import io
import zipfile
from collections.abc import Iterator
from typing import Any

from crawlers.items import Unreadable
from crawlers.parsers.archive import DAMAGE, unpacked
from crawlers.parsers.json_reader import read_json, readable
from crawlers.parsers.legiscan import Record


def access_key(rows: Any, session_id: int) -> str | None:
    """What getDataset wants beside the session's number; None where the session has no dataset yet.

    Raises:
        Unreadable: not a list of datasets.
    """
    with readable("a list of datasets", Unreadable):
        return next((str(row["access_key"]) for row in rows if int(row["session_id"]) == session_id), None)


def archive_of(dataset: Any) -> zipfile.ZipFile:
    """The ZIP of a getDataset answer.

    Raises:
        Unreadable: it holds none, or one that was cut off or garbled.
    """
    with readable("a dataset", Unreadable):
        packed = dataset["zip"]
        if not isinstance(packed, str):
            raise Unreadable("a dataset without a ZIP file")
    try:
        return zipfile.ZipFile(io.BytesIO(base64.b64decode(packed, validate=True)))
    except (*DAMAGE, binascii.Error) as error:
        raise Unreadable(f"a dataset that is not a ZIP file: {error}") from error


def bills(archive: zipfile.ZipFile) -> Iterator[Record]:
    """The bills of a dataset as getBill gives them, one after the other; its files that cannot be read are passed over."""
    for info in archive.infolist():
        if "/bill/" not in info.filename or not info.filename.endswith(".json"):
            continue  # people, roll calls, the dataset's own hash
        try:
            answer = read_json(unpacked(archive, info) or b"")
        except (*DAMAGE, Unreadable):
            continue
        if isinstance(answer, dict) and isinstance(answer.get("bill"), dict):
            yield answer["bill"]
