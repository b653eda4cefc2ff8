"""The few files that pages need: read once, named by their content, so that browsers keep them.

Those in `built` are made by hatch_build.py: their names tell their content, and what is sent to
browsers that take it compressed lies beside them.
"""

from __future__ import annotations

import asyncio
import functools
import gzip
import hashlib
import json
import mimetypes
from pathlib import Path
from typing import Any, NamedTuple

from litestar import Response, get
from litestar.params import FromPath

from solosync.errors import NotFound, Unavailable
from solosync.web import limits
from solosync.web.auth import public
from solosync.web.connections import AnyRequest
from solosync.web.documented import RATE

PAGES = Path(__file__).parent / "pages"  # templates, and in `static` what they need
FOREVER = "public, max-age=31536000, immutable"
SMALL_BYTES = 1024
"""What is smaller isn't worth compressing."""


DRAWING = "src/board.tsx"
VIEWING = "src/viewer.tsx"
BESIDE = "src/kept.tsx"
CODINGS = {"br": ".br", "gzip": ".gz"}  # the better one first


class Asset(NamedTuple):
    content: bytes
    media_type: str
    version: str
    packed: dict[str, bytes]
    """By coding: what was compressed when it was built."""
    is_built: bool


class Scripts(NamedTuple):
    """The addresses of what a page with a canvas loads; `parts` are what its script imports."""

    script: str
    parts: list[str]
    styles: list[str]


@functools.cache
def assets() -> dict[str, Asset]:
    """By name. What isn't in the folders at the first call can't be asked for."""
    shown = {file.name: _read(file) for file in (PAGES / "static").iterdir() if file.is_file()}
    built = (file for kind in ("*.js", "*.css") for file in (PAGES / "built").glob(kind))
    return shown | {file.name: _read(file, is_built=True) for file in built}


@functools.cache
def scripts(entry: str) -> Scripts:
    """Raises Unavailable in a checkout that nobody has installed."""
    manifest = PAGES / "built" / "manifest.json"
    if not manifest.exists():
        raise Unavailable("The board's page isn't built yet. Run `python hatch_build.py`.")
    chunks = json.loads(manifest.read_bytes())
    needed = _imported(chunks, entry)
    styles = [style for name in reversed(needed) for style in chunks[name].get("css", ())]
    script, *parts = (f"/static/{chunks[name]['file']}" for name in needed)
    return Scripts(script, parts, [f"/static/{name}" for name in dict.fromkeys(styles)])


def beside() -> Scripts | None:
    """What the pages beside the board's load; they work without it."""
    return scripts(BESIDE) if (PAGES / "built" / "manifest.json").exists() else None


def _imported(chunks: dict[str, Any], name: str) -> list[str]:
    """The chunk of that name, then all that it imports."""
    found = [name]
    for each in found:
        found += [part for part in chunks[each].get("imports", ()) if part not in found]
    return found


def url(name: str) -> str:
    """For templates: changes when the file does."""
    return f"/static/{name}?v={assets()[name].version}"


@get("/static/{name:str}", guards=[public], opt={RATE: limits.STATIC}, include_in_schema=False)
async def static_file(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    asset = assets().get(name)
    if asset is None:
        raise NotFound("file", name)
    coding = _coding(request, asset)
    etag = f'"{asset.version}-{coding}"' if coding else f'"{asset.version}"'
    is_named_by_content = asset.is_built or request.query_params.get("v") == asset.version
    headers = {
        "ETag": etag,
        "Cache-Control": FOREVER if is_named_by_content else "no-cache",
        "Vary": "Accept-Encoding",
    }
    if request.headers.get("if-none-match") == etag:
        return Response(b"", status_code=304, headers=headers, media_type=asset.media_type)
    if coding is None:
        return Response(asset.content, headers=headers, media_type=asset.media_type)
    headers["Content-Encoding"] = coding
    packed = asset.packed.get(coding)
    if packed is None:
        packed = await asyncio.to_thread(_gzipped, name)
    return Response(packed, headers=headers, media_type=asset.media_type)


def _coding(request: AnyRequest, asset: Asset) -> str | None:
    """The best that the client takes and that there is, if any."""
    if len(asset.content) < SMALL_BYTES:
        return None
    accepted = request.headers.get("accept-encoding", "").lower().split(",")
    codings = {part.partition(";")[0].strip(): part.partition(";")[2] for part in accepted}
    there = [*asset.packed] or ["gzip"]
    return next((coding for coding in there if _takes(codings, coding)), None)


def _takes(codings: dict[str, str], coding: str) -> bool:
    weight = codings.get(coding, codings.get("*", "q=0")).replace(" ", "")
    return weight.rstrip("0.") != "q="


@functools.cache
def _gzipped(name: str) -> bytes:
    return gzip.compress(assets()[name].content, mtime=0)


def _read(file: Path, *, is_built: bool = False) -> Asset:
    content = file.read_bytes()
    media_type, _ = mimetypes.guess_type(file.name)
    version = hashlib.sha256(content).hexdigest()[:16]
    beside = {coding: file.with_name(file.name + end) for coding, end in CODINGS.items()}
    packed = {coding: path.read_bytes() for coding, path in beside.items() if path.exists()}
    return Asset(content, media_type or "application/octet-stream", version, packed, is_built)
