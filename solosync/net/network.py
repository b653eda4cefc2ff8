"""The network as it is now: whoever follows it is told when addresses or names have changed."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from solosync.config import Config
from solosync.net import addresses
from solosync.net.addresses import Reach

log = logging.getLogger(__name__)

LOOK_SECONDS = 3.0
# A certificate runs out without a change of addresses.
REMIND_SECONDS = 12 * 3600.0
END_SECONDS = 0.5

Follower = Callable[[Reach], None]


class Network:
    """Looks in a thread of its own, from `start` until the block ends. Followers are called in that
    thread, one after the other; what one of them raises keeps neither the others nor the server
    from their work."""

    def __init__(self, config: Config, followers: Sequence[Follower]) -> None:
        self._config = config
        self._followers = followers
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="network", daemon=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._is_over.set()
        if self._thread.is_alive():
            self._thread.join(END_SECONDS)

    def start(self) -> None:
        self._thread.start()

    def _look(self) -> None:
        known, told_at = None, 0.0
        while not self._is_over.is_set():
            try:
                found = addresses.find(self._config)
            except OSError as error:
                log.warning("This machine's addresses can't be found: %s", error)
                found = known or Reach()
            if found != known or time.monotonic() - told_at > REMIND_SECONDS:
                known, told_at = found, time.monotonic()
                self._tell(found)
            self._is_over.wait(LOOK_SECONDS)

    def _tell(self, found: Reach) -> None:
        for follower in self._followers:
            try:
                follower(found)
            except Exception:
                log.exception("What follows the network's addresses failed.")
