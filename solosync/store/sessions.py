"""Boards.

Whatever serves a person takes the `actor`, and sees only boards of organizations in which they are
admin or member; an API key those of its own organization. What takes a `key` is for those who have
found the board that way before.
"""

from solosync.records.actors import Actor
from solosync.records.listing import Query, Slice
from solosync.records.sessions import Session
from solosync.store import listing
from solosync.store.listing import Listed
from solosync.store.transactions import Tx

COLUMNS = """
    sessions.key, sessions.session_id, sessions.organization_id, sessions.owner_id,
    sessions.name, sessions.dialect, sessions.rev, sessions.page_count, sessions.thumbnail_url,
    sessions.state_bytes, sessions.created_at, sessions.updated_at, sessions.deleted_at,
    sessions.last_device_id, sessions.last_seen_at, sessions.thumbnail_version
"""
_VISIBLE = """
    FROM memberships JOIN sessions USING (organization_id)
    WHERE memberships.user_id = ? AND memberships.role IN ('admin', 'member')
    AND memberships.organization_id = coalesce(?, memberships.organization_id)
"""
_IN_TRASH = {True: "sessions.deleted_at IS NOT NULL", False: "sessions.deleted_at IS NULL"}
_LISTED = {
    trashed: Listed(
        columns=COLUMNS,
        source=f"{_VISIBLE} AND {condition}",
        sorts={
            "updated_at": "sessions.updated_at",
            "created_at": "sessions.created_at",
            "name": "sessions.name COLLATE NOCASE",
        },
        filters={
            "name": "instr(lower(sessions.name), lower(?)) > 0",
            "organization_id": "sessions.organization_id = ?",
            "owner_id": "sessions.owner_id = ?",
        },
        key="sessions.key",
    )
    for trashed, condition in _IN_TRASH.items()
}


def insert(
    tx: Tx,
    *,
    session_id: str,
    organization_id: str,
    owner_id: str,
    name: str,
    dialect: str,
    page_count: int,
    thumbnail_url: str | None,
    state_bytes: int,
    created_at: int,
    device_id: str | None,
) -> Session:
    """A board at rev 0; `created_at` in microseconds. Append its first update in the same tx."""
    row = tx.one(
        f"""
        INSERT INTO sessions (
            session_id, organization_id, owner_id, name, dialect, rev, page_count, thumbnail_url,
            state_bytes, created_at, updated_at, last_seen_at, last_device_id, deleted_at
        ) VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, NULL)
        RETURNING {COLUMNS.replace("sessions.", "")}
        """,
        (
            session_id,
            organization_id,
            owner_id,
            name,
            dialect,
            page_count,
            thumbnail_url,
            state_bytes,
            created_at,
            created_at,
            created_at // 1_000,
            device_id,
        ),
    )
    assert row is not None
    return Session(*row)


def find_for_actor(
    tx: Tx, actor: Actor, session_id: str, *, trashed: bool = False
) -> Session | None:
    """One in the trash is found with `trashed` only, and the others only without."""
    row = tx.one(
        f"SELECT {COLUMNS} {_VISIBLE} AND session_id = ? AND {_IN_TRASH[trashed]}",
        (actor.user_id, actor.organization_id, session_id),
    )
    return Session(*row) if row else None


def list_for_actor(tx: Tx, actor: Actor, query: Query, *, trashed: bool = False) -> Slice[Session]:
    found = listing.page(tx, _LISTED[trashed], (actor.user_id, actor.organization_id), query)
    return Slice([Session(*row) for row in found.items], found.next, found.prev, found.total)


def measure(tx: Tx, actor: Actor) -> tuple[int, int, int]:
    """How many boards they can open, how many are in the trash, and the bytes of both."""
    row = tx.one(
        f"""
        SELECT count(*) FILTER (WHERE deleted_at IS NULL), count(deleted_at),
            coalesce(sum(state_bytes), 0)
        {_VISIBLE}
        """,
        (actor.user_id, actor.organization_id),
    )
    assert row is not None
    boards, trashed, size = row
    return boards, trashed, size


def find(tx: Tx, session_id: str) -> Session | None:
    """Whoever asks, but not in the trash."""
    row = tx.one(
        f"SELECT {COLUMNS} FROM sessions WHERE session_id = ? AND deleted_at IS NULL", (session_id,)
    )
    return Session(*row) if row else None


def find_by_key(tx: Tx, key: int) -> Session | None:
    """In the trash or not, whoever asks."""
    row = tx.one(f"SELECT {COLUMNS} FROM sessions WHERE key = ?", (key,))
    return Session(*row) if row else None


def list_all(tx: Tx, *, trashed: bool = False) -> list[Session]:
    """Everyone's, for the person at the machine; newest `updated_at` first."""
    rows = tx.all(
        f"""
        SELECT {COLUMNS} FROM sessions WHERE {_IN_TRASH[trashed]}
        ORDER BY updated_at DESC, key DESC
        """
    )
    return [Session(*row) for row in rows]


def rename(tx: Tx, key: int, name: str) -> None:
    """Doesn't touch `updated_at`."""
    tx.execute("UPDATE sessions SET name = ? WHERE key = ?", (name, key))


def set_thumbnail(tx: Tx, key: int, thumbnail_url: str | None) -> None:
    """Doesn't touch `updated_at`."""
    tx.execute("UPDATE sessions SET thumbnail_url = ? WHERE key = ?", (thumbnail_url, key))


def touch(tx: Tx, key: int, updated_at: int) -> None:
    """`updated_at` in microseconds; it never goes back."""
    tx.execute(
        "UPDATE sessions SET updated_at = max(updated_at, ?) WHERE key = ?", (updated_at, key)
    )


def mark_seen(tx: Tx, key: int, at: int) -> None:
    tx.execute("UPDATE sessions SET last_seen_at = ? WHERE key = ?", (at, key))


def advance(
    tx: Tx,
    key: int,
    *,
    rev: int,
    page_count: int | None,
    state_bytes: int | None,
    updated_at: int,
    device_id: str | None,
) -> None:
    """To a new rev. What is None stays as it is. `updated_at` in microseconds; it never goes
    back."""
    tx.execute(
        """
        UPDATE sessions SET
            rev = ?,
            page_count = coalesce(?, page_count),
            state_bytes = coalesce(?, state_bytes),
            updated_at = max(updated_at, ?),
            last_seen_at = ?,
            last_device_id = coalesce(?, last_device_id)
        WHERE key = ?
        """,
        (rev, page_count, state_bytes, updated_at, updated_at // 1_000, device_id, key),
    )


def set_size(tx: Tx, key: int, rev: int, state_bytes: int) -> None:
    """As it was at that rev, unless it has moved on."""
    tx.execute(
        "UPDATE sessions SET state_bytes = ? WHERE key = ? AND rev = ?", (state_bytes, key, rev)
    )


def trash(tx: Tx, key: int, at: int) -> bool:
    """False if it is there already."""
    trashed = tx.execute(
        "UPDATE sessions SET deleted_at = ? WHERE key = ? AND deleted_at IS NULL", (at, key)
    )
    return trashed.rowcount > 0


def restore(tx: Tx, key: int) -> bool:
    """Out of the trash; False if it wasn't there."""
    restored = tx.execute(
        "UPDATE sessions SET deleted_at = NULL WHERE key = ? AND deleted_at IS NOT NULL", (key,)
    )
    return restored.rowcount > 0


def purge_trashed(tx: Tx, before: int, *, limit: int = 1) -> list[str]:
    """Deletes for good, with all that belongs to them, boards that were trashed before then.
    Returns their session ids; empty when nothing is left to do. Few at a time, because a board's
    log may be long and everyone else's commit waits."""
    rows = tx.all(
        """
        DELETE FROM sessions WHERE key IN (
            SELECT key FROM sessions WHERE deleted_at < ? ORDER BY deleted_at LIMIT ?
        )
        RETURNING session_id
        """,
        (before, limit),
    )
    return [session_id for (session_id,) in rows]
