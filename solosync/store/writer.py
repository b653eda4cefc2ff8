"""The one thread that writes.

It takes whatever has queued up while it was busy, runs it in one transaction, commits once, then
publishes and answers: under load, many callers share one fsync; alone, one waits for nobody.
"""

import asyncio
import concurrent.futures
import contextlib
import sqlite3
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

from solosync.errors import StorageFailed, Unavailable
from solosync.events import Bus
from solosync.store.calls import call
from solosync.store.connections import roll_back
from solosync.store.failures import explain
from solosync.store.transactions import Tx


class Item:
    """A function waiting for its turn, and who waits for its result."""

    __slots__ = ("error", "fn", "future", "is_alone", "loop", "result", "tx")

    def __init__(
        self,
        fn: Callable[[Tx], Any],
        future: "asyncio.Future[Any] | concurrent.futures.Future[Any]",
        loop: asyncio.AbstractEventLoop | None = None,
        *,
        is_alone: bool = False,
    ) -> None:
        self.fn = fn
        self.future = future
        self.loop = loop  # the future's, if it is an asyncio one
        self.is_alone = is_alone  # outside any transaction
        self.tx: Tx | None = None
        self.result: Any = None
        self.error: BaseException | None = None


class Writer:
    def __init__(self, connection: sqlite3.Connection, bus: Bus) -> None:
        self._connection = connection
        self._bus = bus
        self._queue: SimpleQueue[Item | None] = SimpleQueue()
        self._gate = threading.Lock()
        self._is_closed = False
        self._thread = threading.Thread(target=self._work, name="store-writer", daemon=True)
        self._thread.start()

    def put(self, item: Item) -> None:
        if threading.current_thread() is self._thread:
            raise RuntimeError("The writer can't wait for itself: use the tx that you have.")
        with self._gate:  # nothing gets in behind the end mark, where nobody would answer it
            if self._is_closed:
                raise Unavailable("The store is closed.")
            self._queue.put(item)

    def close(self) -> None:
        """Returns when everything that was queued is committed and answered."""
        with self._gate:
            if not self._is_closed:
                self._is_closed = True
                self._queue.put(None)
        self._thread.join()
        self._connection.close()

    def _work(self) -> None:
        while True:
            taken = [self._queue.get()]
            taken += [self._queue.get() for _ in range(self._queue.qsize())]
            batch: list[Item] = []
            for item in taken:
                if item is None or item.is_alone:
                    self._settle(batch)
                    batch = []
                if item is None:
                    return
                if item.is_alone:
                    self._run_alone(item)
                else:
                    batch.append(item)
            self._settle(batch)
            # Nothing answered stays alive while this thread waits.
            del taken, batch, item

    def _settle(self, batch: list[Item]) -> None:
        if not batch:
            return
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            self._run(batch)
            self._connection.execute("COMMIT")
        except BaseException as error:
            # Everyone gets an answer, whatever broke, and the thread lives on.
            roll_back(self._connection)
            failure = _batch_failure(error)
            for item in batch:
                item.error = item.error or failure
        self._publish(batch)
        _answer(batch)

    def _run(self, batch: list[Item]) -> None:
        execute = self._connection.execute
        is_shared = len(batch) > 1
        for item in batch:
            if is_shared:
                execute("SAVEPOINT item")
            try:
                item.tx = Tx(self._connection)
                item.result = call(item.fn, item.tx)
            except BaseException as error:
                item.error = explain(error)
                # A full or failing disk makes SQLite take back the whole transaction; alone there
                # is nothing else in it to keep.
                if not is_shared or not self._connection.in_transaction:
                    raise
                execute("ROLLBACK TO item")
            if is_shared:
                execute("RELEASE item")

    def _run_alone(self, item: Item) -> None:
        try:
            item.tx = Tx(self._connection)
            item.result = call(item.fn, item.tx)
        except BaseException as error:
            item.error = explain(error)
        finally:
            roll_back(self._connection)
        self._publish([item])
        _answer([item])

    def _publish(self, batch: list[Item]) -> None:
        for item in batch:
            if item.error is None and item.tx is not None:
                for event in item.tx.events:
                    self._bus.publish(event)


def _batch_failure(error: BaseException) -> BaseException:
    """What to tell those whose own work was fine. A commit that fails for whatever reason has
    stored nothing, so even a broken deferred constraint is a StorageFailed to the others."""
    meaning = explain(error)
    if meaning is error:
        meaning = StorageFailed()
        meaning.__cause__ = error
    return meaning


def _answer(batch: list[Item]) -> None:
    """One wake-up for each event loop, however many of its tasks are waiting."""
    loops: dict[asyncio.AbstractEventLoop, list[Item]] = {}
    for item in batch:
        if item.loop is None:
            _resolve(item)
        else:
            loops.setdefault(item.loop, []).append(item)
    for loop, items in loops.items():
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_resolve_all, items)


def _resolve_all(items: list[Item]) -> None:
    for item in items:
        _resolve(item)


def _resolve(item: Item) -> None:
    if item.future.done():  # cancelled by the one who waited
        return
    if item.error is not None:
        item.future.set_exception(item.error)
    else:
        item.future.set_result(item.result)
