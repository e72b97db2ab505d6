"""Send and receive messages between the site and its workers: JSON, because it can hold plain values only.

Bytes, the one kind of value of SQLite that JSON lacks, travel as an object; no other object is among the rows.
"""

from __future__ import annotations

import base64
import json
import socket
import struct
import time
from typing import Any

_HEAD = struct.Struct("!I")


def encode(value: Any) -> bytes:
    return _ENCODER.encode(value).encode("ascii")


def decode(data: bytes) -> Any:
    return json.loads(data, object_hook=_unwrap)


def _wrap(value: bytes) -> dict[str, str]:
    if not isinstance(value, bytes):
        raise TypeError(f"{type(value).__name__} is not a value of SQLite")
    return {"base64": base64.b64encode(value).decode("ascii")}


#: Rows hold plain values, so none can hold itself; not looking for that takes a fifth less time.
_ENCODER = json.JSONEncoder(separators=(",", ":"), default=_wrap, check_circular=False)


def _unwrap(value: dict[str, Any]) -> Any:
    return base64.b64decode(value["base64"]) if value.keys() == {"base64"} else value


def send(link: socket.socket, data: bytes) -> None:
    link.sendall(_HEAD.pack(len(data)) + data)


def receive(link: socket.socket, until: float | None = None, most: int = 2**31) -> bytes:
    """Read one message; `until` is a time of `time.monotonic`.

    Raises:
        EOFError: the other side has ended.
        TimeoutError: the message is not complete in time.
        ValueError: it says that it is longer than `most`.
    """
    (length,) = _HEAD.unpack(_exactly(link, _HEAD.size, until))
    if length > most:
        raise ValueError(f"a message of {length} bytes")
    return bytes(_exactly(link, length, until))


def _exactly(link: socket.socket, length: int, until: float | None) -> bytearray:
    data = bytearray(length)
    view, got = memoryview(data), 0
    while got < length:
        if until is not None:
            link.settimeout(max(until - time.monotonic(), 0.001))
        count = link.recv_into(view[got:])
        if not count:
            raise EOFError
        got += count
    return data
