"""Dumps of all public tables: a page about the newest, and the files of each, whole or in parts (`Range`)."""

import json
from functools import lru_cache
from pathlib import Path

import aiofiles
from datasette.utils.asgi import asgi_start

from datasette import Response, hookimpl
from operations.dumps.places import DESCRIPTION, FOLDER, LATEST, latest
from pages.export import byte_ranges
from pages.http.site import DATABASE, public_address

#: The folder of a dump is named by the time it was made; nothing else can be asked for.
STAMP = r"(?P<stamp>[0-9]{8}T[0-9]{6}Z(?:-[0-9]+)?)"
NAME = r"(?P<name>[a-z_]+\.parquet|datapackage\.json|DATASHEET\.md|SHA256SUMS)"
TYPES = {
    ".parquet": "application/vnd.apache.parquet",
    ".json": "application/json; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    "": "text/plain; charset=utf-8",
}
CHUNK = 256 * 1024


def data_folder(datasette):
    return Path(datasette.get_database(DATABASE).path).parent


@lru_cache(maxsize=2)
def described(folder):
    return json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))


async def overview(datasette, request):
    folder = latest(data_folder(datasette))
    package = described(folder) if folder else None
    where = f"{public_address(datasette)}/{FOLDER}/{folder.name}" if folder else None
    return await datasette.page(request, "dumps.html", {"package": package, "where": where})


async def newest(datasette, request):
    folder = datasette.found(latest(data_folder(datasette)))
    # Not for good: the next dump has another address, and all parts of a file must be those of one.
    return Response.redirect(
        f"/{FOLDER}/{folder.name}/{request.url_vars['name']}", headers={"Cache-Control": "no-cache"}
    )


async def one_file(datasette, request, send):
    path = data_folder(datasette) / FOLDER / request.url_vars["stamp"] / request.url_vars["name"]
    datasette.found(path if path.is_file() else None)
    async with aiofiles.open(path, "rb") as file:
        size = await file.seek(0, 2)
        tag = f'"{path.stat().st_mtime_ns:x}-{size:x}"'
        headers = {
            "Accept-Ranges": "bytes",
            "ETag": tag,
            "Cache-Control": "public, max-age=3600",
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Expose-Headers": "Accept-Ranges, Content-Length, Content-Range, ETag",
        }
        if request.headers.get("if-none-match") == tag:
            return Response("", status=304, headers=headers)
        whole = request.headers.get("if-range", tag) != tag
        try:
            part = None if whole else byte_ranges.wanted(request.headers.get("range"), size)
        except byte_ranges.Unsatisfiable:
            return Response("", status=416, headers=headers | {"Content-Range": f"bytes */{size}"})
        first, end = part or (0, size)
        headers["Content-Length"] = str(end - first)
        if part:
            headers["Content-Range"] = f"bytes {first}-{end - 1}/{size}"
        await asgi_start(send, 206 if part else 200, headers, TYPES[path.suffix])
        await file.seek(first)
        left = 0 if request.method == "HEAD" else end - first
        while left:
            chunk = await file.read(min(CHUNK, left))
            if not chunk:
                break
            left -= len(chunk)
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


@hookimpl
def register_routes():
    return [
        (rf"^/{FOLDER}$", overview),
        (rf"^/{FOLDER}/{LATEST}/{NAME}$", newest),
        (rf"^/{FOLDER}/{STAMP}/{NAME}$", one_file),
    ]
