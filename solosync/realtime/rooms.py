"""All open boards: one room each, opened when first entered, closed when memory is wanted."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from solosync.board.seen import Seen
from solosync.domain import Store, access
from solosync.errors import SolosyncError, Unavailable
from solosync.events import (
    DeviceRevoked,
    MembershipChanged,
    SessionDeleted,
    ShareRevoked,
    UserDeactivated,
)
from solosync.realtime.journal import Committer
from solosync.realtime.room import Room
from solosync.realtime.snapshots import Turn
from solosync.records.sessions import Session

log = logging.getLogger(__name__)

# How often sockets are checked against what another process may have changed (`solosync users
# deactivate`); what this process changes is checked at once.
SWEEP_SECONDS = 2.0
# A room that nobody entered for this long is closed even when there is memory.
IDLE_SECONDS = 300.0
# How often what the open rooms hold is added up while they are used, and none is opened.
MEMORY_SECONDS = 0.1


class _Place:
    """A room, or the wait for it, and how many are inside."""

    __slots__ = ("inside", "last_used", "opening", "room")

    def __init__(self) -> None:
        self.room: Room | None = None
        self.opening = asyncio.Lock()
        self.inside = 0
        self.last_used = 0.0


class Rooms:
    """Lives on the event loop that ``start`` was called on. ``memory_bytes`` is the budget for all
    rooms together: beyond it, idle rooms are closed, then the others' caches are freed."""

    def __init__(self, store: Store, *, memory_bytes: int) -> None:
        self._store = store
        self._memory_bytes = memory_bytes
        self._committer = Committer(store)
        self._snapshot_turn = Turn()
        self._places: dict[int, _Place] = {}
        self._sweeper: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._closing = False
        self._looked_at = 0.0
        self._unsubscribe: list[Callable[[], None]] = []

    def start(self) -> None:
        """Begins to watch over the sockets."""
        loop = asyncio.get_running_loop()

        def wake(_: object) -> None:
            loop.call_soon_threadsafe(self._wake.set)

        bus = self._store.bus
        self._unsubscribe = [
            bus.subscribe(SessionDeleted, wake),
            bus.subscribe(DeviceRevoked, wake),
            bus.subscribe(UserDeactivated, wake),
            bus.subscribe(MembershipChanged, wake),
            bus.subscribe(ShareRevoked, wake),
        ]
        self._sweeper = loop.create_task(self._sweep_forever())

    async def close(self) -> None:
        """Closes all sockets and rooms; what was answered is on disk, and the rest is finished."""
        self._closing = True
        if self._sweeper is not None:
            self._sweeper.cancel()
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        for place in list(self._places.values()):
            if place.room is not None:
                for peer in list(place.room.peers):
                    peer.close(Unavailable("The server is stopping. Connect again in a moment."))
        for key in list(self._places):
            await self._close_room(key)

    def __len__(self) -> int:
        return sum(place.room is not None for place in self._places.values())

    @property
    def peer_count(self) -> int:
        """How many sockets are on all boards."""
        return sum(len(place.room.peers) for place in self._places.values() if place.room)

    @property
    def memory_bytes(self) -> int:
        """About how much all open rooms hold."""
        return sum(place.room.memory_bytes for place in self._places.values() if place.room)

    def seen(self, session: Session) -> Seen | None:
        """What is known of an open board's last save; None for one that isn't open."""
        place = self._places.get(session.key)
        return place.room.seen if place is not None and place.room is not None else None

    @asynccontextmanager
    async def enter(self, session: Session) -> AsyncIterator[Room]:
        """The board's room, which stays open meanwhile. Raises NotFound, Damaged, Unavailable."""
        if self._closing:
            raise Unavailable("The server is stopping. Try again in a moment.")
        place = self._places.setdefault(session.key, _Place())
        place.inside += 1
        try:
            yield await self._room(place, session)
        finally:
            place.inside -= 1
            place.last_used = asyncio.get_running_loop().time()
            room = place.room
            if room is not None and room.failure is not None:
                place.room = None
            if place.room is None and place.inside == 0:
                self._places.pop(session.key, None)
            else:
                self._look_at_memory(place.last_used)

    def _look_at_memory(self, now: float) -> None:
        """With many rooms, adding them up takes longer than most of what is done in one."""
        if now - self._looked_at > MEMORY_SECONDS:
            self._looked_at = now
            if self.memory_bytes > self._memory_bytes:
                self._wake.set()

    async def _room(self, place: _Place, session: Session) -> Room:
        async with place.opening:
            room = place.room
            if room is None or room.failure is not None:
                room = place.room = await self._open(session)
                self._looked_at = 0.0
            return room

    async def _open(self, session: Session) -> Room:
        # On this thread: a Yjs document can't leave the one that made it.
        return Room(self._store, session, self._committer, self._snapshot_turn)

    # -- watching ----------------------------------------------------------------------------

    async def _sweep_forever(self) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), SWEEP_SECONDS)
            self._wake.clear()
            try:
                self.close_lost()
                await self.trim()
            except SolosyncError as error:
                log.warning("Could not look after the open boards: %s", error)

    def close_lost(self) -> None:
        """Closes the sockets of those who lost their access: nothing more comes by them."""
        rooms = [place.room for place in self._places.values() if place.room is not None]
        peers = [peer for room in rooms for peer in room.peers]
        lost = access.find_lost(self._store, [(peer.actor, peer.session_key) for peer in peers])
        for peer in peers:
            reason = lost.get((peer.actor, peer.session_key))
            if reason is not None:
                peer.close(reason)

    async def trim(self) -> None:
        """Closes idle rooms that were not used for long, or while memory is short."""
        now = asyncio.get_running_loop().time()
        places = sorted(self._places.items(), key=lambda item: item[1].last_used)
        total = self.memory_bytes
        for key, place in places:
            room = place.room
            if room is None or place.inside or not room.is_quiet:
                continue
            if total > self._memory_bytes or now - place.last_used > IDLE_SECONDS:
                total -= room.memory_bytes
                await self._close_room(key)
        for _, place in places:
            if total <= self._memory_bytes:
                return
            if place.room is not None:
                before = place.room.memory_bytes
                place.room.shed()
                total -= before - place.room.memory_bytes

    async def _close_room(self, key: int) -> None:
        place = self._places[key]
        async with place.opening:  # whoever enters now waits, and opens it anew
            room = place.room
            if room is None:
                return
            try:
                await room.rest()
            except SolosyncError as error:
                log.warning("Board %s: %s", room.session.session_id, error)
            if self._closing or (room.is_quiet and not place.inside):
                place.room = None
                room.failure = room.failure or Unavailable()
        if place.inside == 0 and place.room is None and self._places.get(key) is place:
            del self._places[key]
