"""What people are told. Everything here takes the `user_id`: nobody sees another's."""

from solosync.records.listing import Query, Slice
from solosync.records.notifications import Notification
from solosync.store.listing import Listed, page
from solosync.store.transactions import Tx

COLUMNS = """
    notifications.notification_id, notifications.user_id, notifications.type,
    notifications.message, notifications.target_url, notifications.created_at,
    notifications.read_at
"""
_LISTED = Listed(
    columns=COLUMNS,
    source="FROM notifications WHERE notifications.user_id = ?",
    sorts={"created_at": "notifications.created_at", "type": "notifications.type"},
    filters={
        "unread": "(notifications.read_at IS NULL) = ?",
        "type": "notifications.type = ?",
    },
    key="notifications.notification_id",
)


def insert(tx: Tx, notification: Notification) -> None:
    tx.execute(
        """
        INSERT INTO notifications (
            notification_id, user_id, type, message, target_url, created_at, read_at
        ) VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
        (
            notification.notification_id,
            notification.user_id,
            notification.type,
            notification.message,
            notification.target_url,
            notification.created_at,
            notification.read_at,
        ),
    )


def find(tx: Tx, user_id: str, notification_id: str) -> Notification | None:
    row = tx.one(
        f"SELECT {COLUMNS} FROM notifications WHERE notification_id = ? AND user_id = ?",
        (notification_id, user_id),
    )
    return Notification(*row) if row else None


def list_page(tx: Tx, user_id: str, query: Query) -> Slice[Notification]:
    found = page(tx, _LISTED, (user_id,), query)
    return Slice([Notification(*row) for row in found.items], found.next, found.prev, found.total)


def count_unread(tx: Tx, user_id: str) -> int:
    row = tx.one(
        "SELECT count(*) FROM notifications WHERE user_id = ? AND read_at IS NULL", (user_id,)
    )
    assert row is not None
    return int(row[0])


def set_read(tx: Tx, user_id: str, notification_id: str, at: int | None) -> bool:
    """`at` is None to have it unread again. The time it was first read stays. False if there is
    none."""
    changed = tx.execute(
        """
        UPDATE notifications
        SET read_at = CASE WHEN ? IS NULL THEN NULL ELSE coalesce(read_at, ?) END
        WHERE notification_id = ? AND user_id = ?
        """,
        (at, at, notification_id, user_id),
    )
    return changed.rowcount > 0


def read_all(tx: Tx, user_id: str, at: int) -> int:
    """How many were unread."""
    changed = tx.execute(
        "UPDATE notifications SET read_at = ? WHERE user_id = ? AND read_at IS NULL", (at, user_id)
    )
    return changed.rowcount


def purge(tx: Tx, before: int) -> None:
    """Forgets what was read before then."""
    tx.execute("DELETE FROM notifications WHERE read_at < ?", (before,))
