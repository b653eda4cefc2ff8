"""A Yjs client over a real socket, inside the test's own event loop."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

from pycrdt import Doc, Map, TransactionEvent
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidMessage

from solosync.board import protocol


class Lost(Exception):
    """The connection is gone."""


class YjsClient:
    """A Solo board as a whiteboard holds it. It outlives its connections; what it did while there
    was none is sent with the next."""

    def __init__(self) -> None:
        self.doc: Doc[Any] = Doc()
        self.elements: Map[Any] = self.doc.get("elements", type=Map)
        self._socket: ClientConnection | None = None
        self._outgoing: list[bytes] = []
        self._held_back: list[bytes] = []
        self._is_receiving = False
        self._is_synced = False
        self._news = asyncio.Event()
        self._subscription = self.doc.observe(self._changed)

    def add(self, key: str, *, page: str, **fields: Any) -> None:
        """A stroke. `fields` are plain values, or bytes of JSON."""
        places = {"$page": page, "$list": "strokes", "$order": "a0V"}
        self.elements[key] = Map({"id": key, **fields, **places})

    def field(self, key: str, name: str) -> Any:
        """None when there is no such element, or it lacks the field."""
        element = self.elements.get(key)
        return element.get(name) if element is not None else None

    def content(self) -> dict[str, Any]:
        """The fields of each element, by its key."""
        return self.elements.to_py() or {}

    @contextlib.asynccontextmanager
    async def connected(self, address: str) -> AsyncIterator[None]:
        """In sync when it begins; raises Lost. A connection that is lost later is no error at its
        end, and all that came before has been taken by then."""
        try:
            socket = await connect(address, max_size=None, ping_interval=None, compression=None)
        except (InvalidMessage, OSError) as error:
            raise Lost from error
        self._outgoing.clear()
        self._held_back.clear()
        self._is_synced, self._socket = False, socket
        receiving = asyncio.ensure_future(self._receive(socket))
        try:
            await self._send(protocol.encode_sync(protocol.STEP1, self.doc.get_state()))
            await self.until(lambda: self._is_synced)
            yield
        finally:
            await socket.close()
            await receiving

    async def push(self) -> None:
        """Sends what was done here since the last time; raises Lost."""
        waiting, self._outgoing = self._outgoing, []
        for message in waiting:
            await self._send(message)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Returns once it holds, by what has come; raises Lost when nothing more will."""
        while not holds():
            if self._socket is None:
                raise Lost
            self._news.clear()
            await self._news.wait()

    async def _send(self, message: bytes) -> None:
        if self._socket is None:
            raise Lost
        try:
            await self._socket.send(message)
        except ConnectionClosed as closed:
            raise Lost from closed

    async def _receive(self, socket: ClientConnection) -> None:
        try:
            while True:
                message = await socket.recv()
                assert isinstance(message, bytes)
                await self._take(message)
        except (ConnectionClosed, Lost):
            self._socket = None
            self._news.set()

    async def _take(self, message: bytes) -> None:
        kind, step, content = protocol.decode(message)
        if kind != protocol.SYNC:
            return
        if step == protocol.STEP1:
            missing = self.doc.get_update(content)
            await self._send(protocol.encode_sync(protocol.STEP2, missing))
        elif step == protocol.UPDATE and not self._is_synced:
            # It may depend on what the answer to our question brings; Yjs holds it back.
            self._held_back.append(content)
        else:
            self._is_synced = True
            self._apply(content, *self._held_back)
            self._held_back.clear()
        self._news.set()

    def _apply(self, *updates: bytes) -> None:
        self._is_receiving = True
        try:
            for update in updates:
                self.doc.apply_update(update)
        finally:
            self._is_receiving = False

    def _changed(self, event: TransactionEvent) -> None:
        if not self._is_receiving:
            self._outgoing.append(protocol.encode_sync(protocol.UPDATE, event.update))
