"""Blobs on the local disk: `ab/cdef...` below one folder, readable by its owner alone."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from solosync.blobs import CHUNK_BYTES, Blob, Stored, is_sha256
from solosync.disk import open_private, sync, sync_folder
from solosync.errors import NotFound, StorageFailed, Unavailable

_PARTS = "part"


class LocalBlobs:
    def __init__(self, root: Path) -> None:
        self.guard = threading.Lock()
        self._root = root

    def put(self, source: bytes | Path) -> Blob:
        part = self._root / _PARTS / f"{secrets.token_hex(16)}.part"
        try:
            _make_folder(part.parent)
            _move_in(source, part)
            blob = hash_file(part)
            self._settle(part, self._path(blob.sha256))
        except OSError as error:
            raise StorageFailed(_reason(error)) from error
        finally:
            part.unlink(missing_ok=True)
        return blob

    def _settle(self, part: Path, path: Path) -> None:
        if path.exists():
            os.utime(path)  # from now on it's as good as new
            return
        _make_folder(path.parent)
        part.replace(path)
        sync_folder(path.parent)

    def size(self, sha256: str) -> int | None:
        try:
            return self._path(sha256).stat().st_size
        except FileNotFoundError:
            return None

    def read(self, sha256: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        try:
            file = self._path(sha256).open("rb")
        except FileNotFoundError:
            raise NotFound("file", sha256) from None
        except OSError as error:
            raise Unavailable() from error
        return _pieces(file, start, stop)

    def fetch(self, sha256: str, folder: Path) -> Path:
        path = self._path(sha256)
        if not path.exists():
            raise NotFound("file", sha256)
        return path

    def delete(self, sha256: str) -> None:
        self._path(sha256).unlink(missing_ok=True)

    def list(self) -> Iterator[Stored]:
        for folder in sorted(self._root.glob("[0-9a-f][0-9a-f]")):
            for path in sorted(folder.iterdir()):
                if is_sha256(name := folder.name + path.name):
                    yield from _entry(name, path)

    def sign_upload(self, name: str, seconds: int) -> str | None:
        return None

    def upload_size(self, name: str) -> int | None:
        return None

    def fetch_upload(self, name: str, folder: Path) -> Path:
        raise NotFound("upload", name)

    def delete_upload(self, name: str) -> None:
        """Also what a crash left of one."""
        if name.endswith(".part") and "/" not in name:
            (self._root / _PARTS / name).unlink(missing_ok=True)

    def list_uploads(self) -> Iterator[Stored]:
        for path in sorted((self._root / _PARTS).glob("*.part")):
            yield from _entry(path.name, path)

    def _path(self, sha256: str) -> Path:
        if not is_sha256(sha256):
            raise NotFound("file", sha256)
        return self._root / sha256[:2] / sha256[2:]


def hash_file(path: Path) -> Blob:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return Blob(digest, file.tell())


def _move_in(source: bytes | Path, part: Path) -> None:
    """The content is on disk afterwards."""
    if isinstance(source, bytes):
        with open(part, "xb", opener=open_private) as file:
            file.write(source)
    else:
        try:
            source.replace(part)
            part.chmod(0o600)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            with source.open("rb") as inside, open(part, "xb", opener=open_private) as file:
                shutil.copyfileobj(inside, file, CHUNK_BYTES)
            source.unlink()
    sync(part)


def _make_folder(folder: Path) -> None:
    if not folder.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        sync_folder(folder.parent)


def _pieces(file: BinaryIO, start: int, stop: int | None) -> Iterator[bytes]:
    with file:
        file.seek(start)
        left = CHUNK_BYTES if stop is None else stop - start
        while left > 0 and (piece := file.read(min(left, CHUNK_BYTES))):
            yield piece
            if stop is not None:
                left -= len(piece)


def _entry(name: str, path: Path) -> Iterator[Stored]:
    """None if it was deleted since the folder was listed."""
    with suppress(FileNotFoundError):
        found = path.stat()
        yield Stored(name, found.st_size, found.st_mtime_ns // 1_000_000)


def _reason(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "The disk of the data folder is full; the file wasn't kept. Make room."
    return (
        f"The file couldn't be kept ({error.strerror or error}). "
        "Check the disk and the permissions of the data folder."
    )
