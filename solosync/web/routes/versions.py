"""A board's history: what each rev brought, how the board looked then, and back to that."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter

from solosync.clock import iso
from solosync.domain import history
from solosync.errors import NotFound
from solosync.realtime.room import Saved
from solosync.records import scopes
from solosync.records.versions import Version
from solosync.web import limits, listing, paging
from solosync.web.auth import signed_in
from solosync.web.documented import RATE, SCOPE, WRITE_ERRORS, problems
from solosync.web.routes.sessions import MOST_A_PAGE, JsonObject, SessionDetail, detail, find
from solosync.web.services import Caller, services

ASIDES_A_PAGE = 50
_ENTRIES: msgspec.json.Decoder[list[msgspec.Raw]] = msgspec.json.Decoder(list[msgspec.Raw])


class VersionItem(msgspec.Struct):
    """What one rev brought: by whom, from which device, a summary, and its size in bytes."""

    rev: int
    created_at: str
    actor: str
    device: str
    summary: str
    size: int


class VersionList(msgspec.Struct):
    """`next` as in the list of boards."""

    count: int
    results: list[VersionItem]
    next: str | msgspec.UnsetType | None = msgspec.UNSET


class AsideItem(msgspec.Struct):
    """A version whose merge chose against something: `set_aside` as in the version."""

    rev: int
    created_at: str
    actor: str
    device: str
    set_aside: list[JsonObject]


class AsideList(msgspec.Struct):
    count: int
    results: list[AsideItem]
    next: str | None


class VersionDetail(msgspec.Struct):
    """The board as it was. `set_aside` lists what the save's merge chose against:
    `{page, list, id, field?, value}` each."""

    rev: int
    created_at: str
    state: JsonObject
    set_aside: list[JsonObject]


@get(
    "/{session_id:str}/versions",
    guards=[signed_in],
    opt={SCOPE: scopes.SESSIONS_READ, RATE: limits.AUTOSAVE},
    responses=problems(400, 401, 404),
)
async def list_versions(
    request: Caller,
    session_id: FromPath[str],
    limit: Annotated[int | None, QueryParameter(ge=1, le=MOST_A_PAGE)] = None,
    cursor: FromQuery[str | None] = None,
) -> VersionList:
    """Every rev that is kept, newest first."""
    listing.refuse_questions(request, "newest first")
    session = find(request, session_id)
    before = paging.position(cursor)
    versions = await asyncio.to_thread(history.list_versions, services(request).store, session.key)
    rest = versions if before is None else [it for it in versions if it.rev < before[0]]
    page = rest[:limit]
    end = msgspec.UNSET if limit is None else None
    return VersionList(
        count=len(versions),
        results=[_item(version) for version in page],
        next=paging.cursor((page[-1].rev, 0)) if len(page) < len(rest) else end,
    )


@get(
    "/{session_id:str}/set-aside",
    guards=[signed_in],
    opt={SCOPE: scopes.SESSIONS_READ, RATE: limits.AUTOSAVE},
    responses=problems(400, 401, 404),
)
async def list_set_aside(
    request: Caller,
    session_id: FromPath[str],
    limit: Annotated[int, QueryParameter(ge=1, le=MOST_A_PAGE)] = ASIDES_A_PAGE,
    cursor: FromQuery[str | None] = None,
) -> AsideList:
    """What merges chose against, newest first: all the versions that set something aside."""
    listing.refuse_questions(request, "newest first")
    session = find(request, session_id)
    before = paging.position(cursor)
    found, count, is_more = await asyncio.to_thread(
        history.list_asides,
        services(request).store,
        session.key,
        limit=limit,
        before=before[0] if before else None,
    )
    return AsideList(
        count=count,
        results=[
            AsideItem(
                rev=version.rev,
                created_at=iso(version.created_at),
                actor=version.actor,
                device=version.device,
                set_aside=_entries(texts),
            )
            for version, texts in found
        ],
        next=paging.cursor((found[-1].version.rev, 0)) if is_more else None,
    )


@get(
    "/{session_id:str}/versions/{rev:str}",
    guards=[signed_in],
    opt={SCOPE: scopes.SESSIONS_READ, RATE: limits.AUTOSAVE},
    responses=problems(401, 404, 503),
)
async def read_version(
    request: Caller, session_id: FromPath[str], rev: FromPath[str]
) -> Response[VersionDetail]:
    """The board as it was at that rev."""
    store, session, number = services(request).store, find(request, session_id), _number(rev)

    def read() -> VersionDetail:
        version = history.get_version(store, session.key, number)
        aside = history.list_set_aside(store, session.key, number)
        return VersionDetail(
            rev=number,
            created_at=iso(version.created_at),
            state=msgspec.Raw(history.document_at(store, session, number).reading().state),
            set_aside=_entries(aside),
        )

    return Response(await asyncio.to_thread(read))


@post(
    "/{session_id:str}/versions/{rev:str}/restore",
    guards=[signed_in],
    opt={SCOPE: scopes.SESSIONS_WRITE},
    status_code=200,
    responses=problems(401, 403, 404, *WRITE_ERRORS),
)
async def restore_version(
    request: Caller, session_id: FromPath[str], rev: FromPath[str]
) -> Response[SessionDetail]:
    """Back to how the board was, as a new rev that can itself be undone."""
    saved = await restored(request, session_id, rev)
    return detail(request, session_id, saved)


async def restored(request: Caller, session_id: str, rev: str) -> Saved:
    """The board, brought back to that rev. Raises NotFound."""
    async with services(request).rooms.enter(find(request, session_id)) as room:
        return await room.restore(request.user, _number(rev))


def _entries(texts: list[bytes]) -> list[JsonObject]:
    return [entry for text in texts for entry in _ENTRIES.decode(text)]


def _item(version: Version) -> VersionItem:
    return VersionItem(
        rev=version.rev,
        created_at=iso(version.created_at),
        actor=version.actor,
        device=version.device,
        summary=version.summary,
        size=version.size,
    )


def _number(rev: str) -> int:
    """Raises NotFound for what is no rev."""
    if not (rev.isascii() and rev.isdecimal() and len(rev) < 19):
        raise NotFound("version", rev)
    return int(rev)
