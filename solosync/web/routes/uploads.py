"""Uploads of pictures: prepared here, put to ourselves or straight to the object store."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, post, put
from litestar.params import FromPath

from solosync.clock import iso
from solosync.domain import files
from solosync.domain.features import UPLOADS
from solosync.errors import UnsupportedMedia
from solosync.records import scopes
from solosync.web import addresses, limits
from solosync.web.auth import public, signed_in
from solosync.web.bodies import read_object, read_pieces, received_file
from solosync.web.connections import AnyRequest
from solosync.web.documented import BODY, BODY_ERRORS, RATE, SCOPE, WRITE_ERRORS, problems
from solosync.web.routes.sessions import find
from solosync.web.services import Caller, in_file_thread, services

BODY_BYTES = 16 * 1024


class PresignFields(msgspec.Struct):
    """The picture that is to come. With `sha256` (hex), other content is refused, and what was
    uploaded before needn't be again. Without `direct`, it is put to this server and never
    straight to an object store: for pages that may ask nobody else."""

    session_id: str
    content_type: Literal["image/png", "image/jpeg", "image/webp"]
    size_bytes: Annotated[int, msgspec.Meta(ge=1)]
    ext: Any = None
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-fA-F]{64}$")] | None = None
    direct: bool = True


class Presigned(msgspec.Struct):
    """PUT the picture to `upload_url` with these `headers`; from then on it's shown at `cdn_url`,
    which never changes and which boards may hold."""

    upload_url: str
    cdn_url: str
    method: Literal["PUT"]
    headers: dict[str, str]
    max_bytes: int
    expires_at: str


@post(
    "/presign",
    guards=[signed_in],
    status_code=200,
    opt={SCOPE: scopes.FILES_WRITE, BODY: PresignFields},
    responses=problems(401, 403, 404, *BODY_ERRORS, *WRITE_ERRORS),
)
async def presign_upload(request: Caller) -> Presigned:
    """An address to which one picture may be put within an hour, without signing in."""
    with_services = services(request)
    body = await read_object(request, BODY_BYTES, "presign")
    fields = body.fields(PresignFields)
    session = find(request, fields.session_id)
    with_services.features.check(UPLOADS, session.organization_id, request.user.user_id)
    prepared = await in_file_thread(
        request,
        files.presign,
        with_services.store,
        with_services.blobs,
        with_services.keys,
        request.user,
        session,
        content_type=fields.content_type,
        size=fields.size_bytes,
        sha256=fields.sha256.lower() if fields.sha256 else None,
        is_direct=fields.direct,
    )
    return Presigned(
        upload_url=addresses.upload(request, prepared),
        cdn_url=addresses.file(request, prepared.file),
        method="PUT",
        headers={"Content-Type": fields.content_type},
        max_bytes=prepared.file.max_bytes,
        expires_at=iso(prepared.expires_at),
    )


@put(
    "/uploads/{file_id:str}",
    guards=[public],
    opt={RATE: limits.AUTOSAVE},
    include_in_schema=False,
    status_code=200,
)
async def receive_upload(request: AnyRequest, file_id: FromPath[str]) -> Response[bytes]:
    """One picture, for whoever has the signed address."""
    with_services = services(request)
    expires = request.query_params.get("expires", "")
    is_number = expires.isascii() and expires.isdecimal() and len(expires) < 19
    file = files.get_expected(
        with_services.store,
        with_services.keys,
        file_id,
        expires_at=int(expires) if is_number else 0,
        signature=request.query_params.get("signature", ""),
    )
    with_services.features.check(UPLOADS, file.organization_id, file.user_id)
    sent = request.headers.get("content-type", file.content_type).partition(";")[0].strip().lower()
    if sent != file.content_type:
        raise UnsupportedMedia(f"{file.content_type} was announced, not {sent}.")
    with received_file(with_services.config.data_dir) as path:
        await _write(request, path, file.max_bytes)
        await in_file_thread(
            request, files.receive, with_services.store, with_services.blobs, file, path
        )
    return Response(b"", media_type="text/plain")


async def _write(request: AnyRequest, path: Path, limit: int) -> None:
    file = await asyncio.to_thread(path.open, "xb")
    try:
        async for piece in read_pieces(request, limit, "upload"):
            file.write(piece)  # to the system's cache: quicker than another thread would be
    finally:
        await asyncio.to_thread(file.close)
