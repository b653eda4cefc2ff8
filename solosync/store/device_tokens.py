"""Long-lived tokens of paired devices."""

from solosync.store.transactions import Tx


def insert(tx: Tx, token_hash: bytes, device_id: str, created_at: int) -> None:
    tx.execute(
        "INSERT INTO device_tokens (token_hash, device_id, created_at) VALUES (?, ?, ?)",
        (token_hash, device_id, created_at),
    )


def find_device_id(tx: Tx, token_hash: bytes) -> str | None:
    """That of a revoked device too."""
    row = tx.one("SELECT device_id FROM device_tokens WHERE token_hash = ?", (token_hash,))
    return row[0] if row else None
