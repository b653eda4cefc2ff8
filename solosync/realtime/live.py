"""A board in memory: its document, the order of its writes, and who hears of them."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, NamedTuple

from solosync.board import protocol
from solosync.board.document import Change, Document
from solosync.board.states import State
from solosync.domain import Store, history
from solosync.domain.history import Author, Write
from solosync.errors import SolosyncError, StorageFailed, Unavailable
from solosync.realtime.journal import Committed, Committer, Journal
from solosync.realtime.peer import Peer
from solosync.realtime.snapshots import Snapshots, Turn
from solosync.records.actors import Actor
from solosync.records.sessions import Session


class Reading(NamedTuple):
    """A board as answered; ``state`` is canonical JSON text."""

    rev: int
    state: bytes
    digest: str
    page_count: int


class LiveBoard:
    """What ``DoorForPeers`` and ``Room`` have in common. What it shows is on disk first."""

    def __init__(
        self, store: Store, session: Session, committer: Committer, snapshot_turn: Turn
    ) -> None:
        """Reads the board. All rooms share ``committer`` and ``snapshot_turn``. Raises NotFound
        when it was purged, Damaged when it can't be read."""
        loaded = history.load(store, session.key)
        self.session = session
        self.peers: set[Peer] = set()
        self.failure: SolosyncError | None = None
        self._store = store
        self._snapshots = Snapshots(store, session, loaded, snapshot_turn)
        self._document = Document(session.dialect, loaded.updates)
        self._journal = Journal(committer, session.key, loaded.rev, self._committed, self._failed)
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def current_rev(self) -> int:
        """The newest rev; what it brought may still be on its way to the disk."""
        return self._journal.rev

    @property
    def is_quiet(self) -> bool:
        """Whether nobody is connected and nothing is on its way to the disk."""
        return not self.peers and self._journal.is_idle

    async def rest(self) -> None:
        """Before the room is closed: waits for the disk, and spares the next load its log."""
        await self._journal.flushed()
        if self._snapshots.is_due_at_rest and self._journal.is_idle:
            await self._snapshots.take(self.current_rev, self._document.update())
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _change(
        self,
        base: State | None,
        save: State,
        *,
        may_delete: bool,
        stated: bool,
        held: Sequence[State] = (),
    ) -> Change:
        """Merges into the document. Whatever goes wrong in the middle ends the room: a half-made
        change must neither be logged nor shown."""
        try:
            return self._document.merge(base, save, may_delete=may_delete, stated=stated, held=held)
        except BaseException:
            self._failed(Unavailable())
            raise

    def _now(self) -> Reading:
        shown = self._document.reading()
        return Reading(self._journal.seal(), shown.state, shown.digest, shown.page_count)

    def _log(
        self, actor: Actor, update: bytes | None, kind: str, summary: str, aside: bytes | None
    ) -> Reading:
        """Queues a change of the server's own document as one rev, and reads the result."""
        if update is None:
            return self._now()
        shown = self._document.reading()
        self._journal.save(
            Write(
                self.current_rev + 1,
                kind,
                [(Author(actor.user_id, actor.device_id), update)],
                summary,
                aside,
                shown.page_count,
                len(shown.state),
            )
        )
        return Reading(self.current_rev, shown.state, shown.digest, shown.page_count)

    def _reload(self) -> None:
        """Loads the document anew, to be rid of an update that came before what it depends on."""
        loaded = history.load(self._store, self.session.key)
        self._document = Document(
            self.session.dialect, [*loaded.updates, *self._journal.uncommitted()]
        )

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _relay(self, message: bytes, origin: Peer | None) -> None:
        for peer in list(self.peers):
            if peer is not origin:
                peer.offer(message)

    # -- after commits -----------------------------------------------------------------------

    def _committed(self, committed: Committed) -> None:
        recorded = committed.recorded
        if recorded.update is None:
            return
        self._snapshots.log_grew(recorded)
        if self.peers:
            message = protocol.encode_sync(protocol.UPDATE, recorded.update)
            origins = committed.origins
            self._relay(message, origins.pop() if len(origins) == 1 else None)
        # With nothing queued, the document is what the log holds.
        if self._snapshots.is_due and self._journal.nothing_queued:
            self._spawn(self._snapshots.take(self.current_rev, self._document.update()))

    def _failed(self, error: SolosyncError) -> None:
        """A commit failed: nobody keeps what was never stored."""
        self.failure = error if isinstance(error, StorageFailed) else Unavailable()
        for peer in list(self.peers):
            peer.close(self.failure)
