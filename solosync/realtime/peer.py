"""One connected socket of a room: who it is, and what waits to be sent to it."""

import asyncio
from collections import deque
from collections.abc import Callable

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
    """Made by ``Room.join``. ``offer`` never waits: it writes at once, and while the socket is
    ``pause``d it keeps what it can."""

    def __init__(
        self,
        actor: Actor,
        session_key: int,
        write: Callable[[bytes], None],
        *,
        read_only: bool,
    ) -> None:
        self.actor = actor
        self.session_key = session_key
        self.read_only = read_only
        self.clients: dict[int, int] = {}  # awareness: client id to its newest clock
        self.awaits_missing = False  # asked for what its last update depends on
        self.gaps = 0
        self._write = write
        self._paused = False
        self._outbox: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._closed: asyncio.Future[SolosyncError | None] = (
            asyncio.get_running_loop().create_future()
        )

    def offer(self, message: bytes) -> None:
        """Sends a message, or keeps it until the socket resumes. Closes the peer when too much
        waits already."""
        if self._closed.done():
            return
        if not self._paused:
            self._write(message)
        elif self._waiting_bytes > MAX_WAITING_BYTES:
            self.close(Fallen())
        else:
            self._outbox.append(message)
            self._waiting_bytes += len(message)

    def pause(self) -> None:
        """The socket takes no more for now."""
        self._paused = True

    def resume(self) -> None:
        """The socket takes more; what waits is written, as far as it does."""
        self._paused = False
        while self._outbox and not self._paused:
            message = self._outbox.popleft()
            self._waiting_bytes -= len(message)
            self._write(message)

    def close(self, reason: SolosyncError | None) -> None:
        """Ends ``closed`` with the reason; what waits isn't sent any more."""
        if not self._closed.done():
            self._closed.set_result(reason)
            self._outbox.clear()

    @property
    def is_closed(self) -> bool:
        return self._closed.done()

    async def closed(self) -> SolosyncError | None:
        """Returns when the room has closed this peer, with the reason."""
        return await asyncio.shield(self._closed)
