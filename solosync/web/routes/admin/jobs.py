"""Work in the background: what there is, and having some done now or once more."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import FromPath

from solosync.clock import iso
from solosync.domain import jobs
from solosync.errors import Invalid
from solosync.jobs.schedule import SCHEDULE
from solosync.records import scopes
from solosync.records.jobs import Job, JobStatus
from solosync.web import limits, listing
from solosync.web.auth import staff
from solosync.web.bodies import read_object
from solosync.web.documented import BODY, BODY_ERRORS, RATE, SCOPE, WRITE_ERRORS, problems
from solosync.web.listing import LISTING, TEXT, Listing, one_of
from solosync.web.routes.admin.looks import look
from solosync.web.services import Caller, services

BODY_BYTES = 16 * 1024
JOBS = Listing(
    sorts=("created_at", "finished_at", "status", "task"),
    filters={
        "status": one_of("queued", "running", "done", "failed", "cancelled"),
        "task": TEXT,
    },
    default="-created_at",
)


class JobItem(msgspec.Struct):
    """`subject` is the id of what it is about, `user_id` who asked for it. `due_at` is when one
    that waits to be tried again is."""

    id: str
    task: str
    subject: str
    user_id: str | None
    status: JobStatus
    attempts: int
    error: str | None
    created_at: str
    started_at: str | None
    finished_at: str | None
    due_at: str | None


class JobPage(msgspec.Struct):
    data: list[JobItem]
    meta: listing.Meta


class RunFields(msgspec.Struct):
    """The name of a regular task."""

    task: Annotated[str, msgspec.Meta(extra_json_schema={"enum": sorted(SCHEDULE)})]


@get(
    "/",
    guards=[staff],
    opt={SCOPE: scopes.ADMIN_READ, RATE: limits.ADMIN, LISTING: JOBS},
    responses=problems(*WRITE_ERRORS),
)
async def list_jobs(request: Caller) -> JobPage:
    """Of everybody; those that ended are kept for a day, those that failed for a month."""
    query = listing.read(request, JOBS)
    await look(request, "jobs", query)
    found = await asyncio.to_thread(jobs.page_jobs, services(request).store, query)
    return JobPage([_item(job) for job in found.items], listing.meta(found))


@post(
    "/",
    guards=[staff],
    status_code=202,
    opt={SCOPE: scopes.ADMIN_WRITE, RATE: limits.ADMIN, BODY: RunFields},
    responses=problems(*BODY_ERRORS, *WRITE_ERRORS),
)
async def run_job(request: Caller) -> JobItem:
    """Have a regular task done now. Where it waits already, it is that job."""
    task = (await read_object(request, BODY_BYTES, "jobs")).fields(RunFields).task
    if task not in SCHEDULE:
        raise Invalid(
            f"Tasks that can be run are {', '.join(sorted(SCHEDULE))}.",
            fields={"task": "unknown"},
        )
    store = services(request).store
    return _item(await asyncio.to_thread(jobs.run_regular, store, request.user, task))


@post(
    "/{job_id:str}/retry",
    guards=[staff],
    status_code=202,
    opt={SCOPE: scopes.ADMIN_WRITE, RATE: limits.ADMIN},
    responses=problems(404, 409, *WRITE_ERRORS),
)
async def retry_job(request: Caller, job_id: FromPath[str]) -> JobItem:
    """Have a failed or cancelled one done once more."""
    store = services(request).store
    return _item(await asyncio.to_thread(jobs.retry, store, job_id, request.user))


def _item(job: Job) -> JobItem:
    return JobItem(
        id=job.job_id,
        task=job.task,
        subject=job.subject,
        user_id=job.user_id,
        status=job.status,
        attempts=job.attempts,
        error=job.error,
        created_at=iso(job.created_at),
        started_at=_time(job.started_at),
        finished_at=_time(job.finished_at),
        due_at=iso(job.due_at) if job.due_at else None,
    )


def _time(ms: int | None) -> str | None:
    return None if ms is None else iso(ms)
