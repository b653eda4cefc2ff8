"""Exports.

What serves a person takes the `actor`: they see their own exports of boards that they may open
now, and an API key those of boards of its organization. The rest is for the jobs and the upkeep.
"""

from typing import NamedTuple

import msgspec

from solosync.records.actors import Actor
from solosync.records.exports import Export
from solosync.store.transactions import Row, Tx

_COLUMNS = """
    exports.export_id, sessions.session_id, exports.session_key, exports.user_id, exports.format,
    exports.status, exports.rev, exports.title, exports.options, exports.idempotency_key,
    exports.progress, exports.sha256, exports.content_type, exports.suffix, exports.file_size,
    exports.page_count, exports.warnings, exports.error, exports.created_at, exports.updated_at,
    exports.expires_at
"""
_WITH_SESSION = "FROM exports JOIN sessions ON sessions.key = exports.session_key"
_VISIBLE = f"""
    {_WITH_SESSION}
    JOIN memberships USING (organization_id)
    WHERE exports.user_id = ? AND memberships.user_id = exports.user_id
    AND memberships.role IN ('admin', 'member') AND sessions.deleted_at IS NULL
    AND memberships.organization_id = coalesce(?, memberships.organization_id)
"""
_WARNINGS = msgspec.json.Decoder(tuple[str, ...])
_WARNINGS_AT = 16


class Listed(NamedTuple):
    """``key`` tells apart what was asked for in the same millisecond."""

    key: int
    export: Export


def insert(tx: Tx, export: Export) -> None:
    tx.execute(
        """
        INSERT INTO exports (
            export_id, session_key, user_id, format, status, rev, title, options,
            idempotency_key, progress, sha256, content_type, suffix, file_size, page_count,
            warnings, error, created_at, updated_at, expires_at
        ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (
            export.export_id,
            export.session_key,
            export.user_id,
            export.format,
            export.status,
            export.rev,
            export.title,
            export.options,
            export.idempotency_key,
            export.progress,
            export.sha256,
            export.content_type,
            export.suffix,
            export.file_size,
            export.page_count,
            msgspec.json.encode(export.warnings),
            export.error,
            export.created_at,
            export.updated_at,
            export.expires_at,
        ),
    )


def find(tx: Tx, export_id: str, *, also_trashed: bool = False) -> Export | None:
    """Whoever asks; one of a board in the trash only with `also_trashed`."""
    row = tx.one(
        f"""
        SELECT {_COLUMNS} {_WITH_SESSION} WHERE export_id = ? AND (deleted_at IS NULL OR ?)
        """,
        (export_id, also_trashed),
    )
    return _export(row) if row else None


def find_for_actor(tx: Tx, actor: Actor, export_id: str) -> Export | None:
    row = tx.one(
        f"SELECT {_COLUMNS} {_VISIBLE} AND export_id = ?",
        (actor.user_id, actor.organization_id, export_id),
    )
    return _export(row) if row else None


def find_by_idempotency_key(
    tx: Tx, actor: Actor, session_key: int, idempotency_key: str, *, since: int
) -> Export | None:
    row = tx.one(
        f"""
        SELECT {_COLUMNS} {_VISIBLE}
        AND session_key = ? AND idempotency_key = ? AND exports.created_at >= ?
        """,
        (actor.user_id, actor.organization_id, session_key, idempotency_key, since),
    )
    return _export(row) if row else None


def list_for_actor(
    tx: Tx,
    actor: Actor,
    session_key: int,
    *,
    limit: int | None = None,
    before: tuple[int, int] | None = None,
) -> list[Listed]:
    """Newest first. `before` is the `(created_at, key)` of the last one seen."""
    parameters: list[object] = [actor.user_id, actor.organization_id, session_key]
    after_the_last = ""
    if before is not None:
        after_the_last = "AND (exports.created_at, exports.rowid) < (?, ?)"
        parameters += before
    parameters.append(-1 if limit is None else limit)
    rows = tx.all(
        f"""
        SELECT exports.rowid, {_COLUMNS} {_VISIBLE} AND session_key = ? {after_the_last}
        ORDER BY exports.created_at DESC, exports.rowid DESC
        LIMIT ?
        """,
        parameters,
    )
    return [Listed(row[0], _export(row[1:])) for row in rows]


def count_for_actor(tx: Tx, actor: Actor, session_key: int) -> int:
    row = tx.one(
        f"SELECT count(*) {_VISIBLE} AND session_key = ?",
        (actor.user_id, actor.organization_id, session_key),
    )
    return int(row[0]) if row else 0


def begin(tx: Tx, export_id: str, now: int) -> Export | None:
    """Marks it as being worked on, again if need be (a failed one when its job is retried); None
    if it's done or gone."""
    begun = tx.execute(
        """
        UPDATE exports SET status = 'processing', progress = 0, error = NULL, updated_at = ?
        WHERE export_id = ? AND status IN ('pending', 'processing', 'failed')
        """,
        (now, export_id),
    )
    return find(tx, export_id, also_trashed=True) if begun.rowcount else None


def set_progress(tx: Tx, export_id: str, percent: int, now: int) -> bool:
    """False if it isn't being worked on."""
    changed = tx.execute(
        """
        UPDATE exports SET progress = ?, updated_at = ?
        WHERE export_id = ? AND status = 'processing'
        """,
        (percent, now, export_id),
    )
    return changed.rowcount > 0


def complete(
    tx: Tx,
    export_id: str,
    *,
    sha256: str,
    content_type: str,
    suffix: str,
    file_size: int,
    page_count: int,
    warnings: tuple[str, ...],
    now: int,
) -> bool:
    """False if it isn't being worked on."""
    changed = tx.execute(
        """
        UPDATE exports SET
            status = 'completed', progress = 100, sha256 = ?, content_type = ?, suffix = ?,
            file_size = ?, page_count = ?, warnings = ?, error = NULL, updated_at = ?
        WHERE export_id = ? AND status = 'processing'
        """,
        (
            sha256,
            content_type,
            suffix,
            file_size,
            page_count,
            msgspec.json.encode(warnings),
            now,
            export_id,
        ),
    )
    return changed.rowcount > 0


def fail(tx: Tx, export_id: str, error: str, now: int) -> None:
    """Not what is completed already."""
    tx.execute(
        """
        UPDATE exports SET status = 'failed', error = ?, updated_at = ?
        WHERE export_id = ? AND status IN ('pending', 'processing')
        """,
        (error, now, export_id),
    )


def delete(tx: Tx, export_id: str) -> None:
    tx.execute("DELETE FROM exports WHERE export_id = ?", (export_id,))


def list_expired(tx: Tx, now: int, *, limit: int) -> list[tuple[str, str | None]]:
    """Ids and contents of some whose time is over, the oldest first."""
    rows = tx.all(
        """
        SELECT export_id, sha256 FROM exports WHERE expires_at <= ?
        ORDER BY expires_at LIMIT ?
        """,
        (now, limit),
    )
    return [(export_id, sha256) for export_id, sha256 in rows]


def _export(row: Row) -> Export:
    values = list(row)
    values[_WARNINGS_AT] = _WARNINGS.decode(values[_WARNINGS_AT])
    return Export(*values)
