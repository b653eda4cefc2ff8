"""The audit log: a chain that is only ever added to."""

import msgspec

from solosync.records.audit import Entry, Event
from solosync.store.transactions import Row, Tx

COLUMNS = """
    seq, created_at, action, outcome, actor_id, device_id, target, organization_id, parameters,
    address, request_id, hash
"""


def last(tx: Tx) -> tuple[int, bytes] | None:
    """The newest row's seq and hash."""
    row = tx.one("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")
    return (row[0], row[1]) if row else None


def append(tx: Tx, entry: Entry) -> None:
    event = entry.event
    tx.execute(
        f"INSERT INTO audit ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            entry.seq,
            event.created_at,
            event.action,
            event.outcome,
            event.actor_id,
            event.device_id,
            event.target,
            event.organization_id,
            msgspec.json.encode(event.parameters, order="sorted").decode(),
            event.address,
            event.request_id,
            entry.hash,
        ),
    )


def page(tx: Tx, *, after: int, limit: int) -> list[Entry]:
    """In the order they were written."""
    rows = tx.all(f"SELECT {COLUMNS} FROM audit WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit))
    return [to_entry(row) for row in rows]


def to_entry(row: Row) -> Entry:
    seq, *fields, digest = row
    fields[7] = msgspec.json.decode(fields[7])
    return Entry(seq, Event(*fields), digest)
