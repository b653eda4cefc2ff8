"""The few files that pages need: read once, named by their content, so that browsers keep them."""

from __future__ import annotations

import asyncio
import functools
import gzip
import hashlib
import mimetypes
from pathlib import Path
from typing import Any, NamedTuple

from litestar import Request, Response, get
from litestar.params import FromPath

from solosync.errors import NotFound
from solosync.web import limits
from solosync.web.auth import public
from solosync.web.documented import RATE

PAGES = Path(__file__).parent / "pages"  # templates, and in `static` what they need
FOREVER = "public, max-age=31536000, immutable"
SMALL_BYTES = 1024
"""What is smaller isn't worth compressing."""


class Asset(NamedTuple):
    content: bytes
    media_type: str
    version: str


@functools.cache
def assets() -> dict[str, Asset]:
    """By name. What isn't in the folder at the first call can't be asked for."""
    return {file.name: _read(file) for file in (PAGES / "static").iterdir() if file.is_file()}


def url(name: str) -> str:
    """For templates: changes when the file does."""
    return f"/static/{name}?v={assets()[name].version}"


@get("/static/{name:str}", guards=[public], opt={RATE: limits.AUTOSAVE}, include_in_schema=False)
async def static_file(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
    asset = assets().get(name)
    if asset is None:
        raise NotFound("file", name)
    is_gzipped = len(asset.content) >= SMALL_BYTES and _takes_gzip(request)
    etag = f'"{asset.version}-gzip"' if is_gzipped else f'"{asset.version}"'
    is_named_by_content = request.query_params.get("v") == asset.version
    headers = {
        "ETag": etag,
        "Cache-Control": FOREVER if is_named_by_content else "no-cache",
        "Vary": "Accept-Encoding",
    }
    if request.headers.get("if-none-match") == etag:
        return Response(b"", status_code=304, headers=headers, media_type=asset.media_type)
    if not is_gzipped:
        return Response(asset.content, headers=headers, media_type=asset.media_type)
    content = await asyncio.to_thread(_gzipped, name)
    headers["Content-Encoding"] = "gzip"
    return Response(content, headers=headers, media_type=asset.media_type)


def _takes_gzip(request: Request[Any, Any, Any]) -> bool:
    accepted = request.headers.get("accept-encoding", "").lower().split(",")
    codings = {part.partition(";")[0].strip(): part.partition(";")[2] for part in accepted}
    weight = codings.get("gzip", codings.get("*", "q=0")).replace(" ", "")
    return weight.rstrip("0.") != "q="


@functools.cache
def _gzipped(name: str) -> bytes:
    return gzip.compress(assets()[name].content, mtime=0)


def _read(file: Path) -> Asset:
    content = file.read_bytes()
    media_type, _ = mimetypes.guess_type(file.name)
    version = hashlib.sha256(content).hexdigest()[:16]
    return Asset(content, media_type or "application/octet-stream", version)
