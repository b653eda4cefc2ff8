"""Boards: list, make, read, save, throw away, bring back, copy."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import msgspec
from litestar import Response, delete, get, post
from litestar.params import FromPath, FromQuery

from solosync.clock import iso_us
from solosync.domain import sessions, shares
from solosync.realtime.live import Reading
from solosync.realtime.room import Saved
from solosync.records import scopes
from solosync.records.listing import EVERYTHING
from solosync.records.sessions import Session
from solosync.web import addresses, conditional, listing, preconditions
from solosync.web.auth import signed_in
from solosync.web.bodies import read_object
from solosync.web.documented import (
    BODY,
    BODY_ERRORS,
    ETAG,
    SCOPE,
    WRITE_ERRORS,
    problems,
)
from solosync.web.listing import LISTING, TEXT, Listing
from solosync.web.services import Caller, services

LONGEST_THUMBNAIL_URL = 256 * 1024  # some clients put the picture itself there, as a data URL
MOST_A_PAGE = 1000
SESSIONS = Listing(
    sorts=("updated_at", "created_at", "name"),
    filters={"name": TEXT, "organization_id": TEXT, "owner_id": TEXT},
    default="-updated_at",
    most=MOST_A_PAGE,
    limit=EVERYTHING,
)
JsonObject = Annotated[
    msgspec.Raw, msgspec.Meta(extra_json_schema={"type": "object", "additionalProperties": True})
]


class SessionItem(msgspec.Struct):
    """A board in a list."""

    id: str
    name: str
    page_count: int
    thumbnail_url: str | None
    is_shared: bool
    owner_id: str
    created_at: str
    updated_at: str


class SessionDetail(SessionItem):
    """A board with what is on it. `state_digest` is the SHA-256 of the canonical state."""

    state: JsonObject
    rev: int
    state_digest: str


class SessionList(msgspec.Struct):
    """`next` is there when `limit` was given: the cursor of the next page, null on the last."""

    count: int
    results: list[SessionItem]
    next: str | msgspec.UnsetType | None = msgspec.UNSET


class SessionFields(msgspec.Struct):
    """What a client may send of a board. `page_count` is taken and ignored: it is computed."""

    name: Annotated[str, msgspec.Meta(max_length=sessions.LONGEST_NAME)] | msgspec.UnsetType = (
        msgspec.UNSET
    )
    state: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
    page_count: Any = None
    thumbnail_url: (
        Annotated[str, msgspec.Meta(max_length=LONGEST_THUMBNAIL_URL)] | msgspec.UnsetType | None
    ) = msgspec.UNSET


class NewSessionFields(SessionFields):
    """And whose it becomes: by default the person's own organization's."""

    organization_id: str | None = None


@get(
    "/",
    guards=[signed_in],
    opt={SCOPE: scopes.SESSIONS_READ, LISTING: SESSIONS},
    responses=problems(400, 401),
)
async def list_sessions(request: Caller, trash: FromQuery[bool] = False) -> SessionList:
    """The boards that the person can open, last changed first; with `trash`, those thrown away. The
    filter `name` finds a part of it."""
    query = listing.read(request, SESSIONS)
    found = await asyncio.to_thread(
        sessions.list_sessions, services(request).store, request.user, query, trashed=trash
    )
    shared = await asyncio.to_thread(
        shares.find_shared, services(request).store, [session.key for session in found.items]
    )
    is_paged = found.next is not None or "limit" in request.query_params
    return SessionList(
        count=found.total,
        results=[_item(request, session, session.key in shared) for session in found.items],
        next=listing.next_cursor(found) if is_paged else msgspec.UNSET,
    )


@post(
    "/",
    guards=[signed_in],
    opt={SCOPE: scopes.SESSIONS_WRITE, BODY: NewSessionFields},
    responses=problems(401, 403, 404, *BODY_ERRORS, *WRITE_ERRORS),
)
async def create_session(request: Caller) -> Response[SessionDetail]:
    """A new board at rev 0. Without a state it has one empty page."""
    with_services = services(request)
    body = await read_object(request, with_services.config.max_state_bytes, "sessions")
    fields = body.fields(NewSessionFields, but="state")
    created = await asyncio.to_thread(
        sessions.create_session,
        with_services.store,
        request.user,
        name=sessions.DEFAULT_NAME if fields.name is msgspec.UNSET else fields.name,
        state=body.state().left if "state" in body else None,
        organization_id=fields.organization_id,
        thumbnail_url=fields.thumbnail_url or None,
    )
    return _detail_of_new(request, created)


@get(
    "/{session_id:str}",
    guards=[signed_in],
    opt={SCOPE: scopes.SESSIONS_READ},
    response_headers=[ETAG],
    responses=problems(401, 404, 503),
)
async def read_session(request: Caller, session_id: FromPath[str]) -> Response[SessionDetail]:
    """The board as it is now. The device is then known to hold this state, also after 304, which
    says that nothing but the address of its thumbnail has changed."""
    session, reading = await _read(request, find(request, session_id))
    etag = preconditions.etag(reading.rev)
    if conditional.is_held(request.scope, etag):
        store = services(request).store
        if await asyncio.to_thread(sessions.is_as_saved, store, session):
            return Response[Any](None, status_code=304, headers={"ETag": etag})
    return detail(request, session_id, reading)


@delete(
    "/{session_id:str}",
    guards=[signed_in],
    opt={SCOPE: scopes.SESSIONS_WRITE},
    responses=problems(401, 403, 404, *WRITE_ERRORS),
)
async def trash_session(request: Caller, session_id: FromPath[str]) -> None:
    """Into the trash, from where it can be restored for 30 days."""
    await asyncio.to_thread(
        sessions.trash_session, services(request).store, request.user, session_id
    )


@post(
    "/{session_id:str}/restore",
    guards=[signed_in],
    opt={SCOPE: scopes.SESSIONS_WRITE},
    status_code=200,
    responses=problems(401, 403, 404, *WRITE_ERRORS),
)
async def restore_session(request: Caller, session_id: FromPath[str]) -> Response[SessionDetail]:
    """Out of the trash."""
    session = await asyncio.to_thread(
        sessions.restore_session, services(request).store, request.user, session_id
    )
    return await show(request, session)


@post(
    "/{session_id:str}/duplicate",
    guards=[signed_in],
    opt={SCOPE: scopes.SESSIONS_WRITE},
    responses=problems(401, 403, 404, *WRITE_ERRORS),
)
async def duplicate_session(request: Caller, session_id: FromPath[str]) -> Response[SessionDetail]:
    """A copy of everything drawn, called "<name> (Copy)"."""
    return _detail_of_new(request, await copy_of(request, session_id))


async def copy_of(request: Caller, session_id: str) -> sessions.Created:
    """A new board with all that is on this one. Raises NotFound."""
    with_services = services(request)
    session = find(request, session_id)
    async with with_services.rooms.enter(session) as room:
        reading = await room.read(None)
    return await asyncio.to_thread(
        sessions.duplicate_session, with_services.store, request.user, session, reading.state
    )


def detail(
    request: Caller, session_id: str, reading: Reading | Saved, *, status_code: int = 200
) -> Response[SessionDetail]:
    """The answer that shows a whole board; the state goes in as the text it is. Raises NotFound."""
    session, is_shared = shares.show_session(services(request).store, request.user, session_id)
    content = SessionDetail(
        id=session.session_id,
        name=session.name,
        page_count=reading.page_count,
        thumbnail_url=addresses.thumbnail(request, session),
        is_shared=is_shared,
        owner_id=session.owner_id,
        created_at=iso_us(session.created_at),
        updated_at=iso_us(session.updated_at),
        state=msgspec.Raw(reading.state),
        rev=reading.rev,
        state_digest=reading.digest,
    )
    headers = {"ETag": preconditions.etag(reading.rev)}
    return Response(content, status_code=status_code, headers=headers)


def _detail_of_new(request: Caller, created: sessions.Created) -> Response[SessionDetail]:
    state, digest, page_count = (
        created.reading.state,
        created.reading.digest,
        created.reading.page_count,
    )
    reading = Reading(0, state, digest, page_count)
    return detail(request, created.session.session_id, reading, status_code=201)


def find(request: Caller, session_id: str) -> Session:
    """The board that the path names, if the caller may open it. Raises NotFound."""
    return sessions.get_session(services(request).store, request.user, session_id)


async def show(request: Caller, session: Session) -> Response[SessionDetail]:
    """The board as it is now; its device is from then on known to hold this state."""
    _, reading = await _read(request, session)
    return detail(request, session.session_id, reading)


async def _read(request: Caller, session: Session) -> tuple[Session, Reading]:
    async with services(request).rooms.enter(session) as room:
        reading = await room.read(request.user)
    if reading.rev != session.rev:
        session = find(request, session.session_id)
    return session, reading


def _item(request: Caller, session: Session, is_shared: bool) -> SessionItem:
    return SessionItem(
        id=session.session_id,
        name=session.name,
        page_count=session.page_count,
        thumbnail_url=addresses.thumbnail(request, session),
        is_shared=is_shared,
        owner_id=session.owner_id,
        created_at=iso_us(session.created_at),
        updated_at=iso_us(session.updated_at),
    )
