"""Codes that pair devices. Live is what was neither used nor tried too often, hasn't run out, and
was asked for on a device that is still signed in: who is thrown out leaves no way back in."""

from solosync.records.pairings import Pairing
from solosync.store.transactions import Tx

COLUMNS = "code_hash, user_id, device_id, tries, created_at, expires_at, used_at"
MOST_TRIES = 10
_LIVE = f"""
    used_at IS NULL AND tries < {MOST_TRIES} AND expires_at > ?
    AND EXISTS (
        SELECT 1 FROM devices
        WHERE devices.device_id = pairings.device_id AND revoked_at IS NULL
    )
"""


def insert(tx: Tx, pairing: Pairing) -> bool:
    """False if another one has this code."""
    inserted = tx.execute(
        f"INSERT INTO pairings ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (
            pairing.code_hash,
            pairing.user_id,
            pairing.device_id,
            pairing.tries,
            pairing.created_at,
            pairing.expires_at,
            pairing.used_at,
        ),
    )
    return inserted.rowcount > 0


def find_live(tx: Tx, code_hash: bytes, now: int) -> Pairing | None:
    row = tx.one(
        f"SELECT {COLUMNS} FROM pairings WHERE code_hash = ? AND {_LIVE}", (code_hash, now)
    )
    return Pairing(*row) if row else None


def use(tx: Tx, code_hash: bytes, now: int) -> bool:
    """False if it isn't live any more."""
    used = tx.execute(
        f"UPDATE pairings SET used_at = ? WHERE code_hash = ? AND {_LIVE}", (now, code_hash, now)
    )
    return used.rowcount > 0


def count_try(tx: Tx, now: int) -> None:
    """A wrong code was claimed: it may have been meant for any live one."""
    tx.execute(f"UPDATE pairings SET tries = tries + 1 WHERE {_LIVE}", (now,))


def keep_newest(tx: Tx, user_id: str, count: int) -> None:
    """Forgets a person's older ones."""
    tx.execute(
        """
        DELETE FROM pairings WHERE user_id = ? AND code_hash NOT IN (
            SELECT code_hash FROM pairings WHERE user_id = ?
            ORDER BY created_at DESC LIMIT ?
        )
        """,
        (user_id, user_id, count),
    )


def purge(tx: Tx, before: int) -> None:
    """Forgets those that ran out before then, used or not."""
    tx.execute("DELETE FROM pairings WHERE expires_at < ?", (before,))
