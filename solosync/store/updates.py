"""The log of each board, and its versions: what one rev brought."""

from collections.abc import Iterable, Sequence

from solosync.records.shares import is_link
from solosync.records.updates import NewUpdate, Outline, Update
from solosync.records.versions import BY_LINK, Version
from solosync.store import users
from solosync.store.packing import pack, unpack
from solosync.store.transactions import Tx

# In the order of the record's fields, and whether the data is packed.
COLUMNS = "rev, data, kind, actor_id, device_id, summary, set_aside, size, created_at, seq"
# Strokes as they are drawn stay as they are; a whole board takes a third of its size.
PACK_FROM_BYTES = 8 * 1024
LAST = 2**63 - 1


def append(tx: Tx, session_key: int, rows: Sequence[NewUpdate]) -> int:
    """In the order given; several may share a rev. Returns the place in the log of the last, 0 if
    there are none."""
    seq = 0
    for row in rows:
        added = tx.execute(
            """
            INSERT INTO updates (
                session_key, rev, is_packed, data, kind, actor_id, device_id, summary, set_aside,
                size, created_at
            ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            (
                session_key,
                row.rev,
                *_packed(row.data),
                row.kind,
                row.actor_id,
                row.device_id,
                row.summary,
                row.set_aside,
                row.size,
                row.created_at,
            ),
        )
        seq = added.lastrowid or 0
    return seq


def since(tx: Tx, session_key: int, seq: int, until_rev: int | None = None) -> list[Update]:
    """Those after `seq` (0: all), up to and including `until_rev`, in the order of the log. Raises
    Damaged when one can't be unpacked."""
    rows = tx.all(
        f"""
        SELECT is_packed, {COLUMNS} FROM updates
        WHERE session_key = ? AND seq > ? AND rev <= ?
        ORDER BY seq
        """,
        (session_key, seq, LAST if until_rev is None else until_rev),
    )
    return [
        Update(rev, unpack(data) if is_packed else data, *others)
        for is_packed, rev, data, *others in rows
    ]


def weight(tx: Tx, session_key: int, after_seq: int = 0) -> tuple[int, int]:
    """How many updates there are after `after_seq`, and the bytes of their data."""
    row = tx.one(
        """
        SELECT count(*), coalesce(sum(length(data)), 0) FROM updates
        WHERE session_key = ? AND seq > ?
        """,
        (session_key, after_seq),
    )
    assert row is not None
    return row[0], row[1]


def versions(tx: Tx, session_key: int) -> list[Version]:
    """Newest first. Where several people or devices share a rev, all are named, and time and
    summary are those of the last."""
    return _versions(tx, session_key, 0, LAST)


def find_version(tx: Tx, session_key: int, rev: int) -> Version | None:
    found = _versions(tx, session_key, rev, rev)
    return found[0] if found else None


def list_set_aside(tx: Tx, session_key: int, rev: int) -> list[bytes]:
    """What merges chose against in that rev: JSON texts, in the order of the log."""
    rows = tx.all(
        """
        SELECT set_aside FROM updates
        WHERE session_key = ? AND rev = ? AND set_aside IS NOT NULL
        ORDER BY seq
        """,
        (session_key, rev),
    )
    return [text for (text,) in rows]


def revs_with_set_aside(tx: Tx, session_key: int) -> list[int]:
    """Those whose merge chose against something, newest first."""
    rows = tx.all(
        """
        SELECT DISTINCT rev FROM updates
        WHERE session_key = ? AND set_aside IS NOT NULL
        ORDER BY rev DESC
        """,
        (session_key,),
    )
    return [rev for (rev,) in rows]


def outline(tx: Tx, session_key: int, after_seq: int = 0) -> list[Outline]:
    """The log after `after_seq` without its data, for deciding what to thin."""
    rows = tx.all(
        """
        SELECT seq, rev, created_at, length(data) FROM updates
        WHERE session_key = ? AND seq > ?
        ORDER BY seq
        """,
        (session_key, after_seq),
    )
    return [Outline(*row) for row in rows]


def replace_range(
    tx: Tx,
    session_key: int,
    first_seq: int,
    last_seq: int,
    *,
    data: bytes,
    summary: str,
    set_aside: bytes | None,
    size: int,
) -> int:
    """Thins: the update `last_seq` takes the place of all from `first_seq` on, keeping its own
    rev, time, actor and device. `data` is the merged change of all of them. Returns how many are
    gone; 0, and nothing is changed, if `last_seq` isn't in this board's log any more."""
    kept = tx.execute(
        """
        UPDATE updates SET is_packed = ?, data = ?, summary = ?, set_aside = ?, size = ?
        WHERE session_key = ? AND seq = ?
        """,
        (*_packed(data), summary, set_aside, size, session_key, last_seq),
    )
    if kept.rowcount == 0:
        return 0
    gone = tx.execute(
        "DELETE FROM updates WHERE session_key = ? AND seq >= ? AND seq < ?",
        (session_key, first_seq, last_seq),
    )
    return gone.rowcount


def _packed(data: bytes) -> tuple[bool, bytes]:
    return (True, pack(data)) if len(data) >= PACK_FROM_BYTES else (False, data)


def _versions(tx: Tx, session_key: int, first_rev: int, last_rev: int) -> list[Version]:
    # With one max(), SQLite takes the bare columns from the row that holds the maximum.
    rows = tx.all(
        """
        SELECT
            updates.rev, updates.actor_id, devices.name, updates.summary, updates.created_at,
            sum(updates.size), updates.device_id, max(updates.seq) AS last_seq
        FROM updates LEFT JOIN devices USING (device_id)
        WHERE updates.session_key = ? AND updates.rev BETWEEN ? AND ?
        GROUP BY updates.rev, updates.actor_id, updates.device_id
        ORDER BY updates.rev DESC, last_seq
        """,
        (session_key, first_rev, last_rev),
    )
    names: dict[str | None, str] = {None: ""}
    for row in rows:
        actor_id = row[1]
        if actor_id not in names:
            user = users.find(tx, actor_id)
            names[actor_id] = user.display_name if user else ""
    merged: dict[int, list[Version]] = {}
    for rev, actor_id, device, summary, created_at, size, device_id, _ in rows:
        name = BY_LINK if is_link(device_id) else device or ""
        part = Version(rev, created_at, names[actor_id], name, summary, size)
        merged.setdefault(rev, []).append(part)
    return [parts[0] if len(parts) == 1 else _merge(parts) for parts in merged.values()]


def _merge(parts: list[Version]) -> Version:
    last = parts[-1]
    return Version(
        last.rev,
        last.created_at,
        _join(part.actor for part in parts),
        _join(part.device for part in parts),
        last.summary,
        sum(part.size for part in parts),
    )


def _join(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(name for name in names if name))
