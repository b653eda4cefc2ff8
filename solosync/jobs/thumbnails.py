"""The small pictures of boards."""

from pathlib import Path

from solosync.domain import thumbnails
from solosync.jobs.context import Context
from solosync.jobs.requests import Request
from solosync.records.jobs import Job


def make(context: Context, job: Job) -> None:
    """Nothing to do if the board is gone."""
    with context.folder(job) as folder:
        work = thumbnails.begin(context.store, context.blobs, job.subject, folder)
        if work is None:
            return
        out = folder / "thumbnail"
        made = context.renderer.render(
            Request("thumbnail", str(work.document), work.title, str(out)),
            on_progress=lambda done, total: None,
            check=lambda: context.check(job),
        )
        webp, png = (Path(f"{out}.{suffix}").read_bytes() for suffix in ("webp", "png"))
        thumbnails.complete(
            context.store, context.blobs, job.subject, work.rev, webp, png, made.state_bytes
        )


def give_up(context: Context, job: Job, message: str) -> None:
    thumbnails.fail(context.store, job.subject)
