"""Dumps of all public tables: a page about the newest, and its files, whole or in parts (`Range`). The catalog of all data."""

import json
import re
from functools import lru_cache
from pathlib import Path

import aiofiles
from datasette.utils.asgi import asgi_start

from crawlers.sources import FILE as SOURCES
from datasette import Response, hookimpl
from operations.dumps.places import DESCRIPTION, FOLDER, LATEST, latest
from pages.export import byte_ranges, data_catalog
from pages.http.conditional import is_current
from pages.http.site import DATABASE, data_headers, public_address, read
from settings import SITE

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
#: A new version of the software, or other names of datasets or sources, make another catalog of the same file.
OWN_AGE = max(file.stat().st_mtime_ns for file in (Path(data_catalog.__file__), SITE / "api.yml", SOURCES))


def data_folder(datasette):
    return Path(datasette.get_database(DATABASE).path).parent


@lru_cache(maxsize=2)
def described(folder):
    return json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))


def newest_dump(datasette):
    folder = latest(data_folder(datasette))
    where = f"{public_address(datasette)}/{FOLDER}/"
    return data_catalog.Dump(where + folder.name, described(folder)) if folder else None


async def overview(datasette, request):
    dump = newest_dump(datasette)
    context = {
        "package": dump.package if dump else None,
        "where": dump.where if dump else None,
        "dataset": data_catalog.search_engines(public_address(datasette), dump),
    }
    return await datasette.page(request, "dumps.html", context)


async def catalog(datasette, request):
    dump = newest_dump(datasette)
    headers = data_headers(datasette, request.full_path, OWN_AGE, dump.where if dump else "")
    if is_current(request.headers, headers):
        return Response("", status=304, headers=headers)
    found = await read(datasette, data_catalog.catalog, public_address(datasette), dump)
    body = json.dumps(found, ensure_ascii=False, indent=1)
    return Response(body, content_type="application/ld+json; charset=utf-8", headers=headers)


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
        (rf"^{re.escape(data_catalog.PATH)}$", catalog),
        (rf"^/{FOLDER}/{LATEST}/{NAME}$", newest),
        (rf"^/{FOLDER}/{STAMP}/{NAME}$", one_file),
    ]
