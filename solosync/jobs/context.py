"""What tasks work with."""

import contextlib
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from solosync import paths
from solosync.blobs import Blobs
from solosync.config import Config
from solosync.domain import Store, jobs
from solosync.jobs.renderer import Renderer
from solosync.records.jobs import Job

# Each has workers of its own, so that neither upkeep nor a mailed code waits for a long drawing.
Queue = Literal["pictures", "upkeep", "mail"]
QUEUES: Mapping[Queue, int] = {"pictures": 1, "upkeep": 1, "mail": 4}
"""How many workers. One for mail would let a stranger who has some sent to an address see by his
own mail's delay whether they were, and keep everybody's codes waiting until they have run out."""


class Interrupted(Exception):
    """The server ends; the job goes on after its next start."""


class Cancelled(Exception):
    """Nobody wants it any more."""


class TryAgain(Exception):
    """It didn't work and may later. The message is shown to those who administer the server."""

    def __init__(self, message: str, after_seconds: int) -> None:
        super().__init__(message)
        self.after_seconds = after_seconds


@dataclass(frozen=True, slots=True)
class Context:
    store: Store
    config: Config
    blobs: Blobs
    renderer: Renderer = field(default_factory=Renderer)
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def work_dir(self) -> Path:
        """For what jobs write while they are at it; nothing in it outlives the server."""
        return self.config.data_dir.absolute() / paths.TEMPORARY_NAME / "jobs"

    def check(self, job: Job) -> None:
        """To be called every now and then; raises Interrupted or Cancelled."""
        if self.stopping.is_set():
            raise Interrupted
        if not jobs.is_running(self.store, job.job_id):
            raise Cancelled

    @contextlib.contextmanager
    def folder(self, job: Job) -> Iterator[Path]:
        """An empty folder for one job, gone afterwards with all that is in it."""
        folder = self.work_dir / job.job_id
        # What an earlier attempt has left, if the server died over it.
        shutil.rmtree(folder, ignore_errors=True)
        paths.make_temporary_dir(self.config.data_dir)
        for path in (self.work_dir, folder):
            path.mkdir(mode=0o700, exist_ok=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


class Task(NamedTuple):
    """In its queue, the highest ``priority`` comes first. ``give_up`` tells those who wait for it
    that it failed for good, with a reason that may be shown to them."""

    queue: Queue
    run: Callable[[Context, Job], None]
    priority: int = 0
    give_up: Callable[[Context, Job, str], None] | None = None
