"""Background jobs, and when the regular ones last ran. Frozen once released."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

STATEMENTS = (
    """
    CREATE TABLE jobs (
        job_id TEXT PRIMARY KEY,
        task TEXT NOT NULL,
        subject TEXT NOT NULL,
        user_id TEXT REFERENCES users (user_id) ON DELETE CASCADE,
        status TEXT NOT NULL
            CHECK (status IN ('queued', 'running', 'done', 'failed', 'cancelled')),
        attempts INTEGER NOT NULL,
        error TEXT,
        created_at INTEGER NOT NULL,
        started_at INTEGER,
        finished_at INTEGER
    ) STRICT
    """,
    "CREATE INDEX jobs_by_user ON jobs (user_id, status)",
    # Few at any time, whatever the table has kept of the past; asked for every second.
    """
    CREATE INDEX jobs_unfinished ON jobs (subject, task) WHERE status IN ('queued', 'running')
    """,
    """
    CREATE TABLE schedules (
        task TEXT PRIMARY KEY,
        last_run_at INTEGER NOT NULL
    ) STRICT
    """,
)


def migrate(db: "Database") -> None:
    # One by one: executescript() would commit first.
    for statement in STATEMENTS:
        db.execute(statement)
