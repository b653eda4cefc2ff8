"""Work done in the background: what is to be done, and how it went.

The rows are the truth. Whoever works them off is told of new ones by events, and finds by the
rows what it missed.
"""

from solosync import clock
from solosync.clock import DAY_MS
from solosync.domain import audit
from solosync.errors import Conflict, NotFound, RateLimited
from solosync.events import JobQueued, JobSettled
from solosync.ids import new_id
from solosync.records.actors import Actor
from solosync.records.jobs import Job, JobStatus
from solosync.records.listing import Query, Slice
from solosync.store import jobs
from solosync.store.engine import Store
from solosync.store.transactions import Tx

MOST_UNFINISHED = 20
MOST_ATTEMPTS = 3
RETRY_AFTER_SECONDS = 30
DONE_KEPT_MS = DAY_MS
FAILED_KEPT_MS = 30 * DAY_MS


def add(tx: Tx, task: str, subject: str = "", user_id: str | None = None) -> str:
    """A new job's id. It is begun only after the commit, and may run twice if the program dies.

    Raises RateLimited when the person has MOST_UNFINISHED jobs waiting already.
    """
    if user_id is not None and jobs.count_unfinished(tx, user_id) >= MOST_UNFINISHED:
        raise RateLimited(
            RETRY_AFTER_SECONDS,
            f"{MOST_UNFINISHED} of your exports and pictures are still being made."
            " Wait for some of them, or delete those that aren't needed.",
        )
    job = Job(
        job_id=new_id(),
        task=task,
        subject=subject,
        user_id=user_id,
        status="queued",
        attempts=0,
        error=None,
        created_at=clock.now_ms(),
        started_at=None,
        finished_at=None,
    )
    jobs.insert(tx, job)
    tx.emit(JobQueued(job.job_id))
    return job.job_id


def add_once(tx: Tx, task: str, subject: str = "", user_id: str | None = None) -> str:
    """As `add`, but where the same is waiting to be begun already, that one's id."""
    waiting = jobs.find_queued(tx, task, subject)
    return waiting.job_id if waiting is not None else add(tx, task, subject, user_id)


def is_unfinished(tx: Tx, task: str, subject: str) -> bool:
    """Whether it is waiting or being worked on."""
    return jobs.is_unfinished(tx, task, subject)


def cancel(tx: Tx, subject: str) -> int:
    """Ends all unfinished jobs about a subject; one that is being worked on is stopped soon."""
    ended = jobs.cancel(tx, subject, clock.now_ms())
    for job in ended:
        tx.emit(_settled(job))
    return len(ended)


def find(store: Store, job_id: str) -> Job | None:
    return store.read(lambda tx: jobs.find(tx, job_id))


def list_jobs(store: Store, *, status: JobStatus | None = None) -> list[Job]:
    """The last added first."""
    return store.read(lambda tx: jobs.list_all(tx, status=status))


def page_jobs(store: Store, query: Query) -> Slice[Job]:
    """For staff."""
    return store.read(lambda tx: jobs.page(tx, query))


def retry(store: Store, job_id: str, actor: Actor | None = None) -> Job:
    """Queues a failed or cancelled job once more; without an actor, for the person at the machine.
    Raises NotFound, or Conflict if it is done or still unfinished."""
    event = audit.event("job.retry", actor, target=job_id)
    if actor is None:
        event = audit.event("job.retry", target=job_id, via="terminal")

    def reopen(tx: Tx) -> Job:
        job = jobs.reopen(tx, job_id)
        if job is None:
            if (present := jobs.find(tx, job_id)) is None:
                raise NotFound("job", job_id)
            raise Conflict(
                f"Only a failed or cancelled job can be retried; it is {present.status}."
            )
        tx.emit(JobQueued(job.job_id))
        audit.record(tx, event)
        return job

    return store.write(reopen)


def run_regular(store: Store, actor: Actor, task: str) -> Job:
    """Queues a regular task now, whenever it is due; where it waits already, that job."""
    event = audit.event("job.run", actor, target=task)

    def add_now(tx: Tx) -> Job:
        job_id = add_once(tx, task)
        audit.record(tx, event)
        job = jobs.find(tx, job_id)
        assert job is not None
        return job

    return store.write(add_now)


# -- for those who work the jobs off -----------------------------------------------------------


def list_queued(store: Store) -> list[Job]:
    """Those that may be begun now, the first added first."""
    return store.read(lambda tx: jobs.list_due(tx, clock.now_ms()))


def list_running(store: Store) -> list[Job]:
    return store.read(lambda tx: jobs.list_unfinished(tx, status="running"))


def claim(store: Store, job_id: str) -> Job | None:
    """Begins a job; None if somebody else did, it was cancelled, or is not due."""
    return store.write(lambda tx: jobs.claim(tx, job_id, clock.now_ms()))


def is_running(store: Store, job_id: str) -> bool:
    """Whether it was begun and neither ended nor cancelled."""
    job = find(store, job_id)
    return job is not None and job.status == "running"


def finish(store: Store, job_id: str) -> None:
    """Does nothing if it was cancelled meanwhile."""
    _settle(store, job_id, "done", None)


def fail(store: Store, job_id: str, message: str) -> None:
    """``message`` is shown to whoever asked for it. Does nothing if it was cancelled meanwhile."""
    _settle(store, job_id, "failed", message)


def put_back(store: Store, job: Job, *, counts: bool) -> None:
    """Queues a running job again, to be begun at once; ``counts`` says whether the attempt that
    didn't end counts as one."""
    attempts = job.attempts if counts else job.attempts - 1

    def write(tx: Tx) -> None:
        if jobs.put_back(tx, job.job_id, attempts=attempts) is not None:
            tx.emit(JobQueued(job.job_id))

    store.write(write)


def postpone(store: Store, job: Job, seconds: int, reason: str) -> None:
    """Queues a running job again, to be begun some time from now; the attempt doesn't count.
    ``reason`` is what its list shows meanwhile."""
    due_at = clock.now_ms() + seconds * 1000
    store.write(
        lambda tx: jobs.put_back(
            tx, job.job_id, attempts=job.attempts - 1, due_at=due_at, error=reason
        )
    )


def last_runs(store: Store) -> dict[str, int]:
    """When each regular task was last queued; those that never were are missing."""
    return store.read(jobs.last_runs)


def add_regular(store: Store, task: str, now_ms: int) -> None:
    """Queues a regular task and remembers when, together."""

    def write(tx: Tx) -> None:
        jobs.put_last_run(tx, task, now_ms)
        add_once(tx, task)

    store.write(write)


def purge(tx: Tx, now_ms: int) -> int:
    """Forgets jobs that ended long ago; how many."""
    return jobs.purge(tx, ended_before=now_ms - DONE_KEPT_MS, failed_before=now_ms - FAILED_KEPT_MS)


def _settle(store: Store, job_id: str, status: JobStatus, error: str | None) -> None:
    def write(tx: Tx) -> None:
        job = jobs.settle(tx, job_id, status, error, clock.now_ms())
        if job is not None:
            tx.emit(_settled(job))

    store.write(write)


def _settled(job: Job) -> JobSettled:
    return JobSettled(job.job_id, job.task, job.subject, job.status)
