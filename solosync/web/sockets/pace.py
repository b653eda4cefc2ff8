"""How fast those who come by a link are heard."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from solosync.web.crowd import Spending
from solosync.web.sockets.link import Link

# Of one socket. Drawing takes some eighty: one for each frame, and for each place of the pointer.
MOST_A_SECOND = 240
Deliver = Callable[[bytes | None], None]


class Pace:
    """Nobody knows who comes by a link, so nobody who does keeps the others waiting: what is more
    than a hand can draw waits until the second is over, and what takes more than the link's share
    of the server's time waits, too. Nothing is read meanwhile."""

    def __init__(self, link: Link, spending: Spending) -> None:
        self._link = link
        self._spending = spending
        self._loop = asyncio.get_running_loop()
        self._begun = self._loop.time()
        self._count = 0
        self._waiting: deque[bytes | None] = deque()
        self._is_resting = False

    def slow(self, deliver: Deliver) -> Deliver:
        """The same at this pace."""

        def take(message: bytes | None) -> None:
            self._waiting.append(message)
            if self._is_resting:
                self._link.let_read(False)  # more had come already
            else:
                go_on()

        def go_on() -> None:
            while self._waiting and not self._is_resting:
                seconds = self._rest()
                if seconds > 0:
                    self._is_resting = True
                    self._link.let_read(False)
                    self._loop.call_later(seconds, wake)
                else:
                    self._count += 1
                    begun = self._loop.time()
                    deliver(self._waiting.popleft())
                    now = self._loop.time()
                    self._spending.add(now - begun, now)

        def wake() -> None:
            self._is_resting = False
            self._link.let_read(True)
            go_on()

        return take

    def end(self) -> None:
        """What waits is of no use any more."""
        self._waiting.clear()

    def _rest(self) -> float:
        """For how many seconds the next message has to wait."""
        now = self._loop.time()
        if now - self._begun >= 1:
            self._begun, self._count = now, 0
        over = self._begun + 1 - now if self._count >= MOST_A_SECOND else 0.0
        return max(over, self._spending.rest(now))
