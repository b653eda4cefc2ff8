"""Who people are at OpenID providers."""

from solosync.records.identities import Identity
from solosync.store.transactions import Tx

COLUMNS = "issuer, subject, user_id, created_at"


def insert(tx: Tx, identity: Identity) -> None:
    tx.execute(
        f"INSERT INTO identities ({COLUMNS}) VALUES (?, ?, ?, ?)",
        (identity.issuer, identity.subject, identity.user_id, identity.created_at),
    )


def find(tx: Tx, issuer: str, subject: str) -> Identity | None:
    row = tx.one(
        f"SELECT {COLUMNS} FROM identities WHERE issuer = ? AND subject = ?", (issuer, subject)
    )
    return Identity(*row) if row else None
