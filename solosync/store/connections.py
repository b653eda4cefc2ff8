"""How a connection to the database file is set up: the pragmas are here and nowhere else."""

import contextlib
import sqlite3
import time
from pathlib import Path
from typing import Literal

from solosync.errors import StorageFailed

Durability = Literal["full", "normal"]

# Long enough for another process (an import, a backup) to finish a transaction of its own.
BUSY_TIMEOUT_SECONDS = 10.0
WAL_RETRY_SECONDS = 0.01
# 16 MiB of write-ahead log between checkpoints: a board in use rewrites the same few pages, so
# fewer checkpoints write much less; recovery after a crash reads at most this.
CHECKPOINT_PAGES = 4_000
JOURNAL_LIMIT_BYTES = 64 * 1024 * 1024
OLDEST_SQLITE = (3, 37, 0)  # STRICT tables


def open_writer(path: Path, durability: Durability) -> sqlite3.Connection:
    """Creates the file if need be, readable by its owner only. Raises StorageFailed."""
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise StorageFailed(
            f"SQLite {sqlite3.sqlite_version} is too old; "
            "use a Python that comes with SQLite 3.37 or newer."
        )
    try:
        path.touch(mode=0o600)
    except OSError as error:
        raise StorageFailed(
            f"{path} can't be opened: {error.strerror}. Check the data folder."
        ) from error
    connection = _open(path)
    try:
        # Before the first table and before WAL, both of which fix the file's layout. Later it would
        # only write to a file that may have to be left alone.
        if connection.execute("PRAGMA page_count").fetchone() == (0,):
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        if _switch_to_wal(connection) != "wal":
            raise StorageFailed(
                f"The file system of {path.parent} can't hold a live database. "
                "Move the data folder to a local disk."
            )
        connection.execute(f"PRAGMA synchronous = {'FULL' if durability == 'full' else 'NORMAL'}")
        # On macOS only this reaches the platter; elsewhere it changes nothing.
        connection.execute(f"PRAGMA fullfsync = {'ON' if durability == 'full' else 'OFF'}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        connection.execute(f"PRAGMA journal_size_limit = {JOURNAL_LIMIT_BYTES}")
    except BaseException:
        connection.close()
        raise
    return connection


def open_reader(path: Path) -> sqlite3.Connection:
    connection = _open(path)
    connection.execute("PRAGMA query_only = ON")
    return connection


def _open(path: Path) -> sqlite3.Connection:
    # Transactions are begun and ended by the engine alone (isolation_level None), and close() runs
    # in another thread than the statements did.
    connection = sqlite3.connect(
        path,
        timeout=BUSY_TIMEOUT_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
    )
    connection.execute("PRAGMA foreign_keys = ON")
    # Savepoints keep a journal of their own; it needn't be a file.
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection


def _switch_to_wal(connection: sqlite3.Connection) -> str:
    """The journal mode in force afterwards."""
    give_up = time.monotonic() + BUSY_TIMEOUT_SECONDS
    while True:
        try:
            (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
            return str(mode)
        except sqlite3.OperationalError as error:
            # For this one statement SQLite doesn't wait for others that do the same by itself.
            is_busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not is_busy or time.monotonic() > give_up:
                raise
            time.sleep(WAL_RETRY_SECONDS)


def roll_back(connection: sqlite3.Connection) -> None:
    """Ends the open transaction, if SQLite hasn't done so itself. Never raises: the error that
    led here is the one to tell, and closing the connection takes it back as well."""
    if connection.in_transaction:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
