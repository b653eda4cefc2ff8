"""Answers remembered by person and a key of the client's choosing; sealed, because some show a
secret. Those of saved streams are another table's (idempotency.py)."""

from solosync.records.answers import Remembered
from solosync.store.transactions import Tx

_UNKNOWN = 0


def find(tx: Tx, user_id: str, key: str, *, since: int) -> Remembered | None:
    """None if it is from before `since`."""
    row = tx.one(
        """
        SELECT fingerprint, sealed FROM remembered_answers
        WHERE user_id = ? AND key = ? AND created_at >= ?
        """,
        (user_id, key, since),
    )
    return Remembered(*row) if row else None


def claim(tx: Tx, user_id: str, key: str, fingerprint: bytes, *, now: int, since: int) -> None:
    """That something was done under this key, whose answer will follow; only what is from before
    `since` is replaced."""
    tx.execute(
        f"""
        INSERT INTO remembered_answers (user_id, key, fingerprint, status, sealed, created_at)
        VALUES (?, ?, ?, {_UNKNOWN}, x'', ?)
        ON CONFLICT (user_id, key) DO UPDATE
        SET fingerprint = excluded.fingerprint, status = excluded.status,
            sealed = excluded.sealed, created_at = excluded.created_at
        WHERE created_at < ?
        """,
        (user_id, key, fingerprint, now, since),
    )


def put(
    tx: Tx, user_id: str, key: str, fingerprint: bytes, *, status: int, sealed: bytes, now: int
) -> None:
    """In place of a claim, or of an older answer."""
    tx.execute(
        """
        INSERT INTO remembered_answers (user_id, key, fingerprint, status, sealed, created_at)
        VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (user_id, key) DO UPDATE
        SET fingerprint = excluded.fingerprint, status = excluded.status,
            sealed = excluded.sealed, created_at = excluded.created_at
        """,
        (user_id, key, fingerprint, status, sealed, now),
    )


def forget_large(tx: Tx, user_id: str, *, most_bytes: int) -> None:
    """Of a person's large answers, the newest are kept, up to so many bytes; of the others only
    that they were given."""
    tx.execute(
        f"""
        UPDATE remembered_answers SET status = {_UNKNOWN}, sealed = x'' WHERE rowid IN (
            SELECT rowid FROM (
                SELECT rowid, sum(length(sealed)) OVER (ORDER BY created_at DESC, rowid) AS total
                FROM remembered_answers WHERE user_id = ? AND length(sealed) > 65536
            ) WHERE total > ?
        )
        """,
        (user_id, most_bytes),
    )


def release(tx: Tx, user_id: str, key: str) -> None:
    """Takes a claim back; an answer stays."""
    tx.execute(
        f"DELETE FROM remembered_answers WHERE user_id = ? AND key = ? AND status = {_UNKNOWN}",
        (user_id, key),
    )


def purge(tx: Tx, before: int) -> int:
    """Forgets what is from before then, of everybody; returns how many."""
    return tx.execute("DELETE FROM remembered_answers WHERE created_at < ?", (before,)).rowcount
