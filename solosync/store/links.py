"""One-time sign-in links."""

from solosync.records.links import SignInLink
from solosync.store.transactions import Tx

COLUMNS = "token_hash, user_id, created_at, expires_at, used_at"


def insert(tx: Tx, link: SignInLink) -> None:
    tx.execute(
        f"INSERT INTO sign_in_links ({COLUMNS}) VALUES (?, ?, ?, ?, ?)",
        (link.token_hash, link.user_id, link.created_at, link.expires_at, link.used_at),
    )


def find(tx: Tx, token_hash: bytes) -> SignInLink | None:
    """A used or expired one too."""
    row = tx.one(f"SELECT {COLUMNS} FROM sign_in_links WHERE token_hash = ?", (token_hash,))
    return SignInLink(*row) if row else None


def redeem(tx: Tx, token_hash: bytes, at: int) -> SignInLink | None:
    """Marks it used; None if it is unknown, expired or used: of many who try, one succeeds."""
    row = tx.one(
        f"""
        UPDATE sign_in_links SET used_at = ?
        WHERE token_hash = ? AND used_at IS NULL AND expires_at > ?
        RETURNING {COLUMNS}
        """,
        (at, token_hash, at),
    )
    return SignInLink(*row) if row else None


def purge(tx: Tx, before: int) -> None:
    """Forgets those that expired before then."""
    tx.execute("DELETE FROM sign_in_links WHERE expires_at < ?", (before,))
