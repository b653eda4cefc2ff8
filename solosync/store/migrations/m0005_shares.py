"""Links by which boards are shown to anybody, and who has looked. Frozen once released."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

STATEMENTS = (
    # sealed_token is what the link ends in, for those who may edit the board to see again.
    """
    CREATE TABLE shares (
        share_id TEXT PRIMARY KEY,
        session_key INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
        token_hash BLOB NOT NULL UNIQUE,
        sealed_token BLOB NOT NULL,
        prefix TEXT NOT NULL,
        password_hash TEXT,
        expires_at INTEGER,
        max_views INTEGER,
        view_count INTEGER NOT NULL,
        allow_download INTEGER NOT NULL CHECK (allow_download IN (0, 1)),
        created_by TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
        created_at INTEGER NOT NULL,
        last_accessed_at INTEGER,
        revoked_at INTEGER
    ) STRICT
    """,
    # A board has one link at a time.
    "CREATE UNIQUE INDEX shares_in_use ON shares (session_key) WHERE revoked_at IS NULL",
    "CREATE INDEX shares_by_session ON shares (session_key)",
    "CREATE INDEX shares_by_creator ON shares (created_by)",
    """
    CREATE TABLE share_accesses (
        access_id INTEGER PRIMARY KEY,
        share_id TEXT NOT NULL REFERENCES shares (share_id) ON DELETE CASCADE,
        ip_address TEXT NOT NULL,
        user_agent TEXT NOT NULL,
        accessed_at INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX share_accesses_by_share ON share_accesses (share_id)",
)


def migrate(db: "Database") -> None:
    # One by one: executescript() would commit first.
    for statement in STATEMENTS:
        db.execute(statement)
