"""The first schema. Frozen once released."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

STATEMENTS = (
    """
    CREATE TABLE users (
        user_id TEXT PRIMARY KEY,
        email TEXT NOT NULL UNIQUE COLLATE NOCASE,
        full_name TEXT NOT NULL,
        first_name TEXT NOT NULL,
        last_name TEXT NOT NULL,
        username TEXT NOT NULL,
        avatar_url TEXT,
        is_staff INTEGER NOT NULL CHECK (is_staff IN (0, 1)),
        is_active INTEGER NOT NULL CHECK (is_active IN (0, 1)),
        joined_at INTEGER NOT NULL,
        last_login_at INTEGER,
        password_hash TEXT
    ) STRICT
    """,
    # A username is optional, so only those that are given have to differ.
    """
    CREATE UNIQUE INDEX users_by_username
    ON users (username COLLATE NOCASE) WHERE username <> ''
    """,
    """
    CREATE TABLE organizations (
        organization_id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        owner_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE RESTRICT,
        is_personal INTEGER NOT NULL CHECK (is_personal IN (0, 1)),
        created_at INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX organizations_by_owner ON organizations (owner_id)",
    """
    CREATE TABLE memberships (
        user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
        organization_id TEXT NOT NULL
            REFERENCES organizations (organization_id) ON DELETE CASCADE,
        role TEXT NOT NULL CHECK (role IN ('admin', 'member', 'billing')),
        PRIMARY KEY (user_id, organization_id)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX memberships_by_organization ON memberships (organization_id)",
    """
    CREATE TABLE devices (
        device_id TEXT PRIMARY KEY,
        user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        kind TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        last_seen_at INTEGER NOT NULL,
        address TEXT NOT NULL,
        revoked_at INTEGER
    ) STRICT
    """,
    "CREATE INDEX devices_by_user ON devices (user_id, last_seen_at)",
    """
    CREATE TABLE refresh_tokens (
        token_hash BLOB PRIMARY KEY,
        device_id TEXT NOT NULL REFERENCES devices (device_id) ON DELETE CASCADE,
        issued_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        used_at INTEGER
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX refresh_tokens_by_device ON refresh_tokens (device_id)",
    "CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (expires_at)",
    """
    CREATE TABLE sign_in_links (
        token_hash BLOB PRIMARY KEY,
        user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
        created_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        used_at INTEGER
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX sign_in_links_by_user ON sign_in_links (user_id)",
    """
    CREATE TABLE settings (
        name TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    # created_at and updated_at in microseconds. last_device_id, and actors and devices below, are
    # facts of the past rather than references: they outlive what they name.
    """
    CREATE TABLE sessions (
        key INTEGER PRIMARY KEY,
        session_id TEXT NOT NULL UNIQUE,
        organization_id TEXT NOT NULL
            REFERENCES organizations (organization_id) ON DELETE RESTRICT,
        owner_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE RESTRICT,
        name TEXT NOT NULL,
        dialect TEXT NOT NULL,
        rev INTEGER NOT NULL,
        page_count INTEGER NOT NULL,
        thumbnail_url TEXT,
        state_bytes INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        last_seen_at INTEGER NOT NULL,
        last_device_id TEXT,
        deleted_at INTEGER
    ) STRICT
    """,
    # Without updated_at: each commit changes that, and people have some hundred boards to sort.
    "CREATE INDEX sessions_by_organization ON sessions (organization_id, deleted_at)",
    "CREATE INDEX sessions_by_owner ON sessions (owner_id)",
    "CREATE INDEX sessions_in_trash ON sessions (deleted_at) WHERE deleted_at IS NOT NULL",
    """
    CREATE TABLE updates (
        seq INTEGER PRIMARY KEY,
        session_key INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
        rev INTEGER NOT NULL,
        kind TEXT NOT NULL,
        actor_id TEXT,
        device_id TEXT,
        summary TEXT NOT NULL,
        size INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        set_aside BLOB,
        is_packed INTEGER NOT NULL,
        data BLOB NOT NULL
    ) STRICT
    """,
    # Its entries end in the row's key, so it serves ranges of seq too. One index, because each
    # commit writes a page of every one.
    "CREATE INDEX updates_by_session ON updates (session_key)",
    """
    CREATE TABLE snapshots (
        session_key INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
        rev INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        data BLOB NOT NULL,
        PRIMARY KEY (session_key, rev)
    ) STRICT
    """,
    """
    CREATE TABLE bases (
        base_id INTEGER PRIMARY KEY,
        session_key INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
        device_id TEXT NOT NULL,
        rev INTEGER,
        created_at INTEGER NOT NULL,
        state BLOB
    ) STRICT
    """,
    "CREATE INDEX bases_by_device ON bases (session_key, device_id)",
    """
    CREATE TABLE idempotency_keys (
        session_key INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
        user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
        key TEXT NOT NULL,
        status INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (session_key, user_id, key)
    ) STRICT
    """,
    "CREATE INDEX idempotency_keys_by_user ON idempotency_keys (user_id)",
    "CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at)",
)


def migrate(db: "Database") -> None:
    # One by one: executescript() would commit first.
    for statement in STATEMENTS:
        db.execute(statement)
