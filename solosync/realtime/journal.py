"""The one order of a board's writes: what is queued here is committed in turn, then announced.

One commit is under way at a time; what comes meanwhile goes into the next one together, so a
slow disk makes larger commits, not a longer wait.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from solosync.domain import Store, history
from solosync.domain.history import Author, Recorded, Write
from solosync.errors import SolosyncError, StorageFailed

BEAT_SECONDS = 0.005


class Committed:
    """One commit's worth of writes: whose they were, and their updates as one."""

    __slots__ = ("origins", "recorded", "rev")

    def __init__(self, rev: int, recorded: Recorded, origins: set[Any]) -> None:
        self.rev = rev
        self.recorded = recorded
        self.origins = origins


class Beat:
    """The moment at which all boards commit what came over their sockets.

    A commit costs the disk and the processor much the same whether it holds one update or thirty:
    waiting a little, and all together, spares most of both. Whoever waits for an answer doesn't
    wait for the beat: ``now`` brings it forward.
    """

    def __init__(self, seconds: float = BEAT_SECONDS) -> None:
        self._seconds = seconds
        self._next: asyncio.Future[None] | None = None

    def next(self) -> asyncio.Future[None]:
        if self._next is None:
            loop = asyncio.get_running_loop()
            self._next = loop.create_future()
            loop.call_later(self._seconds, self._strike, self._next)
        return self._next

    def now(self) -> None:
        if self._next is not None:
            self._strike(self._next)

    def _strike(self, moment: asyncio.Future[None]) -> None:
        if not moment.done():
            moment.set_result(None)
        if self._next is moment:
            self._next = None


class Journal:
    """Lives on the event loop's thread. ``on_commit`` and ``on_failure`` are called there."""

    def __init__(
        self,
        store: Store,
        session_key: int,
        rev: int,
        beat: Beat,
        on_commit: Callable[[Committed], None],
        on_failure: Callable[[SolosyncError], None],
    ) -> None:
        self.rev = rev  # the newest, committed or not
        self.backlog_bytes = 0
        self._store = store
        self._key = session_key
        self._beat = beat
        self._on_commit = on_commit
        self._on_failure = on_failure
        self._queue: list[tuple[Write, Any]] = []
        self._in_flight: list[tuple[Write, Any]] = []
        self._waiting: list[asyncio.Future[None]] = []
        self._open: Write | None = None  # the last in the queue, while more may join it
        self._task: asyncio.Task[None] | None = None
        self._failure: SolosyncError | None = None

    @property
    def is_idle(self) -> bool:
        """Whether everything queued so far is on disk."""
        return self._task is None

    @property
    def nothing_queued(self) -> bool:
        """Whether nothing waits behind the commit that is under way, or was just announced."""
        return not self._queue

    def sync(self, author: Author, update: bytes, origin: Any, page_count: int | None) -> None:
        """Queues an update that came over a socket. Those drained together are one rev."""
        self.backlog_bytes += len(update)
        if self._open is not None and self._open.updates is not None:
            self._open.updates.append((author, update))
            self._queue.append((_JOINED, origin))
        else:
            self.rev += 1
            self._open = Write(self.rev, "sync", [(author, update)])
            self._put(self._open, origin)
        if page_count is not None:
            self._open.page_count = page_count

    def save(self, write: Write) -> None:
        """Queues a write of its own rev (``write.rev`` must be ``rev + 1``), or of none."""
        if write.rev is not None:
            self.rev = write.rev
            self.backlog_bytes += sum(len(update) for _, update in write.updates or ())
        self.seal()
        self._put(write, None)
        self._beat.now()

    def seal(self) -> int:
        """Closes the rev that socket updates are gathering in; returns the newest rev."""
        self._open = None
        return self.rev

    async def flushed(self) -> None:
        """Returns when all that is queued now is on disk; raises what the commit raised."""
        if self._failure is not None:
            raise self._failure
        if self._task is None:
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        self._beat.now()
        await future

    def uncommitted(self) -> list[bytes]:
        """Updates that may not be on disk yet, in order; some may be already."""
        return [
            update
            for write, _ in [*self._in_flight, *self._queue]
            for _, update in write.updates or ()
        ]

    def _put(self, write: Write, origin: Any) -> None:
        if self._failure is not None:
            raise self._failure
        self._queue.append((write, origin))
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        while self._queue or self._waiting:
            if self._open is not None and not self._waiting:
                await self._beat.next()
            batch, self._queue, self._open = self._queue, [], None
            waiting, self._waiting = self._waiting, []
            self._in_flight = batch
            size = self.backlog_bytes
            writes = [write for write, _ in batch if write is not _JOINED]
            try:
                recorded = (
                    await self._store.commit(partial(_record, self._key, writes))
                    if writes
                    else Recorded(0, None, 0)
                )
            except SolosyncError as error:
                self._fail(error, waiting)
                return
            except Exception as error:
                failure = StorageFailed()
                failure.__cause__ = error
                self._fail(failure, waiting)
                return
            self._in_flight = []
            self.backlog_bytes -= size
            if recorded.update is not None:
                rev = max(write.rev or 0 for write in writes)
                self._on_commit(Committed(rev, recorded, {origin for _, origin in batch}))
            for future in waiting:
                if not future.done():
                    future.set_result(None)
        self._task = None

    def _fail(self, error: SolosyncError, waiting: list[asyncio.Future[None]]) -> None:
        self._failure = error
        self._task = None
        self._queue = []
        for future in [*waiting, *self._waiting]:
            if not future.done():
                future.set_exception(error)
        self._waiting = []
        self._on_failure(error)


_JOINED = Write(None)  # stands in the queue for an update that joined the open write


def _record(key: int, writes: list[Write], tx: Any) -> Recorded:
    return history.record(tx, key, writes)
