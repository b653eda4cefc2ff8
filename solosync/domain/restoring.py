"""Putting a backup in the place of a data folder's content.

Nothing that is there is touched before all of the backup was checked, and nothing of it is deleted.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from solosync import clock, crypto, paths
from solosync.blobs import Blobs
from solosync.domain import archives, audit, backups
from solosync.domain.archives import Archive, Tell
from solosync.errors import Damaged, Invalid, Locked
from solosync.records.backups import Manifest
from solosync.store import files, maintenance, replacing, restored
from solosync.store.engine import Store
from solosync.store.lock import FolderLock
from solosync.store.restored import Ended
from solosync.store.transactions import Tx

RAISED_BY = 1_000_000
_INCOMING = "incoming"


class Restored(NamedTuple):
    """`aside` is where the former data is now, None if there was none."""

    aside: Path | None
    raised_by: int
    ended: Ended


def restore(
    archive: Archive,
    data_dir: Path,
    open_blobs: Callable[[Path], Blobs],
    show: Callable[[int, int], object],
) -> Restored:
    """`open_blobs` says where files are kept by what is in a folder that is becoming the data
    folder. Killed at any moment, it leaves the former data, or the restored.

    Raises Locked while a server (or another restore) has the folder; Damaged for a backup that
    isn't whole, StorageFailed, Unavailable, Invalid, OSError; then nothing has changed.
    """
    paths.make_data_dir(data_dir)
    lock = FolderLock(data_dir)
    if not lock.acquire():
        raise Locked(f"The server is running on {data_dir}. Stop it first, then restore.")
    try:
        manifest = archive.manifest
        replacing.check_movable(data_dir)
        backups.check_space(data_dir, manifest.size)
        staged = replacing.stage(data_dir)
        try:
            _unpack(archive, staged, open_blobs, backups.Meter(manifest.size, show).add)
            raised_by, ended = _prepare(archive, data_dir, staged)
            moment = clock.iso(clock.now_ms())[:19].replace(":", "").replace("-", "")
            aside = replacing.replace(data_dir, staged, moment.replace("T", "-"))
        except BaseException:
            # One that is carried out already, but wasn't finished, needs what is staged.
            if not (data_dir / paths.RESTORING_NAME).exists():
                shutil.rmtree(staged, ignore_errors=True)
            raise
        return Restored(aside, raised_by, ended)
    finally:
        lock.release()


def _unpack(
    archive: Archive, staged: Path, open_blobs: Callable[[Path], Blobs], tell: Tell
) -> None:
    (staged / paths.TLS_NAME).mkdir(mode=0o700)
    for name in archive.others():
        archive.extract(name, staged / name, tell)
    if not any((staged / paths.TLS_NAME).iterdir()):
        (staged / paths.TLS_NAME).rmdir()
    blobs = open_blobs(staged)
    for name in archive.files():
        archive.extract(name, staged / _INCOMING, tell)
        blobs.put(staged / _INCOMING)


def _prepare(archive: Archive, data_dir: Path, staged: Path) -> tuple[int, Ended]:
    """Makes it fit to be used: of today's schema, checked, with revs and sign-ins as they have to
    be after a restore. Returns by how much revs were raised, and what was ended."""
    crypto.renew_signing(staged)
    database = staged / paths.DATABASE_NAME
    with restored.readable(str(archive.path)), Store.open(database) as store:
        _check(store, archive)
        highest = restored.attach(store, data_dir / paths.DATABASE_NAME)
        by = _raise_by(archive.manifest, highest or 0)
        ended = store.write(lambda tx: _settle(tx, archive, by, is_known=highest is not None))
        if highest is not None:
            restored.detach(store)
        maintenance.truncate_log(store)
    for copy in staged.glob(f"{paths.DATABASE_NAME}.before-*"):
        copy.unlink()  # of before it was brought to today's schema: the backup is that
    return by, ended


def _check(store: Store, archive: Archive) -> None:
    if wrong := maintenance.integrity_check(store):
        raise Damaged(wrong[0])
    needed = store.read(files.list_referred_to) - set(archive.manifest.missing)
    lacking = {archives.file_name(it) for it in needed} - archive.manifest.parts.keys()
    if lacking:
        raise Invalid(f"{archive.path}: {len(lacking)} files that boards show aren't in it.")


def _raise_by(manifest: Manifest, highest: int) -> int:
    """So much that no rev names what another content was called: neither in the former data, nor
    where the same backup was restored on another day, and that is lost."""
    days = max(0, clock.now_ms() - manifest.made_at_ms) // clock.DAY_MS
    return RAISED_BY * (1 + max(days, highest // RAISED_BY))


def _settle(tx: Tx, archive: Archive, by: int, *, is_known: bool) -> Ended:
    now, made_at = clock.now_ms(), archive.manifest.made_at_ms
    maintenance.raise_revs(tx, by, now)
    ended = restored.end_access(tx, now, is_known=is_known)
    backups.put_last(tx, backups.Last(made_at, str(archive.path.absolute())))
    event = audit.event(
        "backup.restore",
        target=str(archive.path),
        made_at=clock.iso(made_at),
        via="terminal",
    )
    audit.record(tx, event)
    return ended
