"""How often a password or a code may be tried. No setting lifts this."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence

from solosync.errors import RateLimited

TRIES = 5
WINDOW_SECONDS = 60.0
# Some 200 bytes each; beyond it the oldest are forgotten, so that a flood can't take the memory.
REMEMBERED = 20_000


class Tries:
    """At most ``tries`` failures in ``window_seconds`` for each key (an address, an account).

    A try is counted before its outcome is known, so that tries at the same time count too, and
    taken back when it succeeds: a household behind one address signs in as often as it likes.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        *,
        tries: int = TRIES,
        window_seconds: float = WINDOW_SECONDS,
    ) -> None:
        self._clock = clock
        self._tries = tries
        self._window_seconds = window_seconds
        self._times: OrderedDict[str, list[float]] = OrderedDict()

    def start(self, keys: Sequence[str]) -> float:
        """Counts a try for each key; returns what `succeeded` wants. Raises RateLimited, and then
        counts nothing."""
        now = self._clock()
        recent = {key: self._recent(key, now) for key in keys}
        full = [times for times in recent.values() if len(times) >= self._tries]
        waits = [times[-self._tries] + self._window_seconds - now for times in full]
        if waits:
            raise RateLimited(math.ceil(max(waits)))
        for key, times in recent.items():
            self._times[key] = [*times, now]
            self._times.move_to_end(key)
        while len(self._times) > REMEMBERED:
            self._times.popitem(last=False)
        return now

    def succeeded(self, keys: Sequence[str], started: float) -> None:
        for key in keys:
            if started in self._times.get(key, ()):
                self._times[key].remove(started)

    def _recent(self, key: str, now: float) -> list[float]:
        return [at for at in self._times.get(key, ()) if at > now - self._window_seconds]
