"""Making backups and restoring them, as the commands do, within a test."""

from pathlib import Path

from solosync import paths
from solosync.blobs import open_blobs
from solosync.domain import backups, restoring
from solosync.domain.archives import Archive
from solosync.domain.backups import Made
from solosync.domain.restoring import Restored
from solosync.store.engine import Store


def unseen(done: int, total: int) -> None:
    assert 0 <= done <= total


def back_up(store: Store, output: Path, storage_url: str = "") -> Made:
    folder = store.path.parent
    return backups.make(store, open_blobs(storage_url, folder), folder, output, unseen)


def restore(file: Path, folder: Path, storage_url: str = "") -> Restored:
    with Archive(file) as archive:
        return restoring.restore(
            archive, folder, lambda staged: open_blobs(storage_url, staged), unseen
        )


def opened(folder: Path) -> Store:
    return Store.open(folder / paths.DATABASE_NAME, migrate=False)


def content(folder: Path) -> dict[str, bytes]:
    """All files of a data folder but the lock, by their paths in it."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "solosync.lock"
    }
