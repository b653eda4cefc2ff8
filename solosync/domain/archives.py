"""The file that a backup is: a zip with the parts of a data folder and a manifest of them.

Whoever restores one need not have made it: nothing of it is believed before it was checked, and no
name in it becomes a path that isn't spelt out here.
"""

from __future__ import annotations

import hashlib
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import msgspec

from solosync import paths
from solosync.disk import open_private
from solosync.errors import Damaged, Invalid, SchemaTooNew
from solosync.records.backups import FORMAT, Manifest, Part
from solosync.store import migrations

Tell = Callable[[int], object]
"""Called with how many bytes more are done."""

MANIFEST = "manifest.json"
CHUNK_BYTES = 1024 * 1024
LARGEST_MANIFEST = 64 * 1024 * 1024
_FILE = re.compile(rf"{paths.FILES_NAME}/([0-9a-f]{{2}})/([0-9a-f]{{62}})", re.ASCII)
_NAMES = re.compile(
    rf"{re.escape(paths.DATABASE_NAME)}|{re.escape(paths.KEYS_NAME)}"
    rf"|{re.escape(paths.CONFIG_NAME)}|{paths.TLS_NAME}/[A-Za-z0-9][A-Za-z0-9_.-]*\.pem|{_FILE.pattern}",
    re.ASCII,
)
_NEEDED = {paths.DATABASE_NAME, paths.KEYS_NAME}
_ENCRYPTED = 0x1
_KINDS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
)


def file_name(sha256: str) -> str:
    """What the file with this content is called in a backup."""
    return f"{paths.FILES_NAME}/{sha256[:2]}/{sha256[2:]}"


def has_place(name: str) -> bool:
    return _NAMES.fullmatch(name) is not None


class Writer:
    def __init__(self, file: BinaryIO) -> None:
        # Most of a database is packed already: more effort would gain little.
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self.parts: dict[str, Part] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._zip.close()

    def add(self, name: str, path: Path, tell: Tell) -> None:
        """Pictures are packed by themselves; all else is packed here."""
        is_packed = _FILE.fullmatch(name) is not None
        entry: str | zipfile.ZipInfo = zipfile.ZipInfo(name) if is_packed else name
        digest, size = hashlib.sha256(), 0
        large = path.stat().st_size > zipfile.ZIP64_LIMIT // 2
        with path.open("rb") as source, self._zip.open(entry, "w", force_zip64=large) as part:
            while piece := source.read(CHUNK_BYTES):
                digest.update(piece)
                part.write(piece)
                size += len(piece)
                tell(len(piece))
        self.parts[name] = Part(size, digest.hexdigest())

    def finish(self, manifest: Manifest) -> None:
        self._zip.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))


class Archive:
    """A backup to be read, whose list of contents is found to be good when it is opened."""

    def __init__(self, path: Path) -> None:
        """Raises Invalid for what is no backup, Damaged, SchemaTooNew, OSError."""
        self.path = path
        with _understood(path):
            self._zip = zipfile.ZipFile(path)
        try:
            with _understood(path):
                self.manifest = self._read_manifest()
                self._check()
        except BaseException:
            self._zip.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._zip.close()

    def files(self) -> Iterator[str]:
        """The names of parts that are files of boards."""
        return filter(_FILE.fullmatch, self.manifest.parts)

    def others(self) -> Iterator[str]:
        return (name for name in self.manifest.parts if not _FILE.fullmatch(name))

    def extract(self, name: str, target: Path, tell: Tell) -> None:
        """One part, to a new file. Raises Damaged if it isn't what it was."""
        said, digest, size = self.manifest.parts[name], hashlib.sha256(), 0
        with (
            _understood(self.path),
            self._zip.open(name) as part,
            open(target, "xb", opener=open_private) as file,
        ):
            while piece := part.read(CHUNK_BYTES):
                digest.update(piece)
                file.write(piece)
                size += len(piece)
                tell(len(piece))
        if Part(size, digest.hexdigest()) != said:
            raise Damaged(f"{self.path}: {name} isn't what it was when the backup was made.")

    def _read_manifest(self) -> Manifest:
        try:
            entry = self._zip.getinfo(MANIFEST)
        except KeyError:
            raise Invalid(f"{self.path} is no backup of solosync.") from None
        if entry.file_size > LARGEST_MANIFEST:
            raise Invalid(f"{self.path}: its list of contents is too long to be one.")
        try:
            text = self._zip.read(entry)
            said = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
            if (format := msgspec.json.decode(said["format"])) != FORMAT:
                raise Invalid(f"{self.path} is in the format {format!r}, not {FORMAT}.")
            manifest = msgspec.json.decode(text, type=Manifest)
        except (msgspec.MsgspecError, KeyError) as error:
            raise Invalid(f"{self.path}: its list of contents can't be read.") from error
        if manifest.schema > migrations.SCHEMA_VERSION:
            raise SchemaTooNew(
                f"{self.path} was made by solosync {manifest.version}, which is newer. Install that"
                " version, or a later one."
            )
        return manifest

    def _check(self) -> None:
        """That the zip holds what the manifest says, nothing else, and nothing that isn't data."""
        entries = self._zip.infolist()
        parts = self.manifest.parts
        names = {entry.filename for entry in entries}
        if names != {MANIFEST, *parts} or len(entries) != len(names) or not parts.keys() >= _NEEDED:
            raise Invalid(f"{self.path} doesn't hold what its list of contents says.")
        for entry in entries:
            kind = stat.S_IFMT(entry.external_attr >> 16)
            if (
                (entry.filename != MANIFEST and not has_place(entry.filename))
                or kind not in (0, stat.S_IFREG)
                or entry.compress_type not in _KINDS
                or entry.flag_bits & _ENCRYPTED
            ):
                raise Invalid(f"{self.path}: {entry.filename!r} has no place in a backup.")
        for name, part in parts.items():
            found = _FILE.fullmatch(name)
            is_itself = found is None or found[1] + found[2] == part.sha256
            if self._zip.getinfo(name).file_size != part.size or not is_itself:
                raise Damaged(f"{self.path}: {name} isn't what it was when the backup was made.")


@contextmanager
def _understood(path: Path) -> Iterator[None]:
    try:
        yield
    except _UNREADABLE as error:
        raise Invalid(
            f"{path} is no backup of solosync, or was cut short or changed: {error}."
        ) from error
