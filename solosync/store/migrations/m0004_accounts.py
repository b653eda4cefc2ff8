"""Codes, keys, invitations, notifications, mails, features and the audit log. Frozen once
released."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

STATEMENTS = (
    # When the address was first proved to be theirs. Whoever is here already was let in by hand.
    "ALTER TABLE users ADD COLUMN email_verified_at INTEGER",
    "UPDATE users SET email_verified_at = joined_at",
    # Where somebody registered whose address isn't proved yet, and the username they asked for: it
    # is theirs only then, or trying for it would tell who has an account.
    "ALTER TABLE users ADD COLUMN registered_from TEXT",
    "ALTER TABLE users ADD COLUMN registered_username TEXT",
    # Somebody at an OpenID provider is the same person each time.
    """
    CREATE TABLE identities (
        issuer TEXT NOT NULL,
        subject TEXT NOT NULL,
        user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
        created_at INTEGER NOT NULL,
        PRIMARY KEY (issuer, subject)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX identities_by_user ON identities (user_id)",
    # Codes that prove an address. Without a user_id it is one of an address that nobody has: kept
    # as well, because the same work has to be done for it. link_hash is that of a longer secret
    # that came in the same mail, and is good although the digits were tried too often. One of
    # the kind none opens nothing: it stands for a mail about a registration. asked_from is the
    # network address whose request it was.
    """
    CREATE TABLE sign_in_codes (
        code_id TEXT PRIMARY KEY,
        kind TEXT NOT NULL CHECK (kind IN ('otp', 'magic', 'none')),
        email TEXT NOT NULL COLLATE NOCASE,
        user_id TEXT REFERENCES users (user_id) ON DELETE CASCADE,
        asked_from TEXT NOT NULL,
        code_hash BLOB NOT NULL,
        link_hash BLOB,
        tries INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        used_at INTEGER
    ) STRICT
    """,
    "CREATE INDEX sign_in_codes_by_email ON sign_in_codes (email, kind, created_at)",
    "CREATE INDEX sign_in_codes_by_code ON sign_in_codes (code_hash)",
    "CREATE UNIQUE INDEX sign_in_codes_by_link ON sign_in_codes (link_hash)",
    "CREATE INDEX sign_in_codes_by_user ON sign_in_codes (user_id)",
    "CREATE INDEX sign_in_codes_by_expiry ON sign_in_codes (expires_at)",
    # Long-lived credentials of devices that were paired.
    """
    CREATE TABLE device_tokens (
        token_hash BLOB PRIMARY KEY,
        device_id TEXT NOT NULL REFERENCES devices (device_id) ON DELETE CASCADE,
        created_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX device_tokens_by_device ON device_tokens (device_id)",
    """
    CREATE TABLE pairings (
        code_hash BLOB PRIMARY KEY,
        user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
        device_id TEXT NOT NULL REFERENCES devices (device_id) ON DELETE CASCADE,
        tries INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        used_at INTEGER
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX pairings_by_user ON pairings (user_id)",
    "CREATE INDEX pairings_by_device ON pairings (device_id)",
    "CREATE INDEX pairings_by_expiry ON pairings (expires_at)",
    # A key is a device as well (its name, when and where it was last seen, whether it was revoked),
    # so what holds of a device's sockets and bases holds of a key's.
    """
    CREATE TABLE api_keys (
        key_id TEXT PRIMARY KEY REFERENCES devices (device_id) ON DELETE CASCADE,
        token_hash BLOB NOT NULL UNIQUE,
        prefix TEXT NOT NULL,
        organization_id TEXT NOT NULL
            REFERENCES organizations (organization_id) ON DELETE CASCADE,
        scopes TEXT NOT NULL,
        expires_at INTEGER,
        last_used_at INTEGER,
        last_used_address TEXT
    ) STRICT
    """,
    "CREATE INDEX api_keys_by_organization ON api_keys (organization_id)",
    # Without an organization, because that was deleted, it only counts as one that somebody sent.
    """
    CREATE TABLE invitations (
        invitation_id TEXT PRIMARY KEY,
        organization_id TEXT REFERENCES organizations (organization_id) ON DELETE SET NULL,
        email TEXT NOT NULL COLLATE NOCASE,
        role TEXT NOT NULL CHECK (role IN ('admin', 'member', 'billing')),
        token_hash BLOB NOT NULL UNIQUE,
        invited_by TEXT REFERENCES users (user_id) ON DELETE SET NULL,
        created_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        accepted_at INTEGER,
        revoked_at INTEGER
    ) STRICT
    """,
    "CREATE INDEX invitations_by_organization ON invitations (organization_id, created_at)",
    "CREATE INDEX invitations_by_email ON invitations (email)",
    "CREATE INDEX invitations_by_inviter ON invitations (invited_by)",
    """
    CREATE TABLE notifications (
        notification_id TEXT PRIMARY KEY,
        user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
        type TEXT NOT NULL,
        message TEXT NOT NULL,
        target_url TEXT,
        created_at INTEGER NOT NULL,
        read_at INTEGER,
        organization_id TEXT REFERENCES organizations (organization_id) ON DELETE SET NULL
    ) STRICT
    """,
    "CREATE INDEX notifications_by_user ON notifications (user_id, created_at)",
    "CREATE INDEX notifications_by_organization ON notifications (organization_id)",
    # When a job that didn't work is to be begun again.
    "ALTER TABLE jobs ADD COLUMN due_at INTEGER NOT NULL DEFAULT 0",
    # What is to be mailed. fields hold codes and links: sealed, and gone once the mail is sent.
    """
    CREATE TABLE mails (
        mail_id TEXT PRIMARY KEY,
        recipient TEXT NOT NULL,
        template TEXT NOT NULL,
        language TEXT NOT NULL,
        fields BLOB,
        is_decoy INTEGER NOT NULL CHECK (is_decoy IN (0, 1)),
        status TEXT NOT NULL CHECK (status IN ('queued', 'sent', 'failed', 'dropped')),
        error TEXT,
        created_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        settled_at INTEGER
    ) STRICT
    """,
    "CREATE INDEX mails_by_age ON mails (created_at)",
    """
    CREATE TABLE features (
        name TEXT PRIMARY KEY,
        is_on INTEGER NOT NULL CHECK (is_on IN (0, 1)),
        percentage INTEGER NOT NULL CHECK (percentage BETWEEN 0 AND 100),
        updated_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE feature_organizations (
        name TEXT NOT NULL REFERENCES features (name) ON DELETE CASCADE,
        organization_id TEXT NOT NULL
            REFERENCES organizations (organization_id) ON DELETE CASCADE,
        is_on INTEGER NOT NULL CHECK (is_on IN (0, 1)),
        PRIMARY KEY (name, organization_id)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX feature_organizations_by_organization ON feature_organizations (organization_id)",
    # Answers to requests with an Idempotency-Key; sealed, because some show a secret once.
    """
    CREATE TABLE remembered_answers (
        user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
        key TEXT NOT NULL,
        fingerprint BLOB NOT NULL,
        status INTEGER NOT NULL,
        sealed BLOB NOT NULL,
        created_at INTEGER NOT NULL,
        PRIMARY KEY (user_id, key)
    ) STRICT
    """,
    "CREATE INDEX remembered_answers_by_age ON remembered_answers (created_at)",
    # The few that take much room, newest last, to see which are too many.
    """
    CREATE INDEX remembered_answers_large ON remembered_answers (user_id, created_at)
    WHERE length(sealed) > 65536
    """,
    # Who did what. Each row's hash is over its own fields and the hash of the row before it. Actors
    # and targets are facts of the past, not references.
    """
    CREATE TABLE audit (
        seq INTEGER PRIMARY KEY,
        created_at INTEGER NOT NULL,
        action TEXT NOT NULL,
        outcome TEXT NOT NULL,
        actor_id TEXT,
        device_id TEXT,
        target TEXT NOT NULL,
        organization_id TEXT,
        parameters TEXT NOT NULL,
        address TEXT NOT NULL,
        request_id TEXT NOT NULL,
        hash BLOB NOT NULL
    ) STRICT
    """,
    "CREATE INDEX audit_by_actor ON audit (actor_id, seq)",
    "CREATE INDEX audit_by_action ON audit (action, seq)",
    """
    CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
    """,
    """
    CREATE TRIGGER audit_is_never_shortened BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
    """,
)


def migrate(db: "Database") -> None:
    # One by one: executescript() would commit first.
    for statement in STATEMENTS:
        db.execute(statement)
