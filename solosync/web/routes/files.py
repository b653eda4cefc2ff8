"""Uploaded pictures, shown to whoever knows their address."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath

from solosync.domain import files, image_headers
from solosync.errors import NotFound
from solosync.web import downloads, limits
from solosync.web.auth import public
from solosync.web.documented import RATE
from solosync.web.services import in_file_thread, services


@get("/files/{name:str}", guards=[public], opt={RATE: limits.AUTOSAVE}, include_in_schema=False)
async def show_file(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[Any]:
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
