"""The door of a board for sockets: who is connected, and what they send and are sent."""

from collections.abc import Callable
from contextlib import suppress

from solosync.board import protocol
from solosync.board.document import MalformedUpdate, MissingUpdates
from solosync.domain import Store
from solosync.domain.history import Author
from solosync.errors import Forbidden, Invalid, SolosyncError, TooLarge
from solosync.realtime.journal import Committer
from solosync.realtime.live import LiveBoard
from solosync.realtime.peer import Peer
from solosync.realtime.presence import PresenceBoard, TooMuchPresence
from solosync.realtime.snapshots import Turn
from solosync.records.actors import Actor
from solosync.records.sessions import Session

# A peer whose updates wait for the disk is not read further beyond this.
MAX_BACKLOG_BYTES = 8 * 1024 * 1024
# How often a peer may send updates that depend on others it didn't send.
MAX_GAPS = 8
# Beyond this a board takes no more from those who come by a link: nobody knows who they are.
MOST_BY_LINK_BYTES = 64 * 1024 * 1024
_EMPTY = (b"\x00\x00", b"")


class Malformed(Invalid):
    """A peer sent what is no message of the protocol."""

    code = "peer.malformed"
    default_message = "That is no message of the y-websocket protocol."


class DoorForPeers(LiveBoard):
    """What a ``Room`` does with its peers."""

    def __init__(
        self, store: Store, session: Session, committer: Committer, snapshot_turn: Turn
    ) -> None:
        super().__init__(store, session, committer, snapshot_turn)
        self._presence = PresenceBoard()

    def join(
        self, actor: Actor, write: Callable[[bytes], None], *, read_only: bool = False
    ) -> Peer:
        """Adds a socket and greets it. ``write`` sends a message without waiting."""
        if self.failure is not None:
            raise self.failure
        peer = Peer(actor, self.session.key, write, read_only=read_only)
        self.peers.add(peer)
        peer.offer(protocol.encode_sync(protocol.STEP1, self._document.state_vector()))
        everyone = self._presence.everyone()
        if everyone is not None:
            peer.offer(everyone)
        return peer

    def leave(self, peer: Peer) -> None:
        self.peers.discard(peer)
        peer.close(None)
        news = self._presence.leave(peer)
        if news is not None:
            self._relay(news, None)

    @property
    def is_congested(self) -> bool:
        """Whether so much waits for the disk that peers should not be read further just now."""
        return self._journal.backlog_bytes > MAX_BACKLOG_BYTES

    async def flushed(self) -> None:
        """Returns when all that was delivered is on disk; raises what the commit raised."""
        await self._journal.flushed()

    def deliver(self, peer: Peer, data: bytes) -> None:
        """Handles one message. Raises Malformed, Forbidden, TooLarge, and what a failed commit
        raised. What a closed peer had sent before it learnt of that is nothing any more."""
        if self.failure is not None:
            raise self.failure
        if peer.is_closed:
            return
        try:
            kind, step, content = protocol.decode(data)
            if kind == protocol.AWARENESS:
                news = self._presence.receive(peer, content)
                if news is not None:
                    self._relay(news, peer)
            elif kind == protocol.QUERY_AWARENESS:
                everyone = self._presence.everyone()
                if everyone is not None:
                    peer.offer(everyone)
            elif step == protocol.STEP1:
                self._answer(peer, content)
            else:
                self._receive_update(peer, step, content)
        except (protocol.Malformed, MalformedUpdate, TooMuchPresence) as error:
            raise Malformed from error

    def _answer(self, peer: Peer, state_vector: bytes) -> None:
        """Sync step 2: what the peer lacks, once it is on disk."""
        message = protocol.encode_sync(protocol.STEP2, self._document.update(state_vector))
        if self._journal.is_idle:
            peer.offer(message)
        else:
            self._spawn(self._offer_when_flushed(peer, message))

    async def _offer_when_flushed(self, peer: Peer, message: bytes) -> None:
        with suppress(SolosyncError):  # a failed commit closes the peer
            await self._journal.flushed()
            peer.offer(message)

    def _receive_update(self, peer: Peer, step: int, update: bytes) -> None:
        if update in _EMPTY:
            peer.awaits_missing = peer.awaits_missing and step != protocol.STEP2
            return
        if peer.awaits_missing and step != protocol.STEP2:
            return  # it depends on what is missing, and the answer to our question has it all
        peer.awaits_missing = False
        if peer.read_only:
            if self._document.would_change(update):
                raise Forbidden
            return
        if peer.actor.share_id is not None and self._snapshots.stored_bytes > MOST_BY_LINK_BYTES:
            raise TooLarge(MOST_BY_LINK_BYTES)
        try:
            emitted = self._document.apply(update)
        except MissingUpdates:
            self._reload()
            self._ask_for_missing(peer)
            return
        if emitted is not None:
            author = Author(peer.actor.user_id or None, peer.actor.device_id)
            self._journal.sync(author, emitted, peer, self._document.take_page_count())
            if peer.actor.share_id is not None:
                self._describe_again(author)

    def _describe_again(self, author: Author) -> None:
        """What kind of board it is isn't for strangers to say: no page would show it any more, and
        no older version would bring it back."""
        update = self._document.describe()
        if update is not None:
            self._journal.sync(author, update, None, None)

    def _ask_for_missing(self, peer: Peer) -> None:
        peer.gaps += 1
        if peer.gaps > MAX_GAPS:
            raise Malformed("Too many updates that depend on others that never came.")
        peer.awaits_missing = True
        peer.offer(protocol.encode_sync(protocol.STEP1, self._document.state_vector()))
