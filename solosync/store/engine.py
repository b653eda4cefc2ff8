"""The database: one writer with group commit, many readers."""

import asyncio
import concurrent.futures
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from solosync.events import Bus
from solosync.store import migrations
from solosync.store.companions import accompanied
from solosync.store.connections import Durability, open_writer
from solosync.store.failures import explain
from solosync.store.readers import Readers
from solosync.store.transactions import Tx
from solosync.store.writer import Item, Writer

T = TypeVar("T")


class Store:
    """Transactions are plain functions that take a `Tx`. What they return is answered, and what
    they emitted is published on `bus`, only when the commit is safe on disk (with durability
    "full"; with "normal" a power cut may take the last few commits, a crash of this program none).

    A function that raises is rolled back alone, and its caller gets the exception. When the commit
    itself fails, all that shared it get StorageFailed and nothing of theirs is kept. Full, failing
    or read-only disks are StorageFailed, unreadable files Damaged, and a database that another
    process keeps locked is Unavailable.
    """

    def __init__(self, path: Path, writer: Writer, readers: Readers, bus: Bus) -> None:
        self.path = path
        self.bus = bus
        self._writer = writer
        self._readers = readers

    @classmethod
    def open(cls, path: Path, *, durability: Durability = "full", migrate: bool = True) -> Self:
        """Makes the file and its tables if need be. Raises SchemaTooNew when a newer program wrote
        it; Unavailable when it needs migrating and `migrate` is False; StorageFailed; Damaged."""
        try:
            connection = open_writer(path, durability)
            try:
                migrations.bring_up_to_date(connection, path, migrate=migrate)
            except BaseException:
                connection.close()
                raise
        except Exception as error:
            meaning = explain(error)
            if meaning is error:
                raise
            raise meaning from error
        bus = Bus()
        return cls(path, Writer(connection, bus), Readers(path), bus)

    def close(self) -> None:
        """Commits and answers what is queued, then closes. Later calls get Unavailable."""
        self._writer.close()
        self._readers.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def write(self, fn: Callable[[Tx], T]) -> T:
        """Blocks the calling thread until the commit; not for an event loop's thread."""
        return self.submit(fn).result()

    def submit(self, fn: Callable[[Tx], T]) -> concurrent.futures.Future[T]:
        future: concurrent.futures.Future[T] = concurrent.futures.Future()
        self._writer.put(Item(accompanied(fn), future))
        return future

    async def commit(self, fn: Callable[[Tx], T]) -> T:
        """As `write`, from an event loop. Cancelling the wait doesn't take the work back."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._writer.put(Item(accompanied(fn), future, loop))
        return await future

    def write_alone(self, fn: Callable[[Tx], T]) -> T:
        """Runs `fn` on the write connection outside any transaction, for what SQLite allows only
        there (checkpoints, VACUUM). Blocks the calling thread, and all other writers."""
        future: concurrent.futures.Future[T] = concurrent.futures.Future()
        self._writer.put(Item(fn, future, is_alone=True))
        return future.result()

    def read(self, fn: Callable[[Tx], T]) -> T:
        """Runs `fn` in the calling thread; all its selects see one state. It can't write."""
        return self._readers.run(fn)
