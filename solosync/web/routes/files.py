"""Files by their address: uploaded pictures for whoever knows it, exports by a signed one."""

from __future__ import annotations

import asyncio
from typing import Any

from litestar import Response, get
from litestar.params import FromPath

from solosync.domain import exports, files, image_headers
from solosync.errors import NotFound
from solosync.web import downloads, limits
from solosync.web.auth import public
from solosync.web.connections import AnyRequest
from solosync.web.documented import RATE
from solosync.web.services import in_file_thread, services


@get("/files/{name:str}", guards=[public], opt={RATE: limits.AUTOSAVE}, include_in_schema=False)
async def show_file(request: AnyRequest, name: FromPath[str]) -> Response[Any]:
    with_services = services(request)
    file_id, _, suffix = name.partition(".")
    file = await in_file_thread(
        request, files.get_file, with_services.store, with_services.blobs, file_id
    )
    if image_headers.SUFFIXES[file.content_type] != suffix:
        raise NotFound("file", name)
    assert file.sha256 is not None and file.size is not None
    headers = {"Cache-Control": downloads.FOREVER}
    download = downloads.Download(file.sha256, file.size, file.content_type, headers)
    return await downloads.send(request, with_services.blobs, download)


@get(
    "/exports/{export_id:str}",
    guards=[public],
    opt={RATE: limits.AUTOSAVE},
    include_in_schema=False,
)
async def download_export(request: AnyRequest, export_id: FromPath[str]) -> Response[Any]:
    """The file, for whoever has the signed address."""
    with_services = services(request)
    expires = request.query_params.get("expires", "")
    signature = request.query_params.get("signature", "")
    is_number = expires.isascii() and expires.isdecimal() and len(expires) < 19
    link = exports.Link(int(expires) if is_number else 0, signature)
    export = exports.get_signed(with_services.store, with_services.keys, export_id, link)
    assert export.sha256 and export.file_size is not None and export.content_type and export.suffix
    headers = {
        "Content-Disposition": downloads.attachment(export.title, export.suffix),
        "Cache-Control": "private, no-cache",
    }
    download = downloads.Download(export.sha256, export.file_size, export.content_type, headers)
    answer = await downloads.send(request, with_services.blobs, download)
    if answer.status_code in (200, 206):
        await asyncio.to_thread(exports.record_download, with_services.store, export)
    return answer
