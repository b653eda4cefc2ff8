"""The jobs of a running server: what is queued gets to a worker, and what is due gets queued."""

from __future__ import annotations

import logging
import queue
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from solosync import clock
from solosync.domain import jobs
from solosync.errors import SolosyncError
from solosync.events import JobQueued
from solosync.jobs.context import Context, Task
from solosync.jobs.schedule import Rule, is_due
from solosync.jobs.worker import AFTER_FAILURE_SECONDS, Worker
from solosync.records.jobs import Job

if TYPE_CHECKING:
    from solosync.jobs.bell import Bell

log = logging.getLogger(__name__)

# How soon jobs are seen that another process has queued, or whose bell got lost.
LOOK_SECONDS = 1.0
FIND_SECONDS = 10.0
# A start is busy enough with those who wait for their boards.
FIRST_REGULAR_SECONDS = 20.0


class Runner:
    """Between `start` and `close` jobs are worked off, in threads of this process.

    ``schedule`` says when tasks are due that nobody asks for; ``find`` is called every ten seconds
    to queue what else there is to do.
    """

    def __init__(
        self,
        context: Context,
        tasks: Mapping[str, Task],
        schedule: Mapping[str, Rule],
        *,
        find: Callable[[], object] = lambda: None,
        first_regular_seconds: float = FIRST_REGULAR_SECONDS,
    ) -> None:
        self._context = context
        self._store = context.store
        self._tasks = tasks
        self._schedule = schedule
        self._find = find
        self._worker = Worker(context, tasks)
        self._new: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        # Jobs whose bell was rung and that no worker has taken up yet.
        self._rung: set[str] = set()
        self._next_look = time.monotonic()
        self._next_regular = self._next_find = time.monotonic() + first_regular_seconds
        self._is_working = False
        self._unsubscribe: Callable[[], None] = lambda: None
        self._thread = threading.Thread(target=self._work, name="jobs", daemon=True)

    def start(self) -> None:
        """Returns at once; what an earlier server left unfinished is taken up first."""
        self._unsubscribe = self._store.bus.subscribe(
            JobQueued, lambda event: self._new.put(event.job_id)
        )
        self._thread.start()

    @property
    def is_working(self) -> bool:
        """Whether jobs are being taken up: false until the first start of it succeeds."""
        return self._is_working

    def close(self) -> None:
        """Blocks for some seconds at most; what isn't finished then goes on after the next
        start."""
        self._unsubscribe()
        self._context.stopping.set()
        self._new.put(None)
        self._thread.join()

    def _work(self) -> None:
        bell = self._open()
        if bell is None:
            return
        bell.start()
        self._is_working = True
        while not self._context.stopping.is_set():
            try:
                self._wait_for_new(bell)
                self._look_around(bell)
            except Exception as error:
                _log_trouble("Looking after the jobs failed, and is tried again", error)
                self._context.stopping.wait(AFTER_FAILURE_SECONDS)
        bell.close()
        self._context.renderer.close()

    def _open(self) -> Bell | None:
        """None if the server ends before it works."""
        # Here, and not where the server starts: Huey takes its time to be imported.
        from solosync.jobs.bell import Bell

        while not self._context.stopping.is_set():
            try:
                shutil.rmtree(self._context.work_dir, ignore_errors=True)
                self._worker.take_up()
                return Bell(self._context.config.data_dir, self._tasks, self._run)
            except Exception as error:
                _log_trouble("Jobs can't be worked off yet, which is tried again", error)
                self._context.stopping.wait(AFTER_FAILURE_SECONDS)
        return None

    def _run(self, job_id: str) -> None:
        """In a worker's thread. From here on, only the row says whether it is still to be done."""
        self._rung.discard(job_id)
        self._worker.run(job_id)

    def _wait_for_new(self, bell: Bell) -> None:
        try:
            job_id = self._new.get(timeout=max(0.0, self._next_look - time.monotonic()))
        except queue.Empty:
            return
        job = jobs.find(self._store, job_id) if job_id is not None else None
        if job is not None and job.status == "queued" and job.due_at <= clock.now_ms():
            self._ring(bell, job)

    def _look_around(self, bell: Bell) -> None:
        now = time.monotonic()
        if now < self._next_look:
            return
        self._next_look = now + LOOK_SECONDS
        for job in jobs.list_queued(self._store):
            self._ring(bell, job)
        if now >= self._next_regular:
            self._queue_regular()
        if now >= self._next_find:
            self._next_find = now + FIND_SECONDS
            self._find()
        bell.look_after_workers()
        self._context.renderer.end_if_idle()

    def _ring(self, bell: Bell, job: Job) -> None:
        if job.task not in self._tasks:
            message = f"This version of solosync doesn't know the task {job.task}."
            self._worker.give_up(job, message)
        elif job.job_id not in self._rung:
            self._rung.add(job.job_id)
            try:
                bell.ring(job)
            except BaseException:
                self._rung.discard(job.job_id)
                raise

    def _queue_regular(self) -> None:
        last_runs = jobs.last_runs(self._store)
        now_ms = clock.now_ms()
        for task, rule in self._schedule.items():
            if is_due(rule, last_runs.get(task), now_ms):
                jobs.add_regular(self._store, task, now_ms)


def _log_trouble(message: str, error: Exception) -> None:
    """With a traceback only where it isn't known what this is."""
    if isinstance(error, SolosyncError):
        log.warning("%s: %s", message, error)
    else:
        log.error(message, exc_info=error)
