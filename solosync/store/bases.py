"""What each device is known to hold of each board."""

from collections.abc import Sequence

from solosync.records.bases import Base
from solosync.store.packing import Packed, unpack
from solosync.store.transactions import Tx

# Tabs that share a sign-in each hold their own.
KEPT_PER_DEVICE = 8


def list_for(tx: Tx, session_key: int, device_id: str) -> list[Base]:
    """Newest first. Raises Damaged when a state can't be unpacked."""
    rows = tx.all(
        """
        SELECT base_id, device_id, rev, state, created_at FROM bases
        WHERE session_key = ? AND device_id = ?
        ORDER BY base_id DESC
        """,
        (session_key, device_id),
    )
    return [
        Base(base_id, device, rev, None if state is None else unpack(state), created_at)
        for base_id, device, rev, state, created_at in rows
    ]


def put(
    tx: Tx,
    session_key: int,
    device_id: str,
    *,
    rev: int | None,
    packed: Packed | None,
    created_at: int,
) -> int:
    """Either a rev or a packed state; returns its `base_id`. The same as the device's newest is
    not put twice, only its time is renewed. When there are more than KEPT_PER_DEVICE, the oldest
    go."""
    renewed = tx.one(
        """
        UPDATE bases SET created_at = ?
        WHERE base_id = (
            SELECT max(base_id) FROM bases WHERE session_key = ? AND device_id = ?
        ) AND rev IS ? AND state IS ?
        RETURNING base_id
        """,
        (created_at, session_key, device_id, rev, packed),
    )
    if renewed is not None:
        return int(renewed[0])
    added = tx.one(
        """
        INSERT INTO bases (session_key, device_id, rev, created_at, state) VALUES (?, ?, ?, ?, ?)
        RETURNING base_id
        """,
        (session_key, device_id, rev, created_at, packed),
    )
    assert added is not None
    tx.execute(
        """
        DELETE FROM bases WHERE base_id IN (
            SELECT base_id FROM bases WHERE session_key = ? AND device_id = ?
            ORDER BY base_id DESC LIMIT -1 OFFSET ?
        )
        """,
        (session_key, device_id, KEPT_PER_DEVICE),
    )
    return int(added[0])


def remove(tx: Tx, base_ids: Sequence[int]) -> None:
    tx.executemany("DELETE FROM bases WHERE base_id = ?", [(base_id,) for base_id in base_ids])


def list_revs(tx: Tx, session_key: int) -> set[int]:
    """Revs that some device holds: thinning must leave them in the history."""
    rows = tx.all(
        "SELECT DISTINCT rev FROM bases WHERE session_key = ? AND rev IS NOT NULL", (session_key,)
    )
    return {rev for (rev,) in rows}


def drop_older(tx: Tx, before: int) -> int:
    """Forgets those last confirmed before then, of all boards; returns how many."""
    return tx.execute("DELETE FROM bases WHERE created_at < ?", (before,)).rowcount
