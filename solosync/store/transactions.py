"""What a transaction function gets to work with."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from solosync.store.library import load_sqlite_utils

if TYPE_CHECKING:
    from sqlite_utils import Database

Parameters = Sequence[object] | dict[str, object]
Row = tuple[Any, ...]


class Tx:
    """One transaction. It is over when the function that got it returns: keep rows, not cursors."""

    __slots__ = ("_connection", "_db", "events", "is_reading")

    def __init__(self, connection: sqlite3.Connection, *, is_reading: bool = False) -> None:
        self._connection = connection
        self._db: Database | None = None
        self.is_reading = is_reading
        self.events: list[object] = []

    @property
    def db(self) -> "Database":
        """The same connection through sqlite-utils, for tables, maintenance and search."""
        if self._db is None:
            self._db = load_sqlite_utils().Database(self._connection, execute_plugins=False)
        return self._db

    def execute(self, sql: str, parameters: Parameters = ()) -> sqlite3.Cursor:
        return self._connection.execute(sql, parameters)

    def executemany(self, sql: str, parameters: Iterable[Parameters]) -> sqlite3.Cursor:
        return self._connection.executemany(sql, parameters)

    def one(self, sql: str, parameters: Parameters = ()) -> Row | None:
        """The first row, or None if there is none."""
        row: Row | None = self._connection.execute(sql, parameters).fetchone()
        return row

    def all(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        return self._connection.execute(sql, parameters).fetchall()

    def emit(self, event: object) -> None:
        """Have the event published once this transaction is committed; never if it isn't."""
        if self.is_reading:
            raise RuntimeError("A reading transaction changes nothing, so nothing has happened.")
        self.events.append(event)
