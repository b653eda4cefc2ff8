"""Figures of the server as a whole."""

from __future__ import annotations

import asyncio

import msgspec
from litestar import get

from solosync import __version__
from solosync.clock import iso
from solosync.domain import figures
from solosync.records import scopes
from solosync.records.figures import (
    BoardFigures,
    OrganizationFigures,
    PeopleFigures,
    StoreBytes,
)
from solosync.web import limits
from solosync.web.auth import staff
from solosync.web.documented import RATE, SCOPE, WRITE_ERRORS, problems
from solosync.web.routes.admin.looks import look
from solosync.web.services import Caller, Services, in_file_thread, services


class LiveFigures(msgspec.Struct):
    """Boards that are open now, the sockets they are open for, and about how much memory they
    take."""

    rooms: int
    sockets: int
    bytes: int


class RequestFigures(msgspec.Struct):
    """Since the start; `errors` were answered with 500 or above, `refused` with 429."""

    total: int
    errors: int
    refused: int


class MetricsSummary(msgspec.Struct):
    """`exports` is by status."""

    version: str
    started_at: str
    uptime_seconds: float
    people: PeopleFigures
    boards: BoardFigures
    exports: dict[str, int]
    requests: RequestFigures
    live: LiveFigures


class ErrorFigures(msgspec.Struct):
    """What went wrong: requests since the start, jobs and mails as long as they are kept."""

    requests: int
    jobs: int
    mails: int


class StorageMetrics(msgspec.Struct):
    """`counts` is by kind, `queue_depth` counts jobs that wait or are worked on, `jobs` and `mails`
    are by status, `organizations` are the ten that hold most."""

    counts: dict[str, int]
    bytes: StoreBytes
    queue_depth: int
    jobs: dict[str, int]
    mails: dict[str, int]
    live: LiveFigures
    errors: ErrorFigures
    organizations: list[OrganizationFigures]


@get(
    "/summary",
    guards=[staff],
    opt={SCOPE: scopes.ADMIN_READ, RATE: limits.ADMIN},
    responses=problems(*WRITE_ERRORS),
)
async def read_summary(request: Caller) -> MetricsSummary:
    """Who and what there is, and how the server does."""
    await look(request, "metrics", target="summary")
    with_services = services(request)
    summary = await asyncio.to_thread(figures.summarize, with_services.store)
    measures = with_services.measures
    return MetricsSummary(
        version=__version__,
        started_at=iso(measures.started_at),
        uptime_seconds=round(measures.uptime_seconds, 3),
        people=summary.people,
        boards=summary.boards,
        exports=summary.exports,
        requests=RequestFigures(measures.requests, measures.errors, measures.refused_too_many),
        live=_live(with_services),
    )


@get(
    "/storage",
    guards=[staff],
    opt={SCOPE: scopes.ADMIN_READ, RATE: limits.ADMIN},
    responses=problems(*WRITE_ERRORS),
)
async def read_storage(request: Caller) -> StorageMetrics:
    """What is kept and how large it is, what waits to be done, and what went wrong."""
    await look(request, "metrics", target="storage")
    with_services = services(request)
    found = await in_file_thread(
        request, figures.measure_storage, with_services.store, with_services.blobs
    )
    jobs, mails = found.work
    return StorageMetrics(
        counts=found.counts,
        bytes=found.bytes,
        queue_depth=jobs["queued"] + jobs["running"],
        jobs=jobs,
        mails=mails,
        live=_live(with_services),
        errors=ErrorFigures(with_services.measures.errors, jobs["failed"], mails["failed"]),
        organizations=found.organizations,
    )


def _live(with_services: Services) -> LiveFigures:
    rooms = with_services.rooms
    return LiveFigures(len(rooms), rooms.peer_count, rooms.memory_bytes)
