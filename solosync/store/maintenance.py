"""Looking after the database file: checks, space, and what a restored backup needs."""

import sqlite3
from pathlib import Path

import msgspec

from solosync.store.connections import BUSY_TIMEOUT_SECONDS
from solosync.store.engine import Store
from solosync.store.transactions import Tx

# About 4 MB: some ten milliseconds in which other writers wait.
VACUUM_PAGES = 1_000
CHECKPOINT_PATIENCE_SECONDS = 0.05
NO_CHANGE = b"\x00\x00"  # as a Yjs update


class Sizes(msgspec.Struct, frozen=True):
    """In bytes. `free_bytes` lie unused inside the database file."""

    database_bytes: int
    log_bytes: int
    free_bytes: int


def integrity_check(store: Store) -> list[str]:
    """What is wrong with the file, in SQLite's words; empty if nothing. Reads all of it."""
    return store.read(faults)


def faults(tx: Tx) -> list[str]:
    """As `integrity_check`, within a transaction."""
    return _check(tx, "integrity_check") or _broken_references(tx)


def quick_check(store: Store) -> list[str]:
    """As `integrity_check`, but without comparing indexes with their tables."""
    return store.read(lambda tx: _check(tx, "quick_check"))


def look(tx: Tx) -> None:
    """Reads a row, if there is any: raises what reading raises."""
    tx.one("SELECT value FROM settings LIMIT 1")


def sqlite_version() -> str:
    """Of the library that this program runs with."""
    return sqlite3.sqlite_version


def sizes(store: Store) -> Sizes:
    def count_free(tx: Tx) -> int:
        return _number(tx, "freelist_count") * _number(tx, "page_size")

    free_bytes = store.read(count_free)
    log = store.path.with_name(store.path.name + "-wal")
    return Sizes(_size(store.path), _size(log), free_bytes)


def incremental_vacuum(store: Store) -> int:
    """Gives free pages back to the file system, a few at a time so that other writers get their
    turn; returns how many bytes. They leave the disk with the next checkpoint."""
    given_back = 0
    while True:
        freed_bytes, free_pages = store.write(_vacuum_some)
        given_back += freed_bytes
        if free_pages == 0 or freed_bytes == 0:
            return given_back


def truncate_log(store: Store) -> bool:
    """Moves the write-ahead log into the database and cuts it to nothing. False, and harmless,
    when a reader or another process is in the way."""

    def checkpoint(tx: Tx) -> bool:
        # Everyone waits for the writer meanwhile: rather try again another time.
        tx.execute(f"PRAGMA busy_timeout = {int(CHECKPOINT_PATIENCE_SECONDS * 1000)}")
        try:
            is_busy, _, _ = tx.all("PRAGMA wal_checkpoint(TRUNCATE)")[0]
        finally:
            tx.execute(f"PRAGMA busy_timeout = {int(BUSY_TIMEOUT_SECONDS * 1000)}")
        return not is_busy

    return store.write_alone(checkpoint)


def raise_revs(tx: Tx, by: int, now: int) -> None:
    """For a restored backup: what is there now is a new rev of each board, so that the revs which
    devices remember from the time after the backup never name other content. Older revs in the
    history keep their numbers, because devices may hold exactly those. `now` is in ms."""
    tx.execute("UPDATE sessions SET rev = rev + ?", (by,))
    # Pictures of boards are as good as they were.
    tx.execute("UPDATE thumbnails SET tried_rev = tried_rev + ?", (by,))
    # Devices will hold the new rev, and have to find it when the board has moved on.
    tx.execute(
        """
        INSERT INTO updates (
            session_key, rev, is_packed, data, kind, summary, size, created_at
        ) SELECT key, rev, 0, ?, 'restored', 'restored from a backup', 0, ? FROM sessions
        """,
        (NO_CHANGE, now),
    )


def _check(tx: Tx, pragma: str) -> list[str]:
    try:
        found = [str(line) for (line,) in tx.all(f"PRAGMA {pragma}")]
    except sqlite3.DatabaseError as error:  # too broken even to be checked
        return [str(error)]
    return [] if found == ["ok"] else found


def _broken_references(tx: Tx) -> list[str]:
    return [
        f"row {rowid} of {table} refers to a row of {parent} that isn't there"
        for table, rowid, parent, _ in tx.all("PRAGMA foreign_key_check")
    ]


def _vacuum_some(tx: Tx) -> tuple[int, int]:
    """Bytes that the file got shorter by, and free pages that are left in it."""
    before = _number(tx, "page_count")
    for _ in range(min(VACUUM_PAGES, _number(tx, "freelist_count"))):
        # It frees a page with each step of the statement, and Python takes only the first step.
        tx.execute("PRAGMA incremental_vacuum(1)")
    freed = before - _number(tx, "page_count")
    return freed * _number(tx, "page_size"), _number(tx, "freelist_count")


def _number(tx: Tx, pragma: str) -> int:
    return int(tx.all(f"PRAGMA {pragma}")[0][0])


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
