"""What one is told of what others did."""

from __future__ import annotations

import asyncio

import msgspec
from litestar import get, patch, post
from litestar.params import FromPath

from solosync.clock import iso
from solosync.domain import notifications
from solosync.records import scopes
from solosync.records.notifications import Notification
from solosync.web import listing
from solosync.web.auth import signed_in
from solosync.web.bodies import read_object
from solosync.web.documented import BODY, BODY_ERRORS, SCOPE, WRITE_ERRORS, problems
from solosync.web.listing import LISTING, SWITCH, TEXT, Listing
from solosync.web.services import Caller, services

BODY_BYTES = 16 * 1024
NOTIFICATIONS = Listing(
    sorts=("created_at", "type"),
    filters={"unread": SWITCH, "type": TEXT},
    default="-created_at",
)


class NotificationItem(msgspec.Struct):
    """`type` is for programs (`member.joined`), `message` for people. `read_at` is null while it is
    unread; what was read is kept for 90 days."""

    id: str
    message: str
    type: str
    target_url: str | None
    read_at: str | None
    created_at: str


class NotificationMeta(listing.Meta):
    """`unread` counts all that are, whatever was asked for."""

    unread: int


class NotificationPage(msgspec.Struct):
    data: list[NotificationItem]
    meta: NotificationMeta


class ReadFields(msgspec.Struct):
    read: bool


class MarkedRead(msgspec.Struct):
    """How many were unread."""

    marked: int


@get(
    "/",
    guards=[signed_in],
    opt={SCOPE: scopes.NOTIFICATIONS_READ, LISTING: NOTIFICATIONS},
    responses=problems(400, 401),
)
async def list_notifications(request: Caller) -> NotificationPage:
    """One's own, newest first."""
    query = listing.read(request, NOTIFICATIONS)
    found, unread = await asyncio.to_thread(
        notifications.list_notifications, services(request).store, request.user, query
    )
    meta = listing.meta(found)
    return NotificationPage(
        data=[_item(notification) for notification in found.items],
        meta=NotificationMeta(meta.next, meta.prev, meta.total, unread),
    )


@patch(
    "/{notification_id:str}",
    guards=[signed_in],
    opt={SCOPE: scopes.NOTIFICATIONS_WRITE, BODY: ReadFields},
    responses=problems(401, 403, 404, *BODY_ERRORS, *WRITE_ERRORS),
)
async def change_notification(request: Caller, notification_id: FromPath[str]) -> NotificationItem:
    """Read, or unread again."""
    fields = (await read_object(request, BODY_BYTES, "notification")).fields(ReadFields)
    return await _mark(request, notification_id, is_read=fields.read)


@post(
    "/{notification_id:str}/read",
    guards=[signed_in],
    opt={SCOPE: scopes.NOTIFICATIONS_WRITE},
    status_code=200,
    responses=problems(401, 403, 404, *WRITE_ERRORS),
)
async def read_notification(request: Caller, notification_id: FromPath[str]) -> NotificationItem:
    """The same as PATCH with `read: true`."""
    return await _mark(request, notification_id, is_read=True)


@post(
    "/read-all",
    guards=[signed_in],
    opt={SCOPE: scopes.NOTIFICATIONS_WRITE},
    status_code=200,
    responses=problems(401, 403, *WRITE_ERRORS),
)
async def read_all_notifications(request: Caller) -> MarkedRead:
    """All that are unread."""
    return MarkedRead(
        await asyncio.to_thread(notifications.mark_all_read, services(request).store, request.user)
    )


async def _mark(request: Caller, notification_id: str, *, is_read: bool) -> NotificationItem:
    marked = await asyncio.to_thread(
        notifications.mark,
        services(request).store,
        request.user,
        notification_id,
        is_read=is_read,
    )
    return _item(marked)


def _item(notification: Notification) -> NotificationItem:
    read_at = notification.read_at
    return NotificationItem(
        id=notification.notification_id,
        message=notification.message,
        type=notification.type,
        target_url=notification.target_url,
        read_at=None if read_at is None else iso(read_at),
        created_at=iso(notification.created_at),
    )
