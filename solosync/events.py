"""What happened, told to whoever asked to know, after it has been committed."""

import functools
import logging
import threading
from collections.abc import Callable
from typing import TypeVar, cast

import msgspec

log = logging.getLogger(__name__)


class SessionDeleted(msgspec.Struct, frozen=True):
    """Moved to the trash, or purged from it."""

    session_id: str


class SessionRestored(msgspec.Struct, frozen=True):
    """Taken out of the trash."""

    session_id: str


class DeviceRevoked(msgspec.Struct, frozen=True):
    """Signed out, or its credential was withdrawn."""

    device_id: str


class UserDeactivated(msgspec.Struct, frozen=True):
    user_id: str


class MembershipChanged(msgspec.Struct, frozen=True):
    """Joined, left, or has another role."""

    organization_id: str
    user_id: str


class ShareRevoked(msgspec.Struct, frozen=True):
    """A link to a board is good no more, because somebody said so or made another."""

    share_id: str


class NotificationAdded(msgspec.Struct, frozen=True):
    """Somebody has something new to read."""

    user_id: str
    notification_id: str


class FeatureChanged(msgspec.Struct, frozen=True):
    name: str


class Audited(msgspec.Struct, frozen=True):
    """Something was done or refused, and stands in the audit log."""

    action: str
    outcome: str


class JobQueued(msgspec.Struct, frozen=True):
    """There is work to do in the background."""

    job_id: str


class JobSettled(msgspec.Struct, frozen=True):
    """A background job is done, has failed for good, or was cancelled: ``status`` says which."""

    job_id: str
    task: str
    subject: str
    status: str


E = TypeVar("E")
Callback = Callable[[object], None]


class Bus:
    """Callbacks run in the thread that publishes, one after another, in the order of subscription.

    They must be quick (the publisher is usually the store's only writer) and must not write to the
    store: hand over to a loop or a queue. One that raises is logged; the others still run, because
    what is announced has happened already.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._callbacks: dict[type, tuple[Callback, ...]] = {}

    def subscribe(self, event_type: type[E], callback: Callable[[E], None]) -> Callable[[], None]:
        """Returns what ends the subscription; calling that twice does no harm."""
        # One of its own, so that a callback that is subscribed twice is two subscriptions.
        entry = cast(Callback, functools.partial(callback))
        with self._lock:
            self._callbacks[event_type] = (*self._callbacks.get(event_type, ()), entry)

        def unsubscribe() -> None:
            with self._lock:
                left = list(self._callbacks[event_type])
                if entry in left:
                    left.remove(entry)
                self._callbacks[event_type] = tuple(left)

        return unsubscribe

    def publish(self, event: object) -> None:
        for callback in self._callbacks.get(type(event), ()):
            try:
                callback(event)
            except Exception:
                log.exception("A subscriber to %s failed", type(event).__name__)
