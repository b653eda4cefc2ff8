"""Sending a kept file: whole or in part, or that the client has it already (RFC 9110, RFC 6266)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any, NamedTuple
from urllib.parse import quote

from litestar import Response
from litestar.response import Stream

from solosync.blobs import Blobs
from solosync.web import conditional
from solosync.web.connections import AnyRequest
from solosync.web.services import in_file_thread

# What isn't much is sent in one piece.
SMALL_BYTES = 256 * 1024
FOREVER = "public, max-age=31536000, immutable"
# Whatever a file holds, opened by itself it may do nothing.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
_RANGE = re.compile(r"bytes=([0-9]{0,99})-([0-9]{0,99})", re.ASCII | re.IGNORECASE)


class Download(NamedTuple):
    """`headers` come beside those that every file has."""

    sha256: str
    size: int
    content_type: str
    headers: dict[str, str]


class Part(NamedTuple):
    """Bytes from `start` to before `stop`."""

    start: int
    stop: int


async def send(request: AnyRequest, blobs: Blobs, download: Download) -> Response[Any]:
    """The answer to a GET of the file. Raises NotFound, Unavailable."""
    etag = f'"{download.sha256[:32]}"'
    headers = {
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Content-Security-Policy": POLICY,
        "Cross-Origin-Resource-Policy": "cross-origin",
        # A cache must not give what it got for a plain <img> to a page that wants its pixels.
        "Vary": "Origin",
        **download.headers,
    }
    kind = download.content_type
    if conditional.is_held(request.scope, etag):
        return Response(b"", status_code=304, headers=headers, media_type=kind)
    part = wanted_part(request.headers.get("range"), download.size)
    if request.headers.get("if-range") not in (None, etag):
        part = None
    if part is not None and part.start >= part.stop:
        headers["Content-Range"] = f"bytes */{download.size}"
        return Response(b"", status_code=416, headers=headers, media_type=kind)
    start, stop = part or (0, download.size)
    if part is not None:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{download.size}"
    status = 200 if part is None else 206
    pieces = await in_file_thread(request, blobs.read, download.sha256, start, stop)
    if stop - start <= SMALL_BYTES:
        content = await in_file_thread(request, b"".join, pieces)
        return Response(content, status_code=status, headers=headers, media_type=kind)
    headers["Content-Length"] = str(stop - start)
    return Stream(
        _in_threads(request, pieces), status_code=status, headers=headers, media_type=kind
    )


def wanted_part(header: str | None, size: int) -> Part | None:
    """What a Range header asks for, empty if there is no such part; None means all, as also for
    several parts at once and for what can't be read."""
    match = _RANGE.fullmatch(header.strip()) if header else None
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:  # so many from the end
        return Part(max(0, size - int(match[2])), size) if int(match[2]) else Part(0, 0)
    start = int(match[1])
    stop = min(int(match[2]) + 1, size) if match[2] else size
    if match[2] and int(match[2]) < start:
        return None
    return Part(start, stop)


def attachment(name: str, suffix: str) -> str:
    """A Content-Disposition that saves the file under this name, as far as the system can."""
    clean = re.sub(r'[\x00-\x1f\x7f"*/:<>?\\|]', "_", name).strip(" .") or "board"
    full = f"{clean[:200]}.{suffix}"
    plain = full.encode("ascii", "replace").decode().replace("?", "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(full, safe='')}"


async def _in_threads(request: AnyRequest, pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while (piece := await in_file_thread(request, next, pieces, None)) is not None:
        yield piece
