"""A small pool of connections that can't write."""

import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from solosync.errors import Unavailable
from solosync.store.calls import call
from solosync.store.connections import open_reader, roll_back
from solosync.store.failures import explain
from solosync.store.transactions import Tx

T = TypeVar("T")

MOST_READERS = 8


class Readers:
    """Connections are made on demand, and kept. Whoever comes when all are in use waits, so a
    reading function must not read again through the store."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._slots = threading.Semaphore(MOST_READERS)
        self._idle: deque[sqlite3.Connection] = deque()
        self._is_closed = False

    def run(self, fn: Callable[[Tx], T]) -> T:
        with self._slots:
            if self._is_closed:
                raise Unavailable("The store is closed.")
            try:
                connection = self._idle.pop() if self._idle else open_reader(self._path)
                try:
                    # Deferred: the first select takes the view that all others see.
                    connection.execute("BEGIN")
                    return call(fn, Tx(connection, is_reading=True))
                finally:
                    roll_back(connection)
                    self._idle.append(connection)
            except sqlite3.Error as error:
                meaning = explain(error)
                if meaning is error:
                    raise
                raise meaning from error

    def close(self) -> None:
        """Waits for those who are reading."""
        for _ in range(MOST_READERS):
            self._slots.acquire()
        self._is_closed = True
        while self._idle:
            self._idle.pop().close()
        self._slots.release(MOST_READERS)
