"""Sign-ins."""

from solosync.records.devices import Device
from solosync.store.transactions import Tx

COLUMNS = "device_id, user_id, name, kind, created_at, last_seen_at, address, revoked_at"


def insert(tx: Tx, device: Device) -> None:
    tx.execute(
        f"INSERT INTO devices ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            device.device_id,
            device.user_id,
            device.name,
            device.kind,
            device.created_at,
            device.last_seen_at,
            device.address,
            device.revoked_at,
        ),
    )


def find(tx: Tx, device_id: str) -> Device | None:
    """A revoked one too: look at `revoked_at`."""
    row = tx.one(f"SELECT {COLUMNS} FROM devices WHERE device_id = ?", (device_id,))
    return Device(*row) if row else None


def list_for_user(tx: Tx, user_id: str) -> list[Device]:
    """Those not revoked, last seen first."""
    rows = tx.all(
        f"""
        SELECT {COLUMNS} FROM devices
        WHERE user_id = ? AND revoked_at IS NULL
        ORDER BY last_seen_at DESC, created_at DESC
        """,
        (user_id,),
    )
    return [Device(*row) for row in rows]


def rename(tx: Tx, device_id: str, name: str) -> None:
    tx.execute("UPDATE devices SET name = ? WHERE device_id = ?", (name, device_id))


def mark_seen(tx: Tx, device_id: str, at: int, address: str) -> None:
    tx.execute(
        "UPDATE devices SET last_seen_at = ?, address = ? WHERE device_id = ?",
        (at, address, device_id),
    )


def revoke(tx: Tx, device_id: str, at: int) -> bool:
    """False if there is none, or it is revoked already."""
    revoked = tx.execute(
        "UPDATE devices SET revoked_at = ? WHERE device_id = ? AND revoked_at IS NULL",
        (at, device_id),
    )
    return revoked.rowcount > 0


def revoke_all(tx: Tx, user_id: str, at: int, *, but: str | None = None) -> list[str]:
    """Ends all sign-ins of a person, `but` one; returns the ids of those it ended."""
    rows = tx.all(
        """
        UPDATE devices SET revoked_at = ?
        WHERE user_id = ? AND revoked_at IS NULL AND device_id IS NOT ?
        RETURNING device_id
        """,
        (at, user_id, but),
    )
    return [device_id for (device_id,) in rows]


def purge(tx: Tx, before: int) -> None:
    """Forgets devices that were revoked, or last seen, before then; their tokens go with them."""
    tx.execute(
        "DELETE FROM devices WHERE revoked_at < ? OR last_seen_at < ?",
        (before, before),
    )
