"""Sign-ins."""

from collections.abc import Collection, Iterable

from solosync.records.actors import Actor
from solosync.records.devices import Device
from solosync.records.listing import Query, Slice
from solosync.store.listing import Listed, page
from solosync.store.transactions import Tx

COLUMNS = "device_id, user_id, name, kind, created_at, last_seen_at, address, revoked_at"
# API keys are devices too, but are shown for themselves. Those that rest keep their credential.
_OWN = "FROM devices WHERE user_id = ? AND revoked_at IS NULL AND kind <> 'key'"
_RESTING = "kind IN ('device', 'key')"
_FORGOTTEN = f"(revoked_at < :before OR (last_seen_at < :before AND NOT {_RESTING}))"
LISTED = Listed(
    columns=COLUMNS,
    source=f"{_OWN} AND (last_seen_at > ? OR {_RESTING})",
    sorts={name: name for name in ("created_at", "last_seen_at", "name", "kind")},
    filters={"kind": "kind = ?"},
    key="device_id",
)


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


def find_for_actor(tx: Tx, actor: Actor, device_id: str) -> Device | None:
    """One of their own that isn't revoked, and no API key."""
    row = tx.one(f"SELECT {COLUMNS} {_OWN} AND device_id = ?", (actor.user_id, device_id))
    return Device(*row) if row else None


def list_for_actor(tx: Tx, actor: Actor, query: Query, *, seen_after: int) -> Slice[Device]:
    """Their own that aren't revoked, without API keys. Those not seen since then are left out
    (their tokens ran out), except paired ones."""
    found = page(tx, LISTED, (actor.user_id, seen_after), query)
    return Slice([Device(*row) for row in found.items], found.next, found.prev, found.total)


def names(tx: Tx, device_ids: Collection[str]) -> dict[str, str]:
    """By id, revoked ones and API keys too; those that are forgotten are missing."""
    marks = ", ".join("?" * len(device_ids))
    query = f"SELECT device_id, name FROM devices WHERE device_id IN ({marks})"
    return dict(tx.all(query, tuple(device_ids)))


def list_for_user(tx: Tx, user_id: str) -> list[Device]:
    """Those not revoked, API keys too, last seen first."""
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


def list_forgotten(tx: Tx, before: int) -> list[str]:
    """Those that were revoked, or last seen, before then, and whose name stands in no history. API
    keys and paired devices may rest as long as they like. Reads all updates."""
    rows = tx.all(
        f"""
        SELECT device_id FROM devices WHERE {_FORGOTTEN} AND device_id NOT IN (
            SELECT device_id FROM updates WHERE device_id IS NOT NULL
        )
        """,
        {"before": before},
    )
    return [device_id for (device_id,) in rows]


def purge(tx: Tx, device_ids: Iterable[str]) -> None:
    """Their tokens go with them."""
    tx.executemany("DELETE FROM devices WHERE device_id = ?", [(it,) for it in device_ids])
