"""Exports: asked for, looked at until they're done, downloaded, thrown away."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from litestar import Response, delete, get, post
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, FromQuery, QueryParameter

from solosync.clock import iso
from solosync.domain import exports, files
from solosync.domain.features import EXPORTS
from solosync.errors import Invalid, NotFound
from solosync.ids import is_uuid
from solosync.records import scopes
from solosync.records.exports import Export, ExportStatus
from solosync.records.pictures import FORMATS, Format, parse_format, parse_options
from solosync.records.sessions import Session
from solosync.web import addresses, limits, listing, paging, repeats
from solosync.web.auth import signed_in
from solosync.web.bodies import read_object, received_file
from solosync.web.documented import (
    BODY,
    BODY_ERRORS,
    FORM,
    HEADERS,
    OWN_IDEMPOTENCY,
    RATE,
    SCOPE,
    WRITE_ERRORS,
    problems,
)
from solosync.web.errors import InvalidFormat
from solosync.web.forms import is_form, read_form
from solosync.web.routes.sessions import MOST_A_PAGE, find
from solosync.web.services import Caller, in_file_thread, services

BODY_BYTES = 64 * 1024
FORM_BYTES = files.MOST_BYTES + 64 * 1024
PICTURE_FORM = {
    "type": "object",
    "properties": {
        "format": {"enum": ["png"]},
        "file": {"type": "string", "contentMediaType": "image/png"},
    },
    "required": ["file"],
}
KEY_HEADER = {
    "Idempotency-Key": "Asked again with the same key for a day, the same export is answered."
}


def _told(**schema: object) -> msgspec.Meta:
    """Told, not checked here: what can't be used is refused in the contract's words."""
    return msgspec.Meta(extra_json_schema=schema)


class ExportFields(msgspec.Struct):
    """Which file to make. PNG and SVG show the active page unless `pages` says otherwise ("all",
    "active", "1-3,5"), PDF all. A form may hold `format=png` and a `file`, a PNG that the client
    drew itself."""

    format: Annotated[Any, _told(enum=[*FORMATS, None], default="png")] = None
    pages: Annotated[Any, _told(type=["string", "integer", "null"])] = None
    scale: Annotated[Any, _told(type=["number", "null"])] = None
    width: Annotated[Any, _told(type=["integer", "null"])] = None
    background: Annotated[Any, _told(enum=["board", "white", "transparent", None])] = None
    margin: Annotated[Any, _told(type=["number", "null"])] = None
    paper: Annotated[Any, _told(enum=["fit", "a4", "letter", None])] = None
    orientation: Annotated[Any, _told(enum=["auto", "portrait", "landscape", None])] = None
    page_numbers: Annotated[Any, _told(type=["boolean", "null"])] = None
    multiple: Annotated[Any, _told(enum=["zip", "stack", None])] = None


class ExportItem(msgspec.Struct):
    """`progress` is in percent. `file_url` and `signed_url` are the same address: there once it's
    completed, and good for an hour without signing in. `warnings`, if any, say what
    couldn't be drawn."""

    id: str
    session_id: str
    format: Format
    status: ExportStatus
    file_url: str | None
    signed_url: str | None
    file_size: int | None
    page_count: int | None
    progress: int
    error: str | None
    is_expired: bool
    expires_at: str
    created_at: str
    updated_at: str
    warnings: list[str] | msgspec.UnsetType = msgspec.UNSET


class ExportList(msgspec.Struct):
    """`next` as in the list of boards."""

    count: int
    results: list[ExportItem]
    next: str | msgspec.UnsetType | None = msgspec.UNSET


@post(
    "/{session_id:str}/export",
    guards=[signed_in],
    opt={
        SCOPE: scopes.EXPORTS_WRITE,
        RATE: limits.EXPORT,
        OWN_IDEMPOTENCY: True,
        BODY: ExportFields,
        FORM: PICTURE_FORM,
        HEADERS: KEY_HEADER,
    },
    responses={200: ResponseSpec(ExportItem, description="It was asked for before.")}
    | problems(401, 403, 404, 422, 429, *BODY_ERRORS, *WRITE_ERRORS),
)
async def request_export(request: Caller, session_id: FromPath[str]) -> Response[ExportItem]:
    """A file of the board as it is now. JSON is there at once; pictures are pending first."""
    session = find(request, session_id)
    services(request).features.check(EXPORTS, session.organization_id, request.user.user_id)
    key = repeats.stated_key(request)
    if is_form(request):
        requested = await _take_picture(request, session, key)
    else:
        body = await read_object(request, BODY_BYTES, "export")
        given = msgspec.structs.asdict(body.fields(ExportFields))
        requested = await request_new(request, session, asked_for(request, given, key))
    shown = item(request, requested.export)
    if requested.is_new:
        return Response(shown, status_code=201)
    return Response(shown, status_code=200, headers={repeats.REPLAYED: "true"})


@get(
    "/{session_id:str}/exports",
    guards=[signed_in],
    opt={SCOPE: scopes.EXPORTS_READ},
    responses=problems(400, 401, 404),
)
async def list_exports(
    request: Caller,
    session_id: FromPath[str],
    limit: Annotated[int | None, QueryParameter(ge=1, le=MOST_A_PAGE)] = None,
    cursor: FromQuery[str | None] = None,
) -> ExportList:
    """One's own exports of the board, newest first."""
    listing.refuse_questions(request, "newest first")
    found = await asyncio.to_thread(
        exports.list_exports,
        services(request).store,
        request.user,
        find(request, session_id),
        limit=None if limit is None else limit + 1,
        before=paging.position(cursor),
    )
    page = found.listed[:limit]
    end = msgspec.UNSET if limit is None else None
    follows = len(page) < len(found.listed)
    return ExportList(
        count=found.total,
        results=[item(request, listed.export) for listed in page],
        next=paging.cursor((page[-1].export.created_at, page[-1].key)) if follows else end,
    )


@get(
    "/{export_id:str}",
    guards=[signed_in],
    opt={SCOPE: scopes.EXPORTS_READ, RATE: limits.AUTOSAVE},
    responses=problems(401, 404),
)
async def read_export(request: Caller, export_id: FromPath[str]) -> ExportItem:
    """How far it is, and where the file is. Only those who asked for it see it."""
    export = exports.get_export(services(request).store, request.user, _id(export_id))
    return item(request, export)


@delete(
    "/{export_id:str}",
    guards=[signed_in],
    opt={SCOPE: scopes.EXPORTS_WRITE},
    responses=problems(401, 403, 404, *WRITE_ERRORS),
)
async def delete_export(request: Caller, export_id: FromPath[str]) -> None:
    """Deletes the file too; one that isn't done yet is cancelled."""
    with_services = services(request)
    await in_file_thread(
        request,
        exports.delete_export,
        with_services.store,
        with_services.blobs,
        request.user,
        _id(export_id),
    )


async def request_new(request: Caller, session: Session, asked: exports.Asked) -> exports.Requested:
    """An export of the board as it is now. Raises as `exports.request`."""
    with_services = services(request)
    store = with_services.store
    repeated = exports.find_repeated(store, request.user, session, asked)
    if repeated is not None:
        return exports.Requested(repeated, False)
    async with with_services.rooms.enter(session) as room:
        reading = await room.read()
    return await in_file_thread(
        request,
        exports.request,
        store,
        with_services.blobs,
        request.user,
        session,
        asked,
        exports.Shown(reading.rev, reading.state, reading.page_count),
        max_state_bytes=with_services.config.export_max_state_bytes,
    )


async def _take_picture(request: Caller, session: Session, key: str | None) -> exports.Requested:
    with_services = services(request)
    with received_file(with_services.config.data_dir) as picture:
        fields = await read_form(request, picture, limit=FORM_BYTES, endpoint="export")
        asked = asked_for(request, fields, key)
        if asked.format != "png":
            raise Invalid("Only a PNG can be sent ready made.", fields={"format": "not png"})
        if not picture.exists():
            raise Invalid("The form has no `file`.", fields={"file": "missing"})
        return await in_file_thread(
            request,
            exports.store_picture,
            with_services.store,
            with_services.blobs,
            request.user,
            session,
            asked,
            picture,
        )


def asked_for(request: Caller, given: Mapping[str, Any], key: str | None) -> exports.Asked:
    """Raises InvalidFormat, and Invalid for an option that can't be used."""
    format = given.get("format")
    try:
        wanted = parse_format("png" if format is None else format)
    except Invalid as error:
        raise InvalidFormat(error.message) from None
    days = services(request).config.export_days
    return exports.Asked(wanted, parse_options(given, wanted), key, days)


def _id(text: str) -> str:
    """Raises NotFound for what can't be an id."""
    if not is_uuid(text):
        raise NotFound("export", text)
    return text.lower()


def item(request: Caller, export: Export) -> ExportItem:
    is_expired = exports.is_expired(export)
    url = None
    if export.status == "completed" and not is_expired:
        url = addresses.export(request, services(request).keys, export)
    return ExportItem(
        id=export.export_id,
        session_id=export.session_id,
        format=export.format,
        status=export.status,
        file_url=url,
        signed_url=url,
        file_size=export.file_size,
        page_count=export.page_count,
        progress=export.progress,
        error=export.error,
        is_expired=is_expired,
        expires_at=iso(export.expires_at),
        created_at=iso(export.created_at),
        updated_at=iso(export.updated_at),
        warnings=list(export.warnings) or msgspec.UNSET,
    )
