import queue

import pytest

from solosync import blobs
from solosync.config import Config
from solosync.domain import jobs
from solosync.events import JobSettled
from solosync.jobs.context import Context
from tests.servers import PATIENCE_SECONDS


@pytest.fixture
def context(store, data_dir):
    config = Config(data_dir=data_dir)
    return Context(store, config, blobs.open_blobs("", data_dir))


@pytest.fixture
def add(store):
    """Queues a job; its id."""

    def add(task, subject="", user_id=None):
        return store.write(lambda tx: jobs.add(tx, task, subject, user_id))

    return add


@pytest.fixture
def settled(store):
    """Waits for the next job to end, whichever it is; its id and how it ended."""
    events: queue.SimpleQueue[JobSettled] = queue.SimpleQueue()
    store.bus.subscribe(JobSettled, events.put)

    def wait():
        event = events.get(timeout=PATIENCE_SECONDS)
        return event.job_id, event.status

    return wait
