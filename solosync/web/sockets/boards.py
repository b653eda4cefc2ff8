"""The Yjs door: `/ws/boards/{session_id}` speaks the y-websocket protocol.

Only the adapter between a socket and its room; what the messages mean is realtime's. Raw ASGI
rather than the framework's socket, because each message here is one of thousands a second.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Any

from litestar import WebSocket, asgi
from litestar.enums import ScopeType
from litestar.types import Receive, Scope, Send

from solosync.domain import sessions
from solosync.errors import SolosyncError, TooLarge
from solosync.realtime.peer import Peer
from solosync.realtime.room import Malformed, Room
from solosync.web.auth import socket_actor, socket_subprotocol
from solosync.web.errors import outcome
from solosync.web.services import services

log = logging.getLogger(__name__)

# A slow reader must not keep us from closing its socket.
CLOSE_SECONDS = 5.0
# Of a close frame's reason, in bytes (RFC 6455, 5.5.1).
_LONGEST_REASON = 123


@asgi("/ws/boards/{session_id:str}", is_mount=False)
async def board_socket(scope: Scope, receive: Receive, send: Send) -> None:
    """Accepts first, then closes with a code that tells why, if at all (docs/sync-spec.md, WS)."""
    if scope["type"] != ScopeType.WEBSOCKET:
        headers = [(b"upgrade", b"websocket")]
        await send({"type": "http.response.start", "status": 426, "headers": headers})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
        return
    socket: WebSocket[Any, Any, Any] = WebSocket(scope, receive, send)
    await receive()
    await send(
        {
            "type": "websocket.accept",
            "subprotocol": socket_subprotocol(socket),
            "headers": [],
        }
    )
    try:
        actor = socket_actor(socket)
        with_services = services(socket)
        session = sessions.get_session(
            with_services.store, actor, scope["path_params"]["session_id"]
        )
        async with with_services.rooms.enter(session) as room:

            async def send_bytes(message: bytes) -> None:
                await send({"type": "websocket.send", "bytes": message, "text": None})

            peer = room.join(actor, send_bytes)
            try:
                await _serve(room, peer, receive, with_services.config.max_state_bytes)
            finally:
                room.leave(peer)
    except SolosyncError as error:
        await _close(send, outcome(error).close_code, error.message)
    except Exception:
        log.exception("A board's socket failed")
        await _close(send, 1011, "Something went wrong here. Connect again.")


async def _serve(room: Room, peer: Peer, receive: Receive, max_bytes: int) -> None:
    """Returns when the client has gone; raises why the peer was closed."""
    reader = asyncio.create_task(_read(room, peer, receive, max_bytes))
    sender = asyncio.create_task(peer.run())
    closed = asyncio.create_task(peer.closed())
    tasks = (reader, closed, sender)
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if closed.done():
            reason = closed.result()
            if reason is not None:
                raise reason
        elif reader.done():
            reader.result()
        else:
            sender.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _read(room: Room, peer: Peer, receive: Receive, max_bytes: int) -> None:
    while True:
        message = await receive()
        if message["type"] != "websocket.receive":
            return
        data = message.get("bytes")
        if data is None:
            raise Malformed
        if len(data) > max_bytes:
            raise TooLarge(max_bytes)
        await room.receive(peer, data)


async def _close(send: Send, code: int, reason: str) -> None:
    short = reason.encode()[:_LONGEST_REASON].decode(errors="ignore")
    with suppress(OSError, RuntimeError, TimeoutError):  # the client has gone already
        await asyncio.wait_for(
            send({"type": "websocket.close", "code": code, "reason": short}), CLOSE_SECONDS
        )
