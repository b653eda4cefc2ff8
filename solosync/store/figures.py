"""Counts of rows and sums of sizes, over all organizations: for staff."""

from typing import Literal

from solosync.records.figures import BoardFigures, OrganizationFigures, PeopleFigures
from solosync.store.transactions import Tx

Table = Literal[
    "users",
    "organizations",
    "devices",
    "sessions",
    "snapshots",
    "exports",
    "files",
    "thumbnails",
    "notifications",
    "audit",
]
Work = Literal["exports", "jobs", "mails"]


def count(tx: Tx, table: Table) -> int:
    return _number(tx, f"SELECT count(*) FROM {table}")


def count_by_status(tx: Tx, table: Work) -> dict[str, int]:
    """Statuses that nothing has are missing."""
    return dict(tx.all(f"SELECT status, count(*) FROM {table} GROUP BY status ORDER BY status"))


def people(tx: Tx, *, day_ago: int, week_ago: int) -> PeopleFigures:
    """Those whose API keys alone were used were not here themselves."""
    row = tx.one(
        """
        SELECT
            (SELECT count(*) FROM users WHERE is_active),
            count(DISTINCT CASE WHEN last_seen_at >= ? THEN user_id END),
            count(DISTINCT user_id)
        FROM devices JOIN users USING (user_id)
        WHERE is_active AND last_seen_at >= ? AND kind <> 'key'
        """,
        (day_ago, week_ago),
    )
    assert row is not None
    return PeopleFigures(*row)


def boards(tx: Tx, *, changed_since_us: int) -> BoardFigures:
    row = tx.one(
        """
        SELECT
            count(*) FILTER (WHERE deleted_at IS NULL),
            count(*) FILTER (WHERE deleted_at IS NULL AND updated_at >= ?),
            count(deleted_at)
        FROM sessions
        """,
        (changed_since_us,),
    )
    assert row is not None
    return BoardFigures(*row)


def updates(tx: Tx) -> int:
    """How many were ever committed, or a few less when the newest were of boards that were
    purged."""
    return _number(tx, "SELECT coalesce(max(seq), 0) FROM updates")


def board_bytes(tx: Tx) -> int:
    return _number(tx, "SELECT coalesce(sum(state_bytes), 0) FROM sessions")


def list_thumbnail_contents(tx: Tx) -> set[str]:
    """Their SHA-256s."""
    rows = tx.all("SELECT webp, png FROM thumbnails WHERE webp IS NOT NULL")
    return {sha256 for row in rows for sha256 in row if sha256 is not None}


def largest_organizations(tx: Tx, limit: int) -> list[OrganizationFigures]:
    """Boards in the trash are counted: they hold bytes."""
    rows = tx.all(
        """
        WITH held (organization_id, boards, bytes) AS (
            SELECT organization_id, count(*), sum(state_bytes) FROM sessions
            GROUP BY organization_id
            UNION ALL
            SELECT organization_id, 0, sum(size) FROM files
            WHERE size IS NOT NULL GROUP BY organization_id
            UNION ALL
            SELECT organization_id, 0, sum(file_size)
            FROM exports JOIN sessions ON sessions.key = exports.session_key
            WHERE file_size IS NOT NULL GROUP BY organization_id
        )
        SELECT organization_id, name, sum(boards), sum(bytes) AS total
        FROM held JOIN organizations USING (organization_id)
        GROUP BY organization_id ORDER BY total DESC, organization_id LIMIT ?
        """,
        (limit,),
    )
    return [OrganizationFigures(*row) for row in rows]


def _number(tx: Tx, sql: str) -> int:
    return int(tx.all(sql)[0][0])
