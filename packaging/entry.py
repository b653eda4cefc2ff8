"""Where the one-file program starts.

On each start PyInstaller's loader unpacks the libraries that are in the program, of which a server
that answers needs a quarter. solosync.spec keeps the others in archives that the loader passes
over; at the first import of a module that needs one it is unpacked here, beside what is there.
"""

import multiprocessing
import os
import shutil
import struct
import sys
import threading
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import IO

# PyInstaller's archive ends with a cookie that says where its table of contents is. Behind it comes
# only what belongs to an executable's own format.
COOKIE, MAGIC = struct.Struct("!8sIIII64s"), b"MEI\014\013\012\013\016"
COOKIE_WITHIN = 1 << 16
ROW = struct.Struct("!IIIIBc")
ARCHIVE = b"a"  # how the table calls what the loader passes over


class Unpacker:
    """Stands before the finders of modules, and puts there what they are going to find."""

    def __init__(self, program: Path, folder: Path) -> None:
        self._program = program
        self._folder = folder
        self._lock = threading.Lock()
        # An archive is called by the modules that need it.
        self._starts = _archives(program)
        self._archives = {module: name for name in self._starts for module in name.split()}

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if (archive := self._archives.get(name)) is not None:
            with self._lock:
                if archive in self._starts:
                    self._unpack(self._starts[archive])
                    del self._starts[archive]
        return None  # found by those that come after

    def _unpack(self, start: int) -> None:
        # Here, because most starts and commands unpack nothing.
        import tarfile

        import zstandard

        with self._program.open("rb") as file:
            file.seek(start)
            with (
                zstandard.ZstdDecompressor().stream_reader(file) as stream,
                tarfile.open(fileobj=stream, mode="r|") as archive,
            ):
                for member in archive:
                    if (content := archive.extractfile(member)) is not None:
                        self._put(member.name, content)

    def _put(self, name: str, content: IO[bytes]) -> None:
        """Whole or not at all: the server and its child may both be at it, and one may use already
        what the other is about to write."""
        target = self._folder / name
        if target.exists():
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f"{target.name}.{os.getpid()}")
        try:
            with part.open("wb") as file:
                shutil.copyfileobj(content, file)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)


def keep(folder: Path) -> None:
    """Systems that clear away what lies in /tmp for days leave what is locked. Otherwise this would
    lose its libraries, and by their names anybody could then put others in their place."""
    if sys.platform == "linux":
        import fcntl

        # Until the process ends.
        fcntl.flock(os.open(folder, os.O_RDONLY), fcntl.LOCK_SH)


def _archives(program: Path) -> dict[str, int]:
    """Where each starts in the program."""
    with program.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        tail_at = file.seek(max(0, size - COOKIE_WITHIN))
        tail = file.read()
        at = tail.rindex(MAGIC)
        _, length, table_at, table_length, *_ = COOKIE.unpack_from(tail, at)
        start = tail_at + at + COOKIE.size - length
        file.seek(start + table_at)
        table = file.read(table_length)
    found, at = {}, 0
    while at < len(table):
        row_length, offset, *_, kind = ROW.unpack_from(table, at)
        if kind == ARCHIVE:
            name = table[at + ROW.size : at + row_length].rstrip(b"\0").decode()
            found[name] = start + offset
        at += row_length
    return found


if __name__ == "__main__":
    # First of all: a child process that Python starts runs this file again, and must not go on to
    # the command line.
    multiprocessing.freeze_support()
    folder = Path(sys._MEIPASS)  # type: ignore[attr-defined]  # set by its loader
    keep(folder)
    sys.meta_path.insert(0, Unpacker(Path(sys.executable), folder))

    from solosync.cli import main

    sys.exit(main())
