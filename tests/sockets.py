"""A Yjs client without a network: a document, and two queues to a room that are flushed by hand."""

import asyncio
import random
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pycrdt import Doc, Map, TransactionEvent, create_sync_message

from solosync.board import protocol
from solosync.board.order import keys_between
from solosync.errors import SolosyncError
from solosync.realtime.peer import Peer
from solosync.realtime.room import Room
from solosync.records.actors import Actor

ROOTS = ("elements", "pages", "state", "meta", "board")


class Replica:
    """A Solo board as a Yjs client holds it, offline or not (layout "board/1")."""

    def __init__(self, client_id: int | None = None, *, seed: int = 0) -> None:
        self.doc: Doc[Any] = Doc() if client_id is None else Doc(client_id=client_id)
        self.roots: dict[str, Map[Any]] = {name: self.doc.get(name, type=Map) for name in ROOTS}
        self.socket: Socket | None = None
        self._random = random.Random(seed)
        self._is_receiving = False
        self._subscription = self.doc.observe(self._changed)

    @property
    def elements(self) -> Map[Any]:
        return self.roots["elements"]

    def add(self, key: str, *, page: str, list_: str = "strokes", **fields: Any) -> None:
        """At the end of its list. `fields` are plain values, or bytes of JSON."""
        last = max(
            (
                element["$order"]
                for element in self.content()["elements"].values()
                if (element["$page"], element["$list"]) == (page, list_)
            ),
            default=None,
        )
        order = keys_between(last, None, 1, self._random)[0]
        fields = {"id": key, **fields, "$page": page, "$list": list_, "$order": order}
        self.elements[key] = Map(fields)

    def change(self, key: str, **fields: Any) -> None:
        with self.doc.transaction():
            for name, value in fields.items():
                self.elements[key][name] = value

    def delete(self, key: str) -> None:
        del self.elements[key]

    def content(self) -> dict[str, Any]:
        return {name: root.to_py() for name, root in self.roots.items()}

    def apply(self, update: bytes) -> None:
        """Takes what a server sent."""
        with self._receiving():
            self.doc.apply_update(update)

    def _changed(self, event: TransactionEvent) -> None:
        if not self._is_receiving and self.socket is not None:
            message = protocol.encode_sync(protocol.UPDATE, event.update)
            self.socket.outgoing.append(message)

    @contextmanager
    def _receiving(self) -> Iterator[None]:
        self._is_receiving = True
        try:
            yield
        finally:
            self._is_receiving = False


class Socket:
    """One connection of a replica to a room. Nothing moves but by `push`, `pull` and `sync`."""

    def __init__(self, replica: Replica, room: Room, actor: Actor, *, read_only: bool = False):
        self.replica = replica
        self.room = room
        self.outgoing: deque[bytes] = deque()
        self.incoming: deque[bytes] = deque()
        self.presences: dict[int, bytes] = {}
        self._held_back: list[bytes] = []
        self._is_synced = False
        self._came = asyncio.Event()
        self.peer: Peer = room.join(actor, self._write, read_only=read_only)
        replica.socket = self
        self._ask()

    def _write(self, message: bytes) -> None:
        self.incoming.append(message)
        self._came.set()

    def _ask(self) -> None:
        self.outgoing.append(bytes(create_sync_message(self.replica.doc)))

    async def push(self, count: int | None = None) -> None:
        """Hands the oldest messages to the room, by default all; raises what it raises."""
        for _ in range(len(self.outgoing) if count is None else count):
            self.room.deliver(self.peer, self.outgoing.popleft())

    def pull(self, count: int | None = None) -> None:
        """Takes the oldest messages of those that came, by default all."""
        for _ in range(len(self.incoming) if count is None else count):
            self._take(self.incoming.popleft())

    async def arrival(self) -> None:
        """Returns once something waits to be pulled."""
        while not self.incoming:
            self._came.clear()
            await self._came.wait()

    async def sync(self) -> None:
        """Both sides have all that the other had, and what that led to."""
        self._ask()
        while self.outgoing:
            await self.push()
            await self._answered()
            self.pull()

    async def _answered(self) -> None:
        """Whatever the room sent before now has come."""
        self.room.deliver(self.peer, bytes(create_sync_message(self.replica.doc)))
        while not any(m[:2] == bytes((protocol.SYNC, protocol.STEP2)) for m in self.incoming):
            self._came.clear()
            await self._came.wait()

    def _take(self, message: bytes) -> None:
        kind, step, content = protocol.decode(message)
        if kind == protocol.AWARENESS:
            for presence in protocol.decode_awareness(content):
                self.presences[presence.client] = presence.state
        elif step == protocol.STEP1:
            missing = self.replica.doc.get_update(content)
            self.outgoing.append(protocol.encode_sync(protocol.STEP2, missing))
        elif step == protocol.UPDATE and not self._is_synced:
            # It may depend on what the answer to our question brings. Yjs would hold it back.
            self._held_back.append(content)
        else:
            self._is_synced = True
            for update in (content, *self._held_back):
                self.replica.apply(update)
            self._held_back.clear()

    def cut(self) -> None:
        """The connection is lost, with all that was on its way in either direction."""
        self.room.leave(self.peer)
        self.forget()

    def forget(self) -> None:
        """As `cut`, where the room is gone too."""
        if self.replica.socket is self:
            self.replica.socket = None

    async def closed(self) -> SolosyncError | None:
        """Why the room closed this socket; waits for it."""
        reason = await self.peer.closed()
        self.cut()
        return reason
