"""One server to a data folder, held by a lock that the system lets go when its process dies."""

import os
import sys
import time
from pathlib import Path
from typing import BinaryIO

import msgspec

LOCK_NAME = "solosync.lock"
# Windows keeps others from reading what is locked, so the locked byte lies behind the text.
LOCKED_BYTE = 1 << 20
# What a link leads to would be written over.
_OPENING = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
LOOKERS_ON_TRIES = 5
LOOKERS_ON_PAUSE_SECONDS = 0.02


class Holder(msgspec.Struct, frozen=True):
    """Who holds a data folder; `url` is None until it has announced one. `host` is what it listens
    on, `public_url` the address that others are to use, if it isn't its own."""

    pid: int | None = None
    url: str | None = None
    host: str = ""
    public_url: str = ""


class FolderLock:
    """A process that dies, however it dies, lets go of it. The file stays; only its lock counts."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / LOCK_NAME
        self._file: BinaryIO | None = None

    def acquire(self) -> bool:
        """False if another process (or another FolderLock) holds it. Raises OSError when the
        folder can't be written to."""
        file = os.fdopen(os.open(self._path, _OPENING, 0o600), "rb+")
        # `read_holder` takes the lock for a moment to see whether it is free.
        for _ in range(LOOKERS_ON_TRIES):
            if _lock(file):
                self._file = file
                self._tell(Holder(os.getpid()))
                return True
            time.sleep(LOOKERS_ON_PAUSE_SECONDS)
        file.close()
        return False

    def announce(self, url: str, host: str = "", public_url: str = "") -> None:
        """Lets others know where the server answers."""
        self._tell(Holder(os.getpid(), url, host, public_url))

    def release(self) -> None:
        """Does nothing if it isn't held."""
        if self._file is not None:
            self._file.truncate(0)
            self._file.close()
            self._file = None

    def _tell(self, holder: Holder) -> None:
        if self._file is None:
            raise RuntimeError("The lock isn't held.")
        self._file.seek(0)
        self._file.truncate()
        self._file.write(msgspec.json.encode(holder))
        self._file.flush()


def read_holder(folder: Path) -> Holder | None:
    """None if no living process holds the folder."""
    try:
        file = (folder / LOCK_NAME).open("rb+")
    except FileNotFoundError:
        return None
    with file:
        if _lock(file, is_shared=True):
            return None
        try:
            return msgspec.json.decode(file.read(LOCKED_BYTE), type=Holder)
        except msgspec.DecodeError:
            return Holder()  # it is just writing it down


def _lock(file: BinaryIO, *, is_shared: bool = False) -> bool:
    """Without waiting; False if someone else's lock is in the way. Closing the file lets go."""
    if sys.platform == "win32":
        import msvcrt

        file.seek(LOCKED_BYTE)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        finally:
            file.seek(0)
        return True
    import fcntl

    try:
        fcntl.flock(file, (fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
