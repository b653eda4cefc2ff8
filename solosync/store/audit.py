"""The audit log: a chain that is only ever added to."""

import msgspec

from solosync.records.audit import Entry, Event
from solosync.records.listing import Query, Slice
from solosync.store import listing
from solosync.store.listing import Listed
from solosync.store.transactions import Row, Tx

COLUMNS = """
    seq, created_at, action, outcome, actor_id, device_id, target, organization_id, parameters,
    address, request_id, hash
"""
# Texts as their bytes: what somebody wrote into the file needn't be text.
RAW_COLUMNS = """
    seq, created_at, CAST(action AS BLOB), CAST(outcome AS BLOB), CAST(actor_id AS BLOB),
    CAST(device_id AS BLOB), CAST(target AS BLOB), CAST(organization_id AS BLOB),
    CAST(parameters AS BLOB), CAST(address AS BLOB), CAST(request_id AS BLOB), hash
"""
LISTED = Listed(
    columns=COLUMNS,
    source="FROM audit WHERE TRUE",
    sorts={"seq": "seq", "created_at": "created_at"},
    filters={
        "actor": """
            actor_id IN (
                WITH wanted (actor) AS (SELECT ?)
                SELECT actor FROM wanted
                UNION SELECT user_id FROM users JOIN wanted ON email = actor
            )
        """,
        "action": "action GLOB ?",
        "outcome": "outcome = ?",
        "target": "target = ?",
        "since": "created_at >= ?",
        "until": "created_at < ?",
    },
    key="seq",
)
_TRIGGERS = ("audit_is_never_changed", "audit_is_never_shortened")

Stored = tuple[int | str | None, ...]
"""A row's columns but its hash, as they are in the file."""


def last(tx: Tx) -> tuple[int, bytes] | None:
    """The newest row's seq and hash."""
    row = tx.one("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")
    return (row[0], row[1]) if row else None


def newest_tries_of_strangers(
    tx: Tx, count: int, *, but_done: tuple[str, str]
) -> list[tuple[str, int]]:
    """Action and time of what was refused over the network to nobody who is known, newest first;
    of two actions also what was done."""
    return [
        (action, created_at)
        for action, created_at in tx.all(
            """
            SELECT action, created_at FROM audit
            WHERE actor_id IS NULL AND request_id <> ''
            AND (outcome = 'refused' OR action IN (?, ?))
            ORDER BY seq DESC LIMIT ?
            """,
            (*but_done, count),
        )
    ]


def to_stored(seq: int, event: Event) -> Stored:
    return (
        seq,
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
    )


def append(tx: Tx, stored: Stored, digest: bytes) -> None:
    tx.execute(
        f"INSERT INTO audit ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*stored, digest),
    )


def page(tx: Tx, query: Query) -> Slice[Entry]:
    found = listing.page(tx, LISTED, (), query)
    items = [_to_entry(row) for row in found.items]
    return Slice(items, found.next, found.prev, found.total)


def list_raw(tx: Tx, *, after: int, limit: int) -> list[Row]:
    """RAW_COLUMNS, in the order they were written."""
    sql = f"SELECT {RAW_COLUMNS} FROM audit WHERE seq > ? ORDER BY seq LIMIT ?"
    return tx.all(sql, (after, limit))


def find_hash(tx: Tx, seq: int) -> bytes | None:
    row = tx.one("SELECT hash FROM audit WHERE seq = ?", (seq,))
    return row[0] if row else None


def is_guarded(tx: Tx) -> bool:
    """Whether the triggers that refuse changes are there."""
    row = tx.one(
        f"SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND name IN {_TRIGGERS}"
    )
    return row == (len(_TRIGGERS),)


def _to_entry(row: Row) -> Entry:
    seq, *fields, digest = row
    fields[7] = msgspec.json.decode(fields[7])
    return Entry(seq, Event(*fields), digest)
