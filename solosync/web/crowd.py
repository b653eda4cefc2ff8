"""How many watch by links at once. They are strangers, and each holds a socket and is sent every
change: so a link that gets around can't take the server from those whose boards are on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from solosync.errors import RateLimited

# A full lecture hall. What is drawn is sent to each, so it is about what a small machine can do.
MOST_ON_LINK = 200
# One address may be a school, or a tunnel that all come through; but it doesn't get all there is.
MOST_FROM_ADDRESS = 100
AGAIN_SECONDS = 30
FULL = "Too many watch by this link just now. Try again in half a minute."


class Crowd:
    """Lives on one event loop."""

    def __init__(self) -> None:
        self._links: Counter[str] = Counter()
        self._addresses: Counter[str] = Counter()

    @contextmanager
    def join(self, share_id: str, address: str) -> Iterator[None]:
        """One more, meanwhile. Raises RateLimited."""
        if self._links[share_id] >= MOST_ON_LINK or self._addresses[address] >= MOST_FROM_ADDRESS:
            raise RateLimited(AGAIN_SECONDS, FULL)
        places = ((self._links, share_id), (self._addresses, address))
        for counter, name in places:
            counter[name] += 1
        try:
            yield
        finally:
            for counter, name in places:
                counter[name] -= 1
                if not counter[name]:
                    del counter[name]
