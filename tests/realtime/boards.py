"""A board under test: its rooms on a real store, and states to save."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from solosync.domain import history, sessions
from solosync.realtime.live import Reading
from solosync.realtime.room import Room, Saved
from solosync.realtime.rooms import Rooms
from solosync.records.actors import Actor
from solosync.records.sessions import Session
from solosync.records.users import User
from solosync.records.versions import Version
from solosync.store import updates
from solosync.store.engine import Store
from tests.make import make_actor, make_user
from tests.sockets import Replica, Socket

MEMORY_BYTES = 64 * 1024 * 1024
LISTS = ("strokes", "shapes", "texts", "assets")


def stroke(id_: str, **fields: Any) -> dict[str, Any]:
    return {"id": id_, "tool": "pen", "color": "#000000", "points": [{"x": 1, "y": 2}], **fields}


def state_of(*strokes: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A state with one page `p1` that holds these strokes."""
    return {
        "pages": [{"id": "p1", **{name: [] for name in LISTS}, "strokes": [*strokes]}]
    } | members


def dump(state: Any) -> bytes:
    return json.dumps(state).encode()


def strokes(reading: Reading | Saved | bytes) -> list[dict[str, Any]]:
    """All strokes of an answered state."""
    state = json.loads(reading if isinstance(reading, bytes) else reading.state)
    return [item for page in state["pages"] for item in page["strokes"]]


def ids(reading: Reading | Saved | bytes) -> list[str]:
    return [item["id"] for item in strokes(reading)]


class Board:
    """One board and the room it is open in."""

    def __init__(self, store: Store, rooms: Rooms, owner: User, session: Session) -> None:
        self.store = store
        self.rooms = rooms
        self.owner = owner
        self.session = session
        self.creator = make_actor(store, owner)
        self._inside = AsyncExitStack()
        self._room: Room | None = None

    @property
    def room(self) -> Room:
        assert self._room is not None
        return self._room

    async def enter(self) -> Room:
        """The board is in use from now on, until `leave`."""
        self._room = await self._inside.enter_async_context(self.rooms.enter(self.session))
        return self._room

    async def leave(self) -> None:
        self._room = None
        await self._inside.aclose()

    async def state_at(self, rev: int) -> bytes:
        """What the history shows of that rev."""
        await self.room.flushed()
        return history.document_at(self.store, self.session, rev).reading().state

    async def reopen(self) -> Room:
        """The server stops and starts again."""
        await self.leave()
        await self.rooms.close()
        self.rooms = Rooms(self.store, memory_bytes=MEMORY_BYTES)
        return await self.enter()

    def device(self, name: str = "Tablet") -> Actor:
        """The owner, at another sign-in."""
        return make_actor(self.store, self.owner, device=name)

    def connect(
        self,
        actor: Actor | None = None,
        *,
        client_id: int | None = None,
        read_only: bool = False,
    ) -> Socket:
        """A Yjs client that has just connected, not synced yet."""
        replica = Replica(client_id)
        return Socket(replica, self.room, actor or self.device(), read_only=read_only)

    async def connect_synced(self, actor: Actor | None = None, **options: Any) -> Socket:
        socket = self.connect(actor, **options)
        await socket.sync()
        return socket

    async def save(
        self, actor: Actor, state: Any, *, rev: int | None = None, **options: Any
    ) -> Saved:
        """As a PATCH with X-Rev `rev`, or with no header."""
        options = {"stated_rev": rev, "is_stated": rev is not None, **options}
        return await self.room.save(actor, dump(state), **options)

    def versions(self) -> list[Version]:
        return history.list_versions(self.store, self.session.key)

    def set_aside(self, rev: int) -> list[dict[str, Any]]:
        found = history.list_set_aside(self.store, self.session.key, rev)
        return [item for part in found for item in json.loads(part)]

    def log_length(self) -> int:
        return len(self.store.read(lambda tx: updates.outline(tx, self.session.key)))

    def stored_rev(self) -> int:
        return history.load(self.store, self.session.key).rev


@asynccontextmanager
async def open_board(
    store: Store, state: Any = None, *, memory_bytes: int = MEMORY_BYTES
) -> AsyncIterator[Board]:
    owner = make_user(store)
    created = sessions.create_session(
        store, make_actor(store, owner), state=dump(state_of() if state is None else state)
    )
    rooms = Rooms(store, memory_bytes=memory_bytes)
    rooms.start()
    board = Board(store, rooms, owner, created.session)
    await board.enter()
    try:
        yield board
    finally:
        await board.leave()
        await board.rooms.close()
