"""Making a backup: one file with all that a server is, while others work with it."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import msgspec

from solosync import __version__, clock, crypto, disk, paths
from solosync.blobs import Blobs
from solosync.domain import archives, audit
from solosync.domain.archives import Tell, Writer
from solosync.errors import Invalid, NotFound, StorageFailed
from solosync.records.backups import FORMAT, Manifest
from solosync.store import copies, files, maintenance, migrations, settings
from solosync.store.copies import Copied
from solosync.store.engine import Store
from solosync.store.transactions import Tx

LAST = "last_backup"
_UNFINISHED = ".solosync-backup-"
_UNFINISHED_SECONDS = 24 * 3600
# While files are added, what nobody wants any more may be deleted: then the database is copied
# anew.
_MOST_COPIES = 5


class Made(NamedTuple):
    file: Path
    size: int
    manifest: Manifest


class Last(msgspec.Struct, frozen=True):
    """`made_at` in ms; `file` where it was put then."""

    made_at: int
    file: str


class Meter:
    """Tells how much of `total` bytes is done."""

    def __init__(self, total: int, show: Callable[[int, int], object]) -> None:
        self._total = max(total, 1)
        self._done = 0
        self._show = show

    def add(self, size: int) -> None:
        self._done += size
        self._show(min(self._done, self._total), self._total)


def make(
    store: Store, blobs: Blobs, data_dir: Path, output: Path, show: Callable[[int, int], object]
) -> Made:
    """A backup in a new file, or in a folder under a name that tells when. It is there whole or not
    at all, and safe on disk.

    Raises Invalid for a place that can't be taken, StorageFailed when there is too little room,
    Damaged when the database isn't whole, and OSError.
    """
    made_at = clock.now_ms()
    target = _target(output, made_at, data_dir)
    _drop_unfinished(target.parent)
    kept = sum(blob.size for blob in blobs.list())
    sizes = maintenance.sizes(store)
    held = sizes.database_bytes + sizes.log_bytes
    check_space(target.parent, 2 * held + kept)
    meter = Meter(2 * held + kept, show)
    with TemporaryDirectory(prefix=_UNFINISHED, dir=target.parent) as name:
        part = Path(name) / "backup"
        with open(part, "xb", opener=disk.open_private) as file:
            with Writer(file) as writer:
                manifest = _write(writer, store, blobs, data_dir, Path(name), made_at, meter.add)
            file.flush()
            os.fsync(file.fileno())
        size = part.stat().st_size
        _settle(part, target)
    _note(store, Last(made_at, str(target)), manifest)
    return Made(target, size, manifest)


def last(store: Store) -> Last | None:
    """The newest that was made (or restored) here."""
    text = store.read(lambda tx: settings.find(tx, LAST))
    return None if text is None else msgspec.json.decode(text, type=Last)


def put_last(tx: Tx, made: Last) -> None:
    settings.put(tx, LAST, msgspec.json.encode(made).decode())


def check_space(folder: Path, size: int) -> None:
    """Raises StorageFailed."""
    free = shutil.disk_usage(folder).free
    if free < size:
        raise StorageFailed(
            f"That takes up to {_mib(size)} in {folder}, where {_mib(free)} are free. Make room, or"
            " choose another disk."
        )


def _mib(size: int) -> str:
    return f"{size / 2**20:,.1f} MiB"


def _target(output: Path, made_at: int, data_dir: Path) -> Path:
    if output.is_dir():
        moment = clock.iso(made_at)[:19].replace("-", "").replace(":", "").replace("T", "-")
        output = output / f"solosync-{moment}.zip"
    elif not output.parent.is_dir():
        raise Invalid(f"There is no folder {str(output.parent)!r}; make it first.")
    if os.path.lexists(output):
        raise _taken(output)
    if output.resolve().is_relative_to(data_dir.resolve()):
        raise Invalid("A backup in the data folder is lost with it; choose a place elsewhere.")
    return output.absolute()


def _taken(target: Path) -> Invalid:
    return Invalid(f"{target} is there already, and isn't overwritten; choose another name.")


def _drop_unfinished(folder: Path) -> None:
    """What a backup that was killed has left: it holds keys."""
    for left in folder.glob(f"{_UNFINISHED}*"):
        with suppress(FileNotFoundError):  # another that is just done
            if left.lstat().st_mtime < time.time() - _UNFINISHED_SECONDS:
                shutil.rmtree(left, ignore_errors=True)


def _write(
    writer: Writer,
    store: Store,
    blobs: Blobs,
    data_dir: Path,
    folder: Path,
    made_at: int,
    tell: Tell,
) -> Manifest:
    crypto.load_keys(data_dir)  # without keys there would be nothing to sign in with
    database = folder / paths.DATABASE_NAME
    for _ in range(_MOST_COPIES):
        copied = copies.copy(store.path, database, tell)
        missing = _add_files(writer, blobs, copied, folder, tell)
        if missing <= store.read(files.list_referred_to):
            break
    writer.add(paths.DATABASE_NAME, database, tell)
    for name in _small(data_dir):
        writer.add(name, data_dir / name, tell)
    manifest = Manifest(
        format=FORMAT,
        made_at=datetime.fromtimestamp(made_at / 1000, UTC),
        version=__version__,
        schema=migrations.SCHEMA_VERSION,
        counts=copied.counts,
        missing=sorted(missing),
        parts=writer.parts,
    )
    writer.finish(manifest)
    return manifest


def _small(data_dir: Path) -> Iterable[str]:
    yield paths.KEYS_NAME
    if (data_dir / paths.CONFIG_NAME).is_file():
        yield paths.CONFIG_NAME
    for path in sorted((data_dir / paths.TLS_NAME).glob("*.pem")):
        name = f"{paths.TLS_NAME}/{path.name}"
        if path.is_file() and archives.has_place(name):
            yield name


def _add_files(writer: Writer, blobs: Blobs, copied: Copied, folder: Path, tell: Tell) -> set[str]:
    """Those that aren't in it yet; returns which couldn't be added, gone or broken as they are."""
    missing = set[str]()
    for sha256 in sorted(copied.contents):
        name = archives.file_name(sha256)
        if name in writer.parts:
            continue
        try:
            path = blobs.fetch(sha256, folder)
            with path.open("rb") as file:
                is_whole = hashlib.file_digest(file, "sha256").hexdigest() == sha256
            if is_whole:
                writer.add(name, path, tell)
            else:
                missing.add(sha256)
            if path.parent == folder:  # it came from an object store
                path.unlink()
        except (NotFound, FileNotFoundError):
            missing.add(sha256)
    return missing


def _settle(part: Path, target: Path) -> None:
    """Never over another file, whoever made that meanwhile."""
    try:
        os.link(part, target)
    except FileExistsError:
        raise _taken(target) from None
    except OSError:  # a file system without links, such as those of memory sticks
        if os.path.lexists(target):
            raise _taken(target) from None
        part.rename(target)
    disk.sync_folder(target.parent)


def _note(store: Store, made: Last, manifest: Manifest) -> None:
    event = audit.event(
        "backup.make", target=made.file, boards=manifest.counts.boards, via="terminal"
    )

    def note(tx: Tx) -> None:
        put_last(tx, made)
        audit.record(tx, event)

    store.write(note)
