"""The one order of a board's writes: what is queued here is committed in turn, then announced.

All open boards commit together, one commit at a time. What comes meanwhile goes into the next
one, so a slow disk makes larger commits, not a longer wait
(docs/decisions/011-boards-commit-on-a-beat.md).
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from solosync.domain import Store, history
from solosync.domain.history import Author, Recorded, Write
from solosync.errors import SolosyncError, StorageFailed, Unavailable

log = logging.getLogger(__name__)

# How long what came over sockets may wait for more of its kind. Whoever waits for an answer doesn't
# wait for the beat, but brings it forward.
BEAT_SECONDS = 0.005

_NOTHING = Recorded(0, None, 0)


class Committed:
    """One commit's worth of a board's writes: whose they were, and their updates as one."""

    __slots__ = ("origins", "recorded")

    def __init__(self, recorded: Recorded, origins: set[Any]) -> None:
        self.recorded = recorded
        self.origins = origins


class Batch:
    """What a journal hands over to one commit."""

    __slots__ = ("origins", "size", "waiting", "writes")

    def __init__(self) -> None:
        self.writes: list[Write] = []
        self.origins: set[Any] = set()
        self.size = 0
        self.waiting: list[asyncio.Future[None]] = []


class Committer:
    """Commits what the journals of all boards have queued, on the event loop's thread."""

    def __init__(self, store: Store, beat_seconds: float = BEAT_SECONDS) -> None:
        self._store = store
        self._beat_seconds = beat_seconds
        self._ready: dict[Journal, None] = {}
        self._is_urgent = False
        self._pause: asyncio.Future[None] | None = None
        self._task: asyncio.Task[None] | None = None

    def queue(self, journal: "Journal", *, urgent: bool) -> None:
        """The journal has something to commit, at the next beat or as soon as can be."""
        self._ready[journal] = None
        if urgent:
            self._is_urgent = True
            if self._pause is not None:
                _resolve(self._pause)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        try:
            while self._ready:
                if not self._is_urgent:
                    await self._beat()
                self._is_urgent = False
                taken = [(journal, journal.take()) for journal in self._ready]
                self._ready.clear()
                await self._commit(taken)
        finally:
            self._task = None

    async def _beat(self) -> None:
        loop = asyncio.get_running_loop()
        self._pause = loop.create_future()
        timer = loop.call_later(self._beat_seconds, _resolve, self._pause)
        await self._pause
        timer.cancel()
        self._pause = None

    async def _commit(self, taken: "Sequence[tuple[Journal, Batch]]") -> None:
        writes = [(journal.session_key, batch.writes) for journal, batch in taken]
        try:
            recorded = await self._store.commit(partial(_record, writes))
        except Exception as error:
            if len(taken) > 1:
                # One board's trouble isn't the others': each alone.
                for pair in taken:
                    await self._commit([pair])
                return
            taken[0][0].fail(_as_failure(error), taken[0][1])
            return
        for (journal, batch), result in zip(taken, recorded, strict=True):
            journal.settle(batch, result)


class Journal:
    """One board's queue. ``on_commit`` and ``on_failure`` are called on the event loop's thread."""

    def __init__(
        self,
        committer: Committer,
        session_key: int,
        rev: int,
        on_commit: Callable[[Committed], None],
        on_failure: Callable[[SolosyncError], None],
    ) -> None:
        self.session_key = session_key
        self.rev = rev  # the newest, committed or not
        self.backlog_bytes = 0
        self._committer = committer
        self._on_commit = on_commit
        self._on_failure = on_failure
        self._next = Batch()
        self._in_flight: Batch | None = None
        self._open: Write | None = None  # the last of the next batch, while more may join it
        self._failure: SolosyncError | None = None

    @property
    def is_idle(self) -> bool:
        """Whether everything queued so far is on disk."""
        return self._in_flight is None and self.nothing_queued

    @property
    def nothing_queued(self) -> bool:
        """Whether nothing waits behind the commit that is under way, or was just announced."""
        return not self._next.writes

    def sync(self, author: Author, update: bytes, origin: Any, page_count: int | None) -> None:
        """Queues an update that came over a socket. Those committed together are one rev."""
        if self._open is None or self._open.updates is None:
            self.rev += 1
            self._open = Write(self.rev, "sync", [(author, update)])
            self._put(self._open, urgent=False)
        else:
            self._open.updates.append((author, update))
        if page_count is not None:
            self._open.page_count = page_count
        self._next.origins.add(origin)
        self._grow(len(update))

    def save(self, write: Write) -> None:
        """Queues a write of its own rev (``write.rev`` must be ``rev + 1``), or of none."""
        if write.rev is not None:
            self.rev = write.rev
        self.seal()
        self._put(write, urgent=True)
        if write.updates:
            self._next.origins.add(None)
            self._grow(sum(len(update) for _, update in write.updates))

    def seal(self) -> int:
        """Closes the rev that socket updates are gathering in; returns the newest rev."""
        self._open = None
        return self.rev

    async def flushed(self) -> None:
        """Returns when all that is queued now is on disk; raises what the commit raised."""
        if self._failure is not None:
            raise self._failure
        if self.is_idle:
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self.nothing_queued and self._in_flight is not None:
            self._in_flight.waiting.append(future)
        else:
            self._next.waiting.append(future)
            self._committer.queue(self, urgent=True)
        await future

    def uncommitted(self) -> list[bytes]:
        """Updates that may not be on disk yet, in order; some may be already."""
        batches = [self._next] if self._in_flight is None else [self._in_flight, self._next]
        return [
            update
            for batch in batches
            for write in batch.writes
            for _, update in write.updates or ()
        ]

    def _put(self, write: Write, *, urgent: bool) -> None:
        if self._failure is not None:
            raise self._failure
        self._next.writes.append(write)
        self._committer.queue(self, urgent=urgent)

    def _grow(self, size: int) -> None:
        self._next.size += size
        self.backlog_bytes += size

    # -- for the committer -------------------------------------------------------------------

    def take(self) -> Batch:
        """Hands over what is queued."""
        self._in_flight, self._next, self._open = self._next, Batch(), None
        return self._in_flight

    def settle(self, batch: Batch, recorded: Recorded) -> None:
        """The batch is on disk."""
        self._in_flight = None
        self.backlog_bytes -= batch.size
        try:
            if recorded.update is not None:
                self._on_commit(Committed(recorded, batch.origins))
        except Exception as error:
            # It is on disk, but this room can't be trusted any more: whoever asks again gets it.
            log.exception("A board could not tell what it committed")
            failure = Unavailable()
            failure.__cause__ = error
            self.fail(failure, batch)
            return
        for future in batch.waiting:
            _resolve(future)

    def fail(self, error: SolosyncError, batch: Batch) -> None:
        """The batch, and what was queued behind it, isn't on disk and won't be."""
        self._failure = error
        self._in_flight = None
        waiting = [*batch.waiting, *self._next.waiting]
        self._next = Batch()
        for future in waiting:
            if not future.done():
                future.set_exception(error)
        self._on_failure(error)


def _record(boards: list[tuple[int, list[Write]]], tx: Any) -> list[Recorded]:
    return [history.record(tx, key, writes) if writes else _NOTHING for key, writes in boards]


def _as_failure(error: Exception) -> SolosyncError:
    if isinstance(error, SolosyncError):
        return error
    failure = StorageFailed()
    failure.__cause__ = error
    return failure


def _resolve(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
