"""Refresh tokens."""

from solosync.records.tokens import RefreshToken
from solosync.store.transactions import Tx

COLUMNS = "token_hash, device_id, issued_at, expires_at, used_at"


def insert(tx: Tx, token: RefreshToken) -> None:
    tx.execute(
        f"INSERT INTO refresh_tokens ({COLUMNS}) VALUES (?, ?, ?, ?, ?)",
        (token.token_hash, token.device_id, token.issued_at, token.expires_at, token.used_at),
    )


def find(tx: Tx, token_hash: bytes) -> RefreshToken | None:
    """A used or expired one too."""
    row = tx.one(f"SELECT {COLUMNS} FROM refresh_tokens WHERE token_hash = ?", (token_hash,))
    return RefreshToken(*row) if row else None


def mark_used(tx: Tx, token_hash: bytes, at: int) -> bool:
    """False if it was used before; the time of its first use stays."""
    marked = tx.execute(
        "UPDATE refresh_tokens SET used_at = ? WHERE token_hash = ? AND used_at IS NULL",
        (at, token_hash),
    )
    return marked.rowcount > 0


def delete_for_device(tx: Tx, device_id: str) -> None:
    tx.execute("DELETE FROM refresh_tokens WHERE device_id = ?", (device_id,))


def purge(tx: Tx, before: int) -> None:
    """Forgets those that expired before then. A used one is kept until it expires, because only
    by its row is a second use recognised."""
    tx.execute("DELETE FROM refresh_tokens WHERE expires_at < ?", (before,))
