"""Coming to a shared board live: a socket that is opened by a link and a view's proof.

Nobody is known who comes this way. Who may only look sends nothing to the others, and is told of
nothing but the board: not of who is there, nor where their pointers are. By a link that may edit
they draw with the others, and see them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from litestar import WebSocket

from solosync.board import protocol
from solosync.clock import now_ms
from solosync.domain import Store, access, shares
from solosync.errors import NotFound, Unauthenticated
from solosync.realtime.peer import Peer
from solosync.records.sessions import Session
from solosync.records.shares import Share
from solosync.web.services import services

LINK = "share"
VIEW = "view"
# Of a message: a viewer says what it holds already, and who draws along sends strokes.
MOST_BYTES = 1024 * 1024
_PRESENCES = frozenset((protocol.AWARENESS, protocol.QUERY_AWARENESS))


class Admitted(NamedTuple):
    share: Share
    session: Session


def admit(socket: WebSocket[Any, Any, Any], session_id: str) -> Admitted:
    """Raises NotFound for a link that is good no more or another board's, and Unauthenticated for
    one whose view wasn't counted within the hour."""
    with_services = services(socket)
    token = socket.query_params.get(LINK, "")
    opened = shares.open_link(with_services.store, with_services.keys, token)
    if opened.session.session_id != session_id:
        raise NotFound("share", "")
    proof = socket.query_params.get(VIEW, "")
    if not shares.is_view(with_services.keys, opened.share, proof):
        raise Unauthenticated("This view isn't counted yet, or was an hour ago. Open the link.")
    return Admitted(opened.share, opened.session)


def tells_board(write: Callable[[bytes], None]) -> Callable[[bytes], None]:
    """A `write` that leaves out what isn't the board's."""

    def filtered(message: bytes) -> None:
        if not is_presence(message):
            write(message)

    return filtered


def is_presence(message: bytes) -> bool:
    return bool(message) and message[0] in _PRESENCES


def close_if_lost(store: Store, peer: Peer) -> None:
    lost = access.find_lost(store, [(peer.actor, peer.session_key)])
    for reason in lost.values():
        peer.close(reason)


def close_if_expired(share: Share, peer: Peer) -> None:
    """The timer may be late; what comes meanwhile is too late, too."""
    if share.expires_at is not None and now_ms() >= share.expires_at:
        peer.close(NotFound("share", ""))


@contextmanager
def until_expired(share: Share, peer: Peer) -> Iterator[None]:
    """Shows the viewer out at the second at which the link expires."""
    if share.expires_at is None:
        yield
        return
    seconds = max(0, share.expires_at - now_ms()) / 1000
    loop = asyncio.get_running_loop()
    timer = loop.call_later(seconds, peer.close, NotFound("share", ""))
    try:
        yield
    finally:
        timer.cancel()
