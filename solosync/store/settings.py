"""What the server remembers about itself: a text by name."""

from solosync.store.transactions import Tx


def find(tx: Tx, name: str) -> str | None:
    row = tx.one("SELECT value FROM settings WHERE name = ?", (name,))
    return row[0] if row else None


def put(tx: Tx, name: str, value: str) -> None:
    tx.execute(
        """
        INSERT INTO settings (name, value) VALUES (?, ?)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value
        """,
        (name, value),
    )
