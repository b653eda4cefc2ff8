"""Bringing a database to the newest schema, in order, all or nothing.

Released migrations are frozen. To change the schema, add a module and name it at the end of
MIGRATIONS; a list, because a frozen executable has no directory to look through.
"""

import contextlib
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from solosync.errors import SchemaTooNew, StorageFailed, Unavailable
from solosync.store.library import load_sqlite_utils
from solosync.store.migrations import (
    m0001_initial,
    m0002_jobs,
    m0003_pictures,
    m0004_accounts,
    m0005_shares,
    m0006_shares_edit,
)

if TYPE_CHECKING:
    from sqlite_utils import Database

MIGRATIONS: list[tuple[str, Callable[["Database"], None]]] = [
    ("0001_initial", m0001_initial.migrate),
    ("0002_jobs", m0002_jobs.migrate),
    ("0003_pictures", m0003_pictures.migrate),
    ("0004_accounts", m0004_accounts.migrate),
    ("0005_shares", m0005_shares.migrate),
    ("0006_shares_edit", m0006_shares_edit.migrate),
]
SCHEMA_VERSION = len(MIGRATIONS)


def bring_up_to_date(connection: sqlite3.Connection, path: Path, *, migrate: bool) -> None:
    """Copies a database that holds something aside before it changes it, as
    `<file>.before-<version>`. Raises SchemaTooNew, or Unavailable when `migrate` is False and
    there is something to do."""
    if _is_up_to_date(connection):
        return
    if not migrate:
        raise Unavailable(
            "The database is of an older version. Start `solosync serve` once to bring it forward."
        )
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have done it while this one waited for the lock.
        if not _is_up_to_date(connection):
            if _version(connection) > 0:
                _copy_aside(path)
            _apply(connection)
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):  # the first error is the one to tell
            connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _is_up_to_date(connection: sqlite3.Connection) -> bool:
    version = _version(connection)
    if version > SCHEMA_VERSION:
        raise SchemaTooNew(
            f"This data is of schema {version}; this solosync knows up to {SCHEMA_VERSION}. "
            "Install the version that wrote it, or a later one.",
            found=version,
            known=SCHEMA_VERSION,
        )
    return version == SCHEMA_VERSION


def _copy_aside(path: Path) -> None:
    """A complete, single-file copy; in place under its name only when it is safe on disk."""
    target = path.with_name(f"{path.name}.before-{SCHEMA_VERSION}")
    partial = target.with_name(f"{target.name}.part")
    try:
        partial.unlink(missing_ok=True)
        partial.touch(mode=0o600)
        with (
            contextlib.closing(sqlite3.connect(path)) as source,
            contextlib.closing(sqlite3.connect(partial)) as copy,
        ):
            source.backup(copy)
        with partial.open("rb+") as file:
            os.fsync(file.fileno())
        partial.replace(target)
    except OSError as error:
        raise StorageFailed(
            f"Before a migration the database is copied to {target}, and that failed: "
            f"{error.strerror}. Nothing was changed."
        ) from error


def _apply(connection: sqlite3.Connection) -> None:
    library = load_sqlite_utils()
    known = library.Migrations("solosync")
    for name, migration in MIGRATIONS:
        known(name=name)(migration)
    # Inside the caller's transaction each migration is a savepoint, so it is all or nothing.
    known.apply(library.Database(connection, execute_plugins=False))
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
