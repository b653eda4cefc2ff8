"""Huey's part: it hands the ids of jobs to workers, in order of priority.

Nothing is lost with its file, which is made afresh at each start: the rows of the database say
what is to be done. So it need not be safe on disk either.
"""

import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from huey import SqliteHuey
from huey.consumer import Consumer

from solosync.jobs.context import QUEUES, Task
from solosync.paths import JOBS_NAME
from solosync.records.jobs import Job

LONGEST_POLL_SECONDS = 0.25
STOP_SECONDS = 5.0


class Bell:
    """``run`` is called in a worker's thread of a job's queue."""

    def __init__(
        self, data_dir: Path, tasks: Mapping[str, Task], run: Callable[[str], None]
    ) -> None:
        logging.getLogger("huey").setLevel(logging.WARNING)
        path = _fresh_file(data_dir)
        self._hueys = {
            queue: SqliteHuey(queue, filename=str(path), results=False, fsync=False)
            for queue in QUEUES
        }
        self._ring = {}
        for name, task in tasks.items():
            # Huey calls a task by its module and name; ours mustn't change when code moves.
            module, _, short = name.rpartition(".")
            register = self._hueys[task.queue].task(
                name=short, priority=task.priority, __module__=module
            )
            self._ring[name] = register(run)
        self._consumers = [_Consumer(self._hueys[queue], QUEUES[queue]) for queue in QUEUES]

    def start(self) -> None:
        for consumer in self._consumers:
            consumer.start()

    def ring(self, job: Job) -> None:
        """Raises KeyError for a task that isn't known."""
        self._ring[job.task](job.job_id)

    def look_after_workers(self) -> None:
        """Replaces threads that died."""
        for consumer in self._consumers:
            consumer.check_worker_health()

    def close(self) -> None:
        """Waits for the jobs that are being worked on, up to STOP_SECONDS."""
        for consumer in self._consumers:
            consumer.stop()
        for consumer in self._consumers:
            consumer.stop(graceful=True)
        for huey in self._hueys.values():
            huey.storage.close()


class _Consumer(Consumer):  # type: ignore[misc]
    """Its workers; our loop and our handlers of signals, not Huey's."""

    def __init__(self, huey: SqliteHuey, workers: int) -> None:
        super().__init__(
            huey,
            workers=workers,
            periodic=False,
            max_delay=LONGEST_POLL_SECONDS,
            scheduler_interval=60,
            shutdown_timeout=STOP_SECONDS,
        )

    def _set_signal_handlers(self) -> None:
        """The server has its own."""


def _fresh_file(data_dir: Path) -> Path:
    """Empty, readable by its owner alone: who can write to it can make us run anything."""
    path = data_dir / JOBS_NAME
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    return path
