"""Token buckets: so many at once, and as many again in each minute, refilled evenly."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

WINDOW_SECONDS = 60
# Some 150 bytes each, for each class of requests; beyond it whoever asked longest ago is
# forgotten, whose bucket is most likely full again.
REMEMBERED = 20_000
_WINDOW_NS = WINDOW_SECONDS * 1_000_000_000


class Charged(NamedTuple):
    """What was taken from a bucket, and what it holds now; the times are rounded up."""

    name: str
    limit: int
    remaining: int
    full_in_seconds: int
    retry_in_seconds: int
    """0 if there was enough."""

    @property
    def is_refused(self) -> bool:
        return self.retry_in_seconds > 0


class Buckets:
    """One for each name (a class of requests) and key (a person, an address).

    Whole numbers throughout, so that it is exact; used from one thread alone. What is refused
    takes nothing, so whoever keeps asking waits no longer for it.
    """

    def __init__(self, clock: Callable[[], int] = time.monotonic_ns) -> None:
        self._clock = clock
        # Of each bucket the moment when it will be full, in nanoseconds times its limit: at that
        # scale every request moves it by the same whole number.
        self._full_at: dict[str, OrderedDict[str, int]] = {}

    def take(self, name: str, key: str, limit: int) -> Charged:
        """Takes one from a bucket that holds `limit`, if there is one."""
        full_at = self._full_at.setdefault(name, OrderedDict())
        now = self._clock() * limit
        missing = max(full_at.get(key, 0) - now, 0) + _WINDOW_NS
        most = _WINDOW_NS * limit
        if missing > most:
            wait = _seconds(missing - most, limit)
            return Charged(name, limit, 0, _seconds(missing - _WINDOW_NS, limit), wait)
        full_at[key] = now + missing
        full_at.move_to_end(key)
        if len(full_at) > REMEMBERED:
            full_at.popitem(last=False)
        remaining = (most - missing) // _WINDOW_NS
        return Charged(name, limit, remaining, _seconds(missing, limit), 0)


def _seconds(missing: int, limit: int) -> int:
    return -(-missing // (limit * 1_000_000_000))
