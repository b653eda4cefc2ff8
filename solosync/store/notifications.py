"""What people are told.

Whatever serves a person takes the `actor`, who sees their own; an API key those of its
organization.
"""

from solosync.records.actors import Actor
from solosync.records.listing import Query, Slice
from solosync.records.notifications import Notification
from solosync.store.listing import Listed, page
from solosync.store.transactions import Tx

COLUMNS = """
    notifications.notification_id, notifications.user_id, notifications.type,
    notifications.message, notifications.target_url, notifications.created_at,
    notifications.read_at, notifications.organization_id
"""
_OWN = "user_id = ? AND (organization_id = ? OR ? IS NULL)"
_LISTED = Listed(
    columns=COLUMNS,
    source=f"FROM notifications WHERE {_OWN}",
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
            notification_id, user_id, type, message, target_url, created_at, read_at,
            organization_id
        ) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (
            notification.notification_id,
            notification.user_id,
            notification.type,
            notification.message,
            notification.target_url,
            notification.created_at,
            notification.read_at,
            notification.organization_id,
        ),
    )


def find(tx: Tx, actor: Actor, notification_id: str) -> Notification | None:
    row = tx.one(
        f"SELECT {COLUMNS} FROM notifications WHERE notification_id = ? AND {_OWN}",
        (notification_id, *_own(actor)),
    )
    return Notification(*row) if row else None


def list_page(tx: Tx, actor: Actor, query: Query) -> Slice[Notification]:
    found = page(tx, _LISTED, _own(actor), query)
    return Slice([Notification(*row) for row in found.items], found.next, found.prev, found.total)


def count_unread(tx: Tx, actor: Actor) -> int:
    row = tx.one(
        f"SELECT count(*) FROM notifications WHERE {_OWN} AND read_at IS NULL", _own(actor)
    )
    assert row is not None
    return int(row[0])


def set_read(tx: Tx, actor: Actor, notification_id: str, at: int | None) -> bool:
    """`at` is None to have it unread again. The time it was first read stays. False if there is
    none."""
    changed = tx.execute(
        f"""
        UPDATE notifications
        SET read_at = CASE WHEN ? IS NULL THEN NULL ELSE coalesce(read_at, ?) END
        WHERE notification_id = ? AND {_OWN}
        """,
        (at, at, notification_id, *_own(actor)),
    )
    return changed.rowcount > 0


def read_all(tx: Tx, actor: Actor, at: int) -> int:
    """How many were unread."""
    changed = tx.execute(
        f"UPDATE notifications SET read_at = ? WHERE {_OWN} AND read_at IS NULL",
        (at, *_own(actor)),
    )
    return changed.rowcount


def purge(tx: Tx, before: int) -> None:
    """Forgets what was read before then."""
    tx.execute("DELETE FROM notifications WHERE read_at < ?", (before,))


def _own(actor: Actor) -> tuple[str, str | None, str | None]:
    return actor.user_id, actor.organization_id, actor.organization_id
