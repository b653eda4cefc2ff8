"""One job from its beginning to its end, whatever happens."""

import functools
import logging
from collections.abc import Callable, Mapping

from solosync.domain import jobs
from solosync.errors import SolosyncError, StorageFailed, Unavailable
from solosync.jobs.context import Cancelled, Context, Interrupted, Task, TryAgain
from solosync.jobs.renderer import RenderCrashed
from solosync.jobs.requests import DISK_FULL, is_full
from solosync.records.jobs import Job

log = logging.getLogger(__name__)

AFTER_FAILURE_SECONDS = 5.0
BROKEN = "Something went wrong inside; the server's log says what."


class Worker:
    def __init__(self, context: Context, tasks: Mapping[str, Task]) -> None:
        self._context = context
        self._store = context.store
        self._tasks = tasks

    def run(self, job_id: str) -> None:
        """Does nothing if the job isn't queued any more, or can't be begun just now: then it stays
        queued. Never raises."""
        job = self._claim(job_id)
        if job is None:
            return
        try:
            self._tasks[job.task].run(self._context, job)
        except Cancelled:
            return
        except Exception as error:
            end = functools.partial(self._after, job, error)
        else:
            end = functools.partial(jobs.finish, self._store, job_id)
        self._settle(end)

    def take_up(self) -> None:
        """Queues what an earlier server was working on when it died, unless that happened too
        often."""
        for job in jobs.list_running(self._store):
            if job.attempts >= jobs.MOST_ATTEMPTS:
                self.give_up(job, f"The server ended in the middle of it, {job.attempts} times.")
            else:
                jobs.put_back(self._store, job, counts=True)

    def give_up(self, job: Job, message: str) -> None:
        # The job last: if this is cut short, it is done again.
        task = self._tasks.get(job.task)
        if task is not None and task.give_up is not None:
            task.give_up(self._context, job, message)
        jobs.fail(self._store, job.job_id, message)

    def _claim(self, job_id: str) -> Job | None:
        if self._context.stopping.is_set():
            return None
        try:
            return jobs.claim(self._store, job_id)
        except SolosyncError as error:
            log.warning("A job could not be begun, which is tried again: %s", error)
            self._context.stopping.wait(AFTER_FAILURE_SECONDS)
            return None

    def _after(self, job: Job, error: Exception) -> None:
        """A job that didn't end well is queued again, or given up."""
        if isinstance(error, Interrupted) or self._context.stopping.is_set():
            jobs.put_back(self._store, job, counts=False)
        elif isinstance(error, RenderCrashed) and job.attempts < jobs.MOST_ATTEMPTS:
            log.warning("%s It is tried again.", error)
            jobs.put_back(self._store, job, counts=True)
        elif isinstance(error, TryAgain):
            jobs.postpone(self._store, job, error.after_seconds, str(error))
        else:
            self.give_up(job, _reason(job, error))

    def _settle(self, end: Callable[[], None]) -> None:
        """Tries until it is stored: with a full disk, no other job could be done anyway."""
        while True:
            try:
                end()
                break
            except (StorageFailed, Unavailable) as error:
                if self._context.stopping.is_set():
                    break  # the next start finds it unfinished
                log.warning("How a job ended could not be stored, which is tried again: %s", error)
                self._context.stopping.wait(AFTER_FAILURE_SECONDS)


def _reason(job: Job, error: Exception) -> str:
    """What to tell those who asked for it; all else goes to the log."""
    if isinstance(error, RenderCrashed):
        return f"{error} It was tried {job.attempts} times."
    if isinstance(error, SolosyncError):
        return str(error)
    if isinstance(error, OSError) and is_full(error):
        return DISK_FULL
    log.error("Job %s (%s) failed", job.job_id, job.task, exc_info=error)
    if isinstance(error, OSError) and error.strerror:
        return f"The server's disk refused: {error.strerror}."
    return BROKEN
