"""When regular tasks are due, by this machine's clock on the wall.

Plain local times are compared, without offsets: an hour that comes twice in autumn makes nothing
run twice, and what falls into the hour that is missing in spring runs right after it.
"""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

SUNDAY = 6


class Hourly(NamedTuple):
    minute: int


class Daily(NamedTuple):
    hour: int
    minute: int


class Weekly(NamedTuple):
    """``weekday`` counts from Monday, 0."""

    weekday: int
    hour: int
    minute: int


Rule = Hourly | Daily | Weekly

SCHEDULE: dict[str, Rule] = {
    "solo.drop_expired": Hourly(5),
    "solo.seal_audit": Hourly(15),
    "solo.thin_histories": Hourly(20),
    "solo.give_back_space": Hourly(50),
    "solo.empty_trash": Daily(2, 45),
    "solo.cleanup_exports": Daily(3, 0),
    "solo.cleanup_expired_shares": Daily(3, 30),
    "solo.cleanup_temporary_files": Daily(4, 30),
    "solo.cleanup_orphan_files": Weekly(SUNDAY, 4, 0),
}


def is_due(rule: Rule, last_run_ms: int | None, now_ms: int) -> bool:
    """Whether a time has come since the last run; how many were missed meanwhile is no matter.

    What never ran is due, and what seems to have run in the future: then the clock was wrong, and
    waiting for it might take years.
    """
    if last_run_ms is None or last_run_ms > now_ms:
        return True
    return local(last_run_ms) < latest(rule, local(now_ms))


def latest(rule: Rule, now: datetime) -> datetime:
    """The last time at or before ``now`` that the rule names; both without a time zone."""
    if isinstance(rule, Hourly):
        time = now.replace(minute=rule.minute, second=0, microsecond=0)
        return time if time <= now else time - timedelta(hours=1)
    time = now.replace(hour=rule.hour, minute=rule.minute, second=0, microsecond=0)
    if isinstance(rule, Daily):
        return time if time <= now else time - timedelta(days=1)
    time -= timedelta(days=(time.weekday() - rule.weekday) % 7)
    return time if time <= now else time - timedelta(days=7)


def local(ms: int) -> datetime:
    """What a clock on the wall here showed or shows then."""
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone().replace(tzinfo=None)
