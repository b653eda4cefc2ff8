"""The time, as integers since the epoch, and as text for the wire.

Milliseconds everywhere, but microseconds where an answer must show them (a session's
``created_at`` and ``updated_at``).
"""

from datetime import UTC, datetime
from time import time_ns

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS


def now_ms() -> int:
    return time_ns() // 1_000_000


def now_us() -> int:
    return time_ns() // 1_000


def text(ms: int, timespec: str = "minutes") -> str:
    """For people, in UTC: 2026-11-21 09:30, or with its seconds."""
    moment = datetime.fromtimestamp(ms // 1_000, UTC)
    return moment.replace(tzinfo=None).isoformat(" ", timespec)


def iso(ms: int) -> str:
    """ISO 8601 in UTC with microseconds: 2026-11-21T09:30:00.250000Z."""
    return iso_us(ms * 1_000)


def iso_us(us: int) -> str:
    seconds, microseconds = divmod(us, 1_000_000)
    moment = datetime.fromtimestamp(seconds, UTC).replace(microsecond=microseconds)
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
