"""Drawing what somebody asked for."""

import time

import msgspec

from solosync.domain import export_work
from solosync.jobs.context import Cancelled, Context
from solosync.jobs.requests import Request
from solosync.records.jobs import Job
from solosync.records.pictures import PictureOptions

# A row is written for each; a page may take only a few milliseconds.
PROGRESS_SECONDS = 0.5


def make(context: Context, job: Job) -> None:
    """Nothing to do if the export was deleted, or was completed just before the server died."""
    with context.folder(job) as folder:
        work = export_work.begin(context.store, context.blobs, job.subject, folder)
        if work is None:
            return
        out = folder / "picture"
        made = context.renderer.render(
            Request(
                kind="export",
                document=str(work.document),
                title=work.title,
                out=str(out),
                format=work.format,
                options=msgspec.json.decode(work.options, type=PictureOptions),
            ),
            on_progress=_Progress(context, job),
            check=lambda: context.check(job),
        )
        export_work.complete(
            context.store,
            context.blobs,
            job.subject,
            out,
            content_type=made.content_type,
            suffix=made.suffix,
            page_count=made.page_count,
            warnings=made.warnings,
        )


def give_up(context: Context, job: Job, message: str) -> None:
    export_work.fail(context.store, job.subject, message)


class _Progress:
    """Tells how far it is, not too often. Raises Cancelled."""

    def __init__(self, context: Context, job: Job) -> None:
        self._store = context.store
        self._export_id = job.subject
        self._next = 0.0

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + PROGRESS_SECONDS
        if not export_work.set_progress(self._store, self._export_id, done, total):
            raise Cancelled
