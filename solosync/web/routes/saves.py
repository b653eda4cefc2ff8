"""The ways to save a board: whole and merged, by operations, as a stream of whole states, by a
closing page's beacon."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, patch, post
from litestar.openapi import ResponseSpec
from litestar.params import FromPath

from solosync.board.seen import Text
from solosync.clock import iso, now_ms
from solosync.domain import sessions
from solosync.errors import Stale
from solosync.realtime.live import Reading
from solosync.realtime.room import Room, Saved
from solosync.records import scopes
from solosync.records.sessions import Session
from solosync.web import addresses, limits, preconditions
from solosync.web.auth import UNSEEN_ANSWER, is_late, signed_in
from solosync.web.bodies import Body, read_object
from solosync.web.documented import (
    BODY,
    BODY_ERRORS,
    BODY_RULE,
    ETAG,
    HEADERS,
    OWN_IDEMPOTENCY,
    RATE,
    REV_HEADERS,
    SCOPE,
    WRITE_ERRORS,
    problems,
)
from solosync.web.errors import PreconditionFailed, StateRequired
from solosync.web.routes.sessions import SessionDetail, SessionFields, detail, find
from solosync.web.services import Caller, services

STRICT_HEADER = {"Prefer": "`handling=strict`: 412 instead of a merge."}
DIFF_BYTES = 512 * 1024
STREAM_BYTES = 2 * 1024 * 1024
BEACON_BYTES = 64 * 1024
MOST_OPS = 100
LONGEST_KEY = 255
# There is a state, under its name or bare.
STREAM_RULE = {"not": {"propertyNames": {"enum": ["client_ts", "idempotency_key"]}}}
UNCHANGED = {204: ResponseSpec(None, description="The board holds that already; `rev` stays.")}


class Operation(msgspec.Struct):
    """One change. `add` needs `value` with an `id`; `update` needs `patch` or `value`."""

    op: Literal["add", "update", "remove"]
    kind: Literal["stroke", "asset", "meta", "shape", "text", "page"]
    id: str | None = None
    page_id: str | None = None
    value: Any = None
    patch: Any = None


class DiffFields(msgspec.Struct):
    """Operations, applied all or none. `rev` is information: the headers decide."""

    ops: Annotated[list[Any], msgspec.Meta(min_length=1, max_length=MOST_OPS)]
    rev: Any = None
    client_ts: Any = None


class DiffBody(DiffFields):
    ops: Annotated[list[Operation], msgspec.Meta(min_length=1, max_length=MOST_OPS)]


class DiffAnswer(msgspec.Struct):
    server_ts: str
    next_rev: int
    digest: str


class StreamFields(msgspec.Struct):
    """A whole state, or the bare state itself in place of this object."""

    state: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
    client_ts: Any = None
    idempotency_key: Annotated[str, msgspec.Meta(max_length=LONGEST_KEY)] | None = None


class StreamAnswer(msgspec.Struct):
    detail: Literal["accepted"]
    rev: int
    digest: str


class BeaconFields(msgspec.Struct):
    """A last save, or only a sign of life."""

    state: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
    heartbeat: Any = None
    client_ts: Any = None


@patch(
    "/{session_id:str}",
    guards=[signed_in],
    opt={
        SCOPE: scopes.SESSIONS_WRITE,
        RATE: limits.AUTOSAVE,
        BODY: SessionFields,
        HEADERS: REV_HEADERS | STRICT_HEADER,
    },
    response_headers=[ETAG],
    responses=problems(401, 403, 404, 412, *BODY_ERRORS, *WRITE_ERRORS),
)
async def save_session(request: Caller, session_id: FromPath[str]) -> Response[SessionDetail]:
    """Autosave: what the client changed is merged into the board. `If-Match` or `X-Rev` tells which
    rev the client holds; `Prefer: handling=strict` asks for 412 instead of a merge."""
    with_services = services(request)
    session, body = await _read(
        request, session_id, with_services.config.max_state_bytes, "session"
    )
    fields = body.fields(SessionFields, but="state")
    state = body.state() if "state" in body else None
    changes = _changes(fields, session_id)
    reading: Reading | Saved
    async with with_services.rooms.enter(session) as room:
        if state is None:
            reading, is_touched = await room.read(), False
            _refuse_stale(request, reading.rev)
        else:
            reading = saved = await _merge(request, room, state)
            is_touched = saved.changed
    if changes or not is_touched:
        await asyncio.to_thread(
            sessions.change_session, with_services.store, request.user, session_id, changes
        )
    return detail(request, session_id, reading)


@patch(
    "/{session_id:str}/diff",
    guards=[signed_in],
    opt={SCOPE: scopes.SESSIONS_WRITE, RATE: limits.AUTOSAVE, BODY: DiffBody, HEADERS: REV_HEADERS},
    response_headers=[ETAG],
    responses=problems(401, 403, 404, 409, 412, 422, *BODY_ERRORS, *WRITE_ERRORS),
)
async def save_diff(request: Caller, session_id: FromPath[str]) -> Response[DiffAnswer]:
    """A fine-grained save, refused unless the stated rev (`If-Match`, else `X-Rev`) is current."""
    session, body = await _read(request, session_id, DIFF_BYTES, "diff")
    fields = body.fields(DiffFields)
    stated = preconditions.stated_rev(request)
    async with services(request).rooms.enter(session) as room:
        try:
            edited = await room.edit(request.user, fields.ops, expected_rev=stated.rev)
        except Stale as stale:
            raise stated.refusal(stale) from None
    answer = DiffAnswer(server_ts=iso(now_ms()), next_rev=edited.rev, digest=edited.digest)
    return Response(answer, headers={"ETag": preconditions.etag(edited.rev)})


@post(
    "/{session_id:str}/save-stream",
    guards=[signed_in],
    status_code=202,
    opt={
        SCOPE: scopes.SESSIONS_WRITE,
        RATE: limits.AUTOSAVE,
        OWN_IDEMPOTENCY: True,
        BODY: StreamFields,
        BODY_RULE: STREAM_RULE,
        HEADERS: REV_HEADERS,
    },
    response_headers=[ETAG],
    responses=problems(401, 403, 404, 409, 412, *BODY_ERRORS, *WRITE_ERRORS) | UNCHANGED,
)
async def save_stream(request: Caller, session_id: FromPath[str]) -> Response[StreamAnswer]:
    """A whole state, refused unless the stated rev is current; 204 when it changes nothing. The
    same `idempotency_key` again within a day gets the first answer again."""
    session, body = await _read(request, session_id, STREAM_BYTES, "save-stream")
    fields = body.fields(StreamFields, but="state")
    state, depth = _streamed_state(body)
    stated = preconditions.stated_rev(request)
    async with services(request).rooms.enter(session) as room:
        try:
            saved = await room.stream_save(
                request.user,
                state,
                expected_rev=stated.rev,
                key=fields.idempotency_key or None,  # "" names no save: it would be every one's
                depth=depth,
            )
        except Stale as stale:
            raise stated.refusal(stale) from None
    headers = {"ETag": preconditions.etag(saved.rev)}
    if not saved.changed:
        return Response[Any](None, status_code=204, headers=headers)
    answer = StreamAnswer(detail="accepted", rev=saved.rev, digest=saved.digest)
    return Response(answer, headers=headers)


@post(
    "/{session_id:str}/beacon",
    guards=[signed_in],
    status_code=204,
    opt={
        SCOPE: scopes.SESSIONS_WRITE,
        RATE: limits.AUTOSAVE,
        BODY: BeaconFields,
        UNSEEN_ANSWER: True,
    },
    responses=problems(401, 403, 404, *BODY_ERRORS, *WRITE_ERRORS),
)
async def beacon(request: Caller, session_id: FromPath[str]) -> None:
    """From `navigator.sendBeacon`: a closing page's last save, or a sign of life."""
    with_services = services(request)
    session, body = await _read(request, session_id, BEACON_BYTES, "beacon")
    body.fields(BeaconFields, but="state")
    if "state" in body:
        state = body.state()
        async with with_services.rooms.enter(session) as room:
            await room.save(request.user, state, stated_rev=None, is_stated=False, kind="beacon")
    else:
        await asyncio.to_thread(sessions.mark_seen, with_services.store, request.user, session_id)


async def _read(
    request: Caller, session_id: str, limit: int, endpoint: str
) -> tuple[Session, Body]:
    """The board and what is to be done to it. Raises NotFound before the body is read, and after
    it if that took its time: its sender may have lost the board meanwhile."""
    session = find(request, session_id)
    seen = services(request).rooms.seen(session)
    body = await read_object(request, limit, endpoint, seen)
    return find(request, session_id) if is_late(request) else session, body


def _streamed_state(body: Body) -> tuple[bytes | Text, int]:
    """`state`, or the whole body if it is a bare state, and the level it stands at.

    Raises StateRequired and Invalid.
    """
    if "state" in body:
        return body.state(), 2
    if body.members.keys() - {"client_ts", "idempotency_key"}:
        return body.raw, 1
    raise StateRequired()


async def _merge(request: Caller, room: Room, state: Text) -> Saved:
    stated = preconditions.stated_rev(request)
    try:
        return await room.save(
            request.user,
            state,
            stated_rev=stated.rev,
            is_stated=stated.is_given,
            strict=preconditions.is_strict(request),
        )
    except Stale as stale:
        raise PreconditionFailed(stale.server_rev) from None


def _refuse_stale(request: Caller, rev: int) -> None:
    """For a strict client whose save merges nothing. Raises PreconditionFailed."""
    stated = preconditions.stated_rev(request)
    if stated.is_given and stated.rev != rev and preconditions.is_strict(request):
        raise PreconditionFailed(rev)


def _changes(fields: SessionFields, session_id: str) -> dict[str, str | None]:
    changes: dict[str, str | None] = {}
    if fields.name is not msgspec.UNSET:
        changes["name"] = fields.name
    if fields.thumbnail_url is not msgspec.UNSET:
        url = fields.thumbnail_url or None
        if url is None or not addresses.is_own_thumbnail(url, session_id):
            changes["thumbnail_url"] = url
    return changes
