"""Exports, uploaded files and thumbnails. Frozen once released."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

STATEMENTS = (
    # An export may be wanted again under the client's key; it's found by person, board and key.
    """
    CREATE TABLE exports (
        export_id TEXT PRIMARY KEY,
        session_key INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
        user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
        format TEXT NOT NULL CHECK (format IN ('png', 'pdf', 'svg', 'json')),
        status TEXT NOT NULL
            CHECK (status IN ('pending', 'processing', 'completed', 'failed')),
        rev INTEGER NOT NULL,
        title TEXT NOT NULL,
        options BLOB NOT NULL,
        idempotency_key TEXT,
        progress INTEGER NOT NULL,
        sha256 TEXT,
        content_type TEXT,
        suffix TEXT,
        file_size INTEGER,
        page_count INTEGER,
        warnings BLOB NOT NULL,
        error TEXT,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX exports_by_session ON exports (session_key, user_id, created_at)",
    "CREATE INDEX exports_by_user ON exports (user_id)",
    "CREATE INDEX exports_by_age ON exports (expires_at)",
    "CREATE INDEX exports_by_content ON exports (sha256) WHERE sha256 IS NOT NULL",
    # What people uploaded. Until it has arrived and was looked at, sha256 is NULL.
    """
    CREATE TABLE files (
        file_id TEXT PRIMARY KEY,
        organization_id TEXT NOT NULL
            REFERENCES organizations (organization_id) ON DELETE CASCADE,
        user_id TEXT REFERENCES users (user_id) ON DELETE SET NULL,
        content_type TEXT NOT NULL,
        max_bytes INTEGER NOT NULL,
        announced_sha256 TEXT,
        sha256 TEXT,
        size INTEGER,
        created_at INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX files_by_organization ON files (organization_id, sha256)",
    "CREATE INDEX files_by_user ON files (user_id)",
    "CREATE INDEX files_by_content ON files (sha256) WHERE sha256 IS NOT NULL",
    # The rev that was last tried, and, if a picture was ever made, both its forms.
    """
    CREATE TABLE thumbnails (
        session_key INTEGER PRIMARY KEY REFERENCES sessions (key) ON DELETE CASCADE,
        tried_rev INTEGER NOT NULL,
        webp TEXT,
        png TEXT
    ) STRICT
    """,
    # The time the thumbnail was made, in milliseconds: with the board, because lists show it.
    "ALTER TABLE sessions ADD COLUMN thumbnail_version INTEGER",
)


def migrate(db: "Database") -> None:
    # One by one: executescript() would commit first.
    for statement in STATEMENTS:
        db.execute(statement)
