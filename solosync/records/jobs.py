"""Work to be done in the background."""

from typing import Literal

import msgspec

JobStatus = Literal["queued", "running", "done", "failed", "cancelled"]


class Job(msgspec.Struct, frozen=True):
    """``subject`` is the id of what the task is about, empty where it is about everything;
    ``user_id`` is who asked for it. ``attempts`` counts how often it was begun,
    but for those tries that ended with the wish to be tried again after ``due_at``; until then it
    waits, and ``error`` says why."""

    job_id: str
    task: str
    subject: str
    user_id: str | None
    status: JobStatus
    attempts: int
    error: str | None
    created_at: int
    started_at: int | None
    finished_at: int | None
    due_at: int = 0
