"""What SQLite's errors mean to the rest of the program."""

import sqlite3

from solosync.errors import Damaged, SolosyncError, StorageFailed, Unavailable

_REFUSED = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def explain(error: BaseException) -> BaseException:
    """The error to raise in place of this one, which becomes its cause; itself if it says enough.

    Broken constraints stay sqlite3.IntegrityError: only the statement's author knows what they
    mean.
    """
    if not isinstance(error, sqlite3.Error):
        return error
    # Extended codes keep the primary one in the low byte.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    meaning: SolosyncError
    if code in _REFUSED:
        meaning = StorageFailed()
    elif code in _DAMAGED:
        meaning = Damaged()
    elif code in _BUSY:
        meaning = Unavailable(
            "Another program keeps the database locked. Try again, or stop that program."
        )
    else:
        return error
    meaning.__cause__ = error
    return meaning
