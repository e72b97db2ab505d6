"""ZIP files of publishers: hostile until read."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib

MEMBER_MAXSIZE = 64 * 1024 * 1024
#: What Python's readers raise for a ZIP that was cut off or garbled on its way.
DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, ValueError, OSError, EOFError, RuntimeError)


def unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes | None:
    """The bytes of a member, None where it is larger than MEMBER_MAXSIZE; raises what DAMAGE names."""
    if info.file_size > MEMBER_MAXSIZE:
        return None
    with archive.open(info) as member:
        # Asked for its size and no more: a member that lies about it is otherwise unpacked whole before it is cut.
        return member.read(info.file_size + 1)
