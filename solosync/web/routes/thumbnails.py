"""Thumbnails: made anew when somebody asks, shown to whoever knows the address."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from solosync.domain import Store, thumbnails
from solosync.domain.features import THUMBNAILS
from solosync.errors import NotFound, Unavailable
from solosync.events import JobSettled
from solosync.records import scopes
from solosync.records.actors import Actor
from solosync.web import addresses, downloads, limits
from solosync.web.auth import public, signed_in
from solosync.web.connections import AnyRequest
from solosync.web.documented import RATE, SCOPE, WRITE_ERRORS, problems
from solosync.web.routes.sessions import find
from solosync.web.services import Caller, in_file_thread, services

PATIENCE_SECONDS = 15.0


class MadeThumbnail(msgspec.Struct):
    thumbnail_url: str
    status: Literal["success"]


@post(
    "/{session_id:str}/thumbnail",
    guards=[signed_in],
    opt={SCOPE: scopes.SESSIONS_WRITE},
    status_code=200,
    responses=problems(401, 403, 404, 429, *WRITE_ERRORS),
)
async def make_thumbnail(request: Caller, session_id: FromPath[str]) -> MadeThumbnail:
    """A picture of the board as it is now; from then on it's renewed when the board changes."""
    return MadeThumbnail(await renewed(request, session_id), "success")


async def renewed(request: Caller, session_id: str) -> str:
    """The address of a picture of the board as it is now. Raises FeatureOff, Unavailable."""
    with_services = services(request)
    session = find(request, session_id)
    with_services.features.check(THUMBNAILS, session.organization_id, request.user.user_id)
    async with with_services.rooms.enter(session) as room:
        await room.read()  # what was drawn before is on disk then, where the job finds it
    status = await _made(with_services.store, request.user, session_id)
    url = addresses.thumbnail(request, find(request, session_id))
    if url is None or status != "done":
        raise Unavailable("The picture couldn't be made; `solosync jobs --failed` says why.")
    return url


@get(
    "/thumbnails/{name:str}", guards=[public], opt={RATE: limits.AUTOSAVE}, include_in_schema=False
)
async def show_thumbnail(request: AnyRequest, name: FromPath[str]) -> Response[Any]:
    """As WebP or PNG, by the suffix. An older version's address shows the newest."""
    with_services = services(request)
    found = thumbnails.get_content(with_services.store, with_services.keys, name)
    size = await in_file_thread(request, with_services.blobs.size, found.sha256)
    if size is None:
        raise NotFound("thumbnail", name)
    is_newest = request.query_params.get("v") == str(found.version)
    headers = {"Cache-Control": downloads.FOREVER if is_newest else "no-cache"}
    download = downloads.Download(found.sha256, size, found.content_type, headers)
    return await downloads.send(request, with_services.blobs, download)


async def _made(store: Store, actor: Actor, session_id: str) -> str:
    """Has one made; how the job ended. Raises Unavailable when it takes too long, and goes on."""
    loop = asyncio.get_running_loop()
    settled: asyncio.Queue[JobSettled] = asyncio.Queue()

    def tell(event: JobSettled) -> None:
        if event.subject == session_id:
            loop.call_soon_threadsafe(settled.put_nowait, event)

    # Before the job is added, or its end could be missed.
    unsubscribe = store.bus.subscribe(JobSettled, tell)
    try:
        job_id = await asyncio.to_thread(thumbnails.request, store, actor, session_id)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (event := await settled.get()).job_id != job_id:
                pass
        return event.status
    except TimeoutError:
        raise Unavailable("The picture is still being made. Ask again in a moment.") from None
    finally:
        unsubscribe()
