"""One connected socket of a room: who it is, and what waits to be sent to it."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from solosync.errors import SolosyncError, Unavailable
from solosync.records.actors import Actor

# What may wait for a slow reader, beyond the message that is being sent. A dropped update would
# be a silent divergence, so one that falls behind further is closed, and resyncs.
MAX_WAITING_BYTES = 4 * 1024 * 1024


class Fallen(Unavailable):
    """The peer reads too slowly; it may come back and sync."""

    code = "peer.too_slow"
    default_message = "This connection reads too slowly. Connect again to catch up."


class Peer:
    """Made by ``Room.join``. ``offer`` never waits; ``run`` sends until the peer is closed."""

    def __init__(
        self,
        actor: Actor,
        session_key: int,
        send: Callable[[bytes], Awaitable[None]],
        *,
        read_only: bool,
    ) -> None:
        self.actor = actor
        self.session_key = session_key
        self.read_only = read_only
        self.clients: dict[int, int] = {}  # awareness: client id to its newest clock
        self.awaits_missing = False  # asked for what its last update depends on
        self.gaps = 0
        self._send = send
        self._outbox: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._wake = asyncio.Event()
        self._closed: asyncio.Future[SolosyncError | None] = (
            asyncio.get_running_loop().create_future()
        )

    def offer(self, message: bytes) -> None:
        """Queues a message. Closes the peer when too much waits already."""
        if self._closed.done():
            return
        if self._waiting_bytes > MAX_WAITING_BYTES:
            self.close(Fallen())
            return
        self._outbox.append(message)
        self._waiting_bytes += len(message)
        self._wake.set()

    def close(self, reason: SolosyncError | None) -> None:
        """Ends ``closed`` with the reason; what waits isn't sent any more."""
        if not self._closed.done():
            self._closed.set_result(reason)
            self._outbox.clear()
            self._wake.set()

    async def closed(self) -> SolosyncError | None:
        """Returns when the room has closed this peer, with the reason."""
        return await asyncio.shield(self._closed)

    async def run(self) -> None:
        """Sends what is offered, in order, until the peer is closed."""
        while not self._closed.done():
            while self._outbox:
                message = self._outbox.popleft()
                await self._send(message)
                self._waiting_bytes -= len(message)
            self._wake.clear()
            await self._wake.wait()
