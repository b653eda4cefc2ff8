"""Figures for Prometheus, where they are switched on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from litestar import Response, get

from solosync.domain import Store, figures
from solosync.errors import NotFound
from solosync.web import limits
from solosync.web.auth import public
from solosync.web.connections import AnyRequest
from solosync.web.documented import RATE
from solosync.web.measures import Figure
from solosync.web.services import Services, services


@get("/metrics", guards=[public], opt={RATE: limits.NONE}, include_in_schema=False)
async def read_metrics(request: AnyRequest) -> Response[bytes]:
    """For whoever reaches the server: it tells how much there is and how busy it is, and of nobody
    in particular."""
    with_services = services(request)
    if not with_services.config.metrics:
        raise NotFound("page", request.scope["path"])
    rooms = with_services.rooms
    live = [
        Figure("solosync_rooms", "Boards that are open.", "", {"": len(rooms)}),
        Figure("solosync_sockets", "Sockets on boards.", "", {"": rooms.peer_count}),
    ]
    content, media_type = await asyncio.to_thread(_exposition, with_services, live)
    # The framework adds the charset to texts by itself.
    return Response(content, media_type=media_type.removesuffix("; charset=utf-8"))


def _exposition(with_services: Services, live: list[Figure]) -> tuple[bytes, str]:
    stored = list(_stored(with_services.store))
    return with_services.measures.exposition([*live, *stored])


def _stored(store: Store) -> Iterator[Figure]:
    summary, work = figures.summarize(store), figures.work(store)
    yield Figure("solosync_people", "People who may sign in.", "", {"": summary.people.total})
    yield Figure("solosync_boards", "Boards.", "", {"": summary.boards.total})
    updates = {"": figures.updates(store)}
    yield Figure("solosync_updates", "Changes of boards.", "", updates, is_counter=True)
    yield Figure("solosync_exports_kept", "Exports, done or not.", "status", summary.exports)
    yield Figure("solosync_jobs_kept", "Jobs, ended or not.", "status", work.jobs)
    yield Figure("solosync_mails_kept", "Mails, sent or not.", "status", work.mails)
    sizes = figures.database_bytes(store)
    yield Figure("solosync_store_bytes", "The database, its log, and what is free.", "part", sizes)
