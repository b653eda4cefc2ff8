"""Files by the SHA-256 of their content: on the local disk, or in an object store.

The same content is kept once, and nothing is ever changed in place. Who may see a file, and what
it is called, is for others to know.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

from solosync.paths import FILES_NAME

CHUNK_BYTES = 256 * 1024
_HEX = frozenset("0123456789abcdef")


class Blob(NamedTuple):
    sha256: str  # lower-case hex
    size: int


class Stored(NamedTuple):
    """An entry of a listing; `name` is a SHA-256, or what an upload is called."""

    name: str
    size: int
    modified_at: int  # ms


class Blobs(Protocol):
    """All of it blocks. What goes wrong with the disk or the object store is StorageFailed when
    writing and Unavailable when reading; what isn't there is NotFound."""

    guard: threading.Lock
    """Held by whoever checks that content is there and then refers to it, and by whoever deletes
    what nothing refers to."""

    def put(self, source: bytes | Path) -> Blob:
        """Keeps the content; a file is taken away. It is safe on disk when this returns, and whole
        or not there at all whenever the machine stops."""

    def size(self, sha256: str) -> int | None:
        """In bytes; None if it isn't there."""

    def read(self, sha256: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` to before `stop`, in pieces. Raises NotFound at once."""

    def fetch(self, sha256: str, folder: Path) -> Path:
        """A local file with the content, to be read only; where need be, in `folder`."""

    def delete(self, sha256: str) -> None:
        """Does nothing if it isn't there."""

    def list(self) -> Iterator[Stored]:
        """Everything that is kept."""

    def sign_upload(self, name: str, seconds: int) -> str | None:
        """An address that takes one PUT of any content; None where uploads come to ourselves."""

    def upload_size(self, name: str) -> int | None:
        """Of what was put to the signed address; None if nothing was (yet)."""

    def fetch_upload(self, name: str, folder: Path) -> Path: ...

    def delete_upload(self, name: str) -> None:
        """Does nothing if it isn't there."""

    def list_uploads(self) -> Iterator[Stored]:
        """Those that were put and not yet deleted, and, on the disk, what a crash left half
        written."""


def is_sha256(name: str) -> bool:
    return len(name) == 64 and _HEX.issuperset(name)


def open_blobs(storage_url: str, data_dir: Path) -> Blobs:
    """The object store that the address names (as `config.storage_url` does), else the data
    folder's own files. Nothing is asked or made before it's needed."""
    if storage_url:
        from solosync.blobs.objects import ObjectBlobs  # loads a library of 20 MB

        return ObjectBlobs(storage_url)
    from solosync.blobs.local import LocalBlobs

    return LocalBlobs(data_dir / FILES_NAME)
