"""The Yjs door: `/ws/boards/{session_id}` speaks the y-websocket protocol.

Only the adapter between a socket and its room; what the messages mean is realtime's.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, cast

from litestar import WebSocket, asgi
from litestar.types import Receive, Scope, Send

from solosync.domain import sessions, shares
from solosync.errors import SolosyncError, SomebodyElse, TooLarge
from solosync.option_kinds import MIB
from solosync.realtime.door import Malformed
from solosync.realtime.peer import Peer
from solosync.realtime.room import Room
from solosync.records import scopes
from solosync.records.actors import Actor
from solosync.web.auth import address, admit, socket_actor
from solosync.web.credentials import socket_subprotocol
from solosync.web.errors import outcome
from solosync.web.services import services
from solosync.web.sockets import viewers
from solosync.web.sockets.link import EXTENSION, Link
from solosync.web.sockets.pace import Pace

log = logging.getLogger(__name__)

# A slow reader must not keep us from closing its socket.
CLOSE_SECONDS = 5.0
# Who a page believes to be signed in. Its cookies may be another person's by now, in whose name its
# changes mustn't be sent.
MEANT = "user"
# Of a close frame's reason, in bytes (RFC 6455, 5.5.1).
_LONGEST_REASON = 123


@asgi("/ws/boards/{session_id:str}", is_mount=False, copy_scope=False)
async def board_socket(scope: Scope, receive: Receive, send: Send) -> None:
    """Accepts first, then closes with a code that tells why, if at all (docs/sync-spec.md, WS)."""
    socket: WebSocket[Any, Any, Any] = WebSocket(scope, receive, send)
    await receive()
    subprotocol = socket_subprotocol(socket)
    await send({"type": "websocket.accept", "subprotocol": subprotocol, "headers": []})
    link = cast("dict[str, Link]", scope["extensions"])[EXTENSION]
    link.let_read(False)  # until it is known who that is, and how much they may send
    session_id = scope["path_params"]["session_id"]
    try:
        is_shown = viewers.LINK in socket.query_params
        await (_show if is_shown else _edit)(socket, session_id, link, receive)
    except SolosyncError as error:
        await _close(send, link, outcome(error).close_code, error.message)
    except Exception:
        log.exception("A board's socket failed")
        await _close(send, link, 1011, "Something went wrong here. Connect again.")


async def _edit(
    socket: WebSocket[Any, Any, Any], session_id: str, link: Link, receive: Receive
) -> None:
    """For people who are signed in, and API keys."""
    actor = await socket_actor(socket)
    if socket.query_params.get(MEANT, actor.user_id) != actor.user_id:
        raise SomebodyElse()
    is_reader = _is_reader(actor)
    with_services = services(socket)
    seen = partial(with_services.sightings.note, actor.device_id, address(socket))
    seen()
    session = sessions.get_session(with_services.store, actor, session_id)
    async with with_services.rooms.enter(session) as room:
        peer = room.join(actor, write=link.write, read_only=is_reader)
        try:
            max_bytes = with_services.config.max_state_bytes
            await _serve(room, peer, link, receive, max_bytes, seen)
        finally:
            link.detach()
            room.leave(peer)


async def _show(
    socket: WebSocket[Any, Any, Any], session_id: str, link: Link, receive: Receive
) -> None:
    """For those who have a share link."""
    share, session = viewers.admit(socket, session_id)
    with_services = services(socket)
    joining = with_services.crowd.join(share.share_id, address(socket))
    with joining:
        async with with_services.rooms.enter(session) as room:
            write = link.write if share.may_edit else viewers.tells_board(link.write)
            peer = room.join(shares.visitor(share), write=write, read_only=not share.may_edit)
            # The link may have been revoked while the room was opened.
            viewers.close_if_lost(with_services.store, peer)
            seen = partial(viewers.close_if_expired, share, peer)
            pace = Pace(link, with_services.crowd.spending(share.share_id))
            try:
                with viewers.until_expired(share, peer):
                    await _serve(room, peer, link, receive, viewers.MOST_BYTES, seen, pace)
            finally:
                pace.end()
                link.detach()
                room.leave(peer)


def _is_reader(actor: Actor) -> bool:
    """Whether an API key may only look. Raises Forbidden for one that may not even do that."""
    if actor.scopes is not None and scopes.SESSIONS_WRITE not in actor.scopes:
        admit(actor, scopes.SESSIONS_READ)
        return True
    return False


async def _serve(
    room: Room,
    peer: Peer,
    link: Link,
    receive: Receive,
    max_bytes: int,
    seen: Callable[[], None],
    pace: Pace | None = None,
) -> None:
    """Returns when the client has gone; raises why the peer was closed. `seen` is called whenever
    the client sends something."""
    broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def deliver(message: bytes | None) -> None:
        seen()
        try:
            _hand_on(room, peer, message, max_bytes)
        except SolosyncError as error:
            peer.close(error)
        except Exception as error:
            if not broken.done():
                broken.set_exception(error)
        if room.is_congested:
            link.let_read(False)
            asyncio.ensure_future(_go_on(room, link))  # noqa: RUF006 - ends with the commit

    taken = deliver if pace is None else pace.slow(deliver)
    # A little more is read, to say by 4413 what was wrong with it.
    link.attach(taken, peer.pause, peer.resume, max_bytes + MIB)
    gone = asyncio.ensure_future(receive())  # only the end of the connection comes this way now
    closed = asyncio.ensure_future(peer.closed())
    try:
        await asyncio.wait((gone, closed, broken), return_when=asyncio.FIRST_COMPLETED)
        if broken.done():
            broken.result()
        reason = closed.result() if closed.done() else None
        if reason is not None:
            raise reason
    finally:
        for waiting in (broken, gone, closed):
            waiting.cancel()
        await asyncio.gather(gone, closed, return_exceptions=True)


def _hand_on(room: Room, peer: Peer, message: bytes | None, max_bytes: int) -> None:
    if message is None:
        raise Malformed
    if len(message) > max_bytes:
        raise TooLarge(max_bytes)
    if peer.actor.share_id is not None and peer.read_only and viewers.is_presence(message):
        return
    room.deliver(peer, message)


async def _go_on(room: Room, link: Link) -> None:
    with suppress(SolosyncError):  # the room closes its peers itself when a commit fails
        await room.flushed()
    link.let_read(True)


async def _close(send: Send, link: Link, code: int, reason: str) -> None:
    link.let_read(True)  # or their goodbye isn't heard
    short = reason.encode()[:_LONGEST_REASON].decode(errors="ignore")
    try:
        await asyncio.wait_for(
            send({"type": "websocket.close", "code": code, "reason": short}), CLOSE_SECONDS
        )
    except TimeoutError:
        # What waits for a client that doesn't read would keep the connection open, and the client
        # would believe that it is still told of changes.
        link.cut()
    except (OSError, RuntimeError):
        log.debug("A socket had gone before it was closed with %s", code)
