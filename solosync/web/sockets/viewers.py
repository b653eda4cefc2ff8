"""Coming to a shared board live: a socket that is opened by a link and a view's proof.

Nobody is known who comes this way. Who may only look sends nothing to the others, and is told of
nothing but the board: not of who is there, nor where their pointers are. By a link that may edit
they draw with the others, and see them.
"""

from __future__ import annotations

import asyncio
from collections import deque
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
from solosync.web.crowd import Spending
from solosync.web.services import services
from solosync.web.sockets.link import Link

LINK = "share"
VIEW = "view"
# Of a message: a viewer says what it holds already, and who draws along sends strokes.
MOST_BYTES = 1024 * 1024
# Of one socket. Drawing takes some eighty: one for each frame, and for each place of the pointer.
MOST_A_SECOND = 240
Deliver = Callable[[bytes | None], None]
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


class Pace:
    """Nobody knows who comes by a link, so nobody who does keeps the others waiting: what is more
    than a hand can draw waits until the second is over, and what takes more than the link's share
    of the server's time waits, too. Nothing is read meanwhile."""

    def __init__(self, link: Link, spending: Spending) -> None:
        self._link = link
        self._spending = spending
        self._loop = asyncio.get_running_loop()
        self._begun = self._loop.time()
        self._count = 0
        self._waiting: deque[bytes | None] = deque()
        self._is_resting = False

    def slow(self, deliver: Deliver) -> Deliver:
        """The same at this pace."""

        def take(message: bytes | None) -> None:
            self._waiting.append(message)
            if self._is_resting:
                self._link.let_read(False)  # more had come already
            else:
                go_on()

        def go_on() -> None:
            while self._waiting and not self._is_resting:
                seconds = self._rest()
                if seconds > 0:
                    self._is_resting = True
                    self._link.let_read(False)
                    self._loop.call_later(seconds, wake)
                else:
                    self._count += 1
                    begun = self._loop.time()
                    deliver(self._waiting.popleft())
                    now = self._loop.time()
                    self._spending.add(now - begun, now)

        def wake() -> None:
            self._is_resting = False
            self._link.let_read(True)
            go_on()

        return take

    def end(self) -> None:
        """What waits is of no use any more."""
        self._waiting.clear()

    def _rest(self) -> float:
        """For how many seconds the next message has to wait."""
        now = self._loop.time()
        if now - self._begun >= 1:
            self._begun, self._count = now, 0
        over = self._begun + 1 - now if self._count >= MOST_A_SECOND else 0.0
        return max(over, self._spending.rest(now))


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
