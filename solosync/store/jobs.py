"""Background jobs, and when the regular ones last ran."""

from solosync.records.jobs import Job, JobStatus
from solosync.records.listing import Query, Slice
from solosync.store import listing
from solosync.store.listing import Listed
from solosync.store.transactions import Tx

COLUMNS = (
    "job_id, task, subject, user_id, status, attempts, error, created_at, started_at, finished_at,"
    " due_at"
)
_LISTED = Listed(
    columns=COLUMNS,
    source="FROM jobs WHERE TRUE",
    sorts={
        "created_at": "created_at",
        "finished_at": "coalesce(finished_at, 0)",
        "status": "status",
        "task": "task",
    },
    filters={"status": "status = ?", "task": "task = ?"},
    key="rowid",
)
# In these words exactly, or SQLite doesn't see that the partial index will do.
UNFINISHED = "status IN ('queued', 'running')"


def insert(tx: Tx, job: Job) -> None:
    tx.execute(
        f"INSERT INTO jobs ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            job.job_id,
            job.task,
            job.subject,
            job.user_id,
            job.status,
            job.attempts,
            job.error,
            job.created_at,
            job.started_at,
            job.finished_at,
            job.due_at,
        ),
    )


def find(tx: Tx, job_id: str) -> Job | None:
    row = tx.one(f"SELECT {COLUMNS} FROM jobs WHERE job_id = ?", (job_id,))
    return Job(*row) if row else None


def find_queued(tx: Tx, task: str, subject: str) -> Job | None:
    row = tx.one(
        f"""
        SELECT {COLUMNS} FROM jobs
        WHERE subject = ? AND task = ? AND {UNFINISHED} AND status = 'queued'
        """,
        (subject, task),
    )
    return Job(*row) if row else None


def is_unfinished(tx: Tx, task: str, subject: str) -> bool:
    sql = f"SELECT 1 FROM jobs WHERE subject = ? AND task = ? AND {UNFINISHED}"
    return tx.one(sql, (subject, task)) is not None


def list_all(tx: Tx, *, status: JobStatus | None = None) -> list[Job]:
    """The last added first; of one status only, if it is given."""
    rows = tx.all(
        f"""
        SELECT {COLUMNS} FROM jobs WHERE ?1 IS NULL OR status = ?1
        ORDER BY created_at DESC, rowid DESC
        """,
        (status,),
    )
    return [Job(*row) for row in rows]


def page(tx: Tx, query: Query) -> Slice[Job]:
    found = listing.page(tx, _LISTED, (), query)
    return Slice([Job(*row) for row in found.items], found.next, found.prev, found.total)


def list_unfinished(tx: Tx, *, status: JobStatus | None = None) -> list[Job]:
    """The first added first."""
    rows = tx.all(
        f"""
        SELECT {COLUMNS} FROM jobs WHERE {UNFINISHED} AND (?1 IS NULL OR status = ?1)
        ORDER BY created_at, rowid
        """,
        (status,),
    )
    return [Job(*row) for row in rows]


def list_due(tx: Tx, now: int) -> list[Job]:
    """Those that may be begun, the first added first."""
    rows = tx.all(
        f"""
        SELECT {COLUMNS} FROM jobs WHERE {UNFINISHED} AND status = 'queued' AND due_at <= ?
        ORDER BY created_at, rowid
        """,
        (now,),
    )
    return [Job(*row) for row in rows]


def count_unfinished(tx: Tx, user_id: str) -> int:
    row = tx.one(f"SELECT count(*) FROM jobs WHERE user_id = ? AND {UNFINISHED}", (user_id,))
    return int(row[0]) if row else 0


def claim(tx: Tx, job_id: str, at: int) -> Job | None:
    """Begins it, which is one more attempt; None if it isn't queued or not due: of many who try,
    one gets it."""
    row = tx.one(
        f"""
        UPDATE jobs SET status = 'running', attempts = attempts + 1, started_at = ?1, error = NULL
        WHERE job_id = ?2 AND status = 'queued' AND due_at <= ?1
        RETURNING {COLUMNS}
        """,
        (at, job_id),
    )
    return Job(*row) if row else None


def put_back(
    tx: Tx, job_id: str, *, attempts: int, due_at: int = 0, error: str | None = None
) -> Job | None:
    """Queues a running job again; None if it isn't running any more."""
    row = tx.one(
        f"""
        UPDATE jobs SET status = 'queued', attempts = ?, due_at = ?, error = ?, started_at = NULL
        WHERE job_id = ? AND status = 'running'
        RETURNING {COLUMNS}
        """,
        (attempts, due_at, error, job_id),
    )
    return Job(*row) if row else None


def reopen(tx: Tx, job_id: str) -> Job | None:
    """Queues a failed or cancelled job as if it were new; None if it is neither."""
    row = tx.one(
        f"""
        UPDATE jobs SET status = 'queued', attempts = 0, error = NULL, due_at = 0,
            started_at = NULL, finished_at = NULL
        WHERE job_id = ? AND status IN ('failed', 'cancelled')
        RETURNING {COLUMNS}
        """,
        (job_id,),
    )
    return Job(*row) if row else None


def settle(tx: Tx, job_id: str, status: JobStatus, error: str | None, at: int) -> Job | None:
    """Ends an unfinished job; None if it has ended already, and then changes nothing."""
    row = tx.one(
        f"""
        UPDATE jobs SET status = ?, error = ?, finished_at = ?
        WHERE job_id = ? AND {UNFINISHED}
        RETURNING {COLUMNS}
        """,
        (status, error, at, job_id),
    )
    return Job(*row) if row else None


def cancel(tx: Tx, subject: str, at: int) -> list[Job]:
    """All unfinished jobs about a subject."""
    rows = tx.all(
        f"""
        UPDATE jobs SET status = 'cancelled', finished_at = ?
        WHERE subject = ? AND {UNFINISHED}
        RETURNING {COLUMNS}
        """,
        (at, subject),
    )
    return [Job(*row) for row in rows]


def purge(tx: Tx, *, ended_before: int, failed_before: int) -> int:
    """Forgets finished jobs from before then; how many."""
    return tx.execute(
        """
        DELETE FROM jobs
        WHERE status IN ('done', 'cancelled') AND finished_at < ?
            OR status = 'failed' AND finished_at < ?
        """,
        (ended_before, failed_before),
    ).rowcount


def last_runs(tx: Tx) -> dict[str, int]:
    """When each regular task was last begun."""
    return dict(tx.all("SELECT task, last_run_at FROM schedules"))


def put_last_run(tx: Tx, task: str, at: int) -> None:
    tx.execute(
        """
        INSERT INTO schedules (task, last_run_at) VALUES (?, ?)
        ON CONFLICT (task) DO UPDATE SET last_run_at = excluded.last_run_at
        """,
        (task, at),
    )
