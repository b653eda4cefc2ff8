"""Blobs in an object store: S3 and what speaks like it, Google Cloud Storage.

Credentials are the ones that the services' own tools use (`AWS_ACCESS_KEY_ID` and so on, or the
machine's role): they're read by the library, and don't stand in the address.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import GCSStore, S3Store

from solosync.blobs import CHUNK_BYTES, Blob, Stored, is_sha256
from solosync.blobs.local import hash_file
from solosync.errors import Invalid, NotFound, StorageFailed, Unavailable

if TYPE_CHECKING:
    from obstore import GetOptions, GetResult, ObjectMeta
    from obstore.store import ClientConfig, RetryConfig

_FILES, _UPLOADS = "files/", "uploads/"
PARAMETERS = frozenset(("endpoint", "region"))
# The library would try for three minutes, with people waiting.
_RETRIES: RetryConfig = {"max_retries": 3, "retry_timeout": timedelta(seconds=20)}
_CLIENT: ClientConfig = {"connect_timeout": timedelta(seconds=5), "timeout": timedelta(seconds=60)}


class ObjectBlobs:
    def __init__(self, storage_url: str) -> None:
        self.guard = threading.Lock()
        self._store = _open(storage_url)

    def put(self, source: bytes | Path) -> Blob:
        # Sent even if it is there already: that renews its age, by which orphans are told.
        if isinstance(source, bytes):
            blob = Blob(hashlib.sha256(source).hexdigest(), len(source))
            with _writing():
                obstore.put(self._store, _key(blob.sha256), source)
            return blob
        blob = hash_file(source)
        with _writing():
            obstore.put(self._store, _key(blob.sha256), source)
        source.unlink()
        return blob

    def size(self, sha256: str) -> int | None:
        return self._size(_key(sha256))

    def read(self, sha256: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        options: GetOptions = {}  # no range for all of it: an empty file has none
        if stop is not None:
            options["range"] = (start, stop)
        elif start > 0:
            options["range"] = {"offset": start}
        if stop is not None and stop <= start:
            return iter(())
        with _reading("file", sha256):
            found = obstore.get(self._store, _key(sha256), options=options)
        return _pieces(found, sha256)

    def fetch(self, sha256: str, folder: Path) -> Path:
        key, path = _key(sha256), folder / sha256
        if not path.exists():
            self._download(key, path, "file", sha256)
        return path

    def delete(self, sha256: str) -> None:
        self._delete(_key(sha256))

    def list(self) -> Iterator[Stored]:
        for name, found in self._list(_FILES):
            yield Stored(name.replace("/", ""), found["size"], _modified_at(found))

    def sign_upload(self, name: str, seconds: int) -> str | None:
        with _writing():
            return obstore.sign(self._store, "PUT", _UPLOADS + name, timedelta(seconds=seconds))

    def upload_size(self, name: str) -> int | None:
        return self._size(_UPLOADS + name)

    def fetch_upload(self, name: str, folder: Path) -> Path:
        path = folder / "upload"
        self._download(_UPLOADS + name, path, "upload", name)
        return path

    def delete_upload(self, name: str) -> None:
        self._delete(_UPLOADS + name)

    def list_uploads(self) -> Iterator[Stored]:
        for name, found in self._list(_UPLOADS):
            yield Stored(name, found["size"], _modified_at(found))

    def _size(self, key: str) -> int | None:
        try:
            with _reading("file", key):
                return obstore.head(self._store, key)["size"]
        except NotFound:
            return None

    def _download(self, key: str, path: Path, kind: str, name: str) -> None:
        part = path.with_name(f"{path.name}.part")
        with _reading(kind, name):
            found = obstore.get(self._store, key)
            with part.open("wb") as file:
                for piece in found.stream(min_chunk_size=CHUNK_BYTES):
                    file.write(piece)
        part.replace(path)

    def _delete(self, key: str) -> None:
        with _writing(), suppress(FileNotFoundError):
            obstore.delete(self._store, key)

    def _list(self, folder: str) -> Iterator[tuple[str, ObjectMeta]]:
        with _reading("folder", folder):
            for page in obstore.list(self._store, folder.rstrip("/")):
                for found in page:
                    yield found["path"].removeprefix(folder), found


def _open(storage_url: str) -> S3Store | GCSStore:
    """Raises Invalid."""
    address = urlsplit(storage_url)
    given = dict(parse_qsl(address.query))
    unknown = given.keys() - PARAMETERS
    if unknown or not address.netloc:
        raise Invalid(
            "storage_url looks like s3://bucket/folder?endpoint=...&region=... or"
            " gs://bucket/folder; credentials come from the environment."
        )
    prefix = address.path.strip("/") or None
    try:
        if address.scheme == "gs":
            return GCSStore(
                address.netloc, prefix=prefix, client_options=_CLIENT, retry_config=_RETRIES
            )
        is_plain = given.get("endpoint", "").startswith("http:")
        settings: dict[str, Any] = dict(given)
        return S3Store(
            address.netloc,
            prefix=prefix,
            client_options={**_CLIENT, "allow_http": is_plain},
            retry_config=_RETRIES,
            **settings,
        )
    except BaseError as error:
        raise Invalid(f"The object store of storage_url can't be used: {error}") from error


def _key(sha256: str) -> str:
    if not is_sha256(sha256):
        raise NotFound("file", sha256)
    return f"{_FILES}{sha256[:2]}/{sha256[2:]}"


def _modified_at(found: ObjectMeta) -> int:
    return int(found["last_modified"].timestamp() * 1000)


def _pieces(found: GetResult, sha256: str) -> Iterator[bytes]:
    with _reading("file", sha256):
        for piece in found.stream(min_chunk_size=CHUNK_BYTES):
            yield bytes(piece)


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except (BaseError, FileNotFoundError) as error:  # the latter: there is no such bucket
        raise StorageFailed(
            "The object store didn't take it, and nothing was kept. "
            "Check storage_url, the credentials and the network."
        ) from error


@contextmanager
def _reading(kind: str, name: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise NotFound(kind, name) from None
    except BaseError as error:
        raise Unavailable("The object store doesn't answer. Try again in a moment.") from error
