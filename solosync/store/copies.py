"""Copying the database while others write to it."""

import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from solosync.errors import Damaged
from solosync.records.backups import Counts
from solosync.store import files, maintenance
from solosync.store.connections import BUSY_TIMEOUT_SECONDS, open_reader, roll_back
from solosync.store.failures import explain
from solosync.store.transactions import Tx

PAGES_AT_ONCE = 1_000
PAGE_BYTES = 4_096


class Copied(NamedTuple):
    """What is in a copy; `contents` are the SHA-256 of the files that it refers to."""

    counts: Counts
    contents: set[str]


def copy(path: Path, target: Path, tell: Callable[[int], object]) -> Copied:
    """A whole copy in one file, as the database is at one moment; it isn't synced to the disk.
    `tell` is called with bytes that were copied. Raises Damaged, and changes nothing, when the
    database isn't whole: what can't be restored is no backup."""
    try:
        with closing(open_reader(path)) as source, closing(_open_target(target)) as made:
            # All that follows sees this one state, however long it takes.
            source.execute("BEGIN")
            try:
                copied = _look(Tx(source, is_reading=True))
                left: int | None = None

                def progress(_: int, remaining: int, total: int) -> None:
                    nonlocal left
                    tell(((total if left is None else left) - remaining) * PAGE_BYTES)
                    left = remaining

                source.backup(made, pages=PAGES_AT_ONCE, progress=progress)
            finally:
                roll_back(source)
    except sqlite3.Error as error:
        raise explain(error) from error
    return copied


def _open_target(target: Path) -> sqlite3.Connection:
    """Nobody else knows the file, and network drives, to which backups go, lock unreliably."""
    target.unlink(missing_ok=True)
    target.touch(mode=0o600)
    made = sqlite3.connect(f"file:{quote(str(target.absolute()))}?nolock=1", uri=True)
    made.execute("PRAGMA synchronous = OFF")
    made.execute("PRAGMA journal_mode = OFF")
    return made


def _look(tx: Tx) -> Copied:
    if wrong := maintenance.faults(tx):
        raise Damaged(f"The database is damaged ({wrong[0]}), and no backup was made of it.")
    (boards,) = tx.all("SELECT count(*) FROM sessions WHERE deleted_at IS NULL")[0]
    (people,) = tx.all("SELECT count(*) FROM users")[0]
    contents = files.list_referred_to(tx)
    return Copied(Counts(boards, people, len(contents)), contents)


def is_free(path: Path) -> bool:
    """Whether no process has the database open; its write-ahead log is moved into it then, so that
    one file is all of it. A database that is broken or isn't there counts as free."""
    if not path.exists():
        return True
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None)
    with closing(connection):
        try:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            return error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY
        with suppress(sqlite3.Error):
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return True
