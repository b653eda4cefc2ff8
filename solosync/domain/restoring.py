"""Putting a backup in the place of a data folder's content.

Nothing that is there is touched before all of the backup was checked, and nothing of it is deleted.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from solosync import clock, crypto, paths
from solosync.blobs import Blobs
from solosync.domain import archives, audit, backups
from solosync.domain.archives import Archive, Tell
from solosync.errors import Damaged, Invalid, Locked, NotFound, Unavailable
from solosync.records.backups import Manifest
from solosync.store import files, former, maintenance, replacing, restored
from solosync.store.engine import Store
from solosync.store.former import Former
from solosync.store.lock import FolderLock
from solosync.store.restored import Ended
from solosync.store.transactions import Tx

RAISED_BY = 1_000_000
_INCOMING = "incoming"


class Restored(NamedTuple):
    """`aside` is where the former data is now, None if there was none; `boards_since` of them were
    made since the backup."""

    aside: Path | None
    boards_since: int
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
            boards_since, ended = _prepare(archive, data_dir, staged, open_blobs)
            moment = clock.iso(clock.now_ms())[:19].replace(":", "").replace("-", "")
            aside = replacing.replace(data_dir, staged, moment.replace("T", "-"))
        except BaseException:
            # One that is carried out already, but wasn't finished, needs what is staged.
            if not (data_dir / paths.RESTORING_NAME).exists():
                shutil.rmtree(staged, ignore_errors=True)
            raise
        return Restored(aside, boards_since, ended)
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


def _prepare(
    archive: Archive, data_dir: Path, staged: Path, open_blobs: Callable[[Path], Blobs]
) -> tuple[int, Ended]:
    """Makes it fit to be used: of today's schema, checked, with revs and sign-ins as they have to
    be after a restore. Returns how many boards were made since, and what was ended."""
    crypto.renew_signing(staged)
    with (
        restored.readable(str(archive.path)),
        Store.open(staged / paths.DATABASE_NAME) as store,
    ):
        _check(store, archive)
        known = former.attach(store, data_dir / paths.DATABASE_NAME)
        uploads = []
        if known is not None:
            uploads = _bring(known, open_blobs(data_dir), open_blobs(staged), staged)
        ended = store.write(lambda tx: _settle(tx, archive, known, uploads))
        if known is not None:
            former.detach(store)
        maintenance.truncate_log(store)
    for copy in staged.glob(f"{paths.DATABASE_NAME}.before-*"):
        copy.unlink()  # of before it was brought to today's schema: the backup is that
    return known.boards if known else 0, ended


def _bring(known: Former, its: Blobs, blobs: Blobs, staged: Path) -> list[str]:
    """Pictures that came since: devices have put them on boards, and will again, but hold no more
    than their addresses. Returns the ids of those whose content is there."""
    brought = []
    for file_id, sha256 in known.uploads:
        with contextlib.suppress(NotFound, Unavailable):
            if blobs.size(sha256) is None:
                path = its.fetch(sha256, staged)
                if path.parent != staged:  # then it stays there as well
                    _link(path, staged / _INCOMING)
                    path = staged / _INCOMING
                blobs.put(path)
            brought.append(file_id)
    return brought


def _link(path: Path, target: Path) -> None:
    """Contents are never changed in place, so one file may do for both."""
    try:
        os.link(path, target)
    except OSError:  # a file system without links
        shutil.copyfile(path, target)


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


def _settle(tx: Tx, archive: Archive, known: Former | None, uploads: list[str]) -> Ended:
    now, made_at = clock.now_ms(), archive.manifest.made_at_ms
    maintenance.raise_revs(tx, _raise_by(archive.manifest, known.highest_rev if known else 0), now)
    ended = restored.end_access(tx, now, is_known=known is not None)
    for file_id in uploads:
        former.bring_upload(tx, file_id, now)
    backups.put_last(tx, backups.Last(made_at, str(archive.path.absolute())))
    event = audit.event(
        "backup.restore",
        target=str(archive.path),
        made_at=clock.iso(made_at),
        via="terminal",
    )
    audit.record(tx, event)
    return ended
