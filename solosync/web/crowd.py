"""How many watch by links at once. They are strangers, and each holds a socket and is sent every
change: so a link that gets around can't take the server from those whose boards are on it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from solosync.errors import RateLimited
from solosync.origin import network_of

# A full lecture hall. What is drawn is sent to each, so it is about what a small machine can do.
MOST_ON_LINK = 200
# An address may be a school's, but it doesn't get all there is.
MOST_FROM_ADDRESS = 100
AGAIN_SECONDS = 30
# Of the server's time, for all who came by one link. On a large board a question of a few bytes can
# take a thousand times as long as what a hand draws.
TIME_SHARE = 0.5
SPARE_SECONDS = 1.0
FULL = "Too many watch by this link just now. Try again in half a minute."


class Spending:
    """How much of the server's time one link has used; times are the event loop's."""

    def __init__(self) -> None:
        self._even_at = 0.0

    def add(self, seconds: float, now: float) -> None:
        self._even_at = max(self._even_at, now) + seconds / TIME_SHARE

    def rest(self, now: float) -> float:
        """For how many seconds nothing more is to be done for it."""
        return max(0.0, self._even_at - now - SPARE_SECONDS)


class Crowd:
    """Lives on one event loop."""

    def __init__(self) -> None:
        self._inside: Counter[str] = Counter()
        # Kept when all have gone: who comes again doesn't begin anew.
        self._spending: defaultdict[str, Spending] = defaultdict(Spending)

    @contextmanager
    def join(self, share_id: str, address: str) -> Iterator[None]:
        """One more, meanwhile; the address is empty where a tunnel doesn't tell it. Raises
        RateLimited."""
        most = {f"link {share_id}": MOST_ON_LINK}
        if address:
            most[f"address {network_of(address)}"] = MOST_FROM_ADDRESS
        if any(self._inside[name] >= number for name, number in most.items()):
            raise RateLimited(AGAIN_SECONDS, FULL)
        self._inside.update(most.keys())
        try:
            yield
        finally:
            self._inside.subtract(most.keys())
            for name in most:
                if not self._inside[name]:
                    del self._inside[name]

    def spending(self, share_id: str) -> Spending:
        """The link's, for all its sockets."""
        return self._spending[share_id]
