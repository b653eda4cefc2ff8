"""What people are told of what others did."""

from __future__ import annotations

from solosync.clock import DAY_MS, now_ms
from solosync.errors import NotFound
from solosync.events import NotificationAdded
from solosync.ids import new_id
from solosync.records.actors import Actor
from solosync.records.listing import Query, Slice
from solosync.records.notifications import Notification
from solosync.store import notifications
from solosync.store.engine import Store
from solosync.store.transactions import Tx

KEPT_DAYS = 90
"""Once they are read."""


def add(
    tx: Tx,
    user_id: str,
    type: str,
    message: str,
    target_url: str | None = None,
    *,
    organization_id: str | None = None,
) -> None:
    """Tells a person something, in the transaction that does it. ``type`` is a noun and a verb
    ("member.joined"); ``target_url`` is a path of this server; ``organization_id`` lets their API
    keys of that organization see it."""
    notification = Notification(
        new_id(), user_id, type, message, target_url, now_ms(), None, organization_id
    )
    notifications.insert(tx, notification)
    tx.emit(NotificationAdded(user_id, notification.notification_id))


def list_notifications(store: Store, actor: Actor, query: Query) -> tuple[Slice[Notification], int]:
    """And how many of all are unread."""
    return store.read(
        lambda tx: (
            notifications.list_page(tx, actor, query),
            notifications.count_unread(tx, actor),
        )
    )


def mark(store: Store, actor: Actor, notification_id: str, *, is_read: bool) -> Notification:
    """Read, or unread again. Raises NotFound."""
    at = now_ms() if is_read else None

    def change(tx: Tx) -> Notification:
        notifications.set_read(tx, actor, notification_id, at)
        found = notifications.find(tx, actor, notification_id)
        if found is None:
            raise NotFound("notification", notification_id)
        return found

    return store.write(change)


def mark_all_read(store: Store, actor: Actor) -> int:
    """How many were unread."""
    at = now_ms()
    return store.write(lambda tx: notifications.read_all(tx, actor, at))


def purge(tx: Tx, now: int) -> None:
    """Those read long ago."""
    notifications.purge(tx, now - KEPT_DAYS * DAY_MS)
