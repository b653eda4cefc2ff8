"""Putting other data in the place of a folder's own: all of it or nothing, whenever it ends.

What is to come lies ready in the folder's `tmp/`. A plan is written down, and from then on every
command carries it out to its end before it does anything else (`finish_begun`). What was there is
kept in a folder of its own, which is a whole data folder.
"""

import os
import shutil
from pathlib import Path
from tempfile import mkdtemp

import msgspec

from solosync import paths
from solosync.disk import open_private, sync
from solosync.errors import Invalid, Locked, StorageFailed, Unavailable
from solosync.store import copies
from solosync.store.lock import LOCK_NAME, FolderLock

_STAGED = "restore-"
_ASIDE = "before-restore-"


class _Plan(msgspec.Struct, frozen=True):
    """Paths within the data folder; `names` are what is there and goes to `aside`."""

    staged: str
    aside: str
    names: list[str]


def stage(data_dir: Path) -> Path:
    """An empty folder for what is to come. The lock has to be held: what is left of earlier tries
    goes."""
    temporary = paths.make_temporary_dir(data_dir)
    for left in temporary.glob(f"{_STAGED}*"):
        shutil.rmtree(left)
    return Path(mkdtemp(prefix=_STAGED, dir=temporary))


def check_movable(data_dir: Path) -> None:
    """Raises Invalid when something in the folder can't be moved."""
    for name in (*_present(data_dir), paths.TEMPORARY_NAME):
        if os.path.ismount(data_dir / name):
            raise Invalid(
                f"{data_dir / name} is a file system of its own, and nothing can be moved in or out"
                " of it at once; restore into a new folder with --data-dir."
            )


def replace(data_dir: Path, staged: Path, moment: str) -> Path | None:
    """Sets aside what is there, and moves in what is `staged`; returns the folder where the
    former now is, None if there was nothing. The lock has to be held.

    Raises Unavailable, having changed nothing, while another process has the database open;
    StorageFailed when the disk refuses in the middle: the next command goes on.
    """
    _give_to_owner(data_dir, staged)
    _sync_all(staged)
    names = _present(data_dir)
    aside = _free_name(data_dir, moment)
    plan = _Plan(str(staged.relative_to(data_dir.absolute())), aside, names)
    marker = data_dir / paths.RESTORING_NAME
    part = marker.with_name(f"{marker.name}.part")
    part.unlink(missing_ok=True)
    with open(part, "xb", opener=open_private) as file:
        file.write(msgspec.json.encode(plan))
    sync(part)
    part.replace(marker)
    sync(data_dir)
    try:
        finish(data_dir)
    except Unavailable:
        marker.unlink()
        raise
    return data_dir / aside if names else None


def finish_begun(data_dir: Path) -> None:
    """Goes on where a restore was broken off. Raises as `finish`; Locked while one is at it."""
    lock = FolderLock(data_dir)
    if not lock.acquire():
        raise Locked("A backup is just being restored here. Try again in a moment.")
    try:
        if (data_dir / paths.RESTORING_NAME).exists():
            finish(data_dir)
    finally:
        lock.release()


def finish(data_dir: Path) -> None:
    """Carries out the plan, whatever of it was done before. Raises Unavailable when a process has
    the old database open, StorageFailed."""
    marker = data_dir / paths.RESTORING_NAME
    plan = msgspec.json.decode(marker.read_bytes(), type=_Plan)
    aside, staged = data_dir / plan.aside, data_dir / plan.staged
    database = data_dir / paths.DATABASE_NAME
    # Commands that begin now see the plan; those that began before are soon done.
    if not (aside / paths.DATABASE_NAME).exists() and not copies.is_free(database):
        raise Unavailable(
            "Another solosync command has the database open. Try again when it is done."
        )
    try:
        _move(data_dir, staged, aside, plan.names)
        marker.unlink()
        sync(data_dir)
    except OSError as error:
        raise StorageFailed(
            f"The disk refused in the middle of it ({error.strerror or error}: {error.filename})."
            " Nothing is lost: see to that, and the next command goes on."
        ) from error
    shutil.rmtree(staged, ignore_errors=True)


def _move(data_dir: Path, staged: Path, aside: Path, names: list[str]) -> None:
    if names:
        aside.mkdir(mode=0o700, exist_ok=True)
        _give_to_owner(data_dir, aside)
    for name in names:
        # What has gone aside may have its successor in place already.
        if os.path.lexists(data_dir / name) and not os.path.lexists(aside / name):
            (data_dir / name).rename(aside / name)
    if names:
        sync(aside)
    for path in sorted(staged.iterdir()):
        path.rename(data_dir / path.name)
    sync(data_dir)


def _present(data_dir: Path) -> list[str]:
    """What of the folder is data; not the lock, what is temporary, what was set aside earlier, and
    what somebody has put there."""
    return sorted(path.name for path in data_dir.iterdir() if paths.is_data(path.name))


def _free_name(data_dir: Path, moment: str) -> str:
    name, number = f"{_ASIDE}{moment}", 1
    while (data_dir / name).exists():
        number += 1
        name = f"{_ASIDE}{moment}-{number}"
    return name


def _give_to_owner(data_dir: Path, made: Path) -> None:
    """Whoever serves the folder has to be able to, also when it was root that restored. Links there
    are not followed: by those, its owner would be given what else root has."""
    if os.name != "nt" and os.geteuid() == 0 and (owner := data_dir.stat()).st_uid != 0:
        for path in (data_dir / LOCK_NAME, data_dir / paths.TEMPORARY_NAME):
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
        for _, folders, names, folder in os.fwalk(made):
            os.fchown(folder, owner.st_uid, owner.st_gid)
            for name in (*folders, *names):
                os.chown(name, owner.st_uid, owner.st_gid, dir_fd=folder, follow_symlinks=False)


def _sync_all(folder: Path) -> None:
    for path in folder.rglob("*"):
        sync(path)
    sync(folder)
