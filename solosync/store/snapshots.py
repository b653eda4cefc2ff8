"""Whole documents at some revs, so that a board opens without its whole log."""

from solosync.records.snapshots import Snapshot
from solosync.store.packing import Packed, unpack
from solosync.store.transactions import Tx
from solosync.store.updates import LAST


def put(tx: Tx, session_key: int, *, rev: int, seq: int, packed: Packed, created_at: int) -> None:
    """Replaces an earlier one of the same rev."""
    tx.execute(
        """
        INSERT INTO snapshots (session_key, rev, seq, created_at, data) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (session_key, rev) DO UPDATE
        SET seq = excluded.seq, created_at = excluded.created_at, data = excluded.data
        """,
        (session_key, rev, seq, created_at, packed),
    )


def latest(tx: Tx, session_key: int, at_or_before_rev: int | None = None) -> Snapshot | None:
    """Raises Damaged when it can't be unpacked."""
    row = tx.one(
        """
        SELECT rev, seq, data FROM snapshots
        WHERE session_key = ? AND rev <= ?
        ORDER BY rev DESC LIMIT 1
        """,
        (session_key, LAST if at_or_before_rev is None else at_or_before_rev),
    )
    if row is None:
        return None
    rev, seq, data = row
    return Snapshot(rev, seq, unpack(data))


def list_revs(tx: Tx, session_key: int) -> list[int]:
    """Oldest first."""
    rows = tx.all("SELECT rev FROM snapshots WHERE session_key = ? ORDER BY rev", (session_key,))
    return [rev for (rev,) in rows]


def delete_between(tx: Tx, session_key: int, first_rev: int, last_rev: int) -> int:
    """Both ends included; returns how many are gone."""
    deleted = tx.execute(
        "DELETE FROM snapshots WHERE session_key = ? AND rev BETWEEN ? AND ?",
        (session_key, first_rev, last_rev),
    )
    return deleted.rowcount
