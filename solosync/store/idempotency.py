"""Answers remembered by board, person and a key of the client's choosing."""

from solosync.records.idempotency import RememberedAnswer
from solosync.store.transactions import Tx


def find(
    tx: Tx, session_key: int, user_id: str, key: str, *, since: int
) -> RememberedAnswer | None:
    """None if it was remembered before `since`."""
    row = tx.one(
        """
        SELECT status, body, created_at FROM idempotency_keys
        WHERE session_key = ? AND user_id = ? AND key = ? AND created_at >= ?
        """,
        (session_key, user_id, key, since),
    )
    return RememberedAnswer(*row) if row else None


def put(tx: Tx, session_key: int, user_id: str, key: str, answer: RememberedAnswer) -> None:
    """Replaces an older answer under the same key."""
    tx.execute(
        """
        INSERT INTO idempotency_keys (session_key, user_id, key, status, created_at, body)
        VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (session_key, user_id, key) DO UPDATE
        SET status = excluded.status, created_at = excluded.created_at, body = excluded.body
        """,
        (session_key, user_id, key, answer.status, answer.created_at, answer.body),
    )


def purge(tx: Tx, before: int) -> int:
    """Forgets answers from before then, of all boards; returns how many."""
    return tx.execute("DELETE FROM idempotency_keys WHERE created_at < ?", (before,)).rowcount
